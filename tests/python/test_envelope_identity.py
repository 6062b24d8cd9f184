"""Records of one id that are several calls, and copies that are one.

Harm guarded against: a billable attempt that counts as delivered again leaves every figure.
"""

import json

import pytest

from tests.python.project import Project

pytestmark = pytest.mark.wide

BASE = {
    "timestamp": "2026-11-20T10:00:00Z",
    "team": "growth",
    "provider": "openai",
    "model": "gpt-4o",
    "input_tokens": 1000,
    "output_tokens": 100,
    "status": "success",
}
# gpt-4o: 2.50 and 10.00 a million; gpt-4.1: 2.00 and 8.00
RECORDS = [
    # a failure and its retry in the same second
    BASE | {"request_id": "r1", "status": "timeout", "input_tokens": 0, "output_tokens": 0},
    BASE | {"request_id": "r1"},
    # one question to two models
    BASE | {"request_id": "r2"},
    BASE | {"request_id": "r2", "model": "gpt-4.1"},
    # the same words of the call, another use
    BASE | {"request_id": "r3"},
    BASE | {"request_id": "r3", "output_tokens": 200},
    # told by its status alone
    BASE | {"request_id": "r4", "status": "retry"},
    BASE | {"request_id": "r5", "status": "fallback"},
]


@pytest.fixture(scope="module")
def envelope(tmp_path_factory):
    folder = tmp_path_factory.mktemp("envelope")
    landing = folder / "landing" / "envelope_events"
    landing.mkdir(parents=True)
    lines = [json.dumps(record) for record in RECORDS]
    (landing / "a.jsonl").write_text("\n".join(lines) + "\n")
    # all of it again, in another file
    (landing / "b.jsonl").write_text("\n".join(reversed(lines)) + "\n")
    project = Project(folder, folder / "landing")
    project.load()
    project.build_part("+fct_priced_requests", "+assert_every_raw_record_is_accounted_for")
    return project


def attempts(envelope, request: str) -> list[tuple]:
    return envelope.rows(
        "select billed_model, request_status, cast(cost_usd as varchar) "
        f"from marts.fct_priced_requests where request_id = '{request}' order by 1, 3"
    )


def test_each_call_counts_and_each_copy_does_not(envelope):
    assert envelope.value("select count(*) from marts.fct_priced_requests") == len(RECORDS)
    assert {row[1] for row in attempts(envelope, "r1")} == {"success", "timeout"}
    assert attempts(envelope, "r2") == [
        ("gpt-4.1", "success", "0.002800000000000"),
        ("gpt-4o", "success", "0.003500000000000"),
    ]
    assert [row[2] for row in attempts(envelope, "r3")] == [
        "0.003500000000000",
        "0.004500000000000",
    ]


def test_a_status_says_retry_or_fallback_and_is_no_failure(envelope):
    rows = envelope.rows(
        "select request_id, is_retry, is_fallback, price_status, cast(cost_usd as varchar) "
        "from marts.fct_priced_requests where request_id in ('r4', 'r5') order by 1"
    )
    assert rows == [
        ("r4", True, False, "priced", "0.003500000000000"),
        ("r5", False, True, "priced", "0.003500000000000"),
    ]
