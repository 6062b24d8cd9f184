"""A stranger's first file: what looks like calls and is none is refused with what to do.

Harm guarded against: sums over calls, or the table of another system, taken for calls: priced as
one long call, or loaded without a count, and nobody says so.
"""

from __future__ import annotations

import csv
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scripts.loading.foreign import Unreadable
from scripts.loading.recognise import recognise
from scripts.loading.run import MODELS
from scripts.loading.sources import read_contract
from tests.python.landing import Landing

SUM = {"date": "2026-11-05", "model": "gpt-5.4", "prompt_tokens": "300000"}
SUM |= {"completion_tokens": "2000", "created_at": "2026-11-05 10:00:00"}
CORTEX = {"MODEL_NAME": "claude-4-sonnet", "FUNCTION_NAME": "AI_COMPLETE", "TOKENS": "2000"}
# Rows of tables that a tool exports, and what is said of each.
TABLES = {
    "litellm_daily": (SUM | {"api_requests": "100", "successful_requests": "99"}, "a sum over"),
    "own_sums": (SUM | {"requests": "100"}, "a sum over calls, for it counts requests"),
    "cortex_queries": (CORTEX | {"QUERY_ID": "q", "TOKEN_CREDITS": "0.005"}, "bills credits"),
    "cortex_rest": (
        {"REQUEST_ID": "r", "START_TIME": "2026-11-05 10:00:00", "TOKENS_GRANULAR": "{}"},
        "CORTEX_REST_API_USAGE_HISTORY",
    ),
    "management": (
        {"TimeGenerated [UTC]": "11/5/2026", "DeploymentName": "m", "PromptTokens": "9"},
        "one per CorrelationId",
    ),
    "vertex": (
        {"logging_time": "2026-11-05 10:00:00 UTC", "model": "m", "full_response": "{}"},
        "usageMetadata of full_response",
    ),
}
LINES = {
    "diagnostics": (
        {"time": "2026-11-05T10:00:00Z", "category": "RequestResponse", "operationName": "Chat"},
        "Azure OpenAI's diagnostic log",
    ),
    "management": (
        {"time": "2026-11-05T10:00:00Z", "category": "GatewayLlmLogs", "resourceId": "/x"},
        "one per correlationId",
    ),
}


@pytest.fixture
def tables():
    return [t for t in read_contract(MODELS).raw.values() if t.kind in ("gateway", "bill")]


def test_a_table_of_another_kind_is_refused_by_name_in_any_form(tmp_path, tables):
    for name, (row, said) in TABLES.items():
        files = [tmp_path / f"{name}.csv", tmp_path / f"{name}.parquet"]
        cells = [cell.replace('"', "") for cell in row.values()]
        files[0].write_text(f"{','.join(row)}\n{','.join(cells)}\n")
        pq.write_table(pa.table({key: [value] for key, value in row.items()}), files[1])
        for file in files:
            with pytest.raises(Unreadable, match=said):
                table = recognise(file, tables)
                # one that is taken by its columns is refused where it is read
                assert table.name == "envelope_events"
                raise Unreadable(said_at_load(tmp_path, file))


def said_at_load(tmp_path, file) -> str:
    folder = tmp_path / f"load-{file.name}"
    folder.mkdir()
    landing = Landing(folder)
    landing.put(f"envelope_events/{file.name}", file.read_bytes())
    landing.load()
    assert landing.rows("select count(*) from raw.envelope_events") == [(0,)]
    return landing.rows("select string_agg(reason) from raw.load_rejects")[0][0]


def test_a_line_is_refused_for_what_it_is_and_not_for_what_is_like_it(tmp_path, tables):
    """A record with `properties` was said to be an answer of Cost Management."""
    for name, (record, said) in LINES.items():
        file = tmp_path / f"{name}.jsonl"
        file.write_text(json.dumps(record | {"properties": {"modelName": "m"}}) + "\n")
        with pytest.raises(Unreadable, match=said):
            recognise(file, tables)


def test_a_line_that_counts_requests_is_no_call(tmp_path, monkeypatch):
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    landing = Landing(tmp_path)
    call = {"timestamp": "2026-11-05T10:00:00Z", "model": "gpt-5.4", "input_tokens": 9}
    landing.put("envelope_events/a.jsonl", [call, call | {"num_model_requests": 3}])
    assert landing.load() == 0
    assert landing.rows("select line_number from raw.envelope_events") == [(1,)]
    assert "a sum over calls" in landing.rejects()[0][2]


CALL = {
    "timestamp": "2026-11-05T10:00:00Z",
    "accountid": "1",
    "region": "us-east-1",
    "requestid": "b",
    "modelid": "amazon.nova-lite-v1:0",
    "operation": "Converse",
}
BODY = {"usage": {"cache_creation": {"ephemeral_1h_input_tokens": 300}}}
ATHENA = [
    # structs as Athena prints them, with a text in one of them that looks like fields
    {
        "identity": "{arn=arn:aws:sts::1:assumed-role/search/x}",
        "input": "{inputcontenttype=application/json, inputbodyjson=a, b=c, inputtokencount=1000, "
        "cachereadinputtokencount=400, cachewriteinputtokencount=null}",
        "output": "{outputcontenttype=application/json, outputtokencount=200}",
        "requestmetadata": "{team=search}",
    },
    # JSON, with the answer as text of JSON in it
    {
        "identity": json.dumps({"arn": "arn:aws:sts::1:assumed-role/search/x"}),
        "input": json.dumps({"inputtokencount": 1000, "cachereadinputtokencount": 400}),
        "output": json.dumps({"outputtokencount": 200, "outputbodyjson": json.dumps(BODY)}),
        "requestmetadata": json.dumps({"team": "search"}),
    },
    # the names of the log within the cell
    {
        "input": json.dumps({"inputTokenCount": 1000, "cacheReadInputTokenCount": 400}),
        "output": json.dumps({"outputTokenCount": 200}),
    },
    # chosen one by one
    {"inputtokencount": "1000", "cachereadinputtokencount": "400", "outputtokencount": "200"},
]


@pytest.mark.parametrize("number", range(len(ATHENA)))
def test_a_log_in_cells_of_objects_has_its_counts(tmp_path, monkeypatch, tables, number):
    """Harm: Athena's CSV of Bedrock's log had no usage, no caller and no team."""
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    row = CALL | ATHENA[number]
    landing = Landing(tmp_path)
    file = tmp_path / "athena.csv"
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, row, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerow(row)
    # a row that was cut is no call without usage
    file.write_text(file.read_text() + '"2026-11-05T11:00:00Z","1"\n')
    assert recognise(file, tables).name == "bedrock_invocations"
    landing.put("bedrock_invocations/a.csv", file.read_bytes())
    landing.load()
    assert landing.rows(
        "select request_id, model_id, input_tokens, cache_read_tokens, output_tokens "
        "from raw.bedrock_invocations"
    ) == [("b", "amazon.nova-lite-v1:0", 1000, 400, 200)]
    assert len(landing.rejects()) == 1
    team, arn, hour = landing.rows(
        "select tagged_team, identity_arn, cache_write_1h_tokens from raw.bedrock_invocations"
    )[0]
    assert (team, bool(arn)) == (("search", True) if "identity" in row else (None, False))
    assert hour == (300 if "outputbodyjson" in str(row) and number == 1 else None)


def test_a_line_in_lower_case_says_what_to_export(tmp_path, tables):
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps(CALL | {"input": {"inputtokencount": 1000}}) + "\n")
    with pytest.raises(Unreadable, match="export the query as CSV"):
        recognise(file, tables)
