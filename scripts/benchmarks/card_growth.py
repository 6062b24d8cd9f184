"""Measure what a rate card of ten times as many rows costs the heavy path, in processor seconds.

A sample is built once; in copies of its warehouse the card grows, by more models or by more changes
of the models it has, or the community layer is taken out. Then raw -> int_priced_attempts runs in
turns on all of them, each in a process of its own, so that other work on the machine bears on all
alike.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import click
import duckdb

from scripts import console
from scripts.benchmarks.speed import HEAVY, PROJECT, BenchmarkError, run
from scripts.operations.company import COMPANY, SAMPLE

WAREHOUSE = "growth.duckdb"
# What prices go through on their way to the heavy path. Other models' seeds are not there.
_RATES = (f"+{HEAVY},path:models/intermediate/rates", "--exclude", "int_rateable_usage_daily+")
# A copy of each row under names and dates nobody uses, and one of each model's own, ever older.
GROWTH = {
    "more models": "insert into seeds.rate_card_prices select prices.* replace "
    "(model || '-copy-' || i as model) from seeds.rate_card_prices as prices, "
    "range(1, {times}) as copies(i)",
    "more changes": "insert into seeds.rate_card_prices select prices.* replace "
    "(valid_from - to_days(cast(30 * i as integer)) as valid_from, "
    "least(valid_to, valid_from) as valid_to) "
    "from seeds.rate_card_prices as prices, "
    "range(1, {times}) as copies(i)",
    "no community": "delete from seeds.community_prices",
}


def heavy_cpu(warehouse: Path, sql: Path) -> float:
    """Processor seconds of making the priced attempts again, of this process, threads included."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set preserve_insertion_order = false; set threads = 2")
        before = resource.getrusage(resource.RUSAGE_SELF)
        connection.execute(f"create temp table made as {sql.read_text(encoding='utf-8')}")
        after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Growth:
    """The warehouses of one measurement, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._target = folder / "target"

    def _run(self, warehouse: Path, module: str, *arguments: str) -> str:
        environment = os.environ | {
            "AI_COST_LANDING": str(self._folder / "landing"),
            "AI_COST_WAREHOUSE": str(warehouse),
            "AI_COST_TARGET": "duckdb",
            COMPANY: str(SAMPLE),
            "AI_COST_USER_KEY": "benchmark-key-not-a-secret",
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(self._target),
            "DBT_LOG_PATH": str(self._folder / "logs"),
        }
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise BenchmarkError(f"{module} failed:\n{(done.stdout + done.stderr)[-2000:]}")
        return done.stdout

    def build(self, requests: int) -> Path:
        """The warehouse with the card as it is."""
        sample = ["--requests", str(requests), "--no-bills", "--only", "envelope_events"]
        place = self._folder / "as it is" / WAREHOUSE
        place.parent.mkdir()
        self._run(place, "scripts.cli", "sample", *sample)
        self._run(place, "scripts.cli", "load")
        # full refresh: the compiled statement then makes all days
        dbt = ("--quiet", "build", "--full-refresh", "--exclude-resource-type", "test", "unit_test")
        self._run(place, "scripts.cli", "dbt", *dbt, "--select", f"+{HEAVY}")
        return place

    def grow(self, origin: Path, name: str, times: int) -> Path:
        """A copy with a grown card, its rates made again."""
        # the same file name: views name their tables with it
        place = self._folder / name / WAREHOUSE
        place.parent.mkdir()
        shutil.copy(origin, place)
        with duckdb.connect(str(place)) as connection:
            connection.execute(GROWTH[name].format(times=times))
        self._run(place, "scripts.cli", "dbt", "--quiet", "run", "--select", *_RATES)
        return place

    def compiled(self) -> Path:
        """The statement that makes the priced attempts."""
        return next((self._target / "compiled").rglob(f"{HEAVY}.sql"))

    def measure(self, warehouse: Path) -> float:
        """Processor seconds, in a process of its own."""
        here = ("scripts.benchmarks.card_growth", "--heavy", str(warehouse), str(self.compiled()))
        return float(self._run(warehouse, *here))


def windows(warehouse: Path) -> tuple[int, int]:
    """Rows of the card, and of the windows made from it."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = ("seeds.rate_card_prices", "intermediate.int_rate_windows")
        return tuple(
            connection.execute(f"select count(*) from {t}").fetchall()[0][0] for t in tables
        )


@click.command(help=__doc__)
@click.option("--requests", default=200_000, show_default=True, help="Requests of the sample.")
@click.option("--rounds", default=5, show_default=True, help="How often each card is measured.")
@click.option("--times", default=10, show_default=True, help="How many times the rows of the card.")
@click.option(
    "--card", "names", multiple=True, type=click.Choice(list(GROWTH)), help="Only these cards."
)
@click.option("--heavy", nargs=2, type=click.Path(path_type=Path), hidden=True)
def main(
    requests: int,
    rounds: int,
    times: int,
    names: tuple[str, ...],
    heavy: tuple[Path, Path] | None,
) -> None:
    """Measure all cards; with --heavy, the one that is named, for a process of its own."""
    if heavy:
        print(heavy_cpu(*heavy))
        return
    with tempfile.TemporaryDirectory(prefix="ai-cost-growth-") as folder:
        show(Growth(Path(folder)), requests, rounds, times, names or tuple(GROWTH))


def show(growth: Growth, requests: int, rounds: int, times: int, names: tuple[str, ...]) -> None:
    """Measure and print a line for each card; the ratio is the median of those of the rounds."""
    steps = (1 + len(names)) * (1 + rounds)
    with console.progress("cards", steps) as advance:
        places = {"as it is": growth.build(requests)}
        advance(1)
        for name in names:
            places[name] = growth.grow(places["as it is"], name, times)
            advance(1)
        seconds = {name: [] for name in places}
        for _ in range(rounds):
            for name, place in places.items():
                seconds[name].append(growth.measure(place))
                advance(1)
    print(f"{'card':<14}{'rows':>9}{'windows':>9}{'CPU s':>9}{'ratio':>8}")
    for name, place in places.items():
        pairs = zip(seconds[name], seconds["as it is"], strict=True)
        ratio = median(mine / base for mine, base in pairs)
        rows, made = windows(place)
        print(f"{name:<14}{rows:>9,}{made:>9,}{median(seconds[name]):>9.2f}{ratio:>8.3f}")


if __name__ == "__main__":
    run(main)
