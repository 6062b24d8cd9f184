"""What the price lists of others offer, in the terms of the rate card.

genai-prices: the dates of its standard entries of first-party providers are price starts; the
dates of its variants (batch, flex, priority, fast) say when somebody verified them and count only
on a day on which the standard price changes too. Prices by the time of day are left to
rate_card_time_windows. Aggregators are not read: their dates are sightings.
LiteLLM: no dates at all, and floats, some of which are artefacts; they are read as written. Of a
Bedrock model with geographic profiles, their bare id has the global price and is left out.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path

from scripts.errors import UserError
from scripts.rates.card import CALL_METERS, Card, Key
from scripts.rates.providers import Providers


class SourceError(UserError):
    """A price list that cannot be read; the message says why."""


@dataclass(frozen=True)
class Offer:
    """A price of a key, USD per block, from an instant on; None where the list has no date."""

    key: Key
    price: Decimal
    inclusive: bool
    start: datetime | None
    source: str
    # the list names the model itself, not one of its snapshots
    is_own_name: bool = True


@dataclass(frozen=True)
class Target:
    """Where the prices of one of their models go."""

    provider: str
    model: str
    region: str
    default_write: str
    source: str
    is_own_name: bool
    # starts of the prices of a service tier that the list dates
    dated: dict[str, datetime] = field(default_factory=dict)


# --- genai-prices ---------------------------------------------------------------------------------

# Their google is both of Google's; it sells Claude on Vertex only.
VERTEX = "google-vertex"
GENAI_METERS = {
    "input_mtok": "uncached_input",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "",  # of the default lifetime
    "cache_write_5m_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
    "output_mtok": "output",
    "input_audio_mtok": "input_audio",
    "output_audio_mtok": "output_audio",
    "cache_audio_read_mtok": "cache_read_audio",
    "input_image_mtok": "input_image",
    "output_image_mtok": "output_image",
    "input_video_mtok": "input_video",
    "output_video_mtok": "output_video",
    "cache_image_read_mtok": "cache_read_image",
    "web_searches_kcount": "web_search",
    "storage_searches_kcount": "file_search",
}
PROFILES = re.compile(r"^(?:(?P<scope>global|regional)\.)?(?P<name>.+)$")


def from_genai(card: Card, known: Providers, at: datetime, skipped: Counter) -> Iterator[Offer]:
    """The prices that the installed genai-prices holds for now and later."""
    try:
        import genai_prices
        from genai_prices.data import providers
    except ImportError:
        raise SourceError(
            "genai-prices is not installed; it is one of the dev dependencies: "
            "pip install 'genai-prices==0.2.3'"
        ) from None
    source = f"genai-prices {genai_prices.__version__}"
    for provider in providers:
        ours = known.by_genai_id.get(provider.id)
        if ours is None:
            skipped["models of providers outside the card"] += len(provider.models)
            continue
        for model in provider.models:
            sold_by = VERTEX if ours == "google" and "claude" in model.id else ours
            name, region = _genai_name(sold_by, model.id)
            found, is_own = _genai_model(card, provider, sold_by, name, model, at)
            if found is None:
                skipped["models whose name could mean several of ours"] += 1
                continue
            write = card.default_write(sold_by, found)
            target = Target(sold_by, found, region, write, source, is_own)
            yield from _genai_offers(model, target, at, skipped)


def _genai_name(provider: str, name: str) -> tuple[str, str]:
    """A model's name and region; Bedrock ids without a profile run in one region."""
    if provider != "bedrock":
        return name, "global"
    found = PROFILES.match(name)
    return found["name"], found["scope"] or "regional"


def _genai_model(card: Card, provider, ours: str, name: str, model, at: datetime):
    """Our model of theirs, and whether it has the same name; a new one keeps their name."""
    known = card.model(ours, name, at)
    if known:
        return known, known == name
    matched = [
        candidate
        for of, candidate in sorted(card.models)
        if of == ours and provider.find_model(candidate) is model
    ]
    if len(matched) > 1:
        return None, False
    # names are compared in lower case
    return (matched[0], False) if matched else (name.lower(), True)


def _genai_offers(model, target: Target, at: datetime, skipped: Counter) -> Iterator[Offer]:
    entries = _genai_entries(model.prices, at, skipped)
    for start, prices in entries:
        yield from _genai_prices(vars(prices), target, "standard", start, skipped)
    starts = {start for start, _ in entries}
    # theirs are resolved price by price: the first that applies wins
    in_force: dict[str, dict] = {}
    for variant in model.price_variants or ():
        tier = _genai_tier(target.provider, variant.when)
        start = _start_of(variant)
        if tier is None:
            skipped["variants that are no service tier"] += 1
        elif start is None or start <= at:
            in_force[tier] = vars(variant.prices) | in_force.get(tier, {})
            if start is not None and start in starts:
                target.dated[tier] = max(start, target.dated.get(tier) or start)
        elif start in starts:
            yield from _genai_prices(vars(variant.prices), target, tier, start, skipped)
        else:
            skipped["variants to come on a day without a change of price"] += 1
    for tier, prices in in_force.items():
        yield from _genai_prices(prices, target, tier, target.dated.get(tier), skipped)


def _start_of(entry) -> datetime | None:
    day = getattr(entry.constraint, "start_date", None)
    return datetime.combine(day, time()) if day else None


def _genai_entries(prices, at: datetime, skipped: Counter) -> list:
    """The standard prices in force and to come, each with its start."""
    if not isinstance(prices, list):
        return [(None, prices)]
    dated = []
    for entry in prices:
        if hasattr(entry.constraint, "start_time"):
            skipped["prices by the time of day"] += 1
            continue
        dated.append((_start_of(entry), entry.prices))
    past = [entry for entry in dated if entry[0] is None or entry[0] <= at]
    return past[-1:] + [entry for entry in dated if entry[0] and entry[0] > at]


