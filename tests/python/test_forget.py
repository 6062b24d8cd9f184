"""Forgetting one user: everywhere, on the right days, all or nothing.

Harm guarded against: a person who asked to be forgotten and is still in the warehouse, or a figure
that moves because they are.
"""

import io

import pytest

from scripts.cli import main
from scripts.loading.people import user_hash
from tests.python.landing import Landing, event
from tests.python.project import Project

pytestmark = pytest.mark.wide

ANA = "ana@example.com"
ARN = f"arn:aws:sts::1:assumed-role/Dev/{ANA}"
BATCH = {
    "traceId": "t",
    "spanId": "s",
    "startTimeUnixNano": "1793700000000000000",
    "attributes": [{"key": "enduser.id", "value": {"stringValue": ANA}}],
}


@pytest.fixture(params=["duckdb", "postgres"])
def project(request, tmp_path):
    """Logs of two systems with Ana and Bo in them, loaded and not built."""
    landing = Landing(tmp_path)
    rows = [
        event(1, end_user_id=ANA, input_tokens=5),
        event(2, credential_id=ARN, session_id="x", timestamp="2026-11-04T23:59:59Z"),
        event(3, end_user_id="bo", credential_id="arn:aws:sts::1:assumed-role/Dev/bo"),
    ]
    landing.put("envelope_events/a.jsonl", rows)
    batch = {"resourceSpans": [{"scopeSpans": [{"spans": [BATCH]}]}]}
    landing.put("otel_genai_spans/a.jsonl", [batch])
    address = request.getfixturevalue("postgres") if request.param == "postgres" else None
    project = Project(tmp_path, landing.folder, address)
    project.load()
    return project


def test_the_hash_goes_everywhere_and_the_days_are_marked(project):
    ana, bo = user_hash(ANA, b"test-key"), user_hash("bo", b"test-key")
    users = "select request_id, user_key, credential_id from raw.envelope_events order by 1"
    role = "arn:aws:sts::1:assumed-role/Dev/"
    assert project.rows(users) == [
        ("r1", ana, None),
        ("r2", None, role + ana),
        ("r3", bo, role + bo),
    ]
    said = project.ai_cost("forget", ANA)
    assert said.startswith("Forgot 3 records on 3 days.")
    assert project.rows(users) == [
        ("r1", None, None),
        ("r2", None, role + "hidden"),
        ("r3", bo, role + bo),
    ]
    assert project.value("select count(*) from raw.otel_genai_spans where user_key is null") == 1
    marked = project.rows(
        "select raw_table, cast(event_date as varchar) from raw.load_days "
        "where batch_id like 'forgotten-%' and record_count = 0 order by 1, 2"
    )
    assert marked == [
        ("envelope_events", "2026-11-03"),
        ("envelope_events", "2026-11-04"),
        ("otel_genai_spans", "2026-11-03"),
    ]


def test_a_user_is_found_by_the_hash_that_the_warehouse_holds(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AI_COST_USER_KEY", "k")
    landing = Landing(tmp_path)
    landing.put("envelope_events/a.jsonl", [event(1, end_user_id=ANA)])
    assert landing.load() == 0
    capsys.readouterr()
    assert main(["user-key", ANA, "Bo, the second"]) == 0
    (held,) = landing.rows("select user_key from raw.envelope_events")
    second = user_hash("Bo, the second", b"k")
    assert capsys.readouterr().out == f'{held[0]},{ANA}\n{second},"Bo, the second"\n'
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{ANA}\n\n"))
    assert main(["user-key", "-"]) == 0
    assert capsys.readouterr().out == f"{held[0]},{ANA}\n"
    monkeypatch.delenv("AI_COST_USER_KEY")
    assert main(["user-key", ANA]) == 2
    assert "set AI_COST_USER_KEY" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "warehouse", "code", "said"),
    [
        ("", "w.duckdb", 2, "set AI_COST_USER_KEY to the key"),
        ("k", "absent.duckdb", 2, "there is no warehouse at"),
        ("another", "w.duckdb", 1, "is it the key and the spelling"),
    ],
)
def test_what_cannot_be_forgotten_is_said(
    tmp_path, monkeypatch, capsys, key, warehouse, code, said
):
    monkeypatch.setenv("AI_COST_USER_KEY", "k")
    landing = Landing(tmp_path)
    landing.put("envelope_events/a.jsonl", [event(1, end_user_id=ANA)])
    assert landing.load() == 0
    monkeypatch.setenv("AI_COST_USER_KEY", key)
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / warehouse))
    assert main(["forget", ANA]) == code
    shown = capsys.readouterr()
    assert said in shown.out + shown.err
    assert landing.rows("select count(user_key) from raw.envelope_events") == [(1,)]
