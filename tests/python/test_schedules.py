"""Whatever arrives in whatever order over however many nights: the marts are those of one build.

Harm guarded against: figures that depend on when a file came, how it was cut, or on which night a
rule was changed.
"""

import json
import shutil
from pathlib import Path

import pytest

from scripts.cli import main
from tests.python.landing import event
from tests.python.project import Project, assert_same_marts, copy_project
from tests.python.schedules import UNKNOWN, Schedule, change, deliver

pytestmark = pytest.mark.wide

GATEWAYS = Path(__file__).parent / "fixtures" / "gateways"
# Langfuse's polls repeat an observation as it grows; nginx knows only what passed through it.
FIXTURES = ("langfuse_observations", "nginx_access_logs")
ARGUMENTS = ["--requests", "900", "--days", "12", "--start", "2026-07-20"]


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schedules") / "landing"
    assert main(["sample", "--landing", str(folder), *ARGUMENTS]) == 0
    for name in FIXTURES:
        shutil.copytree(GATEWAYS / name, folder / name)
    lines = [
        event(number, timestamp=f"2026-07-{20 + number // len(UNKNOWN)}T10:00:00Z", team=team)
        | {"provider": "openai", "model": "gpt-5.4", "input_tokens": 1000, "output_tokens": 10}
        for number, team in enumerate(UNKNOWN * 12)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "envelope_events" / "unknown.jsonl").write_text(text)
    return folder


def assert_nights_equal_a_full_refresh(
    folder: Path, origin: Path, seed: int, nights: int, databases: list[dict | None]
) -> None:
    schedule = Schedule(seed, origin, nights)
    print(f"seed {seed}: {schedule.described()}")
    root = copy_project(folder)
    night_by_night, at_once = (
        Project(folder / name, folder / "landing", database, root)
        for name, database in zip(("nights", "once"), databases, strict=True)
    )
    for project in (night_by_night, at_once):
        project.warehouse.parent.mkdir()
    for files, rules in zip(schedule.files, schedule.rules, strict=True):
        deliver(files, night_by_night.landing)
        change(rules, root)
        # as users run it: what is unchanged is left out only after a night with every test
        night_by_night.ai_cost("nightly")
    at_once.ai_cost("nightly")
    expected = at_once.marts()
    assert_same_marts(night_by_night.marts(), expected)
    print({name: len(rows) for name, rows in expected.items()})
    # the first night that changes rules names this team, from a day on which it has a request
    named = "select count(*) from marts.fct_priced_requests where team_id = 'skunkworks-1'"
    assert at_once.value(named) < 12
    assert min(len(expected[name]) for name in ("fct_priced_requests", "fct_spend_daily")) > 300


def test_three_random_nights(tmp_path, origin):
    assert_nights_equal_a_full_refresh(tmp_path, origin, 1, 3, [None, None])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 8))
def test_more_random_nights(tmp_path, origin, seed):
    assert_nights_equal_a_full_refresh(tmp_path, origin, seed, 3 + seed % 4, [None, None])


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8, 11))
def test_random_nights_on_postgres(tmp_path, origin, new_database, seed):
    databases = [new_database(), new_database()]
    assert_nights_equal_a_full_refresh(tmp_path, origin, seed, 4, databases)
