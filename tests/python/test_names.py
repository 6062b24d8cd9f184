"""People read names: where a team, a provider or a cost centre has one, no id is in its place.

Harm guarded against: a page that only who knows the ids can read; two teams of one name that are
taken for one; a link or a column for programs that follows a name and breaks when it changes.
"""

import json
import re

import openpyxl
import pytest

from scripts.accounting import headings
from scripts.cli import main
from scripts.reporting.links import page_name
from scripts.reporting.names import Names
from tests.python import mart_tables, test_deliver
from tests.python.pages import all_pages
from tests.python.report_cases import ODD_NAMES, quarter

TEAMS = {"tq-1": "Discovery", "tq-2": "Customer Care", "tq-3": "Customer Care"}
SHOWN = {"tq-1": "Discovery", "tq-2": "Customer Care (tq-2)", "tq-3": "Customer Care (tq-3)"}
PROVIDERS = {"openai": "OpenAI, spelt out", "anthropic": "Anthropic, spelt out"}
# Of the statement of a closed month, whose names are those of its close, none is asked here.
OPEN = re.compile(r"\b(tq-1|openai|anthropic|cc-1)\b")


def names(**marts) -> Names:
    """The names of these marts."""
    return Names(lambda sql, mart: [row for row in marts.get(mart, []) if mart in sql])


def team(key, name) -> dict:
    return {"id": key, "name": name}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([team("a", "Search")], {"a": "Search"}),
        ([team("a", " "), team("b", None)], {"a": "a", "b": "b"}),
        ([team("a", "One"), team("a", "Two")], {"a": "Two"}),
        ([team("a", "Care"), team("b", "care ")], {"a": "Care (a)", "b": "care (b)"}),
        # its name is the id of another
        ([team("growth", "Search"), team("search", None)], {"growth": "Search (growth)"}),
        ([team("search", "Search"), team("b", "")], {"search": "Search"}),
        ([], {"unheard of": "unheard of", None: None}),
    ],
)
def test_a_name_is_shown_and_two_of_one_name_are_told_apart(rows, expected):
    called = names(dim_teams=rows)
    assert {key: called.of("team", key) for key in expected} == expected


def test_of_no_kind_with_names_an_id_stays_an_id():
    assert names(dim_teams=[team("a", "Search")]).of("service", "a") == "a"


