"""Posted entries as bytes: one canonical CSV a period, chained by SHA-256.

The hash of a period is SHA-256 of the hash of the period before (nothing for the first), a line
break, and the period's CSV. Whoever holds the CSV files can check the chain without the warehouse.
"""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date, datetime
from decimal import Decimal
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
}
# A spreadsheet reads a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def schema() -> pa.Schema:
    """The columns of a posted entry, as declared beside its staging model."""
    source = yaml_files.read(_SOURCES)["sources"][0]
    columns = source["tables"][0]["columns"]
    return pa.schema([(column["name"], _ARROW[column["data_type"]]) for column in columns])


def columns() -> list[str]:
    """Their names, in the order in which they are exported and hashed."""
    return schema().names


def as_csv(rows: list[tuple]) -> bytes:
    """Entries as CSV with a header, ordered by the first column: the same bytes always."""
    types = [field.type for field in schema()]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns())
    for row in sorted(rows, key=lambda row: row[0]):
        writer.writerow(_cell(value, kind) for value, kind in zip(row, types, strict=True))
    return text.getvalue().encode()


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
