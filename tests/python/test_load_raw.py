"""The loader: nothing lost, nothing twice, nothing private, nothing rounded."""

import csv
import gzip
import hashlib
import hmac
import io
import json
import os
from contextlib import closing
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.loading import lines as lines_module
from scripts.loading.paths import JsonPath, LineQuery, Pick, parse_path
from scripts.loading.people import user_hash
from scripts.loading.run import MODELS
from scripts.loading.sources import read_contract
from scripts.loading.targets import DuckDBTarget
from tests.python.landing import Landing, event
from tests.python.project import server_connection

KEY = "a key of the tests"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("AI_COST_LANDING", "AI_COST_TARGET", "AI_COST_WAREHOUSE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AI_COST_USER_KEY", KEY)


@pytest.fixture
def landing(tmp_path):
    return Landing(tmp_path)


def test_captures_load_whole(landing):
    landing.capture("litellm_spend_logs", "litellm_spend_logs.jsonl.gz")
    landing.capture("otel_genai_spans", "otlp_genai_spans.jsonl.gz")
    assert landing.load() == 0
    assert landing.rejects() == []
    assert landing.rows("select count(*) from raw.litellm_spend_logs") == [(799,)]
    assert landing.rows("select count(*) from raw.otel_genai_spans") == [(360,)]
    files = landing.rows(
        "select raw_table, line_count, record_count from raw.load_files order by 1"
    )
    assert files == [("litellm_spend_logs", 799, 799), ("otel_genai_spans", 3, 360)]


def test_captured_values_equal_those_of_pythons_json(landing):
    landing.capture("litellm_spend_logs", "litellm_spend_logs.jsonl.gz")
    assert landing.load() == 0
    source = landing.folder / "litellm_spend_logs" / "litellm_spend_logs.jsonl.gz"
    expected = []
    for text in gzip.decompress(source.read_bytes()).splitlines():
        row = json.loads(text)
        metadata = json.loads(row["metadata"])
        usage = metadata.get("usage_object") or {}
        user = row["end_user"] or row["user"] or metadata.get("user_api_key_user_id")
        expected.append(
            (
                row["request_id"] or None,
                usage.get("prompt_tokens", row["prompt_tokens"]),
                Decimal(repr(row["spend"])),
                row["team_id"] or metadata.get("user_api_key_team_id") or None,
                (metadata.get("spend_logs_metadata") or {}).get("service.name"),
                row["startTime"][:26],
                user_hash(user, KEY.encode()) if user else None,
            )
        )
    found = landing.rows(
        "select request_id, prompt_tokens, spend_usd, team_id, tagged_service_name, "
        "strftime(start_time, '%Y-%m-%d %H:%M:%S.%f'), user_key "
        "from raw.litellm_spend_logs order by line_number"
    )
    assert [(*row[:2], Decimal(row[2]), *row[3:]) for row in found] == expected


BAD_LINES = [
    ('{"request_id": "r1", "timestamp"', "not valid JSON", False),
    ("no JSON at all", "not valid JSON", False),
    ("[1, 2]", "a JSON array where an object is expected", False),
    ("42", "a JSON number where an object is expected", False),
    ('"text"', "a JSON string where an object is expected", False),
    ("null", "a JSON null where an object is expected", False),
    (event(input_tokens="abc"), "input_tokens is a text, not a whole number", True),
    (event(input_tokens=1.5), "input_tokens is a number with a fraction, not a whole number", True),
    (event(input_tokens="1_000"), "input_tokens is a text, not a whole number", True),
    (event(input_tokens="0x10"), "input_tokens is a text, not a whole number", True),
    (event(input_tokens=True), "input_tokens is true or false, not a whole number", True),
    (event(input_tokens={"a": 1}), "input_tokens is an object, not a whole number", True),
    # a thousand in Berlin, one in Boston
    (event(input_tokens="1.000"), "input_tokens may be one or a thousand", True),
    (event(output_tokens="+12.000"), "output_tokens may be one or a thousand", True),
    (event(input_tokens=10**12), "input_tokens is out of range", True),
    (event(input_tokens=10**30), "is out of range", True),
    (event(cache_hit="perhaps"), "cache_hit is a text, not true or false", True),
    (event(timestamp="infinity"), "occurred_at is a text, not a plausible time", True),
    (event(timestamp="1999-12-31T23:59:59Z"), "a text, not a plausible time", True),
    (event(timestamp=4102444800), "occurred_at is a number, not a plausible time", True),
    (event(timestamp=None), "no event time (occurred_at): none of timestamp, occurred_at,", True),
]


def test_each_malformed_line_is_rejected_and_nothing_else_is_lost(landing):
    content = []
    for number, (bad, _, _) in enumerate(BAD_LINES):
        content += [event(number), bad]
    landing.put("envelope_events/a.jsonl", content)
    assert landing.load() == 0
    assert landing.rows("select count(*) from raw.envelope_events") == [(len(BAD_LINES),)]
    rejects = landing.rejects()
    assert [row[0] for row in rejects] == [2 * n + 2 for n in range(len(BAD_LINES))]
    for (_, record, reason, _), (_, expected, of_a_field) in zip(rejects, BAD_LINES, strict=True):
        assert expected in reason
        assert record == (1 if of_a_field else None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"request_id": "\xff\xfe"}', "line is not valid UTF-8"),
        (b'{"request_id": "a\x00b"}', "not valid JSON"),
        (b"\x00\x01\x02", "not valid JSON"),
        (b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"x}", "not valid JSON"),
    ],
)
def test_bytes_that_are_no_text_are_rejected_alone(landing, line, reason):
    good = json.dumps(event()).encode()
    landing.put("envelope_events/a.jsonl", b"\n".join([good, line, b"", b"  ", good]))
    assert landing.load() == 0
    found = landing.rows("select line_number from raw.envelope_events order by line_number")
    assert found == [(1,), (5,)]
    assert landing.rejects()[0][0] == 2
    assert reason in landing.rejects()[0][2]
    assert landing.rows("select line_count from raw.load_files") == [(3,)]


