"""Figures of a CSV file as people's tools write them: decimal commas, marks of thousands.

The figures of the file say which mark is which. "2,5" has a decimal comma, "1,234.5" a comma of
thousands; "1,234" may be either, but where semicolons part the fields the comma was taken, so it is
decimal. Where the figures disagree nothing is changed, and the loader refuses what is no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scripts.loading.sources import Table

_GROUPED = r"[+-]?\d{1,3}(%s\d{3})+"
# What proves a mark. With three digits behind it, it may be either.
_DECIMAL_COMMA = re.compile(rf"{_GROUPED % '[.]'},\d+|[+-]?\d*,(\d{{1,2}}|\d{{4,}})")
_DECIMAL_POINT = re.compile(
    rf"{_GROUPED % ','}[.]\d+|[+-]?\d*[.](\d{{1,2}}|\d{{4,}})|[+-]?\d{{1,3}}(,\d{{3}}){{2,}}"
)
_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+")
_THOUSANDS = re.compile(_GROUPED % "[.]")
_THOUSANDS_BY_COMMA = re.compile(rf"{_GROUPED % ','}([.]\d+)?")


class Numbers:
    """The figures of one file, by the headers of its columns; rows are changed in place."""

    def __init__(self, table: Table, mark: str, columns: dict[str, int]) -> None:
        headers = {h for f in table.fields if _counts(f.data_type, f.format) for h in f.headers}
        self._places = sorted({place for name, place in columns.items() if name in headers})
        self._mark = mark
        self._decimal: str | None = None

    def settle(self, rows: list[tuple[int, list[str]]]) -> None:
        """Bring the figures of a block to points; the first block decides for the file."""
        if self._decimal is None:
            cells = (row[place].strip() for _, row in rows for place in self._places)
            self._decimal = _mark_of(cells, self._mark)
        change = {",": _with_point, ".": _without_commas}.get(self._decimal)
        if change:
            for _, row in rows:
                for place in self._places:
                    row[place] = change(row[place].strip())


def _counts(data_type: str, form: str | None) -> bool:
    return data_type == "bigint" or form == "decimal"


def _mark_of(cells: Iterable[str], separator: str) -> str:
    """The decimal mark that the figures prove; none where they disagree or prove nothing."""
    decimal_comma = _COMMA if separator == ";" else _DECIMAL_COMMA
    comma = point = False
    for cell in cells:
        comma = comma or bool(decimal_comma.fullmatch(cell))
        point = point or bool(_DECIMAL_POINT.fullmatch(cell))
    if comma == point:
        return ""
    return "," if comma else "."


def _with_point(cell: str) -> str:
    if _COMMA.fullmatch(cell) or _THOUSANDS.fullmatch(cell):
        return cell.replace(".", "").replace(",", ".")
    return cell


def _without_commas(cell: str) -> str:
    return cell.replace(",", "") if _THOUSANDS_BY_COMMA.fullmatch(cell) else cell
