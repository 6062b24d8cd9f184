"""Measure load, build and one night: rows per second, memory, and ratios to a plain copy.

Seconds differ from machine to machine, and between two runs on a shared one; the ratios, each to a
floor measured in the same minute, are what to look at. Works in a folder of its own.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import click
import yaml

from scripts import console, yaml_files
from scripts.benchmarks import bars
from scripts.errors import UserError
from scripts.operations.company import COMPANY, SAMPLE
from scripts.sample.simulate import GATEWAYS

if TYPE_CHECKING:
    from scripts.benchmarks.private_server import PrivateServer

PROJECT = Path(__file__).resolve().parents[2]
HEAVY = "int_priced_attempts"
BASELINES = "scripts.benchmarks.baselines"
# From so many requests on the ratios to a plain copy say something: below, dbt's start is all.
_LARGE = 1_000_000
# Landing files, warehouse and copies of it, for one request.
_DISK_BYTES = 2500


class BenchmarkError(UserError):
    """A step failed; the message holds the end of what it said."""


@dataclass(frozen=True)
class Line:
    """One line of the table; `ratio` says in words what the seconds are compared with."""

    name: str
    rows: int
    seconds: float
    peak_mib: float | None = None
    ratio: str = ""

    def __str__(self) -> str:
        peak = f"{self.peak_mib:,.0f}" if self.peak_mib else ""
        rate = self.rows / self.seconds if self.seconds else 0
        return (
            f"{self.name:<34}{self.rows:>12,}{self.seconds:>10.1f}{rate:>12,.0f}{peak:>10}"
            f"   {self.ratio}"
        )


HEADER = f"{'':<34}{'rows':>12}{'seconds':>10}{'rows/s':>12}{'peak MiB':>10}"


@dataclass(frozen=True)
class Step:
    """What a process of its own took."""

    seconds: float
    # of all its threads; a machine that others use changes it less
    processor_seconds: float
    # by all its reads of files, also of what the machine keeps in memory
    bytes_read: int
    peak_mib: float
    said: str


class Workbench:
    """A warehouse in a folder of its own, and steps that are measured on it.

    `now`: the instant that counts as now; without it the clock. `server`: the PrivateServer that
    holds the warehouse instead of a file of DuckDB; what it spends is added to each step.
    """

    def __init__(
        self,
        folder: Path,
        advance: Callable,
        memory: str | None = None,
        now: str = "",
        server: PrivateServer | None = None,
    ) -> None:
        self._server = server
        self.landing = folder / "landing"
        self.warehouse = folder / "warehouse.duckdb"
        self._target = folder / "target"
        self._advance = advance
        self._environment = os.environ | {
            "AI_COST_LANDING": str(self.landing),
            "AI_COST_WAREHOUSE": str(self.warehouse),
            "AI_COST_TARGET": "duckdb",
            COMPANY: str(SAMPLE),
            "AI_COST_USER_KEY": "benchmark-key-not-a-secret",
            "DBT_PROFILES_DIR": str(_profiles(folder, memory) if memory else PROJECT),
            "DBT_TARGET_PATH": str(self._target),
            "DBT_LOG_PATH": str(folder / "logs"),
            **({"AI_COST_NOW": now} if now else {}),
            **({"AI_COST_TARGET": "postgres"} | server.database() if server else {}),
        }

    def other_seconds(self) -> tuple[float, float]:
        """What the last run took for all models and seeds but the heavy one, and for tests."""
        results = json.loads((self._target / "run_results.json").read_text(encoding="utf-8"))
        spent = {"test": 0.0, "made": 0.0}
        for result in results["results"]:
            kind = result["unique_id"].split(".")[0]
            if not result["unique_id"].endswith(f".{HEAVY}"):
                spent["made" if kind in ("model", "seed") else "test"] += result["execution_time"]
        return spent["made"], spent["test"]

    def heavy_seconds(self) -> float:
        """What dbt's last run says it took to make the priced requests."""
        results = json.loads((self._target / "run_results.json").read_text(encoding="utf-8"))
        return next(
            result["execution_time"]
            for result in results["results"]
            if result["unique_id"].endswith(f".{HEAVY}")
        )

    def nights_later(self, days: int) -> Step:
        """A night with nothing new, some days from now."""
        instant = datetime.now(UTC) + timedelta(days=days)
        self._environment["AI_COST_NOW"] = f"{instant:%Y-%m-%dT%H:%M:%SZ}"
        night = self.step("nightly")
        del self._environment["AI_COST_NOW"]
        return night

    def count(self, table: str) -> int:
        """Rows of a table."""
        return int(self._python(BASELINES, "count", str(self.warehouse), table).said)

    def floor(self, what: str, path: Path, table: str) -> float:
        """Seconds of the least an engine could do; see scripts/benchmarks/baselines.py."""
        step = self._python(BASELINES, what, str(path), table)
        self._advance(1)
        return float(step.said)

    def step(self, *command: str, is_reported: bool = False) -> Step:
        """Run a verb of ai-cost and move the bar; raises BenchmarkError when it fails.

        With `is_reported` dbt writes its reports, which takes a second or two of processor time:
        they say what each node took (`heavy_seconds`, `other_seconds`).
        """
        reports = {"DBT_WRITE_JSON": "1"} if is_reported else {}
        step = self._python("scripts.cli", *command, **reports)
        self._advance(1)
        return step

    def _python(self, module: str, *arguments: str, **environment: str) -> Step:
        """Run a module in a process of its own, so that its peak of memory is its own too."""
        before = self._spent_by_server()
        with tempfile.TemporaryFile(mode="w+", encoding="utf-8") as said:
            start = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=PROJECT, env=self._environment | environment, stdout=said,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            read = bytes_read(process.pid)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            text = said.read().strip()
        if process.returncode:
            raise BenchmarkError(f"{module} failed:\n{text[-2000:]}")
        served_seconds, served_bytes = (
            now - then for now, then in zip(self._spent_by_server(), before, strict=True)
        )
        processor_seconds = usage.ru_utime + usage.ru_stime + served_seconds
        return Step(seconds, processor_seconds, read + served_bytes, usage.ru_maxrss / 1024, text)

    def _spent_by_server(self) -> tuple[float, int]:
        if not self._server:
            return 0, 0
        return self._server.processor_seconds(), self._server.bytes_read()


