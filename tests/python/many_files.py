"""Many small files of mixed systems, in mixed forms, each with calls of its own: composed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.python.landing import event
from tests.python.test_wrapped_files import PACKERS, SYSTEMS, WRAPPERS, records_of

ENVELOPE = "envelope_events"
_IDS = {
    *("id", "request_id", "requestId", "ID", "call_id", "litellm_call_id", "x-request-id"),
    *("traceId", "spanId", "parentSpanId", "trace_id", "span_id", "generation_id"),
}
_TABLES = ("csv", "parquet", "workbook")
_LIKE_LINES = ("plain", "array", "pretty page", "docker", "cri", "filebeat", "run together")
_PACKED = ("plain", "gzip", "zip", "tar.gz", "zstd")
RECORDS = 3


def renamed(value: object, number: int, key: str = "") -> object:
    """A record with ids of its own."""
    if isinstance(value, dict):
        return {name: renamed(inner, number, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, number, key) for inner in value]
    if key not in _IDS or not isinstance(value, str) or not value:
        return value
    is_hex = len(value) in (16, 32) and all(letter in "0123456789abcdef" for letter in value)
    return f"{number:08x}{value[8:]}" if is_hex else f"{value}-{number}"


def write_many(folder: Path, count: int) -> dict[str, str]:
    """The table of each file that was written, by its name."""
    records = {system: _good(system) for system in SYSTEMS}
    texts = [
        (system, wrapper, packer)
        for wrapper, packer, system in product(_LIKE_LINES, _PACKED, SYSTEMS)
    ]
    kinds = texts + [(ENVELOPE, form, "plain") for form in _TABLES for _ in range(len(texts) // 20)]
    written: dict[str, str] = {}
    for number in range(count):
        # a step that has no factor in common with the list: neighbours differ
        system, form, packer = kinds[number * 37 % len(kinds)]
        found = _events(number) if system == ENVELOPE else records[system]
        calls = [renamed(record, number) for record in found]
        content = _content(form)(calls)
        name = f"{number:05d} {form} {packer}"
        (folder / name).write_bytes(PACKERS[packer](content))
        written[name] = system
    return written


def _good(system: str) -> list[dict]:
    """A few calls of a system, whose time is plain; Logpush has none."""
    calls = [record for record in records_of(system) if "ResponseBody" not in record]
    return calls[:RECORDS]


def _events(number: int) -> list[dict]:
    usage = {"provider": "openai", "model": "gpt-4o", "input_tokens": number, "output_tokens": 7}
    return [event(n, team="growth", **usage) for n in range(RECORDS)]


def _content(form: str) -> Callable[[list[dict]], bytes]:
    if form in _TABLES:
        return {"csv": _csv, "parquet": _parquet, "workbook": _workbook}[form]
    if form == "plain":
        return lambda records: "".join(json.dumps(r) + "\n" for r in records).encode()
    return lambda records: WRAPPERS[form](records).encode()


def _csv(records: list[dict]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(records[0]))
    writer.writeheader()
    writer.writerows(records)
    return file.getvalue().encode()


def _parquet(records: list[dict]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records), file)
    return file.getvalue()


def _workbook(records: list[dict]) -> bytes:
    book = openpyxl.Workbook()
    for row in [list(records[0]), *(list(record.values()) for record in records)]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
