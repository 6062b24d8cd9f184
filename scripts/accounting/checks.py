"""What must be true of a month before it may be closed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from scripts.accounting import people, signatures
from scripts.accounting.freshness import stale
from scripts.accounting.journal import journal
from scripts.accounting.ledger import LEDGER, next_month, query
from scripts.accounting.periods import Period
from scripts.accounting.verify import broken_links
from scripts.money import money
from scripts.operations.clock import latest_instant
from scripts.warehouse import WarehouseError

UNAPPROVED = "unapproved_decisions"
_STATES = {
    "not_approved": "not approved by two people with a time",
    "by_one_person": "prepared and approved by one person",
    "unknown_person": "by somebody whom approvers.csv does not name for it",
    "over_limit": "above the limit of those who stand for it",
}


def missing(
    period: date, prepared_by: str, approved_by: str, closed_at: datetime, periods: list[Period]
) -> list[str]:
    """Everything that stands in the way of closing, in sentences; empty when nothing does."""
    return [
        *always_missing(period, prepared_by, approved_by, closed_at, periods),
        *_order(period),
        *stale(),
        *_statements(period),
    ]


def always_missing(
    period: date, prepared_by: str, approved_by: str, closed_at: datetime, periods: list[Period]
) -> list[str]:
    """The part that holds for a month that is posted already and only lacks its row in the seed.

    What was posted was built and complete then, and its manifest says that it is the same still.
    """
    return [
        *people.faults(prepared_by, approved_by, _amount(period), closed_at.date()),
        *_time(period, closed_at, periods),
        *earlier_months(period, periods),
        *_reconciliation(period),
        *_shares(period),
    ]


def unapproved(period: date) -> list[str]:
    """What counts in the month, was typed by hand, and nobody approved who may.

    With a row of close_limits only what holds in months from its first day on; see `must_approve`.
    """
    rows = _limits(UNAPPROVED, period)
    limit, first = rows[0] if rows else (Decimal(0), None)
    found = query(
        "select approval_kind, subject, amount_usd, approval_state from marts.fct_approvals "
        f"where is_in_force and approval_state != 'approved' and usage_period <= date '{period}' "
        f"and coalesce(until_period, date '9999-12-31') > date '{first or period}' "
        "order by 1, 2"
    )
    if len(found) <= limit:
        return []
    return [
        f"{kind.replace('_', ' ')} {subject}"
        f"{'' if usd is None else f', {money(usd)} USD,'} is {_STATES[state]}: see fct_approvals"
        for kind, subject, usd, state in found
    ]


def must_approve(period: date) -> bool:
    """Whether close_limits makes what nobody approved a reason not to close; else it is said."""
    return bool(_limits(UNAPPROVED, period))


def earlier_months(period: date, periods: list[Period]) -> list[str]:
    """What is closed must be as it was approved, and months before must be signed where asked.

    Where the whole seed was lost, its rows come back one after the other, the oldest first.
    """
    before = [one for one in periods if one.period_start < str(period)]
    return broken_links(periods, until=period) or [
        *signatures.bad(periods),
        *signatures.missing(before),
    ]


def _amount(period: date) -> Decimal:
    return query(
        f"select coalesce(sum(amount_usd), 0) from {LEDGER} where posting_period = date '{period}'"
    )[0][0]


def _time(period: date, closed_at: datetime, periods: list[Period]) -> list[str]:
    found = []
    if closed_at.date() < next_month(period):
        found.append(f"{period:%Y-%m} is not over on {closed_at:%Y-%m-%d}")
    # AI_COST_NOW is for tests; what it names may lie before or after the clock
    now = latest_instant()
    if closed_at > now:
        found.append(f"the close cannot be at {closed_at} UTC: it is {now:%Y-%m-%d %H:%M:%S} now")
    for other in periods:
        month, at = date.fromisoformat(other.period_start), datetime.fromisoformat(other.closed_at)
        if (month < period and at > closed_at) or (month > period and at < closed_at):
            found.append(
                f"the close cannot be at {closed_at} UTC: {month:%Y-%m} was closed at {at} UTC"
            )
    return found


def _order(period: date) -> list[str]:
    open_months = [
        row[0]
        for row in query(
            f"select distinct posting_period from {LEDGER} where not is_posted order by 1"
        )
    ]
    earlier = [f"{month:%Y-%m}" for month in open_months if month < period]
    found = [f"close the earlier months first: {', '.join(earlier)}"] if earlier else []
    if period not in open_months:
        found.append(f"{period:%Y-%m} has no open entries: nothing to post")
    return found


def _statements(period: date) -> list[str]:
    """Statements without terms or without a rate, and a journal that cannot be written."""
    rows = query(
        "select team_id, statement_currency from marts.fct_chargeback_statements "
        f"where posting_period = date '{period}' "
        "and (charge_mode is null or statement_total is null) group by 1, 2 order by 1, 2"
    )
    found = [
        f"{team} has no terms: see chargeback_terms.csv"
        if currency is None
        else f"{currency}, the currency of {team}, has no rate in {period:%Y-%m} or before: "
        "see fx_rates.csv"
        for team, currency in rows
    ]
    try:
        journal(period)
    except WarehouseError as error:
        found.append(str(error))
    return found


def _limits(name: str, period: date) -> list[tuple[Decimal, date]]:
    """The limit that holds in a month and its first day; empty without a row."""
    return query(
        "select limit_value, coalesce(valid_from, date '1900-01-01') from seeds.close_limits "
        f"where limit_name = '{name}' "
        f"and coalesce(valid_from, date '1900-01-01') <= date '{period}' "
        f"and coalesce(valid_to, date '9999-12-31') > date '{period}'"
    )


def _limit(name: str, period: date) -> Decimal:
    rows = _limits(name, period)
    return rows[0][0] if rows else Decimal(0)


def _reconciliation(period: date) -> list[str]:
    limit = _limit("open_breaches", period)
    rows = query(
        "select provider, count(*), sum(variance_usd) from marts.fct_reconciliation_daily "
        f"where usage_date >= date '{period}' and usage_date < date '{next_month(period)}' "
        "and status = 'breach' and decision_state in ('open', 'reopened') group by 1 order by 1"
    )
    totals = query(
        "select total_level, period_start_date, provider, billing_account_id, billed_model, "
        "undecided_variance_usd, materiality_usd from marts.fct_reconciliation_totals "
        f"where period_start_date >= date '{period}' "
        f"and period_start_date < date '{next_month(period)}' "
        "and total_status = 'breach' order by 1, 2, 3, 4, 5"
    )
    if sum(count for _, count, _ in rows) + len(totals) <= limit:
        return []
    return [
        *(_off(*total) for total in totals),
        *(
            f"{count} reconciliation lines of {provider} are out of tolerance and undecided "
            f"(variance {money(variance)} USD): see reconciliation_reviews.csv"
            for provider, count, variance in rows
        ),
    ]


def _off(
    level: str, first: date, provider: str, account: str, model: str, gap: Decimal, limit: Decimal
) -> str:
    """A total that is off although each of its lines may be within tolerance."""
    named = {"account": f", account {account}", "month": f", account {account}"}
    whose = provider + named.get(level, f", model {model}" if level == "model" else "")
    when = f"{first:%Y-%m-%d}" if level in ("day", "account") else f"{first:%Y-%m}"
    return f"the total of {whose} for {when} is off by {money(gap)} USD, allowed are {money(limit)}"


def _shares(period: date) -> list[str]:
    """Spend without an owner and attempts without a price, against their limits."""
    unowned, spend, unpriced, attempts = query(
        "select coalesce(sum(case when team_id = 'unattributed' then amount_usd else 0 end), 0), "
        "coalesce(sum(amount_usd), 0), coalesce(sum(unpriced_count), 0), "
        f"coalesce(sum(attempt_count), 0) from {LEDGER} "
        f"where posting_period = date '{period}' and usage_period = posting_period "
        "and charge_type = 'usage'"
    )[0]
    found = []
    for name, part, whole in (
        ("unattributed_share", unowned, spend),
        ("unpriced_share", unpriced, attempts),
    ):
        limit = _limit(name, period)
        share = Decimal(part) / Decimal(whole) if whole else Decimal(0)
        if share > limit:
            found.append(f"{name.replace('_', ' ')} is {share:.2%}, allowed are {limit:.2%}")
    return found
