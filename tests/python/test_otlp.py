"""One call is the same in every dress in which tools hand out spans.

Harms guarded against: an export of Tempo, Jaeger or ClickHouse that gives nothing, a parent that is
not found because its id is written as base64, and a call of a coding agent that is in its logs
alone.
"""

import base64
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from tests.python.landing import Landing

TRACE, SPAN, PARENT = "ab" * 16, "cd" * 8, "ef" * 8
START, END = 1794306600123456789, 1794306601123456789
USAGE = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5.4",
    "gen_ai.usage.input_tokens": "1000",
    "gen_ai.usage.output_tokens": "200",
}


def otlp(attributes: dict = USAGE, **span) -> dict:
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
    made = {
        "traceId": TRACE,
        "spanId": SPAN,
        "parentSpanId": PARENT,
        "name": "chat",
        "startTimeUnixNano": str(START),
        "endTimeUnixNano": str(END),
        "attributes": pairs,
        "status": {"code": 2},
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "web"}}]}
    scopes = [{"scope": {"name": "lib"}, "spans": [made | span]}]
    return {"resourceSpans": [{"resource": resource, "scopeSpans": scopes}]}


def in_base64(text: str) -> str:
    return base64.b64encode(bytes.fromhex(text)).decode()


BASE64 = {
    "traceId": in_base64(TRACE),
    "spanId": in_base64(SPAN),
    "parentSpanId": in_base64(PARENT),
    "kind": "SPAN_KIND_CLIENT",
    "status": {"code": "STATUS_CODE_ERROR"},
}


def snake_case(text: str) -> str:
    for old, new in {
        "resourceSpans": "resource_spans",
        "scopeSpans": "scope_spans",
        "traceId": "trace_id",
        "spanId": "span_id",
        "parentSpanId": "parent_span_id",
        "startTimeUnixNano": "start_time_unix_nano",
        "endTimeUnixNano": "end_time_unix_nano",
        "stringValue": "string_value",
    }.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    return text


JAEGER = {
    "traceID": TRACE,
    "spans": [
        {
            "traceID": TRACE,
            "spanID": SPAN,
            "references": [{"refType": "CHILD_OF", "traceID": TRACE, "spanID": PARENT}],
            "operationName": "chat",
            "startTime": START // 1000,
            "duration": 1_000_000,
            "tags": [
                *({"key": key, "type": "string", "value": USAGE[key]} for key in USAGE),
                {"key": "error", "type": "bool", "value": True},
                {"key": "otel.scope.name", "type": "string", "value": "lib"},
            ],
            "processID": "p1",
        }
    ],
    "processes": {"p1": {"serviceName": "web", "tags": []}},
}
CLICKHOUSE = {
    "Timestamp": "2026-11-10 10:30:00.123456789",
    "TraceId": TRACE,
    "SpanId": SPAN,
    "ParentSpanId": PARENT,
    "SpanName": "chat",
    "ServiceName": "web",
    "ResourceAttributes": {},
    "ScopeName": "lib",
    "SpanAttributes": USAGE,
    "Duration": "1000000000",
    "StatusCode": "STATUS_CODE_ERROR",
}


ZIPKIN = {
    "traceId": TRACE,
    "id": SPAN,
    "parentId": PARENT,
    "kind": "CLIENT",
    "name": "chat",
    "timestamp": START // 1000,
    "duration": 1_000_000,
    "localEndpoint": {"serviceName": "web"},
    "tags": USAGE | {"otel.scope.name": "lib", "error": "timed out"},
}
# a span of its own, as Jaeger stores it in Elasticsearch: with tags as a list, or as fields
JAEGER_STORED = {
    "traceID": TRACE,
    "spanID": SPAN,
    "references": [{"refType": "CHILD_OF", "traceID": TRACE, "spanID": PARENT}],
    "operationName": "chat",
    "startTime": START // 1000,
    "startTimeMillis": START // 1_000_000,
    "duration": 1_000_000,
    "tags": [{"key": "error", "type": "bool", "value": "true"}],
    "tag": {key.replace(".", "@"): value for key, value in USAGE.items()}
    | {"otel@scope@name": "lib"},
    "process": {"serviceName": "web", "tags": [], "tag": {}},
}
# a row of Logfire's table `records`
LOGFIRE = {
    "start_timestamp": "2026-11-10T10:30:00.123456789Z",
    "end_timestamp": "2026-11-10T10:30:01.123456789Z",
    "trace_id": TRACE,
    "span_id": SPAN,
    "parent_span_id": PARENT,
    "kind": "span",
    "span_name": "chat",
    "service_name": "web",
    "otel_scope_name": "lib",
    "otel_status_code": "ERROR",
    "attributes": json.dumps(USAGE),
}
# a row of the table that Phoenix makes of its spans: a column for each attribute
PHOENIX = {
    "name": "chat",
    "span_kind": "LLM",
    "parent_id": PARENT,
    "start_time": "2026-11-10 10:30:00.123456789+00:00",
    "end_time": "2026-11-10 10:30:01.123456789+00:00",
    "status_code": "ERROR",
    "context.span_id": SPAN,
    "context.trace_id": TRACE,
    **{f"attributes.{key}": value for key, value in USAGE.items()},
    "attributes.gen_ai.usage.output_tokens": "200.0",
    "attributes.gen_ai.usage.cache_read.input_tokens": "",
}


