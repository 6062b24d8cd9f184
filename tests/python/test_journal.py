"""What the journal books of earlier months: what was booked then, only that, where it was booked.

Harm guarded against: a team credited for an accrual that it was only shown, and liabilities that
stay open because their reversal hit another account.
"""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from scripts.accounting.journal import journal
from scripts.warehouse import WarehouseError

MODES = [
    ("2026-09-01", "joined", "showback"), ("2026-10-01", "joined", "chargeback"),
    ("2026-09-01", "left", "chargeback"), ("2026-10-01", "left", "showback"),
    ("2026-10-01", "new", None),
]  # fmt: skip
# posted in October: team, component, month it speaks of, pool, USD
LINES = [
    ("joined", "direct", "2026-10-01", "none", "10.00"),
    ("joined", "accrual_reversal", "2026-09-01", "none", "-5.00"),
    ("joined", "invoice_received", "2026-09-01", "none", "5.00"),
    ("left", "direct", "2026-10-01", "none", "7.00"),
    ("left", "accrual_reversal", "2026-09-01", "servers", "-3.00"),
    ("left", "invoice_received", "2026-09-01", "servers", "3.00"),
    ("new", "direct", "2026-10-01", "none", "1.25"),
]
ACCOUNTS = [
    ("direct", "6510", "2110", None, None),
    ("direct_accrued", "6510", "2190", None, None),
    ("shared", "6520", "6590", None, None),
    ("shared_accrued", "6520", "2190", None, "2026-10-01"),
    ("shared_accrued", "6529", "2199", "2026-10-01", None),
]


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    file = tmp_path / "w.duckdb"
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    with duckdb.connect(str(file)) as connection:
        connection.execute("""
            create schema marts; create schema seeds;
            create table marts.fct_chargeback_statements (
                posting_period date, team_id varchar, charge_mode varchar);
            create table marts.fct_chargeback_statement_lines (
                posting_period date, team_id varchar, component varchar, usage_period date,
                pool_id varchar, amount_usd decimal(30, 15), cost_center_id varchar);
            create table seeds.gl_accounts (
                component varchar, charge_account varchar, clearing_account varchar,
                valid_from date, valid_to date, clearing_cost_center_id varchar default 'cc-9');
        """)
        connection.executemany(
            "insert into marts.fct_chargeback_statements values (?, ?, ?)", MODES
        )
        connection.executemany(
            "insert into marts.fct_chargeback_statement_lines "
            "values (date '2026-10-01', ?, ?, ?, ?, ?, 'cc-1')",
            LINES,
        )
        connection.executemany(
            "insert into seeds.gl_accounts values (?, ?, ?, ?, ?, default)", ACCOUNTS
        )
    return file


def booked() -> set[tuple]:
    """Team, component, account, debit less credit."""
    return {
        (line.team_id, line.component, line.account, str(line.debit_usd - line.credit_usd))
        for line in journal(date(2026, 10, 1))
    }


@pytest.mark.usefixtures("warehouse")
def test_what_was_shown_is_not_reversed_and_what_was_booked_is():
    assert booked() == {
        ("joined", "direct", "6510", "10.00"),
        ("joined", "direct", "2110", "-10.00"),
        # shown in October, but charged in September, and in the accounts of September
        ("left", "accrual_reversal", "6520", "-3.00"),
        ("left", "accrual_reversal", "2190", "3.00"),
        ("left", "invoice_received", "6520", "3.00"),
        ("left", "invoice_received", "6590", "-3.00"),
        # without terms
        ("new", "direct", "6510", "1.25"),
        ("new", "direct", "2110", "-1.25"),
    }
    lines = journal(date(2026, 10, 1))
    assert sum(line.debit_usd - line.credit_usd for line in lines) == Decimal("0.00")
    assert len({line.line_id for line in lines}) == len(lines)


def test_a_missing_account_is_named_with_its_month(warehouse):
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from seeds.gl_accounts where valid_to is not null")
    with pytest.raises(WarehouseError, match="no accounts for 'shared_accrued' in 2026-09"):
        journal(date(2026, 10, 1))
