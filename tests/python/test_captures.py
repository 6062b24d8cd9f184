"""Real captures of a LiteLLM proxy and of OpenTelemetry instrumentation, and envelope records.

Harm guarded against: a request record that is right on made-up logs and wrong on real ones.
"""

import json
from decimal import Decimal

import pytest

from tests.python.landing import CAPTURES, as_line
from tests.python.project import Project

pytestmark = pytest.mark.wide

ENVELOPE = [
    {
        "request_id": "env-1",
        "timestamp": "2026-11-20T10:00:00Z",
        "team": "growth-team",
        "service.name": "web",
        "service.namespace": "shop",
        "feature": "search-box",
        "environment": "production",
        "provider": "openai",
        "model": "gpt-5.4-mini",
        "trace_id": "tr-1",
        "input_tokens": 10000,
        "cached_input_tokens": 2000,
        "output_tokens": 1200,
        "retry_count": 0,
        "cache_hit": False,
        "latency_ms": 812,
        "workspace_id": "ws-1",
        "cost_center": "cc-77",
        "prompt_version": "v3",
        "end_user_id": "ana",
        "request_source": "api",
        "status": "success",
        "price_card_version": "2026-10",
        "usd_estimate": 0.01155,
    },
    {
        "request_id": "env-2",
        "timestamp": "2026-11-20 11:00:00",
        "team_id": "search",
        "service": "batch",
        "provider": "openai",
        "model_requested": "gpt-5.4",
        "model_actual": "gpt-4o",
        "fallback_from": "gpt-5.4",
        "internal_trace_id": "tr-2",
        "input_tokens": 2000,
        "output_tokens": 500,
        "retry_count": 1,
        "tenant_id": "ws-2",
        "prompt_template": "t1",
        "estimated_cost_usd": "0.02",
    },
    {
        "request_id": "env-3",
        "timestamp": "2026-11-20T12:00:00+02:00",
        "customer_id": "ws-3",
        "model": "gpt-4.1",
        "input_tokens": 5,
        "output_tokens": 5,
        "cache_hit": True,
    },
]


@pytest.fixture(scope="module")
def captures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("captures")
    landing = folder / "landing"
    for table, name in (
        ("litellm_spend_logs", "litellm_spend_logs.jsonl.gz"),
        ("otel_genai_spans", "otlp_genai_spans.jsonl.gz"),
    ):
        (landing / table).mkdir(parents=True)
        (landing / table / name).write_bytes((CAPTURES / name).read_bytes())
    (landing / "envelope_events").mkdir()
    (landing / "envelope_events" / "events.jsonl").write_text(
        "".join(as_line(record) + "\n" for record in ENVELOPE)
    )
    project = Project(folder, landing)
    project.nightly()
    return project


def test_every_litellm_row_costs_what_litellm_says(captures):
    rows = captures.rows(
        "select cost_usd, gateway_reported_cost_usd, service_tier, region_scope, "
        "cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens "
        "from marts.fct_priced_requests where source_system = 'litellm_spend_logs'"
    )
    assert len(rows) == 799
    assert all(abs(cost - theirs) <= Decimal("1e-9") for cost, theirs, *_ in rows)
    # A capture without these would prove less than it seems to.
    assert {"flex", "standard"} == {row[2] for row in rows}
    assert {"us", "global"} == {row[3] for row in rows}
    assert all(any(row[column] for row in rows) for column in (4, 5, 6))


def test_every_captured_span_is_priced_and_owned_through_its_parent(captures):
    rows = captures.rows(
        "select price_status, attribution_status, team_id, feature, customer_id, prompt_version, "
        "service_name from marts.fct_priced_requests where source_system = 'otel_genai_spans'"
    )
    assert len(rows) == 180
    assert {row[:2] for row in rows} == {("priced", "attributed")}
    assert {row[2] for row in rows} == {"growth", "search", "support"}
    assert all(None not in row for row in rows)


def envelope(captures, request_id, *columns):
    return captures.rows(
        f"select {', '.join(columns)} from marts.fct_priced_requests "
        f"where source_system = 'envelope_events' and request_id = '{request_id}'"
    )


def test_an_envelope_keeps_every_field_it_brings(captures):
    expected = {
        "trace_id": "tr-1",
        "team_id": "growth",
        "attribution_method": "team_alias",
        "service_name": "web",
        "service_namespace": "shop",
        "feature": "search-box",
        "environment": "production",
        "billed_model": "gpt-5.4-mini",
        "latency_ms": 812,
        "customer_id": "ws-1",
        "cost_center_id": "cc-77",
        "prompt_version": "v3",
        "request_source": "api",
        "request_status": "success",
        "gateway_price_card_version": "2026-10",
    }
    assert envelope(captures, "env-1", *expected) == [tuple(expected.values())]
    (user_key,) = envelope(captures, "env-1", "user_key")[0]
    assert len(user_key) == 32 and "ana" not in user_key


def test_an_envelope_is_priced_and_the_gateways_estimate_stays_beside_it(captures):
    columns = ("cost_usd", "gateway_reported_cost_usd", "gateway_estimate_difference_usd")
    assert envelope(captures, "env-1", *columns) == [
        (Decimal("0.01155"), Decimal("0.01155"), Decimal(0))
    ]
    assert envelope(captures, "env-2", *columns) == [
        (Decimal("0.01"), Decimal("0.02"), Decimal("0.01"))
    ]


def test_an_envelopes_fallback_is_billed_as_the_model_that_answered(captures):
    columns = (
        "requested_model, billed_model, fallback_from_model, is_fallback, is_retry, attempt_number"
    )
    assert envelope(captures, "env-2", columns, "team_id", "trace_id", "customer_id") == [
        ("gpt-5.4", "gpt-4o", "gpt-5.4", True, True, 2, "search", "tr-2", "ws-2")
    ]


def test_a_gateway_cache_hit_costs_nothing_and_keeps_its_usage(captures):
    columns = ("price_status", "cost_usd", "uncached_input_tokens", "team_id", "usage_at")
    ((status, cost, tokens, team, usage_at),) = envelope(captures, "env-3", *columns)
    assert (status, cost, tokens, team) == ("not_billable", 0, 5, "unattributed")
    assert usage_at.isoformat() == "2026-11-20T10:00:00", "a zone in the log must reach UTC"


def test_a_charge_leads_back_to_its_raw_line(captures):
    source_file, line = captures.rows(
        "select source_file, line_number from marts.fct_priced_requests where request_id = 'env-2'"
    )[0]
    text = (captures.landing / source_file).read_text().splitlines()[line - 1]
    assert json.loads(text)["request_id"] == "env-2"


def test_every_amount_in_the_marts_is_exact(captures):
    loose = captures.rows(
        "select table_name, column_name, data_type from information_schema.columns "
        "where table_schema = 'marts' and column_name like '%_usd' "
        "and data_type not in ('DECIMAL(30,15)', 'DECIMAL(16,9)')"
    )
    assert loose == [], (
        "contracts do not compare precision; a float or a narrow decimal loses money"
    )