# a run of LangSmith's export; its ids are those of OpenTelemetry here
LANGSMITH = {
    "id": SPAN,
    "trace_id": f"{TRACE[:8]}-{TRACE[8:]}",
    "parent_run_id": PARENT,
    "dotted_order": "20261110T103000123456Z",
    "name": "chat",
    "run_type": "llm",
    "start_time": "2026-11-10T10:30:00.123456789",
    "end_time": "2026-11-10T10:30:01.123456789",
    "status": "error",
    "error": "timed out",
    "extra": json.dumps({"metadata": {"ls_provider": "openai", "ls_model_name": "gpt-5.4"}}),
    "prompt_tokens": 1000,
    "completion_tokens": 200,
    "total_tokens": 1200,
    "prompt_token_details": json.dumps({"cache_read": 400}),
    "completion_token_details": "",
}


def in_csv(row: dict) -> str:
    cells = (str(value).replace('"', '""') for value in row.values())
    return ",".join(row) + "\n" + ",".join(f'"{cell}"' for cell in cells) + "\n"


def in_parquet(row: dict) -> bytes:
    pairs = pa.map_(pa.string(), pa.string())
    columns = {
        name: pa.array([list(value.items())], pairs) if isinstance(value, dict) else [value]
        for name, value in row.items()
    }
    columns["Timestamp"] = pa.array([START], pa.timestamp("ns"))
    file = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), file)
    return file.getvalue().to_pybytes()


