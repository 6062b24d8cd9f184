"""Which declared table a file is for, by the fields of its records.

A table is taken when it finds the time of a record, or of a bill the amount, and clearly more of
its fields than any other table does. Else the nearest are named, with what they lack.
"""

from __future__ import annotations

import io
import json
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.loading.archives import is_archive, members
from scripts.loading.documents import DOCUMENT_BYTES, NotTaken, parse_all
from scripts.loading.dumps import COPY, columns_of, is_dump
from scripts.loading.exported_spans import is_span_table
from scripts.loading.foreign import (
    REFUSAL,
    Unreadable,
    check_refused,
    foreign_form,
    is_protobuf,
    is_refusal,
    stopped,
)
from scripts.loading.forms import settled
from scripts.loading.headers import SEPARATORS, cells_of, places
from scripts.loading.otlp import SPANS, as_spans
from scripts.loading.paths import OBJECT, JsonPath
from scripts.loading.rows import first_line, logged_in
from scripts.loading.shapes import shape_of
from scripts.loading.sources import Refused, Table
from scripts.loading.streams import ByteStream, Content
from scripts.loading.wrappers import LISTS, first_key, names, peel

# More of a file says nothing new.
_RECORDS = 5
_LINES = 40
# A table has to find so many of its columns, and so much more than the next.
_LEAST_FOUND = 4
_MARGIN = 1.3
_NEAREST = 2
# So many files of an archive are looked at.
_MEMBERS = 20
# A text of JSON, and text within text: see `paths.read_through`.
_TEXTS_WITHIN = 3
_WHAT_TO_DO = (
    "put it into the folder of its system, export it as docs/exports.md says, or write its calls "
    "as events of the envelope (docs/your-own-logs.md)"
)


@dataclass(frozen=True)
class Match:
    """How well a table fits: its score, and what a record of it lacks to be taken."""

    table: Table
    score: float
    found: int
    lacks: str | None


Memo = dict[Hashable, list[Match]]

# What the table of an invoice on paper says in its header, a name of each.
_PAPER = (
    {"description", "item", "line item", "product", "service"},
    {"quantity", "qty"},
    {"amount", "total", "line total", "total price"},
)
_PAPER_LACKS = (
    "lines of an invoice as on paper, which do not say whose invoice it is and of which month; "
    "add the columns invoice_number, vendor, period_start, period_end and currency to each row, "
    "and name the others description, quantity and amount"
)


class Unrecognised(Exception):
    """A file of no known table; the message names the nearest and what they lack.

    `nearest` is the table that finds most of its fields in it.
    """

    def __init__(self, message: str, nearest: Table | None = None) -> None:
        super().__init__(message)
        self.nearest = nearest


def recognise(path: Path, tables: Iterable[Table], memo: Memo | None = None) -> Table:
    """The table of a file; Unrecognised or Unreadable, with what to say of it.

    memo: what files of the same tables had in them, for the next that is like one of them.
    """
    memo = {} if memo is None else memo
    try:
        with ByteStream(path) as stream:
            head, _ = stream.peek()
            if is_archive(head):
                return _of_members(stream, path.name, list(tables), memo)
            return _best(matches(stream, path.name, list(tables), memo))
    except (Unreadable, Unrecognised, OSError):
        raise
    except Exception as error:
        # whatever a reader raises, the other files are looked at
        raise Unreadable(stopped(error)) from error


def _of_members(stream: ByteStream, name: str, tables: list[Table], memo: Memo) -> Table:
    """The table of the files in an archive; what lies beside them, such as a manifest, is none's.

    The archive is one file of one table, so that one of several is left.
    """
    found: dict[str, Table] = {}
    faults: list[Exception] = []
    try:
        for member, content in islice(members(stream, name), _MEMBERS):
            try:
                table = _best(matches(content, member, tables, memo))
                found[table.name] = table
            except (Unreadable, Unrecognised) as fault:
                # the sheet of a workbook is the file itself
                said = str(fault) if member.startswith(name) else f"{member}: {fault}"
                faults.append(type(fault)(said))
    except Unreadable as fault:
        faults.append(fault)
    if len(found) > 1:
        raise Unrecognised(f"an archive with files of {' and '.join(found)}; unpack it")
    if found:
        return found.popitem()[1]
    raise faults[0] if faults else Unreadable("an archive in which there is no file")


