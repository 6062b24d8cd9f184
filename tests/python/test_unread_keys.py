"""What a record holds and no column reads is named, and what of it may be money.

Harm guarded against: a gateway's new version logs a quantity under a new name, and it is dropped
for months without a word.
"""

import json
import zipfile

import pytest

from scripts.auditing.unread import said, unread
from scripts.loading.run import MODELS
from scripts.loading.sources import read_contract
from scripts.loading.unread import unread_keys
from tests.python.landing import Landing, event
from tests.python.test_otlp import USAGE, otlp

TABLES = read_contract(MODELS).raw
ENVELOPE = TABLES["envelope_events"]
CALL = event(1, model="gpt-4o", input_tokens=7) | {
    "fancy_tokens": 3,
    "meta": {"color": "red", "empty": None},
    "ada@example.org": 1,
    "12345678": 1,
}
KEYS = {"fancy_tokens", "meta.color"}


def test_a_key_is_named_by_the_way_to_it_and_never_when_it_may_be_a_value():
    assert unread_keys(CALL, ENVELOPE) == KEYS


def test_of_spans_the_attributes_are_looked_at():
    span = otlp(USAGE | {"my.cost": "1", "server.port": "80"})
    assert unread_keys(span, TABLES["otel_genai_spans"]) == {"my.cost", "server.port"}


@pytest.mark.parametrize("attributes", [-1, "text", [5, None], [{"key": ["cost"]}, {"value": 1}]])
def test_what_is_no_attribute_has_no_key(attributes):
    """It used to stop the load of the file, and with it of all its good spans."""
    span = otlp(USAGE)
    span["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"] = attributes
    assert unread_keys(span, TABLES["otel_genai_spans"]) == set()


@pytest.mark.parametrize("form", ["lines", "page", "zip", "csv"])
def test_an_audit_counts_them_in_every_form(form, tmp_path):
    path = tmp_path / form
    records = [CALL, event(2, model="gpt-4o")]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    if form == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("log.jsonl", lines)
    elif form == "csv":
        path.write_text(
            "request_id,timestamp,model,fancy_tokens,meta.color\nr1,2026-11-03,m,3,red\n"
        )
    else:
        path.write_text(lines if form == "lines" else json.dumps({"data": records}, indent=1))
    of = 1 if form == "csv" else 2
    assert unread(path, ENVELOPE) == [
        {"key": "fancy_tokens", "records": 1, "of": of, "looks_like_usage": True},
        {"key": "meta.color", "records": 1, "of": of, "looks_like_usage": False},
    ]
    assert said(unread(path, ENVELOPE)) == [
        f"Keys that are not read: 2: fancy_tokens (1 of {of}), meta.color (1 of {of})",
        "  of which these may be usage: fancy_tokens",
    ]


def test_the_load_says_so_of_new_files(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    landing = Landing(tmp_path)
    for number in range(2):
        landing.put(f"envelope_events/{number}.jsonl", [CALL | {"request_id": f"r{number}"}])
    landing.load()
    line = "keys not read of new files of envelope_events: 2; `ai-cost audit FILE` lists them; "
    assert line + "may be usage: fancy_tokens (2)" in capsys.readouterr().out
    landing.load()
    assert "keys not read" not in capsys.readouterr().out
