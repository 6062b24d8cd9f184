"""The providers' bills, computed from tokens and list prices with whole numbers only.

Page shapes: OpenAI GET /v1/organization/costs (openai SDK 3.52, types/admin/organization) and
Anthropic GET /v1/organizations/cost_report. A file holds one pull, its pages already
merged, on one line as an HTTP body is.

How OpenAI spells batch and flex in line_item is NOT documented and was not observed; the
suffix after the model, as in "gpt-5.4-mini-2026-03-17 batch, input", is this sample's guess.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from scripts.sample import catalog as c
from scripts.sample import traffic as tr

PULL_EVERY_DAYS = 7
PULL_COVERS_DAYS = 35
FINAL_PULL_AFTER_DAYS = 5
PULL_HOUR = 6
LEAKED_KEY = "key_leaked_7f3a"
STALE_FACTOR = (8, 5)  # haiku 4.5 output billed at 8.00 instead of 5.00 USD per million
SEARCHES, SEARCH_PRICE = 140, 10**13  # calls, 1e-15 USD a call
CENT = 10**13  # one cent in 1e-15 USD

OPENAI_CLASS = {"uncached_input": "input", "cache_read": "cached input", "output": "output"}
ANTHROPIC_TYPE = {
    "uncached_input": ("uncached_input_tokens", "Input Tokens"),
    "cache_read": ("cache_read_input_tokens", "Cache Read Input Tokens"),
    "cache_write_5m": ("cache_creation.ephemeral_5m_input_tokens", "Cache Write Input Tokens (5m)"),
    "cache_write_1h": ("cache_creation.ephemeral_1h_input_tokens", "Cache Write Input Tokens (1h)"),
    "output": ("output_tokens", "Output Tokens"),
}


@dataclass
class Line:
    """One line of a bill; cost in 1e-15 USD."""

    provider: str
    model: int  # index in MODELS; -1 where the bill names no model
    tier: int
    geo: int
    meter: str
    project: int
    quantity: int
    cost: int
    key: str | None = None
    # What was planted on the line, as provider minus right amount: {kind: 1e-15 USD}.
    planted: dict[str, int] = field(default_factory=dict)

    @property
    def cell(self) -> tuple[str, str | None, str]:
        """Provider, billed model and meter: the grain of the comparison."""
        return self.provider, c.MODELS[self.model].name if self.model >= 0 else None, self.meter


class Bills:
    """Bill lines by day, as a provider shows them at some share of a day's usage."""

    def __init__(self, calendar: tr.Calendar, billed: dict, lost: dict, card, requests: int):
        self.calendar, self.billed, self.lost, self.card = calendar, billed, lost, card
        self.leak_scale = max(1, requests // 60_000)

    def lines(self, day: int, percent: int = 100, final: bool = False) -> list[Line]:
        """Lines of one day. percent is the share of the day's usage already processed."""
        if final and day == self.calendar.missing:
            return [x for x in self._plain(day, percent) if x.provider != "openai"]
        lines = self._plain(day, percent)
        lines += self._leaked(day, percent)
        lines += self._searched(day)
        self._bill_stale_rate(day, lines)
        lines += self._billed_twice(day, lines)
        self._round_to_cents(day, lines)
        return lines

    def missing_lines(self) -> list[Line]:
        """What OpenAI's final bill has lost."""
        day = self.calendar.missing
        return [x for x in self._plain(day, 100) if x.provider == "openai"] if day >= 0 else []

    def _plain(self, day: int, percent: int) -> list[Line]:
        """Right lines: tokens times the list price of the day, exact."""
        tokens = self.billed.get(day)
        if tokens is None:
            return []
        prices = self.card.on(self.calendar.day(day))
        merged: dict[tuple, Line] = {}
        for project, index, meter in zip(*np.nonzero(tokens), strict=True):
            model, tier, geo, _ = c.sku_parts(int(index))
            price = int(prices[index, meter])
            name = c.METERS[meter]
            if price < 0:
                raise ValueError(f"no rate for {c.MODELS[model].name} {c.TIERS[tier]} {name}")
            quantity = int(tokens[project, index, meter]) * percent // 100
            if name == "web_search":  # Anthropic's report names no model on these
                model, tier, geo = -1, 0, 0
            provider = "anthropic" if model < 0 else c.MODELS[model].provider
            key = (provider, model, tier, geo, int(meter), int(project))
            line = merged.setdefault(
                key, Line(provider, model, tier, geo, name, int(project), 0, 0)
            )
            line.quantity += quantity
            line.cost += quantity * price
        return [merged[k] for k in sorted(merged) if merged[k].quantity]

    def _leaked(self, day: int, percent: int) -> list[Line]:
        """A key that bypasses the gateway: usage that only the provider sees."""
        if day not in self.calendar.leaked:
            return []
        prices = self.card.on(self.calendar.day(day))[c.sku(tr.GPT41)]
        nth = self.calendar.leaked.index(day) + 1
        usage = (("uncached_input", 1_900_000 * nth + 40_961), ("output", 310_000 * nth + 7_177))
        lines = []
        for meter, tokens in usage:
            quantity = tokens * self.leak_scale * percent // 100
            cost = quantity * int(prices[c.METERS.index(meter)])
            lines.append(
                Line(
                    "openai",
                    tr.GPT41,
                    0,
                    0,
                    meter,
                    1,
                    quantity,
                    cost,
                    LEAKED_KEY,
                    {"leaked_key": cost},
                )
            )
        return lines

    def _searched(self, day: int) -> list[Line]:
        """Web searches that OpenAI charges for and no gateway logged."""
        if day != self.calendar.searched:
            return []
        cost = SEARCHES * SEARCH_PRICE
        return [
            Line("openai", -1, 0, 0, "web_search", 0, SEARCHES, cost, planted={"tool_fee": cost})
        ]

    def _bill_stale_rate(self, day: int, lines: list[Line]) -> None:
        if day not in self.calendar.stale:
            return
        up, down = STALE_FACTOR
        for line in lines:
            if line.model == tr.HAIKU45 and line.meter == "output":
                right, line.cost = line.cost, line.cost * up // down
                line.planted["stale_rate"] = line.cost - right

    def _billed_twice(self, day: int, lines: list[Line]) -> list[Line]:
        if day != self.calendar.doubled:
            return []
        twice = []
        for x in lines:
            if x.model == tr.MINI and x.tier == tr.BATCH:
                planted = {"double_billed_batch": x.cost}
                twice.append(
                    Line(x.provider, x.model, x.tier, x.geo, x.meter, x.project, x.quantity, x.cost,
                         planted=planted)
                )  # fmt: skip
        return twice

    def _round_to_cents(self, day: int, lines: list[Line]) -> None:
        if day not in self.calendar.rounded:
            return
        for line in lines:
            if line.provider == "anthropic":
                cents = (Decimal(line.cost) / CENT).to_integral_value(ROUND_HALF_EVEN)
                rounded = int(cents) * CENT
                line.planted["rounding"] = rounded - line.cost
                line.cost = rounded


def pulls(calendar: tr.Calendar) -> list[tuple[datetime, int, int, bool]]:
    """Pulls as (instant, first day, end day, is final): one a week, and one after the end."""
    first = datetime(*calendar.start.timetuple()[:3], PULL_HOUR, tzinfo=UTC)
    plan = []
    for after in range(PULL_EVERY_DAYS, calendar.days, PULL_EVERY_DAYS):
        plan.append(
            (first + timedelta(days=after), max(0, after - PULL_COVERS_DAYS), after + 1, False)
        )
    last = calendar.days + FINAL_PULL_AFTER_DAYS
    plan.append((first + timedelta(days=last), 0, calendar.days, True))
    return plan


def percent_known(pulled_after: int, day: int) -> int:
    """Share of a day's usage that a provider has processed when it is asked, per cent."""
    age = pulled_after - day
    return {0: 20, 1: 97}.get(age, 100)


def openai_page(
    bills: Bills, calendar, pulled_after: int, start: int, end: int, final: bool
) -> str:
    """Page of GET /v1/organization/costs, grouped by project, line item and API key."""
    buckets = []
    for day in range(start, end):
        lines = bills.lines(day, percent_known(pulled_after, day), final)
        mine = [x for x in lines if x.provider == "openai"]
        begin = calendar.epoch_us(day) // 1_000_000
        results = ",".join(_openai_result(x, day, i) for i, x in enumerate(mine))
        buckets.append(
            f'{{"object":"bucket","start_time":{begin},"end_time":{begin + 86_400},'
            f'"results":[{results}]}}'
        )
    return (
        '{"object":"page","data":[' + ",".join(buckets) + '],"has_more":false,"next_page":null}\n'
    )


def _openai_result(line: Line, day: int, index: int) -> str:
    """One result. The amount is documented as a number and was seen as a string: both occur."""
    amount = c.usd(line.cost)
    value = amount if (day + index) % 3 else f'"{amount}"'
    if line.model < 0:
        item, unit = "web search tool calls", "null"
    else:
        suffix = "" if line.tier == tr.STANDARD else f" {c.TIERS[line.tier]}"
        item = f"{c.MODELS[line.model].snapshot}{suffix}, {OPENAI_CLASS[line.meter]}"
        unit = '"tokens"'
    key = line.key or c.API_KEYS[line.project]
    return (
        '{"object":"organization.costs.result","amount":{"value":' + value + ',"currency":"usd"},'
        f'"line_item":"{item}","project_id":"{c.PROJECTS[line.project]}","api_key_id":"{key}",'
        f'"user_id":null,"api_source":null,"quantity":{line.quantity},"quantity_unit":{unit}}}'
    )


def anthropic_page(bills: Bills, calendar, pulled_after: int, start: int, end: int, final) -> str:
    """Page of GET /v1/organizations/cost_report, grouped by workspace and description."""
    buckets = []
    for day in range(start, end):
        lines = bills.lines(day, percent_known(pulled_after, day), final)
        mine = [x for x in lines if x.provider == "anthropic"]
        results = ",".join(_anthropic_result(x) for x in mine)
        buckets.append(
            f'{{"starting_at":"{calendar.day(day)}T00:00:00Z",'
            f'"ending_at":"{calendar.day(day + 1)}T00:00:00Z","results":[{results}]}}'
        )
    return '{"data":[' + ",".join(buckets) + '],"has_more":false,"next_page":null}\n'


def _anthropic_result(line: Line) -> str:
    """One result: the amount is in cents, as a decimal string."""
    result = {
        "amount": c.plain(Decimal(line.cost).scaleb(-13)),
        "currency": "USD",
        "description": "Web Search Usage",
        "workspace_id": c.WORKSPACES[line.project],
        "cost_type": "web_search",
        "model": None,
        "context_window": None,
        "token_type": None,
        "service_tier": None,
        "inference_geo": None,
    }
    if line.meter != "web_search":
        model = c.MODELS[line.model]
        token_type, words = ANTHROPIC_TYPE[line.meter]
        batch = "Batch - " if line.tier == tr.BATCH else ""
        result.update(
            description=f"{model.title} Usage - {batch}{words}",
            cost_type="tokens",
            model=model.snapshot,
            context_window="0-200k",
            token_type=token_type,
            service_tier=c.TIERS[line.tier],
            inference_geo=c.GEOS[line.geo],
        )
    return json.dumps(result, separators=(",", ":"))


def anthropic_usage_page(
    bills: Bills, calendar, pulled_after: int, start: int, end: int, final: bool
) -> str:
    """Page of GET /v1/organizations/usage_report/messages, grouped by all that the costs are."""
    buckets = []
    for day in range(start, end):
        merged: dict[tuple, dict[str, int]] = {}
        for x in bills.lines(day, percent_known(pulled_after, day), final):
            if x.provider == "anthropic":
                meters = merged.setdefault((x.project, x.model, x.tier, x.geo), {})
                meters[x.meter] = meters.get(x.meter, 0) + x.quantity
        results = [_anthropic_usage(*key, meters) for key, meters in sorted(merged.items())]
        buckets.append(
            f'{{"starting_at":"{calendar.day(day)}T00:00:00Z",'
            f'"ending_at":"{calendar.day(day + 1)}T00:00:00Z","results":[{",".join(results)}]}}'
        )
    return '{"data":[' + ",".join(buckets) + '],"has_more":false,"next_page":null}\n'


def _anthropic_usage(project: int, model: int, tier: int, geo: int, meters: dict[str, int]) -> str:
    """One result; a web search is counted on a row without a model."""
    result = {
        "uncached_input_tokens": meters.get("uncached_input", 0),
        "cache_creation": {
            "ephemeral_1h_input_tokens": meters.get("cache_write_1h", 0),
            "ephemeral_5m_input_tokens": meters.get("cache_write_5m", 0),
        },
        "cache_read_input_tokens": meters.get("cache_read", 0),
        "output_tokens": meters.get("output", 0),
        "server_tool_use": {"web_search_requests": meters.get("web_search", 0)},
        "api_key_id": None,
        "workspace_id": c.WORKSPACES[project],
        "model": c.MODELS[model].snapshot if model >= 0 else None,
        "service_tier": c.TIERS[tier],
        "context_window": "0-200k",
        "inference_geo": c.GEOS[geo],
    }
    return json.dumps(result, separators=(",", ":"))


PAGES = {
    "openai_costs": openai_page,
    "anthropic_cost_report": anthropic_page,
    "anthropic_usage_report": anthropic_usage_page,
}
