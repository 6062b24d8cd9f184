"""Lines that no loader may accept, one of each kind over the period."""

import json

KINDS = (
    "truncated_json",
    "not_json",
    "html_error_page",
    "json_array",
    "json_scalar",
    "invalid_utf8",
    "text_in_number",
    "bad_timestamp",
    "unterminated_string",
    "second_object_cut_short",
)


def _record(table: str, date: str, **wrong) -> dict:
    """A record that would be accepted, but for the fields in wrong."""
    tokens = wrong.get("tokens", 100)
    if table == "otel_genai_spans":
        span = {
            "traceId": "0" * 31 + "a",
            "spanId": "0" * 15 + "a",
            "name": "chat gpt-5.4-mini",
            "startTimeUnixNano": wrong.get("time", "1782864000000000000"),
            "attributes": [
                {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                {"key": "gen_ai.usage.input_tokens", "value": {"intValue": tokens}},
            ],
        }
        return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    time = wrong.get("time", f"{date}T12:00:00Z")
    if table == "envelope_events":
        return {
            "request_id": "req_malformed",
            "timestamp": time,
            "provider": "openai",
            "model": "gpt-5.4-mini",
            "input_tokens": tokens,
            "output_tokens": 1,
        }
    return {
        "request_id": "chatcmpl-malformed",
        "startTime": time,
        "model": "openai/gpt-5.4-mini",
        "spend": 0.001,
        "prompt_tokens": tokens,
        "completion_tokens": 1,
        "metadata": "{}",
    }


def line(kind: str, table: str, date: str) -> bytes:
    """The bytes of a malformed line, without its line feed."""
    good = json.dumps(_record(table, date), separators=(",", ":")).encode()
    return {
        "truncated_json": good[: len(good) * 2 // 3],
        "not_json": b"WARN collector: queue full, dropping 3 items",
        "html_error_page": b"<html><head><title>502 Bad Gateway</title></head></html>",
        "json_array": b'[1,"two",null]',
        "json_scalar": b"42",
        "invalid_utf8": b"\xff\xfe\x80" + good,
        "text_in_number": json.dumps(_record(table, date, tokens="many")).encode(),
        "bad_timestamp": json.dumps(_record(table, date, time="yesterday noon")).encode(),
        "unterminated_string": good[:-2] + b',"note":"no end',
        "second_object_cut_short": good + good[: len(good) // 2],
    }[kind]


def schedule(days: int, tables: list[str]) -> dict[tuple[int, str], list[str]]:
    """Kinds by (day, table): spread over the period and the gateways."""
    plan: dict[tuple[int, str], list[str]] = {}
    for i, kind in enumerate(KINDS):
        day = (i + 1) * days // (len(KINDS) + 1)
        plan.setdefault((day, tables[i % len(tables)]), []).append(kind)
    return plan
