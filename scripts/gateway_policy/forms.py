"""A policy in the forms of four gateways; only fields that their documentation has.

Names are data: each form quotes them by its own rules. LiteLLM: bodies for its management API.
Kong: a declarative file with one pre-function. Envoy: an RBAC filter. OPA: a policy and its data.
"""

from __future__ import annotations

import json
from decimal import Decimal

import yaml

from scripts.gateway_policy.policy import (
    allowed_services,
    exempt_services,
    over_budget,
    required_headers,
)

_LUA = """\
local required = {required}
local exempt = {exempt}
local services = {services}
local over_budget = {over_budget}
local service = string.lower(kong.request.get_header("x-owner-service") or "")
local team = string.lower(kong.request.get_header("x-owner-team") or "")
if not exempt[service] then
  for _, name in ipairs(required) do
    if not kong.request.get_header(name) then
      return kong.response.exit(400, {{ message = "header " .. name .. " is missing" }})
    end
  end
  if next(services) and not services[service] then
    return kong.response.exit(403, {{ message = "this service is in no catalogue" }})
  end
end
if over_budget[team] then
  return kong.response.exit(429, {{ message = "the team's budget of the month is used up" }})
end
"""
_REGO = """\
package ai_cost

import rego.v1

policy := data.ai_cost_policy

headers := input.attributes.request.http.headers

service := lower(object.get(headers, "x-owner-service", ""))

team := lower(object.get(headers, "x-owner-team", ""))

default allow := false

allow if count(denied) == 0

denied contains sprintf("header %s is missing", [name]) if {
	not service in policy.exempt_services
	some name in policy.required_headers
	not headers[name]
}

denied contains "this service is in no catalogue" if {
	count(policy.services) > 0
	not service in policy.exempt_services
	not service in policy.services
}

denied contains "the team's budget of the month is used up" if team in policy.teams_over_budget
"""


def litellm(policy: dict) -> str:
    """A line per call of LiteLLM's management API: its path and its body."""
    calls = []
    for team in policy["teams"]:
        name, budget = {"team_id": team["team_id"]}, team["budget_usd"]
        if budget is None:
            continue
        # their field is a float; the plan, because LiteLLM counts the month's spend itself
        body = name | {"max_budget": float(Decimal(budget)), "budget_duration": "1mo"}
        calls.append({"path": "/team/update", "body": body})
        calls.append({"path": f"/team/{'' if team['is_over_budget'] else 'un'}block", "body": name})
    return "".join(json.dumps(call) + "\n" for call in calls)


def kong(policy: dict, environment: str) -> str:
    """A declarative file with a plugin for all routes."""
    code = _LUA.format(
        required=_lua_list(required_headers(policy, environment)),
        exempt=_lua_set(exempt_services(policy)),
        services=_lua_set(allowed_services(policy, environment)),
        over_budget=_lua_set([team.lower() for team in over_budget(policy)]),
    )
    plugin = {"name": "pre-function", "config": {"access": [code]}}
    return _yaml({"_format_version": "3.0", "plugins": [plugin]})


def envoy(policy: dict, environment: str) -> str:
    """An HTTP filter that denies what one of its policies matches."""
    others = [{"not_rule": _is("x-owner-service", name)} for name in exempt_services(policy)]
    policies = {
        f"no {name}": [_all([{"not_rule": _is_present(name)}, *others])]
        for name in required_headers(policy, environment)
    }
    services = allowed_services(policy, environment)
    if services:
        known = {"or_rules": {"rules": [_is("x-owner-service", name) for name in services]}}
        policies["service in no catalogue"] = [_all([{"not_rule": known}, *others])]
    teams = over_budget(policy)
    if teams:
        policies["budget used up"] = [_is("x-owner-team", team) for team in teams]
    return _yaml(
        {
            "name": "envoy.filters.http.rbac",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
                "rules": {
                    "action": "DENY",
                    "policies": {
                        name: {"permissions": permissions, "principals": [{"any": True}]}
                        for name, permissions in policies.items()
                    },
                },
            },
        }
    )


def opa_policy() -> str:
    """The rules, which are always the same; what they look up is in the data."""
    return _REGO


def opa_data(policy: dict, environment: str) -> str:
    """What the rules look up."""
    data = {
        "required_headers": required_headers(policy, environment),
        "exempt_services": exempt_services(policy),
        "services": allowed_services(policy, environment),
        "teams_over_budget": [team.lower() for team in over_budget(policy)],
    }
    return json.dumps({"ai_cost_policy": data}, indent=2) + "\n"


def _all(rules: list[dict]) -> dict:
    return {"and_rules": {"rules": rules}}


def _is_present(header: str) -> dict:
    return {"header": {"name": header, "present_match": True}}


def _is(header: str, value: str) -> dict:
    return {"header": {"name": header, "string_match": {"exact": value, "ignore_case": True}}}


def _yaml(document: dict) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=False)


def _lua_list(names: list[str]) -> str:
    return "{ " + ", ".join(map(_lua_text, names)) + " }"


def _lua_set(names: list[str]) -> str:
    return "{ " + ", ".join(f"[{_lua_text(name)}] = true" for name in names) + " }"


def _lua_text(name: str) -> str:
    r"""A quoted string; every byte that is no plain letter, digit or mark is written as \ddd."""
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./ "
    return '"' + "".join(chr(b) if b in plain else f"\\{b:03d}" for b in name.encode()) + '"'
