"""The importer of the community layer.

Harms guarded against: a price of others that takes the place of ours, a mix of two lists that is
nobody's price, a free or rounded price, a past row that is edited, and a model that looks cheap
because its fee is left out.
"""

import csv
import json
from collections import Counter
from datetime import datetime
from decimal import Decimal

from scripts.cli import main
from scripts.rates.card import Card, Key
from scripts.rates.community import layer
from scripts.rates.offers import Offer
from tests.python.project import ROOT

FIRST, LATER = "2027-01-05 09:00:00", "2027-01-06 09:00:00"
CARD = ROOT / "seeds" / "rate_cards"


def model(provider, source, output, mode="chat", **prices):
    """An entry of LiteLLM's list, prices per token as it writes them."""
    return {
        "litellm_provider": provider,
        "mode": mode,
        "input_cost_per_token": source,
        "output_cost_per_token": output,
    } | prices


LISTED = {
    "new_host/Maker/Model-1": model("new_host", 2e-07, 6e-07),
    "new_host/embed": model("new_host", 1e-08, 0, mode="embedding"),
    "new_host/long": model("new_host", 1e-06, 2e-06, input_cost_per_token_above_128k_tokens=3e-06),
    "xai/grok-99": model("xai", 1e-06, 2e-06, input_cost_per_token_above_200k_tokens=3e-06),
    "together_ai/maker/aliased-host": model("together_ai", 1e-07, 2e-07),
    "gpt-5.4": model("openai", 9e-06, 9e-06),
    "gpt-4o-2024-08-06": model("openai", 9e-06, 9e-06),
    "new_host/free": model("new_host", 0, 0),
    "new_host/noise": model("new_host", 1.00000000000001e-07, 2e-07),
    "new_host/with-fee": model("new_host", 1e-07, 2e-07, input_cost_per_request=0.005),
    "openrouter/maker/model": model("openrouter", 1e-07, 2e-07),
    "new_host/picture": model("new_host", 1e-07, 2e-07, mode="image_generation"),
    "perplexity/perplexity/sonar": model("perplexity", 2.5e-07, 2.5e-06, mode="responses"),
}


def by_the_piece(mode, **prices):
    """An entry of LiteLLM's list without a price of a token."""
    return {"litellm_provider": "new_host", "mode": mode, "input_cost_per_token": 0} | prices


PIECES = {
    "new_host/painter": by_the_piece("image_generation", output_cost_per_image=0.04),
    "new_host/listener": by_the_piece(
        "audio_transcription", input_cost_per_second=0.0001, output_cost_per_second=0.0001
    ),
    "new_host/speaker": by_the_piece("audio_speech", input_cost_per_character=1.5e-05),
    "new_host/sorter": by_the_piece("rerank", input_cost_per_query=0.002),
    "new_host/reader": by_the_piece(
        "ocr",
        ocr_cost_per_page=0.001,
        annotation_cost_per_page=0.003,
        ocr_cost_per_page_batches=5e-4,
    ),
    "new_host/filmer": by_the_piece("video_generation", output_cost_per_video_per_second=0.1),
    # one price of several: which, no log says
    "new_host/by-size": by_the_piece(
        "video_generation", output_cost_per_second=0.1, output_cost_per_second_1080p=0.2
    ),
    "new_host/1024-x-1024/sizes": by_the_piece("image_generation", output_cost_per_image=0.04),
    "new_host/sizes": by_the_piece("image_generation", output_cost_per_image=0.02),
    "new_host/both-ways": by_the_piece(
        "audio_transcription", input_cost_per_second=0.0001, output_cost_per_second=0.0002
    ),
    "new_host/tokens-too": by_the_piece(
        "audio_speech", input_cost_per_character=1e-05, output_cost_per_audio_token=1e-05
    ),
    "cohere/rerank-v3.5": by_the_piece("rerank", input_cost_per_query=9)
    | {"litellm_provider": "cohere"},
}


def take_in(company, listed, at, *options):
    """Import a list as LiteLLM's; the rows that the company has of it."""
    path = company.parent / "litellm.json"
    path.write_text(json.dumps(listed))
    asked = ["--without", "genai-prices", "--without", "model-prices", "--litellm", str(path)]
    assert main(["import", "community", *asked, "--recorded-at", at, *options]) == 0
    file = company / "rate_cards" / "extra_community_prices.csv"
    return list(csv.DictReader(file.open())) if file.exists() else []


