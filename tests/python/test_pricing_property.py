"""Random requests over every rate card: the warehouse against an exact oracle.

Harm guarded against: a wrong price at some combination of model, name, tier, region, instant,
context and meter that nobody thought of writing a test for.
"""

from collections import Counter

import pytest

from tests.python import synthetic_cards
from tests.python.pricing_cases import Priced, draw, know_made_up_keys
from tests.python.project import copy_project
from tests.python.rate_oracle import CONTEXT_METERS, METERS, Oracle

SEED, COUNT = 20261121, 24000
OF_COMMUNITY = 7200


def requests(seeds):
    oracle = Oracle(seeds=seeds)
    community = draw(OF_COMMUNITY, SEED, oracle, oracle.community_models())
    return draw(COUNT, SEED, oracle) + community


@pytest.fixture(scope="module")
def seeds(priced):
    return priced.root / "seeds"


@pytest.fixture(scope="module")
def cases(seeds):
    return requests(seeds)


def test_pricing_adds_and_drops_no_row(priced):
    assert sorted(priced.found_ids) == sorted(priced.request_ids)


def assert_equal(priced, cases, oracle):
    wrong = [
        (request, priced[request.request_id], answer)
        for request in cases
        if priced[request.request_id] != (answer := oracle.price(request))
    ]
    assert not wrong, (
        f"{len(wrong)} of {len(cases)} differ; the first, warehouse then oracle:\n"
        + ("\n".join(map(str, wrong[0])))
    )


def test_the_warehouse_equals_the_oracle(priced, cases, seeds):
    assert_equal(priced, cases, Oracle(seeds))


@pytest.mark.long
def test_fifty_thousand_others_equal_the_oracle(tmp_path):
    """Other cards made up beside the real ones, and other requests."""
    root = copy_project(tmp_path)
    synthetic_cards.append(root / "seeds" / "rate_cards", seed=11)
    know_made_up_keys(root)
    synthetic_cards.append_bounds(root / "seeds" / "policy" / "partly_priced_rules.csv")
    oracle = Oracle(root / "seeds")
    cases = draw(38_000, SEED + 1, oracle)
    cases += draw(12_000, SEED + 1, oracle, oracle.community_models())
    assert_equal(Priced(tmp_path, cases, root), cases, oracle)


def test_the_draw_reaches_what_it_is_meant_to_reach(priced, cases, seeds):
    oracle = Oracle(seeds=seeds)
    statuses = Counter(priced[request.request_id].status for request in cases)
    assert statuses["priced"] > COUNT / 3
    assert set(statuses) == {
        "priced",
        "partly_priced",
        "unpriced_no_rate",
        "unpriced_unknown_model",
        "unpriced_unknown_provider",
        "usage_missing",
        "not_billable",
    }
    assert min(statuses.values()) > 100
    partly = [answer for answer in map(oracle.price, cases) if answer.status == "partly_priced"]
    assert {meter for answer in partly for meter in answer.lacking} == set(METERS)
    assert {answer.cost is None for answer in partly} == {True, False}
    assert max(len(answer.lacking) for answer in partly) > 1
    found = [priced[request.request_id] for request in cases]
    paid = [answer for answer in found if answer.status == "priced"]
    sold = {model for model in Oracle().models() if oracle.offers(*model)[3]}
    of_models = {(answer.provider, answer.model) for answer in paid}
    assert sold <= of_models
    assert len({*oracle.community_models()} & of_models) > 2000
    assert {answer.tier for answer in paid} >= {"standard", "batch", "flex", "priority", "fast"}
    assert {answer.region for answer in paid} >= {"global", "us", "eu", "jp", "regional"}
    assert {meter for answer in paid for meter, cost in answer.costs.items() if cost} == set(METERS)


def test_the_draw_reaches_both_sides_of_thresholds(cases, seeds):
    oracle = Oracle(seeds=seeds)
    beside = Counter()
    for request in cases:
        provider, model, _ = oracle.identify(request)
        if model:
            context = sum(request.usage.get(meter, 0) for meter in CONTEXT_METERS)
            beside.update(context - threshold for threshold in oracle.offers(provider, model)[2])
    assert all(beside[distance] > 100 for distance in (-1, 0, 1))
