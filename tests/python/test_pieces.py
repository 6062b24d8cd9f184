"""What is no token: images by size and quality, calls that are free, the rent of a stored cache.

Harms guarded against: an image at the price of another size, or of one that nobody stated; an image
that is charged by the token and once more by the piece; a free call among those whose usage is
missing; a rent that no figure holds although the log states it; a quantity that nobody prices and
nobody names.
"""

import json
from decimal import Decimal

import pytest

from tests.python.project import Project, copy_project
from tests.python.test_fees import of
from tests.python.test_negotiated_prices import append

pytestmark = pytest.mark.wide

AT = "2026-04-14T10:00:00Z"
STATUS = ("price_status", "billed_model", "cost_usd")
# a model of the house: its small videos cost less than its large ones
HOUSE = [
    f"made-up,openai,{size}/film-1,media_second,standard,global,0,false,{price},1000,"
    "2026-01-01 00:00:00,,2026-08-01 00:00:00,effective,made up"
    for size, price in (("720-x-1280", 100), ("1024-x-1792", 500))
]
PLAIN = [
    {"request_id": "hd", "model": "dall-e-3", "generated_images": 1, "image_size": "1024x1792",
     "image_quality": "hd"},
    {"request_id": "two", "model": "dall-e-2", "generated_images": 2, "size": "512X512"},
    {"request_id": "standard", "model": "dall-e-2", "image_count": 1, "size": "256x256",
     "quality": "standard"},
    {"request_id": "no size", "model": "dall-e-3", "generated_images": 3},
    {"request_id": "no quality", "model": "dall-e-3", "generated_images": 1, "size": "1024x1024"},
    {"request_id": "no count", "model": "dall-e-3", "size": "1024x1024", "quality": "hd"},
    {"request_id": "one price", "provider": "xai", "model": "grok-imagine-image",
     "generated_images": 2, "size": "1024x1024"},
    {"request_id": "tokens", "model": "gpt-image-1", "input_tokens": 100, "output_tokens": 1056,
     "generated_images": 1, "size": "1024x1024", "quality": "medium"},
    {"request_id": "tokens left out", "model": "gpt-image-1", "input_tokens": 100,
     "generated_images": 1, "size": "1024x1024", "quality": "medium"},
    {"request_id": "film", "model": "film-1", "video_seconds": 8, "video_size": "1024x1792"},
    {"request_id": "small film", "model": "film-1", "video_seconds": 8, "video_size": "720*1280"},
    {"request_id": "moderated", "model": "omni-moderation-latest"},
    {"request_id": "moderated in vain", "model": "omni-moderation-latest", "status": "failure"},
    {"request_id": "nobody counted", "model": "gpt-4o"},
    {"request_id": "rent", "provider": "google", "model": "gemini-2.5-pro",
     "cache_storage_token_hours": 1200000.6},
    {"request_id": "rent unpriced", "provider": "openai", "model": "gpt-4o", "input_tokens": 1000,
     "cache_storage_token_hours": 5},
]  # fmt: skip


def of_litellm(request_id: str, model: str, call_type: str, **parameters) -> dict:
    return {
        "id": request_id,
        "litellm_call_id": request_id,
        "call_type": call_type,
        "status": "success",
        "startTime": 1776160800.0,
        "endTime": 1776160802.0,
        "model": model,
        "custom_llm_provider": "openai",
        "model_parameters": parameters,
        "metadata": {"usage_object": {"prompt_tokens": 0, "completion_tokens": 0}},
    }


