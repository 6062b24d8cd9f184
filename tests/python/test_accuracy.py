"""How far the comparison with the bills can be trusted is worked out, and not believed.

Harm guarded against: a report that is all green over half of the bill, and a cause that is named
where another was planted.
"""

import json
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
import pytest

from scripts.cli import main
from tests.python.pages import Page


@pytest.fixture
def night(sample_night, monkeypatch):
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(sample_night.warehouse))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    return sample_night


def to_six_decimals(ratio: Decimal) -> Decimal:
    return ratio.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def test_what_is_captured_explained_and_left_adds_up(night, capsys):
    rows = night.rows(
        "select usage_month_date, provider, billed_usd, captured_usd, gross_variance_usd, "
        "explained_usd, unexplained_usd, captured_share, unexplained_share "
        "from marts.fct_reconciliation_accuracy order by 1, 2"
    )
    totals = night.rows(
        "select usage_month_date, provider, sum(compared_provider_cost_usd), "
        "sum(gross_variance_usd) from marts.fct_reconciliation_monthly "
        "where line_count > no_bill_count group by 1, 2 order by 1, 2"
    )
    billed = {(month, provider): usd for month, provider, usd, _ in totals}
    assert {row[:2]: row[2] for row in rows} == billed
    for _, _, usd, captured, apart, explained, rest, share, rest_share in rows:
        assert apart == explained + rest and captured <= usd
        assert share == to_six_decimals(captured / usd)
        assert rest_share == to_six_decimals(rest / usd)
    assert main(["accuracy"]) == 0
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[:3] for line in printed[1:]] == [
        [f"{month:%Y-%m}", provider, f"{usd:,.2f}"] for month, provider, usd, *_ in rows
    ]


def test_report_workbook_and_command_say_the_same(night, capsys, tmp_path):
    assert main(["accuracy"]) == 0
    printed = capsys.readouterr().out.splitlines()[1:]
    assert main(["report", "--out", str(tmp_path / "report")]) == 0
    assert main(["workbook", "--out", str(tmp_path / "review.xlsx")]) == 0
    table = Page(tmp_path / "report" / "reconciliation.html").rows("How far the comparison")
    assert len(table) == len(printed) > 5
    # the command has ids, pages have names
    ids = dict(night.rows("select provider_name, provider from marts.dim_providers"))
    for row, line in zip(table, printed, strict=True):
        shown = [row["usage_month_date"], ids.get(row["provider"], row["provider"])]
        for name, share in (
            ("billed_usd", None), ("captured_usd", "captured_share"), ("gross_variance_usd", None),
            ("explained_usd", None), ("unexplained_usd", "unexplained_share"),
        ):  # fmt: skip
            shown.append(f"{row[name]:,.2f}")
            shown += [] if share is None else [f"{row[share] * 100:.2f}", "%"]
        assert shown == line.split()
    said = {row["says"].replace("\u00a0", " ") for row in table}
    book = openpyxl.load_workbook(tmp_path / "review.xlsx")
    assert said <= {cell.value for row in book["Summary"].iter_rows() for cell in row}
    assert book["Accuracy"].max_row == len(printed) + 1


def test_every_cause_of_the_sample_is_found_and_nothing_else_is(night, capsys):
    truth = night.landing / "_truth.json"
    code = main(["accuracy", "--truth", str(truth)])
    printed = capsys.readouterr().out.split("\n\n")[1].splitlines()
    assert code == 0, printed
    causes = {line.split()[0]: line.split()[1:] for line in printed[1:]}
    for planted, found, right, exact, *shares in causes.values():
        assert planted == found == right == exact
        assert shares == ["100.0", "%", "100.0", "%"]
    assert {"duplicate", "stale_rate", "leaked_credential"} <= set(causes)


def test_what_is_missed_and_what_is_made_up_is_said(night, capsys, tmp_path):
    truth = json.loads((night.landing / "_truth.json").read_text())
    cells = truth["variances"]
    swapped = next(cell for cell in cells if cell["reason_code"] == "duplicate")
    swapped["reason_code"] = "currency"
    gone = next(cell for cell in cells if cell["reason_code"] == "stale_rate")
    cells.remove(gone)
    moved = next(cell for cell in cells if cell["reason_code"] == "stale_rate")
    moved["variance_usd"] = str(Decimal(moved["variance_usd"]) + 1)
    sheet = tmp_path / "truth.json"
    sheet.write_text(json.dumps(truth))
    assert main(["accuracy", "--truth", str(sheet)]) == 1
    _, table, mixed = capsys.readouterr().out.split("\n\n")
    causes = {line.split()[0]: line.split()[1:] for line in table.splitlines()[1:]}
    # one is planted as it is found, and one is found as another
    assert causes["currency"] == ["2", "1", "1", "1", "100.0", "%", "50.0", "%"]
    planted, found, right, exact = map(int, causes["stale_rate"][:4])
    assert (found - planted, found - right, right - exact) == (1, 1, 1)
    assert [line.split() for line in mixed.splitlines()[1:]] == [
        ["-", "stale_rate", "1"],
        ["currency", "duplicate", "1"],
    ]


def test_another_file_is_no_answer_sheet(night, capsys, tmp_path):
    (tmp_path / "a.json").write_text("{}")
    assert main(["accuracy", "--truth", str(tmp_path / "a.json")]) == 2
    assert "no answer sheet of a sample" in capsys.readouterr().err
    assert main(["accuracy", "--truth", str(tmp_path / "b.json")]) == 2
