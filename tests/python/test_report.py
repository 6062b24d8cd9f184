"""The report says what the marts say, for any warehouse, and lets nothing in."""

import csv
import datetime
import itertools
import json
import random
import re
import time
import zlib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import duckdb
import pytest

from scripts.cli import main
from scripts.reporting import invoices, reconciliation, teams
from scripts.reporting.marts import Marts, Period, period
from scripts.reporting.names import Names
from scripts.reporting.spend import Driver, compared
from scripts.reporting.tables import change, days, many, share, span, unbroken, unit, usd
from tests.python import browser, mart_tables
from tests.python.documents import ROOT
from tests.python.mart_tables import ask
from tests.python.pages import Page, all_pages
from tests.python.report_cases import LARGE, LAST, ODD_NAMES, bitten, quarter

_PAGES = {"index", "teams", "services", "customers", "explore", "chargeback", "reconciliation"}
_PAGES |= {"efficiency", "governance", "quarter"}


def build(folder: Path, rows: dict, monkeypatch, without=frozenset()) -> Path:
    """The report of a warehouse with these rows."""
    file = mart_tables.make(folder / "w.duckdb", rows, without)
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    assert main(["report", "--out", str(folder / "report")]) == 0
    return folder / "report"


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Three teams with a plain quarter: its folder, with report and warehouse."""
    folder = tmp_path_factory.mktemp("plain")
    with pytest.MonkeyPatch.context() as patch:
        build(folder, quarter(["search", "growth", "nobody-registered"]), patch)
    return folder


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """The same with names that bite in every text column."""
    folder = tmp_path_factory.mktemp("odd")
    with pytest.MonkeyPatch.context() as patch:
        build(folder, bitten(quarter([f"team {n}" for n in range(len(ODD_NAMES))])), patch)
    return folder


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def spent(folder: Path, column: str, first: str, last: str) -> dict:
    return dict(
        ask(
            folder,
            f"select {column}, sum(cost_usd) from marts.fct_spend_daily "
            f"where usage_date between '{first}' and '{last}' group by 1",
        )
    )


def key_of(shown: str) -> str:
    """The team of the quarter that is shown by this name; its name is Team and its id."""
    return shown.removeprefix("Team ")


@pytest.mark.parametrize(
    ("caption", "column", "page"),
    [
        ("Spend of this month by team", "team_id", "teams"),
        ("Spend of this month by team", "team_id", "index"),
        ("Spend of this month by provider", "provider", "index"),
        ("Spend of this month by model", "billed_model", "index"),
    ],
)
def test_spend_is_the_marts_spend(plain, caption, column, page):
    found = Page(plain / "report" / f"{page}.html").rows(caption)
    expected = spent(plain, column, "2026-09-01", "2026-09-20")
    before = spent(plain, column, "2026-08-01", "2026-08-20")
    assert {key_of(row["name"]): row["cost_usd"] for row in found} == expected
    assert {key_of(row["name"]): row["change_usd"] for row in found} == {
        name: cost - before[name] for name, cost in expected.items()
    }


def test_days_of_the_chart_are_the_marts_days(plain):
    found = Page(plain / "report" / "index.html").rows("Spend per day")
    expected = dict(
        ask(plain, "select usage_date, sum(cost_usd) from marts.fct_spend_daily group by 1")
    )
    assert len(found) == 90
    for row in found:
        day = datetime.date.fromisoformat(row["usage_date"])
        assert row["total"] == cents(expected.get(day, Decimal(0)))
        assert abs(row["s0"] + row["s1"] - row["total"]) <= Decimal("0.01")


def test_a_teams_page_adds_up(plain):
    for page in all_pages(plain / "report" / "teams"):
        team = page.soup.find("code")
        name = team.get_text() if team else page.soup.h1.get_text()
        expected = spent(plain, "team_id", "2026-09-01", "2026-09-20")[name]
        before = spent(plain, "team_id", "2026-08-01", "2026-08-20")[name]
        drivers = page.rows("What the money went to")
        assert sum(row["cost_usd"] for row in drivers) == expected
        assert sum(row["change_usd"] for row in drivers) == expected - before
        for row in drivers:
            assert row["volume_usd"] + row["unit_usd"] == row["change_usd"]
        assert page.rows("Spend so far")[19]["this"] == cents(expected)
        (wasted,) = ask(
            plain,
            "select sum(wasted_cost_usd) from marts.fct_logical_requests "
            f"where team_id = '{name}' and usage_date >= '2026-09-01'",
        )
        assert sum(row["wasted_usd"] for row in page.rows("Money that bought")) == wasted[0]


def test_a_lead_reaches_the_attempts_behind_a_day(plain):
    """From a team's page to a day, from the day to a request, and there are its attempts."""
    report = plain / "report"
    for page in all_pages(report / "teams"):
        link = page.table("Costliest days").find("a")["href"]
        path, anchor = link.split("#")
        calls = Page((page.file.parent / path).resolve())
        day = calls.soup.find(id=anchor).find_parent("section")
        (table,) = day.find_all("table")
        name = page.soup.find("code").get_text()
        expected = ask(
            plain,
            "select sum(cost_usd) from marts.fct_logical_requests "
            f"where team_id = '{name}' and usage_date = '{anchor.removeprefix('day-')}'",
        )
        assert Decimal(table.tfoot.find_all("td")[-1]["data-v"] or 0) == (expected[0][0] or 0)
        for row in table.tbody.find_all("tr"):
            request = row.find("a")["href"].split("#")[1]
            first = calls.soup.find(id=request)
            attempts = [first, first.find_next_sibling("tr")]
            shown = [Decimal(each.find_all("td")[-1]["data-v"]) for each in attempts]
            assert sum(shown) == Decimal(row.find_all("td")[-1]["data-v"])
            assert first.find("th" if first.th else "td").get_text() == row.td.get_text()
            for each in attempts:
                assert re.fullmatch(r".+, line \d+", each.find_all("td")[-2].get_text())


