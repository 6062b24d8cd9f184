"""Metrics are defined once, and say what the marts say.

Harm guarded against: two dashboards that each have their own figure for spend.
"""

import csv
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.python.project import AFTER_SAMPLE, Project, copy_project

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
    "mystery_spend_usd": ("fct_attribution_coverage_daily", "sum(mystery_spend_usd)"),
    "variance_usd": (
        "fct_reconciliation_daily",
        "sum(case when status != 'no_bill' then variance_usd end)",
    ),
    "provider_billed_usd": ("fct_reconciliation_daily", "sum(provider_cost_usd)"),
}
RATIOS = {
    "cost_per_success_usd": ("work_cost_usd", "successes"),
    "cost_per_request_usd": ("work_cost_usd", "requests"),
    "variance_share": ("variance_usd", "provider_billed_usd"),
}


@pytest.fixture(scope="module")
def metricflow(sample_night, tmp_path_factory):
    """Runs `mf` on the sample: it reads `target/` of the project, so it gets one of its own."""
    root = copy_project(tmp_path_factory.mktemp("metrics"))
    project = Project(
        sample_night.warehouse.parent, sample_night.landing, root=root, now=AFTER_SAMPLE
    )
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
        covered = 1 - Decimal(row["mystery_spend_usd"]) / Decimal(row["covered_spend_usd"])
        assert abs(Decimal(row["attribution_coverage"]) - covered) < Decimal("1e-9")
