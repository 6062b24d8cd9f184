"""The headline answers what it cost, who caused it and whether the bill is right, and names a step.

Harm guarded against: a newcomer whose first night ends with `3 warn`; spend without a price that
looks small because nobody says how much the gateway made of it.
"""

import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from scripts.cli import main
from scripts.operations.warned import said_of_files, said_of_tests
from tests.python import mart_tables
from tests.python.documents import ROOT

DAY = datetime.date(2026, 9, 30)
SPEND = {
    "usage_date": DAY, "team_id": "unattributed", "provider": "openai", "request_count": 1,
    "attempt_count": 3, "unpriced_count": 2, "cost_usd": Decimal(15),
}  # fmt: skip
OWNERS = {"cost_usd": Decimal(15), "unattributed_cost_usd": Decimal(15)}
UNPRICED = [
    {"usage_date": DAY, "provider": "openai", "model_name": name, "attempt_count": number,
     "gateway_reported_cost_usd": gateway, "maker_list_cost_usd": maker,
     "missing_row": f"extra_model_aliases.csv: openai,{name}"}
    for name, number, gateway, maker in (
        ("new", 1, Decimal("12.5"), None),
        ("newer", 1, None, Decimal(2)),
        ("newest", 7, None, None),
    )
]  # fmt: skip
REJECTED = {
    "source_system": "envelope_events", "reason": "no time", "source_file": "envelope_events/a.csv",
}  # fmt: skip


def said(folder, monkeypatch, capsys, **rows) -> list[str]:
    file = mart_tables.make(folder / "w.duckdb", rows)
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    monkeypatch.delenv("AI_COST_COMPANY", raising=False)
    monkeypatch.delenv("AI_COST_ORGANIZATION", raising=False)
    assert main(["headline"]) == 0
    return capsys.readouterr().out.splitlines()


def test_what_has_no_price_is_said_with_its_size_and_the_row_that_is_missing(
    tmp_path, monkeypatch, capsys
):
    lines = said(
        tmp_path, monkeypatch, capsys, fct_spend_daily=[SPEND], fct_unpriced_usage_daily=UNPRICED
    )
    start = lines.index(
        "Without a price: 2 attempts, never counted as zero; by the gateways' own figures USD 12.50"
    )
    assert lines[start + 1 : start + 4] == [
        "  openai, new: 1 attempt, USD 12.50 by the gateway's own figure; "
        "add to extra_model_aliases.csv: openai,new",
        "  openai, newest: 7 attempts, no log says what it cost; "
        "add to extra_model_aliases.csv: openai,newest",
        "  openai, newer: 1 attempt, USD 2.00 by its maker's list price; "
        "add to extra_model_aliases.csv: openai,newer",
    ]


@pytest.mark.parametrize(
    ("taken", "spend", "part"),
    [
        (Decimal("1.5"), "15.00 for 3 attempts; USD 1.50 of it is a lower bound", "USD 1.50 of it"),
        (None, "15.00 for 3 attempts", "nothing of it"),
    ],
)
def test_a_lower_bound_is_told_from_a_cost(tmp_path, monkeypatch, capsys, taken, spend, part):
    partly = {"partly_priced_count": 2, "partly_priced_usd": Decimal("3.25")}
    row = SPEND | partly | {"lower_bound_cost_usd": taken}
    unpriced = UNPRICED[2] | {
        "attempt_count": 1, "cost_lower_bound_usd": Decimal("1.75"),
        "missing_row": "extra_rate_card_prices.csv: openai, newest, input_image",
    }  # fmt: skip
    lines = said(
        tmp_path, monkeypatch, capsys, fct_spend_daily=[row], fct_unpriced_usage_daily=[unpriced]
    )
    assert f"Spend 30 September 2026, USD: {spend}" in lines
    assert (
        f"Priced in part: 2 attempts, at least USD 3.25; {part} is in these figures "
        "(marts.fct_unpriced_meters_daily)"
    ) in lines
    assert (
        "  openai, newest: 1 attempt, USD 1.75 by its other meters alone; add to "
        "extra_rate_card_prices.csv: openai, newest, input_image"
    ) in lines


def test_what_was_rejected_is_said_with_its_reason_and_its_file(tmp_path, monkeypatch, capsys):
    rejected = [REJECTED, REJECTED | {"source_file": "envelope_events/b.csv"}]
    lines = said(
        tmp_path, monkeypatch, capsys, fct_spend_daily=[SPEND], fct_quarantined_records=rejected
    )
    start = lines.index("Rejected: 2 records (marts.fct_quarantined_records)")
    assert lines[start + 1] == "  2: no time, in envelope_events/a.csv and 1 other file"