def marts() -> dict[str, list[dict]]:
    """A quarter of three teams, two of one name, and two providers whose names are not ids."""
    rows = quarter(list(TEAMS))
    for row in rows["dim_teams"]:
        row["team_name"] = TEAMS[row["team_id"]]
    for row in rows["fct_chargeback_statements"]:
        row["cost_center_id"] = "cc-1"
    rows["fct_alerts"] = [
        {"alert_id": "a1", "kind": "spend_anomaly", "team_id": "tq-1", "subject": "a rule",
         "cause": "too much", "severity": "warning", "item_count": 1},
    ]  # fmt: skip
    return rows | {
        "dim_providers": [{"provider": k, "provider_name": v} for k, v in PROVIDERS.items()]
    }


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A folder with a warehouse of these marts, its report and its workbook."""
    folder = tmp_path_factory.mktemp("names")
    file = mart_tables.make(folder / "w.duckdb", marts())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AI_COST_TARGET", "duckdb")
        patch.setenv("AI_COST_WAREHOUSE", str(file))
        assert main(["report", "--out", str(folder / "report")]) == 0
        assert main(["workbook", "--out", str(folder / "review.xlsx")]) == 0
        yield folder


def test_no_page_shows_the_id_of_what_has_a_name(house):
    found = {}
    for page in all_pages(house / "report"):
        for code in page.soup.find_all("code"):  # where the id itself is told
            code.decompose()
        if ids := set(OPEN.findall(page.soup.get_text(" "))):
            found[page.file.name] = ids
    assert found == {}


def test_two_teams_of_one_name_are_two_on_every_list(house):
    (page,) = [each for each in all_pages(house / "report") if each.file.name == "teams.html"]
    assert {row["name"] for row in page.rows("Spend of this month by team")} == set(SHOWN.values())


def test_links_files_and_lists_for_programs_keep_ids(house):
    report = house / "report"
    for key in TEAMS:
        assert (report / page_name("team", key)).exists()
    ids = {line.split(",")[0] for line in (report / "teams.csv").read_text().splitlines()[1:]}
    assert ids == set(TEAMS)
    cube = mart_tables.handed_over(report, "cube")
    assert cube["names"]["team"] == sorted(TEAMS)
    assert cube["called"] == {
        "team": SHOWN, "provider": PROVIDERS, "service": {}, "feature": {}, "model": {},
        "environment": {},
    }  # fmt: skip


def test_the_search_finds_a_team_by_name_and_by_id(house):
    found = [each for each in mart_tables.search_index(house / "report") if each["what"] == "Team"]
    assert {(each["id"], each["more"]) for each in found} == {(v, k) for k, v in SHOWN.items()}


def test_the_headline_and_the_alerts_say_names(house, capsys):
    assert main(["headline"]) == 0
    said = capsys.readouterr().out
    assert not OPEN.findall(said) and all(name in said for name in SHOWN.values())
    assert main(["alerts", "--sent", str(house / "sent.jsonl")]) == 0
    alert = json.loads(capsys.readouterr().out.splitlines()[0])
    assert alert["text"] == "Spend out of the ordinary, Discovery, 1 alert: a rule: too much"
    assert alert["team_id"] == "tq-1"


def test_the_chargeback_report_says_names(house, capsys):
    assert main(["chargeback", "--period", "month", "--by", "team", "--by", "provider"]) == 0
    said = capsys.readouterr().out
    assert "Customer Care (tq-2)" in said and "tq-1" not in said


def test_the_workbook_shows_names_and_keeps_ids_for_programs(house):
    book = openpyxl.load_workbook(house / "review.xlsx")
    for page in book.worksheets:
        if page.sheet_state == "hidden":
            continue
        folded = {
            place
            for about in page.column_dimensions.values()
            if about.hidden
            for place in range(about.min, about.max + 1)
        }
        for place, cells in enumerate(page.iter_cols(), start=1):
            if place in folded:
                continue
            shown = " ".join(str(cell.value) for cell in cells)
            assert not OPEN.findall(shown), (page.title, cells[0].value)
    heads = [headings.name_of(cell.value) for cell in book["Exceptions"][1]]
    ids = [row[heads.index("provider")].value for row in book["Exceptions"].iter_rows(min_row=2)]
    assert set(ids) == set(PROVIDERS)
    assert "Discovery" in book.sheetnames


def test_a_statement_and_a_roll_up_say_names(tmp_path, monkeypatch):
    rows = test_deliver.marts()
    rows["dim_teams"][0]["team_name"] = "Discovery"
    rows["dim_cost_centers"] = [
        {"cost_center_id": "cc-1", "cost_center_name": "Research", "valid_from": "2024-01-01"}
    ]
    rows["dim_providers"] = [{"provider": "mistral", "provider_name": "Mistral AI"}]
    test_deliver.make(tmp_path / "w.duckdb", rows)
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "w.duckdb"))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_NOW", "2026-10-06T12:00:00Z")
    test_deliver.deliver(tmp_path, "2026-09")
    paper = test_deliver.paper(tmp_path, "search")
    assert "Discovery" in paper and "Research" in paper and "Mistral AI" in paper
    assert "cc-1" not in paper
    test_deliver.deliver(tmp_path, "2026-Q3")
    (mail,) = (tmp_path / "out" / "2026-Q3").glob("*.eml")
    assert (
        "Discovery"
        in test_deliver.email.message_from_bytes(mail.read_bytes(), policy=test_deliver.default)
        .get_body(("plain",))
        .get_content()
    )


def test_a_name_that_bites_is_data(tmp_path, monkeypatch):
    names = ODD_NAMES[:6]
    rows = quarter([f"tq-{n}" for n in range(len(names))])
    for team, name in zip(rows["dim_teams"], names, strict=True):
        team["team_name"] = name
    mart_tables.make(tmp_path / "w.duckdb", rows)
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "w.duckdb"))
    assert main(["report", "--out", str(tmp_path / "report")]) == 0
    assert main(["workbook", "--out", str(tmp_path / "review.xlsx")]) == 0
    said = ""
    for page in all_pages(tmp_path / "report"):
        said += page.soup.get_text()
        assert not page.soup.find_all("img")
        assert {each.get("onload") for each in page.soup.find_all()} == {None}
        assert not [each for each in page.soup.find_all("script") if each.get_text().strip()]
    assert not [name for name in names if name not in said]
    cells = [
        cell
        for page in openpyxl.load_workbook(tmp_path / "review.xlsx").worksheets[1:]
        for row in page.iter_rows()
        for cell in row
        if any(name in str(cell.value) for name in names)
    ]
    assert cells and not [cell.value for cell in cells if cell.data_type == "f"]
