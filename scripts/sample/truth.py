"""What the files must come to: the answer sheet, written beside them as _truth.json.

Every amount is exact decimal text. The sheet holds sums only, so its size does not grow with
the number of requests.
"""

from collections import defaultdict

import numpy as np

from scripts.sample import catalog as c
from scripts.sample.bills import Bills
from scripts.sample.simulate import GATEWAYS, Totals

SCHEMA_VERSION = 1
STYLES = (
    "canonical_tag",
    "alias_tag",
    "gateway_team",
    "credential_owner",
    "service_account",
    "unattributed",
    "gateway_healthcheck",
)
REASONS = {
    "leaked_key": "usage at the provider that the gateway never saw",
    "stale_rate": "price variance: the provider bills another unit price",
    "missing_day": "gateway usage without a bill line",
    "double_billed_batch": "volume variance: the provider's lines occur twice",
    "rounding": "the provider rounds each line to whole cents; within tolerance",
    "unseen_requests": "volume variance: gateway logs lost",
    "tool_fee": "a fee per call that only the provider counts",
}
REASON_CODES = {  # as the reconciliation names the causes
    "leaked_key": "leaked_credential",
    "stale_rate": "stale_rate",
    "missing_day": "missing_day",
    "double_billed_batch": "duplicate",
    "rounding": "rounding",
    "unseen_requests": "unseen_usage",
    "tool_fee": "tool_fee",
}


def _cost(tokens: np.ndarray, prices: np.ndarray) -> int:
    """Exact cost of a [skus, meters] array of tokens, 1e-15 USD; unpriced tokens add nothing."""
    rows, meters = np.nonzero(np.where(prices >= 0, tokens, 0))
    return sum(int(tokens[i, j]) * int(prices[i, j]) for i, j in zip(rows, meters, strict=True))


def _cells(tokens: np.ndarray, prices: np.ndarray) -> dict[tuple, list[int]]:
    """Quantity and cost by (provider, billed model, meter); searches name no model."""
    cells: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    for i, j in zip(*np.nonzero(np.where(prices >= 0, tokens, 0)), strict=True):
        model = c.MODELS[c.sku_parts(int(i))[0]]
        meter = c.METERS[j]
        cell = cells[(model.provider, None if meter == "web_search" else model.name, meter)]
        cell[0] += int(tokens[i, j])
        cell[1] += int(tokens[i, j]) * int(prices[i, j])
    return cells


