"""What gateways are told to enforce is what the marts and seeds say.

Harm guarded against: a team refused that has money left, a call let through that no rule allows,
and a name of a log that becomes code at a gateway.
"""

import json
from decimal import Decimal

import pytest
import yaml

from scripts.gateway_policy import forms
from scripts.gateway_policy.policy import allowed_services, required_headers

ODD = 'a"] = true } os.exit() --\n'
POLICY = {
    "teams": [
        {"team_id": "search", "budget_usd": "180", "is_over_budget": False},
        {"team_id": "Growth", "budget_usd": "30.5", "is_over_budget": True},
        {"team_id": "free", "budget_usd": None, "is_over_budget": False},
    ],
    "tags": [
        {"environment": "*", "enforced": []},
        {"environment": "production", "enforced": ["team", "registered_service", "known_model"]},
    ],
    "services": [
        {"service_name": "Ticket-Copilot", "aliases": ["copilot"]},
        {"service_name": ODD, "aliases": []},
    ],
    "exempt_services": ["healthcheck"],
}
CALLS = [
    ({"x-owner-team": "search", "x-owner-service": "ticket-copilot"}, True),
    ({"x-owner-team": "search", "x-owner-service": "COPILOT"}, True),
    ({"x-owner-team": "search", "x-owner-service": ODD}, True),
    ({"x-owner-service": "healthcheck"}, True),
    ({"x-owner-service": "copilot"}, False),
    ({"x-owner-team": "search"}, False),
    ({"x-owner-team": "search", "x-owner-service": "scratch"}, False),
    ({"x-owner-team": "growth", "x-owner-service": "copilot"}, False),
]


@pytest.fixture(scope="module")
def exported(sample_night, tmp_path_factory):
    folder = tmp_path_factory.mktemp("policy")
    said = sample_night.ai_cost("policy", "export", "--folder", str(folder), "--period", "2026-09")
    return folder, json.loads((folder / "policy.json").read_text()), said


def test_budgets_left_are_those_of_the_mart(exported, sample_night):
    _, policy, said = exported
    status = sample_night.rows(
        "select team_id, budget_usd - spent_usd from marts.fct_budget_status "
        "where budget_period = '2026-09-01' order by 1"
    )
    left = [(team["team_id"], team["budget_left_usd"]) for team in policy["teams"]]
    assert [(team, usd and Decimal(usd)) for team, usd in left] == status
    over = [team for team, usd in status if usd is not None and usd <= 0]
    assert over == [team["team_id"] for team in policy["teams"] if team["is_over_budget"]]
    assert f"{len(status)} teams, {len(over)} over budget" in said
    assert {key["team_id"] for key in policy["keys"] if key["is_over_budget"]} <= set(over)


def test_models_services_and_tags_are_those_of_the_day(exported, sample_night):
    _, policy, _ = exported
    assert len(policy["models"]) == sample_night.value(
        "select count(*) from marts.dim_models where priced_from <= '2026-10-01 06:00' "
        "and coalesce(priced_to, '9999-12-31') > '2026-10-01 06:00'"
    )
    assert "support-svc" in {each["service_name"] for each in policy["services"]}
    assert policy["exempt_services"] == ["gateway-healthcheck", "nightly-batch"]
    production = next(t for t in policy["tags"] if t["environment"] == "production")
    assert set(production["warned"]) == {"team", "service", "feature"}
    assert production["headers"]["team"] == "x-owner-team" and production["enforced"] == []


def test_every_form_can_be_read(exported):
    folder, _, _ = exported
    assert (
        yaml.safe_load((folder / "kong.yaml").read_text())["plugins"][0]["name"] == "pre-function"
    )
    assert yaml.safe_load((folder / "envoy.yaml").read_text())["name"] == "envoy.filters.http.rbac"
    assert json.loads((folder / "opa/data.json").read_text())["ai_cost_policy"]
    assert "package ai_cost" in (folder / "opa/policy.rego").read_text()
    calls = [json.loads(line) for line in (folder / "litellm.jsonl").read_text().splitlines()]
    assert calls and {call["path"] for call in calls} >= {"/team/update"}


def test_only_what_is_enforced_is_asked_for():
    assert required_headers(POLICY, "production") == ["x-owner-service", "x-owner-team"]
    assert allowed_services(POLICY, "production") == sorted(
        ["ticket-copilot", "copilot", ODD.lower()]
    )
    assert required_headers(POLICY, "staging") == [] == allowed_services(POLICY, "staging")


def matches(rule: dict, headers: dict) -> bool:
    """Whether a permission of Envoy's RBAC filter matches, by its documentation."""
    ((kind, content),) = rule.items()
    if kind == "not_rule":
        return not matches(content, headers)
    if kind in ("and_rules", "or_rules"):
        found = [matches(each, headers) for each in content["rules"]]
        return all(found) if kind == "and_rules" else any(found)
    value = headers.get(content["name"])
    if "present_match" in content:
        return (value is not None) == content["present_match"]
    text = content["string_match"]
    assert text["ignore_case"]
    return value is not None and value.lower() == text["exact"].lower()


@pytest.mark.parametrize(("headers", "passes"), CALLS, ids=str)
def test_envoy_denies_what_no_rule_allows(headers, passes):
    rules = yaml.safe_load(forms.envoy(POLICY, "production"))["typed_config"]["rules"]
    assert rules["action"] == "DENY"
    denied = [
        name
        for name, policy in rules["policies"].items()
        if any(matches(permission, headers) for permission in policy["permissions"])
    ]
    assert (denied == []) == passes, denied


def test_litellm_blocks_who_has_nothing_left_and_frees_who_has():
    calls = [json.loads(line) for line in forms.litellm(POLICY).splitlines()]
    assert [(call["path"], call["body"]["team_id"]) for call in calls] == [
        ("/team/update", "search"),
        ("/team/unblock", "search"),
        ("/team/update", "Growth"),
        ("/team/block", "Growth"),
    ]
    assert calls[2]["body"]["max_budget"] == 30.5


def test_a_name_is_no_code_at_kong():
    (code,) = yaml.safe_load(forms.kong(POLICY, "production"))["plugins"][0]["config"]["access"]
    assert "os.exit()" not in code and code.count("\n--") == 0
    assert '["growth"] = true' in code and '["ticket-copilot"] = true' in code
