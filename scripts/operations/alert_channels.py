"""Where alerts go: a webhook, PagerDuty, a mailbox, a file.

Addresses are secrets and never shown.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from scripts.delivery import smtp
from scripts.delivery.mail import headed
from scripts.delivery.recipients import is_address
from scripts.errors import UserError
from scripts.operations.whole_files import writing

WEBHOOK_VARIABLE = "AI_COST_ALERT_WEBHOOK"
TRACKER_VARIABLE = "AI_COST_ALERT_WEBHOOK_TICKETS"
PAGERDUTY_VARIABLE = "AI_COST_PAGERDUTY_URL"
_PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"
_TIMEOUT_S = 10


class AlertError(UserError):
    """Nothing can be sent; the message says why in a sentence."""


@dataclass(frozen=True)
class Notice:
    """One message: of which alert, in which form, by which variable, and what it says.

    key: the same when it is sent a second time.
    """

    alert_id: str
    key: str
    form: str
    variable: str
    payload: dict
    # None of an alert that is told the first time
    escalated_after_days: int | None = None


class Channels:
    """All addresses are there before the first message leaves."""

    def __init__(self, notices: Iterable[Notice]) -> None:
        self._found = {
            (each.form, each.variable): _address(each.form, each.variable) for each in notices
        }
        self._post: smtp.Post | None = None
        if any(form == "email" for form, _ in self._found):
            self._post = smtp.Post(smtp.settings())

    def send(self, notice: Notice) -> None:
        """Send one; raises what the network raises."""
        address = self._found[notice.form, notice.variable]
        if notice.form == "email":
            self._post.send(address, letter(notice, address))
        elif notice.form == "pagerduty":
            url = os.environ.get(PAGERDUTY_VARIABLE, "") or _PAGERDUTY
            _http(url, notice.payload | {"routing_key": address}, notice.key)
        else:
            _http(address, notice.payload, notice.key)

    def close(self) -> None:
        """End what is open."""
        if self._post is not None:
            self._post.close()


class ToFile:
    """A file in the place of all channels."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def send(self, notice: Notice) -> None:
        """Append one line."""
        with writing(self._file), self._file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(notice.payload, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Nothing is open."""


def letter(notice: Notice, address: str) -> bytes:
    """The message as it is handed in: plain text."""
    to = Address(addr_spec=address)
    mark = hashlib.sha256(f"{notice.key}\n{address.lower()}".encode()).hexdigest()[:32]
    found = headed(smtp.own_sender(), to, notice.payload["subject"], datetime.now(UTC), mark)
    found.set_content(notice.payload["text"], cte="quoted-printable")
    return found.as_bytes()


def _address(form: str, name: str) -> str:
    """What the variable holds, once it is what the form asks for."""
    if not name.startswith(WEBHOOK_VARIABLE):
        raise AlertError(
            f"alert_routes or alert_escalations names {name}, which does not begin with "
            f"{WEBHOOK_VARIABLE}"
        )
    found = os.environ.get(name, "")
    if not found:
        raise AlertError(f"set {name}, or give --file")
    if form == "email":
        if not found.startswith("mailto:") or not is_address(found.removeprefix("mailto:")):
            raise AlertError(f"{name} is no address like mailto:name@example.com")
        return found.removeprefix("mailto:")
    if form == "pagerduty":
        if not found.isascii() or not found.isalnum():
            raise AlertError(f"{name} is no integration key of PagerDuty")
        return found
    if urlsplit(found).scheme not in ("http", "https"):
        raise AlertError(f"{name} is no http or https address")
    return found


def _http(address: str, payload: dict, key: str) -> None:
    parts = urlsplit(address)
    headers = {"Content-Type": "application/json", "Idempotency-Key": key} | _login(parts)
    request = urllib.request.Request(
        parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(),
        data=json.dumps(payload).encode(),
        headers=headers,
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S):
        pass


def _login(parts: SplitResult) -> dict[str, str]:
    """`user:token@` before the host is a login, `token@` alone a bearer's."""
    if parts.username is None:
        return {}
    user = unquote(parts.username)
    if parts.password is None:
        return {"Authorization": f"Bearer {user}"}
    pair = base64.b64encode(f"{user}:{unquote(parts.password)}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