def test_whole_numbers_of_every_spelling(landing):
    given_as = [7, "7", 1200.0, "1200.0", "1e3", "-0", "-0.0", "+5", "007", " 12 ", "999999999"]
    landing.put("envelope_events/a.jsonl", [event(input_tokens=value) for value in given_as])
    assert landing.load() == 0
    found = landing.rows("select input_tokens from raw.envelope_events order by line_number")
    assert [row[0] for row in found] == [7, 7, 1200, 1200, 1000, 0, 0, 5, 7, 12, 999999999]


def test_a_word_for_none_is_no_number_and_no_fault(landing):
    """A record was lost for the N/A of a count that it does not need."""
    words = ["-", "N/A", "n/a", "NaN", "nan", "None", "null", "NULL", "undefined", ""]
    landing.put("envelope_events/a.jsonl", [event(cached_input_tokens=word) for word in words])
    cells = "".join(f"r,2026-11-03T10:00:00Z,7,{word}\n" for word in words)
    header = "request_id,timestamp,input_tokens,cached_input_tokens\n"
    landing.put("envelope_events/b.csv", header + cells)
    assert landing.load() == 0
    assert landing.rejects() == []
    found = landing.rows("select distinct cached_input_tokens from raw.envelope_events")
    assert found == [(None,)]


def test_yes_and_no_of_every_spelling(landing):
    """COPY of PostgreSQL writes t and f."""
    given_as = [True, "TRUE", "1", "t", "yes", False, "False", 0, "f", "No", "-", "n/a", "none"]
    landing.put("envelope_events/a.jsonl", [event(cache_hit=value) for value in given_as])
    assert landing.load() == 0
    found = landing.rows("select cache_hit from raw.envelope_events order by line_number")
    assert [row[0] for row in found] == [True] * 5 + [False] * 5 + [None] * 3


TIMES = [
    ("2026-11-03T10:00:00Z", "2026-11-03 10:00:00.000000"),
    ("2026-11-03T10:00:00", "2026-11-03 10:00:00.000000"),
    ("2026-11-03 10:00:00.123456789", "2026-11-03 10:00:00.123456"),
    ("2026-11-03T10:00:00.5+05:30", "2026-11-03 04:30:00.500000"),
    ("2026-11-03T10:00:00-0800", "2026-11-03 18:00:00.000000"),
    ("2026-11-03T10:00Z", "2026-11-03 10:00:00.000000"),
    ("2026-11-03", "2026-11-03 00:00:00.000000"),
    (1793700000, "2026-11-03 10:00:00.000000"),
    (1793700000.25, "2026-11-03 10:00:00.250000"),
    ("1793700000250", "2026-11-03 10:00:00.250000"),
    (1793700000250001, "2026-11-03 10:00:00.250001"),
    ("1793700000250001999", "2026-11-03 10:00:00.250001"),
]


