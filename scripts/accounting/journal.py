"""The general-ledger journal of a month: balanced lines by account and cost centre.

Where a group has several entities, each of them has a journal of its own that balances: what one is
charged and another pays to the provider stands between the two as due to and due from.

What speaks of an earlier month goes by that month: it is booked when the team was charged then, and
a reversal hits the accounts that its accrual hit. Otherwise a team that was only shown its costs,
and is charged since, would be credited for what it was never charged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from decimal import Decimal

from scripts.accounting import realised
from scripts.accounting.entities import Entities, Sides
from scripts.accounting.ledger import next_month, query
from scripts.accounting.posted_seeds import in_force
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
    # blank where a line is about a payment
    team_id: str
    memo: str
    # whose books; blank where there is one company
    entity_id: str
    # the other entity, of a line between two
    partner_entity_id: str
    # blank where tax_codes.csv has none for the account
    tax_code: str


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
        case
            when lines.pool_id = 'none' then 'direct'
            when lines.feature = 'unused capacity' then 'unused'
            else 'shared'
        end as charge_kind,
        lines.usage_period,
        lines.team_id,
        lines.cost_center_id,
        lines.provider,
        sum(lines.amount_usd)
    from marts.fct_chargeback_statement_lines as lines
    left join modes as present
        on lines.posting_period = present.posting_period and lines.team_id = present.team_id
    left join modes as back_then
        on lines.usage_period = back_then.posting_period and lines.team_id = back_then.team_id
    where lines.posting_period = date '{period}'
    and coalesce(back_then.charge_mode, present.charge_mode, 'chargeback') = 'chargeback'
    group by 1, 2, 3, 4, 5, 6
    having sum(lines.amount_usd) != 0
    order by 1, 5, 4, 3, 2, 6
"""
# The part whose accounts a correction hits: what was accrued is taken back where it was booked, and
# the invoice is booked where it would have been without an accrual.
_SAME_AS = {"accrual_reversal": "{kind}_accrued", "invoice_received": "{kind}"}

Accounts = tuple[str, ...]
_WHERE = ("charge_account", "clearing_account", "clearing_cost_center_id")


def journal(period: date) -> list[Line]:
    """Two lines for each part of each statement, four where two entities take part in it.

    WarehouseError where an account or an entity is missing.
    """
    accounts, entities = _accounts(period), Entities()
    booked: dict[tuple, Decimal] = defaultdict(Decimal)
    for component, kind, month, team, cost_center, provider, amount in query(
        _BOOKED.format(period=period)
    ):
        # reversed in the accounts of the month it was accrued in, should they have changed since
        at = month if component == "accrual_reversal" else period
        where = accounts(_SAME_AS.get(component, component).format(kind=kind), at)
        # whatever speaks of a month was that of the entity that the cost centre was part of then
        who = entities.sides(cost_center, provider, where[2], month)
        booked[component, cost_center, team, where, who] += Decimal(amount).quantize(ZERO)
    lines: list[Line] = []
    for part, cents in sorted(booked.items()):
        if cents:
            lines += _lines(period, len(lines), *part, cents, about=part[2])
    for provider, payment, cents in realised.differences(period):
        where = accounts(realised.COMPONENT, period)
        center = where[-1]
        payer = entities.paying(provider, entities.of(center, period), center, period)
        part = (realised.COMPONENT, center, "", where, Sides(payer, payer), cents)
        lines += _lines(period, len(lines), *part, about=f"{provider} {payment}")
    _balanced(lines)
    codes = {
        row["account"]: row["tax_code"]
        for row in in_force("tax_codes", ("account", "tax_code"), period)
    }
    lines = [replace(line, tax_code=codes.get(line.account, codes.get("*", ""))) for line in lines]
    return sorted(lines, key=lambda line: (line.entity_id, line.line_id))


def _balanced(lines: list[Line]) -> None:
    """WarehouseError unless the books of every entity balance."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.entity_id] += line.debit_usd - line.credit_usd
    if any(sums.values()):
        raise WarehouseError("the journal does not balance; this is a defect, do not book it")


def _accounts(period: date) -> Callable[[str, date], Accounts]:
    """A look-up by component and month; each month is read once."""
    known: dict[date, dict[str, Accounts]] = {}

    def found(component: str, month: date) -> Accounts:
        if month not in known:
            known[month] = {
                row["component"]: tuple(row[name] for name in _WHERE)
                for row in in_force("gl_accounts", ("component", *_WHERE), month)
            }
        if component not in known[month]:
            raise WarehouseError(
                f"gl_accounts.csv has no accounts for {component!r} in {month:%Y-%m}"
            )
        return known[month][component]

    return found


def _lines(
    period: date, number: int, component: str, cost_center: str, team: str, where: Accounts,
    who: Sides, cents: Decimal, about: str,
) -> list[Line]:  # fmt: skip
    """The charge and its other side; of two entities, each with what lies between them."""
    charge, clearing, clearing_center = where
    charged, paying, due_from, due_to = who
    # account, cost centre, cents of debit, entity, and the other one
    legs = [
        (charge, cost_center, cents, charged, ""),
        (clearing, clearing_center, -cents, paying, ""),
    ]
    if charged != paying:
        legs.insert(1, (due_to, cost_center, -cents, charged, paying))
        legs.insert(2, (due_from, clearing_center, cents, paying, charged))
    name = f"AI-{period:%Y-%m}"
    last_day = date.fromordinal(next_month(period).toordinal() - 1)
    memo = f"AI {component.replace('_', ' ')} {period:%Y-%m} {about}"
    return [
        Line(
            line_id=f"{name}-{number + place:05d}",
            journal_id=f"{name}-{entity}" if entity else name,
            posting_date=last_day,
            account=account,
            cost_center_id=center,
            debit_usd=max(debit, ZERO),
            credit_usd=max(-debit, ZERO),
            component=component,
            team_id=team,
            memo=memo,
            entity_id=entity,
            partner_entity_id=partner,
            tax_code="",
        )
        for place, (account, center, debit, entity, partner) in enumerate(legs, 1)
    ]


def as_rows(lines: list[Line]) -> list[tuple]:
    """Lines as rows under HEADER."""
    return [astuple(line) for line in lines]
