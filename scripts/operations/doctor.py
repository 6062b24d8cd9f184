"""What whoever is on call looks at first: each check is a function, and says what to do.

A check yields nothing where all is well. It never changes anything and never prints a secret.
"""

from __future__ import annotations

import fcntl
import importlib.metadata
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from scripts import console
from scripts.errors import UserError
from scripts.loading.files import find_files
from scripts.loading.foreign import some
from scripts.loading.run import KEY_VARIABLE, MODELS, Place
from scripts.loading.sources import read_contract
from scripts.operations.clock import run_instant
from scripts.operations.company import COMPANY, ORGANIZATION
from scripts.operations.company import said as company_said
from scripts.operations.lock import lock_file
from scripts.operations.upgrade import check_version
from scripts.reporting import findings
from scripts.reporting.marts import Marts
from scripts.reporting.tables import days, many, usd
from scripts.warehouse import WarehouseError, connect, target, warehouse_file

PINNED = Path(__file__).resolve().parents[2] / "requirements.txt"
# A night came a day and a half ago: one was left out.
_NIGHT_IS_LATE = timedelta(hours=36)
# Providers change prices every few weeks; a card that nobody looked at for longer is suspect.
_CARD_IS_OLD = timedelta(days=60)
# As far back as the warning about such names looks.
_LATELY = timedelta(days=30)
# Files of a source that came on so many days come regularly; twice the longest pause is too long.
_REGULAR_DAYS, _LATE_TIMES = 3, 2
_NIGHTS = 7
_SHOWN = 3
_LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Said:
    """What a check found, and what to do about it; a note needs nothing done now."""

    what: str
    do: str
    is_note: bool = False


def versions() -> Iterator[Said]:
    """Each package as requirements.txt pins it."""
    wrong = [name for name, pinned in _pins() if _installed(name) != pinned]
    if wrong:
        yield Said(
            f"{many(len(wrong), 'package')} not as pinned: {_few(wrong)}", "run `make setup`"
        )


def _pins() -> Iterator[tuple[str, str]]:
    for line in PINNED.read_text(encoding="utf-8").splitlines():
        name, equal, version = line.partition(";")[0].strip().partition("==")
        if equal:
            yield name, version


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def secrets() -> Iterator[Said]:
    """That they are set; never what they are."""
    if not os.environ.get(KEY_VARIABLE):
        yield Said(
            f"{KEY_VARIABLE} is not set: people are loaded as null",
            f"export {KEY_VARIABLE}, always the same one (docs/privacy.md)",
        )
    try:
        company_said()
    except WarehouseError as error:
        yield Said(str(error), "mend it: no night starts with it (docs/company-folder.md)")
    if not os.environ.get(COMPANY) and not os.environ.get(ORGANIZATION):
        yield Said(
            f"{COMPANY} is not set: nobody owns anything, and nothing is booked",
            "`make init FOLDER=/path/to/company`, then export it (docs/company-folder.md)",
            is_note=True,
        )


def places() -> Iterator[Said]:
    """That files can be read and the warehouse written, with room to build."""
    landing = Place.chosen().landing
    if not landing.is_dir():
        yield Said(f"there is no landing folder at {landing}", "make it, or export AI_COST_LANDING")
    elif not os.access(landing, os.R_OK | os.X_OK):
        yield Said(f"{landing} cannot be read", "give this user the right to read it")
    if target() != "duckdb":
        return
    file = warehouse_file()
    folder = file.resolve().parent
    if not os.access(file if file.exists() else folder, os.W_OK):
        yield Said(f"{file} cannot be written", "give this user the right to write it")
    if folder.is_dir():
        size = file.stat().st_size if file.exists() else 0
        free = shutil.disk_usage(folder).free
        if free < max(size, _LEAST_FREE_BYTES):
            yield Said(
                f"{free / 1e9:.1f} GB are free beside a warehouse of {size / 1e9:.1f} GB",
                "make room: a build needs about as much again as the largest table",
            )


def lock() -> Iterator[Said]:
    """Who is writing now."""
    if target() != "duckdb":
        return
    path = lock_file(warehouse_file())
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            holder = file.readline().strip().rstrip(",") or "another run"
            yield Said(
                f"{holder} is writing to this warehouse",
                "wait; if it is stuck, end that process, and the lock goes with it",
                is_note=True,
            )