def test_times_are_utc_whatever_the_session(landing, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    landing.put("envelope_events/a.jsonl", [event(timestamp=given) for given, _ in TIMES])
    assert landing.load() == 0
    assert landing.rejects() == []
    found = landing.rows(
        "select strftime(occurred_at, '%Y-%m-%d %H:%M:%S.%f') from raw.envelope_events "
        "order by line_number"
    )
    assert [row[0] for row in found] == [expected for _, expected in TIMES]


def test_load_days_are_utc_days(landing):
    late, early = "2026-11-03T23:30:00-05:00", "2026-11-03T00:30:00+05:00"
    landing.put("envelope_events/a.jsonl", [event(timestamp=t) for t in (late, early, late)])
    assert landing.load() == 0
    days = landing.rows("select event_date::varchar, record_count from raw.load_days order by 1")
    assert days == [("2026-11-02", 1), ("2026-11-04", 2)]


def test_second_run_and_same_content_elsewhere_load_nothing(landing):
    landing.put("envelope_events/b/x.jsonl", [event()])
    landing.put("envelope_events/a/y.jsonl", [event()])
    assert landing.load() == 0
    assert landing.load() == 0
    landing.put("envelope_events/c/z.jsonl", [event()])
    assert landing.load() == 0
    assert landing.rows("select source_file from raw.load_files") == [
        ("envelope_events/a/y.jsonl",)
    ]
    assert landing.rows("select count(*) from raw.envelope_events") == [(1,)]


def test_batch_id_names_the_table_and_the_content(landing):
    path = landing.put("envelope_events/a.jsonl", [event()])
    assert landing.load() == 0
    content = hashlib.sha256(path.read_bytes())
    expected = hashlib.sha256(b"envelope_events" + content.digest()).hexdigest()[:16]
    assert landing.rows("select batch_id from raw.envelope_events") == [(expected,)]
    assert landing.rows("select content_sha256 from raw.load_files") == [(content.hexdigest(),)]


def test_a_bill_that_says_the_same_again_is_another_pull(landing):
    """A day is settled by a later pull, also by one in which nothing moved."""
    page = [{"object": "page", "data": [], "has_more": False, "next_page": None}]
    for place in (
        "account=a/20260801T060000Z.json",
        "account=a/20260803T060000Z.json",
        "account=b/20260803T060000Z.json",
        "again/account=b/20260803T060000Z.json",
    ):
        landing.put(f"openai_costs/{place}", page)
    assert landing.load() == 0
    assert landing.load() == 0
    assert landing.rows(
        "select billing_account_id, strftime(pulled_at, '%d'), count(*) from raw.load_files "
        "group by all order by all"
    ) == [("a", "01", 1), ("a", "03", 1), ("b", "03", 1)]


def test_a_crash_leaves_no_half_file(landing, monkeypatch):
    """A night that dies must not leave rows that the next night loads again."""
    landing.put("envelope_events/a.jsonl", [event()])
    append = DuckDBTarget.append

    def dies(self, table, rows):
        if table == "load_files":
            raise KeyboardInterrupt
        append(self, table, rows)

    monkeypatch.setattr(DuckDBTarget, "append", dies)
    assert landing.load() == 130
    assert landing.rows("select count(*) from raw.envelope_events") == [(0,)]
    monkeypatch.setattr(DuckDBTarget, "append", append)
    assert landing.load() == 0
    assert landing.rows("select count(*) from raw.envelope_events") == [(1,)]


def bill(amount: str, results: str | None = None) -> str:
    result = f'{{"amount": {{"value": {amount}, "currency": "usd"}}, "quantity": 3}}'
    results = f"[{result}]" if results is None else results
    bucket = f'{{"start_time": 1793664000, "end_time": 1793750400, "results": {results}}}'
    return f'{{"object": "page", "data": [{bucket}]}}'


@pytest.mark.parametrize("pretty", [False, True])
def test_every_digit_of_a_bill_survives(landing, pretty):
    amount = "1234567890.123456789012345"
    text = bill(amount)
    text = text.replace("{", "{\n  ").replace(", ", ",\n  ") if pretty else text
    landing.put("openai_costs/account=acme/2026-11-04T06-00-00Z.json", text)
    assert landing.load() == 0
    assert landing.rejects() == []
    found = landing.rows("select amount_usd, quantity, line_number from raw.openai_costs")
    assert found == [(amount, "3", 1)]
    account = "select billing_account_id, pulled_at::varchar from raw.load_files"
    assert landing.rows(account) == [("acme", "2026-11-04 06:00:00")]


def test_a_bucket_without_results_is_a_row_and_no_bucket_is_none(landing):
    landing.put("openai_costs/a.json", bill("1", results="[]"))
    landing.put("openai_costs/b.json", '{"data": []}')
    landing.put("openai_costs/c.json", '{"cost": "no"}')
    assert landing.load() == 0
    found = landing.rows("select bucket_start_at::varchar, amount_usd from raw.openai_costs")
    assert found == [("2026-11-03 00:00:00", None)]
    assert landing.rejects() == [(1, None, "no data[] in the record", "{}")]


def span(name: str, attributes: list) -> dict:
    start = "1793700000000000000"
    return {"traceId": "t", "spanId": name, "startTimeUnixNano": start, "attributes": attributes}


def export(*spans: dict) -> dict:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "svc"}}]}
    scopes = [{"scope": {"name": "lib"}, "spans": list(spans)}]
    return {"resourceSpans": [{"resource": resource, "scopeSpans": scopes}]}


def test_otlp_attributes(landing):
    tokens = "gen_ai.usage.input_tokens"
    landing.put(
        "otel_genai_spans/a.jsonl",
        [
            export(
                span("text", [{"key": tokens, "value": {"intValue": "5"}}]),
                span("twice", [{"key": tokens, "value": {"intValue": n}} for n in (6, 7)]),
                span("odd", [7, {"key": tokens}, {"value": 3}, {"key": "team", "value": {}}]),
                span("bad", [{"key": tokens, "value": {"arrayValue": {"values": []}}}]),
                {**span("none", []), "attributes": "?"},
            ),
            {"resourceSpans": []},
            export(),
            {"foo": 1},
            {"resourceSpans": 5},
        ],
    )
    assert landing.load() == 0
    found = landing.rows(
        "select span_id, input_tokens, resource_service_name, line_number, record_number "
        "from raw.otel_genai_spans order by record_number"
    )
    assert found == [
        ("text", 5, "svc", 1, 1),
        ("twice", 6, "svc", 1, 2),
        ("odd", None, "svc", 1, 3),
        ("none", None, "svc", 1, 5),
    ]
    rejects = [(line, record, reason) for line, record, reason, _ in landing.rejects()]
    assert rejects == [
        (1, 4, "input_tokens is an object, not a whole number"),
        (4, None, "no resourceSpans[] in the record"),
        (5, None, "no resourceSpans[] in the record"),
    ]


