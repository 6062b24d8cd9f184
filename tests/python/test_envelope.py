"""Envelope records as gateways of one's own write them.

Harm guarded against: a billed call that leaves the marts because another shares its id, and a figure
or an owner that is dropped because the log has it under a common name that is not read.
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
]


@pytest.fixture(scope="module")
def priced(tmp_path_factory):
    """Rows of fct_priced_requests of one request, by its id."""
    folder = tmp_path_factory.mktemp("envelope")
    (folder / "landing" / "envelope_events").mkdir(parents=True)
    (folder / "landing" / "envelope_events" / "events.jsonl").write_text(
        "".join(as_line(record) + "\n" for record in RECORDS)
    )
    project = Project(folder, folder / "landing")
    project.nightly()

    def rows(request_id: str, *columns: str, model: str = "fct_priced_requests") -> list[tuple]:
        return project.rows(
            f"select {', '.join(columns)} from marts.{model} "
            f"where coalesce(logical_request_id, '') = '{request_id}' order by 1, 2"
        )

    return rows


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
