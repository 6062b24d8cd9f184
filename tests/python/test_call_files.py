"""Files as vendors' tools write them, each with the calls that are in it, and what these cost.

Harm guarded against: a call that is billed twice, or lost, because a framework writes it in its own
way; a count that no column reads and nobody names.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.python.landing import Landing
from tests.python.project import Project
from tests.python.spans import chat, line

pytestmark = pytest.mark.wide

FILES = Path(__file__).parent / "fixtures" / "calls"
EXPECTED = list(csv.DictReader((FILES / "expected.csv").open()))
BUILT = ("--select", "+fct_priced_requests", "+fct_quarantined_records", "+int_records_left_out")
ODD = chat("odd", None, None) | {
    "attributes": {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5.4",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 200,
        "gen_ai.usage.total_tokens": 1500,
        "gen_ai.usage.hologram_tokens": 300,
    }
}
# A key that nobody knows, and a total that leaves it out.
HARMLESS = chat("harmless", gen_ai__usage__total_tokens=1200, gen_ai__usage__steps_taken=7)
SEARCHES = {
    "request_id": "searches", "startTime": "2026-11-10T12:00:00Z", "model": "claude-sonnet-4-5",
    "custom_llm_provider": "anthropic", "status": "success",
    "metadata": {"usage_object": {
        "prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200,
        "prompt_tokens_details": {"web_search_requests": 2, "text_tokens": 1000},
    }},
}  # fmt: skip
HEALTH = {"msec": "1794312000.0", "request_id": "h1", "status": 200, "llm_model": "-"}
ORDERS = {"start_time": "2026-11-10T12:00:00Z", "x-request-id": "o1", "response_code": 200}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Project:
    folder = tmp_path_factory.mktemp("files")
    landing = folder / "landing"
    shutil.copytree(FILES, landing, ignore=shutil.ignore_patterns("expected.csv"))
    for name, text in {
        "otel_genai_spans/odd.jsonl": line("odd", [ODD]) + "\n" + line("harmless", [HARMLESS]),
        "litellm_spend_logs/searches.jsonl": json.dumps(SEARCHES),
        "nginx_access_logs/health.jsonl": "\n".join([json.dumps(HEALTH)] * 3),
        "envoy_ai_gateway_logs/orders.jsonl": json.dumps(ORDERS),
        "kong_ai_logs/odd.jsonl": json.dumps(
            {
                "started_at": 1794312000000,
                "request": {"id": "k1"},
                "ai": {'a"quote/~': {"usage": {"prompt_tokens": 5}}, "plain": 1},
            }
        ),
    }.items():
        file = landing / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    project = Project(folder, landing)
    project.load()
    project.dbt("run", *BUILT)
    project.dbt("test", "--select", "assert_every_raw_record_is_accounted_for")
    return project


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: row["file"])
def test_a_file_holds_these_calls(files, row):
    ((requests, statuses, qualities, cost),) = files.rows(
        "select count(*), string_agg(distinct price_status, ' ' order by price_status), "
        "string_agg(distinct usage_quality, ' ' order by usage_quality), "
        "cast(sum(cost_usd) as varchar) "
        f"from marts.fct_priced_requests where source_file = '{row['file']}'"
    )
    found = {
        "file": row["file"],
        "requests": str(requests),
        "price_status": statuses or "",
        "usage_quality": qualities or "",
        "cost_usd": (cost or "").rstrip("0").rstrip("."),
    }
    assert found == row


def test_every_file_has_a_row_in_the_table():
    lying = {str(file.relative_to(FILES)) for file in FILES.rglob("*.*") if file.is_file()}
    assert lying - {"expected.csv"} == {row["file"] for row in EXPECTED}


def test_each_system_names_the_owner_in_its_own_way(files):
    """Metadata of tracers, and the application's record that knows the gateway's id of the call."""
    found = files.rows(
        "select source_file, string_agg(distinct team_id, ' ') from marts.fct_priced_requests "
        "where source_file like '%/n0%' or source_file like '%/n1%' group by 1"
    )
    names = {Path(file).name[:3] for file, team in found if team == "search"}
    assert names == {"n01", "n02", "n03", "n06", "n07", "n08", "n09", "n11"}


def test_a_count_that_nobody_knows_is_named_and_makes_a_lower_bound(files):
    found = files.rows(
        "select span_id, price_status, cast(cost_usd as varchar), usage_quality, unread_usage "
        "from marts.fct_priced_requests where span_id in ('odd', 'harmless') order by 1"
    )
    usd = "0.005500000000000"
    assert found == [
        ("harmless", "priced", usd, "exact", "gen_ai.usage.steps_taken=7"),
        ("odd", "priced", usd, "usage_unexplained", "gen_ai.usage.hologram_tokens=300"),
    ]


def test_searches_are_found_under_another_name(files):
    assert files.rows(
        "select web_search_calls, unread_usage from marts.fct_priced_requests "
        "where request_id = 'searches'"
    ) == [(2, None)]


def test_a_model_behind_a_profile_or_a_router_is_the_one_that_the_answer_names(files):
    """The profile says nothing of its region, so that the model is priced as in-region."""
    found = files.rows(
        "select right(request_id, 2), operation, billed_model, region_scope, "
        "cast(cost_usd as varchar) from marts.fct_priced_requests "
        "inner join raw.bedrock_invocations using (request_id) "
        "where fct_priced_requests.source_file like '%B02%' order by 1"
    )
    assert [(*row[:4], row[4] and row[4].rstrip("0")) for row in found] == [
        ("41", "Converse", None, "global", None),
        ("47", "Converse", "claude-3-haiku", "regional", "0.0005"),
        ("50", "InvokeModel", "claude-sonnet-4-5", "regional", "0.0066"),
        ("60", "InvokeModelWithResponseStream", "claude-sonnet-4-5", "regional", "0.0066"),
        ("61", "ConverseStream", "claude-sonnet-4-5", "regional", "0.0066"),
    ]


def test_what_a_gateway_charges_for_guardrails_is_kept_apart(files):
    assert files.rows(
        "select cast(cost_usd as varchar), cast(gateway_reported_cost_usd as varchar), "
        "cast(gateway_guardrail_cost_usd as varchar), "
        "cast(gateway_estimate_difference_usd as varchar) "
        "from marts.fct_priced_requests where request_id = 'll-25'"
    ) == [("0.000000000000000", "0.000100000000000", "0.000100000000000", "0.000000000000000")]


def test_cached_tokens_that_may_be_beside_the_input_have_a_second_cost(files):
    found = files.rows(
        "select request_id, cast(cost_usd as varchar), cast(cost_if_cache_beside_usd as varchar) "
        "from marts.fct_priced_requests where cost_if_cache_beside_usd is not null"
    )
    assert found == [("gwb-v-seed3", "0.010050000000000", "0.011550000000000")]


def test_other_traffic_is_counted_by_file_and_makes_no_request(files):
    others = dict(
        files.rows(
            "select source_file, other_traffic_count from raw.load_files "
            "where other_traffic_count > 0"
        )
    )
    # the spans that only wrap others say nothing of a model
    spans = {name: n for name, n in others.items() if name.startswith("otel_genai_spans/")}
    assert {name: n for name, n in others.items() if name not in spans} == {
        "kong_ai_logs/K02_other_traffic.jsonl": 3,
        "kong_ai_logs/odd.jsonl": 1,
        "nginx_access_logs/health.jsonl": 3,
        "envoy_ai_gateway_logs/orders.jsonl": 1,
    }
    assert files.rows(
        "select source_file, reported_input_tokens from marts.fct_priced_requests "
        "where source_file like '%health%' or source_file like '%orders%' "
        "or source_file = 'kong_ai_logs/odd.jsonl'"
    ) == [("kong_ai_logs/odd.jsonl", 5)]


def test_a_summary_is_refused_with_what_to_ask_for(files):
    assert files.rows(
        "select count(*), max(reason) from marts.fct_quarantined_records "
        "where source_file = 'litellm_spend_logs/y03_summary.json'"
    ) == [
        (2, "a summary of a day's spend, not a log of calls; ask /spend/logs with summarize=false")
    ]


BODY = {"type": "encrypted", "data": "d"}
CHUNK = {"id": "c1", "object": "chat.completion.chunk", "created": 1794906000, "model": "gpt-5.4"}
OBSERVED = {"id": "o", "type": "GENERATION", "startTime": "2026-11-10T13:00:00Z", "model": "m"}
RUN = {
    "id": "r", "trace_id": "t", "dotted_order": "d", "run_type": "chain", "prompt_tokens": 9,
    "start_time": "2026-11-10T13:00:00Z",
}  # fmt: skip
GENKIT = {"genkit:metadata:subtype": "model", "genkit:output": '{"usage": {"inputTokens": 9}}'}
# Tables of gateways that nobody reads: of New API, API Management, Databricks and Vertex AI.
FOREIGN = [
    {"created_at": 1794315600, "type": 2, "token_name": "t", "model_name": "m", "quota": 9},
    {"TimeGenerated": "2026-11-10T13:00:00Z", "DeploymentName": "m", "PromptTokens": 9},
    {"event_time": "2026-11-10T13:00:00Z", "destination_model": "m", "input_tokens": 9},
    {"request_time": "2026-11-10T13:00:00Z", "served_entity_id": "s", "input_token_count": 9},
    {"logging_time": "2026-11-10T13:00:00Z", "full_response": {"usageMetadata": {}}},
]
REFUSED = [
    ("langfuse_observations", {"id": "t1", "timestamp": "2026-11-10T13:00:00Z", "name": "t"},
     "export the observations"),
    ("langfuse_observations", {"id": "s1", "timestamp": "2026-11-10T13:00:00Z", "value": 1},
     "a trace or a score"),
    ("bedrock_invocations", {"recordId": "CALL1", "modelInput": {}, "modelOutput": {}},
     "an output of a batch job"),
    ("bedrock_invocations", {"totalRecordCount": 2, "processedRecordCount": 2},
     "the manifest of a batch job"),
    ("cloudflare_ai_gateway_logs", {"Model": "m", "RateLimited": False, "ResponseBody": BODY},
     "take the logs of the API"),
    ("envelope_events", CHUNK | {"usage": None}, "the last piece has it"),
    ("langfuse_observations", OBSERVED | {"usage": {"unit": "CHARACTERS", "input": 9}},
     "counts characters"),
    ("langfuse_observations", OBSERVED | {"is_deleted": 1}, "deleted in Langfuse"),
    ("langfuse_observations", RUN, "put its file into otel_genai_spans"),
    ("envelope_events", RUN, "put its file into otel_genai_spans"),
    ("otel_genai_spans", json.loads(line("g", [chat("g", None, None) | {"attributes": GENKIT}])),
     "in the text of its answer"),
    *[("envelope_events", record, "write each as an event of the envelope") for record in FOREIGN],
]  # fmt: skip


def test_a_record_of_another_kind_is_refused_with_what_to_export(tmp_path, monkeypatch):
    """Harm: traces, scores and pieces of a stream are taken for calls, or refused without help."""
    landing = Landing(tmp_path)
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    for number, (table, record, _) in enumerate(REFUSED):
        landing.put(f"{table}/{number}.jsonl", [record])
    usage = {"prompt_tokens": 1000, "completion_tokens": 200}
    landing.put("envelope_events/last.jsonl", [CHUNK | {"usage": usage}])
    assert landing.load() == 0
    reasons = landing.rows("select source_file, reason from raw.load_rejects order by source_file")
    assert len(reasons) == len(REFUSED)
    for number, (table, _, said) in enumerate(REFUSED):
        assert said in dict(reasons)[f"{table}/{number}.jsonl"]
    assert landing.rows("select source_file from raw.envelope_events") == [
        ("envelope_events/last.jsonl",)
    ]


def test_what_bedrock_writes_beside_its_log_is_left_out_quietly(tmp_path, monkeypatch):
    """Harm: each night complains of every long body, and nobody reads its complaints."""
    landing = Landing(tmp_path)
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    log = "bedrock_invocations/AWSLogs/1/BedrockModelInvocationLogs"
    landing.put(f"{log}/amazon-bedrock-logs-permission-check", b"Permission check")
    landing.put(f"{log}/us-east-1/2026/11/16/09/data/a_input.json", [{"messages": []}])
    landing.put(f"{log}/us-east-1/2026/11/16/09/a.json", [
        {"requestId": "r", "timestamp": "2026-11-16T09:00:00Z", "modelId": "m"}
    ])  # fmt: skip
    assert landing.load() == 0
    assert landing.rows("select source_file from raw.load_files") == [
        (f"{log}/us-east-1/2026/11/16/09/a.json",)
    ]
    assert landing.rejects() == []
