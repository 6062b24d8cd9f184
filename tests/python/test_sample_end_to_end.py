"""The whole road on the sample: its answer sheet is known, so every figure can be checked.

Harm guarded against: money that is lost, doubled or charged to the wrong team between the raw line
and the mart; a discrepancy that reconciliation does not see, or one that it makes up; two engines
that disagree.
"""

import json
from decimal import Decimal

import pytest

from scripts.generate_sample_data import main as generate
from tests.python.project import Project, assert_same_marts


@pytest.fixture(scope="module")
def landing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "landing"
    assert generate(["--landing", str(folder), "--requests", "12000"]) == 0
    return folder


@pytest.fixture(scope="module")
def truth(landing):
    return json.loads((landing / "_truth.json").read_text())


@pytest.fixture(scope="module")
def sample(tmp_path_factory, landing):
    project = Project(tmp_path_factory.mktemp("duckdb"), landing)
    project.nightly()
    return project


def test_every_attempt_is_there_once_and_priced_to_the_last_digit(sample, truth):
    found = {
        system: (attempts, priced, cost)
        for system, attempts, priced, cost in sample.rows(
            "select source_system, count(*), count(*) filter (where price_status = 'priced'), "
            "sum(cost_usd) from marts.fct_priced_requests group by 1"
        )
    }
    assert found == {
        system: (told["distinct_attempts"], told["priced_attempts"], Decimal(told["priced_usd"]))
        for system, told in truth["gateways"].items()
    }


def test_every_duplicate_is_left_out_and_counted(sample, truth):
    found = dict(
        sample.rows(
            "select source_system, count(*) from intermediate.int_duplicate_deliveries group by 1"
        )
    )
    assert found == {
        system: told["duplicate_records"] for system, told in truth["gateways"].items()
    }


def test_every_team_is_charged_exactly_its_own(sample, truth):
    found = dict(sample.rows("select team_id, sum(cost_usd) from marts.fct_spend_daily group by 1"))
    expected = {team: Decimal(cost) for team, cost in truth["spend_usd_by_team"].items()}
    assert {team: cost for team, cost in found.items() if cost} == expected
    assert sum(found.values()) == Decimal(truth["priced_usd"])


def test_every_malformed_line_is_quarantined_with_a_reason(sample, truth):
    found = sample.rows(
        "select source_file, line_number, reason from marts.fct_quarantined_records order by 1, 2"
    )
    told = sorted((bad["file"], bad["line_number"]) for bad in truth["malformed"])
    assert [row[:2] for row in found] == told
    assert len({bad["kind"] for bad in truth["malformed"]}) == 10
    assert all(reason for _, _, reason in found)


def test_reconciliation_finds_what_was_planted_and_nothing_else(sample, truth):
    found = {
        (str(day), provider, None if model == "all models" else model, meter): variance
        for day, provider, model, meter, variance in sample.rows(
            "select usage_date, provider, billed_model, meter, variance_usd "
            "from marts.fct_reconciliation_daily where variance_usd != 0 and status != 'no_bill'"
        )
    }
    planted = {
        (cell["usage_date"], cell["provider"], cell["billed_model"], cell["meter"]): Decimal(
            cell["variance_usd"]
        )
        for cell in truth["variances"]
    }
    assert found == planted


def test_each_planted_discrepancy_shows_in_the_component_it_belongs_to(sample, truth):
    columns = {
        "unmatched_gateway": "unmatched_gateway_usd",
        "unmatched_provider": "unmatched_provider_usd",
        "volume": "volume_variance_usd",
        "price": "price_variance_usd",
    }
    kinds = set()
    for cell in truth["variances"]:
        # Anthropic's cost report states no quantity, so there the two cannot be told apart.
        column = columns[cell["component"]]
        if cell["provider"] == "anthropic" and cell["component"] in {"volume", "price"}:
            column = "residual_usd"
        model = cell["billed_model"] or "all models"
        amount = sample.value(
            f"select {column} from marts.fct_reconciliation_daily "
            f"where usage_date = '{cell['usage_date']}' and provider = '{cell['provider']}' "
            f"and billed_model = '{model}' and meter = '{cell['meter']}'"
        )
        assert amount != 0, cell
        kinds.update(cell["kinds"])
    assert kinds == {discrepancy["kind"] for discrepancy in truth["discrepancies"]}
    assert len(kinds) == 6


def test_a_second_night_over_the_same_files_changes_no_row(sample):
    before = sample.marts()
    built = sample.rows("select * from ops.built_days order by 1, 2")
    loaded = sample.rows("select batch_id, loaded_at from raw.load_files order by 1")
    sample.nightly()
    assert_same_marts(sample.marts(), before)
    assert sample.rows("select * from ops.built_days order by 1, 2") == built, "a day was rebuilt"
    assert sample.rows("select batch_id, loaded_at from raw.load_files order by 1") == loaded


def test_postgres_gives_the_same_rows(sample, landing, postgres, tmp_path):
    warehouse = Project(tmp_path, landing, postgres=postgres)
    warehouse.nightly()
    assert_same_marts(warehouse.marts(), sample.marts())
