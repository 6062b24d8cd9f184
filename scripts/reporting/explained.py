"""What somebody has to explain: the costliest work of each week, and days far above the usual."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from scripts.reporting.chargeback import of_service
from scripts.reporting.links import Links
from scripts.reporting.marts import Marts, Period
from scripts.reporting.names import Names
from scripts.reporting.tables import Column, Table, day, known_total, ratio, top, unbroken, usd

_SHOWN = 25
_WEEKS = 13
# From so many times the average of the days before, somebody has to say why.
TWICE = 2


def traces(marts: Marts, period: Period) -> list[dict]:
    """The ten costliest traces of each week that is over, newest week first."""
    return marts.rows(
        f"""
        select
            week_start_date, cost_rank, trace_or_request, first_usage_at, team_id, service_name,
            feature, billed_model, attempt_count, repeat_count, cost_usd, note, explained_by
        from marts.fct_costliest_traces_weekly
        where week_start_date between '{period.first}' and '{period.last - timedelta(days=6)}'
        order by week_start_date desc, cost_rank
        """,
        "fct_costliest_traces_weekly",
    )


def traces_table(rows: list[dict], links: Links) -> Table:
    """The ten of the newest week; each leads to its day, where the report has the calls of it."""
    newest = max((row["week_start_date"] for row in rows), default=None)
    found = [dict(row) for row in rows if row["week_start_date"] == newest]
    for row in found:
        to = links.to_day(row["team_id"], row["first_usage_at"].date())
        row["_to"] = {"trace_or_request": to} if to else {}
        row["note"] = row["note"] or "not explained yet"
    when = unbroken(f"the week from {day(newest)}") if newest else "the newest week that is over"
    return Table(
        f"Costliest traces of {when}, USD",
        [
            Column("cost_rank", "Place", "count", adds=False),
            Column("trace_or_request", "Trace", "id"),
            Column("team_id", "Team", "team"),
            Column("service_name", "Service"),
            Column("feature", "Feature"),
            Column("billed_model", "Model"),
            Column("attempt_count", "Attempts", "count"),
            Column("repeat_count", "of them repeated", "count"),
            Column("cost_usd", "USD", "usd"),
            Column("note", "Why it cost so much", "small"),
            Column("explained_by", "Explained by"),
        ],
        found,
        empty="No week that is over has a trace with a cost.",
    )


def weeks_table(rows: list[dict]) -> Table:
    """How much of each week's ten somebody has explained."""
    found = []
    for week in sorted({row["week_start_date"] for row in rows}, reverse=True)[:_WEEKS]:
        mine = [row for row in rows if row["week_start_date"] == week]
        said = [row for row in mine if row["note"]]
        cost = known_total(row["cost_usd"] for row in mine)
        known = known_total(row["cost_usd"] for row in said)
        found.append(
            {
                "week": week,
                "cost_usd": cost,
                "traces": len(mine),
                "explained": len(said),
                "explained_usd": known,
                "share": ratio(known, cost),
                "who": ", ".join(sorted({row["explained_by"] or "nobody named" for row in said})),
            }
        )
    return Table(
        "Costliest traces of each week, and how many of them are explained, USD",
        [
            Column("week", "Week from", "date"),
            Column("cost_usd", "USD", "usd"),
            Column("traces", "Traces", "count"),
            Column("explained", "Explained", "count"),
            Column("explained_usd", "Explained, USD", "usd"),
            Column("share", "Share", "share"),
            Column("who", "Explained by"),
        ],
        found,
        empty="No week that is over has a trace with a cost.",
    )


def exceptions(marts: Marts, first: date, last: date) -> list[dict]:
    """Days far above the average of the days before, newest first, with what became of them."""
    return marts.rows(
        f"""
        select
            usage_date, team_id, service_name, observed_usd, baseline_usd, outcome, outcome_note,
            explained_by
        from marts.fct_spend_anomalies
        where
            rule_kind = 'daily_ratio' and threshold >= {TWICE}
            and usage_date between '{first}' and '{last}'
        order by usage_date desc, observed_usd desc, team_id, service_name, rule_id
        """,
        "fct_spend_anomalies",
    )