def test_usage_in_mlflows_own_attributes_is_told(landing):
    """As MLflow exports it unless told otherwise: texts are JSON, parents repeat the sum."""
    usage = {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}
    own = [
        {"key": "mlflow.spanType", "value": {"stringValue": '"CHAT_MODEL"'}},
        {"key": "mlflow.chat.tokenUsage", "value": {"stringValue": json.dumps(usage)}},
    ]
    pairs = [{"key": k, "value": {"intValue": str(n)}} for k, n in usage.items()]
    as_map = {"key": "mlflow.chat.tokenUsage", "value": {"kvlistValue": {"values": pairs}}}
    both = [*own, {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "5"}}]
    spans = [span("text", own), span("map", [as_map]), span("both", both), span("none", own[:1])]
    landing.put("otel_genai_spans/a.jsonl", [export(*spans)])
    assert landing.load() == 0
    found = "select span_id, input_tokens from raw.otel_genai_spans order by 1"
    assert landing.rows(found) == [("both", 5), ("none", None)]
    says = (
        "usage in MLflow's own attributes alone; export with MLFLOW_ENABLE_OTEL_GENAI_SEMCONV=true"
    )
    assert [row[1:3] for row in landing.rejects()] == [(1, says), (2, says)]


def test_inner_json_may_be_text_or_an_object_but_not_broken(landing):
    good = {"usage_object": {"prompt_tokens": 5}}
    start = "2026-11-03 10:00:00"
    rows = [
        {"startTime": start, "model": "m", "metadata": m}
        for m in (json.dumps(good), good, "", None, "{'a'")
    ]
    landing.put("litellm_spend_logs/a.jsonl", rows)
    assert landing.load() == 0
    found = landing.rows("select prompt_tokens from raw.litellm_spend_logs order by line_number")
    assert [row[0] for row in found] == [5, 5, None, None]
    assert [row[:3] for row in landing.rejects()] == [(5, 1, "metadata: not valid JSON")]


def _encoded(value, times):
    for _ in range(times):
        value = json.dumps(value)
    return value


