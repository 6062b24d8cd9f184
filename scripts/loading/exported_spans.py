"""Spans as other tools store and hand them out, an object or a row each, as OTLP's spans.

Jaeger's traces and its documents in Elasticsearch, Zipkin's spans, the console exporter of Python,
rows of the ClickHouse exporter and of Logfire, the table that Phoenix makes of its spans, and runs
of LangSmith.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime

SPANS = "resourceSpans"
STATUS = {"STATUS_CODE_ERROR": 2, "ERROR": 2, "STATUS_CODE_OK": 1, "OK": 1}
# What a row of each table of spans is told by.
_CLICKHOUSE = ("TraceId", "SpanId", "SpanAttributes", "SpanName")
_LOGFIRE = ("trace_id", "span_id", "start_timestamp", "attributes")
_PHOENIX = ("context.trace_id", "context.span_id", "start_time")
_LANGSMITH = ("trace_id", "dotted_order", "run_type", "start_time")
_TABLES = (_CLICKHOUSE, _LOGFIRE, _PHOENIX, _LANGSMITH)
_ATTRIBUTE = "attributes."
_DETAILS = ("prompt_token_details", "completion_token_details")
# What a run of LangSmith does, and has, by OpenTelemetry's names.
_RUNS = {"llm": "chat", "embedding": "embeddings"}
_OF_RUN = {
    "prompt_tokens": "gen_ai.usage.input_tokens",
    "completion_tokens": "gen_ai.usage.output_tokens",
    "total_tokens": "gen_ai.usage.total_tokens",
    "total_cost": "gen_ai.usage.cost",
    "prompt_token_details.cache_read": "gen_ai.usage.cache_read.input_tokens",
    "prompt_token_details.cache_creation": "gen_ai.usage.cache_write.input_tokens",
    "completion_token_details.reasoning": "gen_ai.usage.reasoning.output_tokens",
    "extra.metadata.ls_provider": "gen_ai.provider.name",
    "extra.metadata.ls_model_name": "gen_ai.request.model",
}
_FRACTION = re.compile(r"\.(\d+)")


def is_span_table(columns: Iterable[str]) -> bool:
    """Whether a table with these columns has a span in each row."""
    found = set(columns)
    return any(found.issuperset(names) for names in _TABLES)


def as_exported(value: dict) -> dict | None:
    """OTLP's spans of another tool's export of one; None of anything else."""
    if isinstance(value.get("processes"), dict) and isinstance(value.get("spans"), list):
        return _of_jaeger(value["spans"], value["processes"])
    if "traceID" in value and "spanID" in value and isinstance(value.get("process"), dict):
        return _of_jaeger([value], {})
    if isinstance(value.get("context"), dict) and "start_time" in value and "attributes" in value:
        return _of_console(value)
    if all(name in value for name in _CLICKHOUSE):
        return _of_clickhouse(value)
    if all(name in value for name in _LOGFIRE):
        return _of_logfire(value)
    if all(name in value for name in _PHOENIX):
        return _of_phoenix(value)
    if all(name in value for name in _LANGSMITH):
        return _of_langsmith(value)
    if "traceId" in value and "id" in value and isinstance(value.get("localEndpoint"), dict):
        return _of_zipkin(value)
    return None


def dicts_of(value: object) -> list[dict]:
    """The objects of a list; none of anything else that is in its place."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def spans_of(resource: object, scope: dict, spans: list[dict]) -> dict:
    """A message of OTLP with these spans."""
    inside = {"scope": scope, "spans": spans}
    return {SPANS: [{"resource": {"attributes": resource}, "scopeSpans": [inside]}]}


def _span(
    ids: tuple, name: object, times: tuple[str | None, str | None], pairs: object, status: dict
) -> dict:
    """A span of OTLP.

    ids: of its trace, its own, and that of the span above it, if any; times: nanoseconds of its
    start and its end; pairs: its attributes.
    """
    trace_id, span_id, parent_id = ids
    start, end = times
    return {
        "traceId": trace_id,
        "spanId": span_id,
        "parentSpanId": parent_id or "",
        "name": name,
        "startTimeUnixNano": start,
        "endTimeUnixNano": end,
        "attributes": attributes_of(pairs),
        "status": status,
    }


