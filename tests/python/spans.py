"""Traces as the collector's file exporter writes them, for tests of which spans are calls."""

from __future__ import annotations

import json

SECOND = 1_000_000_000
# 2026-11-10 12:00:00 UTC
NOON = 1_794_312_000 * SECOND


def span(
    name: str,
    above: str | None = None,
    used: tuple | None = None,
    at: int = 0,
    lasts: int = 1,
    **more,
) -> dict:
    """A span named by its id; `used` is input and output tokens, `at` seconds after noon.

    Other attributes are given by their names, with `__` for a dot.
    """
    attributes = {key.replace("__", "."): value for key, value in more.items()}
    if used:
        attributes |= {"gen_ai.usage.input_tokens": used[0], "gen_ai.usage.output_tokens": used[1]}
    return {"name": name, "above": above, "at": at, "lasts": lasts, "attributes": attributes}


def chat(name: str, above: str | None = None, used: tuple | None = (1000, 200), **more) -> dict:
    """A span of a call of gpt-5.4: USD 0.0055 with the usual usage."""
    usual = {
        "gen_ai__operation__name": "chat",
        "gen_ai__provider__name": "openai",
        "gen_ai__request__model": "gpt-5.4",
    }
    return span(name, above, used, **(usual | more))


def line(
    trace: str,
    spans: list[dict],
    scope: str = "a.scope",
    version: str = "1.0",
    resource: dict | None = None,
) -> str:
    """One export batch: a line of the file."""
    resource = {"team.id": "search"} if resource is None else resource
    return json.dumps(
        {
            "resourceSpans": [
                {
                    "resource": {"attributes": _attributes(resource)},
                    "scopeSpans": [
                        {
                            "scope": {"name": scope, "version": version},
                            "spans": [_span(trace, each) for each in spans],
                        }
                    ],
                }
            ]
        }
    )


def _span(trace: str, each: dict) -> dict:
    start = NOON + each["at"] * SECOND
    return {
        "traceId": trace,
        "spanId": each["name"],
        "parentSpanId": each["above"] or "",
        "name": each["name"],
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + each["lasts"] * SECOND),
        "attributes": _attributes(each["attributes"]),
        "status": {},
    }


def _attributes(values: dict) -> list[dict]:
    kinds = {int: "intValue", bool: "boolValue", str: "stringValue", float: "doubleValue"}
    return [{"key": key, "value": {kinds[type(value)]: value}} for key, value in values.items()]
