"""Amounts worked out by hand, through the whole warehouse.

Harm guarded against: SQL and oracle agreeing on a wrong reading of what providers publish. The
figures and the section numbers are those of the pricing notes the rate cards were made from.
"""

import csv
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import pytest

from tests.python.pricing_cases import LOGGED
from tests.python.rate_oracle import Request

NO_RATE, UNKNOWN, MISSING = "unpriced_no_rate", "unpriced_unknown_model", "usage_missing"
PARTLY = "partly_priced"
MILLION = 1000000


@dataclass(frozen=True)
class Golden:
    """One hand-priced request: USD, or the status that says why there is no price, with what could
    be priced of it."""

    about: str
    expected: str
    model: str
    at: str
    usage: dict[str, int]
    tier: str | None = None
    geo: str | None = None
    unstated_write_tokens: int = 0
    wrong: bool = field(default=False)
    counted: bool = field(default=True)

    def request(self, number: int) -> Request:
        provider, _, model = self.model.partition("/")
        return Request(
            request_id=f"golden-{number}",
            provider_name=LOGGED.get(provider, provider),
            model_name=model,
            at=datetime.fromisoformat(self.at),
            tier_name=self.tier,
            geo=self.geo,
            usage=self.usage,
            unstated_write_tokens=self.unstated_write_tokens,
            is_contradictory=self.wrong,
            has_usage=self.counted,
        )


def used(uncached=0, output=0, **others) -> dict[str, int]:
    return {"uncached_input": uncached, "output": output, **others}


SONNET_46, GPT_54, NOW = "anthropic/claude-sonnet-4-6", "openai/gpt-5.4", "2026-11-01"
# section 4, case s16
MIXED = used(10000, 5000, cache_read=50000, cache_write_5m=20000, cache_write_1h=10000)
# section 4, cases s26 and s27 give no split; this one yields both amounts
HAIKU = used(57500, 5000, cache_read=42500)
BOTH = used(MILLION, MILLION)

SECTION_4 = [
    Golden(
        "s04: one token past 272,000 reprices all of it",
        "0.482505",
        GPT_54,
        NOW,
        used(72001, 1000, cache_read=200000),
    ),
    Golden("s03: exactly 272,000", "0.245", GPT_54, NOW, used(72000, 1000, cache_read=200000)),
    Golden("s16", "0.255", SONNET_46, NOW, MIXED),
    Golden("s16 in the US", "0.2805", SONNET_46, NOW, MIXED, geo="us"),
    Golden("s16 in a batch", "0.1275", SONNET_46, NOW, MIXED, tier="batch"),
    Golden("s16 in a batch in the US", "0.14025", SONNET_46, NOW, MIXED, "batch", "us"),
    Golden("s27: exactly 100,000", "0.008675", "anthropic/claude-haiku-5-5", NOW, HAIKU),
    Golden(
        "s26: 100,001", "0.043376", "anthropic/claude-haiku-5-5", NOW, HAIKU | {"cache_write_1h": 1}
    ),
    Golden(
        "s32",
        "0.02375",
        "google/gemini-2.5-pro",
        NOW,
        used(10000, 1000, cache_read=100000),
        tier="batch",
    ),
]