def _status(word: object) -> dict:
    """How a span ended, by the names of OpenTelemetry."""
    return {"code": STATUS.get(str(word).upper(), 0)}


def attributes_of(pairs: object) -> list[dict]:
    """An object's pairs as a list of OTLP attributes."""
    pairs = pairs if isinstance(pairs, dict) else {}
    return [{"key": key, "value": _typed(value)} for key, value in pairs.items()]


def _typed(value: object) -> dict:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, (list, dict)):
        return {"stringValue": json.dumps(value)}
    return {"stringValue": None if value is None else str(value)}


def _of_jaeger(spans: list, processes: dict) -> dict:
    """Spans of Jaeger: times in microseconds, the resource as a process."""
    found = []
    for span in dicts_of(spans):
        process = span.get("process") or processes.get(span.get("processID")) or {}
        resource, tags = _tags(process), _tags(span)
        parents = [
            each.get("spanID")
            for each in dicts_of(span.get("references"))
            if each.get("refType") == "CHILD_OF"
        ]
        made = _span(
            (span.get("traceID"), span.get("spanID"), next(iter(parents), "")),
            span.get("operationName"),
            _times(span.get("startTime"), span.get("duration")),
            tags,
            {"code": 2} if str(tags.get("error")).lower() == "true" else {},
        )
        resource.setdefault("service.name", process.get("serviceName"))
        found += spans_of(attributes_of(resource), _scope(tags), [made])[SPANS]
    return {SPANS: found}


def _tags(value: dict) -> dict:
    """Jaeger's tags: a list, and in Elasticsearch fields with an @ for each point."""
    found = {tag.get("key"): tag.get("value") for tag in dicts_of(value.get("tags"))}
    fields = value.get("tag") if isinstance(value.get("tag"), dict) else {}
    return found | {key.replace("@", "."): each for key, each in fields.items()}


def _scope(tags: dict) -> dict:
    return {
        "name": tags.get("otel.scope.name") or tags.get("otel.library.name"),
        "version": tags.get("otel.scope.version") or tags.get("otel.library.version"),
    }


def _times(start: object, length: object) -> tuple[str | None, str | None]:
    """The times of a span that counts microseconds."""
    begun, lasted = whole(start), whole(length) or 0
    return (None, None) if begun is None else (str(begun * 1000), str((begun + lasted) * 1000))


def _of_zipkin(span: dict) -> dict:
    """A span of Zipkin: all of the resource but the service's name is in its tags."""
    tags = span.get("tags") if isinstance(span.get("tags"), dict) else {}
    failed = tags.get("otel.status_code", "ERROR" if "error" in tags else "")
    made = _span(
        (span["traceId"], span["id"], span.get("parentId")),
        span.get("name"),
        _times(span.get("timestamp"), span.get("duration")),
        tags,
        _status(failed),
    )
    resource = {"service.name": span["localEndpoint"].get("serviceName")}
    return spans_of(attributes_of(resource), _scope(tags), [made])


def _of_console(span: dict) -> dict:
    """A span as Python's console exporter prints it."""
    context, status = span["context"], span.get("status") or {}
    resource = (span.get("resource") or {}).get("attributes")
    ids = (context.get("trace_id"), context.get("span_id"), span.get("parent_id"))
    made = _span(
        tuple(map(_without_0x, ids)),
        span.get("name"),
        (_nanoseconds(span.get("start_time")), _nanoseconds(span.get("end_time"))),
        span["attributes"],
        _status(status.get("status_code")),
    )
    return spans_of(attributes_of(resource), {}, [made])


