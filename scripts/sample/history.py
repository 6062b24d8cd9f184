"""The year before the period, at small size: what a comparison with the year before needs.

A call a week for each team and model, each a little larger than the one before. Written as plain
envelopes, without bills. The costs are worked out here, in whole numbers of 1e-15 USD, exact.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from scripts.sample import catalog as c

FILE = "envelope_events/history/period.jsonl"
WEEKS = 52
# models that had a price at the time
MODELS = (("openai", "gpt-4.1"), ("anthropic", "claude-sonnet-4"))
INPUT_TOKENS, OUTPUT_TOKENS = 4000, 400
A_WEEK = 20  # more input tokens


@dataclass(frozen=True)
class Call:
    """One call of the year before."""

    day: date
    team: str
    provider: str
    model: str
    tokens: dict[str, int]


class History:
    """The calls of the weeks before a day, and what they cost."""

    def __init__(self, start: date, card: c.RateCard) -> None:
        self._start = start
        self._prices = {
            (row["provider"], row["model"], row["meter"]): row
            for row in card.prices
            if (row["provider"], row["model"]) in MODELS
            and (row["service_tier"], row["region_scope"]) == ("standard", "global")
            and row["context_min_tokens"] == "0"
            and not row["valid_to"]
        }

    def calls(self) -> Iterator[Call]:
        """Oldest first."""
        for week in range(WEEKS):
            day = self._start - timedelta(weeks=WEEKS - week)
            for team in c.TEAMS:
                for provider, model in MODELS:
                    used = {"uncached_input": INPUT_TOKENS + A_WEEK * week, "output": OUTPUT_TOKENS}
                    yield Call(day, team, provider, model, used)

    def text(self) -> str:
        """The lines of the file."""
        return "".join(
            json.dumps(_record(number, call), separators=(",", ":")) + "\n"
            for number, call in enumerate(self.calls())
        )

    def _cost(self, call: Call) -> int:
        return sum(
            count * int(Decimal(row["unit_price_usd"]) / Decimal(row["block_size"]) / c.UNIT)
            for meter, count in call.tokens.items()
            for row in [self._prices[call.provider, call.model, meter]]
        )

    def truth(self) -> dict:
        """What the warehouse must find: all of it, and by quarter, team and provider."""
        sums: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for call in self.calls():
            quarter = call.day.replace(month=(call.day.month - 1) // 3 * 3 + 1, day=1)
            sums[quarter.isoformat(), call.team, call.provider].append(self._cost(call))
        return {
            "first_day": (self._start - timedelta(weeks=WEEKS)).isoformat(),
            "attempts": sum(map(len, sums.values())),
            "priced_usd": c.usd(sum(map(sum, sums.values()))),
            "by_quarter": [
                {
                    "quarter": quarter,
                    "team_id": team,
                    "provider": provider,
                    "attempts": len(costs),
                    "priced_usd": c.usd(sum(costs)),
                }
                for (quarter, team, provider), costs in sorted(sums.items())
            ],
        }


def _record(number: int, call: Call) -> dict:
    return {
        "request_id": f"history-{number}",
        "timestamp": f"{call.day}T12:00:00Z",
        "team": call.team,
        "service_name": "history-svc",
        "environment": "production",
        "provider": call.provider,
        "model": call.model,
        "input_tokens": call.tokens["uncached_input"],
        "output_tokens": call.tokens["output"],
        "status": "success",
    }
