"""The community layer: what the price lists of others state of models our own card does not know.

Of each model one list is taken whole, because prices of several mixed would be nobody's: the first
of genai-prices, model-prices and LiteLLM that has its input price. The others are counted where
they say the same, and named where they say something else. What a list lacks is taken from another
one that agrees with it on input and output.

A price that changed is a further row from its stated start, or from the day of recording; a model
that left the lists keeps its rows, because it is used in old logs still.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from scripts import console
from scripts.operations.company import bring_in, decisions, files_of_seeds, started
from scripts.rates.card import CALL_METERS, Card, Key, block_size, parse_instant
from scripts.rates.card import COLUMNS as CARD_COLUMNS
from scripts.rates.card_rules import LISTS, is_jump
from scripts.rates.checks import files_in, problems, refuse
from scripts.rates.community_lists import (
    all_providers,
    litellm_file,
    of_genai,
    of_litellm,
    of_model_prices,
    searches,
)
from scripts.rates.imports import append
from scripts.rates.offers import Offer, SourceError
from scripts.rates.proposals import DECIMALS
from scripts.rates.seed_files import Line, read_lines

NAME = "community_prices"
# Those of the card, but for an end and a status, which no list states.
COLUMNS = (
    *(name for name in CARD_COLUMNS if name not in ("valid_to", "status", "source")),
    "source_count",
    "source",
)
_BASIS = ("uncached_input", "output")
# Charged by nothing else; a web search comes with tokens.
_PIECES = CALL_METERS - {"web_search"}
# A list that has no such price of a model has none that counts.
_SOLD_BY = {_BASIS[0], *_PIECES}


class Price(NamedTuple):
    """A price of a key, USD per block, and the lists that say it."""

    key: Key
    price: Decimal
    inclusive: bool
    start: datetime | None
    source_count: int
    source: str


@dataclass(frozen=True)
class Asked:
    """What is asked; `ai-cost import community --help` says what each means."""

    litellm: Path | None
    without: tuple[str, ...]
    recorded_at: datetime
    write: bool


def run(asked: Asked) -> int:
    """Say what changed in the lists since they were last taken in, and append it when asked to."""
    folder = bring_in() / "rate_cards"
    refuse(problems(files_in(folder)))
    card, skipped = Card(folder), Counter()
    with_fee: set[tuple[str, str]] = set()
    offers = list(console.track(_offers(asked, card, with_fee, skipped), "price lists"))
    with_fee |= {offer.key[:2] for offer in offers if searches(*offer.key[:2])}
    skipped["models with a fee per request"] = len(with_fee)
    offers = [offer for offer in offers if offer.key[:2] not in with_fee]
    prices = layer(card, offers, skipped)
    known = _on_record()
    rows = [
        row
        for price in prices
        if not _jumps(price, known.get(price.key), skipped)
        and (row := _row(price, known.get(price.key), asked.recorded_at))
    ]
    lines = [
        Line("a price of the lists", place, dict(zip(COLUMNS, row, strict=True)))
        for place, row in enumerate(rows, 1)
    ]
    refuse(problems(files_in(folder), lines, NAME))
    gone = len(known.keys() - {price.key for price in prices})
    for name, count in skipped.most_common():
        console.complain(f"left out: {count} {name}")
    said = f"{len(prices)} prices of {len({price.key[:2] for price in prices})} models in the lists"
    said += f", {len(rows)} new or changed, {gone} on record that no list has any more"
    if asked.write and rows:
        path = started(decisions(NAME), COLUMNS)
        append(path, rows)
        said += f"; {len(rows)} rows appended to {path}"
    print(said, file=sys.stderr)
    return 0


def _offers(
    asked: Asked, card: Card, with_fee: set[tuple[str, str]], skipped: Counter
) -> Iterable[Offer]:
    known, at = all_providers(), asked.recorded_at
    if "genai-prices" not in asked.without:
        yield from of_genai(card, known, with_fee, at)
    if "model-prices" not in asked.without:
        yield from of_model_prices(card, known, at)
    if "litellm" not in asked.without:
        path = asked.litellm or litellm_file()
        if path is None:
            raise SourceError(
                "litellm is not installed: name a copy of its price list with --litellm FILE, "
                "or leave it out with --without litellm"
            )
        yield from of_litellm(path, card, known, with_fee, skipped)


def layer(card: Card, offers: Iterable[Offer], skipped: Counter) -> list[Price]:
    """The prices of models that the card does not know, by key."""
    by_model: dict[tuple[str, str], dict[str, dict[Key, Offer]]] = defaultdict(dict)
    for (model, name), same in sorted(_by_model_and_list(card, offers).items()):
        by_model[model][name] = _one_each(same, skipped)
    return [price for lists in by_model.values() for price in _of_model(lists)]


def _by_model_and_list(card: Card, offers: Iterable[Offer]) -> dict[tuple, list[Offer]]:
    found = defaultdict(list)
    for offer in offers:
        model = offer.key[:2]
        if not _is_known(card, *model):
            found[model, offer.source.partition(" ")[0]].append(offer)
    return found


def _is_known(card: Card, provider: str, name: str) -> bool:
    """Whether our card has the name, or the name without the profile in front of it."""
    bare = card.without_profile(provider, name)
    return card.has_name(provider, name) or bool(bare and card.has_name(provider, bare[0]))


def _one_each(offers: list[Offer], skipped: Counter) -> dict[Key, Offer]:
    """A list's one price of each key: none where it says two, none that a seed cannot hold."""
    by_key: dict[Key, list[Offer]] = defaultdict(list)
    for offer in offers:
        by_key[offer.key].append(offer)
    found = {}
    for key, same in by_key.items():
        if len({offer.price for offer in same}) > 1:
            skipped[f"prices of which a list says two at once, such as {'/'.join(key[:3])}"] += 1
        elif -same[0].price.normalize().as_tuple().exponent > DECIMALS:
            skipped[f"prices with more than {DECIMALS} decimals: {'/'.join(key[:3])}"] += 1
        else:
            found[key] = same[0]
    return found


