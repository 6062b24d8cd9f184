"""The alerts of the last build, each sent once: one structured message per alert.

What was sent is remembered in a file, by the alert's id, right after each message: a run that is
killed or fails goes on where it stopped. At worst the message under way is sent a second time, with
the same `Idempotency-Key`.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote, urlsplit

from scripts import console
from scripts.errors import UserError
from scripts.operations.remembered import lines, remembering
from scripts.operations.whole_files import writing
from scripts.reporting.teams import page_name
from scripts.warehouse import connect

WEBHOOK_VARIABLE = "AI_COST_ALERT_WEBHOOK"
REPORT_VARIABLE = "AI_COST_REPORT_URL"
_COLUMNS = (
    "alert_id", "kind", "alert_date", "team_id", "team_lead", "subject", "cause", "severity",
    "item_count", "amount_usd", "observed_usd", "baseline_usd", "threshold", "logged_tokens",
    "billed_tokens", "token_difference", "service_name", "top_category", "top_category_usd",
    "request_key", "trace_id", "anomaly_id", "webhook_variable",
)  # fmt: skip
_NOT_SENT = {"anomaly_id", "webhook_variable"}
_ALERTS = f"""
    select {", ".join(_COLUMNS)} from marts.fct_alerts
    order by alert_date desc nulls last, kind, alert_id
"""
_BREAKDOWN = """
    select anomaly_id, service_name, sum(cost_usd) from marts.fct_spend_anomaly_drivers
    group by 1, 2 order by 1, 3 desc, 2
