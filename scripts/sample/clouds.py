"""A little traffic on four clouds, and their bills with one mistake of each kind planted.

A fixed few attempts a day, whatever the number of requests, written as envelope events; the bills
are computed from the same list, changed only where something is planted. The formats of the bills
are in cloud_bills. Amounts are whole numbers of 1e-15 USD, exact.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from scripts.sample import catalog as c

ATTEMPTS_A_DAY = 3
METERS = ("uncached_input", "cache_read", "output")
TEAMS = ("support", "search", "data-platform")
MODELS = {  # provider: model as the rate card names it
    "bedrock": "claude-haiku-4-5",
    "google-vertex": "gemini-2.5-flash",
    "azure": "gpt-4o",
    "openrouter": "claude-sonnet-4-5",
}
# What the gateway calls it: an id on Bedrock says the region, and with it the price.
LOGGED = {"claude-haiku-4-5": "global.anthropic.claude-haiku-4-5-20251001-v1:0"}
UNLISTED_MODEL = "gemini house"  # at the gateway and on Google's bill, on no rate card
# What is planted, each on a day of its own: at 15 %, 25 %, ... of the period.
PLANTS = {
    "bedrock": (
        "tier_or_batch", "cache_class", "failed_at_gateway", "unbilled_usage", "unmapped_line",
        "credit", "tax", "commitment",
    ),
    "google-vertex": ("timezone_shift", "unpriced_usage", "discount", "rounding"),
    "azure": ("currency", "unmetered", "no_bill", "refund"),
    "openrouter": ("no_provider_quantity", "late"),
}  # fmt: skip
CHARGES = {"credit": -5, "tax": 7, "commitment": 40, "discount": -1, "rounding": 0, "refund": -2}
MICRO = 10**9  # a millionth of a dollar in 1e-15 USD


@dataclass(frozen=True)
class Attempt:
    """One attempt on one cloud: what the gateway saw, and on which day it is billed."""

    provider: str
    day: int
    number: int
    model: str
    tokens: dict[str, int]
    team: str
    tier: str = "standard"
    status: str = "ok"
    billed_day: int | None = None  # None: never
    billed_tier: str = "standard"
    seen: bool = True  # the gateway knows its usage


@dataclass
class Line:
    """One line of a cloud's bill; cost in 1e-15 units of its currency."""

    provider: str
    day: int
    model: str
    meter: str
    tier: str = "standard"
    quantity: int = 0
    cost: int = 0
    category: str = "usage"
    currency: str = "USD"


