"""A night leaves out what would be made of the same again, and nothing else.

Harms guarded against: a figure of yesterday's rule that stays because somebody thought nothing had
changed; a night that does everything again for one new file; a copy for readers that is refused
because the night left something out.
"""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import duckdb
import pytest

from scripts.operations import made_of, unchanged
from scripts.operations.history import Night
from scripts.operations.transactions import transaction
from scripts.operations.unchanged import Unchanged, said_when_nothing_is_new
from scripts.operations.warned import age_of_files
from tests.python.landing import Landing, event
from tests.python.project import Project, assert_same_marts

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
        tags=[],
        original_file_path=f"seeds/{name}.csv",
        depends_on_nodes=list(parents),
        depends_on_macros=list(macros),
    )


CLOCK = ["macro.ai_cost.run_instant"]
DAY = ["macro.ai_cost.run_date"]
SAID = {"nodes": 7, "printed": ["teams lack a name"], "warned": ["Rows that break: 2"]}
NODES = (
    node("teams", "seed"),
    node("team_names", "table", "teams"),
    node("ages", "table", "teams", macros=CLOCK),
    node("requests", "view", "source.logs", "teams"),
    node("billed", "table", "source.bills"),
    node("files", "table", "source.files"),
    node("model.ai_cost.int_day_fingerprints", "table", "requests", macros=CLOCK),
    node("model.ai_cost.int_priced_attempts", "table", "requests", macros=CLOCK),
    node("model.ai_cost.int_focus_periods", "table", "source.bills"),
    node("spend", "table", "requests", *unchanged.AHEAD),
    node("charged", "table", "source.posted", "teams"),
    node("runs", "table", "source.runs"),
    node("names_are_unique", "test", "team_names"),
    node("names_look_odd", "test", "team_names", severity="WARN"),
    node("names_are_of_today", "test", "team_names", macros=CLOCK),
    node("requests_have_teams", "test", "requests", "team_names"),
)
SOURCES = {
    "source.logs": SimpleNamespace(schema="raw", identifier="envelope_events"),
    "source.bills": SimpleNamespace(schema="raw", identifier="openai_costs"),
    "source.files": SimpleNamespace(schema="raw", identifier="load_files"),
    "source.posted": SimpleNamespace(schema="ledger", identifier="posted_entries"),
    "source.runs": SimpleNamespace(schema="ops", identifier="run_events"),
}
MANIFEST = SimpleNamespace(
    nodes={each.unique_id: each for each in NODES}, macros={}, sources=SOURCES, flat_graph={}
)
OF_LOGS = {"requests", *unchanged.AHEAD, "spend", "requests_have_teams"}
OF_BILLS = {"billed", "charged", "model.ai_cost.int_focus_periods"}
OF_SEEDS = {"names_are_unique", "team_names", "teams"}
ALL = OF_LOGS | OF_BILLS | OF_SEEDS | {"files"}


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
        make_tables(connection.execute)
    night(tmp_path, "passed")
    return tmp_path


def make_tables(execute) -> None:
    """What a build and the loader leave."""
    for schema in ("marts", "ops", "raw", "ledger"):
        execute(f"create schema {schema}")
    for each in NODES:
        if each.resource_type != "test":
            columns = "usage_date date, day_fingerprint varchar, a integer"
            execute(f'create table marts."{each.name}" ({columns})')
    days = 'marts."model.ai_cost.int_day_fingerprints"'
    execute(f"insert into {days} values (date '2026-09-01', 'one', 1)")
    execute("create table raw.load_files (batch_id varchar, raw_table varchar)")
    execute("create table raw.load_days (batch_id varchar, raw_table varchar, event_date date)")
    execute("create table raw.load_rejects (batch_id varchar, raw_table varchar)")
    execute("create table ledger.posted_entries (amount_usd decimal(38, 12))")
    execute("create table ops.build_events (invocation_id varchar, event varchar, status varchar)")


def change(root, sql: str, *values) -> None:
    with duckdb.connect(str(root / "w.duckdb")) as connection:
        connection.execute(sql, values)


