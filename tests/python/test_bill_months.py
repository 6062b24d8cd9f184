"""Random months of bills with every kind of fault: each is found once, and nothing else is.

Harm guarded against: a fault that is missed or told twice, has another amount or cause than it has,
or is found where nothing is wrong, because of how the bill was cut, pulled again or when it came;
nights that end elsewhere than a full refresh.

One more month or other ones: --bill-months 20 --bill-months-from 100.
"""

import json
from datetime import date

import pytest

from scripts.cli import main
from scripts.sample import month_sheet
from scripts.sample.month import FAULTS, Month
from scripts.sample.month_files import Deliveries
from tests.python.project import Project, copy_project

pytestmark = pytest.mark.wide

MARTS = (
    "fct_reconciliation_daily",
    "fct_reconciliation_totals",
    "fct_reconciliation_drift",
    "fct_reconciliation_accuracy",
    "fct_reconciliation_exceptions",
    "fct_leaked_spend",
    "fct_bill_findings",
    "fct_bill_files",
    "fct_prepaid_balances",
)
BUILT = ("--select", *(f"+{mart}" for mart in MARTS))
# A provider's second account is a bill of its own.
ACCOUNT = "case when billing_account_id = 'second' then provider || '/second' else provider end"


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        option = metafunc.config.getoption
        first = option("--bill-months-from")
        count = 1 if "postgres" in metafunc.fixturenames else option("--bill-months")
        metafunc.parametrize("seed", range(first, first + count))


def check(folder, seed: int, postgres: dict | None = None) -> None:
    month = Month(seed)
    deliveries = Deliveries(month, may_close=True)
    print(
        f"seed {seed}, {month.first:%B %Y}: {deliveries.layouts}; {month.planted}; "
        f"closed {deliveries.closed_on}"
    )
    root = copy_project(folder)
    write_seeds(root, month, deliveries)
    now = f"{month.now}T06:00:00Z"
    project = Project(folder, folder / "landing", postgres, root, now=now)
    for number, files in enumerate(deliveries.nights):
        for name, text in files.items():
            path = project.landing / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        project.load()
        if not number:
            project.dbt("seed")
        project.dbt("run", *BUILT)
    assert project.rows("select source_file, reason from raw.load_rejects") == []
    assert_found(project, month, deliveries)
    data = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")
    project.dbt("test", *data, "--select", *MARTS)
    nights = {mart: project.mart(mart) for mart in MARTS}
    project.dbt("run", "--full-refresh", *BUILT)
    for mart, rows in nights.items():
        assert project.mart(mart) == rows, mart


def write_seeds(root, month: Month, deliveries: Deliveries) -> None:
    """The rules that the faults need, and a month that may be closed already."""
    seeds = root / "seeds"
    for name, text in month_sheet.rules(month, lambda name: (seeds / name).read_text()).items():
        (seeds / name).write_text(text)
    if deliveries.closed_on:
        periods = seeds / "policy" / "accounting_periods.csv"
        row = f"{month.first},closed,Ann,Bob,{deliveries.closed_on} 00:00:00,0,0,,"
        periods.write_text(f"{periods.read_text().rstrip()}\n{row}\n")


