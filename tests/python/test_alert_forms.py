"""Each receiver gets an alert in the form that it documents, and what goes up is told once.

Harm guarded against: a card, an event or an issue that is refused, so that nobody hears of it; a
name in a log that mentions a whole channel, opens a link or a second header, or looks like a
function of a card; a step that is told every night; a key in what is shown.
"""

import base64
import json
import smtplib
import threading
from datetime import date
from decimal import Decimal
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from scripts.cli import main
from scripts.operations.alert_channels import Notice, letter
from scripts.operations.alert_forms import FORMS
from tests.python import mart_tables

SIGNS = (
    "<!channel> <@U1> <https://x|y> @everyone @octocat #1 **b** _i_ [a](https://x) `c` ```` d "
    "{{DATE(2020-01-01T00:00:00Z)}} $&{x} \u202eevil \x1b[31m\r\nBcc: a@example.com\n"
)
ODD = SIGNS + "x" * 70_000
ALERT = {
    "alert_id": "0cc175b9c0f1b6a831c399e269772661", "kind": "spend_anomaly",
    "alert_date": date(2026, 9, 4), "team_id": SIGNS, "team_name": SIGNS, "team_lead": SIGNS,
    "subject": ODD,
    "cause": "the day cost more than the days before it, by more than is allowed: warning",
    "severity": "warning", "item_count": 1,
    "amount_usd": Decimal("80.000000000000001"), "observed_usd": Decimal("80.000000000000001"),
    "baseline_usd": Decimal("50"), "threshold": Decimal("1.5"), "logged_tokens": None,
    "billed_tokens": None, "token_difference": None, "service_name": "*", "top_category": ODD,
    "top_category_usd": Decimal("60"), "request_key": ODD, "trace_id": None, "anomaly_id": "x1",
    "webhook_variable": None, "message_form": None, "provider": None, "provider_name": None,
    "services": [{"service": ODD, "cost_usd": "80"}], "escalated_after_days": None,
}  # fmt: skip
PLAIN = ALERT | {
    "team_id": "search", "team_name": "Search", "team_lead": "Kim",
    "subject": "daily_ratio, rule daily-150",
    "top_category": "api / chat / small", "request_key": "r1",
    "services": [{"service": "api", "cost_usd": "80"}],
}  # fmt: skip
HEAD = (
    "Spend out of the ordinary, Search, 4 September 2026, USD 80.00 (1 alert): "
    "spend of the day against the average of the days before, rule daily-150: "
    "the day cost more than the days before it, by more than is allowed: warning"
)
NOBODY = {"team_id": None, "team_name": None}
COMPARED = "USD 80.00 against USD 50.00, USD +30.00; told from 1.5 times"
MOST = "Most: api / chat / small, USD 60.00"
LINK = "https://reports.example/ai/index.html"
LABELS = ["ai-cost", "spend_anomaly", "warning"]


@pytest.fixture(autouse=True)
def settings(monkeypatch):
    for name in ("AI_COST_COMPANY", "AI_COST_ORGANIZATION", "AI_COST_REPORT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AI_COST_JIRA_PROJECT", "FIN")


@pytest.fixture
def linked(monkeypatch):
    monkeypatch.setenv("AI_COST_REPORT_URL", "https://reports.example/ai/")