@pytest.mark.parametrize(
    ("kind", "column", "mart"),
    [("services", "service_name", "fct_spend_daily"),
     ("customers", "customer_id", "fct_logical_requests")],
)  # fmt: skip
def test_pages_of_services_and_customers_are_the_marts(plain, kind, column, mart):
    expected = dict(
        ask(
            plain,
            f"select {column}, sum(cost_usd) from marts.{mart} where {column} is not null "
            "and usage_date between '2026-09-01' and '2026-09-20' group by 1",
        )
    )
    pages = {page.soup.h1.get_text(): page for page in all_pages(plain / "report" / kind)}
    assert set(pages) == set(expected)
    for name, page in pages.items():
        teams = page.rows("This month by team")
        assert sum(row["cost_usd"] for row in teams) == expected[name]
        assert all(row.a for row in page.table("This month by team").tbody.find_all("tr"))
        assert page.rows("Spend by month")[0]["cost_usd"] == expected[name]
        requests = page.table("Costliest requests")
        assert name == "batch" or requests.find("a", href=re.compile("#request-"))
    listed = Page(plain / "report" / f"{kind}.html").rows("Spend of this month by")
    assert {row["name"]: row["cost_usd"] for row in listed} == expected
    rows = list(csv.reader((plain / "report" / f"{kind}.csv").read_text().splitlines()))
    assert {row[0]: Decimal(row[1]) for row in rows[1:]} == expected


def test_every_name_is_a_link(plain):
    page = next(iter(all_pages(plain / "report" / "teams")))
    for row in page.table("What the money went to").tbody.find_all("tr"):
        for cell in row.find_all(["th", "td"])[:3]:
            text = cell.get_text().strip()
            assert cell.a or text == "–" or "other" in text
            assert not cell.a or cell.a.get_text() == text


def test_a_list_of_many_teams_is_no_wall(tmp_path, monkeypatch):
    """Sixty teams: the first rows, the others as one row and behind a click, all of them as CSV."""
    names = [f"team-{n:02}" for n in range(60)]
    rows = [
        {"usage_date": LAST - datetime.timedelta(days=days), "team_id": name, "provider": "openai"}
        | {"billed_model": "m", "attempt_count": 2, "request_count": 1, "unpriced_count": 0}
        | {"cost_usd": Decimal(n + days) / 7}
        for n, name in enumerate(names)
        for days in (0, 31)
    ]
    report = build(tmp_path, {"fct_spend_daily": rows}, monkeypatch)
    page = Page(report / "teams.html")
    shown = page.rows("Spend of this month by team")
    assert len(shown) == 25
    others = page.soup.find("details", class_="rest").find_all("a")
    assert {row["name"] for row in shown} | {link.get_text() for link in others} == set(names)
    assert all((report / link["href"]).is_file() for link in others)
    rows = list(csv.reader((report / "teams.csv").read_text().splitlines()))
    ((expected,),) = ask(
        tmp_path, "select sum(cost_usd) from marts.fct_spend_daily where usage_date >= '2026-09-01'"
    )
    assert len(rows) == 61 and sum(Decimal(row[1]) for row in rows[1:]) == expected
    assert len(page.rows("Why spend changed")) == 25


def test_the_way_from_one_month_to_another_is_exact(plain):
    """Whole company and each team: the parts sum to the difference to the last digit."""
    report = plain / "report"
    pages = [("", Page(report / "index.html"))]
    for page in all_pages(report / "teams"):
        pages.append((f"and team_id = '{page.soup.find('code').get_text()}'", page))
    ends = {"30 June": "06-30", "1 to 20 July": "07-20", "July": "07-31", "1 to 20 August": "08-20"}
    ends |= {"August": "08-31", "1 to 20 September": "09-20", "23 to 30 June": "06-30"}
    assert pages[0][1].rows("Why spend changed")[2]["from"] == "23 to 30 June 2026"
    for condition, page in pages:
        rows = page.rows("Why spend changed between two months")
        assert len(rows) == 6
        for row in rows:
            parts = [row[name] for name in ("volume", "mix", "price", "new", "gone")]
            assert row["before_usd"] + sum(parts) == row["after_usd"]
            for side, amount in (("from", "before_usd"), ("to", "after_usd")):
                last = ends[row[side].removesuffix(" 2026")]
                ((expected,),) = ask(
                    plain,
                    "select sum(cost_usd) from marts.fct_spend_daily where usage_date between "
                    f"'2026-{last[:2]}-01' and '2026-{last}' {condition}",
                )
                assert row[amount] == expected, (row, last)


def test_the_reconciliation_adds_up(plain):
    page = Page(plain / "report" / "reconciliation.html")
    expected = ask(
        plain,
        "select provider, sum(compared_gateway_cost_usd), sum(compared_provider_cost_usd), "
        "sum(variance_usd), sum(abs(variance_usd)), count(*) filter (status = 'breach'), "
        "coalesce(sum(provider_cost_usd) filter (status = 'reconciling_item'), 0), "
        "sum(provider_cost_usd) "
        "from marts.fct_reconciliation_daily where status <> 'no_bill' group by 1 order by 1",
    )
    found = page.rows("Ours against")
    names = ("name", "gateway_usd", "provider_usd", "variance_usd", "gross_usd", "breaches")
    names += ("absent_usd", "billed_usd")
    assert [tuple(row[name] for name in names) for row in found] == expected
    steps = [
        (Decimal(cell["data-from"]), Decimal(cell["data-to"]), cell["data-kind"])
        for cell in page.table("From our cost to the bills").find_all("td")
    ]
    assert steps[0][0] == sum(row["gateway_usd"] for row in found)
    (compared,) = [at for at, to, kind in steps[1:-1] if at == to and kind == "whole"]
    assert compared == sum(row["provider_usd"] for row in found)
    assert steps[-1][0] == sum(row["billed_usd"] for row in found)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(steps))
    assert [kind for start, end, kind in steps if start == end] == ["whole"] * 3
    days = page.rows("Variance per day")
    for place, row in enumerate(found):
        shown = sum(day[f"p{place}"] or 0 for day in days)
        assert abs(shown - row["variance_usd"]) <= len(days) * Decimal("0.005")


