"""What the report and the workbook ask of the marts, and over which days."""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from scripts.operations.clock import run_instant
from scripts.reporting.names import Names


class Marts:
    """The marts of one warehouse. A mart that was not built has no columns."""

    def __init__(self, connection) -> None:
        self._connection = connection
        self._types: dict[str, dict[str, str]] = defaultdict(dict)
        for mart, column, kind in connection.execute(
            "select table_name, column_name, data_type from information_schema.columns "
            "where table_schema = 'marts' order by table_name, ordinal_position"
        ).fetchall():
            self._types[mart][column] = kind.lower()

    @cached_property
    def names(self) -> Names:
        """What people call the things of these marts."""
        return Names(self.rows)

    def has(self, *marts: str) -> bool:
        """True when every one of these marts is there."""
        return all(self._types[mart] for mart in marts)

    def types(self, mart: str) -> dict[str, str]:
        """The mart's columns in its own order, each with the engine's name of its type."""
        return self._types[mart]

    def rows(self, sql: str, *needs: str) -> list[dict]:
        """The rows of a query, one dict each; money is Decimal, dates are date.

        None where a mart that it needs was not built.
        """
        if not self.has(*needs):
            return []
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# A weekend without use does not keep a week or a month open.
_QUIET = timedelta(days=2)


def reaches(last: date, end: date) -> bool:
    """Whether use that is known through `last` covers a period to its end, but for a weekend."""
    return last + _QUIET >= end


def month_end(day: date) -> date:
    """Last day of the month that a day is in."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


@dataclass(frozen=True)
class Period:
    """The days a report speaks of; all ends are inclusive, UTC."""

    first: date
    last: date

    @property
    def month(self) -> date:
        """First day of the month in which the report ends."""
        return self.last.replace(day=1)

    @property
    def before_first(self) -> date:
        """First day of the month before."""
        return (self.month - timedelta(days=1)).replace(day=1)

    @property
    def before_last(self) -> date:
        """Last day compared: the same day of the month before, or its end.

        A whole month is compared with a whole month, however long each is.
        """
        before_end = month_end(self.before_first)
        if self.last == month_end(self.last):
            return before_end
        return min(before_end, self.before_first + timedelta(days=self.last.day - 1))

    def dates(self) -> list[date]:
        """Every day from the first to the last."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


def period(marts: Marts, days: int, today: date | None = None) -> Period | None:
    """The last `days` days up to the newest day with spend; None when there is none.

    Whole months: the first day is the first of its month, or the first day with spend, because a
    month that is cut off ties to no bill, no statement and no other page.

    A request with a clock in the future must not empty the report, so days after today count
    only where there are no others.
    """
    if not marts.has("fct_spend_daily"):
        return None
    today = today or run_instant().date()
    newest = marts.rows(
        f"""
        select
            min(usage_date) as first_day,
            max(usage_date) as last_day,
            max(case when usage_date <= '{today}' then usage_date end) as last_past_day
        from marts.fct_spend_daily
        """
    )[0]
    last = newest["last_past_day"] or newest["last_day"]
    if last is None:
        return None
    # The month before is next to this one on every page: never show less than both.
    shown = Period(last, last)
    earliest = min(last - timedelta(days=days - 1), shown.before_first).replace(day=1)
    first = max(newest["first_day"], earliest)
    return Period(min(first, last), last)
