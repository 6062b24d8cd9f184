"""Figures of a CSV file that is written where the comma is the decimal mark.

Such a file parts its fields by semicolons, because the comma is taken. A semicolon alone does not
say it: the figures do. Where one has a decimal comma and none a decimal point, points are marks of
thousands. Where both are there nothing is changed, and the loader refuses what is no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scripts.loading.sources import Table

_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+")
# With three digits behind the point it may be either.
_POINT = re.compile(r"[+-]?\d*\.(\d{1,2}|\d{4,})")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")


class Numbers:
    """The figures of one file, by the headers of its columns; rows are changed in place."""

    def __init__(self, table: Table, mark: str, columns: dict[str, int]) -> None:
        headers = {h for f in table.fields if _counts(f.data_type, f.format) for h in f.headers}
        places = {place for name, place in columns.items() if name in headers}
        self._places = sorted(places) if mark == ";" else []
        self._has_commas: bool | None = None

    def settle(self, rows: list[tuple[int, list[str]]]) -> None:
        """Bring the figures of a block to points; the first block decides for the file."""
        if not self._places:
            return
        if self._has_commas is None:
            self._has_commas = _are_commas(r[p].strip() for _, r in rows for p in self._places)
        if self._has_commas:
            for _, row in rows:
                for place in self._places:
                    row[place] = _with_point(row[place].strip())


def _counts(data_type: str, form: str | None) -> bool:
    return data_type == "bigint" or form == "decimal"


def _are_commas(cells: Iterable[str]) -> bool:
    comma = point = False
    for cell in cells:
        comma = comma or bool(_COMMA.fullmatch(cell))
        point = point or bool(_POINT.fullmatch(cell))
    return comma and not point


def _with_point(cell: str) -> str:
    if _COMMA.fullmatch(cell) or _THOUSANDS.fullmatch(cell):
        return cell.replace(".", "").replace(",", ".")
    return cell
