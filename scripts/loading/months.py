"""Months as words, and months alone: "1 Oct 2026", "October 2026", 10/2026, 202610."""

from __future__ import annotations

import re
from datetime import date, timedelta

# In English and German.
_NAMES = (
    *("jan january januar", "feb february februar", "mar march mär mrz märz", "apr april"),
    *("may mai", "jun june juni", "jul july juli", "aug august", "sep sept september"),
    *("oct october okt oktober", "nov november", "dec december dez dezember"),
)
_NUMBERS = {word: n for n, words in enumerate(_NAMES, 1) for word in words.split()}
_WORD, _DAY = r"(?P<word>[^\W\d]{3,9})\.?", r"(?P<day>\d{1,2})"
_YEAR, _REST = r"(?P<year>20\d\d)", r"(?P<rest>[T ].*)?"
_SPOKEN = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf"{_DAY}(?:st|nd|rd|th|\.)?[ /-]*{_WORD}[ ,/-]*{_YEAR}{_REST}",
        rf"{_WORD}[ -]*{_DAY}(?:st|nd|rd|th)?[ ,-]+{_YEAR}{_REST}",
        rf"{_YEAR}[ /-]*{_WORD}[ /-]*{_DAY}{_REST}",
    )
]
_ALONE = [
    re.compile(pattern)
    for pattern in (
        rf"{_WORD}[ ,/-]*{_YEAR}",
        rf"{_YEAR}[ /-]*{_WORD}",
        rf"{_YEAR}[ /.-]?(?P<number>0[1-9]|1[0-2])",
        rf"(?P<number>0?[1-9]|1[0-2])[ /.-]{_YEAR}",
    )
]


def spoken(text: str) -> str | None:
    """A date with its month as a word as year, month and day; None of any other text."""
    for pattern in _SPOKEN:
        if (match := pattern.fullmatch(text)) and (number := _NUMBERS.get(match["word"].lower())):
            return f"{match['year']}-{number:02}-{match['day']:0>2}{match['rest'] or ''}"
    return None


def month_alone(text: str) -> str | None:
    """A month without a day, as year and month; None of any other text."""
    for pattern in _ALONE:
        if match := pattern.fullmatch(text):
            found = match.groupdict()
            number = found.get("number") or _NUMBERS.get(found.get("word", "").lower())
            if number:
                return f"{match['year']}-{int(number):02}"
    return None


def first_day(month: str) -> str:
    """The first day of a month."""
    return f"{month}-01"


def month_end(month: str, end: str) -> str:
    """The last day of a month, or where `end` is "after" the day behind it."""
    year, number = map(int, month.split("-"))
    after = date(year + number // 12, number % 12 + 1, 1)
    return str(after if end == "after" else after - timedelta(days=1))