def test_a_providers_month_leads_from_our_cost_to_the_invoice(plain):
    """Its steps, its work list and its invoices are those of the marts, and each is led to."""
    table = Page(plain / "report" / "reconciliation.html").table("How far the comparison")
    links = [a["href"] for a in table.find_all("a")]
    pages = [Page(plain / "report" / link) for link in links]
    assert len(pages) == len(set(links)) == len(table.tbody.find_all("tr")) > 1
    for page in pages:
        name, month = page.soup.h1.get_text().rsplit(", ", 1)
        first = datetime.datetime.strptime(month, "%B %Y").date()
        mine = f"provider = '{name}' and date_trunc('month', usage_date) = '{first}'"
        ((ours, theirs, whole),) = ask(
            plain,
            "select sum(compared_gateway_cost_usd), sum(compared_provider_cost_usd), "
            f"sum(provider_cost_usd) from marts.fct_reconciliation_daily "
            f"where status <> 'no_bill' and {mine}",
        )
        steps = [
            (Decimal(cell["data-from"]), Decimal(cell["data-to"]))
            for cell in page.table("From our cost to the bill,").find_all("td")
        ]
        assert (steps[0][0], steps[-1][1]) == (ours or 0, whole or 0)
        assert (theirs or 0) in [start for start, end in steps if start == end]
        assert all(before[1] == after[0] for before, after in itertools.pairwise(steps))
        decided = page.rows("Lines above their tolerance")
        ((lines, gap),) = ask(
            plain,
            "select count(*), coalesce(sum(variance_usd), 0) "
            f"from marts.fct_reconciliation_exceptions where {mine}",
        )
        assert sum(row["line_count"] for row in decided) == lines
        assert sum(row["variance_usd"] for row in decided) == gap
        ((invoiced,),) = ask(
            plain,
            "select count(*) from marts.fct_reconciliation_invoices where status <> 'not_invoiced' "
            f"and provider = '{name}' and billing_period_start_date = '{first}'",
        )
        assert len(page.rows("Invoices three ways")) == invoiced


def test_the_chart_of_days_has_a_colour_for_every_state():
    """A state that the chart does not know has the colour of none: a red day looks calm."""
    text = (ROOT / "scripts/reporting/charts/variance_days.vl.json").read_text()
    scale = re.search(r'"domain": (\[.*?\])', text)[1]
    assert set(json.loads(scale)) == {*reconciliation.WORDS.values(), "No usage"}


def test_the_work_list_is_the_marts(plain):
    """Open items first, then by amount; each can be found and led to."""
    found = Page(plain / "report" / "reconciliation.html").rows("Lines that breach")
    expected = ask(
        plain,
        "select decision_state, variance_usd from marts.fct_reconciliation_exceptions "
        "order by decision_state not in ('open', 'reopened'), abs(variance_usd) desc",
    )
    assert [(row["decision_state"], row["variance_usd"]) for row in found] == expected
    index = mart_tables.search_index(plain / "report")
    assert len([entry for entry in index if entry["what"] == "Disputed"]) == len(expected)


def test_steps_to_the_invoice_add_up():
    """Ours, the report and the invoice are where the parts between them lead."""
    chance = random.Random(3)
    money = [
        "gateway_usd",
        "provider_usage_usd",
        "reconciling_item_usage_usd",
        "prepaid_drawdown_usd",
    ]
    kinds = ["usage", "discount", "credit", "tax", "rounding"]
    rows = []
    for status in ("matched", "breach", "no_provider_report", "credit_memo", "not_invoiced"):
        row = {name: Decimal(chance.randrange(10**9)) / 10**6 for name in money}
        parts = {f"invoiced_{kind}_usd": Decimal(chance.randrange(10**9)) / 10**6 for kind in kinds}
        row |= parts | {"invoiced_usd": sum(parts.values()), "status": status}
        rows.append(row | {"is_credit_memo": status == "credit_memo"})
    rows[2]["provider_usage_usd"] = None
    invoiced = rows[:4]
    steps = invoices.steps(rows).rows
    wholes = [n for n, step in enumerate(steps) if step["_amount_usd"]["kind"] == "whole"]
    levels = [steps[n]["amount_usd"] for n in wholes]
    assert levels == [
        sum(row["gateway_usd"] for row in invoiced[:3]),
        sum(row["provider_usage_usd"] for row in invoiced[:2]),
        sum(row["invoiced_usd"] for row in invoiced),
    ]
    for (start, end), (before, after) in zip(
        itertools.pairwise(wholes), itertools.pairwise(levels), strict=True
    ):
        between = steps[start + 1 : end]
        assert len(between) > 1
        assert before + sum(step["amount_usd"] for step in between) == after
        assert Decimal(between[-1]["_amount_usd"]["to"]) == after


def test_savings_and_units_are_the_marts(plain):
    page = Page(plain / "report" / "efficiency.html")
    assert (
        sum(row["saving_usd"] for row in page.rows("What would have cost less"))
        == (ask(plain, "select sum(saving_usd) from marts.fct_savings_opportunities")[0][0])
    )
    expected = dict(
        ask(
            plain,
            "select team_id, cast(cost_usd * 1000 / request_count as decimal(30, 4)) "
            "from marts.fct_efficiency_weekly where week_start_date = '2026-09-14'",
        )
    )
    found = page.rows("Scoreboard")
    assert {key_of(row["team_id"]): round(row["unit_usd"], 4) for row in found} == expected


