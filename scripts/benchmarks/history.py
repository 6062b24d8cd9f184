"""Does a night cost what the night brings, or what has piled up? The same night on two histories.

Two warehouses are built, with few and with many days of history, as many requests on each day.
Then the same night arrives at both; its load and build are timed. The ratio should be near 1.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import click

from scripts import console
from scripts.benchmarks.speed import HEADER, Line, Workbench, machine, run, workplace

_TABLE = "envelope_events"
_START = date(2026, 3, 17)
# The tests of identities read all of history on purpose; they are not part of the claim.
_MODELS = ("--exclude", "resource_type:test")


def night_after(
    folder: Path, days: int, per_day: int, requests: int, memory: str | None, advance: Callable
) -> tuple[Line, Line, float]:
    """Load and build of the night after so many days, and the seconds of both."""
    work = Workbench(folder, advance, memory)
    common = ("--no-bills", "--only", _TABLE)
    history = ("--requests", str(days * per_day), "--days", str(days), "--start", str(_START))
    work.step("sample", *history, *common)
    work.step("load")
    work.step("build", "--", *_MODELS)
    known = work.count(f"raw.{_TABLE}")

    aside = folder / "night"
    night = ("--requests", str(requests), "--days", "1", "--seed", "8")
    day = ("--start", str(_START + timedelta(days=days)), "--landing", str(aside))
    work.step("sample", *night, *day, *common)
    (aside / _TABLE).rename(work.landing / _TABLE / "night")
    load = work.step("load")
    build = work.step("build", "--", *_MODELS)
    rows = work.count(f"raw.{_TABLE}") - known
    name = f"after {days} days"
    return (
        Line(f"{name}: load", rows, load.seconds, load.peak_mib, f"{known:,} rows of history"),
        Line(f"{name}: build", rows, build.seconds, build.peak_mib),
        load.seconds + build.seconds,
    )


@click.command(help=__doc__)
@click.option("--night", default=1_000_000, show_default=True, help="Requests of the night.")
@click.option("--per-day", default=20_000, show_default=True, help="Requests on a day of history.")
@click.option("--days", type=int, nargs=2, default=(10, 300), show_default=True, help="Few, many.")
@click.option("--memory", metavar="SIZE", help="What DuckDB may use, such as 8GB.")
def main(night: int, per_day: int, days: tuple[int, int], memory: str | None) -> None:
    """Measure the night on both histories, and print their ratio."""
    print(machine())
    seconds = []
    print(f"\na night of {night:,} requests, models and seeds\n{HEADER}")
    with console.progress("histories", 6 * len(days)) as advance:
        for count in days:
            with workplace(None, count * per_day + night) as folder:
                load, build, spent = night_after(folder, count, per_day, night, memory, advance)
            print(load, build, sep="\n", flush=True)
            seconds.append(spent)
    few, many = days
    print(f"{many} to {few} days of history: {seconds[1] / seconds[0]:.2f} x")


if __name__ == "__main__":
    run(main)
