"""An audit of one log says what is in it, whatever its format, and touches nothing else.

Harm guarded against: a second opinion that is worked out by a second implementation; a log read as
another format's; an audit that writes into the warehouse people close their month with.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from scripts.auditing.audit import audit as read_log
from scripts.auditing.detect import detect
from scripts.auditing.prepared_warehouse import AuditError
from scripts.loading.run import MODELS
from scripts.loading.sources import read_contract
from tests.python.gateway_warehouse import FIXTURES
from tests.python.prepared import shared
from tests.python.project import PARSED, ROOT, in_a_fork
from tests.python.test_wrapped_files import records_of

# The sheet beside the fixtures is no log; a Logpush line has no time, and nothing is known of it.
LOGS = sorted(
    file
    for file in FIXTURES.glob("*/*")
    if "logpush" not in file.name and not file.name.endswith(".md")
)
ENVELOPE = {
    "id": "req-1",
    "timestamp": "2026-07-10T09:30:00Z",
    "team": "Growth-Team",
    "service": "copywriter",
    "feature": "drafts",
    "env": "prod",
    "provider": "openai",
    "model": "gpt-5.4-mini",
    "input_tokens": 1200,
    "cached_input_tokens": 200,
    "output_tokens": 350,
    "status": "200",
    "usd_estimate": "0.5",
}
LINES = [
    json.dumps(ENVELOPE),
    json.dumps(ENVELOPE),
    json.dumps(ENVELOPE | {"id": "req-2", "model": "no-such-model", "team": None}),
    '{"id": "req-3", "timestamp": "not a time"}',
    "not json",
]


@pytest.fixture(scope="module")
def contract():
    return read_contract(MODELS)


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.parent.name}/{log.name}")
def test_every_format_is_recognised_by_its_fields(log, contract, tmp_path):
    assert detect(log, contract, tmp_path)[0][0] == log.parent.name


def test_the_plain_envelope_is_recognised_too(contract, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(LINES))
    folder = tmp_path / "scratch"
    folder.mkdir()
    assert detect(log, contract, folder)[0][0] == "envelope_events"


@pytest.fixture(scope="module")
def audits(tmp_path_factory):
    """A warehouse that an audit must leave as it is, and the variables of its commands."""
    warehouse = tmp_path_factory.mktemp("audit") / "warehouse.duckdb"
    warehouse.write_bytes(b"not to be opened, let alone written")
    variables = {
        "AI_COST_WAREHOUSE": str(warehouse),
        "AI_COST_TARGET": "postgres",
        "AI_COST_COMPANY": str(ROOT / "companies/sample"),
        "PGHOST": "nowhere.invalid",
    }
    before = hashlib.sha256(warehouse.read_bytes()).hexdigest()
    yield os.environ | variables
    assert hashlib.sha256(warehouse.read_bytes()).hexdigest() == before


@pytest.fixture(scope="module")
def prepared_models(audits):
    """The models as the first audit prepares them, made once for all workers by the command."""

    def make(folder):
        done = subprocess.run(
            [sys.executable, "-m", "scripts.cli", "audit", "-"],
            cwd=ROOT,
            env=audits | {"DBT_TARGET_PATH": str(folder)},
            input=json.dumps(ENVELOPE),
            capture_output=True,
            text=True,
            check=True,
        )
        assert "Preparing the models; this is done once ..." in done.stderr
        return folder

    return shared("audited", make)


@pytest.fixture(scope="module")
def audit(audits, prepared_models):
    """Runs an audit, beside a warehouse that must stay as it is."""
    (manifest,) = prepared_models.glob(f"audit/*/{PARSED}")

    def run(*arguments: str, pasted: str = "", **settings: str) -> subprocess.CompletedProcess:
        variables = audits | {"DBT_TARGET_PATH": str(prepared_models)} | settings
        return in_a_fork(["audit", *arguments], variables, manifest, pasted)

    return run


def test_a_log_with_one_of_everything(audit, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(LINES))
    done = audit(str(log))
    assert done.returncode == 0, done.stderr
    said = done.stdout
    # As the README works it out by hand.
    assert "Spend: USD 0.002340" in said and "format envelope_events (recognised)" in said
    assert "5 lines, 3 records, 2 rejected; 2 attempts at 2 requests" in said
    for owner in ("growth", "unattributed"):
        assert any(line.split()[:1] == [owner] for line in said.splitlines()), said
    assert "Duplicates, left out: 1" in said and "line 2, record 1: delivered again" in said
    assert "1 x openai no-such-model (standard): unpriced_unknown_model, first in line 3" in said
    assert "Quarantined: 2" in said and "line 4" in said and "line 5" in said
    assert "gateway 0.500000, ours 0.002340, difference 0.497660" in said
    assert "Missing, of 2 attempts: registered owner 1, customer 2" in said


@pytest.mark.wide
def test_a_meter_without_a_price_is_named_beside_what_the_rest_costs(audit):
    """The card has no price for what this model reads from a cache."""
    used = {"model": "gpt-4o-2024-05-13", "input_tokens": 10000, "cached_input_tokens": 1000}
    done = audit("--strict", "-", pasted=json.dumps(ENVELOPE | used | {"output_tokens": 0}))
    assert done.returncode == 1, done.stderr
    assert "no price for cache_read, the rest is USD 0.045000 and does not count" in done.stdout
    assert "partly_priced; rates of " in done.stdout
    (meter,) = [line for line in done.stdout.splitlines() if line.split()[:1] == ["cache_read"]]
    assert meter.split() == ["cache_read", "1,000", "unpriced"]


def test_a_provider_nobody_knows_is_named_with_the_row_to_add(audit):
    done = audit("-", pasted=json.dumps(ENVELOPE | {"provider": "custom-myproxy"}))
    assert done.returncode == 0, done.stderr
    assert "unpriced_unknown_provider, first in line 1; to price it, add " in done.stdout
    assert (
        "`custom-myproxy,<provider of the rate card>` to extra_provider_aliases.csv" in done.stdout
    )


def test_one_record_pasted_in_is_taken_apart(audit):
    done = audit("-", pasted=json.dumps(ENVELOPE))
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["uncached_input", "1,000", "0.000750"] in rows
    assert ["cache_read", "200", "0.000015"] in rows
    assert ["output", "350", "0.001575"] in rows
    assert "priced; rates of list-" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such-file"], "there is no file"),
        (["-", "--format", "acme"], "no format; one of anthropic_analytics_cost"),
        (["-"], "no known format"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(audit, arguments, words):
    done = audit(*arguments, pasted='{"hello": "world"}')
    assert done.returncode == 2
    assert words in done.stderr and "Traceback" not in done.stderr


def test_nothing_of_the_audit_is_left(audit, monkeypatch, tmp_path):
    scratch = Path(tmp_path)
    monkeypatch.setenv("TMPDIR", str(scratch))
    assert audit("-", "--format", "acme", pasted="{}").returncode == 2
    assert list(scratch.iterdir()) == []


# The payload of an article as it was printed: it has no time.
ARTICLE = {
    "trace_id": "trc_1",
    "request_id": "req_1",
    "team": "growth-platform",
    "service.name": "assistant-api",
    "feature": "trial-summary",
    "environment": "production",
    "provider": "openai",
    "model": "gpt-5.4-mini",
    "input_tokens": 18400,
    "cached_input_tokens": 0,
    "output_tokens": 1120,
    "workspace_id": "ws_4821",
    "prompt_version": "trial-summary-v12",
}


@pytest.mark.wide
def test_a_payload_without_a_time_counts_as_of_now_and_says_so(audit):
    said = audit("-", pasted=json.dumps(ARTICLE)).stdout
    assert "Spend: USD 0.018840" in said
    assert "Without a time: 1 records, taken as of now (2" in said
    assert "Without a time" not in audit("-", pasted=json.dumps(ENVELOPE)).stdout


# As the providers' own libraries print them.
OPENAI_RESPONSE = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1783675800,
    "model": "gpt-4.1-2025-04-14",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "a secret"}}],
    "usage": {
        "prompt_tokens": 1000,
        "completion_tokens": 100,
        "total_tokens": 1100,
        "prompt_tokens_details": {"cached_tokens": 400, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    },
    "service_tier": "default",
}
OPENAI_RESPONSES_API = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1783675800,
    "status": "completed",
    "model": "gpt-4.1-2025-04-14",
    "output": [{"type": "message", "content": [{"type": "output_text", "text": "a secret"}]}],
    "usage": {
        "input_tokens": 1000,
        "input_tokens_details": {"cached_tokens": 400},
        "output_tokens": 100,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 1100,
    },
}
ANTHROPIC_RESPONSE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-6",
    "content": [{"type": "text", "text": "a secret"}],
    "stop_reason": "end_turn",
    "usage": {
        "input_tokens": 4000,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 28000,
        "output_tokens": 900,
    },
}


@pytest.mark.wide
@pytest.mark.parametrize(
    ("response", "spend"),
    [
        # 600 x 2 + 400 x 0.50 + 100 x 8, of a million
        (OPENAI_RESPONSE, "0.002200"),
        (OPENAI_RESPONSES_API, "0.002200"),
        # 4,000 x 3 + 28,000 x 0.30 + 900 x 15, of a million
        (ANTHROPIC_RESPONSE, "0.033900"),
    ],
    ids=["openai chat", "openai responses", "anthropic"],
)
def test_a_provider_s_own_answer_is_priced(audit, response, spend):
    done = audit("-", pasted=json.dumps(response))
    assert done.returncode == 0, done.stderr
    assert f"Spend: USD {spend}" in done.stdout and "a secret" not in done.stdout
    # names that only one provider has say how it counts
    assert "Fits two readings" not in done.stdout


@pytest.mark.wide
def test_cached_tokens_that_fit_two_readings_are_shown_with_both_figures(audit):
    """8,000 beside 2,000 cached is 0.01155; as a part of the 8,000 it is 0.01005."""
    record = ARTICLE | {"input_tokens": 8000, "cached_input_tokens": 2000, "output_tokens": 1200}
    said = audit("-", pasted=json.dumps(record)).stdout
    assert "Spend: USD 0.010050" in said
    assert "Fits two readings: 1, USD 0.010050 with" in said and "0.011550 beside it" in said
    assert "line 1, req_1: 0.010050 inside, 0.011550 beside" in said
    more = record | {"input_tokens": 4000, "cached_input_tokens": 28000}
    assert "`token_convention` `cached_beside`" in audit("-", pasted=json.dumps(more)).stdout
    told = audit("-", pasted=json.dumps(record | {"token_convention": "cached_beside"})).stdout
    assert "Spend: USD 0.011550" in told and "Fits two readings" not in told


def log_of(folder: Path, name: str, *records: dict) -> str:
    file = folder / name
    file.write_text("\n".join(map(json.dumps, records)))
    return str(file)


def test_a_log_says_where_its_money_went_and_what_chargeback_lacks(audit, tmp_path):
    calls = [ENVELOPE | {"id": f"r{n}", "output_tokens": 350} for n in range(4)]
    calls += [ENVELOPE | {"id": "big", "env": "staging", "output_tokens": 350_000, "team": None}]
    said = audit(log_of(tmp_path, "log.jsonl", *calls)).stdout
    rows = [line.split() for line in said.splitlines()]
    assert ["prod", "4", "4,800", "1,400", "0.009360"] in rows
    assert ["staging", "1", "1,200", "350,000", "1.575765"] in rows
    assert ["copywriter", "/", "drafts", "5", "6,000", "351,400", "1.585125"] in rows
    assert rows[rows.index([]) :]  # tables are apart
    costliest = next(row for row in rows if row[:2] == ["5", "big"])
    assert costliest[-2:] == ["1.575765", "673.4"]
    assert (
        "Ready for chargeback: 4 of 5 attempts, USD 0.009360; "
        "1 lack a registered owner (USD 1.575765)" in said
    )


def test_a_poor_export_is_told_where_a_better_one_is(audit):
    """Helicone's files without the cache's columns: its tokens may be more than they say."""
    (record,) = records_of("helicone_requests")[:1]
    whole = audit("-", pasted=json.dumps(record))
    poor = {key: value for key, value in record.items() if "_cache_" not in key}
    said = audit("-", pasted=json.dumps(poor))
    assert whole.returncode == said.returncode == 0, said.stderr
    assert "whole usage" not in whole.stdout and "docs/exports.md" not in whole.stdout
    assert "whole usage 1" in said.stdout
    assert "docs/exports.md says which export of helicone_requests has more" in said.stdout


@pytest.mark.wide
def test_a_strict_audit_fails_a_build(audit, tmp_path):
    good = ENVELOPE | {"cached_input_tokens": 0}
    assert audit("--strict", log_of(tmp_path, "good.jsonl", good)).returncode == 0
    for bad, says in (
        ({"model": "no-such-model"}, "1 without a price"),
        ({"team": None}, "1 without a registered owner"),
        ({"timestamp": "not a time"}, "1 rejected or held back"),
        ({"cached_input_tokens": 200}, "1 fit two readings"),
    ):
        log = log_of(tmp_path, "bad.jsonl", good, good | {"id": "req-2"} | bad)
        done = audit("--strict", log)
        assert done.returncode == 1 and f"Not passed: {says}" in done.stdout, done.stdout
    assert audit(log).returncode == 0


@pytest.mark.wide
def test_two_logs_are_compared(audit, tmp_path):
    """A new version of a prompt writes twice as much: 0.002340 becomes 0.003915."""
    old = log_of(tmp_path, "old.jsonl", ENVELOPE | {"prompt_version": "v1"})
    new = ENVELOPE | {"prompt_version": "v2", "output_tokens": 700}
    new = log_of(tmp_path, "new.jsonl", new, new | {"id": "req-2"})
    done = audit(new, "--against", old, "--max-rise", "70")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    per = ["2.340000", "3.915000", "+67.3", "%"]
    assert ["all", "1", "2", "0.002340", "0.007830", "+234.6", "%", *per] in rows
    assert ["v1", "1", "0", "0.002340", "-", "-", "2.340000", "-", "-"] in rows
    assert ["v2", "0", "2", "-", "0.007830", "-", "-", "3.915000", "-"] in rows
    failed = audit(new, "--against", old, "--max-rise", "50")
    assert failed.returncode == 1
    assert "Not passed: a request costs 67.3 % more, above 50 %" in failed.stdout


def costs(item: str, amount: float, currency: str = "usd") -> dict:
    """A result of OpenAI's costs API."""
    return {
        "object": "organization.costs.result",
        "amount": {"value": amount, "currency": currency},
        "line_item": item,
        "project_id": "p",
        "quantity": 1000000,
        "quantity_unit": "tokens",
    }


