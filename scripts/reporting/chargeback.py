"""What each team is charged, and its plan."""

from __future__ import annotations

from collections import defaultdict

from scripts.reporting.marts import Marts, Period
from scripts.reporting.tables import Column, Table, less, ratio, top

_MONTHS = 6
_PLANS_SHOWN = 25
_PLANS = {
    "set": "plan",
    "changed": "plan, changed",
    "baseline": "baseline: nobody set a plan",
    "none": "nothing",
}
# How a month reaches its team.
MODES = {"chargeback": "booked", "showback": "shown, not booked"}
_CAPACITY = 24
# What a rule looks at, and what it is compared with, where that is an amount.
RULES = {
    "budget_share": ("spend of the month", "the plan"),
    "baseline_share": ("spend of the month", "the baseline (no plan is set)"),
    "rolling_share_of_budget": ("spend of the last days", "the plan for as many days"),
    "daily_ratio": ("spend of the day", "the average of the days before"),
    "past_months_share": ("spend of the month", "the average of the months before"),
    "past_days_share": ("spend of the month", "the days before the month"),
    "rolling_share_of_past_months": (
        "spend of the last days",
        "the average of as many days in the months before",
    ),
    "unit_cost_ratio": ("cost of a request", "that of the days before"),
    "request_tokens": ("size of a single request", ""),
    "trace_steps": ("steps of a trace", ""),
    "trace_repeats": ("repeated calls of a trace", ""),
}


def statements(marts: Marts, period: Period) -> dict[str, list[dict]]:
    """The newest statements of each team, newest first; one row per month and cost centre."""
    if not marts.has("fct_chargeback_statements"):
        return {}
    found: dict[str, list[dict]] = defaultdict(list)
    for row in marts.rows(
        f"""
        select
            posting_period, fiscal_period, team_id, cost_center_id, period_status, charge_mode,
            direct_usd, shared_usd, unused_usd, credits_usd, adjustments_usd, total_usd, change_usd,
            budget_usd, total_share
        from marts.fct_chargeback_statements
        where posting_period <= '{period.month}'
        order by posting_period desc, cost_center_id
        """
    ):
        found[row["team_id"]].append(row)
    return dict(found)


def budgets(marts: Marts, period: Period) -> dict[str, dict]:
    """Plan, charges so far and forecast of each team for the month."""
    if not marts.has("fct_budget_status"):
        return {}
    rows = marts.rows(
        f"""
        select
            team_id, budget_usd, override_reason, approved_by, spent_usd, spent_share,
            forecast_usd, forecast_share, forecast_error_share, alert_state, plan_kind,
            baseline_usd, baseline_share
        from marts.fct_budget_status
        where budget_period = '{period.month}'
        """
    )
    return {row["team_id"]: row for row in rows}


def plans_table(budgets: dict[str, dict]) -> Table:
    """The month of each team against its plan, or against its baseline where nobody set one."""
    rows = []
    for team_id, row in budgets.items():
        plan = row["budget_usd"] if row["budget_usd"] is not None else row["baseline_usd"]
        is_plan = row["budget_usd"] is not None
        rows.append(
            row
            | {
                "team_id": team_id,
                "kind": _PLANS.get(row["plan_kind"], row["plan_kind"]),
                "plan_usd": plan,
                "share": row["spent_share"] if is_plan else row["baseline_share"],
                "forecast_of": ratio(row["forecast_usd"], plan),
                "left_usd": less(plan, row["spent_usd"]),
            }
        )
    rows.sort(key=lambda row: (-(row["spent_usd"] or 0), row["team_id"]))
    kept, more = top(rows, _PLANS_SHOWN)
    return Table(
        "Plans of this month, USD",
        [
            Column("team_id", "Team", "team"),
            Column("kind", "Held against"),
            Column("plan_usd", "Plan or baseline", "usd"),
            Column("spent_usd", "Charged so far", "usd"),
            Column("share", "Used", "share"),
            Column("left_usd", "Left", "change"),
            Column("forecast_usd", "Forecast of the month", "usd"),
            Column("forecast_of", "Forecast, of the plan", "share"),
            Column("approved_by", "Approved by"),
        ],
        kept,
        adds=True,
        empty="No team has spend or a plan this month.",
        more=more,
    )


