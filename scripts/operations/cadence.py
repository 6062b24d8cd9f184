"""What is due by day, week, month, quarter and year: the list, and the commands that do it.

One list: the runbook explains it, cron calls it once a day. Nothing is remembered from day to day,
so a day that was missed is made up for by naming it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from scripts import console
from scripts.delivery.smtp import HOST_VARIABLE
from scripts.money import money
from scripts.operations.clock import run_instant
from scripts.warehouse import connect

_QUARTER_MONTHS = (1, 4, 7, 10)
_MONDAY = 0
WHEN: dict[str, tuple[str, Callable[[date], bool]]] = {
    "day": ("every day", lambda day: True),
    "week": ("Monday", lambda day: day.weekday() == _MONDAY),
    "month": ("the 2nd", lambda day: day.day == 2),
    "quarter": (
        "the 5th of January, April, July and October",
        lambda day: day.day == 5 and day.month in _QUARTER_MONTHS,
    ),
    "year": ("10 January", lambda day: (day.month, day.day) == (1, 10)),
}
_PERIODS = """
    select
        team_id, sum(cost_usd), sum(previous_cost_usd), sum(change_usd), sum(year_ago_cost_usd),
        sum(year_change_usd)
    from marts.fct_spend_quarterly
    where period_grain = '{grain}' and period_start_date = (
        select max(period_start_date) from marts.fct_spend_quarterly
        where period_grain = '{grain}' and is_complete_period and period_start_date < '{day}'
    )
    group by 1 order by 2 desc
"""


@dataclass(frozen=True)
class Task:
    """Something due: how often, for whom, and the words of `ai-cost`, or a table to print."""

    every: str
    goes_to: str
    says: str
    words: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """What it does, as one may type it."""
        return f"ai-cost {' '.join(self.words)}" if self.words else f"{self.every} against before"


def tasks(day: date) -> list[Task]:
    """All there is, with the names that it has on that day."""
    month = f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"
    # where mail can be handed in: every day, so that a month goes out the day after its close
    statements = Task(
        "day", "leads and their managers", "the statements of the last closed month, once",
        ("deliver", "--send"),
    )  # fmt: skip
    return [
        *([statements] if os.environ.get(HOST_VARIABLE) else []),
        Task("day", "the team's channel", "what is new, once", ("alerts", "--send")),
        Task("day", "gateways", "budgets left, tags, services", ("policy", "export")),
        Task("week", "team leads", "the week by team and service", ("chargeback",)),
        Task(
            "month", "leads and their managers", "the showback page of each team",
            ("report", "--out", f"reports/{month}"),
        ),
        Task(
            "month", "finance", "the month by team and service",
            ("chargeback", "--period", "month"),
        ),
        Task(
            "month", "finance", "differences to decide, before the close",
            ("workbook", "--out", f"reports/{month}.xlsx"),
        ),
        Task("quarter", "directors", "the quarter, the one before, and a year ago"),
        Task("year", "directors", "the year and the year before"),
    ]  # fmt: skip


def due(day: date, every: tuple[str, ...] = ()) -> list[Task]:
    """What is due on a day, or all of the kinds named."""
    return [
        task for task in tasks(day) if (task.every in every if every else WHEN[task.every][1](day))
    ]


def show(day: date | None, every: tuple[str, ...], is_run: bool) -> int:
    """List what is due; with `is_run`, do it. 1 when something failed; the rest is done anyway."""
    day = day or run_instant().date()
    found = due(day, every)
    console.table(
        ["every", "when", "command", "goes to", "says"],
        [(t.every, WHEN[t.every][0], t.shown, t.goes_to, t.says) for t in found],
        left=5,
    )
    if not is_run:
        return 0
    failed = [task.shown for task in found if _run(task, day)]
    for each in failed:
        console.complain(f"ai-cost cadence: failed: {each}")
    return 1 if failed else 0


def _run(task: Task, day: date) -> int:
    from scripts.cli import main  # which imports this

    print(f"\n{task.shown}")
    return main(list(task.words)) if task.words else _print_periods(task.every, day)


def _print_periods(grain: str, day: date) -> int:
    with connect() as connection:
        rows = connection.execute(_PERIODS.format(grain=grain, day=day)).fetchall()
    header = ["team", "USD", "before", "change", "a year ago", "change"]
    console.table(
        header,
        [
            (team, *("-" if amount is None else money(amount) for amount in amounts))
            for team, *amounts in rows
        ],
    )
    return 0