SECTION_5 = [
    Golden("before a change in the middle of a day", "0.42", "deepseek/deepseek-v4-flash",
           "2026-08-16 15:59:59.999999", BOTH),
    Golden("after it", "0.88", "deepseek/deepseek-v4-flash", "2026-08-16 16:00:00", BOTH),
    Golden("inside a month, first price", "2.77", "mistral/mistral-large-4",
           "2026-10-19 23:59:59.999999", BOTH),
    Golden("inside a month, second", "5.54", "mistral/mistral-large-4", "2026-10-20", BOTH),
    Golden("inside a month, last instant of the second", "5.54", "mistral/mistral-large-4",
           "2026-10-28 23:59:59.999999", BOTH),
    Golden("inside a month, third", "2.8", "mistral/mistral-large-4", "2026-10-29", BOTH),
    Golden("before an increase", "4.5", "google/gemini-3.6-flash",
           "2026-12-31 23:59:59.999999", BOTH),
    Golden("an announced increase, dated in the future", "9", "google/gemini-3.6-flash",
           "2027-01-01", BOTH),
    Golden("the same in a batch", "4.5", "google/gemini-3.6-flash", "2027-01-01", BOTH, "batch"),
    Golden("the last instant of an introduction", "12", "google/gemini-4-argon",
           "2026-11-30 23:59:59.999999", BOTH),
    Golden("the price it gives way to", "24", "google/gemini-4-argon", "2026-12-01", BOTH),
    Golden("the same in priority", "43.2", "google-vertex/gemini-4-argon", "2026-12-01", BOTH,
           "priority"),
    Golden("announced, published, withdrawn", "12", "anthropic/claude-sonnet-5", NOW, BOTH),
    Golden("on the day it was to start", "12", "anthropic/claude-sonnet-5", "2026-09-01", BOTH),
    Golden("exactly 200,000", "0.6", "anthropic/claude-sonnet-4", "2025-09-15", used(200000)),
    Golden("200,001", "1.200006", "anthropic/claude-sonnet-4", "2025-09-15", used(200001)),
    Golden("199,999 of xAI", "0.24999875", "xai/grok-4.3", NOW, used(199999)),
    Golden("exactly 200,000, inclusive at xAI", "0.5", "xai/grok-4.3", NOW, used(200000)),
    Golden("exactly 200,000, inclusive on Vertex", "1.2", "google-vertex/claude-sonnet-4-5",
           "2026-06-01", used(200000)),
    Golden("199,999 on Vertex", "0.599997", "google-vertex/claude-sonnet-4-5", "2026-06-01",
           used(199999)),
    Golden("exactly 128,000", "0.16", "google/gemini-1.5-pro", "2025-01-01", used(128000)),
    Golden("128,001", "0.3200025", "google/gemini-1.5-pro", "2025-01-01", used(128001)),
    Golden("the last instant of a tier", "1.545", SONNET_46, "2026-03-12 23:59:59.999999",
           used(250000, 2000)),
    Golden("after the tier was removed", "0.78", SONNET_46, "2026-03-13", used(250000, 2000)),
    Golden("a tier retired with a beta", "0.78", "anthropic/claude-sonnet-4", "2026-04-30",
           used(250000, 2000)),
    Golden("an alias before its move", "20", "openai/gpt-4o", "2024-10-01 23:59:59.999999", BOTH),
    Golden("an alias after its move", "12.5", "openai/gpt-4o", "2024-10-02", BOTH),
    Golden("a snapshot does not move", "20", "openai/gpt-4o-2024-05-13", NOW, BOTH),
    Golden("a name that moves between models", "4", "mistral/mistral-large-latest", "2024-07-24",
           used(MILLION)),
    Golden("the same name later", "3", "mistral/mistral-large-latest", "2024-07-25",
           used(MILLION)),
    Golden("the same name later still", "2", "mistral/mistral-large-latest", "2025-01-13",
           used(MILLION)),
    Golden("a mode without a published rate", NO_RATE, "deepseek/deepseek-v4-flash", NOW, BOTH,
           "batch"),
    Golden("a model in its time, retired since", "225", "openai/gpt-4.5-preview", "2025-03-01",
           BOTH),
    Golden("a model that price lists have dropped", "18",
           "anthropic/claude-3-5-sonnet-20241022", "2025-06-01", BOTH),
    Golden("a price that ended with its model", NO_RATE, "deepseek/deepseek-chat",
           "2026-08-01", BOTH),
    Golden("o3 before its cut", "50", "openai/o3", "2025-06-09 23:59:59.999999", BOTH),
    Golden("o3 after its cut", "10", "openai/o3", "2025-06-10", BOTH),
    Golden("o3 before its cut, cached", "2.5", "openai/o3", "2025-06-09",
           used(cache_read=MILLION)),
    Golden("o3 after its cut, cached", "0.5", "openai/o3", "2025-06-10", used(cache_read=MILLION)),
    Golden("Gemini 1.5 Pro before its cut", "14", "google/gemini-1.5-pro",
           "2024-09-30 23:59:59", used(100000, 1300000)),
    Golden("Gemini 1.5 Pro after its cut", "6.625", "google/gemini-1.5-pro", "2024-10-01",
           used(100000, 1300000)),
    Golden("grok-4 before it was retired", "18", "xai/grok-4", "2026-05-15 18:59:59", BOTH),
    Golden("what it became", "0.375", "xai/grok-4", "2026-05-15 19:00:00", used(100000, 100000)),
    Golden("a retired name without an alias", "0.375", "xai/grok-3", NOW, used(100000, 100000)),
    Golden("what grok-code-fast-1 became", "0.3", "xai/grok-code-fast-1", "2026-05-15 19:00:00",
           used(100000, 100000)),
    Golden("Gemini 2.0 Flash costs more on Vertex", "0.75", "google-vertex/gemini-2.0-flash",
           "2025-06-01", BOTH),
    Golden("and so does its audio", "1", "google-vertex/gemini-2.0-flash", "2025-06-01",
           used(input_audio=MILLION)),
    Golden("OpenAI's fastest tier", "0.36", "openai/gpt-6-astra", NOW, used(1000, 1000),
           "ultrafast"),
    Golden("before it was sold", NO_RATE, "openai/gpt-6-astra", "2026-09-28 23:59:59",
           used(1000, 1000), "ultrafast"),
    Golden("a model in GovCloud", "2.16",
           "bedrock/us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "2026-11-29",
           used(100000, 100000)),
    Golden("an embedding that costs otherwise in each of its regions", NO_RATE,
           "bedrock/us-gov.amazon.titan-embed-text-v2:0", "2026-11-29", used(100000)),
    Golden("cached audio apart", "0.028", "google/gemini-2.5-flash", NOW,
           used(40000, cache_read=200000, cache_read_audio=100000)),
    Golden("cached images apart", "0.33", "openai/gpt-image-1.5", NOW,
           used(1000, cache_read=100000, cache_read_image=100000)),
    Golden("video at the price of text", "0.03", "google/gemini-2.5-flash", NOW,
           used(input_video=100000)),
    Golden("video at a price of its own", "1.22", "google/gemini-embedding-2", "2026-11-30",
           used(100000, input_video=100000)),
    Golden("audio at the price of text", "0.125", "google/gemini-2.5-pro", NOW,
           used(input_audio=100000)),
    Golden("DeepSeek's list of September 2025", "2.24", "deepseek/deepseek-chat", "2025-09-10",
           BOTH),
    Golden("grok-4.20 before its cut", "1.4", "xai/grok-4.20", "2026-04-29", used(200000, 50000)),
    Golden("grok-4.20 after its cut", "0.75", "xai/grok-4.20", "2026-04-30", used(200000, 50000)),
    Golden("gpt-5.6-sol before its promotion", "1", "openai/gpt-5.6-sol", "2026-08-20",
           used(200000)),
    Golden("gpt-5.6-sol in its promotion", "0.8", "openai/gpt-5.6-sol", "2026-08-21",
           used(200000)),
    Golden("gpt-5.6-terra before its cut", "0.5", "openai/gpt-5.6-terra", "2026-07-29",
           used(200000)),
    Golden("gpt-5.6-terra after its cut", "0.4", "openai/gpt-5.6-terra", "2026-07-30",
           used(200000)),
    Golden("gpt-5.6-luna before its cut", "0.2", "openai/gpt-5.6-luna", "2026-07-29",
           used(200000)),
    Golden("gpt-5.6-luna after its cut", "0.04", "openai/gpt-5.6-luna", "2026-07-30",
           used(200000)),
    Golden("DeepSeek V3 before its increase", "0.42", "deepseek/deepseek-chat", "2025-02-07", BOTH),
    Golden("DeepSeek V3 after its increase", "1.37", "deepseek/deepseek-chat", "2025-02-08", BOTH),
    Golden("DeepSeek V4 Pro before its cut", "5.22", "deepseek/deepseek-v4-pro", "2026-05-24",
           BOTH),
    Golden("DeepSeek V4 Pro after its cut", "1.305", "deepseek/deepseek-v4-pro", "2026-05-26",
           BOTH),
    Golden("Gemini 2.5 Flash caching, first price", "0.075", "google/gemini-2.5-flash",
           "2025-11-06", used(cache_read=MILLION)),
    Golden("Gemini 2.5 Flash caching, second price", "0.03", "google/gemini-2.5-flash",
           "2025-11-07", used(cache_read=MILLION)),
    Golden("a backdated correction", "11", "openai/golden-correction", "2026-01-05",
           used(output=MILLION)),
    Golden("an announcement taken back", "11", "openai/golden-correction", "2026-10-01",
           used(output=MILLION)),
]  # fmt: skip

