"""A landing folder of gateway logs and provider bills, with known mistakes in them.

Everything is invented; the same arguments give the same bytes. _truth.json beside the data
says what the warehouse must find: totals, owners, and every planted discrepancy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scripts.errors import UserError
from scripts.sample import simulate
from scripts.sample.bills import PAGES, Bills, pulls
from scripts.sample.cloud_bills import BILLS as CLOUD_BILLS
from scripts.sample.clouds import Clouds
from scripts.sample.files import write_json, write_text
from scripts.sample.history import FILE as HISTORY
from scripts.sample.history import History
from scripts.sample.outcomes import write_outcomes
from scripts.sample.simulate import GATEWAYS, Period
from scripts.sample.stories import Stories
from scripts.sample.traffic import Calendar
from scripts.sample.truth import Truth

TABLES = (*GATEWAYS, *PAGES)
TRUTH = "_truth.json"


@dataclass(frozen=True)
class Asked:
    """What sample is asked for; `ai-cost sample --help` says what each means."""

    landing: Path
    requests: int
    start: date
    days: int
    seed: int
    only: tuple[str, ...] = ()
    no_bills: bool = False
    gzip: bool = True
    history: bool = False


def chosen_tables(only: tuple[str, ...], no_bills: bool) -> tuple[list[str], list[str]]:
    """Gateways and bills to write.

    Gateways alone in --only keep the bills (they then bill those gateways' traffic); naming a
    bill writes just the bills named.
    """
    if not only:
        return list(GATEWAYS), [] if no_bills else list(PAGES)
    gateways = [t for t in GATEWAYS if t in only]
    named = [t for t in PAGES if t in only]
    return gateways, [] if no_bills else named or list(PAGES)


def check(asked: Asked) -> None:
    """Refuse what cannot be generated."""
    unknown = [name for name in asked.only if name not in TABLES]
    if unknown:
        raise UserError(f"there is no table {unknown[0]!r}; tables: {', '.join(TABLES)}")
    last = date(2100, 1, 1).toordinal()
    if asked.start.toordinal() + asked.days > last or asked.start < date(2026, 3, 17):
        raise UserError(
            "the period must lie between 2026-03-17, when the rate card knows every model, and 2099"
        )
    if asked.landing.exists() and not asked.landing.is_dir():
        raise UserError(f"{asked.landing} is not a folder")


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
    return write_texts(landing, texts)


def write_texts(landing: Path, texts: dict[str, str]) -> list[str]:
    """Files by their paths below landing; returns the paths."""
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


def generate(asked: Asked, chunk_rows: int = simulate.CHUNK_ROWS) -> dict:
    """Write everything; returns the truth."""
    gateways, bill_tables = chosen_tables(asked.only, asked.no_bills)
    calendar = Calendar(asked.start, asked.days)
    asked.landing.mkdir(parents=True, exist_ok=True)
    period = Period(
        asked.landing, calendar, asked.requests, asked.seed, gateways, asked.gzip, chunk_rows
    )
    totals = period.run()
    bills = Bills(calendar, totals.billed, totals.lost, period.card, asked.requests)
    totals.files += write_bills(asked.landing, bill_tables, bills, calendar)
    clouds = stories = None
    if calendar.planted and not asked.only and not asked.no_bills:
        clouds = Clouds(calendar.start, calendar.days, asked.seed, period.card)
        totals.files += write_clouds(asked.landing, clouds)
        stories = Stories(calendar.day(calendar.told), asked.seed, period.card)
        totals.files += write_texts(asked.landing, stories.texts())
    history = History(asked.start, period.card) if asked.history else None
    if history:
        totals.files += write_texts(asked.landing, {HISTORY: history.text()})
    if not asked.only:
        totals.files += write_outcomes(asked.landing, calendar, asked.seed)
    totals.files.sort()
    arguments = {
        "requests": asked.requests,
        "start": str(asked.start),
        "days": asked.days,
        "seed": asked.seed,
        "tables": [*gateways, *bill_tables],
        "gzip": asked.gzip,
    }
    truth = Truth(calendar, totals, bills, period.card).build(arguments, bool(bill_tables))
    if clouds:
        truth["clouds"] = clouds.truth()
        truth["stories"] = stories.truth()
        arguments["tables"] += CLOUD_BILLS
    if history:
        truth["history"] = history.truth()
    remove_stale(asked.landing, totals.files)
    write_json(asked.landing / TRUTH, truth)
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


def run(asked: Asked) -> int:
    """Write the sample and say what is in it."""
    check(asked)
    report(asked.landing, generate(asked))
    return 0
