"""Envelope records as gateways of one's own write them.

Harm guarded against: a billed call that leaves the marts because another shares its id, and a
figure or an owner that is dropped because the log has it under a common name that is not read.
"""

from decimal import Decimal

import pytest

from tests.python.landing import as_line
from tests.python.project import Project

CALL = {
    "request_id": "twice",
    "timestamp": "2026-11-20T10:00:00Z",
    "team": "growth",
    "provider": "openai",
    "model": "gpt-4o",
    "input_tokens": 2000,
    "output_tokens": 500,
    "status": "success",
}
RECORDS = [
    # a billed retry and the success after it, in one second and under one id
    CALL | {"status": "retry"},
    CALL,
    CALL,
    # one prompt to three models
    CALL | {"request_id": "fan-out"},
    CALL | {"request_id": "fan-out", "model": "gpt-4.1"},
    CALL | {"request_id": "fan-out", "model": "gpt-5.4-mini"},
    # what the words and the codes of an outcome say
    CALL | {"request_id": "limited", "status": "retry", "status_code": 429, "output_tokens": 0},
    CALL | {"request_id": "fallback", "status": "fallback", "http_status": 200},
    CALL | {"request_id": "code-only", "status": None, "error_code": "503"},
    CALL | {"request_id": "word-only", "status": None, "error_code": "rate_limit_exceeded"},
    CALL | {"request_id": "as-status", "status": "200"},
    CALL | {"request_id": "flag", "status": None, "success": False},
    CALL | {"request_id": "error", "status": None, "error": {"message": "a secret"}},
    CALL | {"request_id": "no-error", "status": None, "error": {}, "success": None},
    CALL | {"request_id": "both", "status": None, "error": "a secret", "success": True},
    # what a call brought about, said by a billed retry and by the success after it
    CALL
    | {
        "request_id": "resolved",
        "status": "retry",
        "outcome": "Ticket_Resolved",
        "is_outcome_successful": False,
    },
    CALL | {"request_id": "resolved", "outcome": "ticket_resolved"},
    CALL | {"request_id": "traced-outcome", "trace_id": "t-9", "outcome": "report_made"},
    CALL | {"request_id": "traced-step", "trace_id": "t-9"},
    CALL | {"request_id": "ended", "outcome": "success"},
    # costs in other currencies
    CALL | {"request_id": "in-euros", "cost": "0.02", "cost_currency": "eur"},
    CALL | {"request_id": "in-dollars", "cost": 0.03, "cost_currency": "USD"},
    CALL | {"request_id": "in-francs", "cost": 0.04, "cost_currency": "CHF"},
    # owners in headers
    {
        "x-owner-request-id": "headers",
        "model": "gpt-4o",
        "timestamp": "2026-11-20T10:00:00Z",
        "x-owner-team": "growth",
        "x-owner-service": "web",
        "x_owner_env": "prod",
        "x_owner_feature": "search",
        "x-owner-product": "shop",
        "x-trace-id": "t-1",
        "project_id": "p-1",
        "customer_tier": "enterprise",
        "endpoint": "https://api.example.com/v1/chat/completions?key=secret",
        "agent_name": "planner",
        "route": "cheap-first",
        "gateway": "eu-1",
        "routing_policy": "cheapest-healthy",
    },
]
FIGURES = {"provider": "openai", "model": "gpt-5.4-mini", "timestamp": "2026-11-20T10:00:00Z"}
SONNET = FIGURES | {"provider": "anthropic", "model": "claude-sonnet-4-6"}
# usage and its cost: gpt-5.4-mini at 0.75, 0.075 (cached) and 4.50 USD a million, claude-sonnet-4-6
# at 3, 0.30 (cached) and 15, and 3.75 (5m) and 6 (1h) for its writes to the cache
USAGES = {
    "openai flat": (FIGURES | {"prompt_tokens": 10000, "completion_tokens": 1200}, "0.0129"),
    "openai chat": (
        FIGURES
        | {
            "usage": {
                "prompt_tokens": 10000,
                "completion_tokens": 1200,
                "prompt_tokens_details": {"cached_tokens": 2000},
                "completion_tokens_details": {"reasoning_tokens": 300},
            }
        },
        "0.01155",
    ),
    "openai responses": (
        FIGURES
        | {
            "usage": {
                "input_tokens": 10000,
                "input_tokens_details": {"cached_tokens": 2000},
                "output_tokens": 1200,
                "output_tokens_details": {"reasoning_tokens": 300},
            }
        },
        "0.01155",
    ),
    "camel case": (
        FIGURES
        | {"usage": {"inputTokens": 10000, "outputTokens": 1200, "cachedInputTokens": 2000}},
        "0.01155",
    ),
    "anthropic flat": (
        SONNET | {"input_tokens": 5000, "cache_read_input_tokens": 2000, "output_tokens": 0},
        "0.0156",
    ),
    "anthropic usage": (
        SONNET
        | {
            "usage": {
                "input_tokens": 5000,
                "cache_read_input_tokens": 28000,
                "cache_creation_input_tokens": 3000,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": 1000,
                    "ephemeral_1h_input_tokens": 2000,
                },
                "output_tokens": 1000,
            }
        },
        # 0.015 + 0.0084 + 0.00375 + 0.012 + 0.015
        "0.05415",
    ),
    "a voice, most of it cached": (
        FIGURES
        | {
            "model": "gpt-realtime",
            "usage": {
                "total_tokens": 6200,
                "input_tokens": 6000,
                "output_tokens": 200,
                "input_token_details": {
                    "text_tokens": 1000,
                    "audio_tokens": 5000,
                    "cached_tokens": 4400,
                    "cached_tokens_details": {"text_tokens": 400, "audio_tokens": 4000},
                },
                "output_token_details": {"text_tokens": 50, "audio_tokens": 150},
            },
        },
        # 600 x 4 + 400 x 0.4 of text, 1,000 x 32 + 4,000 x 0.4 of audio, 50 x 16 + 150 x 64
        "0.04656",
    ),
    # 4,000 x 3 + 28,000 x 0.30 + 900 x 15; without the total the figures contradict each other
    "cached tokens beside the input, as the total says": (
        SONNET
        | {
            "input_tokens": 4000,
            "cached_input_tokens": 28000,
            "output_tokens": 900,
            "total_tokens": 32900,
        },
        "0.0339",
    ),
    "cached inside": (
        SONNET
        | {
            "input_tokens": 5000,
            "cache_read_input_tokens": 2000,
            "output_tokens": 0,
            "token_convention": "cached_inside",
        },
        "0.0096",
    ),
    "a film at a price of its own, in the words of Gemini": (
        {
            "timestamp": "2026-11-29T10:00:00Z",
            "provider": "google",
            "model": "gemini-embedding-2",
            "usageMetadata": {
                "promptTokenCount": 30000,
                "totalTokenCount": 30000,
                "promptTokensDetails": [
                    {"modality": "TEXT", "tokenCount": 10000},
                    {"modality": "AUDIO", "tokenCount": 5000},
                    {"modality": "VIDEO", "tokenCount": 15000},
                ],
            },
        },
        # 10,000 x 0.2, 5,000 x 6.5 and 15,000 x 12 a million
        "0.2145",
    ),
    "a film at the price of text": (
        {
            "timestamp": "2026-11-29T10:00:00Z",
            "provider": "google",
            "model": "gemini-2.5-flash",
            "prompt_tokens": 100000,
            "completion_tokens": 1000,
            "usage": {"prompt_tokens_details": {"text_tokens": 1000, "video_tokens": 99000}},
        },
        # 100,000 x 0.3 and 1,000 x 2.5 a million
        "0.0325",
    ),
    "cached beside": (
        SONNET
        | {
            "input_tokens": 8000,
            "cached_input_tokens": 2000,
            "output_tokens": 1200,
            "token_convention": "cached_beside",
        },
        "0.0426",
    ),
    "cached beside openai": (
        FIGURES
        | {
            "input_tokens": 8000,
            "cached_input_tokens": 2000,
            "output_tokens": 1200,
            "token_convention": "cached_beside",
        },
        "0.01155",
    ),
    "deepseek": (
        FIGURES
        | {
            "usage": {
                "prompt_tokens": 10000,
                "completion_tokens": 1200,
                "total_tokens": 11200,
                "prompt_cache_hit_tokens": 2000,
                "prompt_cache_miss_tokens": 8000,
            }
        },
        "0.01155",
    ),
    "AI SDK 6": (
        FIGURES
        | {
            "usage": {
                "inputTokens": 10000,
                "inputTokenDetails": {"noCacheTokens": 8000, "cacheReadTokens": 2000},
                "outputTokens": 1200,
                "outputTokenDetails": {"textTokens": 900, "reasoningTokens": 300},
                "totalTokens": 11200,
            }
        },
        "0.01155",
    ),
    "LangChain": (
        SONNET
        | {
            "usage_metadata": {
                "input_tokens": 10000,
                "output_tokens": 1000,
                "total_tokens": 11000,
                "input_token_details": {"cache_read": 2000, "cache_creation": 1000},
            }
        },
        # 7,000 x 3, 2,000 x 0.3, 1,000 x 3.75 and 1,000 x 15 a million
        "0.04035",
    ),
    "another of LangChain": (
        FIGURES
        | {
            "token_usage": {
                "prompt_tokens": 10000,
                "completion_tokens": 1200,
                "prompt_tokens_details": {"cached_tokens": 2000},
            }
        },
        "0.01155",
    ),
    "request and answer": (
        {"timestamp": "2026-11-20T10:00:00Z", "team": "growth", "provider": "openai"}
        | {
            "request": {"model": "gpt-5.4-mini"},
            "response": {
                "model": "gpt-5.4-mini-2026-03-17",
                "usage": {
                    "prompt_tokens": 10000,
                    "completion_tokens": 1200,
                    "prompt_tokens_details": {"cached_tokens": 2000},
                },
            },
        },
        "0.01155",
    ),
    "Gemini, with tools and thoughts": (
        {
            "timestamp": "2026-11-20T10:00:00Z",
            "provider": "google",
            "model": "gemini-2.5-flash",
            "usageMetadata": {
                "promptTokenCount": 1000,
                "toolUsePromptTokenCount": 300,
                "candidatesTokenCount": 200,
                "thoughtsTokenCount": 100,
                "totalTokenCount": 1600,
            },
        },
        # 1,300 x 0.3 and 300 x 2.5 a million
        "0.00114",
    ),
    "Gemini by its library": (
        {
            "timestamp": "2026-11-20T10:00:00Z",
            "provider": "google",
            "model": "gemini-2.5-flash",
            "usage_metadata": {
                "prompt_token_count": 1000,
                "tool_use_prompt_token_count": None,
                "candidates_token_count": 200,
                "thoughts_token_count": 100,
                "total_token_count": 1300,
            },
        },
        "0.00105",
    ),
    "a total that says where the thoughts are": (
        FIGURES
        | {
            "usage": {
                "prompt_tokens": 1000,
                "completion_tokens": 200,
                "total_tokens": 1500,
                "completion_tokens_details": {"reasoning_tokens": 300},
            }
        },
        # 1,000 x 0.75 and 500 x 4.5 a million
        "0.003",
    ),
    "a total that says where the cache is": (
        FIGURES
        | {
            "input_tokens": 8000,
            "cached_input_tokens": 2000,
            "output_tokens": 1200,
            "total_tokens": 11200,
        },
        "0.01155",
    ),
    "bifrost": (
        FIGURES
        | {
            "prompt_tokens": 10000,
            "completion_tokens": 1200,
            "total_tokens": 11200,
            "cached_read_tokens": 2000,
            "token_usage": '{"prompt_tokens": 10000, "completion_tokens": 1200}',
            "cache_debug": "",
        },
        "0.01155",
    ),
    "bifrost, from its own cache": (
        FIGURES
        | {
            "prompt_tokens": 10000,
            "completion_tokens": 1200,
            "cache_debug": '{"cache_hit": true, "hit_type": "semantic"}',
        },
        "0",
    ),
    "no convention": (
        FIGURES | {"input_tokens": 10000, "cached_input_tokens": 2000, "output_tokens": 1200},
        "0.01155",
    ),
    "unknown word": (
        FIGURES
        | {
            "input_tokens": 8000,
            "cached_input_tokens": 2000,
            "output_tokens": 1200,
            "token_convention": "beside",
        },
        None,
    ),
}
GPT_4O = FIGURES | {"model": "gpt-4o"}
TOTALS = {
    "in-usage": GPT_4O
    | {"usage": {"prompt_tokens": 5000, "completion_tokens": 100, "total_tokens": 5600}},
    "flat": GPT_4O | {"input_tokens": 5000, "output_tokens": 100, "totalTokens": 5600},
    "explained": GPT_4O | {"input_tokens": 5000, "output_tokens": 100, "total_tokens": 5100},
}
RECORDS += [record | {"request_id": name} for name, record in TOTALS.items()]
BATCH = {"custom_id": "c-1", "timestamp": "2026-11-20T10:00:00Z"}
RESULTS = [
    BATCH | {"id": "batch_req_1", "response": {"status_code": 200, "body": {"model": "gpt-4o"}}},
    BATCH | {"result": {"type": "succeeded", "message": {"model": "claude-sonnet-4-6"}}},
]
RECORDS += RESULTS
RECORDS += [record | {"request_id": name} for name, (record, _) in USAGES.items()]
RECORDS.append(FIGURES | {"request_id": "all", "total_tokens": 1200})
RECORDS.append(FIGURES | {"request_id": "more", "total_tokens": 2200, "input_tokens": 1000})