LONG = used(50000, 1000, cache_read=100000, cache_write_5m=30000, cache_write_1h=20000)
LONGER = LONG | {"cache_write_1h": 20001}
THEN = "2026-02-20"
SECTION_2 = [
    Golden("the tier takes the output along", "1.545", "anthropic/claude-sonnet-4", "2025-09-15",
           used(250000, 2000)),
    Golden("cache reads and writes count towards the tier", "0.847512", SONNET_46, THEN, LONGER),
    Golden("they do, up to it", "0.4275", SONNET_46, THEN, LONG),
    Golden("output does not count", "8.1", SONNET_46, THEN, used(200000, 500000)),
    Golden("geography x batch x tier x 1 hour", "0.4661316", SONNET_46, THEN, LONGER, "batch",
           "us"),
    Golden("1-hour writes have a price of their own", "0.06", "anthropic/claude-sonnet-4",
           "2025-09-15", used(cache_write_1h=10000)),
    Golden("a write of no stated lifetime at Anthropic", "0.0375", SONNET_46, NOW, used(),
           unstated_write_tokens=10000),
    Golden("a write of no stated lifetime at OpenAI", "0.05", "openai/gpt-5.6-sol", NOW, used(),
           unstated_write_tokens=10000),
    Golden("no price for cache reads", f"{PARTLY} 0.045", "openai/gpt-4o-2024-05-13", "2024-06-01",
           used(9000, cache_read=1000)),
    Golden("no price for cache reads in a batch", f"{PARTLY} 0.005", "openai/gpt-4.1", NOW,
           used(1000, 1000, cache_read=9000), "batch"),
    Golden("the same batch without them", "0.005", "openai/gpt-4.1", NOW, used(1000, 1000),
           "batch"),
    Golden("a rounded list price is the price", "0.013", GPT_54, NOW, used(cache_read=100000),
           "batch"),
    Golden("priority up to the tier", "1.36", GPT_54, NOW, used(272000), "priority"),
    Golden("priority above the tier is not sold", NO_RATE, GPT_54, NOW, used(272001), "priority"),
    Golden("flex above the tier", "0.6800025", GPT_54, NOW, used(272001), "flex"),
    Golden("flex without a price", NO_RATE, "google/gemini-2.5-pro", NOW, used(200001), "flex"),
    Golden("a tier nobody has named", NO_RATE, GPT_54, NOW, used(1000), "turbo"),
    Golden("default is standard", "0.25", GPT_54, NOW, used(100000), "default"),
    Golden("OpenAI's fast is priority", "0.5", GPT_54, NOW, used(100000), "fast"),
    Golden("Anthropic's fast is twice standard", "60", "anthropic/claude-opus-5", NOW, BOTH,
           "fast"),
    Golden("which is", "30", "anthropic/claude-opus-5", NOW, BOTH),
    Golden("a uplift does not multiply searches", "0.0233", SONNET_46, NOW,
           used(1000, web_search=2), geo="us"),
    Golden("nor does a batch halve them", "0.0215", SONNET_46, NOW, used(1000, web_search=2),
           "batch"),
    Golden("searches of Gemini 2.5", "0.07", "google/gemini-2.5-flash", NOW, used(web_search=2)),
    Golden("searches of Gemini 3", "0.028", "google/gemini-3.6-flash", NOW, used(web_search=2)),
    *(Golden(f"OpenAI data residency: {geo}", "0.275", GPT_54, NOW, used(100000), geo=geo)
      for geo in ("us", "eu", "au", "in", "jp")),
    Golden("OpenAI data residency x batch", "0.1375", GPT_54, NOW, used(100000), "batch", "eu"),
    Golden("Azure's data zones have prices of their own", "0.275", "azure/gpt-5.4", NOW,
           used(100000), geo="eu"),
    Golden("Vertex outside global", "0.66", "google-vertex/claude-sonnet-4-6", "2026-06-01",
           used(200000), geo="regional"),
    Golden("Bedrock in a region", "3.3", "bedrock/anthropic.claude-sonnet-4-6", NOW, used(MILLION),
           geo="regional"),
    Golden("Bedrock global", "3", "bedrock/anthropic.claude-sonnet-4-6", NOW, used(MILLION),
           geo="global"),
    Golden("a model older than the uplift", "0.0025", "openai/gpt-4o", NOW, used(1000), geo="us"),
    Golden("a model without a price in a data zone", "0.0005", "azure/gpt-3.5-turbo", NOW,
           used(1000), geo="eu"),
    Golden("a region nobody prices", NO_RATE, SONNET_46, NOW, used(1000), geo="mars"),
    Golden("a text price for text, an audio price for audio", "0.0013", "google/gemini-2.5-flash",
           NOW, used(1000, input_audio=1000)),
    Golden("the cheapest token", "0.0000000028", "deepseek/deepseek-v4-flash", "2026-06-01",
           used(cache_read=1)),
    Golden("Sonnet 4 is not free", "0.018", "anthropic/claude-sonnet-4-20250514", NOW,
           used(1000, 1000)),
    Golden("Opus 4.1 is not free", "0.09", "anthropic/claude-opus-4-1-20250805", NOW,
           used(1000, 1000)),
    Golden("Haiku 3.5 reads at a tenth", "0.08", "anthropic/claude-3-5-haiku-20241022",
           "2025-04-01", used(cache_read=MILLION)),
    Golden("a name like one that is known", UNKNOWN, "google/gemini-2.5-pro-xyz", NOW, BOTH),
    Golden("a name unlike any", UNKNOWN, "openai/gpt-7", NOW, BOTH),
    Golden("more cached than sent", MISSING, SONNET_46, NOW, used(0, 10, cache_read=1000),
           wrong=True),
    Golden("nothing used, they say", MISSING, SONNET_46, NOW, used()),
]  # fmt: skip