RESULTS = [
    costs("gpt-5.4-mini, input", 1.25),
    costs("gpt-5.4-mini, hologram", 0.25),
    costs("gpt-5.4-mini, output", 2.5, "zzz"),
]
BUCKET = {"object": "bucket", "start_time": 1793577600, "end_time": 1793664000, "results": RESULTS}
BILL = json.dumps({"object": "page", "data": [BUCKET], "has_more": False})


@pytest.fixture(scope="module")
def bill(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("bill") / "account=acme"
    folder.mkdir()
    (folder / "page.json").write_text(BILL)
    return str(folder / "page.json")


def test_a_bill_says_what_it_is_and_what_nobody_knows_of_it(audit, bill):
    done = audit(bill)
    assert done.returncode == 0, done.stderr
    said = done.stdout
    rows = [line.split() for line in said.splitlines()]
    assert "bill openai_costs (recognised)" in said and "1 lines, 3 records, 0 rejected" in said
    assert "Total: 1.5 USD on 2 lines, USD 1.500000; 2.5 ZZZ on 1 lines" in said
    day = ["2026-11-02", "2026-11-02", "1", "1,000,000", "1.250000"]
    assert ["openai", "acme", "gpt-5.4-mini", "uncached_input", "standard", *day] in rows
    assert "meter hologram (openai): 1 lines, 0.25" in said and "to bill_line_meters" in said
    assert "1 x no_exchange_rate, 2.5" in said
    # the server of this test is nowhere
    assert "The logs beside it: not compared, cannot connect to Postgres" in said
    strict = audit("--strict", bill)
    assert strict.returncode == 1 and "1 lines without a figure" in strict.stdout


@pytest.mark.wide
def test_a_bill_stands_beside_the_logs_of_the_warehouse(audit, bill, tmp_path):
    warehouse = tmp_path / "logs.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_reconciliation_daily as "
            "select cast(day as date) as usage_date, 'openai' as provider, "
            "account as billing_account_id, model as billed_model, "
            "cast(cost as decimal(38, 12)) as gateway_cost_usd, "
            "cast(null as decimal(38, 12)) as provider_cost_usd "
            "from (values ('2026-11-02', 'acme', 'gpt-5.4-mini', '1.10'), "
            "('2026-11-02', 'acme', 'gpt-5.4', '0.30'), "
            "('2026-11-02', 'other', 'gpt-5.4-mini', '9'), "
            "('2026-11-03', 'acme', 'gpt-5.4-mini', '9')) as t (day, account, model, cost)"
        )
    before = hashlib.sha256(warehouse.read_bytes()).hexdigest()
    settings = {"AI_COST_TARGET": "duckdb", "AI_COST_WAREHOUSE": str(warehouse)}
    done = audit("--json", bill, **settings)
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256(warehouse.read_bytes()).hexdigest() == before
    found = json.loads(done.stdout)
    keys = "version kind file format format_is read totals lines unknown_words without_figure"
    assert list(found) == [*keys.split(), "quarantined", "logs", "problems", "not_passed"]
    logs = found["logs"]
    assert [list(each.values()) for each in logs["days"]] == [
        ["2026-11-02", "openai", "gpt-5.4", None, "0.3", None],
        ["2026-11-02", "openai", "gpt-5.4-mini", "1.5", "1.1", None],
    ]
    assert {each["amount_usd"] for each in found["lines"]} == {"1.25", "0.25", None}
    assert "this bill is USD 0.100000 above them" in audit(bill, **settings).stdout


