"""Dates of a bill's CSV file as people's tools write them: 10/05/2026, 05.10.2026, 5 Oct 2026.

The dates of the file say which figure is the day. One above twelve is; where none is, the figure
that stays the same while the other counts on is the month. Where nothing says so, the columns that
are declared so (`mdy`) are read as an American writes them. Dots are written day first everywhere.
Where the dates prove both orders, those that may be either are refused, and so is one that would be
of another month than all that are certain while the other order puts it into theirs. A month alone
("October 2026", 10/2026) is all its days where a period begins and ends (`month`), and refused
where a day is meant. So is a year of two figures: 10/05/26 has three readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scripts.loading.months import first_day, month_alone, month_end, spoken
from scripts.loading.sources import Column, Table

_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)(.*)", re.DOTALL)
_MONTH = re.compile(r"\d{4}-\d{2}(?=-\d{2})")
_YEAR_FIRST = re.compile(r"(20\d\d)([/.]|)(\d\d?)\2(\d\d?)(?!\d)(.*)", re.DOTALL)
_SHORT_YEAR = re.compile(r"\d{1,2}([/. -])(\d{1,2}|[^\W\d]{3,9})\.?\1\d{2}(\D.*)?", re.DOTALL)
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_MONTHS = 12
# So many days beside one and the same figure.
_ENOUGH = 3
DAY_FIRST, MONTH_FIRST = "day", "month"
# What is no date, so that the loader refuses the line and says why.
EITHER = "day or month first: "
MONTH_ALONE = "a month: "
SHORT_YEAR = "a short year: "


class Dates:
    """The dates of one file, by the headers of its columns; rows are changed in place.

    added: the column for the end of a period that a file does not have, behind those that it has.
    """

    def __init__(self, table: Table, columns: dict[str, int], width: int) -> None:
        fields = [each for each in table.fields if each.data_type in ("date", "timestamp")]
        fields = fields if table.kind == "bill" else []
        self._places = {columns[h]: f for f in fields for h in f.headers if h in columns}
        self._starts = [p for p, field in self._places.items() if field.name == table.event_time]
        ends = [field for field in fields if field.month in ("last", "after")]
        self._ends = {p: field for p, field in self._places.items() if field in ends}
        self.added = {ends[0].headers[0]: width} if ends and not self._ends else {}
        self._ends |= {width: ends[0]} if self.added else {}
        self._orders: set[str] = set()
        self._months: set[str] = set()

    def settle(self, rows: list[tuple[int, list[str]]]) -> None:
        """Bring the dates of a block to year, month and day."""
        for _, row in rows:
            months = {place: self._by_itself(row, place) for place in self._places}
            self._end(row, months)
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

    @property
    def note(self) -> str | None:
        """What to say of the file: nothing where its dates are as declared."""
        if self._orders >= {DAY_FIRST, MONTH_FIRST}:
            return "its dates are in both orders; those that may be either are rejected"
        return "its dates are read day first" if DAY_FIRST in self._orders else None

    def _by_itself(self, row: list[str], place: int) -> str | None:
        """Read a date that can only be one; the month of what is one alone."""
        cell = row[place].strip()
        if not cell or _ISO.match(cell):
            return None
        if (month := month_alone(cell)) is not None:
            field: Column = self._places[place]
            row[place] = first_day(month) if field.month == "first" else MONTH_ALONE + cell
            return month
        if match := _YEAR_FIRST.fullmatch(cell):
            year, _, number, day, rest = match.groups()
            row[place] = f"{year}-{number:0>2}-{day:0>2}{rest}"
        elif _SHORT_YEAR.fullmatch(cell):
            row[place] = SHORT_YEAR + cell
        else:
            row[place] = spoken(cell) or row[place]
        return None

    def _end(self, row: list[str], months: dict[int, str | None]) -> None:
        """The end of a period whose start is a month alone, where it is the same month or none."""
        start = next((month for place in self._starts if (month := months[place])), None)
        for place, field in self._ends.items() if start else ():
            if not row[place].strip() or months.get(place) == start:
                row[place] = month_end(start, field.month)

    def _read(self, match: re.Match, is_american: bool) -> str:
        order = _order(match)
        if order is None and not self._orders and is_american:
            # from here on the file has one order
            self._orders.add(MONTH_FIRST)
        if order is None and len(self._orders) == 1:
            (order,) = self._orders
        if order is None:
            return EITHER + match.group()
        first, _, second, _, rest = match.groups()
        other = MONTH_FIRST if order == DAY_FIRST else DAY_FIRST
        if _order(match) is None and self._is_of_month(match, other, order):
            return EITHER + match.group()
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
