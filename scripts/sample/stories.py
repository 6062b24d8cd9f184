"""A few calls of one afternoon that each show something: what people ask the demo for.

They are of a provider without a bill, so that no difference is made up. Written as plain envelopes,
and for the story of two records of one call as LiteLLM's ledger and the spans of the application.
The costs are worked out here, in whole numbers of 1e-15 USD, exact.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np

from scripts.sample import catalog as c

PROVIDER = "mistral"
LARGE, MEDIUM, SMALL = "mistral-large-2512", "mistral-medium-3-1", "ministral-8b-2512"
TEAM, SERVICE = "research", "lab-svc"
ENVELOPES, LEDGER, SPANS = "envelope_events", "litellm_spend_logs", "otel_genai_spans"
# enough for the rules trace-steps and trace-repeats
LOOP_STEPS, LOOP_REPEATS = 50, 12
AGENT_STEPS = (
    {"step_name": "plan"},
    {"step_name": "look up", "tool_name": "search_papers"},
    {"step_name": "summarise"},
)
METERS = ("uncached_input", "output")
MERGED = 10
# Of the calls with two records: what the records of the last ones differ in.
CONFLICTS = ("team_tag", "feature", "reported_output_tokens")


@dataclass(frozen=True)
class Call:
    """One attempt that counts: how it is logged, and its tokens."""

    story: str
    table: str
    model: str
    record: dict
    tokens: tuple[int, int]


class Stories:
    """The calls, and what the warehouse must make of them."""

    def __init__(self, day: date, seed: int, card: c.RateCard) -> None:
        self._noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        rng = np.random.default_rng([seed, 23])
        # input and output of each call
        self._tokens = int(rng.integers(500, 700)), int(rng.integers(30, 60))
        self._prices = {
            (row["model"], row["meter"]): row
            for row in card.prices
            if row["provider"] == PROVIDER
            and row["service_tier"] == "standard"
            and not row["valid_to"]
        }
        self._spans: list[dict] = []
        self.calls = [
            *self._fan_out(),
            *self._substitution(),
            *self._fallback(),
            *self._loop(),
            *self._contexts(),
            *self._merged(),
        ]

    def _time(self, minute: int, second: int = 0) -> str:
        return f"{self._noon + timedelta(minutes=minute, seconds=second):%Y-%m-%dT%H:%M:%S}Z"

    def _call(
        self, story: str, number: int, at: str, model: str = LARGE, /, **more: object
    ) -> Call:
        record = {
            "request_id": f"{story}-{number}",
            "timestamp": at,
            "team": TEAM,
            "service_name": SERVICE,
            "feature": story,
            "environment": "production",
            "provider": PROVIDER,
            "model": model,
            "input_tokens": self._tokens[0],
            "output_tokens": self._tokens[1],
            "latency_ms": 900,
            "status": "success",
        }
        return Call(story, ENVELOPES, model, record | more, self._tokens)

    def _fan_out(self) -> Iterator[Call]:
        """One prompt to three models at once; one answer is used."""
        for model in (LARGE, MEDIUM, SMALL):
            used = model == LARGE
            yield self._call("fan-out", 1, self._time(0), model, answer_used=used)

    def _substitution(self) -> Iterator[Call]:
        """Another model answers than was asked for, and nobody says so."""
        for number in range(5):
            at = self._time(5, number)
            yield self._call("substitution", number, at, SMALL, model_requested=LARGE)

    def _fallback(self) -> Iterator[Call]:
        """The same, and the gateway says so."""
        more = {"model_requested": LARGE, "fallback_from": LARGE}
        yield self._call("fallback", 1, self._time(6), MEDIUM, **more)

    def _loop(self) -> Iterator[Call]:
        """An agent that does not stop, and asks for some steps again."""
        for number in range(LOOP_STEPS + LOOP_REPEATS):
            step = number if number < LOOP_STEPS else number - LOOP_STEPS
            more = {"trace_id": "agent-loop", "agent_name": "planner"}
            more |= AGENT_STEPS[number % len(AGENT_STEPS)]
            more["retry_count"] = number // LOOP_STEPS
            yield self._call("agent-loop", step, self._time(10, number), **more)

    def _contexts(self) -> Iterator[Call]:
        """Users, customers' tiers, projects, products, gateways, routes."""
        for number in range(6):
            tier = ("free", "pro", "enterprise")[number % 3]
            yield self._call(
                *("contexts", number, self._time(20, number)),
                user_id=f"user-{number % 3}",
                workspace_id=f"ws_{number}",
                customer_tier=tier,
                project_id=("atlas", "borealis")[number % 2],
                product="assistant",
                request_source=("api", "batch")[number % 2],
                endpoint="/v1/chat/completions",
                agent_name="reader",
                route=f"{tier}-route",
                gateway_name=("eu-1", "us-1")[number % 2],
                routing_policy="cheapest-healthy",
                prompt_version="v2",
            )

    def _merged(self) -> Iterator[Call]:
        """The gateway knows no owner; the application's tracer does. The last records disagree."""
        for number in range(MERGED):
            conflict = dict(enumerate(CONFLICTS, MERGED - len(CONFLICTS))).get(number)
            tags = {"team_tag": {"team": "search"}, "feature": {"feature": "other"}}.get(conflict)
            begin = self._noon + timedelta(minutes=30, seconds=2 * number)
            used, made = self._tokens
            less = 1 if conflict == "reported_output_tokens" else 0
            self._spans.append(_span(number, begin, (used, made - less)))
            row = _ledger_row(number, begin, self._tokens, tags)
            yield Call("two-records", LEDGER, LARGE, row, self._tokens)

    def texts(self) -> dict[str, str]:
        """Path below landing of each file, and its lines."""
        records: dict[str, list[dict]] = defaultdict(list)
        for call in self.calls:
            records[call.table].append(call.record)
        records[SPANS] = [_batch(self._spans)]
        return {
            f"{table}/stories/period.jsonl": "".join(
                json.dumps(each, separators=(",", ":")) + "\n" for each in lines
            )
            for table, lines in records.items()
        }

    def _costs(self, call: Call) -> dict[str, int]:
        """What the rate card makes of a call, by meter, 1e-15 USD."""
        costs = {}
        for meter, number in zip(METERS, call.tokens, strict=True):
            rate = self._prices[call.model, meter]
            unit = Decimal(rate["unit_price_usd"]) / Decimal(rate["block_size"])
            costs[meter] = number * int(unit / c.UNIT)
        return costs

    def truth(self) -> dict:
        """What the warehouse must find, by source and by story."""
        by_table: dict[str, list[int]] = defaultdict(list)
        by_story: dict[str, list[int]] = defaultdict(list)
        unbilled: dict[tuple[str, str], int] = defaultdict(int)
        for call in self.calls:
            costs = self._costs(call)
            by_table[call.table].append(sum(costs.values()))
            by_story[call.story].append(sum(costs.values()))
            for meter, cost in costs.items():
                unbilled[call.model, meter] += cost
        return {
            "team_id": TEAM,
            "priced_usd": c.usd(sum(unbilled.values())),
            "by_table": {table: _sums(found) for table, found in by_table.items()},
            "by_story": {story: _sums(found) for story, found in by_story.items()},
            "conflicts": sorted(CONFLICTS),
            "variances": [
                {
                    "usage_date": f"{self._noon:%Y-%m-%d}",
                    "provider": PROVIDER,
                    "billed_model": model,
                    "meter": meter,
                    "variance_usd": c.usd(cost),
                    "reason_code": "no_bill",
                }
                for (model, meter), cost in sorted(unbilled.items())
            ],
        }


