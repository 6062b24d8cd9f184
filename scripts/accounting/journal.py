"""The general-ledger journal of a month: balanced lines by account and cost centre."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from datetime import date
from decimal import Decimal

from scripts.accounting.ledger import next_month, query
from scripts.warehouse import WarehouseError

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Line:
    """One line; exactly one of debit and credit is not zero. Amounts in USD, two decimals."""

    journal_id: str
    posting_date: date
    account: str
    cost_center_id: str
    debit_usd: Decimal
    credit_usd: Decimal
    component: str
    team_id: str
    memo: str


HEADER = tuple(field.name for field in fields(Line))
# What teams are charged: the statements' cents. Teams that are only shown theirs are not booked.
_BOOKED = """
    select lines.component, lines.team_id, lines.cost_center_id, sum(lines.amount_usd)
    from marts.fct_chargeback_statement_lines as lines
    inner join marts.fct_chargeback_statements as statements
        on lines.posting_period = statements.posting_period
        and lines.team_id = statements.team_id
        and lines.cost_center_id = statements.cost_center_id
    where lines.posting_period = date '{period}' and statements.charge_mode = 'chargeback'
    group by 1, 2, 3
    having sum(lines.amount_usd) != 0
    order by 1, 3, 2
"""
_ACCOUNTS = """
    select component, charge_account, clearing_account, clearing_cost_center_id
    from seeds.gl_accounts
    where coalesce(valid_from, date '1900-01-01') <= date '{period}'
    and coalesce(valid_to, date '9999-12-31') > date '{period}'
"""


def journal(period: date) -> list[Line]:
    """Two lines for each part of each statement; WarehouseError where an account is missing."""
    accounts = {row[0]: row[1:] for row in query(_ACCOUNTS.format(period=period))}
    last_day = date.fromordinal(next_month(period).toordinal() - 1)
    lines: list[Line] = []
    for component, team, cost_center, amount in query(_BOOKED.format(period=period)):
        if component not in accounts:
            raise WarehouseError(f"gl_accounts.csv has no accounts for {component!r}")
        charge, clearing, clearing_center = accounts[component]
        cents = Decimal(amount).quantize(ZERO)
        debit, credit = max(cents, ZERO), max(-cents, ZERO)
        head = (f"AI-{period:%Y-%m}", last_day)
        tail = (component, team, f"AI {component.replace('_', ' ')} {period:%Y-%m} {team}")
        lines.append(Line(*head, charge, cost_center, debit, credit, *tail))
        lines.append(Line(*head, clearing, clearing_center, credit, debit, *tail))
    if sum(line.debit_usd for line in lines) != sum(line.credit_usd for line in lines):
        raise WarehouseError("the journal does not balance; this is a defect, do not book it")
    return lines


def as_rows(lines: list[Line]) -> list[tuple]:
    """Lines as rows under HEADER."""
    return [astuple(line) for line in lines]
