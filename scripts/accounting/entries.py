"""Posted rows as bytes: one canonical CSV a period and table, chained by SHA-256.

The hash of a period is SHA-256 of the hash of the period before (nothing for the first), a line
break, and the period's manifest (manifest.py); of periods that were closed before there were
manifests, the CSV of its entries. Whoever holds the files can check the chain without a warehouse.
"""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow as pa

from scripts import yaml_files

_SOURCES = Path(__file__).resolve().parents[2] / "models/staging/ledger/_ledger__sources.yml"
_ARROW = {
    "varchar": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "bigint": pa.int64(),
    "decimal(30,15)": pa.decimal128(30, 15),
    "decimal(16,12)": pa.decimal128(16, 12),
    "decimal(18,9)": pa.decimal128(18, 9),
    "decimal(24,12)": pa.decimal128(24, 12),
}
# A spreadsheet reads a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


ENTRIES = "posted_entries"


@cache
def schema(table: str = ENTRIES) -> pa.Schema:
    """The columns of a posted table, as declared beside its staging model."""
    source = yaml_files.read(_SOURCES)["sources"][0]
    declared = {each["name"]: each["columns"] for each in source["tables"]}[table]
    return pa.schema([(column["name"], _ARROW[column["data_type"]]) for column in declared])


def columns(table: str = ENTRIES) -> list[str]:
    """Their names, in the order in which they are exported and hashed."""
    return schema(table).names


def as_csv(rows: list[tuple], table: str = ENTRIES) -> bytes:
    """Rows as CSV with a header, in one order: the same bytes always."""
    types = [field.type for field in schema(table)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns(table))
    for row in ordered(rows, table):
        writer.writerow(_cell(value, kind) for value, kind in zip(row, types, strict=True))
    return text.getvalue().encode()


def ordered(rows: list[tuple], table: str = ENTRIES) -> list[tuple]:
    """Entries by their id; statements and lines by everything that tells them apart."""
    if table == ENTRIES:
        return sorted(rows, key=lambda row: row[0])
    return sorted(rows, key=lambda row: tuple(map(str, row)))


def safe_text(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _cell(value, kind: pa.DataType) -> str:
    if value is None:
        return ""
    if pa.types.is_decimal(kind):
        return f"{Decimal(value).quantize(Decimal(1).scaleb(-kind.scale)):f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | int):
        return str(value)
    return safe_text(value)


def chained_hash(previous: str, content: bytes) -> str:
    """The hash of a period after one whose hash is `previous` ('' before the first)."""
    return hashlib.sha256(previous.encode() + b"\n" + content).hexdigest()
