"""Export the posted ledger, check it, or restore it into a warehouse that has lost it.

    python -m scripts.export_ledger [--folder DIR]             a Parquet and a CSV file a month
    python -m scripts.export_ledger --restore [--folder DIR]   put exported months back
    python -m scripts.export_ledger --verify                   entries against the seed's hashes

The hashes of the seed accounting_periods chain the CSV files; restoring checks them first and
refuses a file that was changed. Months that are posted already are left alone. Exits with 0 when
all is well, 1 when hashes do not agree, 2 when something must be set right first.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from scripts.accounting.entries import as_csv, chained_hash, columns, schema
from scripts.accounting.ledger import POSTED, broken_links, dbt, posted_periods, read_entries
from scripts.accounting.periods import Period, read_periods
from scripts.operations.whole_files import write_whole, written_whole
from scripts.warehouse import WarehouseError, connect_postgres, target, warehouse_file

DEFAULT_FOLDER = Path(os.environ.get("AI_COST_LEDGER", "ledger"))


class BrokenChain(Exception):
    """Entries are not those that were approved; the message says which."""


def export(folder: Path, periods: list[Period]) -> None:
    """Write each closed month; an export that is there already is written again, byte for byte."""
    folder.mkdir(parents=True, exist_ok=True)
    for period in tqdm(periods, desc="export", unit="month", disable=None):
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


def main(argv: list[str] | None = None) -> int:
    """Entry point."""
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument(
        "--folder", type=Path, default=DEFAULT_FOLDER, help="default: AI_COST_LEDGER, else ledger/"
    )
    what = p.add_mutually_exclusive_group()
    what.add_argument("--restore", action="store_true", help="put exported months back")
    what.add_argument("--verify", action="store_true", help="check hashes only")
    args = p.parse_args(argv)
    try:
        periods = read_periods()
        if args.restore:
            restore(args.folder, periods)
            return 0
        broken = broken_links(periods)
        if broken:
            raise BrokenChain("; ".join(broken))
        if args.verify:
            print(f"{len(periods)} closed months are as they were approved")
        else:
            export(args.folder, periods)
        return 0
    except BrokenChain as error:
        print(f"export_ledger: {error}", file=sys.stderr)
        return 1
    except (WarehouseError, OSError) as error:
        print(f"export_ledger: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
