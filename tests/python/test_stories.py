"""What the demo shows is found by the marts that people ask, with the figures of the answer sheet.

Harm guarded against: a demo whose agent loop, fan-out or merged record nobody finds, and a mart
that is empty on the sample and so is never looked at.
"""

import json
from decimal import Decimal

import pytest


@pytest.fixture(scope="module")
def told(sample_night):
    return json.loads((sample_night.landing / "_truth.json").read_text())["stories"]


def test_every_story_costs_what_the_answer_sheet_says(sample_night, told):
    found = sample_night.rows(
        "select feature, count(*), sum(cost_usd) from marts.fct_priced_requests "
        f"where feature in {tuple(told['by_story'])} group by 1"
    )
    expected = {
        story: (sums["attempts"], Decimal(sums["priced_usd"]))
        for story, sums in told["by_story"].items()
    }
    assert {feature: (count, cost) for feature, count, cost in found} == expected


def test_a_fan_out_is_one_request_whose_unused_answers_are_waste(sample_night):
    ((count, outcome, cost, wasted),) = sample_night.rows(
        "select attempt_count, outcome, cost_usd, wasted_cost_usd "
        "from marts.fct_logical_requests where logical_request_id = 'fan-out-1'"
    )
    assert (count, outcome) == (3, "success")
    used = sample_night.value(
        "select cost_usd from marts.fct_priced_requests "
        "where logical_request_id = 'fan-out-1' and billed_model = 'mistral-large-2512'"
    )
    assert wasted == cost - used > 0


def test_an_unstated_substitution_is_told_from_a_fallback(sample_night):
    assert sample_night.rows(
        "select model_drift, requested_model, billed_model, sum(attempt_count) "
        "from marts.fct_model_drift_daily where provider = 'mistral' "
        "and model_drift in ('unstated_substitution', 'stated_fallback') group by all order by 1"
    ) == [
        ("stated_fallback", "mistral-large-2512", "mistral-medium-3-1", 1),
        ("unstated_substitution", "mistral-large-2512", "ministral-8b-2512", 5),
    ]


def test_an_agent_that_does_not_stop_is_an_anomaly(sample_night):
    assert sample_night.rows(
        "select distinct rule_kind from marts.fct_spend_anomalies "
        "where team_id = 'research' and rule_kind like 'trace%' order by 1"
    ) == [("trace_repeats",), ("trace_steps",)]


@pytest.mark.parametrize(
    ("dimension", "values"),
    {
        "customer_tier": ["enterprise", "free", "pro"],
        "project_id": ["atlas", "borealis"],
        "product": ["assistant"],
        "gateway_name": ["eu-1", "us-1"],
        "routing_policy": ["cheapest-healthy"],
        "route": ["enterprise-route", "free-route", "pro-route"],
        "agent_name": ["planner", "reader"],
        "step_name": ["look up", "plan", "summarise"],
        "tool_name": ["search_papers"],
        "request_source": ["api", "batch"],
        "endpoint": ["/v1/chat/completions"],
    }.items(),
)
def test_spend_is_found_by_what_a_call_was_for(sample_night, dimension, values):
    found = sample_night.rows(
        "select distinct dimension_value from marts.fct_spend_by_context_daily "
        f"where team_id = 'research' and dimension = '{dimension}' order by 1"
    )
    assert {value for (value,) in found} >= set(values)


def test_users_are_found_by_their_hashes(sample_night):
    assert (
        sample_night.value(
            "select count(distinct user_key) from marts.fct_priced_requests "
            "where feature = 'contexts'"
        )
        == 3
    )


def test_the_owner_comes_from_the_application_and_three_conflicts_are_listed(sample_night, told):
    rows = sample_night.rows(
        "select source_system, team_id, service_name, owner_source, evidence_count, count(*) "
        "from marts.fct_priced_requests where feature = 'two-records' group by all"
    )
    merged = told["by_story"]["two-records"]["attempts"]
    assert rows == [
        ("litellm_spend_logs", "research", "lab-svc", "otel_genai_spans", 2, merged),
    ]
    conflicts = sample_night.rows("select field from marts.fct_evidence_conflicts order by 1")
    assert [field for (field,) in conflicts] == told["conflicts"]