def bytes_read(process: int) -> int:
    """Of a process that has ended and was not waited for yet; 0 where the system does not say."""
    file = Path(f"/proc/{process}/io")
    if not file.exists():
        return 0
    counts = dict(line.split(": ") for line in file.read_text(encoding="utf-8").splitlines())
    return int(counts["rchar"])


def _profiles(folder: Path, memory: str) -> Path:
    """A folder with the project's profile, and the memory that DuckDB may use; beyond it, disk."""
    profile = yaml_files.read(PROJECT / "profiles.yml")
    profile["ai_cost"]["outputs"]["duckdb"]["settings"]["memory_limit"] = memory
    (folder / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    return folder


class Bench:
    """The measurements of one size in one folder."""

    def __init__(self, folder: Path, tables: list[str], work: Workbench) -> None:
        self._held_back = folder / "night"
        self._tables = tables
        self._work = work

    def run(self, requests: int, repeat: int) -> tuple[list[Line], list[bars.Found]]:
        """Everything, in the order of a warehouse's life: full load and build, then a night.

        A line for each step, and the figures that something was aimed at for.
        """
        self._generate(requests)
        load = self._work.step("load")
        raw_rows = sum(self._work.count(f"raw.{table}") for table in self._tables)
        floor = median(self._read_floor() for _ in range(repeat))
        build = self._work.step("build")
        # One at a time: two that share the cores would count their seconds twice.
        alone = ["--full-refresh", "--threads", "1", "--exclude", HEAVY]
        self._work.step("build", "--", *alone, is_reported=True)
        others, tests = self._work.other_seconds()
        rows = self._work.count(f"intermediate.{HEAVY}")
        rounds = [self._round() for _ in range(repeat)]
        raw_copy, own_copy, heavy, peak = (median(column) for column in zip(*rounds, strict=True))
        to_raw, to_own = (median(each[2] / each[i] for each in rounds) for i in (0, 1))
        self._bring_back()
        night_load = self._work.step("load")
        night_rows = sum(self._work.count(f"raw.{table}") for table in self._tables) - raw_rows
        night_build = self._work.step("build", is_reported=True)
        night_heavy = self._work.heavy_seconds()
        night_others, night_tests = self._work.other_seconds()
        tests_share = night_tests / (night_heavy + night_others + night_tests)
        small, empty = self._small_night(), self._work.step("nightly")
        next_day = self._work.nights_later(1)
        whole, night = (
            load.seconds + build.seconds,
            night_load.seconds + night_build.seconds,
        )
        of_size = [
            (bars.LOAD, load.seconds / floor),
            (bars.HEAVY_TO_RAW, to_raw),
            (bars.HEAVY_TO_OWN, to_own),
            (bars.OTHERS, others / heavy),
            (bars.WHOLE, whole / (floor + raw_copy)),
        ]
        found = [
            *(of_size if requests >= _LARGE else []),
            (bars.SMALL, small.processor_seconds),
            (bars.EMPTY, empty.processor_seconds),
            (bars.NEXT_DAY, next_day.processor_seconds),
        ]
        return [
            Line("load", raw_rows, load.seconds, load.peak_mib,
                 f"{load.seconds / floor:.1f} x bare read_json"),
            Line("  bare read_json", raw_rows, floor),
            Line("full build, with its tests", rows, build.seconds, build.peak_mib),
            Line(f"raw -> {HEAVY}", rows, heavy, peak,
                 f"{to_raw:.1f} x copy of raw, {to_own:.1f} x copy of itself"),
            Line("  copy of the raw rows", raw_rows, raw_copy),
            Line("  copy of the priced rows", rows, own_copy),
            Line("all other models and seeds", rows, others,
                 ratio=f"{others / heavy:.2f} x {HEAVY}; tests {tests / heavy:.2f} x"),
            Line("night: load", night_rows, night_load.seconds, night_load.peak_mib),
            Line("night: build, with its tests", night_rows, night_build.seconds,
                 night_build.peak_mib, f"{night / whole:.2f} of load and full build, for "
                 f"{night_rows / (raw_rows + night_rows):.3f} of the rows"),
            Line(f"  of it {HEAVY}", night_rows, night_heavy,
                 ratio=f"{night_heavy / heavy:.2f} of all days"),
            Line("  of it tests", night_rows, night_tests,
                 ratio=f"{tests_share:.2f} of the time of all nodes"),
            whole_night("a night with one small file", small),
            whole_night("a night that brings nothing", empty),
            whole_night("  the first of the next day", next_day),
        ], found  # fmt: skip

    def _small_night(self) -> Step:
        """One file of few late requests, as the last night has left the warehouse."""
        aside = self._held_back / "small"
        only = [part for table in self._tables for part in ("--only", table)]
        few = ("--requests", "200", "--days", "1", "--seed", "8", "--landing", str(aside))
        self._work.step("sample", *few, "--no-bills", *only)
        for table in self._tables:
            (aside / table).rename(self._work.landing / table / "small")
        return self._work.step("nightly")

    def _generate(self, requests: int) -> None:
        only = [part for table in self._tables for part in ("--only", table)]
        arguments = ["--requests", str(requests), "--no-bills", *only]
        self._work.step("sample", *arguments)
        for table in self._tables:
            files = sorted((self._work.landing / table).iterdir())
            sizes = [file.stat().st_size for file in files]
            # The last full day, and the few late records that came after it.
            last = max(i for i, size in enumerate(sizes) if size > median(sizes) / 2)
            place = self._held_back / table
            place.mkdir(parents=True)
            for file in files[last:]:
                file.rename(place / file.name)

    def _bring_back(self) -> None:
        for file in self._held_back.glob("*/*"):
            file.rename(self._work.landing / file.parent.name / file.name)

    def _round(self) -> tuple[float, float, float, float]:
        """Seconds of the two copies and of the heavy path, close together; its memory."""
        raw = sum(
            self._work.floor("copy", self._work.warehouse, f"raw.{table}") for table in self._tables
        )
        own = self._work.floor("copy", self._work.warehouse, f"intermediate.{HEAVY}")
        arguments = ["--quiet", "run", "--full-refresh", "--select", HEAVY]
        step = self._work.step("dbt", *arguments, is_reported=True)
        return raw, own, self._work.heavy_seconds(), step.peak_mib

    def _read_floor(self) -> float:
        return sum(
            self._work.floor("read_json", self._work.landing, table) for table in self._tables
        )


def whole_night(name: str, night: Step) -> Line:
    """A night with what it spent and read."""
    spent = (
        f"{night.processor_seconds:.1f} processor seconds, {night.bytes_read / 2**20:,.0f} MiB read"
    )
    return Line(name, 0, night.seconds, night.peak_mib, spent)


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def machine() -> str:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "dbt-core", "dbt-duckdb"))
    return (
        f"{platform.system()} {platform.machine()}, {cores()} cores "
        f"(load {os.getloadavg()[0]:.1f}), {memory:.1f} GiB; "
        f"Python {platform.python_version()}, {packages}"
    )


