"""Move the raw records of old, closed months out of the warehouse into files, or bring them back.

The marts stay as they are. On DuckDB the files are Parquet, on PostgreSQL compressed CSV. When to
bring records back: docs/runbook.md.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(min=31),
    default=400,
    metavar="DAYS",
    show_default=True,
    help="Move records of closed months that ended so many days ago or more.",
)
@click.option("--restore", is_flag=True, help="Bring back what the last run moved.")
@click.option(
    "--folder",
    type=_options.PATH,
    default="archive",
    show_default=True,
    help="Where the files are.",
)
@_options.wait
def command(days: int, restore: bool, folder: Path, wait_s: float) -> int:
    """Hand over to the part that does it."""
    from scripts.operations import archive

    if restore:
        return archive.restore(folder, wait_s)
    return archive.archive(days, folder, wait_s)
