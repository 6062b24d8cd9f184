"""Raw records of old months leave the warehouse and come back; no figure notices.

Harm guarded against: a warehouse that grows for ever because nobody dares to take anything out; or
one whose old months are empty, or other, after somebody did.
"""

import json

import pytest

from tests.python.ledger_year import CARD, Year

pytestmark = pytest.mark.wide

MARTS = (
    "fct_priced_requests", "fct_spend_daily", "fct_chargeback_ledger", "fct_chargeback_statements",
)  # fmt: skip
IDENTITIES = ("assert_every_raw_record_is_accounted_for", "assert_archived_days_are_up_to_date")
ARCHIVE = ("archive", "--older-than", "60", "--folder")


def span(number: int, day: str, name: str = "chat") -> dict:
    """A span of a tracer; one that is no call of a model is counted as such."""
    facts = {"gen_ai.operation.name": name, "gen_ai.request.model": "ledger-model"}
    facts |= {"gen_ai.provider.name": "openai"} if name == "chat" else {}
    values = [{"key": key, "value": {"stringValue": value}} for key, value in facts.items()]
    used = [
        {"key": f"gen_ai.usage.{way}_tokens", "value": {"intValue": "100"}}
        for way in ("input", "output")
        if name == "chat"
    ]
    return {
        "traceId": f"{number:032x}", "spanId": f"{number:016x}", "name": name,
        "startTimeUnixNano": day, "endTimeUnixNano": day, "attributes": values + used,
    }  # fmt: skip


def spans(*records: dict) -> str:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(records)}]}]}) + "\n"


# 10 instead of 8 USD for a million output tokens in the first two months, as was learned later
CORRECTED = [
    "list-test-2,openai,ledger-model,output,standard,global,0,false,10,1000000,"
    "2025-01-01 00:00:00,2025-03-01 00:00:00,2026-01-01 00:00:00,corrected,test"
]
JANUARY, FEBRUARY = "1736942400000000000", "1739620800000000000"


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def year(request, tmp_path_factory):
    """Two closed months with records of two systems, delivered twice in part, and an open one."""
    new = request.getfixturevalue("new_database") if request.param == "postgres" else None
    year = Year(tmp_path_factory.mktemp("archive"), new and new())
    # the spans say of no team whose they are
    year.append("seeds/policy/close_limits.csv", "unattributed_share,1,,,")
    for month in (1, 2, 3):
        year.traffic(month, 12, "usual")
    twice = year.requests[0].line() + "\n"
    year.file("envelope_events/again.jsonl", twice)
    tool = "execute_tool"
    year.file(
        "otel_genai_spans/a.jsonl",
        spans(span(1, JANUARY), span(2, JANUARY, tool), span(3, FEBRUARY), span(4, FEBRUARY, tool)),
    )
    year.night()
    year.close(1)
    year.night()
    year.close(2)
    year.night()
    make_views(year)
    return year


def make_views(year: Year) -> None:
    """What the year's nights do not make; on PostgreSQL a view goes with what it reads."""
    year.project.dbt("run", "--select", "+int_records_left_out", "stg_loader__archived_records")


def figures(year: Year) -> dict[str, list]:
    return {name: year.project.mart(name) for name in MARTS}


def told(year: Year) -> set[tuple]:
    """What the warning lists."""
    make_views(year)
    name = IDENTITIES[1]
    year.project.dbt("compile", "--select", name)
    (file,) = (year.project.target / "compiled").rglob(f"{name}.sql")
    return {
        (what, str(first), str(last))
        for what, first, last, _ in year.project.rows(file.read_text())
    }


def check(year: Year) -> None:
    make_views(year)
    year.project.dbt("test", "--select", *IDENTITIES)


def count(year: Year, table: str) -> int:
    return year.project.value(f"select count(*) from raw.{table}")


def test_what_is_archived_and_comes_back_changes_no_figure(year, tmp_path):
    project, folder = year.project, tmp_path / "archive"
    before, tables = figures(year), ("envelope_events", "otel_genai_spans")
    rows = {table: project.rows(f"select * from raw.{table}") for table in tables}

    said = project.ai_cost(*ARCHIVE, str(folder))
    assert "of use up to 2025-02-28" in said
    # the day that a trace may reach back to is kept
    left = "select count(*) from raw.envelope_events where occurred_at < timestamp '2025-02-28'"
    assert project.value(left) == 0
    assert count(year, "otel_genai_spans") == 0
    assert {path.parent.name for path in folder.rglob("until-2025-02-27.*")} == set(tables)

    year.night()
    assert figures(year) == before
    check(year)

    # what comes late for such a day, and a corrected price, are told and move nothing
    year.traffic(1, 1, "late")
    year.append(CARD, *CORRECTED)
    year.night()
    assert figures(year) == before
    assert told(year) == {
        ("other prices", "2025-01-01", "2025-02-28"),
        ("records of envelope_events", "2025-01-31", "2025-01-31"),
    }
    project.dbt("test", "--select", IDENTITIES[0])
    for refused in (("--full-refresh",), ("--vars", "{start_date: 2025-01-05}")):
        with pytest.raises(AssertionError, match="raw records are in the archive"):
            project.dbt("run", "--select", "int_priced_attempts", *refused)
    code, _, complaint = project.outcome("forget", "ana@example.com")
    assert code == 2 and "records are in the archive" in complaint

    assert project.ai_cost("archive", "--restore", "--folder", str(folder)).startswith("Brought")
    for table in tables:
        found = project.rows(f"select * from raw.{table} where source_file not like '%late%'")
        assert sorted(map(repr, found)) == sorted(map(repr, rows[table]))
    year.build()
    check(year)
    assert told(year) == set()
    # now the late record has its figures
    assert len(project.mart("fct_priced_requests")) == len(before["fct_priced_requests"]) + 1
