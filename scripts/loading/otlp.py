"""Spans in other dress than OTLP's JSON, and events of calls in logs, as OTLP's spans.

Only a table that is declared on `resourceSpans` is read so. Taken are snake_case names, base64 ids
and the names of enums of protobuf's JSON, older names, Jaeger's traces, the console exporter of
Python, rows of the ClickHouse exporter, and the log events that Claude Code, Codex and Gemini CLI
write per call.
"""

from __future__ import annotations

import ast
import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from scripts.loading.documents import NotTaken

SPANS = "resourceSpans"
# What a row of the ClickHouse exporter's table is told by.
CLICKHOUSE = ("TraceId", "SpanId", "SpanAttributes", "SpanName")
_METRICS = (
    "OTLP metrics have sums and no calls; export traces, or the logs of Claude Code, Codex or "
    "Gemini CLI"
)
_NO_CALL = (
    "OTLP logs without an event of a call (claude_code.api_request, codex.sse_event, "
    "gemini_cli.api_response)"
)
_STATUS = {"STATUS_CODE_ERROR": 2, "ERROR": 2, "STATUS_CODE_OK": 1, "OK": 1}
_HEX = re.compile(r"[0-9a-fA-F]*")
_ID_BYTES = {"traceId": 16, "spanId": 8, "parentSpanId": 8}
_OLD_NAMES = {
    "instrumentationLibrarySpans": "scopeSpans",
    "instrumentationLibrary": "scope",
}
_FRACTION = re.compile(r"\.(\d+)")
# The attributes of an event that is a call, by OpenTelemetry's names.
_CODEX = {
    "model": "gen_ai.request.model",
    "input_token_count": "gen_ai.usage.input_tokens",
    "output_token_count": "gen_ai.usage.output_tokens",
    "cached_token_count": "gen_ai.usage.cache_read.input_tokens",
    "reasoning_token_count": "gen_ai.usage.reasoning.output_tokens",
    "conversation.id": "gen_ai.conversation.id",
}
_GEMINI = {
    "model": "gen_ai.request.model",
    "input_token_count": "gen_ai.usage.input_tokens",
    "output_token_count": "gen_ai.usage.output_tokens",
    "cached_content_token_count": "gen_ai.usage.cache_read.input_tokens",
    "thoughts_token_count": "gen_ai.usage.reasoning.output_tokens",
    "tool_token_count": "gen_ai.usage.details.tool_use_prompt_tokens",
    "total_token_count": "gen_ai.usage.total_tokens",
    "status_code": "http.response.status_code",
}
_CLAUDE_CODE = {
    "model": "gen_ai.request.model",
    "cost_usd": "gen_ai.usage.cost",
    "request_id": "gen_ai.response.id",
}


def as_spans(value: dict) -> dict:
    """The same as OTLP's JSON of spans; a value that is none of these as it is.

    Raises NotTaken for metrics, and for logs without a call.
    """
    if "resource_spans" in value or "resource_logs" in value or "resource_metrics" in value:
        value = _camel_case(value)
    if SPANS in value:
        return _plain(value)
    if isinstance(value.get("resourceLogs"), list):
        return _of_logs(value["resourceLogs"])
    if "resourceMetrics" in value:
        raise NotTaken(_METRICS, None)
    if isinstance(value.get("processes"), dict) and isinstance(value.get("spans"), list):
        return _of_jaeger(value)
    if isinstance(value.get("context"), dict) and "start_time" in value and "attributes" in value:
        return _of_console(value)
    if all(name in value for name in CLICKHOUSE):
        return _of_clickhouse(value)
    return value


def _plain(value: dict) -> dict:
    """The same with hexadecimal ids and the numbers of enums; itself where it has them."""
    if not any(_is_dressed(span) for span in spans_in(value)):
        return value
    value = _renamed(value)
    for span in spans_in(value):
        for key, size in _ID_BYTES.items():
            if isinstance(span.get(key), str):
                span[key] = _hexadecimal(span[key], size)
        status = span.get("status")
        if isinstance(status, dict) and status.get("code") in _STATUS:
            status["code"] = _STATUS[status["code"]]
    return value


def spans_in(value: dict) -> Iterator[dict]:
    """All spans of a message of OTLP's JSON."""
    for resource in dicts_of(value.get(SPANS)):
        for key in ("scopeSpans", "instrumentationLibrarySpans"):
            for scope in dicts_of(resource.get(key)):
                yield from dicts_of(scope.get("spans"))


def dicts_of(value: object) -> list[dict]:
    """The objects of a list; none of anything else that is in its place."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _is_dressed(span: dict) -> bool:
    status = span.get("status")
    coded = isinstance(status, dict) and status.get("code") in _STATUS
    return coded or any(
        isinstance(span.get(key), str) and _hexadecimal(span[key], size) != span[key]
        for key, size in _ID_BYTES.items()
    )


def _hexadecimal(text: str, size: int) -> str:
    if not text or (len(text) == 2 * size and _HEX.fullmatch(text)):
        return text
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text
    return found.hex() if len(found) == size else text


def _renamed(value: object) -> object:
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    if isinstance(value, dict):
        return {_OLD_NAMES.get(key, key): _renamed(inner) for key, inner in value.items()}
    return value


def _camel_case(value: object) -> object:
    if isinstance(value, list):
        return [_camel_case(each) for each in value]
    if isinstance(value, dict):
        return {
            re.sub(r"_([a-z])", lambda found: found.group(1).upper(), key): _camel_case(inner)
            for key, inner in value.items()
        }
    return value


def _made(resource: object, scope: dict, spans: list[dict]) -> dict:
    inside = {"scope": scope, "spans": spans}
    return {SPANS: [{"resource": {"attributes": resource}, "scopeSpans": [inside]}]}


def _attributes(pairs: object) -> list[dict]:
    """An object's pairs as a list of OTLP attributes."""
    pairs = pairs if isinstance(pairs, dict) else {}
    return [{"key": key, "value": _typed(value)} for key, value in pairs.items()]


