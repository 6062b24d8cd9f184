"""The manifest of a closed month: who closed it, and the SHA-256 of every document of it.

A CSV of names and values. First what the seed accounting_periods says of the month, then a line for
each document. The month's hash is made of the hash of the month before and of the manifest, so that
nothing that was approved can be changed, left out or added, nor the names of those who approved it.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping

from scripts.accounting.entries import chained_hash
from scripts.accounting.periods import Period

MANIFEST = "manifest.csv"
# In front of a hash that a manifest was made into. Months that were closed before have none.
PREFIX = "manifest:"
# What the seed says of a month, but for the hash.
FIELDS = (
    "period_start", "status", "prepared_by", "approved_by", "closed_at", "entry_count",
    "posted_usd", "note",
)  # fmt: skip


def has_manifest(period: Period) -> bool:
    """Whether the month was closed with a manifest."""
    return period.ledger_hash.startswith(PREFIX)


def digest(content: bytes) -> str:
    """The SHA-256 of a document."""
    return hashlib.sha256(content).hexdigest()


def written(period: Period, documents: Mapping[str, bytes]) -> bytes:
    """The manifest of a month and its documents."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "value"))
    writer.writerows((name, getattr(period, name)) for name in FIELDS)
    writer.writerows((name, digest(documents[name])) for name in sorted(documents))
    return text.getvalue().encode()


def read(content: bytes) -> dict[str, str]:
    """Names and values of a manifest."""
    rows = list(csv.reader(io.StringIO(content.decode())))[1:]
    return {row[0]: row[1] for row in rows if len(row) == 2}


def hashed(previous: str, content: bytes) -> str:
    """What the seed says of a month with this manifest, after a month whose hash is `previous`."""
    return PREFIX + chained_hash(previous, content)


def first_difference(
    period: Period, previous: str, content: bytes, documents: Mapping[str, bytes]
) -> str | None:
    """What does not agree with the manifest, or the manifest with the seed; None when all does."""
    stated = read(content)
    for name in FIELDS:
        if stated.get(name) != getattr(period, name):
            return (
                f"accounting_periods.csv says {name} {getattr(period, name)!r}, "
                f"the manifest {stated.get(name)!r}"
            )
    if hashed(previous, content) != period.ledger_hash:
        return f"{MANIFEST} is not the one that was approved, or the row of the seed is not"
    for name in sorted(set(stated) - set(FIELDS) | set(documents)):
        if name not in documents:
            return f"{name} was approved and is missing"
        if name not in stated:
            return f"{name} was not among what was approved"
        if digest(documents[name]) != stated[name]:
            return f"{name} is not the one that was approved"
    return None
