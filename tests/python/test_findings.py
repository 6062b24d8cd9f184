"""What is wrong with a bill is red at first sight: in the headline, the report and the workbook.

Harm guarded against: a doubled bill, thirty small overcharges, a slow drift, a missing page or a
missing day that each page shows as right because every line of it is; and one leaked key that is
told ten times, so that nobody sees the rest.
"""

import datetime
from decimal import Decimal

import openpyxl
import pytest

from scripts.cli import main
from tests.python import mart_tables
from tests.python.pages import Page

FIRST = datetime.date(2026, 9, 1)
SPEND = {
    "usage_date": datetime.date(2026, 9, 30), "team_id": "search", "provider": "openai",
    "billed_model": "gpt-4o", "request_count": 1, "attempt_count": 1, "unpriced_count": 0,
    "cost_usd": Decimal(15),
}  # fmt: skip


def lines(status: str, gap: str) -> list[dict]:
    """Thirty days of a bill, each off by `gap`."""
    return [
        {
            "usage_date": FIRST + datetime.timedelta(days=number), "provider": "openai",
            "billing_account_id": "default", "billed_model": "gpt-4o", "meter": "output",
            "gateway_cost_usd": Decimal("0.5"), "compared_gateway_cost_usd": Decimal("0.5"),
            "provider_cost_usd": Decimal("0.5") - Decimal(gap),
            "compared_provider_cost_usd": Decimal("0.5") - Decimal(gap),
            "variance_usd": Decimal(gap), "status": status, "is_settled": True,
        }
        for number in range(30)
    ]  # fmt: skip


def off(level: str, gap: str, allowed: str = "1", day: int = 1, model: str = "all") -> dict:
    return {
        "total_level": level, "period_start_date": FIRST.replace(day=day), "provider": "openai",
        "billing_account_id": "default" if level in ("month", "account") else "all",
        "billed_model": model, "settled_bill_usd": Decimal(30),
        "undecided_variance_usd": Decimal(gap), "materiality_usd": Decimal(allowed),
        "total_status": "breach",
    }  # fmt: skip


def bill(finding: str, subject: str, amount: str | None, first: int, last: int, items: int) -> dict:
    return {
        "finding": finding, "provider": "openai", "billing_account_id": "default",
        "subject": subject, "first_usage_date": FIRST.replace(day=first),
        "last_usage_date": FIRST.replace(day=last), "item_count": items,
        "amount_usd": None if amount is None else Decimal(amount), "owner": "finance",
        "next_step": "Do what is to be done",
    }  # fmt: skip


def exceptions(reason: str | None, gap: str, number: int) -> list[dict]:
    return [
        {
            "usage_date": FIRST + datetime.timedelta(days=n), "provider": "openai",
            "billing_account_id": "default", "billed_model": "gpt-4o", "meter": "output",
            "variance_usd": Decimal(gap), "reason_code": reason, "decision_state": "open",
            "next_step": "See to it", "owner_name": "finance",
        }
        for n in range(number)
    ]  # fmt: skip


CASES = {
    "a bill that is twice as high": (
        {"fct_reconciliation_daily": lines("within_tolerance", "-0.5"),
         "fct_reconciliation_totals": [off("month", "-15"), off("model", "-15", model="gpt-4o")]},
        ["the bill of September 2026, USD 30.00, is USD 15.00 above our figures; USD 1.00 is "
         "allowed. Each line alone is within its tolerance."],
    ),
    "thirty small overcharges of one model": (
        {"fct_reconciliation_daily": lines("within_tolerance", "-0.1"),
         "fct_reconciliation_totals": [off("model", "-3", model="gpt-4o")]},
        ["the bill for gpt-4o of September 2026, USD 30.00, is USD 3.00 above our figures; "
         "USD 1.00 is allowed. Each line alone is within its tolerance."],
    ),
    "days that make up for each other": (
        {"fct_reconciliation_daily": lines("within_tolerance", "0"),
         "fct_reconciliation_totals": [off("day", "-2", day=3), off("day", "-3", day=5)]},
        ["2 days of the bill, 3 to 5 September 2026, USD 5.00 above our figures, in lines that "
         "are each within their tolerance."],
    ),
    "a slow drift": (
        {"fct_reconciliation_daily": lines("matched", "0"),
         "fct_bill_findings": [bill("drift", "use of 2026-09-01", "1.5", 4, 30, 21)]},
        ["the bill is off to the same side day after day, 4 to 30 September 2026: up to USD 1.50 "
         "in ten days."],
    ),
    "a missing page": (
        {"fct_reconciliation_daily": lines("matched", "0"),
         "fct_bill_findings": [bill("incomplete_pull", "openai_costs/p1.json", None, 4, 4, 1)]},
        ["a page of the bill is missing after the file openai_costs/p1.json: nothing from "
         "4 September 2026 on."],
    ),
    "a missing day": (
        {"fct_reconciliation_daily": lines("matched", "0"),
         "fct_bill_findings": [bill("no_bill", "use of 2026-09-01", "0.5", 7, 7, 1)]},
        ["no bill for 1 day of use, 7 September 2026; our own cost of that: USD 0.50."],
    ),
    "one leaked key": (
        {"fct_reconciliation_daily": lines("breach", "-9"),
         "fct_reconciliation_totals": [off("month", "-90"), off("day", "-9", day=2)],
         "fct_reconciliation_exceptions": exceptions("leaked_credential", "-9", 10),
         "fct_bill_findings": [bill("leaked_credential", "credential k1", "90", 1, 10, 10)]},
        ["credential k1 was used outside of every gateway, 1 to 10 September 2026: USD 90.00 on "
         "10 lines of the bill."],
    ),
    "ten lines of one cause": (
        {"fct_reconciliation_daily": lines("breach", "-9"),
         "fct_reconciliation_totals": [off("month", "-90")],
         "fct_reconciliation_exceptions": exceptions("stale_rate", "-9", 10)},
        ["10 lines of the bill, 1 to 10 September 2026, USD 90.00 above our figures: The price "
         "per unit differs and weighs more than the quantity."],
    ),
    "a bill that is right": ({"fct_reconciliation_daily": lines("matched", "0")}, []),
}  # fmt: skip