@pytest.fixture(scope="module")
def priced(tmp_path_factory):
    """Rows of fct_priced_requests of one request, by its id."""
    folder = tmp_path_factory.mktemp("envelope")
    named = folder / "landing" / "envelope_events" / "gateway=us-1"
    named.mkdir(parents=True)
    (named / "events.jsonl").write_text(
        as_line(CALL | {"request_id": "by-folder"})
        + "\n"
        + as_line(CALL | {"request_id": "by-record", "gateway_name": "us-2"})
        + "\n"
    )
    (folder / "landing" / "envelope_events" / "events.jsonl").write_text(
        "".join(as_line(record) + "\n" for record in RECORDS)
    )
    project = Project(folder, folder / "landing")
    project.nightly()
    project.freeze()

    def rows(request_id: str, *columns: str, model: str = "fct_priced_requests") -> list[tuple]:
        return project.rows(
            f"select {', '.join(columns)} from marts.{model} "
            f"where coalesce(logical_request_id, '') = '{request_id}' order by 1, 2"
        )

    rows.of = project.rows
    return rows


def test_a_total_above_all_that_is_known_is_said(priced):
    """Harm: tokens that no key of the record names were taken for none, and the cost for exact."""
    said = {name: priced(name, "usage_quality", "cost_usd") for name in TOTALS}
    assert said == {
        "in-usage": [("usage_unexplained", Decimal("0.0135"))],
        "flat": [("usage_unexplained", Decimal("0.0135"))],
        "explained": [("exact", Decimal("0.0135"))],
    }


