"""What the journal books of earlier months: what was booked then, only that, where it was booked.

Harm guarded against: a team credited for an accrual that it was only shown, liabilities that stay
open because their reversal hit another account, and books of an entity that do not balance.
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
                pool_id varchar, amount_usd decimal(30, 15), cost_center_id varchar,
                provider varchar default 'openai', feature varchar default 'none');
            create table seeds.gl_accounts (
                component varchar, charge_account varchar, clearing_account varchar,
                valid_from date, valid_to date, clearing_cost_center_id varchar default 'cc-9');
            create schema ledger;
            create table ledger.posted_documents (
                posting_period date, document_name varchar, content varchar);
            create table seeds.entities (
                cost_center_id varchar, entity_id varchar, valid_from date, valid_to date);
            create table seeds.paying_entities (
                provider varchar, charged_entity_id varchar, entity_id varchar,
                valid_from date, valid_to date);
            create table seeds.intercompany_accounts (
                paying_entity_id varchar, charged_entity_id varchar, due_from_account varchar,
                due_to_account varchar, valid_from date, valid_to date);
            create table seeds.tax_codes (
                account varchar, tax_code varchar, valid_from date, valid_to date);
            create table marts.fct_invoice_payments (
                payment_id varchar, provider varchar, invoice_id varchar, paid_on date,
                payment_status varchar, realised_difference_usd decimal(30, 15));
        """)
        connection.executemany(
            "insert into marts.fct_chargeback_statements values (?, ?, ?)", MODES
        )
        connection.executemany(
            "insert into marts.fct_chargeback_statement_lines "
            "values (date '2026-10-01', ?, ?, ?, ?, ?, 'cc-1', default, default)",
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


def test_unused_capacity_is_taken_back_where_it_was_accrued(warehouse):
    """And not in the accounts of what was used, though pool and team are the same."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from marts.fct_chargeback_statement_lines")
        connection.execute("""
            insert into marts.fct_chargeback_statement_lines
            select date '2026-10-01', 'joined', component, cast(month as date), 'ptu', usd, 'cc-1',
                'azure', feature
            from (values
                ('unused', '2026-10-01', 8, 'unused capacity'),
                ('accrual_reversal', '2026-09-01', -3, 'unused capacity'),
                ('accrual_reversal', '2026-09-01', -2, 'none')
            ) as lines(component, month, usd, feature)
        """)
        connection.execute("""
            insert into seeds.gl_accounts values
                ('unused', '6521', '6590', null, null, 'cc-9'),
                ('unused_accrued', '6522', '2190', null, null, 'cc-9')
        """)
        connection.execute(
            "update marts.fct_chargeback_statements set charge_mode = 'chargeback' "
            "where team_id = 'joined'"
        )
    assert booked() == {
        ("joined", "unused", "6521", "8.00"),
        ("joined", "unused", "6590", "-8.00"),
        ("joined", "accrual_reversal", "6522", "-3.00"),
        ("joined", "accrual_reversal", "6520", "-2.00"),
        ("joined", "accrual_reversal", "2190", "3.00"),
        ("joined", "accrual_reversal", "2190", "2.00"),
    }


def test_a_missing_account_is_named_with_its_month(warehouse):
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from seeds.gl_accounts where valid_to is not null")
    with pytest.raises(WarehouseError, match="no accounts for 'shared_accrued' in 2026-09"):
        journal(date(2026, 10, 1))


@pytest.fixture
def group(warehouse):
    """cc-1 was part of UK until October, the other side belongs to US, which pays OpenAI."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("""
            insert into seeds.entities values
                ('cc-9', 'US', null, null),
                ('cc-1', 'UK', null, '2026-10-01'), ('cc-1', 'DE', '2026-10-01', null);
            insert into seeds.intercompany_accounts values
                ('US', 'UK', '1410', '2410', null, null), ('US', 'DE', '1420', '2420', null, null);
        """)
    return warehouse


def of_entities(team: str) -> set[tuple]:
    """Journal, component, account, debit less credit, the other entity: the lines of a team."""
    return {
        (line.journal_id, line.component, line.account, str(line.debit_usd - line.credit_usd),
         line.partner_entity_id)
        for line in journal(date(2026, 10, 1)) if line.team_id == team
    }  # fmt: skip


def assert_every_entity_balances() -> None:
    lines = journal(date(2026, 10, 1))
    for entity in {line.entity_id for line in lines}:
        own = [line for line in lines if line.entity_id == entity]
        assert sum(line.debit_usd - line.credit_usd for line in own) == Decimal("0.00")
    assert len({line.line_id for line in lines}) == len(lines)


@pytest.mark.usefixtures("group")
def test_each_entity_has_a_journal_of_its_own_with_what_lies_between():
    """What speaks of September is that of the entity that the cost centre was part of then."""
    uk, de, us = (f"AI-2026-10-{entity}" for entity in ("UK", "DE", "US"))
    assert of_entities("left") == {
        (uk, "accrual_reversal", "6520", "-3.00", ""),
        (uk, "accrual_reversal", "2410", "3.00", "US"),
        (us, "accrual_reversal", "1410", "-3.00", "UK"),
        (us, "accrual_reversal", "2190", "3.00", ""),
        (uk, "invoice_received", "6520", "3.00", ""),
        (uk, "invoice_received", "2410", "-3.00", "US"),
        (us, "invoice_received", "1410", "3.00", "UK"),
        (us, "invoice_received", "6590", "-3.00", ""),
    }
    assert of_entities("new") == {
        (de, "direct", "6510", "1.25", ""),
        (de, "direct", "2420", "-1.25", "US"),
        (us, "direct", "1420", "1.25", "DE"),
        (us, "direct", "2110", "-1.25", ""),
    }
    assert_every_entity_balances()


def test_who_pays_is_named_by_provider_and_by_the_entity_that_is_charged(group):
    with duckdb.connect(str(group)) as connection:
        connection.execute(
            "insert into seeds.paying_entities values ('openai', 'DE', 'DE', null, null), "
            "('*', '*', 'US', null, null), ('azure', '*', 'UK', null, null)"
        )
    de = "AI-2026-10-DE"
    assert of_entities("new") == {
        (de, "direct", "6510", "1.25", ""),
        (de, "direct", "2110", "-1.25", ""),
    }
    assert_every_entity_balances()


def test_a_closed_month_is_reversed_as_it_was_closed_whatever_the_seed_says_now(group):
    """Harm: a cost centre is moved with a date in the past, and its accrual stays open."""
    then = "cost_center_id,entity_id,valid_from,valid_to,note\ncc-9,US,,,\ncc-1,FR,2026-01-01,,\n"
    between = (
        "paying_entity_id,charged_entity_id,due_from_account,due_to_account,valid_from,valid_to,"
        "note\nUS,*,1400,2400,,,\n"
    )
    with duckdb.connect(str(group)) as connection:
        connection.executemany(
            "insert into ledger.posted_documents values ('2026-09-01', ?, ?)",
            [("seeds/entities.csv", then), ("seeds/intercompany_accounts.csv", between)],
        )
    fr = "AI-2026-10-FR"
    found = of_entities("left")
    assert (fr, "accrual_reversal", "2400", "3.00", "US") in found
    assert (fr, "invoice_received", "2400", "-3.00", "US") in found
    assert not [line for line in found if line[0] == "AI-2026-10-UK"]
    assert_every_entity_balances()


@pytest.mark.parametrize(
    ("undone", "said"),
    [
        ("entities where entity_id = 'DE'", "entities.csv has no entity for cc-1 in 2026-10"),
        (
            "intercompany_accounts where charged_entity_id = 'DE'",
            "intercompany_accounts.csv needs one row for what DE owes US in 2026-10, and has 0",
        ),
    ],
)
def test_what_a_group_lacks_is_named_with_its_month(group, undone, said):
    with duckdb.connect(str(group)) as connection:
        connection.execute(f"delete from seeds.{undone}")
    with pytest.raises(WarehouseError, match=said):
        journal(date(2026, 10, 1))


def pay(warehouse, *payments: tuple) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert into seeds.gl_accounts "
            "values ('realised_difference', '7010', '2110', null, null, default)"
        )
        connection.executemany(
            "insert into marts.fct_invoice_payments values (?, 'openai', 'INV-7', ?, ?, ?)",
            payments,
        )


def realised() -> list[tuple]:
    return [
        (line.account, str(line.debit_usd - line.credit_usd), line.cost_center_id, line.memo)
        for line in journal(date(2026, 10, 1))
        if line.component == "realised_difference"
    ]


def test_what_a_payment_cost_beyond_the_booked_rate_has_a_line_of_its_own(warehouse):
    """Once, in the first month that is closed after it; a payment to come is left alone."""
    pay(
        warehouse,
        ("p1", "2026-10-20", "realised", "12.345"),
        ("p2", "2026-09-30", "realised", "-3"),
        ("p3", "2026-11-01", "realised", "99"),
        ("p4", "2026-09-29", "realised", "55"),
    )
    then = "payment_id,provider,paid_on\np4,openai,2026-09-29\np1,openai,2026-10-20\n"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert into ledger.posted_documents "
            "values ('2026-09-01', 'seeds/invoice_payments.csv', ?)",
            [then],
        )
    memo = "AI realised difference 2026-10 openai INV-7"
    assert realised() == [
        ("7010", "-3.00", "cc-9", f"{memo} p2"),
        ("2110", "3.00", "cc-9", f"{memo} p2"),
        ("7010", "12.35", "cc-9", f"{memo} p1"),
        ("2110", "-12.35", "cc-9", f"{memo} p1"),
    ]
    assert_every_entity_balances()


def test_a_difference_is_that_of_the_entity_that_pays(group):
    pay(group, ("p1", "2026-10-20", "realised", "1"))
    lines = [line for line in journal(date(2026, 10, 1)) if line.component == "realised_difference"]
    assert {line.entity_id for line in lines} == {"US"}


def test_a_payment_whose_difference_is_unknown_stops_the_journal(warehouse):
    pay(warehouse, ("p1", "2026-10-20", "no_fx_rate", None))
    with pytest.raises(WarehouseError, match="p1: the difference of invoice INV-7 is unknown"):
        journal(date(2026, 10, 1))


def test_a_reversal_is_booked_by_the_accounts_as_they_stood_at_the_close(warehouse):
    """Harm: an account is changed back to the past, and the liability of the accrual stays open."""
    then = (
        "component,charge_account,clearing_account,clearing_cost_center_id,valid_from,valid_to\n"
        "direct_accrued,6510,2190,cc-9,,\nshared_accrued,6520,2190,cc-9,,\n"
    )
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert into ledger.posted_documents values ('2026-09-01', 'seeds/gl_accounts.csv', ?)",
            [then],
        )
        connection.execute("update seeds.gl_accounts set clearing_account = '2999'")
    assert ("left", "accrual_reversal", "2190", "3.00") in booked()


def test_a_line_has_the_tax_code_of_its_account(warehouse):
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert into seeds.tax_codes values ('6510', 'V1', null, '2026-10-01'), "
            "('6510', 'V2', '2026-10-01', null), ('*', 'V0', null, null)"
        )
    codes = {(line.account, line.tax_code) for line in journal(date(2026, 10, 1))}
    assert codes == {
        ("6510", "V2"), ("6520", "V0"), ("2110", "V0"), ("2190", "V0"), ("6590", "V0"),
    }  # fmt: skip
