"""The company folder: whose files a run reads, and what is said of a file that cannot be taken.

Harm guarded against: a user's file written over by what reads it, a typo in a file's name that
silently leaves the default in force, and the sample company's rules in somebody else's figures.
"""

import csv
import os
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest
import yaml

from scripts.operations import company
from scripts.starter.seen import _spellings
from tests.python.project import ROOT

TEAMS = "team_id,team_name,team_lead,cost_center_id,team_kind,valid_from,valid_to\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty company folder, named in the environment."""
    place = tmp_path / "acme"
    place.mkdir()
    monkeypatch.setenv(company.COMPANY, str(place))
    monkeypatch.delenv(company.ORGANIZATION, raising=False)
    monkeypatch.setenv(company.COPY, "of another run")
    return place


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def seeds(tmp_path: Path) -> Path:
    company.write_seeds(tmp_path / "seeds")
    return tmp_path / "seeds"


def test_a_file_takes_the_place_of_ours_and_the_others_stay(folder, tmp_path):
    put(folder, "anywhere/teams.csv", TEAMS + "a,Team A,,unassigned,team,,\n")
    made = seeds(tmp_path)
    assert [row["team_id"] for row in rows(made / "organization/teams.csv")] == ["a"]
    for path in (ROOT / "seeds").rglob("*.*"):
        if path.name != "teams.csv":
            assert (made / path.relative_to(ROOT / "seeds")).read_bytes() == path.read_bytes()


def test_extra_rows_stand_behind_ours(folder, tmp_path):
    ours = rows(ROOT / "seeds/rate_cards/model_aliases.csv")
    # columns in another order, as a spreadsheet saves it: a mark of order first, CRLF, a blank row
    put(
        folder,
        "extra_model_aliases.csv",
        "\ufeffalias,provider,model,valid_from,valid_to,source\r\nhouse,openai,gpt-4o,2026-01-01,,ours\r\n,,,,,\r\n",
    )
    found = rows(seeds(tmp_path) / "rate_cards/model_aliases.csv")
    assert found[:-1] == ours
    assert (found[-1]["provider"], found[-1]["alias"], found[-1]["source"]) == (
        "openai",
        "house",
        "ours",
    )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("budget.csv", "a\n", "did you mean budgets.csv?"),
        ("rate_card_prices.csv", "a\n", "did you mean extra_rate_card_prices.csv?"),
        ("holidays.txt.csv", "a\n", "is no file of a company folder"),
        ("teams.csv", "", "is empty"),
        ("teams.csv", TEAMS.replace("team_kind,", ""), "lacks team_kind"),
        ("teams.csv", TEAMS.strip() + ",head_count\n", "unknown columns head_count"),
        ("teams.csv", TEAMS.replace(",", ";"), "lacks team_id"),
        ("teams.csv", TEAMS + "a,Team A,,x\n", "row 2: 4 values in 7 columns"),
        ("teams.csv", TEAMS + 'a,"Team A\n', "values in 7 columns"),
        ("sub/teams.csv", TEAMS, "say the same twice"),
    ],
)
def test_what_cannot_be_taken_is_named(folder, tmp_path, name, text, said):
    if name == "sub/teams.csv":
        put(folder, "teams.csv", TEAMS)
    put(folder, name, text)
    with pytest.raises(company.CompanyError) as error:
        seeds(tmp_path)
    assert said in str(error.value) and name in str(error.value)


def test_a_file_in_another_encoding_is_named(folder, tmp_path):
    (folder / "teams.csv").write_bytes(TEAMS.encode("utf-16"))
    with pytest.raises(company.CompanyError, match="UTF-8"):
        seeds(tmp_path)


def test_a_folder_that_is_not_there_is_named(folder, monkeypatch):
    monkeypatch.setenv(company.COMPANY, "/no/such/folder")
    with pytest.raises(company.CompanyError, match="there is no folder /no/such/folder"):
        company.bring_in()


def test_an_organization_folder_goes_before_the_company(folder, tmp_path, monkeypatch):
    put(folder, "teams.csv", TEAMS + "a,A,,unassigned,team,,\n")
    put(folder, "budgets.csv", "team_id,budget_period,plan_usd,approved_by\nb,2026-10-01,5,x\n")
    other = put(tmp_path, "org/teams.csv", TEAMS + "b,B,,unassigned,team,,\n").parent
    monkeypatch.setenv(company.ORGANIZATION, str(other))
    made = seeds(tmp_path)
    assert [row["team_id"] for row in rows(made / "organization/teams.csv")] == ["b"]
    assert [row["team_id"] for row in rows(made / "policy/budgets.csv")] == ["b"]
    put(other, "budgets.csv", "a\n")
    with pytest.raises(company.CompanyError, match=r"budgets\.csv is no file"):
        seeds(tmp_path)


