"""Now is the clock's, never the newest row's.

Harm guarded against: one record dated 2027 silences every alert, halves a forecast and ends every
"last seven days"; a record that was held back for its time is never looked at again.
"""

import json

import pytest

from tests.python.project import Project

pytestmark = pytest.mark.wide

RUN, LATER = "2026-11-11T06:00:00Z", "2027-01-06T06:00:00+02:00"
CALLS = {
    "before": ("2026-11-10T09:00:00Z", "gpt-5.4"),
    "unpriced": ("2026-11-10T09:00:00Z", "no-such-model"),
    "a zone off": ("2026-11-12T05:59:59Z", "gpt-5.4"),
    "too late": ("2026-11-12T06:00:01Z", "gpt-5.4"),
    "next year": ("2027-01-05T12:00:00Z", "gpt-5.4"),
}


def call(name: str) -> dict:
    at, model = CALLS[name]
    usage = {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200}
    return {
        "request_id": name,
        "startTime": at,
        "endTime": at,
        "status": "success",
        "model": model,
        "custom_llm_provider": "openai",
        "team_id": "search",
        "metadata": json.dumps({"usage_object": usage}),
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clock")
    landing = folder / "landing" / "litellm_spend_logs"
    landing.mkdir(parents=True)
    (landing / "log.jsonl").write_text("".join(json.dumps(call(n)) + "\n" for n in CALLS))
    project = Project(folder, folder / "landing")
    # Rows that are in raw already, whatever the loader refuses today.
    project.run_at("2027-02-01T00:00:00Z")
    project.load()
    project.run_at(RUN)
    project.build()
    return project


def spend(project: Project) -> dict:
    sql = (
        "select usage_date::varchar, sum(attempt_count)::int from marts.fct_spend_daily group by 1"
    )
    return dict(project.rows(sql))


def held_back(project: Project) -> list[str]:
    sql = "select request_id from marts.fct_quarantined_records where stage = 'clock' order by 1"
    return [name for (name,) in project.rows(sql)]


def test_what_is_dated_after_the_run_is_held_back_and_accounted_for(project):
    """The build above has run assert_every_raw_record_is_accounted_for."""
    assert spend(project) == {"2026-11-10": 2, "2026-11-12": 1}
    assert held_back(project) == ["next year", "too late"]
    cost = "select sum(estimated_cost_usd)::varchar from marts.fct_quarantined_records"
    assert project.value(cost) == "0.011000000000000"


def test_the_last_days_are_counted_back_from_the_run(project):
    kinds = project.rows("select kind, alert_date::varchar from marts.fct_alerts order by 1")
    assert kinds == [("quarantined_records", None), ("unpriced_usage", "2026-11-01")]
    newest = "select max(usage_date)::varchar from intermediate.int_team_spend_daily"
    assert project.value(newest) == "2026-11-10"
    weeks = "select distinct is_complete_week from marts.fct_efficiency_weekly"
    assert project.rows(weeks) == [(False,)]


def test_a_record_counts_once_the_clock_has_come_to_it(project):
    built = "select usage_date::varchar, max(built_at) from ops.built_days group by 1"
    before = dict(project.rows(built))
    project.run_at(LATER)
    selected = ["+fct_spend_daily", "+fct_quarantined_records", "+fct_efficiency_weekly"]
    project.dbt("run", "--select", *selected)
    assert spend(project) == {"2026-11-10": 2, "2026-11-12": 2, "2027-01-05": 1}
    assert held_back(project) == []
    moved = {day for day, at in project.rows(built) if before.get(day) != at}
    assert moved == {"2026-11-12", "2027-01-05"}
    weeks = dict(
        project.rows(
            "select week_start_date::varchar, is_complete_week from marts.fct_efficiency_weekly"
        )
    )
    assert weeks == {"2026-11-09": True, "2027-01-04": False}
