"""An alert in the form that each receiver documents; money as exact text.

Names come from logs and are data everywhere: they stand where a receiver reads no markup, or inside
what it does not read as such. Texts are cut to what the receiver takes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from decimal import Decimal

from scripts.errors import UserError
from scripts.operations.alert_text import details, headline, line, link

PROJECT_VARIABLE, ISSUE_TYPE_VARIABLE = "AI_COST_JIRA_PROJECT", "AI_COST_JIRA_ISSUE_TYPE"
_NOT_SENT = {"anomaly_id", "webhook_variable", "message_form"}
_PRIORITY = {"critical": "highest", "warning": "high", "info": "normal"}
_COLOR = {"critical": "attention", "warning": "warning", "info": "default"}
# The longest texts that the receivers take.
_TITLE = 200
_SLACK_HEADER, _SLACK_SECTION = 150, 3000
_TEAMS_LINE = 2000
_PAGERDUTY_SUMMARY = 1024
_GITHUB_TITLE, _GITHUB_BODY = 256, 60_000
_JIRA_SUMMARY, _JIRA_LINE = 255, 5000
_SUBJECT = 180


class FormError(UserError):
    """A message cannot be written; the message says what is not set."""


def message(alert: dict) -> dict:
    """The alert's fields, a link, and a line to read.

    `text` is for chat systems, which read &, < and > as markup.
    """
    fields = {
        name: format(value, "f") if isinstance(value, Decimal) else value
        for name, value in alert.items()
        if name not in _NOT_SENT
    }
    fields["alert_date"] = alert["alert_date"].isoformat() if alert["alert_date"] else None
    text = ". ".join([headline(alert), *details(alert)])
    return fields | {"link": link(alert), "text": _escaped(text)}


def ticket(alert: dict) -> dict:
    """The same as a ticket: a title, a body in plain text, labels, a priority, and an id by which
    the tracker knows it again.
    """
    where = link(alert)
    body = [f"{alert['cause']}.", *details(alert), *([where] if where else [])]
    return {
        "alert_id": alert["alert_id"],
        "external_id": alert["alert_id"],
        "title": line(headline(alert))[:_TITLE],
        "body": "\n".join(body),
        "labels": _labels(alert),
        "priority": _PRIORITY[alert["severity"]],
        "team_id": alert["team_id"],
        "assignee": alert["team_lead"],
        "link": where,
        "alert": {name: value for name, value in message(alert).items() if name != "text"},
    }


def slack(alert: dict) -> dict:
    """An incoming webhook of Slack: blocks of plain text, and `text` for the notification."""
    said = "\n".join(map(line, details(alert)))
    where = link(alert)
    blocks = [
        {"type": "header", "text": _plain(line(headline(alert)), _SLACK_HEADER)},
        {"type": "section", "text": _plain(_owner(alert, said), _SLACK_SECTION)},
    ]
    if where:
        shown = f"<{_escaped(where).replace('|', '%7C')}|Open the report>"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": shown}})
    return {"text": _escaped(line(headline(alert))[:_SLACK_SECTION]), "blocks": blocks}


def teams(alert: dict) -> dict:
    """A webhook of Teams: an Adaptive Card whose texts are runs, which read no Markdown."""
    head = {"weight": "bolder", "size": "medium", "color": _COLOR[alert["severity"]]}
    body = [
        _runs(headline(alert), **head),
        *(_runs(each) for each in [_owner(alert, ""), *details(alert)]),
    ]
    where = link(alert)
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": body,
    }
    if where:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the report", "url": where}]
    attached = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attached]}


def pagerduty(alert: dict) -> dict:
    """An event of PagerDuty's Events API v2, without its routing key, which is a secret.

    An escalation has the key of its alert, so that it raises the incident that is there.
    """
    where = link(alert)
    payload = {
        "summary": line(headline(alert))[:_PAGERDUTY_SUMMARY],
        "source": "ai-cost",
        "severity": alert["severity"],
        "class": alert["kind"],
        "custom_details": {
            name: value for name, value in message(alert).items() if name not in ("text", "link")
        },
    }
    if alert["team_id"]:
        payload["group"] = line(alert["team_id"])
    found = {
        "event_action": "trigger", "dedup_key": alert["alert_id"], "client": "ai-cost",
        "payload": payload,
    }  # fmt: skip
    if where:
        found |= {"client_url": where, "links": [{"href": where, "text": "Report"}]}
    return found


def email(alert: dict) -> dict:
    """Subject and text of a message; plain text has no markup."""
    where = link(alert)
    said = [headline(alert), _owner(alert, ""), *details(alert), *([where] if where else [])]
    return {
        "subject": f"[{alert['severity']}] {line(headline(alert))}"[:_SUBJECT],
        "text": "".join(f"{line(each)}\n" for each in said),
    }


def github(alert: dict) -> dict:
    """An issue of GitHub: what comes from logs is in a fence, where nothing is markup and
    nobody is mentioned.
    """
    said = "\n".join(map(line, [headline(alert), _owner(alert, ""), *details(alert)]))
    said = said[:_GITHUB_BODY]
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", said)), default=0))
    where = link(alert)
    body = [f"{fence}text", said, fence, *(["", where] if where else [])]
    return {
        # a name behind @ would be told of it
        "title": line(headline(alert)).replace("@", "@\u200b")[:_GITHUB_TITLE],
        "body": "\n".join(body) + f"\n\nalert {alert['alert_id']}\n",
        "labels": _labels(alert),
    }


def jira(alert: dict) -> dict:
    """An issue of Jira Cloud (REST API 3); its description is a document of plain texts."""
    project = os.environ.get(PROJECT_VARIABLE, "")
    if not project:
        raise FormError(f"set {PROJECT_VARIABLE} to the key of the project that has the issues")
    said = [_owner(alert, ""), *details(alert)]
    content = [_paragraph({"type": "text", "text": line(each)[:_JIRA_LINE]}) for each in said]
    if where := link(alert):
        marks = [{"type": "link", "attrs": {"href": where}}]
        content.append(_paragraph({"type": "text", "text": "Open the report", "marks": marks}))
    return {
        "fields": {
            "project": {"key": project},
            "issuetype": {"name": os.environ.get(ISSUE_TYPE_VARIABLE, "") or "Task"},
            "summary": line(headline(alert))[:_JIRA_SUMMARY],
            "description": {"type": "doc", "version": 1, "content": content},
            # by the last one an issue is found again
            "labels": [*_labels(alert), f"ai-cost-{alert['alert_id']}"],
        }
    }


FORMS: dict[str, Callable[[dict], dict]] = {
    "message": message, "slack": slack, "teams": teams, "pagerduty": pagerduty, "email": email,
    "ticket": ticket, "github": github, "jira": jira,
}  # fmt: skip
# Those that keep what they get: an alert that is told in a channel may become an issue as well.
TRACKERS = ("github", "jira")


def _owner(alert: dict, said: str) -> str:
    """Severity and who answers for it, before what is said."""
    lead = f", {alert['team_lead']}" if alert["team_lead"] else ""
    return line(f"Severity: {alert['severity']}{lead}") + (f"\n{said}" if said else "")


def _labels(alert: dict) -> list[str]:
    return ["ai-cost", alert["kind"], alert["severity"]]


def _plain(text: str, longest: int) -> dict:
    return {"type": "plain_text", "text": text[:longest], "emoji": False}


def _runs(text: str, **style: str) -> dict:
    """A line of a card; two braces would begin a function such as DATE."""
    shown = line(text)[:_TEAMS_LINE].replace("{{", "{\u200b{")
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": shown} | style]}


def _paragraph(text: dict) -> dict:
    return {"type": "paragraph", "content": [text]}


def _escaped(text: str) -> str:
    for mark, word in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(mark, word)
    return text
