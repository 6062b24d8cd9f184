"""What further attempts at one request become: each billed once, with its reason.

Harm guarded against: money that leaves the marts because two calls share an id; a fan-out or a
swapped model that nobody sees.
"""

from decimal import Decimal

import pytest

from tests.python.landing import as_line
from tests.python.project import Project

pytestmark = pytest.mark.wide

FOLDER = "envelope_events"


def call(request_id: str, **fields) -> dict:
    """A call of 1,000 tokens in and 100 out."""
    return {
        "request_id": request_id,
        "timestamp": "2026-09-01T10:00:00Z",
        "team": "growth",
        "service": "assistant",
        "provider": "openai",
        "model": "gpt-4o",
        "input_tokens": 1000,
        "output_tokens": 100,
        "status": "success",
    } | fields


def later(seconds: int) -> str:
    return f"2026-09-01T10:00:{seconds:02}Z"


SAME_ID = [
    call("copy"),
    call("copy"),
    call("other-status", status="timeout"),
    call("other-status"),
    call("other-usage", output_tokens=101),
    call("other-usage"),
    call("fan", model="gpt-4o"),
    call("fan", model="gpt-4.1"),
    call("fan", model="gpt-4o-mini", answer_used=True),
]
ATTEMPTS = [
    call("limit", status=429, input_tokens=0, output_tokens=0),
    call("limit", timestamp=later(2), status="retry", attempt_reason="429"),
    call("limit", timestamp=later(4), status="fallback", model="gpt-4.1"),
    call("broken", status_code=503, status=None, output_tokens=0),
    call("broken", timestamp=later(5), retry_count=1),
]

DRIFT = [
    call("asked", model_requested="gpt-4.1-mini", model_actual="gpt-4.1", model=None),
    call("dated", model_requested="gpt-5.4-mini", model_actual="gpt-5.4-mini-2026-03-17")
    | {"model": None},
    call("said", model_requested="gpt-4.1", model_actual="gpt-4o", fallback_from="gpt-4.1")
    | {"model": None},
    call("group", model_requested="fast", model_actual="gpt-4o", model=None),
    call("reseller", provider="bedrock", model_requested="claude-sonnet-4-5", model=None)
    | {"model_actual": "us.anthropic.claude-sonnet-4-5-20250929-v1:0"},
    call("as asked", model_requested="openai/gpt-4o", model_actual="gpt-4o", model=None),
]


@pytest.fixture(scope="module")
def marts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("envelope")
    landing = folder / "landing" / FOLDER
    landing.mkdir(parents=True)
    lines = [*SAME_ID, *ATTEMPTS, *DRIFT]
    (landing / "a.jsonl").write_text("".join(as_line(line) + "\n" for line in lines))
    project = Project(folder, folder / "landing")
    project.nightly()
    return project.rows


def attempts(marts, request_id: str, columns: str) -> list[tuple]:
    return marts(
        f"select {columns} from marts.fct_priced_requests where request_id = '{request_id}' "
        "order by usage_at, line_number"
    )


def work(marts, request_id: str, columns: str) -> tuple:
    (row,) = marts(
        f"select {columns} from marts.fct_logical_requests "
        f"where logical_request_id = '{request_id}'"
    )
    return row


def test_only_an_identical_copy_is_a_duplicate(marts):
    assert attempts(marts, "copy", "cost_usd") == [(Decimal("0.0035"),)]
    assert len(attempts(marts, "other-status", "cost_usd")) == 2
    assert attempts(marts, "other-usage", "output_tokens") == [(101,), (100,)]


def test_each_call_of_a_fan_out_is_billed_and_the_unused_are_waste(marts):
    found = attempts(marts, "fan", "billed_model, attempt_reason, cost_usd, is_final_attempt")
    assert sorted(row[0] for row in found) == ["gpt-4.1", "gpt-4o", "gpt-4o-mini"]
    assert sorted(str(row[1]) for row in found) == ["None", "fan_out", "fan_out"]
    (used,) = [row for row in found if row[3]]
    assert used[0] == "gpt-4o-mini"
    cost = sum(row[2] for row in found)
    outcome = ("success", cost, cost - used[2], 2)
    assert work(marts, "fan", "outcome, cost_usd, wasted_cost_usd, fan_out_count") == outcome
    paths = marts(
        "select sum(attempt_count) from marts.fct_retry_paths_weekly where path_kind = 'fan_out'"
    )
    assert paths == [(2,)]


def test_a_status_says_what_an_attempt_was_and_why(marts):
    found = attempts(
        marts, "limit", "request_status, status_code, is_retry, is_fallback, attempt_reason"
    )
    assert found == [
        ("failure", 429, False, False, None),
        ("retry", None, True, False, "rate_limited"),
        ("fallback", None, False, True, "unknown"),
    ]
    assert attempts(marts, "broken", "request_status, status_code, attempt_reason") == [
        ("failure", 503, None),
        ("success", None, "server_error"),
    ]
    assert work(marts, "limit", "outcome") == ("success_after_fallback",)


def test_a_model_that_was_swapped_unsaid_is_found_and_priced_as_asked(marts):
    drifts = marts(
        "select request_id, model_drift from marts.fct_priced_requests "
        "where request_id in "
        "('asked', 'dated', 'said', 'group', 'as asked', 'copy', 'reseller') order by 1"
    )
    assert drifts == [
        ("as asked", "none"),
        ("asked", "unstated_substitution"),
        ("copy", "none"),
        ("dated", "snapshot"),
        ("group", "unknown"),
        ("reseller", "alias"),
        ("said", "stated_fallback"),
    ]
    found = marts(
        "select requested_model, billed_model, cost_usd, requested_model_cost_usd, difference_usd "
        "from marts.fct_model_drift_daily where model_drift in "
        "('unstated_substitution', 'unknown') order by 1"
    )
    assert found == [
        ("fast", "gpt-4o", Decimal("0.0035"), None, None),
        ("gpt-4.1-mini", "gpt-4.1", Decimal("0.0028"), Decimal("0.00056"), Decimal("0.00224")),
    ]
