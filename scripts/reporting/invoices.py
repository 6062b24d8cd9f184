"""From our cost to the invoice, and what providers changed after the day."""

from __future__ import annotations

from decimal import Decimal

from scripts.reporting.marts import Marts, Period
from scripts.reporting.names import Names
from scripts.reporting.reconciliation import part, whole, words
from scripts.reporting.tables import (
    Column,
    Table,
    in_usd,
    known_total,
    many,
    month_name,
    top,
    total,
)

_SHOWN = 50
_NO_KIND = ("invoiced_usd", "invoiced_usage_usd")


def rows(marts: Marts, period: Period) -> list[dict]:
    """Invoices and periods without one, of the months the report touches; newest first."""
    if not marts.has("fct_reconciliation_invoices"):
        return []
    return marts.rows(
        f"""
        select * from marts.fct_reconciliation_invoices
        where billing_period_start_date >= '{period.first.replace(day=1)}'
        order by billing_period_start_date desc, provider, billing_account_id, invoice_id
        """
    )


def table(found: list[dict]) -> Table:
    """Three ways: ours, the provider's report, the invoice."""
    kept, more = top([row for row in found if row["status"] != "not_invoiced"], _SHOWN)
    for row in kept:
        row["state"] = words(row["status"])
        row["footing"] = words(row["footing_status"])
    return Table(
        "Invoices three ways, USD",
        [
            Column("provider", "Provider", "provider"),
            Column("billing_account_id", "Account"),
            Column("billing_period_start_date", "Period", "month"),
            Column("invoice_id", "Invoice", "id"),
            Column("gateway_usd", "Ours", "usd"),
            Column("provider_usage_usd", "Reported use", "usd"),
            Column("invoiced_usage_usd", "Invoiced use", "usd"),
            Column("invoiced_usd", "Invoiced in all", "usd"),
            Column("stated_total", "To pay, in its currency", "usd", adds=False),
            Column("currency", "Currency"),
            Column("gateway_provider_variance_usd", "Ours less reported", "change"),
            Column("provider_invoice_variance_usd", "Reported less invoiced", "change"),
            Column("state", "State"),
            Column("footing", "Lines and total"),
        ],
        kept,
        adds=True,
        empty="No invoice is loaded yet.",
        more=more,
    )


def open_periods(found: list[dict], called: Names) -> str:
    """Which months have no invoice yet, in one sentence; empty when all have."""
    missing = [row for row in found if row["status"] == "not_invoiced"]
    if not missing:
        return ""
    months = sorted(row["billing_period_start_date"] for row in missing)
    names = ", ".join(sorted({called.of("provider", row["provider"]) for row in missing}))
    ends = dict.fromkeys(map(month_name, (months[0], months[-1])))
    return (
        f"Not invoiced yet: {many(len(missing), 'month')} of {names} ({' to '.join(ends)}); "
        f"our own cost: {in_usd(known_total(row['gateway_usd'] for row in missing))}."
    )


def steps(found: list[dict]) -> Table:
    """From our cost to what is invoiced; each step is a difference, so they add up exactly."""
    invoiced = [row for row in found if row["status"] != "not_invoiced"]
    memos = [row for row in invoiced if row["is_credit_memo"]]
    main = [row for row in invoiced if not row["is_credit_memo"]]

    def sum_of(name: str) -> Decimal:
        return total(row[name] for row in main)

    reported, prepaid = sum_of("provider_usage_usd"), sum_of("prepaid_drawdown_usd")
    absent = sum_of("reconciling_item_usage_usd")
    names = [n for n in (main or [{}])[0] if n.startswith("invoiced_") and n not in _NO_KIND]
    before = [
        ("only the provider's side can show", absent),
        ("ours against the report", reported - absent - sum_of("gateway_usd")),
    ]
    after = [
        ("paid in advance", -prepaid),
        ("the report against the invoice", sum_of("invoiced_usage_usd") - reported + prepaid),
        *((words(name[9:-4]), sum_of(name)) for name in names),
        ("credit memos", total(row["invoiced_usd"] for row in memos)),
    ]
    at = sum_of("gateway_usd")
    drawn = [whole("Ours, where there is an invoice", at)]
    for parts, end in ((before, "The providers' reports"), (after, "Invoiced")):
        for name, amount in parts:
            if amount:
                drawn.append(part(name, amount, at))
                at += amount
        drawn.append(whole(end, at))
    return Table(
        "From our cost to the invoices, USD (the axis does not begin at zero)",
        [Column("step", "Step"), Column("amount_usd", "USD", "usd")],
        drawn if main else [],
        empty="No invoice is loaded yet.",
    )


def restatements(marts: Marts, period: Period) -> Table:
    """What a provider changed after it was first reported."""
    changed = marts.rows(
        f"""
        select
            usage_date, provider, billing_account_id, model_name, token_class,
            last_restated_at, before_usd, after_usd, restated_usd
        from marts.fct_provider_restatements
        where usage_date between '{period.first}' and '{period.last}' and is_counted
        order by abs(restated_usd) desc, 1, 2, 3, 4, 5
        """,
        "fct_provider_restatements",
    )
    kept, more = top(changed, _SHOWN)
    return Table(
        "Changed by the provider after the day, USD",
        [
            Column("usage_date", "Day", "date"),
            Column("provider", "Provider", "provider"),
            Column("billing_account_id", "Account"),
            Column("model_name", "Model"),
            Column("token_class", "Kind", "words"),
            Column("last_restated_at", "Changed, UTC", "time"),
            Column("before_usd", "Before", "usd"),
            Column("after_usd", "After", "usd"),
            Column("restated_usd", "Change", "change"),
        ],
        kept,
        adds=True,
        empty="No provider has changed a day.",
        more=more,
    )


def page(marts: Marts, period: Period) -> dict:
    """What the page of the reconciliation says of invoices."""
    found = rows(marts, period)
    return {
        "invoices": table(found),
        "open_periods": open_periods(found, marts.names),
        "invoice_steps": steps(found),
        "restatements": restatements(marts, period),
    }
