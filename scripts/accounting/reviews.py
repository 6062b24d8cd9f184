"""Finance's decisions on reconciliation lines, appended to reconciliation_reviews.csv.

They come in a CSV, or in an Excel workbook with a sheet "Exceptions": the columns of
fct_reconciliation_exceptions and beside them decision, reason, reviewer and note. Rows without a
decision are passed over. Decisions are appended and never edited; the latest on a line counts.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from scripts import console
from scripts.accounting.headings import name_of
from scripts.accounting.people import folded
from scripts.errors import Refused, UserError
from scripts.operations.company import bring_in, decisions, started, writable
from scripts.operations.whole_files import append_whole
from scripts.warehouse import connect

REVIEWS = "reconciliation_reviews"
REASONS = "reconciliation_reasons.csv"
SHEET = "Exceptions"
DECISIONS = ("accepted", "disputed")
KEY = ("usage_date", "provider", "billing_account_id", "billed_model", "meter")
COLUMNS = (
    *KEY, "variance_usd", "decision", "reason", "preparer", "reviewer", "reviewed_at", "note",
)  # fmt: skip
# As in fct_reconciliation_daily: what moved by less is the same line. Excel keeps 15 digits only.
SAME_USD = Decimal("0.005")
HEADER_ROWS = 20  # a sheet may have a title above its header

Key = tuple[str, ...]


class FileError(UserError):
    """The file cannot be read; the message says why."""


@dataclass
class Imported:
    """What came of the rows: new reviews, how many were there already, and why others are not."""

    reviews: list[dict[str, str]] = field(default_factory=list)
    known: int = 0
    refused: list[str] = field(default_factory=list)


def reasons() -> tuple[str, ...]:
    """Reason codes that a review may name, in the order of the seed."""
    with (bring_in() / "reference" / REASONS).open(newline="", encoding="utf-8") as file:
        return tuple(row["reason_code"] for row in csv.DictReader(file))


def import_rows(
    rows: Iterable[Mapping[str, object]],
    exceptions: Mapping[Key, Decimal],
    existing: Iterable[Mapping[str, str]] = (),
    preparer: str = "",
    now: datetime | None = None,
) -> Imported:
    """Check rows of a sheet and turn those with a decision into reviews.

    rows: mappings by column name; cells may be text, numbers, dates or None, as a sheet has them.
    exceptions: the lines in breach, as {values of KEY: exact variance in USD}; it is this variance
    that is stored, not the sheet's. existing: the reviews on file. preparer: for rows that name
    none. now: naive UTC, for tests.
    """
    at = (now or datetime.now(UTC).replace(tzinfo=None)).isoformat(sep=" ", timespec="seconds")
    allowed = reasons()
    latest = {_key(review): review for review in existing}
    result, seen = Imported(), set()
    for number, row in enumerate(rows, 1):
        text = {name: _text(value) for name, value in row.items()}
        if not text.get("decision"):
            continue
        text["preparer"] = text.get("preparer") or preparer.strip()
        key = _key(text)
        if key not in exceptions:  # the workbook has words in place of our names of meters
            text["meter"] = code_of(text.get("meter", ""))
            key = _key(text)
        faults = _faults(text, key, exceptions, allowed)
        if key in seen:
            faults.append("the line is decided on twice in this file")
        seen.add(key)
        if faults:
            result.refused.append(f"row {number} ({' '.join(key)}): " + "; ".join(faults))
            continue
        review = {name: text.get(name, "") for name in COLUMNS}
        review |= {"variance_usd": format(exceptions[key], "f"), "reviewed_at": at}
        review["decision"], review["reason"] = text["decision"].lower(), code_of(text["reason"])
        if _same(latest.get(key), review):
            result.known += 1
        else:
            result.reviews.append(review)
    return result


def _faults(text: dict, key: Key, exceptions: Mapping[Key, Decimal], allowed) -> list[str]:
    """Why a row cannot be taken, in words."""
    faults = []
    if text["decision"].lower() not in DECISIONS:
        faults.append(f"decision {text['decision']!r} is none of {', '.join(DECISIONS)}")
    if code_of(text.get("reason", "")) not in allowed:
        faults.append(f"reason {text.get('reason', '')!r} is not in {REASONS}")
    if not text.get("reviewer"):
        faults.append("no reviewer")
    if not text["preparer"]:
        faults.append("no preparer; name one in the row or with --preparer")
    elif folded(text["preparer"]) == folded(text.get("reviewer", "")):
        faults.append("preparer and reviewer are the same person")
    if key not in exceptions:
        faults.append("no such line is in breach now")
        return faults
    try:
        shown = Decimal(text.get("variance_usd", ""))
    except InvalidOperation:
        faults.append(f"variance_usd {text.get('variance_usd', '')!r} is not a number")
        return faults
    if not shown.is_finite() or abs(shown - exceptions[key]) >= SAME_USD:
        faults.append(
            f"the variance has moved from {shown} to {exceptions[key].normalize():f} USD since; "
            "look at the line again"
        )
    return faults


def _same(earlier: Mapping[str, str] | None, review: Mapping[str, str]) -> bool:
    """Whether the latest review on file says the same of the same amount."""
    if earlier is None:
        return False
    words = ("decision", "reason", "preparer", "reviewer", "note")
    moved = Decimal(earlier["variance_usd"]) - Decimal(review["variance_usd"])
    return abs(moved) < SAME_USD and all(earlier[name] == review[name] for name in words)


def _key(row: Mapping[str, object]) -> Key:
    return tuple(_text(row.get(name)) for name in KEY)


def _text(value: object) -> str:
    """A cell as text: dates as 2026-09-30, numbers with the digits they show."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return str(value).strip()


