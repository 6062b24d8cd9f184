"""The posted ledger as files: exported, checked, restored into a warehouse that has lost it.

The hashes of the seed accounting_periods chain the CSV files; restoring checks them first and
refuses a file that was changed. Months that are posted already are left alone.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from scripts import console
from scripts.accounting.entries import as_csv, chained_hash, columns, schema
from scripts.accounting.ledger import POSTED, broken_links, dbt, posted_periods, read_entries
from scripts.accounting.periods import Period, read_periods
from scripts.errors import Refused
from scripts.operations.whole_files import write_whole, written_whole
from scripts.warehouse import WarehouseError, connect_postgres, target, warehouse_file


class BrokenChain(Refused):
    """Entries are not those that were approved; the message says which."""


def export(folder: Path, periods: list[Period]) -> None:
    """Write each closed month; an export that is there already is written again, byte for byte."""
    folder.mkdir(parents=True, exist_ok=True)
    for period in console.track(periods, "export"):
        rows = read_entries(date.fromisoformat(period.period_start))
        name = folder / period.period_start[:7]
        write_whole(name.with_suffix(".csv"), as_csv(rows))
        ordered = sorted(rows, key=lambda row: row[0])
        arrays = [
            pa.array([row[number] for row in ordered], field.type)
            for number, field in enumerate(schema())
        ]
        with written_whole(name.with_suffix(".parquet")) as half:
            pq.write_table(pa.Table.from_arrays(arrays, schema=schema()), half)
    print(f"{len(periods)} closed months in {folder}")


def read_export(folder: Path, periods: list[Period]) -> dict[str, list[tuple]]:
    """The entries of each closed month from Parquet, after the whole chain was checked."""
    months: dict[str, list[tuple]] = {}
    previous = ""
    for period in periods:
        file = folder / f"{period.period_start[:7]}.parquet"
        if not file.exists():
            raise WarehouseError(f"{file} is missing; nothing was restored")
        rows = [tuple(row.values()) for row in pq.read_table(file, schema=schema()).to_pylist()]
        if chained_hash(previous, as_csv(rows)) != period.ledger_hash:
            raise BrokenChain(f"{file} does not have the entries that were approved")
        previous = period.ledger_hash
        months[period.period_start] = rows
    return months


def restore(folder: Path, periods: list[Period]) -> None:
    """Put back the months that the warehouse has no entries of, in one transaction."""
    months = read_export(folder, periods)
    dbt("run-operation", "create_posted_entries")
    present = {str(period) for period in posted_periods()}
    lost = {month: rows for month, rows in months.items() if month not in present}
    _insert([row for rows in lost.values() for row in rows])
    print(f"restored {len(lost)} months; run `make nightly` next")


def _insert(rows: list[tuple]) -> None:
    if not rows:
        return
    if target() == "duckdb":
        arrays = [
            pa.array([row[number] for row in rows], field.type)
            for number, field in enumerate(schema())
        ]
        entries = pa.Table.from_arrays(arrays, schema=schema())
        with duckdb.connect(str(warehouse_file())) as connection:
            connection.register("restored", entries)
            connection.execute(f"insert into {POSTED} by name select * from restored")
        return
    from psycopg2.extras import execute_values  # only here: DuckDB needs no server library

    connection = connect_postgres()
    try:
        with connection, connection.cursor() as cursor:
            execute_values(cursor, f"insert into {POSTED} ({', '.join(columns())}) values %s", rows)
    finally:
        connection.close()


def run(folder: Path, what: str) -> int:
    """`what`: export, verify or restore."""
    periods = read_periods()
    if what == "restore":
        restore(folder, periods)
        return 0
    broken = broken_links(periods)
    if broken:
        raise BrokenChain("; ".join(broken))
    if what == "verify":
        print(f"{len(periods)} closed months are as they were approved")
    else:
        export(folder, periods)
    return 0
