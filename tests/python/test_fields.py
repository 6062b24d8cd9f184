"""What one field may do to its record, and what a field may not carry into the warehouse.

Harm guarded against: spend thrown away for a duration with a fraction; a count that no sum holds; a
day that has not come; a person, a message or a secret within a declared text.
"""

import json
import re

import pytest

from scripts.loading.people import user_hash
from tests.python.landing import Landing, event

KEY = "a key for tests"
MAIL = "jane.doe@example.com"
HASH = user_hash(MAIL, KEY.encode())


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("AI_COST_USER_KEY", KEY)
    monkeypatch.setenv("AI_COST_NOW", "2026-11-20T12:00:00Z")


def loaded(tmp_path, table, rows, columns):
    landing = Landing(tmp_path)
    landing.put(f"{table}/a.jsonl", rows)
    assert landing.load() == 0
    return landing, landing.rows(f"select {columns} from raw.{table} order by line_number")


def test_a_field_that_prices_nothing_costs_no_record(tmp_path):
    odd = [2380.52, "900.5", 0.5, "812ms", -1, 10**15, {"p50": 3}, 12, None]
    rows = [event(n, input_tokens="12.0", latency_ms=value) for n, value in enumerate(odd)]
    rows.append(event(99, feature={"messages": "x"}, team=["a"], usd_estimate="n/a"))
    landing, found = loaded(
        tmp_path, "envelope_events", rows, "input_tokens, latency_ms, dropped_fields"
    )
    assert found == [
        *[(12, whole, None) for whole in (2381, 901, 1)],
        *[(12, None, "latency_ms")] * 4,
        *[(12, 12, None), (12, None, None)],
        (None, None, "team,feature,estimated_cost_usd"),
    ]
    assert landing.rejects() == []
    assert landing.rows("select record_count, incomplete_count from raw.load_files") == [(10, 5)]


def test_of_an_error_only_that_there_is_one_is_kept(tmp_path):
    """Harm: what was asked is quoted in a message of an error, and stands in the warehouse."""
    errors = ["Jane asked for it", {"message": "Jane"}, None, "", {}, False, [], "null"]
    rows = [event(n, error=value) for n, value in enumerate(errors)]
    rows.append(event(99, error="Jane asked for it", input_tokens="many"))
    landing, found = loaded(tmp_path, "envelope_events", rows, "has_error, dropped_fields")
    assert found == [
        *[(True, None)] * 2,
        *[(None, None)] * 2,
        *[(False, None)] * 3,
        (None, None),
    ]
    (reject,) = landing.rows("select raw_text from raw.load_rejects")
    assert "Jane" not in reject[0]


def test_a_number_of_json_has_no_marks_of_thousands(tmp_path):
    """Harm: 500.000 as a number is five hundred, as a text it may be half a million."""
    line = json.dumps(event(0, input_tokens=0))
    numbers = ("500.000", "5e2", "5E+2", '"500.000"')
    landing = Landing(tmp_path)
    rows = [line.replace('"input_tokens": 0', f'"input_tokens": {each}') for each in numbers]
    landing.put("envelope_events/a.jsonl", "\n".join(rows) + "\n")
    assert landing.load() == 0
    assert landing.rows("select input_tokens from raw.envelope_events") == [(500,)] * 3
    ((reason,),) = landing.rows("select reason from raw.load_rejects")
    assert reason.startswith("input_tokens may be one or a thousand")


@pytest.mark.parametrize("indent", [None, 1])
def test_pieces_of_an_answer_keep_their_models_behind_blanks(tmp_path, indent):
    pieces = [{"type": "message", "model": "claude-sonnet-4-5", "input_tokens": 5, "note": "Jane"}]
    odd = [{"type": "message", "input_tokens": -5}]
    rows = [
        {
            "request_id": str(number),
            "startTime": "2026-11-10T12:00:00Z",
            "model": "claude-sonnet-4-5",
            "metadata": {"usage_object": {"iterations": json.dumps(each, indent=indent)}},
        }
        for number, each in enumerate([pieces, odd])
    ]
    landing, ((kept,),) = loaded(tmp_path, "litellm_spend_logs", rows[:1], "usage_iterations")
    assert json.loads(kept) == [pieces[0] | {"note": None}]
    landing.put("litellm_spend_logs/b.jsonl", rows[1:])
    landing.load()
    ((reason,),) = landing.rows("select reason from raw.load_rejects")
    assert reason == "usage_iterations is a list, not counts within their range"


def test_a_dash_is_no_value_where_a_proxy_writes_it(tmp_path):
    line = {"msec": "1795000000.123", "request_id": "-", "request_time": "-", "status": "-"}
    line |= {"llm_model": "gpt-4o", "llm_input_tokens": "5", "llm_output_tokens": "-"}
    _, found = loaded(
        tmp_path, "nginx_access_logs", [line], "request_id, input_tokens, output_tokens, status"
    )
    assert found == [(None, 5, None, None)]


REJECTED = [
    (event(input_tokens=12.5), "input_tokens is a number with a fraction, not a whole number"),
    (event(input_tokens="CANARY"), "input_tokens is a text, not a whole number"),
    (event(input_tokens={"p": "CANARY"}), "input_tokens is an object, not a whole number"),
    (event(input_tokens=["CANARY"]), "input_tokens is a list, not a whole number"),
    (event(input_tokens=True), "input_tokens is true or false, not a whole number"),
    (event(input_tokens=999_999_999_999), "input_tokens is out of range"),
    (event(output_tokens=10**9), "output_tokens is out of range"),
    (event(model={"CANARY": 1}), "model is an object, not a text"),
    (event(request_id=[{"CANARY": 1}]), "request_id is a list, not a text"),
    (event(retry_count="CANARY"), "retry_count is a text, not a whole number"),
    (event(timestamp={"CANARY": 1}), "occurred_at is an object, not a plausible time"),
    (event(timestamp="CANARY"), "occurred_at is a text, not a plausible time"),
    (
        event(timestamp="2026-11-21T12:00:01Z"),
        "occurred_at is out of range: more than a day after this run",
    ),
    ({"timestamp": "2026-11-03T10:00:00Z", "x": "CANARY"}, "nothing but a time: no request"),
    (
        {"timestamp": "2026-11-03T10:00:00Z", "team": {"x": "CANARY"}},
        "nothing but a time: no request",
    ),
]