INVOICE_ROW = {
    "invoice_number": "INV-1",
    "vendor": "OpenAI, LLC",
    "period_start": "2026-11-01",
    "description": "API usage",
    "amount": 2.5,
    "currency": "USD",
}


@pytest.mark.wide
def test_a_pasted_line_of_an_invoice_stands_beside_the_teams_of_its_month(audit, tmp_path):
    warehouse = tmp_path / "logs.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_spend_daily as select cast(day as date) as usage_date, "
            "provider, team as team_id, cast(cost as decimal(30, 15)) as cost_usd "
            "from (values ('2026-11-01', 'openai', 'search', '1.5'), "
            "('2026-11-30', 'openai', 'growth', '0.75'), ('2026-11-30', 'openai', 'dark', null), "
            "('2026-12-01', 'openai', 'search', '9'), ('2026-10-31', 'openai', 'search', '9'), "
            "('2026-11-15', 'anthropic', 'search', '9')) as t (day, provider, team, cost)"
        )
    row = tmp_path / "row.json"
    row.write_text(json.dumps(INVOICE_ROW))
    settings = {"AI_COST_TARGET": "duckdb", "AI_COST_WAREHOUSE": str(warehouse)}
    done = audit("--json", str(row), **settings)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["kind"], found["format"]) == ("bill", "generic_invoice_lines")
    assert found["logs"]["not_compared"] is None and found["logs"]["days"] == []
    assert found["logs"]["months"] == [
        {
            "usage_month": "2026-11-01",
            "provider": "openai",
            "invoice_usd": "2.5",
            "logs_usd": "2.25",
            "teams": [
                {"team_id": "search", "logs_usd": "1.5"},
                {"team_id": "growth", "logs_usd": "0.75"},
                {"team_id": "dark", "logs_usd": None},
            ],
        }
    ]
    said = audit(str(row), **settings).stdout
    assert "  2026-11 openai: this invoice USD 2.500000, logs USD 2.250000" in said
    # a name is data, and never SQL
    row.write_text(json.dumps(INVOICE_ROW | {"vendor": "x' or '1' = '1"}))
    (month,) = json.loads(audit("--json", str(row), **settings).stdout)["logs"]["months"]
    assert month["teams"] == []