def _csv(rows):
    content = io.StringIO()
    writer = csv.DictWriter(content, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return content.getvalue()


@pytest.mark.parametrize("as_csv", [False, True])
def test_json_text_within_json_text_is_read_through(landing, as_csv):
    """Encoded twice, as some exports write a column of JSON; four times is told, not lost."""
    details = {"cached_tokens": 3, "odd_tokens": 2}
    metadata = {"usage_object": {"prompt_tokens": 5, "prompt_tokens_details": details}}
    metadata["status"] = '"12"'
    rows = [
        {
            "startTime": "2026-11-03 10:00:00",
            "model": '"m"',
            "metadata": _encoded(metadata, times),
            "request_tags": _encoded(["007", '"b"'], times),
        }
        for times in (1, 2, 3, 4)
    ]
    # the usage alone as text
    parts = metadata | {"usage_object": _encoded(metadata["usage_object"], 1)}
    rows.append(rows[0] | {"metadata": _encoded(parts, 1)})
    if as_csv:
        landing.put("litellm_spend_logs/a.csv", _csv(rows))
    else:
        landing.put("litellm_spend_logs/a.jsonl", rows)
    assert landing.load() == 0
    found = landing.rows(
        "select prompt_tokens, cached_tokens, unread_usage, status, model, request_tags "
        "from raw.litellm_spend_logs order by line_number"
    )
    assert found == [(5, 3, "odd_tokens=2", '"12"', '"m"', '007\n"b"')] * 4
    assert [row[:3] for row in landing.rejects()] == [(4, 1, "metadata: not valid JSON")]


def test_counts_and_tags_within_json_text_are_read_through(landing):
    """What is kept as JSON, counts and tags, in a cell or in a line."""
    usage = {"input": 7, "input_cached_tokens": 4}
    span = {"id": "1", "startTime": "2026-11-03T10:00:00Z", "type": "GENERATION", "model": "m"}
    details = {"usageDetails": _encoded(usage, 2), "providedUsageDetails": _encoded(usage, 2)}
    landing.put("langfuse_observations/a.jsonl", [span | details])
    bill = {"line_item_usage_start_date": "2026-11-02T00:00:00Z", "line_item_unblended_cost": "1"}
    bill |= {"resource_tags": _encoded({"user:team": "search"}, 2)}
    landing.put("aws_cur2/a.csv", _csv([bill]))
    assert landing.load() == 0
    assert landing.rejects() == []
    found = "select usage_input, usage_cache_read, provided_usage from raw.langfuse_observations"
    assert landing.rows(found) == [(7, 4, json.dumps(usage, separators=(",", ":")))]
    assert landing.rows("select tags from raw.aws_cur2") == [("team:search",)]


def test_a_body_within_a_cell_of_json_is_read(landing):
    """Portkey's answer, whose body is text again; what is cut is told as in a line."""
    body = {"usage": {"prompt_tokens": 8, "prompt_tokens_details": {"cached_tokens": 6}}}
    good = _encoded({"body": _encoded(body, 2)}, 2)
    rows = [
        {"id": str(n), "created_at": "2026-11-03T10:00:00Z", "ai_model": "m", "response": each}
        for n, each in enumerate((good, good[:-9], "{'body': None}", "a word", "[cut", "{}"))
    ]
    landing.put("portkey_logs/a.csv", _csv(rows))
    assert landing.load() == 0
    sql = "select log_id, usage_input_tokens, usage_cached_tokens from raw.portkey_logs order by 1"
    assert landing.rows(sql) == [("0", 8, 6), *((n, None, None) for n in "345")]
    assert [row[:3] for row in landing.rejects()] == [
        (2, 1, "response: not valid JSON"),
        (3, 1, "response: not valid JSON"),
    ]


def test_tags_become_lines(landing):
    start = "2026-11-03 10:00:00"
    sent = [
        ["b", " a\nc ", "", None, {"no": "tag"}, ["nor this"], "x" * 300],
        '["text", "that holds a list"]',
        "one",
        [],
        {"an": "object"},
        [f"t{n}" for n in range(60)],
        '["cut off',
    ]
    landing.put(
        "litellm_spend_logs/a.jsonl",
        [{"startTime": start, "model": "m", "request_tags": t} for t in sent],
    )
    assert landing.load() == 0
    found = landing.rows("select request_tags from raw.litellm_spend_logs order by line_number")
    lines = [row[0] and row[0].split("\n") for row in found]
    assert lines == [
        ["b", "a c", "x" * 200],
        ["text", "that holds a list"],
        ["one"],
        None,
        None,
        [f"t{n}" for n in range(50)],
        None,
    ]


def test_odd_characters(landing):
    texts = [
        r'{"request_id": "a\u0000b", "timestamp": "2026-11-03"}',
        r'{"request_id": "x\ud800y", "timestamp": "2026-11-03", "input_tokens": 3}',
        '\ufeff{"request_id": "  é😀\\t ", "timestamp": "2026-11-03"}',
        '{"request_id": "   ", "id": "second", "timestamp": "2026-11-03"}',
    ]
    landing.put("envelope_events/a.jsonl", texts[2:] + texts[:2])
    assert landing.load() == 0
    found = landing.rows("select request_id from raw.envelope_events order by line_number")
    assert [row[0] for row in found] == ["é😀", "second", "ab", "x\ufffdy"]


def test_user_key_is_pythons_hmac(landing):
    users = ["u1", "é😀", "x" * 500]
    landing.put("envelope_events/a.jsonl", [event(user_id=user) for user in users])
    assert landing.load() == 0
    expected = [hmac.new(KEY.encode(), u.encode(), "sha256").hexdigest()[:32] for u in users]
    found = landing.rows("select user_key from raw.envelope_events order by line_number")
    assert [row[0] for row in found] == expected


def test_long_keys_hash_like_pythons(landing, monkeypatch):
    monkeypatch.setenv("AI_COST_USER_KEY", "k" * 100)
    landing.put("envelope_events/a.jsonl", [event(user_id="u")])
    assert landing.load() == 0
    assert landing.rows("select user_key from raw.envelope_events") == [
        (user_hash("u", b"k" * 100),)
    ]


def test_bodies_and_users_never_reach_the_warehouse(landing):
    """Prompts are the client's secrets: not in the rows, and not in the rejects either."""
    canary, person = "CANARY-PROMPT-7f3a", "jane.doe@example.org"
    private = {"messages": [{"content": canary}], "prompt": canary, "user_id": person}
    landing.put(
        "envelope_events/a.jsonl",
        [
            event(**private),
            event(**private, input_tokens="x"),
            event(**private) | {"timestamp": None},
            event(**private, note="\ud800"),
            [event(**private)],
            json.dumps(json.dumps(private)),
        ],
    )
    landing.put(
        "otel_genai_spans/a.jsonl",
        [
            export(span("a", [{"key": "gen_ai.input.messages", "value": {"stringValue": canary}}])),
            {"body": canary},
        ],
    )
    assert landing.load() == 0
    assert landing.rows("select count(*) from raw.load_rejects") == [(4,)]
    stored = landing.warehouse.read_bytes()
    assert canary.encode() not in stored
    assert person.encode() not in stored
    # The canary would be seen: an id of the same file is there as it stands.
    dump = str(
        landing.rows(
            "select * from raw.load_rejects union all by name select * from raw.envelope_events"
        )
    )
    assert canary not in dump and person not in dump and "r1" in dump


def test_truncated_gzip_loads_what_is_whole(landing):
    whole = "".join(json.dumps(event(n, note=os.urandom(40).hex())) + "\n" for n in range(2000))
    packed = gzip.compress(whole.encode())
    path = landing.put("envelope_events/a.jsonl", b"")
    path.rename(path.with_suffix(".jsonl.gz"))
    path.with_suffix(".jsonl.gz").write_bytes(packed[: len(packed) // 2])
    assert landing.load() == 0
    ((lines, records, rejects),) = landing.rows(
        "select line_count, record_count, reject_count from raw.load_files"
    )
    assert 500 < records < 2000 and rejects == 1 and lines == records + 1
    assert landing.rejects()[0][::2] == (lines, "gzip stream ends early")


def test_a_giant_line_is_one_reject(landing, monkeypatch):
    monkeypatch.setattr(lines_module, "LINE_BYTES", 1 << 20)
    monkeypatch.setattr(lines_module, "BLOCK_BYTES", 1 << 18)
    good = json.dumps(event()).encode()
    zeros = b"\0" * (5 << 20)
    landing.put("envelope_events/a.jsonl.gz", good + b"\n" + zeros + b"\n" + good)
    landing.put("envelope_events/b.jsonl.gz", zeros)
    assert landing.load() == 0
    assert landing.rows("select line_number from raw.envelope_events order by 1") == [(1,), (3,)]
    assert [row[:3] for row in landing.rejects()] == [
        (2, None, "line is longer than 1 MiB"),
        (1, None, "line is longer than 1 MiB"),
    ]


def test_arrays_and_documents(landing):
    array = json.dumps([event(1), 5, event(3, input_tokens="x"), event(4)], indent=1)
    landing.put("envelope_events/a.json", array)
    landing.put("envelope_events/b.json", json.dumps(event(5), indent=2))
    landing.put("envelope_events/c.json", '{\n  "request_id": "broken",\n')
    landing.put("envelope_events/d.json", json.dumps([event(6)]))
    assert landing.load() == 1
    found = landing.rows(
        "select request_id, line_number, record_number from raw.envelope_events "
        "order by source_file, record_number"
    )
    assert found == [("r1", 1, 1), ("r4", 1, 4), ("r5", 1, 1), ("r6", 1, 1)]
    # the broken document is no line, but a file that could not be read
    assert [(row[0], row[1]) for row in landing.rejects()] == [(1, 2), (1, 3), (0, None)]


def test_nested_columns_of_parquet_and_json_in_a_csv_cell(landing):
    """A map is JSON text, a field of a struct is named by its path, decimals keep all digits."""
    path = landing.folder / "gcp_billing" / "a.parquet"
    path.parent.mkdir()
    duckdb.sql(
        "select {'id': 's1', 'description': 'Vertex AI'} as service, "
        "timestamptz '2026-11-02 15:00:00+00' as usage_start_time, "
        "0.123456789012345678::decimal(38, 18) as cost, 'USD' as currency, "
        "[{'type': 'PROMOTION', 'amount': -0.1::decimal(9, 1)}] as credits"
    ).write_parquet(str(path))
    cur = landing.folder / "aws_cur2" / "b.parquet"
    cur.parent.mkdir()
    duckdb.sql(
        "select map {'product_name': 'Claude', 'x': 'y'} as product, 1e-7::double as "
        "line_item_unblended_cost, timestamp '2026-11-02' as line_item_usage_start_date"
    ).write_parquet(str(cur))
    header = "line_item_usage_start_date,line_item_unblended_cost,product\n"
    cells = '2026-11-02T00:00:00Z,0.5,"{""product_name"": ""Nova""}"\n2026-11-02T00:00:00Z,1,{}\n'
    landing.put("aws_cur2/c.csv", header + cells)
    assert landing.load() == 0
    assert landing.rejects() == []
    assert landing.rows("select service_name, cost, credits from raw.gcp_billing") == [
        ("Vertex AI", "0.123456789012345678", '[{"type": "PROMOTION", "amount": "-0.1"}]')
    ]
    sql = "select product_name, unblended_cost from raw.aws_cur2 order by source_file, line_number"
    assert landing.rows(sql) == [("Claude", "1e-07"), ("Nova", "0.5"), (None, "1")]


def test_dates_as_an_american_writes_them_and_headers_of_either_case(landing):
    for name, header in (
        ("ea", "Date,CostInBillingCurrency"),
        ("mca", "date,costInBillingCurrency"),
    ):
        rows = "11/02/2026,1\n1/5/2026,2\n2026-11-02T00:00:00Z,3\n13/40/2026,4\n"
        landing.put(f"azure_costs/{name}.csv", f"{header}\n{rows}")
    assert landing.load() == 0
    found = landing.rows("select cast(usage_date as varchar), cost from raw.azure_costs")
    assert found == [("2026-11-02", "1"), ("2026-01-05", "2"), ("2026-11-02", "3")] * 2
    assert [row[2] for row in landing.rejects()] == ["usage_date is a text, not a date"] * 2


def test_csv_and_parquet_by_header(landing):
    landing.put(
        "envelope_events/a.csv",
        (
            "request_id,timestamp,input_tokens,secret,service.name\n"
            'r1,2026-11-03,5,CANARY,"a, ""b""\nc"\n'
            "r2,2026-11-03,5\n"
            "r3,2026-11-03,x,CANARY,\n"
            "\n"
            "r4,2026-11-03,,,svc\n"
        ),
    )
    path = landing.folder / "envelope_events" / "b.parquet"
    duckdb.sql(
        "select 'p1' as id, timestamptz '2026-11-03 10:00:00+00' as timestamp, "
        "12::decimal(20, 2) as input_tokens, 0.1234567890123456789::decimal(38, 19) as usd_estimate"
    ).write_parquet(str(path))
    landing.put("envelope_events/c.parquet", b"PAR1 and nothing else")
    assert landing.load() == 1
    found = landing.rows(
        "select request_id, input_tokens, service_name, estimated_cost_usd, line_number "
        "from raw.envelope_events order by source_file, line_number"
    )
    assert found == [
        ("r1", 5, 'a, "b"\nc', None, 1),
        ("r4", None, "svc", None, 4),
        ("p1", 12, None, "0.1234567890123456789", 1),
    ]
    reasons = [(row[0], row[2]) for row in landing.rejects()]
    assert reasons[:2] == [
        (2, "3 fields where the header has 5"),
        (3, "input_tokens is a text, not a whole number"),
    ]
    assert reasons[2][1].startswith("not a readable Parquet file")
    assert b"CANARY" not in landing.warehouse.read_bytes()


def test_what_is_not_a_file_to_load(landing, capsys):
    for name in ("_part", ".hidden", "a.tmp", "b.part", ".git/a.jsonl"):
        landing.put(f"envelope_events/{name}", [event()])
    landing.put("envelope_events/empty.jsonl", b"")
    landing.put("surprise/a.jsonl", [event()])
    assert landing.load() == 0
    assert landing.rows("select source_file, line_count from raw.load_files") == [
        ("envelope_events/empty.jsonl", 0)
    ]
    assert "surprise" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("x/20261103T060000Z.json", "2026-11-03 06:00:00"),
        ("x/2026-11-03T06-00-00Z/a.json", "2026-11-03 06:00:00"),
        ("2026-11-02/2026-11-03T06:00:00Z.json", "2026-11-03 06:00:00"),
        ("date=2026-11-03/a.json", "2026-11-03 00:00:00"),
        ("20261103.json", "2026-11-03 00:00:00"),
    ],
)
def test_pulled_at_is_read_from_the_path(landing, path, expected):
    landing.put(f"openai_costs/{path}", bill("1"))
    assert landing.load() == 0
    assert landing.rows("select pulled_at::varchar from raw.load_files") == [(expected,)]


@pytest.mark.parametrize(
    "path",
    [
        "20261001-20261031/a.json",
        "costs_2026-10-01_2026-10-31.json",
        "costs-2026-10-01..2026-10-31.json",
        "costs 2026-10-01 - 2026-10-31.json",
        "2026-10-01 bis 2026-10-31.json",
        "from=2026-10-01/to=2026-10-31/a.json",
    ],
)
def test_the_days_that_a_bill_covers_are_no_pull(landing, path):
    landing.put(f"openai_costs/{path}", bill("1"))
    assert landing.load() == 0
    assert landing.rows("select pulled_at = loaded_at from raw.load_files") == [(True,)]


def test_a_new_column_is_added_to_a_table_that_is_there(landing):
    with duckdb.connect(str(landing.warehouse)) as connection:
        connection.execute("create schema raw")
        connection.execute(
            "create table raw.envelope_events (request_id varchar, batch_id varchar)"
        )
        connection.execute("insert into raw.envelope_events values ('old', 'b')")
    landing.put("envelope_events/a.jsonl", [event(team="growth")])
    assert landing.load() == 0
    found = landing.rows("select request_id, team from raw.envelope_events order by 1")
    assert found == [("old", None), ("r1", "growth")]


def test_mistakes_of_the_user_are_told_in_a_line(landing, monkeypatch, capsys, tmp_path):
    assert landing.load("--landing", str(tmp_path / "nowhere")) == 2
    assert landing.load("--target", "oracle") == 2
    monkeypatch.setenv("PGHOST", str(tmp_path))
    assert landing.load("--target", "postgres") == 2
    monkeypatch.delenv("AI_COST_USER_KEY")
    assert landing.load("--target", "postgres") == 2
    errors = capsys.readouterr().err
    assert errors.count("ai-cost load: ") == 4 and "Traceback" not in errors


def test_without_a_key_users_are_null(landing, monkeypatch, capsys):
    monkeypatch.delenv("AI_COST_USER_KEY")
    landing.put("envelope_events/a.jsonl", [event(user_id="u")])
    assert landing.load() == 0
    assert landing.rows("select user_key from raw.envelope_events") == [(None,)]
    assert "AI_COST_USER_KEY" in capsys.readouterr().err


def test_postgres_holds_the_same_rows(landing, postgres, monkeypatch):
    import adbc_driver_postgresql.dbapi as adbc

    from scripts.loading.targets import _postgres_uri

    for name, value in postgres.items():
        monkeypatch.setenv(name, value)
    landing.capture("litellm_spend_logs", "litellm_spend_logs.jsonl.gz")
    landing.capture("otel_genai_spans", "otlp_genai_spans.jsonl.gz")
    landing.put("openai_costs/account=a/20261104.json", bill("1234567890.123456789012345"))
    landing.put(
        "envelope_events/a.jsonl",
        [
            *(line for line, _, _ in BAD_LINES),
            event(request_id="a\0b", cache_hit="True"),
            *(event(timestamp=given) for given, _ in TIMES),
            "\0 not JSON",
        ],
    )
    assert landing.load() == 0
    assert landing.load("--target", "postgres") == 0
    assert landing.load("--target", "postgres") == 0
    contract = read_contract(MODELS)
    with adbc.connect(_postgres_uri()) as connection, connection.cursor() as cursor:
        for table in (contract.raw | contract.loader).values():
            names = [c.name for c in table.columns if c.name not in ("loaded_at", "pulled_at")]
            sql = f'select {", ".join(names)} from raw."{table.name}"'
            cursor.execute(sql)
            assert sorted(map(repr, cursor.fetchall())) == sorted(map(repr, landing.rows(sql)))


def test_postgres_finds_records_by_their_time(landing, postgres, monkeypatch):
    """Harm: a night that read all of history for one day. A database from before gets the index."""
    for name, value in postgres.items():
        monkeypatch.setenv(name, value)
    landing.put("envelope_events/a.jsonl", [event()])
    with closing(server_connection(postgres)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for _ in range(2):
            assert landing.load("--target", "postgres") == 0
            cursor.execute("select indexdef from pg_indexes where indexname like '%_by_time'")
            indexes = [definition for (definition,) in cursor.fetchall()]
            assert any("raw.envelope_events USING brin (occurred_at)" in each for each in indexes)
            assert len(indexes) == len(
                {t for t in read_contract(MODELS).raw.values() if t.kind == "gateway"}
            )
            cursor.execute("drop index raw.envelope_events_by_time")


def test_paths():
    assert parse_path('m|a."b.c".d') == JsonPath((), (("m",),), ("a", "b.c", "d"))
    assert parse_path("r.s[].t[].u{k.l}") == JsonPath((("r", "s"), ("t",)), (), ("u",), "k.l")
    assert parse_path("s[].u{k.l}|a.b") == JsonPath(
        (("s",),), (), ("a", "b"), listed=(("u",), "k.l")
    )
    assert parse_path("a|b[*].c[*].d") == JsonPath(
        (), (("a",),), ("b",), pick=Pick('$[*]."c"[*]."d"')
    )
    ttl = Pick("$[*]", ("ttl", "1h"), ("n",))
    assert parse_path("b[ttl=1h].n") == JsonPath((), (), ("b",), pick=ttl)
    for wrong in ("a[", "a{k}.b", "a|b[].c", "a[*].b|c", "a[k=v].b[*].c", "a[k=v].b{c}"):
        with pytest.raises(ValueError, match="path"):
            parse_path(wrong)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("a[*].n", [{"n": 1}, {"n": 5}, {"m": 9}, {"n": None}], "5"),
        ("a[*].m.d[*].n", [{"m": {"d": [{"n": 1}, {"n": 2}]}}, 7], "2"),
        ("a[k=x].n", [{"k": "x", "n": 3}, {"k": "y", "n": 4}], "3"),
        ("a[*].d[k=x].n", [{"d": [{"k": "x", "n": 3}]}, {"d": None}], "3"),
        ("a[*].n", {"n": 1}, None),
        ("a[*].n", [], None),
        ("a[k=x].n", [{"k": "y"}], None),
        ("a[k=x].n", "text", None),
        ("a{k}|m.n", [{"key": "k", "value": {"stringValue": '{"m": {"n": 3}}'}}], "3"),
        ("a{k}|n", [{"key": "k", "value": {"stringValue": "no JSON"}}], None),
        ("a{k}|n", [{"key": "l", "value": {"stringValue": '{"n": 3}'}}], None),
    ],
)
def test_an_element_of_an_array(path, value, expected):
    """A stream's events must give the same figures as the one object of a plain answer."""
    query = LineQuery([], keep_empty=False)
    expression = query.expression(parse_path(path))
    with duckdb.connect() as connection:
        connection.execute(
            "create table lines as select 1 file_no, 1 line_number, ? line",
            [json.dumps({"a": value})],
        )
        found = connection.execute(f"select {expression} from ({query.sql})").fetchall()
    assert found == [(expected,)]