def test_what_prices_dates_or_identifies_rejects_and_says_the_kind(tmp_path):
    good = event(1, timestamp="2026-11-21T11:59:59Z", input_tokens=999_999_999)
    landing, found = loaded(
        tmp_path, "envelope_events", [*[row for row, _ in REJECTED], good], "input_tokens"
    )
    assert found == [(999_999_999,)]
    assert [reason for _, _, reason, _ in landing.rejects()] == [said for _, said in REJECTED]
    assert "CANARY" not in repr(landing.rejects())


@pytest.mark.parametrize("blank", [None, "", "   ", "\t", "\u00a0", "\u200b\u2003"])
def test_a_span_without_an_id_is_rejected(tmp_path, blank):
    def span(**ids):
        return {"startTimeUnixNano": "1795000000000000000", "name": "chat"} | ids

    spans = [span(traceId="t", spanId=blank), span(traceId=blank, spanId="s")]
    spans.append(span(traceId="t", spanId="s"))
    batch = {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
    landing, found = loaded(tmp_path, "otel_genai_spans", [batch], "trace_id, span_id")
    assert found == [("t", "s")]
    assert [row[2] for row in landing.rejects()] == ["no span_id", "no trace_id"]


PEOPLE = [
    (MAIL, HASH),
    (f"Jane Doe <{MAIL}>", HASH),
    (f"key of {MAIL}, and {MAIL}.", f"key of {HASH}, and {HASH}."),
    ("jane.doe%40example.com", user_hash("jane.doe%40example.com", KEY.encode())),
    (f"user={MAIL};team=x", f"user={HASH};team=x"),
    (
        f"arn:aws:sts::1:assumed-role/AWSReservedSSO_Dev_0a/{MAIL}",
        f"arn:aws:sts::1:assumed-role/AWSReservedSSO_Dev_0a/{HASH}",
    ),
    (
        "arn:aws:sts::1:assumed-role/Dev/jane",
        "arn:aws:sts::1:assumed-role/Dev/" + user_hash("jane", KEY.encode()),
    ),
    (
        f"arn:aws:sts::1:federated-user/{MAIL}",
        f"arn:aws:sts::1:federated-user/{HASH}",
    ),
    ("AROAABCDEFGHIJKLMNOP:jane", "AROAABCDEFGHIJKLMNOP:" + user_hash("jane", KEY.encode())),
    ("bot@project.iam.gserviceaccount.com", "bot@project.iam.gserviceaccount.com"),
    ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet@20240620"),
    ("arn:aws:iam::1:user/BedrockAPIKey-abcd", "arn:aws:iam::1:user/BedrockAPIKey-abcd"),
    ("https://u:p@host/v1?key=s#f", "https://host/v1"),
    ("[internal] tool", "[internal] tool"),
    ("{'messages': 'python'}", None),
    ('[{"role": "user"}]', None),
]


@pytest.mark.parametrize("escape", [False, True])
def test_people_and_secrets_leave_a_text_and_the_rest_stays(tmp_path, escape):
    rows = [
        event(n, credential_id=text, trace_id=text, feature=text)
        for n, (text, _) in enumerate(PEOPLE)
    ]
    if escape:
        rows = [json.dumps(row).replace("@", "\\u0040").replace("/", "\\/") for row in rows]
    _, found = loaded(tmp_path, "envelope_events", rows, "credential_id, trace_id, feature")
    # What the ledger posts is kept for good: there a person is a mark, not a hash.
    marked = [kept and re.sub("[0-9a-f]{32}", "hidden", kept) for _, kept in PEOPLE]
    assert found == [(kept, kept, mark) for (_, kept), mark in zip(PEOPLE, marked, strict=True)]


def test_without_a_key_a_mark_stands_for_a_person(tmp_path, monkeypatch):
    monkeypatch.delenv("AI_COST_USER_KEY")
    arn = f"arn:aws:sts::1:assumed-role/Dev/{MAIL}"
    rows = [event(credential_id=arn, end_user_id=MAIL)]
    _, found = loaded(tmp_path, "envelope_events", rows, "credential_id, user_key, dropped_fields")
    assert found == [("arn:aws:sts::1:assumed-role/Dev/hidden", None, None)]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://api.example.com/v1?api-key=s3cret", "https://api.example.com/v1"),
        ("api.example.com/v1?api-key=s3cret#x", "api.example.com/v1"),
        ("https://user:s3cret@api.example.com/v1", "https://api.example.com/v1"),
        ("user:s3cret@localhost:4000", "localhost:4000"),
    ],
)
def test_a_url_keeps_neither_query_nor_user(tmp_path, url, kept):
    rows = [{"startTime": "2026-11-03 10:00:00", "request_id": "r", "api_base": url}]
    _, found = loaded(tmp_path, "litellm_spend_logs", rows, "api_base")
    assert found == [(kept,)]


def test_an_instant_that_is_none_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AI_COST_NOW", "yesterday")
    landing = Landing(tmp_path)
    assert landing.load() == 2
    assert "AI_COST_NOW is 'yesterday'; write an instant" in capsys.readouterr().err
