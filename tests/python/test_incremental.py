"""A warehouse built night by night equals one built at once.

Harm guarded against: a late file, a corrected price or a moved credential that reaches some days
and not others, so that the figures depend on when the job ran.
"""

import random
import shutil
from pathlib import Path

import pytest

from scripts.cli import main
from tests.python.prepared import shared
from tests.python.project import Project, assert_same_marts, copy_project

pytestmark = pytest.mark.wide

ARGUMENTS = ["--requests", "3000", "--days", "24", "--start", "2026-07-20"]


@pytest.fixture(scope="module")
def landing():
    def make(folder):
        assert main(["sample", "--landing", str(folder / "landing"), *ARGUMENTS]) == 0
        return folder / "landing"

    return shared("incremental-landing", make)


@pytest.fixture(scope="module")
def at_once(landing):
    """Built by the commands that users run, from nothing: so it also shows that a warehouse which
    begins as a prepared one, and leaves out what it has, ends with the same rows.
    """

    def make(folder):
        project = Project(folder, landing)
        project.ai_cost("load")
        project.build_as_users_do("--exclude-resource-type", "unit_test", "test")
        return project.marts()

    return shared("incremental-at-once", make)


def files_of(landing: Path) -> list[Path]:
    return [p for p in sorted(landing.rglob("*")) if p.is_file() and not p.name.startswith("_")]


def deliver(files: list[Path], origin: Path, landing: Path) -> None:
    for file in files:
        target = landing / file.relative_to(origin)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


@pytest.mark.long
def test_files_in_any_order_over_three_nights(tmp_path, landing, at_once):
    files = files_of(landing)
    random.Random(11).shuffle(files)
    project = Project(tmp_path, tmp_path / "landing")
    for night in range(3):
        deliver(files[night::3], landing, project.landing)
        project.nightly()
    assert_same_marts(project.marts(), at_once)


def test_a_first_night_without_any_file_is_no_obstacle(tmp_path, landing, at_once):
    project = Project(tmp_path, tmp_path / "landing")
    project.landing.mkdir()
    project.nightly()
    assert project.value("select count(*) from marts.fct_priced_requests") == 0
    deliver(files_of(landing), landing, project.landing)
    project.nightly()
    assert_same_marts(project.marts(), at_once)


def test_changed_rules_rebuild_exactly_the_days_they_hold_on(tmp_path, landing):
    root = copy_project(tmp_path)
    changing = Project(tmp_path, landing, root=root)
    changing.nightly()
    before = dict(changing.rows("select usage_date, max(built_at) from ops.built_days group by 1"))

    with (root / "seeds/rate_cards/rate_card_prices.csv").open("a") as card:
        card.write(
            "list-2026-12-01,openai,gpt-4o,output,standard,global,0,false,9.00,1000000,"
            "2026-08-01 00:00:00,2026-08-04 00:00:00,2026-12-01 00:00:00,effective,test\n"
        )
    owners = root / "seeds/organization/credential_owners.csv"
    owners.write_text(
        owners.read_text()
        .replace("2025-01-01,2026-08-01", "2025-01-01,2026-08-08")
        .replace(",research,default,2026-08-01", ",research,default,2026-08-08")
    )
    changing.build()

    after = dict(changing.rows("select usage_date, max(built_at) from ops.built_days group by 1"))
    rebuilt = {str(day) for day in after if after[day] != before[day]}
    # 08-01 to 08-03 for the price, and up to the day before 08-08 for the owner.
    assert rebuilt == {f"2026-08-0{day}" for day in range(1, 8)}

    fresh = tmp_path / "fresh"
    fresh.mkdir()
    whole = Project(fresh, landing, root=root)
    whole.nightly()
    assert_same_marts(changing.marts(), whole.marts())


def test_a_backfill_of_named_days_changes_nothing_that_was_right(tmp_path, landing, at_once):
    project = Project(tmp_path, landing)
    project.nightly()
    project.build("--vars", "{start_date: 2026-07-25, end_date: 2026-07-27}")
    assert_same_marts(project.marts(), at_once)
    project.build("--full-refresh")
    assert_same_marts(project.marts(), at_once)
