"""A quarter is compared with the one a year before, on the sample with its year of history.

Harm guarded against: a year-on-year figure that no data ever reached, and so nobody ever saw wrong.
"""

import json
from decimal import Decimal

import pytest

from scripts.cli import main
from tests.python.project import AFTER_SAMPLE, Project

pytestmark = pytest.mark.wide

QUARTERS = ("2025-07-01", "2026-07-01")


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    landing = folder / "landing"
    asked = ["--requests", "1000", "--days", "20", "--history"]
    assert main(["sample", "--landing", str(landing), *asked]) == 0
    project = Project(folder, landing, now=AFTER_SAMPLE)
    project.load()
    project.build_part("+fct_spend_quarterly")
    return project


def test_the_year_before_is_the_answer_sheets(long):
    told = json.loads((long.landing / "_truth.json").read_text())["history"]
    expected = [
        (row["team_id"], row["provider"], Decimal(row["priced_usd"]))
        for row in told["by_quarter"]
        if row["quarter"] == QUARTERS[0]
    ]
    assert len(expected) == 10
    found = long.rows(
        "select team_id, provider, year_ago_cost_usd, year_change_usd - cost_usd "
        "from marts.fct_spend_quarterly "
        f"where period_grain = 'quarter' and period_start_date = '{QUARTERS[1]}' "
        "and year_ago_cost_usd is not null order by 1, 2"
    )
    assert [row[:3] for row in found] == expected
    assert [-less for *_, less in found] == [cost for *_, cost in expected]


def test_all_of_the_history_is_priced(long):
    told = json.loads((long.landing / "_truth.json").read_text())["history"]
    assert long.rows(
        "select count(*), sum(cost_usd) from marts.fct_priced_requests "
        "where service_name = 'history-svc'"
    ) == [(told["attempts"], Decimal(told["priced_usd"]))]
