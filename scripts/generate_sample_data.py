"""Generate a landing folder of gateway logs and provider bills, with known mistakes in them.

Everything is invented; the same arguments give the same bytes. _truth.json beside the data
says what the warehouse must find: totals, owners, and every planted discrepancy.
"""

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path

from scripts.sample import simulate
from scripts.sample.bills import PAGES, Bills, pulls
from scripts.sample.cloud_bills import BILLS as CLOUD_BILLS
from scripts.sample.clouds import Clouds
from scripts.sample.files import write_json, write_text
from scripts.sample.outcomes import write_outcomes
from scripts.sample.simulate import GATEWAYS, Period
from scripts.sample.traffic import Calendar
from scripts.sample.truth import Truth

TABLES = (*GATEWAYS, *PAGES)
TRUTH = "_truth.json"


def _count(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-07-01") from None


def parser() -> argparse.ArgumentParser:
    """Command line."""
    p = argparse.ArgumentParser(
        prog="python -m scripts.generate_sample_data",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    landing = Path(os.environ.get("AI_COST_LANDING") or "landing")
    p.add_argument(
        "--landing",
        type=Path,
        default=landing,
        help="folder to write into; files listed in its _truth.json are replaced or removed",
    )
    p.add_argument(
        "--requests", type=_count, default=60_000,
        help="attempts over the period; with all tables, a few a day on other clouds come on top",
    )  # fmt: skip
    p.add_argument("--start", type=_date, default=date(2026, 7, 1), help="first day, UTC")
    p.add_argument(
        "--days", type=_count, default=92,
        help=f"days; discrepancies need {Calendar.MINIMUM} or more",
    )  # fmt: skip
    p.add_argument("--seed", type=int, default=7, help="same seed, same bytes")
    p.add_argument(
        "--only", nargs="+", choices=TABLES, metavar="TABLE",
        help="write only these tables; all requests go to the gateways named: " + ", ".join(TABLES),
    )  # fmt: skip
    p.add_argument("--no-bills", action="store_true", help="write no provider bills")
    p.add_argument(
        "--gzip", action=argparse.BooleanOptionalAction, default=True, help="compress the logs"
    )
    return p


def chosen_tables(only: list[str] | None, no_bills: bool) -> tuple[list[str], list[str]]:
    """Gateways and bills to write.

    Gateways alone in --only keep the bills (they then bill those gateways' traffic); naming a
    bill writes just the bills named.
    """
    if not only:
        return list(GATEWAYS), [] if no_bills else list(PAGES)
    gateways = [t for t in GATEWAYS if t in only]
    named = [t for t in PAGES if t in only]
    return gateways, [] if no_bills else named or list(PAGES)


def check(args: argparse.Namespace) -> None:
    """Refuse what cannot be generated, in words."""
    if args.seed < 0:
        raise ValueError("--seed must not be negative")
    last = date(2100, 1, 1).toordinal()
    if args.start.toordinal() + args.days > last or args.start < date(2026, 3, 17):
        raise ValueError(
            "the period must lie between 2026-03-17, when the rate card knows every model, and 2099"
        )
    if args.landing.exists() and not args.landing.is_dir():
        raise ValueError(f"{args.landing} is not a folder")


def write_bills(landing: Path, tables: list[str], bills: Bills, calendar: Calendar) -> list[str]:
    """One file per pull and provider; returns their paths below landing."""
    files = []
    for instant, start, end, final in pulls(calendar):
        pulled_after = (instant.date() - calendar.start).days
        for table in tables:
            text = PAGES[table](bills, calendar, pulled_after, start, end, final)
            path = f"{table}/account=default/{instant:%Y%m%dT%H%M%SZ}.json"
            write_text(landing / path, text)
            files.append(path)
    return files


def write_clouds(landing: Path, clouds: Clouds) -> list[str]:
    """The clouds' traffic and bills; returns their paths below landing."""
    texts = {"envelope_events/clouds/period.jsonl": clouds.events()}
    for table, (bill, suffix, pulled) in CLOUD_BILLS.items():
        path = f"{table}/account=default/{pulled(clouds):%Y%m%dT060000Z}.{suffix}"
        texts[path] = bill(clouds)
    for path, text in texts.items():
        write_text(landing / path, text)
    return list(texts)


def remove_stale(landing: Path, files: list[str]) -> None:
    """Remove files that an earlier run listed and this one did not write again."""
    try:
        earlier = json.loads((landing / TRUTH).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    root = landing.resolve()
    for name in set(earlier) - set(files):
        path = (landing / name).resolve()
        if path.is_relative_to(root):
            path.unlink(missing_ok=True)


def generate(args: argparse.Namespace, chunk_rows: int = simulate.CHUNK_ROWS) -> dict:
    """Write everything; returns the truth."""
    gateways, bill_tables = chosen_tables(args.only, args.no_bills)
    calendar = Calendar(args.start, args.days)
    args.landing.mkdir(parents=True, exist_ok=True)
    period = Period(
        args.landing, calendar, args.requests, args.seed, gateways, args.gzip, chunk_rows
    )
    totals = period.run(progress=True)
    bills = Bills(calendar, totals.billed, totals.lost, period.card, args.requests)
    totals.files += write_bills(args.landing, bill_tables, bills, calendar)
    clouds = None
    if calendar.planted and not args.only and not args.no_bills:
        clouds = Clouds(calendar.start, calendar.days, args.seed, period.card)
        totals.files += write_clouds(args.landing, clouds)
    if not args.only:
        totals.files += write_outcomes(args.landing, calendar, args.seed)
    totals.files.sort()
    arguments = {
        "requests": args.requests,
        "start": str(args.start),
        "days": args.days,
        "seed": args.seed,
        "tables": [*gateways, *bill_tables],
        "gzip": args.gzip,
    }
    truth = Truth(calendar, totals, bills, period.card).build(arguments, bool(bill_tables))
    if clouds:
        truth["clouds"] = clouds.truth()
        arguments["tables"] += CLOUD_BILLS
    remove_stale(args.landing, totals.files)
    write_json(args.landing / TRUTH, truth)
    return truth


def report(landing: Path, truth: dict) -> None:
    """One line a table, and where the truth is."""
    for table in truth["arguments"]["tables"]:
        files = [f for f in truth["files"] if f.split("/")[0] == table]
        size = sum((landing / f).stat().st_size for f in files) / 1e6
        counts = truth["gateways"].get(table)
        what = f"{counts['distinct_attempts']:,} attempts, " if counts else ""
        print(f"{table}: {what}{len(files)} files, {size:,.1f} MB in {landing / table}")
    if not truth.get("discrepancies"):
        print("no planted discrepancies in this run (bills off, or too short a period)")
    print(f"truth: {landing / TRUTH}, priced {truth['priced_usd']} USD")


def main(argv: list[str] | None = None) -> int:
    """Entry point: 0 done, 2 refused or failed to write."""
    args = parser().parse_args(argv)
    try:
        check(args)
        report(args.landing, generate(args))
    except (ValueError, OSError) as error:
        print(f"generate_sample_data: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("generate_sample_data: interrupted; run it again", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