def test_a_retry_and_the_success_of_one_id_and_second_are_both_billed(priced):
    assert priced("twice", "request_status", "cost_usd") == [
        ("retry", Decimal("0.01")),
        ("success", Decimal("0.01")),
    ], "the third record is an identical copy of the second"


def test_every_model_of_a_fan_out_is_billed(priced):
    assert [model for model, _ in priced("fan-out", "billed_model", "cost_usd")] == [
        "gpt-4.1",
        "gpt-4o",
        "gpt-5.4-mini",
    ]


def test_the_words_retry_and_fallback_are_no_outcome_and_the_code_stays(priced):
    columns = ("request_status", "status_code", "is_retry", "is_fallback")
    outcomes = {
        "limited": ("failure", 429, True, False),
        "fallback": ("fallback", 200, False, True),
        "code-only": ("failure", 503, False, False),
        "word-only": ("success", None, False, False),
        "as-status": ("success", 200, False, False),
        "flag": ("failure", None, False, False),
        "error": ("failure", None, False, False),
        "no-error": ("success", None, False, False),
        "both": ("success", None, False, False),
    }
    assert {name: priced(name, *columns) for name in outcomes} == {
        name: [outcome] for name, outcome in outcomes.items()
    }
    ((outcome, attempts),) = priced(
        "twice", "outcome", "attempt_count", model="fct_logical_requests"
    )
    assert (outcome, attempts) == ("success_after_retry", 2)


