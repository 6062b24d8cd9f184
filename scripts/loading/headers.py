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

from scripts.loading.currencies import stated_in
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
    declared = {plain for _, plain in _plain_headers(table)}
    loose: dict[str, list[int]] = {}
    priced: dict[str, list[int]] = {}
    net: dict[str, int] = {}
    for place, cell in enumerate(cells):
        stated = stated_in(cell) if table.kind == "bill" and _plain(cell) not in declared else None
        if stated is None or not stated.has_tax:
            near = loose if stated is None else priced
            for name in _names_of(stated.name if stated else cell):
                near.setdefault(name, []).append(place)
                if stated and stated.has_no_tax:
                    net[name] = place
    found = {name: exact[name] for name, _ in _plain_headers(table) if name in exact}
    # A column has one meaning: that of its own name, else of the first that is like it.
    taken = set(found.values())
    _take_near(found, taken, loose, _plain_headers(table), cells)
    # "Cost" is nearer to what is looked for than "Cost (EUR)".
    free = tuple(
        (name, _plain(name))
        for field in table.fields
        if field.format == "decimal" and not found.keys() & set(field.headers)
        for name in field.headers
    )
    _take_near(found, taken, priced, free, cells)
    for name, place in found.items():
        # "Amount" beside "Amount excl. VAT" may be the one with it.
        if (other := net.get(_plain(name), place)) != place:
            raise _two_are_one(cells, [place, other])
    return found


def _take_near(
    found: dict[str, int],
    taken: set[int],
    near: dict[str, list[int]],
    wanted: Iterable[tuple[str, str]],
    cells: tuple[str, ...],
) -> None:
    """Add the places of columns that are named like what is wanted.

    Raises Unreadable when two columns would be one.
    """
    for name, plain in wanted:
        places_of = near.get(plain, [])
        if name in found or taken.issuperset(places_of):
            continue
        if len(places_of) > 1:
            raise _two_are_one(cells, places_of)
        found[name] = places_of[0]
        taken.add(places_of[0])


def _two_are_one(cells: tuple[str, ...], places_of: list[int]) -> Unreadable:
    same = " and ".join(cells[place][:40] for place in places_of)
    return Unreadable(f"two columns are one: {same}; leave one of them out")


def check_tax(header: Iterable[str], found: Iterable[str], table: Table) -> None:
    """Raise Unreadable where the only amount of a bill is one with tax in it."""
    amounts = table.headers_of(table.money)
    plain = set(map(_plain, amounts)) if not set(amounts) & set(found) else set()
    for cell in header if plain else ():
        stated = stated_in(cell)
        if stated and stated.has_tax and _names_of(stated.name) & plain:
            raise Unreadable(f"{cell[:40]} has tax in it; add the amount without tax")


def _names_of(cell: str) -> set[str]:
    bracketed = _IN_BRACKETS.findall(normalize("NFKC", cell))
    return {_plain(cell), *map(_plain, bracketed)}


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