def night(root, status: str, manifest=MANIFEST) -> None:
    """A whole build that made everything and ended so."""
    build = Unchanged(manifest)
    change(root, "insert into ops.build_events values ('night', 'started', 'running')")
    change(root, "insert into ops.build_events values ('night', 'finished', ?)", status)
    if status == "passed":
        build.remember({each.unique_id for each in NODES if each.resource_type != "test"}, SAID)


def test_what_no_clock_goes_into_is_left_out_when_nothing_came(root):
    """With the tests that look at it alone; not those that warn, or that depend on the day."""
    assert Unchanged(MANIFEST).left_out() == ALL


@pytest.mark.parametrize(
    "come",
    [
        "insert into raw.load_files values ('new', 'envelope_events')",
        "insert into raw.load_rejects values ('new', 'envelope_events')",
        # as when a person is forgotten
        "insert into raw.load_days values ('forgotten-1', 'envelope_events', '2026-07-01')",
    ],
)
def test_what_came_is_made_into_all_that_reads_it(root, come):
    """Of bills, when no bill came, nothing is made."""
    change(root, come)
    # a view holds no rows
    left_out = Unchanged(MANIFEST).left_out()
    assert left_out - {"files"} == OF_SEEDS | OF_BILLS | {"requests"}
    assert ("files" in left_out) == ("load_files" not in come)
    night(root, "passed")
    assert Unchanged(MANIFEST).left_out() == ALL
    change(root, "delete from raw.load_files; delete from raw.load_days")
    assert ("spend" in Unchanged(MANIFEST).left_out()) == ("rejects" in come)


def test_what_a_close_posts_is_made_into_all_that_reads_it(root):
    change(root, "insert into ledger.posted_entries values (1.5)")
    assert Unchanged(MANIFEST).left_out() == ALL - {"charged"}


def test_a_table_that_is_read_in_place_is_always_made(root):
    """No load says what somebody else's table holds."""
    change(root, "create view raw.load_files_in_place as select 1 as a")
    night(root, "passed")
    assert Unchanged(MANIFEST).left_out() == OF_SEEDS | {"requests"}


def test_what_nights_append_makes_nothing_again_until_it_is_lost(root):
    """A night knows what it added itself; of a history that is gone the next one begins another."""
    figures = node("figures", "table", "source.figures")
    source = SimpleNamespace(schema="ops", identifier="figure_movements")
    manifest = SimpleNamespace(
        nodes=MANIFEST.nodes | {"figures": figures},
        macros={},
        sources=SOURCES | {"source.figures": source},
        flat_graph={},
    )
    change(root, "create table marts.figures (a integer)")
    change(root, "create table ops.figure_movements (change_usd decimal(30, 15))")
    change(root, "insert into ops.figure_movements values (1)")
    build = Unchanged(manifest)
    for event_, status in (("started", "running"), ("finished", "passed")):
        change(root, "insert into ops.build_events values ('night', ?, ?)", event_, status)
    build.remember({"figures"}, SAID)
    change(root, "insert into ops.figure_movements values (2)")
    assert "figures" in Unchanged(manifest).left_out()
    change(root, "delete from ops.figure_movements")
    assert "figures" not in Unchanged(manifest).left_out()


def test_a_day_that_lies_ahead_waits_for_the_clock(root, monkeypatch):
    """What is held back tonight may count tomorrow, with no file more."""
    change(root, "insert into raw.load_days values ('new', 'envelope_events', '2026-07-02')")
    monkeypatch.setenv("AI_COST_NOW", "2026-07-01T06:00:00Z")
    night(root, "passed")
    assert "spend" not in Unchanged(MANIFEST).left_out()
    monkeypatch.setenv("AI_COST_NOW", "2026-07-02T06:00:00Z")
    assert "spend" not in Unchanged(MANIFEST).left_out()
    night(root, "passed")
    assert "spend" in Unchanged(MANIFEST).left_out()


