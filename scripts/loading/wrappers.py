"""Records inside of something else: pages of an API, log drivers, several in one line.

A record is taken out of what is around it as long as that brings more of the table's own names to
light. What is around it is told by the names of keys, whoever wrote it: the pages that APIs answer
with, the objects and texts in which Docker, Kubernetes, Filebeat, Fluent Bit, Vector, journald,
CloudWatch, Loki, Datadog and Google Cloud carry a line, or a logger's words before it.
"""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass
from functools import cache, lru_cache

from scripts.loading.documents import NotTaken, kind_of, parse_all, write
from scripts.loading.otlp import SPANS, as_spans
from scripts.loading.paths import JsonPath
from scripts.loading.sources import Table

# The keys of lists in which records may be.
LISTS = {
    *("data", "results", "items", "logs", "result", "value", "values", "records", "Records"),
    *("rows", "entries", "events", "logEvents", "observations", "hits", "streams"),
    *("Items", "objects", "requests", "calls", "generations", "edges", "nodes", "docs"),
    *("payload", "Messages"),
}
_OBJECTS = {
    *("data", "result", "record", "event", "json", "jsonPayload", "log", "message", "body"),
    *("attributes", "fields", "_source", "hits", "trace", "properties", "payload", "detail"),
    *("node", "kinesis", "awslogs"),
}
_TEXTS = {
    *("log", "message", "msg", "@message", "MESSAGE", "textPayload", "body", "event", "line"),
    *("data", "Message", "Body", "short_message", "full_message", "_raw", "payload"),
    *("LogMessage", "LogEntry", "Log_s", "Log", "Line", "properties", "value"),
}
# What another system calls a key that the table knows.
_OTHER_NAMES = {"batches": "resourceSpans"}
# An object, and what gzip has packed, in base64.
_IN_BASE64 = ("eyJ", "H4sI")
_LONGEST = 64 << 20
_DEPTH = 6
_WHOLE = 1000
_SHORT = 1 << 16
# A line that says nothing to the table, such as one that is cut short, may come first.
_LOOKED_AT = 20
_KEY = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*:|["{}\[\]]|\\.')


@dataclass(frozen=True)
class Names:
    """The keys that a record of a table may have at its outermost level.

    `lists` are those whose list the table takes apart itself: a record that has one is whole.
    `texts` hold an object, which may be written as text, or as keys beside their values.
    """

    keys: frozenset[str]
    lists: frozenset[str]
    texts: frozenset[str]

    def score(self, records: list) -> int:
        """The most names that one of the records has."""
        return max((self._of(record) for record in records if isinstance(record, dict)), default=0)

    def _of(self, record: dict) -> int:
        return len(self.keys & record.keys()) + _WHOLE * len(self.lists & record.keys())


@cache
def names(table: Table) -> Names:
    """See Names."""
    paths = table.paths
    lists = frozenset(path.arrays[0][0] for path in paths if path.arrays and path.arrays[0])
    texts = frozenset(
        path.documents[0][0]
        for path in paths
        if not path.arrays and path.documents and len(path.documents[0]) == 1
    )
    return Names(frozenset(first_key(path) for path in paths), lists, texts)


def first_key(path: JsonPath) -> str:
    """The key of a record with which a path begins."""
    for part in (*path.arrays, *path.documents, path.keys):
        if part:
            return part[0]
    return ""


def elements_of(text: str | bytes, exact: bool, table: Table) -> list[str]:
    """The elements of a document, a line of JSON each, also those that are no records."""
    return [write(element) for element in _peeled(text, exact, table)]


def _peeled(text: str | bytes, exact: bool, table: Table) -> list[object]:
    known = names(table)
    return [inner for each in parse_all(text, exact) for inner in peel(each, known, exact)]


def records_of(text: str | bytes, exact: bool, table: Table) -> list[str]:
    """The records in a line, a line of JSON each; NotTaken when it holds anything else."""
    found = _peeled(text, exact, table)
    taken = [write(record) for record in found if isinstance(record, dict)]
    if taken and len(taken) == len(found):
        return taken
    other = next(record for record in found if not isinstance(record, dict)) if found else None
    # A string or an array may hold a message body, so nothing of it is kept.
    shown = None if isinstance(other, (list, str)) else write(other)
    raise NotTaken(f"a JSON {kind_of(other)} where an object is expected", shown)


def peel(value: object, known: Names, exact: bool, depth: int = 0) -> list[object]:
    """The records in a JSON value: itself, or what is inside of it."""
    if isinstance(value, list):
        found = [inner for each in value for inner in peel(each, known, exact, depth)]
        return found if any(isinstance(record, dict) for record in found) else [value]
    if not isinstance(value, dict) or depth == _DEPTH:
        return [value]
    for old in _OTHER_NAMES.keys() & value.keys():
        if _OTHER_NAMES[old] in known.keys:
            value = {_OTHER_NAMES[old] if key == old else key: value[key] for key in value}
    if SPANS in known.lists:
        value = as_spans(value)
    for key in known.texts:
        if (joined := _joined(value, key)) is not None:
            value = value | {key: joined}
    best, most = [value], known.score([value])
    for inside in _inside(value, exact):
        found = peel(inside, known, exact, depth + 1)
        records = [record for record in found if isinstance(record, dict)]
        if (score := known.score(records)) > most:
            best, most = records, score
    return best


def _joined(value: dict, key: str) -> dict | None:
    """The object under a key with its own keys next to its values in a list; else None."""
    found = value.get(key)
    if isinstance(found, list) and found and all(isinstance(each, dict) for each in found):
        pairs = [(each.get("key"), each.get("value")) for each in found]
        return dict(pairs) if all(isinstance(name, str) for name, _ in pairs) else None
    if isinstance(found, dict) and found.keys() == {"key", "value"}:
        names, values = found["key"], found["value"]
    elif not found:
        names, values = value.get(f"{key}.key"), value.get(f"{key}.value")
    else:
        return None
    if not isinstance(names, list) or not isinstance(values, list) or len(names) != len(values):
        return None
    return dict(zip(names, values, strict=True)) if all(map(_is_text, names)) else None


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _inside(value: dict, exact: bool) -> list[object]:
    """What may hold records, of the values of an object."""
    found: list[object] = []
    for key, inner in value.items():
        if isinstance(inner, list) and key in LISTS:
            # Loki has pairs of a time and a line.
            texts = [text for each in inner for text in (each if _is_pair(each) else [each])]
            found.append(
                [_parsed(text, exact) if isinstance(text, str) else text for text in texts]
            )
        elif isinstance(inner, dict) and key in _OBJECTS:
            found.append(inner)
        elif isinstance(inner, str) and key in _TEXTS:
            found.append(_parsed(_unpacked(inner), exact))
        elif key in _TEXTS and _is_bytes(inner):
            # as journald writes a text with characters that cannot be shown
            found.append(_parsed(bytes(inner).decode(errors="replace"), exact))
    return found


def _is_bytes(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(type(each) is int and 0 <= each < 256 for each in value)
    )


def _unpacked(text: str) -> str:
    """A text that queues and CloudWatch carry as base64, packed or not, as it was."""
    if not text.startswith(_IN_BASE64):
        return text
    try:
        content = base64.b64decode(text, validate=True)
        if content.startswith(b"\x1f\x8b"):
            content = zlib.decompressobj(wbits=31).decompress(content, _LONGEST)
        return content.decode()
    except (ValueError, zlib.error):
        return text


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(isinstance(x, str) for x in value[:2])


def parsed(text: str) -> object:
    """The JSON values in a text; the text itself where there are none."""
    return _parsed(text, False)


def _parsed(text: str, exact: bool) -> object:
    if "{" not in text:
        return text
    return _parsed_again(text, exact) if len(text) < _SHORT else _parsed_once(text, exact)


def _parsed_once(text: str, exact: bool) -> object:
    try:
        return parse_all(text, exact)
    except NotTaken:
        return text


# Each table that a file may be of looks into the same texts; nobody changes what is read.
_parsed_again = lru_cache(maxsize=64)(_parsed_once)


def is_wrapped(lines: list[bytes], head: bytes, whole: bool, table: Table) -> bool:
    """Whether the lines at the beginning of a file hold records in something else.

    lines: the whole lines of the head that are not blank; none of a head within its first line.
    """
    if not lines:
        return not whole and _is_long_page(head, names(table))
    for line in lines[:_LOOKED_AT]:
        # the first line that says anything to the table decides
        if (wrapped := _holds_more(line, table)) is not None:
            return wrapped
    return False


def _holds_more(line: bytes, table: Table) -> bool | None:
    """Whether the records of a line are inside of something else; None where it has none."""
    known = names(table)
    try:
        values = parse_all(line, False)
    except NotTaken:
        return None
    try:
        found = [record for each in values for record in peel(each, known, False)]
    except NotTaken:
        return True  # what it is and why it is not taken is said line by line
    if not known.score(found):
        return None
    return found != values or not line.lstrip().startswith(b"{")


def _is_long_page(head: bytes, known: Names) -> bool:
    """Whether a line that is longer than the head has none of a record's keys outermost."""
    depth, keys, inside = 0, set(), False
    for found in _KEY.finditer(head):
        mark = found.group()
        if found.group(1) is not None and not inside:
            if depth == 1:
                keys.add(found.group(1).decode(errors="replace"))
        elif mark == b'"':
            inside = not inside
        elif not inside and mark in b"{[":
            depth += 1
        elif not inside and mark in b"}]":
            depth -= 1
    return bool(keys) and not keys & known.keys
