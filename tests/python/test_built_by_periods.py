"""Weeks and months are built again where they moved, and only there.

Harm guarded against: a report that keeps a week whose days were corrected, or that of a period
which is gone; a FOCUS file that keeps the old name of a team; and a night that writes a year of
rows for one day.
"""

import json
from pathlib import Path

import pytest

from tests.python.landing import event
from tests.python.project import Project, assert_same_marts, copy_project

pytestmark = pytest.mark.wide

BUILT = (
    "select model_name, period_grain, period_start_date::varchar, built_at from ops.built_periods"
)
FOR_OTHERS = (
    "int_chargeback_periods",
    "int_unit_cost_lines",
    "int_costliest_work_weekly",
    "int_customer_usage_monthly",
)
MARTS = (
    "fct_chargeback_report",
    "fct_unit_cost_changes",
    "fct_model_mix_weekly",
    "fct_efficiency_weekly",
    "fct_retry_paths_weekly",
    "fct_user_spend_monthly",
)
SHOWN = 'select distinct "SubAccountName" from marts.rpt_focus_cost_and_usage'
FOCUS = "rpt_focus_cost_and_usage"
DAILY = ("int_gateway_meters_daily", "int_reconciliation_teams")
SHOWN_OF_THEM = (
    "fct_costliest_traces_weekly",
    "fct_unit_costs",
    "fct_reconciliation_team_model_daily",
)
COMPARED = (*MARTS, *SHOWN_OF_THEM, FOCUS)


def request(number: int, day: str) -> dict:
    fields = {"timestamp": f"{day}T10:00:00Z", "team": ("search", "support")[number % 2]}
    fields |= {"provider": "openai", "model": "gpt-5.4-mini", "output_tokens": 10}
    return event(number, **fields, input_tokens=1000 + number)


def deliver(project: Project, name: str, days: list[str], first: int) -> None:
    folder = project.landing / "envelope_events"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(request(first + place, day)) + "\n" for place, day in enumerate(days)]
    (folder / name).write_text("".join(lines))


def teams_of(project: Project) -> Path:
    return project.root / "seeds" / "organization" / "teams.csv"


def moved(project: Project, before: dict) -> dict[str, set[str]]:
    """The periods that a night built, by model: `week 2026-06-15`."""
    found: dict[str, set[str]] = {}
    for name, grain, start, built_at in project.rows(BUILT):
        if before.get((name, grain, start)) != built_at:
            found.setdefault(name, set()).add(f"{grain} {start}")
    return found


def built(project: Project) -> dict:
    return {tuple(row[:3]): row[3] for row in project.rows(BUILT)}


@pytest.fixture(params=["duckdb", "postgres"])
def project(tmp_path, request, new_database):
    database = new_database() if request.param == "postgres" else None
    found = Project(tmp_path, tmp_path / "landing", database, copy_project(tmp_path))
    days = [f"2026-{month:02}-{day:02}" for month in (5, 6, 7) for day in range(1, 31)]
    deliver(found, "first.jsonl", [*days, "2026-08-11"], 1)
    found.run_at("2026-08-12T06:00:00Z")
    found.ai_cost("nightly")
    return found


def test_what_moved_is_built_and_nothing_else(project, tmp_path):
    before = built(project)
    assert set(name for name, _, _ in before) == {*FOR_OTHERS, *MARTS, FOCUS, *DAILY}

    # a late line: its week and month, and those that are compared with them
    deliver(project, "late.jsonl", ["2026-06-17"], 500)
    project.ai_cost("nightly")
    late = {"week 2026-06-15", "week 2026-06-22", "month 2026-06-01", "month 2026-07-01"}
    expected = dict.fromkeys((*FOR_OTHERS, *MARTS), late)
    expected |= {FOCUS: {"month 2026-06-01"}} | {name: {"day 2026-06-17"} for name in DAILY}
    assert moved(project, before) == expected

    # the clock alone: the week that is over now
    before = built(project)
    project.run_at("2026-08-17T06:00:00Z")
    project.ai_cost("nightly")
    assert moved(project, before) == {name: {"week 2026-08-10"} for name in (*FOR_OTHERS, *MARTS)}

    # a name: the rows of FOCUS that show it
    before = built(project)
    teams = teams_of(project)
    teams.write_text(teams.read_text().replace("Search", "Discovery"))
    project.ai_cost("nightly")
    assert "Discovery" in {name for (name,) in project.rows(SHOWN)}
    assert FOCUS in moved(project, before)

    # a period that is gone, as after the clock was set back
    project.write(
        "insert into ops.built_periods select model_name, 'week', date '2020-01-06', 'x', built_at "
        "from ops.built_periods where model_name = 'fct_model_mix_weekly' limit 1",
        "update marts.fct_model_mix_weekly set week_start_date = date '2020-01-06' "
        "where week_start_date = date '2026-05-04'",
    )
    deliver(project, "again.jsonl", ["2026-05-06"], 600)
    project.ai_cost("nightly")

    folder = tmp_path / "at once"
    folder.mkdir()
    at_once = Project(folder, project.landing, None, project.root)
    at_once.run_at("2026-08-17T06:00:00Z")
    at_once.ai_cost("nightly")
    found = {name: project.mart(name) for name in COMPARED}
    assert_same_marts(found, {name: at_once.mart(name) for name in COMPARED})
