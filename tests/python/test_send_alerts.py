"""Each alert reaches somebody, once.

Harm guarded against: a breach nobody hears of; a channel that is muted because the same alert comes
every night; a name in a log that becomes markup or leaks the webhook's address.
"""

import json
import threading
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from scripts.cli import main
from scripts.reporting.teams import page_name
from tests.python import mart_tables

ODD = "<script>*bold* & \"quotes\" 'and' =cmd() ünï\n" + "x" * 200
NAMES = (
    "alert_id", "kind", "alert_date", "team_id", "team_lead", "subject", "cause", "item_count",
    "amount_usd", "severity",
)  # fmt: skip
ALERTS = [
    dict(zip(NAMES, row, strict=True))
    for row in (
        ("a1", "reconciliation_breach", date(2026, 9, 3), None, None, ODD, "price", 3,
         Decimal("1234.567890"), "warning"),
        ("b2", "mystery_spend", date(2026, 9, 4), "unattributed", "Kim", "the day", "none", 9,
         Decimal("5.00"), "warning"),
        ("c3", "quarantined_records", None, None, None, "file x", "not valid JSON", 1, None,
         "warning"),
    )
]  # fmt: skip
SPEND = {
    **ALERTS[1],
    "alert_id": "d4",
    "kind": "spend_anomaly",
    "team_id": "search",
    "severity": "critical",
    "amount_usd": Decimal("80.000000000000001"),
    "observed_usd": Decimal("80.000000000000001"),
    "baseline_usd": Decimal("50"),
    "threshold": Decimal("1.5"),
    "top_category": "api / chat / small",
    "top_category_usd": Decimal("60"),
    "request_key": "key",
    "anomaly_id": "x",
}
TOKENS = {
    **ALERTS[0],
    "alert_id": "e5",
    "kind": "token_mismatch",
    "subject": "openai, account default, gpt-5.4-mini",
    "logged_tokens": 229_728,
    "billed_tokens": 363_553,
    "token_difference": 133_825,
}
DRIVERS = [
    {"anomaly_id": "x", "driver_rank": n, "service_name": name, "cost_usd": Decimal(cost)}
    for n, (name, cost) in enumerate([("api", 60), ("api", 5), ("<b>", 15)], 1)
]


