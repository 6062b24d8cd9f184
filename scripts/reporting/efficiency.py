"""What a thousand requests cost, how it moves, and what would have cost less."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from scripts.reporting.marts import Marts, Period, reaches
from scripts.reporting.names import Names
from scripts.reporting.tables import Column, Table, day, ratio, top, total, unbroken

_SHOWN = 25
_LINES = 5
_WEEKS = """
    select
        week_start_date, team_id,
        sum(request_count) as requests,
        sum(attempt_count) as attempts,
        sum(success_count) as successes,
        sum(retried_count) as retried,
        sum(escalated_count) as escalated,
        sum(input_tokens) as input_tokens,
        sum(cache_read_tokens) as cached_tokens,
        sum(output_tokens) as output_tokens,
        sum(cost_usd) as cost_usd
    from marts.fct_efficiency_weekly
    where
        is_complete_week
        and week_start_date between '{first}' and '{last}'
    group by 1, 2
    order by 1, 2
"""


def weeks(marts: Marts, period: Period) -> list[dict]:
    """Weeks that are over and known to their end, by team; ratios are made of sums."""
    if not marts.has("fct_efficiency_weekly"):
        return []
    found = marts.rows(_WEEKS.format(first=period.first, last=period.last))
    return [
        row for row in found if reaches(period.last, row["week_start_date"] + timedelta(days=6))
    ]


def scoreboard(rows: list[dict]) -> Table:
    """The newest complete week, by team."""
    newest = max((row["week_start_date"] for row in rows), default=None)
    found = [row for row in rows if row["week_start_date"] == newest]
    for row in found:
        row["unit_usd"] = each(row["cost_usd"], row["requests"], 1000)
        row["success_usd"] = each(row["cost_usd"], row["successes"])
        row["input_each"] = each(row["input_tokens"], row["requests"])
        row["output_each"] = each(row["output_tokens"], row["requests"])
        row["cache_share"] = ratio(row["cached_tokens"], row["input_tokens"])
        row["retry_rate"] = ratio(row["retried"], row["requests"])
        row["escalation_rate"] = ratio(row["escalated"], row["requests"])
    found.sort(key=lambda row: (-(row["cost_usd"] or 0), row["team_id"]))
    when = unbroken(f"the week from {day(newest)}") if newest else "the newest complete week"
    return Table(
        f"Scoreboard of {when}, by team",
        [
            Column("team_id", "Team", "team"),
            Column("requests", "Requests", "count"),
            Column("unit_usd", "USD per 1,000 requests", "bar"),
            Column("success_usd", "USD per success", "unit"),
            Column("input_each", "Input tokens a request", "count"),
            Column("output_each", "Output tokens a request", "count"),
            Column("cache_share", "Input from the cache", "share"),
            Column("retry_rate", "Retried", "share"),
            Column("escalation_rate", "Went to another model", "share"),
        ],
        found,
        empty="No complete week yet.",
    )


def each(amount: Decimal | int | None, number: int | None, times: int = 1) -> Decimal | None:
    """So much for each, or for `times` of them; None without any."""
    if amount is None or not number:
        return None
    return (Decimal(amount) * times / Decimal(number)).quantize(Decimal("1e-9"))


def trend_table(rows: list[dict], called: Names) -> Table:
    """USD per 1,000 requests, week by week, of the teams that spend most and of all."""
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        spent[row["team_id"]] += row["cost_usd"] or 0
    names = sorted(spent, key=lambda name: (-spent[name], name))[:_LINES]
    cells = {(row["week_start_date"], row["team_id"]): row for row in rows}
    found = []
    for week in sorted({row["week_start_date"] for row in rows}):
        mine = [row for row in rows if row["week_start_date"] == week]
        requests = sum(int(row["requests"] or 0) for row in mine)
        line: dict = {"week": week}
        line["all"] = each(total(row["cost_usd"] for row in mine), requests, 1000)
        for n, name in enumerate(names):
            cell = cells.get((week, name))
            line[f"t{n}"] = each(cell["cost_usd"], cell["requests"], 1000) if cell else None
        found.append(line)
    return Table(
        "USD per 1,000 requests, by week",
        [
            Column("week", "Week from", "date"),
            *(
                Column(f"t{n}", called.of("team", name), "usd", series=True)
                for n, name in enumerate(names)
            ),
            Column("all", "All teams", "usd", series=True),
        ],
        found,
        empty="No complete week yet.",
    )


def savings(marts: Marts) -> list[dict]:
    """What would have cost less last month, largest first, with what each figure assumes."""
    if not marts.has("fct_savings_opportunities"):
        return []
    rows = marts.rows(
        """
        select
            opportunity, team_id, service_name, feature, billed_model, alternative, assumption,
            sum(attempt_count) as attempts, sum(actual_cost_usd) as actual_usd,
            sum(saving_usd) as saving_usd
        from marts.fct_savings_opportunities
        where is_last_month
        group by 1, 2, 3, 4, 5, 6, 7
        order by 10 desc, 1, 2, 3, 4, 5, 6, 7
        """
    )
    for row in rows:
        row["opportunity"] = (row["opportunity"] or "").replace("_", " ")
    return rows


def savings_table(rows: list[dict], limit: int = 15, team: bool = True) -> Table:
    """A list of estimates; no total, because one attempt may stand under several."""
    kept, more = top(rows, limit)
    owner = [Column("team_id", "Team", "team")] if team else []
    return Table(
        "What would have cost less last month, USD (estimates that overlap: not to be added up)",
        [
            Column("opportunity", "What"),
            # Beside the name, so that a narrow window shows it.
            Column("saving_usd", "Saving", "bar"),
            *owner,
            Column("service_name", "Service"),
            Column("feature", "Feature"),
            Column("billed_model", "Model"),
            Column("alternative", "Instead"),
            Column("actual_usd", "Cost", "usd"),
            Column("assumption", "If", "small"),
        ],
        kept,
        empty="No saving is known for last month.",
        more=more,
    )


def regressions(marts: Marts) -> Table:
    """Prompt versions whose answers became longer."""
    rows = marts.rows(
        """
        select
            team_id, service_name, feature, billed_model, previous_prompt_version,
            prompt_version, first_usage_date, output_rise, extra_output_cost_usd
        from marts.fct_prompt_regressions
        order by 9 desc nulls last, 1, 2, 3, 4, 6
        """,
        "fct_prompt_regressions",
    )
    kept, more = top(rows, _SHOWN)
    return Table(
        "Prompt versions with longer answers than the one before",
        [
            Column("team_id", "Team", "team"),
            Column("service_name", "Service"),
            Column("feature", "Feature"),
            Column("billed_model", "Model"),
            Column("previous_prompt_version", "From"),
            Column("prompt_version", "To"),
            Column("first_usage_date", "Since", "date"),
            Column("output_rise", "More output", "share"),
            Column("extra_output_cost_usd", "Cost of it, USD", "bar"),
        ],
        kept,
        empty="No prompt version writes much longer answers than the one before.",
        more=more,
    )


def paths(marts: Marts, period: Period) -> Table:
    """What repeated attempts cost, by the way they took."""
    rows = marts.rows(
        f"""
        select
            path_kind, from_model, to_model,
            sum(attempt_count) as attempts, sum(failed_count) as failed,
            sum(cost_usd) as cost_usd
        from marts.fct_retry_paths_weekly
        where week_start_date between '{period.first}' and '{period.last}'
        group by 1, 2, 3
        order by 6 desc nulls last, 1, 2, 3
        """,
        "fct_retry_paths_weekly",
    )
    kept, more = top(rows, _SHOWN)
    return Table(
        "Repeated attempts, by the way they took, USD",
        [
            Column("path_kind", "Kind"),
            Column("from_model", "From"),
            Column("to_model", "To"),
            Column("attempts", "Attempts", "count"),
            Column("failed", "Failed again", "count"),
            Column("cost_usd", "USD", "bar"),
        ],
        kept,
        empty="No attempt was repeated.",
        more=more,
    )


def page(marts: Marts, period: Period, saving: list[dict]) -> dict:
    """Everything on the page of the efficiency."""
    rows = weeks(marts, period)
    return {
        "scoreboard": scoreboard(rows),
        "trend": trend_table(rows, marts.names),
        "savings": savings_table(saving),
        "regressions": regressions(marts),
        "paths": paths(marts, period),
    }
