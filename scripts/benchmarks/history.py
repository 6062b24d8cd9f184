"""Does a night cost what the night brings, or what has piled up? The same night on three histories.

Warehouses are built with few, some and many days of history, as many requests on each day. Then
the same small night arrives at each, and a night that brings nothing. Processor seconds and bytes
read should be alike, tests included.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path

import click

from scripts import console
from scripts.benchmarks import bars
from scripts.benchmarks.private_server import PrivateServer, private_server
from scripts.benchmarks.speed import (
    HEADER,
    Step,
    Workbench,
    machine,
    run,
    whole_night,
    workplace,
)

_TABLE = "envelope_events"
_ONLY = ("--no-bills", "--only", _TABLE)
# The same for all histories: what differs is the days before it. A year before it the rate card
# knows every model of the sample.
_NIGHT = date(2027, 4, 1)
_MORNING = f"{_NIGHT + timedelta(days=1)}T06:00:00Z"


def history_of(work: Workbench, days: int, per_day: int) -> Step:
    """So many days, loaded and built."""
    start = _NIGHT - timedelta(days=days)
    requests = ("--requests", str(days * per_day), "--days", str(days), "--start", f"{start}")
    work.step("sample", *requests, *_ONLY)
    return work.step("nightly")


def nights_after(work: Workbench, folder: Path, requests: int) -> tuple[Step, Step]:
    """The night that brings so many requests, and one that brings nothing."""
    aside = folder / "night"
    night = ("--requests", str(requests), "--days", "1", "--seed", "8", "--start", f"{_NIGHT}")
    work.step("sample", *night, "--landing", str(aside), *_ONLY)
    (aside / _TABLE).rename(work.landing / _TABLE / "night")
    return work.step("nightly"), work.step("nightly")


def judged(
    small: list[Step], empty: list[Step], built: Step, built_in_duckdb: Step | None
) -> list[bars.Found]:
    """What was aimed at, beside the nights after the fewest and after the most days."""
    found = []
    if len(small) > 1:
        found = [
            (bars.HISTORY, small[-1].processor_seconds / small[0].processor_seconds),
            (bars.HISTORY_BYTES, small[-1].bytes_read / max(small[0].bytes_read, 1)),
        ]
    if not built_in_duckdb:
        return [(bars.EMPTY, empty[-1].processor_seconds), *found]
    dearer = built.processor_seconds / built_in_duckdb.processor_seconds
    return [(bars.POSTGRES_BUILD, dearer), (bars.POSTGRES_NIGHT, small[-1].seconds), *found]


def measure(
    night: int,
    per_day: int,
    days: tuple[int, ...],
    memory: str | None,
    server: PrivateServer | None,
) -> None:
    """Print a line for each night and history; of a server, its processes are in the figures."""
    small: list[Step] = []
    empty: list[Step] = []
    in_duckdb = None
    place = "PostgreSQL" if server else "DuckDB"
    print(f"\n{place}: a night of {night:,} requests, {per_day:,} on each day before it\n{HEADER}")
    with console.progress("histories", 5 * len(days) + (2 if server else 0)) as advance:
        for count in days:
            with workplace(None, count * per_day + night) as folder:
                work = Workbench(folder, advance, memory, _MORNING, server)
                built = history_of(work, count, per_day)
                brought, nothing = nights_after(work, folder, night)
            print(
                whole_night(f"load and build of {count} days", built),
                whole_night(f"after {count} days", brought),
                whole_night("  one that brings nothing", nothing),
                sep="\n", flush=True,
            )  # fmt: skip
            small.append(brought)
            empty.append(nothing)
        if server:
            with workplace(None, days[-1] * per_day) as folder:
                work = Workbench(folder, advance, memory, _MORNING)
                in_duckdb = history_of(work, days[-1], per_day)
            print(whole_night(f"DuckDB: load and build of {days[-1]} days", in_duckdb))
    print(f"\n{bars.verdicts(judged(small, empty, built, in_duckdb))}", flush=True)


@click.command(help=__doc__)
@click.option("--night", default=20_000, show_default=True, help="Requests of the night.")
@click.option("--per-day", default=20_000, show_default=True, help="Requests on a day of history.")
@click.option(
    "--days", type=click.IntRange(min=1), multiple=True, default=[10, 90, 365], show_default=True,
    help="Days of history; may be repeated, the fewest first.",
)  # fmt: skip
@click.option("--memory", metavar="SIZE", help="What DuckDB may use, such as 8GB.")
@click.option("--postgres", is_flag=True, help="In a private PostgreSQL instead of DuckDB's file.")
def main(
    night: int, per_day: int, days: tuple[int, ...], memory: str | None, postgres: bool
) -> None:
    """Measure the nights on each history, and print their ratios."""
    print(machine())
    with private_server() if postgres else nullcontext() as server:
        measure(night, per_day, days, memory, server)


if __name__ == "__main__":
    run(main)
