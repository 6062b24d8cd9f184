"""Audit one record or a whole log: what it cost, whose it is, and what is wrong with it.

The log is loaded and built by the same models as a night's, in a scratch database: the warehouse
is neither needed nor touched. A record without a time counts as of now, and the audit says so.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scripts.auditing import two_readings
from scripts.auditing.detect import detect, gateway_tables
from scripts.auditing.difference import difference, rise
from scripts.auditing.findings import count_undated, problems, report
from scripts.auditing.prepared_warehouse import ROOT, AuditError, Prepared, prepare
from scripts.loading.files import LandingFile
from scripts.loading.foreign import Unreadable
from scripts.loading.run import MODELS, Run
from scripts.loading.sources import Contract, read_contract
from scripts.loading.targets import DuckDBTarget
from scripts.loading.typing import Rules
from scripts.operations.clock import run_instant


@dataclass(frozen=True)
class Checks:
    """What makes an audit end with 1: any problem, or a request that costs so much more."""

    is_strict: bool = False
    max_rise_percent: float | None = None


@dataclass(frozen=True)
class Audited:
    """A log in a database of its own, and what is said of it."""

    database: Path
    lines: list[str]
    problems: list[str]


def show(
    name: str, table: str | None, against: str | None = None, checks: Checks | None = None
) -> int:
    """Print the audit; 1 when it does not pass what is checked."""
    checks = checks or Checks()
    with tempfile.TemporaryDirectory(prefix="ai-cost-audit-") as scratch:
        found = audit(name, table, _folder(Path(scratch), "log"))
        lines, failed = found.lines, []
        if against:
            before = audit(against, table, _folder(Path(scratch), "against"))
            lines = [*lines, "", f"Against {against}", *difference(before.database, found.database)]
            failed += rise(before.database, found.database, checks.max_rise_percent)
        if checks.is_strict:
            failed += found.problems
        print("\n".join(lines))
    if failed:
        print(f"Not passed: {'; '.join(failed)}")
    return 1 if failed else 0


def audit(name: str, table: str | None, scratch: Path) -> Audited:
    """What there is to say of a log; `scratch` is an empty folder.

    AuditError says what to set right.
    """
    contract = read_contract(MODELS)
    file = _fetched(name, scratch)
    table, how = (
        (table, "as told") if table else (_recognised(file, contract, scratch), "recognised")
    )
    known = {each.name: each for each in gateway_tables(contract)}
    if table not in known:
        raise AuditError(f"{table!r} is no format; one of {', '.join(known)}")
    prepared = _prepared()
    now = run_instant()
    database = prepared.copy(scratch)
    landing = LandingFile(file, file.name, known[table], file.stat().st_size)
    for _, reason in _load(database, contract, landing, now):
        raise AuditError(f"{name} could not be read: {reason}")
    undated = count_undated(database, known[table], now)
    other = two_readings.prepare(database, table, _folder(scratch, "other-reading"))
    prepared.build(database)
    if other:
        prepared.build(other)
    lines = [f"Audit of {name}, format {table} ({how})"]
    if undated:
        lines.append(f"Without a time: {undated:,} records, taken as of now ({now:%F %T} UTC)")
    readings = two_readings.said(database, other) if other else []
    return Audited(
        database,
        [*lines, *report(database, table), *readings],
        problems(database) + ([f"{len(readings) - 1:,} fit two readings"] if readings else []),
    )


def _prepared() -> Prepared:
    cache = Path(os.environ.get("DBT_TARGET_PATH", ROOT / "target")) / "audit"
    if not cache.exists():
        print("Preparing the models; this is done once ...", file=sys.stderr)
    return prepare(cache)


def _load(
    database: Path, contract: Contract, file: LandingFile, now: datetime
) -> list[tuple[str, str]]:
    """Load the log; what could not be read, and why."""
    target = DuckDBTarget(str(database))
    try:
        target.prepare(contract)
        run = Run(target, contract, Rules(secrets.token_bytes(), now, undated_at=now))
        run.load([file], lambda done: None)
    finally:
        target.close()
    return run.unread


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def _fetched(name: str, scratch: Path) -> Path:
    if name == "-":
        pasted = scratch / "pasted.jsonl"
        with pasted.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        return pasted
    if not Path(name).is_file():
        raise AuditError(f"there is no file {name}")
    return Path(name).resolve()


def _recognised(file: Path, contract: Contract, scratch: Path) -> str:
    # A format is known by its time too, so records without one are only the second guess.
    for undated_at in (None, run_instant()):
        folder = _folder(scratch, f"recognise-{'dated' if undated_at is None else 'undated'}")
        try:
            found = detect(file, contract, folder, undated_at)
        except Unreadable as error:
            raise AuditError(f"{file.name} could not be read: {error}") from None
        if found:
            return found[0][0]
    raise AuditError(f"{file.name} is of no known format; say which with --format")