@dataclass
class Clouds:
    """Traffic and bills of all clouds over the period."""

    start: date
    days: int
    seed: int
    card: c.RateCard
    attempts: list[Attempt] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    # (day, provider, model, meter) of a planted difference: its kind.
    planted: dict[tuple, str] = field(default_factory=dict)

    def __post_init__(self):
        self.prices = {
            (r["provider"], r["model"], r["service_tier"], r["meter"]): r
            for r in self.card.prices
            if r["region_scope"] == "global" and r["context_min_tokens"] == "0"
            and not r["valid_to"] and r["provider"] in MODELS
        }  # fmt: skip
        rng = np.random.default_rng([self.seed, 9])
        for provider in MODELS:
            for day in range(self.days):
                self._day(rng, provider, day)

    def day_of(self, provider: str, kind: str) -> int:
        """Day on which something is planted; late is the last, which no bill can settle."""
        if kind == "late":
            return self.days - 1
        return int(self.days * (0.15 + 0.1 * PLANTS[provider].index(kind)))

    def rate(self, provider: str, model: str, tier: str, meter: str) -> int:
        """List price of one token, 1e-15 USD."""
        row = self.prices[provider, model, tier, meter]
        return int(Decimal(row["unit_price_usd"]) / Decimal(row["block_size"]) / c.UNIT)

    def _day(self, rng, provider: str, day: int) -> None:
        sizes = rng.integers((40_000, 10_000, 2_000), (120_000, 40_000, 20_000), (3, 3))
        attempts = [
            Attempt(
                provider, day, number, MODELS[provider],
                dict(zip(METERS, map(int, sizes[number]), strict=True)), TEAMS[number],
                billed_day=day,
            )
            for number in range(ATTEMPTS_A_DAY)
        ]  # fmt: skip
        kind = next((k for k in PLANTS[provider] if self.day_of(provider, k) == day), "")
        attempts = self._plant_attempts(kind, attempts)
        self.attempts += attempts
        self.lines += self._plant_lines(kind, provider, day, self._billed(attempts))

    def _plant_attempts(self, kind: str, attempts: list[Attempt]) -> list[Attempt]:
        """Change what the gateway saw, or what reaches the bill, and note the cells it moves."""
        first = attempts[0]
        if kind == "tier_or_batch":
            tokens = first.tokens | {"cache_read": 0}
            first = replace(first, tokens=tokens, tier="batch")
        elif kind == "failed_at_gateway":
            first = replace(first, status="error", billed_day=None)
        elif kind == "unbilled_usage":
            first = replace(first, billed_day=None)
        elif kind == "timezone_shift":
            first = replace(first, billed_day=first.day + 1)
            self._note(first, kind, day=first.day + 1)
        elif kind == "unpriced_usage":
            first = replace(first, model=UNLISTED_MODEL)
        elif kind == "unmetered":
            mean = {m: sum(a.tokens[m] for a in attempts) // ATTEMPTS_A_DAY for m in METERS}
            broken = replace(
                first, number=ATTEMPTS_A_DAY, tokens=mean, status="cancelled", seen=False
            )
            self._note(broken, kind)
            return [*attempts, broken]
        else:
            return attempts
        self._note(first, kind)
        return [first, *attempts[1:]]

    def _note(self, a: Attempt, kind: str, day: int | None = None) -> None:
        for meter, tokens in a.tokens.items():
            if tokens:
                self.planted[a.day if day is None else day, a.provider, a.model, meter] = kind

    def _billed(self, attempts: list[Attempt]) -> list[Line]:
        """Right lines for what is billed at all, by day, model, meter and tier."""
        lines: dict[tuple, Line] = {}
        for a in attempts:
            if a.billed_day is None:
                continue
            for meter, tokens in a.tokens.items():
                key = (a.billed_day, a.model, meter, a.billed_tier)
                line = lines.setdefault(
                    key, Line(a.provider, a.billed_day, a.model, meter, a.billed_tier)
                )
                line.quantity += tokens
                if a.model == UNLISTED_MODEL:
                    line.cost += tokens * 300_000_000
                else:
                    line.cost += tokens * self.rate(a.provider, a.model, a.billed_tier, meter)
        return [line for line in lines.values() if line.quantity]

    def _plant_lines(self, kind: str, provider: str, day: int, lines: list[Line]) -> list[Line]:
        """Change the bill itself, or add a charge that no gateway can know."""
        model = MODELS[provider]
        if kind == "cache_class":
            plain, cached = (
                next(x for x in lines if x.meter == m) for m in ("uncached_input", "cache_read")
            )
            moved = cached.quantity // 2
            rates = [self.rate(provider, model, "standard", x.meter) for x in (plain, cached)]
            plain.quantity, cached.quantity = plain.quantity + moved, cached.quantity - moved
            plain.cost, cached.cost = plain.cost + moved * rates[0], cached.cost - moved * rates[1]
            self._note_cells(day, provider, model, ("uncached_input", "cache_read"), kind)
        elif kind == "unmapped_line":
            lines.append(Line(provider, day, model, "unmapped", cost=1_250_000 * MICRO))
            self._note_cells(day, provider, model, ("unmapped",), kind)
        elif kind == "currency":
            next(x for x in lines if x.meter == "output").currency = "SEK"
            self._note_cells(day, provider, model, ("output",), kind)
        elif kind == "no_bill":
            self._note_cells(day, provider, model, METERS, kind)
            return []
        elif kind in ("no_provider_quantity", "late"):
            for line in lines:
                line.cost = line.cost * (120 if kind == "no_provider_quantity" else 97) // 100
            self._note_cells(day, provider, model, ("all_tokens",), kind)
        elif kind in CHARGES:
            cost = CHARGES[kind] * 1_000_000 * MICRO or 10_000 * MICRO
            lines.append(Line(provider, day, model, kind, cost=cost, category=kind))
        return lines

    def _note_cells(self, day: int, provider: str, model: str, meters, kind: str) -> None:
        for meter in meters:
            self.planted[day, provider, model, meter] = kind

    def events(self) -> str:
        """The gateway's log, JSON lines of the plain envelope."""
        return "".join(_event(a, self.start + timedelta(days=a.day)) for a in self.attempts)

    def gateway_cost(self, a: Attempt) -> int | None:
        """What the rate card makes of an attempt, 1e-15 USD; None without a price or usage."""
        if a.model == UNLISTED_MODEL or not a.seen:
            return None
        return sum(n * self.rate(a.provider, a.model, a.tier, m) for m, n in a.tokens.items() if n)

    def truth(self) -> dict:
        """What the warehouse must find: counts, money, every difference with its cause."""
        costs = [(a, self.gateway_cost(a)) for a in self.attempts]
        teams: dict[str, int] = defaultdict(int)
        for a, cost in costs:
            teams[a.team] += cost or 0
        return {
            "attempts": len(costs),
            "priced_attempts": sum(cost is not None for _, cost in costs),
            "priced_usd": c.usd(sum(cost or 0 for _, cost in costs)),
            "spend_usd_by_team": {team: c.usd(cost) for team, cost in sorted(teams.items())},
            "variances": self._variances(),
            "reconciling_item": [
                {
                    "usage_date": str(self.start + timedelta(days=x.day)),
                    "provider": x.provider,
                    "category": x.category,
                    "reconciling_item_usd": c.usd(-x.cost),
                }
                for x in self.lines
                if x.category != "usage"
            ],
        }

    def _variances(self) -> list[dict]:
        """Every cell that differs; fails on one that nothing was planted in, or the other way."""
        cells: dict[tuple, int] = defaultdict(int)
        for a in self.attempts:
            if a.seen and a.model != UNLISTED_MODEL:
                for meter, n in a.tokens.items():
                    if n:
                        cost = n * self.rate(a.provider, a.model, a.tier, meter)
                        cells[a.day, a.provider, a.model, self._meter(a.provider, meter)] += cost
        for x in self.lines:
            if x.category == "usage" and x.currency == "USD" and x.day < self.days:
                cells[x.day, x.provider, x.model, self._meter(x.provider, x.meter)] -= x.cost
        different = {cell for cell, units in cells.items() if units}
        if different != set(self.planted):
            raise AssertionError(f"not planted, or lost: {different ^ set(self.planted)}")
        return [
            {
                "usage_date": str(self.start + timedelta(days=cell[0])),
                "provider": cell[1],
                "billed_model": cell[2],
                "meter": cell[3],
                "variance_usd": c.usd(cells[cell]),
                "reason_code": self.planted[cell],
            }
            for cell in sorted(different)
        ]

    @staticmethod
    def _meter(provider: str, meter: str) -> str:
        """OpenRouter's activity gives one amount for all classes of tokens."""
        return "all_tokens" if provider == "openrouter" else meter


def _event(a: Attempt, when: date) -> str:
    usage = {"input_tokens": None, "output_tokens": None}
    if a.seen:
        usage = {
            "input_tokens": a.tokens["uncached_input"] + a.tokens["cache_read"],
            "cached_input_tokens": a.tokens["cache_read"],
            "output_tokens": a.tokens["output"],
        }
    event = {
        "request_id": f"req_{a.provider}_{a.day}_{a.number}",
        "timestamp": f"{when}T{9 + a.number:02}:15:00Z",
        "team": a.team,
        "service_name": f"{a.team}-cloud",
        "feature": "long-documents",
        "environment": "production",
        "provider": a.provider,
        "model_requested": LOGGED.get(a.model, a.model),
        "model_actual": LOGGED.get(a.model, a.model),
        **usage,
        "service_tier": a.tier,
        "retry_count": 0,
        "cache_hit": False,
        "latency_ms": 4000 + 500 * a.number,
        "credential_id": f"key-{a.team}",
        "status": a.status,
    }
    return json.dumps(event, separators=(",", ":")) + "\n"