GOOD_LINE = st.integers(0, 10**9 - 1).map(lambda n: (json.dumps(event(input_tokens=n)), 1, 0))
BAD_LINE = st.sampled_from(
    [(line if isinstance(line, str) else json.dumps(line), 0, 1) for line, _, _ in BAD_LINES]
)
ANY_TEXT = st.text(st.characters(exclude_characters="\n\0", codec="utf-8"), min_size=1).map(
    lambda text: (json.dumps(event(team=text)), 1, 0)
)
BLANK = st.sampled_from([("", 0, 0), ("  ", 0, 0), ("\r", 0, 0)])


@pytest.mark.wide
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=st.lists(st.one_of(GOOD_LINE, BAD_LINE, ANY_TEXT, BLANK), max_size=30),
    ending=st.sampled_from(["\n", "\r\n"]),
    packed=st.booleans(),
)
def test_every_line_is_accounted_for(tmp_path_factory, lines, ending, packed):
    # A line at the head says what the file is; alone, a bad line could be any format.
    lines = [(json.dumps(event()), 1, 0), *lines]
    landing = Landing(tmp_path_factory.mktemp("any"))
    content = ending.join(text for text, _, _ in lines).encode()
    landing.put("envelope_events/a.jsonl.gz" if packed else "envelope_events/a.jsonl", content)
    assert landing.load() == 0
    ((line_count, record_count, reject_count),) = landing.rows(
        "select line_count, record_count, reject_count from raw.load_files"
    )
    assert record_count == sum(good for _, good, _ in lines)
    assert reject_count == sum(bad for _, _, bad in lines)
    assert line_count == record_count + reject_count
    counted = landing.rows("select count(*) from raw.envelope_events")
    assert counted == [(record_count,)]
    numbers = landing.rows(
        "select line_number from raw.envelope_events union all "
        "select line_number from raw.load_rejects order by 1"
    )
    assert [n for (n,) in numbers] == [
        place for place, (_, good, bad) in enumerate(lines, 1) if good or bad
    ]


@pytest.mark.wide
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(st.lists(st.sampled_from(["good", "bad"]), max_size=6), max_size=8))
def test_every_span_is_accounted_for(tmp_path_factory, batches):
    tokens = {"good": "5", "bad": "five"}
    content = [
        export(
            *(
                span(
                    "s", [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": tokens[kind]}}]
                )
                for kind in batch
            )
        )
        for batch in batches
    ]
    landing = Landing(tmp_path_factory.mktemp("any"))
    landing.put("otel_genai_spans/a.jsonl", content)
    assert landing.load() == 0
    ((line_count, record_count, reject_count),) = landing.rows(
        "select line_count, record_count, reject_count from raw.load_files"
    )
    kinds = [kind for batch in batches for kind in batch]
    assert (record_count, reject_count) == (kinds.count("good"), kinds.count("bad"))
    assert line_count == len(batches)
    places = landing.rows(
        "select line_number, record_number from raw.otel_genai_spans union all "
        "select line_number, record_number from raw.load_rejects order by all"
    )
    expected = [(i, j) for i, batch in enumerate(batches, 1) for j, _ in enumerate(batch, 1)]
    assert places == expected