def _best(found: list[Match]) -> Table:
    """The table that fits and clearly better than others; Unrecognised where none does."""
    able = [match for match in found if _is_able(match)]
    if able and able[0] is found[0]:
        rivals = [match for match in able[1:] if match.score * _MARGIN > able[0].score]
        if not rivals:
            return able[0].table
        names_of = " or ".join(match.table.name for match in [able[0], *rivals])
        raise Unrecognised(f"it may be of {names_of}; put it into the folder of one")
    near = [match for match in found if match.found > 1][:_NEAREST]
    said = "; ".join(f"{m.table.name} lacks {m.lacks or 'most of its fields'}" for m in near)
    nearest = f"; nearest: {said}" if said else ""
    most = near[0].table if near and near[0].found >= _LEAST_FOUND else None
    raise Unrecognised(f"of no known format{nearest}; {_WHAT_TO_DO}", most)


def _fits(found: list[Match]) -> bool:
    """Whether the table that knows most of a file can take it."""
    return bool(found) and _is_able(max(found, key=lambda match: match.score))


def _is_able(match: Match) -> bool:
    return match.lacks is None and match.found >= _LEAST_FOUND


def matches(content: Content, name: str, tables: list[Table], memo: Memo) -> list[Match]:
    """The tables that find a field in the file, best first."""
    head, _ = content.peek()
    if content.fault and not head:
        raise Unreadable(content.fault)
    if not head.strip():
        raise Unreadable("an empty file; delete it, or export it again")
    if head.startswith(b"PAR1"):
        header = _parquet_names(content)
        found = [_of_header(table, header) for table in tables]
        if not _fits(found):
            _refuse_tables(header, tables)
    elif is_protobuf(head):
        spans = [table for table in tables if SPANS in names(table).lists]
        found = (Match(table, 1.0, _LEAST_FOUND, None) for table in spans)
    else:
        found = _of_text(content, name, tables, memo)
    return sorted((m for m in found if m.score > 0), key=lambda m: -m.score)


def _of_text(content: Content, name: str, tables: list[Table], memo: Memo) -> Iterator[Match]:
    head, _ = content.peek()
    if foreign := foreign_form(head):
        raise Unreadable(foreign)
    head, whole = settled(content, name, tables)
    text = head.lstrip()
    if whole and is_refusal(text):
        raise Unreadable(REFUSAL)
    if is_dump(head):
        yield from (_of_header(table, columns) for columns in _copied(head) for table in tables)
        return
    header = [] if text[:1] in (b"{", b"[") else _of_table(head, tables, memo)
    if header and not any(map(_is_able, header)):
        _refuse_paper(first_line(head))
    if header and not _fits(header):
        for mark in SEPARATORS:
            _refuse_tables(cells_of(first_line(head), mark), tables)
    if any(match.found >= _LEAST_FOUND for match in header):
        yield from header
        return
    values = _values(content, text, whole)
    if not values:
        yield from _unmarked(header, text)
        return
    shape = shape_of(values)
    if shape in memo:
        yield from memo[shape]
        return
    found = [_of_records(table, values, _RECORDS) for table in tables]
    if not any(map(_is_able, found)):
        if all(map(_is_empty, values)):
            raise Unreadable("it holds no record; delete it, or export it again")
        # calls may come after other traffic
        found = [_of_records(table, values, _LINES) for table in tables]
    if not any(map(_is_able, found)):
        _refuse(values[:_RECORDS], tables)
    elif shape is not None:
        memo[shape] = found
    yield from found


def _refuse_paper(first: str) -> None:
    """Say of the lines of an invoice, as they stand on paper, what their table lacks."""
    for mark in SEPARATORS:
        words = [cell.partition("(")[0].strip().lower() for cell in cells_of(first, mark)]
        stated = any("invoice" in word or "period" in word for word in words)
        if not stated and all(any(w in names_of for w in words) for names_of in _PAPER):
            raise Unreadable(_PAPER_LACKS)


def _refuse_tables(columns: list[str], tables: list[Table]) -> None:
    for table in tables:
        check_refused(columns, table)


