"""The FOCUS file of a closed month, as it was delivered: its rows are posted as a table.

Its header is posted as the content of the document, so that the file keeps the columns that it had
at the close, whatever columns a later version has.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pyarrow as pa

from scripts.accounting.entries import schema
from scripts.publishing import focus_lines
from scripts.warehouse import columns, connect

NAME = "focus/cost_and_usage.csv"
# The same rows in the columns of FOCUS 1.2, which follow from it.
OLDER = "cost_and_usage_v1_2.csv"
TABLE = "posted_focus_charges"
MART = "rpt_focus_cost_and_usage"
OLDER_MART = f"{MART}_v1_2"
PERIOD = "posting_period"
# Columns of 1.2 under another name, and those of 1.4 that they are taken from.
_RENAMED = {
    "PricingCurrency": "BillingCurrency",
    "PricingCurrencyContractedUnitPrice": "ContractedUnitPrice",
    "PricingCurrencyEffectiveCost": "EffectiveCost",
    "PricingCurrencyListUnitPrice": "ListUnitPrice",
    "ProviderName": "ServiceProviderName",
    "PublisherName": "x_ModelDeveloper",
}


def _kinds() -> dict[str, str]:
    """The columns of the posted table but the month, each as decimal, timestamp or text."""
    return {field.name: _kind(field.type) for field in schema(TABLE) if field.name != PERIOD}


def _kind(of: pa.DataType) -> str:
    if pa.types.is_decimal(of):
        return "decimal"
    return "timestamp" if pa.types.is_timestamp(of) else "text"


def names(content: bytes) -> list[str]:
    """The columns of a file by its header."""
    return content.decode().partition("\n")[0].split(",")


def header(content: bytes) -> bytes:
    """The first line of a file."""
    return content.partition(b"\n")[0] + b"\n"


def worked_out(period: date) -> bytes:
    """The file of a month that is open, as it would be delivered now."""
    with connect() as connection:
        return "".join(focus_lines.of_mart(connection, MART, str(period))).encode()


def selected(period: date, content: bytes) -> str:
    """Where the rows that are posted for this file come from: columns of the table and a query."""
    found = names(content)
    listed = ", ".join(f'"{name}"' for name in found)
    return (
        f"({', '.join([PERIOD, *(name.lower() for name in found)])}) "
        f"select date '{period}', {listed} from marts.{MART} "
        f"where \"BillingPeriodStart\" = cast('{period}' as timestamp)"
    )


def lines(connection, period: date, head: bytes) -> Iterator[str]:
    """The lines of a posted file with this header; the header alone where it is not one."""
    found, kinds = names(head), _kinds()
    if not {name.lower() for name in found} <= set(kinds):
        return iter([head.decode()])
    rest = f"ledger.{TABLE} where {PERIOD} = date '{period}'"
    return focus_lines.of_posted(connection, found, kinds, rest)


def posted(period: date, head: bytes) -> bytes:
    """A posted file with this header."""
    with connect() as connection:
        return "".join(lines(connection, period, head)).encode()


def of_parquet(file: Path, head: bytes) -> bytes:
    """An exported Parquet file as the CSV that belongs to it, of 1.4 or of 1.2."""
    found, kinds = names(head), _kinds()
    by_name = {name.lower(): kinds[_RENAMED.get(name, name).lower()] for name in found}
    return focus_lines.of_parquet(file, found, by_name)


def older_columns(kinds: Mapping[str, str], of: list[str]) -> dict[str, str]:
    """The columns of a 1.2 file next to a 1.4 file with the columns `of`."""
    return {name: kind for name, kind in kinds.items() if _RENAMED.get(name, name) in of}


def as_older(content: bytes) -> bytes:
    """A 1.4 file in the columns of 1.2."""
    with connect() as connection:
        kinds = older_columns(columns(connection, OLDER_MART), names(content))
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
    taken = [_RENAMED.get(name, name) for name in kinds]
    lines = (",".join(quoted(row[name]) for name in taken) + "\n" for row in rows)
    return "".join([focus_lines.header(kinds), *lines]).encode()


def quoted(text: str) -> str:
    """A cell as CSV."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if any(mark in text for mark in ',"\n\r') else text
