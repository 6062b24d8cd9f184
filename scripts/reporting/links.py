"""Where a name leads: the page of a team, a service or a customer, its calls, or the explorer."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote, urlencode

from scripts.reporting.tables import Table

# What a column of a table holds, where it is a name that leads somewhere.
_KINDS = {
    "team_id": "team",
    "service_name": "service",
    "feature": "feature",
    "billed_model": "model",
    "model_name": "model",
    "provider": "provider",
    "environment": "environment",
    "customer_id": "customer",
    "unit_id": "customer",
}
_PLURAL = {"team": "teams", "service": "services", "customer": "customers"}


def file_stem(name: str, kind: str = "team") -> str:
    """A file name for any name: readable letters, and a hash that keeps two apart."""
    letters = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return f"{letters or kind}-{_mark(name, 8)}"


def page_name(kind: str, name: str) -> str:
    """The page of a team, a service or a customer."""
    return f"{_PLURAL[kind]}/{file_stem(name, kind)}.html"


def calls_page(team_id: str) -> str:
    """The page with a team's days and the calls behind them."""
    return f"calls/{file_stem(team_id)}.html"


def request_anchor(key: str) -> str:
    """Where a request's attempts stand on the page of calls."""
    return f"request-{_mark(key, 10)}"


def day_anchor(day: date) -> str:
    """Where a day's requests stand on the page of calls."""
    return f"day-{day}"


def explorer(**chosen: str) -> str:
    """The explorer with these names chosen."""
    return f"explore.html?{urlencode(chosen, quote_via=quote)}"


def _mark(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


@dataclass
class Links:
    """The names that have a page of their own; others lead to the explorer, or nowhere."""

    pages: dict[str, set[str]]
    # By (team, key): the requests whose attempts are in the report.
    requests: set[tuple[str, str]] = field(default_factory=set)
    days: set[tuple[str, date]] = field(default_factory=set)
    # Names that the explorer knows, by their kind.
    explored: dict[str, list[str]] = field(default_factory=dict)

    def to(self, kind: str, name: str | None) -> str | None:
        """Where a name leads; None for what neither a page nor the explorer knows."""
        if not name or (name.startswith("(") and name.endswith(")")):
            return None
        if name in self.pages.get(kind, ()):
            return page_name(kind, name)
        return None if kind == "team" else self.to_explorer(kind, name)

    def to_explorer(self, kind: str, name: str) -> str | None:
        """The explorer with this name chosen, where it knows the name."""
        return explorer(**{kind: name}) if name in self.explored.get(kind, ()) else None

    def to_request(self, team_id: str, key: str | None) -> str | None:
        """Where a request's attempts are."""
        if (team_id, key) not in self.requests:
            return None
        return f"{calls_page(team_id)}#{request_anchor(key)}"

    def to_day(self, team_id: str, day: date) -> str | None:
        """Where a team's day is, if its calls are in the report."""
        if (team_id, day) not in self.days:
            return None
        return f"{calls_page(team_id)}#{day_anchor(day)}"

    def add(self, table: Table, **kinds: str) -> Table:
        """The table, each name in it with where it leads; `kinds` names columns of other names."""
        known = {c.name: k for c in table.columns if (k := (_KINDS | kinds).get(c.name))}
        for row in table.rows:
            if row.get("_rest"):
                continue
            leads = {column: self.to(kind, row.get(column)) for column, kind in known.items()}
            row["_to"] = {column: to for column, to in leads.items() if to} | row.get("_to", {})
        return table