def test_statements_are_the_marts(plain):
    pages = all_pages(plain / "report" / "teams")
    found = [row["total_usd"] for page in pages for row in page.rows("Statements")]
    expected = ask(plain, "select total_usd from marts.fct_chargeback_statements")
    assert sorted(found) == sorted(total for (total,) in expected)


def test_what_is_shown_is_the_figure_rounded(plain, odd):
    """A figure in a cell and the exact one behind it cannot drift apart."""
    for folder in (plain, odd):
        figures = [figure for page in all_pages(folder / "report") for figure in page.figures()]
        assert len(figures) > 500
        for exact, shown in figures:
            if not exact:
                assert shown == "–"
                continue
            number = Decimal(exact)
            forms = {usd(number), change(number), share(number), unit(number)}
            assert shown in forms | {f"{int(number):,}".replace("-", "−")}


def test_every_link_leads_somewhere(plain, odd):
    for folder in (plain, odd):
        report = folder / "report"
        anchors = {
            page.file.resolve(): {tag["id"] for tag in page.soup.find_all(id=True)}
            for page in all_pages(report)
        }
        targets = [(report, entry["to"]) for entry in mart_tables.search_index(report)]
        for page in all_pages(report):
            targets += [(page.file.parent, a["href"]) for a in page.soup.find_all("a", href=True)]
            for tag in page.soup.find_all(["link", "script"]):
                link = tag.get("href") or tag["src"]
                assert (page.file.parent / link).is_file()
        for base, link in targets:
            parts = urlsplit(link)
            assert not parts.scheme and not parts.netloc, link
            if not parts.path:
                continue
            file = (base / unquote(parts.path)).resolve()
            assert not parts.fragment or parts.fragment in anchors[file], link
            assert file in anchors or (file.suffix == ".csv" and file.is_file()), link
            if parts.path.endswith("explore.html"):
                names = mart_tables.handed_over(report, "cube")["names"]
                chosen = {kind: name for kind, name in parse_qsl(parts.query) if kind in names}
                assert all(name in names[kind] for kind, name in chosen.items()), link


def test_a_finding_leads_to_the_bill_that_it_speaks_of(plain):
    table = Page(plain / "report" / "reconciliation.html").table("What is wrong")
    for row in table.tbody.find_all("tr"):
        last = row.find_all(["td", "th"])[table_place(table, "last")].get_text().strip()
        if row.a and last != "–":
            assert row.a["href"].startswith("bills/")
            assert row.a["href"].endswith(f"-{last[:7]}.html")


def table_place(table, field: str) -> int:
    return [head["data-field"] for head in table.thead.find_all("th")].index(field)


def test_names_are_text(odd):
    """A name from a log that becomes markup runs in the browser of whoever reads the report."""
    for page in all_pages(odd / "report"):
        assert len(page.soup.find_all("script")) == (7 if page.file.stem == "explore" else 5)
        assert all(tag.get("src") for tag in page.soup.find_all("script"))
        assert not page.soup.find_all(["img", "iframe", "object", "embed", "form"])
        for tag in page.soup.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")], tag
    teams = Page(odd / "report" / "teams.html").rows("Spend of this month by team")
    # each name is the id of another team, so both are shown
    called = ask(odd, "select team_id, team_name from marts.dim_teams")
    assert {row["name"] for row in teams} == {f"{name} ({key})".strip() for key, name in called}
    script = (odd / "report" / "assets" / "search-index.js").read_text()
    assert "</script" not in script and script.count("\n") == 1


def test_each_team_has_a_page_of_its_own(tmp_path, monkeypatch):
    """Names that differ only in what a file name cannot hold must not share a page."""
    names = ["a b", "a-b", "A b", "a/b", "ä", "ö"]
    report = build(tmp_path, quarter(names), monkeypatch)
    files = [file.name.lower() for file in (report / "teams").iterdir()]
    assert len(set(files)) == len(names)


@pytest.mark.parametrize("teams", [[], ["only"]])
def test_few_rows(tmp_path, monkeypatch, teams):
    report = build(tmp_path, quarter(teams) if teams else {}, monkeypatch)
    assert {page.file.stem for page in all_pages(report) if page.file.parent == report} == _PAGES
    for page in all_pages(report):
        assert page.soup.main.get_text().strip()
        assert "None" not in page.soup.main.get_text()
    if not teams:
        assert "No spend yet" in Page(report / "index.html").soup.main.get_text()


def test_marts_that_are_not_there(tmp_path, monkeypatch):
    """A mart that was not built costs its section, not the report."""
    without = set(mart_tables.contracts()) - {"fct_spend_daily"}
    rows = {"fct_spend_daily": quarter(["one", "two"])["fct_spend_daily"]}
    report = build(tmp_path, rows, monkeypatch, without)
    assert "No provider bill is loaded yet" in Page(report / "reconciliation.html").soup.get_text()
    assert len(Page(report / "teams.html").rows("Spend of this month by team")) == 2


def test_a_warehouse_without_marts(tmp_path, monkeypatch):
    report = build(tmp_path, {}, monkeypatch, set(mart_tables.contracts()))
    assert "No spend yet" in Page(report / "index.html").soup.get_text()


def test_no_warehouse(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "none.duckdb"))
    assert main(["report", "--out", str(tmp_path / "report")]) == 2
    assert "there is no warehouse" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_a_folder_of_someone_else_is_left_alone(plain, tmp_path, monkeypatch, capsys):
    """A misspelt --out must not delete a folder of photographs."""
    (tmp_path / "precious.txt").write_text("keep me")
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(plain / "w.duckdb"))
    assert main(["report", "--out", str(tmp_path)]) == 1
    assert "something else than a report" in capsys.readouterr().err
    assert (tmp_path / "precious.txt").read_text() == "keep me"


