"""Write the FOCUS 1.4 and 1.2 files of each billing period, as CSV and Parquet.

1.5 is a working draft and is written only when it is asked for.
A file appears whole or not at all. Ends with 1 when a period has no charges.
"""

from datetime import date
from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option(
    "--folder", type=_options.PATH, default="build/focus", show_default=True, help="Where to write."
)
@click.option(
    "--period", type=_options.Month(), multiple=True,
    help="Billing period like 2026-07; may be repeated (default: all).",
)  # fmt: skip
@click.option(
    "--format", "formats", type=click.Choice(["csv", "parquet"]), multiple=True,
    help="May be repeated (default: both).",
)  # fmt: skip
@click.option(
    "--version", "versions", type=click.Choice(["1.2", "1.4", "1.5"]), multiple=True,
    help="May be repeated (default: 1.4 and 1.2).",
)  # fmt: skip
def command(
    folder: Path, period: tuple[date, ...], formats: tuple[str, ...], versions: tuple[str, ...]
) -> int:
    """Hand over to the part that does it."""
    from scripts.publishing.focus import FORMATS, PUBLISHED, export

    periods = [f"{each:%Y-%m}" for each in period]
    return export(folder, periods, list(formats or FORMATS), versions or PUBLISHED)
