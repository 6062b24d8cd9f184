"""What the price lists of others say of models that our own card does not know, whoever sells them.

The lists are read as for the card (offers.py), but of every provider: one that is no row of
`providers` goes by its name in `provider_aliases`, else by that of the list. Chat, responses,
completion and embedding models, and those with one price by the piece, which LiteLLM alone states.
A model that also charges a fee per request is left out: without the fee it would look too cheap.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from scripts.operations.company import files_of_seeds
from scripts.rates.card import Card, Key, block_size
from scripts.rates.offers import (
    VERTEX,
    Offer,
    SourceError,
    Target,
    from_genai,
    litellm_name,
    litellm_offers,
    read_litellm,
)
from scripts.rates.providers import Providers, read_providers
from scripts.rates.seed_files import read_lines

MODES = frozenset({"chat", "completion", "responses", "embedding"})
# What is charged by the piece there: LiteLLM's words for one price, and the meter.
_IMAGES = {"output_cost_per_image": "generated_image", "input_cost_per_image": "generated_image"}
_SECONDS = {"input_cost_per_second": "media_second", "output_cost_per_second": "media_second"}
PIECES = {
    "image_generation": _IMAGES,
    "image_edit": _IMAGES,
    "audio_transcription": _SECONDS,
    "audio_speech": {"input_cost_per_character": "character"},
    "video_generation": _SECONDS | {"output_cost_per_video_per_second": "media_second"},
    "rerank": {"input_cost_per_query": "request"},
    "ocr": {"ocr_cost_per_page": "page"},
}
# Prices of what is asked for besides: the page itself costs what it costs.
_BESIDES = re.compile(r"^(annotation_cost_per_page|ocr_cost_per_page)(_batches)?$")
# A price of one size or quality, which no log states.
_SIZED = re.compile(r"-x-|-steps/")
# Its own record of a call has the price (openrouter), or the price is that of a seat.
NOT_READ = frozenset({"openrouter", "github_copilot", "github-copilot", "chatgpt", "cursor"})
# Clouds whose names state more than the model: a region, a profile.
_PLACED = frozenset({"azure", "bedrock"})
_FEES = re.compile(r"cost_per_request$")
# Each of its sonar models searches, for a fee per request, whether a list says so or not.
_SEARCHES = ("perplexity", "sonar")
_RATES = {
    "input": "uncached_input",
    "output": "output",
    "cache_read": "cache_read",
    "cache_write": "",
}


def all_providers() -> Providers:
    """The providers of the card, and every word by which another one is known in logs."""
    known = read_providers()
    for path, is_company in files_of_seeds()["provider_aliases"]:
        lines, wrong = read_lines(path, str(path), ["alias", "provider"], is_company)
        if wrong:
            raise SourceError(str(wrong[0]))
        for line in lines:
            if line["provider"]:
                known.by_genai_id.setdefault(line["alias"], line["provider"])
                known.by_litellm_name.setdefault(line["alias"], line["provider"])
    return known


def litellm_file() -> Path | None:
    """The price list inside an installed litellm; None without one. Nothing of it is run."""
    found = importlib.util.find_spec("litellm")
    if not found or not found.origin:
        return None
    return Path(found.origin).with_name("model_prices_and_context_window_backup.json")


def of_litellm(
    path: Path, card: Card, known: Providers, with_fee: set[tuple[str, str]], skipped: Counter
) -> Iterator[Offer]:
    """LiteLLM's prices of all providers; adds to the models that charge a fee per request."""
    models = read_litellm(path)
    source = f"litellm {_version('litellm', path)}"
    sized = {
        (about["litellm_provider"], name.rpartition("/")[2])
        for name, about in models.items()
        if _SIZED.search(name)
    }
    for name, about in models.items():
        if not isinstance(about, dict) or about.get("mode") not in MODES | PIECES.keys():
            continue
        theirs = str(about.get("litellm_provider"))
        provider = _litellm_provider(theirs, known)
        if theirs in NOT_READ or provider in NOT_READ:
            continue
        if about.get("off_peak_pricing"):
            skipped["models with prices by the time of day"] += 1
            continue
        found = name_of(card, provider, name, models, known)
        if not found:
            skipped["names of a cloud's region"] += 1
            continue
        model, region = found
        if about["mode"] in PIECES:
            if _SIZED.search(name) or (theirs, name.rpartition("/")[2]) in sized:
                skipped["models with a price for each size of an image"] += 1
                continue
            yield from _by_the_piece(about, provider, model, source, skipped)
            continue
        if _has_fee(about):
            with_fee.add((provider, model))
        write = card.default_write(provider, model)
        yield from litellm_offers(
            about, Target(provider, model, region, write, source, True), Counter()
        )


