"""Write a month's general-ledger journal and close pack.

PERIOD is a month like 2026-10.
"""

from datetime import date
from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.argument("period", type=_options.Month())
@click.option(
    "--folder", type=_options.PATH, default="close", show_default=True, help="Where to write."
)
def command(period: date, folder: Path) -> int:
    """Hand over to the part that does it."""
    from scripts.accounting.close_pack import export

    return export(period, folder)
