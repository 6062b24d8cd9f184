"""Write a starter company folder from the names that were loaded.

Teams, keys, accounts and models, from the warehouse of the last night. A file that is there already
is left as it is. Edit the files, then name FOLDER in AI_COST_COMPANY.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.argument("folder", type=_options.PATH)
def command(folder: Path) -> int:
    """Hand over to the part that does it."""
    from scripts.starter.folder import make

    return make(folder)
