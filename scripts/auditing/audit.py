"""Audit one record, a whole log or a bill: what it cost, whose it is, and what is wrong with it.

The file is loaded and built by the same models as a night's, in a scratch database: the warehouse
is neither needed nor touched; it is only read to show the logs beside a bill. A record without a
time counts as of now, and the audit says so.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scripts.auditing import bill, findings, two_readings, unread
from scripts.auditing.detect import detect
from scripts.auditing.difference import difference, rise
from scripts.auditing.prepared_warehouse import ROOT, AuditError, Prepared, prepare
from scripts.loading.files import LandingFile
from scripts.loading.foreign import Unreadable
from scripts.loading.recognise import Unrecognised, recognise
from scripts.loading.run import MODELS, Run
from scripts.loading.sources import Contract, Table, read_contract
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
    """A log or a bill in a database of its own, and what is said of it: as text or as JSON."""

    kind: str
    database: Path
    text: Callable[[], list[str]]
    data: Callable[[], dict]
    problems: list[str]


def show(
    name: str,
    table: str | None,
    against: str | None = None,
    checks: Checks | None = None,
    as_json: bool = False,
) -> int:
    """Print the audit; 1 when it does not pass what is checked."""
    checks = checks or Checks()
    with tempfile.TemporaryDirectory(prefix="ai-cost-audit-") as scratch:
        audited = audit(name, table, _folder(Path(scratch), "log"))
        before, failed = None, []
        if against:
            before = audit(against, table, _folder(Path(scratch), "against"))
            if "bill" in (before.kind, audited.kind):
                raise AuditError("--against compares two logs, and one of these is a bill")
            failed += rise(before.database, audited.database, checks.max_rise_percent)
        if checks.is_strict:
            failed += audited.problems
        if as_json:
            found = audited.data() | ({"against": before.data()} if before else {})
            print(json.dumps(found | {"not_passed": failed}, indent=2, ensure_ascii=False))
            return 1 if failed else 0
        print("\n".join(audited.text()))
        if before:
            print("", f"Against {against}", sep="\n")
            print("\n".join(difference(before.database, audited.database)))
    if failed:
        print(f"Not passed: {'; '.join(failed)}")
    return 1 if failed else 0


def audit(name: str, table: str | None, scratch: Path) -> Audited:
    """What there is to say of a log or a bill; `scratch` is an empty folder.

    AuditError says what to set right.
    """
    contract = read_contract(MODELS)
    file = _fetched(name, scratch)
    known = {each.name: each for each in contract.raw.values() if each.kind in ("gateway", "bill")}
    how = "as told" if table else "recognised"
    table = table or _recognised(file, contract, list(known.values()), scratch)
    if table not in known:
        raise AuditError(f"{table!r} is no format; one of {', '.join(sorted(known))}")
    if known[table].kind == "bill" and not known[table].money:
        raise AuditError(f"{table} counts use and states no money; audit the bill beside it")
    prepared = _prepared()
    now = run_instant()
    database = prepared.copy(scratch)
    landing = LandingFile(file, _below_account(file), known[table], file.stat().st_size)
    for _, reason in _load(database, contract, landing, now):
        raise AuditError(f"{name} could not be read: {reason}")
    head = {"version": 1, "kind": "log", "file": name, "format": table, "format_is": how}
    head["read"] = findings.read_counts(database)
    if known[table].kind == "bill":
        return _of_bill(prepared, database, head | {"kind": "bill"})
    head["unread_keys"] = unread.unread(file, known[table])
    return _of_log(prepared, database, head, known[table], now)


def _of_bill(prepared: Prepared, database: Path, head: dict) -> Audited:
    prepared.build(database, "bill")
    found = bill.structure(database)
    read = head["read"]
    problems = bill.problems(found)

    def text() -> list[str]:
        return [
            f"Audit of {head['file']}, bill {head['format']} ({head['format_is']})",
            f"Read: {read['lines']:,} lines, {read['records']:,} records, "
            f"{read['rejected']:,} rejected",
            *bill.report(database, found),
        ]

    data = head | found | {"problems": problems}
    return Audited("bill", database, text, lambda: data, problems)


def _of_log(prepared: Prepared, database: Path, head: dict, table: Table, now: datetime) -> Audited:
    undated = findings.count_undated(database, table, now)
    prepared.build(database, "gateway")
    readings = two_readings.said(database)
    problems = findings.problems(database)
    problems += [f"{len(readings) - 1:,} fit two readings"] if readings else []

    def text() -> list[str]:
        lines = [f"Audit of {head['file']}, format {table.name} ({head['format_is']})"]
        if undated:
            lines.append(f"Without a time: {undated:,} records, taken as of now ({now:%F %T} UTC)")
        passed_over = unread.said(head["unread_keys"])
        return [*lines, *findings.report(database, table.name), *passed_over, *readings]

    def data() -> dict:
        own = {"records_without_a_time": undated, "two_readings": readings, "problems": problems}
        return head | findings.structure(database, table.name) | own

    return Audited("log", database, text, data, problems)


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


def _below_account(file: Path) -> str:
    """The path of a file from the folder of its account on, as a landing folder would have it."""
    parts = file.parts
    start = next((n for n, part in enumerate(parts) if part.startswith("account=")), -1)
    return "/".join(parts[start:])


def _recognised(file: Path, contract: Contract, tables: list[Table], scratch: Path) -> str:
    try:
        found = recognise(file, tables)
        if found.kind == "bill":
            return found.name
        nearest = ""
    except Unreadable as error:
        raise AuditError(f"{file.name} could not be read: {error}") from None
    except Unrecognised as error:
        nearest = f" ({error})"
        # a line of a bill is no call that lacks its time
        if error.nearest and error.nearest.kind == "bill":
            raise AuditError(f"{file.name} is {error}; say which with --format") from None
    # A format is known by its time too, so records without one are only the second guess.
    for undated_at in (None, run_instant()):
        folder = _folder(scratch, f"recognise-{'dated' if undated_at is None else 'undated'}")
        try:
            logs = detect(file, contract, folder, undated_at)
        except Unreadable as error:
            raise AuditError(f"{file.name} could not be read: {error}") from None
        if logs:
            return logs[0][0]
    raise AuditError(f"{file.name} is of no known format{nearest}; say which with --format")
