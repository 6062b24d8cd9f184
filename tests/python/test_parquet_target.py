"""The loader's Parquet files for Spark: the rows of the other targets, and no half of a batch."""

from pathlib import Path

import duckdb
import pytest

from scripts.cli import main
from scripts.loading.parquet_target import ParquetTarget
from scripts.loading.run import MODELS
from scripts.loading.sources import read_contract
from scripts.loading.targets import TargetError
from tests.python.landing import Landing, event

TABLES = ("envelope_events", "load_days", "load_files", "load_rejects")
# When a load ran says nothing of what it loaded.
WHAT = "columns(name -> name not in ('loaded_at', 'pulled_at'))"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")


@pytest.fixture
def landing(tmp_path):
    landing = Landing(tmp_path)
    for day in (1, 2, 3):
        landing.put(f"envelope_events/{day}.jsonl", [event(f"{day}-{n}") for n in (1, 2)] + ["bad"])
    return landing


def load(landing: Landing, warehouse: Path) -> int:
    options = ["--target", "spark", "--spark-warehouse", str(warehouse)]
    return main(["load", "--landing", str(landing.folder), *options])


def rows(warehouse: Path, table: str) -> list[tuple]:
    files = warehouse / "raw.db" / table / "*.parquet"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        found = connection.execute(f"select {WHAT} from read_parquet('{files}') order by all")
        return [naive(row) for row in found.fetchall()]


def naive(row: tuple) -> tuple:
    """The row without the zone that Spark's timestamps have: UTC."""
    return tuple(v.replace(tzinfo=None) if hasattr(v, "tzinfo") else v for v in row)


def test_the_rows_are_those_of_duckdb(landing, tmp_path):
    landing.capture("otel_genai_spans", "otlp_genai_spans.jsonl.gz")
    assert landing.load() == 0
    assert load(landing, tmp_path / "spark") == 0
    for table in (*TABLES, "otel_genai_spans"):
        expected = landing.rows(f"select {WHAT} from raw.{table} order by all")
        assert rows(tmp_path / "spark", table) == expected


def test_a_load_killed_at_any_step_is_healed_by_the_next(landing, tmp_path, monkeypatch):
    rename, steps = Path.rename, []
    monkeypatch.setattr(Path, "rename", lambda *paths: (steps.append(paths), rename(*paths))[1])
    assert load(landing, tmp_path / "whole") == 0
    monkeypatch.undo()
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    whole = [rows(tmp_path / "whole", table) for table in TABLES]
    assert len(steps) > len(TABLES)

    for last in range(len(steps)):
        warehouse = tmp_path / f"killed-{last}"
        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", killed_after(last))
            # nobody tidies up after a process that is killed
            patch.setattr(ParquetTarget, "rollback", lambda self: None)
            assert load(landing, warehouse) == 130
        assert load(landing, warehouse) == 0
        assert [rows(warehouse, table) for table in TABLES] == whole, f"killed at step {last}"
        assert not list(warehouse.glob("_load*"))


def killed_after(count: int):
    rename, done = Path.rename, []

    def step(*paths):
        if len(done) == count:
            raise KeyboardInterrupt
        done.append(paths)
        return rename(*paths)

    return step


def test_a_second_load_at_the_same_time_is_refused(landing, tmp_path, capsys):
    first = ParquetTarget(str(tmp_path / "spark"))
    first.prepare(read_contract(MODELS))
    assert load(landing, tmp_path / "spark") == 2
    assert "another load" in capsys.readouterr().err
    first.close()
    assert load(landing, tmp_path / "spark") == 0


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TargetError, match="cannot write to the warehouse"):
        ParquetTarget(str(tmp_path / "file"))
