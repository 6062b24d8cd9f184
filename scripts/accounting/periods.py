"""The seed accounting_periods: one row per closed month, appended by the close.

It is the company's: it stands in the company folder, or in the project when there is none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from scripts.operations.company import decisions
from scripts.operations.whole_files import write_whole

PERIODS = "accounting_periods"


@dataclass(frozen=True)
class Period:
    """One closed month, every field as text as it stands in the seed."""

    period_start: str
    status: str
    prepared_by: str
    approved_by: str
    closed_at: str
    entry_count: str
    posted_usd: str
    ledger_hash: str
    note: str


def read_periods(file: Path | None = None) -> list[Period]:
    """The closed months, oldest first; of the company unless a file is named."""
    file = file or decisions(PERIODS)
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as text:
        periods = [Period(**row) for row in csv.DictReader(text)]
    return sorted(periods, key=lambda period: period.period_start)


def append_period(period: Period, file: Path) -> None:
    """Write the seed again with one more row; whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_rows(file, [*read_periods(file), period])


def write_rows(file: Path, rows: Sequence[object]) -> None:
    """Write a seed of rows of one dataclass, at least one; whole or not at all."""
    text = io.StringIO()
    names = [field.name for field in fields(rows[0])]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    write_whole(file, text.getvalue().encode())
