"""OTLP as binary protobuf: one message, or messages with their length before each.

The collector's file exporter writes four bytes of length, most significant first. A message does
not say what it holds: the first of spans, log records and metrics that makes sense is meant.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pyarrow as pa

from scripts.loading.compression import Reader
from scripts.loading.documents import DOCUMENT_BYTES
from scripts.loading.foreign import Unreadable
from scripts.loading.lines import BadLine, Lines
from scripts.loading.streams import Content

_LENGTH = 4
_PIECE = 1 << 20
_NOT_OTLP = "binary, and no message of OTLP; export OTLP as JSON or protobuf"


def read_messages(content: Content) -> Iterator[Lines | BadLine]:
    """Each message as a line of OTLP's JSON, numbered from 1."""
    has_lengths = content.peek()[0][:1] == b"\x00"
    file = io.BufferedReader(Reader(iter(lambda: content.read(_PIECE), b"")))
    number = 0
    while message := _next(file, has_lengths):
        number += 1
        text = _as_json(message)
        if text is None and number == 1:
            raise Unreadable(content.fault or _NOT_OTLP)
        if text is None:
            yield BadLine(number, "a message that is none of OTLP, or cut short", None)
        else:
            yield Lines(pa.array([number]), pa.array([text], pa.string()), nul=True)
    if content.fault:
        yield BadLine(number + 1, content.fault, None)


def _next(file: io.BufferedReader, has_length: bool) -> bytes:
    """The next message; what is left of one that was cut short."""
    size = DOCUMENT_BYTES
    if has_length:
        size = int.from_bytes(file.read(_LENGTH))
        if size > DOCUMENT_BYTES:
            return b"\xff"
    return file.read(size)


def _as_json(message: bytes) -> str | None:
    """The message as JSON; None where it is none of OTLP."""
    # It takes a tenth of a second to import, and few files need it.
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
    from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
    from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

    for kind, makes_sense in (
        (TracesData, _has_spans),
        (LogsData, _has_logs),
        (MetricsData, _has_metrics),
    ):
        try:
            found = kind.FromString(message)
        except DecodeError:
            continue
        if makes_sense(found):
            return json.dumps(MessageToDict(found), ensure_ascii=False)
    return None


def _has_spans(data) -> bool:
    spans = [s for r in data.resource_spans for scope in r.scope_spans for s in scope.spans]
    return bool(spans) and all(len(s.trace_id) == 16 and s.start_time_unix_nano for s in spans)


def _has_logs(data) -> bool:
    logs = [x for r in data.resource_logs for scope in r.scope_logs for x in scope.log_records]
    return bool(logs) and all(x.time_unix_nano or x.observed_time_unix_nano for x in logs)


def _has_metrics(data) -> bool:
    found = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics]
    return bool(found) and all(metric.name and metric.WhichOneof("data") for metric in found)
