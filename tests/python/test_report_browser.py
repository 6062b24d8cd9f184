"""The report in a real browser: charts drawn, nothing run that a log wrote, search, both themes."""

import csv
import io
import os
from decimal import Decimal
from pathlib import Path

import pytest

from scripts.reporting.tables import usd
from tests.python import browser
from tests.python.mart_tables import ask
from tests.python.pages import Page
from tests.python.test_report import odd, plain  # noqa: F401  (fixtures)

_LOOK = """
    const boxes = [...document.querySelectorAll(".plot svg")].map((s) => s.getBoundingClientRect());
    return {
        charts: boxes.length,
        narrowest: Math.min(...boxes.map((b) => b.width)),
        widest: Math.max(...boxes.map((b) => b.right)),
        wide: document.documentElement.scrollWidth,
        window: window.innerWidth,
        hacked: "hacked" in window,
        paper: getComputedStyle(document.body).backgroundColor,
        ink: getComputedStyle(find("h1")).color,
        bars: document.querySelectorAll(".plot svg path, .plot svg text").length,
    };
"""
_CHARTS = {"index": 2, "explore": 2, "reconciliation": 3, "efficiency": 1, "governance": 1}
_CHARTS |= {"teams": 2, "services": 1, "customers": 1, "calls": 0}


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    browser.chromium()
    return tmp_path_factory.mktemp("browser")


@pytest.mark.parametrize("page", _CHARTS)
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (500, True)])
@pytest.mark.parametrize("which", ["plain", "odd"])
def test_pages_are_drawn(request, profile, page, width, dark, which):
    """Charts fit the window, nothing overflows it, nothing that a log wrote runs."""
    report = request.getfixturevalue(which) / "report"
    folder = report / page
    file = next(folder.glob("*.html")) if folder.is_dir() else report / f"{page}.html"
    # the explorer reads its data before it makes room for charts
    wait = f"""
        const drawn = () => document.querySelectorAll(".plot svg").length;
        for (let n = 0; n < 200 && drawn() < {_CHARTS[page]}; n++)
            await new Promise((done) => setTimeout(done, 50));
    """
    found = browser.probe(file, wait + _LOOK, profile, width, dark)
    look = found["answer"]
    assert found["console"] == []
    assert look["charts"] == _CHARTS[page]
    assert look["wide"] <= look["window"]
    if _CHARTS[page]:
        assert look["bars"] > 10 and look["narrowest"] > 200
        assert look["widest"] <= look["wide"]
    assert not look["hacked"]
    themes = ["rgb(255, 255, 255)", "rgb(18, 22, 27)"]
    assert look["paper"] == themes[dark] and look["ink"] not in themes


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("page", _CHARTS)
def test_axe_finds_nothing(profile, odd, page, dark):  # noqa: F811
    """By axe-core, where AI_COST_AXE names its axe.min.js; the rules of ours are in test_report."""
    axe = os.environ.get("AI_COST_AXE")
    if not axe:
        pytest.skip("AI_COST_AXE names no axe.min.js (npm pack axe-core)")
    folder = odd / "report" / page
    file = next(folder.glob("*.html")) if folder.is_dir() else odd / "report" / f"{page}.html"
    (file.parent / "axe.js").write_bytes(Path(axe).read_bytes())
    with_axe = file.with_name(f"axe-{file.name}")
    script = '<script defer src="axe.js"></script></head>'
    with_axe.write_text(file.read_text().replace("</head>", script))
    # what it loads again by itself the page forbids
    asked = "return (await axe.run(document, { preload: false })).violations.map("
    asked += "(each) => [each.id, each.nodes.map((node) => node.html)]);"
    found = browser.probe(with_axe, asked, profile, dark=dark)
    with_axe.unlink()
    assert found["answer"] == []