class Receiver(HTTPServer):
    """A webhook that keeps what it gets and refuses what it is told to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[dict] = []
        self.keys: list[str] = []
        self.refuse: set[str] = set()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        refused = body["alert_id"] in self.server.refuse
        if not refused:
            self.server.got.append(body)
            self.server.keys.append(self.headers["Idempotency-Key"])
        self.send_response(500 if refused else 200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def webhook(monkeypatch):
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/secret-token"
    monkeypatch.setenv("AI_COST_ALERT_WEBHOOK", address)
    yield server
    server.shutdown()
    server.server_close()


def made(file, alerts):
    return mart_tables.make(file, {"fct_alerts": alerts, "fct_spend_anomaly_drivers": DRIVERS})


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    file = made(tmp_path / "w.duckdb", ALERTS)
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_REPORT_URL", "https://reports.example/ai/")
    return file


def send(tmp_path, *more) -> int:
    return main(["alerts", "--sent", str(tmp_path / "sent.jsonl"), *more])


def test_by_default_nothing_leaves(tmp_path, warehouse, webhook, capsys):
    assert send(tmp_path) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["alert_id"] for line in shown[:-1]] == ["b2", "a1", "c3"]
    assert "3 to send" in shown[-1]
    assert webhook.got == [] and not (tmp_path / "sent.jsonl").exists()


def test_each_alert_is_sent_once_with_all_it_says(tmp_path, warehouse, webhook):
    assert send(tmp_path, "--send") == 0
    assert send(tmp_path, "--send") == 0
    assert [each["alert_id"] for each in webhook.got] == webhook.keys == ["b2", "a1", "c3"]
    breach = webhook.got[1]
    assert Decimal(breach["amount_usd"]) == Decimal("1234.56789")
    assert breach["subject"] == ODD and "<" not in breach["text"].replace("&lt;", "")
    assert breach["link"] == "https://reports.example/ai/reconciliation.html"
    assert webhook.got[0]["team_lead"] == "Kim" and "USD 5.00" in webhook.got[0]["text"]
    assert webhook.got[2]["amount_usd"] is None


def test_what_was_refused_is_sent_the_next_time_and_nothing_else(
    tmp_path, warehouse, webhook, capsys
):
    webhook.refuse = {"a1"}
    assert send(tmp_path, "--send") == 1
    assert "secret-token" not in capsys.readouterr().err
    # A crash in the middle of a line of the memory.
    with (tmp_path / "sent.jsonl").open("a") as memory:
        memory.write('{"alert_id": "a')
    webhook.refuse = set()
    assert send(tmp_path, "--send") == 0
    assert webhook.keys == ["b2", "c3", "a1"]
    assert send(tmp_path, "--send") == 0
    assert webhook.keys == ["b2", "c3", "a1"]


def test_a_file_can_take_the_place_of_the_webhook(tmp_path, warehouse, monkeypatch, capsys):
    monkeypatch.delenv("AI_COST_ALERT_WEBHOOK", raising=False)
    assert send(tmp_path, "--send") == 2
    assert "AI_COST_ALERT_WEBHOOK" in capsys.readouterr().err
    out = tmp_path / "alerts.jsonl"
    assert send(tmp_path, "--send", "--file", str(out)) == 0
    assert send(tmp_path, "--send", "--file", str(out)) == 0
    assert len(out.read_text().splitlines()) == 3
    monkeypatch.setenv("AI_COST_ALERT_WEBHOOK", "file:///etc/passwd")
    assert send(tmp_path, "--send") == 0  # nothing is new
    assert main(["alerts", "--sent", str(tmp_path / "none.jsonl"), "--send"]) == 2


def test_an_alert_says_what_it_is_made_of(tmp_path, warehouse, webhook, monkeypatch):
    """Else whoever gets it has to find the service, the request and the page on their own."""
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(made(tmp_path / "spend.duckdb", [SPEND])))
    assert send(tmp_path, "--send") == 0
    (told,) = webhook.got
    assert Decimal(told["observed_usd"]) == Decimal("80.000000000000001")
    assert told["severity"] == "critical" and Decimal(told["threshold"]) == Decimal("1.5")
    assert [(row["service"], Decimal(row["cost_usd"])) for row in told["services"]] == [
        ("api", 65),
        ("<b>", 15),
    ]
    for words in ("USD 80.00 against USD 50.00, USD +30.00", "api USD 65.00, &lt;b&gt;", "key"):
        assert words in told["text"]
    assert told["link"] == f"https://reports.example/ai/{page_name('search')}"
    assert not {"anomaly_id", "webhook_variable", "message_form"} & set(told)


def test_an_alert_on_tokens_says_both_counts(tmp_path, warehouse, webhook, monkeypatch):
    """Else whoever gets it has to look up how far the counts are apart."""
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(made(tmp_path / "tokens.duckdb", [TOKENS])))
    assert send(tmp_path, "--send") == 0
    (told,) = webhook.got
    assert (told["logged_tokens"], told["billed_tokens"]) == (229_728, 363_553)
    assert told["text"].endswith(
        "Tokens: 229,728 in our logs, 363,553 on the bill; "
        "133,825 on one side alone, 36.8% of the bill"
    )
    assert told["link"] == "https://reports.example/ai/reconciliation.html"


def test_a_ticket_has_what_a_tracker_asks_for(tmp_path, warehouse, monkeypatch, capsys):
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(made(tmp_path / "spend.duckdb", [SPEND])))
    assert send(tmp_path, "--form", "ticket") == 0
    payload = json.loads(capsys.readouterr().out.splitlines()[0])
    assert payload["external_id"] == "d4" and payload["assignee"] == "Kim"
    assert payload["labels"] == ["ai-cost", "spend_anomaly", "critical"]
    assert payload["priority"] == "highest" and payload["title"].startswith(
        "Spend out of the ordinary, "
    )
    assert "Most: api / chat / small, USD 60.00" in payload["body"]
    assert payload["body"].endswith(payload["link"])


def test_each_team_has_its_own_channel(tmp_path, warehouse, webhook, monkeypatch, capsys):
    """An alert that goes to everybody is read by nobody; a secret of another kind is no address."""
    routed = SPEND | {"webhook_variable": "AI_COST_ALERT_WEBHOOK_SEARCH"}
    file = made(tmp_path / "routed.duckdb", [*ALERTS, routed])
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    assert send(tmp_path, "--send") == 2
    assert "AI_COST_ALERT_WEBHOOK_SEARCH" in capsys.readouterr().err and webhook.got == []
    other = Receiver()
    threading.Thread(target=other.serve_forever, daemon=True).start()
    monkeypatch.setenv(
        "AI_COST_ALERT_WEBHOOK_SEARCH", f"http://127.0.0.1:{other.server_port}/other"
    )
    assert send(tmp_path, "--send") == 0
    other.shutdown()
    other.server_close()
    assert other.keys == ["d4"] and sorted(webhook.keys) == ["a1", "b2", "c3"]
    stolen = made(tmp_path / "stolen.duckdb", [SPEND | {"webhook_variable": "AI_COST_USER_KEY"}])
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(stolen))
    monkeypatch.setenv("AI_COST_USER_KEY", "http://127.0.0.1:1/")
    assert main(["alerts", "--sent", str(tmp_path / "none.jsonl"), "--send"]) == 2


def test_no_warehouse_is_said_in_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "none.duckdb"))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    assert send(tmp_path) == 2
    assert "no warehouse" in capsys.readouterr().err


def test_the_alerts_of_the_sample_are_those_its_marts_have(sample_night):
    found = {
        kind: (rows, amount)
        for kind, rows, amount in sample_night.rows(
            "select kind, count(*), sum(amount_usd) from marts.fct_alerts group by 1"
        )
    }
    newest = "(select max(usage_date) from marts.fct_spend_daily)"
    breaches = (
        "select usage_date, provider, billing_account_id, sum(abs(variance_usd)) as amount "
        "from marts.fct_reconciliation_daily "
        "join intermediate.int_bill_days using (usage_date, provider, billing_account_id) "
        f"where status = 'breach' and found_date > {newest} - 14 group by all having amount >= 1"
    )
    expected = sample_night.rows(f"select count(*), sum(amount) from ({breaches})")[0]
    assert found.get("reconciliation_breach", (0, None)) == expected
    unpriced = sample_night.value(
        "select count(distinct (team_id, provider, coalesce(served_model, requested_model), "
        "price_status, date_trunc('month', usage_date))) from marts.fct_priced_requests "
        f"where price_status like 'unpriced%' and usage_date > {newest} - 7"
    )
    assert found["unpriced_usage"] == (unpriced, None)
    files = "select count(distinct batch_id) from marts.fct_quarantined_records"
    assert found["quarantined_records"][0] == sample_night.value(files) > 0
