"""Metrics are defined once, and say what the marts say.

Harm guarded against: two dashboards that each have their own figure for spend.
"""

import csv
import re
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from scripts.reporting.marts import Marts
from scripts.reporting.report import Report
from scripts.reporting.tables import total
from tests.python.project import copy_project

pytestmark = pytest.mark.wide

CENT = Decimal("0.01")
METRICS = {
    "spend_usd": ("fct_spend_daily", "sum(cost_usd)"),
    "gateway_reported_usd": ("fct_spend_daily", "sum(gateway_reported_cost_usd)"),
    "attempts": ("fct_spend_daily", "sum(attempt_count)"),
    "unpriced_attempts": ("fct_spend_daily", "sum(unpriced_count)"),
    "output_tokens": (
        "fct_spend_daily",
        "sum(output_tokens + output_audio_tokens + output_image_tokens)",
    ),
    "requests": ("fct_efficiency_daily", "sum(request_count)"),
    "successes": ("fct_efficiency_daily", "sum(success_count)"),
    "work_cost_usd": ("fct_logical_requests", "sum(cost_usd)"),
    "wasted_usd": ("fct_logical_requests", "sum(wasted_cost_usd)"),
    "covered_spend_usd": ("fct_priced_requests", "sum(cost_usd)"),
    "unattributed_cost_usd": ("fct_attribution_coverage_daily", "sum(unattributed_cost_usd)"),
    "variance_usd": (
        "fct_reconciliation_daily",
        "sum(case when status != 'no_bill' then variance_usd end)",
    ),
    "provider_billed_usd": (
        "fct_reconciliation_daily",
        "sum(case when status != 'no_bill' then provider_cost_usd end)",
    ),
    "compared_gateway_usd": ("fct_reconciliation_daily", "sum(compared_gateway_cost_usd)"),
    "compared_provider_usd": ("fct_reconciliation_daily", "sum(compared_provider_cost_usd)"),
}
RATIOS = {
    "cost_per_success_usd": ("work_cost_usd", "successes"),
    "cost_per_request_usd": ("work_cost_usd", "requests"),
    "variance_share": ("variance_usd", "compared_provider_usd"),
}


@pytest.fixture(scope="module")
def metricflow(sample_night, tmp_path_factory):
    """Runs `mf` on the sample: it reads `target/` of the project, so it gets one of its own."""
    folder = tmp_path_factory.mktemp("metrics")
    root = copy_project(folder)
    project = sample_night.copy(folder, root)
    project.dbt("parse", "--target-path", str(root / "target"))
    return lambda *arguments: project.run(str(Path(sys.executable).parent / "mf"), *arguments)


def test_the_definitions_are_valid(metricflow):
    assert "ERRORS: 0" in metricflow("validate-configs", "--skip-dw")


def test_metrics_equal_the_marts_to_the_cent(sample_night, metricflow, tmp_path):
    file = tmp_path / "metrics.csv"
    wanted = ",".join([*METRICS, *RATIOS, "attribution_coverage"])
    months = ["--group-by", "metric_time__month", "--csv", str(file)]
    metricflow("query", "--metrics", wanted, *months)
    with file.open(newline="") as stream:
        rows = {row["metric_time__month"][:10]: row for row in csv.DictReader(stream)}
    assert set(rows) == {"2026-07-01", "2026-08-01", "2026-09-01"}
    for name, (mart, expression) in METRICS.items():
        expected = sample_night.rows(
            "select strftime(date_trunc('month', usage_date), '%Y-%m-%d'), "
            f"{expression} from marts.{mart} group by 1"
        )
        for month, value in expected:
            assert abs(Decimal(rows[month][name]) - Decimal(value)) < CENT / 2, (name, month)
    for month, row in rows.items():
        for name, (part, whole) in RATIOS.items():
            ratio = Decimal(row[part]) / Decimal(row[whole])
            assert abs(Decimal(row[name]) - ratio) < CENT / 2, (name, month)
        covered = 1 - Decimal(row["unattributed_cost_usd"]) / Decimal(row["covered_spend_usd"])
        assert abs(Decimal(row["attribution_coverage"]) - covered) < Decimal("1e-9")


QUESTIONS = ("spend_usd", "unpriced_attempts", "unattributed_cost_usd", "covered_spend_usd")
BILLS = ("compared_gateway_usd", "compared_provider_usd", "variance_usd", "provider_billed_usd")


