"""Closed months against what was approved: posted rows, documents, files, the seed, signatures.

Every month's hash holds that of the month before, so the first difference in the order of the
months is the one that matters; the later ones follow from it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from scripts import console
from scripts.accounting import focus_file, journal_files, signatures
from scripts.accounting.close_pack import summary
from scripts.accounting.entries import as_csv, chained_hash, schema
from scripts.accounting.ledger import POSTED, posted_periods, posted_tables, read_entries
from scripts.accounting.manifest import MANIFEST, first_difference, has_manifest
from scripts.accounting.periods import Period, read_periods
from scripts.accounting.posting import (
    TABLES,
    NotAsStored,
    months_of_tables,
    posted_documents,
)
from scripts.operations.company import bring_in
from scripts.warehouse import WarehouseError, kept_open, target, warehouse_file


def broken_links(periods: list[Period], until: date | None = None) -> list[str]:
    """What does not agree between the seed and what is posted, in sentences; first the first.

    `until`: nothing is said of a later month that has no row, because it may be brought back next.
    """
    return compared(periods, {}, until)[0]


def compared(
    periods: list[Period], folders: dict[Path, bool], until: date | None = None
) -> tuple[list[str], dict[Path, list[str]]]:
    """What is broken as above, and what of each folder's files is not what is posted.

    A month is read once, and one at a time. A folder is one of `ai-cost export ledger`,
    `ai-cost export journal` or `ai-cost export focus`; True where it may hold drafts: then nothing
    is said of files that were written before the close. Files that are not there were not exported.
    """
    posted = posted_periods()
    broken: list[str] = []
    changed: dict[Path, list[str]] = {folder: [] for folder in folders}
    previous = ""
    for period in periods:
        month = date.fromisoformat(period.period_start)
        if month not in posted:
            broken.append(
                f"{period.period_start} is closed but the warehouse has no entries of it: "
                "restore the ledger (ai-cost export ledger --restore)"
            )
            break
        said, documents = _difference(period, month, previous)
        if said:
            broken.append(f"{period.period_start}: {said}")
            break
        for folder, has_drafts in folders.items():
            changed[folder] += [
                line
                for file, line in _changed_files(period, folder, documents)
                if not (has_drafts and _is_draft(file, period))
            ]
        previous = period.ledger_hash
    return broken + _never_closed(periods, posted, until), changed


def _difference(period: Period, month: date, previous: str) -> tuple[str | None, dict[str, bytes]]:
    """What of a posted month is not as it was approved, and its documents."""
    if not has_manifest(period):
        entries = as_csv(read_entries(month))
        is_approved = chained_hash(previous, entries) == period.ledger_hash
        said = None if is_approved else "its entries are not those that were approved"
        return said, {"entries.csv": entries}
    try:
        documents = posted_documents(month)
    except NotAsStored as error:
        return str(error), {}
    if MANIFEST not in documents:
        return f"{MANIFEST} was approved and is missing", {}
    others = {name: content for name, content in documents.items() if name != MANIFEST}
    return first_difference(period, previous, documents[MANIFEST], others), documents


def _never_closed(periods: list[Period], posted: list[date], until: date | None) -> list[str]:
    known = {period.period_start for period in periods}
    lost = [
        f"{month} is posted but not in accounting_periods.csv: bring back the row of its close"
        for month in map(str, posted)
        if month not in known and (until is None or month <= str(until))
    ]
    strays = [
        f"{month} was never closed but has rows in ledger.{table}: delete them"
        for month, table in months_of_tables()
        if month not in posted and str(month) not in known
    ]
    return lost + strays


def _is_draft(file: Path, period: Period) -> bool:
    closed_at = datetime.fromisoformat(period.closed_at).replace(tzinfo=UTC)
    return not file.exists() or file.stat().st_mtime < closed_at.timestamp()


def _changed_files(
    period: Period, folder: Path, documents: dict[str, bytes]
) -> Iterator[tuple[Path, str]]:
    for file, (name, content) in _approved_files(period, folder, documents).items():
        for exported in (file, file.with_suffix(".parquet")):
            if not exported.exists():
                continue
            found = exported.read_bytes() if exported == file else _csv_of(exported, name, content)
            if found != content:
                said = f"is not as it was approved: {_first_line(found, content)}"
                yield exported, f"{exported} {said}"
    if has_manifest(period):
        place = folder / period.period_start[:7]
        yield from _changed_journals(place, documents.get("journal.csv", b""))


def _changed_journals(place: Path, journal: bytes) -> Iterator[tuple[Path, str]]:
    """Files of the journal for finance systems, which follow from the journal that was posted."""
    found = journal_files.found_files(place)
    for name, files in found.items():
        approved = dict(enumerate(journal_files.as_approved(name, journal, files), 1))
        for number in sorted(approved | files):
            file = place / journal_files.file_name(name, number)
            if number not in files:
                said = f"is missing: the journal for {name} has {len(approved)} files"
            elif number not in approved:
                said = f"was not approved: the journal for {name} has {len(approved)} files"
            elif files[number] != approved[number]:
                differs = _first_line(files[number], approved[number])
                said = f"is not as it was approved: {differs}"
            else:
                continue
            yield file, f"{file} {said}"


def _approved_files(
    period: Period, folder: Path, documents: dict[str, bytes]
) -> dict[Path, tuple[str, bytes]]:
    """Where a month's documents may have been exported to: the document and what it says."""
    month = date.fromisoformat(period.period_start)
    place = folder / f"{month:%Y-%m}"
    found = {folder / f"{month:%Y-%m}.csv": ("entries.csv", documents["entries.csv"])}
    if not has_manifest(period):
        return found
    found |= {place / name: (name, content) for name, content in documents.items()}
    if (file := place / "SUMMARY.md").exists():
        said = summary(month, period, documents).encode()
        # earlier versions listed the documents as the engine gave their rows
        if sorted(file.read_bytes().splitlines()) != sorted(said.splitlines()):
            found[file] = (file.name, said)
    if content := documents.get(focus_file.NAME):
        found[place / Path(focus_file.NAME).name] = (focus_file.NAME, content)
        if (file := place / focus_file.OLDER).exists():
            found[file] = (focus_file.OLDER, focus_file.as_older(content))
    return found


