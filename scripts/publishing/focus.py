"""The FOCUS files of each billing period, as CSV and Parquet.

    <folder>/<period>/cost_and_usage.csv        FOCUS 1.4, and .parquet beside it
    <folder>/<period>/invoice_detail.csv        FOCUS 1.4
    <folder>/<period>/billing_period.csv        FOCUS 1.4
    <folder>/<period>/cost_and_usage_v1_2.csv   FOCUS 1.2
    <folder>/<period>/cost_and_usage_v1_5.csv   FOCUS 1.5, a draft, where it is asked for
    <folder>/sku_price_v1_5.csv                 the price list of the same draft

Rows are read in batches, so that a period may be larger than memory. A file appears whole or not
at all. Of a closed month the file of costs and usage is the one that was posted, byte for byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from scripts import console
from scripts.accounting import focus_file
from scripts.accounting.manifest import MANIFEST, read
from scripts.errors import Refused
from scripts.money import money
from scripts.operations.whole_files import written_whole
from scripts.publishing import focus_draft, focus_lines, focus_prices
from scripts.warehouse import columns, connect, stream

FILES = {
    "cost_and_usage": "rpt_focus_cost_and_usage",
    "invoice_detail": "rpt_focus_invoice_detail",
    "billing_period": "rpt_focus_billing_period",
    "cost_and_usage_v1_2": "rpt_focus_cost_and_usage_v1_2",
}
VERSIONS = {
    "1.4": ("cost_and_usage", "invoice_detail", "billing_period"),
    "1.2": ("cost_and_usage_v1_2",),
    "1.5": ("cost_and_usage_v1_5",),
}
DRAFT, DRAFT_VERSION = "cost_and_usage_v1_5", "1.5"
PUBLISHED = ("1.4", "1.2")
FORMATS = ("csv", "parquet")
_BATCH_ROWS = 50_000
_ARROW = {
    "decimal": pa.decimal128(30, 15),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "text": pa.string(),
}
_PERIODS = """
    select distinct "BillingPeriodStart" from marts.rpt_focus_cost_and_usage order by 1
"""
_LEFT_OUT = """
    select coalesce(sum(unpriced_count), 0), sum(lower_bound_cost_usd) from marts.fct_spend_daily
    where usage_date >= cast('{start}' as date) and usage_date < cast('{end}' as date)
"""
_CLOSED = """
    select document_name, content from marts.fct_closed_documents
    where posting_period = date '{period}' and document_name in ('{focus}', '{manifest}')
"""


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


class Approved:
    """What was approved of a closed month; nothing of an open one, and of one closed before."""

    def __init__(self, connection, period: datetime) -> None:
        found = dict(
            connection.execute(
                _CLOSED.format(
                    period=f"{period:%Y-%m-%d}", focus=focus_file.NAME, manifest=MANIFEST
                )
            ).fetchall()
        )
        self._period = period
        self._names = focus_file.names(found.get(focus_file.NAME, "").encode())
        self._hash = read(found.get(MANIFEST, "").encode()).get(focus_file.NAME)

    def wanted(self, mart: str, kinds: dict[str, str]) -> dict[str, str]:
        """The columns that the files had at the close."""
        if self._hash is None or "cost_and_usage" not in mart:
            return kinds
        if mart == focus_file.MART:
            return {name: kinds[name] for name in self._names}
        return focus_file.older_columns(kinds, self._names)

    def check(self, mart: str, digest: str) -> None:
        """Refused where the mart says something else than what was approved."""
        if mart == focus_file.MART and self._hash not in (None, digest):
            raise Refused(
                f"marts.{mart} does not have the rows of {self._period:%Y-%m} that were approved; "
                "see `ai-cost close verify`, then run `make nightly`"
            )


def write_file(connection, mart: str, period: datetime, file: Path, approved: Approved) -> int:
    """Write one mart's rows of one billing period; the number of rows."""
    kinds = approved.wanted(mart, columns(connection, mart))
    with written_whole(file) as half:
        write = _write_csv if file.suffix == ".csv" else _write_parquet
        return write(connection, mart, period, half, kinds, approved)


