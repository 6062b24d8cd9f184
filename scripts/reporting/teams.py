"""One page per team: what it spent, against what, why it changed, and what was wasted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from scripts.reporting import links
from scripts.reporting.marts import Marts, Period, month_end
from scripts.reporting.spend import Driver, compared
from scripts.reporting.tables import Column, Table, known_total, less, many, ratio, top, total

_DEAREST = 6
DRIVERS = 8


def page_name(team_id: str) -> str:
    """The page of a team."""
    return links.page_name("team", team_id)


def recipients(marts: Marts, period: Period) -> dict[str, dict]:
    """Name, lead, kind and cost centre of each registered team on the last day."""
    if not marts.has("dim_teams", "dim_cost_centers"):
        return {}
    day = period.last
    rows = marts.rows(
        f"""
        select t.team_id, t.team_name, t.team_lead, t.team_kind, t.cost_center_id,
            c.cost_center_name
        from marts.dim_teams as t
        left join marts.dim_cost_centers as c
            on t.cost_center_id = c.cost_center_id
            and c.valid_from <= '{day}' and coalesce(c.valid_to, '9999-12-31') > '{day}'
        where t.valid_from <= '{day}' and coalesce(t.valid_to, '9999-12-31') > '{day}'
        """
    )
    return {row["team_id"]: row for row in rows}


def requests(marts: Marts, period: Period) -> dict[str, list[dict]]:
    """The costliest requests of each team this month."""
    if not marts.has("fct_logical_requests"):
        return {}
    return _by_team(
        marts.rows(
            f"""
            with ranked as (
                select
                    team_id, first_usage_at, source_system, logical_request_key,
                    logical_request_id, trace_id,
                    service_name, feature, billed_model, attempt_count, outcome, cost_usd,
                    row_number() over (
                        partition by team_id
                        order by cost_usd desc, first_usage_at, logical_request_key
                    ) as place
                from marts.fct_logical_requests
                where usage_date between '{period.month}' and '{period.last}' and cost_usd > 0
            )
            select * from ranked where place <= {_DEAREST} order by team_id, place
            """
        )
    )


def traces(marts: Marts, period: Period) -> dict[str, list[dict]]:
    """The costliest traces of each team this month; those of one request say nothing more."""
    if not marts.has("fct_traces"):
        return {}
    return _by_team(
        marts.rows(
            f"""
            with ranked as (
                select
                    team_id, trace_id, first_usage_at, service_name, feature, request_count,
                    step_count, cost_usd, costliest_step_cost_usd,
                    row_number() over (
                        partition by team_id order by cost_usd desc, first_usage_at, trace_id
                    ) as place
                from marts.fct_traces
                where
                    usage_date between '{period.month}' and '{period.last}'
                    and cost_usd > 0
                    and step_count > 1
            )
            select * from ranked where place <= {_DEAREST} order by team_id, place
            """
        )
    )


def waste(marts: Marts, period: Period) -> dict[str, list[dict]]:
    """Money that bought no answer this month, by team, service and outcome."""
    if not marts.has("fct_logical_requests"):
        return {}
    return _by_team(
        marts.rows(
            f"""
            select
                team_id, service_name, outcome, count(*) as requests,
                sum(retry_count) as retries, sum(fallback_count) as fallbacks,
                sum(wasted_cost_usd) as wasted_usd
            from marts.fct_logical_requests
            where usage_date between '{period.month}' and '{period.last}' and wasted_cost_usd > 0
            group by 1, 2, 3
            order by 7 desc, 1, 2, 3
            """
        )
    )


def _by_team(rows: list[dict]) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        found[row["team_id"] or "(none)"].append(row)
    return found


def month_table(
    daily: dict[date, Decimal | None],
    period: Period,
    budget: dict | None = None,
    odd: Iterable[dict] = (),
) -> Table:
    """Spend so far on each day of this month and the one before, with plan and forecast to its end.

    No figure, and so no line, before the first day of the report, where nothing was logged yet,
    and while nothing of the use so far has a price. `odd` marks its days on this month's line.
    """
    rows = []
    budget = budget or {}
    rules = {row["usage_date"]: row["rule"] for row in odd if row["rule_kind"] != "budget_share"}
    days = max(month_end(period.last).day, month_end(period.before_first).day)
    for n in range(days):
        row: dict = {"day": n + 1}
        for name, start in (("this", period.month), ("before", period.before_first)):
            end = start + timedelta(days=n)
            if period.first <= end <= period.last and end.month == start.month:
                days_so_far = (start + timedelta(days=k) for k in range(n + 1))
                row[name] = known_total(daily[day] for day in days_so_far if day in daily)
                if name == "this" and end in rules and row[name] is not None:
                    row["_this"] = {"odd": rules[end]}
        row["plan"] = budget.get("budget_usd")
        rows.append(row)
    columns = [
        Column("day", "Day of the month", "count"),
        Column("this", f"{period.month:%B}", "usd", series=True),
        Column("before", f"{period.before_first:%B}", "usd", series=True),
    ]
    if budget.get("budget_usd") is not None:
        columns.append(Column("plan", "Plan", "usd", series=True))
    return Table("Spend so far in the month, USD", columns + _forecast(rows, period, budget), rows)


def _forecast(rows: list[dict], period: Period, budget: dict) -> list[Column]:
    """Fill in what the month will have cost, day by day to its end; none once it is over.

    The forecast goes on from the last day to the end of the month in a straight line, because it
    is an average for each day that is left. The band is how far the forecasts of this day of the
    month were off in months past.
    """
    left = month_end(period.last).day - period.last.day
    spent = rows[period.last.day - 1].get("this")
    more = less(budget.get("forecast_usd"), budget.get("spent_usd"))
    if not left or spent is None or more is None:
        return []
    off = budget.get("forecast_error_share")
    for n in range(left + 1):
        row = rows[period.last.day - 1 + n]
        row["forecast"] = spent + more * n / left
        if off is not None:
            width = (budget["forecast_usd"] * off).copy_abs() * n / left
            row |= {"low": row["forecast"] - width, "high": row["forecast"] + width}
    columns = [Column("forecast", "Forecast", "usd")]
    if off is not None:
        columns += [Column("low", "Forecast, low", "usd"), Column("high", "Forecast, high", "usd")]
    return columns


def drivers_table(drivers: list[Driver], limit: int) -> Table:
    """What the money went to, and why each part changed."""
    ordered = sorted(drivers, key=lambda row: -max(row.cost_usd or 0, abs(row.change_usd or 0)))
    kept, more = top(ordered, limit)
    columns = ("service_name", "feature", "billed_model", "cost_usd", "change_usd", "requests")
    rows = [
        {name: getattr(row, name) for name in columns}
        | {"volume_usd": row.volume_change_usd, "unit_usd": row.unit_change_usd}
        for row in kept
    ]
    if more:
        rest = ordered[limit:]
        rows.append(
            {
                "_rest": True,
                "service_name": many(len(more), "other"),
                "cost_usd": known_total(row.cost_usd for row in rest),
                "change_usd": known_total(row.change_usd for row in rest),
                "requests": sum(row.requests for row in rest),
                "volume_usd": known_total(row.volume_change_usd for row in rest),
                "unit_usd": known_total(row.unit_change_usd for row in rest),
            }
        )
    sums = ("cost_usd", "change_usd", "volume_usd", "unit_usd")
    return Table(
        "What the money went to this month, and why it changed, USD",
        [
            Column("service_name", "Service"),
            Column("feature", "Feature"),
            Column("billed_model", "Model"),
            Column("requests", "Requests", "count"),
            Column("cost_usd", "USD", "bar"),
            Column("change_usd", "Change", "change"),
            Column("volume_usd", "by more or fewer requests", "change"),
            Column("unit_usd", "by cost of a request", "change"),
        ],
        rows,
        empty="No spend this month or the month before.",
        total={name: known_total(row[name] for row in rows) for name in sums}
        | {"service_name": "Total", "requests": sum(row["requests"] for row in rows)},
    )


def requests_table(rows: list[dict]) -> Table:
    """The costliest requests, each with an anchor that the search leads to."""
    for row in rows:
        row["_id"] = f"request-{row['place']}"
        row["outcome"] = (row["outcome"] or "").replace("_", " ")
    return Table(
        "Costliest requests this month, USD",
        [
            Column("first_usage_at", "Start, UTC", "time"),
            Column("logical_request_id", "Request", "id"),
            Column("trace_id", "Trace", "id"),
            Column("service_name", "Service"),
            Column("billed_model", "Model"),
            Column("attempt_count", "Attempts", "count"),
            Column("outcome", "Outcome"),
            Column("cost_usd", "USD", "unit"),
        ],
        rows,
        empty="No request with a cost this month.",
    )


def traces_table(rows: list[dict]) -> Table:
    """The costliest traces, each with an anchor that the search leads to."""
    for row in rows:
        row["_id"] = f"trace-{row['place']}"
    return Table(
        "Costliest traces this month, USD",
        [
            Column("first_usage_at", "Start, UTC", "time"),
            Column("trace_id", "Trace", "id"),
            Column("service_name", "Service"),
            Column("request_count", "Requests", "count"),
            Column("step_count", "Steps", "count"),
            Column("costliest_step_cost_usd", "Costliest step", "unit"),
            Column("cost_usd", "USD", "unit"),
        ],
        rows,
        empty="No trace of more than one step this month.",
    )


def waste_table(rows: list[dict]) -> Table:
    """Failed attempts and answers that came only after another try."""
    for row in rows:
        row["outcome"] = (row["outcome"] or "").replace("_", " ")
    return Table(
        "Money that bought no answer this month, USD",
        [
            Column("service_name", "Service"),
            Column("outcome", "How it ended"),
            Column("requests", "Requests", "count"),
            Column("retries", "Retries", "count"),
            Column("fallbacks", "Fallbacks", "count"),
            Column("wasted_usd", "USD", "bar"),
        ],
        rows,
        empty="No money was spent on attempts without an answer.",
        total={"service_name": "Total", "wasted_usd": total(row["wasted_usd"] for row in rows)},
    )


def headline(drivers: list[Driver], wasted: list[dict]) -> dict:
    """The figures at the top of a team's page."""
    cost = known_total(row.cost_usd for row in drivers)
    before = known_total(row.before_usd for row in drivers)
    lost = None if cost is None else total(row["wasted_usd"] for row in wasted)
    return {
        "cost_usd": cost,
        "change_usd": less(cost, before),
        "change_share": ratio(less(cost, before), before),
        "requests": sum(row.requests for row in drivers),
        "unpriced": sum(row.unpriced for row in drivers),
        "wasted_usd": lost,
        "wasted_share": ratio(lost, cost),
        "costliest_feature": next((r["name"] for r in compared(drivers, "feature")), None),
    }


def goes_to(known: dict | None) -> dict:
    """Who answers for the spend: lead and cost centre, or that nobody is registered."""
    if not known:
        return {
            "lead": "nobody registered",
            "note": "add the team to teams.csv of the company folder",
        }
    center = known["cost_center_name"] or known["cost_center_id"] or "no cost centre"
    return {"lead": known["team_lead"] or "no lead registered", "note": center}
