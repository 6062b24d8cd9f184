"""What genai-prices 0.2.3 (bundled data, never updated over the network) says of a request.

Its answer is also taken apart into one rate per meter, so that a difference has a place; the parts
are checked to add up to what the library itself computes.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

from tests.python.pricing_cases import LAST, LOGGED
from tests.python.rate_oracle import CONTEXT_METERS, Oracle, Request

PROVIDERS = {"google-vertex": "google", "bedrock": "aws", "xai": "x-ai"}
# The price of a meter, else the next: a unit without a price is counted with what it is a part of.
PRICE_KEYS = {
    "uncached_input": ("input_mtok",),
    "cache_read": ("cache_read_mtok", "input_mtok"),
    "cache_write_5m": ("cache_write_5m_mtok", "cache_write_mtok", "input_mtok"),
    "cache_write_30m": ("cache_write_mtok", "input_mtok"),
    "cache_write_1h": ("cache_write_1h_mtok", "cache_write_mtok", "input_mtok"),
    "output": ("output_mtok",),
    "web_search": ("web_searches_kcount",),
}
BLOCKS = {"web_search": 1000}
PROFILES = {"regional": "us.", "global": "global."}


@dataclass(frozen=True)
class Theirs:
    """Cost, USD, and USD per million tokens (or thousand calls) of each meter."""

    model: ModelInfo
    prices: ModelPrice
    is_own_model: bool
    cost: Decimal
    rates: dict[str, Decimal]
    standard_rates: dict[str, Decimal]


def find(provider: str, name: str) -> ModelInfo | None:
    """The library's model of a name, if it has one with a price."""
    try:
        _, model = get_snapshot().find_provider_model(
            name, None, PROVIDERS.get(provider, provider), None
        )
    except LookupError:
        return None
    return model


def context_of(provider: str, tier: str) -> dict[str, str]:
    if tier == "batch":
        return {"processing": "batch"}
    if tier == "fast" and provider == "anthropic":
        return {"speed": "fast"}
    return {} if tier == "standard" else {"service_tier": tier}


def rate_of(prices: ModelPrice, meter: str, context_tokens: int) -> Decimal:
    """USD per million tokens or thousand calls; 0 where nothing is listed."""
    for key in PRICE_KEYS[meter]:
        price = getattr(prices, key)
        if price is not None:
            break
    else:
        return Decimal(0)
    if isinstance(price, TieredPrices):
        reached = [tier.price for tier in price.tiers if context_tokens > tier.start]
        return reached[-1] if reached else price.base
    return price


def price(request: Request, provider: str, tier: str) -> Theirs:
    """The library's price of a request of a model it knows."""
    usage = request.usage
    writes = {meter: count for meter, count in usage.items() if meter.startswith("cache_write")}
    tokens = sum(usage.get(meter, 0) for meter in CONTEXT_METERS)
    theirs = Usage(
        input_tokens=tokens,
        cache_read_tokens=usage.get("cache_read", 0),
        cache_write_tokens=sum(writes.values()),
        cache_write_1h_tokens=usage.get("cache_write_1h", 0),
        output_tokens=usage.get("output", 0),
        web_searches=usage.get("web_search", 0),
    )
    at = request.at.replace(tzinfo=UTC)
    snapshot = get_snapshot()
    name = reference(request, provider)
    found = snapshot.calc(
        theirs, name, PROVIDERS.get(provider, provider), None, at, context_of(provider, tier)
    )
    rates = {meter: rate_of(found.model_price, meter, tokens) for meter in PRICE_KEYS}
    parts = sum(count * rates[meter] / BLOCKS.get(meter, 1000000) for meter, count in usage.items())
    assert parts == found.total_price, (request, parts, found)
    standard = found.model.get_prices(at)
    standard_rates = {meter: rate_of(standard, meter, tokens) for meter in PRICE_KEYS}
    is_own = any(found.model is model for model in found.provider.models)
    return Theirs(found.model, found.model_price, is_own, found.total_price, rates, standard_rates)


def reference(request: Request, provider: str) -> str:
    """The name the library wants: for Bedrock with a profile, which says the region."""
    if provider != "bedrock":
        return request.model_name
    return PROFILES[request.geo] + request.model_name


# --- random requests of models that both know -----------------------------------------------------


def names_both_know(oracle: Oracle) -> list[tuple[str, str, str, str | None]]:
    """Provider, model of the card, a name both know it by, and the region it is sold in."""
    found = []
    for provider, model in oracle.models():
        if oracle.costs_by_the_request(provider, model):  # free, and without a price there
            continue
        regions = set(oracle.offers(provider, model)[1]) & set(PROFILES)
        for name in oracle.names(provider, model):
            for geo in sorted(regions) if provider == "bedrock" else [None]:
                theirs = find(provider, PROFILES[geo] + name if geo else name)
                if theirs is not None and theirs.prices:
                    found.append((provider, model, name, geo))
    return found