def _by_the_piece(
    about: dict, provider: str, model: str, source: str, skipped: Counter
) -> Iterator[Offer]:
    """The one price of a model that is charged by nothing else; none where there are several."""
    words = PIECES[about["mode"]]
    stated = {name: value for name, value in about.items() if "cost" in name and value}
    prices = {(words[name], value) for name, value in stated.items() if name in words}
    if len(prices) != 1 or any(name not in words and not _BESIDES.match(name) for name in stated):
        skipped["models by the piece with no price, or with several"] += 1
        return
    ((meter, price),) = prices
    if isinstance(price, int | Decimal) and price > 0:
        key = Key(provider, model, meter, "standard", "global", 0)
        price = (Decimal(price) * block_size(meter)).normalize()
        yield Offer(key, price, False, None, source)


def searches(provider: str, model: str) -> bool:
    """Whether each of its requests is a search with a fee of its own."""
    return provider == _SEARCHES[0] and model.rpartition("/")[2].startswith(_SEARCHES[1])


def _litellm_provider(theirs: str, known: Providers) -> str:
    if theirs in known.by_litellm_name:
        return known.by_litellm_name[theirs]
    if theirs.startswith("vertex_ai-"):
        return VERTEX
    bare = theirs.removesuffix("-embedding-models").removeprefix("text-completion-")
    return known.by_litellm_name.get(bare, bare)


def _has_fee(about: dict) -> bool:
    return any(value for name, value in about.items() if _FEES.search(name))


def name_of(
    card: Card, provider: str, name: str, models: dict, known: Providers
) -> tuple[str, str] | None:
    """Model and region of LiteLLM's name; None where the name is that of one region of a cloud."""
    if provider in _PLACED:
        if provider == "bedrock" and f"us.{name}" in models:
            return None
        return litellm_name(card, provider, name)
    front, slash, rest = name.lower().partition("/")
    is_provider = slash and _litellm_provider(front, known) == provider
    return (rest if is_provider else name.lower()), "global"


def of_genai(
    card: Card, known: Providers, with_fee: set[tuple[str, str]], at: datetime
) -> Iterator[Offer]:
    """genai-prices' prices of all providers; adds to the models that charge a fee per request."""
    from genai_prices.data import providers

    for provider in providers:
        ours = known.by_genai_id.setdefault(provider.id, provider.id)
        for model in provider.models:
            prices = model.prices if isinstance(model.prices, list) else [model]
            if any(getattr(each.prices, "requests_kcount", None) for each in prices):
                with_fee.add((ours, model.id.lower()))
    for offer in from_genai(card, known, at, Counter()):
        if offer.key.provider not in NOT_READ:
            yield offer


def of_model_prices(card: Card, known: Providers, at: datetime) -> Iterator[Offer]:
    """The prices in force by model-prices; its dates count where the provider states them."""
    found = importlib.util.find_spec("model_prices")
    if not found or not found.origin:
        raise SourceError("model-prices is not installed: pip install 'model-prices==0.0.5'")
    text = Path(found.origin).with_name("snapshot.json").read_text(encoding="utf-8")
    listed = json.loads(text, parse_float=Decimal)["prices"]
    source = f"model-prices {_version('model_prices', None)}"
    for theirs, models in listed.items():
        provider = known.by_litellm_name.get(theirs, theirs)
        for name, tiers in models.items():
            write = card.default_write(provider, name)
            target = Target(provider, name.lower(), "global", write, source, True)
            for tier in ("standard", "batch", "flex"):
                yield from _model_prices_offers(tiers.get(tier, []), target, tier, at)


def _model_prices_offers(entries: list, target: Target, tier: str, at: datetime) -> Iterator[Offer]:
    past = [entry for entry in entries if not entry["start"] or _instant(entry["start"]) <= at]
    history = [_by_threshold(entry["rates"] or {}) for entry in past]
    for place, price in history[-1].items() if history else ():
        since = len(past) - 1
        while since and history[since - 1].get(place) == price:
            since -= 1
        rates = past[since]["rates"]
        is_stated = rates["valid_from_basis"] == "documented"
        start = _instant(rates["valid_from"]) if is_stated else None
        threshold, meter = place
        where = (meter or target.default_write, tier, target.region, threshold)
        key = Key(target.provider, target.model, *where)
        # as in LiteLLM's list (offers.py): xAI says "200k or more"
        inclusive = target.provider == "xai" and threshold > 0
        yield Offer(key, Decimal(price).normalize(), inclusive, start, target.source)


def _by_threshold(rates: dict) -> dict[tuple[int, str], Decimal]:
    """The prices above zero of an entry, by context and meter."""
    tiers = [(0, rates), *((each["above"], each) for each in rates.get("tiers", []))]
    return {
        (threshold, meter): prices[name]
        for threshold, prices in tiers
        for name, meter in _RATES.items()
        if prices.get(name)
    }


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _version(package: str, file: Path | None) -> str:
    if file is not None and file != litellm_file():
        return file.name
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"
