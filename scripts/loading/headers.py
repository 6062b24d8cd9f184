"""How a CSV or Parquet file names its columns, and what parts its fields.

Exports of one system differ in case, in blanks and in marks: `lineItem/UnblendedCost` and
`line_item_unblended_cost` are one column. A name as declared goes first; only where it is not there
does one that differs in such ways alone take its place.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from unicodedata import normalize

from scripts.loading.foreign import Unreadable
from scripts.loading.sources import Table

# In the order in which they are tried.
SEPARATORS = (",", ";", "\t", "|")
# So many lines may come before a header, which is known by more columns than a title has.
_TITLES, _FOUND = 12, 2
_SETS_MARK = re.compile(rb'"?sep=.?"?\r?$', re.IGNORECASE)
# Behind it a header names all columns that begin so.
_REST = "*"
_NOISE = re.compile(r"[^0-9a-z]+")
# Signs that mean one currency: a yen's is also a yuan's.
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
_CURRENCY = re.compile(r"\(([$€£]|[A-Z]{3})\)$")
# Azure writes "Kosten (PreTaxCost)" where the portal speaks another language.
_IN_BRACKETS = re.compile(r"\(([A-Za-z][\w.]*)\)$")


def separator(first: str, table: Table) -> str:
    """The mark between the fields of a CSV file: the one with which most columns are known.

    first: the first line. Where no column is known with any, the one that makes most fields.
    """
    return max(
        SEPARATORS, key=lambda mark: (_count(first, mark, table), len(cells_of(first, mark)))
    )


def known_columns(first: str, table: Table) -> int:
    """How many of the declared headers a first line has."""
    return max(_count(first, mark, table) for mark in SEPARATORS)


def before_header(head: bytes, tables: Iterable[Table]) -> int:
    """How many bytes come before the header of a CSV file: titles, and what Excel reads the marks
    of fields from.
    """
    lines = head.split(b"\n")[: _TITLES + 1]
    start = len(lines.pop(0)) + 1 if _SETS_MARK.match(lines[0]) else 0
    if not lines or b"{" in lines[0] or _most_known(lines[0], tables) > 1:
        return start
    place = start + len(lines[0]) + 1
    for line in lines[1:]:
        if b"{" in line:
            break
        if _most_known(line, tables) > _FOUND:
            return place
        place += len(line) + 1
    return start


def _most_known(line: bytes, tables: Iterable[Table]) -> int:
    text = line.decode(errors="replace")
    if not any(mark in text for mark in SEPARATORS):
        return 0
    return max((known_columns(text, table) for table in tables), default=0)


def _count(first: str, mark: str, table: Table) -> int:
    try:
        return len(places(cells_of(first, mark), table))
    except Unreadable:
        return len(table.headers)


def places(header: Iterable[str], table: Table) -> dict[str, int]:
    """The position of each declared header that a file has.

    Raises Unreadable when two columns would be one, neither of which is named as declared.
    """
    return dict(_places(tuple(cell.strip() for cell in header), table))


def spread(header: Iterable[str], table: Table) -> dict[str, list[tuple[str, int]]]:
    """The columns that are the parts of one: for each header with a star the rest of the name and
    the place of those that begin so.
    """
    wanted = {name: name[:-1].lower() for name in table.headers if name.endswith(_REST)}
    found: dict[str, list[tuple[str, int]]] = {}
    for place, cell in enumerate(header if wanted else ()):
        for name, before in wanted.items():
            if cell.strip().lower().startswith(before) and len(cell.strip()) > len(before):
                found.setdefault(name, []).append((cell.strip()[len(before) :], place))
                break
    return found


@lru_cache(maxsize=4096)
def _places(cells: tuple[str, ...], table: Table) -> dict[str, int]:
    # Many files have one header, and each is asked for with every mark.
    exact = {name: place for place, name in reversed(list(enumerate(cells)))}
    loose: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        bracketed = _IN_BRACKETS.findall(normalize("NFKC", cell))
        for name in {_plain(cell), *map(_plain, bracketed)}:
            loose.setdefault(name, []).append(place)
    found = {name: exact[name] for name, _ in _plain_headers(table) if name in exact}
    # A column has one meaning: that of its own name, else of the first that is like it.
    taken = set(found.values())
    for name, plain in _plain_headers(table):
        near = loose.get(plain, [])
        if name in exact or taken.issuperset(near):
            continue
        if len(near) == 1:
            found[name] = near[0]
            taken.add(near[0])
        else:
            same = " and ".join(cells[place][:40] for place in near)
            raise Unreadable(f"two columns are one: {same}; leave one of them out")
    return found


def likely_table(columns: Iterable[str], tables: Iterable[Table]) -> Table | None:
    """The bill a file's columns belong to: of those that need no other, the one that knows most."""
    known: list[tuple[int, Table]] = []
    for table in tables:
        try:
            names = set(places(columns, table))
        except Unreadable:
            continue
        if table.kind == "bill" and all(names & set(headers) for _, headers in table.needed):
            known.append((len(names), table))
    return max(known, key=lambda each: each[0], default=(0, None))[1]


def currency_of(header: Iterable[str], table: Table, found: dict[str, int]) -> dict[str, str]:
    """The currency that the header of an amount names, as in "Cost ($)", where no column does.

    Returned for each header of the currency's column.
    """
    wanted = table.headers_of(("currency",))
    amounts = table.headers_of(table.money)
    cells = list(header)
    if found.keys() & set(wanted):
        return {}
    named = {
        _SIGNS.get(sign, sign)
        for name in found.keys() & set(amounts)
        for sign in _CURRENCY.findall(cells[found[name]])
    }
    return dict.fromkeys(wanted, named.pop()) if len(named) == 1 else {}


def cells_of(line: str, mark: str) -> list[str]:
    """The fields of a line; none of one that is no CSV."""
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return []


@cache
def _plain_headers(table: Table) -> tuple[tuple[str, str], ...]:
    return tuple((name, _plain(name)) for name in table.headers if not name.endswith(_REST))


def _plain(name: str) -> str:
    return _NOISE.sub("", name.lower())
