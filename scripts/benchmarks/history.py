"""Does a night cost what the night brings, or what has piled up? The same night on two histories.

Two warehouses are built, with few and with many days of history, as many requests on each day.
Then the same night arrives at both; its load and build are timed. The ratio should be near 1.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path

from tqdm import tqdm

from scripts.benchmark import HEADER, BenchmarkError, Line, Workbench, machine, workplace

_TABLE = "envelope_events"
_START = date(2026, 3, 17)
# The tests of identities read all of history on purpose; they are not part of the claim.
_MODELS = ("--exclude", "resource_type:test")


def night_after(
    folder: Path, days: int, args: argparse.Namespace, bar: tqdm
) -> tuple[Line, Line, float]:
    """Load and build of the night after so many days, and the seconds of both."""
    work = Workbench(folder, bar, args.memory)
    common = ("--no-bills", "--only", _TABLE)
    history = ("--requests", str(days * args.per_day), "--days", str(days), "--start", str(_START))
    work.step(f"{days} days", "scripts.generate_sample_data", *history, *common)
    work.step(f"{days} days: load", "scripts.cli", "load")
    work.step(f"{days} days: build", "scripts.cli", "build", "--", *_MODELS)
    known = work.count(f"raw.{_TABLE}")

    aside = folder / "night"
    night = ("--requests", str(args.night), "--days", "1", "--seed", "8")
    day = ("--start", str(_START + timedelta(days=days)), "--landing", str(aside))
    work.step("night", "scripts.generate_sample_data", *night, *day, *common)
    (aside / _TABLE).rename(work.landing / _TABLE / "night")
    load = work.step("night: load", "scripts.cli", "load")
    build = work.step("night: build", "scripts.cli", "build", "--", *_MODELS)
    rows = work.count(f"raw.{_TABLE}") - known
    name = f"after {days} days"
    return (
        Line(f"{name}: load", rows, load.seconds, load.peak_mib, f"{known:,} rows of history"),
        Line(f"{name}: build", rows, build.seconds, build.peak_mib),
        load.seconds + build.seconds,
    )


def parser() -> argparse.ArgumentParser:
    """Command line."""
    p = argparse.ArgumentParser(
        prog="python -m scripts.benchmarks.history",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    p.add_argument("--night", type=int, default=1_000_000, help="requests of the night")
    p.add_argument("--per-day", type=int, default=20_000, help="requests on a day of history")
    p.add_argument("--days", type=int, nargs=2, default=[10, 300], help="few and many days")
    p.add_argument("--memory", metavar="SIZE", help="what DuckDB may use, such as 8GB")
    return p


def main(argv: list[str] | None = None) -> int:
    """Entry point: 0 done, 2 a step failed."""
    args = parser().parse_args(argv)
    print(machine())
    seconds = []
    try:
        print(f"\na night of {args.night:,} requests, models and seeds\n{HEADER}")
        with tqdm(total=6 * len(args.days), unit="step", disable=None) as bar:
            for days in args.days:
                with workplace(None, days * args.per_day + args.night) as folder:
                    load, build, spent = night_after(folder, days, args, bar)
                print(load, build, sep="\n", flush=True)
                seconds.append(spent)
    except (BenchmarkError, OSError) as error:
        print(f"history: {error}", file=sys.stderr)
        return 2
    few, many = args.days
    print(f"{many} to {few} days of history: {seconds[1] / seconds[0]:.2f} x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
