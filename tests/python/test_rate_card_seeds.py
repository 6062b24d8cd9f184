"""The rate card seeds against hand-checked amounts.

A slip in a seed misprices every request of a model without any error. So the seeds are read here
by a second, small resolver in exact decimals that shares no code with the warehouse, and priced
against figures that were checked by hand against the providers' published prices.
"""

import csv
import itertools
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from scripts.rates.meters import meters

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "rate_cards"
KEY = ("provider", "model", "meter", "service_tier", "region_scope", "context_min_tokens")
STATUSES = {"effective", "announced", "withdrawn", "corrected"}
TIERS = {"standard", "batch", "flex", "priority", "fast", "ultrafast", "peak", "off_peak"}
CALLS = {meter.name for meter in meters() if not meter.is_token}
BLOCKS = dict.fromkeys(CALLS, 1000) | {"cache_storage_token_hour": 1000000}
METERS = {meter.name for meter in meters()}
CONTEXT = {meter.name for meter in meters() if meter.in_tier}


def read(name):
    with (SEEDS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def instant(text):
    return datetime.fromisoformat(text)


PRICES = read("rate_card_prices")
MULTIPLIERS = read("rate_card_multipliers")
WINDOWS = read("rate_card_time_windows")
ALIASES = read("model_aliases")
HOLIDAYS = read("holiday_calendars")
PREFIXES = read("inference_profile_prefixes")
BY_MODEL = defaultdict(list)
for price in PRICES:
    BY_MODEL[price["provider"], price["model"]].append(price)


# --- the resolver ---------------------------------------------------------------------------------


def covers(row, at):
    return instant(row["valid_from"]) <= at and (
        not row["valid_to"] or at < instant(row["valid_to"])
    )


def in_force(rows, at, as_of_recorded_at=datetime.max):
    """The row that holds at an instant, as the card stood at as_of_recorded_at, or None."""
    latest = {}
    for row in sorted(rows, key=lambda row: row["recorded_at"]):
        if instant(row["recorded_at"]) <= as_of_recorded_at:
            latest[row["valid_from"]] = row
    held = [row for row in latest.values() if row["status"] != "withdrawn" and covers(row, at)]
    return max(held, key=lambda row: row["valid_from"], default=None)


def context_tier(provider, model, at, tokens):
    """The long-context tier of a model is the same for all its service tiers."""
    reached = [0]
    for row in BY_MODEL[provider, model]:
        start = int(row["context_min_tokens"])
        over = tokens >= start if row["threshold_inclusive"] == "true" else tokens > start
        if start and over and covers(row, at) and row["status"] != "withdrawn":
            reached.append(start)
    return max(reached)


def window_tier(provider, model, at):
    off = {(row["calendar_id"], row["holiday_date"]) for row in HOLIDAYS}
    for row in WINDOWS:
        if (row["provider"], row["model"]) != (provider, model) or not covers(row, at):
            continue
        first, last = (int(day) for day in row["weekdays"].split("-"))
        clock, start, end = at.strftime("%H:%M:%S"), row["start_time"], row["end_time"]
        inside = start <= clock < end if start < end else clock >= start or clock < end
        holiday = (row["excludes_holiday_calendar"], at.date().isoformat()) in off
        if inside and first <= at.isoweekday() <= last and not holiday:
            return row["service_tier"]
    return "standard"


PRICED_REGIONS = {(row["provider"], row["region_scope"]) for row in (*PRICES, *MULTIPLIERS)}


def rate(provider, model, meter, at, tier="standard", region="global", tokens=0, **known):
    """USD per block of one meter, or None when nothing is published."""
    rows = BY_MODEL[provider, model]
    context = context_tier(provider, model, at, tokens)
    if meter in CALLS:
        tier, region, context = "standard", "global", 0
    factor = Decimal(1)
    if region != "global" and not any(row["region_scope"] == region for row in rows):
        factors = [
            row
            for row in MULTIPLIERS
            if (row["provider"], row["model"], row["region_scope"]) == (provider, model, region)
        ]
        row = in_force(factors, at)
        if row is None and (provider, region) not in PRICED_REGIONS:
            return None
        factor, region = Decimal(row["multiplier"] if row else 1), "global"
    key = (provider, model, meter, tier, region, str(context))
    row = in_force([row for row in rows if tuple(row[name] for name in KEY) == key], at, **known)
    return row and Decimal(row["unit_price_usd"]) * factor


def cost(provider, model, at, tier="standard", region="global", **usage):
    tokens = sum(count for meter, count in usage.items() if meter in CONTEXT)
    total = Decimal(0)
    for meter, count in usage.items():
        price = rate(provider, model, meter, instant(at), tier, region, tokens)
        if price is None:
            return None
        total += count * price / Decimal(BLOCKS.get(meter, 1000000))
    return total


# --- amounts checked by hand ----------------------------------------------------------------------

MIXED = {
    "uncached_input": 10000,
    "cache_read": 50000,
    "cache_write_5m": 20000,
    "cache_write_1h": 10000,
    "output": 5000,
}
GOLDENS = [
    # 272,001 tokens of context reprice the whole request, 272,000 do not
    (
        "0.482505",
        "openai",
        "gpt-5.4",
        "2026-11-01",
        {},
        dict(uncached_input=72001, cache_read=200000, output=1000),
    ),
    (
        "0.245",
        "openai",
        "gpt-5.4",
        "2026-11-01",
        {},
        dict(uncached_input=72000, cache_read=200000, output=1000),
    ),
    ("0.255", "anthropic", "claude-sonnet-4-6", "2026-11-01", {}, MIXED),
    ("0.2805", "anthropic", "claude-sonnet-4-6", "2026-11-01", {"region": "us"}, MIXED),
    ("0.1275", "anthropic", "claude-sonnet-4-6", "2026-11-01", {"tier": "batch"}, MIXED),
    (
        "0.14025",
        "anthropic",
        "claude-sonnet-4-6",
        "2026-11-01",
        {"tier": "batch", "region": "us"},
        MIXED,
    ),
    (
        "0.02375",
        "google",
        "gemini-2.5-pro",
        "2026-11-01",
        {"tier": "batch"},
        dict(uncached_input=10000, cache_read=100000, output=1000),
    ),
    # pricing.md gives these two amounts without their split; this split yields both exactly
    (
        "0.008675",
        "anthropic",
        "claude-haiku-5-5",
        "2026-11-01",
        {},
        dict(uncached_input=57500, cache_read=42500, output=5000),
    ),
    (
        "0.043376",
        "anthropic",
        "claude-haiku-5-5",
        "2026-11-01",
        {},
        dict(uncached_input=57500, cache_read=42500, cache_write_1h=1, output=5000),
    ),
    # Sonnet 4 above 200,000 until its long context was retired
    (
        "1.545",
        "anthropic",
        "claude-sonnet-4",
        "2025-09-15",
        {},
        dict(uncached_input=250000, output=2000),
    ),
    (
        "0.63",
        "anthropic",
        "claude-sonnet-4",
        "2025-09-15",
        {},
        dict(uncached_input=200000, output=2000),
    ),
    (
        "0.78",
        "anthropic",
        "claude-sonnet-4",
        "2026-04-30",
        {},
        dict(uncached_input=250000, output=2000),
    ),
    # the premium of Sonnet 4.6 above 200,000 ended at midnight
    (
        "1.545",
        "anthropic",
        "claude-sonnet-4-6",
        "2026-03-12 23:59:59",
        {},
        dict(uncached_input=250000, output=2000),
    ),
    (
        "0.78",
        "anthropic",
        "claude-sonnet-4-6",
        "2026-03-13",
        {},
        dict(uncached_input=250000, output=2000),
    ),
    ("50", "openai", "o3", "2025-06-09", {}, dict(uncached_input=1000000, output=1000000)),
    ("10", "openai", "o3", "2025-06-10", {}, dict(uncached_input=1000000, output=1000000)),
    ("2.5", "openai", "o3", "2025-06-09", {}, dict(cache_read=1000000)),
    ("0.5", "openai", "o3", "2025-06-10", {}, dict(cache_read=1000000)),
    # a geo uplift applies to tokens, not to searches
    (
        "0.0233",
        "anthropic",
        "claude-sonnet-4-6",
        "2026-11-01",
        {"region": "us"},
        dict(uncached_input=1000, web_search=2),
    ),
    # xAI charges the long tier from 200,000 on, Vertex too for Sonnet 4.5; Anthropic above it
    ("0.5", "xai", "grok-4.3", "2026-11-01", {}, dict(uncached_input=200000)),
    ("0.24999875", "xai", "grok-4.3", "2026-11-01", {}, dict(uncached_input=199999)),
    ("1.2", "google-vertex", "claude-sonnet-4-5", "2026-06-01", {}, dict(uncached_input=200000)),
    ("0.6", "anthropic", "claude-sonnet-4-5", "2026-06-01", {}, dict(uncached_input=200000)),
    (
        "0.66",
        "google-vertex",
        "claude-sonnet-4-6",
        "2026-06-01",
        {"region": "regional"},
        dict(uncached_input=200000),
    ),
    (
        "3.3",
        "bedrock",
        "claude-sonnet-4-6",
        "2026-06-01",
        {"region": "regional"},
        dict(uncached_input=1000000),
    ),
    (
        "3",
        "bedrock",
        "claude-sonnet-4-6",
        "2026-06-01",
        {"region": "global"},
        dict(uncached_input=1000000),
    ),
    ("2", "google", "gemini-4-argon", "2026-11-30 23:59:59", {}, dict(uncached_input=1000000)),
    ("4", "google", "gemini-4-argon", "2026-12-01", {}, dict(uncached_input=1000000)),
    ("0.35", "google", "gemini-1.5-pro", "2024-09-30", {}, dict(uncached_input=100000)),
    ("0.125", "google", "gemini-1.5-pro", "2024-10-01", {}, dict(uncached_input=100000)),
    ("0.5", "google", "gemini-1.5-pro", "2024-10-01", {}, dict(uncached_input=200000)),
]


@pytest.mark.parametrize(("expected", "provider", "model", "at", "how", "usage"), GOLDENS)
def test_hand_checked_amounts(expected, provider, model, at, how, usage):
    assert cost(provider, model, at, **how, **usage) == Decimal(expected)


# model, then USD per million: uncached input, cache read, output
LIST_PRICES = [
    ("openai", "gpt-5.4-mini", "standard", "0.75", "0.075", "4.50"),
    ("openai", "gpt-5.4-mini", "batch", "0.375", "0.0375", "2.25"),
    ("openai", "gpt-5.4-mini", "flex", "0.375", "0.0375", "2.25"),
    ("openai", "gpt-5.4-mini", "priority", "1.5", "0.15", "9"),
    ("openai", "gpt-5.4", "standard", "2.50", "0.25", "15"),
    ("openai", "gpt-5.4", "batch", "1.25", "0.13", "7.5"),
    ("openai", "gpt-4.1", "standard", "2", "0.50", "8"),
    ("openai", "gpt-4.1", "priority", "3.5", "0.875", "14"),
    ("openai", "gpt-4.1-mini", "standard", "0.40", "0.10", "1.60"),
    ("openai", "gpt-4o", "standard", "2.50", "1.25", "10"),
    ("openai", "gpt-4o-2024-05-13", "standard", "5", None, "15"),
    ("anthropic", "claude-sonnet-4-6", "standard", "3", "0.30", "15"),
    ("anthropic", "claude-sonnet-4", "standard", "3", "0.30", "15"),
    ("anthropic", "claude-3-5-sonnet", "standard", "3", "0.30", "15"),
    ("google", "gemini-1.5-pro", "standard", "1.25", "0.3125", "5"),
    ("google", "gemini-2.5-pro", "batch", "0.625", "0.125", "5"),
]


@pytest.mark.parametrize(("provider", "model", "tier", "uncached", "read", "output"), LIST_PRICES)
def test_list_prices(provider, model, tier, uncached, read, output):
    at = instant("2026-11-01")
    found = [
        rate(provider, model, meter, at, tier)
        for meter in ("uncached_input", "cache_read", "output")
    ]
    assert found == [price and Decimal(price) for price in (uncached, read, output)]


def test_cache_writes_and_long_context_of_sonnet():
    at, before = instant("2026-11-01"), instant("2026-02-20")
    meters = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
    base = [rate("anthropic", "claude-sonnet-4-6", meter, at, tokens=200001) for meter in meters]
    long = [
        rate("anthropic", "claude-sonnet-4-6", meter, before, tokens=200001) for meter in meters
    ]
    assert base == [Decimal(price) for price in ("3", "0.3", "3.75", "6", "15")]
    assert long == [Decimal(price) for price in ("6", "0.6", "7.5", "12", "22.5")]


@pytest.mark.parametrize(
    ("provider", "model", "at", "tier", "region", "usage"),
    [
        # never the standard price instead of one that is not published
        ("openai", "gpt-5.4", "2026-11-01", "priority", "global", {"uncached_input": 272001}),
        ("google", "gemini-2.5-pro", "2026-11-01", "flex", "global", {"uncached_input": 200001}),
        ("openai", "gpt-4o", "2026-11-01", "batch", "global", {"cache_read": 1000}),
        ("openai", "gpt-4o-2024-05-13", "2024-06-01", "standard", "global", {"cache_read": 1000}),
        # a region in which the provider has no price or uplift for any model
        ("anthropic", "claude-haiku-4-5", "2026-11-01", "standard", "eu", {"output": 1}),
        ("openai", "gpt-4o", "2026-11-01", "standard", "apac", {"output": 1}),
        ("deepseek", "deepseek-chat", "2026-08-01", "standard", "global", {"output": 1}),
    ],
)
def test_unpublished_stays_unpriced(provider, model, at, tier, region, usage):
    assert cost(provider, model, at, tier, region, **usage) is None


def test_announced_increase_was_withdrawn():
    at = instant("2026-10-01")
    rows = [row for row in BY_MODEL["anthropic", "claude-sonnet-5"] if row["meter"] == "output"]
    rows = [row for row in rows if row["service_tier"] == "standard"]
    assert in_force(rows, at)["unit_price_usd"] == "10"
    assert in_force(rows, at, as_of_recorded_at=instant("2026-08-01"))["unit_price_usd"] == "15"


@pytest.mark.parametrize(
    ("model", "at", "tier", "output"),
    [
        ("deepseek-chat", "2025-02-26 16:29:59", "standard", "1.1"),
        ("deepseek-chat", "2025-02-26 16:30:00", "off_peak", "0.55"),
        ("deepseek-reasoner", "2025-03-01 00:29:59", "off_peak", "0.55"),
        ("deepseek-reasoner", "2025-03-01 00:30:00", "standard", "2.19"),
        ("deepseek-v4-flash", "2026-08-16 15:59:59", "standard", "0.28"),
        ("deepseek-v4-flash", "2026-08-17 01:00:00", "peak", "1.32"),
        ("deepseek-v4-flash", "2026-08-17 04:00:00", "standard", "0.66"),
        (
            "deepseek-v4-flash",
            "2026-08-22 01:00:00",
            "peak",
            "1.32",
        ),  # a Saturday, before the weekend rule
        ("deepseek-v4-flash", "2026-08-29 01:00:00", "standard", "0.66"),  # a Saturday after it
        (
            "deepseek-v4-flash",
            "2026-09-10 06:00:00",
            "peak",
            "1.2",
        ),  # changed in the middle of a day
        (
            "deepseek-v4-pro",
            "2026-09-25 06:00:00",
            "standard",
            "1.98",
        ),  # Mid-Autumn Festival, a Friday
        ("deepseek-v4-pro", "2026-09-24 09:59:59", "peak", "3.96"),
    ],
)
def test_time_windows(model, at, tier, output):
    at = instant(at)
    assert window_tier("deepseek", model, at) == tier
    assert rate("deepseek", model, "output", at, tier) == Decimal(output)


def test_alias_of_gpt_4o_moves():
    def model(at):
        held = [
            row
            for row in ALIASES
            if (row["provider"], row["alias"]) == ("openai", "gpt-4o") and covers(row, at)
        ]
        return held[0]["model"] if held else "gpt-4o"

    assert model(instant("2024-10-01")) == "gpt-4o-2024-05-13"
    assert model(instant("2024-10-02")) == "gpt-4o"


def test_bedrock_prefixes_take_the_longest():
    def region(name):
        found = [
            row
            for row in PREFIXES
            if row["provider"] == "bedrock" and name.startswith(row["prefix"])
        ]
        return max(found, key=lambda row: len(row["prefix"]))["region_scope"]

    assert region("global.anthropic.claude-sonnet-4-6") == "global"
    assert region("us.anthropic.claude-sonnet-4-6") == "regional"
    assert region("anthropic.claude-sonnet-4-6") == "regional"
    assert region("apac.amazon.nova-lite-v1:0") == "apac"


# --- the shape of the seeds -----------------------------------------------------------------------


def test_price_rows_are_well_formed():
    for row in PRICES:
        assert row["meter"] in METERS, row
        assert row["service_tier"] in TIERS, row
        assert row["status"] in STATUSES, row
        assert row["source"].strip(), row
        assert int(row["block_size"]) == BLOCKS.get(row["meter"], 1000000), row
        assert Decimal(row["unit_price_usd"]) > 0 or "reason: free" in row["source"], row
        assert -Decimal(row["unit_price_usd"]).as_tuple().exponent <= 9, row
        if row["meter"] in CALLS:
            assert (row["service_tier"], row["region_scope"], row["context_min_tokens"]) == (
                "standard",
                "global",
                "0",
            )


@pytest.mark.parametrize(
    "rows",
    [PRICES, MULTIPLIERS, WINDOWS, ALIASES],
    ids=["prices", "multipliers", "windows", "aliases"],
)
def test_windows_are_half_open_and_forward(rows):
    for row in rows:
        assert instant(row["valid_from"]).strftime("%F %T") == row["valid_from"], row
        assert not row["valid_to"] or instant(row["valid_from"]) < instant(row["valid_to"]), row
        assert row["source"].strip(), row


def test_prices_do_not_contradict_each_other():
    versions = Counter(
        (*(row[name] for name in KEY), row["valid_from"], row["recorded_at"]) for row in PRICES
    )
    assert [key for key, count in versions.items() if count > 1] == []
    by_key = defaultdict(list)
    for row in PRICES:
        by_key[tuple(row[name] for name in KEY)].append(row)
    for key, rows in by_key.items():
        rows.sort(key=lambda row: (row["valid_from"], row["recorded_at"]))
        for row, following in itertools.pairwise(rows):
            if row["valid_from"] != following["valid_from"] and row["valid_to"]:
                assert row["valid_to"] <= following["valid_from"], key
        for row in rows:
            if row["status"] in ("withdrawn", "corrected"):
                earlier = [other for other in rows if other["valid_from"] == row["valid_from"]]
                assert min(other["recorded_at"] for other in earlier) < row["recorded_at"], key


def test_a_threshold_is_inclusive_for_all_rows_or_none():
    flags = defaultdict(set)
    for row in PRICES:
        flags[row["provider"], row["model"], row["context_min_tokens"]].add(
            row["threshold_inclusive"]
        )
    assert [key for key, found in flags.items() if len(found) > 1] == []


def test_every_long_tier_prices_input_and_output():
    tiers = defaultdict(set)
    for row in PRICES:
        if row["context_min_tokens"] != "0":
            tiers[row["provider"], row["model"], row["service_tier"], row["region_scope"]].add(
                row["meter"]
            )
    assert [
        key for key, meters in tiers.items() if not {"uncached_input", "output"} <= meters
    ] == []


@pytest.mark.parametrize(
    "rows", [ALIASES, MULTIPLIERS, WINDOWS], ids=["aliases", "multipliers", "windows"]
)
def test_every_named_model_is_priced(rows):
    assert [row for row in rows if (row["provider"], row["model"]) not in BY_MODEL] == []


def test_an_alias_names_one_model_at_a_time():
    by_alias = defaultdict(list)
    for row in ALIASES:
        assert row["alias"] != row["model"], row
        assert row["alias"] == row["alias"].lower(), row
        by_alias[row["provider"], row["alias"]].append(row)
    for alias, rows in by_alias.items():
        rows.sort(key=lambda row: row["valid_from"])
        for row, following in itertools.pairwise(rows):
            assert row["valid_to"] and row["valid_to"] <= following["valid_from"], alias


def test_windows_have_prices_and_do_not_overlap():
    for row in WINDOWS:
        tiers = {price["service_tier"] for price in BY_MODEL[row["provider"], row["model"]]}
        assert row["service_tier"] in tiers, row
    starts = defaultdict(list)
    for row in WINDOWS:
        starts[row["provider"], row["model"], row["window_id"]].append(row)
    for rows in starts.values():
        rows.sort(key=lambda row: row["valid_from"])
        for row, following in itertools.pairwise(rows):
            assert row["valid_to"] == following["valid_from"]


def test_holidays_are_the_thirty_three_days_of_the_notice():
    days = [date.fromisoformat(row["holiday_date"]) for row in HOLIDAYS]
    assert len(days) == len(set(days)) == 33
    runs = [day for day in days if day - timedelta(days=1) not in days]
    assert len(runs) == 7
