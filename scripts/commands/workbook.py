"""Write the Excel workbook that finance reviews.

`ai-cost import reviews` takes its decisions back. Ends with 1 when it cannot be written.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option(
    "--out", type=_options.PATH, default="review.xlsx", show_default=True, help="File to write."
)
@click.option(
    "--days", type=click.IntRange(min=1), default=90, show_default=True,
    help="Days of daily reconciliation.",
)  # fmt: skip
@click.option("--replace", is_flag=True, help="Even when the old file has decisions filled in.")
def command(out: Path, days: int, replace: bool) -> int:
    """Hand over to the part that does it."""
    from scripts.reporting.workbook import make

    return make(out, days, replace)
