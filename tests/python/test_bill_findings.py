"""What is wrong with bills as such is found, has an owner and an age, and is told when it is found.

Harm guarded against: a day whose bill never came, a page that was not pulled, a word that nobody
knows, all of which look like a bill that is right; and a leaked key of weeks ago that is found
today and that no alert speaks of, because only the last days of use are looked at.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from scripts.cli import main
from tests.python.landing import Landing
from tests.python.project import Project

pytestmark = pytest.mark.wide

# 1,000,000 tokens of gpt-4o in: 2.50 USD
OURS = Decimal("2.5")


def at(day: int) -> int:
    return int(datetime(2026, 10, day, tzinfo=UTC).timestamp())


def page(days: dict[int, list[tuple[str, str]]], has_more: bool) -> str:
    def result(item: str, amount: str) -> dict:
        return {
            "amount": {"value": amount, "currency": "usd"},
            "line_item": item,
            "api_key_id": "key_leaked" if amount == "50" else None,
            "quantity": 1_000_000,
            "quantity_unit": "tokens",
        }

    buckets = [
        {"start_time": at(day), "end_time": at(day + 1), "results": [result(*r) for r in results]}
        for day, results in days.items()
    ]
    return json.dumps({"data": buckets, "has_more": has_more})


def claude(day: int) -> str:
    amount = {"amount": "300", "currency": "USD", "model": "claude-sonnet-4-5-20250929"}
    bucket = {
        "starting_at": f"2026-10-{day:02}T00:00:00Z",
        "ending_at": f"2026-10-{day + 1:02}T00:00:00Z",
        "results": [amount | {"token_type": "uncached_input_tokens"}],
    }
    return json.dumps({"data": [bucket], "has_more": day == 1})


RIGHT = [("gpt-4o, input", str(OURS))]
FILES = {
    # the page from the 4th on is missing: use of the 4th and 5th has no bill
    "openai_costs/20261106T060000Z-page1.json": page(dict.fromkeys((1, 2, 3), RIGHT), True),
    "openai_costs/20261106T060000Z-page3.json": page(
        {6: RIGHT, 7: [("Deep Research mystery", "4")], 14: [("gpt-4o, input", "50")]}, False
    ),
    # both pages are there, pulled before the provider had settled the days
    "anthropic_cost_report/20261002T060000Z-page1.json": claude(1),
    "anthropic_cost_report/20261002T060500Z-page2.json": claude(2),
}


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    folder = tmp_path_factory.mktemp("findings")
    landing = Landing(folder)
    for name, text in FILES.items():
        landing.put(name, text)
    landing.put("openai_costs/20261107T060000Z.csv", "Customer,Invoice\na,b\n")
    landing.put(
        "envelope_events/a.jsonl",
        [
            {"id": f"{model}-{day}", "timestamp": f"2026-10-{day:02}T12:00:00Z", "team": "growth",
             "provider": provider, "model": model, "input_tokens": 1_000_000, "output_tokens": 0}
            for provider, model, days in (
                ("openai", "gpt-4o", (1, 2, 3, 4, 5, 6)),
                ("anthropic", "claude-sonnet-4-5", (1, 2)),
            )
            for day in days
        ],
    )  # fmt: skip
    project = Project(folder, folder / "landing", now="2026-11-10T06:00:00Z")
    code, _, complained = project.outcome("load")
    assert code == 1 and "openai_costs/20261107T060000Z.csv" in complained
    project.build()
    return project


def test_bills_that_are_missing_late_or_unknown_are_findings_with_an_owner_and_an_age(night):
    rows = night.rows(
        "select finding, provider, subject, first_usage_date::varchar, last_usage_date::varchar, "
        "item_count, amount_usd, owner, found_date::varchar, age_days "
        "from marts.fct_bill_findings order by 1, 2, 3"
    )
    assert rows == [
        ("incomplete_pull", "openai", "openai_costs/20261106T060000Z-page1.json", "2026-10-04",
         "2026-10-04", 1, None, "data", "2026-11-06", 4),
        ("late_pull", "anthropic", "use of 2026-10-01", "2026-10-01", "2026-10-02", 2, Decimal(12),
         "data", "2026-10-04", 37),
        ("no_bill", "openai", "use of 2026-10-01", "2026-10-04", "2026-10-05", 2, 2 * OURS,
         "finance", "2026-10-07", 34),
        ("unknown_word", "openai", "model deep research mystery of openai_costs, USD",
         "2026-10-07", "2026-10-07", 1, Decimal(4), "finance", "2026-11-06", 4),
    ]  # fmt: skip


def test_what_was_found_now_is_told_now_however_old_the_use_is(night):
    rows = night.rows(
        "select kind, alert_date::varchar, amount_usd from marts.fct_alerts "
        "where kind in ('reconciliation_breach', 'reconciliation_total', 'bill_finding') "
        "order by 1, 2, 3"
    )
    assert rows == [
        ("bill_finding", "2026-11-06", Decimal(4)),
        ("bill_finding", "2026-11-06", None),
        ("reconciliation_breach", "2026-10-07", Decimal(4)),
        ("reconciliation_breach", "2026-10-14", Decimal(50)),
        ("reconciliation_total", "2026-10-01", Decimal(54)),
    ]


def test_every_file_is_printed_with_its_sum_and_what_became_of_it(night, monkeypatch, capsys):
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(night.warehouse))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    assert main(["bills"]) == 0
    printed, complained = capsys.readouterr()
    lines = [line.split() for line in printed.splitlines()]
    assert " ".join(lines[0]).startswith("bill file currency lines sum in figures listed replaced")
    names = {line[0]: line[1:] for line in lines[1:]}
    assert names["openai_costs/20261106T060000Z-page3.json"] == (
        ["USD", "3", "56.50", "56.50"] + ["0.00"] * 7
    )
    assert "Held back: openai_costs/20261107T060000Z.csv: columns found: Customer" in complained
    assert "no_bill: openai, account default, use of 2026-10-01, 5.00 USD" in printed
