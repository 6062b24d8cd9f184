"""Whatever record is accepted and whatever row of policy may be meant, the night ends well.

Harm guarded against: one figure, too large or too small, that stops this night and every later one.
The loader's tests bend records too; here all models and all tests are built on them.
"""

import re

import pytest

from tests.python import absurd_seeds
from tests.python.extremes import write_landing
from tests.python.project import Project

pytestmark = pytest.mark.wide


def build(folder, records: int, copies: int, seed: int = 1) -> Project:
    """A night on records, bills and seeds at their extremes; fails with what dbt said."""
    project = Project(folder, folder / "landing")
    write_landing(project.landing, records, copies, seed)
    absurd_seeds.traffic(project.landing)
    absurd_seeds.add(project.root, absurd_seeds.legal())
    project.load()
    project.dbt("build", "--exclude-resource-type", "unit_test")
    return project


@pytest.fixture(scope="module")
def extreme(tmp_path_factory):
    return build(tmp_path_factory.mktemp("extreme"), records=1400, copies=2)


def test_a_night_of_extremes_ends_well(extreme):
    """Its records are there: a build of nothing would end well too."""
    assert extreme.value("select count(*) from marts.fct_priced_requests") > 1000
    assert extreme.value("select max(cost_usd) from marts.fct_priced_requests") > 10**7


def test_a_team_that_stops_has_no_error_of_millions(extreme):
    """USD 20 a day in August, two tokens in September: the plan is judged, the forecast is not."""
    found = extreme.rows(
        "select budget_period, coalesce(forecast_error_share, 0) < 1000 "
        "from marts.fct_budget_status where team_id = 'growth' "
        "and budget_period between '2026-08-01' and '2026-10-01'"
    )
    assert len(found) == 3
    assert all(is_sane for _, is_sane in found)


def test_a_price_of_a_thousand_per_million_is_exact(extreme):
    assert (
        extreme.rows(
            "select cast(output_cost_usd as varchar) from marts.fct_priced_requests "
            "where billed_model = 'absurd-4' and output_tokens = 1"
        )
        == [("0.001000000000000",)] * 4
    )


def test_a_figure_nobody_can_have_meant_is_refused_by_name(tmp_path):
    project = Project(tmp_path, tmp_path)
    for seed, row, _ in absurd_seeds.REFUSED:
        absurd_seeds.add(project.root, {seed: [row]})
    with pytest.raises(AssertionError) as failed:
        project.ai_cost(
            *("build", "--", "--select", "resource_type:seed"),
            *("--indirect-selection", "cautious"),
        )
    said = " ".join(str(failed.value).split())
    assert not re.search(r"(Conversion|Out of Range|Runtime|Database|Compilation) Error", said)
    assert not [name for _, _, name in absurd_seeds.REFUSED if name not in said]


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_a_night_of_thirty_thousand_bent_records_ends_well(tmp_path, seed):
    project = build(tmp_path, records=30_000, copies=10, seed=seed)
    assert project.value("select count(*) from marts.fct_priced_requests") > 15_000
