"""Why the warehouse and genai-prices 0.2.3 disagree, each reason with its condition.

A rule explains one meter of one request, or, under the meter None, why the warehouse has no price
at all. Conditions are as narrow as the reason allows: where it can be checked against the other
library's own data it is, where it is history it names models, meters and dates. Sections are those
of the pricing notes the rate cards were made from.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property

from tests.python.genai_prices_side import (
    BLOCKS,
    PRICE_KEYS,
    Theirs,
    context_of,
    rate_of,
)
from tests.python.rate_oracle import CONTEXT_METERS, Answer, Oracle, Request

# The day the rate cards were checked: both sides know the prices of that day best.
CHECKED = datetime(2026, 11, 21)


@dataclass(frozen=True)
class Case:
    """One request, and both answers."""

    request: Request
    ours: Answer
    theirs: Theirs
    oracle: Oracle

    @property
    def at(self) -> datetime:
        return self.request.at

    @property
    def tier(self) -> str:
        return self.ours.tier

    @property
    def model(self) -> tuple[str, str | None]:
        return self.ours.provider, self.ours.model

    @property
    def meters(self) -> list[str]:
        return [meter for meter, count in self.request.usage.items() if count]

    @cached_property
    def context(self) -> int:
        return sum(self.request.usage.get(meter, 0) for meter in CONTEXT_METERS)

    def our_rate(self, meter: str) -> Decimal:
        """USD per million tokens or thousand calls."""
        count = self.request.usage[meter]
        return self.ours.costs[meter] / count * BLOCKS.get(meter, 1000000)

    def differing_meters(self) -> list[str]:
        return [meter for meter in self.meters if self.our_rate(meter) != self.theirs.rates[meter]]

    @cached_property
    def when_checked(self) -> Answer:
        """Our answer to the same request on the day the cards were checked."""
        return self.oracle.price(replace(self.request, at=CHECKED))

    def unpriced_meters(self) -> set[str]:
        """Meters in use that the warehouse has no rate for, the model being known."""
        rates = self.oracle.rates(*self.model, self.at, self.tier, self.ours.region, self.context)
        return set(self.meters) - set(rates or {})

    def their_wider_price(self, meter: str) -> Decimal | None:
        """Their price of what a meter is a part of, if they price it as that; else None."""
        prices = self.theirs.prices
        if getattr(prices, PRICE_KEYS[meter][0]) is not None or meter in ("cache_write_30m",):
            return None
        return self.theirs.rates[meter]

    def later_variant_rate(self, meter: str) -> Decimal | None:
        """Their rate once their first entry for this service tier starts to count."""
        starts = [
            datetime.combine(variant.constraint.start_date, datetime.min.time(), UTC)
            for variant in self.theirs.model.price_variants or ()
            if variant.when == context_of(self.ours.provider, self.tier) and variant.constraint
        ]
        later = [start for start in starts if start > self.at.replace(tzinfo=UTC)]
        if not later or len(later) < len(starts):
            return None
        context = context_of(self.ours.provider, self.tier)
        return rate_of(self.theirs.model.get_prices(min(later), context), meter, self.context)

    def their_variants(self) -> list:
        """Their entries for this service tier; a model found under another provider has none."""
        if not self.theirs.is_own_model:
            return []
        context = context_of(self.ours.provider, self.tier)
        return [v for v in self.theirs.model.price_variants or () if v.when == context]


@dataclass(frozen=True)
class Rule:
    name: str
    reason: str
    section: str
    explains: Callable[[Case, str | None], bool]


def priced(condition: Callable[[Case, str], bool]) -> Callable[[Case, str | None], bool]:
    return lambda case, meter: meter is not None and condition(case, meter)


def unpriced(condition: Callable[[Case], bool]) -> Callable[[Case, str | None], bool]:
    return lambda case, meter: meter is None and condition(case)


def no_rate(condition: Callable[[Case], bool]) -> Callable[[Case, str | None], bool]:
    return unpriced(
        lambda case: case.ours.status in ("unpriced_no_rate", "partly_priced") and condition(case)
    )


def between(start: str, end: str, case: Case) -> bool:
    return datetime.fromisoformat(start) <= case.at < datetime.fromisoformat(end)


def is_standard(case: Case, meter: str) -> bool:
    return case.tier != "standard" and case.theirs.rates[meter] == case.theirs.standard_rates[meter]


def price_of_the_checked_day(case: Case, meter: str) -> bool:
    """They price the past at what we list for the day the cards were checked."""
    later = case.when_checked
    if case.at >= CHECKED or later.status != "priced" or not later.costs[meter]:
        return False
    count = case.request.usage[meter]
    listed = later.costs[meter] / count * BLOCKS.get(meter, 1000000)
    return case.theirs.rates[meter] == listed


# Models of which the card knows prices that genai-prices never had or has overwritten in place.
OVERWRITTEN = {
    ("anthropic", "claude-3-5-haiku"): {"uncached_input", "output"},
    ("anthropic", "claude-sonnet-5-5"): {"cache_read"},
    ("cohere", "command-r"): {"uncached_input", "output"},
    ("cohere", "command-r-plus"): {"uncached_input", "output"},
    ("google", "gemini-1.5-flash"): {"uncached_input", "output", "cache_read"},
    ("google", "gemini-1.5-pro"): {"uncached_input", "output"},
    ("google", "gemini-2.5-flash"): {"cache_read"},
    ("google", "gemini-2.5-flash-lite"): {"cache_read"},
    ("google", "gemini-2.5-pro"): {"cache_read"},
    ("google", "gemini-3.6-flash"): {"uncached_input", "output", "cache_read"},
    ("mistral", "mistral-large-2407"): {"uncached_input", "output"},
    ("openai", "gpt-4o-2024-05-13"): {"uncached_input", "output"},
    ("openai", "o1-mini"): {"uncached_input", "output", "cache_read"},
    ("openai", "o3"): {"cache_read"},
    ("xai", "grok-4.5"): {"cache_read"},
}
LATEST = {"gemini-flash-latest", "gemini-flash-lite-latest"}
PEAK_MODELS = {"deepseek-v4-flash", "deepseek-v4-pro", "deepseek-flash"}
# Prefix rules of theirs that catch another model of ours.
GUESSED = {("gemini-1.5-flash-8b", "gemini-1.5-flash")}


def _overwritten(case: Case, meter: str) -> bool:
    provider = {"google-vertex": "google"}.get(case.model[0], case.model[0])
    return meter in OVERWRITTEN.get((provider, case.model[1]), ()) and price_of_the_checked_day(
        case, meter
    )


def _long(case: Case, threshold: int) -> bool:
    return case.context > threshold


RULES = [
    Rule(
        "name_at_another_time",
        "names are effective-dated here; genai-prices knows a name at any time",
        "0.1, 5 (alias that moves model)",
        unpriced(
            lambda case: (
                case.ours.status == "unpriced_unknown_model"
                and case.at < CHECKED
                and case.when_checked.status != "unpriced_unknown_model"
            )
        ),
    ),
    Rule(
        "before_the_first_price",
        "a first price of genai-prices has no start, ours has",
        "1 (effective dates)",
        no_rate(
            lambda case: (
                case.at < case.oracle.first_price(*case.model)
                or (case.at < CHECKED and case.when_checked.status == "priced")
            )
        ),
    ),
    Rule(
        "after_the_last_price",
        "DeepSeek's retired names have no price any more",
        "2 (deepseek-chat/-reasoner still at the early-2025 rates)",
        no_rate(
            lambda case: (
                case.model[1] in ("deepseek-chat", "deepseek-reasoner")
                and case.tier == "standard"
                and case.at >= datetime(2026, 7, 24)
            )
        ),
    ),
    Rule(
        "priority_above_the_tier",
        "OpenAI sells no priority above 272,000 tokens; the short price stands there",
        "2 (priority above the tier)",
        no_rate(
            lambda case: (
                case.model[0] in ("openai", "azure")
                and case.tier == "priority"
                and _long(case, 272000)
            )
        ),
    ),
    Rule(
        "tier_without_a_long_price",
        "no list of ours has Gemini's batch price above 200,000 on Vertex, so none is taken; they "
        "take half of the long price",
        "2 (batch), 0.5",
        no_rate(
            lambda case: (
                case.model == ("google-vertex", "gemini-3.1-pro-preview")
                and case.tier == "batch"
                and _long(case, 200000)
            )
        ),
    ),
    Rule(
        "tier_without_a_price",
        "a service tier with no published price is unpriced here, standard there, with no signal",
        "2 (unknown tier), 0.5",
        no_rate(
            lambda case: (
                case.tier != "standard"
                and all(is_standard(case, meter) for meter in case.unpriced_meters())
            )
        ),
    ),
    Rule(
        "nothing_was_used",
        "a call that reports no usage costs 0 there; here a reported zero is no price of zero",
        "decision 0033",
        unpriced(
            lambda case: (
                case.ours.status == "usage_missing" and not case.meters and not case.theirs.cost
            )
        ),
    ),
    Rule(
        "cache_without_a_price",
        "a cache meter with no published price is unpriced here, input or a wider meter there",
        "2 (no cache price published), 0.5",
        no_rate(
            lambda case: (
                case.tier == "standard"
                and all(
                    meter.startswith("cache") and case.their_wider_price(meter) is not None
                    for meter in case.unpriced_meters()
                )
            )
        ),
    ),
    Rule(
        "retired_name_without_a_cache_price",
        "V4 Flash, then also called deepseek-chat and -reasoner, has no cache price on record yet",
        "5 (DeepSeek), 0.5",
        no_rate(
            lambda case: (
                case.model == ("deepseek", "deepseek-v4-flash")
                and case.request.model_name in ("deepseek-chat", "deepseek-reasoner")
                and case.unpriced_meters() == {"cache_read"}
                and case.at < datetime(2026, 5, 25, 5, 18, 18)
            )
        ),
    ),
    Rule(
        "variant_dated_by_verification",
        "their batch, flex and priority entries start in October 2026; until then standard",
        "1 (variant dates are verification dates), 2 (batch)",
        priced(
            lambda case, meter: (
                is_standard(case, meter) and case.later_variant_rate(meter) == case.our_rate(meter)
            )
        ),
    ),
    Rule(
        "tier_not_modelled",
        "they have no entry for the tier of this model, and bill it as standard",
        "2 (unknown tier; fallback models drop the context)",
        priced(lambda case, meter: is_standard(case, meter) and not case.their_variants()),
    ),
    Rule(
        "variant_without_this_meter",
        "their entry for the tier leaves the meter out, and bills it as standard",
        "2 (cached tokens in batch, no published rate)",
        priced(
            lambda case, meter: (
                is_standard(case, meter)
                and bool(case.their_variants())
                and all(
                    getattr(variant.prices, key) is None
                    for variant in case.their_variants()
                    for key in PRICE_KEYS[meter][:1]
                )
            )
        ),
    ),
    Rule(
        "wider_meter",
        "they list no price of the meter and bill it with what it is a part of",
        "2 (no cache price published)",
        priced(
            lambda case, meter: (
                meter.startswith("cache") and case.their_wider_price(meter) is not None
            )
        ),
    ),
    Rule(
        "search_not_listed",
        "they list no price of searches for the search models, and bill nothing",
        "2 (web search)",
        priced(lambda case, meter: meter == "web_search" and case.theirs.rates[meter] == 0),
    ),
    Rule(
        "sonnet_4_long_context",
        "they have no price above 200,000 for Sonnet 4 at any date",
        "2 (Sonnet 4 has no >200k tier), 3",
        priced(
            lambda case, meter: (
                case.model[1] == "claude-sonnet-4"
                and _long(case, 200000)
                and between("2025-08-21", "2026-04-30", case)
            )
        ),
    ),
    Rule(
        "bedrock_long_context",
        "they have no price above 200,000 for Sonnet 4.5 and Opus 4.6 on Bedrock; LiteLLM has",
        "2 (tier scope), 7 (Bedrock not verified)",
        priced(
            lambda case, meter: (
                case.model[0] == "bedrock"
                and case.model[1] in ("claude-sonnet-4-5", "claude-sonnet-4-6", "claude-opus-4-6")
                and _long(case, 200000)
            )
        ),
    ),
    Rule(
        "vertex_threshold_is_inclusive",
        "Vertex charges Sonnet 4.5 the long price at exactly 200,000, they above it",
        "2 (boundary)",
        priced(
            lambda case, meter: (
                case.model == ("google-vertex", "claude-sonnet-4-5") and case.context == 200000
            )
        ),
    ),
    Rule(
        "premium_that_was_dropped",
        "Sonnet 4.6 and Opus 4.6 above 200,000 until 2026-03-13: flat in their batch and on Vertex",
        "3, 5 (tier removed at a date)",
        priced(
            lambda case, meter: (
                case.model[1] in ("claude-sonnet-4-6", "claude-opus-4-6")
                and _long(case, 200000)
                and case.at < datetime(2026, 3, 13)
                and (case.tier == "batch" or case.model[0] in ("google-vertex", "openrouter"))
            )
        ),
    ),
    Rule(
        "alias_that_moved",
        "gpt-4o was the 2024-05-13 snapshot until 2024-10-02; they price it as today's",
        "5 (alias that moves model)",
        priced(
            lambda case, meter: (
                case.request.model_name == "gpt-4o" and case.at < datetime(2024, 10, 2)
            )
        ),
    ),
    Rule(
        "overwritten_in_place",
        "they price the past of these models at today's rate",
        "1 (overwrites), 2 (o3 cache, gemini-3.6-flash), 5",
        priced(_overwritten),
    ),
    Rule(
        "cache_price_not_lowered",
        "Google's cache reads became cheaper in November 2025; their list of OpenRouter has 0.31",
        "1 (overwrites)",
        priced(
            lambda case, meter: (
                case.model == ("openrouter", "gemini-2.5-pro")
                and meter == "cache_read"
                and case.theirs.rates[meter] == Decimal("0.31")
            )
        ),
    ),
    Rule(
        "openrouter_long_context",
        "their list of OpenRouter has no price above 200,000 of Gemini 2.5 Pro before 2026-10-19",
        "2 (tier scope)",
        priced(
            lambda case, meter: (
                case.model == ("openrouter", "gemini-2.5-pro")
                and _long(case, 200000)
                and case.at < datetime(2026, 10, 19)
            )
        ),
    ),
    Rule(
        "rolling_name_of_google",
        "gemini-flash-latest and -lite-latest are dated here, today's model there",
        "2 (rolling aliases)",
        priced(
            lambda case, meter: case.request.model_name in LATEST and case.at < datetime(2026, 9, 2)
        ),
    ),
    Rule(
        "rolling_name_of_mistral",
        "mistral-large-latest is 2/6 there at any date",
        "2 (rolling aliases)",
        priced(
            lambda case, meter: (
                case.request.model_name == "mistral-large-latest"
                and case.theirs.model.id == "mistral-large"
            )
        ),
    ),
    Rule(
        "prefix_guess",
        "gemini-1.5-flash-8b matches their prefix of gemini-1.5-flash, at twice the price",
        "1 (prefix rules guess)",
        priced(lambda case, meter: (case.model[1], case.theirs.model.id) in GUESSED),
    ),
    Rule(
        "time_windows",
        "they apply today's daily peak windows; the warehouse reads no window yet (README, limits)",
        "2 (off-peak)",
        priced(
            lambda case, meter: (
                case.model[1] in PEAK_MODELS
                and case.request.model_name.startswith(("deepseek-v4", "deepseek-flash"))
                and (1 <= case.at.hour < 4 or 6 <= case.at.hour < 10)
            )
        ),
    ),
    Rule(
        "dated_to_the_day",
        "DeepSeek's changes of 2026-05-25, 2026-08-16 and 2026-09-10, rounded to a day there",
        "5 (change not on a UTC midnight)",
        priced(
            lambda case, meter: (
                case.model[1] in PEAK_MODELS
                and (
                    between("2026-05-25", "2026-05-25 05:18:18", case)
                    or between("2026-08-16 16:00", "2026-08-17", case)
                    or between("2026-09-10", "2026-09-10 04:00", case)
                )
            )
        ),
    ),
    Rule(
        "deepseek_of_early_2025",
        "deepseek-chat and -reasoner stand at the rates and nights of early 2025 there",
        "2 (deepseek-chat/-reasoner still at the early-2025 rates)",
        priced(
            lambda case, meter: case.request.model_name in ("deepseek-chat", "deepseek-reasoner")
        ),
    ),
    Rule(
        "azure_list_differs",
        "GPT-4 Turbo on Azure is 11/33 in LiteLLM, 10/30 (OpenAI's) in genai-prices",
        "7 (Azure not verified)",
        priced(
            lambda case, meter: (
                case.model == ("azure", "gpt-4-turbo") and meter in ("uncached_input", "output")
            )
        ),
    ),
    Rule(
        "pro_batch_above_the_tier",
        "gpt-5.5-pro above 272,000 in a batch is flat there; LiteLLM has a long price",
        "1 (mode x tier cross keys)",
        priced(
            lambda case, meter: (
                case.model == ("openai", "gpt-5.5-pro")
                and case.tier == "batch"
                and _long(case, 272000)
            )
        ),
    ),
    Rule(
        "vertex_image_model_long_context",
        "gemini-3-pro-image-preview above 200,000 on Vertex is in LiteLLM alone",
        "7 (Vertex not verified)",
        priced(
            lambda case, meter: (
                case.model == ("google-vertex", "gemini-3-pro-image-preview")
                and _long(case, 200000)
            )
        ),
    ),
    Rule(
        "vertex_flash_lite_cached_batch",
        "LiteLLM has 0.015 on Vertex, AI Studio's page the rounded 0.02",
        "2 (batch cache rates are rounded)",
        priced(
            lambda case, meter: (
                case.model == ("google-vertex", "gemini-3.5-flash-lite")
                and (case.tier, meter) in (("batch", "cache_read"), ("flex", "cache_read"))
            )
        ),
    ),
    Rule(
        "retired_name_redirected",
        "xAI's retired names are billed as what serves them; they stand at their last price there",
        "5 (alias that moves model)",
        priced(
            lambda case, meter: (
                case.model in (("xai", "grok-4.3"), ("xai", "grok-build-0.1"))
                and case.model[1] not in case.request.model_name
                and case.at >= datetime(2026, 5, 15, 19)
            )
        ),
    ),
    Rule(
        "vertex_gemini_2_0_flash",
        "Vertex charges more for Gemini 2.0 Flash than AI Studio, whose prices stand there",
        "7 (Vertex not verified)",
        priced(
            lambda case, meter: (
                case.model == ("google-vertex", "gemini-2.0-flash")
                and meter in ("uncached_input", "output", "input_audio")
            )
        ),
    ),
]