def test_owners_in_headers_and_describing_fields_reach_the_mart(priced):
    expected = {
        "team_id": "growth",
        "service_name": "web",
        "environment": "prod",
        "feature": "search",
        "product": "shop",
        "trace_id": "t-1",
        "project_id": "p-1",
        "customer_tier": "enterprise",
        "endpoint": "https://api.example.com/v1/chat/completions",
        "agent_name": "planner",
        "route": "cheap-first",
        "gateway_name": "eu-1",
        "routing_policy": "cheapest-healthy",
    }
    assert priced("headers", *expected) == [tuple(expected.values())]


def test_two_gateways_of_one_kind_are_told_apart(priced):
    """By the record's word, else by the folder of its file; else the system's name."""
    requests = ("by-record", "by-folder", "fallback")
    named = {request: priced(request, "request_id", "gateway_name") for request in requests}
    assert named == {
        "by-record": [("by-record", "us-2")],
        "by-folder": [("by-folder", "us-1")],
        "fallback": [("fallback", "envelope_events")],
    }


def test_what_a_call_brought_about_is_an_outcome_with_its_cost(priced):
    """Of its trace, else of the request; once, however many attempts say so."""
    assert priced.of(
        "select outcome_type, billed_model, outcome_count, successful_outcome_count, "
        "traced_outcome_count, cost_usd from marts.fct_outcome_costs_daily order by 1"
    ) == [
        ("report_made", "gpt-4o", 1, 1, 1, Decimal("0.02")),
        ("ticket_resolved", "gpt-4o", 1, 1, 1, Decimal("0.02")),
    ]


