"""Close a month: check it, post it with its documents, write the seed. Also `close PERIOD`.

PERIOD is a month like 2026-07. Ends with 1 when something is missing; all of it is listed.

What is posted never changes; what moves later is an adjustment in the first open month. A
close that was interrupted is finished by running it again, with the same names.
"""

from datetime import UTC, date, datetime

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.argument("period", type=_options.Month())
@click.option("--prepared-by", required=True, help="Who prepared the close.")
@click.option("--approved-by", required=True, help="Who approves it; another person.")
@click.option("--note", default="", help="What the approver should be reminded of.")
@click.option("--check", is_flag=True, help="Only list what is missing.")
@click.option("--closed-at", type=_options.Instant(), help="Time of the close, UTC (default: now).")
def command(
    period: date,
    prepared_by: str,
    approved_by: str,
    note: str,
    check: bool,
    closed_at: datetime | None,
) -> int:
    """Hand over to the part that does it."""
    from scripts.accounting.close import Close, close

    closed_at = closed_at or datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    return close(Close(period, prepared_by, approved_by, note, closed_at, check))
