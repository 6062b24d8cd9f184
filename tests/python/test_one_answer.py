"""One question, one answer: headline, report, explorer, workbook, statement and dashboards agree.

Harm guarded against: two papers of one month with two figures, at a size or with a name that no
sample has. What MetricFlow says of the sample is in test_metrics.
"""

import csv
import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import openpyxl
import pytest

from scripts.cli import main
from scripts.dashboards.charts import read
from scripts.reporting import reconciliation
from scripts.reporting.links import page_name
from scripts.reporting.marts import Marts, period
from scripts.reporting.tables import usd
from tests.python import mart_tables, test_deliver
from tests.python.mart_tables import ask
from tests.python.pages import Page
from tests.python.report_cases import LAST, ODD_NAMES, bitten, quarter
from tests.python.test_deliver import SEPTEMBER, line, statement
from tests.python.test_workbook import column

CHARTS = {chart.name: chart for chart in read().charts}


def many_teams() -> dict[str, list[dict]]:
    """Five hundred teams with a few days each; amounts of fifteen decimals."""
    spend = [
        {
            "usage_date": LAST - timedelta(days=13 * n), "team_id": f"team-{team}",
            "service_name": "api", "feature": "chat", "provider": ("openai", "azure")[n % 2],
            "billed_model": "gpt-5.4", "attempt_count": 2, "request_count": 2,
            "unpriced_count": n % 2, "cost_usd": Decimal(7919 * team + n + 1) / 10**7,
        }
        for team in range(500)
        for n in range(4)
    ]  # fmt: skip
    # half a cent: 0.125 is 0.13 wherever it stands
    spend += [{**spend[0], "team_id": "team-of-a-half", "cost_usd": Decimal("0.125")}]
    return {"fct_spend_daily": spend}


CASES = {
    "no rows": dict,
    "one team": lambda: quarter(["search"]),
    "five hundred teams": many_teams,
    "odd names": lambda: bitten(quarter([f"team {n}" for n in range(len(ODD_NAMES))])),
}


def cents(amount) -> Decimal:
    return Decimal(amount or 0).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@pytest.fixture(params=CASES, scope="module")
def house(request, tmp_path_factory):
    """A folder with a warehouse, the report and the workbook of it, and the name of the case."""
    folder = tmp_path_factory.mktemp("house")
    file = mart_tables.make(folder / "w.duckdb", CASES[request.param]())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AI_COST_TARGET", "duckdb")
        patch.setenv("AI_COST_WAREHOUSE", str(file))
        assert main(["report", "--out", str(folder / "report")]) == 0
        assert main(["workbook", "--out", str(folder / "review.xlsx")]) == 0
        yield request.param, folder


def headline(capsys) -> list[str]:
    capsys.readouterr()
    assert main(["headline"]) == 0
    return capsys.readouterr().out.splitlines()


def charted(folder, name: str, *conditions: str) -> list[tuple]:
    return ask(folder, CHARTS[name].query(*conditions))


def test_spend_is_one_figure(house, capsys):
    case, folder = house
    by_team = dict(
        ask(folder, "select team_id, sum(cost_usd) from marts.fct_spend_daily group by 1")
    )
    whole = sum(by_team.values(), Decimal(0))
    said = headline(capsys)
    if not by_team:
        assert not [each for each in said if "USD" in each]
        assert charted(folder, "cost") == [(None,)] and charted(folder, "cost_by_team") == []
        assert mart_tables.handed_over(folder / "report", "cube") is None
        return
    (spend,) = [each for each in said if each.startswith("Spend ")]
    assert re.search(r"USD: (\S+) for", spend)[1] == usd(whole)
    if case != "odd names":
        lines = {
            found[1].removeprefix("Team "): found[2]
            for each in said
            if (found := re.match(r"  (\S.*?) +([<\d,.]+) ", each))
        }
        assert {team: usd(cost) for team, cost in by_team.items() if team in lines} == {
            team: amount for team, amount in lines.items() if team in by_team
        }
        assert set(by_team) <= set(lines)
    assert dict(charted(folder, "cost_by_team")) == by_team
    for name in ("cost", "cost_by_provider", "cost_by_model", "cost_by_day"):
        place = len(CHARTS[name].by) + CHARTS[name].is_over_time
        assert sum(row[place] for row in charted(folder, name)) == whole, name
    cube = mart_tables.handed_over(folder / "report", "cube")
    told = sum(sum(cells[1::3]) for _, cells, _ in cube["rows"])
    assert cents(Decimal(told).scaleb(-9)) == cents(whole)


