"""Files of a form that the loader does not read: what they are, and what to do about it."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scripts.loading.sources import Table

REFUSAL = "the answer of an API that gave no records; see what it says, and ask again"
EXPECTED = "expected are lines of JSON, a JSON document, CSV with a header, or Parquet"
_UNPACK = "unpack it, or pack it with gzip"
_SAVE_UTF8 = "save it as UTF-8"
_TABLE = "save the sheet as CSV"
_DECRYPT = "decrypt it"
_PICTURE = "a picture; ask for the figures as CSV or JSON"
# Where the mark stands, the mark, and what is said of the file. No text that is read begins so.
_MARKS = (
    (0, b"\x1f\x8b", f"compressed more than twice; {_UNPACK}"),
    (0, b"\xff\x06\x00\x00sNaPpY", f"compressed with snappy; {_UNPACK}"),
    (0, b"\x1f\x9d", f"compressed with compress; {_UNPACK}"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it"),
    (0, b"Rar!\x1a\x07", "a rar archive; unpack it"),
    (0, b"PK\x03\x04", "an archive or a workbook in an archive; unpack it"),
    (0, b"PK\x05\x06", "an archive in an archive; unpack it"),
    (257, b"ustar", "a tar archive in an archive; unpack it"),
    (0, b"%PDF-", "a PDF; ask for the figures as CSV or JSON"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"an old Excel workbook, or Word; {_TABLE}"),
    (0, b"SQLite format 3\x00", "an SQLite database; export the table as CSV"),
    (8, b"DUCK\x40\x00\x00\x00", "a DuckDB database; export the table as Parquet"),
    (0, b"Obj\x01", "an Avro file; convert it to Parquet"),
    (0, b"ARROW1\x00\x00", "an Arrow file; convert it to Parquet"),
    (0, b"\xff\xff\xff\xff", "an Arrow stream; convert it to Parquet"),
    (0, b"FEA1", "a Feather file; convert it to Parquet"),
    (0, b"\x80\x04\x95", "a pickle of Python; write its records as lines of JSON"),
    (0, b"\x80\x05\x95", "a pickle of Python; write its records as lines of JSON"),
    (0, b"-----BEGIN PGP MESSAGE", f"encrypted with PGP; {_DECRYPT}"),
    (0, b"Salted__", f"encrypted with openssl; {_DECRYPT}"),
    (0, b"age-encryption.org/", f"encrypted with age; {_DECRYPT}"),
    (0, b"{\\rtf", f"a document of a word processor; {_TABLE}"),
    (0, b"\x89PNG\r\n", _PICTURE),
    (0, b"\xff\xd8\xff", _PICTURE),
    (
        0,
        b"PGDMP",
        "a PostgreSQL dump in a form of its own; write it as text: pg_restore -f dump.sql",
    ),
)
# A page that a proxy wrote in place of a record is one line of a log, also where it is the first.
_PAGE_AMONG_LINES = re.compile(rb'\s*<[^\n]*>\s*\n\s*\{"')
_MARKUP = re.compile(rb"\s*<(!doctype|html|head|body|\?xml)\b", re.IGNORECASE)
# A message of a message, with its length before it or without, and within it a field of the three
# that OTLP has there. Text has no control characters, but for the escapes that colour it.
_PROTOBUF = re.compile(rb"(\x00.{3})?\n[\x80-\xff]{0,4}[\x00-\x7f][\n\x12\x1a]", re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c\x1d\x1f]")
_OF_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_NOT_WINDOWS = re.compile(rb"[\x00-\x08\x0e-\x1f\x81\x8d\x8f\x90\x9d]")
_ORC = re.compile(rb"ORC[\x00-\x1f\x80-\xff]")
# What an API answers with when it refuses: these keys, and not one more.
_REFUSALS = {"error", "errors", "message", "detail", "details", "title", "reason", "hint"}
_BESIDE = {
    *("code", "status", "statuscode", "status_code", "type", "__type", "param", "success", "ok"),
    *("messages", "result", "path", "instance", "requestid", "request_id"),
}
_LONGEST_REFUSAL = 4096
_ENOUGH = 8
# A word or a few, as columns are named. What looks like a value, a key or a person is not shown.
_COLUMN = re.compile(r"(?!(?:.*\d){4})[A-Za-z_][\w.:/()-]*( [\w.:/()-]+){0,5}", re.ASCII)
_COLUMN_LENGTH = 40


class Unreadable(Exception):
    """A file that cannot be read as a whole; the message says what was found and expected.

    `text` is what may be kept of it as evidence, before it is masked; `columns` are those of a
    file that is a table of another kind.
    """

    def __init__(self, reason: str, text: str | None = None, columns: Iterable[str] = ()) -> None:
        super().__init__(reason)
        self.text = text
        self.columns = tuple(columns)


def stopped(error: Exception) -> str:
    """What to say of a fault in a reader; it quotes nothing of the file."""
    frames = extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"the reader stopped with {type(error).__name__}{place}; please report it"


def foreign_form(head: bytes) -> str | None:
    """What a file is that is known and not read, by its beginning; None for any other."""
    for place, mark, said in _MARKS:
        if head.startswith(mark, place):
            return said
    if _MARKUP.match(head) and not _PAGE_AMONG_LINES.match(head):
        return f"a web page or XML; {EXPECTED}"
    if _ORC.match(head) and _CONTROL.search(head[:256]):
        return "an ORC file; convert it to Parquet"
    if is_protobuf(head):
        return "binary protobuf, as of OTLP; put it into otel_genai_spans"
    if _is_zlib(head):
        return f"compressed with zlib; {_UNPACK}"
    return None


def is_protobuf(head: bytes) -> bool:
    """Whether a file begins as a message does."""
    return bool(_PROTOBUF.match(head) and _CONTROL.search(head[:256]))


def is_refusal(text: bytes) -> bool:
    """Whether a text is the one object with which an API says that it gives nothing."""
    if len(text) > _LONGEST_REFUSAL:
        return False
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not isinstance(found, dict):
        return False
    keys = {key.lower() for key in found}
    # A record may be wrapped in a message; the words of an error are no JSON.
    said = [value for key, value in found.items() if key.lower() not in ("error", "errors")]
    is_plain = all(not value or not isinstance(value, (dict, list)) for value in said)
    is_plain &= not any(isinstance(value, str) and "{" in value for value in said)
    return bool(keys & _REFUSALS) and keys <= _REFUSALS | _BESIDE and is_plain


def is_windows_text(head: bytes) -> bool:
    """Whether a table is of Windows-1252, as spreadsheets in Europe write them.

    No character of it is one of UTF-8, and its figures and marks of currencies are the same in all
    encodings that it may be taken for, or are refused.
    """
    if head.lstrip().startswith((b"{", b"[")) or _OF_UTF8.search(head):
        return False
    return not_utf8([head]) is not None and not _NOT_WINDOWS.search(head)


def not_utf8(lines: Iterable[bytes]) -> str | None:
    """What to say of lines none of which is UTF-8 text; None when one of them is."""
    for line in lines:
        try:
            # A head may end within a character.
            codecs.getincrementaldecoder("utf-8")().decode(line)
        except UnicodeDecodeError:
            continue
        return None
    return f"no line of it is UTF-8 text; {_SAVE_UTF8}, or send what it was made from"


def missing_columns(found: Iterable[str], declared: Iterable[str]) -> str:
    """The columns of a file that has none of the declared ones; `found` may be of any text."""
    names, wanted = [name for name in found if name], _in_tables(declared)
    if not names:
        return f"no columns found; none of {some(wanted)} is there"
    if not _are_columns(names):
        return f"its first row is no header; none of {some(wanted)} is there"
    return f"columns found: {some(names)}; none of {some(wanted)} is there"


def check_columns(found: Iterable[str], known: Iterable[str], table: Table) -> None:
    """Raise Unreadable when a file has none of the table's columns, or lacks a needed one.

    found: the columns of the file; known: the declared ones among them. Without the column of the
    amount each line would be null. A table of a kind that is refused says so first.
    """
    names, found = set(known), list(found)
    check_refused(found, table)
    if not names:
        raise Unreadable(missing_columns(found, table.headers), columns=found)
    for what, headers in table.needed:
        if not names & set(headers):
            raise Unreadable(
                f"no column for {what}: none of {some(_in_tables(headers))} is there; "
                f"columns found: {some(name for name in found if name)}",
                columns=found,
            )


def check_refused(found: Iterable[str], table: Table) -> None:
    """Raise Unreadable when a file has the columns of another kind of table, which is known."""
    columns = list(found)
    for refused in table.refused:
        if refused.is_table(columns):
            raise Unreadable(refused.reason, columns=columns)


def _are_columns(cells: Iterable[str]) -> bool:
    return all(is_column(cell.strip(' "')) for cell in cells)


def is_column(name: str) -> bool:
    """Whether a text looks like the name of a column, and not like a value."""
    return bool(_COLUMN.fullmatch(name)) and len(name) <= _COLUMN_LENGTH


def _in_tables(headers: Iterable[str]) -> list[str]:
    """The headers as a table has them; paths through JSON only where there is nothing else."""
    headers = list(headers)
    return [header for header in headers if "[" not in header] or headers


def some(names: Iterable[str], shown: int = 8) -> str:
    """The first few names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def _is_zlib(head: bytes) -> bool:
    if len(head) < _ENOUGH or head[0] != 0x78 or int.from_bytes(head[:2]) % 31:
        return False
    try:
        zlib.decompressobj().decompress(head, 1)
    except zlib.error:
        return False
    return True