def test_a_second_report_takes_the_place_of_the_first(plain, tmp_path, monkeypatch):
    """A team that is gone must not keep a page that nothing leads to."""
    report = build(tmp_path, quarter(["old"]), monkeypatch)
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(plain / "w.duckdb"))
    assert main(["report", "--out", str(report)]) == 0
    assert len(list((report / "teams").iterdir())) == 3
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_a_clock_in_the_future_does_not_empty_the_report(tmp_path):
    days = [datetime.date(2026, 9, 1), LAST, datetime.date(2999, 1, 1)]
    rows = {"fct_spend_daily": [{"usage_date": day, "team_id": "a"} for day in days]}
    file = mart_tables.make(tmp_path / "w.duckdb", rows)
    with duckdb.connect(str(file), read_only=True) as connection:
        found = period(Marts(connection), 90, today=datetime.date(2026, 9, 25))
        assert (found.first, found.last) == (days[0], LAST)
        # Where all is in the future, the clock that is wrong is ours.
        found = period(Marts(connection), 90, today=datetime.date(2020, 1, 1))
        assert found.last == days[2]


def test_the_days_shown_begin_with_a_month(tmp_path):
    """A month cut off at its start ties to no bill: its total is one more answer."""
    days = [LAST - datetime.timedelta(days=n) for n in range(200)]
    rows = {"fct_spend_daily": [{"usage_date": day, "team_id": "a"} for day in days]}
    file = mart_tables.make(tmp_path / "w.duckdb", rows)
    with duckdb.connect(str(file), read_only=True) as connection:
        found = [period(Marts(connection), shown, today=LAST).first for shown in (90, 1, 365)]
    assert [str(day) for day in found] == ["2026-06-01", "2026-08-01", str(days[-1])]


def test_dates_and_amounts_are_not_broken():
    """A reader takes `USD` at the end of a line and `90.00` on the next for two things."""
    said = unbroken("10 lines, 30 July to 2 September 2026, USD 90.00 in May or 3 teams")
    assert said == (
        "10 lines, 30\u00a0July to 2\u00a0September\u00a02026, USD\u00a090.00 in May or 3 teams"
    )


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2026-09-01", "2026-09-30", "1 to 30 September 2026"),
        ("2026-07-30", "2026-09-02", "30 July to 2 September 2026"),
        ("2026-12-30", "2027-01-02", "30 December 2026 to 2 January 2027"),
        ("2026-09-01", "2026-09-01", "1 September 2026"),
    ],
)
def test_days_as_people_say_them(first, last, shown):
    assert days(*map(datetime.date.fromisoformat, (first, last))) == shown


def test_a_whole_month_has_its_name():
    first = datetime.date(2026, 9, 1)
    assert span(first, datetime.date(2026, 9, 30)) == "September 2026"
    assert span(first, datetime.date(2026, 9, 29)) == "1 to 29 September 2026"
    assert span(first, datetime.date(2026, 10, 31)) == "1 September to 31 October 2026"


def test_one_is_not_many():
    assert [many(number, "provider") for number in (0, 1, 1200)] == [
        "0 providers", "1 provider", "1,200 providers",
    ]  # fmt: skip


def test_a_word_of_ours_is_shown_without_underscores_and_a_name_as_it_is(plain):
    page = Page(plain / "report" / "reconciliation.html")
    assert {row["meter"] for row in page.rows("Lines that breach")} > {"meter 1", "meter 2"}
    assert any("_" in row["billed_model"] for row in page.rows("Lines that breach"))


def test_what_is_not_shown_is_one_row_and_in_the_total(tmp_path, monkeypatch):
    """Harm: a list that is cut off, whose rows are taken for all there is."""
    report = build(tmp_path, quarter([f"team-{n:02}" for n in range(15)]), monkeypatch)
    table = Page(report / "index.html").table("Spend of this month by team")
    shown = [Decimal(row.find("td")["data-v"]) for row in table.tbody.find_all("tr")]
    others, total = table.tfoot.find_all("tr")
    assert len(shown) == 12 and others.td.get_text() == "3 others"
    left_out = Decimal(others.find_all("td")[1]["data-v"])
    ((expected,),) = ask(
        tmp_path, "select sum(cost_usd) from marts.fct_spend_daily where usage_date >= '2026-09-01'"
    )
    assert sum(shown) + left_out == Decimal(total.find_all("td")[1]["data-v"]) == expected


def test_months_without_an_invoice_are_one_sentence():
    def period_of(month: int, provider: str) -> dict:
        start = datetime.date(2026, month, 1)
        row = {"provider": provider, "billing_period_start_date": start, "status": "not_invoiced"}
        return row | {"gateway_usd": Decimal("1.5")}

    rows = [period_of(month, name) for month in (7, 8, 9) for name in ("openai", "azure")]
    assert invoices.open_periods(rows, Names(lambda sql, mart: [])) == (
        "Not invoiced yet: 6 months of azure, openai (July 2026 to September 2026); our own cost: "
        "USD 9.00."
    )
    assert invoices.table(rows).rows == [] and invoices.open_periods([], Names(list)) == ""