LITELLM = [
    of_litellm("l image", "dall-e-3", "aimage_generation", n=1, size="1792x1024", quality="hd"),
    of_litellm("l edit", "dall-e-2", "image_edit", n=3, size="1024x1024"),
    of_litellm("l unsaid", "dall-e-3", "aimage_generation", size="1792x1024", quality="hd"),
    of_litellm("l answers", "gpt-4o", "acompletion", n=4),
    of_litellm("l moderated", "omni-moderation-latest", "amoderation"),
]
# LiteLLM's own usage object of video, speech, transcription and rerank: counts in keys of their own
COUNTED = {
    "l film": ("sora-2", {"duration_seconds": 8}, "media_seconds", 8, "0.8"),
    "l sound": ("whisper-1", {"seconds": 60}, "media_seconds", 60, "0.006"),
}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def house(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pieces")
    lines = [{"provider": "openai", "timestamp": AT} | line for line in PLAIN]
    counted = []
    for name, (model, usage, *_) in COUNTED.items():
        line = of_litellm(name, model, "acompletion")
        line["metadata"]["usage_object"] |= usage
        counted.append(line)
    for table, records in (
        ("envelope_events", lines),
        ("litellm_standard_logging", LITELLM + counted),
    ):
        log = folder / "landing" / table / "log.jsonl"
        log.parent.mkdir(parents=True)
        log.write_text("".join(json.dumps(record) + "\n" for record in records))
    root = copy_project(folder)
    append(root, "rate_card_prices.csv", *HOUSE)
    server = request.getfixturevalue("new_database")() if request.param == "postgres" else None
    project = Project(folder, folder / "landing", server, root)
    project.load()
    project.build_part("+fct_priced_requests", "+fct_unpriced_meters_daily")
    return project


@pytest.mark.parametrize(
    ("request_id", "model", "cost"),
    [
        ("hd", "hd/1024-x-1792/dall-e-3", "0.12"),
        ("two", "512-x-512/dall-e-2", "0.036"),
        ("standard", "256-x-256/dall-e-2", "0.016"),
        ("one price", "grok-imagine-image", "0.04"),
        ("film", "1024-x-1792/film-1", "4"),
        ("small film", "720-x-1280/film-1", "0.8"),
        ("l image", "hd/1792-x-1024/dall-e-3", "0.12"),
        ("l edit", "1024-x-1024/dall-e-2", "0.06"),
    ],
)
def test_a_piece_is_charged_at_its_size_and_quality(house, request_id, model, cost):
    assert of(house, request_id, *STATUS) == ("priced", model, Decimal(cost))


@pytest.mark.parametrize(("request_id", "images"), [("no size", 3), ("no quality", 1)])
def test_a_size_or_quality_that_nobody_stated_is_not_guessed(house, request_id, images):
    found = of(house, request_id, *STATUS, "generated_images")
    assert found == ("unpriced_no_rate", "dall-e-3", None, images)


@pytest.mark.parametrize("request_id", ["no count", "l unsaid", "l answers", "nobody counted"])
def test_a_number_that_nobody_stated_is_not_guessed(house, request_id):
    found = of(house, request_id, "price_status", "cost_usd", "generated_images")
    assert found == ("usage_missing", None, 0)


def test_an_image_made_of_tokens_is_not_charged_by_the_piece_as_well(house):
    # 100 at 5 and 1,056 at 40 a million
    assert of(house, "tokens", *STATUS) == ("priced", "gpt-image-1", Decimal("0.04274"))


def test_an_image_whose_tokens_the_log_leaves_out_is_named(house):
    columns = ("price_status", "cost_usd", "cost_lower_bound_usd", "meters_without_a_price")
    found = of(house, "tokens left out", *columns)
    assert found == ("partly_priced", None, Decimal("0.0005"), "generated_image")
    listed = house.rows(
        "select quantity from marts.fct_unpriced_meters_daily "
        "where model_name = 'gpt-image-1' and meter = 'generated_image'"
    )
    assert listed == [(1,)]


@pytest.mark.parametrize("request_id", ["moderated", "l moderated"])
def test_a_free_call_costs_nothing_because_the_card_says_so(house, request_id):
    found = of(house, request_id, *STATUS, "price_source", "charged_requests")
    assert found == ("priced", "omni-moderation", Decimal(0), "list", 1)


def test_a_free_call_that_failed_is_not_billable(house):
    assert of(house, "moderated in vain", "price_status", "cost_usd") == ("not_billable", 0)


def test_the_rent_of_a_cache_is_charged_by_token_and_hour(house):
    # 4.50 a million
    columns = (*STATUS, "cache_storage_token_hours", "cache_storage_token_hour_cost_usd")
    cost = Decimal("5.4000045")
    assert of(house, "rent", *columns) == ("priced", "gemini-2.5-pro", cost, 1200001, cost)


def test_a_rent_without_a_price_leaves_the_rest_priced(house):
    columns = ("price_status", "cost_lower_bound_usd", "meters_without_a_price")
    found = of(house, "rent unpriced", *columns)
    assert found == ("partly_priced", Decimal("0.0025"), "cache_storage_token_hour")


@pytest.mark.parametrize("request_id", COUNTED)
def test_litellm_s_own_counts_are_charged(house, request_id):
    _, _, quantity, count, cost = COUNTED[request_id]
    found = of(house, request_id, "price_status", quantity, "cost_usd")
    assert found == ("priced", count, Decimal(cost))
