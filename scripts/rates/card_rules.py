"""What rows of a rate card and of contracts must be beside each other: rules of more than one cell.

Each rule takes the readable lines of all seeds, by seed, and gives what is wrong. A line comes here
only when each of its cells is well by itself (seed_schema.py).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Context, Decimal
from functools import lru_cache
from itertools import pairwise

from scripts.rates.card import CALL_METERS, KEY_COLUMNS, parse_instant
from scripts.rates.seed_files import Line, Problem
from scripts.rates.seed_schema import Seed, near

Lines = dict[str, list[Line]]
PRICES = "rate_card_prices"
COMMUNITY = "community_prices"
# What says that an unusual figure is meant: a clause of `source`.
REASON = "reason: "
MAX_RATIO = Decimal(10)
# The price lists that the community layer is taken from, by the first word of a source.
LISTS = ("genai-prices", "model-prices", "litellm")
_CORRECTING = ("corrected", "withdrawn")
_BASIS = {"uncached_input", "output"}
_ALL = "*"
_INSTANTS = {"valid_from", "valid_to", "recorded_at"}
# What the tiers of one scale have in common.
_SCALE = ("contract_id", "model", "meter", "service_tier")


def of_recording(seeds: dict[str, Seed], lines: Lines, now: datetime) -> Iterator[Problem]:
    """Spans that end before they start, recordings to come, keys twice, corrections of nothing."""
    for name, seed in seeds.items():
        for line in lines[name]:
            yield from _of_times(seed, line, now)
        for key in seed.keys:
            yield from _twice(key, lines[name])
            if "recorded_at" in key and "status" in seed.names:
                yield from _corrects_nothing(key, lines[name])


def _of_times(seed: Seed, line: Line, now: datetime) -> Iterator[Problem]:
    start, end = line.cells.get("valid_from"), line.cells.get("valid_to")
    if start and end and parse_instant(end) <= parse_instant(start):
        yield line.problem("valid_to", f"is not after valid_from, {start}; leave it empty or later")
    recorded = line.cells.get("recorded_at")
    if recorded and "recorded_at" in seed.names and parse_instant(recorded) > now:
        said = (
            f"is in the future; write when the row is recorded, in UTC, now {now:%Y-%m-%d %H:%M:%S}"
        )
        yield line.problem("recorded_at", said)


def _twice(key: tuple[str, ...], lines: list[Line]) -> Iterator[Problem]:
    seen: dict[tuple, Line] = {}
    for line in lines:
        values = _key(line, key)
        first = seen.setdefault(values, line)
        if first is not line:
            advice = (
                "give the later one a later recorded_at" if "recorded_at" in key else "keep one"
            )
            said = f"is the same in {first.file}, line {first.number} ({', '.join(key)}); {advice}"
            yield line.problem(key[-1], said)


def _corrects_nothing(key: tuple[str, ...], lines: list[Line]) -> Iterator[Problem]:
    rest = [name for name in key if name != "recorded_at"]
    first: dict[tuple, datetime] = {}
    for line in lines:
        values, at = _key(line, rest), parse_instant(line["recorded_at"])
        first[values] = min(first.get(values, at), at)
    for line in lines:
        is_first = parse_instant(line["recorded_at"]) <= first[_key(line, rest)]
        if line["status"] in _CORRECTING and is_first:
            said = f"changes no row recorded before it; repeat its {', '.join(rest)}"
            yield line.problem("status", f"{said}, or write effective")


def of_prices(lines: Lines) -> Iterator[Problem]:
    """Prices by themselves: names, blocks, where a meter stands, zero."""
    both = [*lines[PRICES], *lines[COMMUNITY]]
    blocks: dict[str, Counter] = defaultdict(Counter)
    for line in both:
        blocks[line["meter"]][line["block_size"]] += 1
    for line in both:
        if line["model"] != line["model"].lower():
            yield line.problem("model", f"has capital letters; write {line['model'].lower()}")
        ((usual, _),) = blocks[line["meter"]].most_common(1)
        if line["block_size"] != usual:
            said = f"is not the block of {line['meter']}; write {usual} and the price of so many"
            yield line.problem("block_size", said)
        if line["meter"] in CALL_METERS:
            place = (line["service_tier"], line["region_scope"], line["context_min_tokens"])
            if place != ("standard", "global", "0"):
                said = (
                    "costs the same everywhere; write it once, under standard, global and context 0"
                )
                yield line.problem("meter", said)
        yield from _free(line)


def _free(line: Line, column: str = "unit_price_usd") -> Iterator[Problem]:
    price = line[column]
    if price and not Decimal(price) and REASON not in line["source"]:
        said = f'is no price; leave the row out, or say in source why it is free ("{REASON}...")'
        yield line.problem(column, said)


def of_thresholds(lines: Lines) -> Iterator[Problem]:
    """A tier of context that lacks a price leaves every longer request without one."""
    kept = [line for line in lines[PRICES] if line["status"] != "withdrawn"]
    yield from _of_tiers(kept)
    # its own models alone: what our card has, the community layer does not price
    yield from _of_tiers(lines[COMMUNITY])


def _of_tiers(kept: list[Line]) -> Iterator[Problem]:
    by_place: dict[tuple, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    places: dict[tuple, set[tuple]] = defaultdict(set)
    flags: dict[tuple, Counter] = defaultdict(Counter)
    for line in kept:
        model, place = (
            _key(line, ("provider", "model")),
            _key(line, ("service_tier", "region_scope")),
        )
        by_place[*model, *place, line["context_min_tokens"]][line["meter"]].append(line)
        places[model].add(place)
        flags[*model, line["context_min_tokens"]][line["threshold_inclusive"]] += 1
    for line in kept:
        model, context = _key(line, ("provider", "model")), line["context_min_tokens"]
        ((usual, _),) = flags[*model, context].most_common(1)
        if line["threshold_inclusive"] != usual:
            said = (
                f"is not as in the other rows of {line['model']} from {context} on; write {usual}"
            )
            yield line.problem("threshold_inclusive", said)
        if context == "0" or line["meter"] in CALL_METERS:
            continue
        own = _key(line, ("service_tier", "region_scope"))
        # the threshold holds for all tiers of the model, so that it must be one of standard too
        wanted = {own} | {place for place in places[model] if place[0] == "standard"}
        for place in sorted(wanted):
            base, above = by_place[*model, *place, "0"], by_place[*model, *place, context]
            lacks = [
                meter
                for meter in sorted(_BASIS)
                if _any_covers(base[meter], line) and not _any_covers(above[meter], line)
            ]
            if lacks:
                since = f" from {line['valid_from']} on" if line["valid_from"] else ""
                said = (
                    f"leaves requests above it without a price: {line['model']} lacks "
                    f"{' and '.join(lacks)} there ({'/'.join(place)}); add them{since}, or leave "
                    "this row out"
                )
                yield line.problem("context_min_tokens", said)
                break


def _any_covers(found: list[Line], line: Line) -> bool:
    at = _start(line)
    return any(_start(other) <= at and (not _end(other) or at < _end(other)) for other in found)


def _start(line: Line) -> datetime:
    """When a price begins; in the community layer one without a date has always been."""
    return parse_instant(line["valid_from"]) if line["valid_from"] else datetime.min


def _end(line: Line) -> datetime | None:
    end = line.cells.get("valid_to")
    return parse_instant(end) if end else None


def of_jumps(lines: Lines) -> Iterator[Problem]:
    """A price far from the one before it: most likely of another unit, or a slipped point."""
    by_key: dict[tuple, list[Line]] = defaultdict(list)
    for name in (PRICES, COMMUNITY):
        for line in lines[name]:
            by_key[name, *_key(line, KEY_COLUMNS)].append(line)
    for rows in by_key.values():
        rows.sort(key=lambda row: (row["valid_from"], row["recorded_at"]))
        for before, line in pairwise(rows):
            old, new = Decimal(before["unit_price_usd"]), Decimal(line["unit_price_usd"])
            if is_jump(old, new) and REASON not in line["source"]:
                said = (
                    f"is {_times(new, old)} the {old.normalize():f} before it ({before.file}, "
                    f"line {before.number}); check the unit, or say in source why "
                    f'("{REASON}...")'
                )
                yield line.problem("unit_price_usd", said)


def is_jump(old: Decimal, new: Decimal) -> bool:
    """Whether one price is so far from the one before it that somebody should look."""
    return bool(old and new) and max(old, new) / min(old, new) > MAX_RATIO


def of_community(lines: Lines, providers: set[str]) -> Iterator[Problem]:
    """Rows of the community layer that would price nothing. providers: all that are known."""
    rows = lines[COMMUNITY]
    with_input = {
        _key(line, ("provider", "model")) for line in rows if line["meter"] == "uncached_input"
    }
    for line in rows:
        # a list may bring a provider that is new here; a person has one in mind that is known
        if line["provider"] not in providers and line["source"].partition(" ")[0] not in LISTS:
            said = f"is unknown; {near(line['provider'], providers)}"
            yield line.problem("provider", said)
        if line["meter"] == "output" and _key(line, ("provider", "model")) not in with_input:
            said = (
                f"alone prices no whole request: {line['model']} lacks uncached_input; add it, or "
                "leave this row out"
            )
            yield line.problem("meter", said)


def of_profiles(lines: Lines) -> Iterator[Problem]:
    """A model named with its profile takes the place of the model that the profile is of."""
    starts: dict[str, list[str]] = defaultdict(list)
    for line in lines["inference_profile_prefixes"]:
        if line["prefix"]:
            starts[line["provider"]].append(line["prefix"])
    for line in lines[PRICES]:
        if line["model"].startswith(tuple(starts[line["provider"]])):
            said = "begins with a profile; write the model without it, and its region_scope"
            yield line.problem("model", f"{said}: {line['model'].partition('.')[2]}")


def of_models(lines: Lines) -> Iterator[Problem]:
    """Rules and names of models that no row prices; names that mean two models at once."""
    models = {_key(line, ("provider", "model")) for line in lines[PRICES]}
    for name in ("model_aliases", "rate_card_multipliers", "rate_card_time_windows"):
        for line in lines[name]:
            if _key(line, ("provider", "model")) not in models:
                of_provider = {model for provider, model in models if provider == line["provider"]}
                said = f"has no price at {line['provider']}; {near(line['model'], of_provider)}"
                yield line.problem("model", said)
    spans: dict[tuple, list[Line]] = defaultdict(list)
    for line in lines["model_aliases"]:
        if line["alias"] != line["alias"].lower():
            yield line.problem("alias", f"has capital letters; write {line['alias'].lower()}")
        if line["alias"] == line["model"]:
            yield line.problem("alias", "is the model's own name; leave the row out")
        spans[_key(line, ("provider", "alias"))].append(line)
    for rows in spans.values():
        rows.sort(key=lambda row: row["valid_from"])
        for before, line in pairwise(rows):
            end = _instant(before["valid_to"])
            if not end or end > _instant(line["valid_from"]):
                said = (
                    f"names {before['model']} too at that time ({before.file}, line "
                    f"{before.number}); end that row at {line['valid_from']}"
                )
                yield line.problem("alias", said)


def of_windows(lines: Lines) -> Iterator[Problem]:
    """Clocks, weekdays and calendars of the windows of peak and off-peak prices."""
    calendars = {line["calendar_id"] for line in lines["holiday_calendars"]}
    for line in lines["rate_card_time_windows"]:
        for column in ("start_time", "end_time"):
            if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", line[column]):
                yield line.problem(column, "is no time of day; write 06:00:00")
        if not re.fullmatch(r"[1-7]-[1-7]", line["weekdays"]):
            yield line.problem("weekdays", "are no weekdays; write 1-5 for Monday to Friday")
        calendar = line["excludes_holiday_calendar"]
        if calendar and calendar not in calendars:
            said = f"is no calendar; {near(calendar, calendars)}"
            yield line.problem("excludes_holiday_calendar", said)


def of_contracts(seeds: dict[str, Seed], lines: Lines) -> Iterator[Problem]:
    """Lines and volume tiers of contracts: a price or a discount, of words of the card."""
    for line in lines["rate_contract_lines"]:
        yield from _of_terms(seeds, line, "unit_price")
        if line["unit_price"] and not line["discount"] and line["meter"] == _ALL:
            yield line.problem("meter", "is every meter, which no one price is for; name one")
    scales: dict[tuple, Line] = {}
    for line in lines["rate_contract_tiers"]:
        yield from _of_terms(seeds, line, "unit_price_usd")
        yield from _of_tier(line, scales.setdefault(_key(line, _SCALE), line))


def _of_terms(seeds: dict[str, Seed], line: Line, price: str) -> Iterator[Problem]:
    """One price or one discount, of a meter, tier and region of the card. price: its column."""
    for column in seeds[PRICES].columns:
        if column.name in ("meter", "service_tier", "region_scope") and column.name in line.cells:
            words = column.words | {_ALL}
            if line[column.name] not in words:
                yield line.problem(column.name, f"is unknown; {near(line[column.name], words)}")
    if bool(line[price]) == bool(line["discount"]):
        said = f"must stand alone: write either {price} and block_size, or discount"
        yield line.problem(price, said)
    elif line["discount"]:
        if not 0 <= Decimal(line["discount"]) <= 1:
            said = "is no share of the listed price; write 0.15 for fifteen per cent"
            yield line.problem("discount", said)
    else:
        if line["block_size"] not in ("1", "1000", "1000000"):
            said = "is no block; write the units that one price buys: 1, 1000 or 1000000"
            yield line.problem("block_size", said)
        yield from _free(line, price)


def _of_tier(line: Line, first: Line) -> Iterator[Problem]:
    """A tier beside the first of its scale."""
    for column in ("counted_in", "holds_for"):
        if line[column] != first[column]:
            said = (
                f"is {first[column]} in {first.file}, line {first.number}; tiers of one model, "
                "meter and service tier count alike"
            )
            yield line.problem(column, said)
    if line["unit_price_usd"]:
        for column in _SCALE[1:]:
            if line[column] == _ALL:
                yield line.problem(column, "is all, which no one price is for; name one")
    if line["counted_in"] == "tokens" and line["meter"] in CALL_METERS:
        yield line.problem("counted_in", "counts no calls; write usd")


def _key(line: Line, columns: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    cells = line.cells
    return tuple([_instant(cells[name]) if name in _INSTANTS else cells[name] for name in columns])


@lru_cache(maxsize=65_536)
def _instant(text: str) -> str:
    """2026-11-25 and 2026-11-25 00:00:00 are one instant."""
    return str(parse_instant(text)) if text else text


def _times(new: Decimal, old: Decimal) -> str:
    return f"{Context(prec=4).divide(new, old).normalize():f} times"