def draw(count: int, seed: int, oracle: Oracle) -> list[Request]:
    """Requests of names both know, at instants at which both have a price or just before."""
    pick = random.Random(seed)
    names = names_both_know(oracle)
    return [
        _draw_one(pick, f"d{number}", *names[number % len(names)], oracle)
        for number in range(count)
    ]


def _draw_one(
    pick: random.Random,
    request_id: str,
    provider: str,
    model: str,
    name: str,
    geo: str | None,
    oracle: Oracle,
) -> Request:
    tiers, _, thresholds, meters = oracle.offers(provider, model)
    first, last = oracle.instants(provider, model)[0], LAST
    at: datetime = first + (last - first) * pick.random()
    if pick.random() < 0.3:
        at = pick.choice(oracle.instants(provider, model)) + timedelta(
            hours=pick.choice((-1, 0, 1, 30))
        )
    tier = "standard"
    if pick.random() < 0.45:
        known = [tier for tier in tiers if tier not in ("peak", "off_peak")]
        tier = pick.choice([*known, "batch", "flex", "priority"])
    choices = [meter for meter in meters if meter in PRICE_KEYS] or ["uncached_input"]
    usage = {meter: pick.randint(0, 40000) for meter in choices if pick.random() < 0.6}
    if provider == "anthropic" and pick.random() < 0.3:
        usage["cache_write_1h"] = pick.randint(1, 9999)
    if usage.get("web_search"):
        usage["web_search"] = pick.randint(1, 5)
    if thresholds and pick.random() < 0.4:
        rest = sum(count for meter, count in usage.items() if meter in CONTEXT_METERS)
        rest -= usage.get("uncached_input", 0)
        context = pick.choice(thresholds) + pick.choice((-1, 0, 1, 1000))
        usage["uncached_input"] = max(0, context - rest)
    return Request(request_id, LOGGED.get(provider, provider), name, at, tier, geo, usage)


# Disagreements that a draw may miss once the cards grow.
RARE = [
    ("openai", "gpt-4o", "2024-07-01", "standard", {"uncached_input": 1000, "output": 1000}),
    ("openai", "gpt-5.4", "2026-11-01", "priority", {"uncached_input": 272001}),
    ("anthropic", "claude-sonnet-4", "2026-01-01", "standard", {"uncached_input": 200001}),
    ("anthropic", "claude-sonnet-4-6", "2026-03-01", "batch", {"uncached_input": 200001}),
    ("deepseek", "deepseek-v4-pro", "2026-08-16 20:00", "standard", {"output": 1000}),
    ("deepseek", "deepseek-v4-pro", "2026-11-02 02:00", "standard", {"output": 1000}),
    ("deepseek", "deepseek-chat", "2025-09-10", "standard", {"output": 1000}),
    ("deepseek", "deepseek-chat", "2026-05-01", "standard", {"cache_read": 1000}),
    ("google-vertex", "claude-sonnet-4-5", "2026-06-01", "standard", {"uncached_input": 200000}),
    ("google-vertex", "gemini-3.5-flash-lite", "2026-11-01", "batch", {"cache_read": 1000}),
    (
        "google-vertex",
        "gemini-3-pro-image-preview",
        "2026-11-01",
        "standard",
        {"output": 1000, "uncached_input": 200001},
    ),
    (
        "google-vertex",
        "gemini-3.1-pro-preview",
        "2026-11-01",
        "batch",
        {"output": 1000, "uncached_input": 200001},
    ),
    ("openrouter", "google/gemini-2.5-pro", "2025-08-22", "standard", {"uncached_input": 200001}),
    ("google-vertex", "gemini-3.8-flash", "2027-01-01", "batch", {"output": 1000}),
    ("google-vertex", "gemini-4-argon", "2026-12-01", "batch", {"output": 1000}),
    ("openai", "gpt-4o", "2024-09-01", "standard", {"output": 1000}),
    ("openai", "gpt-4o-search-preview", "2026-11-01", "standard", {"web_search": 3}),
    ("openai", "gpt-4.1", "2026-11-01", "batch", {"cache_read": 1000}),
    ("openai", "gpt-5.5-pro", "2026-11-01", "batch", {"uncached_input": 272001}),
    ("azure", "gpt-4-turbo", "2026-11-01", "standard", {"output": 1000}),
    ("azure", "o1-preview", "2026-11-01", "standard", {"output": 1000}),
]


def rare() -> list[Request]:
    return [
        Request(
            f"rare-{number}",
            LOGGED.get(provider, provider),
            name,
            datetime.fromisoformat(at),
            tier,
            usage=usage,
        )
        for number, (provider, name, at, tier, usage) in enumerate(RARE)
    ]
