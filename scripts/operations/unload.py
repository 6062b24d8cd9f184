"""Take out what a file brought: its rows, its rejects, and its place among the loaded files.

The days of its records are marked, so that the next night makes their figures again. Refused where
one of them is of a closed month, whose ledger would no longer be what was approved.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from scripts.accounting.periods import read_periods
from scripts.loading.paths import literal, quoted
from scripts.loading.run import MODELS
from scripts.loading.sources import RAW_SCHEMA, read_contract
from scripts.operations.lock import only_writer
from scripts.operations.roles import owner_of
from scripts.operations.transactions import transaction
from scripts.warehouse import WarehouseError, target, warehouse_file

Execute = Callable[[str], list[tuple]]


def run(name: str, wait_s: float) -> int:
    """Take the file out, and say what it was."""
    with (
        only_writer(target(), warehouse_file(), wait_s),
        owner_of(RAW_SCHEMA, target()),
        transaction() as execute,
    ):
        closed = {period.period_start[:7] for period in read_periods()}
        files, records, days = unload(execute, name, closed)
    print(f"Took out {records:,} records on {days:,} days, of {', '.join(files)}.")
    print("Move the file out of the landing folder, else the next load takes it in again.")
    print("Then `make nightly` makes the figures of these days again.")
    return 0


def unload(execute: Execute, name: str, closed: set[str]) -> tuple[list[str], int, int]:
    """Take out a file, by its path below landing or its batch; what, how many records and days.

    closed: the closed months, as 2026-10.
    """
    found = execute(
        f"select batch_id, raw_table, source_file from {RAW_SCHEMA}.load_files "
        f"where {literal(name)} in (source_file, batch_id) order by 3, 1"
    )
    if not found:
        raise WarehouseError(f"no file {name} is loaded; a path is said from the landing folder on")
    batches = ", ".join(literal(batch) for batch, _, _ in found)
    dated = execute(
        "select distinct raw_table, event_date, record_count, batch_id "
        f"from {RAW_SCHEMA}.load_days where batch_id in ({batches}) and event_date is not null"
    )
    shut = sorted({f"{day:%Y-%m}" for _, day, _, _ in dated} & closed)
    if shut:
        raise WarehouseError(
            f"{name} has records of {', '.join(shut)}, which is closed; nothing was changed. "
            "Correct it by an adjustment (docs/runbook.md)"
        )
    known = read_contract(MODELS).raw
    records = 0
    for batch, table, _ in found:
        if table not in known:
            raise WarehouseError(f"{table} is no raw table of this version")
        rows = f"{RAW_SCHEMA}.{quoted(table)} where batch_id = {literal(batch)}"
        records += execute(f"select count(*) from {rows}")[0][0]
        execute(f"delete from {rows}")
    for each in ("load_files", "load_days", "load_rejects"):
        execute(f"delete from {RAW_SCHEMA}.{each} where batch_id in ({batches})")
    # A load of no records on that day: what is built by days looks there for what changed. It
    # stays as the log of what was taken out.
    mark = secrets.token_hex(4)
    at = f"timestamp '{datetime.now(UTC):%Y-%m-%d %H:%M:%S}'"
    days = {(table, day, batch) for table, day, _, batch in dated}
    for table, day, batch in sorted(days):
        execute(
            f"insert into {RAW_SCHEMA}.load_days "
            "(batch_id, raw_table, event_date, record_count, loaded_at) values "
            f"('unloaded-{batch}-{mark}', {literal(table)}, date '{day}', 0, {at})"
        )
    return sorted({file for _, _, file in found}), records, len({day for _, day, _ in days})