def test_search_by_keyboard(profile, plain):  # noqa: F811
    """Type an id, go down with the arrow, and be led to its row; Escape closes the list."""
    found = browser.probe(
        plain / "report" / "index.html",
        """
        const type = (text) => {
            find("#find").value = text;
            find("#find").dispatchEvent(new Event("input"));
        };
        const press = (key) => find("#find").dispatchEvent(new KeyboardEvent("keydown", { key }));
        const listed = () => [...document.querySelectorAll("#found [role=option]")];
        const state = () => find("#find").getAttribute("aria-expanded");
        type("REQUEST-0-1");
        const request = listed().map((item) => [item.textContent, item.querySelector("a").href]);
        press("ArrowDown");
        const chosen = find("#find").getAttribute("aria-activedescendant");
        const selected = listed().map((item) => item.getAttribute("aria-selected"));
        const open = state();
        press("Escape");
        const closed = [state(), find("#found").hidden];
        type("trace-1-");
        const trace = listed().map((item) => item.textContent);
        type("Team growth");
        const team = listed().map((item) => item.textContent);
        const later = async (text) => {
            type(text);
            while (!find("#found").children.length) await new Promise((go) => setTimeout(go, 20));
            return find("#found").textContent;
        };
        const none = await later("no such thing");
        // Neither is among the costliest that the list holds by name.
        const other = await later("REQUEST-0-7");
        const elsewhere = find("#found a").href;
        return { request, chosen, selected, open, closed, trace, team, none, other, elsewhere };
        """,
        profile,
    )
    answer = found["answer"]
    assert found["console"] == []
    text, link = answer["request"][0]
    assert "request-0-1" in text and "search" in text
    assert "/calls/search-" in link and "#request-" in link
    assert answer["chosen"] == "found-0" and answer["selected"][0] == "true"
    assert answer["open"] == "true" and answer["closed"] == ["false", True]
    assert any("trace-1-" in entry for entry in answer["trace"])
    assert len(answer["team"]) == 1 and "growth" in answer["team"][0]
    assert "Searched: names, all 42 requests, all 42 traces" in answer["none"]
    ((day, cost),) = ask(
        plain,
        "select usage_date, cost_usd from marts.fct_logical_requests "
        "where logical_request_id = 'request-0-7'",
    )
    assert f"{day}, Team search, api, gpt-5.4, USD {usd(cost)}" in answer["other"]
    assert f"explore.html?from={day}&to={day}&team=search" in answer["elsewhere"]


@pytest.mark.parametrize("width", [1600, 1280, 500])
def test_what_is_found_is_within_the_window(profile, plain, width):  # noqa: F811
    """Harm: a list of hits whose beginning is cut off, so that nobody sees what was found."""
    script = """
        find("#find").value = "request-0-1";
        find("#find").dispatchEvent(new Event("input"));
        const box = find("#found").getBoundingClientRect();
        return { left: box.left, right: box.right, wide: box.width, window: innerWidth };
    """
    found = browser.probe(plain / "report" / "index.html", script, profile, width)["answer"]
    assert found["left"] >= 0 and found["right"] <= found["window"] and found["wide"] > 250


def test_what_is_explored_is_what_the_pages_say(profile, plain):  # noqa: F811
    """Days, what they are compared with, a filter: the marts' figures, the other pages' steps."""
    report = plain / "report"
    script = """
        const choose = (name, value) => {
            const list = find(`#choose-${name}`);
            list.value = value;
            list.dispatchEvent(new Event("change"));
        };
        const option = (name, text) =>
            [...find(`#choose-${name}`).options].find((each) => each.text === text).value;
        const first = window.EXPLORED;
        choose("month", option("month", "August 2026"));
        const august = { ...window.EXPLORED, says: find("#says").textContent };
        choose("compare-with", "none");
        choose("from", "2026-08-03");
        choose("to", "2026-08-09");
        choose("team", option("team", "Team growth"));
        choose("show-by", "model");
        const table = find("#by table");
        const rows = [...table.tBodies[0].rows].map(
            (row) => [row.cells[0].textContent, row.cells[1].dataset.v]);
        const fields = [...document.querySelectorAll("#choose select, #choose input")];
        return {
            first, august, week: window.EXPLORED, rows, says: find("#says").textContent,
            head: table.tHead.textContent,
            days: find("[data-later=spend_daily] tbody").rows.length,
            why: find("#why").closest("section").hidden,
            pages: [...document.querySelectorAll("#pages a")].map((a) => [a.textContent, a.href]),
            labels: fields.every((each) => each.labels.length === 1),
        };
    """
    found = browser.probe(report / "explore.html", script, profile)
    answer = found["answer"]
    assert found["console"] == []
    for shown, before, after in (
        (answer["first"], "1 to 20 August 2026", "1 to 20 September 2026"),
        (answer["august"], "July 2026", "August 2026"),
    ):
        (row,) = [
            row
            for row in Page(report / "index.html").rows("Why spend changed between")
            if (row["from"], row["to"]) == (before, after)
        ]
        assert abs(Decimal(shown["before"]) - row["before_usd"]) < Decimal("0.000001")
        assert abs(Decimal(shown["cost"]) - row["after_usd"]) < Decimal("0.000001")
        for name, amount in shown["parts"].items():
            assert abs(Decimal(amount) - row[name]) < Decimal("0.000001"), name
    assert answer["august"]["says"] == "August 2026, compared with July 2026."
    assert answer["says"] == "3 to 9 August 2026."
    expected = ask(
        plain,
        "select billed_model, sum(cost_usd) from marts.fct_spend_daily where team_id = 'growth' "
        "and usage_date between '2026-08-03' and '2026-08-09' group by 1 order by 2 desc",
    )
    assert [(name, round(Decimal(v), 6)) for name, v in answer["rows"]] == [
        (name, round(cost, 6)) for name, cost in expected
    ]
    assert round(Decimal(answer["week"]["cost"]), 6) == round(sum(c for _, c in expected), 6)
    assert answer["head"].startswith("Model") and answer["days"] == 7
    assert answer["why"] and answer["labels"]
    ((text, link),) = answer["pages"]
    assert text == "Page of team Team growth" and "/teams/growth-" in link


