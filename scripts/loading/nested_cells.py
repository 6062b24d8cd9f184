"""CSV files of logs whose cells are objects, as Athena and other query engines export them.

An object is JSON, or text as Athena prints a struct: `{inputtokencount=12, arn=...}`. Such engines
also write all names in lower case. Each row becomes the object that was logged, with the names of
the table.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import islice

from scripts.loading.foreign import Unreadable
from scripts.loading.headers import SEPARATORS, cells_of, places
from scripts.loading.sources import Table

_LOOKED_AT = 20
# A comma and a blank part the fields of a struct; a text in it may hold both, but no such name.
_FIELD = re.compile(r"(?:^\{|[,{] ?)([A-Za-z_][\w.:/-]*)=")


def has_objects(head: bytes, table: Table) -> bool:
    """Whether a text is a CSV file with a cell of objects that the table looks into."""
    if table.kind != "gateway":
        return False
    lines = [line + "\n" for line in head.decode(errors="replace").split("\n")]
    for mark in SEPARATORS:
        columns = _objects(cells_of(lines[0], mark), table)
        with suppress(csv.Error):
            for row in islice(csv.reader(lines[1:], delimiter=mark) if columns else (), _LOOKED_AT):
                if any(row[place].startswith("{") for place in columns if place < len(row)):
                    return True
    return False


def as_logged(header: list[str], rows: Iterator[list[str]], table: Table) -> Iterator[dict | str]:
    """The objects of the rows; a text of one that does not fit the header, which is refused."""
    try:
        flat = places(header, table)
    except Unreadable:
        flat = {}
    nested = _objects(header, table)
    ways = {place: _way(name, table) for name, place in flat.items() if place not in nested}
    for row in rows:
        if len(row) != len(header):
            yield f"{len(row)} fields where the header has {len(header)}"
            continue
        found: dict = {}
        for place, name in nested.items():
            found[name] = _restored(_parsed(row[place]), table)
        for place, way in ways.items():
            if way and row[place] != "":
                _put(found, way, row[place])
        yield found


def _put(found: dict, way: tuple[str, ...], text: str) -> None:
    for key in way[:-1]:
        inside = found.setdefault(key, {})
        if not isinstance(inside, dict):
            return
        found = inside
    found.setdefault(way[-1], text)


def _way(header: str, table: Table) -> tuple[str, ...]:
    """The keys that lead to the value of a column; none where they go through a list."""
    for column in table.fields:
        for name, path in zip(column.headers, column.paths, strict=True):
            if name == header and not path.arrays:
                return path.documents[0] if path.documents else path.keys
    return ()


def _objects(header: list[str], table: Table) -> dict[int, str]:
    """The columns of objects that the table looks into, by their place."""
    known = _looked_into(table)
    names = {place: known.get(cell.strip().lower()) for place, cell in enumerate(header)}
    return {place: name for place, name in names.items() if name}


@cache
def _looked_into(table: Table) -> dict[str, str]:
    firsts = [path.keys[0] for path in table.paths if not path.arrays and _is_deep(path)]
    return {key.lower(): key for key in reversed(firsts)}


def _is_deep(path) -> bool:
    return not path.documents and (len(path.keys) > 1 or bool(path.keys and path.pick))


@cache
def _spelling(table: Table) -> dict[str, str]:
    """The keys of the table, by the same in lower case; one that is a key itself stays."""
    keys = [key for path in table.paths for key in path.keys]
    keys += re.findall(r'"([^"]+)"', " ".join(p.pick.pointer for p in table.paths if p.pick))
    keys += [key for path in table.paths if path.pick for key in path.pick.keys]
    return {key.lower(): key for key in reversed(keys)} | {key: key for key in keys}


def _parsed(cell: str) -> object:
    """What a cell holds: JSON, or the fields of a struct in text."""
    if not cell.startswith(("{", "[")):
        return cell or None
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return _fields(cell)


def _fields(struct: str) -> dict[str, str]:
    """The fields of a struct in text; none of which there are two with different values."""
    parts = _FIELD.split(struct)
    found: dict[str, str] = {}
    twice = set()
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        text = value.rstrip("}").rstrip(", ")
        if found.setdefault(key, text) != text:
            twice.add(key)
    return {key: text for key, text in found.items() if key not in twice and text != "null"}


def _restored(value: object, table: Table) -> object:
    """An object with its keys as the table writes them; text of JSON in it is read."""
    if isinstance(value, dict):
        spelling = _spelling(table)
        return {
            spelling.get(k, spelling.get(k.lower(), k)): _restored(v, table)
            for k, v in value.items()
        }
    if isinstance(value, list):
        return [_restored(each, table) for each in value]
    if isinstance(value, str) and value.startswith(("{", "[")):
        with suppress(ValueError, RecursionError):
            return _restored(json.loads(value), table)
    return value
