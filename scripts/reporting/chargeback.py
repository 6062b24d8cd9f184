"""What each team is charged, and its plan."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from scripts.reporting.marts import Marts, Period
from scripts.reporting.tables import Column, Table

_MONTHS = 6


def statements(marts: Marts, period: Period) -> dict[str, list[dict]]:
    """The newest statements of each team, newest first; one row per month and cost centre."""
    if not marts.has("fct_chargeback_statements"):
        return {}
    found: dict[str, list[dict]] = defaultdict(list)
    for row in marts.rows(
        f"""
        select
            posting_period, team_id, cost_center_id, period_status, charge_mode, direct_usd,
            shared_usd, credits_usd, adjustments_usd, total_usd, change_usd, budget_usd,
            total_share
        from marts.fct_chargeback_statements
        where posting_period <= '{period.month}'
        order by posting_period desc, cost_center_id
        """
    ):
        found[row["team_id"]].append(row)
    return dict(found)


def plan(rows: list[dict], period: Period) -> Decimal | None:
    """The team's plan for the month; every cost centre's row carries the whole of it."""
    plans = [row["budget_usd"] for row in rows if row["posting_period"] == period.month]
    return max((amount for amount in plans if amount is not None), default=None)


def statements_table(rows: list[dict]) -> Table:
    """A team's statements, as they are booked or shown."""
    months = sorted({row["posting_period"] for row in rows}, reverse=True)[:_MONTHS]
    shown = [row for row in rows if row["posting_period"] in months]
    return Table(
        "Statements, USD",
        [
            Column("posting_period", "Month", "month"),
            Column("cost_center_id", "Cost centre"),
            Column("direct_usd", "Direct", "usd"),
            Column("shared_usd", "Shared", "usd"),
            Column("credits_usd", "Credits", "usd"),
            Column("adjustments_usd", "Adjustments", "usd"),
            Column("total_usd", "Total", "usd"),
            Column("change_usd", "Change", "change"),
            Column("budget_usd", "Plan", "usd"),
            Column("charge_mode", "Is"),
            Column("period_status", "Period"),
        ],
        shown,
        empty="No statement yet.",
        more=len(rows) - len(shown),
    )