_TABLE = """
    const table = [...document.querySelectorAll("table")].find(
        (each) => each.caption.textContent.startsWith("%s"));
    const shown = () => [...table.tBodies[0].rows].filter((row) => !row.hidden);
    const place = (name) => [...table.tHead.rows[0].cells].findIndex(
        (head) => head.dataset.field === name);
    const exact = (name) => shown().map((row) => row.cells[place(name)].dataset.v);
    const press = (name) => table.tHead.rows[0].cells[place(name)].querySelector("button").click();
    const tools = table.closest(".wide").previousElementSibling;
"""


def test_a_table_is_sorted_filtered_and_summed_to_the_last_digit(profile, plain):  # noqa: F811
    """Harm: a float sum beside an exact total, or a sort that takes 9 for more than 10."""
    found = browser.probe(
        plain / "report" / "reconciliation.html",
        _TABLE % "Lines that breach"
        + """
        press("variance_usd");
        const down = exact("variance_usd");
        press("variance_usd");
        const up = exact("variance_usd");
        const box = tools.querySelector("input");
        box.value = "ANTHROPIC 2026-09-13";
        box.dispatchEvent(new Event("input"));
        const kept = table.querySelector("tfoot .kept");
        const answer = {
            down, up, left: exact("variance_usd"),
            sum: kept.cells[place("variance_usd")].textContent,
            says: tools.querySelector("[role=status]").textContent,
            order: table.tHead.rows[0].cells[place("variance_usd")].getAttribute("aria-sort"),
            csv: asCsv(table).split("\\r\\n"), pasted: asPasted(table).split("\\n").length,
        };
        box.value = "";
        box.dispatchEvent(new Event("input"));
        return { ...answer, after: shown().length, kept: table.querySelectorAll(".kept").length };
        """,
        profile,
    )
    answer = found["answer"]
    assert found["console"] == []
    up = [Decimal(text) for text in answer["up"]]
    assert up == sorted(up) and len(set(up)) > 10
    assert [Decimal(text) for text in answer["down"]] == up[::-1]
    left = [Decimal(text) for text in answer["left"]]
    assert 0 < len(left) < len(up)
    assert answer["sum"] == usd(sum(left)) and answer["order"] == "ascending"
    assert answer["says"] == f"{len(left)} of {len(up)} rows"
    header, *rows, end = answer["csv"]
    assert header.startswith("Day,Provider,") and len(rows) == len(left) and end == ""
    assert answer["left"][0] in rows[0].split(",") and answer["pasted"] == len(left) + 1
    assert (answer["after"], answer["kept"]) == (len(up), 0)


def test_no_cell_of_a_csv_is_a_formula(profile, odd):  # noqa: F811
    """A team named =HYPERLINK(...) would run in the spreadsheet of whoever saves the table."""
    script = _TABLE % "Spend of this month by team" + "return asCsv(table);"
    found = browser.probe(odd / "report" / "teams.html", script, profile)
    rows = list(csv.reader(io.StringIO(found["answer"])))
    names = [row[0] for row in rows[1:]]
    assert len(names) > 10
    assert any(name.startswith("'=cmd()") for name in names)
    assert any(name.startswith("'@sum(A1)") for name in names)
    assert not [name for name in names if name[:1] in "=+-@"]


def test_search_shows_names_as_text(profile, odd):  # noqa: F811
    found = browser.probe(
        odd / "report" / "index.html",
        """
        find("#find").value = "window.hacked";
        find("#find").dispatchEvent(new Event("input"));
        return {
            hits: document.querySelectorAll("#found li").length,
            markup: document.querySelectorAll("#found script, #found img, #found svg").length,
            links: [...document.querySelectorAll("#found a")].map((a) => a.protocol),
            hacked: "hacked" in window,
        };
        """,
        profile,
    )
    answer = found["answer"]
    assert answer["hits"] > 2 and answer["markup"] == 0 and not answer["hacked"]
    assert set(answer["links"]) == {"file:"}


def test_prints(profile, plain, tmp_path):  # noqa: F811
    """A page becomes a PDF with text on it, not a picture of a search box."""
    file = tmp_path / "page.pdf"
    page = next((plain / "report" / "teams").glob("*.html"))
    flags = ("--virtual-time-budget=10000", f"--print-to-pdf={file}", "--no-pdf-header-footer")
    browser.run(page, *flags, profile=profile)
    content = file.read_bytes()
    assert content.startswith(b"%PDF") and b"/Font" in content
