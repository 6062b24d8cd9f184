"""What stands below the lines of a bill's table: notes, a total in few cells, a second table.

A blank row ends a table. Behind it a row with one cell of words is a note, such as "Generated on
1 November 2026", and left out. A row that names columns begins a second table: its lines have
other columns, so they are refused, each with where it begins.
"""

from __future__ import annotations

from scripts.loading.bill_totals import Totals
from scripts.loading.foreign import Unreadable
from scripts.loading.headers import places
from scripts.loading.sources import Table

# A header names so many columns of the table, or so many of another.
_KNOWN, _NAMES = 3, 2


class Below:
    """The rows of one file, as they come; those of another table than a bill's are all lines."""

    def __init__(self, table: Table, width: int, totals: Totals) -> None:
        self._table = table
        self._width = width
        self._totals = totals
        self._is_bill = table.kind == "bill"
        self._is_behind_blank = False
        self._second: int | None = None
        self.notes = 0

    def blank(self) -> None:
        """A row with nothing in it came by."""
        self._is_behind_blank = True

    def header_again(self) -> None:
        """The header of the table came by: what follows is of it."""
        self._is_behind_blank, self._second = False, None

    def line(self, number: int, row: list[str]) -> list[str] | None:
        """The row as a line of the table; None for a note.

        Raises Unreadable for a row of a second table.
        """
        if not self._is_bill:
            return row
        if self._second is None and self._begins_another(row):
            self._second = number
        if self._second is not None:
            where = "" if self._second == number else f", which begins in record {self._second}"
            raise Unreadable(f"of a second table{where}; put each table into a file of its own")
        if self._is_note(row):
            self.notes += 1
            return None
        self._is_behind_blank = False
        return row if len(row) == self._width else self._totals.spread(row, self._width) or row

    def _begins_another(self, row: list[str]) -> bool:
        # a line has a figure, and a header none
        if any(map(str.isdigit, "".join(row))):
            return False
        names = sum(1 for cell in row if cell.strip())
        if names < _NAMES:
            return False
        if self._is_behind_blank:
            return True
        try:
            return len(places(row, self._table)) >= _KNOWN
        except Unreadable:
            return True

    def _is_note(self, row: list[str]) -> bool:
        said = [cell.strip() for cell in row if cell.strip()]
        return self._is_behind_blank and len(said) == 1 and " " in said[0]
