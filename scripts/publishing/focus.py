"""The FOCUS files of each billing period, as CSV and Parquet.

    <folder>/<period>/cost_and_usage.csv        FOCUS 1.4, and .parquet beside it
    <folder>/<period>/invoice_detail.csv        FOCUS 1.4
    <folder>/<period>/billing_period.csv        FOCUS 1.4
    <folder>/<period>/cost_and_usage_v1_2.csv   FOCUS 1.2

Rows are read in batches, so that a period may be larger than memory. A file appears whole or not
at all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from scripts import console
from scripts.errors import Refused
from scripts.operations.whole_files import written_whole
from scripts.warehouse import columns, connect, stream

FILES = {
    "cost_and_usage": "rpt_focus_cost_and_usage",
    "invoice_detail": "rpt_focus_invoice_detail",
    "billing_period": "rpt_focus_billing_period",
    "cost_and_usage_v1_2": "rpt_focus_cost_and_usage_v1_2",
}
FORMATS = ("csv", "parquet")
_BATCH_ROWS = 50_000
_ARROW = {
    "decimal": pa.decimal128(30, 15),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "text": pa.string(),
}
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PERIODS = """
    select distinct "BillingPeriodStart" from marts.rpt_focus_cost_and_usage order by 1
"""
_LEFT_OUT = """
    select coalesce(sum(unpriced_count), 0), sum(lower_bound_cost_usd) from marts.fct_spend_daily
    where usage_date >= cast('{start}' as date) and usage_date < cast('{end}' as date)
"""


def csv_cell(value: object) -> str:
    """One value as FOCUS wants it in text: plain decimals, UTC instants with a Z, nothing for null.

    A decimal keeps at least one digit after the point: validators read a column without any as
    integers. Text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        whole, _, digits = f"{value:f}".partition(".")
        return f"{whole}.{digits.rstrip('0') or '0'}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


class _Csv:
    """A CSV file with a header."""

    def __init__(self, file: Path, kinds: dict[str, str]) -> None:
        self._file = file.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(kinds)

    def write(self, rows: list[tuple]) -> None:
        self._writer.writerows([csv_cell(value) for value in row] for row in rows)

    def close(self) -> None:
        self._file.close()


class _Parquet:
    """A Parquet file: decimals stay decimals, instants are UTC."""

    def __init__(self, file: Path, kinds: dict[str, str]) -> None:
        self._schema = pa.schema([(name, _ARROW[kind]) for name, kind in kinds.items()])
        self._writer = pq.ParquetWriter(file, self._schema)

    def write(self, rows: list[tuple]) -> None:
        arrays = [
            pa.array([_in_utc(value) for value in values], type=field.type)
            for values, field in zip(zip(*rows, strict=True), self._schema, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


def _in_utc(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


_WRITERS = {"csv": _Csv, "parquet": _Parquet}


def write_file(connection, mart: str, period: datetime, file: Path) -> int:
    """Write one mart's rows of one billing period; the number of rows."""
    kinds = columns(connection, mart)
    names = ", ".join(f'"{name}"' for name in kinds)
    order = ", ".join(str(position + 1) for position in range(len(kinds)))
    sql = (
        f"select {names} from marts.{mart} "
        f"where \"BillingPeriodStart\" = cast('{period:%Y-%m-%d}' as timestamp) order by {order}"
    )
    count = 0
    with written_whole(file) as half, closing(_WRITERS[file.suffix[1:]](half, kinds)) as writer:
        for rows in stream(connection, sql, _BATCH_ROWS):
            writer.write(rows)
            count += len(rows)
    return count


def _periods(connection, wanted: list[str]) -> Iterator[datetime]:
    found = {row[0].strftime("%Y-%m"): row[0] for row in connection.execute(_PERIODS).fetchall()}
    missing = [name for name in wanted if name not in found]
    if missing:
        known = f"{min(found)} to {max(found)}" if found else "none"
        raise Refused(f"no charges in {', '.join(missing)}; periods with charges: {known}")
    return (start for name, start in found.items() if not wanted or name in wanted)


def _export(connection, folder: Path, periods: list[datetime], formats: list[str]) -> None:
    for period in console.track(periods, "billing periods"):
        target = folder / f"{period:%Y-%m}"
        target.mkdir(parents=True, exist_ok=True)
        for name, mart in FILES.items():
            for suffix in formats:
                rows = write_file(connection, mart, period, target / f"{name}.{suffix}")
            print(f"{target / name}: {rows:,} rows")
        end = datetime(period.year + period.month // 12, period.month % 12 + 1, 1)
        left_out, bound = connection.execute(
            _LEFT_OUT.format(start=f"{period:%Y-%m-%d}", end=f"{end:%Y-%m-%d}")
        ).fetchall()[0]
        if left_out:
            print(f"  left out: {left_out:,} attempts without a price (fct_priced_requests)")
        if bound:
            print(
                f"  a lower bound: USD {bound:,.2f}, of attempts with a meter that has no price "
                "(fct_unpriced_meters_daily)"
            )


def export(folder: Path, periods: list[str], formats: list[str]) -> int:
    """Write the files of these periods, such as 2026-07, or of all; Refused when it cannot."""
    with connect() as connection:
        try:
            _export(connection, folder, list(_periods(connection, periods)), formats)
        except OSError as error:
            raise Refused(str(error)) from None
    return 0
