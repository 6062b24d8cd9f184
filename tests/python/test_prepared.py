"""What tests leave out is what would be made of the same again, and nothing else.

Harm guarded against: a test that passes on what another state of the project, another seed or
another day has left.
"""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from scripts.operations.made_of import CLOCK, INSTANT, Definitions, asking
from tests.python import prepared
from tests.python.project import PARSED, ROOT, Project, copy_project
from tests.python.warm_dbt import read_manifest

NODES = {
    "seed.prices": {"kind": "seed", "path": "seeds/prices.csv", "parents": []},
    "seed.teams": {"kind": "seed", "path": "seeds/teams.csv", "parents": []},
    "model.steps": {"kind": "view", "path": "", "parents": ["seed.prices"]},
    "model.windows": {"kind": "table", "path": "", "parents": ["model.steps"]},
    "model.dim_teams": {"kind": "table", "path": "", "parents": ["seed.teams"]},
    "model.requests": {"kind": "view", "path": "", "parents": ["source.logs"]},
    "model.priced": {
        "kind": "incremental",
        "path": "",
        "parents": ["model.requests", "model.windows"],
    },
    "model.spend": {"kind": "table", "path": "", "parents": ["model.priced"]},
}


for node in NODES.values():
    node |= {"asks_clock": False, "asks_date": False}
NODES["model.dim_teams"]["asks_clock"] = True


def made_of(root, key="code") -> dict[str, str]:
    return Definitions(NODES, root, key).all()


def differing(one: dict, other: dict) -> set[str]:
    assert set(one) == set(other)
    return {name.partition(".")[2] for name in one if one[name] != other[name]}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "seeds").mkdir()
    for name in ("prices", "teams"):
        (tmp_path / "seeds" / f"{name}.csv").write_text("a,b\n1,2\n")
    return tmp_path


def test_tests_of_a_file_run_on_one_worker(tmp_path):
    """Two workers would each build the warehouse that the file's tests share."""
    (command,) = re.findall(r"^PYTEST := \S+ (.+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for name in ("one", "other"):
        (tmp_path / f"test_{name}.py").write_text(
            "import os, pathlib, pytest\n"
            "@pytest.mark.parametrize('number', range(6))\n"
            "def test_worker(number):\n"
            f"    with pathlib.Path({name!r}).open('a') as file:\n"
            "        file.write(os.environ['PYTEST_XDIST_WORKER'] + ' ')\n"
        )
    two = command.replace("-n auto", "-n 2").split()
    subprocess.run([sys.executable, *two, tmp_path], cwd=tmp_path, check=True, capture_output=True)
    workers = [set((tmp_path / name).read_text().split()) for name in ("one", "other")]
    assert [len(each) for each in workers] == [1, 1] and workers[0] != workers[1]


def test_what_logs_or_the_clock_go_into_is_always_made(root):
    made_always = set(NODES) - set(made_of(root))
    assert made_always == {"model.priced", "model.spend", "model.dim_teams"}


def test_a_changed_seed_remakes_itself_and_the_tables_behind_it(root):
    before = made_of(root)
    (root / "seeds" / "prices.csv").write_text("a,b\n1,3\n")
    assert differing(before, made_of(root)) == {"prices", "windows"}


def test_changed_code_remakes_everything(root):
    before = made_of(root)
    assert differing(before, made_of(root, key="other")) == {
        name.partition(".")[2] for name in before
    }


@pytest.mark.parametrize(
    "change",
    [
        "models/marts/chargeback/dim_teams.sql",
        "models/marts/chargeback/dim_teams.yml",
        "macros/types.sql",
        "macros/of_a_test.sql",
        "tests/assertions/assert_rates_are_exact.sql",
        "seeds/policy/of_a_test.csv",
        "dbt_project.yml",
        "profiles.yml",
    ],
)
def test_the_key_of_the_code_has_all_that_dbt_reads(tmp_path, change):
    root = copy_project(tmp_path)
    before = prepared.code_key(root, {})
    with (root / change).open("a") as file:
        file.write("\n")
    assert prepared.code_key(root, {}) != before


def test_settings_count_and_places_do_not(tmp_path):
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "_teams.yml").write_text("a")
    plain = prepared.code_key(ROOT, {})
    assert prepared.code_key(ROOT, {"AI_COST_LANDING": "x", "HOME": "y"}) == plain
    named = prepared.code_key(ROOT, {"AI_COST_ORGANIZATION": str(ours)})
    (ours / "_teams.yml").write_text("b")
    changed = prepared.code_key(ROOT, {"AI_COST_ORGANIZATION": str(ours)})
    with_variable = prepared.code_key(ROOT, {}, {"trace_lookback_days": 2})
    assert len({plain, named, changed, with_variable}) == 4


def test_tables_know_the_day_and_the_instant_that_is_told():
    assert str(datetime.now(UTC).date()) in prepared.moment({})
    assert prepared.moment({}) != prepared.moment({CLOCK: "2026-10-05T06:00:00Z"})


def test_no_view_asks_for_the_instant(tmp_path):
    """A view that knew it would keep that of the run before; tables alone are made again for it."""
    project = Project(tmp_path, tmp_path)
    manifest = read_manifest(project.parsed() / PARSED)
    asks = asking(manifest, frozenset({INSTANT}))
    kinds = {
        node.config.materialized
        for node in manifest.nodes.values()
        if node.resource_type == "model" and asks & set(node.depends_on_macros)
    }
    assert kinds and "view" not in kinds


def test_variables_of_a_command():
    assert prepared.variables(("run", "--vars", "{start_date: 2026-07-25}", "-s", "x")) == {
        "start_date": datetime(2026, 7, 25).date()
    }
    assert prepared.variables(("build",)) == {}


def test_what_failed_half_way_is_made_again(tmp_path):
    place = tmp_path / "cache" / "thing"
    with pytest.raises(ValueError), prepared.made_once(place) as is_missing:
        assert is_missing
        place.mkdir()
        (place / "half").touch()
        raise ValueError
    with prepared.made_once(place) as is_missing:
        assert is_missing and not place.exists()
        place.mkdir()
    with prepared.made_once(place) as is_missing:
        assert not is_missing and place.is_dir()


def test_a_warehouse_of_all_workers_is_not_written_to(tmp_path):
    project = Project(tmp_path, tmp_path, root=ROOT).freeze()
    for write in (project.load, project.build, lambda: project.dbt("test")):
        with pytest.raises(AssertionError, match="others read this warehouse"):
            write()


def test_a_command_of_its_own_leaves_nothing_that_is_known(tmp_path):
    """Who else writes to a warehouse is not asked what it did there."""
    project = Project(tmp_path, tmp_path, root=ROOT)
    project.known.write_text('{"model.steps": "x"}')
    project.start("true").wait()
    assert not project.known.exists()


def test_what_is_not_in_git_goes_into_no_copy():
    assert not {".test-cache", "target", "logs"} & {path.name for path in _copied().iterdir()}


def _copied():
    return prepared.shared("copy", copy_project)


def test_a_copy_of_a_warehouse_has_what_the_first_one_knows(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    first = Project(one, tmp_path, root=ROOT, environment={"AI_COST_EXTRA": "1"})
    first.warehouse.write_bytes(b"w")
    first.known.write_text("{}")
    second = first.copy(two)
    assert second.warehouse.read_bytes() == b"w" and second.known.read_text() == "{}"
    assert second.environment["AI_COST_EXTRA"] == "1"
    assert second.environment["AI_COST_WAREHOUSE"] == os.path.relpath(second.warehouse, ROOT)
    shutil.rmtree(one)
