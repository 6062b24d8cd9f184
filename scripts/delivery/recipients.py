"""Who gets the statement of a team: the seed statement_recipients.

The seed's table is read, not a mart: addresses of people are for who sends, and for no dashboard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from scripts.console import printable

MONTHLY = ("lead", "manager", "finance")
QUARTERLY = ("director",)
_ALL = "*"
_ROWS = """
    select distinct team_id, role, coalesce(name, ''), coalesce(email_address, '')
    from seeds.statement_recipients
    where
        coalesce(valid_from, date '1900-01-01') <= date '{day}'
        and coalesce(valid_to, date '9999-12-31') > date '{day}'
"""
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\]+")


@dataclass(frozen=True, order=True)
class Recipient:
    """One row of the seed that holds on the day."""

    team_id: str
    role: str
    name: str
    email_address: str

    @property
    def fault(self) -> str | None:
        """Why nothing may go there, in a sentence; None where it may.

        A line break in a name would begin another line in the head of the message.
        """
        row = f"statement_recipients.csv, {printable(f'{self.team_id}, {self.role}, {self.name}')}"
        if not self.name.isprintable():
            return f"{row}: the name holds a line break or another sign that is not printed"
        if not is_address(self.email_address):
            return f"{row}: {printable(self.email_address)!r} is no address like name@example.com"
        return None


def is_address(text: str) -> bool:
    """Whether a text is an address like name@example.com, and nothing beside it."""
    return text.isascii() and bool(_ADDRESS.fullmatch(text))


class Recipients:
    """The rows that hold on a day, those that cannot be used left out."""

    def __init__(self, connection, day: date) -> None:
        found = connection.execute(_ROWS.format(day=day)).fetchall()
        rows = sorted(Recipient(*row) for row in found)
        self.faults = sorted({row.fault for row in rows if row.fault})
        self._rows = [row for row in rows if not row.fault]

    def of(self, team_id: str, roles: tuple[str, ...]) -> list[Recipient]:
        """Who gets what is about a team, an address once; the first of the roles counts."""
        meant = [r for r in self._rows if r.team_id in (team_id, _ALL) and r.role in roles]
        meant.sort(key=lambda row: (row.team_id == _ALL, roles.index(row.role), row.name))
        found: dict[str, Recipient] = {}
        for row in meant:
            found.setdefault(row.email_address.lower(), row)
        return list(found.values())

    def has_own(self, team_id: str, roles: tuple[str, ...]) -> bool:
        """Whether a row names the team itself; one for all teams is nobody of the team."""
        return any(row.team_id == team_id and row.role in roles for row in self._rows)

    def by_address(self, roles: tuple[str, ...]) -> dict[str, list[Recipient]]:
        """The rows of each address in these roles."""
        found: dict[str, list[Recipient]] = {}
        for row in self._rows:
            if row.role in roles:
                found.setdefault(row.email_address.lower(), []).append(row)
        return found


def teams_of(rows: list[Recipient], known: set[str]) -> set[str]:
    """The teams that rows speak of, out of those that are known; a star is all of them."""
    named = {row.team_id for row in rows}
    return known if _ALL in named else named & known
