"""What a thousand requests cost, how much of the input came from the cache, and what to change."""

from __future__ import annotations

from decimal import Decimal

from scripts.reporting.marts import Marts, Period
from scripts.reporting.tables import Column, Table, ratio

_INPUT = (
    "uncached_input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_30m_tokens"
    " + cache_write_1h_tokens + cache_write_12h_tokens"
)


def scoreboard(marts: Marts, period: Period) -> Table:
    """This month by team: cost and tokens of a request, and the share read from the cache."""
    rows = marts.rows(
        f"""
        select
            team_id,
            sum(cost_usd) as cost_usd,
            sum(request_count) as requests,
            sum({_INPUT}) as input_tokens,
            sum(cache_read_tokens) as cached_tokens,
            sum(output_tokens) as output_tokens
        from marts.fct_spend_daily
        where usage_date between '{period.month}' and '{period.last}'
        group by 1
        order by 2 desc nulls last, 1
        """
    )
    for row in rows:
        requests = int(row["requests"] or 0)
        row["unit_usd"] = (
            row["cost_usd"] * 1000 / requests if requests and row["cost_usd"] else None
        )
        row["cache_share"] = ratio(row["cached_tokens"], row["input_tokens"])
        row["input_each"] = Decimal(row["input_tokens"]) / requests if requests else None
        row["output_each"] = Decimal(row["output_tokens"]) / requests if requests else None
    return Table(
        "Scoreboard of this month, by team",
        [
            Column("team_id", "Team"),
            Column("requests", "Requests", "count"),
            Column("unit_usd", "USD per 1,000 requests", "bar"),
            Column("input_each", "Input tokens a request", "count"),
            Column("output_each", "Output tokens a request", "count"),
            Column("cache_share", "Input from the cache", "share"),
        ],
        rows,
        empty="No requests this month.",
    )


def page(marts: Marts, period: Period) -> dict:
    """Everything on the page of the efficiency."""
    return {"scoreboard": scoreboard(marts, period)}
