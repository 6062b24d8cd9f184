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

import pytest

from scripts.auditing.detect import detect
from scripts.loading.run import MODELS
from scripts.loading.sources import read_contract
from tests.python.gateway_warehouse import FIXTURES
from tests.python.project import ROOT

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
def audit(tmp_path_factory):
    """Runs an audit as a user does, beside a warehouse that must stay as it is."""
    folder = tmp_path_factory.mktemp("audit")
    warehouse = folder / "warehouse.duckdb"
    warehouse.write_bytes(b"not to be opened, let alone written")
    before = hashlib.sha256(warehouse.read_bytes()).hexdigest()
    environment = os.environ | {
        "AI_COST_WAREHOUSE": str(warehouse),
        "AI_COST_TARGET": "postgres",
        "AI_COST_COMPANY": str(ROOT / "companies/sample"),
        "PGHOST": "nowhere.invalid",
        "DBT_TARGET_PATH": str(folder / "target"),
    }

    def run(*arguments: str, pasted: str | None = None) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [sys.executable, "-m", "scripts.cli", "audit", *arguments],
            cwd=ROOT,
            env=environment,
            input=pasted,
            capture_output=True,
            text=True,
            check=False,
        )
        assert hashlib.sha256(warehouse.read_bytes()).hexdigest() == before
        return done

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
        (["-", "--format", "acme"], "no format; one of bedrock_invocations"),
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