def test_work_without_a_price_is_a_dash_not_zero(tmp_path, monkeypatch):
    """A team whose calls nobody can price yet has cost something, and nobody knows how much."""
    used = {"team_id": "images", "service_name": "api", "provider": "openai", "request_count": 2}
    used |= {"billed_model": None, "attempt_count": 2, "unpriced_count": 2, "cost_usd": None}
    unpriced = {"usage_date": LAST, "team_id": "images", "provider": "openai", "attempt_count": 2}
    unpriced |= {"model_name": "dall-e", "price_status": "usage_missing", "usage_issue": "none"}
    rows = {
        "fct_spend_daily": [{"usage_date": LAST} | used],
        "fct_unpriced_usage_daily": [unpriced | {"gateway_reported_cost_usd": Decimal("0.16")}],
    }
    folder = build(tmp_path, rows, monkeypatch)
    for page in (*all_pages(folder / "teams"), Page(folder / "index.html")):
        text = page.soup.main.get_text(" ")
        assert "USD 0.00" not in text and "USD –" not in text
        facts = {fact.dt.get_text(): fact.dd for fact in page.soup.find_all("div", class_="fact")}
        assert facts["Spend this month"].find(string=True).strip() == "–"
    (row,) = Page(folder / "teams.html").rows("Spend of this month by team")
    assert (row["cost_usd"], row["change_usd"], row["share"]) == (None, None, None)
    (row,) = Page(folder / "governance.html").rows("Attempts of this month without a price")
    assert (row["model_name"], row["reason"]) == ("dall-e", "usage missing")
    assert row["teams"] == "images"
    assert row["gateway_usd"] == Decimal("0.16")


def test_a_month_without_a_plan_has_its_baseline_under_that_name(tmp_path, monkeypatch):
    """Harm: a share of the past that is read as a plan somebody set."""
    used = {"usage_date": LAST, "team_id": "images", "provider": "openai", "cost_usd": Decimal(5)}
    baseline = {"team_id": "images", "budget_period": LAST.replace(day=1), "plan_kind": "baseline"}
    baseline |= {"baseline_usd": Decimal(4), "baseline_share": Decimal("1.25")}
    rows = {
        "fct_spend_daily": [used | {"attempt_count": 1, "request_count": 1, "unpriced_count": 0}],
        "fct_budget_status": [baseline | {"spent_usd": Decimal(5), "forecast_usd": Decimal(6)}],
    }
    (page,) = all_pages(build(tmp_path, rows, monkeypatch) / "teams")
    facts = {fact.dt.get_text(): fact.dd for fact in page.soup.find_all("div", class_="fact")}
    assert "Plan of the month" not in facts
    said = facts["No plan; baseline"].get_text(" ").replace("\xa0", " ")
    assert said.startswith("USD 4.00 125.0 % charged")


def test_what_is_a_lower_bound_is_said_on_the_first_page(tmp_path, monkeypatch):
    """Part of the spend is less than it was, and which meter's price is missing is listed."""
    used = {"usage_date": LAST, "team_id": "images", "provider": "cohere", "cost_usd": Decimal(5)}
    meter = {"usage_date": LAST, "provider": "cohere", "model_name": "m", "meter": "input_image"}
    meter |= {"service_tier": "standard", "quantity": 1200, "attempt_count": 2}
    meter |= {"cost_lower_bound_usd": Decimal(3), "cost_usd": Decimal(2), "missing_row": "a row"}
    rows = {
        "fct_spend_daily": [used | {"attempt_count": 3, "request_count": 3, "unpriced_count": 0}],
        "fct_attribution_coverage_daily": [
            {"usage_date": LAST, "cost_usd": Decimal(5), "lower_bound_cost_usd": Decimal(2)}
        ],
        "fct_unpriced_meters_daily": [meter],
    }
    folder = build(tmp_path, rows, monkeypatch)
    said = Page(folder / "index.html").soup.find("ul", class_="attention").get_text(" ")
    assert "USD\u00a02.00 of this month's spend is what could be priced of attempts" in said
    page = Page(folder / "governance.html")
    (row,) = page.rows("Meters of this month without a price, of attempts that have one for others")
    assert (row["meter"], row["quantity"], row["taken_usd"]) == ("input image", 1200, Decimal(2))
    days = page.rows("Spend without a registered owner, per day")
    assert [row["lower_bound_usd"] for row in days if row["lower_bound_usd"]] == [Decimal(2)]


def test_what_moved_since_last_week_is_marked(tmp_path, monkeypatch):
    """A figure that is not what its reader saw: how far, why, by what, in which night."""
    monkeypatch.setenv("AI_COST_NOW", f"{LAST}T06:00:00Z")

    def moved(team: str, days_ago: int, usd: str, cause: str, day=LAST, figure="usage") -> dict:
        return {
            "recorded_at": f"{LAST - datetime.timedelta(days=days_ago)} 04:00:00",
            "figure": figure, "usage_date": day, "team_id": team, "provider": "openai",
            "billed_model": "gpt-5.4", "cause": cause, "change_usd": Decimal(usd),
            "attempt_change": 1, "evidence": f"envelope_events/{team}.jsonl",
        }  # fmt: skip

    rows = quarter(["search", "growth"])
    rows["fct_figure_changes"] = [
        moved("search", 1, "2.5", "late_data"),
        moved("search", 2, "-1", "price"),
        moved("search", 1, "9", "late_data", day=datetime.date(2026, 8, 15)),
        moved("search", 8, "7", "late_data"),
        moved("growth", 1, "7", "first_published"),
        moved("growth", 1, "7", "allocation", figure="shared"),
    ]
    page = Page(build(tmp_path, rows, monkeypatch) / "index.html")
    teams = {row["name"]: row["moved_usd"] for row in page.rows("Spend of this month by team")}
    assert teams == {"Team search": Decimal("1.5"), "Team growth": None}
    found = [
        (row["usage_date"], row["moved_usd"], row["cause"], row["evidence"], row["moved_on"])
        for row in page.rows("Days whose spend was shown before")
    ]
    file = "envelope_events/search.jsonl"
    assert found == [
        ("2026-08-15", Decimal(9), "late data", file, "2026-09-19"),
        ("2026-09-20", Decimal("2.5"), "late data", file, "2026-09-19"),
        ("2026-09-20", Decimal(-1), "price", file, "2026-09-18"),
    ]


