"""Keys of an audited log that no column reads, so that nothing is passed over without a word."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from scripts.loading.archives import is_archive, members
from scripts.loading.documents import DOCUMENT_BYTES, NotTaken
from scripts.loading.foreign import Unreadable
from scripts.loading.forms import settled, sniff
from scripts.loading.headers import cells_of, places, separator, spread
from scripts.loading.lines import Lines, read_lines
from scripts.loading.rows import first_line, has_records, read_rows
from scripts.loading.sources import Table
from scripts.loading.streams import ByteStream, Content
from scripts.loading.unread import looks_like_usage, unread_columns, unread_keys
from scripts.loading.wrappers import elements_of, records_of

_RECORDS = 1000
_SHOWN = 12


def unread(file: Path, table: Table) -> list[dict]:
    """Each key with the number of records that have it, the most frequent first."""
    counts: Counter[str] = Counter()
    looked_at = 0
    with ByteStream(file) as stream, suppress(Unreadable, NotTaken):
        content, name = _content(stream, file.name)
        for keys in islice(_unread_in(content, name, table), _RECORDS):
            counts.update(keys)
            looked_at += 1
    return [
        {"key": key, "records": n, "of": looked_at, "looks_like_usage": looks_like_usage(key)}
        for key, n in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def said(found: list[dict]) -> list[str]:
    """The keys in a line, and those that may be money in one of their own."""
    if not found:
        return []
    names = [f"{each['key']} ({each['records']:,} of {each['of']:,})" for each in found]
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    lines = [f"Keys that are not read: {len(names):,}: {', '.join(names[:_SHOWN])}{more}"]
    money = [each["key"] for each in found if each["looks_like_usage"]]
    if money:
        lines.append(f"  of which these may be usage: {', '.join(money[:_SHOWN])}")
    return lines


def _content(stream: ByteStream, name: str) -> tuple[Content, str]:
    if not is_archive(stream.peek()[0]):
        return stream, name
    member, content = next(members(stream, name), (name, stream))
    return content, member


def _unread_in(content: Content, name: str, table: Table) -> Iterator[set[str]]:
    """The keys of each record that are not read."""
    head, whole = settled(content, name, [table])
    kind = sniff(head, whole, name, table)
    if kind == "csv" and not has_records(kind, content, table):
        first = first_line(head)
        header = cells_of(first, separator(first, table))
        parts = [place for cells in spread(header, table).values() for _, place in cells]
        yield unread_columns(header, [*places(header, table).values(), *parts])
    elif kind == "document":
        texts = elements_of(content.read_all(DOCUMENT_BYTES) or b"", False, table)
        yield from _keys_of(texts, table)
    elif kind in ("csv", "lines", "wrapped"):
        blocks = read_rows(kind, content, table) if kind == "csv" else read_lines(content)
        for block in blocks:
            if isinstance(block, Lines):
                yield from _keys_of(_records(block, table), table)


def _records(block: Lines, table: Table) -> Iterator[str]:
    for text in block.text.to_pylist():
        with suppress(NotTaken):
            yield from records_of(text, False, table)


def _keys_of(texts: Iterator[str] | list[str], table: Table) -> Iterator[set[str]]:
    for text in texts:
        record = json.loads(text)
        if isinstance(record, dict):
            yield unread_keys(record, table)
