"""CSV and Parquet files as blocks of named text columns."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scripts.loading.below_table import Below
from scripts.loading.bill_totals import Totals
from scripts.loading.currencies import currency_of
from scripts.loading.dates import Dates
from scripts.loading.documents import DOCUMENT_BYTES, first_of_each
from scripts.loading.files import LandingFile
from scripts.loading.foreign import Unreadable, check_columns
from scripts.loading.headers import check_tax, places, separator, spread
from scripts.loading.lines import LINE_BYTES, TEXT_LENGTH, BadLine
from scripts.loading.numbers import Numbers
from scripts.loading.streams import Content

ROWS = 50_000
_READ = 4 << 20
_BOM = "\ufeff"
# The last three are what a name that is no text, or a date that is none, makes of it.
_UNREADABLE = (pa.ArrowException, OSError, ValueError, OverflowError, KeyError)
_OPEN_QUOTE = "a quote in it is not closed"
_NULLS = pa.array(["NULL", "null", "(null)", "\\N"])
csv.field_size_limit(LINE_BYTES)


@dataclass(frozen=True)
class Records:
    """Records of a file: their numbers from 1, and the columns h0, h1, ... of the headers."""

    numbers: pa.Array
    columns: dict[str, pa.Array]


def read_parquet(file: LandingFile, stream: Content) -> Iterator[Records | BadLine]:
    """The declared columns of a Parquet file; one bad line where it can be read no further."""
    done = 0
    try:
        content = stream.read_all(DOCUMENT_BYTES) if stream.compressed else None
        if stream.fault:
            raise Unreadable(stream.fault)
        if stream.compressed and content is None:
            raise pa.ArrowInvalid(f"longer than {DOCUMENT_BYTES >> 20} MiB")
        # The file that is open, and not what its path leads to by now.
        source = stream.whole_file() if content is None else io.BytesIO(content)
        parquet = pq.ParquetFile(source)
        names = list(_names(parquet.schema_arrow))
        found = places(names, file.table)
        same = currency_of(names, file.table, found).same
        declared = {names[place]: name for name, place in found.items()}
        check_tax(names, found, file.table)
        check_columns(names, declared.values(), file.table)
        parts = spread(names, file.table)
        apart = {names[place] for cells in parts.values() for _, place in cells}
        wanted = set(declared) | apart
        present = [name for name in parquet.schema_arrow.names if _is_wanted(name, wanted)]
        for batch in parquet.iter_batches(batch_size=ROWS, columns=present):
            flat = dict(_flat(batch, wanted))
            columns = {declared[name]: each for name, each in flat.items() if name in declared}
            for header, cells in parts.items():
                there = {key: flat[names[place]] for key, place in cells if names[place] in flat}
                columns[header] = _put_together(there, len(batch))
            for header, text in same.items():
                columns[header] = pa.chunked_array([pa.array([text] * len(batch), pa.string())])
            for column in columns.values():
                # What is no text in a column of text would end a query, with other files in it.
                column.validate(full=True)
            numbers = pa.array(range(done + 1, done + 1 + len(batch)), pa.int64())
            done += len(batch)
            yield Records(numbers, _placed(file, columns, len(batch)))
    except _UNREADABLE as error:
        reason = f"not a readable Parquet file: {_said(error)}"
        if not done:
            raise Unreadable(reason) from None
        yield BadLine(done + 1, reason, None)


def _put_together(columns: dict[str, pa.ChunkedArray], length: int) -> pa.ChunkedArray:
    """Columns as one of objects, with what is not empty."""
    rows = [{} for _ in range(length)]
    for key, column in columns.items():
        for row, value in zip(rows, column.to_pylist(), strict=True):
            if value not in (None, ""):
                row[key] = str(value)
    return pa.chunked_array([_objects(rows)])


def _objects(rows: Iterable[dict[str, str]]) -> pa.Array:
    return pa.array([json.dumps(row) if row else None for row in rows], pa.string())


def _said(error: Exception) -> str:
    # Other errors quote what they stumble over.
    if not isinstance(error, (pa.ArrowException, OSError)) or not str(error):
        return type(error).__name__
    return str(error).splitlines()[0][:200]


def _names(fields: Iterable[pa.Field], before: str = "") -> Iterator[str]:
    """The columns, and the fields of structs as `struct.field`."""
    for field in fields:
        yield before + field.name
        if pa.types.is_struct(field.type):
            yield from _names(field.type, f"{before}{field.name}.")


def _is_wanted(name: str, wanted: set[str]) -> bool:
    return name in wanted or any(header.startswith(name + ".") for header in wanted)


def _flat(batch: pa.RecordBatch, wanted: set[str]) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """The wanted columns: fields of structs as `struct.field`, maps and lists as JSON text."""
    table = pa.Table.from_batches([batch])
    while any(_is_open(field, wanted) for field in table.schema):
        table = pa.table(_opened(table, wanted))
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name in wanted:
            yield name, _as_text(column) if pa.types.is_nested(column.type) else column


def _is_open(field: pa.Field, wanted: set[str]) -> bool:
    """Whether a struct is to be taken apart: some of its fields are wanted, not the whole."""
    return pa.types.is_struct(field.type) and field.name not in wanted


def _opened(table: pa.Table, wanted: set[str]) -> dict[str, pa.ChunkedArray]:
    columns: dict[str, pa.ChunkedArray] = {}
    for field, column in zip(table.schema, table.columns, strict=True):
        parts = pa.table({field.name: column})
        parts = parts.flatten() if _is_open(field, wanted) else parts
        columns |= dict(zip(parts.column_names, parts.columns, strict=True))
    return columns


def _as_text(column: pa.ChunkedArray) -> pa.Array:
    """A nested value as JSON; what JSON has no type for, such as a decimal, as its text."""
    is_map = pa.types.is_map(column.type)
    # Of two equal keys of a map the first counts, as everywhere.
    values = [first_of_each(v) if is_map and v else v for v in column.to_pylist()]
    texts = [None if value is None else json.dumps(value, default=str) for value in values]
    return pa.array(texts, pa.string())


@dataclass(frozen=True)
class Note:
    """What is said of a file that is loaded."""

    text: str


def read_csv(file: LandingFile, stream: Content) -> Iterator[Records | BadLine | Note]:
    """The declared columns of a CSV file with a header; rows that do not fit it are bad lines."""
    lines = text_lines(stream)
    first = next(lines, "")
    mark = separator(first, file.table)
    rows = csv.reader(chain([first], lines), strict=True, delimiter=mark)
    header = _header(rows)
    wanted = places(header, file.table)
    check_tax(header, wanted, file.table)
    check_columns(header, wanted, file.table)
    currency = currency_of(header, file.table, wanted).in_rows(len(header))
    wanted |= currency.added
    parts = spread(header, file.table)
    figures = Numbers(file.table, mark, wanted, currency)
    dates = Dates(file.table, wanted, len(header) + len(currency.added))
    wanted |= dates.added
    added = [""] * (len(currency.added) + len(dates.added))
    totals = Totals(file.table, wanted)
    below = Below(file.table, len(header), totals)
    done = 0
    kept: list[tuple[int, list[str]]] = []

    def settled() -> Iterator[Records | BadLine]:
        figures.settle(kept)
        dates.settle(kept)
        for number, row, fault in totals.take(kept):
            yield BadLine(number, fault, _shown(row))
        if kept:
            yield block_of(file, wanted, kept, parts)
        kept.clear()

    for read in _rows(rows):
        if _is_blank(read):
            below.blank()
            continue
        if _is_header_again(read, header):
            below.header_again()
            continue
        done += 1
        row, fault = _line_of(read, done, below, len(header))
        if row is None:
            continue
        if not fault:
            row += added
            fault = currency.fault(row) or figures.fault(row)
        if fault:
            text = None if isinstance(row, csv.Error) else _shown(row)
            yield BadLine(done, fault, text)
        else:
            kept.append((done, row))
        if len(kept) == ROWS:
            yield from settled()
    yield from settled()
    if dates.note:
        yield Note(dates.note)
    if totals.left_out:
        yield Note("its total is the sum of its lines, and left out")
    if below.notes:
        yield Note(f"text below its table is left out: {below.notes} lines")
    if stream.fault:
        yield BadLine(done + 1, stream.fault, None)


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        header = next(rows, [])
    except csv.Error as error:
        reason = _OPEN_QUOTE if "end of data" in str(error) else error
        raise Unreadable(f"its header is not valid CSV: {reason}") from None
    # Else such a quote takes columns, and the rows down to the next quote, for one name.
    if any("\n" in cell and "," in cell for cell in header):
        raise Unreadable(f"its header is not valid CSV: {_OPEN_QUOTE}")
    return [cell.strip() for cell in header]


def _is_blank(row: list[str] | csv.Error) -> bool:
    """Whether a row has nothing in it, as sheets have them between and below their lines."""
    return not isinstance(row, csv.Error) and not any(cell.strip() for cell in row)


def _is_header_again(row: list[str] | csv.Error, header: list[str]) -> bool:
    """Whether files were put together with their headers."""
    first = not isinstance(row, csv.Error) and row[0].strip() == header[0]
    return first and [cell.strip() for cell in row] == header


def _rows(rows: Iterator[list[str]]) -> Iterator[list[str] | csv.Error]:
    """The rows of a reader; an unreadable one as its error, after which reading goes on."""
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield error


def _line_of(
    row: list[str] | csv.Error, number: int, below: Below, width: int
) -> tuple[list[str] | csv.Error | None, str | None]:
    """A row as a line of the table, and why it cannot be taken; no row where it is a note."""
    if not isinstance(row, csv.Error):
        try:
            line = below.line(number, row)
        except Unreadable as error:
            return row, str(error)
        if line is None:
            return None, None
        row = line
    return row, row_fault(row, width)


def row_fault(row: list[str] | csv.Error, width: int) -> str | None:
    """Why a row cannot be taken; None of a good one."""
    if isinstance(row, csv.Error):
        return f"not valid CSV: {row}"
    if len(row) != width:
        return f"{len(row)} fields where the header has {width}"
    try:
        "".join(row).encode()
    except UnicodeEncodeError:
        return "line is not valid UTF-8"
    return None


def _shown(row: list[str]) -> str:
    text = ",".join(row)[:TEXT_LENGTH]
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")


def block_of(
    file: LandingFile,
    wanted: dict[str, int],
    kept: list[tuple[int, list[str]]],
    parts: dict[str, list[tuple[str, int]]] | None = None,
) -> Records:
    """Rows with their numbers.

    `wanted` says where in a row a declared header's field is, `parts` the columns that are one
    object (`headers.spread`).
    """
    numbers = pa.array([number for number, _ in kept], pa.int64())
    columns = {
        name: _with_nulls(pa.array([row[index] for _, row in kept], pa.string()))
        for name, index in wanted.items()
    }
    columns |= {
        name: _objects({key: row[place] for key, place in cells if row[place]} for _, row in kept)
        for name, cells in (parts or {}).items()
    }
    return Records(numbers, _placed(file, columns, len(kept)))


def _with_nulls(texts: pa.Array) -> pa.Array:
    """The same without the words that databases write where there is nothing."""
    is_none = pc.is_in(texts, value_set=_NULLS)
    return pc.if_else(is_none, None, texts) if pc.any(is_none).as_py() else texts


def _placed(file: LandingFile, columns: dict[str, pa.Array], length: int) -> dict[str, pa.Array]:
    """A column for every header of the table, null where the file has none."""
    return {
        f"h{index}": columns.get(name, pa.nulls(length, pa.string()))
        for index, name in enumerate(file.table.headers)
    }


def text_lines(stream: Content) -> Iterator[str]:
    """Lines with their ends; bytes that are not UTF-8 are kept as surrogates, to be found."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    carry = ""
    while block := stream.read(_READ):
        *lines, carry = (carry + decoder.decode(block)).split("\n")
        for line in lines:
            # Where files were put together each may bring its own mark.
            yield line.removeprefix(_BOM) + "\n"
        if len(carry) > LINE_BYTES:
            stream.fault = f"line is longer than {LINE_BYTES >> 20} MiB"
            return
    carry += decoder.decode(b"", final=True)
    if carry and not stream.fault:
        yield carry.removeprefix(_BOM)
