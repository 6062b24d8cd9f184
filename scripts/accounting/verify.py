"""Closed months against what was approved: posted rows, documents, exported files, the seed.

Every month's hash holds that of the month before, so the first difference in the order of the
months is the one that matters; the later ones follow from it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from scripts import console
from scripts.accounting.entries import as_csv, chained_hash
from scripts.accounting.ledger import POSTED, posted_periods, query, read_entries
from scripts.accounting.manifest import MANIFEST, first_difference, has_manifest
from scripts.accounting.periods import Period, read_periods
from scripts.accounting.posting import posted_documents
from scripts.operations.company import bring_in
from scripts.warehouse import WarehouseError, target, warehouse_file


def broken_links(periods: list[Period]) -> list[str]:
    """What does not agree between the seed and what is posted, in sentences; first the first."""
    posted = {str(period) for period in posted_periods()}
    known = {period.period_start for period in periods}
    found = []
    previous = ""
    for period in periods:
        if period.period_start not in posted:
            found.append(
                f"{period.period_start} is closed but the warehouse has no entries of it: "
                "restore the ledger (ai-cost export ledger --restore)"
            )
            break
        if said := _difference(period, previous):
            found.append(f"{period.period_start}: {said}")
            break
        previous = period.ledger_hash
    found += [
        f"{month} is posted but not in accounting_periods.csv: bring back the row of its close"
        for month in sorted(posted - known)
    ]
    return found


def _difference(period: Period, previous: str) -> str | None:
    month = date.fromisoformat(period.period_start)
    if not has_manifest(period):
        if chained_hash(previous, as_csv(read_entries(month))) != period.ledger_hash:
            return "its entries are not those that were approved"
        return None
    documents = posted_documents(month)
    if MANIFEST not in documents:
        return f"{MANIFEST} was approved and is missing"
    content = documents.pop(MANIFEST)
    return first_difference(period, previous, content, documents)


def changed_files(periods: list[Period], folder: Path) -> list[str]:
    """Exported files of closed months that are not what is posted, in sentences.

    `folder` is one of `ai-cost export ledger` or of `ai-cost export journal`. Files that are not
    there were not exported.
    """
    found = []
    for period in periods:
        month = date.fromisoformat(period.period_start)
        approved = {folder / f"{month:%Y-%m}.csv": as_csv(read_entries(month))}
        if has_manifest(period):
            documents = posted_documents(month)
            approved |= {folder / f"{month:%Y-%m}" / name: documents[name] for name in documents}
        found += [
            f"{file} is not as it was approved: {_first_line(file.read_bytes(), content)}"
            for file, content in approved.items()
            if file.exists() and file.read_bytes() != content
        ]
    return found


def _first_line(found: bytes, approved: bytes) -> str:
    """Where two files differ first."""
    lines, others = found.split(b"\n"), approved.split(b"\n")
    for number, (mine, theirs) in enumerate(zip(lines, others, strict=False), 1):
        if mine != theirs:
            return (
                f"line {number} is {mine.decode(errors='replace')!r}, "
                f"approved was {theirs.decode(errors='replace')!r}"
            )
    return f"it has {len(lines) - 1} lines, approved were {len(others) - 1}"


def verify(folders: list[Path]) -> int:
    """Say the first difference and end with 1, or that there is none."""
    periods = read_periods()
    found = broken_links(periods) or [
        line for folder in folders for line in changed_files(periods, folder)
    ]
    if found:
        for line in found:
            console.complain(line)
        return 1
    print(f"{len(periods)} closed months are as they were approved")
    return 0


def said_of_ledger() -> list[str]:
    """What a build is told of the ledger before it begins; nothing while no month was closed."""
    bring_in()
    periods = read_periods()
    if target() == "spark" or (target() == "duckdb" and not warehouse_file().exists()):
        return []
    try:
        there = query(
            "select count(*) from information_schema.tables "
            f"where table_schema = 'ledger' and table_name = '{POSTED.split('.')[1]}'"
        )
        return broken_links(periods) if there != [(0,)] else []
    except WarehouseError as error:
        # such as a warehouse under another name, which this build puts right
        console.complain(f"closed months are not checked this time: {error}")
        return []
