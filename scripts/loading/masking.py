"""What may be kept of a line that could not be read: its shape and its declared fields."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scripts.loading.people import clean_text
from scripts.loading.sources import Table

# A string literal with the colon behind a key; else the start of one that the text breaks off in
# (even behind a backslash), else a word that stands outside of any.
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|"(?:[^"\\]|\\.)*\\?\Z|[^\s"{}\[\]:,]+', re.DOTALL)
_PLAIN = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null")
_TIME = re.compile(r"\d{4}-\d\d-\d\d([Tt ][\d:.]{4,18} ?(Z|z|UTC|[+-]\d\d(:?\d\d)?)?)?|[\d.]{9,20}")
_MASK = "…"
_TIMES = ("timestamp", "date")
# A text under these is a part of something else that is not declared, or may hold a secret.
_NOT_SHOWN = ("decimal", "counts", "counts_list", "json", "url", "tags")


def shown_names(table: Table) -> Mapping[str, bool]:
    """The keys whose texts may be shown, with whether any text may or only a time.

    Those are declared fields, but users and mere numbers. A text that is itself JSON is not shown:
    one field of it is declared, and not what is beside it.
    """
    names: dict[str, bool] = {}
    documents: set[str] = set()
    for field in table.fields:
        documents.update(keys[-1] for path in field.paths for keys in path.documents)
        is_time = field.data_type in _TIMES
        is_text = field.data_type == "varchar" and field.format not in _NOT_SHOWN
        if not field.hashed and (is_time or is_text):
            # A key further down may stand elsewhere too, over something else.
            keys = [header for header in field.headers if re.fullmatch(r"\w+", header)]
            names.update(dict.fromkeys([field.name, *keys], is_text))
    return {name: any_text for name, any_text in names.items() if name not in documents}


def mask(text: str | None, names: Mapping[str, bool]) -> str | None:
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
        any_text, key = names.get(key), None
        # An escape may hide what would be looked for, an inner object too.
        kept = bool(any_text) and "\\" not in value and not value.startswith(("{", "["))
        kept |= any_text is not None and _TIME.fullmatch(value) is not None
        return token.group(0) if kept else f'"{_MASK}"'

    return clean_text(_TOKEN.sub(shown, text), _MASK)
