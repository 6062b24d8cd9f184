"""Names of models that ended and are in use: named, with what they became, since when, the money.

Harm guarded against: an application that asks for a model that is no more, and is served and billed
another one, unnoticed; a warning of a name that had not ended yet, or that only moves on.
"""

import json
from datetime import datetime
from decimal import Decimal

import pytest

from tests.python.landing import event
from tests.python.pricing_cases import know_made_up_keys, logged
from tests.python.project import Project, copy_project
from tests.python.rate_oracle import Request
from tests.python.test_negotiated_prices import append

pytestmark = pytest.mark.wide  # in make test: the unit tests of both models
USED = {"uncached_input": 100_000, "output": 100_000}
WARNING = "assert_names_in_use_have_not_ended"


def call(name: str, provider: str, model: str, at: str) -> Request:
    return Request(name, provider, model, datetime.fromisoformat(at), usage=USED)


CALLS = [
    call("redirected", "xai", "xai/grok-4", "2026-11-20 12:00:00"),
    call("twice", "xai", "grok-4", "2026-11-20 13:00:00"),
    call("moved with it", "xai", "grok-code-fast", "2026-11-20 12:00:00"),
    call("its last second", "xai", "grok-3", "2026-05-15 18:59:59"),
    call("its first", "xai", "grok-3", "2026-05-15 19:00:00"),
    call("what it became", "xai", "grok-4.3", "2026-11-20 12:00:00"),
    call("only moves on", "mistral", "mistral-large-latest", "2026-11-20 12:00:00"),
    call("the day before", "openai", "gpt-4.1-nano", "2026-10-22 23:59:59"),
    call("retired", "openai", "gpt-4.1-nano-2025-04-14", "2026-11-20 12:00:00"),
    call("retired and without a price", "deepseek", "deepseek-chat", "2026-11-20 12:00:00"),
    call("of another seller", "azure", "gpt-4.1-nano", "2026-11-20 12:00:00"),
    # moved again by the company: grok-1 became grok-4 and is grok-4.3 now
    call("moved again", "xai", "grok-1", "2026-11-20 12:00:00"),
    # an alias took the name for a while and gave it back
    call("only lent", "xai", "grok-4.6", "2026-11-20 12:00:00"),
]
# the answer names what served it: it is the request that has to change
ANSWERED_BY_ANOTHER = event(
    1, provider="xai", model_requested="grok-4", model_actual="grok-4.3",
    timestamp="2026-11-20T12:00:00Z", input_tokens=100_000, output_tokens=100_000,
)  # fmt: skip
ALIASES = [
    "xai,grok-1,grok-4.5,2026-01-01 00:00:00,2026-06-01 00:00:00,made up",
    "xai,grok-1,grok-4.3,2026-06-01 00:00:00,,made up",
    "xai,grok-4.6,grok-4.3,2026-10-01 00:00:00,2026-11-01 00:00:00,made up",
]
PRICE = (
    "made-up,xai,grok-1,{},standard,global,0,false,2,1000000,2024-01-01 00:00:00,,"
    "2026-08-01 00:00:00,effective,made up"
)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ended")
    landing = folder / "landing" / "litellm_spend_logs"
    landing.mkdir(parents=True)
    (landing / "log.jsonl").write_text("".join(logged(each) + "\n" for each in CALLS))
    (landing.parent / "envelope_events").mkdir()
    (landing.parent / "envelope_events" / "log.jsonl").write_text(json.dumps(ANSWERED_BY_ANOTHER))
    root = copy_project(folder)
    know_made_up_keys(root)
    append(root, "model_aliases.csv", *ALIASES)
    append(root, "rate_card_prices.csv", PRICE.format("uncached_input"), PRICE.format("output"))
    now = {"AI_COST_NOW": "2026-11-29T06:00:00Z"}
    project = Project(folder, landing.parent, None, root, environment=now)
    project.load()
    project.build_part("+fct_ended_names_daily")
    return project


def test_each_name_says_what_it_became_since_when_and_its_money(house):
    found = house.rows(
        "select model_name, how_it_ended, became_model, cast(ended_at as varchar), "
        "cast(usage_date as varchar), attempt_count, unpriced_count, cost_usd "
        "from marts.fct_ended_names_daily order by usage_date, model_name"
    )
    since, later = "2026-05-15 19:00:00", "2026-11-20"
    assert found == [
        ("grok-3", "redirected", "grok-4.3", since, "2026-05-15", 1, 0, Decimal("0.375")),
        ("deepseek-chat", "retired", None, "2026-07-24 00:00:00", later, 1, 1, None),
        ("gpt-4.1-nano", "retired", None, "2026-10-23 00:00:00", later, 1, 0, Decimal("0.05")),
        ("grok-1", "redirected", "grok-4.3", "2026-01-01 00:00:00", later, 1, 0, Decimal("0.375")),
        ("grok-4", "redirected", "grok-4.3", since, later, 3, 0, Decimal("1.125")),
        ("grok-code-fast", "redirected", "grok-build-0.1", since, later, 1, 0, Decimal("0.3")),
    ]


def test_only_what_was_used_lately_is_warned_of(house):
    house.dbt("test", "--select", WARNING)
    with pytest.raises(AssertionError, match="Got 5 results"):
        house.dbt("test", "--warn-error", "--select", WARNING)
