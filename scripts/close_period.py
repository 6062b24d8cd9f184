"""Close a month: check it, post its ledger entries, hash them, and write the seed.

    python -m scripts.close_period 2026-07 --prepared-by NAME --approved-by NAME [--check]

Posted entries never change; what moves later is an adjustment in the first open month. The row of
the close stands in accounting_periods.csv of the company folder (of seeds/policy without one):
keep it, and export the ledger (scripts.export_ledger) afterwards.
A close that was interrupted is finished by running it again. Exits with 0 when closed (or closable,
with --check), 1 when something is missing (all of it is listed), 2 when it cannot be tried.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime

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


def month(text: str) -> date:
    """A month as written on the command line: 2026-07."""
    try:
        return datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a month like 2026-07") from None


def instant(text: str) -> datetime:
    """An instant as written on the command line, UTC."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 2026-08-05T09:00") from None


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("period", type=month, help="month to close, like 2026-07")
    p.add_argument("--prepared-by", required=True, help="who prepared the close")
    p.add_argument("--approved-by", required=True, help="who approves it; another person")
    p.add_argument("--note", default="", help="what the approver should be reminded of")
    p.add_argument("--check", action="store_true", help="only list what is missing")
    p.add_argument(
        "--closed-at", type=instant, default=datetime.now(UTC).replace(tzinfo=None),
        help="time of the close, UTC (default: now)",
    )  # fmt: skip
    return p


def record(args: argparse.Namespace, rows: list[tuple], closed_at: datetime, hashed: str) -> None:
    """Write the seed's row of a month whose entries are posted."""
    file = decisions(PERIODS)
    append_period(
        Period(
            period_start=str(args.period),
            status="closed",
            prepared_by=args.prepared_by,
            approved_by=args.approved_by,
            closed_at=f"{closed_at:%Y-%m-%d %H:%M:%S}",
            entry_count=str(len(rows)),
            posted_usd=f"{sum(row[AMOUNT] for row in rows):f}",
            ledger_hash=hashed,
            note=args.note,
        ),
        file,
    )
    dbt("build", "--indirect-selection", "cautious", "--select", *SHOWN)
    print(f"closed {args.period:%Y-%m}: {len(rows)} entries, hash {hashed}")
    print(f"keep {file}, then: python -m scripts.export_ledger")


def close(args: argparse.Namespace) -> int:
    """Do it; see the module for the exit codes."""
    bring_in()
    periods = read_periods()
    if str(args.period) in {period.period_start for period in periods}:
        raise WarehouseError(f"{args.period:%Y-%m} is closed; a closed month is never reopened")
    previous = periods[-1].ledger_hash if periods else ""
    if not args.check:  # before anything is posted, or a month would be half closed
        writable(decisions(PERIODS))
    if args.period in posted_periods() and not args.check:  # interrupted between the two steps
        rows = read_entries(args.period)
        record(args, rows, rows[0][POSTED_AT], chained_hash(previous, as_csv(rows)))
        return 0
    closed_at = args.closed_at.replace(microsecond=0)
    found = missing(args.period, args.prepared_by, args.approved_by, closed_at, periods)
    if found:
        print(f"{args.period:%Y-%m} cannot be closed yet:", file=sys.stderr)
        print("\n".join(f"  - {line}" for line in found), file=sys.stderr)
        return 1
    if args.check:
        print(f"{args.period:%Y-%m} can be closed")
        return 0
    approved = as_csv(read_entries(args.period, LEDGER, str(closed_at)))
    # A macro, not SQL from here: the ledger is posted the same way on every engine.
    dbt(
        "run-operation", "post_period",
        "--args", f"{{period: '{args.period}', posted_at: '{closed_at}'}}",
    )  # fmt: skip
    rows = read_entries(args.period, POSTED)
    if as_csv(rows) != approved:
        raise WarehouseError("what was posted is not what was open: was a build running?")
    record(args, rows, closed_at, chained_hash(previous, approved))
    return 0


def main(argv: list[str] | None = None) -> int:
    """Entry point."""
    try:
        return close(parser().parse_args(argv))
    except (WarehouseError, OSError) as error:
        print(f"close_period: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