def warehouse(connection) -> Iterator[Said]:
    """That this checkout may write it; version by version."""
    try:
        check_version()
    except WarehouseError as error:
        yield Said(str(error), "take that version (docs/runbook.md, Upgrade)")


def landing_files(connection) -> Iterator[Said]:
    """Files that lie in landing and that no night has loaded."""
    folder = Place.chosen().landing
    if not folder.is_dir():
        return
    tables = read_contract(MODELS).raw
    found = find_files(folder, tables)
    if found.unknown:
        yield Said(
            f"{many(len(found.unknown), 'folder')} of landing of no known source: "
            f"{_few(found.unknown)}",
            "rename them as docs/your-own-logs.md says, or use landing/inbox",
        )
    known = {row[0] for row in connection.execute("select batch_id from raw.load_files").fetchall()}
    waiting = [file.source_file for file in found.files if file.batch_id not in known]
    # a file of the inbox stays there; which table it went to is not asked again
    waiting += [
        file.source_file
        for file in found.inbox
        if not any(file.of(table).batch_id in known for table in tables.values())
    ]
    if waiting:
        yield Said(
            f"{many(len(waiting), 'file')} in landing that no night has loaded: {_few(waiting)}",
            "run `make nightly`; a file that cannot be read is named at its end",
        )


def arrivals(connection) -> Iterator[Said]:
    """Sources whose files came regularly and have stopped, while others may still come."""
    loaded: dict[str, list[date]] = {}
    for table, day in connection.execute(
        "select distinct raw_table, cast(loaded_at as date) from raw.load_files order by 1, 2"
    ).fetchall():
        loaded.setdefault(table, []).append(day)
    today = run_instant().date()
    for table, when in loaded.items():
        pause = max((after - before for before, after in pairwise(when)), default=timedelta())
        if len(when) >= _REGULAR_DAYS and today - when[-1] > _LATE_TIMES * pause:
            yield Said(
                f"files of {console.printable(table)} came at least every "
                f"{many(pause.days, 'day')}, and last on {days(when[-1], None)}",
                "look whether its export still runs",
                is_note=True,
            )


def bills(connection) -> Iterator[Said]:
    """Bills that are missing or not final, and their words that no seed knows."""
    for each in findings.all_of(Marts(connection)):
        if each.kind in ("no_bill", "late_pull", "incomplete_pull", "unknown_word"):
            what = f"{each.provider}: {each.says.rstrip('.')}"
            yield Said(what, each.step_within, not each.is_grave)


def names(connection) -> Iterator[Said]:
    """Models and services that nobody wrote down."""
    models = connection.execute(
        "select model_name, min(missing_row), sum(attempt_count) "
        "from marts.fct_unpriced_usage_daily where coalesce(price_status, '') != 'partly_priced' "
        "group by 1 order by 3 desc, 1"
    ).fetchall()
    if models:
        yield Said(
            f"{many(len(models), 'model')} without a price: {_few(row[0] for row in models)}",
            f"add the rows that marts.fct_unpriced_usage_daily names, first {models[0][1]}",
        )
    meters = connection.execute(
        "select model_name || ' (' || meter || ')', min(missing_row), sum(attempt_count) "
        "from marts.fct_unpriced_meters_daily group by 1 order by 3 desc, 1"
    ).fetchall()
    if meters:
        yield Said(
            f"{many(len(meters), 'meter')} without a price, of models that have one for others: "
            f"{_few(row[0] for row in meters)}",
            f"add the rows that marts.fct_unpriced_meters_daily names, first {meters[0][1]}",
        )
    yield from _ended(connection)
    services = connection.execute(
        "select service_name from marts.fct_unknown_services group by 1 order by 1"
    ).fetchall()
    if services:
        yield Said(
            f"{many(len(services), 'service')} that the catalogue does not know: "
            f"{_few(row[0] for row in services)}",
            "add them to services.csv of the company folder",
            is_note=True,
        )


def _ended(connection) -> Iterator[Said]:
    """Names that were used lately and had ended by then."""
    ended = connection.execute(
        "select model_name, became_model, cast(min(ended_at) as date), sum(cost_usd) "
        "from marts.fct_ended_names_daily where usage_date >= ? "
        "group by 1, 2 order by 4 desc nulls last, 1",
        [run_instant().date() - _LATELY],
    ).fetchall()
    if ended:
        yield Said(
            f"{many(len(ended), 'name')} of models that ended and are still in use: "
            f"{_few(_ended_name(*row) for row in ended)}",
            "ask for another model; marts.fct_ended_names_daily says who asks for these",
            is_note=True,
        )


