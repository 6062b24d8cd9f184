"""How a CSV or Parquet file names its columns, and what parts its fields.

Exports of one system differ in case, in blanks and in marks: `lineItem/UnblendedCost` and
`line_item_unblended_cost` are one column. A name as declared goes first; only where it is not there
does one that differs in such ways alone take its place.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
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
# Signs that mean one currency where nothing else is said: a yen's is also a yuan's.
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP"}
# A word of three letters that is none of these, such as VAT, says what an amount is for.
_CODES = re.compile(
    "AED|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NGN|"
    "NOK|NZD|PEN|PHP|PKR|PLN|RON|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
_CURRENCY = re.compile(r"\s*[(\[]\s*((?:US)?[$]|[€£]|[A-Z]{3})\s*[)\]]$")
_DOLLARS = re.compile("..D")
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
    priced: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        if stated := _stated(cell):
            priced.setdefault(_plain(stated[0]), []).append(place)
            continue
        bracketed = _IN_BRACKETS.findall(normalize("NFKC", cell))
        for name in {_plain(cell), *map(_plain, bracketed)}:
            loose.setdefault(name, []).append(place)
    # "Cost" is nearer to what is looked for than "Cost (EUR)".
    loose = priced | loose
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


@dataclass(frozen=True)
class Currency:
    """The currency that the header of an amount names, as in "Cost ($)"; empty where none does.

    columns: the headers of the currency's column; places: where in a row those are that it has.
    """

    name: str
    is_sign: bool
    columns: tuple[str, ...]
    places: tuple[int, ...]

    @property
    def same(self) -> dict[str, str]:
        """The currency of all rows, for each header of its column, where no column says it."""
        return dict.fromkeys(self.columns, self.name) if self.name and not self.places else {}

    def of_all_rows(self) -> dict[str, str]:
        """`same`, of a file whose rows are not looked at one by one.

        Raises Unreadable where a column may say another currency.
        """
        if self.name and self.places and not self.is_sign:
            raise Unreadable(
                f"the header of its amount says {self.name}, and a column says a currency too; "
                "leave one of them out"
            )
        return self.same

    def fault(self, row: list[str]) -> str | None:
        """What is wrong with a row that says another currency; one that says none is given it."""
        if not self.name or not self.places:
            return None
        said = next((text for place in self.places if (text := row[place].strip().upper())), "")
        row[self.places[0]] = said or self.name
        if said in ("", self.name) or (self.is_sign and _is_dollars(said, self.name)):
            return None
        return f"its currency is {said[:10]}, and the header of its amount says {self.name}"


def currency_of(header: Iterable[str], table: Table, found: dict[str, int]) -> Currency:
    """The currency that the headers of the amounts name.

    Raises Unreadable where they name two, or one that the table has no place for.
    """
    columns = table.headers_of(("currency",))
    cells = list(header)
    amounts = [cells[found[name]] for name in table.headers_of(table.money) if name in found]
    named = {stated[1] for cell in amounts if (stated := _stated(cell))}
    names = sorted({_SIGNS.get(each, each) for each in named})
    if len(names) > 1:
        raise Unreadable(f"its amounts are in {' and '.join(names)}; leave one of them out")
    name = names[0] if names else ""
    if name not in ("", "USD") and not columns:
        raise Unreadable(f"its amounts are in {name}, where this table has US dollars")
    places_of = tuple(found[each] for each in columns if each in found)
    return Currency(name, named == {"$"}, columns, places_of)


def _stated(cell: str) -> tuple[str, str] | None:
    """A header without the currency that ends it in brackets, and that currency."""
    text = normalize("NFKC", cell)
    match = _CURRENCY.search(text)
    if match is None or (match[1] not in _SIGNS and not _CODES.fullmatch(match[1])):
        return None
    return text[: match.start()], match[1]


def _is_dollars(said: str, name: str) -> bool:
    return name == "USD" and bool(_DOLLARS.fullmatch(said))


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