# What is no token, and names with something around them; prices of 2026-11-29.
BY_THE_PIECE = [
    Golden("rerank searches", "0.004", "cohere/rerank-v3.5", NOW, used(request=2)),
    Golden("a minute of sound", "0.006", "openai/whisper-1", NOW, used(media_second=60)),
    Golden("pages", "0.02", "mistral/mistral-ocr-latest", NOW, used(page=5)),
    Golden("pictures", "0.04", "xai/grok-imagine-image", NOW, used(generated_image=2)),
    Golden("characters", "0.0015", "openai/tts-1", NOW, used(character=100)),
    Golden("searches of a rerank, in a tier it is not sold in", NO_RATE, "cohere/rerank-v3.5", NOW,
           used(request=2), "batch"),
    Golden("seconds beside text that has a price", PARTLY + "0.0025", "openai/gpt-4o", NOW,
           used(1000, media_second=60)),
    Golden("a fine-tune is sold under the name of its base", "0.00525",
           "openai/ft:gpt-4o-2024-08-06:our-firm::id1", NOW, used(1000, 100)),
    Golden("a profile's ARN", "3.3",
           "bedrock/arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-6",
           NOW, used(MILLION)),
    Golden("LiteLLM's way of asking", "3", "bedrock/converse/global.anthropic.claude-sonnet-4-6",
           NOW, used(MILLION)),
    Golden("moderation is free, says the card", "0", "openai/omni-moderation-latest", NOW, {},
           counted=False),
    Golden("whatever a gateway counts of it", "0", "openai/omni-moderation-2024-09-26", NOW,
           used(1000, input_image=500)),
    Golden("and so was the one before it", "0", "openai/text-moderation-stable", "2025-06-01", {},
           counted=False),
    Golden("a chat that nobody counted", MISSING, "openai/gpt-4o", NOW, {}, counted=False),
    Golden("Sonar has a fee besides", UNKNOWN, "perplexity/perplexity/sonar", NOW, used(1000)),
]  # fmt: skip