def assert_found(project: Project, month: Month, deliveries: Deliveries) -> None:
    lines = {
        tuple(cell): (gap, status, cause)
        for *cell, gap, status, cause in project.rows(
            f"select usage_date, {ACCOUNT}, billed_model, meter, variance_usd, status, reason_code "
            "from marts.fct_reconciliation_daily where status != 'reconciling_item'"
        )
    }
    assert_same("lines", lines, month.expected_lines())
    absences = {
        tuple(cell): gap
        for *cell, gap in project.rows(
            f"select usage_date, {ACCOUNT}, meter, reconciling_item_usd "
            "from marts.fct_reconciliation_daily where status = 'reconciling_item'"
        )
    }
    assert_same("absences", absences, month.absences())
    totals = {
        tuple(total): gap
        for *total, gap in project.rows(
            f"select total_level, period_start_date, {ACCOUNT}, billed_model, "
            "undecided_variance_usd "
            "from marts.fct_reconciliation_totals where total_status = 'breach'"
        )
    }
    assert_same("totals", totals, month.totals_off())
    found = project.rows(
        f"select finding, {ACCOUNT}, first_usage_date, last_usage_date, item_count, amount_usd "
        "from marts.fct_bill_findings"
    )
    expected = month.findings() + deliveries.restated()
    assert sorted(map(str, map(normal, found))) == sorted(map(str, map(normal, expected)))
    worked = sorted(cell for cell, (_, status, _) in lines.items() if status == "breach")
    listed = project.rows(
        f"select usage_date, {ACCOUNT}, billed_model, meter "
        "from marts.fct_reconciliation_exceptions order by 1, 2, 3, 4"
    )
    assert listed == worked, "each line above its tolerance is on the work list once"
    files = {
        name: tuple(sums)
        for name, *sums in project.rows(
            "select source_file, sum(amount), sum(reconciled_amount), sum(replaced_amount), "
            "sum(no_exchange_rate_amount) from marts.fct_bill_files group by 1"
        )
    }
    assert_same(
        "files", files, {k: tuple(v.values()) for k, v in deliveries.expected_files().items()}
    )


def normal(finding: tuple) -> tuple:
    """Amounts of any number of zeros."""
    *rest, amount = finding
    return (*rest, None if amount is None else f"{amount:.15f}")


def assert_same(what: str, found: dict, expected: dict) -> None:
    wrong = [
        f"{key}: {found.get(key)}, not {expected.get(key)}"
        for key in sorted(found.keys() | expected.keys(), key=str)
        if found.get(key) != expected.get(key)
    ]
    assert not wrong, f"{what}:\n" + "\n".join(wrong[:40])


def test_each_fault_is_found_once_and_nothing_else_is(tmp_path, seed, monkeypatch, capsys):
    check(tmp_path, seed)
    # the command that prints it says the same, from what is written for whoever tries it
    month = Month(seed)
    more = Deliveries(month, may_close=True).restated()
    sheet = tmp_path / "truth.json"
    sheet.write_text(json.dumps(month_sheet.sheet(month, more)))
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    code = main(["accuracy", "--truth", str(sheet)])
    printed = capsys.readouterr().out
    assert code == 0, printed
    assert "bill finding" in printed


def test_a_month_is_written_with_the_rules_it_needs(tmp_path, capsys):
    landing, company = tmp_path / "landing", tmp_path / "company"
    asked = ["sample", "--landing", str(landing), "--bill-month", str(company), "--seed", "4"]
    assert main(asked) == 0
    truth = json.loads((landing / "_truth.json").read_text())
    month = Month(4, date(2026, 7, 1))
    assert truth["planted"] == month.planted and truth["variances"]
    assert all((landing / name).is_file() for name in truth["files"])
    assert f",{month.bought}," in (company / "contracts" / "prepaid_credits.csv").read_text()
    assert "lab-1,lab" in (company / "policy" / "tagging_policy.csv").read_text()
    assert (company / "organization" / "teams.csv").is_file()
    capsys.readouterr()
    assert main(asked) == 2, "a company folder is never written over"
    assert "is there already" in capsys.readouterr().err


def test_postgres_finds_the_same(tmp_path, seed, postgres):
    check(tmp_path, seed, postgres)


def test_every_kind_of_fault_is_among_the_months():
    """Of forty months, without a warehouse."""
    months = [Month(seed) for seed in range(40)]
    planted = {name for month in months for name in month.planted}
    more = {"second_account", "prepaid_does_not_tie", "prepaid_below_zero"}
    assert planted == {*FAULTS, "drift", "overcharge", *more}
    assert any(Deliveries(month, may_close=True).restated() for month in months)