def _of_model(lists: dict[str, dict[Key, Offer]]) -> list[Price]:
    """One list's prices of a model, and what those that agree with it have beside them."""
    lists = _of_one_kind(lists)
    named = [name for name in LISTS if any(key.meter in _SOLD_BY for key in lists.get(name, ()))]
    if not named:
        return []
    taken = _with_base_prices(lists[named[0]])
    for name in named[1:]:
        if _agree(taken, lists[name]):
            has_tiers = any(key.context_min_tokens for key in taken)
            for key, offer in _with_base_prices(lists[name]).items():
                if not (has_tiers and key.context_min_tokens):
                    taken.setdefault(key, offer)
    return [_price(key, offer, lists) for key, offer in sorted(taken.items())]


def _of_one_kind(lists: dict[str, dict[Key, Offer]]) -> dict[str, dict[Key, Offer]]:
    """Prices by the piece only of a model that has no other: else they say the same money twice."""
    if {key.meter for prices in lists.values() for key in prices} <= _PIECES:
        return lists
    return {
        name: {key: offer for key, offer in prices.items() if key.meter not in _PIECES}
        for name, prices in lists.items()
    }


def _with_base_prices(offers: dict[Key, Offer]) -> dict[Key, Offer]:
    """The prices of a list, where a tier of context lists only those that change."""
    found = dict(offers)
    for key, tier in offers.items():
        base = (key.service_tier, key.region_scope, 0)
        for other, offer in offers.items():
            if key.context_min_tokens and other[3:] == base:
                above = other._replace(context_min_tokens=key.context_min_tokens)
                found.setdefault(above, replace(offer, inclusive=tier.inclusive))
    return found


def _agree(ours: dict[Key, Offer], theirs: dict[Key, Offer]) -> bool:
    basis = [key for key in ours if key.meter in _BASIS and key.service_tier == "standard"]
    return all(key in theirs and theirs[key].price == ours[key].price for key in basis)


def _price(key: Key, offer: Offer, lists: dict[str, dict[Key, Offer]]) -> Price:
    said = {
        each[key].source: each[key].price
        for each in lists.values()
        if key in each
    } or {offer.source: offer.price}  # fmt: skip
    same = sorted(source for source, price in said.items() if price == offer.price)
    other = [
        f"{source} says {price.normalize():f}"
        for source, price in said.items()
        if source not in same
    ]
    starts = [
        each[key].start for each in lists.values() if key in each and each[key].price == offer.price
    ]
    start = offer.start or next((start for start in starts if start), None)
    return Price(
        key, offer.price, offer.inclusive, start, len(same), "; ".join(same + sorted(other))
    )


def _on_record() -> dict[Key, list[dict[str, str]]]:
    """The rows of the layer by key, in the order in which they were recorded."""
    found = defaultdict(list)
    for path, is_company in files_of_seeds()[NAME]:
        for line in read_lines(path, str(path), list(COLUMNS), is_company)[0]:
            cells = line.cells
            key = Key(
                *(cells[name] for name in COLUMNS[1:6]),
                context_min_tokens=int(cells["context_min_tokens"]),
            )
            found[key].append(cells)
    return found


def _last(known: list[dict[str, str]]) -> dict[str, str]:
    return max(known, key=lambda row: (row["valid_from"], row["recorded_at"]))


def _jumps(price: Price, known: list[dict[str, str]] | None, skipped: Counter) -> bool:
    """Whether a list's price is most likely of another unit than the one on record."""
    old = Decimal(_last(known)["unit_price_usd"]) if known else price.price
    if is_jump(old, price.price):
        said = f"{'/'.join(price.key[:5])}: {old.normalize():f} on record, {price.price} now"
        skipped[f"prices more than ten times off; look at the list: {said}"] += 1
        return True
    return False


def _row(price: Price, known: list[dict[str, str]] | None, at: datetime) -> tuple[str, ...] | None:
    """The row to append; None where the last one on record says the same."""
    start = price.start
    if known:
        last = _last(known)
        if Decimal(last["unit_price_usd"]) == price.price:
            return None
        if parse_instant(last["recorded_at"]) >= at:
            raise SourceError(f"{price.key} is on record at {last['recorded_at']} already")
        # a start that is not stated is the day on which the new price was seen
        start = start or datetime.combine(at.date(), time())
    key = price.key
    return (
        f"community-{at:%Y-%m-%d}",
        *key[:5],
        str(key.context_min_tokens),
        str(price.inclusive).lower(),
        f"{price.price.normalize():f}",
        str(block_size(key.meter)),
        str(start or ""),
        str(at),
        str(price.source_count),
        price.source,
    )
