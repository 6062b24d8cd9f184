"""What is due is due on its day, and what is run is said and done.

Harm guarded against: a report that everybody waits for and no job makes; one that fails and takes
the others with it.
"""

from collections import Counter
from datetime import date, timedelta

import pytest

from scripts.operations.cadence import WHEN, due, tasks
from tests.python.documents import ROOT


def test_a_year_has_each_thing_as_often_as_its_name_says():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    often = Counter(every for day in days for every in {task.every for task in due(day)})
    assert often == {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}


@pytest.mark.parametrize("task", tasks(date(2026, 10, 2)), ids=lambda task: task.shown)
def test_the_runbook_has_every_line_of_the_schedule(task):
    section = (ROOT / "docs/runbook.md").read_text().split("## Day, week, month, quarter, year")[1]
    rows = [row for row in section.split("\n## ")[0].splitlines() if row.startswith("|")]
    said = f"`{task.shown}`"
    assert any(said in row and WHEN[task.every][0] in row for row in rows), said


def test_what_is_due_is_listed_and_nothing_is_run(sample_night, tmp_path):
    said = sample_night.ai_cost("cadence", "--on", "2026-10-05")
    assert "ai-cost chargeback" in said and "quarter against before" in said
    assert "reports/" not in said  # the month is not due on the 5th
    month = sample_night.ai_cost("cadence", "--every", "month")
    assert (
        "ai-cost report --out reports/2026-09" in month and "chargeback --period week" not in month
    )


def test_what_is_run_foots_with_the_mart(sample_night):
    said = sample_night.ai_cost("cadence", "--every", "quarter", "--every", "week", "--run")
    whole = sample_night.value(
        "select sum(cost_usd) from marts.fct_spend_quarterly "
        "where period_grain = 'quarter' and period_start_date = '2026-07-01'"
    )
    lines = said.split("quarter against before\n")[-1].splitlines()[1:]
    shown = sum(float(line.split()[1].replace(",", "")) for line in lines if line.strip())
    assert shown == pytest.approx(float(whole), abs=0.05) and whole > 0
    assert "Total" in said  # of the chargeback report of the week


def test_one_that_fails_is_named_and_the_others_are_run(sample_night, tmp_path, monkeypatch):
    """Nobody has set a webhook: the alerts cannot be sent."""
    code, said, complained = sample_night.outcome(
        "cadence", "--every", "day", "--every", "quarter", "--run"
    )
    assert code == 1 and "failed: ai-cost alerts --send" in complained
    assert "a year ago" in said
