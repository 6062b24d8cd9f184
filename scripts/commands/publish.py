"""Give readers a new copy of the marts, when the last build passed.

Whoever has the version before open keeps reading it; nobody sees half of one.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option(
    "--to", "folder", type=_options.PATH, default="published", show_default=True,
    help="Folder that readers open.",
)  # fmt: skip
@click.option(
    "--keep", type=click.IntRange(min=1), default=3, show_default=True, help="Versions to keep."
)
def command(folder: Path, keep: int) -> int:
    """Hand over to the part that does it."""
    from scripts.publishing.publish import make

    return make(folder, keep)
