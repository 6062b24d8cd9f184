"""Closing a month: check it, post it with all its documents, and write the seed.

What is posted never changes; what moves later is an adjustment in the first open month. The row of
the close is in accounting_periods.csv of the company folder (of seeds/policy without one). A
close that was interrupted, or whose row was lost, is finished by running it again, with the same
names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from scripts import console
from scripts.accounting import focus_file, people
from scripts.accounting.checks import always_missing, missing, must_approve, unapproved
from scripts.accounting.close_pack import documents, in_csv, tables
from scripts.accounting.entries import ENTRIES, columns
from scripts.accounting.ledger import dbt, posted_periods
from scripts.accounting.manifest import FIELDS, MANIFEST, first_difference, hashed, read, written
from scripts.accounting.periods import PERIODS, Period, append_period, read_periods
from scripts.accounting.posting import DOCUMENTS, as_rows, manifest_of, post, posted_documents
from scripts.operations.company import bring_in, decisions, writable
from scripts.operations.lock import only_writer
from scripts.warehouse import WarehouseError, kept_open, target, warehouse_file

AMOUNT = columns().index("amount_usd")
# What shows a month as closed.
SHOWN = (
    "accounting_periods", "int_charge_differences+", "fct_closed_documents", "fct_approvals",
    "assert_closed_periods_are_posted",
)  # fmt: skip
# Not the unit tests, as in a night: they are of the code, and ask for relations of other marts.
SCOPE = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")


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


def close(asked: Close) -> int:
    """Close; 1 when something is missing, all of which is listed."""
    with only_writer(target(), warehouse_file()):
        bring_in()
        periods = read_periods()
        if str(asked.period) in {period.period_start for period in periods}:
            raise WarehouseError(
                f"{asked.period:%Y-%m} is closed; a closed month is never reopened"
            )
        if not asked.check:  # before anything is posted, or a month would be half closed
            writable(decisions(PERIODS))
        if asked.period in posted_periods():
            with kept_open():
                period = _finished(asked, periods)
            if period is None:
                return 1
            if not asked.check:
                _record(period)
            return 0
        return _begin(asked, periods)


def _begin(asked: Close, periods: list[Period]) -> int:
    """Check and post a month that is open."""
    names = (asked.prepared_by, asked.approved_by)
    with kept_open():
        if not _may(asked, missing(asked.period, *names, asked.closed_at, periods)):
            return 1
        if asked.check:
            return 0
        rows = tables(asked.period, str(asked.closed_at))
        texts = documents(asked.period)
        texts[focus_file.NAME] = focus_file.worked_out(asked.period)
    period = Period(
        period_start=str(asked.period),
        status="closed",
        prepared_by=" ".join(asked.prepared_by.split()),
        approved_by=" ".join(asked.approved_by.split()),
        closed_at=f"{asked.closed_at:%Y-%m-%d %H:%M:%S}",
        entry_count=str(len(rows[ENTRIES])),
        posted_usd=f"{sum(row[AMOUNT] for row in rows[ENTRIES]):f}",
        ledger_hash="",
        note=asked.note,
    )
    manifest = written(period, in_csv(rows) | texts)
    texts[MANIFEST] = manifest
    # What was read is posted, and its manifest with it: nothing is left to find out afterwards.
    rows[focus_file.TABLE] = focus_file.selected(asked.period, texts[focus_file.NAME])
    post({asked.period: rows | {DOCUMENTS: as_rows(asked.period, texts)}})
    _record(replace(period, ledger_hash=hashed(_previous(asked, periods), manifest)))
    return 0


def _finished(asked: Close, periods: list[Period]) -> Period | None:
    """The row of a month that is posted: the same people, the same rows, the same checks."""
    manifest = manifest_of(asked.period)
    if manifest is None:
        raise WarehouseError(
            f"{asked.period:%Y-%m} was posted without a manifest: nothing says who approved "
            "it; bring back its row of accounting_periods.csv, or delete its rows of "
            "ledger.posted_entries and close it again"
        )
    stated = read(manifest)
    previous = _previous(asked, periods)
    period = Period(
        **{name: stated.get(name, "") for name in FIELDS}, ledger_hash=hashed(previous, manifest)
    )
    found = []
    if (people.folded(asked.prepared_by), people.folded(asked.approved_by)) != (
        people.folded(period.prepared_by),
        people.folded(period.approved_by),
    ):
        found.append(
            f"it was posted as prepared by {period.prepared_by} and approved by "
            f"{period.approved_by}: finish it with these names"
        )
    approved = posted_documents(asked.period)
    approved.pop(MANIFEST)
    if said := first_difference(period, previous, manifest, approved):
        found.append(said)
    at = datetime.fromisoformat(period.closed_at)
    names = (asked.prepared_by, asked.approved_by)
    whole = sorted([*periods, period], key=lambda one: one.period_start)
    found += [line for line in always_missing(asked.period, *names, at, whole) if line not in found]
    return period if _may(asked, found) else None


def _previous(asked: Close, periods: list[Period]) -> str:
    """The hash of the closed month before."""
    earlier = [one for one in periods if one.period_start < str(asked.period)]
    return earlier[-1].ledger_hash if earlier else ""


def _may(asked: Close, found: list[str]) -> bool:
    """Whether nothing is missing; says what is."""
    if people.is_anybody_allowed():
        print(people.NOBODY)
    listed = unapproved(asked.period)
    if must_approve(asked.period):
        found = [*found, *listed]
    else:
        print(*listed, sep="\n", end="\n" if listed else "")
    if found:
        console.complain(f"{asked.period:%Y-%m} cannot be closed yet:")
        for line in found:
            console.complain(f"  - {line}")
    elif asked.check:
        print(f"{asked.period:%Y-%m} can be closed")
    return not found


def _record(period: Period) -> None:
    """Write the seed's row of a month that is posted, and show it as closed.

    Where rows of later months are lost too, the marts wait for them: a build refuses before.
    """
    file = decisions(PERIODS)
    append_period(period, file)
    month = period.period_start[:7]
    print(f"closed {month}: {period.entry_count} entries, hash {period.ledger_hash}")
    in_seed = {each.period_start for each in read_periods()}
    if lost := [each for each in posted_periods() if str(each) not in in_seed]:
        print(
            f"{lost[0]:%Y-%m} is posted and not in {file} either: close it next, by the same names"
        )
        return
    print(f"keep {file}, then: ai-cost export ledger")
    try:
        dbt("build", *SCOPE, "--select", *SHOWN)
    except WarehouseError as error:
        raise WarehouseError(
            f"{month} is closed, but its marts could not be built: run `make nightly`. {error}"
        ) from None
