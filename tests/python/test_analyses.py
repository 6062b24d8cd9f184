"""Every question in analyses/ has an answer on the sample, on every engine.

They are asked on the day on which the demo is made, six days after the last use: last Friday had
none, and of last week half is known.

Harm guarded against: an analysis that nobody runs until it is needed, and that then fails, or
answers with no rows, or with half a week, or adds up to something else than the marts.
"""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.python.project import AFTER_SAMPLE, ROOT, Project

NAMES = sorted(file.stem for file in (ROOT / "analyses").glob("*.sql"))
# What finds nothing on the sample, and may: it asks for a request id, and is tested with one in
# test_sample_end_to_end and test_evidence.
MAY_BE_EMPTY = {"dispute_request", "records_of_a_request"}


def answers(project: Project) -> dict[str, list[tuple]]:
    """The compiled analyses, and the rows each one finds."""
    project.run_at(re.search(r"^DEMO_NOW := (\S+)", (ROOT / "Makefile").read_text(), re.M)[1])
    project.dbt("compile", "--select", "path:analyses")
    compiled = project.target / "compiled" / "ai_cost" / "analyses"
    return {name: project.rows((compiled / f"{name}.sql").read_text()) for name in NAMES}


def comparable(rows: list[tuple]) -> list[str]:
    """Rows as text in one order; the sum of whole numbers is a decimal on PostgreSQL."""
    return sorted(
        str([Decimal(v).normalize() if isinstance(v, int | Decimal) else v for v in row])
        for row in rows
    )


@pytest.fixture(scope="module")
def found(sample_night, tmp_path_factory):
    return answers(sample_night.copy(tmp_path_factory.mktemp("analyses")))


@pytest.mark.parametrize("name", NAMES)
def test_every_question_has_an_answer_and_says_what_it_asks(name, found):
    assert (ROOT / "analyses" / f"{name}.sql").read_text().startswith("-- ")
    assert found[name] or name in MAY_BE_EMPTY
    assert all(any(value is not None for value in row) for row in found[name])


def test_the_close_pack_adds_up_to_the_month(sample_night, found):
    pack = found["month_close_pack"]
    by_team = sum(row[3] or 0 for row in pack if row[0] == "spend by team")
    (whole,) = (row[3] for row in pack if row[0] == "spend")
    september = sample_night.value(
        "select sum(cost_usd) from marts.fct_spend_daily "
        "where usage_date between '2026-09-01' and '2026-09-30'"
    )
    assert by_team == whole == september > 0
    net = {row[1]: row[3] for row in pack if row[0] == "net variance"}
    assert net == dict(
        sample_night.rows(
            "select provider, sum(variance_usd) from marts.fct_reconciliation_daily "
            "where usage_date >= '2026-09-01' and status != 'no_bill' group by 1"
        )
    )


def test_the_answers_are_the_largest_there_are(sample_night, found):
    costliest = sample_night.value(
        "select max(cost) from (select sum(cost_usd) as cost from marts.fct_spend_daily "
        "where usage_date >= '2026-09-01' group by team_id, service_name, feature)"
    )
    assert found["costliest_features"][0][4] == costliest
    traces = found["top_ten_traces_of_last_week"]
    assert len(traces) == 10
    assert [row[3] for row in traces] == sorted((row[3] for row in traces), reverse=True)
    assert [row[0] for row in traces] == list(range(1, 11))
    week = date(2026, 9, 21)
    assert all(week <= row[2].date() < week + timedelta(days=7) for row in traces)
    assert {row[0].date() for row in found["last_fridays_costliest_request"]} == {date(2026, 9, 25)}
    mystery = sum(row[6] for row in found["mystery_spend_of_last_seven_days"])
    assert mystery == sample_night.value(
        "select sum(cost_usd) from marts.fct_priced_requests where usage_date >= '2026-09-24' "
        "and attribution_status in ('unattributed', 'unregistered_team')"
    )


def test_traffic_rerated_at_unchanged_prices_costs_the_same(sample_night, found):
    for _, model, _, _, _, was, new, change in found["rerate_old_traffic"]:
        assert change == new - was, model
    assert any(row[7] == 0 and row[5] > Decimal(0) for row in found["rerate_old_traffic"])


@pytest.mark.long
def test_postgres_gives_the_same_answers(sample_night, found, postgres, tmp_path):
    project = Project(tmp_path, sample_night.landing, postgres, now=AFTER_SAMPLE)
    project.load()
    project.build()
    theirs = answers(project)
    for name in NAMES:
        assert comparable(theirs[name]) == comparable(found[name]), name
