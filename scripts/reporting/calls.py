"""The calls behind a team's costliest days: the requests of each, and the attempts of those."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date

from scripts.reporting.links import calls_page, day_anchor, page_name, request_anchor
from scripts.reporting.marts import Marts, Period, month_end
from scripts.reporting.tables import Column, Table, many, ratio

ATTEMPTS_OF_REQUEST = 25
# Teams whose calls are in the report. With more, the report would be larger than a mail may be.
TEAMS = 60
# With more teams than this, each has fewer days and requests.
_FEW = 20


@dataclass(frozen=True)
class Depth:
    """How many days of this month, of the month before, and requests of each and of the month.

    A day with an alert is among them where it is one of twice as many.
    """

    days: int
    days_before: int
    of_day: int
    of_month: int


_DEEP, _LEAN = Depth(5, 2, 5, 6), Depth(3, 1, 2, 2)


_CHOSEN = """
    by_day as (
        select
            team_id, usage_date, sum(cost_usd) as cost_usd,
            sum(case when usage_date >= '{month}' then cost_usd else 0 end) as month_usd
        from marts.fct_spend_daily
        where usage_date between '{before_first}' and '{last}' and team_id is not null
        group by 1, 2
    ),
    ranked_teams as (
        select team_id, row_number() over (order by sum(month_usd) desc, team_id) as place
        from by_day
        group by 1
    ),
    ranked_days as (
        select
            by_day.team_id, by_day.usage_date, by_day.cost_usd,
            row_number() over (
                partition by by_day.team_id, by_day.usage_date >= '{month}'
                order by by_day.cost_usd desc, by_day.usage_date desc
            ) as place
        from by_day
        inner join ranked_teams on by_day.team_id = ranked_teams.team_id
        where ranked_teams.place <= {teams} and by_day.cost_usd > 0
    ),
    days as (
        select team_id, usage_date, cost_usd
        from ranked_days
        where
            place <= case when usage_date >= '{month}' then {days} else {days_before} end
            {or_odd}
    ),
    ranked as (
        select
            requests.*,
            days.usage_date is not null as is_of_day,
            row_number() over (
                partition by requests.team_id, requests.usage_date
                order by requests.cost_usd desc, requests.first_usage_at,
                    requests.logical_request_key
            ) as day_place,
            row_number() over (
                partition by requests.team_id, requests.usage_date >= '{month}'
                order by requests.cost_usd desc, requests.first_usage_at,
                    requests.logical_request_key
            ) as month_place,
            count(*) over (
                partition by requests.team_id, requests.usage_date
            ) as day_requests,
            sum(requests.cost_usd) over (
                partition by requests.team_id, requests.usage_date
            ) as day_usd
        from marts.fct_logical_requests as requests
        inner join ranked_teams
            on requests.team_id = ranked_teams.team_id and ranked_teams.place <= {teams}
        left join days
            on requests.team_id = days.team_id and requests.usage_date = days.usage_date
        where
            requests.usage_date between '{before_first}' and '{last}'
            and requests.cost_usd > 0
    ),
    chosen as (
        select * from ranked
        where
            (is_of_day and day_place <= {of_day})
            or (usage_date >= '{month}' and month_place <= {of_month})
            {or_wanted}
    )
"""
_REQUESTS = """
    select
        team_id, usage_date, logical_request_key, logical_request_id, trace_id, first_usage_at,
        service_name, feature, customer_id, billed_model, attempt_count, outcome, cost_usd,
        is_of_day, day_place, day_requests, day_usd
    from chosen
    order by team_id, usage_date, day_place
