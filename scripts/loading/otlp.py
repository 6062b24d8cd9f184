"""Spans in other dress than OTLP's JSON, and events of calls in logs, as OTLP's spans.

Only a table that is declared on `resourceSpans` is read so. Taken are snake_case names, base64 ids
and the names of enums of protobuf's JSON, older names, what `exported_spans` knows of other tools,
and the log events that OpenTelemetry, Claude Code, Codex and Gemini CLI write per call.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator

from scripts.loading.documents import NotTaken
from scripts.loading.exported_spans import (
    SPANS,
    STATUS,
    as_exported,
    attributes_of,
    dicts_of,
    spans_of,
    whole,
)

_METRICS = (
    "OTLP metrics have sums and no calls; export traces, or the logs of Claude Code, Codex or "
    "Gemini CLI"
)
_OWN_EVENT = "gen_ai.client.inference.operation.details"
_NO_CALL = (
    "OTLP logs without an event of a call (claude_code.api_request, codex.sse_event, "
    f"gemini_cli.api_response, {_OWN_EVENT}); export traces"
)
_HEX = re.compile(r"[0-9a-fA-F]*")
_ID_BYTES = {"traceId": 16, "spanId": 8, "parentSpanId": 8}
_OLD_NAMES = {
    "instrumentationLibrarySpans": "scopeSpans",
    "instrumentationLibrary": "scope",
}
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
    found = as_exported(value)
    return value if found is None else found


def _plain(value: dict) -> dict:
    """The same with hexadecimal ids and the numbers of enums; itself where it has them."""
    older = any(_OLD_NAMES.keys() & resource.keys() for resource in dicts_of(value[SPANS]))
    if not older and not any(_is_dressed(span) for span in spans_in(value)):
        return value
    value = _renamed(value)
    for span in spans_in(value):
        for key, size in _ID_BYTES.items():
            if isinstance(span.get(key), str):
                span[key] = _hexadecimal(span[key], size)
        status = span.get("status")
        if isinstance(status, dict) and status.get("code") in STATUS:
            status["code"] = STATUS[status["code"]]
    return value


def spans_in(value: dict) -> Iterator[dict]:
    """All spans of a message of OTLP's JSON."""
    for resource in dicts_of(value.get(SPANS)):
        for key in ("scopeSpans", "instrumentationLibrarySpans"):
            for scope in dicts_of(resource.get(key)):
                yield from dicts_of(scope.get("spans"))


def _is_dressed(span: dict) -> bool:
    status = span.get("status")
    coded = isinstance(status, dict) and status.get("code") in STATUS
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


def _of_logs(resources: list) -> dict:
    """The events of calls in logs, a span each."""
    found = []
    for resource in dicts_of(resources):
        for scope in dicts_of(resource.get("scopeLogs")):
            spans = [span for log in dicts_of(scope.get("logRecords")) if (span := _call(log))]
            if spans:
                attributes = (resource.get("resource") or {}).get("attributes") or []
                found += spans_of(attributes, scope.get("scope") or {}, spans)[SPANS]
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
    elif _OWN_EVENT in words:
        names, provider, name = {}, None, _OWN_EVENT
    else:
        return None
    end = whole(log.get("timeUnixNano")) or whole(log.get("observedTimeUnixNano"))
    length = whole(pairs.get("duration_ms")) or 0
    # An event has no id of its own: equal events are one. Its span, which may be exported too and
    # says the same, is above it.
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
        "attributes": attributes_of(usual | renamed),
        "status": {},
    }