def test_a_cost_in_another_currency_is_converted_or_unknown_and_named(priced):
    stated = {
        name: priced(name, "gateway_reported_cost_usd", "cost_usd")
        for name in ("in-euros", "in-dollars", "in-francs")
    }
    assert stated == {
        "in-euros": [(Decimal("0.0234"), Decimal("0.01"))],
        "in-dollars": [(Decimal("0.03"), Decimal("0.01"))],
        "in-francs": [(None, Decimal("0.01"))],
    }
    assert priced.of(
        "select unknown_currency, unknown_cost from intermediate.int_stated_results "
        "where unknown_cost is not null"
    ) == [("CHF", Decimal("0.04"))]


@pytest.mark.parametrize("name", USAGES)
def test_usage_is_read_as_its_maker_counts_it(priced, name):
    cost = USAGES[name][1]
    ((found, issue),) = priced(name, "cost_usd", "usage_issue")
    assert found == (cost and Decimal(cost))
    assert issue == (None if cost else "unknown_token_convention")


def test_a_total_above_its_parts_is_a_lower_bound(priced):
    """1,000 in, nothing else that is known, and 2,200 in all."""
    found = priced("more", "usage_quality", "reported_total_tokens", "price_status")
    assert found == [("usage_unexplained", 2200, "priced")]


def test_a_total_alone_says_nothing_of_the_price(priced):
    assert priced("all", "cost_usd", "price_status") == [(None, "usage_missing")]


def test_results_of_a_batch_job_are_refused_by_name(priced):
    """As a call of the usual kind such a line would cost twice what it does."""
    found = priced.of(
        "select count(*) from marts.fct_quarantined_records "
        "where reason like 'a result of a batch job: its cost is on the bill%'"
    )
    assert found == [(len(RESULTS),)]
