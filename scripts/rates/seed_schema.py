"""What the YAML beside a seed says of its columns: order, type, and what may stand in a cell.

dbt tests the same after the load, when the table has been replaced already. Here it is read before,
so the rules stand once: in the YAML.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from scripts import yaml_files
from scripts.rates import meters

_DECIMAL = re.compile(r"decimal\((\d+), ?(\d+)\)")
_REFERENCE = re.compile(r"ref\('(\w+)'\)")
_INSTANT, _DAY = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_WHOLE_NUMBERS = {"integer": 2**31 - 1, "bigint": 2**63 - 1}


@dataclass(frozen=True)
class Column:
    """A column of a seed, and what its cells may hold."""

    name: str
    kind: str
    is_needed: bool = False
    words: frozenset[str] = frozenset()
    low: Decimal | None = None
    high: Decimal | None = None

    def problem(self, text: str) -> str | None:
        """What is wrong with a cell and what to write instead; None when it is well."""
        if not text:
            return "is empty; every row needs it" if self.is_needed else None
        if text != text.strip() or not text.isprintable():
            return f"has blanks or invisible letters around or in it; write {_cleaned(text)!r}"
        if self.words and text not in self.words:
            return f"is unknown; {near(text, self.words)}"
        return self._kind_problem(text)

    def _kind_problem(self, text: str) -> str | None:
        if self.kind == "timestamp":
            return _instant_problem(text)
        if self.kind == "date":
            return _day_problem(text)
        if self.kind == "boolean" and text not in ("true", "false"):
            return "is no yes or no; write true or false"
        if self.kind in _WHOLE_NUMBERS:
            return self._whole_problem(text)
        exact = _DECIMAL.fullmatch(self.kind)
        return self._decimal_problem(text, *map(int, exact.groups())) if exact else None

    def _whole_problem(self, text: str) -> str | None:
        if not re.fullmatch(r"-?[0-9]+", text):
            return "is no whole number; write digits only, such as 200000"
        if abs(int(text)) > _WHOLE_NUMBERS[self.kind]:
            return "is too large for the column; check the digits"
        return self._range_problem(Decimal(text))

    def _decimal_problem(self, text: str, precision: int, scale: int) -> str | None:
        if re.fullmatch(r"-?[0-9]+,[0-9]+", text):
            return f"has a decimal comma; write {text.replace(',', '.')}"
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
            return "is no number; write digits and a decimal point, such as 0.15"
        whole, _, part = text.lstrip("-").partition(".")
        if len(part.rstrip("0")) > scale:
            return f"has more than {scale} decimals and would be rounded; write {scale} at most"
        if len(whole.lstrip("0")) > precision - scale:
            return "is too large for the column; check the decimal point"
        return self._range_problem(Decimal(text))

    def _range_problem(self, number: Decimal) -> str | None:
        if self.low is not None and number < self.low:
            return f"is below {self.low}; write a figure from {self.low} to {self.high}"
        if self.high is not None and number > self.high:
            return f"is above {self.high}; write a figure from {self.low} to {self.high}"
        return None


@dataclass(frozen=True)
class Seed:
    """The columns of a seed in their order, and those that together stand once."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def names(self) -> list[str]:
        """The header that the file needs."""
        return [column.name for column in self.columns]

    @property
    def types(self) -> dict[str, str]:
        """The type of each column, as the YAML has it."""
        return {column.name: column.kind for column in self.columns}


def near(text: str, words: frozenset[str] | set[str]) -> str:
    """What to write instead of a word that is none of these."""
    found = difflib.get_close_matches(text.strip().lower(), sorted(words), 3, 0.6)
    return f"did you mean {' or '.join(found)}?" if found else f"write {_listed(words)}"


def read_schema(file: Path, words_of: Callable[[str, str], set[str]]) -> dict[str, Seed]:
    """The seeds that a YAML file describes, by name.

    words_of: the values that a column of another seed holds, for columns that refer to it.
    """
    described = yaml_files.read(file)["seeds"]
    return {each["name"]: _seed(each, words_of) for each in described}


def _seed(about: dict, words_of: Callable[[str, str], set[str]]) -> Seed:
    tests = {each["name"]: each.get("data_tests", []) for each in about["columns"]}
    columns = [
        _column(name, kind, tests.get(name, []), words_of)
        for name, kind in about["config"]["column_types"].items()
    ]
    keys = [
        tuple(arguments["columns"])
        for kind, arguments in map(_test, about.get("data_tests", []))
        if kind == "unique_combination"
    ]
    keys += [(name,) for name, found in tests.items() if "unique" in found]
    return Seed(about["name"], tuple(columns), tuple(keys))


def _column(name: str, kind: str, tests: list, words_of: Callable[[str, str], set[str]]) -> Column:
    said: dict = {"is_needed": "not_null" in tests}
    for test, arguments in map(_test, tests):
        if test == "accepted_values":
            said["words"] = frozenset(map(str, arguments["values"]))
        elif test == "is_meter":
            said["words"] = frozenset(meters.names()).union(arguments.get("others", ()))
        elif test == "is_within":
            said |= {edge: Decimal(str(arguments[edge])) for edge in ("low", "high")}
        elif test == "relationships":
            reference = _REFERENCE.fullmatch(arguments["to"])
            said["words"] = frozenset(words_of(reference[1], arguments["field"]))
    return Column(name, kind, **said)


def _test(test: str | dict) -> tuple[str, dict]:
    if isinstance(test, str):
        return test, {}
    ((name, about),) = test.items()
    return name, about.get("arguments", {})


def _instant_problem(text: str) -> str | None:
    for form in (_INSTANT, _DAY):
        at = _parsed(text, form)
        if at:
            return _year_problem(at)
    if re.search(r"(Z|[+-]\d\d:?\d\d)$", text) and re.match(r"\d{4}-\d\d-\d\d[T ]", text):
        return f"names a time zone; write it in UTC and without one{_in_utc(text)}"
    return "is no instant; write 2026-11-25 00:00:00 (year-month-day hour:minute:second, in UTC)"


def _in_utc(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return f": {(at - at.utcoffset()).strftime(_INSTANT)}" if at.utcoffset() is not None else ""


def _day_problem(text: str) -> str | None:
    day = _parsed(text, _DAY)
    return _year_problem(day) if day else "is no day; write 2026-11-25 (year-month-day)"


def _year_problem(at: datetime) -> str | None:
    if _FIRST_YEAR <= at.year <= _LAST_YEAR:
        return None
    return "is out of all time; check the year, and leave an open end empty"


def _parsed(text: str, form: str) -> datetime | None:
    try:
        at = datetime.strptime(text, form)
    except ValueError:
        return None
    # strptime also takes 2026-1-5, which sorts wrongly as text
    return at if at.strftime(form) == text else None


def _cleaned(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _listed(words: frozenset[str] | set[str]) -> str:
    return f"one of {', '.join(sorted(words))}" if len(words) <= 20 else "one that a seed knows"
