"""Alerts that nobody handled go up by age, each step once: the seed alert_escalations.

An alert is handled when it has left fct_alerts, or when somebody said so (`ai-cost alerts
--handled`). Its age counts from when it was told first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts.accounting.posted_seeds import Row, rows_of
from scripts.operations.company import bring_in
from scripts.operations.remembered import lines

SEED = "alert_escalations"


@dataclass
class Told:
    """What is remembered of an alert: when it was told first, how far it went up, by days."""

    first: datetime
    escalated: int = 0
    is_handled: bool = False


def told_before(file: Path) -> dict[str, Told]:
    """What was sent, by the alert's id."""
    found: dict[str, Told] = {}
    for line in lines(file):
        at = _instant(line.get("sent_at") or line.get("handled_at"))
        if "alert_id" not in line or at is None:
            continue
        told = found.setdefault(line["alert_id"], Told(at))
        told.escalated = max(told.escalated, int(line.get("escalated_after_days") or 0))
        told.is_handled = told.is_handled or "handled_at" in line
    return found


def due(alerts: Iterable[dict], told: dict[str, Told], now: datetime) -> list[dict]:
    """Alerts whose next step is due, as they are told then; of several steps the last one."""
    rows = rows_of((bring_in() / "policy" / f"{SEED}.csv").read_text(encoding="utf-8"))
    found = []
    for alert in alerts:
        known = told.get(alert["alert_id"])
        if known is None or known.is_handled:
            continue
        step = _step(alert, rows, known, (now - known.first).days)
        if step:
            found.append(
                alert
                | {
                    "severity": step["to_severity"] or alert["severity"],
                    "webhook_variable": step["webhook_variable"] or alert["webhook_variable"],
                    "message_form": step["message_form"] or alert["message_form"],
                    "escalated_after_days": int(step["after_days"]),
                }
            )
    return found


def _step(alert: dict, rows: list[Row], known: Told, days: int) -> Row | None:
    """The step that holds after so many days; a row that names the kind before one for all."""
    fitting = [
        row
        for row in rows
        if row["kind"] in ("*", alert["kind"])
        and row["severity"] in ("*", alert["severity"])
        and known.escalated < int(row["after_days"]) <= days
    ]
    return max(
        fitting,
        key=lambda row: (int(row["after_days"]), row["kind"] != "*", row["severity"] != "*"),
        default=None,
    )


def _instant(text: str | None) -> datetime | None:
    """A time of the memory as naive UTC; None of what is none."""
    try:
        return datetime.fromisoformat(text or "").astimezone(UTC).replace(tzinfo=None)
    except ValueError:
        return None