def write_draft(connection, period: datetime, file: Path, approved: Approved) -> int:
    """Write the costs and usage of a billing period in the words of the draft."""
    mart = focus_file.MART
    kinds = approved.wanted(mart, columns(connection, mart))
    with written_whole(file) as half:
        if file.suffix == ".parquet":
            change = focus_draft.changed_rows(kinds)
            return _write_parquet(connection, mart, period, half, kinds, approved, change)
        digest, count = hashlib.sha256(), -1
        with half.open("w", encoding="utf-8", newline="") as text:
            for line in focus_draft.csv_lines(
                connection, mart, f"{period:%Y-%m-%d}", kinds, digest
            ):
                text.write(line)
                count += 1
        approved.check(mart, digest.hexdigest())
        return count


def _export_prices(connection, folder: Path, formats: list[str]) -> None:
    """Write the price list of the draft, which has no months."""
    folder.mkdir(parents=True, exist_ok=True)
    found = list(focus_prices.rows(connection))
    for suffix in formats:
        _write_prices(folder / f"{focus_prices.NAME}.{suffix}", found)
    print(f"{folder / focus_prices.NAME}: {len(found):,} rows")


def _write_prices(file: Path, found: list[tuple]) -> None:
    with written_whole(file) as half:
        if file.suffix == ".parquet":
            with closing(_Parquet(half, focus_prices.KINDS)) as writer:
                if found:
                    writer.write(found)
            return
        half.write_text("".join(focus_prices.csv_lines(found)), encoding="utf-8", newline="")


def _write_csv(connection, mart, period, half: Path, kinds, approved: Approved) -> int:
    digest, count = hashlib.sha256(), -1  # the header is no row
    with half.open("wb") as file:
        for line in focus_lines.of_mart(connection, mart, f"{period:%Y-%m-%d}", kinds):
            content = line.encode()
            digest.update(content)
            file.write(content)
            count += 1
    approved.check(mart, digest.hexdigest())
    return count


def _write_parquet(
    connection, mart, period, half: Path, kinds, approved: Approved, change=lambda rows: rows
) -> int:
    names = ", ".join(f'"{name}"' for name in kinds)
    order = ", ".join(f'"{name}"' for name in focus_lines.order_of(kinds))
    sql = (
        f"select {names} from marts.{mart} "
        f"where \"BillingPeriodStart\" = cast('{period:%Y-%m-%d}' as timestamp) order by {order}"
    )
    count = 0
    with closing(_Parquet(half, kinds)) as writer:
        for rows in stream(connection, sql, _BATCH_ROWS):
            writer.write(change(rows))
            count += len(rows)
    return count


def _periods(connection, wanted: list[str]) -> Iterator[datetime]:
    found = {row[0].strftime("%Y-%m"): row[0] for row in connection.execute(_PERIODS).fetchall()}
    missing = [name for name in wanted if name not in found]
    if missing:
        known = f"{min(found)} to {max(found)}" if found else "none"
        raise Refused(f"no charges in {', '.join(missing)}; periods with charges: {known}")
    return (start for name, start in found.items() if not wanted or name in wanted)


def _export(
    connection, folder: Path, periods: list[datetime], formats: list[str], versions: Sequence[str]
) -> None:
    for period in console.track(periods, "billing periods"):
        target = folder / f"{period:%Y-%m}"
        target.mkdir(parents=True, exist_ok=True)
        approved = Approved(connection, period)
        for name in (name for version in versions for name in VERSIONS[version]):
            for suffix in formats:
                file = target / f"{name}.{suffix}"
                if name == DRAFT:
                    rows = write_draft(connection, period, file, approved)
                else:
                    rows = write_file(connection, FILES[name], period, file, approved)
            print(f"{target / name}: {rows:,} rows")
        end = datetime(period.year + period.month // 12, period.month % 12 + 1, 1)
        left_out, bound = connection.execute(
            _LEFT_OUT.format(start=f"{period:%Y-%m-%d}", end=f"{end:%Y-%m-%d}")
        ).fetchall()[0]
        if left_out:
            print(f"  left out: {left_out:,} attempts without a price (fct_priced_requests)")
        if bound:
            print(
                f"  a lower bound: USD {money(bound)}, of attempts with a meter that has no price "
                "(fct_unpriced_meters_daily)"
            )


def export(
    folder: Path, periods: list[str], formats: list[str], versions: Sequence[str] = PUBLISHED
) -> int:
    """Write the files of these periods, such as 2026-07, or of all; Refused when it cannot."""
    with connect() as connection:
        try:
            _export(connection, folder, list(_periods(connection, periods)), formats, versions)
            if DRAFT_VERSION in versions:
                _export_prices(connection, folder, formats)
        except OSError as error:
            raise Refused(str(error)) from None
    return 0
