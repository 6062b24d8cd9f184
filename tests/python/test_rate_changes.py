"""What a new rate card changes in money, against requests that were priced one by one.

Harm guarded against: a card that is adopted, or refused, on the strength of a sum that its requests
do not bear out.
"""

import csv
import json
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from scripts.cli import main
from scripts.rates.impact import CardError, lines, weigh
from tests.python.project import NOW, Project, assert_same_marts, copy_project

pytestmark = pytest.mark.wide

RATES = "seeds/rate_cards"
FIRST, SECOND = "2026-12-01 00:00:00", "2026-12-05 00:00:00"
BY = """
    select date_trunc('month', usage_date)::date, team_id, provider,
        coalesce(billed_model, lower(served_model), lower(requested_model), 'none'),
        coalesce(sum(cost_usd), 0), sum(case when price_status = 'priced' then 1 else 0 end)
    from marts.fct_priced_requests
    where price_status in (
        'priced', 'partly_priced', 'unpriced_no_rate', 'unpriced_unknown_model',
        'unpriced_unknown_provider'
    )
    group by 1, 2, 3, 4
"""


def price(model, meter, usd, start, end="", known=FIRST, context=0, status="effective") -> str:
    return (
        f"list-{known[:10]},openai,{model},{meter},standard,global,{context},false,{usd},1000000,"
        f"{start},{end},{known},{status},test"
    )


# In the middle of a day; a threshold the card did not have; a region that multiplies; a discount; a
# model no card knew; a meter that loses its price; a second recording on top of the first.
ADDED = {
    "rate_card_prices.csv": [
        price("gpt-4o", "output", "9.13", "2026-08-01 09:30:15", "2026-08-04 00:00:00"),
        price("gpt-5.4-mini", "uncached_input", "3.01", "2026-07-25 00:00:00", context=1500),
        price("gpt-5.4-mini", "cache_read", "0.3", "2026-07-25 00:00:00", context=1500),
        price("gpt-5.4-mini", "output", "6.77", "2026-07-25 00:00:00", context=1500),
        price("gpt-novel", "uncached_input", "1", "2026-07-01 00:00:00"),
        price("gpt-novel", "output", "2.0001", "2026-07-01 00:00:00"),
        price("gpt-4o", "output", "7.5", "2026-08-01 09:30:15", "2026-08-03 18:00:00", SECOND,
              status="corrected"),
        price("gpt-novel", "output", "2.0001", "2026-07-01 00:00:00", "", SECOND,
              status="withdrawn"),
    ],
    "rate_card_multipliers.csv": [
        "list-2026-12-01,anthropic,claude-sonnet-4-6,us,1.2,token,2026-02-17 00:00:00,,"
        f"{FIRST},corrected,test",
    ],
    "rate_contracts.csv": [
        "c-1,openai,default,list,USD,2026-07-30 06:00:00,2026-08-02 00:00:00,"
        f"{FIRST},effective,test",
    ],
    "rate_contract_lines.csv": ["c-1,*,*,*,*,,,,,0.15,test"],
}  # fmt: skip


def append(root, rows: dict[str, list[str]]) -> None:
    for seed, added in rows.items():
        with next((root / "seeds").rglob(seed)).open("a") as file:
            file.writelines(row + "\n" for row in added)


@pytest.fixture(scope="module")
def adopted(tmp_path_factory):
    """A warehouse before two recordings, what its requests cost then, and the warehouse after."""
    folder = tmp_path_factory.mktemp("adopted")
    landing = folder / "landing"
    arguments = ["--requests", "2000", "--days", "24", "--start", "2026-07-20"]
    assert main(["sample", "--landing", str(landing), *arguments]) == 0
    (landing / "envelope_events" / "novel.jsonl").write_text(
        "".join(
            json.dumps(
                {"id": f"novel-{day}", "timestamp": f"2026-08-0{day}T12:00:00Z", "team": "search",
                 "provider": "openai", "model": "gpt-novel", "input_tokens": 1000 + day,
                 "output_tokens": day}
            )
            + "\n"
            for day in range(1, 6)
        )
    )  # fmt: skip
    root = copy_project(folder)
    project = Project(folder, landing, root=root)
    project.nightly()
    before = {row[:4]: row[4:] for row in project.rows(BY)}
    append(root, ADDED)
    shutil.copy(project.warehouse, folder / "before.duckdb")
    project.build()
    return project, before


def test_nothing_recorded_changes_nothing(adopted, tmp_path):
    shutil.copy(adopted[0].warehouse.parent / "before.duckdb", tmp_path / "warehouse.duckdb")
    project = Project(tmp_path, tmp_path)
    assert project.value("select count(*) from marts.fct_rate_changes") == 0
    assert project.value("select count(*) from intermediate.int_rateable_usage_daily") > 0


