"""Figures of a CSV file as people's tools write them: decimal commas, marks of thousands.

The figures of the file say which mark is which. "2,5" has a decimal comma, "1,234.5" a comma of
thousands; "1,234" may be either, but where semicolons part the fields the comma was taken, so it is
decimal. Where the figures disagree each that can only be one is read, and the others are refused.
Amounts may be written as accountants do: "$1,234.56", "EUR 12.50", "(20.00)", "20.00-", "1 234,56".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scripts.loading.currencies import MARK, Currency, agreed
from scripts.loading.sources import Table

_GROUPED = r"[+-]?\d{1,3}(%s\d{3})+"
# What proves a mark. With three digits behind it, it may be either; but no figure begins with a
# group of thousands of four digits, nor with one of none.
_PROOF = r"(\d*%s(\d{1,2}|\d{4,})|(\d{4,}|0)%s\d+)"
_DECIMAL_COMMA = re.compile(
    rf"{_GROUPED % '[.]'},\d+|[+-]?{_PROOF % (',', ',')}|[+-]?\d{{1,3}}([.]\d{{3}}){{2,}}"
)
# Lakhs and crores: only the last group has three figures.
_INDIAN = r"[+-]?\d{1,2}(,\d{2})+,\d{3}"
_DECIMAL_POINT = re.compile(
    rf"{_GROUPED % ','}[.]\d+|[+-]?{_PROOF % ('[.]', '[.]')}|[+-]?\d{{1,3}}(,\d{{3}}){{2,}}"
    rf"|{_INDIAN}([.]\d+)?"
)
_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+")
_THOUSANDS = re.compile(_GROUPED % "[.]")
_THOUSANDS_BY_COMMA = re.compile(rf"({_GROUPED % ','}|{_INDIAN})([.]\d+)?")
# Thousands parted by what is no mark of decimals anywhere.
_APART = re.compile(r"\d{1,3}(?:( )\d{3}(?:\1\d{3})*|(')\d{3}(?:\2\d{3})*)(?:[.,]\d+)?")
# One, or a thousand: a point may part thousands where nothing else says what it is. The loader's
# SQL asks the same of counts.
ONE_OR_A_THOUSAND = r"[+-]?[1-9][0-9]{0,2}[.][0-9]{3}"
_WITH_EITHER_MARK = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
# What is no number, so that the loader refuses the line and says why.
EITHER = "one or a thousand: "
_PLAIN = re.compile(r"\d[\d.,]*(?<=\d)|-?\d+[.]\d+|\d[\d.,]*[eE][+-]?\d+")
_BLANKS = str.maketrans(
    dict.fromkeys("\u2212\u2012\u2013\ufe63\uff0d", "-")
    | dict.fromkeys("\u2019\u02bc", "'")
    | dict.fromkeys("\u00a0\u2009\u202f", " ")
    | {"\uffe5": "¥", "\uff04": "$"}
)
_ACCOUNTED = re.compile(
    rf"(?P<first>{MARK})? ?(?P<open>[(]?)(?P<sign>[+-]?) ?(?P<mark>{MARK})? ?(?P<inner>[+-]?)"
    rf"(?P<figure>\d[\d.,' ]*|[.,]\d+)(?P<behind>-?) ?(?P<after>{MARK})?(?P<close>[)]?)"
    rf" ?(?P<last>{MARK})?",
    re.IGNORECASE,
)


class Numbers:
    """The figures of one file, by the headers of its columns; rows are changed in place."""

    def __init__(
        self, table: Table, mark: str, columns: dict[str, int], currency: Currency
    ) -> None:
        counted = {h for f in table.fields if f.data_type == "bigint" for h in f.headers}
        decimal = {h for f in table.fields if f.format == "decimal" for h in f.headers}
        amounts = {columns[h] for h in table.headers_of(table.money) if h in columns}
        self._is_amount = {p: p in amounts for name, p in columns.items() if name in decimal}
        # an amount says the currency of its row before other figures are looked at
        self._decimals = sorted(self._is_amount, key=lambda place: (place not in amounts, place))
        self._places = sorted({p for name, p in columns.items() if name in counted | decimal})
        self._currency = currency
        self._mark = mark
        self._decimal: str | None = None

    def fault(self, row: list[str]) -> str | None:
        """What is wrong with the currency of a figure; signs and currencies are taken off."""
        for place in self._decimals:
            cell = row[place].strip()
            if cell and not _PLAIN.fullmatch(cell):
                row[place], mark = _bare(cell)
                is_amount = self._is_amount[place]
                fault = mark and self._currency.fault_of_mark(mark, row, is_amount)
                if fault:
                    return fault
        return None

    def settle(self, rows: list[tuple[int, list[str]]]) -> None:
        """Bring the figures of a block to points; the first block decides for the file."""
        if self._decimal is None:
            cells = (row[place].strip() for _, row in rows for place in self._places)
            self._decimal = _mark_of(cells, self._mark)
        unproven = _refused if self._mark == ";" else _with_comma_refused
        changes = {",": _with_point, ".": _without_commas, "": unproven, ",.": _by_itself}
        change = changes[self._decimal]
        for _, row in rows:
            for place in self._places:
                if cell := row[place].strip():
                    row[place] = change(cell)


def _bare(cell: str) -> tuple[str, str]:
    """A figure with its sign before it, and the mark of its currency; anything else as it is."""
    match = _ACCOUNTED.fullmatch(cell.translate(_BLANKS))
    if match is None:
        return cell, ""
    marks = [match[name] for name in ("first", "mark", "after", "last") if match[name]]
    signs = [match[name] for name in ("open", "sign", "inner", "behind") if match[name]]
    mark = agreed(marks) if len(marks) > 1 else "".join(marks)
    if bool(match["open"]) != bool(match["close"]) or len(signs) > 1 or mark is None:
        return cell, ""
    figure = match["figure"].strip()
    if _APART.fullmatch(figure):
        figure = re.sub("[ ']", "", figure)
    minus = "-" if signs and signs != ["+"] else ""
    return minus + figure, mark


def _mark_of(cells: Iterable[str], separator: str) -> str:
    """The decimal mark that the figures prove; both where they disagree, none without a proof."""
    decimal_comma = _COMMA if separator == ";" else _DECIMAL_COMMA
    comma = point = False
    for cell in cells:
        comma = comma or bool(decimal_comma.fullmatch(cell))
        point = point or bool(_DECIMAL_POINT.fullmatch(cell))
    return ("," if comma else "") + ("." if point else "")


def _refused(cell: str) -> str:
    return EITHER + cell if _WITH_EITHER_MARK.fullmatch(cell) else cell


def _with_comma_refused(cell: str) -> str:
    return _refused(cell) if "," in cell else cell


def _by_itself(cell: str) -> str:
    if _DECIMAL_COMMA.fullmatch(cell):
        return _with_point(cell)
    return _without_commas(cell) if _DECIMAL_POINT.fullmatch(cell) else _refused(cell)


def _with_point(cell: str) -> str:
    if _COMMA.fullmatch(cell) or _THOUSANDS.fullmatch(cell):
        return cell.replace(".", "").replace(",", ".")
    return cell


def _without_commas(cell: str) -> str:
    return cell.replace(",", "") if _THOUSANDS_BY_COMMA.fullmatch(cell) else cell
