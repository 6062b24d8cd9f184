"""Requests of which some meters have a price and some have none.

Harms guarded against: a request that costs nothing in every figure for the want of one meter's
price; a known part that is charged although nobody decided so; a lower bound that nobody can tell
from a cost; a meter without a price that no list names.
"""

from datetime import datetime
from decimal import Decimal

import pytest

from scripts.rates.meters import meters
from tests.python.pricing_cases import know_made_up_keys, logged
from tests.python.project import Project, copy_project
from tests.python.rate_oracle import METERS, Request
from tests.python.test_negotiated_prices import append, rebuilt

pytestmark = pytest.mark.wide

DAY, LATER = "2026-09-14", "2026-09-15"
# USD per million; a model has these prices and no other
CARD = {
    "text": {"uncached_input": 2, "output": 8},
    "writer": {"output": 8},
    "reader": {"uncached_input": 2},
    "taken": {"uncached_input": 2, "output": 8},
    "spoken": {"uncached_input": 2, "output": 8, "output_audio": 64},
}
PRICE_OF_TEXT = Decimal("0.001")  # 100 of input at 2, 100 of output at 8


def priced_with(root, **models) -> None:
    append(
        root,
        "rate_card_prices.csv",
        *(
            f"made-up,cohere,m-{name},{meter},standard,global,0,false,{price},1000000,"
            "2026-01-01 00:00:00,,2026-08-01 00:00:00,effective,made up"
            for name, prices in models.items()
            for meter, price in prices.items()
        ),
    )


def used(name: str, model: str, day: str = DAY, **usage: int) -> Request:
    return Request(name, "cohere", f"m-{model}", datetime.fromisoformat(f"{day} 10:00:00"),
                   usage=usage)  # fmt: skip


TEXT = {"uncached_input": 100, "output": 100}
# each meter beside text that has a price, and each half of the text beside the other
LACKING = {
    meter: used(
        f"lacks-{meter}",
        {"uncached_input": "writer", "output": "reader"}.get(meter, "text"),
        **TEXT | {meter: 7},
    )
    for meter in METERS
}
REQUESTS = [
    *LACKING.values(),
    used("whole", "text", **TEXT),
    used("two", "text", **TEXT, input_image=5, web_search=2),
    used("nothing-priced", "text", input_image=5),
    used("unknown-model", "unheard-of", **TEXT, input_image=5),
    used("taken", "taken", **TEXT, input_image=5),
    used("taken-no-more", "taken", LATER, **TEXT, input_image=5),
    used("spoken", "spoken", **TEXT, output_audio=10, input_audio=3),
    Request("nothing-reported", "cohere", "m-text", datetime.fromisoformat(DAY), has_usage=False),
]
RULE = f"t,cohere,m-taken,true,2026-09-01,{LATER},made up"


class House:
    """A warehouse with these requests, and what it says of them."""

    def __init__(self, folder, postgres=None):
        landing = folder / "landing"
        (landing / "litellm_spend_logs").mkdir(parents=True)
        (landing / "litellm_spend_logs" / "log.jsonl").write_text(
            "".join(logged(request) + "\n" for request in REQUESTS)
        )
        self.root = copy_project(folder)
        know_made_up_keys(self.root)
        priced_with(self.root, **CARD)
        append(self.root, "partly_priced_rules.csv", RULE)
        self.project = Project(folder, landing, postgres, self.root)

    def of(self, request_id: str, *columns: str) -> tuple:
        (row,) = self.project.rows(
            f"select {', '.join(columns)} from marts.fct_priced_requests "
            f"where request_id = '{request_id}'"
        )
        return row

    def sums(self, sql: str) -> tuple:
        (row,) = self.project.rows(sql)
        return row


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("partly"))
    house.project.nightly()
    return house


PARTS = ("price_status", "cost_usd", "cost_lower_bound_usd", "meters_without_a_price")