def of_the_day() -> SimpleNamespace:
    """A project that asks the clock for no more than the day."""
    left = {each.unique_id: each for each in NODES if each.unique_id not in ("ages", "runs")}
    left["spend"] = node("spend", "table", "requests", macros=DAY)
    left["names_are_of_today"] = node("names_are_of_today", "test", "team_names", macros=DAY)
    # over the log of nights, which no build makes
    left["nights"] = node("nights", "view", "source.runs")
    return SimpleNamespace(nodes=left, macros={}, sources=SOURCES, flat_graph={})


def test_what_asks_for_the_day_is_made_once_a_day(root, monkeypatch):
    """A forecast of yesterday would stay; one of this morning would be made again for nothing."""
    manifest = of_the_day()
    asking = {"spend", "names_are_of_today"}
    monkeypatch.setenv("AI_COST_NOW", "2026-07-01T06:00:00Z")
    night(root, "passed", manifest)
    monkeypatch.setenv("AI_COST_NOW", "2026-07-01T23:59:00Z")
    assert asking <= Unchanged(manifest).left_out()
    monkeypatch.setenv("AI_COST_NOW", "2026-07-02T00:00:00Z")
    assert not asking & Unchanged(manifest).left_out()


def test_where_nothing_is_new_it_is_known_without_the_project(root, monkeypatch):
    """Then dbt is not started at all; what was warned of is said again."""
    monkeypatch.setenv("AI_COST_NOW", "2026-07-01T06:00:00Z")
    night(root, "passed")
    assert said_when_nothing_is_new() is None, "a table asks for the instant"
    night(root, "passed", of_the_day())
    assert said_when_nothing_is_new() == SAID
    monkeypatch.setenv("AI_COST_NOW", "2026-07-02T06:00:00Z")
    assert said_when_nothing_is_new() is None


def test_what_dbt_worked_out_of_the_code_is_kept_with_the_code(root):
    """A fingerprint of other code would let rows of an old rule stay."""
    worked_out = SimpleNamespace(**vars(MANIFEST) | {"flat_graph": {}})
    build = Unchanged(worked_out)
    worked_out.flat_graph["code_fingerprints"] = {"model.spend": "c0ffee"}
    for event_, status in (("started", "running"), ("finished", "passed")):
        change(root, "insert into ops.build_events values ('night', ?, ?)", event_, status)
    build.remember({"spend"}, SAID)
    later = SimpleNamespace(**vars(MANIFEST) | {"flat_graph": {}})
    Unchanged(later)
    assert later.flat_graph == {"code_fingerprints": {"model.spend": "c0ffee"}}
    (root / "models").mkdir()
    (root / "models" / "spend.sql").write_text("select 1")
    changed = SimpleNamespace(**vars(MANIFEST) | {"flat_graph": {}})
    Unchanged(changed)
    assert changed.flat_graph == {}


@pytest.mark.parametrize(
    "come",
    [
        "insert into raw.load_files values ('new', 'envelope_events')",
        "insert into raw.load_rejects values ('new', 'envelope_events')",
        "insert into raw.load_days values ('new', 'envelope_events', '2026-06-01')",
        "insert into raw.load_days values ('new', 'envelope_events', '2126-06-01')",
        "insert into ledger.posted_entries values (1.5)",
        "insert into ops.build_events values ('by hand', 'started', 'running')",
        "drop table marts.requests",
        "create view raw.load_files_in_place as select 1 as a",
    ],
)
def test_whatever_comes_wakes_the_night(root, monkeypatch, come):
    monkeypatch.setenv("AI_COST_NOW", "2026-07-01T06:00:00Z")
    night(root, "passed", of_the_day())
    change(root, come)
    assert said_when_nothing_is_new() is None


