"""Who may prepare and who may approve: two people, of those in the seed approvers.

approvers.csv of the company names people, what they may do, up to which amount, and when. As long
as it has no rows, any two people may close, and the close says so.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scripts.accounting.ledger import query
from scripts.money import money

NOBODY = "approvers.csv names nobody: any two people may prepare and approve"


@dataclass(frozen=True)
class Allowed:
    """One row of the seed; without a limit, any amount."""

    person: str
    role: str
    limit_usd: Decimal | None


def folded(name: str) -> str:
    """A name without what differs between two ways of writing it."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def allowed(day: date) -> list[Allowed]:
    """The rows of the seed that hold on a day."""
    rows = query(
        "select person, role, limit_usd from seeds.approvers "
        f"where coalesce(valid_from, date '1900-01-01') <= date '{day}' "
        f"and coalesce(valid_to, date '9999-12-31') > date '{day}'"
    )
    return [Allowed(*row) for row in rows]


def is_anybody_allowed() -> bool:
    """Whether the seed names nobody at all; rows that have run out allow nobody."""
    return query("select count(*) from seeds.approvers") == [(0,)]


def faults(prepared_by: str, approved_by: str, amount: Decimal, day: date) -> list[str]:
    """Why these two may not close a month of this amount on this day, in sentences."""
    found = [
        f"nobody is named as {role}"
        for role, name in (("preparer", prepared_by), ("approver", approved_by))
        if not folded(name)
    ]
    if folded(prepared_by) == folded(approved_by):
        found.append(f"{prepared_by} cannot approve what they prepared: name another approver")
    if is_anybody_allowed():
        return found
    people = allowed(day)
    found += _role_faults(people, "preparer", prepared_by, amount, day)
    return found + _role_faults(people, "approver", approved_by, amount, day)


def _role_faults(
    people: list[Allowed], role: str, name: str, amount: Decimal, day: date
) -> list[str]:
    rows = [one for one in people if one.role == role and folded(one.person) == folded(name)]
    if not rows:
        return [f"{name} is no {role} on {day}: see approvers.csv"]
    limits = [one.limit_usd for one in rows]
    if None in limits or max(limits) >= abs(amount):
        return []
    return [
        f"{name} may be {role} of up to {money(max(limits))} USD, the month is {money(amount)} USD"
    ]
