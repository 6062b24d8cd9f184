"""Write the report: pages to open from disk, no server needed.

Ends with 1 when it cannot be written.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option(
    "--out", type=_options.PATH, default="report", show_default=True, help="Folder to write."
)
@click.option(
    "--days", type=click.IntRange(min=1), default=90, show_default=True,
    help="Days shown, up to the newest.",
)  # fmt: skip
def command(out: Path, days: int) -> int:
    """Hand over to the part that does it."""
    from scripts.reporting.report import make

    return make(out, days)
