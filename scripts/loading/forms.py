"""What a file holds, by its first bytes: the form it is read in, or why it is not read."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from scripts.loading.dumps import is_dump
from scripts.loading.foreign import (
    EXPECTED,
    REFUSAL,
    Unreadable,
    foreign_form,
    is_protobuf,
    is_refusal,
    is_windows_text,
    missing_columns,
    not_utf8,
)
from scripts.loading.headers import SEPARATORS, before_header, known_columns
from scripts.loading.otlp import SPANS
from scripts.loading.pieces import joined, may_be_cut
from scripts.loading.rows import first_line, has_logged, has_span_rows
from scripts.loading.sources import Table
from scripts.loading.streams import Content
from scripts.loading.wrappers import is_wrapped, names

# A text with a zero byte so near its beginning is none.
_BINARY = 256
# More known columns than a line that is logged has by chance.
_HEADER = 2
_PACKED = (".gz", ".zst", ".zstd", ".bz2", ".xz", ".lzma", ".lz4")


def settled(content: Content, name: str, tables: list[Table]) -> tuple[bytes, bool]:
    """The head of a content, from which on it is as it was meant, and whether it is all there is.

    Lines end with LF, those that a container's log has in pieces are whole, and a CSV file begins
    with its header.
    """
    head, whole = content.peek()
    if head.startswith(b"PAR1") or b"\0" in head[:_BINARY]:
        return head, whole
    if _has_cr_ends(head, name):
        content.end_lines_with_lf()
        head, whole = content.peek()
    if all(table.kind == "bill" for table in tables) and is_windows_text(head):
        content.read_windows_text()
        head, whole = content.peek()
    if may_be_cut(head):
        content.run_through(joined)
        head, whole = content.peek()
    if not head.lstrip().startswith((b"{", b"[")) and not is_dump(head):
        content.drop(before_header(head, tables))
        head, whole = content.peek()
    return head, whole


def sniff(head: bytes, whole: bool, name: str, table: Table) -> str:
    """The form of a file: parquet, protobuf, csv, dump, document, lines, wrapped; else Unreadable.

    A document is one JSON text over several lines, or a JSON array. Wrapped are lines whose records
    are inside of something else. `whole` says that the head is all there is: then what is seen of
    it can be judged as a whole.
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    if is_protobuf(head) and SPANS in names(table).lists:
        return "protobuf"
    if foreign := foreign_form(head):
        raise Unreadable(foreign)
    text = head.lstrip()
    if whole and is_refusal(text):
        raise Unreadable(REFUSAL)
    # A head without a line's end is one line, which the reader of lines can set aside alone.
    pieces = text.split(b"\n") if whole else text.split(b"\n")[:-1]
    lines = [line for line in pieces if line.strip()]
    if lines and (fault := not_utf8(lines)):
        raise Unreadable(fault)
    if text.startswith((b"{", b"[")):
        if _is_document(text, whole):
            return "document"
        return "wrapped" if is_wrapped(lines, text, whole, table) else "lines"
    if is_dump(head):
        return "dump"
    first = first_line(head)
    if has_logged(head, table) or ("{" not in first and known_columns(first, table) > _HEADER):
        return "csv"
    if is_wrapped(lines, text, whole, table):
        return "wrapped"
    if _is_csv(head, name, table):
        return "csv"
    # One line that is an object is enough: the others are set aside line by line.
    if lines and not any(line.lstrip().startswith((b"{", b"[")) for line in lines):
        raise _plain_text(lines[0], table)
    return "lines"


def _is_document(text: bytes, whole: bool) -> bool:
    first, newline, rest = text.partition(b"\n")
    rest = rest.lstrip(b"\r\n")
    if not newline or not rest.strip():
        return text.startswith(b"[")
    if not _ends_open(first):
        return False
    if text.startswith(b"[") or (whole and _is_object(text)):
        return True
    # A line of a document is a part of it; of a file of lines, the first of which was cut short,
    # another one is a whole object that begins where its line does.
    second, *others = rest.split(b"\n")
    return not any(map(_is_object, [second, *(line for line in others if line[:1] == b"{")]))


def _ends_open(line: bytes) -> bool:
    """Whether a line is the beginning of a JSON text and not the whole of one."""
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(error.doc.rstrip())
    except (ValueError, RecursionError):
        return False
    return False


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _has_cr_ends(head: bytes, name: str) -> bool:
    """Whether lines end with CR alone, as Excel on a Mac ends those of a CSV file."""
    if b"\r" not in head or head.startswith(b"PAR1") or is_protobuf(head):
        return False
    text = head.lstrip()
    if text.startswith((b"{", b"[")):
        return _is_old_mac_json(text)
    return _is_old_mac_csv(head.partition(b"\n")[0].decode(errors="replace"), _is_named_csv(name))


def _is_old_mac_json(text: bytes) -> bool:
    """Whether CR, which is a blank to JSON, stands where the end of a line is meant."""
    first, _, rest = text.partition(b"\n")[0].partition(b"\r")
    return rest.lstrip().startswith(b"{") and _is_object(first)


def _is_named_csv(name: str) -> bool:
    path = Path(name.lower())
    return (path.with_suffix("") if path.suffix in _PACKED else path).suffix == ".csv"


def _is_csv(head: bytes, name: str, table: Table) -> bool:
    first = first_line(head)
    if SPANS in names(table).lists and has_span_rows(first):
        return True
    return _is_named_csv(name) or known_columns(first, table) > 1


def _is_old_mac_csv(first: str, named_csv: bool) -> bool:
    rows = first.rstrip("\r").split("\r")[:2]
    try:
        # A CR in quotes ends no line.
        next(csv.reader([first]), [])
        return False
    except csv.Error:
        pass
    return len(rows) > 1 and (
        named_csv or any(rows[0].count(mark) == rows[1].count(mark) > 0 for mark in SEPARATORS)
    )


def _plain_text(first: bytes, table: Table) -> Unreadable:
    """Text without one line that begins like JSON: a table of another kind, or no table at all."""
    header = first.decode(errors="replace").strip()
    cells = [cell.strip(' "') for cell in header.split(",")]
    if len(cells) > 2 or any(mark in header for mark in "\t;|"):
        columns = cells if len(cells) > 1 else [header]
        return Unreadable(missing_columns(columns, table.headers), columns=columns)
    return Unreadable(f"plain text; {EXPECTED}")