def _of_clickhouse(row: dict) -> dict:
    """A row of the table that the collector's ClickHouse exporter fills."""
    start = _nanoseconds(row.get("Timestamp"))
    length = whole(row.get("Duration")) or 0
    made = _span(
        (row["TraceId"], row.get("SpanId"), row.get("ParentSpanId")),
        row.get("SpanName"),
        (start, str(int(start) + length) if start else None),
        _pairs(row["SpanAttributes"]),
        _status(row.get("StatusCode")),
    )
    scope = {"name": row.get("ScopeName"), "version": row.get("ScopeVersion")}
    return spans_of(_resource(row, "ResourceAttributes", "ServiceName"), scope, [made])


def _of_logfire(row: dict) -> dict:
    """A row of Logfire's table of records; none of one that only says that a span has begun."""
    if row.get("kind") == "pending_span":
        return {SPANS: []}
    made = _span(
        (row["trace_id"], row["span_id"], row.get("parent_span_id")),
        row.get("span_name"),
        (_nanoseconds(row["start_timestamp"]), _nanoseconds(row.get("end_timestamp"))),
        _pairs(row["attributes"]),
        _status(row.get("otel_status_code")),
    )
    resource = _resource(row, "otel_resource_attributes", "service_name")
    return spans_of(resource, {"name": row.get("otel_scope_name")}, [made])


def _resource(row: dict, pairs: str, service: str) -> list[dict]:
    """The resource of a row, with the service that has a column of its own."""
    found = _pairs(row.get(pairs))
    if row.get(service):
        found.setdefault("service.name", row[service])
    return attributes_of(found)


def _of_phoenix(row: dict) -> dict:
    """A row of the table that Phoenix makes of its spans: a column for each attribute."""
    attributes = {
        key.removeprefix(_ATTRIBUTE): value
        for key, value in row.items()
        # a span without an attribute has its cell empty, or not a number
        if key.startswith(_ATTRIBUTE) and value not in (None, "") and value == value
    }
    made = _span(
        (row["context.trace_id"], row["context.span_id"], row.get("parent_id")),
        row.get("name"),
        (_nanoseconds(row["start_time"]), _nanoseconds(row.get("end_time"))),
        attributes,
        _status(row.get("status_code")),
    )
    return spans_of([], {}, [made])


def _of_langsmith(run: dict) -> dict:
    """A run of LangSmith, which is a span of a trace: a chain repeats what the calls in it used."""
    values = run | {key: _pairs(run.get(key)) for key in ("extra", *_DETAILS)}
    metadata = _pairs(values["extra"].get("metadata"))
    found = {f"langsmith.metadata.{key}": value for key, value in metadata.items()}
    for path, name in _OF_RUN.items():
        value = values
        for key in path.split("."):
            value = _pairs(value).get(key)
        found[name] = value
    found["gen_ai.operation.name"] = _RUNS.get(run["run_type"])
    made = _span(
        tuple(map(_without_hyphens, (run["trace_id"], run.get("id"), run.get("parent_run_id")))),
        run.get("name"),
        (_nanoseconds(run["start_time"]), _nanoseconds(run.get("end_time"))),
        {key: value for key, value in found.items() if value not in (None, "")},
        {"code": 2 if run.get("error") else 0},
    )
    return spans_of([], {}, [made])


def _pairs(value: object) -> dict:
    """A map as an object, as pairs, or as ClickHouse writes it in CSV: {'key':'value'}."""
    if isinstance(value, str):
        for read in (json.loads, ast.literal_eval):
            try:
                value = read(value)
                break
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
    try:
        return dict(value or {})
    except (ValueError, TypeError):
        return {}


def whole(value: object) -> int | None:
    """A number without a fraction; None of anything else."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _without_hyphens(text: object) -> str | None:
    return text.replace("-", "") if isinstance(text, str) else None


def _without_0x(text: object) -> str | None:
    return text.removeprefix("0x") if isinstance(text, str) else None


def _nanoseconds(value: object) -> str | None:
    """A time as text, UTC where it names no zone, or a number of nanoseconds."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, float)) or str(value).isdigit():
        return str(value)
    text = str(value)
    fraction = (_FRACTION.findall(text) or [""])[-1]
    try:
        found = datetime.fromisoformat(_FRACTION.sub("", text))
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return f"{int(found.timestamp())}{fraction:0<9.9}"
