"""The posted ledger as files: exported, checked, restored into a warehouse that has lost it.

A Parquet and a CSV file of entries a month, and a folder with the other documents. The hashes of
the seed accounting_periods chain them; restoring checks them first and refuses a file that was
changed. Months that are posted already are left alone.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from scripts import console
from scripts.accounting import focus_file
from scripts.accounting.entries import ENTRIES, as_csv, chained_hash, schema
from scripts.accounting.ledger import dbt, posted_periods, read_entries
from scripts.accounting.manifest import MANIFEST, first_difference, has_manifest
from scripts.accounting.periods import Period, read_periods
from scripts.accounting.posting import (
    DOCUMENTS,
    TABLES,
    Month,
    arrow,
    as_rows,
    post,
    posted_documents,
    posted_rows,
)
from scripts.accounting.verify import broken_links
from scripts.errors import Refused
from scripts.operations.whole_files import write_whole, written_whole
from scripts.warehouse import WarehouseError, kept_open


class BrokenChain(Refused):
    """Entries are not those that were approved; the message says which."""


def export(folder: Path, periods: list[Period]) -> None:
    """Write each closed month; an export that is there already is written again, byte for byte."""
    folder.mkdir(parents=True, exist_ok=True)
    for period in console.track(periods, "export"):
        month = date.fromisoformat(period.period_start)
        name = folder / f"{month:%Y-%m}"
        rows = read_entries(month)
        write_whole(name.with_suffix(".csv"), as_csv(rows))
        _write_parquet(name.with_suffix(".parquet"), rows, ENTRIES)
        if has_manifest(period):
            _export_documents(name, month)
    print(f"{len(periods)} closed months in {folder}")


def _export_documents(place: Path, month: date) -> None:
    for name, content in posted_documents(month).items():
        table = TABLES.get(name)
        if table == ENTRIES:
            continue
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, content)
        if name == focus_file.NAME:
            table = focus_file.TABLE
        if table:
            _write_parquet(file.with_suffix(".parquet"), posted_rows(table, month), table)


def _write_parquet(file: Path, rows: list[tuple], table: str) -> None:
    with written_whole(file) as half:
        pq.write_table(arrow(rows, table), half)


def read_export(folder: Path, periods: list[Period]) -> dict[date, Month]:
    """The rows of each closed month by table, after the whole chain was checked."""
    months: dict[date, Month] = {}
    previous = ""
    for period in periods:
        month = date.fromisoformat(period.period_start)
        file = folder / f"{month:%Y-%m}.parquet"
        rows = _read_parquet(file, ENTRIES)
        if has_manifest(period):
            months[month] = _read_documents(file, period, previous, rows)
        elif chained_hash(previous, as_csv(rows)) != period.ledger_hash:
            raise BrokenChain(f"{file} does not have the entries that were approved")
        else:
            months[month] = {ENTRIES: rows}
        previous = period.ledger_hash
    return months


def _read_documents(file: Path, period: Period, previous: str, entries: list[tuple]) -> Month:
    place = file.with_suffix("")
    found = {path.relative_to(place).as_posix(): path for path in place.rglob("*.[cm][sd]*")}
    tables = {"entries.csv": entries} | {
        name: _read_parquet(place / name.replace(".csv", ".parquet"), table)
        for name, table in TABLES.items()
        if table != ENTRIES and name in found
    }
    texts = {name: path.read_bytes() for name, path in found.items() if name not in TABLES}
    if MANIFEST not in texts:
        raise WarehouseError(f"{place / MANIFEST} is missing; nothing was restored")
    documents = texts | {name: as_csv(rows, TABLES[name]) for name, rows in tables.items()}
    manifest = documents.pop(MANIFEST)
    if said := first_difference(period, previous, manifest, documents):
        # the entries have a file of their own
        if said.startswith("entries.csv"):
            raise BrokenChain(f"{file} does not have the entries that were approved")
        raise BrokenChain(f"{place}: {said}")
    month = date.fromisoformat(period.period_start)
    found = {TABLES[name]: rows for name, rows in tables.items()}
    if focus_file.NAME in texts:
        found[focus_file.TABLE] = _read_focus(place / focus_file.NAME, texts[focus_file.NAME])
    return found | {DOCUMENTS: as_rows(month, texts)}


def _read_focus(file: Path, approved: bytes) -> list[tuple]:
    """The rows of a FOCUS file, once the Parquet file says what the approved one says."""
    rows = _read_parquet(file.with_suffix(".parquet"), focus_file.TABLE)
    if focus_file.of_parquet(file.with_suffix(".parquet"), approved) != approved:
        raise BrokenChain(f"{file.with_suffix('.parquet')} is not {file.name}, which was approved")
    return rows


def _read_parquet(file: Path, table: str) -> list[tuple]:
    if not file.exists():
        raise WarehouseError(f"{file} is missing; nothing was restored")
    # nothing is guessed from the names of folders
    found = pq.read_table(file, schema=schema(table), partitioning=None)
    return [tuple(row.values()) for row in found.to_pylist()]


def restore(folder: Path, periods: list[Period]) -> None:
    """Put back the months that the warehouse has no entries of, in one transaction."""
    months = read_export(folder, periods)
    dbt("run-operation", "create_posted_entries")
    present = set(posted_periods())
    lost = {month: tables for month, tables in months.items() if month not in present}
    post(lost)
    print(f"restored {len(lost)} months; run `make nightly` next")


def run(folder: Path, what: str) -> int:
    """`what`: export, verify or restore."""
    periods = read_periods()
    if what == "restore":
        restore(folder, periods)
        return 0
    with kept_open():
        broken = broken_links(periods)
        if broken:
            raise BrokenChain("; ".join(broken))
        if what == "verify":
            print(f"{len(periods)} closed months are as they were approved")
        else:
            export(folder, periods)
    return 0
