"""The lines of a seed's CSV files as they are written, and why a file cannot be read."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_MARK = "\ufeff"
_WHY_NO_COMMAS = {";": "semicolons, as Excel writes them in some countries", "\t": "tabs"}


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and what to write instead."""

    file: str
    line: int
    said: str
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        cell = f', {self.column} "{self.value}"' if self.column else ""
        return f"{self.file}, line {self.line}{cell}: {self.said}"


@dataclass(frozen=True)
class Line:
    """A row of a file: its cells by column, as text."""

    file: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def problem(self, column: str, said: str) -> Problem:
        """What is wrong with one of its cells."""
        return Problem(self.file, self.number, said, column, self.cells[column])


def read_lines(
    file: Path,
    shown: str,
    names: list[str],
    is_company: bool,
    optional: Collection[str] = (),
) -> tuple[list[Line], list[Problem]]:
    """The rows of a file, or what keeps it from being read.

    is_company: the file is brought in before dbt reads it, so that its columns may stand in any
    order, a byte order mark or the line ends of Windows do no harm, and columns that are `optional`
    are blank where it lacks them.
    """
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return [], [Problem(shown, 1, "is not text in UTF-8; save it as CSV UTF-8")]
    if not is_company:
        if text.startswith(_MARK):
            said = "begins with a byte order mark; save it as UTF-8 without BOM"
            return [], [Problem(shown, 1, said)]
        if "\r" in text:
            said = "has the line ends of Windows; save it with LF"
            return [], [Problem(shown, text[: text.index("\r")].count("\n") + 1, said)]
    text = text.removeprefix(_MARK)
    try:
        rows = _rows(text)
    except csv.Error as error:
        return [], [Problem(shown, 1, f"is no CSV ({error}); look for a quotation mark too many")]
    rows = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    if not rows:
        return [], [Problem(shown, 1, f"is empty; write the header {','.join(names)}")]
    header = [cell.strip() for cell in rows[0][1]] if is_company else rows[0][1]
    absent = [name for name in optional if is_company and name not in header]
    names = [name for name in names if name not in absent]
    said = _header_problem(text, header, names, is_company)
    if said:
        return [], [Problem(shown, rows[0][0], said)]
    lines, problems = [], []
    for number, row in rows[1:]:
        if len(row) != len(header):
            said = (
                f"has {len(row)} values in {len(header)} columns; "
                "put a value that has a comma in quotation marks"
            )
            problems.append(Problem(shown, number, said))
        else:
            cells = dict.fromkeys(absent, "") | dict(zip(header, row, strict=True))
            lines.append(Line(shown, number, cells))
    return lines, problems


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Each row with the line of the file on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, begins = [], 1
    for row in reader:
        rows.append((begins, row))
        begins = reader.line_num + 1
    return rows


def _header_problem(
    text: str, header: list[str], names: list[str], may_reorder: bool
) -> str | None:
    if header == names or (may_reorder and sorted(header) == sorted(names)):
        return None
    first = text.splitlines()[0]
    for letter, why in _WHY_NO_COMMAS.items():
        if first.count(letter) >= len(names) - 1:
            return f"is separated by {why}; save it with commas, and numbers with a decimal point"
    unknown = [name for name in header if name not in names]
    for name in unknown:
        close = difflib.get_close_matches(name.strip(), set(names) - set(header), 1)
        if close:
            return f'has an unknown column "{name}"; did you mean {close[0]}?'
    wanted = f"the columns are {','.join(names)}"
    if unknown:
        return f"has unknown columns {', '.join(unknown)}; {wanted}"
    if len(set(header)) < len(header):
        return f"names a column twice; {wanted}"
    lacks = [name for name in names if name not in header]
    if lacks:
        return f"lacks the columns {', '.join(lacks)}; {wanted}"
    return f"has its columns in another order, and they are read by place; {wanted}"
