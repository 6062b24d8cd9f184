"""Who calls which model at what price: the fixed cast of the sample data.

Prices are read from the project's own rate card seeds and kept as whole numbers of
1e-15 USD (one femto-dollar) per unit, so that every product and sum is exact.
"""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "rate_cards"
UNIT = Decimal("1e-15")  # USD per integer step of a cost

METERS = (
    "uncached_input",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "output",
    "web_search",
)
TIERS = ("standard", "batch", "flex")
GEOS = ("global", "us")
CONTEXTS = (0, 272_000)  # lower bound of the context tier, tokens; gpt-5.4 reprices above it


@dataclass(frozen=True)
class Model:
    """A model as the gateway names it and as the provider's bill names it."""

    name: str
    provider: str
    snapshot: str
    title: str


MODELS = (
    Model("gpt-5.4-mini", "openai", "gpt-5.4-mini-2026-03-17", "GPT-5.4 mini"),
    Model("gpt-5.4", "openai", "gpt-5.4-2026-03-05", "GPT-5.4"),
    Model("gpt-4o", "openai", "gpt-4o-2024-08-06", "GPT-4o"),
    Model("gpt-4.1", "openai", "gpt-4.1-2025-04-14", "GPT-4.1"),
    Model("gpt-4.1-mini", "openai", "gpt-4.1-mini-2025-04-14", "GPT-4.1 mini"),
    Model("claude-sonnet-4-6", "anthropic", "claude-sonnet-4-6", "Claude Sonnet 4.6"),
    Model("claude-haiku-4-5", "anthropic", "claude-haiku-4-5-20251001", "Claude Haiku 4.5"),
    Model("claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5-20250929", "Claude Sonnet 4.5"),
    # No rate card line exists for these two: they must stay unpriced, and no bill covers them.
    Model("house-default", "mistral", "house-default", "Gateway default"),
    Model("atlas-chat-9b", "mistral", "atlas-chat-9b-0601", "Atlas Chat"),
)
MODEL_INDEX = {m.name: i for i, m in enumerate(MODELS)}
IS_OPENAI = np.array([m.provider == "openai" for m in MODELS])
IS_ANTHROPIC = np.array([m.provider == "anthropic" for m in MODELS])
BILLED_PROVIDERS = ("openai", "anthropic")
N_SKU = len(MODELS) * len(TIERS) * len(GEOS) * len(CONTEXTS)

TEAMS = ("support", "search", "growth", "data-platform", "research")
TEAM_TITLES = ("Support Automation", "Search", "Growth", "Data Platform", "Research")
# Where money may end up: the five teams, the gateway's own checks, and nobody.
OWNERS = (*TEAMS, "shared-gateway", "unattributed")
OWNER_SHARED, OWNER_NOBODY = 5, 6
RESEARCH_KEY_MOVED = date(2026, 8, 1)  # companies/sample/organization/credential_owners.csv

# Spellings of each team beside its canonical id: companies/sample: team_aliases.csv, and
# other letter case, as people type them.
ALIASES = (
    ("team-support", "cx", "Support", "support automation"),
    ("team-search", "search-and-discovery", "Search"),
    ("growth-team", "Growth", "team-growth", "growth_marketing"),
    ("data-eng", "dataplatform", "Data-Platform"),
    ("labs", "Research"),
)
MAX_ALIASES = max(len(a) for a in ALIASES)

# name, service, scale of input tokens, scale of output tokens; three features a team.
FEATURES = (
    ("reply-draft", "support-svc", 1, 1),
    ("ticket-triage", "support-svc", 1, 1),
    ("summarize-thread", "support-svc", 4, 2),
    ("answer-generation", "search-svc", 18, 2),
    ("query-rewrite", "search-svc", 1, 1),
    ("deep-search", "search-svc", 28, 4),
    ("trial-summary", "growth-svc", 2, 1),
    ("campaign-copy", "growth-svc", 1, 4),
    ("lead-scoring", "growth-svc", 1, 1),
    ("document-extraction", "pipeline-svc", 10, 48),
    ("catalog-enrichment", "pipeline-svc", 6, 48),
    ("sql-assistant", "pipeline-svc", 3, 3),
    ("paper-review", "lab-svc", 16, 8),
    ("code-agent", "lab-svc", 20, 6),
    ("eval-harness", "lab-svc", 2, 2),
)
FEATURES_PER_TEAM = 3
TEAM_SHARE = (0.29, 0.24, 0.14, 0.24, 0.09)
MODEL_SHARE = (  # one row a team, in the order of MODELS
    (0.42, 0.04, 0.06, 0.10, 0.10, 0.05, 0.20, 0.02, 0.006, 0.004),
    (0.22, 0.05, 0.26, 0.04, 0.05, 0.28, 0.07, 0.02, 0.005, 0.005),
    (0.30, 0.06, 0.16, 0.14, 0.08, 0.12, 0.10, 0.03, 0.004, 0.006),
    (0.46, 0.02, 0.01, 0.02, 0.04, 0.06, 0.37, 0.01, 0.006, 0.004),
    (0.12, 0.24, 0.08, 0.06, 0.04, 0.34, 0.08, 0.03, 0.006, 0.004),
)