def texts(value) -> list[str]:
    """Every text in a payload."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


def test_slack_gets_blocks_of_plain_text(linked):
    found = FORMS["slack"](PLAIN | NOBODY)
    assert found == {
        "text": HEAD.replace(" Search,", ""),
        "blocks": [
            {"type": "header",
             "text": {"type": "plain_text", "emoji": False,
                      "text": HEAD.replace(" Search,", "")[:150]}},
            {"type": "section",
             "text": {"type": "plain_text", "emoji": False,
                      "text": f"Severity: warning, Kim\n{COMPARED}\nServices: api USD 80.00\n"
                              f"{MOST}\nLook at request r1"}},
            {"type": "section",
             "text": {"type": "mrkdwn", "text": f"<{LINK}|Open the report>"}},
        ],
    }  # fmt: skip
    odd = FORMS["slack"](ALERT)
    assert "<" not in odd["text"] and len(odd["text"]) < 40_000
    header, section = (block["text"] for block in odd["blocks"][:2])
    assert (len(header["text"]), len(section["text"])) == (150, 3000)
    assert {header["type"], section["type"]} == {"plain_text"}


def test_teams_gets_a_card_that_reads_no_markdown(linked):
    found = FORMS["teams"](PLAIN | NOBODY)
    (attached,) = found["attachments"]
    assert found["type"] == "message" and set(found) == {"type", "attachments"}
    assert attached["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attached["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.2")
    assert card["actions"] == [
        {"type": "Action.OpenUrl", "title": "Open the report", "url": LINK}
    ]  # fmt: skip
    assert [row["inlines"][0]["text"] for row in card["body"]] == [
        HEAD.replace(" Search,", ""), "Severity: warning, Kim", COMPARED,
        "Services: api USD 80.00", MOST, "Look at request r1",
    ]  # fmt: skip
    assert card["body"][0]["inlines"][0]["color"] == "warning"
    odd = FORMS["teams"](ALERT)["attachments"][0]["content"]
    assert {row["type"] for row in odd["body"]} == {"RichTextBlock"}
    assert {run["type"] for row in odd["body"] for run in row["inlines"]} == {"TextRun"}
    assert not any("{{" in text for text in texts(odd))
    assert len(json.dumps(odd, ensure_ascii=False).encode()) < 28_000


def test_pagerduty_gets_an_event_that_an_escalation_raises(linked):
    found = FORMS["pagerduty"](PLAIN)
    details = found["payload"].pop("custom_details")
    assert found == {
        "event_action": "trigger", "dedup_key": PLAIN["alert_id"], "client": "ai-cost",
        "client_url": found["links"][0]["href"], "links": [
            {"href": found["client_url"], "text": "Report"}
        ],
        "payload": {"summary": HEAD, "source": "ai-cost", "severity": "warning",
                    "class": "spend_anomaly", "group": "search"},
    }  # fmt: skip
    assert found["client_url"].startswith("https://reports.example/ai/")
    assert details["amount_usd"] == "80.000000000000001" and details["threshold"] == "1.5"
    odd = FORMS["pagerduty"](ALERT | {"escalated_after_days": 3, "severity": "critical"})
    assert odd["dedup_key"] == ALERT["alert_id"] and odd["payload"]["severity"] == "critical"
    assert len(odd["payload"]["summary"]) == 1024
    assert odd["payload"]["summary"].startswith(
        "Not handled for 3 days: Spend out of the ordinary, "
    )
    assert len(json.dumps(odd).encode()) < 512_000


def test_a_mail_has_one_line_as_its_subject_and_no_markup(monkeypatch):
    monkeypatch.setenv("AI_COST_SMTP_SENDER", "costs@example.com")
    payload = FORMS["email"](PLAIN)
    assert payload == {
        "subject": f"[warning] {HEAD}"[:180],
        "text": f"{HEAD}\nSeverity: warning, Kim\n{COMPARED}\nServices: api USD 80.00\n{MOST}\n"
                "Look at request r1\n",
    }  # fmt: skip
    odd = Notice("a", "a-3", "email", "V", FORMS["email"](ALERT))
    mail = message_from_bytes(letter(odd, "ops@example.com"), policy=policy.SMTP)
    assert mail["To"] == "ops@example.com" and mail["Bcc"] is None
    assert mail.get_content_type() == "text/plain" and mail["Auto-Submitted"] == "auto-generated"
    assert " Bcc: " in mail["Subject"] and len(mail["Subject"]) <= 180
    again = message_from_bytes(letter(odd, "OPS@example.com"), policy=policy.SMTP)
    assert again["Message-ID"] == mail["Message-ID"]


def test_github_gets_an_issue_whose_names_stand_in_a_fence(linked):
    found = FORMS["github"](PLAIN | NOBODY)
    head = HEAD.replace(" Search,", "")
    assert found == {
        "title": head,
        "body": f"```text\n{head}\nSeverity: warning, Kim\n{COMPARED}\nServices: api USD 80.00\n"
                f"{MOST}\nLook at request r1\n```\n\n{LINK}\n\nalert {ALERT['alert_id']}\n",
        "labels": LABELS,
    }  # fmt: skip
    odd = FORMS["github"](ALERT)
    assert len(odd["title"]) <= 256 and "@e" not in odd["title"] and "\n" not in odd["title"]
    assert len(odd["body"]) < 65_536
    opened, _, rest = odd["body"].partition("text\n")
    inside, closed, after = rest.partition(f"\n{opened}\n")
    assert opened == "`" * 5 and closed and opened not in inside
    assert "@octocat" in inside and "@" not in after and "#1" not in after


def test_jira_gets_an_issue_with_a_document_of_plain_texts(linked, monkeypatch):
    fields = FORMS["jira"](PLAIN | NOBODY)["fields"]
    assert fields["project"] == {"key": "FIN"} and fields["issuetype"] == {"name": "Task"}
    assert fields["summary"] == HEAD.replace(" Search,", "")
    assert fields["labels"] == [*LABELS, f"ai-cost-{ALERT['alert_id']}"]
    document = fields["description"]
    assert (document["type"], document["version"]) == ("doc", 1)
    assert [row["content"][0]["text"] for row in document["content"]] == [
        "Severity: warning, Kim", COMPARED, "Services: api USD 80.00", MOST,
        "Look at request r1", "Open the report",
    ]  # fmt: skip
    assert document["content"][-1]["content"][0]["marks"] == [
        {"type": "link", "attrs": {"href": LINK}}
    ]
    odd = FORMS["jira"](ALERT)["fields"]
    assert len(odd["summary"]) == 255 and "\n" not in odd["summary"]
    rows = odd["description"]["content"]
    assert {row["type"] for row in rows} == {"paragraph"}
    assert {each["type"] for row in rows for each in row["content"]} == {"text"}
    assert all(each["text"] for row in rows for each in row["content"])
    assert len(json.dumps(odd["description"])) < 32_767
    assert not any(" " in label for label in odd["labels"])
    monkeypatch.setenv("AI_COST_JIRA_ISSUE_TYPE", "Bug")
    assert FORMS["jira"](PLAIN)["fields"]["issuetype"] == {"name": "Bug"}


@pytest.mark.parametrize("form", ["slack", "teams", "email", "github", "jira"])
def test_no_name_moves_a_cursor_or_turns_the_order_of_letters(form):
    for text in texts(FORMS[form](ALERT)):
        assert not {"\x1b", "\u202e", "\r"} & set(text)


class Receiver(HTTPServer):
    """Keeps what it gets."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, dict, dict]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def address(self, path: str, login: str = "") -> str:
        return f"http://{login}127.0.0.1:{self.server_port}/{path}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(202)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = Receiver()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def told(tmp_path, monkeypatch):
    """What makes a warehouse with these alerts and sends them from an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "w.duckdb"))
    monkeypatch.setenv("AI_COST_COMPANY", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()

    def tell(alerts, *arguments: str, anomalies=(), at: str | None = None) -> int:
        file = tmp_path / "w.duckdb"
        file.unlink(missing_ok=True)
        rows = [
            {name: value for name, value in row.items()
             if name not in ("services", "escalated_after_days", "team_name", "provider_name")}
            for row in alerts
        ]  # fmt: skip
        mart_tables.make(file, {"fct_alerts": rows, "fct_spend_anomalies": list(anomalies)})
        if at:
            monkeypatch.setenv("AI_COST_NOW", at)
        return main(["alerts", *arguments])

    return tell


def test_a_route_names_form_and_address(told, receiver, monkeypatch, capsys):
    routed = [
        PLAIN | {"alert_id": form, "message_form": form,
                 "webhook_variable": f"AI_COST_ALERT_WEBHOOK_{form.upper()}"}
        for form in ("github", "jira", "pagerduty", "slack", "teams")
    ]  # fmt: skip
    monkeypatch.setenv("AI_COST_PAGERDUTY_URL", receiver.address("enqueue"))
    for form, value in {
        "github": receiver.address("issues", "to%40ken@"),
        "jira": receiver.address("issue", "a%40example.com:se%3Acret@"),
        "pagerduty": "R0UT1NG", "slack": receiver.address("slack"),
        "teams": receiver.address("teams"),
    }.items():  # fmt: skip
        monkeypatch.setenv(f"AI_COST_ALERT_WEBHOOK_{form.upper()}", value)
    assert told(routed) == 0
    shown = capsys.readouterr().out
    assert "R0UT1NG" not in shown and "secret" not in shown and receiver.got == []
    assert told(routed, "--send") == 0
    by_path = {path: (headers, body) for path, headers, body in receiver.got}
    assert set(by_path) == {"/issues", "/issue", "/enqueue", "/slack", "/teams"}
    assert by_path["/issues"][0]["Authorization"] == "Bearer to@ken"
    login = base64.b64decode(by_path["/issue"][0]["Authorization"].removeprefix("Basic "))
    assert login == b"a@example.com:se:cret" and "Authorization" not in by_path["/slack"][0]
    assert by_path["/enqueue"][1]["routing_key"] == "R0UT1NG"
    assert by_path["/teams"][1]["attachments"] and by_path["/slack"][1]["blocks"]
    assert told(routed, "--send") == 0 and len(receiver.got) == 5


@pytest.mark.parametrize(
    ("form", "value", "said"),
    [
        ("email", "ops@example.com", "is no address like mailto:name@example.com"),
        ("email", "mailto:a@example.com\nBcc: b@example.com", "is no address like mailto:"),
        ("email", "mailto:a@example.com", "set AI_COST_SMTP_HOST"),
        ("pagerduty", "https://events.pagerduty.com", "is no integration key of PagerDuty"),
        ("teams", "mailto:a@example.com", "is no http or https address"),
        ("jira", "", "set AI_COST_ALERT_WEBHOOK_TICKETS"),
    ],
)
def test_nothing_leaves_when_an_address_is_not_what_the_form_asks_for(
    form, value, said, told, monkeypatch, capsys, tmp_path
):
    monkeypatch.delenv("AI_COST_SMTP_HOST", raising=False)
    monkeypatch.setenv("AI_COST_ALERT_WEBHOOK", value)
    assert told([PLAIN], "--form", form, "--send") == 2
    assert said in capsys.readouterr().err and not (tmp_path / "alerts_sent.jsonl").exists()


def test_a_mail_goes_by_the_server_of_statements(told, monkeypatch, capsys):
    sent, refuse = [], []

    class Server:
        def __init__(self, host, port, timeout):
            assert (host, port) == ("mail.example", 25)

        def sendmail(self, sender, addresses, message):
            if refuse:
                raise smtplib.SMTPDataError(554, b"no \x1b[31mthanks")
            sent.append((sender, addresses, message))

        def close(self):
            sent.append("closed")

    monkeypatch.setattr(smtplib, "SMTP", Server)
    for name, value in {
        "SMTP_HOST": "mail.example", "SMTP_ENCRYPTION": "none", "SMTP_SENDER": "c@example.com",
        "SMTP_USER": "", "ALERT_WEBHOOK": "mailto:ops@example.com",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"AI_COST_{name}", value)
    refuse.append(True)
    assert told([PLAIN], "--form", "email", "--send") == 1
    assert "was refused: 554 no [31mthanks" in capsys.readouterr().err
    refuse.clear()
    sent.clear()
    assert told([PLAIN], "--form", "email", "--send") == 0
    assert sent[0][:2] == ("c@example.com", ["ops@example.com"]) and sent[1] == "closed"
    assert HEAD[:25].encode() in sent[0][2]


def test_days_at_150_percent_of_30_days_become_issues_beside_the_channel(told, tmp_path, capsys):
    alerts = [PLAIN, PLAIN | {"alert_id": "b", "anomaly_id": "x2"},
              PLAIN | {"alert_id": "c", "kind": "mystery_spend", "anomaly_id": None}]  # fmt: skip
    rules = [{"anomaly_id": "x1", "rule_id": "daily-150"},
             {"anomaly_id": "x2", "rule_id": "daily-200"}]  # fmt: skip
    out = str(tmp_path / "out.jsonl")
    assert told(alerts, "--send", "--file", out, anomalies=rules) == 0
    asked = ("--form", "jira", "--rule", "daily-150", "--send", "--file", str(tmp_path / "issues"))
    assert told(alerts, *asked, anomalies=rules) == told(alerts, *asked, anomalies=rules) == 0
    (issue,) = map(json.loads, (tmp_path / "issues").read_text().splitlines())
    assert issue["fields"]["labels"][-1] == f"ai-cost-{PLAIN['alert_id']}"
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 3


STEPS = "kind,severity,after_days,to_severity,webhook_variable,message_form,note\n"


def test_an_alert_that_nobody_handled_goes_up_and_each_step_is_told_once(told, tmp_path, capsys):
    (tmp_path / "own/alert_escalations.csv").write_text(
        STEPS + "*,warning,3,critical,,,\nspend_anomaly,warning,5,critical,"
        "AI_COST_ALERT_WEBHOOK_ON_CALL,pagerduty,\n*,*,5,,,,\n"
        "spend_anomaly,info,1,critical,,,\nmystery_spend,*,1,critical,,,\n"
    )
    out, day = tmp_path / "out.jsonl", "2099-01-{:02d}T06:00:00Z"

    def night(number: int, *alerts) -> list[dict]:
        out.unlink(missing_ok=True)
        assert told(alerts, "--send", "--file", str(out), at=day.format(number)) == 0
        return [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []

    memory = tmp_path / "alerts_sent.jsonl"
    assert [each["severity"] for each in night(1, PLAIN)] == ["warning"]
    memory.write_text(
        json.dumps({"alert_id": PLAIN["alert_id"], "sent_at": "2099-01-01T06:00:00+00:00"}) + "\n"
    )
    assert night(3, PLAIN) == []
    (step,) = night(4, PLAIN)
    assert (step["severity"], step["escalated_after_days"]) == ("critical", 3)
    assert step["text"].startswith("Not handled for 3 days: Spend out of the ordinary, ")
    assert night(4, PLAIN) == night(5, PLAIN) == []
    (step,) = night(9, PLAIN)
    assert step["dedup_key"] == PLAIN["alert_id"] and step["payload"]["severity"] == "critical"
    assert night(30, PLAIN) == []
    # mended: it has left the mart, and nothing goes up
    assert night(31) == []
    assert [json.loads(line).get("escalated_after_days") for line in
            memory.read_text().splitlines()] == [None, 3, 5]  # fmt: skip


def test_after_missed_nights_only_the_last_step_is_told(told, tmp_path):
    (tmp_path / "own/alert_escalations.csv").write_text(
        STEPS + "*,*,3,warning,,,\n*,*,5,critical,,,\n"
    )
    (tmp_path / "alerts_sent.jsonl").write_text(
        json.dumps({"alert_id": PLAIN["alert_id"], "sent_at": "2026-09-05T06:00:00+00:00"}) + "\n"
    )
    out = tmp_path / "out.jsonl"
    for _ in range(2):
        assert told([PLAIN], "--send", "--file", str(out), at="2026-09-20T06:00:00Z") == 0
    (step,) = map(json.loads, out.read_text().splitlines())
    assert step["escalated_after_days"] == 5


def test_what_somebody_looks_after_goes_up_no_more(told, tmp_path, capsys):
    (tmp_path / "own/alert_escalations.csv").write_text(STEPS + "*,*,3,critical,,,\n")
    sent = {"alert_id": PLAIN["alert_id"], "sent_at": "2026-09-05T06:00:00+00:00"}
    (tmp_path / "alerts_sent.jsonl").write_text(json.dumps(sent) + "\n")
    assert told([PLAIN], at="2026-09-20T06:00:00Z") == 0
    assert '"escalated_after_days": 3' in capsys.readouterr().out
    assert main(["alerts", "--handled", "unknown"]) == 1
    assert "'unknown' was not sent" in capsys.readouterr().err
    assert main(["alerts", "--handled", PLAIN["alert_id"]]) == 0
    assert told([PLAIN], at="2026-09-20T06:00:00Z") == 0
    assert "0 to send" in capsys.readouterr().out


def test_a_first_alert_keeps_its_key_and_a_step_has_one_of_its_own(told, receiver, monkeypatch):
    monkeypatch.setenv("AI_COST_ALERT_WEBHOOK", receiver.address("hook"))
    assert told([PLAIN], "--send", at="2026-09-05T06:00:00Z") == 0
    assert told([PLAIN], "--send", at="2099-09-05T06:00:00Z") == 0
    # the rows of the seed are about other kinds
    assert [headers["Idempotency-Key"] for _, headers, _ in receiver.got] == [PLAIN["alert_id"]]
    found = PLAIN | {"kind": "bill_finding"}
    assert told([found], "--send", at="2099-09-05T06:00:00Z") == 0
    assert receiver.got[-1][1]["Idempotency-Key"] == f"{PLAIN['alert_id']}-5"
