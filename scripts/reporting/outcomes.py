"""What success costs: by model, by outcome, by customer and by user."""

from __future__ import annotations

from collections import defaultdict

from scripts.reporting.efficiency import each
from scripts.reporting.marts import Marts, Period
from scripts.reporting.tables import Column, Table, top

_SHOWN = 15
_USERS = 6


def by_model(marts: Marts, period: Period) -> Table:
    """What an answered request costs with each model this month."""
    rows = marts.rows(
        f"""
        select
            provider, billed_model, sum(request_count) as requests,
            sum(answered_count) as answered, sum(cost_usd) as cost_usd
        from marts.fct_model_success_daily
        where usage_date between '{period.month}' and '{period.last}'
        group by 1, 2
        order by 5 desc nulls last, 1, 2
        """,
        "fct_model_success_daily",
    )
    for row in rows:
        row["success_usd"] = each(row["cost_usd"], row["answered"])
    kept, more = top(rows, _SHOWN)
    return Table(
        "What an answered request costs this month, by model, USD",
        [
            Column("billed_model", "Model"),
            Column("provider", "Provider", "provider"),
            Column("requests", "Requests", "count"),
            Column("answered", "Answered", "count"),
            Column("cost_usd", "USD", "bar"),
            Column("success_usd", "USD per answered request", "unit"),
        ],
        kept,
        adds=True,
        empty="No request this month.",
        more=more,
    )


def by_outcome(marts: Marts, period: Period) -> Table:
    """What a successful outcome costs this month, by its type and the model behind it."""
    rows = marts.rows(
        f"""
        select
            outcome_type, billed_model, sum(outcome_count) as outcomes,
            sum(successful_outcome_count) as successful, sum(cost_usd) as cost_usd,
            sum(traced_success_count) as traced
        from marts.fct_outcome_costs_daily
        where usage_date between '{period.month}' and '{period.last}'
        group by 1, 2
        order by 1, 5 desc nulls last, 2
        """,
        "fct_outcome_costs_daily",
    )
    for row in rows:
        row["success_usd"] = each(row["cost_usd"], row["traced"])
    kept, more = top(rows, _SHOWN)
    return Table(
        "What a successful outcome costs this month, USD",
        [
            Column("outcome_type", "Outcome"),
            Column("billed_model", "Model"),
            Column("outcomes", "Outcomes", "count"),
            Column("successful", "Successful", "count"),
            Column("cost_usd", "USD of their traces", "bar"),
            Column("success_usd", "USD per success", "unit"),
        ],
        kept,
        empty="No outcome was sent (business_events).",
        more=more,
    )


def unprofitable(marts: Marts, period: Period) -> Table:
    """Customers whose use cost more than they paid, worst first."""
    rows = marts.rows(
        f"""
        select usage_period, unit_id, revenue_usd, cost_usd, margin_usd
        from marts.fct_unit_costs
        where
            unit_kind = 'customer' and margin_usd < 0
            and usage_period between '{period.before_first}' and '{period.month}'
        order by 1 desc, 5, 2
        """,
        "fct_unit_costs",
    )
    kept, more = top(rows, _SHOWN)
    return Table(
        "Customers who cost more than they pay, USD",
        [
            Column("usage_period", "Month", "month"),
            Column("unit_id", "Customer"),
            Column("revenue_usd", "Revenue", "usd"),
            Column("cost_usd", "Cost", "usd"),
            Column("margin_usd", "Margin", "change"),
        ],
        kept,
        adds=True,
        empty="No customer with revenue cost more than that.",
        more=more,
    )


def users(marts: Marts, period: Period) -> dict[str, list[dict]]:
    """The users of each team who cost most this month."""
    found: dict[str, list[dict]] = defaultdict(list)
    for row in marts.rows(
        f"""
        select
            team_id, user_key, request_count, cost_usd, team_cost_share, change_usd,
            cost_per_request_usd
        from marts.fct_user_spend_monthly
        where usage_period = '{period.month}' and user_rank <= {_USERS}
        order by team_id, user_rank
        """,
        "fct_user_spend_monthly",
    ):
        found[row["team_id"]].append(row)
    return dict(found)


def users_table(rows: list[dict]) -> Table:
    """The hotspots of a team; a user is a keyed hash."""
    return Table(
        "Users who cost most this month, USD",
        [
            Column("user_key", "User", "id"),
            Column("request_count", "Requests", "count"),
            Column("cost_usd", "USD", "bar"),
            Column("team_cost_share", "Of the team", "share"),
            Column("change_usd", "Change", "change"),
            Column("cost_per_request_usd", "A request", "unit"),
        ],
        rows,
        empty="No log of this month names a user.",
    )


def page(marts: Marts, period: Period) -> dict:
    """What the page of the efficiency says of success."""
    return {
        "success": by_model(marts, period),
        "outcomes": by_outcome(marts, period),
        "unprofitable": unprofitable(marts, period),
    }
