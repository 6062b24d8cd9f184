"""Move the raw records of old days out of the warehouse, into files, and bring them back.

The marts keep what was built of them, and those days are not built again: only days of closed
months go, and a build that would need them is refused (macros/days/archived_days.sql). One run
writes one file per raw table; what comes back is what the last run moved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from scripts import yaml_files
from scripts.accounting.freshness import stale
from scripts.accounting.ledger import next_month
from scripts.accounting.periods import read_periods
from scripts.loading.paths import literal, quoted
from scripts.loading.run import MODELS
from scripts.loading.sources import RAW_SCHEMA, Table, read_contract
from scripts.operations.clock import run_instant
from scripts.operations.lock import only_writer
from scripts.operations.roles import owner_of
from scripts.operations.transactions import Transaction, transaction
from scripts.operations.whole_files import written_whole
from scripts.warehouse import WarehouseError, target, warehouse_file

PROJECT = MODELS.parent / "dbt_project.yml"
DAYS = f"{RAW_SCHEMA}.archived_days"
RECORDS = f"{RAW_SCHEMA}.archived_records"
_RULES = "price_fingerprint, owner_fingerprint, reading_fingerprint"
_LEFT_OUT = "select raw_table, record_count from intermediate.int_records_left_out"


def archive(days: int, folder: Path, wait_s: float) -> int:
    """Move what is older than so many days and of closed months; say what was moved."""
    with _changing(wait_s, stale) as execute:
        last = _last_closed(execute, run_instant().date() - timedelta(days=days))
        if last is None:
            print(f"No month that ended {days} days ago or more is closed and still here whole.")
            return 0
        moved = _move(execute, last, folder)
    print(f"Moved {sum(moved.values()):,} records of use up to {last} to {folder}/:")
    for table, count in moved.items():
        print(f"  {table} {count:,}")
    print("The marts stay as they are. `ai-cost archive --restore` brings the records back.")
    return 0


def restore(folder: Path, wait_s: float) -> int:
    """Bring back what the last run moved; say what it was."""
    with _changing(wait_s) as execute:
        found = execute(
            f"select raw_table, archive_file, content_sha256, record_count from {RECORDS} "
            f"where archived_at = (select max(archived_at) from {RECORDS}) order by 1"
        )
        if not found:
            raise WarehouseError("nothing is in the archive")
        execute.work_as_owner_of(RAW_SCHEMA)
        for table, name, content, count in found:
            if name:
                place = f"{RAW_SCHEMA}.{quoted(table)}"
                _bring_back(execute, place, folder / name, content, count)
        # the days first: both tables have the instant of each run
        for table in (DAYS, RECORDS):
            execute(
                f"delete from {table} where archived_at = (select max(archived_at) from {RECORDS})"
            )
    print(f"Brought back {sum(row[3] for row in found):,} records. Now `make nightly`.")
    return 0


@contextmanager
def _changing(wait_s: float, missing: Callable[[], list[str]] = list) -> Iterator[Transaction]:
    """A transaction that nobody else writes beside; WarehouseError while something is missing."""
    with only_writer(target(), warehouse_file(), wait_s), owner_of("marts", target()):
        # before it: DuckDB opens a file for reading or for writing, and not for both
        for sentence in missing():
            raise WarehouseError(f"nothing was archived: {sentence}")
        with transaction() as execute:
            yield execute


def check_nothing_is_archived(execute: Transaction, what: str) -> None:
    """Raise WarehouseError where records lie in the archive, in which `what` would miss them."""
    (count,) = execute(f"select coalesce(sum(record_count), 0) from {RECORDS}")[0]
    if count:
        raise WarehouseError(
            f"{count:,} records are in the archive, where {what} does not look: bring them back "
            "first, `ai-cost archive --restore`"
        )


def _last_closed(execute: Transaction, until: date) -> date | None:
    """The last day of the newest month to archive: all up to it is closed, and over by `until`."""
    closed = {date.fromisoformat(period.period_start) for period in read_periods()}
    last = None
    for (first,) in execute(
        "select distinct cast(date_trunc('month', usage_date) as date) "
        f"from intermediate.int_day_fingerprints where usage_date > {_archived_until(execute)} "
        "order by 1"
    ):
        end = next_month(first) - timedelta(days=1)
        if first not in closed or end > until:
            break
        last = end
    return last


def _archived_until(execute: Transaction) -> str:
    (day,) = execute(f"select max(usage_date) from {DAYS}")[0]
    return f"date '{day or date.min}'"


def _move(execute: Transaction, last: date, folder: Path) -> dict[str, int]:
    """Write the files, take the rows out, and remember both; records by raw table.

    The days that a trace may reach back to are kept, so that a day after them can be built again.
    """
    reach = yaml_files.read(PROJECT)["vars"]["trace_lookback_days"]
    moved_until = last - timedelta(days=max(1, int(reach)))
    # the clock of the loads, whose records may come later
    at = _instant(datetime.now(UTC))
    before = dict(execute(_LEFT_OUT))
    days = execute(
        f"select usage_date, {_RULES} from intermediate.int_day_fingerprints "
        f"where usage_date > {_archived_until(execute)} and usage_date <= date '{last}'"
    )
    looks = _looks(execute)
    execute.work_as_owner_of(RAW_SCHEMA)
    files = {}
    for table in _tables(execute):
        condition = _old(table, moved_until, looks.get(table.name, []))
        rows = f"from {RAW_SCHEMA}.{quoted(table.name)} {condition}"
        (count,) = execute(f"select count(*) {rows}")[0]
        if count:
            file = folder / table.name / f"until-{moved_until}{execute.suffix}"
            files[table.name] = (file, _written(execute, f"select * {rows}", file), count)
            execute(f"delete {rows}")
    for day, *rules in days:
        texts = ", ".join(map(_text, rules))
        execute(
            f"insert into {DAYS} (usage_date, archived_at, {_RULES}) "
            f"values (date '{day}', {at}, {texts})"
        )
    execute.work_as_owner_of("marts")
    after = dict(execute(_LEFT_OUT))
    execute.work_as_owner_of(RAW_SCHEMA)
    for table in sorted({*files, *before}):
        file, content, count = files.get(table, (None, None, 0))
        name = file and str(file.relative_to(folder))
        execute(
            f"insert into {RECORDS} (raw_table, archived_at, last_date, archive_file, "
            "content_sha256, record_count, left_out_count) values "
            f"({literal(table)}, {at}, date '{moved_until}', {_text(name)}, {_text(content)}, "
            f"{count}, {before.get(table, 0) - after.get(table, 0)})"
        )
    return {table: count for table, (_, _, count) in files.items()}


def _tables(execute: Transaction) -> list[Table]:
    """The raw tables of gateways that this warehouse has as tables of its own."""
    present = {
        name
        for (name,) in execute(
            "select table_name from information_schema.tables "
            f"where table_schema = '{RAW_SCHEMA}' and table_type = 'BASE TABLE'"
        )
    }
    return [
        table
        for table in read_contract(MODELS).raw.values()
        if table.kind == "gateway" and table.name in present
    ]


def _looks(execute: Transaction) -> dict[str, list[str]]:
    """The looks at finished jobs by raw table, each as a condition: later ones are compared with
    them, so they stay.
    """
    found: dict[str, list[str]] = {}
    for table, file, line in execute(
        "select source_system, source_file, line_number from intermediate.int_job_cost_snapshots"
    ):
        condition = f"source_file = {literal(file)} and line_number = {line}"
        found.setdefault(table, []).append(condition)
    return found


def _old(table: Table, until: date, looks: list[str]) -> str:
    """The condition for a row to go."""
    kept = f" and not ({' or '.join(looks)})" if looks else ""
    return f"where cast({quoted(table.event_time)} as date) <= date '{until}'{kept}"


def _written(execute: Transaction, query: str, file: Path) -> str:
    """Write a file that is not there yet; its SHA-256."""
    if file.exists():
        raise WarehouseError(f"{file} is there already: move it away, or name another folder")
    file.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(file) as half:
        execute.write(query, half)
    return _sha256(file)


def _bring_back(execute: Transaction, table: str, file: Path, content: str, count: int) -> None:
    if not file.is_file():
        raise WarehouseError(f"{file} is not there; nothing was brought back")
    if _sha256(file) != content:
        raise WarehouseError(f"{file} is not what was archived; nothing was brought back")
    (before,) = execute(f"select count(*) from {table}")[0]
    execute.read(table, file)
    (after,) = execute(f"select count(*) from {table}")[0]
    if after - before != count:
        raise WarehouseError(f"{file} has {after - before:,} records and not {count:,}")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _instant(at: datetime) -> str:
    return f"timestamp '{at:%Y-%m-%d %H:%M:%S.%f}'"


def _text(value: str | None) -> str:
    return "null" if value is None else literal(value)