def test_no_line_is_drawn_before_the_first_log(tmp_path, monkeypatch):
    """A line at zero says that nothing was spent; nobody looked yet."""
    first = LAST - datetime.timedelta(days=3)
    rows = {
        "fct_spend_daily": [
            {"usage_date": day, "team_id": "a", "cost_usd": Decimal(2), "unpriced_count": 0}
            for day in (first, LAST)
        ]
    }
    (page,) = all_pages(build(tmp_path, rows, monkeypatch) / "teams")
    shown = page.rows("Spend so far in the month")
    assert [row["this"] for row in shown][first.day - 1 : LAST.day] == [2, 2, 2, 4]
    assert {row["before"] for row in shown} == {None}
    assert {row["this"] for row in shown[: first.day - 1] + shown[LAST.day :]} == {None}


def test_plan_forecast_and_odd_days_are_in_one_chart():
    """From the last day to the month's end in a straight line, as far off as in the past."""
    when = Period(datetime.date(2026, 8, 1), datetime.date(2026, 9, 20))
    daily = {datetime.date(2026, 9, n): Decimal(3) for n in range(1, 21)}
    budget = {"budget_usd": Decimal(100), "spent_usd": Decimal(70), "forecast_usd": Decimal(105)}
    budget["forecast_error_share"] = Decimal("0.2")
    odd = [{"usage_date": LAST, "rule_kind": "daily_ratio", "rule": "too much"}]
    table = teams.month_table(daily, when, budget, odd)
    names = [column.name for column in table.columns]
    assert names == ["day", "this", "before", "plan", "forecast", "low", "high"]
    last, end = table.rows[19], table.rows[29]
    assert (last["this"], last["forecast"], last["low"], last["high"]) == (60, 60, 60, 60)
    assert last["_this"] == {"odd": "too much"} and "_this" not in table.rows[18]
    # What is left of the forecast, on top of the use so far; shared charges are not in the line.
    assert (end["forecast"], end["low"], end["high"]) == (95, 74, 116)
    assert "forecast" not in table.rows[18] and "forecast" not in table.rows[30]
    over = teams.month_table(daily, Period(when.first, datetime.date(2026, 9, 30)), budget)
    assert [column.name for column in over.columns] == ["day", "this", "before", "plan"]
    unknown = teams.month_table(daily, when, budget | {"forecast_error_share": None})
    assert [column.name for column in unknown.columns][-1] == "forecast"


def test_on_postgres(plain, postgres, tmp_path, monkeypatch):
    """The same pages from either engine."""
    mart_tables.make_postgres(postgres, quarter(["search", "growth", "nobody-registered"]))
    monkeypatch.setenv("AI_COST_TARGET", "postgres")
    for name, value in postgres.items():
        monkeypatch.setenv(name, value)
    assert main(["report", "--out", str(tmp_path / "report")]) == 0
    for page in all_pages(plain / "report"):
        other = Page(tmp_path / "report" / page.file.relative_to(plain / "report"))
        assert page.soup.main.get_text() == other.soup.main.get_text(), page.file


def test_pages_can_be_read_aloud(plain, odd):
    """Landmarks, one title, headings in order, captions, labels, unique ids."""
    for folder in (plain, odd):
        for page in all_pages(folder / "report"):
            soup = page.soup
            assert soup.html["lang"] == "en" and soup.title.get_text()
            for name in ("header", "nav", "main", "footer", "h1"):
                assert len(soup.find_all(name)) == 1, name
            levels = [int(tag.name[1]) for tag in soup.find_all(re.compile("^h[1-6]$"))]
            assert levels[0] == 1 and all(b - a <= 1 for a, b in itertools.pairwise(levels))
            ids = [tag["id"] for tag in soup.find_all(id=True)]
            assert len(ids) == len(set(ids))
            for table in soup.find_all("table"):
                assert table.caption.get_text().strip()
                assert all(head.get("scope") for head in table.find_all("th"))
            regions = [tag["aria-label"] for tag in soup.find_all(role="region")]
            assert len(regions) == len(set(regions)), "two parts of one name"
            for plot in soup.find_all(class_="plot"):
                assert plot["role"] == "img" and plot["aria-label"]
                assert plot.find_next("table"), "a chart without its figures"
            for field in soup.find_all("input"):
                assert soup.find("label", attrs={"for": field["id"]})
            for tag in soup.find_all(attrs={"aria-labelledby": True}):
                assert tag["aria-labelledby"] in ids


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_stands_out_in_light_and_dark():
    """WCAG AA: 4.5 for text, 3 for marks that carry meaning."""
    css = (ROOT / "scripts/reporting/assets/report.css").read_text()
    themes = re.findall(r":root \{(.*?)\}", css, re.S)
    assert len(themes) == 2
    for theme in themes:
        colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", theme))
        for ink, least in {"ink": 7, "soft": 4.5, "link": 4.5, "grave": 3, "series-1": 3}.items():
            for paper in ("paper", "panel"):
                a, b = sorted((_luminance(colours[ink]), _luminance(colours[paper])))
                assert (b + 0.05) / (a + 0.05) >= least, (ink, paper, theme)


@pytest.mark.parametrize(
    ("last", "before"),
    [
        ("2026-09-30", ("2026-08-01", "2026-08-31")),
        ("2026-09-20", ("2026-08-01", "2026-08-20")),
        ("2026-03-30", ("2026-02-01", "2026-02-28")),
        ("2028-02-29", ("2028-01-01", "2028-01-31")),
        ("2026-01-01", ("2025-12-01", "2025-12-01")),
    ],
)
def test_days_compared(last, before):
    day = datetime.date.fromisoformat(last)
    found = Period(day, day)
    assert (str(found.before_first), str(found.before_last)) == before


