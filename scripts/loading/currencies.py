"""Currencies and taxes as headers and cells of bills state them: "Amount in EUR", "EUR 12.50".

A header may end with a currency and with what the amount has of tax, in brackets or without, in any
order: "Cost (excl. VAT) (EUR)", "Amount_usd", "Betrag [EUR, netto]".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from unicodedata import normalize

from scripts.loading.foreign import Unreadable
from scripts.loading.sources import Table

# Signs that mean one currency where nothing else is said.
SIGNS = {
    **{"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₺": "TRY"},
    **{"₪": "ILS", "₫": "VND", "฿": "THB", "₴": "UAH", "A$": "AUD", "AU$": "AUD", "C$": "CAD"},
    **{"CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "SG$": "SGD", "R$": "BRL"},
    **{"NT$": "TWD", "MX$": "MXN", "ZŁ": "PLN", "KČ": "CZK", "FR": "CHF", "SFR": "CHF"},
}
# Signs of several: the currency of the line says which.
SHARED = {"¥": ("CNY", "JPY"), "KR": ("DKK", "NOK", "SEK"), "RS": ("INR", "PKR")}
# A word of three letters that is none of these, such as VAT, says what an amount is for.
_CODES = (
    "AED|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NGN|"
    "NOK|NZD|PEN|PHP|PKR|PLN|RON|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
_SYMBOLS = "€£¥₹₩₺₪₫฿₴"
MARK = rf"(?:US|AU?|CA?|NZ|HK|SG?|R|NT|MX)?[$]|[{_SYMBOLS}]|zł|Kč|(?:kr|Rs|S?Fr)\b[.]?|(?:{_CODES})"
_TAX = r"(?:VAT|GST|(?:sales )?tax(?:es)?|MwSt\.?|USt\.?)"
_WITHOUT = r"(?:excl(?:\.|uding|usive of)?|ex|before|without|exkl\.?|ohne|zzgl\.?)"
_WITH = r"(?:incl(?:\.|uding|usive of)?|after|with|inkl\.?|mit)"
_STATED = re.compile(
    rf"(?:in )?(?P<currency>{MARK})(?!\w)|(?P<net>{_WITHOUT} {_TAX}|net(?:to)?\b)"
    rf"|(?P<gross>{_WITH} {_TAX}|gross|brutto)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"(.*\S)\s*[(\[]([^()\[\]]*)[)\]]")
_BEHIND = re.compile(rf"(.*?\w)(?:[\s_,:/-]+|(?=[${_SYMBOLS}]))({_STATED.pattern})", re.IGNORECASE)
_BEFORE = re.compile(
    rf"(?P<currency>{MARK})(?:(?<=[${_SYMBOLS}])|[\s_:/-])[\s_:/-]*(\w.*)", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s,;/]*")
_DOLLARS = re.compile("..D")


@dataclass(frozen=True)
class Stated:
    """A header without the currency and the tax that it states, and what these are."""

    name: str
    currencies: tuple[str, ...]
    has_tax: bool = False
    has_no_tax: bool = False


@lru_cache(maxsize=4096)
def stated_in(header: str) -> Stated | None:
    """What the end of a header states, and the currency at its beginning; None where it states
    nothing.

    "Net EUR" has no other name: it is an amount.
    """
    name = " ".join(normalize("NFKC", header).split())
    words: list[dict[str, str | None]] = []
    while found := _at_the_end(name):
        name, last = found
        words += [word.groupdict() for word in last]
    if not words and (first := _BEFORE.fullmatch(name)):
        name = first[2]
        words = [first.groupdict()]
    elif words and (whole := _STATED.fullmatch(name)):
        words.append(whole.groupdict())
        is_amount = any(word["currency"] for word in words) and len(words) > 1
        name = "amount" if is_amount else name
    if not words:
        return None
    currencies = tuple(sign_of(word["currency"]) for word in words if word["currency"])
    has_tax = any(word.get("gross") for word in words)
    return Stated(name, currencies, has_tax, any(word.get("net") for word in words))


def sign_of(mark: str) -> str:
    """A mark of a currency as it is looked up."""
    return mark.upper().rstrip(".")


def _at_the_end(name: str) -> tuple[str, list[re.Match]] | None:
    """A header without what is last stated in it, and that."""
    if match := _BRACKETS.fullmatch(name):
        words = _words(match[2])
        return (match[1], words) if words else None
    match = _BEHIND.fullmatch(name)
    word = _STATED.fullmatch(match[2]) if match else None
    return (match[1], [word]) if match and word else None


def _words(text: str) -> list[re.Match]:
    """What a text states, one after the other; nothing where there is anything else in it."""
    words, place = [], 0
    while place < len(text):
        word = _STATED.match(text, place)
        if word is None:
            return []
        words.append(word)
        place = _BETWEEN.match(text, word.end()).end()
    return words


@dataclass(frozen=True)
class Currency:
    """The currency that the header of an amount names, as in "Cost ($)"; empty where none does.

    columns: the headers of the currency's column; places: where in a row those are that it has.
    added: that the file has no such column, and each row is given one at its end. `shared` is a
    sign of several currencies that the header has, and the column has to say which.
    """

    name: str
    is_sign: bool
    columns: tuple[str, ...]
    places: tuple[int, ...]
    added: dict[str, int]
    shared: str = ""

    @property
    def same(self) -> dict[str, str]:
        """The currency of all rows, for each header of its column, of a file whose rows are not
        looked at one by one.

        Raises Unreadable where a column may say another currency.
        """
        if self.name and self.places and not self.is_sign:
            raise Unreadable(
                f"the header of its amount says {self.name}, and a column says a currency too; "
                "leave one of them out"
            )
        return dict.fromkeys(self.columns, self.name) if self.name and not self.places else {}

    def in_rows(self, width: int) -> Currency:
        """The same with a column for the currency behind those that a file has."""
        if self.places or not self.columns:
            return self
        return replace(self, places=(width,), added={self.columns[0]: width})

    def fault(self, row: list[str]) -> str | None:
        """What is wrong with a row that says another currency; one that says none is given it."""
        if self.shared:
            return self._fault_of_shared(self.shared, row)
        if not self.name or not self.places:
            return None
        said = self.said(row)
        row[self.places[0]] = said or self.name
        if said in ("", self.name) or (self.is_sign and _is_dollars(said, self.name)):
            return None
        return f"its currency is {said[:10]}, and the header of its amount says {self.name}"

    def said(self, row: list[str]) -> str:
        """The currency of a row."""
        return next((text for place in self.places if (text := row[place].strip().upper())), "")

    def fault_of_mark(self, mark: str, row: list[str], is_amount: bool) -> str | None:
        """What is wrong with an amount that says its currency itself, as in "EUR 12.50".

        A row that says none is given that of its amount.
        """
        mark = sign_of(mark)
        if mark in SHARED:
            return self._fault_of_shared(mark, row)
        name = SIGNS.get(mark, mark)
        if not self.columns:
            return None if name == "USD" else _not_dollars(name)
        said = self.said(row)
        if said and said != name and not (mark == "$" and _is_dollars(said, name)):
            return f"its currency is {said[:10]}, and its amount says {name}"
        if not said and is_amount:
            row[self.places[0]] = name
        return None

    def _fault_of_shared(self, mark: str, row: list[str]) -> str | None:
        """What is wrong with a sign of several currencies in a row that does not say which."""
        said = self.said(row)
        if said in SHARED[mark]:
            return None
        either = " or ".join(SHARED[mark])
        return f"its amount is in {mark}, which is {either}; " + (
            f"its currency is {said[:10]}" if said else "say which in a column currency"
        )


def agreed(marks: list[str]) -> str | None:
    """The one currency of several marks of an amount, as in "$12.50 USD"; None where they differ.

    The nearest to a code is kept.
    """
    found = {sign_of(mark) for mark in marks}
    names = {SIGNS.get(mark, mark) for mark in found - SHARED.keys()}
    codes = found - SIGNS.keys() - SHARED.keys()
    if "$" in found and len(codes) == 1 and _DOLLARS.fullmatch(*codes):
        names.discard("USD")
        names |= codes
    fits = all(names <= set(SHARED[mark]) for mark in found & SHARED.keys())
    return names.pop() if len(names) == 1 and fits else None


def currency_of(header: Iterable[str], table: Table, found: dict[str, int]) -> Currency:
    """The currency that the headers of the amounts name.

    Raises Unreadable where they name two, or one that the table has no place for.
    """
    columns = table.headers_of(("currency",))
    cells = list(header)
    amounts = [cells[found[name]] for name in table.headers_of(table.money) if name in found]
    named = {word for cell in amounts if (stated := stated_in(cell)) for word in stated.currencies}
    names = sorted({SIGNS.get(each, each) for each in named})
    if len(names) > 1:
        raise Unreadable(f"its amounts are in {' and '.join(names)}; leave one of them out")
    name = names[0] if names else ""
    if name in SHARED:
        places_of = tuple(found[each] for each in columns if each in found)
        if not places_of:
            either = " or ".join(SHARED[name])
            raise Unreadable(
                f"its amounts are in {name}, which is {either}; say which in a column currency"
            )
        return Currency("", False, columns, places_of, {}, name)
    if name not in ("", "USD") and not columns:
        raise Unreadable(_not_dollars(name))
    places_of = tuple(found[each] for each in columns if each in found)
    return Currency(name, named == {"$"}, columns, places_of, {})


def _not_dollars(name: str) -> str:
    return f"its amounts are in {name}, where this table has US dollars"


def _is_dollars(said: str, name: str) -> bool:
    return name == "USD" and bool(_DOLLARS.fullmatch(said))
