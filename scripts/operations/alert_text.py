"""An alert in words: a headline, what is known beside it, and where to look.

Names come from logs. A line of these texts is one line, without what moves a cursor or turns the
order of letters; whoever puts it into markup has to escape it.
"""

from __future__ import annotations

import os
import re
from decimal import Decimal
from urllib.parse import quote

from scripts.console import printable
from scripts.reporting.chargeback import RULES, against
from scripts.reporting.tables import day, many
from scripts.reporting.teams import page_name

REPORT_VARIABLE = "AI_COST_REPORT_URL"
_PAGES = {
    "reconciliation_breach": "reconciliation.html",
    "reconciliation_total": "reconciliation.html",
    "bill_finding": "reconciliation.html",
    "token_mismatch": "reconciliation.html",
    "mystery_spend": "governance.html",
    "may_repeat": "governance.html",
    "unprofitable_customer": "efficiency.html",
}
_SERVICES = 5
# A kind of alert in words, and what its count counts.
_KINDS = {
    "reconciliation_breach": ("Bill off by lines", "line"),
    "reconciliation_total": ("Bill off in total", "line"),
    "bill_finding": ("Finding on a bill", "item"),
    "token_mismatch": ("Tokens differ from the bill", "meter"),
    "mystery_spend": ("Spend without an owner", "attempt"),
    "may_repeat": ("May be counted twice", "attempt"),
    "unpriced_usage": ("Use without a price", "attempt"),
    "quarantined_records": ("Records held back", "record"),
    "model_substitution": ("Another model than was asked for", "attempt"),
    "spend_anomaly": ("Spend out of the ordinary", "alert"),
    "unprofitable_customer": ("Customer who costs more than it pays", "request"),
}


def headline(alert: dict) -> str:
    """What the alert is about, in one sentence."""
    date, amount = alert["alert_date"], alert["amount_usd"]
    kind, noun = _KINDS.get(alert["kind"], (alert["kind"].replace("_", " "), "item"))
    counted = many(alert["item_count"], noun)
    size = counted if amount is None else f"{_usd(amount)} ({counted})"
    told = [kind, alert["team_name"], day(date) if date else None, size]
    days = alert.get("escalated_after_days")
    waited = f"Not handled for {days} days: " if days else ""
    return f"{waited}{', '.join(filter(None, told))}: {subject(alert)}: {alert['cause']}"


def subject(alert: dict) -> str:
    """What the alert is about as people call it: the mart's subject is what it is known by."""
    said, provider = alert["subject"], alert["provider"]
    code, separator, rest = said.partition(", " if alert["kind"] == "spend_anomaly" else ": ")
    if alert["kind"] == "spend_anomaly" and code in RULES:
        said = against(RULES[code]) + separator + rest
    elif alert["kind"] == "bill_finding":
        said = code.replace("_", " ") + separator + rest
    if provider:
        alone = rf"(?<![\w-]){re.escape(provider)}(?![\w-])"
        said = re.sub(alone, lambda _: alert["provider_name"], said, count=1)
    return said


def details(alert: dict) -> list[str]:
    """Value, what it is compared with, where the money went: what is known of them."""
    found = []
    observed, baseline = alert["observed_usd"], alert["baseline_usd"]
    if observed is not None and baseline is not None:
        more = f"{_usd(observed)} against {_usd(baseline)}, {_usd(observed - baseline, sign='+')}"
        limit = alert["threshold"]
        found.append(more if limit is None else f"{more}; told from {limit.normalize():f} times")
    if alert["billed_tokens"]:
        found.append(_tokens(alert))
    if alert["services"]:
        lines = [f"{row['service']} {_usd(Decimal(row['cost_usd']))}" for row in alert["services"]]
        found.append(f"Services: {', '.join(lines[:_SERVICES])}")
    if alert["top_category"]:
        found.append(f"Most: {alert['top_category']}, {_usd(alert['top_category_usd'])}")
    if alert["trace_id"] or alert["request_key"]:
        kind, name = ("trace", "trace_id") if alert["trace_id"] else ("request", "request_key")
        found.append(f"Look at {kind} {alert[name]}")
    return found


def line(text: str) -> str:
    """A text in one line, without what is not printed."""
    return printable(" ".join(text.split()))


def link(alert: dict) -> str | None:
    """Where the figure can be looked at: the report's pages, when their address is known."""
    base = os.environ.get(REPORT_VARIABLE, "").rstrip("/")
    if not base:
        return None
    page = _PAGES.get(alert["kind"])
    if page is None:
        page = page_name(alert["team_id"]) if alert["team_id"] else "index.html"
    return f"{base}/{quote(page)}"


def _tokens(alert: dict) -> str:
    """What both sides count, and how far they are apart."""
    logged, billed, apart = (
        alert[name] for name in ("logged_tokens", "billed_tokens", "token_difference")
    )
    return (
        f"Tokens: {logged:,} in our logs, {billed:,} on the bill; "
        f"{apart:,} on one side alone, {Decimal(apart) / billed:.1%} of the bill"
    )


def _usd(amount: Decimal, sign: str = "") -> str:
    """To the cent; what is less than a dollar to four digits, as the cost of a request."""
    return f"USD {amount:{sign},.2f}" if abs(amount) >= 1 else f"USD {amount:{sign}.4g}"