def test_the_month_of_each_team_is_one_figure(house):
    _, folder = house
    if not (folder / "report" / "teams.csv").exists():
        assert ask(folder, "select count(*) from marts.fct_spend_daily") == [(0,)]
        return
    month = f"usage_date >= '{LAST.replace(day=1)}'"
    charts = dict(charted(folder, "cost_by_team", month))
    with (folder / "report" / "teams.csv").open(newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    assert sorted(Decimal(row[1]) for row in rows if row[1]) == sorted(
        cost for cost in charts.values() if cost is not None
    )
    card = Page(folder / "report" / "index.html").soup.find("dd").contents[0]
    assert str(card).split()[1] == usd(sum(charts.values()))


def test_bills_are_one_figure(house, capsys):
    """Ours, the bill, the variance: headline, page, workbook, dashboard."""
    _, folder = house
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        marts = Marts(connection)
        when = period(marts, 90)
        shown = ("gateway_usd", "provider_usd", "variance_usd")
        found = [] if when is None else reconciliation.providers(marts, when, [])
    pages = {
        row["name"]: tuple(cents(row[name]) for name in shown)
        for row in found
        if row["billed_usd"] is not None
    }
    dashboard: dict[str, list[Decimal]] = {}
    for provider, status, _, ours, billed, variance in charted(folder, "verdicts_by_provider"):
        sums = dashboard.setdefault(provider, [Decimal(0)] * 3)
        if status != "no_bill":
            for n, amount in enumerate((ours, billed, variance)):
                sums[n] += amount or 0
    summary = openpyxl.load_workbook(folder / "review.xlsx", data_only=True)["Summary"]
    rows: dict[str, list] = {}
    for row in summary.iter_rows():
        rows.setdefault(row[0].value, [cell.value for cell in row[2:5]])
    for provider, figures in pages.items():
        assert tuple(map(cents, dashboard[provider])) == figures
        assert tuple(map(cents, rows[provider])) == figures
        for each in headline(capsys):
            if each.startswith(f"  {provider} ") and " - " in each:
                said = re.search(r"(\S+) - +(\S+) = +(\S+)", each).groups()
                assert tuple(Decimal(text.replace(",", "")) for text in said) == figures
    assert bool(pages) == bool(dashboard)


CURRENCIES = {"search": ("EUR", "493.21"), "growth": ("JPY", "6657"), "lost": ("USD", "1.00")}


def test_a_statement_is_one_figure_in_three_currencies(tmp_path, monkeypatch, capsys):
    """PDF, workbook and report: US dollars in all, and each team's own currency on its paper."""
    amounts = {"search": "554.82", "growth": "45.13", "lost": "1.00"}
    rows = test_deliver.marts() | {
        "fct_unpriced_usage_daily": [],
        "fct_chargeback_statements": [
            statement(
                SEPTEMBER, team, [amount, "0", "0", "0"], "closed", plan=None,
                statement_currency=CURRENCIES[team][0],
                statement_total=Decimal(CURRENCIES[team][1]), usd_per_unit=Decimal("1.12"),
                fx_rate_date=date(2026, 9, 30),
            )
            for team, amount in amounts.items()
        ],
        "fct_chargeback_statement_lines": [
            line(SEPTEMBER, team, "direct", amount, 3) for team, amount in amounts.items()
        ],
        "fct_spend_daily": [
            {"usage_date": date(2026, 9, 4), "team_id": team, "provider": "openai",
             "billed_model": "gpt-5.4", "cost_usd": Decimal(amount), "attempt_count": 3,
             "request_count": 3, "unpriced_count": 0}
            for team, amount in amounts.items()
        ],
    }  # fmt: skip
    file = test_deliver.make(tmp_path / "w.duckdb", rows)
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_NOW", "2026-10-06T12:00:00Z")
    assert main(["report", "--out", str(tmp_path / "report")]) == 0
    assert main(["workbook", "--out", str(tmp_path / "review.xlsx")]) == 0
    # one of them has nobody who is sent it: it is written all the same
    assert test_deliver.deliver(tmp_path, "2026-09") == 1
    page = openpyxl.load_workbook(tmp_path / "review.xlsx", data_only=True)["Statements"]
    teams = column(page, "team_id")
    for team, amount in amounts.items():
        currency, stated = CURRENCIES[team]
        paper = test_deliver.paper(tmp_path, team)
        assert f"September 2026 USD {usd(Decimal(amount))}" in paper
        assert (f"In {currency} {usd(Decimal(stated))}" in paper) == (currency != "USD")
        at = teams.index(team)
        assert cents(column(page, "total_usd")[at]) == Decimal(amount)
        assert column(page, "statement_currency")[at] == currency
        assert cents(column(page, "statement_total")[at]) == Decimal(stated)
        (row,) = Page(tmp_path / "report" / page_name("team", team)).rows("Statements")
        assert row["total_usd"] == Decimal(amount)
    assert f"USD: {usd(sum(map(Decimal, amounts.values())))} for" in "\n".join(headline(capsys))