@pytest.mark.parametrize("meter", METERS)
def test_one_meter_without_a_price_leaves_the_rest_priced(house, meter):
    bound = {"uncached_input": Decimal("0.0008"), "output": Decimal("0.0002")}.get(
        meter, PRICE_OF_TEXT
    )
    assert house.of(f"lacks-{meter}", *PARTS) == ("partly_priced", None, bound, meter)
    costs = dict(
        zip(METERS, house.of(f"lacks-{meter}", *(f"{m}_cost_usd" for m in METERS)), strict=True)
    )
    assert costs.pop(meter) is None
    assert sum(costs.values()) == bound, "what is not used costs nothing, and is no unknown"


@pytest.mark.parametrize(
    ("request_id", "expected"),
    [
        ("whole", ("priced", PRICE_OF_TEXT, PRICE_OF_TEXT, None)),
        ("two", ("partly_priced", None, PRICE_OF_TEXT, "input_image web_search")),
        ("nothing-priced", ("unpriced_no_rate", None, None, None)),
        ("unknown-model", ("unpriced_unknown_model", None, None, None)),
        ("nothing-reported", ("usage_missing", None, None, None)),
        ("taken", ("partly_priced", PRICE_OF_TEXT, PRICE_OF_TEXT, "input_image")),
        ("taken-no-more", ("partly_priced", None, PRICE_OF_TEXT, "input_image")),
        ("spoken", ("partly_priced", None, PRICE_OF_TEXT + Decimal("0.00064"), "input_audio")),
    ],
)
def test_what_is_known_of_a_request_is_told_from_what_it_costs(house, request_id, expected):
    assert house.of(request_id, *PARTS) == expected


def test_no_list_price_is_claimed_of_a_part(house):
    assert house.of("taken", "list_cost_usd", "price_source") == (None, "list")


def test_every_missing_meter_is_listed_with_its_quantity_and_the_row_to_add(house):
    found = {
        (model, str(day), meter): tuple(rest)
        for model, day, meter, *rest in house.project.rows(
            "select model_name, usage_date, meter, quantity, attempt_count, cost_lower_bound_usd, "
            "cost_usd, missing_row from marts.fct_unpriced_meters_daily"
        )
    }
    # one request of its own for each meter; images and searches are in `two` as well
    assert {meter for _, _, meter in found} == set(METERS)
    row = "extra_rate_card_prices.csv: cohere, {}, tier standard, region global, input_image"
    assert found["m-text", DAY, "input_image"] == (
        12, 2, 2 * PRICE_OF_TEXT, None, row.format("m-text"),
    )  # fmt: skip
    assert found["m-taken", DAY, "input_image"] == (
        5, 1, PRICE_OF_TEXT, PRICE_OF_TEXT, row.format("m-taken"),
    )  # fmt: skip
    assert found["m-taken", LATER, "input_image"][3] is None
    columns = {meter.name: meter.quantity for meter in meters()}
    for meter in METERS:
        column = columns[meter]
        listed = sum(row[0] for (_, _, of), row in found.items() if of == meter)
        assert listed == house.project.value(
            f"select sum({column}) from marts.fct_priced_requests "
            f"where price_status = 'partly_priced' and {meter}_cost_usd is null"
        )


def test_what_is_not_taken_is_in_the_list_of_use_without_a_price(house):
    (row,) = house.project.rows(
        "select attempt_count, cost_lower_bound_usd from marts.fct_unpriced_usage_daily "
        "where price_status = 'partly_priced' and missing_row like '%input_image and web_search'"
    )
    assert row == (1, PRICE_OF_TEXT)
    assert house.sums(
        "select sum(attempt_count), sum(cost_lower_bound_usd) from marts.fct_unpriced_usage_daily"
    ) == house.sums(
        "select sum(unpriced_count), sum(partly_priced_usd) - sum(lower_bound_cost_usd) "
        "from marts.fct_spend_daily"
    )