"""
_PAGES = {
    "reconciliation_breach": "reconciliation.html",
    "reconciliation_total": "reconciliation.html",
    "bill_finding": "reconciliation.html",
    "token_mismatch": "reconciliation.html",
    "mystery_spend": "governance.html",
    "may_repeat": "governance.html",
    "unprofitable_customer": "efficiency.html",
}
_PRIORITY = {"critical": "highest", "warning": "high", "info": "normal"}
_SERVICES = 5
_TITLE = 200
_TIMEOUT_S = 10


class AlertError(UserError):
    """Nothing can be sent; the message says why in a sentence."""


def run(send: bool, file: Path | None, sent: Path, form: str) -> int:
    """Show what is new, or send it; 1 when some message was refused.

    file: where messages go instead of the webhooks. sent: where is remembered what was sent. form:
    "message" for a channel, "ticket" for a backlog.
    """
    payload = ticket if form == "ticket" else message
    known = _sent_before(sent)
    alerts = [row for row in read_alerts() if row["alert_id"] not in known]
    if send:
        channel = _channel(file, {row["webhook_variable"] for row in alerts})
        return deliver([(row["webhook_variable"], payload(row)) for row in alerts], channel, sent)
    for each in alerts:
        print(json.dumps(payload(each), ensure_ascii=False))
    print(f"{len(alerts)} to send, {len(known)} sent before; --send sends them")
    return 0


def read_alerts() -> list[dict]:
    """The alerts of the last build, newest first."""
    with connect() as connection:
        rows = connection.execute(_ALERTS).fetchall()
        services: dict[str, list[dict]] = {}
        for anomaly, service, cost in connection.execute(_BREAKDOWN).fetchall():
            line = {"service": service, "cost_usd": format(cost, "f")}
            services.setdefault(anomaly, []).append(line)
    alerts = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    return [row | {"services": services.get(row["anomaly_id"], [])} for row in alerts]


def message(alert: dict) -> dict:
    """What is sent: the alert's fields, money as exact text, a link, and a line to read.

    `text` is for chat systems, which read &, < and > as markup: names come from logs.
    """
    fields = {
        name: format(value, "f") if isinstance(value, Decimal) else value
        for name, value in alert.items()
        if name not in _NOT_SENT
    }
    fields["alert_date"] = alert["alert_date"].isoformat() if alert["alert_date"] else None
    text = ". ".join([_headline(alert), *_details(alert)])
    for mark, word in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(mark, word)
    return fields | {"link": _link(alert), "text": text}


def ticket(alert: dict) -> dict:
    """The same as a ticket: a title, a body in plain text, labels, a priority, and an id by which
    the tracker knows it again.
    """
    link = _link(alert)
    body = [f"{alert['cause']}.", *_details(alert), *([link] if link else [])]
    return {
        "alert_id": alert["alert_id"],
        "external_id": alert["alert_id"],
        "title": _headline(alert)[:_TITLE],
        "body": "\n".join(body),
        "labels": ["ai-cost", alert["kind"], alert["severity"]],
        "priority": _PRIORITY[alert["severity"]],
        "team_id": alert["team_id"],
        "assignee": alert["team_lead"],
        "link": link,
        "alert": {name: value for name, value in message(alert).items() if name != "text"},
    }


def _headline(alert: dict) -> str:
    date, amount = alert["alert_date"], alert["amount_usd"]
    about = [date.isoformat() if date else None, alert["team_id"], alert["subject"]]
    money = "" if amount is None else f", {_usd(amount)}"
    told = " ".join(filter(None, about))
    return f"{alert['kind']}: {told}: {alert['cause']} ({alert['item_count']:,}{money})"


def _details(alert: dict) -> list[str]:
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


def deliver(
    messages: list[tuple[str | None, dict]], send: Callable[[str | None, dict], None], sent: Path
) -> int:
    """Send one after the other and remember each; 1 when some were refused, else 0."""
    refused = 0
    with remembering(sent) as remember:
        for variable, each in console.track(messages, "alerts"):
            try:
                send(variable, each)
            except (urllib.error.URLError, TimeoutError) as error:
                refused += 1
                # The webhook's address is a secret; its answer is not.
                reason = getattr(error, "code", None) or getattr(error, "reason", error)
                console.complain(f"ai-cost alerts: {each['alert_id']} was refused: {reason}")
                continue
            now = datetime.now(UTC).isoformat(timespec="seconds")
            remember({"alert_id": each["alert_id"], "sent_at": now})
    print(f"sent {len(messages) - refused}, refused {refused}")
    return 1 if refused else 0


def _sent_before(file: Path) -> set[str]:
    """Ids of what was sent."""
    return {line["alert_id"] for line in lines(file) if "alert_id" in line}


def _channel(file: Path | None, variables: set[str | None]) -> Callable[[str | None, dict], None]:
    """Where a message goes; every address is there before the first one leaves."""
    if file is not None:
        return lambda _, each: _append(file, each)
    addresses = {variable: _address(variable) for variable in variables or {None}}
    return lambda variable, each: _post(addresses[variable], each)


def _address(variable: str | None) -> str:
    name = variable or WEBHOOK_VARIABLE
    if not name.startswith(WEBHOOK_VARIABLE):
        raise AlertError(f"alert_routes names {name}, which does not begin with {WEBHOOK_VARIABLE}")
    address = os.environ.get(name, "")
    if not address:
        raise AlertError(f"set {name}, or give --file")
    if urlsplit(address).scheme not in ("http", "https"):
        raise AlertError(f"{name} is no http or https address")
    return address


def _append(file: Path, each: dict) -> None:
    with writing(file), file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(each, ensure_ascii=False) + "\n")


def _post(address: str, each: dict) -> None:
    request = urllib.request.Request(
        address,
        data=json.dumps(each).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": each["alert_id"]},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S):
        pass


def _link(alert: dict) -> str | None:
    """Where the figure can be looked at: the report's pages, when their address is known."""
    base = os.environ.get(REPORT_VARIABLE, "").rstrip("/")
    if not base:
        return None
    page = _PAGES.get(alert["kind"])
    if page is None:
        page = page_name(alert["team_id"]) if alert["team_id"] else "index.html"
    return f"{base}/{quote(page)}"
