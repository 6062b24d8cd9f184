"""Figures of a CSV file as people's tools write them: decimal commas, marks of thousands.

The figures of the file say which mark is which. "2,5" has a decimal comma, "1,234.5" a comma of
thousands; "1,234" may be either, but where semicolons part the fields the comma was taken, so it is
decimal. Where the figures disagree nothing is changed, and the loader refuses what is no number.
Amounts may be written as accountants do: "$1,234.56", "(20.00)", "20.00-".
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
# One, or a thousand: a point may part thousands where nothing else says what it is. The loader's
# SQL asks the same of counts.
ONE_OR_A_THOUSAND = r"[+-]?[1-9][0-9]{0,2}[.][0-9]{3}"
# What is no number, so that the loader refuses the line by the name of its column.
_EITHER = "one or a thousand: "
_ACCOUNTED = re.compile(
    r"(?P<open>[(]?)(?P<sign>[+-]?) ?(?P<mark>(US)?[$]|€|£)? ?(?P<inner>[+-]?)"
    r"(?P<figure>\d[\d.,]*|[.,]\d+)(?P<close>[)]?)(?P<behind>-?)"
)
# The currencies that a mark may stand for.
_CURRENCIES = {"$": re.compile(r"(..D)?"), "€": re.compile("EUR"), "£": re.compile("GBP")}


class Numbers:
    """The figures of one file, by the headers of its columns; rows are changed in place.

    currency: what the header of an amount says, for rows that say none.
    """

    def __init__(
        self, table: Table, mark: str, columns: dict[str, int], currency: str = ""
    ) -> None:
        headers = {h for f in table.fields if _counts(f.data_type, f.format) for h in f.headers}
        self._places = sorted({place for name, place in columns.items() if name in headers})
        currencies = {h for f in table.fields if f.name.endswith("currency") for h in f.headers}
        self._currency = next((columns[each] for each in columns if each in currencies), None)
        self._stated = currency
        self._mark = mark
        self._decimal: str | None = None

    def settle(self, rows: list[tuple[int, list[str]]]) -> None:
        """Bring the figures of a block to points; the first block decides for the file."""
        for _, row in rows:
            for place in self._places:
                if (cell := row[place].strip()) and not (cell[0].isdigit() and cell[-1].isdigit()):
                    row[place] = self._bare(cell, row)
        if self._decimal is None:
            cells = (row[place].strip() for _, row in rows for place in self._places)
            self._decimal = _mark_of(cells, self._mark)
        unproven = {"": _refused} if self._mark == ";" else {}
        change = ({",": _with_point, ".": _without_commas} | unproven).get(self._decimal)
        if change:
            for _, row in rows:
                for place in self._places:
                    row[place] = change(row[place].strip())

    def _bare(self, cell: str, row: list[str]) -> str:
        """A figure without its currency, its sign before it; anything else as it is."""
        match = _ACCOUNTED.fullmatch(cell.replace("\u2212", "-"))
        if match is None:
            return cell
        mark = match["mark"] and match["mark"][-1]
        said = "" if self._currency is None else row[self._currency].strip().upper()
        stated = said or self._stated
        if mark and not _CURRENCIES[mark].fullmatch(stated):
            return cell
        signs = [match[name] for name in ("open", "sign", "inner", "behind") if match[name]]
        if bool(match["open"]) != bool(match["close"]) or len(signs) > 1:
            return cell
        return ("-" if signs and signs != ["+"] else "") + match["figure"]


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


def _refused(cell: str) -> str:
    return _EITHER + cell if re.fullmatch(ONE_OR_A_THOUSAND, cell) else cell


def _with_point(cell: str) -> str:
    if _COMMA.fullmatch(cell) or _THOUSANDS.fullmatch(cell):
        return cell.replace(".", "").replace(",", ".")
    return cell


def _without_commas(cell: str) -> str:
    return cell.replace(",", "") if _THOUSANDS_BY_COMMA.fullmatch(cell) else cell