def test_the_sums_foot(house):
    """By request, day, coverage, kind, ledger, FOCUS: one cost; the bound is said beside it."""
    cost, bound, taken = house.sums(
        "select sum(cost_usd), sum(cost_lower_bound_usd), "
        "sum(case when price_status = 'partly_priced' then cost_usd end) "
        "from marts.fct_priced_requests"
    )
    assert (cost, taken) == (2 * PRICE_OF_TEXT, PRICE_OF_TEXT) and bound > cost
    assert house.sums(
        "select sum(cost_usd), sum(lower_bound_cost_usd), sum(partly_priced_usd), "
        "sum(partly_priced_count), sum(priced_count) from marts.fct_spend_daily"
    ) == (cost, taken, bound - PRICE_OF_TEXT, len(METERS) + 4, 1)
    assert house.sums(
        "select sum(cost_usd), sum(lower_bound_cost_usd) from marts.fct_attribution_coverage_daily"
    ) == (cost, taken)
    assert house.sums("select sum(amount_usd) from marts.fct_chargeback_ledger") == (cost,)
    assert house.sums(
        'select sum("EffectiveCost") from marts.rpt_focus_cost_and_usage'
    ) == (cost,)  # fmt: skip
    assert house.sums(
        "select sum(cost_usd), sum(input_cost_usd + output_cost_usd) "
        "from marts.fct_chargeback_report where period_grain = 'month'"
    ) == (cost, cost)


def test_a_bill_is_held_against_every_meter_that_has_a_price(house):
    """Text is compared whether or not it is taken; only the images lack a price on their line."""
    assert house.sums(
        "select sum(gateway_cost_usd) from marts.fct_reconciliation_daily"
    ) == house.sums("select sum(cost_lower_bound_usd) from marts.fct_priced_requests")
    lines = house.project.rows(
        "select meter, attempt_count, unpriced_count from marts.fct_reconciliation_daily "
        f"where billed_model = 'm-taken' and usage_date = date '{DAY}'"
    )
    assert sorted(lines) == [("input_image", 1, 1), ("output", 1, 0), ("uncached_input", 1, 0)]


def test_the_headline_says_what_is_a_lower_bound(house):
    said = house.project.ai_cost("headline")
    assert (
        f"Priced in part: {len(METERS) + 4} attempts, at least USD 0.03; "
        "USD <0.01 of it is in these figures"
    ) in said


def test_a_rule_and_a_price_change_exactly_their_days(house, tmp_path):
    """A decision is not for ever: what it decides is built again, and nothing else."""
    root = copy_project(tmp_path)
    know_made_up_keys(root)
    priced_with(root, **CARD)
    append(root, "partly_priced_rules.csv", RULE)
    other = House.__new__(House)
    other.root, other.project = root, house.project.copy(tmp_path, root)
    append(root, "partly_priced_rules.csv", f"t,cohere,m-taken,true,{LATER},,made up")
    assert rebuilt(other.project) == {LATER}
    assert other.of("taken-no-more", *PARTS[:2]) == ("partly_priced", PRICE_OF_TEXT)
    priced_with(root, taken={"input_image": 4})
    assert rebuilt(other.project) == {DAY, LATER}
    whole = PRICE_OF_TEXT + Decimal("0.00002")
    assert other.of("taken", *PARTS) == ("priced", whole, whole, None)


def test_postgres_says_the_same(house, tmp_path, postgres):
    other = House(tmp_path, postgres)
    other.project.load()
    marts = ("fct_priced_requests", "fct_unpriced_meters_daily", "fct_unpriced_usage_daily")
    other.project.build_part(*(f"+{mart}" for mart in marts))
    asked = f"select request_id, {', '.join(PARTS)} from marts.fct_priced_requests order by 1"
    assert other.project.rows(asked) == house.project.rows(asked)
    for mart in marts[1:]:
        assert sorted(map(str, other.project.mart(mart))) == sorted(
            map(str, house.project.mart(mart))
        )
