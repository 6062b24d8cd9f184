"""Seeds as a month knew them: of a closed month as they stood at its close, else as built."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from scripts.accounting.ledger import posted_tables, query

Row = dict[str, str]
_SPAN = ("valid_from", "valid_to")


def in_force(seed: str, names: Sequence[str], month: date) -> list[Row]:
    """The rows that hold on the first day of a month, as text."""
    rows = posted(seed, month)
    if rows is None:
        columns = (*names, *_SPAN)
        rows = [
            {
                name: "" if value is None else str(value)
                for name, value in zip(columns, row, strict=True)
            }
            for row in query(f"select {', '.join(columns)} from seeds.{seed}")
        ]
    return holding(rows, month)


def holding(rows: list[Row], month: date) -> list[Row]:
    """Those of a seed's rows that hold on the first day of a month."""
    return [
        row
        for row in rows
        if (row["valid_from"] or "0001-01-01") <= str(month) < (row["valid_to"] or "9999-12-31")
    ]


def rows_of(content: str) -> list[Row]:
    """The rows of a seed that was posted as a document."""
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))


def posted(seed: str, month: date) -> list[Row] | None:
    """The rows that were posted with a month; None where it is open, or was closed without them."""
    if "posted_documents" not in posted_tables():  # an earlier version closed it
        return None
    found = query(
        f"select content from ledger.posted_documents where posting_period = date '{month}' "
        f"and document_name = 'seeds/{seed}.csv'"
    )
    return rows_of(found[0][0]) if found else None


def last_posted(seed: str, before: date) -> tuple[date, list[Row]] | None:
    """The newest closed month before a day whose documents hold a seed, and its rows."""
    months = query(
        "select max(posting_period) from ledger.posted_documents "
        f"where document_name = 'seeds/{seed}.csv' and posting_period < date '{before}'"
    )
    month = months[0][0]
    return None if month is None else (month, posted(seed, month) or [])