def _genai_tier(provider: str, when: dict[str, str]) -> str | None:
    if when == {"processing": "batch"}:
        return "batch"
    if when == {"speed": "fast"} and provider == "anthropic":
        return "fast"
    tier = when.get("service_tier") if len(when) == 1 else None
    # OpenAI's fast repeats priority under its new name
    return tier if tier in ("flex", "priority") else None


def _genai_prices(
    prices: dict, target: Target, tier: str, start: datetime | None, skipped: Counter
) -> Iterator[Offer]:
    for name, price in prices.items():
        if price is None or name.startswith("_"):
            continue
        if name not in GENAI_METERS:
            skipped[f"prices of {name}"] += 1
            continue
        meter = GENAI_METERS[name] or target.default_write
        where = ("standard", "global") if meter in CALL_METERS else (tier, target.region)
        for threshold, inclusive, amount in _genai_tiers(price):
            if not amount:
                skipped["prices of zero"] += 1
                continue
            key = Key(target.provider, target.model, meter, *where, threshold)
            yield Offer(key, amount, inclusive, start, target.source, target.is_own_name)


def _genai_tiers(price) -> Iterator[tuple[int, bool, Decimal]]:
    """Thresholds, in tokens; theirs are exclusive, so 199,999 stands for 200,000 inclusive."""
    if isinstance(price, Decimal):
        yield 0, False, price
        return
    yield 0, False, price.base
    for tier in price.tiers:
        if (tier.start + 1) % 1000 == 0:
            yield tier.start + 1, True, tier.price
        else:
            yield tier.start, False, tier.price


# --- LiteLLM --------------------------------------------------------------------------------------

LITELLM_METERS = {
    "input_cost_per_token": "uncached_input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "cache_read_input_image_token_cost": "cache_read_image",
    "cache_creation_input_token_cost": "",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "input_cost_per_audio_token": "input_audio",
    "output_cost_per_audio_token": "output_audio",
    "input_cost_per_image_token": "input_image",
    "output_cost_per_image_token": "output_image",
    "input_cost_per_video_token": "input_video",
    "output_cost_per_video_token": "output_video",
}
LITELLM_TIERS = {
    "": "standard",
    "_batches": "batch",
    "_flex": "flex",
    "_priority": "priority",
    "_ultrafast": "ultrafast",
}
LITELLM_PRICE = re.compile(
    r"^(?P<meter>.+?)(?:_above_(?P<thousands>\d+)k_tokens)?"
    rf"(?P<tier>{'|'.join(filter(None, LITELLM_TIERS))})?$"
)


def read_litellm(path: Path) -> dict:
    """LiteLLM's entries by name, numbers as they are written."""
    try:
        models = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path} is not JSON: {error}") from None
    if not isinstance(models, dict):
        raise SourceError(f"{path} is not LiteLLM's price list: no object of models")
    return models


def from_litellm(
    path: Path, card: Card, known: Providers, at: datetime, skipped: Counter
) -> Iterator[Offer]:
    """The prices of a copy of LiteLLM's model_prices_and_context_window.json."""
    models = read_litellm(path)
    for name, about in models.items():
        if not isinstance(about, dict):
            skipped["entries that are no model"] += 1
            continue
        theirs = str(about.get("litellm_provider"))
        provider = known.by_litellm_name.get(theirs)
        if provider and known.keeps_full_names(provider):
            found = name.lower().removeprefix(f"{theirs}/"), "global"
        else:
            found = provider and litellm_name(card, provider, name)
        if provider == "bedrock" and f"us.{name}" in models:
            found = None
        if not found:
            skipped["models of providers or regions outside the card"] += 1
            continue
        if about.get("off_peak_pricing"):
            skipped["prices by the time of day"] += 1
            continue
        bare, region = found
        model = card.model(provider, bare, at)
        target = Target(
            provider,
            model or bare,
            region,
            card.default_write(provider, model or bare),
            "litellm",
            model in (None, bare),
        )
        yield from litellm_offers(about, target, skipped)


def litellm_name(card: Card, provider: str, name: str) -> tuple[str, str] | None:
    """Model and region of a key; None for single regions, which have no card."""
    bare = name.lower()
    if provider == "bedrock":
        # a name that keeps its profile would be a model of its own, and shadow the one it is of
        profile = card.without_profile(provider, bare)
        return profile or (None if "/" in bare else (bare, "regional"))
    region = "global"
    if "/" in bare:
        *front, bare = bare.split("/")
        if provider == "azure" and front[1:] in (["us"], ["eu"]):
            region = front[1]
        elif front[1:] not in ([], ["global"], ["global-standard"]):
            return None
    return bare, region


def litellm_offers(about: dict, target: Target, skipped: Counter) -> Iterator[Offer]:
    """The prices of one of LiteLLM's entries."""
    for name, value in about.items():
        found = LITELLM_PRICE.match(name)
        meter = LITELLM_METERS.get(found["meter"]) if found else None
        if meter is None:
            if "cost" in name and value:
                skipped["other prices of LiteLLM"] += 1
            continue
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or not value > 0:
            skipped["prices of zero or none"] += 1
            continue
        threshold = int(found["thousands"] or 0) * 1000
        tier = LITELLM_TIERS[found["tier"] or ""]
        key = Key(
            target.provider,
            target.model,
            meter or target.default_write,
            tier,
            target.region,
            threshold,
        )
        price = (Decimal(value) * 1000000).normalize()
        inclusive = target.provider == "xai" and threshold > 0
        yield Offer(key, price, inclusive, None, target.source, target.is_own_name)
