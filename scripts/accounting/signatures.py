"""Signatures of closed months: who approved or prepared one signs what was approved with a key.

What is signed (Ed25519) is the month's hash in accounting_periods.csv, which holds the manifest and
the months before, with the name and the time of the signature. Private keys come from the
environment and are in no file; public ones are in signing_keys.csv. A signature counts when its
key was named there at the close, and still is: a key that somebody adds later signs no month
before it.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scripts.accounting import people
from scripts.accounting.periods import Period, write_rows
from scripts.accounting.posted_seeds import Row, holding, posted, rows_of
from scripts.errors import UserError
from scripts.operations.company import bring_in, decisions, started

KEY_VARIABLE = "AI_COST_SIGNING_KEY"
SIGNATURES, KEYS, LIMITS = "close_signatures", "signing_keys", "close_limits"
# How many signatures a month must have: the approver's, and the preparer's too.
REQUIRED = "required_signatures"
_BYTES = 32


@dataclass(frozen=True)
class Signature:
    """One row of close_signatures, every field as the seed has it."""

    period_start: str
    person: str
    signed_at: str
    public_key: str
    signature: str


HEADER = tuple(field.name for field in fields(Signature))


class NoKey(UserError):
    """The key of the environment cannot be used; the message says why and never shows it."""


def signed_text(period: Period, person: str, signed_at: str) -> bytes:
    """What is signed of a month."""
    parts = ("ai-cost close", period.period_start, period.ledger_hash, person, signed_at)
    return "".join(f"{part}\n" for part in parts).encode()


def new_key() -> tuple[str, str]:
    """A private key and the public one that belongs to it."""
    key = Ed25519PrivateKey.generate()
    return _text(key.private_bytes_raw()), _text(key.public_key().public_bytes_raw())


def key_of_environment() -> Ed25519PrivateKey:
    """The private key that signs; NoKey without one."""
    text = os.environ.get(KEY_VARIABLE, "").strip()
    if not text:
        raise NoKey(f"set {KEY_VARIABLE} to your private key; `ai-cost close key` makes one")
    key = _bytes(text)
    if len(key) != _BYTES:
        raise NoKey(f"{KEY_VARIABLE} is no key that `ai-cost close key` has made")
    return Ed25519PrivateKey.from_private_bytes(key)


def made(period: Period, person: str, signed_at: datetime, key: Ed25519PrivateKey) -> Signature:
    """A person's signature of a month."""
    at = f"{signed_at:%Y-%m-%d %H:%M:%S}"
    signature = _text(key.sign(signed_text(period, person, at)))
    public = _text(key.public_key().public_bytes_raw())
    return Signature(period.period_start, person, at, public, signature)


def read_signatures() -> list[Signature]:
    """The signatures of all months."""
    file = decisions(SIGNATURES)
    if not file.exists():
        return []
    rows = rows_of(file.read_text(encoding="utf-8"))
    return [Signature(**{name: row.get(name) or "" for name in HEADER}) for row in rows]


def append(signature: Signature) -> None:
    """Write the seed again with one more row; whole or not at all."""
    write_rows(started(decisions(SIGNATURES), HEADER), [*read_signatures(), signature])


def bad(periods: list[Period]) -> list[str]:
    """Signatures that are not good, in sentences."""
    return [
        f"{row.period_start}: the signature of {row.person!r} {said}"
        for row, said in _checked(periods)
        if said
    ]


def missing(periods: list[Period]) -> list[str]:
    """Signatures that months must have and lack, in sentences."""
    good = {
        (row.period_start, people.folded(row.person))
        for row, said in _checked(periods)
        if said is None
    }
    return [
        f"{period.period_start}: the signature of {name}, who {role} it, is missing: "
        f"ai-cost close sign {period.period_start[:7]} --person {name!r}"
        for period in periods
        for role, name in _asked_for(period)
        if (period.period_start, people.folded(name)) not in good
    ]


def _checked(periods: list[Period]) -> Iterator[tuple[Signature, str | None]]:
    by_month = {period.period_start: period for period in periods}
    for row in read_signatures():
        yield row, fault(row, by_month.get(row.period_start))


def fault(row: Signature, period: Period | None) -> str | None:
    """Why a signature is not good; None when it is."""
    if period is None:
        return "is of a month that is not closed"
    if people.folded(row.person) not in {
        people.folded(name) for name in (period.prepared_by, period.approved_by)
    }:
        return "is of nobody who prepared or approved the month"
    try:
        at = datetime.fromisoformat(row.signed_at)
    except ValueError:
        return f"has no time: {row.signed_at!r}"
    if at < datetime.fromisoformat(period.closed_at):
        return f"is of {row.signed_at}, before the close of {period.closed_at}"
    if said := _fault_of_key(row, period, at.date()):
        return said
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(row.public_key)).verify(
            _bytes(row.signature), signed_text(period, row.person, row.signed_at)
        )
    except (InvalidSignature, ValueError):
        return "is not of what was approved"
    return None


def _fault_of_key(row: Signature, period: Period, day: date) -> str | None:
    """A key must be the person's, at the close and now, and hold on the day."""
    now, closed = _rows_now(KEYS), posted(KEYS, date.fromisoformat(period.period_start))
    for keys, when in ((closed, " at the close"), (now, "")):
        own = [
            one for one in keys or []
            if one["public_key"].strip() == row.public_key
            and people.folded(one["person"]) == people.folded(row.person)
        ]  # fmt: skip
        if keys is not None and not own:
            return f"has a key that signing_keys.csv did not name as theirs{when}"
        if keys is not None and not holding(own, day):
            return f"has a key that did not hold on {day}: see signing_keys.csv"
    return None


def _asked_for(period: Period) -> Iterator[tuple[str, str]]:
    """Who must have signed a month, by the limits that were posted with it."""
    month = date.fromisoformat(period.period_start)
    limits = posted(LIMITS, month)
    rows = _rows_now(LIMITS) if limits is None else limits
    asked = [row["limit_value"] for row in holding(rows, month) if row["limit_name"] == REQUIRED]
    count = max(map(_number, asked), default=Decimal(0))
    if count >= 1:
        yield "approved", period.approved_by
    if count > 1:
        yield "prepared", period.prepared_by


def _rows_now(seed: str) -> list[Row]:
    """The rows of a seed of policy as its file stands."""
    return rows_of((bring_in() / "policy" / f"{seed}.csv").read_text(encoding="utf-8"))


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # what is no number asks for all
        return Decimal(2)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _bytes(text: str) -> bytes:
    """What a text in base64 says; nothing where it is none."""
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