class Truth:
    """Builds the answer sheet from the period's sums and the final bill."""

    def __init__(self, calendar, totals: Totals, bills: Bills, card: c.RateCard):
        self.calendar, self.totals, self.bills, self.card = calendar, totals, bills, card

    def build(self, arguments: dict, with_bills: bool) -> dict:
        """The whole sheet; bill parts only when bills were written."""
        sheet = {
            "schema_version": SCHEMA_VERSION,
            "arguments": arguments,
            "gateways": self._gateways(),
            "unpriced_attempts_by_model": dict(sorted(self.totals.unpriced.items())),
            "attempts_by_attribution": {
                name: self.totals.methods[i] for i, name in enumerate(STYLES)
            },
            "priced_usd": self._priced_total(),
            "priced_usd_by_day": self._priced_by_day(),
            "spend_usd_by_team": self._spend_by_team(),
            "malformed": self.totals.malformed,
            "planted_days": self._planted_days(),
        }
        if with_bills:
            variances, discrepancies, provider = self._reconcile()
            sheet["provider_usd_by_day"] = provider
            sheet["discrepancies"] = discrepancies
            sheet["variances"] = variances
        sheet["files"] = self.totals.files
        return sheet

    def _gateways(self) -> dict:
        result = {}
        for table in GATEWAYS:
            counts = self.totals.counts[table]
            if not counts["distinct_attempts"]:
                continue
            cost = sum(
                _cost(tokens, self.card.on(self.calendar.day(day)))
                for (day, name), tokens in self.totals.by_gateway.items()
                if name == table
            )
            result[table] = {**dict(sorted(counts.items())), "priced_usd": c.usd(cost)}
        return result

    def _day_costs(self):
        """(day, date, prices, tokens by owner) of each day with traffic."""
        for day in sorted(self.totals.seen):
            yield day, self.calendar.day(day), self.totals.seen[day]

    def _priced_total(self) -> str:
        return c.usd(sum(_cost(t.sum(axis=0), self.card.on(d)) for _, d, t in self._day_costs()))

    def _priced_by_day(self) -> list[dict]:
        """Expected cost of priced attempts, by usage date and provider."""
        rows = []
        for _, date, tokens in self._day_costs():
            cells = _cells(tokens.sum(axis=0), self.card.on(date))
            for provider in c.BILLED_PROVIDERS:
                cost = sum(v[1] for k, v in cells.items() if k[0] == provider)
                if cost:
                    rows.append(
                        {"usage_date": str(date), "provider": provider, "cost_usd": c.usd(cost)}
                    )
        return rows

    def _spend_by_team(self) -> dict[str, str]:
        """Direct spend by the owner that the attribution rules must find; shares the total."""
        spend = [0] * len(c.OWNERS)
        for _, date, tokens in self._day_costs():
            prices = self.card.on(date)
            for i in range(len(c.OWNERS)):
                spend[i] += _cost(tokens[i], prices)
        return {name: c.usd(spend[i]) for i, name in enumerate(c.OWNERS)}

    def _planted_days(self) -> dict:
        cal = self.calendar
        if not cal.planted:
            return {}

        def dates(days):
            return [str(cal.day(d)) for d in days]

        return {
            "no_anthropic_traffic": dates(cal.no_anthropic),
            "no_gpt_4_1_at_gateway": dates(cal.leak_unseen_model),
            "above_272k_context": dates(cal.long_context),
        }

    def _reconcile(self) -> tuple[list[dict], list[dict], list[dict]]:
        """Variances by cell, plants by kind, and the final bill by day.

        Fails when a variance is not the exact sum of its plants: a variance nobody planted is a
        mistake of this generator.
        """
        variances, provider_days = [], []
        plants: dict[tuple[str, str], list[dict]] = defaultdict(list)
        for day in range(self.calendar.days):
            date = self.calendar.day(day)
            gateway, provider, planted = self._day_cells(day)
            for name in c.BILLED_PROVIDERS:
                cost = sum(v[1] for k, v in provider.items() if k[0] == name)
                if cost:
                    provider_days.append(
                        {"usage_date": str(date), "provider": name, "cost_usd": c.usd(cost)}
                    )
            for cell in sorted(gateway.keys() | provider.keys() | planted.keys(), key=str):
                g, p = gateway.get(cell, [0, 0]), provider.get(cell, [0, 0])
                kinds = {k: v for k, v in planted.get(cell, {}).items() if v}
                if g[1] - p[1] != sum(kinds.values()):
                    raise AssertionError(f"{date} {cell}: a variance that was not planted")
                if not kinds:
                    continue
                variances.append(_variance(date, cell, g, p, sorted(kinds)))
                for kind, units in kinds.items():
                    plants[kind, cell[0]].append((date, cell, units))
        return variances, _discrepancies(plants), provider_days

    def _day_cells(self, day: int):
        """Gateway cells, provider cells, and planted effects on gateway minus provider."""
        prices = self.card.on(self.calendar.day(day))
        seen = self.totals.seen.get(day)
        gateway = _cells(seen.sum(axis=0), prices) if seen is not None else {}
        provider: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
        planted: dict[tuple, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for line in self.bills.lines(day, final=True):
            provider[line.cell][0] += line.quantity
            provider[line.cell][1] += line.cost
            for kind, units in line.planted.items():
                planted[line.cell][kind] -= units
        if day == self.calendar.missing:
            for line in self.bills.missing_lines():
                planted[line.cell]["missing_day"] += line.cost
        if day in self.totals.lost:
            for cell, (_, cost) in _cells(self.totals.lost[day], prices).items():
                planted[cell]["unseen_requests"] -= cost
        return gateway, provider, planted


def _variance(date, cell, gateway, provider, kinds) -> dict:
    """One non-zero cell. component names the part of the split that the variance falls into."""
    if not provider[0]:
        component = "unmatched_gateway"
    elif not gateway[0]:
        component = "unmatched_provider"
    else:
        component = "price" if gateway[0] == provider[0] else "volume"
    return {
        "usage_date": str(date),
        "provider": cell[0],
        "billed_model": cell[1],
        "meter": cell[2],
        "gateway_quantity": gateway[0],
        "provider_quantity": provider[0],
        "gateway_usd": c.usd(gateway[1]),
        "provider_usd": c.usd(provider[1]),
        "variance_usd": c.usd(gateway[1] - provider[1]),
        "component": component,
        "kinds": kinds,
        # fees per call are one cause whichever side lacks them
        "reason_code": "tool_fee" if cell[2] == "web_search" else REASON_CODES[kinds[0]],
    }


def _discrepancies(plants: dict) -> list[dict]:
    """One entry per planted kind and provider, with its exact effect in every cell."""
    result = []
    for kind in REASONS:
        for provider in c.BILLED_PROVIDERS:
            cells = plants.get((kind, provider), [])
            if not cells:
                continue
            result.append(
                {
                    "kind": kind,
                    "provider": provider,
                    "expected_reason": REASONS[kind],
                    "dates": sorted({str(date) for date, _, _ in cells}),
                    "variance_usd": c.usd(sum(units for _, _, units in cells)),
                    "cells": [
                        {
                            "usage_date": str(date),
                            "billed_model": cell[1],
                            "meter": cell[2],
                            "variance_usd": c.usd(units),
                        }
                        for date, cell, units in cells
                    ],
                }
            )
    return result
