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
from scripts.benchmarks.private_server import PrivateServer, private_server
from scripts.benchmarks.speed import (
    EMPTY_BAR_S,
    HEADER,
    SMALL_BAR_S,
    Step,
    Workbench,
    machine,
    run,
    whole_night,
    workplace,
)

_TABLE = "envelope_events"
# The same for all histories: what differs is the days before it. A year before it the rate card
# knows every model of the sample.
_NIGHT = date(2027, 4, 1)
_MORNING = f"{_NIGHT + timedelta(days=1)}T06:00:00Z"
# What was aimed at: many days of history to few.
_RATIO = 1.15


def nights_after(
    work: Workbench, folder: Path, days: int, per_day: int, requests: int
) -> tuple[Step, Step]:
    """The night that brings so many requests after so many days, and one that brings nothing."""
    common = ("--no-bills", "--only", _TABLE)
    start = _NIGHT - timedelta(days=days)
    work.step(
        "sample", "--requests", str(days * per_day), "--days", str(days), "--start", f"{start}",
        *common,
    )  # fmt: skip
    work.step("nightly")
    aside = folder / "night"
    night = ("--requests", str(requests), "--days", "1", "--seed", "8", "--start", f"{_NIGHT}")
    work.step("sample", *night, "--landing", str(aside), *common)
    (aside / _TABLE).rename(work.landing / _TABLE / "night")
    return work.step("nightly"), work.step("nightly")


def ratios(nights: list[Step]) -> str:
    """The last to the first, beside what was aimed at."""
    few, many = nights[0], nights[-1]
    return (
        f"{many.processor_seconds / few.processor_seconds:.2f} x processor seconds, "
        f"{many.bytes_read / max(few.bytes_read, 1):.2f} x bytes read (aim {_RATIO})"
    )


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
    place = "PostgreSQL" if server else "DuckDB"
    print(f"\n{place}: a night of {night:,} requests, {per_day:,} on each day before it\n{HEADER}")
    with console.progress("histories", 5 * len(days)) as advance:
        for count in days:
            with workplace(None, count * per_day + night) as folder:
                work = Workbench(folder, advance, memory, _MORNING, server)
                brought, nothing = nights_after(work, folder, count, per_day, night)
            print(
                whole_night(f"after {count} days", brought, SMALL_BAR_S),
                whole_night("  one that brings nothing", nothing, EMPTY_BAR_S),
                sep="\n", flush=True,
            )  # fmt: skip
            small.append(brought)
            empty.append(nothing)
    print(f"{days[-1]} to {days[0]} days of history: {ratios(small)}")
    print(f"  that brings nothing: {ratios(empty)}")


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
