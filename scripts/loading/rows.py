"""Rows of CSV or Parquet as lines of JSON, for a table whose records are taken apart as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.loading.documents import DOCUMENT_BYTES
from scripts.loading.foreign import Unreadable
from scripts.loading.lines import Lines
from scripts.loading.otlp import CLICKHOUSE
from scripts.loading.records import ROWS, text_lines
from scripts.loading.streams import ByteStream, Content


def has_spans(kind: str, content: Content) -> bool:
    """Whether a table holds spans as the ClickHouse exporter writes them."""
    head, _ = content.peek()
    if kind == "parquet":
        # The names of the columns stand at the end.
        plain = isinstance(content, ByteStream) and not content.compressed
        try:
            found = pq.read_schema(content.whole_file()).names if plain else CLICKHOUSE
        except (pa.ArrowException, OSError):
            return False
        return set(CLICKHOUSE) <= set(found)
    first = head.partition(b"\n")[0].decode(errors="replace")
    return kind == "csv" and all(name in first for name in CLICKHOUSE)


def read_rows(kind: str, content: Content) -> Iterator[Lines]:
    """Each row as an object of its columns, numbered from 1."""
    done = 0
    rows = _of_parquet(content) if kind == "parquet" else csv.DictReader(text_lines(content))
    try:
        while block := list(islice(rows, ROWS)):
            numbers = pa.array(range(done + 1, done + 1 + len(block)), pa.int64())
            done += len(block)
            yield Lines(numbers, pa.array([_line(row) for row in block], pa.string()), nul=True)
    except (csv.Error, pa.ArrowException, OSError, ValueError) as error:
        raise Unreadable(f"its rows cannot be read: {type(error).__name__}") from None


def _line(row: dict) -> str:
    # A row that is longer than the header has the rest under no name.
    named = {key: value for key, value in row.items() if key is not None}
    return json.dumps(named, ensure_ascii=False, default=str)


def _of_parquet(content: Content) -> Iterator[dict]:
    for batch in pq.ParquetFile(_whole(content)).iter_batches(batch_size=ROWS):
        # JSON has no times: nanoseconds, as OTLP counts them.
        columns = {
            field.name: column.cast(pa.timestamp("ns", field.type.tz)).cast(pa.int64())
            if pa.types.is_timestamp(field.type)
            else column
            for field, column in zip(batch.schema, batch.columns, strict=True)
        }
        yield from pa.table(columns).to_pylist()


def _whole(content: Content) -> BinaryIO:
    if isinstance(content, ByteStream) and not content.compressed:
        return content.whole_file()
    return io.BytesIO(content.read_all(DOCUMENT_BYTES) or b"")
