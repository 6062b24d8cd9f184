"""Write invented logs and bills, with known mistakes in them.

The same arguments give the same bytes. _truth.json beside the data says what the warehouse must
find: totals, owners, and every planted discrepancy.
"""

from datetime import datetime
from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option(
    "--landing", type=_options.PATH, default="landing", envvar="AI_COST_LANDING",
    show_default=True,
    help="Folder to write into; files listed in its _truth.json are replaced or removed.",
)  # fmt: skip
@click.option(
    "--requests", type=click.IntRange(min=1), default=60_000, show_default=True,
    help="Attempts over the period; with all tables, a few a day on other clouds come on top.",
)  # fmt: skip
@click.option(
    "--start", type=click.DateTime(["%Y-%m-%d"]), default="2026-07-01", show_default=True,
    help="First day, UTC.",
)  # fmt: skip
@click.option(
    "--days", type=click.IntRange(min=1), default=92, show_default=True,
    help="Days; discrepancies are planted in 20 or more.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(min=0), default=7, show_default=True,
    help="Same seed, same bytes.",
)  # fmt: skip
@click.option(
    "--only", multiple=True, metavar="TABLE",
    help="Write only this raw table; may be repeated. All requests go to the gateways named.",
)  # fmt: skip
@click.option("--no-bills", is_flag=True, help="Write no provider bills.")
@click.option(
    "--history", is_flag=True,
    help="Add the year before at small size, without bills: for comparisons with the year before.",
)  # fmt: skip
@click.option(
    "--bill-month", "company", type=_options.PATH, metavar="COMPANY",
    help="Write a month of --start with random faults of bills instead, and this company folder "
    "with the rules they need: set AI_COST_COMPANY to it. --seed draws another month.",
)  # fmt: skip
@click.option("--gzip/--no-gzip", default=True, show_default=True, help="Compress the logs.")
def command(start: datetime, only: tuple[str, ...], company: Path | None, **asked) -> int:
    """Hand over to the part that does it."""
    if company is not None:
        from scripts.sample.month_sheet import run as run_month

        return run_month(asked["landing"], company, asked["seed"], start.date().replace(day=1))

    from scripts.sample.generate import Asked, run

    return run(Asked(start=start.date(), only=only, **asked))