def _csv_of(parquet: Path, name: str, approved: bytes) -> bytes:
    """An exported Parquet file as the CSV of the same document."""
    try:
        if name in (focus_file.NAME, focus_file.OLDER):
            return focus_file.of_parquet(parquet, approved)
        rows = pq.read_table(parquet, schema=schema(TABLES[name]), partitioning=None).to_pylist()
    except (pa.ArrowException, duckdb.Error) as error:
        return f"cannot be read: {error}".encode()
    return as_csv([tuple(row.values()) for row in rows], TABLES[name])


def ledger_folder() -> Path:
    """Where the posted ledger is exported to unless told otherwise."""
    return Path(os.environ.get("AI_COST_LEDGER", "ledger"))


def default_folders() -> list[Path]:
    """Where the exports write unless told otherwise, as far as they are there."""
    folders = (ledger_folder(), Path("close"), Path("build/focus"))
    return [folder for folder in folders if folder.is_dir()]


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
    with kept_open():
        broken, changed = compared(periods, dict.fromkeys(folders or default_folders(), False))
        found = broken or [
            *signatures.bad(periods),
            *signatures.missing(periods),
            *chain.from_iterable(changed.values()),
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
        with kept_open():
            return _said_of_ledger(periods)
    except WarehouseError as error:
        # such as a warehouse under another name, which this build puts right
        console.complain(f"closed months are not checked this time: {error}")
        return []


def _said_of_ledger(periods: list[Period]) -> list[str]:
    if POSTED.split(".")[1] not in posted_tables():
        return []
    ours = ledger_folder()
    folders = {folder: folder != ours for folder in [ours, *default_folders()]}
    broken, changed = compared(periods, folders)
    # who must sign still may: a missing signature stops the next close, not a build
    found = broken or [*signatures.bad(periods), *changed.pop(ours)]
    if not found:
        # a build goes on all the same, and says nothing of files of the day before a close
        for line in chain.from_iterable(changed.values()):
            console.complain(line)
    return found