@pytest.mark.parametrize(
    ("rows", "step"),
    [
        (
            {"fct_attribution_coverage_daily": [OWNERS], "fct_quarantined_records": [REJECTED]},
            "write down your teams: `make init FOLDER=/path/to/company` makes a folder from what "
            "the logs name",
        ),
        (
            {"fct_quarantined_records": [REJECTED]},
            "load a provider's bill (docs/exports.md), to check it",
        ),
    ],
)
def test_one_next_step_is_named(tmp_path, monkeypatch, capsys, rows, step):
    lines = said(tmp_path, monkeypatch, capsys, fct_spend_daily=[SPEND], **rows)
    assert [line for line in lines if line.startswith("Next: ")] == [f"Next: {step}."]


def test_nothing_loaded_says_where_to_begin(tmp_path, monkeypatch, capsys):
    lines = said(tmp_path, monkeypatch, capsys)
    assert any("put logs into the landing folder" in line for line in lines)


def test_a_name_from_a_log_does_not_move_the_cursor(tmp_path, monkeypatch, capsys):
    spend = SPEND | {"team_id": "a\x1b[2Jb"}
    assert "\x1b" not in "".join(said(tmp_path, monkeypatch, capsys, fct_spend_daily=[spend]))


def result(name: str, failures: int, status: str = "warn", **meta) -> SimpleNamespace:
    node = SimpleNamespace(
        name=name, config=SimpleNamespace(meta=meta), depends_on=SimpleNamespace(nodes=["model.x"])
    )
    return SimpleNamespace(status=status, failures=failures, node=node)


def test_a_warning_is_said_in_words():
    words = {"says": "Words nobody knows", "look_at": "marts.fct_bill_findings"}
    assert said_of_tests([result("a", 1), result("b", 3, **words), result("c", 9, "pass")]) == [
        "Words nobody knows: 3. Look at marts.fct_bill_findings (b)",
        "Rows that break a: 1. Look at model.x (a)",
    ]


def test_every_test_that_warns_has_its_words():
    """Harm: `1 warn`, and nobody knows of what."""
    warning = [
        text
        for file in sorted((ROOT / "tests" / "assertions").glob("*.sql"))
        if "'warn'" in (text := file.read_text())
    ]
    assert len(warning) == 12
    assert all("'says': '" in text and "'look_at': '" in text for text in warning)


def test_files_that_stopped_arriving_are_said():
    newest = datetime.datetime(2026, 9, 28, 3, 15, tzinfo=datetime.UTC)
    late = SimpleNamespace(status="warn", max_loaded_at=newest)
    assert said_of_files([late]) == [
        "The newest file was loaded on 2026-09-28 03:15 UTC. Look whether exports still arrive in "
        "the landing folder"
    ]
    assert said_of_files([SimpleNamespace(status="pass", max_loaded_at=newest)]) == []


def test_what_other_records_of_a_call_know_is_said_with_its_share(tmp_path, monkeypatch, capsys):
    owners = OWNERS | {"merged_owner_cost_usd": Decimal("1.5")}
    conflicts = [{"usage_date": DAY, "field": field} for field in ("team_tag", "feature")]
    lines = said(
        tmp_path,
        monkeypatch,
        capsys,
        fct_spend_daily=[SPEND],
        fct_attribution_coverage_daily=[owners],
        fct_evidence_conflicts=conflicts,
    )
    assert (
        "Owner known from another record of the call: 10.0 % of spend; "
        "2 conflicts between records (marts.fct_evidence_conflicts)"
    ) in lines


def test_what_may_be_counted_twice_is_said_with_its_money(tmp_path, monkeypatch, capsys):
    owners = [
        OWNERS | {"may_repeat_count": 2, "may_repeat_cost_usd": Decimal("1.25")},
        OWNERS | {"may_repeat_count": 0},
    ]
    rows = {"fct_spend_daily": [SPEND], "fct_attribution_coverage_daily": owners}
    lines = said(tmp_path, monkeypatch, capsys, **rows)
    assert (
        "May be counted twice: 2 attempts, USD 1.25, that may sum up calls of another system "
        "(docs/which-spans-are-calls.md)"
    ) in lines


def test_what_has_a_price_of_others_alone_is_said(tmp_path, monkeypatch, capsys):
    spend = SPEND | {"community_priced_count": 1, "community_cost_usd": Decimal("2.5")}
    lines = said(tmp_path, monkeypatch, capsys, fct_spend_daily=[spend])
    assert (
        "At community prices: 2.50 for 1 attempt of models that our own card does not know"
    ) in lines
