"""All gateways' fixtures through loader and dbt, against the figures composed with them."""

import csv
import json
from collections import defaultdict
from decimal import Decimal

import pytest

from scripts.loading.run import MODELS
from scripts.loading.sources import read_contract
from tests.python.gateway_warehouse import FIXTURES, GatewayWarehouse

TABLES = {
    "litellm_spendlogs": "litellm_spend_logs",
    "litellm_slp": "litellm_standard_logging",
    "otel_otlp": "otel_genai_spans",
    "portkey": "portkey_logs",
    "helicone": "helicone_requests",
    "langfuse": "langfuse_observations",
    "kong": "kong_ai_logs",
    "nginx": "nginx_access_logs",
    "bedrock": "bedrock_invocations",
    "cloudflare_rest": "cloudflare_ai_gateway_logs",
    "openrouter": "openrouter_generations",
    "envoy": "envoy_ai_gateway_logs",
}
# Rows of the sheet that are no lines of a gateway: usage objects of providers.
NO_GATEWAY = {"provider_usage"}
TOKENS = {
    "uncached_input": "uncached_input_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write_5m": "cache_write_5m_tokens",
    "cache_write_1h": "cache_write_1h_tokens",
    "output_total": "output_tokens",
}
MONEY = {"source_reported_cost_usd": "gateway_reported_cost_usd", "list_cost_usd": "cost_usd"}
FLAGS = {"is_billable": "is_billable", "counts_as_request": "counts_as_request"}
UNMETERED = "usage is missing and a provider may bill it: usage_missing, not not_billable"
# (source, line, field): what the warehouse says instead, and why.
DIFFERENCES = {
    ("otel_otlp", 3, "counts_as_request"): (
        True,
        "a span's retries share its logical request, which is counted once in any case",
    ),
    ("nginx", 3, "is_billable"): (True, UNMETERED),
    ("nginx", 4, "is_billable"): (True, UNMETERED),
}
# Rows of the sheet that are no rows of the mart, and where they went.
ABSENT = {
    ("otel_otlp", 1): "an agent's span repeats its children's usage",
    ("otel_otlp", 7): "a span exported twice: int_duplicate_deliveries",
    ("langfuse", 1): "an agent's observation wraps calls",
}
# The sheet numbers spans through the file; the warehouse says line and record.
SPANS = {2: (1, 2), 3: (2, 1), 4: (2, 2), 5: (3, 1), 6: (4, 1)}


