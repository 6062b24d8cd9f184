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
        made = {
            "traceId": span.get("traceID"),
            "spanId": span.get("spanID"),
            "parentSpanId": parents[0] if parents else "",
            "name": span.get("operationName"),
            **_times(span.get("startTime"), span.get("duration")),
            "attributes": attributes_of(tags),
            "status": {"code": 2} if str(tags.get("error")).lower() == "true" else {},
        }
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


def _times(start: object, length: object) -> dict:
    """The times of a span that counts microseconds."""
    begun, lasted = whole(start), whole(length) or 0
    return {
        "startTimeUnixNano": None if begun is None else str(begun * 1000),
        "endTimeUnixNano": None if begun is None else str((begun + lasted) * 1000),
    }


def _of_zipkin(span: dict) -> dict:
    """A span of Zipkin: all of the resource but the service's name is in its tags."""
    tags = span.get("tags") if isinstance(span.get("tags"), dict) else {}
    failed = tags.get("otel.status_code", "ERROR" if "error" in tags else "")
    made = {
        "traceId": span["traceId"],
        "spanId": span["id"],
        "parentSpanId": span.get("parentId") or "",
        "name": span.get("name"),
        **_times(span.get("timestamp"), span.get("duration")),
        "attributes": attributes_of(tags),
        "status": {"code": STATUS.get(str(failed).upper(), 0)},
    }
    resource = {"service.name": span["localEndpoint"].get("serviceName")}
    return spans_of(attributes_of(resource), _scope(tags), [made])


def _of_console(span: dict) -> dict:
    """A span as Python's console exporter prints it."""
    context, status = span["context"], span.get("status") or {}
    resource = (span.get("resource") or {}).get("attributes")
    made = {
        "traceId": _without_0x(context.get("trace_id")),
        "spanId": _without_0x(context.get("span_id")),
        "parentSpanId": _without_0x(span.get("parent_id")) or "",
        "name": span.get("name"),
        "startTimeUnixNano": _nanoseconds(span.get("start_time")),
        "endTimeUnixNano": _nanoseconds(span.get("end_time")),
        "attributes": attributes_of(span["attributes"]),
        "status": {"code": STATUS.get(str(status.get("status_code")).upper(), 0)},
    }
    return spans_of(attributes_of(resource), {}, [made])


def _of_clickhouse(row: dict) -> dict:
    """A row of the table that the collector's ClickHouse exporter fills."""
    start = _nanoseconds(row.get("Timestamp"))
    length = whole(row.get("Duration")) or 0
    resource = _pairs(row.get("ResourceAttributes"))
    if row.get("ServiceName"):
        resource.setdefault("service.name", row["ServiceName"])
    made = {
        "traceId": row["TraceId"],
        "spanId": row.get("SpanId"),
        "parentSpanId": row.get("ParentSpanId") or "",
        "name": row.get("SpanName"),
        "startTimeUnixNano": start,
        "endTimeUnixNano": str(int(start) + length) if start else None,
        "attributes": attributes_of(_pairs(row["SpanAttributes"])),
        "status": {"code": STATUS.get(str(row.get("StatusCode")).upper(), 0)},
    }
    scope = {"name": row.get("ScopeName"), "version": row.get("ScopeVersion")}
    return spans_of(attributes_of(resource), scope, [made])


def _of_logfire(row: dict) -> dict:
    """A row of Logfire's table of records; none of one that only says that a span has begun."""
    if row.get("kind") == "pending_span":
        return {SPANS: []}
    resource = _pairs(row.get("otel_resource_attributes"))
    if row.get("service_name"):
        resource.setdefault("service.name", row["service_name"])
    made = {
        "traceId": row["trace_id"],
        "spanId": row["span_id"],
        "parentSpanId": row.get("parent_span_id") or "",
        "name": row.get("span_name"),
        "startTimeUnixNano": _nanoseconds(row["start_timestamp"]),
        "endTimeUnixNano": _nanoseconds(row.get("end_timestamp")),
        "attributes": attributes_of(_pairs(row["attributes"])),
        "status": {"code": STATUS.get(str(row.get("otel_status_code")).upper(), 0)},
    }
    return spans_of(attributes_of(resource), {"name": row.get("otel_scope_name")}, [made])


def _of_phoenix(row: dict) -> dict:
    """A row of the table that Phoenix makes of its spans: a column for each attribute."""
    attributes = {
        key.removeprefix(_ATTRIBUTE): value
        for key, value in row.items()
        # a span without an attribute has its cell empty, or not a number
        if key.startswith(_ATTRIBUTE) and value not in (None, "") and value == value
    }
    made = {
        "traceId": row["context.trace_id"],
        "spanId": row["context.span_id"],
        "parentSpanId": row.get("parent_id") or "",
        "name": row.get("name"),
        "startTimeUnixNano": _nanoseconds(row["start_time"]),
        "endTimeUnixNano": _nanoseconds(row.get("end_time")),
        "attributes": attributes_of(attributes),
        "status": {"code": STATUS.get(str(row.get("status_code")).upper(), 0)},
    }
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
    made = {
        "traceId": _without_hyphens(run["trace_id"]),
        "spanId": _without_hyphens(run.get("id")),
        "parentSpanId": _without_hyphens(run.get("parent_run_id")) or "",
        "name": run.get("name"),
        "startTimeUnixNano": _nanoseconds(run["start_time"]),
        "endTimeUnixNano": _nanoseconds(run.get("end_time")),
        "attributes": attributes_of({k: v for k, v in found.items() if v not in (None, "")}),
        "status": {"code": 2 if run.get("error") else 0},
    }
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
