"""What people read is whole, is the last good night's, and is never locked or half written.

Harm guarded against: a dashboard that makes the night fail, or that shows half of one; figures of a
build that did not pass.
"""

import json
import os
import subprocess
import sys

import duckdb
import pytest

from scripts.cli import main
from tests.python.project import ROOT

pytestmark = pytest.mark.wide

MARTS = {"fct_spend_daily": 3, "dim_teams": 2}


def write_warehouse(file, factor=1):
    """A warehouse of two marts, one of them a view, and a build that passed."""
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create schema ops; create schema raw")
        connection.execute(
            "create table marts.fct_spend_daily as select i as day, "
            f"cast(i * {factor} as decimal(30, 15)) as cost_usd from range(3) t(i)"
        )
        connection.execute("comment on column marts.fct_spend_daily.cost_usd is 'USD, it''s exact'")
        connection.execute("create table raw.secret as select 1 as x")
        connection.execute("create view marts.dim_teams as select * from range(2) t(team_id)")
        connection.execute(
            "create table ops.build_events (invocation_id varchar, event varchar, status varchar, "
            "is_whole boolean, happened_at timestamp)"
        )
    remember(file, "night", "started", "running")
    remember(file, "night", "finished", "passed")


def remember(file, invocation, event, status, whole=True):
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "insert into ops.build_events values (?, ?, ?, ?, now() at time zone 'UTC')",
            [invocation, event, status, whole],
        )


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    file = tmp_path / "w.duckdb"
    write_warehouse(file)
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    return file


def publish(tmp_path, *more):
    return main(["publish", "--to", str(tmp_path / "out"), *more])


def total(file):
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute("select sum(cost_usd) from marts.fct_spend_daily").fetchone()[0]


def test_the_copy_holds_every_mart_and_nothing_else(tmp_path, warehouse):
    assert publish(tmp_path) == 0
    out = tmp_path / "out"
    with duckdb.connect(str(out / "warehouse.duckdb"), read_only=True) as copy:
        found = copy.execute("select schema_name, table_name, estimated_size from duckdb_tables()")
        assert sorted(found.fetchall()) == sorted(("marts", n, r) for n, r in MARTS.items())
        comment = "select comment from duckdb_columns() where column_name = 'cost_usd'"
        assert copy.execute(comment).fetchone()[0] == "USD, it's exact"
        for name, rows in MARTS.items():
            file = out / "current" / "parquet" / f"{name}.parquet"
            read = f"from read_parquet('{file}')"
            assert copy.execute(f"select count(*) {read}").fetchone()[0] == rows
        types = copy.execute(
            f"describe select * from '{out / 'current/parquet/fct_spend_daily.parquet'}'"
        ).fetchall()
        assert types[1][1] == "DECIMAL(30,15)"
    manifest = json.loads((out / "current" / "manifest.json").read_text())
    assert manifest["rows"] == MARTS and manifest["build"] == "night"


def test_a_reader_that_stays_open_reads_on_while_the_copy_changes(tmp_path, warehouse):
    assert publish(tmp_path) == 0
    current = tmp_path / "out" / "warehouse.duckdb"
    reader = duckdb.connect(str(current), read_only=True)
    query = "select sum(cost_usd) from marts.fct_spend_daily"
    assert reader.execute(query).fetchone()[0] == 3
    # The night writes the warehouse, and is published more often than versions are kept.
    for factor in (10, 100):
        write_warehouse(warehouse, factor)
        assert publish(tmp_path, "--keep", "1") == 0
        assert reader.execute(query).fetchone()[0] == 3
    reader.close()
    assert total(current) == 300
    assert len(list((tmp_path / "out").glob("*Z"))) == 1


def test_the_link_always_leads_to_a_whole_version(tmp_path, warehouse, monkeypatch):
    assert publish(tmp_path) == 0
    before = os.readlink(tmp_path / "out" / "current")

    def killed(*_):
        raise KeyboardInterrupt

    write_warehouse(warehouse, 7)
    monkeypatch.setattr("scripts.publishing.publish._point", killed)
    assert publish(tmp_path) == 130
    assert os.readlink(tmp_path / "out" / "current") == before
    assert total(tmp_path / "out" / "warehouse.duckdb") == 3
    monkeypatch.undo()
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(warehouse))
    assert publish(tmp_path) == 0
    assert total(tmp_path / "out" / "warehouse.duckdb") == 21


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([("n2", "started", "running"), ("n2", "finished", "failed")], "failed"),
        ([("n2", "started", "running")], "did not end"),
    ],
)
def test_a_night_that_did_not_pass_is_not_published(tmp_path, warehouse, capsys, events, words):
    assert publish(tmp_path) == 0
    for event in events:
        remember(warehouse, *event)
    # A part that is rebuilt mends nothing of the rest.
    remember(warehouse, "part", "started", "running", whole=False)
    remember(warehouse, "part", "finished", "passed", whole=False)
    assert publish(tmp_path) == 2
    assert words in capsys.readouterr().err
    assert total(tmp_path / "out" / "warehouse.duckdb") == 3
    remember(warehouse, "n3", "started", "running")
    remember(warehouse, "n3", "finished", "passed")
    assert publish(tmp_path) == 0


def test_a_warehouse_that_is_written_or_absent_is_refused(tmp_path, warehouse, capsys, monkeypatch):
    script = (
        f"import duckdb; c = duckdb.connect({str(warehouse)!r}); print('open', flush=True); input()"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert writer.stdout.readline() == b"open\n"
        assert publish(tmp_path) == 2
        assert "being written" in capsys.readouterr().err
    finally:
        writer.communicate(b"\n")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "none.duckdb"))
    assert publish(tmp_path) == 2
    assert "no warehouse" in capsys.readouterr().err
    assert not list((tmp_path / "out").glob(".new-*"))