def read_rows(path: Path) -> list[dict[str, object]]:
    """Rows of a CSV, or of the sheet "Exceptions" of a workbook; raises FileError."""
    try:
        if path.suffix.lower() in {".xlsx", ".xlsm"}:
            return _read_sheet(path)
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _named(list(csv.reader(file)), path.name)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileError(f"{path} is not a CSV in UTF-8: {error}") from None


def _read_sheet(path: Path) -> list[dict[str, object]]:
    import openpyxl  # only here: a CSV needs no Excel library
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise FileError(f"{path} is not an Excel workbook: {error}") from None
    try:
        if SHEET not in book.sheetnames:
            raise FileError(f"{path} has no sheet {SHEET!r}: {', '.join(book.sheetnames)}")
        return _named([list(row) for row in book[SHEET].iter_rows(values_only=True)], path.name)
    finally:
        book.close()


def code_of(words: str) -> str:
    """The word of ours that a cell means: stale_rate for `Stale rate`."""
    return words.strip().lower().replace(" ", "_")


def _named(table: list[list], name: str) -> list[dict[str, object]]:
    """Rows below the header as mappings; the header is the first row that names the key."""
    for index, row in enumerate(table[:HEADER_ROWS]):
        header = [name_of(_text(cell)) for cell in row]
        missing = [column for column in (*KEY, "variance_usd", "decision") if column not in header]
        if not missing:
            return [dict(zip(header, cells, strict=False)) for cells in table[index + 1 :]]
        if "usage_date" in header:
            raise FileError(f"{name} lacks the columns {', '.join(missing)}")
    raise FileError(f"{name} has no header with {', '.join(KEY)}")


def open_lines() -> dict[Key, Decimal]:
    """The lines in breach in the warehouse, {values of KEY: variance in USD}; WarehouseError."""
    sql = f"select {', '.join(KEY)}, variance_usd from marts.fct_reconciliation_exceptions"
    with connect() as connection:
        found = connection.execute(sql).fetchall()
    return {tuple(_text(value) for value in row[:-1]): row[-1] for row in found}


def _on_file(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def append(path: Path, reviews: list[dict[str, str]]) -> None:
    """Add reviews behind those of the file."""
    text = io.StringIO()
    csv.DictWriter(text, COLUMNS, lineterminator="\n").writerows(reviews)
    append_whole(path, text.getvalue())


def take(file: Path, reviews: Path | None, preparer: str, dry_run: bool) -> int:
    """Check the decisions of a file and append them; Refused when a row cannot be taken.

    reviews: the file to append to, by default the company's.
    """
    rows = read_rows(file)
    path = reviews or decisions(REVIEWS)
    existing = _on_file(path if dry_run else writable(path, COLUMNS))
    result = import_rows(rows, open_lines(), existing, preparer)
    if result.refused:
        for line in result.refused:
            console.complain(line)
        raise Refused("nothing was written")
    if result.reviews and not dry_run:
        append(started(path, COLUMNS), result.reviews)
    verb = "would be appended to" if dry_run else "appended to"
    print(f"{len(result.reviews)} decisions {verb} {path}, {result.known} there already")
    if result.reviews and not dry_run:
        print("They count from the next `make nightly` on.")
    return 0
