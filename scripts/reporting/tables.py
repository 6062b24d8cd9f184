"""Tables of a page. A chart draws the table that stands under it, so both say the same."""

from __future__ import annotations

import re
from calendar import month_name as month_names
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, getcontext

from markupsafe import Markup, escape

from scripts.money import in_cents, money

# Sums of decimal(30,15) have up to 38 digits; Python would round them to 28.
getcontext().prec = 60
_SUMMED = {"usd", "bar", "change", "count"}
NUMBERS = {"usd", "change", "unit", "count", "share", "bar"}


@dataclass(frozen=True)
class Column:
    """One column: `kind` says how it is shown, see `shown` and templates/parts.html."""

    name: str
    label: str
    kind: str = "text"
    # A chart takes each column of a series as one line or layer.
    series: bool = False
    # False for a figure that makes no sense in a sum, such as an age.
    adds: bool = True

    @property
    def is_summed(self) -> bool:
        """True where a sum of the column says something."""
        return self.adds and self.kind in _SUMMED


@dataclass
class Table:
    """A caption, columns, and rows by column name.

    A row may hold `_href` (where its first cell leads), `_id` (anchor), `_rest` (the others,
    which get no bar), and `_<column>` for attributes of a cell that a chart needs.
    """

    caption: str
    columns: list[Column]
    rows: list[dict]
    empty: str = "Nothing here."
    total: dict = field(default_factory=dict)
    # The rows that are not shown.
    more: list[dict] = field(default_factory=list)
    # The rows, those not shown among them, are parts of a whole.
    adds: bool = False

    @property
    def foot(self) -> list[dict]:
        """What is not shown as one row, and the total."""
        first = self.columns[0].name
        found = []
        if self.more and self.adds:
            found.append({first: many(len(self.more), "other")} | self._sums(self.more))
        if self.total:
            found.append(self.total)
        elif self.adds and len(self.rows) + len(self.more) > 1:
            found.append({first: "Total"} | self._sums([*self.rows, *self.more]))
        return found

    def _sums(self, rows: list[dict]) -> dict:
        return {
            column.name: known_total(row.get(column.name) for row in rows)
            for column in self.columns
            if column.is_summed
        }

    @property
    def largest(self) -> dict[str, Decimal]:
        """Per money column, the largest amount: the full length of a bar."""
        return {
            column.name: max(
                (abs(row.get(column.name) or 0) for row in self.rows if not row.get("_rest")),
                default=0,
            )
            for column in self.columns
            if column.kind == "bar"
        }


def top(rows: list[dict], limit: int) -> tuple[list[dict], list[dict]]:
    """The first rows, and those that are left out."""
    return rows[:limit], rows[limit:]


def plain(number: Decimal | int | None) -> str:
    """The exact figure without an exponent or trailing zeros, for machines and tests."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def usd(amount: Decimal | None) -> str:
    """To the cent; an amount too small to show says so, and none is a dash."""
    if amount is None:
        return "–"
    rounded = in_cents(amount)
    if rounded == 0 and amount != 0:
        return "<0.01" if amount > 0 else "−<0.01"
    return f"{rounded:,}".replace("-", "−")


def in_usd(amount: Decimal | None) -> str:
    """As usd, with the currency; an unknown amount is a dash alone."""
    return usd(amount) if amount is None else f"USD {usd(amount)}"


def change(amount: Decimal | None) -> str:
    """As usd, with its sign."""
    text = usd(amount)
    return f"+{text}" if amount and amount > 0 else text


def unit(amount: Decimal | None) -> str:
    """A cost per something: four digits that count, because cents would say nothing."""
    if amount is None:
        return "–"
    if abs(amount) >= 1:
        return money(amount)
    return plain(Decimal(f"{amount:.4g}"))


def count(number: int | Decimal | None) -> str:
    """With thousands; rounded to a whole number."""
    return "–" if number is None else f"{int(number):,}".replace("-", "−")


def share(part: Decimal | None) -> str:
    """A fraction as per cent."""
    return "–" if part is None else f"{100 * part:.1f} %".replace("-", "−")


def ratio(part: Decimal | int | None, whole: Decimal | int | None) -> Decimal | None:
    """`part / whole` to six places; None without a whole."""
    if not whole or part is None:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"))


def day(value: date | None) -> str:
    """As 7 July 2026."""
    return "–" if value is None else f"{value.day} {value:%B %Y}"


def month_name(value: date) -> str:
    """As July 2026."""
    return f"{value:%B %Y}"


def days(first: date | None, last: date | None) -> str:
    """As 7 July 2026, 7 to 9 July 2026, or 30 July to 2 August 2026."""
    if first is None or last is None or first == last:
        return day(first or last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day(last)}"
    return (
        f"{first.day} {first:%B} to {day(last)}"
        if first.year == last.year
        else (f"{day(first)} to {day(last)}")
    )


def span(first: date, last: date) -> str:
    """As days; a whole month by its name: July 2026."""
    after = last + timedelta(days=1)
    is_month = (
        first.day == 1 and after.day == 1 and (first.year, first.month) == last.timetuple()[:2]
    )
    return month_name(first) if is_month else days(first, last)


_MONTHS = tuple(month_names)[1:]
_BEHIND = "|".join(f"(?<={name})" for name in _MONTHS)
_GAPS = re.compile(
    rf"(?<=USD) (?=[\d<−])|(?<=\d) (?={'|'.join(_MONTHS)})|(?:{_BEHIND}) (?=\d{{4}})|(?<=\d) (?=%)"
)


def unbroken(text: str) -> str:
    """A sentence in which no date and no amount is broken over two lines."""
    return _GAPS.sub("\u00a0", text)


def many(number: int, noun: str) -> str:
    """As 1 day, 2 days."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def total(values: Iterable[Decimal | None]) -> Decimal:
    """The sum, unknown amounts left out."""
    return sum((value for value in values if value is not None), Decimal(0))


def known_total(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, unknown amounts left out; None, not zero, where nothing but unknown ones is left."""
    found = list(values)
    known = total(found)
    return None if known == 0 and None in found else known


def less(amount: Decimal | None, other: Decimal | None) -> Decimal | None:
    """The difference; None where either is unknown."""
    return None if amount is None or other is None else amount - other


def shown(kind: str, value) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return "–"
    match kind:
        case "usd" | "bar":
            return usd(value)
        case "change":
            return change(value)
        case "unit":
            return unit(value)
        case "count":
            return count(value)
        case "share":
            return share(value)
        case "words":  # a word of ours, never a name from a log
            return str(value).replace("_", " ")
        case "month":
            return f"{value:%Y-%m}"
        case "time":
            return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
        case _:
            return str(value)


def trend(amounts: list[Decimal]) -> Markup:
    """A line of a dozen points in one row of text; the figures beside it say the same."""
    peak = max(amounts, default=Decimal(0))
    if len(amounts) < 2 or peak <= 0:
        return Markup("")
    step = 80 / (len(amounts) - 1)
    points = " ".join(
        f"{round(n * step, 1)},{round(float(19 - 17 * max(a, 0) / peak), 1)}"
        for n, a in enumerate(amounts)
    )
    return Markup(
        '<svg class="trend" viewBox="-1 0 82 20" aria-hidden="true">'
        f'<polyline points="{escape(points)}"/></svg>'
    )


def data_attributes(values: dict[str, str]) -> Markup:
    """`data-` attributes of a cell, for a chart."""
    return Markup("").join(Markup(' data-{}="{}"').format(k, v) for k, v in values.items())
