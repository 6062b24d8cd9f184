"""The explorer's figures: spend by day and by six names, small enough to open from disk.

Amounts are whole numbers of a billionth of a dollar. Of each combination of names the running sum
is rounded, not each day: a sum of any days is off by a billionth at most.
"""

from __future__ import annotations

from decimal import Decimal

from scripts.reporting.bridge import months
from scripts.reporting.links import Links
from scripts.reporting.marts import Marts, Period
from scripts.reporting.names import Names
from scripts.reporting.packed import packed_json
from scripts.reporting.tables import Column, Table, ratio, top, total

NAMES = {
    "team": "team_id",
    "service": "service_name",
    "feature": "feature",
    "provider": "provider",
    "model": "billed_model",
    "environment": "environment",
}
# Combinations with names of their own; those that cost less are others of their team.
_ROWS = 700
# With more teams than this, others have no team either.
_TEAMS = 150
_OTHERS = "(others)"
_NONE = "(none)"


def rows(marts: Marts, period: Period) -> list[dict]:
    """Each combination's days in order: cost so far, calls, and calls without a price."""
    names = ", ".join(NAMES)
    others = ", ".join(
        f"case when ranked.place <= {_ROWS} then named.{name} else '{_OTHERS}' end as {name}"
        for name in NAMES
        if name != "team"
    )
    columns = ", ".join(f"coalesce({c}, '{_NONE}') as {name}" for name, c in NAMES.items())
    matching = " and ".join(f"named.{name} = ranked.{name}" for name in NAMES)
    return marts.rows(
        f"""
        with named as (
            select
                {columns}, usage_date, coalesce(cost_usd, 0) as cost_usd,
                coalesce(attempt_count, 0) as calls, coalesce(unpriced_count, 0) as unpriced
            from marts.fct_spend_daily
            where usage_date between '{period.first}' and '{period.last}'
        ),
        ranked as (
            select {names}, row_number() over (order by sum(cost_usd) desc, {names}) as place
            from named
            group by {names}
        ),
        teams as (
            select team, row_number() over (order by sum(cost_usd) desc, team) as place
            from named
            group by team
        ),
        folded as (
            select
                case
                    when ranked.place <= {_ROWS} or teams.place <= {_TEAMS} then named.team
                    else '{_OTHERS}'
                end as team,
                {others},
                named.usage_date, named.cost_usd, named.calls, named.unpriced
            from named
            inner join ranked on {matching}
            inner join teams on named.team = teams.team
        ),
        by_day as (
            select
                {names}, usage_date, sum(cost_usd) as cost_usd, sum(calls) as calls,
                sum(unpriced) as unpriced
            from folded
            group by {names}, usage_date
        )
        select
            {names}, usage_date, calls, unpriced,
            round(sum(cost_usd) over (partition by {names} order by usage_date), 9) as so_far
        from by_day
        order by {names}, usage_date
        """
    )


def by_team(marts: Marts, period: Period, limit: int) -> Table:
    """This month against the month before, by team: what the page says without a script."""
    this, before = f"usage_date >= '{period.month}'", f"usage_date <= '{period.before_last}'"
    rows_of = marts.rows(
        f"""
        select
            coalesce(team_id, '{_NONE}') as team_id,
            coalesce(sum(case when {this} then cost_usd end), 0) as cost_usd,
            coalesce(sum(case when {before} then cost_usd end), 0) as before_usd,
            coalesce(sum(case when {this} then attempt_count end), 0) as calls,
            coalesce(sum(case when {this} then unpriced_count end), 0) as unpriced
        from marts.fct_spend_daily
        where
            usage_date between '{period.before_first}' and '{period.before_last}'
            or usage_date between '{period.month}' and '{period.last}'
        group by 1
        order by 2 desc, 1
        """
    )
    whole = total(row["cost_usd"] for row in rows_of)
    for row in rows_of:
        row["share"] = ratio(row["cost_usd"], whole)
        row["change_usd"] = row["cost_usd"] - row["before_usd"]
    kept, more = top(rows_of, limit)
    return Table(
        "Spend of the days shown, USD",
        [
            Column("team_id", "Team", "team"),
            Column("cost_usd", "USD", "usd"),
            Column("share", "Share", "share"),
            Column("change_usd", "Change, USD", "change"),
            Column("calls", "Calls", "count"),
            Column("unpriced", "Without a price", "count"),
        ],
        kept,
        more=more,
        adds=True,
    )


def figures(marts: Marts, period: Period, odd: list[dict]) -> dict:
    """What the explorer knows: its days, its names, and the figures of each combination of them.

    `odd` are the days on which a team spent far above its average.
    """
    found: dict[tuple[str, ...], tuple[list[int], list[int]]] = {}
    at: dict[tuple[str, ...], tuple[int, int]] = {}
    for row in rows(marts, period):
        key = tuple(row[name] for name in NAMES)
        cells, unpriced = found.setdefault(key, ([], []))
        day = (row["usage_date"] - period.first).days
        told = int(Decimal(row["so_far"]).scaleb(9))
        before, so_far = at.get(key, (0, 0))
        cells += [day - before, told - so_far, int(row["calls"])]
        at[key] = day, told
        if row["unpriced"]:
            unpriced += [day, int(row["unpriced"])]
    words = {name: sorted({key[n] for key in found}) for n, name in enumerate(NAMES)}
    places = [{word: n for n, word in enumerate(members)} for members in words.values()]
    return {
        "first": str(period.first),
        "last": str(period.last),
        "months": [[str(month.first), str(month.last)] for month in months(period)],
        "names": words,
        "odd": sorted({(str(row["usage_date"]), row["team_id"]) for row in odd}),
        # Places of the names; day as a step, cost, calls; day, calls without a price.
        "rows": [
            [[places[n][name] for n, name in enumerate(key)], cells, unpriced]
            for key, (cells, unpriced) in found.items()
        ],
    }


def script(known: dict | None, links: Links, called: Names) -> bytes:
    """The script that hands over the figures, which names have pages, and what people call them."""
    if known is None:
        return packed_json("cube", None)
    pages = {
        kind: {name: links.to(kind, name) for name in known["names"][kind] if name in having}
        for kind, having in links.pages.items()
        if kind in NAMES
    }
    words = {kind: called.differing(kind, names) for kind, names in known["names"].items()}
    return packed_json("cube", known | {"pages": pages, "called": words})
