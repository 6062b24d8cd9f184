"""What nobody owns, what could not be priced, and what could not be read."""

from __future__ import annotations

from decimal import Decimal

from scripts.reporting import explained
from scripts.reporting.chargeback import plans_table
from scripts.reporting.links import Links
from scripts.reporting.marts import Marts, Period
from scripts.reporting.names import Names
from scripts.reporting.tables import Column, Table, known_total, many, ratio, top, total

_SHOWN = 25
_TEAMS = 3
_UNPRICED = ("provider", "model_name", "service_tier", "reason")
_SUMS = ("at_stake_usd", "gateway_usd", "lower_bound_usd")


def coverage(marts: Marts, period: Period) -> list[dict]:
    """Per day: all spend, and the part without a registered owner."""
    if not marts.has("fct_attribution_coverage_daily"):
        return []
    return marts.rows(
        f"""
        select
            usage_date,
            coalesce(sum(cost_usd), 0) as cost_usd,
            coalesce(sum(unattributed_cost_usd), 0) as mystery_usd,
            sum(lower_bound_cost_usd) as lower_bound_usd
        from marts.fct_attribution_coverage_daily
        where usage_date between '{period.first}' and '{period.last}'
        group by 1
        order by 1
        """
    )


def coverage_table(rows: list[dict]) -> Table:
    """The share of spend that nobody owns, day by day."""
    for row in rows:
        row["share"] = ratio(row["mystery_usd"], row["cost_usd"]) or Decimal(0)
    return Table(
        "Spend without a registered owner, per day",
        [
            Column("usage_date", "Day", "date"),
            Column("cost_usd", "All spend, USD", "usd"),
            Column("mystery_usd", "Without an owner, USD", "usd"),
            Column("share", "Share", "share"),
            Column("lower_bound_usd", "Known as a lower bound only, USD", "usd"),
        ],
        rows,
        empty="No coverage figures yet.",
    )


def sources(marts: Marts, period: Period) -> list[dict]:
    """Per day and source: the spend without a registered owner."""
    return marts.rows(
        f"""
        select
            usage_date, source_system, service_name, sum(unattributed_cost_usd) as mystery_usd
        from marts.fct_attribution_coverage_daily
        where
            usage_date between '{period.first}' and '{period.last}' and unattributed_cost_usd > 0
        group by 1, 2, 3
        """,
        "fct_attribution_coverage_daily",
    )


def mystery(marts: Marts, period: Period) -> Table:
    """Where the spend that nobody owns comes from this month."""
    rows = marts.rows(
        f"""
        select
            source_system, service_name, credential_id, environment, attribution_status,
            sum(attempt_count) as attempts, sum(unattributed_cost_usd) as mystery_usd
        from marts.fct_attribution_coverage_daily
        where
            usage_date between '{period.month}' and '{period.last}'
            and attribution_status in ('unattributed', 'unregistered_team')
        group by 1, 2, 3, 4, 5
        order by 7 desc, 6 desc, 1, 2, 3, 4
        """
    )
    whole = total(row["mystery_usd"] for row in rows)
    kept, more = top(rows, _SHOWN)
    for row in kept:
        row["attribution_status"] = (row["attribution_status"] or "").replace("_", " ")
    return Table(
        "Where this month's spend without an owner comes from, USD",
        [
            Column("source_system", "Source"),
            Column("service_name", "Service"),
            Column("credential_id", "Credential", "id"),
            Column("environment", "Environment"),
            Column("attribution_status", "Why"),
            Column("attempts", "Attempts", "count"),
            Column("mystery_usd", "USD", "bar"),
        ],
        kept,
        adds=True,
        empty="Every dollar of this month has a registered owner.",
        total={"source_system": "Total", "mystery_usd": whole},
        more=more,
    )


def unpriced(marts: Marts, period: Period) -> Table:
    """What has no price, why, and which row of a seed would give it one; all teams in one row."""
    found = marts.rows(
        f"""
        select
            provider, model_name, service_tier, team_id,
            price_status || case usage_issue when 'none' then '' else ': ' || usage_issue end
                as reason,
            sum(attempt_count) as attempts, sum(maker_list_cost_usd) as at_stake_usd,
            sum(gateway_reported_cost_usd) as gateway_usd,
            sum(cost_lower_bound_usd) as lower_bound_usd,
            min(missing_row) as missing_row
        from marts.fct_unpriced_usage_daily
        where usage_date between '{period.month}' and '{period.last}'
        group by 1, 2, 3, 4, 5
        order by 6 desc, 1, 2, 3, 4, 5
        """,
        "fct_unpriced_usage_daily",
    )
    groups: dict[tuple, list[dict]] = {}
    for row in found:
        row["reason"] = row["reason"].removeprefix("unpriced_").replace("_", " ")
        groups.setdefault(tuple(row[name] for name in _UNPRICED), []).append(row)
    rows = [_together(members, marts.names) for members in groups.values()]
    rows.sort(key=lambda row: -row["attempts"])
    kept, more = top(rows, _SHOWN)
    return Table(
        "Attempts of this month without a price",
        [
            Column("provider", "Provider", "provider"),
            Column("model_name", "Model"),
            Column("service_tier", "Tier"),
            Column("teams", "Teams"),
            Column("reason", "Why"),
            Column("attempts", "Without a price", "count"),
            Column("gateway_usd", "By the gateway's own figure, USD", "usd"),
            Column("at_stake_usd", "At the maker's list price, in no total, USD", "usd"),
            Column("lower_bound_usd", "Priced in part, in no total, USD", "usd"),
            Column("missing_row", "Row that is missing", "small"),
        ],
        kept,
        adds=True,
        empty="Every billable attempt of this month has a price.",
        total={"provider": "Total", "attempts": sum(int(row["attempts"]) for row in rows)},
        more=more,
    )