def anomalies(marts: Marts, period: Period) -> list[dict]:
    """What broke a rule of spend this month, newest and gravest first."""
    if not marts.has("fct_spend_anomalies"):
        return []
    rows = marts.rows(
        f"""
        select
            usage_date, team_id, service_name, rule_id, rule_kind, severity, threshold,
            observed_usd, baseline_usd, observed_tokens
        from marts.fct_spend_anomalies
        where usage_date between '{period.month}' and '{period.last}'
        order by
            usage_date desc,
            case severity when 'critical' then 0 when 'warning' then 1 else 2 end,
            observed_usd desc, team_id, rule_id, anomaly_id
        """
    )
    for row in rows:
        other = ((row["rule_kind"] or "").replace("_", " "), "")
        row["compares"] = RULES.get(row["rule_kind"], other)
        row["rule"] = against(row["compares"])
        row["service"] = of_service(row["service_name"])
    return rows


def against(compares: tuple[str, str]) -> str:
    """What a rule looks at and what it is compared with, as one phrase."""
    return " against ".join(filter(None, compares))


def of_service(service_name: str) -> str:
    """Which service an exception is of: one, or all of the team's together."""
    return "all services" if service_name == "*" else service_name


def anomalies_table(rows: list[dict], limit: int) -> Table:
    """Days and requests out of the ordinary."""
    kept, more = top(rows, limit)
    return Table(
        "Out of the ordinary this month, USD",
        [
            Column("usage_date", "Day", "date"),
            Column("rule", "What"),
            Column("service", "Service"),
            Column("severity", "Severity", "words"),
            Column("observed_usd", "Spent", "unit"),
            Column("baseline_usd", "Compared with", "unit"),
            Column("observed_tokens", "Tokens", "count"),
        ],
        kept,
        empty="Nothing broke a rule of spend.",
        more=more,
    )


def with_unused_apart(rows: list[dict]) -> list[dict]:
    """Statements whose shared costs are without capacity that was bought and not used.

    It is a part of shared_usd in the mart; side by side the parts must sum to the total.
    """
    return [row | {"shared_usd": less(row["shared_usd"], row["unused_usd"] or 0)} for row in rows]


def shared_columns(rows: list[dict]) -> list[Column]:
    """The columns of shared costs; one for unused capacity where anybody bears any."""
    found = [Column("shared_usd", "Shared", "usd")]
    if any(row["unused_usd"] for row in rows):
        found.append(Column("unused_usd", "Unused capacity", "usd"))
    return found


def capacity_table(marts: Marts) -> Table:
    """Reserved capacity by month and cost: what was used, and who bears the rest."""
    rows = []
    if marts.has("fct_capacity_costs"):
        rows = marts.rows(
            """
            select
                usage_period, cost_id, amount_usd, used_usd, unused_usd, not_split_usd,
                bought_unit_hours, used_unit_hours, unused_team_id
            from marts.fct_capacity_costs
            order by usage_period desc, amount_usd desc, pool_id, cost_id
            """
        )
    for row in rows:
        row["used_share"] = ratio(row["used_unit_hours"], row["bought_unit_hours"])
    kept, more = top(rows, _CAPACITY)
    return Table(
        "Reserved capacity, USD",
        [
            Column("usage_period", "Month", "month"),
            Column("cost_id", "Cost"),
            Column("amount_usd", "Bought", "usd"),
            Column("used_share", "Used, %", "share"),
            Column("used_usd", "Used", "usd"),
            Column("unused_usd", "Unused", "usd"),
            Column("not_split_usd", "Units unknown", "usd"),
            Column("unused_team_id", "Unused is borne by", "team"),
        ],
        kept,
        more=more,
        adds=True,
    )


def statements_table(rows: list[dict]) -> Table:
    """A team's statements, as they are booked or shown."""
    months = sorted({row["posting_period"] for row in rows}, reverse=True)[:_MONTHS]
    shown = [row for row in rows if row["posting_period"] in months]
    named = any(row["fiscal_period"] for row in shown)
    return Table(
        "Statements, USD",
        [
            Column("posting_period", "Month", "month"),
            *([Column("fiscal_period", "Fiscal period")] if named else []),
            Column("cost_center_id", "Cost centre", "cost_center"),
            Column("direct_usd", "Direct", "usd"),
            *shared_columns(shown),
            Column("credits_usd", "Credits", "usd"),
            Column("adjustments_usd", "Adjustments", "usd"),
            Column("total_usd", "Total", "usd"),
            Column("change_usd", "Change", "change"),
            Column("budget_usd", "Plan", "usd"),
            Column("mode", "Charged"),
            Column("period_status", "Month is"),
        ],
        [
            row | {"mode": MODES.get(row["charge_mode"], "no terms")}
            for row in with_unused_apart(shown)
        ],
        empty="No statement yet.",
        more=[row for row in rows if row["posting_period"] not in months],
    )
