"""What is wrong with the bills: one sentence each, for headline, report and workbook alike.

A cause is told once. A leaked credential is one finding with its days behind it, however many
lines of the bill it has, and a total that is off is told where its lines do not say why already.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from scripts.reporting.marts import Marts, month_end
from scripts.reporting.tables import Column, Table, days, in_usd, many, month_name, total, unbroken

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
# Reasons of lines that a finding of the bill as such tells already.
_TOLD_BY = {"leaked_credential": "leaked_credential"}
_OWNERS = {"data": "data team"}
_GRAVE = {"no_bill", "incomplete_pull", "leaked_credential", "restated_closed_month", "drift"}
# Two accounts of one provider are two bills; a word or a page is of the provider's export.
_BY_SUBJECT = {
    "leaked_credential", "incomplete_pull", "restated_closed_month", "drift",
    "purchase_order_runs_out", "purchase_order_exceeded",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `says` is a sentence without its subject, `provider`."""

    kind: str
    provider: str
    says: str
    next_step: str
    owner: str
    amount_usd: Decimal | None
    first: date | None
    last: date | None
    is_grave: bool

    @property
    def state(self) -> str:
        """The light of it."""
        return "Look now" if self.is_grave else "To look at"

    @property
    def step_within(self) -> str:
        """The next step, to go on with within a sentence."""
        return self.next_step[0].lower() + self.next_step[1:]


@cache
def _meanings() -> dict[str, str]:
    with (SEEDS / "reference" / "reconciliation_reasons.csv").open(newline="") as stream:
        return {row["reason_code"]: row["meaning"] for row in csv.DictReader(stream)}


def reason(code: str | None) -> str:
    """The cause of a difference as people say it."""
    if code is None:
        return "No cause found yet"
    return _meanings().get(code, code.replace("_", " "))


def all_of(marts: Marts, since: date | None = None) -> list[Finding]:
    """Gravest first, then by money; of use from the month of `since` on, where it is named."""
    found = [*_totals(marts), *_bills(marts), *_lines(marts)]
    if since:
        month = since.replace(day=1)
        found = [each for each in found if each.last is None or each.last >= month]
    return sorted(found, key=lambda each: (not each.is_grave, -abs(each.amount_usd or 0)))


def _bills(marts: Marts) -> list[Finding]:
    """Findings on bills as such; those of one kind, provider and account are one sentence."""
    rows = marts.rows(
        """
        select
            finding, provider, billing_account_id, subject, first_usage_date, last_usage_date,
            item_count, amount_usd, owner, next_step
        from marts.fct_bill_findings
        order by 1, 2, 3, first_usage_date, 4
        """,
        "fct_bill_findings",
    )
    groups: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows:
        subject = row["subject"] if row["finding"] in _BY_SUBJECT else None
        groups[row["finding"], row["provider"], row["billing_account_id"], subject].append(row)
    found = [_bill(kind, provider, group) for (kind, provider, *_), group in groups.items()]
    if any(each.kind == "no_bill" for each in found):
        apart = _bills_without_calls(marts)
        found = [_with_bill_apart(each, apart) for each in found]
    return found


def _bills_without_calls(marts: Marts) -> list[dict]:
    """Accounts whose bills are loaded and of which no call is known, with their days."""
    return marts.rows(
        """
        select
            provider, billing_account_id,
            min(usage_date) as first_date, max(usage_date) as last_date
        from marts.fct_reconciliation_daily
        group by 1, 2
        having max(case when has_gateway then 1 else 0 end) = 0
        order by 1, 2
        """,
        "fct_reconciliation_daily",
    )


def _with_bill_apart(finding: Finding, apart: list[dict]) -> Finding:
    """A missing bill, with those of the same days that lie under an account that no call is of."""
    accounts = [
        row["billing_account_id"]
        for row in apart
        if finding.kind == "no_bill" and row["provider"] == finding.provider
        if finding.first and row["first_date"] <= finding.last and row["last_date"] >= finding.first
    ]
    if not accounts:
        return finding
    return replace(
        finding,
        says=f"{finding.says} The bill of account {', '.join(accounts)} has such days, and no "
        "call is known to be of that account.",
        next_step="Write the account beside the credentials of these calls in "
        "credential_owners.csv, or load the bill without account= in its path",
    )