def _sums(costs: list[int]) -> dict:
    return {
        "attempts": len(costs),
        "priced_attempts": len(costs),
        "priced_usd": c.usd(sum(costs)),
    }


def _ledger_row(number: int, begin: datetime, tokens: tuple[int, int], tags: dict | None) -> dict:
    """A row of LiteLLM's ledger, which knows the call and its tokens."""
    end = begin + timedelta(milliseconds=900)
    return {
        "request_id": f"two-records-{number}",
        "call_type": "acompletion",
        "api_key": "key-of-the-lab",
        "spend": 0.0,
        "prompt_tokens": tokens[0],
        "completion_tokens": tokens[1],
        "total_tokens": sum(tokens),
        "startTime": f"{begin:%Y-%m-%dT%H:%M:%S.%f}Z",
        "endTime": f"{end:%Y-%m-%dT%H:%M:%S.%f}Z",
        "model": LARGE,
        "custom_llm_provider": PROVIDER,
        "status": "success",
        "metadata": {"spend_logs_metadata": tags},
    }


def _span(number: int, begin: datetime, tokens: tuple[int, int]) -> dict:
    """The application's span of the same call, which knows whose it is."""
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": PROVIDER,
        "gen_ai.request.model": LARGE,
        "gen_ai.response.model": LARGE,
        "gen_ai.response.id": f"two-records-{number}",
        "gen_ai.usage.input_tokens": tokens[0],
        "gen_ai.usage.output_tokens": tokens[1],
        "feature": "two-records",
    }
    start = int(begin.timestamp()) * 1_000_000_000
    return {
        "traceId": f"{0x5709 + number:032x}",
        "spanId": f"{0x5709 + number:016x}",
        "name": f"chat {LARGE}",
        "kind": 3,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 900_000_000),
        "attributes": [_attribute(key, value) for key, value in attributes.items()],
    }


def _batch(spans: list[dict]) -> dict:
    """The spans as the collector's file exporter writes them."""
    owner = {"team.id": TEAM, "service.name": SERVICE, "deployment.environment": "production"}
    resource = {"attributes": [_attribute(key, value) for key, value in owner.items()]}
    scope = {"scope": {"name": "app.tracer", "version": "1.0"}, "spans": spans}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def _attribute(key: str, value: str | int) -> dict:
    kind = "intValue" if isinstance(value, int) else "stringValue"
    return {"key": key, "value": {kind: str(value)}}
