"""The worked pages, followed to the letter.

Harm guarded against: somebody adds a column or a meter as the page says and ends with a build that
fails, with a column that stays empty, or with usage that is not charged.
"""

import json
import re

import pytest

from tests.python.landing import event
from tests.python.project import ROOT, Project, copy_project

pytestmark = pytest.mark.wide

# "`path`, and why:", then the piece of a diff
STEP = re.compile(r"^`([\w/.-]+)`[^\n]*:\n\n```diff\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# "`path`, new:", then the whole file
NEW = re.compile(r"^`([\w/.-]+)`, new:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BILL = (
    "ServiceProviderName,InvoiceIssuerName,BillingPeriodStart,ChargePeriodStart,ChargeCategory,"
    "BilledCost,EffectiveCost,BillingCurrency,ServiceName,SkuMeter,ConsumedQuantity,ConsumedUnit,"
    "x_ModelId\n"
    "Mistral,Mistral,2026-11-01T00:00:00Z,2026-11-03T00:00:00Z,Usage,"
    "0.45,0.45,USD,Mistral API,Browser Sessions,15,Sessions,browser-1\n"
)


def steps(page: str) -> list[tuple[str, str, str]]:
    """File, what is there, and what is there afterwards, for each step of a page."""
    found = []
    for path, piece in STEP.findall((ROOT / "docs" / page).read_text()):
        lines = [(line[:1], line[1:]) for line in piece.splitlines(keepends=True)]
        before = "".join(text for sign, text in lines if sign in " -")
        after = "".join(text for sign, text in lines if sign in " +")
        found.append((path, before, after))
    return found


def followed(folder, page: str, files: dict[str, str]) -> Project:
    """A copy of the project in which the page's steps are done, and what it is to load."""
    root = copy_project(folder)
    for path, before, after in steps(page):
        text = (root / path).read_text()
        assert text.count(before) == 1, f"{path} has this {text.count(before)} times:\n{before}"
        (root / path).write_text(text.replace(before, after))
    landing = folder / "landing"
    for name, content in files.items():
        (landing / name).parent.mkdir(parents=True, exist_ok=True)
        (landing / name).write_text(content)
    project = Project(folder, landing, root=root)
    project.load()
    return project


def calls(*records: dict) -> dict[str, str]:
    return {"envelope_events/calls.jsonl": "\n".join(map(json.dumps, records))}


@pytest.fixture(scope="module")
def with_column(tmp_path_factory):
    call = {"provider": "openai", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 100}
    files = calls(event(1, experiment="blue", **call), event(2, **call))
    project = followed(tmp_path_factory.mktemp("column"), "add-a-column.md", files)
    project.build_part("+fct_priced_requests")
    return project


@pytest.fixture(scope="module")
def with_meter(tmp_path_factory):
    call = {"provider": "mistral", "model": "browser-1"}
    files = calls(event(1, browser_sessions=12, **call), event(2, browser_sessions=3, **call))
    files["focus_costs/20261106.csv"] = BILL
    project = followed(tmp_path_factory.mktemp("meter"), "add-a-meter.md", files)
    project.build_part("+fct_priced_requests", "+fct_spend_daily", "+fct_reconciliation_daily")
    return project


def test_a_column_takes_eight_files():
    assert len({path for path, *_ in steps("add-a-column.md")}) == 8


def test_the_column_is_filled_where_a_record_has_it(with_column):
    found = with_column.rows(
        "select request_id, experiment_id from marts.fct_priced_requests order by 1"
    )
    assert [experiment for _, experiment in found] == ["blue", None]


def test_a_meter_takes_eleven_files_and_no_intermediate_model():
    files = {path for path, *_ in steps("add-a-meter.md")}
    assert len(files) == 11
    assert not [path for path in files if path.startswith("models/intermediate/")]


def test_the_meter_is_counted_and_priced(with_meter):
    found = with_meter.rows(
        "select request_id, browser_sessions, cast(browser_session_cost_usd as varchar), "
        "cast(cost_usd as varchar), price_status from marts.fct_priced_requests order by 1"
    )
    assert found == [
        ("r1", 12, "0.360000000000000", "0.360000000000000", "priced"),
        ("r2", 3, "0.090000000000000", "0.090000000000000", "priced"),
    ]
    assert with_meter.rows(
        "select browser_sessions, cast(cost_usd as varchar) from marts.fct_spend_daily"
    ) == [(15, "0.450000000000000")]


def test_the_meter_is_compared_with_the_bill(with_meter):
    found = with_meter.rows(
        "select provider, billed_model, meter, cast(gateway_quantity as bigint), "
        "cast(provider_quantity as bigint), cast(gateway_cost_usd as varchar), "
        "cast(provider_cost_usd as varchar), status from marts.fct_reconciliation_daily"
    )
    assert found == [
        (
            *("mistral", "all models", "browser_session", 15, 15),
            *("0.450000000000000", "0.450000000000000", "matched"),
        )
    ]


@pytest.fixture(scope="module")
def with_mart(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mart")
    root = copy_project(folder)
    page = (ROOT / "docs" / "add-a-mart.md").read_text()
    for path, content in NEW.findall(page):
        assert not (root / path).exists()
        (root / path).write_text(content)
    call = {"provider": "openai", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 100}
    (folder / "landing" / "envelope_events").mkdir(parents=True)
    for name, content in calls(event(1, **call), event(2, **call)).items():
        (folder / "landing" / name).write_text(content)
    project = Project(folder, folder / "landing", root=root)
    project.load()
    (typed,) = re.findall(r"^ai-cost dbt (.*)$", page, flags=re.MULTILINE)
    project.dbt(*typed.split())
    return project


def test_a_mart_with_its_tests_is_four_files():
    assert len(NEW.findall((ROOT / "docs" / "add-a-mart.md").read_text())) == 4


def test_the_mart_sums_what_it_reads(with_mart):
    found = with_mart.rows(
        "select team_id, attempt_count, cost_usd, unpriced_count from marts.fct_acme_spend_weekly"
    )
    (days,) = with_mart.rows("select sum(cost_usd) from marts.fct_spend_daily")
    assert [(row[1], row[3]) for row in found] == [(2, 0)]
    assert found[0][2] == days[0] > 0
