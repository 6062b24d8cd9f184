"""Fees beside tokens: of tools that the provider runs, and by the request.

Harms guarded against: a fee that no figure holds, and a container whose price depends on its size,
charged at a guess.
"""

import json
from decimal import Decimal

import pytest

from tests.python.project import Project, copy_project
from tests.python.test_negotiated_prices import append

pytestmark = pytest.mark.wide

TEXT = {"input_tokens": 1000, "output_tokens": 100}
PRICE_OF_TEXT = Decimal("0.0028")  # at 2 and 8 a million, of both gpt-4.1 and the made-up model
CARD = (
    ("uncached_input", 2, 1000000),
    ("output", 8, 1000000),
    ("request_fee", 5, 1000),
)
MADE_UP = [
    f"made-up,cohere,m-fee,{meter},standard,global,0,false,{price},{block},"
    "2026-01-01 00:00:00,,2026-08-01 00:00:00,effective,made up"
    for meter, price, block in CARD
]
POLICY = "t,production,priced,enforce,2026-09-01,,made up"
LOG = [
    {"request_id": "searched", "model": "gpt-4.1", **TEXT, "file_search_calls": 4},
    {"request_id": "ran code", "model": "gpt-4.1", **TEXT, "code_interpreter_sessions": 1},
    {"request_id": "fee", "model": "m-fee", **TEXT},
    {"request_id": "failed", "model": "m-fee", "input_tokens": 0, "output_tokens": 0,
     "status": "failure"},
    {"request_id": "tier", "model": "gpt-4.1", **TEXT, "service_tier": "flex",
     "environment": "production", "team": "search", "service": "web", "feature": "ask"},
    {"request_id": "elsewhere", "model": "gpt-4.1", **TEXT, "service_tier": "flex"},
]  # fmt: skip


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def house(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fees")
    log = folder / "landing" / "envelope_events" / "log.jsonl"
    log.parent.mkdir(parents=True)
    for line in LOG:
        line.setdefault("provider", "cohere" if line["model"] == "m-fee" else "openai")
        line.setdefault("timestamp", "2026-09-14T10:00:00Z")
    log.write_text("".join(json.dumps(line) + "\n" for line in LOG))
    root = copy_project(folder)
    append(root, "rate_card_prices.csv", *MADE_UP)
    append(root, "tagging_policy.csv", POLICY)
    server = request.getfixturevalue("new_database")() if request.param == "postgres" else None
    project = Project(folder, folder / "landing", server, root)
    project.load()
    project.build_part("+fct_priced_requests", "+fct_quarantined_records")
    return project


def of(house, request_id: str, *columns: str) -> tuple:
    (row,) = house.rows(
        f"select {', '.join(columns)} from marts.fct_priced_requests "
        f"where request_id = '{request_id}'"
    )
    return row


@pytest.mark.parametrize(
    ("request_id", "column", "quantity", "meter", "fee"),
    [
        ("searched", "file_search_calls", 4, "file_search", "0.01"),
        ("fee", "charged_requests", 1, "request_fee", "0.005"),
    ],
)
def test_a_fee_is_added_to_the_tokens(house, request_id, column, quantity, meter, fee):
    found = of(house, request_id, "price_status", column, f"{meter}_cost_usd", "cost_usd")
    assert found == ("priced", quantity, Decimal(fee), PRICE_OF_TEXT + Decimal(fee))


def test_a_failed_call_pays_no_fee(house):
    assert of(house, "failed", "price_status", "cost_usd") == ("not_billable", Decimal(0))


def test_a_container_whose_size_nobody_states_has_no_price_by_guess(house):
    columns = ("price_status", "cost_usd", "cost_lower_bound_usd", "meters_without_a_price")
    assert of(house, "ran code", *columns) == ("partly_priced", None, PRICE_OF_TEXT, "code_session")


def test_a_known_model_without_a_price_for_its_tier_can_be_held_back(house):
    assert of(house, "elsewhere", "price_status") == ("unpriced_no_rate",)
    held = house.rows(
        "select request_id, stage, reason, estimated_cost_usd from marts.fct_quarantined_records"
    )
    assert held == [("tier", "policy", "the tagging policy asks for: priced", None)]
