"""Closing a month: check it, post its ledger entries, hash them, and write the seed.

Posted entries never change; what moves later is an adjustment in the first open month. The row of
the close stands in accounting_periods.csv of the company folder (of seeds/policy without one).
A close that was interrupted is finished by running it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scripts import console
from scripts.accounting.checks import missing
from scripts.accounting.entries import as_csv, chained_hash, columns
from scripts.accounting.ledger import (
    LEDGER,
    POSTED,
    dbt,
    posted_periods,
    read_entries,
)
from scripts.accounting.periods import PERIODS, Period, append_period, read_periods
from scripts.operations.company import bring_in, decisions, writable
from scripts.warehouse import WarehouseError

AMOUNT = columns().index("amount_usd")
POSTED_AT = columns().index("posted_at")
# What shows a month as closed.
SHOWN = ("accounting_periods", "int_ledger_entries+", "assert_closed_periods_are_posted")


@dataclass(frozen=True)
class Close:
    """What is asked: a month, the people who answer for it, and when it is closed (UTC)."""

    period: date
    prepared_by: str
    approved_by: str
    note: str
    closed_at: datetime
    # only list what is missing
    check: bool = False


def record(asked: Close, rows: list[tuple], closed_at: datetime, hashed: str) -> None:
    """Write the seed's row of a month whose entries are posted."""
    file = decisions(PERIODS)
    append_period(
        Period(
            period_start=str(asked.period),
            status="closed",
            prepared_by=asked.prepared_by,
            approved_by=asked.approved_by,
            closed_at=f"{closed_at:%Y-%m-%d %H:%M:%S}",
            entry_count=str(len(rows)),
            posted_usd=f"{sum(row[AMOUNT] for row in rows):f}",
            ledger_hash=hashed,
            note=asked.note,
        ),
        file,
    )
    dbt("build", "--indirect-selection", "cautious", "--select", *SHOWN)
    print(f"closed {asked.period:%Y-%m}: {len(rows)} entries, hash {hashed}")
    print(f"keep {file}, then: ai-cost export ledger")


def close(asked: Close) -> int:
    """Close; 1 when something is missing, all of which is listed."""
    bring_in()
    periods = read_periods()
    if str(asked.period) in {period.period_start for period in periods}:
        raise WarehouseError(f"{asked.period:%Y-%m} is closed; a closed month is never reopened")
    previous = periods[-1].ledger_hash if periods else ""
    if not asked.check:  # before anything is posted, or a month would be half closed
        writable(decisions(PERIODS))
    if asked.period in posted_periods() and not asked.check:  # interrupted between the two steps
        rows = read_entries(asked.period)
        record(asked, rows, rows[0][POSTED_AT], chained_hash(previous, as_csv(rows)))
        return 0
    closed_at = asked.closed_at
    found = missing(asked.period, asked.prepared_by, asked.approved_by, closed_at, periods)
    if found:
        console.complain(f"{asked.period:%Y-%m} cannot be closed yet:")
        for line in found:
            console.complain(f"  - {line}")
        return 1
    if asked.check:
        print(f"{asked.period:%Y-%m} can be closed")
        return 0
    approved = as_csv(read_entries(asked.period, LEDGER, str(closed_at)))
    # A macro, not SQL from here: the ledger is posted the same way on every engine.
    dbt(
        "run-operation", "post_period",
        "--args", f"{{period: '{asked.period}', posted_at: '{closed_at}'}}",
    )  # fmt: skip
    rows = read_entries(asked.period, POSTED)
    if as_csv(rows) != approved:
        raise WarehouseError("what was posted is not what was open: was a build running?")
    record(asked, rows, closed_at, chained_hash(previous, approved))
    return 0
