"""Append finance's decisions on reconciliation lines to reconciliation_reviews.csv.

FILE is a CSV, or the workbook. Rows without a decision are passed over; decisions are
appended and never edited. Ends with 1 when rows are refused, and then writes nothing.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.argument("file", type=_options.PATH)
@click.option("--preparer", default="", help="Who prepared the rows that do not say so.")
@click.option(
    "--reviews", type=_options.PATH, help="The file to append to (default: the company's)."
)
@click.option("--dry-run", is_flag=True, help="Check only, write nothing.")
def command(file: Path, preparer: str, reviews: Path | None, dry_run: bool) -> int:
    """Hand over to the part that does it."""
    from scripts.accounting.reviews import take

    return take(file, reviews, preparer, dry_run)