"""
_ATTEMPTS = """
    with attempts_of as (
    select
        chosen.first_usage_at, chosen.team_id, chosen.logical_request_key,
        chosen.logical_request_id, attempts.usage_at,
        attempts.attempt_number, attempts.attempt_reason, attempts.is_retry, attempts.is_fallback,
        attempts.provider, attempts.billed_model, attempts.service_tier, attempts.request_status,
        attempts.status_code, attempts.uncached_input_tokens + attempts.cache_read_tokens
            + attempts.cache_write_5m_tokens + attempts.cache_write_30m_tokens
            + attempts.cache_write_1h_tokens + attempts.cache_write_12h_tokens as input_tokens,
        attempts.cache_read_tokens, attempts.output_tokens, attempts.cost_usd,
        attempts.source_file, attempts.line_number,
        row_number() over (
            partition by chosen.logical_request_key
            order by attempts.usage_at, attempts.attempt_number, attempts.request_key
        ) as place
    from marts.fct_logical_requests as chosen
    inner join marts.fct_priced_requests as attempts
        on
            chosen.usage_date = attempts.usage_date
            and chosen.source_system = attempts.source_system
            and chosen.logical_request_id = attempts.logical_request_id
            and coalesce(chosen.credential_id, '') = coalesce(attempts.credential_id, '')
    where
        chosen.usage_date between '{before_first}' and '{last}'
        and chosen.logical_request_key in ({keys})
    )
    select * from attempts_of
    where place <= {of_request}
    order by team_id, first_usage_at, logical_request_key, place
"""


@dataclass
class TeamCalls:
    """What the report knows of one team's calls."""

    depth: Depth = _DEEP
    requests: list[dict] = field(default_factory=list)
    attempts: list[dict] = field(default_factory=list)

    @property
    def days(self) -> list[date]:
        """The days shown with their requests, newest first."""
        return sorted(
            {row["usage_date"] for row in self.requests if row["is_of_day"]}, reverse=True
        )

    @property
    def known(self) -> set[str]:
        """Keys of the requests whose attempts are there."""
        return {row["logical_request_key"] for row in self.attempts}

    def of_day(self, day: date) -> list[dict]:
        """The day's costliest requests that are shown."""
        return [
            row
            for row in self.requests
            if row["usage_date"] == day and row["day_place"] <= self.depth.of_day
        ]


def of_teams(marts: Marts, period: Period, teams: int, wanted: set[str]) -> dict[str, TeamCalls]:
    """Requests and attempts of the costliest days of each team, and of its costliest requests.

    teams: how many there are. wanted: keys of other requests that a page names.
    """
    depth = _DEEP if teams <= _FEW else _LEAN
    if not marts.has("fct_logical_requests"):
        return {}
    or_odd = ""
    if marts.has("fct_spend_anomalies"):
        or_odd = f"""
            or exists (
                select 1 from marts.fct_spend_anomalies as odd
                where
                    odd.team_id = ranked_days.team_id and odd.usage_date = ranked_days.usage_date
                    and odd.usage_date >= '{period.month}' and odd.rule_kind != 'budget_share'
                    and ranked_days.place <= {2 * depth.days}
            )
        """
    with_chosen = "with " + _CHOSEN.format(
        month=period.month,
        before_first=period.before_first,
        last=period.last,
        teams=TEAMS,
        **asdict(depth),
        or_odd=or_odd,
        or_wanted=f"or logical_request_key in ({_texts(wanted)})" if wanted else "",
    )
    found: dict[str, TeamCalls] = defaultdict(lambda: TeamCalls(depth))
    for row in marts.rows(with_chosen + _REQUESTS):
        found[row["team_id"]].requests.append(row)
    chosen = {row["logical_request_key"] for calls in found.values() for row in calls.requests}
    if not chosen:
        return {}
    attempts = _ATTEMPTS.format(
        before_first=period.before_first,
        last=period.last,
        keys=_texts(chosen),
        of_request=ATTEMPTS_OF_REQUEST,
    )
    for row in marts.rows(attempts, "fct_priced_requests"):
        found[row["team_id"]].attempts.append(row)
    return dict(found)