def _unmarked(header: list[Match], text: bytes) -> list[Match]:
    """How the tables fit a CSV file; what is plainly wrong with one is said."""
    first = first_line(text)
    if not any(match.found for match in header) and first.count('"') % 2 and "," in first:
        raise Unreadable("its header is not valid CSV: a quote in it is not closed")
    if text.startswith(b"{'"):
        raise Unreadable("objects as Python prints them; write each with json.dumps")
    return header


def _is_empty(value: object) -> bool:
    """Whether a page of an API, or a list, has nothing in it."""
    if not isinstance(value, dict) or not value:
        return not value
    inside = [inner for inner in value.values() if _has_inside(inner)]
    return not inside and any(value.get(key) == [] for key in LISTS)


def _has_inside(value: object) -> bool:
    """Whether a list has elements, or an object more than the figures of a page."""
    if isinstance(value, dict):
        return any(isinstance(inner, (list, dict)) and inner for inner in value.values())
    return isinstance(value, list) and bool(value)


def _refuse(values: list[object], tables: list[Table]) -> None:
    """Say of records that only look like those of a table what they are, where they tell."""
    records = [each for value in values for each in (value if isinstance(value, list) else [value])]
    for table in tables:
        for refused in table.refused:
            # one name alone may be of anything
            tells = len(refused.fields) > 1 or any(value for _, value in refused.fields)
            if tells and records and all(_is_refused(each, refused, table) for each in records):
                raise Unreadable(refused.reason)


def _is_refused(record: object, refused: Refused, table: Table) -> bool:
    if not isinstance(record, dict):
        return False
    missing = [p for c in table.fields if c.name in refused.without for p in c.paths]
    return all(
        first_key(path) in record and _follow(record, path.keys) not in (None, "")
        if value is None
        else _follow(record, path.keys) == value
        for path, value in refused.fields
    ) and not any(_has(record, path) for path in missing)


def _of_table(head: bytes, tables: list[Table], memo: Memo) -> list[Match]:
    """How the tables fit a CSV file, by its header and by what was logged in its rows."""
    first = first_line(head)
    logged = [value for cell in logged_in(head)[:_RECORDS] for value in _parsed_all(cell)]
    found = [_of_records(table, logged, _RECORDS) for table in tables] if logged else []
    if "{" in first:
        return found
    if first not in memo:
        memo[first] = [match for table in tables for match in _of_first(table, first)]
    return found + memo[first]


def _of_first(table: Table, first: str) -> Iterator[Match]:
    """How a table fits a CSV file, by its first line."""
    for mark in SEPARATORS:
        if len(cells := cells_of(first, mark)) > 1:
            yield _of_header(table, cells)


def _parsed_all(text: str | bytes) -> list[object]:
    try:
        return parse_all(text, False)
    except NotTaken:
        return []


def _copied(head: bytes) -> list[list[str]]:
    found = (COPY.match(line) for line in head.decode(errors="replace").split("\n"))
    return [columns_of(block) for block in found if block]


def _values(content: Content, text: bytes, whole: bool) -> list[object]:
    """The first JSON values of a file: of its lines, else of the file as one text."""
    lines = text.split(b"\n") if whole else text.split(b"\n")[:-1]
    found: list[object] = []
    for line in lines[:_LINES]:
        if b"{" in line:
            found += _parsed_all(line)
    # One line of many may read by itself, such as an element of a document over several lines.
    if text[:1] in (b"[", b"{") and (not found or not _reads(lines[0])):
        found = _parsed_all(content.read_all(DOCUMENT_BYTES) or b"") or found
    return found


