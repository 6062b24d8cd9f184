"""Take out what a file brought, such as one that lay in the wrong folder.

FILE as it is named in the marts (source_file): its path below the landing folder; or its batch_id.
Refused where a closed month would change.
"""

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.argument("file")
@_options.wait
def command(file: str, wait_s: float) -> int:
    """Hand over to the part that does it."""
    from scripts.operations.unload import run

    return run(file, wait_s)
