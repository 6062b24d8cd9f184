"""The keys of a record that no column of its table reads, by the names that lead to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from scripts.loading.foreign import is_column
from scripts.loading.otlp import SPANS, dicts_of, spans_in
from scripts.loading.paths import OBJECT
from scripts.loading.sources import Table

# What may be charged for, or say what a call cost, by its name.
_LIKE_USAGE = re.compile(
    r"token|usage|cost|price|spend|credit|billed|character|image|audio|second|search", re.IGNORECASE
)


def unread_keys(record: dict, table: Table) -> set[str]:
    """The keys with a value that nobody reads; of spans their attributes."""
    known = _known(table)
    if SPANS in record:
        named = {path.attribute for path in table.paths if path.attribute}
        found = {key for key in _attributes(record) if not _is_named(key, named)}
    else:
        found = {key for key in _keys(record) if not _is_read(key, known)}
    # A key that looks like a value may be one, and anybody's.
    return {key for key in found if is_column(key)}


def unread_columns(header: Iterable[str], read: Iterable[int]) -> set[str]:
    """The same of a table, of which the columns at these places are read."""
    places = set(read)
    return {
        cell.strip()
        for place, cell in enumerate(header)
        if place not in places and is_column(cell.strip())
    }


def looks_like_usage(key: str) -> bool:
    """Whether it may be a quantity or a cost, by its name."""
    return bool(_LIKE_USAGE.search(key))


def _keys(record: dict, above: str = "") -> Iterator[str]:
    for key, value in record.items():
        if value in (None, "", [], {}):
            continue
        if isinstance(value, dict):
            yield from _keys(value, f"{above}{key}.")
        else:
            yield above + key


def _attributes(record: dict) -> Iterator[str]:
    """The keys of all attributes, in whatever else a file has in their place."""
    for span in spans_in(record):
        for pair in dicts_of(span.get("attributes")):
            if isinstance(pair.get("key"), str):
                yield pair["key"]


def _is_named(key: str, named: set[str]) -> bool:
    return key in named or any(name.endswith("*") and key.startswith(name[:-1]) for name in named)


def _is_read(key: str, known: set[str]) -> bool:
    """Whether a key is read, or is in something that is read as a whole."""
    parts = key.split(".")
    return any(".".join(parts[: n + 1]) in known for n in range(len(parts)))


@cache
def _known(table: Table) -> set[str]:
    """All that is read: whole paths, and the lists and texts with more paths in them."""
    found: set[str] = set()
    for path in table.paths:
        parts: list[str] = []
        for keys in (*path.arrays, *path.documents):
            parts += [key for key in keys if key != OBJECT]
            found.add(".".join(parts))
        if not path.arrays and not path.documents:
            found.add(".".join(path.keys))
    return found - {""}
