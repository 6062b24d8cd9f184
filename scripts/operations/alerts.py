"""The alerts of the last build, each sent once, and once for each step that it goes up.

What was sent is remembered in a file, by the alert's id, right after each message: a run that is
killed or fails goes on where it stopped. At worst the message under way is sent a second time, with
the same `Idempotency-Key`.
"""

from __future__ import annotations

import json
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts import console
from scripts.delivery.smtp import reason_of
from scripts.errors import Refused
from scripts.operations.alert_channels import (
    TRACKER_VARIABLE,
    WEBHOOK_VARIABLE,
    AlertError,
    Channels,
    Notice,
    ToFile,
)
from scripts.operations.alert_escalations import due, told_before
from scripts.operations.alert_forms import FORMS, TRACKERS
from scripts.operations.clock import run_instant
from scripts.operations.remembered import remembering
from scripts.reporting.marts import Marts
from scripts.warehouse import connect

_COLUMNS = (
    "alert_id", "kind", "alert_date", "team_id", "team_lead", "subject", "cause", "severity",
    "item_count", "amount_usd", "observed_usd", "baseline_usd", "threshold", "logged_tokens",
    "billed_tokens", "token_difference", "service_name", "top_category", "top_category_usd",
    "request_key", "trace_id", "anomaly_id", "webhook_variable", "message_form", "provider",
)  # fmt: skip
_ALERTS = f"""
    select {", ".join(_COLUMNS)} from marts.fct_alerts
    order by alert_date desc nulls last, kind, alert_id
"""
_BREAKDOWN = """
    select anomaly_id, service_name, sum(cost_usd) from marts.fct_spend_anomaly_drivers
    group by 1, 2 order by 1, 3 desc, 2
"""
_RULES = "select anomaly_id, rule_id from marts.fct_spend_anomalies"


@dataclass(frozen=True)
class Asked:
    """What is asked: to send or to show, where to, in which form, and which alerts.

    form: None for that of alert_routes, a message where it has none. file: where messages go
    instead of the channels. sent: where is remembered what was sent. rules: only what these rules
    of spend_alert_rules found.
    """

    send: bool = False
    file: Path | None = None
    sent: Path | None = None
    form: str | None = None
    rules: Sequence[str] = ()


def run(asked: Asked) -> int:
    """Show what is new and what goes up, or send it; 1 when some message was refused."""
    memory = asked.sent or memory_of(asked.form)
    told = told_before(memory)
    alerts = read_alerts(asked.rules)
    found = [row for row in alerts if row["alert_id"] not in told]
    if asked.form not in TRACKERS:
        found += due(alerts, told, run_instant())
    notices = [_notice(row, asked.form) for row in found]
    if asked.send:
        return deliver(notices, ToFile(asked.file) if asked.file else Channels(notices), memory)
    for each in notices:
        print(json.dumps(each.payload, ensure_ascii=False))
    print(f"{len(notices)} to send, {len(told)} sent before; --send sends them")
    return 0


def memory_of(form: str | None) -> Path:
    """Where is remembered what was sent, unless told otherwise."""
    return Path("tickets_sent.jsonl" if form in TRACKERS else "alerts_sent.jsonl")


def handled(alert_id: str, asked: Asked) -> int:
    """Remember that somebody looks after an alert: it goes up no more."""
    memory = asked.sent or memory_of(asked.form)
    if alert_id not in told_before(memory):
        raise Refused(f"{alert_id!r} was not sent: see {memory}")
    with remembering(memory) as remember:
        remember({"alert_id": alert_id, "handled_at": _now()})
    return 0


def read_alerts(rules: Sequence[str] = ()) -> list[dict]:
    """The alerts of the last build, newest first; with rules, only what these found."""
    with connect() as connection:
        rows = connection.execute(_ALERTS).fetchall()
        services: dict[str, list[dict]] = {}
        for anomaly, service, cost in connection.execute(_BREAKDOWN).fetchall():
            line = {"service": service, "cost_usd": format(cost, "f")}
            services.setdefault(anomaly, []).append(line)
        by_rule = dict(connection.execute(_RULES).fetchall()) if rules else {}
        names = Marts(connection).names
        alerts = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
        for row in alerts:
            row["team_name"] = names.of("team", row["team_id"])
            row["provider_name"] = names.of("provider", row["provider"])
    return [
        row | {"services": services.get(row["anomaly_id"], []), "escalated_after_days": None}
        for row in alerts
        if not rules or by_rule.get(row["anomaly_id"]) in rules
    ]


def _notice(alert: dict, asked: str | None) -> Notice:
    """An alert as it is sent: in the form that is asked for, else in that of its route."""
    form = asked or alert["message_form"] or "message"
    if form not in FORMS:
        raise AlertError(f"no form {form!r}; there are {', '.join(FORMS)}")
    variable = alert["webhook_variable"] or WEBHOOK_VARIABLE
    days = alert["escalated_after_days"]
    return Notice(
        alert_id=alert["alert_id"],
        key=f"{alert['alert_id']}-{days}" if days else alert["alert_id"],
        form=form,
        variable=TRACKER_VARIABLE if asked in TRACKERS else variable,
        payload=FORMS[form](alert),
        escalated_after_days=days,
    )


def deliver(notices: list[Notice], channel: Channels | ToFile, memory: Path) -> int:
    """Send one after the other and remember each; 1 when some were refused, else 0."""
    refused = 0
    with remembering(memory) as remember:
        for each in console.track(notices, "alerts"):
            try:
                channel.send(each)
            except OSError as error:  # what urllib and smtplib raise is one
                refused += 1
                console.complain(f"ai-cost alerts: {each.alert_id} was refused: {_reason(error)}")
                continue
            step = {"escalated_after_days": each.escalated_after_days}
            remember(
                {"alert_id": each.alert_id, "sent_at": _now()}
                | (step if each.escalated_after_days else {})
            )
    channel.close()
    print(f"sent {len(notices) - refused}, refused {refused}")
    return 1 if refused else 0


def _reason(error: Exception) -> str:
    """What was answered; the webhook's address is a secret, its answer is not."""
    if isinstance(error, smtplib.SMTPException):
        return reason_of(error)
    return str(getattr(error, "code", None) or getattr(error, "reason", None) or error)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
