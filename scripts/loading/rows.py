"""Rows of CSV or Parquet as lines of JSON, where records are in them and not their columns.

So are spans as the ClickHouse exporter writes them, and the results of a search for logs, whose
message is a record.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.loading.documents import DOCUMENT_BYTES, NotTaken
from scripts.loading.exported_spans import is_span_table
from scripts.loading.foreign import Unreadable
from scripts.loading.headers import SEPARATORS, cells_of, known_columns, separator
from scripts.loading.lines import BadLine, Lines
from scripts.loading.nested_cells import as_logged, has_objects
from scripts.loading.otlp import SPANS
from scripts.loading.records import ROWS, text_lines
from scripts.loading.sources import Table
from scripts.loading.streams import ByteStream, Content
from scripts.loading.wrappers import names, peel

# What searches for logs call the column of the line that was logged, in any case.
_LOGGED = {
    *("@message", "message", "_raw", "log", "line", "content", "body", "event", "msg", "raw"),
    *("textpayload", "jsonpayload", "logmessage", "logentry", "log_s", "rawlog"),
}
_LOOKED_AT = 20


def has_records(kind: str, content: Content, table: Table) -> bool:
    """Whether the rows of a table are to be read as objects of JSON."""
    head, _ = content.peek()
    if kind == "parquet":
        if SPANS not in names(table).lists:
            return False
        # The names of the columns stand at the end.
        if not isinstance(content, ByteStream) or content.compressed:
            return True
        try:
            return is_span_table(pq.read_schema(content.whole_file()).names)
        except (pa.ArrowException, OSError):
            return False
    if SPANS in names(table).lists and has_span_rows(first_line(head)):
        return kind == "csv"
    return kind == "csv" and (has_logged(head, table) or has_objects(head, table))


def has_span_rows(first: str) -> bool:
    """Whether a line is the header of a table with a span in each row."""
    return any(is_span_table(cells_of(first, mark)) for mark in SEPARATORS)


def has_logged(head: bytes, table: Table) -> bool:
    """Whether a text is a CSV file whose records are in a column of what was logged."""
    known, columns = names(table), None
    for text in logged_in(head):
        columns = known_columns(first_line(head), table) if columns is None else columns
        try:
            found = peel({"message": text}, known, False)
        except NotTaken:
            return True  # what it is and why it is not taken is said row by row
        if known.score(found) > columns:
            return True
    return False


def logged_in(head: bytes) -> list[str]:
    """The objects in what was logged, by the first rows of a CSV file; none of another text."""
    lines = [line + "\n" for line in head.decode(errors="replace").split("\n")]
    mark = _mark_of(lines[0])
    if mark is None:
        return []
    found: list[str] = []
    rows = csv.reader(lines, delimiter=mark)
    with suppress(csv.Error):
        places = _logged(next(rows))
        for row in islice(rows, _LOOKED_AT):
            found += [row[place] for place in places if place < len(row) and "{" in row[place]]
    return found


def first_line(head: bytes) -> str:
    """The first line of a text."""
    return head.partition(b"\n")[0].decode(errors="replace")


def _mark_of(first: str) -> str | None:
    return next((mark for mark in SEPARATORS if _logged(cells_of(first, mark))), None)


def _logged(header: list[str]) -> list[int]:
    """The places of the columns that may hold a line that was logged."""
    return [place for place, cell in enumerate(header) if cell.strip().lower() in _LOGGED]


def read_rows(kind: str, content: Content, table: Table) -> Iterator[Lines | BadLine]:
    """Each row as an object of its columns, numbered from 1."""
    done = 0
    rows = _of_parquet(content) if kind == "parquet" else _of_csv(content, table)
    try:
        while block := list(islice(rows, ROWS)):
            numbers = pa.array(range(done + 1, done + 1 + len(block)), pa.int64())
            done += len(block)
            yield Lines(numbers, pa.array([_line(row) for row in block], pa.string()), nul=True)
    except (csv.Error, pa.ArrowException, OSError, ValueError) as error:
        reason = f"its rows cannot be read: {type(error).__name__}"
        if not done:
            raise Unreadable(reason) from None
        yield BadLine(done + 1, reason, None)
        return
    if content.fault:
        yield BadLine(done + 1, content.fault, None)


def _of_csv(content: Content, table: Table) -> Iterator[dict | str]:
    first = first_line(content.peek()[0])
    rows = csv.reader(text_lines(content), delimiter=_mark_of(first) or separator(first, table))
    header = [cell.strip() for cell in next(rows, [])]
    logged = [] if is_span_table(header) else _logged(header)
    if not logged and not is_span_table(header):
        yield from as_logged(header, rows, table)
        return
    for row in rows:
        # A row that is longer than the header has the rest under no name.
        found = dict(zip(header, row, strict=False))
        texts = [row[place] for place in logged if place < len(row)]
        text = next((text for text in texts if "{" in text), None)
        if row:
            yield found if text is None else {"message": text}


def _line(row: dict | str) -> str:
    text = json.dumps(row, ensure_ascii=False, default=str)
    # bytes that are no UTF-8 are half a character each
    return text.encode(errors="replace").decode()


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