# Hours, profiles and lifetimes that the provider's name or clock decides, not the log.
UNSTATED = [
    Golden("peak of DeepSeek", "1.76", "deepseek/deepseek-v4-flash", "2026-08-17 01:00:00", BOTH),
    Golden("no peak on a holiday", "0.75", "deepseek/deepseek-v4-flash", "2026-10-01 01:00:00",
           BOTH),
    Golden("night of DeepSeek V3", "0.685", "deepseek/deepseek-chat", "2025-03-01 20:00:00", BOTH),
    Golden("Bedrock profile in a geography", "3.3", "bedrock/us.anthropic.claude-sonnet-4-6", NOW,
           used(MILLION)),
    Golden("Bedrock without a profile", "3.3", "bedrock/anthropic.claude-sonnet-4-6", NOW,
           used(MILLION)),
    Golden("a GPT write of no stated lifetime on Bedrock", "0.05", "bedrock/openai.gpt-5.6-sol",
           NOW, used(), geo="global", unstated_write_tokens=10000),
]  # fmt: skip

GOLDENS = [*SECTION_4, *SECTION_5, *SECTION_2, *UNSTATED, *BY_THE_PIECE]

# Rows that no seed has yet, appended to the copy the pricing tests build from.
CARD = [
    # price, valid_from, recorded_at, status
    ("10", "2026-01-01", "2026-01-01", "effective"),
    ("11", "2026-01-01", "2026-02-01", "corrected"),
    ("15", "2026-09-01", "2026-06-01", "announced"),
    ("15", "2026-09-01", "2026-08-01", "withdrawn"),
]


