"""The general-ledger journal of a month: balanced lines by account and cost centre.

What speaks of an earlier month goes by that month: it is booked when the team was charged then, and
a reversal hits the accounts that its accrual hit. Otherwise a team that was only shown its costs,
and is charged since, would be credited for what it was never charged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from datetime import date
from decimal import Decimal

from scripts.accounting.ledger import next_month, query
from scripts.warehouse import WarehouseError

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Line:
    """One line; exactly one of debit and credit is not zero. Amounts in USD, two decimals."""

    line_id: str
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
# What teams are charged: the statements' cents, by the part that the accounts of a line follow.
# Teams that are only shown theirs are not booked; those without terms are, or their charges would
# be lost without a word.
_BOOKED = """
    with modes as (
        select distinct posting_period, team_id, charge_mode from marts.fct_chargeback_statements
    )
    select
        lines.component,
        case when lines.pool_id = 'none' then 'direct' else 'shared' end as charge_kind,
        lines.usage_period,
        lines.team_id,
        lines.cost_center_id,
        sum(lines.amount_usd)
    from marts.fct_chargeback_statement_lines as lines
    left join modes as present
        on lines.posting_period = present.posting_period and lines.team_id = present.team_id
    left join modes as back_then
        on lines.usage_period = back_then.posting_period and lines.team_id = back_then.team_id
    where lines.posting_period = date '{period}'
    and coalesce(back_then.charge_mode, present.charge_mode, 'chargeback') = 'chargeback'
    group by 1, 2, 3, 4, 5
    having sum(lines.amount_usd) != 0
    order by 1, 5, 4, 3, 2
"""
_ACCOUNTS = """
    select component, charge_account, clearing_account, clearing_cost_center_id
    from seeds.gl_accounts
    where coalesce(valid_from, date '1900-01-01') <= date '{month}'
    and coalesce(valid_to, date '9999-12-31') > date '{month}'
"""
# The part whose accounts a correction hits: what was accrued is taken back where it was booked, and
# the invoice is booked where it would have been without an accrual.
_SAME_AS = {"accrual_reversal": "{kind}_accrued", "invoice_received": "{kind}"}

Accounts = tuple[str, str, str]


def journal(period: date) -> list[Line]:
    """Two lines for each part of each statement; WarehouseError where an account is missing."""
    accounts = _accounts(period)
    booked: dict[tuple, Decimal] = defaultdict(Decimal)
    for component, kind, month, team, cost_center, amount in query(_BOOKED.format(period=period)):
        # reversed in the accounts of the month it was accrued in, should they have changed since
        at = month if component == "accrual_reversal" else period
        where = accounts(_SAME_AS.get(component, component).format(kind=kind), at)
        booked[component, cost_center, team, where] += Decimal(amount).quantize(ZERO)
    parts = [(*key, cents) for key, cents in sorted(booked.items()) if cents]
    lines = [line for number, part in enumerate(parts) for line in _pair(period, number, *part)]
    if sum(line.debit_usd for line in lines) != sum(line.credit_usd for line in lines):
        raise WarehouseError("the journal does not balance; this is a defect, do not book it")
    return lines


def _accounts(period: date) -> Callable[[str, date], Accounts]:
    """A look-up by component and month; each month is read once."""
    known: dict[date, dict[str, Accounts]] = {}

    def found(component: str, month: date) -> Accounts:
        if month not in known:
            known[month] = {row[0]: row[1:] for row in query(_ACCOUNTS.format(month=month))}
        if component not in known[month]:
            raise WarehouseError(
                f"gl_accounts.csv has no accounts for {component!r} in {month:%Y-%m}"
            )
        return known[month][component]

    return found


def _pair(
    period: date, number: int, component: str, cost_center: str, team: str, where: Accounts,
    cents: Decimal,
) -> tuple[Line, Line]:  # fmt: skip
    """The charge and its other side."""
    charge, clearing, clearing_center = where
    debit, credit = max(cents, ZERO), max(-cents, ZERO)
    name = f"AI-{period:%Y-%m}"
    head = (name, date.fromordinal(next_month(period).toordinal() - 1))
    tail = (component, team, f"AI {component.replace('_', ' ')} {period:%Y-%m} {team}")
    first, second = (f"{name}-{2 * number + side:05d}" for side in (1, 2))
    return (
        Line(first, *head, charge, cost_center, debit, credit, *tail),
        Line(second, *head, clearing, clearing_center, credit, debit, *tail),
    )


def as_rows(lines: list[Line]) -> list[tuple]:
    """Lines as rows under HEADER."""
    return [astuple(line) for line in lines]