def by_metrics(metricflow, file: Path, names: tuple[str, ...], group: str) -> dict:
    """Group -> the metrics of it, to the cent."""
    metricflow("query", "--metrics", ",".join(names), "--group-by", group, "--csv", str(file))
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    (key,) = set(rows[0]) - set(names)
    return {row[key]: [cents(row[name]) for name in names] for row in rows}


def cents(amount) -> Decimal:
    return Decimal(amount or 0).quantize(CENT)


def numbers(line: str) -> list[Decimal]:
    """The figures of a line of the headline, in order."""
    found = re.findall(r"-?[0-9][0-9,]*[.]?[0-9]*", line)
    return [Decimal(number.replace(",", "")) for number in found]


@pytest.fixture(scope="module")
def places(sample_night, metricflow, tmp_path_factory):
    """What headline, report, workbook and metrics say of the same sample."""
    folder = tmp_path_factory.mktemp("places")
    sample_night.ai_cost("workbook", "--out", str(folder / "review.xlsx"))
    with duckdb.connect(str(sample_night.warehouse), read_only=True) as connection:
        report = Report(Marts(connection), 90)
        head = report.index()["head"]
    return {
        "head": head,
        "headline": sample_night.ai_cost("headline").splitlines(),
        "report": report,
        "summary": openpyxl.load_workbook(folder / "review.xlsx", data_only=True)["Summary"],
        "months": by_metrics(metricflow, folder / "months.csv", QUESTIONS, "metric_time__month"),
        "teams": by_metrics(metricflow, folder / "teams.csv", ("spend_usd",), "team"),
        "bills": by_metrics(
            metricflow, folder / "bills.csv", BILLS, "reconciliation_line__provider"
        ),
    }


def test_spend_is_one_number(places):
    """In all and by team: headline, pages and metrics."""
    report, months = places["report"], places["months"]
    spent = cents(total(day for days in report.daily.values() for day in days.values()))
    assert spent == cents(total(month[0] for month in months.values()))
    (said,) = [line for line in places["headline"] if line.startswith("Spend ")]
    assert numbers(said.partition("USD:")[2])[0] == spent
    teams = {team: cents(total(days.values())) for team, days in report.daily.items()}
    assert teams == {team: spend for team, (spend,) in places["teams"].items()}
    for team, spend in teams.items():
        (line,) = [line for line in places["headline"] if line.startswith(f"  {team} ")]
        assert numbers(line.replace(team, "", 1))[0] == spend


def test_spend_without_an_owner_and_attempts_without_a_price_are_one_number(places):
    report, months = places["report"], places["months"]
    _, _, mystery, covered = map(total, zip(*months.values(), strict=True))
    assert cents(total(day["mystery_usd"] for day in report.coverage)) == cents(mystery)
    (said,) = [line for line in places["headline"] if line.startswith("Without a registered")]
    assert numbers(said) == [(100 * mystery / covered).quantize(Decimal("0.1"))]
    (said,) = [line for line in places["headline"] if line.startswith("Without a price")]
    assert numbers(said)[:1] == [total(month[1] for month in months.values())]
    head = places["head"]
    newest = months[max(months)]
    assert [head["unpriced"], cents(head["mystery_usd"])] == newest[1:3]


def test_bills_and_variances_are_one_number(places):
    """Ours, the bill, the variance and the bill in all, by provider, in four places."""
    pages = {
        row["name"]: [
            cents(row[name])
            for name in ("gateway_usd", "provider_usd", "variance_usd", "billed_usd")
        ]
        for row in places["report"].providers
        if row["billed_usd"] is not None
    }
    assert len(pages) > 3
    assert pages == {provider: places["bills"][provider] for provider in pages}
    rows = {row[0].value: row[2:6] for row in places["summary"].iter_rows()}
    for provider, expected in pages.items():
        assert [cents(cell.value) for cell in rows[provider]] == expected
        (line,) = [line for line in places["headline"] if line.startswith(f"  {provider} ")]
        ours, bill, variance = re.search(r"(\S+) - +(\S+) = +(\S+)", line).groups()
        said = [Decimal(number.replace(",", "")) for number in (ours, bill, variance)]
        assert said == expected[:3]
        more = re.search(r"bill in all (\S+)", line)
        assert (numbers(more[1])[0] if more else said[1]) == expected[3]
