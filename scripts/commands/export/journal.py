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
@click.option(
    "--profile", "profiles", multiple=True, metavar="NAME",
    help="Also journal_NAME.csv for a finance system: generic, netsuite, sap, oracle, dynamics, "
    "quickbooks or xero; may be repeated.",
)  # fmt: skip
@click.option(
    "--entity", default="",
    help="Only the lines of this entity; where entities.csv is empty, the company code, subsidiary "
    "or ledger that books.",
)  # fmt: skip
def command(period: date, folder: Path, profiles: tuple[str, ...], entity: str) -> int:
    """Hand over to the part that does it."""
    from scripts.accounting.close_pack import export
    from scripts.accounting.journal_files import known

    return export(period, folder, known(profiles), entity)