def _bill(kind: str, provider: str, rows: list[dict]) -> Finding:
    first = min((row["first_usage_date"] for row in rows if row["first_usage_date"]), default=None)
    last = max((row["last_usage_date"] for row in rows if row["last_usage_date"]), default=None)
    known = [row["amount_usd"] for row in rows if row["amount_usd"] is not None]
    amount = total(known) if known else None
    row = rows[0] | {
        "items": sum(int(each["item_count"]) for each in rows),
        "days": days(first, last),
        "usd": "amount unknown" if amount is None else in_usd(amount),
        "things": ", ".join(each["subject"] for each in rows[:3])
        + (f" and {len(rows) - 3} more" if len(rows) > 3 else ""),
        "words": len(rows),
    }
    return Finding(
        kind=kind,
        provider=provider,
        says=_BILL_SAYS[kind](row) + _account(row["billing_account_id"]),
        next_step=row["next_step"],
        owner=_OWNERS.get(row["owner"], row["owner"]),
        amount_usd=amount,
        first=first,
        last=last,
        is_grave=kind in _GRAVE and amount != 0,
    )


def _account(account: str | None) -> str:
    return "" if account in (None, "", "*", "all", "default") else f" Account {account}."


_BILL_SAYS: dict[str, Callable[[dict], str]] = {
    "no_bill": lambda row: (
        f"no bill for {many(row['items'], 'day')} of use, {row['days']}; "
        f"our own cost of that: {row['usd']}."
    ),
    "late_pull": lambda row: (
        f"the bill of {many(row['items'], 'day')}, {row['days']}, was pulled before it was final; "
        f"our own cost of that: {row['usd']}."
    ),
    "incomplete_pull": lambda row: (
        f"a page of the bill is missing after the file {row['subject']}: "
        f"nothing from {days(row['first_usage_date'], None)} on."
        if row["first_usage_date"]
        else f"a page of the bill is missing after the file {row['subject']}."
    ),
    "ambiguous_pull": lambda row: (
        f"files that may add up or replace each other, {row['usd']} in all: {row['things']}."
    ),
    "unknown_word": lambda row: (
        f"{many(row['words'], 'unknown word')} on the bill, {row['usd']}: {row['things']}."
    ),
    "restated_closed_month": lambda row: (
        f"a month that is closed was changed afterwards, {row['days']}, by {row['usd']} in all."
    ),
    "leaked_credential": lambda row: (
        f"{row['subject']} was used outside of every gateway, {row['days']}: {row['usd']} on "
        f"{many(row['items'], 'line')} of the bill."
    ),
    "drift": lambda row: (
        f"the bill is off to the same side day after day, {row['days']}: "
        f"up to {row['usd']} in ten days."
    ),
    "prepaid_below_zero": lambda row: (
        f"more was drawn from prepaid credits than was bought, {row['days']}: up to {row['usd']}."
    ),
    "prepaid_does_not_tie": lambda row: (
        f"the balance of prepaid credits is not what the provider states, {row['days']}: "
        f"{row['usd']} apart."
    ),
    "purchase_order_runs_out": lambda row: f"{row['subject']} runs out: {row['usd']} remain of it.",
    "purchase_order_exceeded": lambda row: f"{row['subject']} is exceeded by {row['usd']}.",
    "prepaid_without_invoice": lambda row: (
        f"no invoice asks for {row['things']}, {row['usd']}, {row['days']}."
    ),
    "prepaid_not_recorded": lambda row: (
        f"prepaid credits are invoiced that nobody wrote down, {row['usd']}, {row['days']}: "
        f"{row['things']}."
    ),
    "prepaid_invoice_differs": lambda row: (
        f"prepaid credits and their invoice are {row['usd']} apart, {row['days']}: {row['things']}."
    ),
}


def _lines(marts: Marts) -> list[Finding]:
    """Lines above their tolerance that nobody decided on: one sentence per provider and cause."""
    rows = marts.rows(
        """
        select
            provider, reason_code, min(next_step) as next_step, min(owner_name) as owner,
            count(*) as items, sum(variance_usd) as variance_usd,
            min(usage_date) as first_date, max(usage_date) as last_date
        from marts.fct_reconciliation_exceptions
        where decision_state in ('open', 'reopened')
        group by 1, 2
        order by 1, 2
        """,
        "fct_reconciliation_exceptions",
    )
    told = {
        (row["provider"], row["finding"])
        for row in marts.rows(
            "select distinct provider, finding from marts.fct_bill_findings", "fct_bill_findings"
        )
    }
    return [
        Finding(
            "line", row["provider"] or "(unknown provider)",
            f"{many(int(row['items']), 'line')} of the bill, "
            f"{days(row['first_date'], row['last_date'])}, {_apart(row['variance_usd'])}: "
            f"{reason(row['reason_code'])}.",
            row["next_step"] or "Decide in the workbook", row["owner"] or "finance",
            row["variance_usd"], row["first_date"], row["last_date"], True,
        )
        for row in rows
        if (row["provider"], _TOLD_BY.get(row["reason_code"])) not in told
    ]  # fmt: skip