def test_a_model_with_one_price_by_the_piece_is_taken(company):
    """A price of 1,000, once: standard, global, no context."""
    rows = take_in(company, PIECES, FIRST, "--write")
    assert of(rows, "model", "meter", "unit_price_usd") == {
        ("painter", "generated_image", "40"),
        ("listener", "media_second", "0.1"),
        ("speaker", "character", "0.015"),
        ("sorter", "request", "2"),
        ("reader", "page", "1"),
        ("filmer", "media_second", "100"),
    }
    assert of(rows, "service_tier", "region_scope", "context_min_tokens", "block_size") == {
        ("standard", "global", "0", "1000")
    }
    assert main(["check"]) == 0


def of(rows, *columns):
    return {tuple(row[name] for name in columns) for row in rows}


def test_only_what_our_card_does_not_know_is_taken(company, capsys):
    rows = take_in(company, LISTED, FIRST, "--write")
    assert of(rows, "provider", "model") == {
        ("new_host", "maker/model-1"),
        ("new_host", "embed"),
        ("new_host", "long"),
        ("xai", "grok-99"),
        ("together", "maker/aliased-host"),
    }
    assert of(rows, "source_count", "valid_from", "recorded_at") == {("1", "", FIRST)}
    said = capsys.readouterr().err
    assert "more than 9 decimals: new_host/noise/uncached_input" in said
    assert "2 models with a fee per request" in said
    assert main(["check"]) == 0


def test_a_tier_of_context_has_all_prices_of_its_list(company):
    """A list states above a threshold only what changes there."""
    rows = take_in(company, LISTED, FIRST, "--write")
    long = [row for row in rows if row["model"] == "long"]
    assert of(long, "meter", "context_min_tokens", "unit_price_usd") == {
        ("uncached_input", "0", "1"),
        ("output", "0", "2"),
        ("uncached_input", "128000", "3"),
        ("output", "128000", "2"),
    }
    inclusive = [row for row in rows if row["model"] == "grok-99" and row["meter"] == "output"]
    assert of(inclusive, "context_min_tokens", "threshold_inclusive") == {
        ("0", "false"),
        ("200000", "true"),
    }


def test_a_later_import_appends_what_changed(company):
    before = take_in(company, LISTED, FIRST, "--write")
    assert take_in(company, LISTED, LATER, "--write") == before
    changed = LISTED | {"new_host/embed": model("new_host", 2e-08, 0, mode="embedding")}
    del changed["new_host/long"]
    after = take_in(company, changed, LATER, "--write")
    assert after[: len(before)] == before
    (row,) = after[len(before) :]
    assert (row["model"], row["unit_price_usd"]) == ("embed", "0.02")
    assert (row["valid_from"], row["recorded_at"]) == ("2027-01-06 00:00:00", LATER)


def test_a_price_of_another_unit_is_left_out_and_said(company, capsys):
    """Harm: a list's slip of the point is on record, and every night refuses the card."""
    before = take_in(company, LISTED, FIRST, "--write")
    slipped = LISTED | {"new_host/embed": model("new_host", 2e-05, 0, mode="embedding")}
    capsys.readouterr()
    assert take_in(company, slipped, LATER, "--write") == before
    said = capsys.readouterr().err
    assert "left out: 1 prices more than ten times off; look at the list: new_host/embed/" in said
    assert main(["check"]) == 0


def test_nothing_is_written_unasked(company):
    assert take_in(company, LISTED, FIRST) == []


def offers(price_list, **prices):
    """One list's prices of a model: USD per million tokens, by meter."""
    return [
        Offer(
            Key("host", "m", meter, "standard", "global", 0),
            Decimal(price),
            False,
            datetime(2026, 9, 1) if price_list == "genai-prices" else None,
            f"{price_list} 1",
        )
        for meter, price in prices.items()
    ]


def said(*lists):
    found = layer(Card(CARD), [offer for each in lists for offer in each], Counter())
    return {each.key.meter: (str(each.price), each.source_count, each.source) for each in found}


def test_lists_that_agree_are_counted_and_fill_each_others_gaps():
    dated = offers("genai-prices", uncached_input="1", output="2")
    more = offers("litellm", uncached_input="1", output="2", cache_read="0.1")
    assert said(dated, more) == {
        "uncached_input": ("1", 2, "genai-prices 1; litellm 1"),
        "output": ("2", 2, "genai-prices 1; litellm 1"),
        "cache_read": ("0.1", 1, "litellm 1"),
    }


def test_lists_that_disagree_are_not_mixed():
    one = offers("genai-prices", uncached_input="1", output="2")
    other = offers("litellm", uncached_input="1", output="3", cache_read="0.1")
    assert said(other, one) == {
        "uncached_input": ("1", 2, "genai-prices 1; litellm 1"),
        "output": ("2", 1, "genai-prices 1; litellm 1 says 3"),
    }


def test_a_list_that_says_two_prices_says_none():
    twice = offers("litellm", uncached_input="1") + offers("litellm", uncached_input="5")
    assert said(twice + offers("litellm", output="2")) == {}