PROJECTS = ("proj_products", "proj_platform")
API_KEYS = ("key_products_01", "key_platform_01")
WORKSPACES = ("wrkspc_01Products", None)  # null is Anthropic's default workspace
PROJECT_OF_TEAM = np.array([0, 0, 0, 1, 1])


def sku(model, tier=0, geo=0, context=0):
    """Flat index of (model, tier, geo, context tier); works on ints and on arrays."""
    return ((model * len(TIERS) + tier) * len(GEOS) + geo) * len(CONTEXTS) + context


def sku_parts(index: int) -> tuple[int, int, int, int]:
    """Inverse of sku."""
    index, context = divmod(index, len(CONTEXTS))
    index, geo = divmod(index, len(GEOS))
    model, tier = divmod(index, len(TIERS))
    return model, tier, geo, context


def _rows(name: str) -> list[dict]:
    with (SEEDS / name).open(newline="") as handle:
        return list(csv.DictReader(handle))


class RateCard:
    """List prices of the seeds, by day, in 1e-15 USD per token or per search."""

    def __init__(self):
        self.prices = _rows("rate_card_prices.csv")
        self.multipliers = _rows("rate_card_multipliers.csv")
        self._cache: dict[tuple, np.ndarray] = {}

    def on(self, day: date) -> np.ndarray:
        """Prices valid on a day: int64 [N_SKU, meters], -1 where the card has none."""
        stamp = day.isoformat()
        live = [r for r in self.prices if self._is_live(r, stamp)]
        geo = [r for r in self.multipliers if self._is_live(r, stamp)]
        key = (tuple(map(id, live)), tuple(map(id, geo)))
        if key not in self._cache:
            self._cache[key] = self._table(live, geo)
        return self._cache[key]

    @staticmethod
    def _is_live(row: dict, stamp: str) -> bool:
        starts, ends = row["valid_from"][:10], row["valid_to"][:10]
        return row["status"] == "effective" and starts <= stamp and (not ends or stamp < ends)

    @staticmethod
    def _table(live: list[dict], multipliers: list[dict]) -> np.ndarray:
        table = np.full((N_SKU, len(METERS)), -1, dtype=np.int64)
        card = {
            (
                r["provider"],
                r["model"],
                r["service_tier"],
                r["meter"],
                int(r["context_min_tokens"]),
            ): r
            for r in live
            if r["region_scope"] == "global"
        }
        uplift = {
            (r["provider"], r["model"], r["region_scope"]): Decimal(r["multiplier"])
            for r in multipliers
        }
        for i in range(N_SKU):
            m, t, g, c = sku_parts(i)
            model = MODELS[m]
            for j, meter in enumerate(METERS):
                row = card.get((model.provider, model.name, TIERS[t], meter, CONTEXTS[c]))
                if row is None:
                    continue
                price = Decimal(row["unit_price_usd"]) / Decimal(row["block_size"]) / UNIT
                if GEOS[g] != "global" and meter != "web_search":
                    factor = uplift.get((model.provider, model.name, GEOS[g]))
                    if factor is None:
                        continue
                    price *= factor
                if price != price.to_integral_value():
                    raise ValueError(f"price of {model.name} {meter} is finer than 1e-15 USD")
                table[i, j] = int(price)
        return table


def usd(units: int) -> str:
    """Exact decimal text of a cost held in 1e-15 USD, without trailing zeros."""
    return plain(Decimal(int(units)).scaleb(-15))


def plain(value: Decimal) -> str:
    """Decimal as plain digits: no exponent, no trailing zeros."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