def test_a_night_without_dbt_on_postgres(postgres, tmp_path, monkeypatch):
    """It is known there too, leaves its record, and says that no file has come for long."""
    for name, value in (postgres | {"AI_COST_TARGET": "postgres"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(unchanged, "ROOT", tmp_path)
    for name in ("dbt_project.yml", "profiles.yml"):
        (tmp_path / name).touch()
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "teams.csv").touch()
    with transaction() as execute:
        make_tables(execute)
        execute("alter table raw.load_files add loaded_at timestamp")
        execute("insert into raw.load_files values ('a', 'envelope_events', '2026-06-01 03:00:00')")
        execute(
            "create table ops.run_events (run_id varchar, event varchar, status varchar, "
            "happened_at timestamp, warning_count bigint, warnings varchar)"
        )
    build = Unchanged(of_the_day())
    build.remember({each.unique_id for each in NODES if each.resource_type != "test"}, SAID)
    assert said_when_nothing_is_new() == SAID
    record = Night()
    record.finish("succeeded", {"warning_count": 1, "warnings": "a team's name"})
    with transaction() as execute:
        ended = (
            "select status, warning_count, warnings from ops.run_events where status is not null"
        )
        assert execute(ended) == [("succeeded", 1, "a team's name")]
        assert execute("select count(distinct run_id), count(happened_at) from ops.run_events") == [
            (1, 2)
        ]
    assert age_of_files() == [
        "The newest file was loaded on 2026-06-01 03:00 UTC. Look whether exports still arrive in "
        "the landing folder"
    ]
    with transaction() as execute:
        execute("insert into raw.load_rejects values ('new', 'envelope_events')")
    assert said_when_nothing_is_new() is None


def test_a_seed_or_code_that_changed_wakes_the_night(root, monkeypatch):
    monkeypatch.setenv("AI_COST_NOW", "2026-07-01T06:00:00Z")
    night(root, "passed", of_the_day())
    seed = root / "seeds" / "teams.csv"
    was = seed.read_text()
    seed.write_text(was + "growth\n")
    assert said_when_nothing_is_new() is None
    seed.write_text(was)
    assert said_when_nothing_is_new() == SAID
    (root / "models").mkdir()
    (root / "models" / "spend.sql").write_text("select 1")
    assert said_when_nothing_is_new() is None


def test_tests_look_at_new_days_after_a_build_that_passed(root, monkeypatch):
    assert are_days_checked()
    assert checked_days(root) == [("2026-09-01", "one")]
    # what failed once is looked at again, until it passes
    night(root, "failed")
    assert not are_days_checked()
    night(root, "passed")
    assert are_days_checked()
    # a test or a model that is another now has passed for no day
    monkeypatch.setenv("AI_COST_ANOTHER", "setting")
    assert not are_days_checked()


def are_days_checked() -> bool:
    Unchanged(MANIFEST).tag()
    return MANIFEST.flat_graph["are_days_checked"]


def checked_days(root) -> list[tuple]:
    with duckdb.connect(str(root / "w.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select cast(usage_date as varchar), day_fingerprint from ops.day_checks"
        ).fetchall()


def test_a_build_over_midnight_is_not_remembered(root, monkeypatch):
    """Its tables may be of two days."""
    manifest = of_the_day()
    monkeypatch.setenv("AI_COST_NOW", "2026-07-01T23:59:00Z")
    build = Unchanged(manifest)
    monkeypatch.setenv("AI_COST_NOW", "2026-07-02T00:01:00Z")
    change(root, "insert into ops.build_events values ('late', 'finished', 'passed')")
    build.remember({"spend"}, SAID)
    assert Unchanged(manifest).left_out() == set()


def test_a_seed_that_changed_is_made_with_all_that_reads_its_rows(root):
    (root / "seeds" / "teams.csv").write_text("team\nsearch\ngrowth\n")
    assert Unchanged(MANIFEST).left_out() == {"requests", "files"} | OF_BILLS - {"charged"}


def test_what_somebody_dropped_is_made(root):
    change(root, "drop table marts.requests")
    left_out = Unchanged(MANIFEST).left_out()
    assert left_out == ALL - {"requests", "requests_have_teams"}


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
    assert len(Unchanged(MANIFEST).left_out()) == len(ALL)


def test_where_a_view_goes_with_what_it_reads_it_is_made_with_it(tmp_path):
    """As on PostgreSQL, where a table that is made again takes the views that read it along."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "teams.csv").touch()
    nodes = made_of.described(MANIFEST)

    def of(logs: str) -> dict[str, str]:
        sources = {"source.logs": logs}
        return made_of.Definitions(nodes, tmp_path, "code", sources, are_views_apart=False).all()

    before, after = of("a file"), of("two files")
    assert before["requests"] != after["requests"]
    assert before["team_names"] == after["team_names"]
    nodes["old_teams"] = nodes["team_names"] | {"kind": "view", "parents": ["ages"]}
    assert "old_teams" not in of("a file")


def with_one_call(folder, engine: str, request) -> tuple[Landing, Project]:
    """A landing folder of one call, and a project of the engine whose nights are still to come."""
    landing = Landing(folder)
    landing.put("envelope_events/a.jsonl", [event(1, team="search", **CALL)])
    database = request.getfixturevalue("postgres") if engine == "postgres" else None
    return landing, Project(folder, landing.folder, database)


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_nights_on_a_warehouse(tmp_path, engine, request):
    """The first makes all; the next leaves out what it can, and readers get a copy of it."""
    landing, project = with_one_call(tmp_path, engine, request)
    assert left_out(project) == 0
    landing.put("envelope_events/b.jsonl", [event(2, **CALL)])
    assert left_out(project) > 250
    cost = "select cast(sum(cost_usd) as varchar) from marts.fct_spend_daily"
    assert project.value(cost) == "0.007000000000000"
    if engine == "duckdb":
        project.ai_cost("publish", "--to", str(tmp_path / "published"))
    else:
        assert project.value(_INDEXED) == 3
    # and one that brings nothing asks dbt for nothing; one of the day after makes what asks for it
    before, builds = project.marts(), project.value(_BUILDS)
    assert left_out(project) > 1200
    assert project.value(_BUILDS) == builds
    assert_same_marts(project.marts(), before)
    assert project.value(_LAST_NIGHTS) == 1
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    project.run_at(f"{tomorrow:%Y-%m-%dT06:00:00Z}")
    assert left_out(project) > 800
    assert project.value(_BUILDS) == builds + 1


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_night_checks_the_days_that_it_built(tmp_path, engine, request):
    """What stood when a day passed stands; `--all` looks at it, and what fails is not forgotten."""
    landing, project = with_one_call(tmp_path, engine, request)
    project.ai_cost("nightly")
    # a hand in the warehouse, which no night has to expect
    project.write(
        f"insert into {_BY_CONTEXT} select * from {_BY_CONTEXT}",
        f'update {_FOCUS} set "ServiceName" = null',
    )
    landing.put("envelope_events/b.jsonl", [event(2, timestamp="2026-10-04T10:00:00Z", **CALL)])
    project.ai_cost("nightly")
    for arguments in (["--all"], []):
        code, said, complaints = project.outcome("nightly", *arguments)
        assert code == 1 and "unique_combination_fct_spend_by_context_daily" in said + complaints
        assert "not_null_rpt_focus_cost_and_usage__ServiceName_" in said + complaints
    project.write(
        f"delete from {_BY_CONTEXT}",
        "delete from ops.built_days where model_name = 'fct_spend_by_context_daily'",
        f"delete from {_FOCUS}",
        "delete from ops.built_periods where model_name = 'rpt_focus_cost_and_usage'",
    )
    project.ai_cost("nightly")


_BY_CONTEXT = "marts.fct_spend_by_context_daily"
_FOCUS = "marts.rpt_focus_cost_and_usage"
_BUILDS = "select count(distinct invocation_id) from ops.build_events"
# the last two ended alike, and warned of the same
_LAST_NIGHTS = """
    select count(distinct concat(status, warning_count, warnings)) from (
        select * from marts.fct_run_history order by started_at desc limit 2
    ) as nights
"""
# a night finds its days, its months and what a model was built from by their indexes
_INDEXED = """
    select count(*) from pg_indexes
    where tablename || substring(indexdef from '[(].*') in (
        'fct_spend_daily(usage_date)',
        'rpt_focus_cost_and_usage("BillingPeriodStart")',
        'built_days(model_name)'
    )
"""


def left_out(project: Project) -> int:
    """A night; how many nodes it left out."""
    said = project.ai_cost("nightly")
    assert "What did it cost, and who caused it?" in said and "\nNext: " in said
    return int((re.search(r"^built: .*?(\d+) unchanged$", said, re.MULTILINE) or [0, 0])[1])
