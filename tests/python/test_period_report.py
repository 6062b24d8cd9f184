"""The chargeback report as a table of text and of a page.

Harm guarded against: shares that do not foot, a change that leaves out what ended, unknown money
that is shown as nothing, a rise without the traces behind it.
"""

from datetime import date
from decimal import Decimal

import pytest

from scripts.cli import main
from scripts.reporting.marts import Marts
from scripts.reporting.period_report import footed, lines, newest, page
from scripts.warehouse import connect
from tests.python import mart_tables

WEEK = date(2026, 6, 8)


def line(team, service, model, cost, before, traces=None, start=WEEK, **more) -> dict:
    change = None if cost is None or before is None else Decimal(cost) - Decimal(before)
    return {
        "period_grain": "week",
        "period_start_date": start,
        "is_complete_period": start == WEEK,
        "team_id": team,
        "service_name": service,
        "provider": "p",
        "billed_model": model,
        "request_count": 3,
        "attempt_count": 4,
        "input_tokens": 1000,
        "output_tokens": 50,
        "cost_usd": None if cost is None else Decimal(cost),
        "previous_cost_usd": None if before is None else Decimal(before),
        "change_usd": change,
        "top_trace_ids": traces,
        "unpriced_count": 1 if cost is None else 0,
    } | more


ROWS = [
    line("search", "api", "small", "1.000000000000001", "0.5", "t1, t2, t3"),
    line("search", "api", "large", "3", "1", "t4, t1"),
    line("search", "batch", "small", "2", "2"),
    line("growth", None, "small", "0", "1.5", attempt_count=0, request_count=0),
    line("growth", "new", "odd\x1b[31m", None, "0"),
    line("search", "api", "small", "9", "0", start=date(2026, 6, 15)),
]


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    file = mart_tables.make(tmp_path / "w.duckdb", {"fct_chargeback_report": ROWS})
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    return file


def test_a_line_is_the_sum_of_its_rows_with_the_traces_of_what_rose_most(warehouse):
    with connect() as connection:
        marts = Marts(connection)
        assert newest(marts, "week") == WEEK
        assert newest(marts, "month") is None
        found = {(row["team"], row["service"]): row for row in lines(marts, "week", WEEK)}
    api = found["search", "api"]
    assert api["cost_usd"] == Decimal("4.000000000000001")
    assert api["change_usd"] == Decimal("2.500000000000001")
    assert (api["requests"], api["input_tokens"], api["output_tokens"]) == (6, 2000, 100)
    assert api["traces"] == "t4, t1, t2"
    assert found["search", "batch"]["traces"] == ""
    assert found["growth", "(none)"]["change_usd"] == Decimal("-1.5")
    unknown = found["growth", "new"]
    assert unknown["cost_usd"] is unknown["share"] is unknown["change_usd"] is None
    assert sum(row["share"] or 0 for row in found.values()) == 1


def test_what_is_printed(warehouse, capsys):
    assert main(["chargeback", "--by", "team", "--by", "model"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Charges by team and model, week from 8 June 2026, USD\n")
    assert "50.0 %" in printed and "\x1b" not in printed and "t4, t1" in printed
    total = printed.splitlines()[-1]
    assert total.startswith("Total") and "6.00" in total and "+1.00" in total and "20.0 %" in total


def with_use_through(folder, day, monkeypatch):
    """A week that began on 15 June and is over by the clock, and the day of the newest use."""
    later = {"period_grain": "week", "period_start_date": date(2026, 6, 15)}
    rows = [
        row | {"is_complete_period": True} if row.items() >= later.items() else row for row in ROWS
    ]
    use = [{"usage_date": day, "cost_usd": Decimal(1), "attempt_count": 1}]
    file = mart_tables.make(
        folder / "w.duckdb", {"fct_chargeback_report": rows, "fct_spend_daily": use}
    )
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))


def test_a_week_whose_last_days_are_not_known_yet_is_no_whole_week(tmp_path, monkeypatch, capsys):
    with_use_through(tmp_path, date(2026, 6, 18), monkeypatch)
    assert main(["chargeback"]) == 0
    printed = capsys.readouterr().out
    assert "week from 8 June 2026" in printed
    assert printed.splitlines()[-1] == (
        "Use is known through 18 June 2026, so the week from 15 June 2026 is not whole yet: "
        "--from 2026-06-15"
    )
    assert main(["chargeback", "--from", "2026-06-15"]) == 0
    printed = capsys.readouterr().out
    assert "week from 15 June 2026" in printed and "not whole" not in printed


def test_a_weekend_without_use_keeps_no_week_open(tmp_path, monkeypatch, capsys):
    with_use_through(tmp_path, date(2026, 6, 19), monkeypatch)
    assert main(["chargeback"]) == 0
    printed = capsys.readouterr().out
    assert "week from 15 June 2026" in printed and "not whole" not in printed


def test_a_period_without_use_is_said(warehouse, capsys):
    assert main(["chargeback", "--period", "month"]) == 2
    assert "nothing was used" in capsys.readouterr().err
    assert main(["chargeback", "--from", "2020-01-06"]) == 2
    assert "2020-01-06" in capsys.readouterr().err


def test_a_page_without_the_mart_says_so(tmp_path, monkeypatch):
    file = mart_tables.make(tmp_path / "w.duckdb", {}, {"fct_chargeback_report"})
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    with connect() as connection:
        assert not page(Marts(connection))["week"].rows


@pytest.mark.parametrize(
    ("amounts", "shares"),
    [
        (["1", "1", "1"], ["0.334", "0.333", "0.333"]),
        (["0.401", "0.599"], ["0.401", "0.599"]),
        (["2", None, "1"], ["0.667", None, "0.333"]),
        (["0", None], [None, None]),
        (["0.0000000001", "7"], ["0", "1"]),
    ],
)
def test_shares_foot(amounts, shares):
    given = [None if each is None else Decimal(each) for each in amounts]
    assert footed(given) == [None if each is None else Decimal(each) for each in shares]