def _texts(values: set[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(values))


def days_table(
    calls: TeamCalls, team_id: str, daily: dict, odd: list[dict], period: Period
) -> Table:
    """The days that cost most, each against the average day of its month."""
    rules = defaultdict(list)
    for row in odd:
        if row["rule_kind"] != "budget_share" and row["rule"] not in rules[row["usage_date"]]:
            rules[row["usage_date"]].append(row["rule"])
    rows = []
    for day in calls.days:
        first = max(day.replace(day=1), period.first)
        spent = [
            amount
            for at, amount in daily.items()
            if first <= at <= min(month_end(day), period.last)
        ]
        length = (min(month_end(day), period.last) - first).days + 1
        usual = ratio(sum(amount or 0 for amount in spent), length)
        first_of = calls.of_day(day)[0]
        rows.append(
            {
                "usage_date": day,
                "cost_usd": daily.get(day),
                "usual_usd": usual,
                "times": ratio(daily.get(day), usual),
                "requests": first_of["day_requests"],
                "rules": "; ".join(rules.get(day, [])),
                "_to": {"usage_date": f"{calls_page(team_id)}#{day_anchor(day)}"},
            }
        )
    rows.sort(key=lambda row: (-(row["cost_usd"] or 0), row["usage_date"]))
    return Table(
        "Costliest days of this month and the month before, USD",
        [
            Column("usage_date", "Day", "date"),
            Column("cost_usd", "USD", "bar"),
            Column("usual_usd", "Average day of its month", "usd"),
            Column("times", "Of an average day", "share"),
            Column("requests", "Requests with a cost", "count"),
            Column("rules", "Out of the ordinary"),
        ],
        rows,
        empty="No day with a cost.",
    )


def day_table(calls: TeamCalls, team_id: str, day: date) -> Table:
    """The costliest requests of a day, and all others as one row, so that the day adds up."""
    known = calls.of_day(day)
    rows = []
    for row in known:
        key = row["logical_request_key"]
        to = f"{calls_page(team_id)}#{request_anchor(key)}"
        rows.append(
            row
            | {
                "outcome": (row["outcome"] or "").replace("_", " "),
                "_to": {"logical_request_id": to} if key in calls.known else {},
            }
        )
    others = known[0]["day_requests"] - len(known)
    if others:
        shown = sum(row["cost_usd"] for row in known)
        rows.append(
            {
                "_rest": True,
                "logical_request_id": many(others, "other"),
                "cost_usd": known[0]["day_usd"] - shown,
            }
        )
    return Table(
        f"Costliest requests of {day}, USD",
        [
            Column("logical_request_id", "Request", "id"),
            Column("first_usage_at", "Start, UTC", "time"),
            Column("service_name", "Service"),
            Column("feature", "Feature"),
            Column("customer_id", "Customer"),
            Column("billed_model", "Model"),
            Column("attempt_count", "Attempts", "count"),
            Column("outcome", "Outcome"),
            Column("trace_id", "Trace", "id"),
            Column("cost_usd", "USD", "unit"),
        ],
        rows,
        total={"logical_request_id": "Total", "cost_usd": known[0]["day_usd"]},
    )


def attempts_table(calls: TeamCalls) -> Table:
    """Every attempt of every request that the page names."""
    rows, seen = [], set()
    for row in calls.attempts:
        key = row["logical_request_key"]
        row["why"] = _why(row)
        row["status"] = " ".join(
            str(part) for part in (row["request_status"], row["status_code"]) if part is not None
        )
        row["record"] = _record(row)
        if key not in seen:
            row["_id"] = request_anchor(key)
        seen.add(key)
        rows.append(row)
    return Table(
        "Attempts of the requests on this page, USD",
        [
            Column("logical_request_id", "Request", "id"),
            Column("usage_at", "At, UTC", "time"),
            Column("attempt_number", "Attempt", "count", adds=False),
            Column("why", "Why"),
            Column("provider", "Provider", "provider"),
            Column("billed_model", "Model"),
            Column("service_tier", "Tier"),
            Column("status", "Ended"),
            Column("input_tokens", "Input tokens", "count"),
            Column("cache_read_tokens", "of them from a cache", "count"),
            Column("output_tokens", "Output tokens", "count"),
            Column("record", "Record of it", "id"),
            Column("cost_usd", "USD", "unit"),
        ],
        rows,
        empty="The attempts are not in this warehouse.",
    )


def _why(row: dict) -> str:
    if row["is_fallback"]:
        return "fallback"
    if row["is_retry"]:
        return "retry"
    return (row["attempt_reason"] or "").replace("_", " ")


def _record(row: dict) -> str | None:
    """The line of the landing folder that says so; a table that is read in place has none."""
    if row["source_file"] is None or row["line_number"] is None:
        return row["source_file"]
    return f"{row['source_file']}, line {row['line_number']}"


def page(calls: TeamCalls, team_id: str, name: str) -> dict:
    """What the page of a team's calls says."""
    return {
        "name": name,
        "team_to": page_name("team", team_id),
        "limit": ATTEMPTS_OF_REQUEST,
        "days": [
            {"day": day, "anchor": day_anchor(day), "requests": day_table(calls, team_id, day)}
            for day in calls.days
        ],
        "attempts": attempts_table(calls),
    }
