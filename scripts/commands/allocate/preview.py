"""Show who would pay what of a month's shared costs under proposed allocation rules.

PERIOD is a month like 2026-07. FILES are allocation_rules.csv, allocation_rule_teams.csv or
allocation_pools.csv as proposed, each under its own name in any folder; the others are taken as
they were built. Nothing is written. Ends with 2 when a row is not one that a build would take.
"""

from datetime import date
from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.argument("period", type=_options.Month())
@click.argument("files", nargs=-1, required=True, type=_options.PATH)
def command(period: date, files: tuple[Path, ...]) -> int:
    """Hand over to the part that does it."""
    from scripts.accounting.preview import preview

    return preview(period, list(files))