def _totals(marts: Marts) -> list[Finding]:
    """Totals of a month that are off by more than their lines say; else its models, else its days.

    Many small differences to one side, such as a bill that is twice as high, or thirty small
    overcharges, look right line by line.
    """
    if not marts.has("fct_reconciliation_totals", "fct_reconciliation_exceptions"):
        return []
    rows = marts.rows(
        """
        with lines as (

            select
                provider,
                billing_account_id,
                billed_model,
                usage_date,
                cast(date_trunc('month', usage_date) as date) as month,
                variance_usd
            from marts.fct_reconciliation_exceptions
            where decision_state in ('open', 'reopened')

        )

        select
            totals.total_level as level, totals.period_start_date as period, totals.provider,
            totals.billing_account_id, totals.billed_model, totals.undecided_variance_usd,
            totals.settled_bill_usd, totals.materiality_usd, coalesce(sum(lines.variance_usd), 0)
                as told_usd
        from marts.fct_reconciliation_totals as totals
        left join lines
            on
                totals.provider = lines.provider
                and totals.period_start_date = case
                    when totals.total_level in ('day', 'account') then lines.usage_date
                    else lines.month
                end
                and totals.billing_account_id in ('all', lines.billing_account_id)
                and totals.billed_model in ('all', lines.billed_model)
        where totals.total_status = 'breach'
        group by 1, 2, 3, 4, 5, 6, 7, 8
        order by 3, 2, 4, 5
        """
    )
    off = [
        row
        for row in rows
        if abs(row["undecided_variance_usd"] - row["told_usd"]) > row["materiality_usd"]
    ]
    # a month that is off says what its models and days say
    said: set[tuple[str, date]] = set()
    by_level = {}
    for level in ("month", "model", "day"):
        by_level[level] = [
            row
            for row in off
            if row["level"] == level and (row["provider"], _month(row)) not in said
        ]
        said |= {(row["provider"], _month(row)) for row in by_level[level]}
    totals = [*by_level["month"], *by_level["model"]]
    return [_total(row) for row in totals] + _days(by_level["day"])


def _month(row: dict) -> date:
    return row["period"].replace(day=1)


def _total(row: dict) -> Finding:
    gap = row["undecided_variance_usd"]
    what = f"bill for {row['billed_model']}" if row["level"] == "model" else "bill"
    says = (
        f"the {what} of {month_name(row['period'])}, {in_usd(row['settled_bill_usd'])}, is "
        f"{_apart(gap)}; {in_usd(row['materiality_usd'])} is allowed."
    )
    if row["told_usd"]:
        says += f" Lines that are listed on their own: {_apart(row['told_usd'])}."
    else:
        says += " Each line alone is within its tolerance."
    last = month_end(row["period"])
    return _off(row, says + _account(row["billing_account_id"]), gap, row["period"], last)


def _apart(gap: Decimal) -> str:
    """How far the bill is from us; the gap is ours less the bill."""
    return f"{in_usd(abs(gap))} {'above' if gap < 0 else 'below'} our figures"


def _days(rows: list[dict]) -> list[Finding]:
    """One sentence per provider and month for the days that are off, alone or together."""
    groups: dict[tuple, list[dict]] = defaultdict(list)
    for row in rows:
        groups[row["provider"], _month(row)].append(row)
    found = []
    for group in groups.values():
        gap = total(row["undecided_variance_usd"] for row in group)
        first, last = group[0]["period"], group[-1]["period"]
        says = (
            f"{many(len(group), 'day')} of the bill, {days(first, last)}, {_apart(gap)}, "
            "in lines that are each within their tolerance."
        )
        found.append(_off(group[0], says, gap, first, last))
    return found


def _off(row: dict, says: str, gap: Decimal, first: date, last: date) -> Finding:
    step = "Compare the bill with the invoice, then decide in the workbook (make workbook)"
    return Finding("total", row["provider"], says, step, "finance", gap, first, last, True)


def table(found: list[Finding], limit: int = 100) -> Table:
    """One row per finding."""
    rows = [
        {
            "provider": each.provider,
            "state": each.state,
            "_state": {"status": "breach" if each.is_grave else "provisional"},
            "says": unbroken(each.says),
            "amount_usd": None if each.amount_usd is None else abs(each.amount_usd),
            "first": each.first,
            "last": each.last,
            "owner": each.owner,
            "next_step": each.next_step,
            "_id": f"finding-{number}",
        }
        for number, each in enumerate(found, start=1)
    ]
    return Table(
        "What is wrong with the bills, USD",
        [
            Column("provider", "Provider", "provider"),
            Column("state", "State", "state"),
            Column("says", "Finding", "sentence"),
            Column("amount_usd", "At stake", "usd"),
            Column("first", "From", "date"),
            Column("last", "To", "date"),
            Column("owner", "Owner"),
            Column("next_step", "What to do", "small"),
        ],
        rows[:limit],
        empty="Nothing is wrong with the bills that are loaded.",
        more=rows[limit:],
    )
