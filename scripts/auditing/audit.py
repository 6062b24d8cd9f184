"""Audit one record or a whole log: what it cost, whose it is, and what is wrong with it.

The log is loaded and built by the same models as a night's, in a scratch database: the warehouse
is neither needed nor touched.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from scripts.auditing.detect import detect, gateway_tables
from scripts.auditing.findings import report
from scripts.auditing.prepared_warehouse import ROOT, AuditError, prepare
from scripts.loading.files import LandingFile
from scripts.loading.foreign import Unreadable
from scripts.loading.run import MODELS, Run
from scripts.loading.sources import Contract, read_contract
from scripts.loading.targets import DuckDBTarget
from scripts.loading.typing import Rules
from scripts.operations.clock import run_instant


def show(name: str, table: str | None) -> int:
    """Print the audit."""
    with tempfile.TemporaryDirectory(prefix="ai-cost-audit-") as scratch:
        print("\n".join(audit(name, table, Path(scratch))))
    return 0


def audit(name: str, table: str | None, scratch: Path) -> list[str]:
    """The lines of the report; `scratch` is an empty folder, AuditError says what to set right."""
    contract = read_contract(MODELS)
    file = _fetched(name, scratch)
    table, how = (
        (table, "as told") if table else (_recognised(file, contract, scratch), "recognised")
    )
    known = {each.name: each for each in gateway_tables(contract)}
    if table not in known:
        raise AuditError(f"{table!r} is no format; one of {', '.join(known)}")
    cache = Path(os.environ.get("DBT_TARGET_PATH", ROOT / "target")) / "audit"
    if not cache.exists():
        print("Preparing the models; this is done once ...", file=sys.stderr)
    prepared = prepare(cache)
    database = prepared.copy(scratch)
    target = DuckDBTarget(str(database))
    try:
        target.prepare(contract)
        run = Run(target, contract, Rules(secrets.token_bytes(), run_instant()))
        run.load([LandingFile(file, file.name, known[table], file.stat().st_size)], lambda n: None)
    finally:
        target.close()
    for _, reason in run.unread:
        raise AuditError(f"{name} could not be read: {reason}")
    prepared.build(database)
    return [f"Audit of {name}, format {table} ({how})", *report(database, table)]


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
    folder = scratch / "recognise"
    folder.mkdir()
    try:
        found = detect(file, contract, folder)
    except Unreadable as error:
        raise AuditError(f"{file.name} could not be read: {error}") from None
    if not found:
        raise AuditError(f"{file.name} is of no known format; say which with --format")
    return found[0][0]
