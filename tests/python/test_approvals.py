"""Money that people type by hand is approved by two who may, or it is named.

Harm guarded against: an invoice, a credit or a plan that one person writes and nobody looks at, and
a company whose files of last year no longer load.
"""

from datetime import date, datetime

import duckdb
import pytest

from scripts.accounting import checks, close, ledger
from scripts.accounting.checks import unapproved
from scripts.operations import company
from tests.python import mart_tables

OCTOBER = date(2026, 10, 1)
COSTS = (
    "cost_id,recorded_at,pool_id,usage_period,cost_kind,cost_status,amount_usd,provider,"
    "invoice_id,reference_invoice_id,note"
)


def decision(subject: str, state: str, **more) -> dict:
    stated = {"approval_kind": "shared_cost", "subject": subject, "approval_state": state}
    stated |= {"usage_period": "2026-10-01", "until_period": "2026-11-01", "is_in_force": True}
    return stated | more


DECISIONS = [
    decision("good", "approved", amount_usd=1),
    decision("gateway", "not_approved", amount_usd="1234.5"),
    decision("rule", "by_one_person", approval_kind="allocation_rule", until_period=None),
    decision("plan", "unknown_person", approval_kind="budget", amount_usd=5),
    decision("large", "over_limit", amount_usd="-7"),
    decision("replaced", "not_approved", amount_usd=1, is_in_force=False),
    decision(
        "earlier", "not_approved", amount_usd=9, usage_period="2026-09-01", until_period=OCTOBER
    ),
    decision("later", "not_approved", usage_period="2026-11-01", until_period="2026-12-01"),
]
NAMED = [
    "allocation rule rule is prepared and approved by one person: see fct_approvals",
    "budget plan, 5.00 USD, is by somebody whom approvers.csv does not name for it: "
    "see fct_approvals",
    "shared cost gateway, 1,234.50 USD, is not approved by two people with a time: "
    "see fct_approvals",
    "shared cost large, -7.00 USD, is above the limit of those who stand for it: see fct_approvals",
]
EARLIER = (
    "shared cost earlier, 9.00 USD, is not approved by two people with a time: see fct_approvals"
)


@pytest.fixture
def limits(tmp_path, monkeypatch):
    """A warehouse with these decisions, and the rows of close_limits that a test asks for."""
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "w.duckdb"))
    file = mart_tables.make(tmp_path / "w.duckdb", {"fct_approvals": DECISIONS})

    def write(*rows: str) -> None:
        with duckdb.connect(str(file)) as connection:
            connection.execute(
                "create schema seeds; create table seeds.close_limits (limit_name varchar, "
                "limit_value decimal(16, 6), valid_from date, valid_to date)"
            )
            for row in rows:
                connection.execute(f"insert into seeds.close_limits values ({row})")

    return write


def test_what_counts_in_a_month_unapproved_is_named_with_its_money(limits):
    limits()
    assert unapproved(OCTOBER) == NAMED


def test_a_limit_asks_for_all_since_it_holds_and_allows_what_it_says(limits):
    limits("'unapproved_decisions', 4, date '2026-09-01', null")
    assert unapproved(OCTOBER) == sorted([*NAMED, EARLIER])


def test_a_limit_that_is_kept_names_nothing(limits):
    limits("'unapproved_decisions', 5, date '2026-09-01', null")
    assert unapproved(OCTOBER) == []


@pytest.mark.parametrize("is_asked", [True, False])
def test_a_close_asks_once_and_stops_where_the_limit_says(is_asked, limits, monkeypatch, capsys):
    limits(*(["'unapproved_decisions', 0, date '2026-10-01', null"] if is_asked else []))
    asked = []

    def query(sql: str) -> list[tuple]:
        asked.append(sql)
        return ledger.query(sql)

    monkeypatch.setattr(checks, "query", query)
    monkeypatch.setattr(close.people, "is_anybody_allowed", lambda: False)
    at = datetime(2026, 11, 3)
    assert close._may(close.Close(OCTOBER, "Ann", "Bob", "", at), []) is not is_asked
    said = capsys.readouterr()
    stopped = ["2026-10 cannot be closed yet:", *(f"  - {line}" for line in NAMED)]
    assert said.err.splitlines() == (stopped if is_asked else [])
    assert said.out.splitlines() == ([] if is_asked else NAMED)
    assert sum("fct_approvals" in sql for sql in asked) == 1


def test_files_from_before_lack_who_approved_and_load(tmp_path, monkeypatch):
    folder = tmp_path / "company"
    folder.mkdir()
    row = "k,2026-10-02 09:00:00,pool,2026-10-01,cost,invoiced,5,host,i-1,,gateway"
    (folder / "shared_costs.csv").write_text(f"{COSTS}\n{row}\n")
    monkeypatch.setenv(company.COMPANY, str(folder))
    company.write_seeds(tmp_path / "seeds")
    made = (tmp_path / "seeds/policy/shared_costs.csv").read_text()
    assert made == f"{COSTS},prepared_by,approved_by,approved_at\n{row},,,\n"

    (folder / "shared_costs.csv").write_text(f"{COSTS},approved_by\n{row},Bob\n")
    company.write_seeds(tmp_path / "seeds")
    made = (tmp_path / "seeds/policy/shared_costs.csv").read_text()
    assert made.endswith("gateway,,Bob,\n")
