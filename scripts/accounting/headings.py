"""The headers of the workbook: words, units, and which way a sign goes; and the way back."""

from __future__ import annotations

import re

# Where a column's own name would not say it. Each is used once: `name_of` goes back by it.
WORDS = {
    "usage_date": "Day (UTC)",
    "usage_month_date": "Month of use",
    "billing_account_id": "Billing account",
    "billed_model": "Model",
    "gateway_cost_usd": "Ours, USD",
    "provider_cost_usd": "Bill in all, USD",
    "compared_gateway_cost_usd": "Ours, compared, USD",
    "compared_provider_cost_usd": "Bill, compared, USD",
    "reconciling_item_usd": "Only one side can know, USD (ours less the bill)",
    "variance_usd": "Variance, USD (ours less the bill)",
    "volume_variance_usd": "of it by quantity, USD",
    "price_variance_usd": "of it by price, USD",
    "unmatched_gateway_usd": "of it only in our logs, USD",
    "unmatched_provider_usd": "of it only on the bill, USD",
    "residual_usd": "of it the rest, USD",
    "tolerance_usd": "Allowed difference, USD",
    "gateway_quantity": "Our quantity (units of the meter)",
    "provider_quantity": "Quantity of the bill (units of the meter)",
    "reason_code": "Likely cause",
    "reason_evidence": "What speaks for it",
    "next_step": "What to do",
    "age_days": "Age, days",
    "decision_state": "Decided so far",
    "gateway_usd": "Our cost, USD",
    "provider_usage_usd": "Usage reported by the provider, USD",
    "invoiced_usd": "Invoiced in all, USD",
    "gateway_provider_variance_usd": "Ours less the report, USD",
    "provider_invoice_variance_usd": "The report less the invoice, USD",
    "gateway_invoice_variance_usd": "Ours less the invoice, USD",
    "billing_period_start_date": "Billing period from",
    "stated_total": "Total stated (currency of the invoice)",
    "line_total": "Sum of its lines (currency of the invoice)",
    "posting_period": "Month posted",
    "usage_period": "Month of the use",
    "team_id": "Team",
    "cost_center_id": "Cost centre",
    "cost_center_name": "Cost centre name",
    "credits_usd": "Credits, USD (below zero: less to pay)",
    "adjustments_usd": "Adjustments, USD (below zero: less to pay)",
    "total_share": "Share of all teams",
    "change_usd": "Change on the month before, USD (above zero: more)",
    "budget_usd": "Plan, USD",
    "charge_mode": "Charged or shown",
    "amount_usd": "Amount, USD (below zero: given back)",
}


def heading(name: str) -> str:
    """A column's header: Variance, USD (ours less the bill)."""
    words = WORDS.get(name) or name.replace("_usd", ", USD").replace("_", " ")
    return words[0].upper() + words[1:]


def _plain(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


_NAMES = {_plain(words): name for name, words in WORDS.items()}


def name_of(header: str) -> str:
    """The column that a header means, in words or by its own name."""
    plain = _plain(header)
    return _NAMES.get(plain) or _plain(re.sub(r"\(.*\)", "", header))
