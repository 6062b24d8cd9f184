"""Write the report: a folder of pages made from the marts, to be opened from disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from scripts import console
from scripts.errors import Refused
from scripts.operations.clock import run_instant
from scripts.reporting import (
    accuracy,
    bridge,
    calls,
    chargeback,
    cube,
    efficiency,
    explained,
    findings,
    fiscal,
    governance,
    invoices,
    movements,
    outcomes,
    overview,
    period_report,
    provider_months,
    quarter,
    reconciliation,
    requests_index,
    search,
    spend,
    subjects,
    teams,
)
from scripts.reporting.links import Links, calls_page, page_name
from scripts.reporting.marts import Marts, Period, period
from scripts.reporting.site import environment, vega, write
from scripts.reporting.tables import Column, Table, known_total, top, total
from scripts.warehouse import connect

_SHOWN_ON_FIRST_PAGE = 12
_SHOWN_ON_TEAM_PAGE = 4
_FEW = 2
# Of all files, in bytes, styles and scripts of some 50,000 aside: what can be sent by mail.
_SIZE = 9_850_000


class Report:
    """Everything the pages say, asked once for all of them."""

    def __init__(self, marts: Marts, days: int) -> None:
        self.marts = marts
        self.period: Period | None = period(marts, days)
        self.explored: dict | None = None
        self.made_at = f"{run_instant():%Y-%m-%d %H:%M} UTC"
        if self.period is None:
            self.quarantine = governance.quarantine(marts)
            self.links = Links({})
            return
        when = self.period
        self.drivers = spend.drivers(marts, when)
        self.daily = spend.by_day(marts, when, "team_id")
        self.recipients = teams.recipients(marts, when)
        self.requests = teams.requests(marts, when)
        self.traces = teams.traces(marts, when)
        self.waste = teams.waste(marts, when)
        self.users = outcomes.users(marts, when)
        self.wrong = findings.all_of(marts, when.first)
        self.providers = reconciliation.providers(marts, when, self.wrong)
        self.reconciliation = reconciliation.page(marts, when, self.providers)
        self.reconciliation |= invoices.page(marts, when)
        self.months = provider_months.pages(marts, when, self.wrong)
        self.reconciliation["findings"] = self.findings_table()
        self.reconciliation["accuracy"] = self.accuracy_table()
        self.statements = chargeback.statements(marts, when)
        self.budgets = chargeback.budgets(marts, when)
        self.anomalies = chargeback.anomalies(marts, when)
        self.exceptions = explained.exceptions(marts, when.first, when.last)
        self.savings = efficiency.savings(marts)
        self.coverage = governance.coverage(marts, when)
        self.moved = movements.of_last_week(marts, when)
        self.by_team = defaultdict(list)
        for row in self.drivers:
            self.by_team[row.team_id].append(row)
        self.team_ids = sorted(set(self.by_team) | set(self.daily))
        cost = {
            name: known_total(row.cost_usd for row in self.by_team.get(name, [])) or 0
            for name in self.team_ids
        }
        # With very many teams the pages of the others hold the head of each list.
        self.whole = set(sorted(cost, key=lambda name: (-cost[name], name))[: calls.TEAMS])
        self.uses = bridge.Uses(marts)
        self.explored = cube.figures(marts, when, self.exceptions)
        self.by_service = defaultdict(list)
        for row in self.drivers:
            if row.service_name:
                self.by_service[row.service_name].append(row)
        self.by_customer = spend.drivers_by_customer(marts, when)
        self.service_days = spend.by_day(marts, when, "service_name")
        self.customer_days = spend.by_day(marts, when, "customer_id", "fct_logical_requests")
        services = subjects.ranked(self.by_service, self.service_days)
        customers = subjects.ranked(self.by_customer, self.customer_days)
        self.called = {
            kind: subjects.requests(marts, when, kind, names[: subjects.PAGES])
            for kind, names in ((subjects.SERVICE, services), (subjects.CUSTOMER, customers))
        }
        self.calls = calls.of_teams(
            marts,
            when,
            len(self.team_ids),
            {
                row["logical_request_key"]
                for known in self.called.values()
                for rows in known.values()
                for row in rows
            },
        )
        self.links = Links(
            {
                "team": set(self.team_ids),
                "service": set(services[: subjects.PAGES]),
                "customer": set(customers[: subjects.PAGES]),
            },
            {
                (team_id, row["logical_request_key"])
                for team_id, known in self.calls.items()
                for row in known.attempts
            },
            {(team_id, day) for team_id, known in self.calls.items() for day in known.days},
            self.explored["names"],
        )

    def teams_table(self, limit: int | None = None) -> Table:
        """All teams with spend this month or the month before, costliest first."""
        rows = spend.compared(self.drivers, "team_id")
        found = spend.comparison_table(
            "Spend of this month by team, USD", "Team", rows, self.daily, self.period
        )
        for row in rows:
            row["_href"] = page_name("team", row["name"])
            row["plan_share"] = self.budgets.get(row["name"], {}).get("spent_share")
        found.columns.insert(4, Column("plan_share", "Of the plan", "share"))
        found.rows, found.more = top(rows, limit or len(rows))
        return movements.mark(found, movements.by(self.moved, "team_id", self.period))

    def findings_table(self) -> Table:
        """What is wrong; each leads to the bill of the month that it speaks of."""
        found = findings.table(self.wrong)
        for row in [*found.rows, *found.more]:
            path = row["last"] and provider_months.page_name(row["provider"], row["last"])
            if path in self.months:
                row["_to"] = {"provider": path}
        return found

    def accuracy_table(self) -> Table:
        """How far each month's comparison can be trusted; each leads to the page of that month."""
        rows = accuracy.rows(self.marts, self.period.first)
        for row in rows:
            path = provider_months.page_name(row["provider"], row["usage_month_date"])
            if path in self.months:
                row["_href"] = path
        return accuracy.table(rows)

    def by(self, column: str, label: str) -> Table:
        """This month by provider or by model."""
        rows = spend.compared(self.drivers, column)
        found = spend.comparison_table(
            f"Spend of this month by {label.lower()}, USD",
            label,
            rows,
            spend.by_day(self.marts, self.period, column),
            self.period,
        )
        found.rows, found.more = top(rows, _SHOWN_ON_FIRST_PAGE)
        found = movements.mark(found, movements.by(self.moved, column, self.period))
        return self.links.add(found, name=label.lower())

    def services_table(self) -> Table:
        """All services with spend this month or the month before, costliest first."""
        rows = [row for members in self.by_service.values() for row in members]
        return self._listed(subjects.SERVICE, rows, "service_name", self.service_days)

    def customers_table(self) -> Table:
        """The same of customers; what names no customer is in no row."""
        rows = [
            replace(row, service_name=name)
            for name, members in self.by_customer.items()
            for row in members
        ]
        return self._listed(subjects.CUSTOMER, rows, "service_name", self.customer_days)

    def _listed(self, kind: subjects.Kind, drivers: list, column: str, daily: dict) -> Table:
        rows = spend.compared(drivers, column)
        found = spend.comparison_table(
            f"Spend of this month by {kind.name}, USD", kind.label, rows, daily, self.period
        )
        for row in rows:
            row["_href"] = self.links.to(kind.name, row["name"])
        found.rows, found.more = top(rows, subjects.LISTED)
        return found

    def lists(self) -> Iterator[tuple[subjects.Kind, Table]]:
        """The lists of all teams, services and customers."""
        yield subjects.TEAM, self.teams_table(subjects.LISTED)
        yield subjects.SERVICE, self.services_table()
        yield subjects.CUSTOMER, self.customers_table()

    def subjects(self) -> Iterator[tuple[str, str, str, dict]]:
        """A page for each service and each customer, the costliest of them."""
        revenue = subjects.revenues(self.marts, self.period)
        for kind, drivers, daily in (
            (subjects.SERVICE, self.by_service, self.service_days),
            (subjects.CUSTOMER, self.by_customer, self.customer_days),
        ):
            called = self.called[kind]
            for name in sorted(self.links.pages[kind.name]):
                says = subjects.page(
                    kind,
                    name,
                    drivers.get(name, []),
                    daily.get(name, {}),
                    self.period,
                    subjects.requests_table(called.get(name, []), kind, self.links),
                    revenue.get(name, []) if kind is subjects.CUSTOMER else [],
                )
                for part in says["parts"]:
                    self.links.add(part)
                yield page_name(kind.name, name), "subject", name, says

    def index(self) -> dict:
        """What the first page says."""
        head = overview.headline(
            self.drivers, self.coverage, self.providers, self.wrong, self.period
        )
        daily = spend.by_day(self.marts, self.period, "provider")
        return {
            "head": head,
            "attention": overview.attention(
                self.marts, head, self.wrong, self.budgets, self.anomalies
            ),
            "daily": spend.daily_table(
                {self.marts.names.of("provider", name): days for name, days in daily.items()},
                self.period,
                explained.marked(self.exceptions, self.marts.names),
            ),
            "is_marked": bool(self.exceptions),
            "steps": bridge.steps_table(self.uses, self.period),
            "pairs": bridge.pairs_table(self.uses, self.period),
            "teams": self.teams_table(_SHOWN_ON_FIRST_PAGE),
            "providers": self.by("provider", "Provider"),
            "models": self.by("billed_model", "Model"),
            "lights": self.reconciliation["lights"],
            "moved": movements.table(self.moved),
        }

    def team(self, team_id: str) -> dict:
        """What a team's page says."""
        drivers, wasted = self.by_team.get(team_id, []), self.waste.get(team_id, [])
        known_calls = self.calls.get(team_id, calls.TeamCalls())
        known = self.recipients.get(team_id)
        statements = self.statements.get(team_id, [])
        budget = self.budgets.get(team_id) or {}
        odd = [row for row in self.anomalies if row["team_id"] == team_id]
        saving = [row for row in self.savings if row["team_id"] == team_id]
        for row in odd:
            to = self.links.to_day(team_id, row["usage_date"])
            row["_to"] = {"usage_date": to} if to else {}
        requests = self.requests.get(team_id, [])
        for row in requests:
            to = self.links.to_request(team_id, row["logical_request_key"])
            row["_to"] = {"logical_request_id": to} if to else {}
        daily = self.daily.get(team_id, {})
        whole = team_id in self.whole
        says = {
            "team_id": team_id,
            "name": self.marts.names.of("team", team_id),
            "whole": whole,
            "days_to": self.links.to_explorer("team", team_id),
            "head": teams.headline(drivers, wasted),
            "who": teams.goes_to(known),
            "budget": budget,
            "anomalies": chargeback.anomalies_table(odd, _SHOWN_ON_TEAM_PAGE if whole else _FEW),
            "drivers": teams.drivers_table(drivers, teams.DRIVERS if whole else _FEW),
            "requests": teams.requests_table(requests if whole else requests[:_FEW]),
            "statements": chargeback.statements_table(statements if whole else statements[:1]),
        }
        if not whole:
            return says
        return says | {
            "month": teams.month_table(daily, self.period, budget, odd),
            "days": calls.days_table(known_calls, team_id, daily, odd, self.period),
            "steps": bridge.steps_table(self.uses, self.period, team_id),
            "pairs": bridge.pairs_table(self.uses, self.period, team_id),
            "traces": teams.traces_table(self.traces.get(team_id, [])),
            "users": outcomes.users_table(self.users.get(team_id, [])),
            "waste": teams.waste_table(wasted),
            "savings": efficiency.savings_table(saving, _SHOWN_ON_TEAM_PAGE, team=False),
        }

    def pages(self) -> Iterator[tuple[str, str, str, dict]]:
        """(path, template, title, what it says) of every page."""
        if self.period is None:
            for name, title in _TITLES.items():
                template = "list" if name in _LISTS else name
                says = {"quarantine": self.quarantine, "kind": _LISTS.get(name)}
                yield f"{name}.html", template, title, says
            return
        yield "index.html", "index", _TITLES["index"], self.index()
        for kind, table in self.lists():
            says = subjects.listed(kind, table, self.links, self.marts.names)
            if kind is subjects.TEAM:
                says["bridge"] = bridge.teams_table(
                    self.uses, self.period, self.team_ids, subjects.LISTED
                )
            yield f"{kind.plural.lower()}.html", "list", kind.plural, says
        says = {"by": cube.by_team(self.marts, self.period, subjects.LISTED)}
        yield "explore.html", "explore", _TITLES["explore"], says
        yield (
            "reconciliation.html",
            "reconciliation",
            _TITLES["reconciliation"],
            self.reconciliation,
        )
        for path, says in self.months.items():
            yield path, "provider_month", says["name"], says
        says = period_report.page(self.marts) | {
            "fiscal": fiscal.page(self.marts),
            "capacity": chargeback.capacity_table(self.marts),
        }
        yield "chargeback.html", "chargeback", _TITLES["chargeback"], says
        yield "quarter.html", "quarter", _TITLES["quarter"], quarter.page(self.marts)
        says = efficiency.page(self.marts, self.period, self.savings)
        says |= outcomes.page(self.marts, self.period)
        yield "efficiency.html", "efficiency", _TITLES["efficiency"], says
        says = governance.page(
            self.marts, self.period, self.coverage, self.exceptions, self.budgets, self.links
        )
        yield "governance.html", "governance", _TITLES["governance"], says
        for team_id in self.team_ids:
            says = self.team(team_id)
            yield page_name("team", team_id), "team", says["name"], says
            if team_id in self.calls:
                known = calls.page(self.calls[team_id], team_id, says["name"])
                for each in known["days"]:
                    self.links.add(each["requests"])
                yield calls_page(team_id), "calls", f"Calls of {says['name']}", known
        yield from self.subjects()

    def files(self) -> Iterator[tuple[str, str | bytes]]:
        """(path, text) of the lists in full and of what scripts read."""
        yield "assets/cube.js", cube.script(self.explored, self.links, self.marts.names)
        if self.period is not None:
            for kind, table in self.lists():
                yield f"{kind.plural.lower()}.csv", subjects.as_csv(kind, table)

    def search(self) -> str:
        """The list behind the search box."""
        if self.period is None:
            return search.index(self.marts.names, [], {}, {}, Table("", [], []), self.links)
        disputed = self.reconciliation.get("exceptions", Table("", [], []))
        return search.index(
            self.marts.names,
            self.team_ids,
            {
                name: rows if name in self.whole else rows[:_FEW]
                for name, rows in self.requests.items()
            },
            {name: rows for name, rows in self.traces.items() if name in self.whole},
            disputed,
            self.links,
        )


