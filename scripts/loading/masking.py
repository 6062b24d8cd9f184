"""What may be kept of a line that could not be read: its shape and its declared fields."""

from __future__ import annotations

import re

from scripts.loading.sources import Table

# A string literal, or the start of one that the text breaks off in (even behind a backslash), with
# the colon behind a key; else a word that stands outside of any.
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|\\?\Z)(\s*:)?|[^\s"{}\[\]:,]+', re.DOTALL)
_PLAIN = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null")
_MASK = "…"
# Formats of fields that hold numbers: a text under their keys is not theirs.
_NUMBERS = ("decimal", "counts", "counts_list")


def shown_names(table: Table) -> frozenset[str]:
    """The keys whose texts may be shown: those of declared fields, but users and mere numbers.

    A text that is itself JSON is not shown: one field of it is declared, and not what is beside it.
    """
    names: set[str] = set()
    documents: set[str] = set()
    for field in table.fields:
        documents.update(keys[-1] for path in field.paths for keys in path.documents)
        if not field.hashed and field.data_type != "bigint" and field.format not in _NUMBERS:
            names.add(field.name)
            # A key further down may stand elsewhere too, over something else.
            names.update(header for header in field.headers if re.fullmatch(r"\w+", header))
    return frozenset(names - documents)


def mask(text: str | None, names: frozenset[str]) -> str | None:
    """The text without the strings and words that do not stand under one of the names.

    A line that is cut short or garbled may hold a prompt, and nothing says where; so only what a
    declared field would have brought into the warehouse anyway is kept, and the shape around it.
    """
    if text is None:
        return None
    key: str | None = None

    def shown(token: re.Match[str]) -> str:
        nonlocal key
        value, colon = token.group(1), token.group(2)
        if value is None:
            return token.group(0) if _PLAIN.fullmatch(token.group(0)) else _MASK
        if colon:
            key = value
            return token.group(0)
        # One text to a key: where a quote or a colon is missing, the next one may be anybody's.
        declared, key = key in names, None
        return token.group(0) if declared else f'"{_MASK}"'

    return _TOKEN.sub(shown, text)
