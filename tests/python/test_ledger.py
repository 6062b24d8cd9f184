"""Months that close stay closed, whatever moves later; what moves is posted once, with a reason.

Harm guarded against: a closed month that changes, a correction that is lost, posted twice or cannot
be explained, a ledger that depends on when and in which order the files came or that is gone with
the warehouse.
"""

import sys

import pytest

from tests.python import ledger_year as script
from tests.python.ledger_year import Year, first, run_month
from tests.python.project import Project

PYTHON = sys.executable
ALWAYS = {"accrual_reversal", "invoice_received"}  # the month before, whose bill has landed
# month: what comes to light, about which month; and the reasons that must follow, no others
SHORT = {
    1: ([(script.estimate, 1), (script.capacity, 1)], set()),
    2: (
        [
            (script.late_requests, 1),
            (script.invoice, 1),
            (script.restated_bill, 1),
            (script.restated_capacity, 1),
            (script.corrected_card, 1),
            (script.reorganisation, 1),
            (script.credit_memo, 1),
            (script.dispute, 1),
        ],
        ALWAYS
        # the card changes all usage of the month, so nothing is merely moved
        | {"late_arrival", "re_rate", "re_attribution_and_re_rate"}
        | {"invoice_true_up", "restatement", "credit_memo", "dispute"},
    ),
}
LONG = {
    1: ([(script.estimate, 1), (script.capacity, 1)], set()),
    2: (
        [(script.late_requests, 1), (script.estimate, 2)],
        ALWAYS | {"late_arrival", "re_allocation"},
    ),
    3: ([(script.corrected_card, 1)], ALWAYS | {"re_rate"}),
    4: ([(script.reorganisation, 2)], ALWAYS | {"re_attribution", "re_allocation"}),
    5: ([(script.invoice, 1), (script.invoice, 2)], ALWAYS | {"invoice_true_up"}),
    6: ([(script.restated_invoice, 1), (script.restated_bill, 3)], ALWAYS | {"restatement"}),
    7: ([(script.credit_memo, 3)], ALWAYS | {"credit_memo"}),
    8: ([(script.dispute, 2)], ALWAYS | {"dispute"}),
    9: ([(script.reopened_dispute, 2)], ALWAYS | {"dispute"}),
    10: (
        [(script.late_requests, 4), (script.corrected_card, 5)],
        ALWAYS | {"late_arrival", "re_rate"},
    ),
    11: (
        [(script.late_requests, 10), (script.late_requests, 1)],
        ALWAYS | {"late_arrival", "re_allocation"},
    ),
    12: ([], ALWAYS),
}


def live(year: Year, plan: dict) -> None:
    for month, (events, reasons) in plan.items():
        run_month(year, month, events)
        assert year.reasons(month) == reasons, f"month {month}"


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """Two closed months, with everything that can move in between."""
    year = Year(tmp_path_factory.mktemp("closed"))
    live(year, SHORT)
    return year


def test_closed_months_never_change_and_every_adjustment_is_explained(closed):
    # bytes, sums and reasons were compared after each close
    assert set(closed.closed) == {1, 2}
    assert all(content.count(b"\n") > 1 for content in closed.closed.values())


def test_the_export_restores_the_ledger_into_an_empty_warehouse(closed, tmp_path):
    folder = tmp_path / "export"
    closed.project.ai_cost("export", "ledger", "--folder", str(folder))
    for month, content in closed.closed.items():
        assert (folder / f"{first(month):%Y-%m}.csv").read_bytes() == content

    empty = Year.__new__(Year)
    empty.__dict__ |= closed.__dict__
    empty.project = Project(tmp_path, closed.project.landing, None, closed.root)
    empty.project.ai_cost("export", "ledger", "--restore", "--folder", str(folder))
    empty.build()
    assert empty.ledger() == closed.ledger()

    tampered = folder / "2025-02.parquet"
    tampered.write_bytes((folder / "2025-01.parquet").read_bytes())
    (tmp_path / "again").mkdir()
    refused = Project(tmp_path / "again", closed.project.landing, None, closed.root)
    with pytest.raises(AssertionError, match="does not have the entries that were approved"):
        refused.ai_cost("export", "ledger", "--restore", "--folder", str(folder))


def test_a_close_is_refused_with_everything_that_is_missing(closed):
    with pytest.raises(AssertionError) as refusal:
        closed.project.ai_cost("close", "2025-05",
            "--prepared-by", "Ann", "--approved-by", "ann ", "--closed-at", "2025-05-20T00:00",
        )  # fmt: skip
    said = str(refusal.value)
    assert "Ann cannot approve what they prepared" in said
    assert "2025-05 is not over" in said
    assert "nothing to post" in said
    with pytest.raises(AssertionError, match="never reopened"):
        closed.project.ai_cost("close", "2025-02",
            "--prepared-by", "Ann", "--approved-by", "Bob",
        )  # fmt: skip


def test_the_journal_balances_and_books_what_the_statements_say(closed, tmp_path):
    terms = closed.root / "seeds/policy/chargeback_terms.csv"
    terms.write_text(
        "team_id,charge_mode,currency,valid_from,valid_to\n*,chargeback,USD,,\nsearch,showback,EUR,,\n"
    )
    closed.project.dbt("build", "--select", "chargeback_terms+", "--exclude", "test_type:unit")
    closed.project.ai_cost("export", "journal", "2025-02", "--folder", str(tmp_path))
    lines = script.rows_of(tmp_path / "2025-02" / "journal.csv")
    cents = lambda name: sum(round(float(line[name]) * 100) for line in lines)  # noqa: E731
    assert cents("debit_usd") == cents("credit_usd") > 0
    assert not [line for line in lines if line["team_id"] == "search"]
    booked = closed.project.value(
        "select sum(total_usd) from marts.fct_chargeback_statements "
        "where posting_period = date '2025-02-01' and charge_mode = 'chargeback'"
    )
    charged = sum(
        round(float(line["debit_usd"]) * 100) - round(float(line["credit_usd"]) * 100)
        for line in lines
        if line["cost_center_id"] != "cc-9000"
    )
    assert charged == booked * 100


@pytest.mark.long
def test_a_build_posts_nothing_twice_and_a_full_refresh_loses_nothing(closed):
    before = closed.ledger()
    closed.build()
    assert closed.ledger() == before
    closed.refresh = True
    closed.build()
    closed.refresh = False
    assert closed.ledger() == before


@pytest.mark.long
@pytest.mark.parametrize("how", ["monthly", "shuffled", "full refresh", "postgres"])
def test_a_year_gives_one_ledger_however_it_was_lived(how, tmp_path, new_database, shared_ledgers):
    options = {
        "monthly": {},
        "shuffled": {"nights": 2, "shuffle": 3},
        "full refresh": {"refresh": True},
        "postgres": {"postgres": "new"},
    }[how]
    if options.get("postgres"):
        options["postgres"] = new_database()
    year = Year(tmp_path, **options)
    live(year, LONG)
    year.project.ai_cost("export", "ledger", "--verify")
    shared_ledgers[how] = year.ledger()
    assert shared_ledgers[how] == next(iter(shared_ledgers.values()))


@pytest.fixture(scope="module")
def shared_ledgers():
    """The ledgers of the ways tried so far."""
    return {}