def _typed(value: object) -> dict:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, (list, dict)):
        return {"stringValue": json.dumps(value)}
    return {"stringValue": None if value is None else str(value)}


def _of_jaeger(trace: dict) -> dict:
    """A trace of Jaeger's API: times in microseconds, the resource as a process."""
    found = []
    for span in dicts_of(trace["spans"]):
        process = trace["processes"].get(span.get("processID")) or {}
        resource = {tag.get("key"): tag.get("value") for tag in dicts_of(process.get("tags"))}
        tags = {tag.get("key"): tag.get("value") for tag in dicts_of(span.get("tags"))}
        parents = [
            each.get("spanID")
            for each in dicts_of(span.get("references"))
            if each.get("refType") == "CHILD_OF"
        ]
        start, length = _whole(span.get("startTime")), _whole(span.get("duration")) or 0
        made = {
            "traceId": span.get("traceID"),
            "spanId": span.get("spanID"),
            "parentSpanId": parents[0] if parents else "",
            "name": span.get("operationName"),
            "startTimeUnixNano": None if start is None else str(start * 1000),
            "endTimeUnixNano": None if start is None else str((start + length) * 1000),
            "attributes": _attributes(tags),
            "status": {"code": 2} if str(tags.get("error")).lower() == "true" else {},
        }
        scope = {
            "name": tags.get("otel.scope.name") or tags.get("otel.library.name"),
            "version": tags.get("otel.scope.version") or tags.get("otel.library.version"),
        }
        resource.setdefault("service.name", process.get("serviceName"))
        found += _made(_attributes(resource), scope, [made])[SPANS]
    return {SPANS: found}


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
        "attributes": _attributes(span["attributes"]),
        "status": {"code": _STATUS.get(str(status.get("status_code")).upper(), 0)},
    }
    return _made(_attributes(resource), {}, [made])


def _of_clickhouse(row: dict) -> dict:
    """A row of the table that the collector's ClickHouse exporter fills."""
    start = _nanoseconds(row.get("Timestamp"))
    length = _whole(row.get("Duration")) or 0
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
        "attributes": _attributes(_pairs(row["SpanAttributes"])),
        "status": {"code": _STATUS.get(str(row.get("StatusCode")).upper(), 0)},
    }
    scope = {"name": row.get("ScopeName"), "version": row.get("ScopeVersion")}
    return _made(_attributes(resource), scope, [made])


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


def _of_logs(resources: list) -> dict:
    """The events of calls in logs, a span each."""
    found = []
    for resource in dicts_of(resources):
        for scope in dicts_of(resource.get("scopeLogs")):
            spans = [span for log in dicts_of(scope.get("logRecords")) if (span := _call(log))]
            if spans:
                attributes = (resource.get("resource") or {}).get("attributes") or []
                found += _made(attributes, scope.get("scope") or {}, spans)[SPANS]
    if not found:
        raise NotTaken(_NO_CALL, None)
    return {SPANS: found}


def _call(log: dict) -> dict | None:
    """A log record of a call as a span; None for any other event."""
    pairs = {}
    for pair in dicts_of(log.get("attributes")):
        value = pair.get("value")
        pairs[pair.get("key")] = next(iter(value.values()), None) if isinstance(value, dict) else ""
    body = log.get("body")
    words = {log.get("eventName"), pairs.get("event.name")}
    words.add(body.get("stringValue") if isinstance(body, dict) else body)
    if words & {"claude_code.api_request", "api_request"}:
        names, provider, name = _CLAUDE_CODE, "anthropic", "claude_code.llm_request"
    elif "codex.sse_event" in words and pairs.get("event.kind") == "response.completed":
        names, provider, name = _CODEX, "openai", "codex.sse_event"
    elif "gemini_cli.api_response" in words:
        is_vertex = pairs.get("auth_type") == "vertex-ai"
        provider = "gcp.vertex_ai" if is_vertex else "gcp.gemini"
        names, name = _GEMINI, "gemini_cli.api_response"
    else:
        return None
    end = _whole(log.get("timeUnixNano")) or _whole(log.get("observedTimeUnixNano"))
    length = _whole(pairs.get("duration_ms")) or 0
    # An event has no id of its own: equal events are one.
    own_id = hashlib.sha256(json.dumps(log, sort_keys=True).encode()).hexdigest()
    renamed = {names.get(key, key): value for key, value in pairs.items()}
    usual = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": provider}
    return {
        "traceId": _hexadecimal(log.get("traceId") or "", 16) or own_id[:32],
        "spanId": own_id[-16:],
        "parentSpanId": _hexadecimal(log.get("spanId") or "", 8),
        "name": name,
        "startTimeUnixNano": str(end - length * 1_000_000) if end else None,
        "endTimeUnixNano": str(end) if end else None,
        "attributes": _attributes(usual | renamed),
        "status": {},
    }


def _whole(value: object) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


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
