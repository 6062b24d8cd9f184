"""What a gateway can enforce today, as one document: plain words, lists and amounts as text.

Nothing is decided here: budgets, tags and services are those of the marts and seeds.
"""

from __future__ import annotations

from datetime import date, datetime

# The header that carries a field of the tagging policy; the loader reads the same ones
# (docs/your-own-logs.md). What has none cannot be asked for by a gateway.
HEADERS = {
    "team": "x-owner-team",
    "registered_team": "x-owner-team",
    "service": "x-owner-service",
    "registered_service": "x-owner-service",
    "feature": "x-owner-feature",
    "environment": "x-owner-env",
    "product": "x-owner-product",
    "project": "x-owner-project",
    "customer_tier": "x-owner-customer-tier",
}
_BUDGETS = """
    select team_id, budget_usd, spent_usd, budget_usd - spent_usd, override_reason, approved_by
    from marts.fct_budget_status where budget_period = '{period}' order by team_id
"""
_KEYS = """
    select credential_id, team_id, sum(cost_usd)
    from marts.fct_priced_requests
    where credential_id is not null and usage_date >= '{period}' and usage_date < '{after}'
    group by 1, 2 order by 1, 2
"""
_MODELS = """
    select provider, model from marts.dim_models
    where priced_from <= '{now}' and coalesce(priced_to, '9999-12-31') > '{now}' order by 1, 2
"""
_TAGS = """
    select environment, {rules} from intermediate.int_tagging_policy_windows
    where valid_from <= '{today}' and valid_to > '{today}' order by 1
"""
_SERVICES = """
    select service_name, service_alias from intermediate.int_service_names
    where valid_from <= '{today}' and valid_to > '{today}' order by 1, 2
"""
_EXEMPT = """
    select service_name from intermediate.int_service_accounts
    where valid_from <= '{today}' and valid_to > '{today}' order by 1
"""
_FIELDS = """
    select column_name from information_schema.columns
    where table_schema = 'intermediate' and table_name = 'int_tagging_policy_windows'
        and column_name like '%_rule' order by column_name
"""


def read(connection, now: datetime, period: date) -> dict:
    """The document, from a warehouse that is built."""

    def rows(sql: str, **names: object) -> list[tuple]:
        return connection.execute(sql.format(**names)).fetchall()

    today = now.date()
    after = date(period.year + period.month // 12, period.month % 12 + 1, 1)
    teams = [_team(*row) for row in rows(_BUDGETS, period=period)]
    over = {team["team_id"] for team in teams if team["is_over_budget"]}
    left = {team["team_id"]: team["budget_left_usd"] for team in teams}
    fields = [name for (name,) in rows(_FIELDS)]
    tags = rows(_TAGS, today=today, rules=", ".join(fields)) if fields else []
    services: dict[str, list[str]] = {}
    for service, alias in rows(_SERVICES, today=today):
        services.setdefault(service, []).append(alias)
    return {
        "as_of": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "budget_period": f"{period:%Y-%m}",
        "teams": teams,
        "keys": [
            {
                "credential_id": key,
                "team_id": team,
                "spent_usd": _text(spent),
                "team_budget_left_usd": left.get(team),
                "is_over_budget": team in over,
            }
            for key, team, spent in rows(_KEYS, period=period, after=after)
        ],
        "models": [
            {"provider": provider, "model": model} for provider, model in rows(_MODELS, now=now)
        ],
        "tags": [_tags(environment, fields, rules) for environment, *rules in tags],
        "services": [
            {"service_name": service, "aliases": sorted(set(names) - {service.lower()})}
            for service, names in services.items()
        ],
        "exempt_services": [name for (name,) in rows(_EXEMPT, today=today)],
    }


def required_headers(policy: dict, environment: str) -> list[str]:
    """The headers of what is enforced; what is only warned of in the tuning period may lack."""
    return sorted({HEADERS[each] for each in _enforced(policy, environment) if each in HEADERS})


def allowed_services(policy: dict, environment: str) -> list[str]:
    """Names that services may call by, in small letters; none while any name will do."""
    if "registered_service" not in _enforced(policy, environment):
        return []
    names = {name for each in policy["services"] for name in each["aliases"]}
    return sorted(names | {each["service_name"].lower() for each in policy["services"]})


def exempt_services(policy: dict) -> list[str]:
    """Approved service accounts, in small letters: the tagging policy asks nothing of them."""
    return sorted(name.lower() for name in policy["exempt_services"])


def _enforced(policy: dict, environment: str) -> list[str]:
    """Of the environment's own rules, else of those of all."""
    by_environment = {tags["environment"]: tags["enforced"] for tags in policy["tags"]}
    return by_environment.get(environment, by_environment.get("*", []))


def over_budget(policy: dict) -> list[str]:
    """The teams that have nothing left."""
    return [team["team_id"] for team in policy["teams"] if team["is_over_budget"]]


def _team(team, budget, spent, left, reason, approved_by) -> dict:
    return {
        "team_id": team,
        "budget_usd": _text(budget),
        "spent_usd": _text(spent),
        # a team without a plan has no limit, which is not the same as nothing left
        "budget_left_usd": _text(left),
        "is_over_budget": left is not None and left <= 0,
        "override_reason": reason,
        "override_approved_by": approved_by,
    }


def _tags(environment: str, fields: list[str], rules: list[str | None]) -> dict:
    found = {field.removesuffix("_rule"): rule for field, rule in zip(fields, rules, strict=True)}
    asked = [field for field, rule in found.items() if rule in ("warn", "enforce")]
    return {
        "environment": environment,
        "enforced": [field for field in asked if found[field] == "enforce"],
        "warned": [field for field in asked if found[field] == "warn"],
        "headers": {field: HEADERS[field] for field in asked if field in HEADERS},
    }


def _text(amount) -> str | None:
    """An amount as it is, without zeros behind the last digit."""
    return None if amount is None else f"{amount.normalize():f}"