DRESSES = {
    "lines": json.dumps(otlp()),
    "document": json.dumps(otlp(), indent=2),
    "protobuf's JSON": json.dumps(otlp(**BASE64)),
    "snake case": snake_case(json.dumps(otlp())),
    "snake case, base64": snake_case(json.dumps(otlp(**BASE64))),
    "before 2022": json.dumps(otlp(**BASE64))
    .replace("scopeSpans", "instrumentationLibrarySpans")
    .replace('"scope"', '"instrumentationLibrary"'),
    "tempo v1": json.dumps({"batches": otlp()["resourceSpans"]}),
    "tempo v1, base64": json.dumps({"batches": otlp(**BASE64)["resourceSpans"]}),
    "tempo v2": json.dumps({"trace": otlp(**BASE64)}),
    "jaeger": json.dumps({"data": [JAEGER], "total": 0, "errors": None}),
    "clickhouse lines": json.dumps(CLICKHOUSE),
    "clickhouse.csv": in_csv(CLICKHOUSE),
    "clickhouse.parquet": in_parquet(CLICKHOUSE),
    "before 2022, hexadecimal": json.dumps(otlp())
    .replace("scopeSpans", "instrumentationLibrarySpans")
    .replace('"scope"', '"instrumentationLibrary"'),
    "jaeger, elasticsearch": json.dumps({"_index": "jaeger-span", "_source": JAEGER_STORED}),
    "kafka": json.dumps({"topic": "spans", "offset": 1, "value": json.dumps(otlp())}),
    "logfire lines": json.dumps(LOGFIRE | {"attributes": USAGE}),
    "logfire.csv": in_csv(LOGFIRE),
}
# They have no nanoseconds, or no library.
NEARLY = {
    "zipkin": (json.dumps([ZIPKIN]), "lib", START // 1000),
    "zipkin lines": (json.dumps(ZIPKIN), "lib", START // 1000),
    "phoenix.csv": (in_csv(PHOENIX), None, START // 1000),
    "langsmith lines": (json.dumps(LANGSMITH), None, START // 1000),
    "langsmith.csv": (in_csv(LANGSMITH), None, START // 1000),
}
TAKEN = (
    "select trace_id, span_id, parent_span_id, span_name, scope_name, epoch_us(start_time), "
    "epoch_us(end_time), status_code, request_model, input_tokens, output_tokens, "
    "resource_service_name from raw.otel_genai_spans"
)


@pytest.mark.parametrize("dress", DRESSES)
def test_a_span_is_the_same_in_every_dress(dress, tmp_path):
    landing = Landing(tmp_path)
    landing.put(f"otel_genai_spans/{dress}", DRESSES[dress])
    assert landing.load() == 0
    call = (TRACE, SPAN, PARENT, "chat", "lib", START // 1000, END // 1000, 2)
    assert landing.rows(TAKEN) == [(*call, "gpt-5.4", 1000, 200, "web")]


@pytest.mark.parametrize("dress", NEARLY)
def test_a_span_of_another_tool_is_the_same_but_for_what_it_lacks(dress, tmp_path):
    text, library, start = NEARLY[dress]
    landing = Landing(tmp_path)
    landing.put(f"otel_genai_spans/{dress}", text)
    landing.put(f"inbox/{dress}", text)
    assert landing.load() == 0
    call = (TRACE, SPAN, PARENT, "chat", library, start, start + 1_000_000, 2)
    assert landing.rows(TAKEN) == [(*call, "gpt-5.4", 1000, 200, "web" if library else None)]


def test_a_run_of_langsmith_has_its_cached_tokens_and_its_owner(tmp_path):
    landing = Landing(tmp_path)
    extra = {"metadata": {"ls_provider": "openai", "ls_model_name": "gpt-5.4", "team": "search"}}
    landing.put("otel_genai_spans/a.jsonl", [LANGSMITH | {"extra": extra}])
    assert landing.load() == 0
    assert landing.rows(
        "select operation_name, provider_name, input_tokens, cache_read_tokens, total_tokens, "
        "span_team from raw.otel_genai_spans"
    ) == [("chat", "openai", 1000, 400, 1200, "search")]


def test_a_row_of_logfire_that_only_says_that_a_span_has_begun_is_no_span(tmp_path):
    landing = Landing(tmp_path)
    begun = LOGFIRE | {"kind": "pending_span", "span_id": "12" * 8, "parent_span_id": SPAN}
    landing.put("otel_genai_spans/a.jsonl", [begun, LOGFIRE])
    assert landing.load() == 0
    assert landing.rows("select span_id from raw.otel_genai_spans") == [(SPAN,)]
    assert landing.rejects() == []


# as `ConsoleSpanExporter` prints a span
PRINTED = {
    "name": "chat",
    "context": {"trace_id": f"0x{TRACE}", "span_id": f"0x{SPAN}", "trace_state": "[]"},
    "parent_id": f"0x{PARENT}",
    "start_time": "2026-11-10T10:30:00.123456Z",
    "end_time": "2026-11-10T10:30:01.123456Z",
    "status": {"status_code": "ERROR"},
    "attributes": USAGE,
    "resource": {"attributes": {"service.name": "web"}, "schema_url": ""},
}


def test_what_pythons_console_exporter_prints_is_read(tmp_path):
    landing = Landing(tmp_path)
    landing.put("otel_genai_spans/a", f"{json.dumps(PRINTED, indent=4)}\n" * 2)
    assert landing.load() == 0
    call = (TRACE, SPAN, PARENT, "chat", None, START // 1000, END // 1000, 2)
    assert landing.rows(TAKEN) == [(*call, "gpt-5.4", 1000, 200, "web")] * 2


def logs(name: str, attributes: dict) -> dict:
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
    records = [
        {"timeUnixNano": str(END), "body": {"stringValue": name}, "attributes": pairs},
        {"timeUnixNano": str(END), "body": {"stringValue": "claude_code.user_prompt"}},
    ]
    scopes = [{"scope": {"name": "lib"}, "logRecords": records}]
    return {"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": scopes}]}


EVENTS = {
    "claude_code.api_request": (
        {"model": "gpt-5.4", "input_tokens": "1000", "output_tokens": "200", "duration_ms": "1000"},
        "anthropic",
    ),
    "codex.sse_event": (
        {
            "event.kind": "response.completed",
            "model": "gpt-5.4",
            "input_token_count": "1000",
            "output_token_count": "200",
            "duration_ms": "1000",
        },
        "openai",
    ),
    "gemini_cli.api_response": (
        {
            "event.name": "gemini_cli.api_response",
            "model": "gpt-5.4",
            "input_token_count": "1000",
            "output_token_count": "200",
            "duration_ms": "1000",
        },
        "gcp.gemini",
    ),
}


@pytest.mark.parametrize("name", EVENTS)
def test_a_call_that_is_in_the_logs_alone_is_a_call(name, tmp_path):
    attributes, provider = EVENTS[name]
    landing = Landing(tmp_path)
    landing.put("otel_genai_spans/a.jsonl", [logs(name, attributes)])
    assert landing.load() == 0
    assert landing.rows(
        "select provider_name, request_model, epoch_us(start_time), input_tokens, output_tokens "
        "from raw.otel_genai_spans"
    ) == [(provider, "gpt-5.4", START // 1000, 1000, 200)]


OWN_EVENT = logs("gen_ai.client.inference.operation.details", USAGE)
OWN_EVENT["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0] |= {"traceId": TRACE, "spanId": SPAN}


def test_opentelemetrys_own_event_of_a_call_is_below_the_span_that_it_is_of(tmp_path):
    """Both may be exported, and a span that repeats the call below it is left out."""
    landing = Landing(tmp_path)
    landing.put("otel_genai_spans/a.jsonl", [OWN_EVENT])
    assert landing.load() == 0
    assert landing.rows(
        "select trace_id, parent_span_id, provider_name, request_model, input_tokens, "
        "output_tokens, epoch_us(end_time) from raw.otel_genai_spans"
    ) == [(TRACE, SPAN, "openai", "gpt-5.4", 1000, 200, END // 1000)]


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"resourceMetrics": []}, "OTLP metrics have sums and no calls; export traces"),
        (logs("other", {}), "OTLP logs without an event of a call"),
    ],
)
def test_what_holds_no_call_says_what_to_export_instead(record, sentence, tmp_path):
    landing = Landing(tmp_path)
    landing.put("otel_genai_spans/a.jsonl", [record])
    landing.load()
    ((line, _, reason, text),) = landing.rejects()
    assert (line, text) == (1, None) and sentence in reason


def framed(*messages: bytes) -> bytes:
    """As the collector's file exporter writes them."""
    return b"".join(len(message).to_bytes(4) + message for message in messages)


def binary(value: dict, kind: type) -> bytes:
    return ParseDict(value, kind()).SerializeToString()


@pytest.mark.parametrize("name", ["one.binpb", "several.pb", "packed"])
def test_binary_protobuf_is_read(name, tmp_path):
    spans = [otlp(**BASE64 | {"spanId": in_base64(f"{n:016x}")}) for n in (1, 2)]
    messages = [binary(each, TracesData) for each in spans]
    content = messages[0] if name == "one.binpb" else framed(*messages)
    landing = Landing(tmp_path)
    content = framed(*map(in_zstd, messages)) if name == "packed" else content
    landing.put(f"otel_genai_spans/{name}", content)
    landing.put(f"inbox/{name}", content)
    assert landing.load() == 0
    call = (PARENT, "chat", "lib", START // 1000, END // 1000, 2, "gpt-5.4", 1000, 200, "web")
    found = landing.rows(TAKEN)
    assert [row[:2] for row in found] == [
        (TRACE, f"{n + 1:016x}") for n in range(1 if name == "one.binpb" else 2)
    ]
    assert {row[2:] for row in found} == {call}


def test_calls_in_logs_as_binary_protobuf_are_read_and_metrics_refused_by_name(tmp_path):
    events = logs(*next((name, found[0]) for name, found in EVENTS.items()))
    gauge = {"name": "claude_code.cost.usage", "sum": {"dataPoints": [{"asDouble": 1.5}]}}
    metrics = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [gauge]}]}]}
    landing = Landing(tmp_path)
    content = framed(binary(events, LogsData), binary(metrics, MetricsData), b"\n\x7f")
    landing.put("otel_genai_spans/a.binpb", content)
    assert landing.load() == 0
    assert landing.rows("select input_tokens from raw.otel_genai_spans") == [(1000,)]
    assert [(line, reason[:30]) for line, _, reason, _ in landing.rejects()] == [
        (2, "OTLP metrics have sums and no "),
        (3, "a message that is none of OTLP"),
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("otel_genai_spans", "binary, and no message of OTLP; export OTLP as JSON or protobuf"),
        ("envelope_events", "binary protobuf, as of OTLP; put it into otel_genai_spans"),
    ],
)
@pytest.mark.parametrize("before", [b"", b"\0\0\1\2"])
def test_other_binary_files_say_what_to_do(before, table, said, tmp_path):
    landing = Landing(tmp_path)
    landing.put(f"{table}/a.binpb", before + b"\n\xf5\x01\n\x12\n\x10\n\x0cservice.name")
    assert landing.load() == 1
    ((_, _, reason, _),) = landing.rejects()
    assert reason == said


def in_zstd(content: bytes) -> bytes:
    file = pa.BufferOutputStream()
    with pa.CompressedOutputStream(file, "zstd") as packed:
        packed.write(content)
    return file.getvalue().to_pybytes()


def test_a_message_compressed_by_the_collector_is_a_line(tmp_path):
    """Its file exporter writes the length of each message before it."""
    texts = [json.dumps(otlp(spanId=f"{number:016x}")).encode() for number in range(2)]
    landing = Landing(tmp_path)
    landing.put("otel_genai_spans/a.json", framed(*map(in_zstd, texts)))
    assert landing.load() == 0
    assert landing.rows("select line_number from raw.otel_genai_spans order by 1") == [(1,), (2,)]