@pytest.mark.parametrize(
    "text",
    [
        "Description, Quantity, Unit price, Amount\nGPT-5 input,1000,$0.00125,$1.25\n",
        "Item;Qty;Rate;Total (EUR)\nAPI usage;1;12,50;12,50\n",
    ],
)
def test_an_invoice_as_on_paper_is_refused_by_name(text, tmp_path):
    """Harm: of such a table only its columns were said, not what it lacks."""
    file = tmp_path / "invoice.csv"
    file.write_text(text)
    with pytest.raises(
        AuditError, match=r"an invoice as on paper, .* add the columns invoice_number, vendor"
    ):
        read_log(str(file), None, tmp_path)


def test_a_line_of_an_invoice_is_no_call_that_lacks_its_time(tmp_path):
    """Harm: an invoice row without its period was audited as a call that nobody owns."""
    row = tmp_path / "row.json"
    row.write_text(json.dumps({k: v for k, v in INVOICE_ROW.items() if k != "period_start"}))
    with pytest.raises(
        AuditError, match=r"generic_invoice_lines lacks a time \(billing_period_start"
    ):
        read_log(str(row), None, tmp_path)


@pytest.mark.wide
def test_a_log_as_json_has_the_same_figures_as_text(audit, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(LINES))
    done = audit("--json", "--strict", str(log))
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    keys = "version kind file format format_is read unread_keys totals owners models by costliest"
    keys += " missing ready_for_chargeback unpriced duplicates quarantined incomplete"
    keys += " gateway_differences records_without_a_time two_readings problems not_passed"
    assert list(found) == keys.split()
    assert found["read"] == {"lines": 5, "records": 3, "rejected": 2, "other_traffic": 0}
    assert found["totals"]["cost_usd"] == "0.00234"
    assert found["gateway_differences"][0]["gateway_estimate_difference_usd"] == "0.49766"
    assert found["problems"] == found["not_passed"] != []