def marked(rows: list[dict], called: Names) -> dict[date, str]:
    """For the charts: who spent so far above the average on which day."""
    found: dict[date, list[str]] = {}
    for row in rows:
        names = found.setdefault(row["usage_date"], [])
        name = called.of("team", row["team_id"])
        if name not in names:
            names.append(name)
    return {day: ", ".join(names) for day, names in found.items()}


def exceptions_table(rows: list[dict], links: Links) -> Table:
    """Each leads to its day, where the report has the calls of it."""
    kept, more = top(rows, _SHOWN)
    for row in kept:
        row["service"] = of_service(row["service_name"])
        row["times"] = ratio(row["observed_usd"], row["baseline_usd"])
        to = links.to_day(row["team_id"], row["usage_date"])
        row["_to"] = {"usage_date": to} if to else {}
    return Table(
        "Days at twice the average of the days before, or more, USD",
        [
            Column("usage_date", "Day", "date"),
            Column("team_id", "Team", "team"),
            Column("service", "Service"),
            Column("observed_usd", "Spent", "usd", adds=False),
            Column("baseline_usd", "Average before", "usd", adds=False),
            Column("times", "Of the average", "share"),
            Column("outcome", "Outcome", "words"),
            Column("outcome_note", "What it was", "small"),
            Column("explained_by", "Explained by"),
        ],
        kept,
        empty="No team spent twice its average on a day.",
        more=more,
    )


def outcomes(rows: list[dict]) -> str:
    """How the exceptions ended, in a sentence; nothing without any."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
    names = ("open", *sorted(name for name in counts if name != "open"))
    said = [f"{counts[name]} {name.replace('_', ' ')}" for name in names if name in counts]
    return f"Of {len(rows)}: {', '.join(said)}." if said else ""


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def unowned_weeks(days: list[dict], sources: list[dict]) -> Table:
    """Spend without an owner, week by week, with the change and where most of it came from.

    `days` has all spend and that without an owner per day, `sources` the latter by source.
    """
    weeks: dict = {}
    for row in days:
        week = weeks.setdefault(
            _monday(row["usage_date"]), {"cost_usd": Decimal(0), "mystery_usd": Decimal(0)}
        )
        week["cost_usd"] += row["cost_usd"]
        week["mystery_usd"] += row["mystery_usd"]
    for row in sources:
        by = weeks[_monday(row["usage_date"])].setdefault("by", {})
        name = f"{row['service_name'] or 'no service'} ({row['source_system']})"
        by[name] = by.get(name, Decimal(0)) + row["mystery_usd"]
    newest = max((row["usage_date"] for row in days), default=None)
    found, before = [], None
    for monday, week in sorted(weeks.items()):
        share = ratio(week["mystery_usd"], week["cost_usd"]) or Decimal(0)
        by = sorted(week.get("by", {}).items(), key=lambda each: (-each[1], each[0]))
        found.append(
            {
                "week": monday,
                "cost_usd": week["cost_usd"],
                "mystery_usd": week["mystery_usd"],
                "share": share,
                "change_usd": None if before is None else week["mystery_usd"] - before,
                "sources": "; ".join(f"{name} {usd(each)}" for name, each in by[:3]),
                "is": "over" if monday + timedelta(days=6) <= newest else "running",
            }
        )
        before = week["mystery_usd"]
    kept, more = top(found[::-1], _WEEKS)
    return Table(
        "Spend without a registered owner, week by week, USD",
        [
            Column("week", "Week from", "date"),
            Column("is", "State"),
            Column("cost_usd", "All spend", "usd"),
            Column("mystery_usd", "Without an owner", "bar"),
            Column("share", "Share", "share"),
            Column("change_usd", "Change on the week before", "change"),
            Column("sources", "Most of it from", "small"),
        ],
        kept,
        empty="No coverage figures yet.",
        more=more,
    )
