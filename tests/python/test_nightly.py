"""One night at a time, and a record of each.

Harms guarded against: two nights that load a file twice or test what the other is changing; a
night that waits for nobody after a kill; a traceback where a sentence would do; a night that died
and is not missed.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from scripts.operations.lock import only_writer
from tests.python.landing import Landing, event
from tests.python.project import Project

pytestmark = pytest.mark.wide

COMMANDS = ("load", "build", "nightly")
HISTORY = ("--", "--select", "+fct_run_history")
HOLD = """
import sys, time
from pathlib import Path
from scripts.operations.lock import only_writer
with only_writer(sys.argv[1], Path(sys.argv[2])):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


@pytest.fixture
def project(tmp_path):
    landing = Landing(tmp_path)
    landing.put("envelope_events/a.jsonl", [event(1), event(2), "no JSON"])
    return Project(tmp_path, landing.folder)


def said(project: Project, *command: str) -> tuple[int, str]:
    """Exit code and what a command complains of."""
    process = project.start(*command, stderr=subprocess.PIPE, text=True)
    _, complaint = process.communicate()
    return process.returncode, complaint


def holding(project: Project, engine: str, seconds: float) -> subprocess.Popen:
    """Another process that writes for so long."""
    command = (sys.executable, "-c", HOLD, engine, str(project.warehouse), str(seconds))
    process = project.start(*command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def assert_refused(project: Project, reason: str, commands: tuple = ("nightly",)) -> None:
    for command in commands:
        code, complaint = said(project, sys.executable, "-m", "scripts.cli", command)
        assert code == 2, complaint
        assert complaint.startswith(f"ai-cost {command}: ")
        assert reason in complaint
        assert len(complaint.splitlines()) == 1, complaint


def test_whoever_comes_second_is_refused_in_a_sentence(project):
    with only_writer("duckdb", project.warehouse):
        assert_refused(project, "is writing to this warehouse", COMMANDS)
    assert not project.warehouse.exists()


def test_whoever_comes_second_is_refused_on_postgres(tmp_path, postgres):
    project = Project(tmp_path, Landing(tmp_path).folder, postgres)
    holder = holding(project, "postgres", 600)
    assert_refused(project, "another run is writing to this warehouse")
    holder.kill()
    holder.wait()
    # the server notices a lost connection in its own time
    project.run(sys.executable, "-m", "scripts.cli", "load", "--wait", "30")


def test_whoever_is_told_to_wait_waits(project):
    start = time.monotonic()
    holder = holding(project, "duckdb", 3)
    project.run(sys.executable, "-m", "scripts.cli", "load", "--wait", "60")
    assert time.monotonic() - start >= 3
    assert holder.wait() == 0
    assert project.value("select count(*) from raw.envelope_events") == 2


@pytest.mark.parametrize(
    "spelling", ["../{0}/warehouse.duckdb", "link.duckdb", "there/warehouse.duckdb"]
)
def test_one_warehouse_has_one_lock_however_it_is_named(project, tmp_path, monkeypatch, spelling):
    monkeypatch.chdir(tmp_path)
    Path("link.duckdb").symlink_to(project.warehouse)
    Path("there").symlink_to(tmp_path)
    with only_writer("duckdb", Path(spelling.format(tmp_path.name))):
        assert_refused(project, "is writing to this warehouse", COMMANDS[:1])


def test_a_killed_night_holds_nothing(project):
    holder = holding(project, "duckdb", 600)
    holder.kill()
    holder.wait()
    project.load()


def test_a_reader_who_keeps_the_file_open_is_named_in_a_sentence(project):
    project.load()
    with duckdb.connect(str(project.warehouse), read_only=True):
        assert_refused(project, "Could not set lock on file", COMMANDS[1:])


def test_each_night_leaves_its_record_also_when_it_was_killed(project):
    project.ai_cost("nightly", *HISTORY)
    killed = "from scripts.operations import build, history; history.Night(build.parsed())"
    project.run(sys.executable, "-c", killed)
    newest = "select status from marts.fct_run_history order by started_at desc limit 1"
    assert project.value(newest) == "running"

    events = Path(project.landing, "envelope_events")
    # any read of it from the start is an input/output error
    (events / "b.jsonl").symlink_to("/proc/self/mem")
    (events / "c.csv").write_bytes(b"%PDF-1.7")
    (events / "d.jsonl").write_text(json.dumps(event(9)) + "\n")
    code, complaint = said(project, sys.executable, "-m", "scripts.cli", "nightly", *HISTORY)
    assert code == 1
    # the last words of the night are the files that it could not read
    assert complaint.splitlines()[-2:] == [
        "ai-cost nightly: warning: envelope_events/b.jsonl could not be loaded: "
        "a link that leads out of the landing folder",
        "ai-cost nightly: warning: envelope_events/c.csv could not be loaded: "
        "a PDF; ask for the figures as CSV or JSON",
    ]
    assert project.rows(
        "select status, files_loaded, files_unread, records_loaded, records_rejected, failed_count "
        "from marts.fct_run_history order by started_at"
    ) == [
        ("succeeded", 1, 0, 2, 1, 0),
        ("killed", None, None, None, None, None),
        ("failed", 1, 2, 1, 0, 0),
    ]
    seconds = "select min(load_seconds), min(build_seconds) from marts.fct_run_history"
    assert all(value > 0 for value in project.rows(seconds)[0])