_TITLES = {
    "index": "Overview",
    "teams": "Teams",
    "services": "Services",
    "customers": "Customers",
    "explore": "Explore",
    "chargeback": "Chargeback",
    "quarter": "The quarter",
    "reconciliation": "Reconciliation",
    "efficiency": "Efficiency",
    "governance": "Governance",
}
_LISTS = {
    kind.plural.lower(): kind for kind in (subjects.TEAM, subjects.SERVICE, subjects.CUSTOMER)
}


def render(report: Report) -> Iterator[tuple[str, str | bytes]]:
    """(path, content) of every file; what finds requests takes the room that is left."""
    room = _SIZE - len(vega()) - len(report.search())
    for path, content in _pages(report):
        room -= len(content.encode() if isinstance(content, str) else content)
        yield path, content
    yield from requests_index.index(report.marts, report.period, room).files


def _pages(report: Report) -> Iterator[tuple[str, str | bytes]]:
    templates = environment(report.marts.names.shown)
    common = {"period": report.period, "made_at": report.made_at}
    for path, template, title, says in report.pages():
        for table in says.values():
            if isinstance(table, Table) and report.period is not None:
                report.links.add(table)
        root = "../" if "/" in path else ""
        yield (
            path,
            templates.get_template(f"{template}.html").render(
                **common, **says, title=title, root=root, here=path
            ),
        )
    yield from report.files()


def make(out: Path, days: int) -> int:
    """Write the report; Refused when it cannot be written."""
    with connect() as connection:
        report = Report(Marts(connection), days)
        try:
            write(out, console.track(render(report), "report"), report.search())
        except OSError as error:
            raise Refused(str(error)) from None
    files = [file for file in out.rglob("*") if file.is_file()]
    size = total(file.stat().st_size for file in files) / 1_000_000
    print(f"Report: {(out / 'index.html').resolve()} ({len(files)} files, {size:.1f} MB)")
    return 0
