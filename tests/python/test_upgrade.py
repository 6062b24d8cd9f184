"""A warehouse under another version of the project than the one that built it.

Harms guarded against: old rows beside new ones, made by two kinds of SQL, in one table, because
somebody forgot a full refresh; an older checkout that puts a newer warehouse back.
"""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.python.landing import Landing, event
from tests.python.project import ROOT, Project, copy_project

pytestmark = pytest.mark.wide

# Enough of the project: attempts, and sums of them.
PART = ("--select", "+int_priced_attempts", "+int_rateable_usage_daily")
ENGINES = ["duckdb", "postgres"]


@pytest.fixture(params=ENGINES)
def project(request, tmp_path):
    landing = Landing(tmp_path)
    for day in ("2026-10-01", "2026-10-02"):
        landing.put(
            f"envelope_events/{day}.jsonl",
            [
                event(f"{day}-{number}", team="growth", provider="openai", model="gpt-4o")
                | {"timestamp": f"{day}T10:00:00Z", "input_tokens": 1000, "output_tokens": number}
                for number in range(1, 4)
            ],
        )
    engine = request.param
    database = request.getfixturevalue("postgres") if engine == "postgres" else None
    # bare: which models were built whole is counted from nothing
    return Project(tmp_path, landing.folder, database, copy_project(tmp_path), is_bare=True)


def built(project: Project) -> tuple[str, dict, dict]:
    """What a build says; cost by day, and how often each model was built whole."""
    said = project.ai_cost("build", "--", *PART, "--exclude", "test_type:data")
    costs = "select usage_date, sum(cost_usd) from intermediate.int_priced_attempts group by 1"
    whole = (
        "select model_name, count(*) from ops.built_models "
        "where model_name in ('int_priced_attempts', 'int_rateable_usage_daily') group by 1"
    )
    return said, dict(project.rows(costs)), dict(project.rows(whole))


def give_column(root: Path, seed: str) -> None:
    """One more column of a seed, as an upgrade brings it."""
    file = next(root.glob(f"seeds/*/{seed}.csv"))
    header, *rows = file.read_text().splitlines()
    file.write_text("\n".join([f"{header},told", *(f"{row},by hand" for row in rows)]) + "\n")
    for declared in root.glob("seeds/*/*.yml"):
        content = yaml.safe_load(declared.read_text())
        for each in content.get("seeds", []):
            if each["name"] == seed:
                each["columns"].append({"name": "told", "data_type": "varchar"})
                each["config"]["column_types"]["told"] = "varchar"
                # in the order of the file: the columns of a price file are read by place
                declared.write_text(yaml.safe_dump(content, sort_keys=False))


def test_days_of_old_sql_are_built_again_once_and_said_so(project):
    project.load()
    said, costs, whole = built(project)
    assert "has changed" not in said
    assert whole == {"int_priced_attempts": 1, "int_rateable_usage_daily": 1}
    assert len(costs) == 2

    # Nothing that the attempts are made of.
    model = next(project.root.glob("models/**/int_rateable_usage_daily.sql"))
    model.write_text("-- said otherwise\n" + model.read_text())
    said, again, whole = built(project)
    (line,) = [line for line in said.splitlines() if "has changed" in line]
    assert line.endswith(": int_rateable_usage_daily")
    assert (again, whole) == (costs, {"int_priced_attempts": 1, "int_rateable_usage_daily": 2})

    # A macro three steps above the attempts, and no new data.
    macro = next(project.root.glob("macros/**/meter_cost.sql"))
    before = macro.read_text()
    assert "_rate_usd\n" in before
    macro.write_text(before.replace("_rate_usd\n", "_rate_usd * 2\n"))
    give_column(project.root, "holiday_calendars")
    said, doubled, whole = built(project)
    (line,) = [line for line in said.splitlines() if "has changed" in line]
    named = set(line.rpartition(": ")[2].split(", "))
    assert {"int_priced_attempts", "int_rateable_usage_daily"} <= named
    assert doubled == {day: 2 * cost for day, cost in costs.items()}
    assert project.rows("select distinct told from seeds.holiday_calendars") == [("by hand",)]

    said, again, whole = built(project)
    assert "has changed" not in said
    assert (again, whole) == (doubled, {"int_priced_attempts": 2, "int_rateable_usage_daily": 3})

    settings = project.root / "dbt_project.yml"
    settings.write_text(settings.read_text().replace('&version "0.1.0"', '&version "0.0.9"'))
    for command in ("nightly", "build"):
        process = project.start(
            *(sys.executable, "-m", "scripts.cli", command), stdout=subprocess.PIPE, text=True
        )
        output, _ = process.communicate()
        assert process.returncode == 2, output
        line = output.splitlines()[-1]
        assert "version 0.1.0 of the project has built this warehouse" in line
        assert "this is version 0.0.9" in line


def test_the_version_stands_in_both_places_alike():
    import tomllib

    settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert settings["version"] == settings["vars"]["project_version"] == package["version"]
