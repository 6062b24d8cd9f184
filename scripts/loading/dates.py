"""Dates of a bill's CSV file as people's tools write them: 10/05/2026, 05/10/2026, 05.10.2026.

The dates of the file say which figure is the day. One above twelve is; where none is, the figure
that stays the same while the other counts on is the month. Where nothing says so, the columns that
are declared so (`mdy`) are read as an American writes them. Dots are written day first everywhere.
Where the dates prove both orders, those that may be either are refused, and so is one that would be
of another month than all that are certain while the other order puts it into theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scripts.loading.sources import Table

_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)(.*)", re.DOTALL)
_MONTH = re.compile(r"\d{4}-\d{2}(?=-\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})([/.])(\d{1,2})\2(\d{1,2})(?!\d)(.*)", re.DOTALL)
_MONTHS = 12
# So many days beside one and the same figure.
_ENOUGH = 3
DAY_FIRST, MONTH_FIRST = "day", "month"
# What is no date, so that the loader refuses the line by the name of its column.
_EITHER = "day or month first: "


class Dates:
    """The dates of one file, by the headers of its columns; rows are changed in place."""

    def __init__(self, table: Table, columns: dict[str, int]) -> None:
        fields = [each for each in table.fields if each.data_type in ("date", "timestamp")]
        fields = fields if table.kind == "bill" else []
        self._places = {columns[h]: f for f in fields for h in f.headers if h in columns}
        self._orders: set[str] = set()
        self._months: set[str] = set()

    def settle(self, rows: list[tuple[int, list[str]]]) -> None:
        """Bring the dates of a block to year, month and day."""
        found = [
            (row, place, field, match)
            for _, row in rows
            for place, field in self._places.items()
            if (match := _DATE.fullmatch(row[place].strip())) and _is_date(match)
        ]
        self._orders |= _proven(match for *_, match in found)
        cells = [row[place].strip() for _, row in rows for place in self._places]
        self._months |= {match.group() for cell in cells if (match := _MONTH.match(cell))}
        self._months |= {_month(match, order) for *_, match in found if (order := _order(match))}
        for row, place, field, match in found:
            row[place] = self._read(match, field.format == "mdy")
        for _, row in rows:
            for place in self._places:
                if match := _YEAR_FIRST.fullmatch(row[place].strip()):
                    year, _, month, day, rest = match.groups()
                    row[place] = f"{year}-{month:0>2}-{day:0>2}{rest}"

    @property
    def note(self) -> str | None:
        """What to say of the file: nothing where its dates are as declared."""
        if self._orders >= {DAY_FIRST, MONTH_FIRST}:
            return "its dates are in both orders; those that may be either are rejected"
        return "its dates are read day first" if DAY_FIRST in self._orders else None

    def _read(self, match: re.Match, is_american: bool) -> str:
        order = _order(match)
        if order is None and not self._orders and is_american:
            # from here on the file has one order
            self._orders.add(MONTH_FIRST)
        if order is None and len(self._orders) == 1:
            (order,) = self._orders
        first, _, second, _, rest = match.groups()
        if order is None:
            return _EITHER + match.group() if self._orders else match.group()
        other = MONTH_FIRST if order == DAY_FIRST else DAY_FIRST
        if _order(match) is None and self._is_of_month(match, other, order):
            return _EITHER + match.group()
        day = first if order == DAY_FIRST else second
        return f"{_month(match, order)}-{day:0>2}{rest}"

    def _is_of_month(self, match: re.Match, order: str, not_in: str) -> bool:
        """Whether a date is of a month that certain dates of the file are of, in one order only."""
        return _month(match, order) in self._months and _month(match, not_in) not in self._months


def _is_date(match: re.Match) -> bool:
    return min(int(match.group(1)), int(match.group(3))) <= _MONTHS


def _month(match: re.Match, order: str) -> str:
    first, _, second, year, _ = match.groups()
    return f"{year}-{second if order == DAY_FIRST else first:0>2}"


def _order(match: re.Match) -> str | None:
    """The order of one date, by itself."""
    first, mark, second = match.group(1), match.group(2), match.group(3)
    if mark == "." or int(first) > _MONTHS:
        return DAY_FIRST
    return MONTH_FIRST if int(second) > _MONTHS else None


def _proven(dates: Iterable[re.Match]) -> set[str]:
    """The orders that dates prove; dots prove nothing of dates with other marks."""
    firsts, seconds, found = set(), set(), set()
    for match in dates:
        if match.group(2) == ".":
            continue
        if order := _order(match):
            found.add(order)
        else:
            firsts.add(int(match.group(1)))
            seconds.add(int(match.group(3)))
    if found:
        return found
    # first days of months count on as well, so a constant 1 proves nothing
    if len(seconds) == 1 and len(firsts) >= _ENOUGH and seconds != {1}:
        return {DAY_FIRST}
    if len(firsts) == 1 and len(seconds) >= _ENOUGH and firsts != {1}:
        return {MONTH_FIRST}
    return set()
