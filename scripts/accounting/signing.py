"""Signing a closed month, and making the key for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scripts import console
from scripts.accounting import people, signatures
from scripts.accounting.periods import read_periods
from scripts.accounting.verify import broken_links
from scripts.errors import Refused
from scripts.operations.company import bring_in, decisions


@dataclass(frozen=True)
class Signing:
    """What is asked: a month, who signs, and when (UTC)."""

    period: date
    person: str
    signed_at: datetime


def sign(asked: Signing) -> int:
    """Sign a closed month and write the seed; Refused when the signature would not be good."""
    bring_in()
    key = signatures.key_of_environment()
    periods = read_periods()
    period = next((one for one in periods if one.period_start == str(asked.period)), None)
    if period is None:
        raise Refused(f"{asked.period:%Y-%m} is not closed: there is nothing to sign")
    if broken := broken_links(periods):
        raise Refused(f"closed months are not as they were approved: {broken[0]}")
    person = " ".join(asked.person.split())
    for row in signatures.read_signatures():
        if row.period_start == period.period_start and (
            people.folded(row.person) == people.folded(person)
        ):
            raise Refused(f"{person} has signed {asked.period:%Y-%m} at {row.signed_at}")
    made = signatures.made(period, person, asked.signed_at, key)
    if said := signatures.fault(made, period):
        raise Refused(f"the signature of {person!r} {said}")
    signatures.append(made)
    print(f"{person} signed {asked.period:%Y-%m}, hash {period.ledger_hash}")
    print(f"keep {decisions(signatures.SIGNATURES)}")
    return 0


def make_key(person: str, valid_from: date) -> int:
    """Print a new private key on one line, and say which row names the public one."""
    private, public = signatures.new_key()
    print(f"{signatures.KEY_VARIABLE}={private}")
    name = '"' + person.replace('"', '""') + '"' if set(person) & set(',"') else person
    console.complain("keep the key where secrets are kept: it is printed once and is in no file")
    console.complain(f"row of signing_keys.csv: {name},{public},{valid_from},,")
    return 0