@pytest.mark.parametrize(
    ("cost", "before", "requests", "requests_before", "volume"),
    [
        ("30", "10", 30, 10, "20"),
        ("30", "10", 10, 10, "0"),
        ("5", "0", 3, 0, "5"),
        ("0", "9", 0, 3, "-9"),
    ],
)
def test_why_a_driver_changed(cost, before, requests, requests_before, volume):
    driver = Driver(
        "t", "s", "f", "p", "m", Decimal(cost), Decimal(before), requests, requests_before, 0
    )
    assert driver.volume_change_usd == Decimal(volume)
    assert driver.volume_change_usd + driver.unit_change_usd == Decimal(cost) - Decimal(before)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0.00"),
        ("0.005", "0.01"),
        ("0.0049", "<0.01"),
        ("-0.001", "−<0.01"),
        ("-1234.5", "−1,234.50"),
    ],
)
def test_money_as_people_read_it(amount, shown):
    assert usd(Decimal(amount)) == shown


def test_the_change_of_a_month_is_one_however_it_is_split():
    """A provider's use had no price the month before: its change is that of the team it is in."""
    drivers = [
        Driver("a", None, None, "openai", "m", Decimal("5"), Decimal("3"), 9, 9, 0),
        Driver("a", None, None, "mistral", "m", Decimal("0.03"), None, 9, 9, 0),
        Driver("b", None, None, "xai", "m", None, Decimal("1"), 9, 9, 9),
        Driver("b", None, None, "cohere", "m", None, None, 9, 9, 9),
    ]
    change = {
        by: {row["name"]: row["change_usd"] for row in compared(drivers, by)}
        for by in ("team_id", "provider")
    }
    assert change["provider"] == {
        "openai": Decimal("2"),
        "mistral": Decimal("0.03"),
        "xai": Decimal("-1"),
        "cohere": None,
    }
    assert change["team_id"] == {"a": Decimal("2.03"), "b": Decimal("-1")}


@pytest.mark.parametrize("teams", [500, pytest.param(60, marks=pytest.mark.wide)])
def test_a_large_warehouse(tmp_path, monkeypatch, teams):
    """Ninety days, a million requests, very many teams: seconds, and below 10 MB."""
    file = mart_tables.make(tmp_path / "w.duckdb", {})
    with duckdb.connect(str(file)) as connection:
        for statement in LARGE:
            connection.execute(re.sub(r"\b500\b", str(teams), statement))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    start = time.process_time()
    assert main(["report", "--out", str(tmp_path / "report")]) == 0
    seconds = time.process_time() - start
    report = tmp_path / "report"
    size = sum(f.stat().st_size for f in report.rglob("*") if f.is_file())
    print(f"{seconds:.1f} s, {size / 1e6:.1f} MB")
    assert len(list((report / "teams").iterdir())) == teams
    assert len(list((report / "calls").iterdir())) == 60, "teams without their calls"
    assert size < 10_000_000
    # Of the processor: a test machine is not idle.
    assert seconds < 60
    rows = list(csv.reader((report / "teams.csv").read_text().splitlines()))[1:]
    ((expected,),) = ask(
        tmp_path, "select sum(cost_usd) from marts.fct_spend_daily where usage_date >= '2026-09-01'"
    )
    assert len(rows) == teams and sum(Decimal(row[1]) for row in rows) == expected
    known = mart_tables.handed_over(report, "requests")["known"]
    print(known)
    assert known["Request"][1] == 1_000_000
    # With sixty teams all are found; five hundred pages leave room for the costliest only.
    assert known["Request"][0] == 1_000_000 if teams == 60 else known["Request"][0] > 100_000
    cube = mart_tables.handed_over(report, "cube")
    told = sum(sum(cells[1::3]) for _, cells, _ in cube["rows"])
    ((spent,),) = ask(
        tmp_path,
        f"select sum(cost_usd) from marts.fct_spend_daily where usage_date >= '{cube['first']}'",
    )
    assert abs(Decimal(told).scaleb(-9) - spent) < Decimal("0.00001")
    if teams == 60:
        for page in ("index", "teams", "explore"):
            painted = min(browser.painted(report / f"{page}.html", tmp_path) for _ in range(3))
            print(f"{page}: {painted} ms")
            assert painted < 1000, page
        assert len(Page(report / "teams.html").soup.find_all("tr")) < teams, "a wall of rows"


def test_each_entry_of_the_index_is_a_request_of_the_mart(plain):
    """Every request and every trace is there, with its team, its day and its amount in cents."""
    report = plain / "report"
    about = mart_tables.handed_over(report, "requests")
    found = {}
    for n in range(about["shards"]):
        content = mart_tables.unpacked(report, f"requests-{n:02}")
        count = int.from_bytes(content[:4], "little")
        columns, at = [], 4
        for width in (4, 3, 2, 4):
            parts = [content[at + count * k : at + count * (k + 1)] for k in range(width)]
            columns.append(
                [int.from_bytes(bytes(each), "little") for each in zip(*parts, strict=True)]
            )
            at += count * width
        mark = n * 2**32 // about["shards"]
        for step, label, day, amount in zip(*columns, strict=True):
            mark += step
            what, team, *_ = about["labels"][label]
            found[what, mark] = (team, day, amount)
    first = datetime.date.fromisoformat(about["first"])
    for what, mart, name in (
        ("Request", "fct_logical_requests", "logical_request_id"),
        ("Trace", "fct_traces", "trace_id"),
    ):
        rows = ask(plain, f"select {name}, team_id, usage_date, cost_usd from marts.{mart}")
        assert about["known"][what] == [len(rows), len(rows)]
        for id_, team, day, cost in rows:
            amount = int(cents(cost) * 100) + 2
            assert found[what, zlib.crc32(id_.encode())] == (team, (day - first).days, amount)
