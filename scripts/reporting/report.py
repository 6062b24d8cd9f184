"""Write the report: a folder of pages made from the marts, to be opened from disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from scripts import console
from scripts.errors import Refused
from scripts.operations.clock import run_instant
from scripts.reporting import (
    accuracy,
    chargeback,
    efficiency,
    findings,
    fiscal,
    governance,
    invoices,
    movements,
    outcomes,
    overview,
    period_report,
    provider_months,
    reconciliation,
    search,
    spend,
    teams,
)
from scripts.reporting.marts import Marts, Period, period
from scripts.reporting.site import environment, write
from scripts.reporting.tables import Column, Table, top, total
from scripts.warehouse import connect

_SHOWN_ON_FIRST_PAGE = 12
_SHOWN_ON_TEAM_PAGE = 4


class Report:
    """Everything the pages say, asked once for all of them."""

    def __init__(self, marts: Marts, days: int) -> None:
        self.marts = marts
        self.period: Period | None = period(marts, days)
        self.made_at = f"{run_instant():%Y-%m-%d %H:%M} UTC"
        if self.period is None:
            self.quarantine = governance.quarantine(marts)
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
        self.reconciliation["findings"] = findings.table(self.wrong)
        self.reconciliation |= invoices.page(marts, when)
        self.months = provider_months.pages(marts, when, self.wrong)
        self.reconciliation["accuracy"] = self.accuracy_table()
        self.statements = chargeback.statements(marts, when)
        self.budgets = chargeback.budgets(marts, when)
        self.anomalies = chargeback.anomalies(marts, when)
        self.savings = efficiency.savings(marts)
        self.coverage = governance.coverage(marts, when)
        self.moved = movements.of_last_week(marts, when)
        self.by_team = defaultdict(list)
        for row in self.drivers:
            self.by_team[row.team_id].append(row)
        self.team_ids = sorted(set(self.by_team) | set(self.daily))

    def teams_table(self, limit: int | None = None) -> Table:
        """All teams with spend this month or the month before, costliest first."""
        rows = spend.compared(self.drivers, "team_id")
        found = spend.comparison_table(
            "Spend of this month by team, USD", "Team", rows, self.daily, self.period
        )
        for row in rows:
            row["_href"] = teams.page_name(row["name"])
            row["plan_share"] = self.budgets.get(row["name"], {}).get("spent_share")
        found.columns.insert(4, Column("plan_share", "Of the plan", "share"))
        found.rows, found.more = top(rows, limit or len(rows))
        return movements.mark(found, movements.by(self.moved, "team_id", self.period))

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
        return movements.mark(found, movements.by(self.moved, column, self.period))

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
            "daily": spend.daily_table(daily, self.period),
            "teams": self.teams_table(_SHOWN_ON_FIRST_PAGE),
            "providers": self.by("provider", "Provider"),
            "models": self.by("billed_model", "Model"),
            "lights": self.reconciliation["lights"],
            "moved": movements.table(self.moved),
        }

    def team(self, team_id: str) -> dict:
        """What a team's page says."""
        drivers, wasted = self.by_team.get(team_id, []), self.waste.get(team_id, [])
        known = self.recipients.get(team_id)
        statements = self.statements.get(team_id, [])
        budget = self.budgets.get(team_id) or {}
        odd = [row for row in self.anomalies if row["team_id"] == team_id]
        saving = [row for row in self.savings if row["team_id"] == team_id]
        return {
            "team_id": team_id,
            "name": (known or {}).get("team_name") or team_id,
            "head": teams.headline(drivers, wasted),
            "who": teams.goes_to(known),
            "budget": budget,
            "month": teams.month_table(
                self.daily.get(team_id, {}), self.period, budget.get("budget_usd")
            ),
            "anomalies": chargeback.anomalies_table(odd, _SHOWN_ON_TEAM_PAGE),
            "statements": chargeback.statements_table(statements),
            "drivers": teams.drivers_table(drivers),
            "requests": teams.requests_table(self.requests.get(team_id, [])),
            "traces": teams.traces_table(self.traces.get(team_id, [])),
            "users": outcomes.users_table(self.users.get(team_id, [])),
            "waste": teams.waste_table(wasted),
            "savings": efficiency.savings_table(saving, _SHOWN_ON_TEAM_PAGE, team=False),
        }

    def pages(self) -> Iterator[tuple[str, str, str, dict]]:
        """(path, template, title, what it says) of every page."""
        if self.period is None:
            for name, title in _TITLES.items():
                yield f"{name}.html", name, title, {"quarantine": self.quarantine}
            return
        yield "index.html", "index", _TITLES["index"], self.index()
        yield "teams.html", "teams", _TITLES["teams"], {"teams": self.teams_table()}
        yield (
            "reconciliation.html",
            "reconciliation",
            _TITLES["reconciliation"],
            self.reconciliation,
        )
        for path, says in self.months.items():
            yield path, "provider_month", says["name"], says
        says = period_report.page(self.marts) | {"fiscal": fiscal.page(self.marts)}
        yield "chargeback.html", "chargeback", _TITLES["chargeback"], says
        says = efficiency.page(self.marts, self.period, self.savings)
        says |= outcomes.page(self.marts, self.period)
        yield "efficiency.html", "efficiency", _TITLES["efficiency"], says
        says = governance.page(self.marts, self.period, self.coverage)
        yield "governance.html", "governance", _TITLES["governance"], says
        for team_id in self.team_ids:
            says = self.team(team_id)
            yield teams.page_name(team_id), "team", says["name"], says

    def search(self) -> str:
        """The list behind the search box."""
        if self.period is None:
            return search.index({}, [], {}, {}, Table("", [], []))
        disputed = self.reconciliation.get("exceptions", Table("", [], []))
        return search.index(self.recipients, self.team_ids, self.requests, self.traces, disputed)


_TITLES = {
    "index": "Overview",
    "teams": "Teams",
    "chargeback": "Chargeback",
    "reconciliation": "Reconciliation",
    "efficiency": "Efficiency",
    "governance": "Governance",
}


def render(report: Report) -> Iterator[tuple[str, str]]:
    """(path, HTML) of every page."""
    templates = environment()
    common = {"period": report.period, "made_at": report.made_at}
    for path, template, title, says in report.pages():
        root = "../" if "/" in path else ""
        yield (
            path,
            templates.get_template(f"{template}.html").render(
                **common, **says, title=title, root=root, here=path
            ),
        )


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
