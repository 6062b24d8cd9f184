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
from pathlib import Path
from urllib.parse import quote, urlsplit

from scripts import console
from scripts.errors import UserError
from scripts.operations.whole_files import writing
from scripts.warehouse import connect

WEBHOOK_VARIABLE = "AI_COST_ALERT_WEBHOOK"
REPORT_VARIABLE = "AI_COST_REPORT_URL"
_COLUMNS = (
    "alert_id", "kind", "alert_date", "team_id", "team_lead", "subject", "cause", "item_count",
    "amount_usd",
)  # fmt: skip
_ALERTS = f"""
    select {", ".join(_COLUMNS)} from marts.fct_alerts
    order by alert_date desc nulls last, kind, alert_id
"""
_TIMEOUT_S = 10


class AlertError(UserError):
    """Nothing can be sent; the message says why in a sentence."""


def run(send: bool, file: Path | None, sent: Path) -> int:
    """Show what is new, or send it; 1 when some message was refused.

    file: where messages go instead of the webhook. sent: where is remembered what was sent.
    """
    known = _sent_before(sent)
    messages = [message(row) for row in read_alerts() if row["alert_id"] not in known]
    if send:
        return deliver(messages, _channel(file), sent)
    for each in messages:
        print(json.dumps(each, ensure_ascii=False))
    print(f"{len(messages)} to send, {len(known)} sent before; --send sends them")
    return 0


def read_alerts() -> list[dict]:
    """The alerts of the last build, newest first."""
    with connect() as connection:
        rows = connection.execute(_ALERTS).fetchall()
    return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]


def message(alert: dict) -> dict:
    """What is sent: the alert's fields, money as exact text, a link, and a line to read.

    `text` is for chat systems, which read &, < and > as markup: names come from logs.
    """
    date, amount = alert["alert_date"], alert["amount_usd"]
    fields = alert | {
        "alert_date": date.isoformat() if date else None,
        "amount_usd": None if amount is None else format(amount, "f"),
    }
    about = " ".join(filter(None, [fields["alert_date"], alert["team_id"], alert["subject"]]))
    money = "" if amount is None else f", USD {amount:,.2f}"
    text = f"{alert['kind']}: {about}: {alert['cause']} ({alert['item_count']:,}{money})"
    for mark, word in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(mark, word)
    return fields | {"link": _link(alert), "text": text}


def deliver(messages: list[dict], send: Callable[[dict], None], sent: Path) -> int:
    """Send one after the other and remember each; 1 when some were refused, else 0."""
    refused = 0
    torn = sent.exists() and not sent.read_bytes().endswith(b"\n")
    with writing(sent), sent.open("a", encoding="utf-8") as memory:
        # A line that a crash cut off must not swallow the next one.
        memory.write("\n" if torn else "")
        for each in console.track(messages, "alerts"):
            try:
                send(each)
            except (urllib.error.URLError, TimeoutError) as error:
                refused += 1
                # The webhook's address is a secret; its answer is not.
                reason = getattr(error, "code", None) or getattr(error, "reason", error)
                console.complain(f"ai-cost alerts: {each['alert_id']} was refused: {reason}")
                continue
            now = datetime.now(UTC).isoformat(timespec="seconds")
            memory.write(json.dumps({"alert_id": each["alert_id"], "sent_at": now}) + "\n")
            memory.flush()
            os.fsync(memory.fileno())
    print(f"sent {len(messages) - refused}, refused {refused}")
    return 1 if refused else 0


def _sent_before(file: Path) -> set[str]:
    """Ids of what was sent. A last line that a crash cut off was not remembered."""
    if not file.exists():
        return set()
    ids = set()
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            ids.add(json.loads(line)["alert_id"])
        except (ValueError, KeyError, TypeError):
            continue
    return ids


def _channel(file: Path | None) -> Callable[[dict], None]:
    if file is not None:
        return lambda each: _append(file, each)
    address = os.environ.get(WEBHOOK_VARIABLE, "")
    if not address:
        raise AlertError(f"set {WEBHOOK_VARIABLE}, or give --file")
    if urlsplit(address).scheme not in ("http", "https"):
        raise AlertError(f"{WEBHOOK_VARIABLE} is no http or https address")
    return lambda each: _post(address, each)


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
    pages = {"reconciliation_breach": "reconciliation.html", "mystery_spend": "governance.html"}
    return f"{base}/{quote(pages.get(alert['kind'], 'index.html'))}"