def sheet() -> list[dict]:
    with (FIXTURES / "expected_normalised.composed.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def found(gateways):
    """Priced rows by raw table, file kind, line and record; a duplicate is as its kept copy."""
    rows = gateways.records(
        "select * from marts.fct_priced_requests where source_file like '%.composed.%' "
        "and source_file not like '%more.composed%'"
    )
    by_place = {(r["source_system"], r["line_number"], r["record_number"]): r for r in rows}
    by_id = {(r["source_system"], r["request_id"]): r for r in rows}
    return by_place, by_id


def row_of(found, expected: dict) -> dict | None:
    by_place, by_id = found
    table, line = TABLES[expected["source"]], int(expected["line_no"])
    if table == "openrouter_generations":
        return by_id[table, expected["attempt_id"]]
    place = SPANS.get(line, (0, 0)) if table == "otel_genai_spans" else (line, 1)
    return by_place.get((table, *place))


@pytest.mark.parametrize(
    "expected",
    [row for row in sheet() if row["source"] not in NO_GATEWAY],
    ids=lambda row: f"{row['source']}-{row['line_no']}",
)
def test_every_field_is_as_composed(found, expected):
    key = (expected["source"], int(expected["line_no"]))
    row = row_of(found, expected)
    assert (row is None) == (key in ABSENT)
    if row is None:
        return
    for name, column in {**TOKENS, **MONEY, **FLAGS}.items():
        text, value = expected[name], row[column]
        if (*key, name) in DIFFERENCES:
            assert value == DIFFERENCES[*key, name][0]
        elif text == "":
            # The sheet does not say: unknown tokens are 0 here, and no price is null.
            if name == "list_cost_usd":
                assert value is None or value == 0 or row["price_status"] == "priced"
            elif name == "source_reported_cost_usd":
                assert value is None
        elif name in FLAGS:
            assert value == (text == "1"), name
        else:
            assert Decimal(value) == Decimal(text), name


def test_all_sixty_rows_are_looked_at():
    rows = sheet()
    assert len(rows) == 60
    assert {row["source"] for row in rows} == set(TABLES) | NO_GATEWAY
    places = {(row["source"], int(row["line_no"])) for row in rows}
    assert {key[:2] for key in DIFFERENCES} | set(ABSENT) <= places


def test_rows_without_a_list_price_say_why(found):
    """The sheet leaves these prices blank; the reason must stand in the row."""
    reasons = {
        ("portkey", 3): ("usage_missing", "unclassified_cache_tokens"),
        ("portkey", 4): ("priced", None),
        ("portkey", 5): ("unpriced_unknown_model", None),
        ("langfuse", 5): ("unpriced_unknown_model", None),
        ("bedrock", 4): ("priced", None),
        ("nginx", 3): ("usage_missing", None),
        ("nginx", 4): ("usage_missing", None),
    }
    for expected in sheet():
        key = (expected["source"], int(expected["line_no"]))
        if key in reasons:
            row = row_of(found, expected)
            assert (row["price_status"], row["usage_issue"]) == reasons[key]


def test_quality_and_channel(found):
    quality = {
        ("kong", 1): "exact",
        ("kong", 2): "lower_bound",
        ("kong", 3): "lower_bound",
        ("portkey", 2): "exact",
        ("portkey", 4): "estimated",
        ("cloudflare_rest", 2): "lower_bound",
        ("openrouter", 1): "lower_bound",
    }
    channel = {("openrouter", 1): "api", ("openrouter", 4): "own_key"}
    for expected in sheet():
        key = (expected["source"], int(expected["line_no"]))
        if key in quality:
            row = row_of(found, expected)
            assert row["usage_quality"] == quality[key]
            assert (row["usage_status"] == "estimated") == (quality[key] == "estimated")
        if key in channel:
            assert row_of(found, expected)["billing_channel"] == channel[key]


def one(gateways, request_id: str) -> dict:
    (row,) = gateways.records(
        "select * from marts.fct_priced_requests where request_id = ?", request_id
    )
    return row


def test_every_gateway_meets_the_hard_cases(gateways):
    """A retry or fallback, a cache read, a missing owner, an unknown model, a malformed line."""
    tables = set(TABLES.values()) - {"otel_genai_spans"}
    sql = "select distinct source_system from marts.fct_priced_requests where "
    files = "source_file like '%composed%' and "

    def having(condition: str) -> set[str]:
        return {row[0] for row in gateways.rows(sql + files + condition)}

    # Cloudflare logs no cache figures.
    assert having("cache_read_tokens > 0") >= tables - {"cloudflare_ai_gateway_logs"}
    assert having("price_status = 'unpriced_unknown_model'") >= tables
    assert having("attribution_status = 'unattributed'") >= tables
    rejected = gateways.rows("select distinct raw_table from raw.load_rejects")
    assert {row[0] for row in rejected} == tables


def test_http_statuses_stay_as_logged(gateways):
    """A call that was refused (429) must be told from one that broke."""
    rows = gateways.rows(
        "select source_system, status_code from marts.fct_priced_requests "
        "where source_file like '%composed%' and status_code is not null group by 1, 2"
    )
    found = defaultdict(set)
    for system, code in rows:
        found[system].add(code)
    assert found == {
        "cloudflare_ai_gateway_logs": {200, 429},
        "envoy_ai_gateway_logs": {200, 429},
        "helicone_requests": {200, 429},
        "kong_ai_logs": {200},
        "litellm_spend_logs": {408},
        "litellm_standard_logging": {429},
        "nginx_access_logs": {200, 499},
        "openrouter_generations": {200},
        "otel_genai_spans": {429},
        "portkey_logs": {200, 429},
    }


def test_routes_and_endpoints_stay_as_logged(gateways):
    rows = gateways.rows(
        "select distinct source_system, coalesce(route, ''), coalesce(endpoint, '') "
        "from marts.fct_priced_requests "
        "where source_file like '%composed%' and coalesce(route, endpoint) is not null"
    )
    assert {row for row in rows if row[0] != "litellm_standard_logging"} == {
        ("cloudflare_ai_gateway_logs", "", "chat/completions"),
        ("cloudflare_ai_gateway_logs", "", "v1/messages"),
        ("envoy_ai_gateway_logs", "httproute/default/llm/rule/0/match/0/*", "/v1/chat/completions"),
        ("kong_ai_logs", "llm-chat", ""),
        ("nginx_access_logs", "", "/v1/chat/completions"),
    }
    assert ("litellm_standard_logging", "", "/v1/chat/completions") in rows


def test_the_newest_version_counts(gateways):
    assert one(gateways, "44444444-ffff-4fff-8fff-100000000002")["output_tokens"] == 650
    assert one(gateways, "obs-more-2")["output_tokens"] == 640


def test_a_plan_of_the_user_is_not_billed_by_the_attempt(gateways):
    row = one(gateways, "chatcmpl-more-2")
    assert (row["billing_channel"], row["price_status"]) == ("subscription", "not_billable")
    assert row["output_tokens"] > 0


def test_langfuse_says_when_it_counted_tokens_itself(gateways):
    row = one(gateways, "obs-more-3")
    assert (row["usage_quality"], row["usage_status"]) == ("estimated", "estimated")


def test_a_request_over_midnight_falls_on_the_day_it_began(gateways):
    over = one(gateways, "62" * 16)
    assert (str(over["usage_date"]), over["usage_at_basis"]) == ("2026-11-14", "start")
    assert one(gateways, "63" * 16)["usage_at_basis"] == "end"


def test_a_stream_says_the_same_as_an_answer(gateways):
    """Bedrock logs an object or an array of events; the lifetimes of cache writes are in both."""
    names = ["uncached_input_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cost_usd"]
    whole = one(gateways, "66666666-1111-4111-8111-000000000001")
    stream = one(gateways, "66666666-1111-4111-8111-100000000002")
    assert [whole[n] for n in names] == [stream[n] for n in names]
    assert not stream["is_cache_lifetime_assumed"]


def test_portkey_reads_the_responses_own_usage(gateways):
    exclusive = one(gateways, "33333333-dddd-4ddd-8ddd-100000000001")
    assert (exclusive["uncached_input_tokens"], exclusive["cache_read_tokens"]) == (500, 18000)
    inclusive = one(gateways, "33333333-dddd-4ddd-8ddd-100000000002")
    assert (inclusive["uncached_input_tokens"], inclusive["usage_quality"]) == (3500, "exact")


def test_logpush_lines_are_quarantined(gateways):
    reasons = gateways.rows(
        "select reason from marts.fct_quarantined_records where source_file like '%logpush%'"
    )
    assert [reason[:20] for (reason,) in reasons] == ["a line of Logpush, w"] * 3


def test_nothing_private_is_in_the_warehouse(gateways):
    """Texts of the fixtures that must not be kept: addresses, users, messages, e-mail, agents."""
    secrets = (
        "10.1.2.3",
        "u-ana",
        "u-bo",
        "helicone_message",
        "OpenAI/Python 3",
        "TUVUQQ==",
        "curl/8",
    )
    tables = gateways.rows(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where data_type = 'VARCHAR' and table_schema in ('raw', 'marts')"
    )
    # A line that is no JSON is kept as it stands, as evidence of what was refused.
    unreadable = {"load_rejects", "fct_quarantined_records"}
    # LiteLLM's own automatic tag, kept as it is among the declared tags.
    allowed = {("request_tags", "OpenAI/Python 3"), ("tag", "OpenAI/Python 3")}
    columns = defaultdict(list)
    for schema, table, column in tables:
        if table not in unreadable:
            columns[f'{schema}."{table}"'].append(column)
    assert len(columns) > 50
    for table, names in columns.items():
        quoted = ", ".join(f'"{name}"' for name in names)
        for row in gateways.rows(f"select distinct {quoted} from {table}"):
            for name, text in zip(names, row, strict=True):
                kept = [s for s in secrets if s in (text or "") and (name, s) not in allowed]
                assert not kept, (table, name, text)


def test_contracts_declare_no_text_of_prompts():
    forbidden = {"messages", "response", "requestbody", "responsebody", "input_body", "prompt"}
    for table in read_contract(MODELS).raw.values():
        for column in table.columns:
            assert column.name.lower() not in forbidden, (table.name, column.name)
            if column.name == "user_key":
                assert column.hashed, table.name


@pytest.mark.parametrize("table", sorted(set(TABLES.values()) - {"otel_genai_spans"}))
def test_a_file_with_one_line_builds_a_row(gateways, table):
    """Every line that is an object of its format is accounted for: a row, a copy or a reject."""
    lines = 0
    for path in (FIXTURES / table).glob("*.composed.*"):
        lines += sum(1 for text in path.read_text().splitlines() if text.strip())
        lines -= path.suffix == ".csv"
    counted = gateways.rows(
        "select sum(record_count + reject_count) from raw.load_files "
        f"where raw_table = '{table}' and source_file like '%composed%'"
    )
    assert counted == [(lines,)]
    assert json.dumps(lines) != "0"


def test_postgres_holds_the_same_rows(gateways, postgres, tmp_path):
    """The same landing on the other engine gives the same priced requests, digit for digit."""
    there = GatewayWarehouse(tmp_path, postgres)
    there.load()
    there.build("--select", "+fct_priced_requests", "--indirect-selection", "buildable")
    columns = (
        "request_key, source_system, request_id, logical_request_id, usage_at, usage_date, "
        "provider, billed_model, service_tier, region_scope, uncached_input_tokens, "
        "cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, "
        "usage_status, usage_quality, "
        "usage_issue, cost_usd, gateway_reported_cost_usd, price_status, team_id, is_billable, "
        "counts_as_request, billing_channel, iteration_number, latency_ms, line_number"
    )
    sql = f"select {columns} from marts.fct_priced_requests"
    here = gateways.rows(sql)
    assert len(here) > 20_000
    assert sorted(there.rows(sql), key=repr) == sorted(here, key=repr)
