"""An alert in words: a headline, what is known beside it, and where to look.

Names come from logs. A line of these texts is one line, without what moves a cursor or turns the
order of letters; whoever puts it into markup has to escape it.
"""

from __future__ import annotations

import os
from decimal import Decimal
from urllib.parse import quote

from scripts.console import printable
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


def headline(alert: dict) -> str:
    """What the alert is about, in one sentence."""
    date, amount = alert["alert_date"], alert["amount_usd"]
    about = [date.isoformat() if date else None, alert["team_name"], alert["subject"]]
    money = "" if amount is None else f", {_usd(amount)}"
    told = " ".join(filter(None, about))
    days = alert.get("escalated_after_days")
    waited = f"not handled for {days} days: " if days else ""
    return f"{waited}{alert['kind']}: {told}: {alert['cause']} ({alert['item_count']:,}{money})"


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