def _ended_name(name: str, became: str | None, ended: date, cost: Decimal | None) -> str:
    since = f"{became} since" if became else "stopped on"
    paid = "no price" if cost is None else f"USD {usd(cost)}"
    return f"{name} ({since} {days(ended, None)}, {paid})"


def prices(connection) -> Iterator[Said]:
    """When somebody last looked at the price lists."""
    (newest,) = connection.execute("select max(recorded_at) from marts.dim_rate_cards").fetchall()[
        0
    ]
    if newest is not None and run_instant() - newest > _CARD_IS_OLD:
        yield Said(
            f"the newest price was recorded on {days(newest.date(), None)}",
            "`ai-cost import rates` shows what has changed since",
        )


def nights(connection) -> Iterator[Said]:
    """How the last nights went, and when."""
    rows = connection.execute(
        "select started_at, status, failed_count, files_unread, warnings "
        "from marts.fct_run_history "
        f"order by started_at desc limit {_NIGHTS}"
    ).fetchall()
    if not rows:
        yield Said("no night has run on this warehouse", "run `make nightly`")
        return
    started, status, failed, unread, warnings = rows[0]
    if status == "failed":
        yield Said(
            f"the last night, {started:%Y-%m-%d %H:%M} UTC, failed: models and tests that failed "
            f"{failed or 0}, files that could not be read {unread or 0}",
            "read its last lines; run `make nightly` again (docs/runbook.md)",
        )
    elif status == "killed":
        yield Said(
            f"the last night, {started:%Y-%m-%d %H:%M} UTC, was killed", "run `make nightly` again"
        )
    for line in (warnings or "").splitlines():
        found, _, place = console.printable(line).rpartition(". Look ")
        yield Said(
            f"the last night, {started:%Y-%m-%d %H:%M} UTC, warned: {found}",
            f"look {place}",
            is_note=True,
        )
    bad = [row for row in rows[1:] if row[1] in ("failed", "killed")]
    if bad:
        yield Said(
            f"{len(bad)} of the {len(rows)} last nights failed or were killed",
            "compare them: select * from marts.fct_run_history",
            is_note=True,
        )
    if run_instant() - started > _NIGHT_IS_LATE:
        yield Said(
            f"the last night began on {started:%Y-%m-%d %H:%M} UTC",
            "look whether the schedule still runs; run `make nightly`",
        )


_OF_MACHINE: dict[str, Callable[[], Iterable[Said]]] = {
    "versions": versions,
    "settings": secrets,
    "folders, disk": places,
    "lock": lock,
}
_OF_WAREHOUSE: dict[str, Callable[..., Iterable[Said]]] = {
    "warehouse": warehouse,
    "landing": landing_files,
    "arrivals": arrivals,
    "bills": bills,
    "names": names,
    "prices": prices,
    "nights": nights,
}


def _few(names: Iterable[str]) -> str:
    """The first of them, as they can be printed: names come from logs and bills."""
    return some((console.printable(str(name)) for name in names), _SHOWN)


def checked() -> Iterator[tuple[str, list[Said]]]:
    """Each check, and what it found."""
    for name, check in _OF_MACHINE.items():
        yield name, list(check())
    try:
        with connect() as connection:
            for name, check in _OF_WAREHOUSE.items():
                yield name, _of(check, connection)
    except UserError as error:
        yield "warehouse", [Said(str(error), "run `make nightly`")]


def _of(check: Callable[..., Iterable[Said]], connection) -> list[Said]:
    """What a check found; a part of the warehouse that is not built is something to do as well."""
    try:
        return list(check(connection))
    except UserError:
        raise
    except Exception as error:
        if type(error).__name__ not in ("CatalogException", "UndefinedTable", "BinderException"):
            raise
        reason = str(error).splitlines()[0]
        return [Said(f"cannot be looked at: {reason}", "run `make nightly`")]


def show() -> int:
    """Print every check; 1 when something is to be done."""
    is_due = False
    for name, found in checked():
        if not found:
            print(f"ok    {name}")
        for each in found:
            is_due |= not each.is_note
            print(f"{'note' if each.is_note else 'DO':<5} {name}: {each.what}. Do: {each.do}")
    return 1 if is_due else 0
