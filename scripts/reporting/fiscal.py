"""Spend by the company's own years, quarters and periods, where it has a fiscal calendar."""

from __future__ import annotations

from scripts.reporting.marts import Marts
from scripts.reporting.tables import Column, Table, less, ratio, top

_SHOWN = 26


def page(marts: Marts) -> Table:
    """Each period beside the one before and the same one of the year before, newest first.

    The sums are over all teams, so that a team that is gone is in the one it is compared with.
    """
    rows = marts.rows(
        """
        select
            spend.period_grain, spend.period_name, spend.is_complete_period,
            periods.first_date, periods.last_date, periods.previous_period_name,
            periods.year_ago_period_name,
            sum(spend.cost_usd) as cost_usd, sum(spend.unpriced_count) as unpriced
        from marts.fct_spend_fiscal as spend
        left join marts.dim_fiscal_periods as periods
            on
                spend.period_grain = periods.period_grain
                and spend.period_name = periods.period_name
        group by 1, 2, 3, 4, 5, 6, 7
        order by
            case spend.period_grain
                when 'year' then 0 when 'quarter' then 1 when 'period' then 2 else 3 end,
            periods.first_date desc
        """,
        "fct_spend_fiscal",
        "dim_fiscal_periods",
    )
    cost = {(row["period_grain"], row["period_name"]): row["cost_usd"] for row in rows}
    for row in rows:
        for name, other in (("before", "previous"), ("year_ago", "year_ago")):
            earlier = cost.get((row["period_grain"], row[f"{other}_period_name"]))
            row[f"{name}_usd"] = less(row["cost_usd"], earlier)
            row[f"{name}_share"] = ratio(row[f"{name}_usd"], earlier)
        row["unpriced"] = int(row["unpriced"])
        if row["period_grain"] == "none":
            row["period_name"] = "in no fiscal year"
        row["is"] = "over" if row["is_complete_period"] else "running"
    kept, more = top(rows, _SHOWN)
    return Table(
        "Spend by fiscal year, quarter and period, USD",
        [
            Column("period_name", "Period"),
            Column("first_date", "From", "date"),
            Column("last_date", "To", "date"),
            Column("is", "State"),
            Column("cost_usd", "USD", "bar"),
            Column("before_usd", "Change on the one before", "change"),
            Column("before_share", "Change, %", "share"),
            Column("year_ago_usd", "Change on the year before", "change"),
            Column("year_ago_share", "Change on the year before, %", "share"),
            Column("unpriced", "Attempts without a price", "count"),
        ],
        kept,
        more=more,
    )