def test_every_recording_changes_what_its_requests_say(adopted, tmp_path):
    """Each state priced request by request: as of before, of the first recording, and of both."""
    project, before = adopted
    shutil.copy(project.warehouse, tmp_path / "warehouse.duckdb")
    between = Project(tmp_path, project.landing, root=project.root)
    between.dbt("run", "--select", "+fct_priced_requests", "--vars", f"rates_known_at: {FIRST!r}")
    states = [before, *({row[:4]: row[4:] for row in each.rows(BY)} for each in (between, project))]
    models = {
        FIRST: {"gpt-4o", "gpt-5.4-mini", "gpt-novel", "claude-sonnet-4-6", "gpt-4.1"},
        SECOND: {"gpt-4o", "gpt-novel"},
    }
    for number, recorded in enumerate(models):
        old, new = states[number : number + 2]
        expected = {
            key: (new[key][0] - old[key][0], int(old[key][1]), int(new[key][1]))
            for key in new
            if old[key] != new[key]
        }
        found = {
            row[:4]: row[4:]
            for row in project.rows(
                "select usage_month, team_id, provider, billed_model, change_usd, "
                "priced_before_count, priced_after_count from marts.fct_rate_changes "
                f"where recorded_at = timestamp '{recorded}'"
            )
        }
        assert found == expected
        assert {key[3] for key in expected} >= models[recorded]
    months = {key[0] for key in new}
    assert len(months) == 2
    changes = project.value("select sum(change_usd) from marts.fct_rate_changes")
    totals = [sum((cost for cost, _ in state.values()), Decimal(0)) for state in states]
    assert totals[0] + changes == totals[2] and changes != 0


@pytest.mark.long
def test_a_night_of_changes_is_a_full_refresh(adopted):
    project, _ = adopted
    marts = project.marts()
    project.dbt("run", "--full-refresh")
    assert_same_marts(project.marts(), marts)


def seeds_without(root, folder, recorded: str) -> tuple[Path, list[tuple[str, ...]]]:
    """The rate card without what was recorded at an instant, and those rows.

    The contracts are put into `company` below the folder: weighing takes them from a company.
    """
    shutil.copytree(root / "seeds" / "contracts", folder / "company" / "contracts")
    seeds = folder / "rate_cards"
    shutil.copytree(root / RATES, seeds)
    path = seeds / "rate_card_prices.csv"
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    taken = [tuple(row) for row in rows if row[12] == recorded]
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(row for row in rows if row[12] != recorded)
    return seeds, taken


def weighed(changes) -> dict:
    return {
        (each.usage_month, each.team_id): (each.change, each.newly_priced, each.no_longer_priced)
        for each in changes
    }


BY_TEAM = (
    "select usage_month, team_id, sum(change_usd), "
    "sum(greatest(priced_after_count - priced_before_count, 0)), "
    "sum(greatest(priced_before_count - priced_after_count, 0)) "
    f"from marts.fct_rate_changes where recorded_at = timestamp '{SECOND}' group by 1, 2"
)


def test_what_is_announced_before_adoption_is_what_comes(adopted, tmp_path, monkeypatch):
    project, _ = adopted
    seeds, rows = seeds_without(project.root, tmp_path, SECOND)
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(project.warehouse))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_COMPANY", str(tmp_path / "company"))
    before = project.warehouse.read_bytes()
    changes = weigh(seeds, rows)
    assert len(rows) == 2 and changes
    assert weighed(changes) == {row[:2]: row[2:] for row in project.rows(BY_TEAM)}
    assert project.warehouse.read_bytes() == before, "the warehouse is only read"
    table = lines(changes)
    total = sum((each.change for each in changes), Decimal(0))
    assert len(table) == len(changes) + 2 and f"{total:+,.4f}" in table[-1]
    assert sum(each.no_longer_priced for each in changes) > 0, "a price is withdrawn"


@pytest.mark.long
def test_the_same_is_announced_on_postgres(adopted, tmp_path, monkeypatch, postgres):
    project, _ = adopted
    (tmp_path / "warehouse").mkdir()
    there = Project(tmp_path / "warehouse", project.landing, postgres, root=project.root)
    there.load()
    there.dbt("build", "--exclude-resource-type", "test", "unit_test")
    seeds, rows = seeds_without(project.root, tmp_path, SECOND)
    for name, value in (postgres | {"AI_COST_TARGET": "postgres"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AI_COST_COMPANY", str(tmp_path / "company"))
    found = {row[:2]: row[2:] for row in there.rows(BY_TEAM)}
    assert (
        weighed(weigh(seeds, rows)) == found == {row[:2]: row[2:] for row in project.rows(BY_TEAM)}
    )


@pytest.mark.long
def test_rows_that_break_the_card_are_refused(adopted, tmp_path, monkeypatch):
    project, _ = adopted
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(project.warehouse))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_COMPANY", str(tmp_path / "company"))
    seeds, _ = seeds_without(project.root, tmp_path, "none")
    row = price("gpt-5.4", "output", "0.000000001", "2026-07-01 00:00:00", "", "2026-12-09")
    with pytest.raises(CardError, match="assert_rates_are_exact"):
        weigh(seeds, [tuple(row.split(","))])


def test_what_cannot_be_weighed_is_said_in_a_line(tmp_path, monkeypatch, capsys):
    path = tmp_path / "litellm.json"
    about = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 3e-06}
    path.write_text(json.dumps({"gpt-4.1": about}))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    # after all that is recorded here
    monkeypatch.setenv("AI_COST_NOW", NOW)
    options = ["--no-genai", "--litellm", str(path), "--impact"]
    for warehouse, recorded, said in (
        (tmp_path / "absent.duckdb", "2026-12-09", "there is no warehouse"),
        (tmp_path / "empty.duckdb", "2026-12-09", "no priced requests yet"),
        (tmp_path / "empty.duckdb", "2026-11-21", "must be recorded later"),
    ):
        if "empty" in warehouse.name:
            duckdb.connect(str(warehouse)).close()
        monkeypatch.setenv("AI_COST_WAREHOUSE", str(warehouse))
        assert main(["import", "rates", *options, "--recorded-at", recorded]) == 2
        error = capsys.readouterr().err
        assert (
            error.startswith("ai-cost import rates: ") and error.count("\n") == 1 and said in error
        )
