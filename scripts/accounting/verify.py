"""Closed months against what was approved: posted rows, documents, files, the seed, signatures.

Every month's hash holds that of the month before, so the first difference in the order of the
months is the one that matters; the later ones follow from it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from scripts import console
from scripts.accounting import focus_file, journal_files, signatures
from scripts.accounting.close_pack import summary
from scripts.accounting.entries import as_csv, chained_hash, schema
from scripts.accounting.ledger import POSTED, posted_periods, query, read_entries
from scripts.accounting.manifest import MANIFEST, first_difference, has_manifest
from scripts.accounting.periods import Period, read_periods
from scripts.accounting.posting import TABLES, posted_documents
from scripts.operations.company import bring_in
from scripts.warehouse import WarehouseError, kept_open, target, warehouse_file


def broken_links(periods: list[Period], until: date | None = None) -> list[str]:
    """What does not agree between the seed and what is posted, in sentences; first the first.

    `until`: nothing is said of a later month that has no row, because it may be brought back next.
    """
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
        if until is None or month <= str(until)
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


def changed_files(periods: list[Period], folder: Path, has_drafts: bool = False) -> list[str]:
    """Exported files of closed months that are not what is posted, in sentences.

    `folder` is one of `ai-cost export ledger`, `ai-cost export journal` or `ai-cost export focus`.
    Files that are not there were not exported. `has_drafts`: nothing is said of files that were
    written before the close.
    """
    return [
        line
        for period in periods
        for file, line in _changed_files(period, folder)
        if not (has_drafts and _is_draft(file, period))
    ]


def _is_draft(file: Path, period: Period) -> bool:
    closed_at = datetime.fromisoformat(period.closed_at).replace(tzinfo=UTC)
    return not file.exists() or file.stat().st_mtime < closed_at.timestamp()


def _changed_files(period: Period, folder: Path) -> Iterator[tuple[Path, str]]:
    for file, (name, content) in _approved_files(period, folder).items():
        for exported in (file, file.with_suffix(".parquet")):
            if not exported.exists():
                continue
            found = exported.read_bytes() if exported == file else _csv_of(exported, name, content)
            if found != content:
                said = f"is not as it was approved: {_first_line(found, content)}"
                yield exported, f"{exported} {said}"
    yield from _changed_journals(period, folder / period.period_start[:7])


def _changed_journals(period: Period, place: Path) -> Iterator[tuple[Path, str]]:
    """Files of the journal for finance systems, which follow from the journal that was posted."""
    found = journal_files.found_files(place) if has_manifest(period) else {}
    if not found:
        return
    journal = posted_documents(date.fromisoformat(period.period_start))["journal.csv"]
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


def _approved_files(period: Period, folder: Path) -> dict[Path, tuple[str, bytes]]:
    """Where a month's documents may have been exported to: the document and what it says."""
    month = date.fromisoformat(period.period_start)
    place = folder / f"{month:%Y-%m}"
    found = {folder / f"{month:%Y-%m}.csv": ("entries.csv", as_csv(read_entries(month)))}
    if not has_manifest(period):
        return found
    documents = posted_documents(month)
    found |= {place / name: (name, content) for name, content in documents.items()}
    if (file := place / "SUMMARY.md").exists():
        found[file] = (file.name, summary(month, period, documents).encode())
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
        found = broken_links(periods) or [
            *signatures.bad(periods),
            *signatures.missing(periods),
            *(line for folder in folders or default_folders()
              for line in changed_files(periods, folder)),
        ]  # fmt: skip
    if found:
        for line in found:
            console.complain(line)
        return 1
    print(f"{len(periods)} closed months are as they were approved")
    return 0


def _name_changed_exports(periods: list[Period]) -> None:
    """Say which files of the other exports somebody changed; a build goes on all the same.

    They may be of the day before a close. So it is said only of what was written since.
    """
    for folder in default_folders():
        if folder != ledger_folder():
            for line in changed_files(periods, folder, has_drafts=True):
                console.complain(line)


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
    there = query(
        "select count(*) from information_schema.tables "
        f"where table_schema = 'ledger' and table_name = '{POSTED.split('.')[1]}'"
    )
    if there == [(0,)]:
        return []
    # who must sign still may: a missing signature stops the next close, not a build
    found = broken_links(periods) or [
        *signatures.bad(periods),
        *changed_files(periods, ledger_folder()),
    ]
    if not found:
        _name_changed_exports(periods)
    return found