def test_without_a_company_dbt_reads_the_neutral_seeds(folder, monkeypatch):
    monkeypatch.setenv(company.COMPANY, "")
    assert company.bring_in() == ROOT / "seeds"
    assert company.COPY not in os.environ, "the copy of another run would be read"


def test_the_neutral_seeds_name_nobody():
    """No team, budget or person of the sample; nothing booked; USD."""
    names = {
        row[column]
        for file in (ROOT / "companies/sample").rglob("*.csv")
        for row in rows(file)
        for column in row
        if column.endswith(("team_id", "team_lead", "approved_by", "cost_center_id", "team_name"))
    } - {"", "*", "unattributed", "Unattributed"}
    assert len(names) > 20
    for file in (ROOT / "seeds").rglob("*.csv"):
        if file.parent.name in ("organization", "policy", "contracts"):
            assert not names & {cell for row in rows(file) for cell in row.values()}, file
    assert [tuple(row.values()) for row in rows(ROOT / "seeds/policy/chargeback_terms.csv")] == [
        ("*", "showback", "USD", "", "")
    ]


@pytest.mark.parametrize("value", ["", "0a1b", "/etc", "../../elsewhere", ".."])
def test_no_resource_path_can_leave_the_project(value):
    """dbt writes what it ran to target/run joined with the path: an absolute one would be hit."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    paths = [path for key, found in project.items() if key.endswith("-paths") for path in found]
    assert len(paths) >= 5

    def env_var(name: str, default: str = "") -> str:
        return value or default

    for path in paths:
        rendered = jinja2.Template(path).render(env_var=env_var)
        assert (ROOT / rendered).resolve().is_relative_to(ROOT), rendered
        assert os.path.join("target/run", rendered).startswith("target/run"), rendered


@pytest.mark.parametrize(
    "variable", [company.COMPANY, pytest.param(company.ORGANIZATION, marks=pytest.mark.wide)]
)
def test_plain_dbt_refuses_and_leaves_the_files_alone(tmp_path, variable):
    """Over a company's warehouse the neutral seeds would make strangers of all its teams."""
    teams = put(tmp_path, "ours/teams.csv", TEAMS + "a,Team A,,unassigned,team,,\n")
    before = teams.read_bytes(), teams.stat().st_mtime_ns
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "--quiet", "seed", "--select", "teams"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != company.COPY}
        | {
            variable: str(teams.parent),
            "AI_COST_WAREHOUSE": str(tmp_path / "w.duckdb"),
            "DBT_PROFILES_DIR": str(ROOT),
            "DBT_TARGET_PATH": str(tmp_path.parent / "plain-dbt-target"),
            "DBT_LOG_PATH": str(tmp_path / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode and "ai-cost dbt seed" in done.stdout + done.stderr
    assert (teams.read_bytes(), teams.stat().st_mtime_ns) == before


def test_a_decision_is_written_to_the_company_and_else_to_the_project(folder, monkeypatch):
    new = company.decisions("accounting_periods")
    assert new == folder / "policy/accounting_periods.csv"
    assert company.decisions("rate_card_prices") == folder / "rate_cards/extra_rate_card_prices.csv"
    made = company.started(new, ["period_start", "status"])
    assert made.read_text() == "period_start,status\n"
    moved = folder / "accounting_periods.csv"
    made.rename(moved)
    assert company.decisions("accounting_periods") == moved
    monkeypatch.setenv(company.COMPANY, "")
    assert company.decisions("accounting_periods") == ROOT / "seeds/policy/accounting_periods.csv"


def test_a_folder_that_cannot_be_written_is_said_before_anything_happens(folder, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # the tests may run as root
    with pytest.raises(company.CompanyError, match="cannot be written"):
        company.writable(company.decisions("accounting_periods"))


def test_rows_are_not_added_to_columns_in_another_order(folder):
    file = put(folder, "extra_model_aliases.csv", "alias,provider\n")
    with pytest.raises(company.CompanyError, match="in the order provider,alias"):
        company.started(file, ["provider", "alias"])


def test_spellings_of_a_team_become_one_team():
    names = ["growth-team", "growth", "Search", "team search", "team", "données", "数据"]
    assert _spellings(names, {"growth": ()}) == {
        "growth-team": "growth",
        "growth": "growth",
        "Search": "Search",
        "team search": "Search",
        "team": "team",
        "données": "données",
        "数据": "数据",
    }
