"""What must be true of a month before it may be closed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from scripts.accounting.ledger import LEDGER, broken_links, next_month, query
from scripts.accounting.periods import Period


def missing(
    period: date, prepared_by: str, approved_by: str, closed_at: datetime, periods: list[Period]
) -> list[str]:
    """Everything that stands in the way of closing, in sentences; empty when nothing does."""
    return [
        *_people(prepared_by, approved_by),
        *_time(period, closed_at),
        *broken_links(periods),
        *_order(period),
        *_reconciliation(period),
        *_shares(period),
    ]


def _people(prepared_by: str, approved_by: str) -> list[str]:
    if prepared_by.strip().casefold() == approved_by.strip().casefold():
        return [f"{prepared_by} cannot approve what they prepared: name another approver"]
    return []


def _time(period: date, closed_at: datetime) -> list[str]:
    if closed_at.date() < next_month(period):
        return [f"{period:%Y-%m} is not over on {closed_at:%Y-%m-%d}"]
    return []


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


def _limit(name: str, period: date) -> Decimal:
    rows = query(
        f"select limit_value from seeds.close_limits where limit_name = '{name}' "
        f"and coalesce(valid_from, date '1900-01-01') <= date '{period}' "
        f"and coalesce(valid_to, date '9999-12-31') > date '{period}'"
    )
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
            f"(variance {variance:,.2f} USD): see reconciliation_reviews.csv"
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
    return f"the total of {whose} for {when} is off by {gap:,.2f} USD, allowed are {limit:,.2f}"


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
