"""What is said of a DuckDB file that cannot be used as it lies there.

Harm guarded against: a traceback, or an error of the engine's about something else, where one
sentence would tell what to do.
"""

import subprocess
import sys
from hashlib import md5

import duckdb
import pytest

from scripts.loading.targets import DuckDBTarget, TargetError
from scripts.warehouse import (
    WarehouseError,
    check_writable,
    connect,
    open_to_write,
    session_options,
)
from tests.python.landing import Landing, event
from tests.python.project import ROOT


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    """A file whose metadata lies before its last blocks, as in one that has grown."""
    file = tmp_path / "first.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.t as select range as n, md5(range::varchar) as h from range(200000)"
        )
        connection.execute("create view marts.v as select n from first.marts.t")
    use(file, monkeypatch)
    return file


def use(file, monkeypatch) -> None:
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))


def refused(action) -> str:
    with pytest.raises(WarehouseError) as caught:
        action()
    return str(caught.value)


def read() -> None:
    with connect() as connection:
        connection.execute("select count(*) from marts.v")


@pytest.mark.parametrize("share", [0, 0.001, 0.002, 0.01, 0.5, 0.9, 0.99999])
def test_half_a_copy_is_named_so(warehouse, monkeypatch, share):
    whole = warehouse.read_bytes()
    half = warehouse.with_name("half.duckdb")
    half.write_bytes(whole[: int(len(whole) * share)])
    use(half, monkeypatch)
    for action in (check_writable, read, lambda: DuckDBTarget(str(half))):
        said = refused(action)
        assert said.startswith(f"{half} is no whole warehouse: copied while it was written"), said
        assert len(said.splitlines()) == 1


def test_a_copy_that_lacks_only_its_last_blocks_is_found_out_too(tmp_path):
    """The engine itself opens it, and fails at the table that is cut, later in the night."""
    file = tmp_path / "w.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table old as select md5(range::varchar) as h from range(50000)")
        connection.execute("checkpoint")
        connection.execute("drop table old")
        connection.execute("checkpoint")
        connection.execute("create table big as select md5(range::varchar) h from range(900000)")
        connection.execute("checkpoint")
        connection.execute("create table small as select 1 as n")
    whole = file.read_bytes()
    open_to_write(file).close()
    file.write_bytes(whole[: len(whole) - (1 << 18)])
    said = refused(lambda: open_to_write(file))
    assert "is no whole warehouse" in said and "where its header states" in said


def test_a_whole_file_is_never_refused(tmp_path):
    """Harm: no night runs any more. The engine counts blocks that it set aside and never wrote."""
    file = tmp_path / "w.duckdb"
    shorter = 0
    for rows in (60_000, 10, 2_000, 60_000, 10, 2_000):
        with duckdb.connect(str(file)) as connection:
            for number in range(9):
                connection.execute(
                    f"create or replace table t{number % 4} as "
                    f"select md5(i::varchar) as h, i from range({rows + number}) t(i)"
                )
        with open_to_write(file) as connection:
            counted = "select block_size * total_blocks from pragma_database_size()"
            shorter += file.stat().st_size < connection.execute(counted).fetchone()[0]
    assert shorter > 0, "no such file was among them"


def test_a_damaged_or_foreign_file_is_named_so(warehouse, tmp_path, monkeypatch):
    other = tmp_path / "log.duckdb"
    other.write_text("a log, and no warehouse\n" * 1000)
    assert "is no whole warehouse" in refused(lambda: open_to_write(other))
    content = bytearray(warehouse.read_bytes())
    for place in range(12_288, len(content), 3_000):
        content[place] ^= 255
    other.write_bytes(content)
    assert "is no whole warehouse" in refused(lambda: open_to_write(other))


def test_a_file_with_another_name_tells_its_readers(warehouse, monkeypatch):
    renamed = warehouse.rename(warehouse.with_name("second.duckdb"))
    use(renamed, monkeypatch)
    assert refused(read) == (
        f"{renamed} was built under the name first.duckdb and its views call it so; "
        "give it that name again, or run `make nightly`"
    )
    check_writable()  # the night makes the views again
    with duckdb.connect(str(renamed)) as connection:
        connection.execute("create or replace view marts.v as select n from second.marts.t")
    read()


def test_a_whole_file_and_none_at_all_are_fine(warehouse, tmp_path, monkeypatch):
    check_writable()
    read()
    use(tmp_path / "new.duckdb", monkeypatch)
    check_writable()


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
from scripts.cli import main
sys.exit(main(["load", *sys.argv[1:]]))
"""


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_a_full_disk_is_named_with_the_file_that_did_not_fit(tmp_path, monkeypatch, engine):
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    landing = Landing(tmp_path)
    for part in range(3):
        rows = [event(f"{part}-{n}", team=md5(b"%d" % n).hexdigest()) for n in range(20_000)]
        landing.put(f"envelope_events/{part}.jsonl.gz", rows)
    arguments = ["--landing", str(landing.folder), "--target", engine]
    arguments += ["--warehouse", str(landing.warehouse), "--spark-warehouse", str(tmp_path / "s")]
    done = subprocess.run(
        [sys.executable, "-c", FULL, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    (said,) = done.stderr.splitlines()
    assert said.startswith("ai-cost load: cannot write ")
    assert "File too large" in said  # a limit on files; of a full disk it is "No space left"
    assert str(tmp_path) in said and "rollback" not in said.lower()


def test_what_failed_is_said_and_not_that_nothing_could_be_undone(tmp_path, monkeypatch):
    target = DuckDBTarget(str(tmp_path / "w.duckdb"))

    class Full:
        def commit(self):
            raise duckdb.TransactionException("Failed to commit: w.wal: No space left on device")

        def rollback(self):
            raise duckdb.TransactionException("cannot rollback - no transaction is active")

    target._connection, target._open = Full(), True
    with pytest.raises(TargetError, match="No space left on device"):
        try:
            target.commit()
        except BaseException:
            target.rollback()
            raise


def test_a_session_plans_without_nested_loops_unless_its_user_says_so(monkeypatch):
    """PostgreSQL takes the last setting of a name; the search path is never the user's."""
    monkeypatch.setenv("PGOPTIONS", "-c enable_nestloop=on -c search_path=mine")
    assert session_options().split(" -c ") == [
        "-c enable_nestloop=off",
        "enable_nestloop=on",
        "search_path=mine",
        "search_path=pg_catalog,pg_temp",
    ]
