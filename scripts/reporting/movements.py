"""Which figures are not what they were a week ago, and why."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from scripts.operations.clock import run_instant
from scripts.reporting.marts import Marts, Period
from scripts.reporting.tables import Column, Table, top, total

_SHOWN = 25


def of_last_week(marts: Marts, period: Period) -> list[dict]:
    """Movements of the last seven days of days that were shown before, largest first.

    What is shown for the first time has not moved.
    """
    return marts.rows(
        f"""
        select
            usage_date, team_id, provider, billed_model, cause, evidence,
            max(recorded_at) as moved_at, sum(change_usd) as moved_usd,
            sum(attempt_change) as attempts
        from marts.fct_figure_changes
        where
            figure = 'usage'
            and cause != 'first_published'
            and recorded_at > timestamp '{run_instant() - timedelta(days=7):%Y-%m-%d %H:%M:%S}'
            and usage_date between '{period.before_first}' and '{period.last}'
        group by 1, 2, 3, 4, 5, 6
        order by abs(sum(change_usd)) desc, 1, 2, 3, 4, 5, 6
        """,
        "fct_figure_changes",
    )


def by(rows: list[dict], column: str, period: Period) -> dict[str, Decimal]:
    """How far this month's spend of each value of a column has moved; those that moved only."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["usage_date"] >= period.month:
            found[row[column]] += row["moved_usd"]
    return {name: moved for name, moved in found.items() if moved}


def mark(table: Table, moved: dict[str, Decimal]) -> Table:
    """The table with a column beside the spend, where any of it has moved since last week."""
    if moved:
        for row in [*table.rows, *table.more]:
            row["moved_usd"] = moved.get(row["name"])
        after = [column.name for column in table.columns].index("cost_usd") + 1
        table.columns.insert(after, Column("moved_usd", "Moved since last week, USD", "change"))
        table.total["moved_usd"] = total(moved.values())
    return table


def table(rows: list[dict]) -> Table:
    """Each figure that moved, with its cause and what brought it about."""
    kept, more = top(rows, _SHOWN)
    for row in kept:
        row["cause"] = row["cause"].replace("_", " ")
        row["moved_on"] = row["moved_at"].date()
    return Table(
        "Days whose spend was shown before and has moved since last week, USD",
        [
            Column("usage_date", "Day", "date"),
            Column("team_id", "Team", "team"),
            Column("billed_model", "Model"),
            Column("moved_usd", "Moved, USD", "change"),
            Column("attempts", "More attempts", "count"),
            Column("cause", "Why"),
            Column("evidence", "By what", "sentence"),
            Column("moved_on", "In the night of", "date"),
        ],
        kept,
        adds=True,
        empty="Nothing that was shown before has moved.",
        more=more,
    )