def _reads(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _of_records(table: Table, values: list[object], limit: int) -> Match:
    known = names(table)
    records: list[dict] = []
    for value in values:
        try:
            records += [each for each in peel(value, known, False) if isinstance(each, dict)]
        except NotTaken:
            continue
        if len(records) >= limit:
            break
    best = Match(table, 0.0, 0, None)
    for record in records[:limit]:
        if not known.score([record]):
            continue
        if SPANS in known.lists:
            record = as_spans(record)
        columns = _found_in(record, table)
        # What is in a list of its own is taken whole.
        own = bool(known.lists & record.keys())
        share = 1.0 if own else len(known.keys & record.keys()) / len(record)
        best = max(best, _match(table, columns, share), key=lambda match: match.score)
    return best


def _found_in(record: dict, table: Table) -> set[str]:
    """The columns that have something in a record."""
    index = _by_first_key(table)
    found: set[str] = set()
    # Of a table's many paths few begin with a key that is there.
    for key in (*record, "", OBJECT):
        for name, path in index.get(key, ()):
            if name not in found and _has(record, path):
                found.add(name)
    return found


@cache
def _by_first_key(table: Table) -> dict[str, list[tuple[str, JsonPath]]]:
    found: dict[str, list[tuple[str, JsonPath]]] = {}
    for column in table.fields:
        for path in column.paths:
            found.setdefault(first_key(path), []).append((column.name, path))
    return found


def _of_header(table: Table, header: list[str]) -> Match:
    if SPANS in names(table).lists and is_span_table(header):
        return _match(table, {table.event_time, *header}, 1.0)
    try:
        found = places(header, table)
    except Unreadable:
        return Match(table, 0.0, 0, None)
    columns = {c.name for c in table.fields if found.keys() & set(c.headers)}
    # One cell of JSON may be of many columns, and of many tables: it counts once.
    count = len(set(found.values()))
    return _match(table, columns, count / len(header), count)


def _match(table: Table, columns: set[str], share: float, count: int | None = None) -> Match:
    """How well a table fits that finds these columns, in so many fields of the file."""
    if table.signs and not columns & set(table.signs):
        return Match(table, 0.0, 0, None)
    lacks = None
    if table.event_time and table.event_time not in columns:
        lacks = f"a time ({_shown(table, table.event_time)})"
    elif table.calls and not columns & set(table.calls) and SPANS not in names(table).lists:
        lacks = f"a model or tokens ({_shown(table, table.calls[1])})"
    elif table.money and not columns & set(table.money):
        lacks = f"an amount ({_shown(table, table.money[0])})"
    return Match(table, (count or len(columns)) * share, len(columns), lacks)


@cache
def _shown(table: Table, name: str) -> str:
    column = next(column for column in table.fields if column.name == name)
    return ", ".join(column.headers[:3])


def _has(record: object, path: JsonPath) -> bool:
    """Whether there is something at the path in the first elements of its arrays."""
    for keys in path.arrays:
        is_object = OBJECT in keys
        inside = _follow(record, tuple(key for key in keys if key != OBJECT))
        if is_object and isinstance(inside, dict):
            inside = [{"key": key, "value": value} for key, value in inside.items()]
        if not isinstance(inside, list) or not inside:
            return False
        if len(inside) > 1:
            rest = JsonPath(
                path.arrays[path.arrays.index(keys) + 1 :],
                path.documents,
                path.keys,
                path.attribute,
                path.pick,
                path.listed,
            )
            return any(_has(each, rest) for each in inside[:_RECORDS])
        record = inside[0]
    for keys in path.documents:
        record = _parsed(_follow(record, keys))
    keys, attribute = path.listed or (path.keys, path.attribute)
    found = _follow(record, keys)
    if attribute is not None:
        wanted = attribute.rstrip("*")
        return isinstance(found, list) and any(
            isinstance(pair, dict) and str(pair.get("key")).startswith(wanted) for pair in found
        )
    return found not in (None, "", [], {}) and (path.pick is None or isinstance(found, list))


def _follow(record: object, keys: tuple[str, ...]) -> object:
    for key in keys:
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record


def _parsed(value: object) -> object:
    for _ in range(_TEXTS_WITHIN):
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                return None
    return value


def _parquet_names(content: Content) -> list[str]:
    if isinstance(content, ByteStream) and not content.compressed:
        source = content.whole_file()
    else:
        source = io.BytesIO(content.read_all(DOCUMENT_BYTES) or b"")
    try:
        schema = pq.read_schema(source)
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(f"not a readable Parquet file: {type(error).__name__}") from None
    return list(schema.names) + [
        f"{field.name}.{inner.name}"
        for field in schema
        if pa.types.is_struct(field.type)
        for inner in field.type
    ]
