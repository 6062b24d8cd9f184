"""Dumps of PostgreSQL as text: the rows of a table between COPY and a line with a backslash."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.loading.files import LandingFile
from scripts.loading.foreign import Unreadable
from scripts.loading.headers import places
from scripts.loading.lines import BadLine
from scripts.loading.records import ROWS, Records, block_of, row_fault, text_lines
from scripts.loading.streams import Content

COPY = re.compile(r"COPY\s+(\S+)\s+\((.*)\)\s+FROM\s+stdin", re.IGNORECASE)
_BEGINS = re.compile(
    rb"--\s*\n-- PostgreSQL database( cluster)? dump|(?m:^)COPY \S+ \(.*\) FROM stdin"
)
_END = "\\."
_NULL = "\\N"
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def is_dump(head: bytes) -> bool:
    """Whether a text begins as a dump, or has the block of a table in its beginning."""
    return _BEGINS.search(head) is not None


def columns_of(block: re.Match) -> list[str]:
    """The columns that a line with COPY names."""
    return [name.strip().strip('"') for name in block.group(2).split(",")]


def read_dump(file: LandingFile, stream: Content) -> Iterator[Records | BadLine]:
    """The rows of the dump's tables that are of this one, by the names of their columns."""
    number, taken, passed = 0, 0, []
    names: list[str] | None = None
    wanted: dict[str, int] = {}
    kept: list[tuple[int, list[str]]] = []
    for line in text_lines(stream):
        number += 1
        line = line.rstrip("\r\n")
        if names is None:
            if begins := COPY.match(line):
                names = columns_of(begins)
                wanted = _wanted(file, names)
                passed += [] if wanted else [begins.group(1).replace('"', "")]
            continue
        if line == _END:
            names = None
            continue
        if not wanted:
            continue
        taken += 1
        cells = line.split("\t")
        if fault := row_fault(cells, len(names)):
            yield BadLine(number, fault, None)
            continue
        kept.append((number, [_cell(cell) for cell in cells]))
        if len(kept) == ROWS:
            yield block_of(file, wanted, kept)
            kept = []
    if kept:
        yield block_of(file, wanted, kept)
    if stream.fault:
        yield BadLine(number + 1, stream.fault, None)
    elif not taken:
        tables = ", ".join(passed[:8]) or "none at all, so write it without --inserts"
        raise Unreadable(f"a PostgreSQL dump without rows of this table; tables in it: {tables}")


def _wanted(file: LandingFile, names: list[str]) -> dict[str, int]:
    """Where the declared columns are; none of a table that merely shares a few names."""
    found = places(names, file.table)
    needed = all(found.keys() & set(headers) for _, headers in file.table.needed)
    time = next((c for c in file.table.fields if c.name == file.table.event_time), None)
    dated = time is None or bool(found.keys() & set(time.headers))
    return found if needed and dated and 2 * len(found) > len(names) else {}


def _cell(text: str) -> str:
    if text == _NULL:
        return ""
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(escape: re.Match) -> str:
    code = escape.group(1)
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _ESCAPED.get(code, code)