def run(command: click.Command) -> None:
    """Run a benchmark's command line; 2 when a step failed, which is said in a sentence."""
    try:
        command()
    except UserError as error:
        console.complain(f"benchmark: {error}")
        sys.exit(error.exit_code)


@contextmanager
def workplace(keep: Path | None, requests: int) -> Iterator[Path]:
    """An empty folder with room enough, removed in the end unless it is to be kept."""
    if keep:
        folder = keep / f"{requests}"
        if folder.exists():
            raise BenchmarkError(f"{folder} is there already; remove it or name another folder")
        folder.mkdir(parents=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="ai-cost-benchmark-") as place:
        free = shutil.disk_usage(place).free
        if free < requests * _DISK_BYTES:
            needed = requests * _DISK_BYTES / 1e9
            raise BenchmarkError(f"{place} has {free / 1e9:.0f} GB left, {needed:.0f} are needed")
        yield Path(place)


@click.command(help=__doc__)
@click.option(
    "--requests", type=click.IntRange(min=1), multiple=True, default=[1_000_000, 10_000_000],
    show_default=True, help="Size; may be repeated, one after the other.",
)  # fmt: skip
@click.option(
    "--table", "tables", type=click.Choice(GATEWAYS), multiple=True, default=["envelope_events"],
    show_default=True, help="Raw table; may be repeated, they share the requests.",
)  # fmt: skip
@click.option(
    "--repeat", type=click.IntRange(min=1), default=3, show_default=True,
    help="How often the baselines and the heavy path are measured; medians are shown.",
)  # fmt: skip
@click.option(
    "--memory", metavar="SIZE",
    help="What DuckDB may use, such as 8GB (default: its own, most of the machine).",
)  # fmt: skip
@click.option(
    "--keep", type=click.Path(path_type=Path), metavar="DIR", help="Work in DIR and leave it there."
)
def main(
    requests: tuple[int, ...], tables: tuple[str, ...], repeat: int, memory: str | None, keep: Path
) -> None:
    """Measure every size and print its lines."""
    print(machine())
    for size in requests:
        steps = 10 + (2 * len(tables) + 2) * repeat
        title = f"{size:,} requests"
        with (
            workplace(keep and keep.resolve(), size) as folder,
            console.progress(title, steps) as advance,
        ):
            bench = Bench(folder, list(tables), Workbench(folder, advance, memory))
            lines, found = bench.run(size, repeat)
        print(f"\n{title} as {', '.join(tables)}\n{HEADER}")
        print(*lines, "", bars.verdicts(found), sep="\n", flush=True)


if __name__ == "__main__":
    run(main)
