"""A night leaves out what would be made of the same again, and nothing else.

Harms guarded against: a figure of yesterday's rule that stays because somebody thought nothing had
changed; a night that does everything again for one new file; a copy for readers that is refused
because the night left something out.
"""

import re
from types import SimpleNamespace

import duckdb
import pytest

from scripts.operations import unchanged
from scripts.operations.unchanged import Unchanged
from tests.python.landing import Landing, event
from tests.python.project import Project

pytestmark = pytest.mark.wide

CALL = {"provider": "openai", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 100}


def node(name: str, kind: str, *parents: str, macros=(), severity="error") -> SimpleNamespace:
    resource = kind if kind in ("seed", "test") else "model"
    return SimpleNamespace(
        unique_id=name,
        name=name,
        alias=name,
        schema="marts",
        resource_type=resource,
        config=SimpleNamespace(materialized=kind, severity=severity),
        original_file_path=f"seeds/{name}.csv",
        depends_on_nodes=list(parents),
        depends_on_macros=list(macros),
    )


NODES = (
    node("teams", "seed"),
    node("team_names", "table", "teams"),
    node("ages", "table", "teams", macros=["macro.ai_cost.run_instant"]),
    node("requests", "view", "source.logs", "teams"),
    node("spend", "table", "requests"),
    node("names_are_unique", "test", "team_names"),
    node("names_look_odd", "test", "team_names", severity="WARN"),
    node("names_are_of_today", "test", "team_names", macros=["macro.ai_cost.run_instant"]),
    node("requests_have_teams", "test", "requests", "team_names"),
)
MANIFEST = SimpleNamespace(nodes={each.unique_id: each for each in NODES}, macros={})


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A project of one seed, and its warehouse after one night."""
    file = tmp_path / "w.duckdb"
    monkeypatch.setattr(unchanged, "ROOT", tmp_path)
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "teams.csv").write_text("team\nsearch\n")
    for name in ("dbt_project.yml", "profiles.yml"):
        (tmp_path / name).touch()
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create schema ops")
        for each in NODES:
            if each.resource_type != "test":
                connection.execute(f"create table marts.{each.name} (a integer)")
        connection.execute(
            "create table ops.build_events (invocation_id varchar, event varchar, status varchar)"
        )
    night(tmp_path, "passed")
    return tmp_path


def change(root, sql: str, *values) -> None:
    with duckdb.connect(str(root / "w.duckdb")) as connection:
        connection.execute(sql, values)


def night(root, status: str) -> None:
    """A whole build that made everything and ended so."""
    build = Unchanged(MANIFEST)
    change(root, "insert into ops.build_events values ('night', 'started', 'running')")
    change(root, "insert into ops.build_events values ('night', 'finished', ?)", status)
    if status == "passed":
        build.remember({each.unique_id for each in NODES if each.resource_type != "test"})


def test_what_no_log_and_no_clock_goes_into_is_left_out(root):
    """With the tests that look at it alone; not those that warn, or that depend on the day."""
    assert Unchanged(MANIFEST).left_out() == {"names_are_unique", "requests", "team_names", "teams"}


def test_a_seed_that_changed_is_made_with_all_that_reads_its_rows(root):
    (root / "seeds" / "teams.csv").write_text("team\nsearch\ngrowth\n")
    assert Unchanged(MANIFEST).left_out() == {"requests"}


def test_what_somebody_dropped_is_made(root):
    change(root, "drop table marts.requests")
    assert Unchanged(MANIFEST).left_out() == {"names_are_unique", "team_names", "teams"}


def test_code_and_settings_that_changed_make_everything(root, monkeypatch):
    monkeypatch.setenv("AI_COST_OF_A_TEST", "1")
    assert Unchanged(MANIFEST).left_out() == set()
    monkeypatch.delenv("AI_COST_OF_A_TEST")
    (root / "models").mkdir()
    (root / "models" / "spend.sql").write_text("select 1")
    assert Unchanged(MANIFEST).left_out() == set()


def test_another_run_since_makes_everything(root):
    """A command by hand may have made a view of other variables; nobody knows which."""
    for event_, status in (("started", "running"), ("finished", "passed")):
        change(root, "insert into ops.build_events values ('by hand', ?, ?)", event_, status)
        assert Unchanged(MANIFEST).left_out() == set()


def test_a_night_that_failed_or_was_killed_makes_the_next_one_whole(root):
    change(root, "insert into ops.build_events values ('killed', 'started', 'running')")
    assert Unchanged(MANIFEST).left_out() == set()
    night(root, "failed")
    assert Unchanged(MANIFEST).left_out() == set()
    night(root, "passed")
    assert len(Unchanged(MANIFEST).left_out()) == 4


def test_nights_on_a_warehouse(tmp_path):
    """The first makes all; the next leaves out what it can, and readers get a copy of it."""
    landing = Landing(tmp_path)
    landing.put("envelope_events/a.jsonl", [event(1, team="search", **CALL)])
    project = Project(tmp_path, landing.folder)
    assert left_out(project) == 0
    landing.put("envelope_events/b.jsonl", [event(2, **CALL)])
    assert left_out(project) > 250
    cost = "select cast(sum(cost_usd) as varchar) from marts.fct_spend_daily"
    assert project.value(cost) == "0.007000000000000"
    project.ai_cost("publish", "--to", str(tmp_path / "published"))


def left_out(project: Project) -> int:
    """A night; how many nodes it left out."""
    said = project.ai_cost("nightly")
    assert "What did it cost, and who caused it?" in said and "\nNext: " in said
    return int((re.search(r"^built: .*?(\d+) unchanged$", said, re.MULTILINE) or [0, 0])[1])
