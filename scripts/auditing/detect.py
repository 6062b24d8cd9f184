"""Which declared format a log has: the one whose loader finds most of its fields in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb

from scripts.loading.files import LandingFile
from scripts.loading.foreign import Unreadable
from scripts.loading.forms import sniff
from scripts.loading.paths import OBJECT
from scripts.loading.recognise import Unrecognised, recognise
from scripts.loading.run import Run
from scripts.loading.sources import RAW_SCHEMA, Contract, Table
from scripts.loading.streams import ByteStream
from scripts.loading.targets import DuckDBTarget
from scripts.loading.typing import Rules
from scripts.operations.clock import run_instant

_SAMPLE_LINES = 20
_SAMPLE_BYTES = 8 << 20
_TRIED = 3


def gateway_tables(contract: Contract) -> list[Table]:
    """The raw tables that a log of requests can be for, by name."""
    return [table for _, table in sorted(contract.raw.items()) if table.kind == "gateway"]


def detect(
    file: Path, contract: Contract, scratch: Path, undated_at: datetime | None = None
) -> list[tuple[str, float]]:
    """Raw tables that take some of the file's records, best first, with their scores.

    The score is the number of declared fields found in a record on average, times the share of
    records the loader takes, times the share of the records' fields that the table declares, since
    formats share many. Of a file of lines only the beginning is tried;
    `scratch` is an empty folder.
    One that the fields alone tell has the score 1. Records without a time are taken only with
    `undated_at`. Raises Unreadable for a file that no table can read, with what they say of it.
    """
    tables = gateway_tables(contract)
    with suppress(Unrecognised):
        return [(recognise(file, tables).name, 1.0)]
    head = _head(file, scratch / "beginning" / file.name, tables[0])
    keys = _keys(head)
    # Loading is what takes the time: only the likely ones are tried. Where a record needs no time,
    # any table would take one whose own table finds its time wrong.
    likely = sorted(tables, key=lambda table: -_covered(table, keys))
    tried = 1 if undated_at else _TRIED
    tables = [t for t in likely[:tried] if _covered(t, keys)] if keys else tables
    database = scratch / "detect.duckdb"
    target = DuckDBTarget(str(database))
    try:
        target.prepare(contract)
        run = Run(target, contract, Rules(b"only to recognise", run_instant(), undated_at))
        size = head.stat().st_size
        run.load([LandingFile(head, file.name, t, size) for t in tables], lambda done: None)
    finally:
        target.close()
    # What is missing differs from table to table; what was found does not.
    said = {reason.partition("; none of ")[0] for _, reason in run.unread}
    if len(run.unread) == len(tables) and len(said) == 1:
        raise Unreadable(said.pop())
    with duckdb.connect(str(database), read_only=True) as connection:
        scores = [
            (t.name, _score(connection, t, run.tallies[t.name]) * _covered(t, keys)) for t in tables
        ]
    return sorted((found for found in scores if found[1] > 0), key=lambda found: -found[1])


def _head(file: Path, to: Path, table: Table) -> Path:
    to.parent.mkdir()
    with ByteStream(file) as stream:
        is_lines = _is_lines(stream, file.name, table)
        beginning = stream.read(_SAMPLE_BYTES)
    lines = beginning.split(b"\n")
    # The last piece may be cut off; a document or a table is only understood whole.
    if is_lines and len(lines) > 2:
        to.write_bytes(b"\n".join(lines[: min(_SAMPLE_LINES, len(lines) - 1)]) + b"\n")
    else:
        shutil.copyfile(file, to)
    return to


def _is_lines(stream: ByteStream, name: str, table: Table) -> bool:
    try:
        return sniff(*stream.peek(), name, table) == "lines"
    except Unreadable:
        return False  # each table says why


def _score(connection: duckdb.DuckDBPyConnection, table: Table, tally: dict[str, int]) -> float:
    found = " + ".join(f'(count("{column.name}"))' for column in table.fields)
    sql = f'select coalesce(({found}) / nullif(count(*), 0), 0) from {RAW_SCHEMA}."{table.name}"'
    filled = connection.execute(sql).fetchone()[0]
    taken = tally["records"] + tally["rejects"]
    return filled * tally["records"] / taken if taken else 0.0


def _keys(head: Path) -> set[str]:
    """The fields of the objects that begin the lines, with dots; none in a file without lines."""
    found: set[str] = set()
    for line in head.read_bytes().split(b"\n")[:_SAMPLE_LINES]:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        found |= set(_fields(record)) if isinstance(record, dict) else set()
    return found


def _fields(record: dict, above: str = "") -> Iterator[str]:
    """The names of its values; an object's are those within, a list is one value."""
    for key, value in record.items():
        if isinstance(value, dict) and value:
            yield from _fields(value, f"{above}{key}.")
        else:
            yield above + key


@cache
def _declared(table: Table) -> set[str]:
    """The names of all fields that the table reads, and of what they are in."""
    found: set[str] = set()
    for path in table.paths:
        parts = [part for keys in (*path.arrays, *path.documents, path.keys) for part in keys]
        found |= {".".join(parts[: n + 1]) for n in range(len(parts)) if parts[n] != OBJECT}
    return found


def _covered(table: Table, keys: set[str]) -> float:
    return len(keys & _declared(table)) / len(keys) if keys else 1.0
