"""Totals of the reconciliation are judged as totals.

Harm guarded against: a bill that is twice as high in small amounts, or thirty small overcharges,
each within its tolerance, and a report that shows nothing to look at; a bias that is too small for
any day and any month, and goes on for years.
"""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from scripts.cli import main
from tests.python.project import Project

pytestmark = pytest.mark.wide

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
DAYS = 30
# 100,000 tokens of gpt-4o in and 25,000 out: 0.25 + 0.25 USD a day
OURS = Decimal("0.50")


def usage(day: datetime, times: int = 1) -> str:
    return json.dumps(
        {"id": f"r-{day:%d}", "timestamp": f"{day:%Y-%m-%dT12:00:00Z}", "team": "growth",
         "provider": "openai", "model": "gpt-4o", "input_tokens": 100_000 * times,
         "output_tokens": 25_000 * times}
    )  # fmt: skip


def bill(factor: Decimal, times: int = 1) -> str:
    def result(item: str, tokens: int) -> dict:
        amount = {"value": str(OURS / 2 * factor * times), "currency": "usd"}
        tokens *= times
        return {"amount": amount, "line_item": item, "quantity": tokens, "quantity_unit": "tokens"}

    buckets = []
    for number in range(DAYS):
        at = int((FIRST + timedelta(days=number)).timestamp())
        results = [result("gpt-4o, input", 100_000), result("gpt-4o, output", 25_000)]
        buckets.append({"start_time": at, "end_time": at + 86400, "results": results})
    return json.dumps({"data": buckets})


def built(tmp_path, factor: Decimal, times: int = 1) -> Project:
    landing = tmp_path / "landing"
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    for name, text in (
        ("envelope_events/a.jsonl", "".join(usage(day, times) + "\n" for day in days)),
        ("openai_costs/20261120T060000Z.json", bill(factor, times)),
    ):
        path = landing / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    project = Project(tmp_path, landing, now="2026-11-21T06:00:00Z")
    project.load()
    project.build()
    return project


@pytest.fixture(params=[Decimal(1), Decimal(2)], ids=["right", "doubled"])
def month(request, tmp_path):
    return built(tmp_path, request.param), request.param


def test_many_small_differences_are_one_large_one(month, monkeypatch, capsys):
    project, factor = month
    lines = project.rows("select status, count(*) from marts.fct_reconciliation_daily group by 1")
    total = project.rows(
        "select total_status, undecided_variance_usd, settled_bill_usd "
        "from marts.fct_reconciliation_monthly where usage_month_date = '2026-10-01'"
    )
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(project.warehouse))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    assert main(["headline"]) == 0
    said = capsys.readouterr().out
    if factor == 1:
        assert lines == [("matched", 2 * DAYS)]
        assert total == [("within_materiality", Decimal(0), Decimal(15))]
        assert "above our figures" not in said
    else:
        assert lines == [("within_tolerance", 2 * DAYS)], "each line alone looks right"
        assert total == [("breach", Decimal(-15), Decimal(30))]
        assert (
            "! openai: the bill of October 2026, USD 30.00, is USD 15.00 above our figures; "
            "USD 1.00 is allowed. Each line alone is within its tolerance."
        ) in said
    off = project.rows(
        "select total_level, billing_account_id, billed_model, undecided_variance_usd "
        "from marts.fct_reconciliation_totals where total_status = 'breach' order by 1"
    )
    code, said, complained = project.outcome(
        "close", "2026-10", "--prepared-by", "Ann", "--approved-by", "Bob"
    )
    refused = "the total of openai, account default for 2026-10 is off by -15.00 USD"
    if factor == 1:
        assert off == [] and refused not in said + complained
    else:
        assert off == [
            ("model", "all", "gpt-4o", Decimal(-15)),
            ("month", "default", "all", Decimal(-15)),
        ]
        assert code != 0 and refused in said + complained


@pytest.mark.parametrize(
    ("factor", "status"), [(Decimal("1.003"), "drift"), (Decimal("1.001"), "in_control")]
)
def test_a_small_bias_over_ten_days_is_a_finding(tmp_path, factor, status):
    project = built(tmp_path, factor, times=100)
    charted = (
        "select drift_status, count(*) from marts.fct_reconciliation_drift group by 1 order by 1"
    )
    assert project.rows(charted) == sorted([(status, DAYS - 9), ("too_few_days", 9)])
    assert project.rows(
        "select count(*) from marts.fct_reconciliation_totals where total_status = 'breach'"
    ) == [(0,)], "no day and no month is off"
    findings = project.rows("select finding, amount_usd from marts.fct_bill_findings")
    assert findings == ([("drift", Decimal("1.5"))] if status == "drift" else [])