@pytest.fixture
def headline(tmp_path, monkeypatch, capsys):
    """Takes rows of marts, beside a day of spend; gives the headline of such a warehouse."""

    def said(rows: dict[str, list[dict]]) -> str:
        file = mart_tables.make(tmp_path / "w.duckdb", {"fct_spend_daily": [SPEND]} | rows)
        monkeypatch.setenv("AI_COST_TARGET", "duckdb")
        monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
        assert main(["headline"]) == 0
        return capsys.readouterr().out

    return said


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_bill_is_red_in_three_places_and_told_once(case, tmp_path, headline):
    rows, expected = CASES[case]
    said = headline(rows).splitlines()
    red = [line for line in said if line.startswith("!")]
    assert len(red) == len(expected)
    for line, sentence in zip(red, expected, strict=True):
        assert line.startswith(f"! openai: {sentence}")
    assert any(line.startswith("Next: openai: ") for line in said) == bool(expected)

    assert main(["report", "--out", str(tmp_path / "report")]) == 0
    first = Page(tmp_path / "report" / "index.html").soup
    grave = [item.get_text().strip() for item in first.select(".attention li.grave")]
    assert len(grave) == len(expected)
    for item, sentence in zip(grave, expected, strict=True):
        assert item.replace("\u00a0", " ").startswith(f"openai: {sentence}")
    (light,) = [each.get_text() for each in first.select("#bills ~ .wide .state")]
    assert light == ("To look at" if expected else "Matched")
    page = Page(tmp_path / "report" / "reconciliation.html")
    assert len(page.soup.select("tr[id^=finding-]")) == len(expected)
    assert len(page.soup.select("tr[id^=finding-] .state.breach")) == len(expected)

    assert main(["workbook", "--out", str(tmp_path / "review.xlsx")]) == 0
    summary = openpyxl.load_workbook(tmp_path / "review.xlsx")["Summary"]
    cells = [row[0] for row in summary.iter_rows() if row[0].font.color]
    inked = [cell.value for cell in cells if cell.font.color.rgb == "FFC2410C"]
    assert len(inked) == len(expected) + bool(expected)
    for text, sentence in zip(inked[1:], expected, strict=True):
        assert text.startswith(f"openai: {sentence}")


def test_missing_bills_of_three_months_are_one_sentence(headline):
    """And words that nobody knows can wait."""
    found = [
        bill("no_bill", f"use of month {first}", "1", first, first + 2, 3) for first in (2, 9, 16)
    ]
    found += [bill("unknown_word", f"meter {name} of x", "0.2", 1, 1, 1) for name in "abcde"]
    rows = {"fct_bill_findings": found}
    said = headline(rows)
    assert "Findings: 2, of which 1 cannot wait (!)" in said
    assert (
        "! openai: no bill for 9 days of use, 2 to 18 September 2026; our own cost of that: "
        "USD 3.00. Do what is to be done." in said
    )
    assert (
        "  openai: 5 unknown words on the bill, USD 1.00: meter a of x, meter b of x, "
        "meter c of x and 2 more." in said
    )


@pytest.mark.parametrize("has_calls", [False, True])
def test_a_bill_under_an_account_of_no_call_is_named_beside_the_missing_one(headline, has_calls):
    """A stranger was told to pull a bill that lay in the folder account=acme."""
    line = {"provider": "openai", "billing_account_id": "acme", "usage_date": FIRST}
    line |= {"has_gateway": has_calls, "has_provider": True, "status": "breach"}
    rows = {
        "fct_bill_findings": [bill("no_bill", "use of month", "1", 1, 3, 3)],
        "fct_reconciliation_daily": [line],
    }
    said = headline(rows)
    assert "no bill for 3 days of use" in said
    assert ("The bill of account acme has such days" in said) != has_calls
    assert ("load the bill without account= in its path" in said) != has_calls
    assert ("Do what is to be done" in said) == has_calls
