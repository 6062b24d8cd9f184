"""The quarter for a director: the statements of the teams that name the person, side by side."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from scripts.delivery.document import Document, Fact, Section
from scripts.delivery.recipients import Recipient, teams_of
from scripts.delivery.statements import month_before, read
from scripts.errors import UserError
from scripts.reporting.chargeback import shared_columns, with_unused_apart
from scripts.reporting.marts import Marts
from scripts.reporting.names import Names
from scripts.reporting.tables import (
    Column,
    Table,
    change,
    day,
    less,
    month_name,
    ratio,
    share,
    total,
    usd,
)

_PARTS = {
    "direct_usd": "Direct",
    "shared_usd": "Shared",
    "credits_usd": "Credits",
    "adjustments_usd": "Adjustments",
    "total_usd": "Total",
}


def months_of(marts: Marts, name: str) -> tuple[str, list[date]]:
    """A quarter's name, and the first days of its months, by the fiscal calendar if there is one.

    Statements are by month, so quarters of weeks have none: then it is the calendar's quarter, as
    it is of months that lie in no stated year.
    """
    calendar = re.fullmatch(r"(\d{4})-[Qq]([1-4])", name)
    first = date(int(calendar[1]), 3 * int(calendar[2]) - 2, 1) if calendar else None
    months = [first.replace(month=first.month + n) for n in range(3)] if first else []
    others = []
    for quarter, start, last in _fiscal_quarters(marts):
        theirs = [start.replace(day=1)]
        while theirs[-1] < last.replace(day=1):
            theirs.append((theirs[-1] + timedelta(days=31)).replace(day=1))
        is_asked = quarter.lower() == name.lower()
        if start.day != 1 or (last + timedelta(days=1)).day != 1:
            if is_asked:
                raise UserError(
                    f"{quarter} is from {day(start)} to {day(last)}, and statements are of whole "
                    "months: name a quarter of the calendar, such as 2026-Q3"
                )
        elif is_asked or theirs == months:
            return quarter, theirs
        elif set(theirs) & set(months):
            others.append(quarter)
    if others:
        raise UserError(
            f"{name} is no quarter of the fiscal calendar; the months are in {' and '.join(others)}"
        )
    if first is None:
        raise UserError(f"there is no statement of {name}, which fiscal_years.csv does not know")
    return f"{first.year}-Q{(first.month + 2) // 3}", months


def _fiscal_quarters(marts: Marts) -> list[tuple[str, date, date]]:
    """Name, first and last day of each, in their order."""
    if not marts.has("dim_fiscal_periods"):
        return []
    rows = marts.rows(
        "select period_name, first_date, last_date from marts.dim_fiscal_periods "
        "where period_grain = 'quarter' order by first_date"
    )
    return [tuple(row.values()) for row in rows]


class Quarter:
    """The statements of a quarter and of the one before, asked once for all directors."""

    def __init__(self, marts: Marts, name: str) -> None:
        self.name, self.months = months_of(marts, name)
        self._called = marts.names
        self.before = [month_before(self.months[0])]
        while len(self.before) < len(self.months):
            self.before.insert(0, month_before(self.before[0]))
        self._rows: dict[date, list[dict]] = defaultdict(list)
        for row in read(marts, self.before[0], self.months[-1]):
            self._rows[row["posting_period"]].append(row)
        if not any(self._rows[month] for month in self.months):
            raise UserError(f"there is no statement of {self.name}")
        self.team_ids = {row["team_id"] for month in self.months for row in self._rows[month]}

    def roll_up(self, rows: list[Recipient]) -> Document | None:
        """The quarter of the teams that these rows of one person name; None without any."""
        teams = teams_of(rows, self.team_ids)
        if not teams:
            return None
        mine = {
            month: [row for row in self._rows[month] if row["team_id"] in teams]
            for month in [*self.before, *self.months]
        }
        these = [row for month in self.months for row in mine[month]]
        charged = total(row["total_usd"] for row in these)
        compared = any(mine[month] for month in self.before)
        earlier = _sum(mine, self.before) if compared else None
        moved = less(charged, earlier)
        still_open = [
            month
            for month in self.months
            if not self._rows[month]
            or any(row["period_status"] != "closed" for row in self._rows[month])
        ]
        address = rows[0].email_address.lower()
        return Document(
            key=f"{self.name} {address}",
            stem=_stem(address),
            of=", ".join(sorted(teams)),
            title=f"AI cost of {self.name}",
            subject=f"AI cost of {self.name}: USD {usd(charged)}",
            total_usd=charged,
            is_final=not still_open,
            status=_status(still_open),
            figures=[
                [row["posting_period"], row["team_id"], row["cost_center_id"]]
                + [row[part] for part in _PARTS]
                for row in these
            ],
            facts=[
                Fact(self.name, f"USD {usd(charged)}", f"{len(teams)} teams"),
                Fact(
                    "Change on the quarter before",
                    change(moved),
                    "no statement then" if moved is None else share(ratio(moved, earlier)),
                ),
                _plan(these, charged),
            ],
            sections=[
                Section("By team and month", tables=[self._by_team(mine, sorted(teams), compared)]),
                Section("By part", tables=[_by_part(these, sorted(teams), self._called)]),
            ],
        )

    def _by_team(self, mine: dict[date, list[dict]], teams: list[str], compared: bool) -> Table:
        rows = []
        for team in teams:
            own = {m: [r for r in found if r["team_id"] == team] for m, found in mine.items()}
            row: dict = {"team": self._called.of("team", team)}
            for n, month in enumerate(self.months):
                row[f"m{n}"] = total(r["total_usd"] for r in own[month]) if own[month] else None
            row["quarter"] = _sum(own, self.months)
            row["before"] = _sum(own, self.before) if compared else None
            row["change"] = less(row["quarter"], row["before"])
            rows.append(row)
        rows.sort(key=lambda row: (-row["quarter"], row["team"]))
        return Table(
            "Statements of the quarter, USD",
            [
                Column("team", "Team"),
                *(Column(f"m{n}", f"{month:%B}", "usd") for n, month in enumerate(self.months)),
                Column("quarter", "Quarter", "bar"),
                Column("before", "Quarter before", "usd"),
                Column("change", "Change", "change"),
            ],
            rows,
            adds=True,
        )


def _sum(rows: dict[date, list[dict]], months: list[date]) -> Decimal:
    return total(row["total_usd"] for month in months for row in rows[month])


def _plan(rows: list[dict], charged: Decimal) -> Fact:
    """The plans of team and month together; each is on every cost centre of its team."""
    plans = {(row["posting_period"], row["team_id"]): row["budget_usd"] for row in rows}
    known = [plan for plan in plans.values() if plan is not None]
    if len(known) < len(plans) or not known:
        return Fact("Plan of the quarter", "–", f"{len(plans) - len(known)} months without a plan")
    plan = total(known)
    return Fact("Plan of the quarter", f"USD {usd(plan)}", f"{share(ratio(charged, plan))} charged")


def _by_part(rows: list[dict], teams: list[str], called: Names) -> Table:
    shared = shared_columns(rows)
    parts = [
        column
        for name, label in _PARTS.items()
        for column in (shared if name == "shared_usd" else [Column(name, label, "usd")])
    ]
    rows = with_unused_apart(rows)
    return Table(
        "Parts of the statements, USD",
        [
            Column("team", "Team"),
            *parts,
        ],
        [
            {"team": called.of("team", team)}
            | {
                part.name: total(r[part.name] or 0 for r in rows if r["team_id"] == team)
                for part in parts
            }
            for team in teams
        ],
        adds=True,
    )


def _status(still_open: list[date]) -> str:
    if not still_open:
        return "Final: the months are closed, and these are the posted figures."
    named = ", ".join(month_name(month) for month in still_open)
    return f"Provisional: not closed yet: {named}. Their figures may still move."


def _stem(address: str) -> str:
    """A file name for any address: readable letters, and a hash that keeps two apart."""
    letters = re.sub(r"[^a-z0-9]+", "-", address.partition("@")[0]).strip("-")[:40]
    return f"{letters or 'director'}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"