def append_card(path):
    """Append the made-up card to a copy of rate_card_prices.csv."""
    with path.open("a", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            ("golden", "openai", "golden-correction", "output", "standard", "global", "0", "false",
             price, "1000000", f"{start} 00:00:00", "", f"{known} 00:00:00", status, "made up")
            for price, start, known, status in CARD
        )  # fmt: skip


def requests() -> list[Request]:
    return [golden.request(number) for number, golden in enumerate(GOLDENS)]


def parameters() -> list:
    return [pytest.param(n, golden, id=golden.about) for n, golden in enumerate(GOLDENS)]


@pytest.mark.parametrize(("number", "golden"), parameters())
def test_hand_priced(priced, number, golden):
    found = priced[f"golden-{number}"]
    if golden.expected in (NO_RATE, UNKNOWN, MISSING):
        assert (found.status, found.cost) == (golden.expected, None)
    elif golden.expected.startswith(PARTLY):
        known = Decimal(golden.expected.removeprefix(PARTLY))
        assert (found.status, found.cost, found.lower_bound) == (PARTLY, None, known)
    else:
        assert (found.status, found.cost) == ("priced", Decimal(golden.expected))


@pytest.mark.parametrize(
    ("as_of_recorded_at", "expected"),
    [
        (
            "2026-01-15",
            {
                ("claude-sonnet-5", "2026-10-01"): [],
                ("golden-correction", "2026-01-05"): [10],
                ("golden-correction", "2026-10-01"): [10],
            },
        ),
        (
            "2026-07-15",
            {
                ("claude-sonnet-5", "2026-10-01"): [15],
                ("golden-correction", "2026-01-05"): [11],
                ("golden-correction", "2026-10-01"): [15],
            },
        ),
    ],
)
def test_as_it_was_known(priced, tmp_path, as_of_recorded_at, expected):
    """Rates of output, USD per million, by what was on record at an instant."""
    project = priced.project.copy(tmp_path)
    rates = ("int_rate_card_states", "int_rate_windows_by_state", "int_rate_windows")
    project.dbt("run", "--select", *rates, "--vars", f"{{rates_known_at: '{as_of_recorded_at}'}}")
    for (model, at), wanted in expected.items():
        found = project.rows(
            f"select output_rate_usd from intermediate.int_rate_windows where model = '{model}' "
            "and provider in ('openai', 'anthropic') and service_tier = 'standard' "
            "and region_scope = 'global' and context_start_tokens = 0 "
            f"and timestamp '{at}' >= valid_from and timestamp '{at}' < valid_to"
        )
        assert [rate * MILLION for (rate,) in found] == wanted, (model, at)