def _together(rows: list[dict], called: Names) -> dict:
    """The rows of several teams as one, which names those with most attempts."""
    names = [called.of("team", row["team_id"]) for row in rows]
    more = f" and {many(len(names) - _TEAMS, 'other')}" if len(names) > _TEAMS else ""
    sums = {name: known_total(row[name] for row in rows) for name in _SUMS}
    return (
        rows[0]
        | sums
        | {
            "attempts": sum(int(row["attempts"]) for row in rows),
            "teams": ", ".join(name or "nobody" for name in names[:_TEAMS]) + more,
            "missing_row": min(filter(None, (row["missing_row"] for row in rows)), default=None),
        }
    )


def meters(marts: Marts, period: Period) -> Table:
    """Which meters have no price while others of the same attempts have one."""
    rows = marts.rows(
        f"""
        select
            provider, model_name, service_tier, meter, missing_row,
            sum(quantity) as quantity, sum(attempt_count) as attempts,
            sum(cost_lower_bound_usd) as lower_bound_usd, sum(cost_usd) as taken_usd
        from marts.fct_unpriced_meters_daily
        where usage_date between '{period.month}' and '{period.last}'
        group by 1, 2, 3, 4, 5
        order by 8 desc, 1, 2, 3, 4, 5
        """,
        "fct_unpriced_meters_daily",
    )
    kept, more = top(rows, _SHOWN)
    return Table(
        "Meters of this month without a price, of attempts that have one for others",
        [
            Column("provider", "Provider", "provider"),
            Column("model_name", "Model"),
            Column("service_tier", "Tier"),
            Column("meter", "Meter", "words"),
            Column("quantity", "Used", "count"),
            Column("attempts", "Attempts", "count", adds=False),
            Column("lower_bound_usd", "Priced of them, USD", "usd", adds=False),
            Column("taken_usd", "Taken for their cost, USD", "usd", adds=False),
            Column("missing_row", "Row that is missing"),
        ],
        kept,
        empty="Every meter of a priced attempt of this month has a price.",
        more=more,
    )


def quarantine(marts: Marts) -> Table:
    """What could not be read, by reason; with one place to look at."""
    rows = marts.rows(
        """
        select
            source_system, stage, reason, count(*) as records,
            sum(estimated_cost_usd) as estimated_usd, max(loaded_at) as last_loaded_at,
            min(source_file) as source_file
        from marts.fct_quarantined_records
        group by 1, 2, 3
        order by 4 desc, 1, 2, 3
        """,
        "fct_quarantined_records",
    )
    kept, more = top(rows, _SHOWN)
    return Table(
        "Rejected records, of all time",
        [
            Column("source_system", "Source"),
            Column("stage", "Held back by"),
            Column("reason", "Reason"),
            Column("records", "Records", "count"),
            Column("estimated_usd", "Estimated, USD", "usd"),
            Column("last_loaded_at", "Last, UTC", "time"),
            Column("source_file", "A file", "id"),
        ],
        kept,
        adds=True,
        empty="No record was rejected.",
        total={"source_system": "Total", "records": sum(int(row["records"]) for row in rows)},
        more=more,
    )


def conflicts(marts: Marts, period: Period) -> Table:
    """Where two records of one call differ, and whose word counts."""
    rows = marts.rows(
        f"""
        select
            field, used_source_system, other_source_system, team_id,
            count(distinct request_key) as calls, min(request_key) as request_key
        from marts.fct_evidence_conflicts
        where usage_date between '{period.month}' and '{period.last}'
        group by 1, 2, 3, 4
        order by 5 desc, 1, 2, 3, 4
        """,
        "fct_evidence_conflicts",
    )
    kept, more = top(rows, _SHOWN)
    for row in kept:
        row["field"] = row["field"].replace("_", " ")
    return Table(
        "Calls of this month whose records differ",
        [
            Column("field", "In what"),
            Column("used_source_system", "Counts"),
            Column("other_source_system", "Does not count"),
            Column("team_id", "Team", "team"),
            Column("calls", "Calls", "count"),
            Column("request_key", "A call", "id"),
        ],
        kept,
        adds=True,
        empty="No two records of one call contradict each other.",
        more=more,
    )


def page(
    marts: Marts,
    period: Period,
    days: list[dict],
    exceptions: list[dict],
    budgets: dict[str, dict],
    links: Links,
) -> dict:
    """Everything on the page of the governance."""
    traces = explained.traces(marts, period)
    parts = {
        "coverage": coverage_table(days),
        "weeks": explained.unowned_weeks(days, sources(marts, period)),
        "traces": explained.traces_table(traces, links),
        "trace_weeks": explained.weeks_table(traces),
        "exceptions": explained.exceptions_table(exceptions, links),
        "outcomes": explained.outcomes(exceptions),
        "plans": plans_table(budgets),
        "unpriced": unpriced(marts, period),
        "meters": meters(marts, period),
        "conflicts": conflicts(marts, period),
        "quarantine": quarantine(marts),
    }
    if marts.has("fct_attribution_coverage_daily"):
        parts["mystery"] = mystery(marts, period)
    return parts
