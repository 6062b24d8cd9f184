"""The dashboard in a real Apache Superset: imported, and every chart asked: make test-superset.

Harm guarded against: a zip that Superset refuses or half takes, which is noticed by the first who
imports it; a chart that is an error.
"""

import json
import os
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from scripts.cli import main
from scripts.dashboards.charts import read
from tests.python import mart_tables
from tests.python.project import ROOT

pytestmark = pytest.mark.superset

PYTHON = ROOT / ".venv-superset" / "bin" / "python"
DASHBOARD = read()
CHARTS = {chart.title: chart for chart in DASHBOARD.charts}


def asked(folder: Path, address: str, password: str = "") -> dict:
    """What Superset says after it has imported the dashboards for an address."""
    folder.mkdir()
    assert main(["export", "dashboards", str(folder), "--address", address]) == 0
    done = subprocess.run(
        [PYTHON, ROOT / "tests" / "python" / "superset_answers.py", folder / "superset.zip",
         folder / "answers.json", password],
        env={"PATH": os.environ["PATH"]},
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:]
    return json.loads((folder / "answers.json").read_text())


@pytest.fixture(scope="module")
def published(sample_night, tmp_path_factory) -> dict:
    """Over the copy that people read; the sample's build left out tests, which is no whole one."""
    folder = tmp_path_factory.mktemp("superset")
    night = sample_night.copy(folder)
    night.write(
        "insert into ops.build_events (invocation_id, event, status, is_whole, happened_at) "
        "select 'night', event, status, true, now() at time zone 'UTC' "
        "from (values ('started', 'running'), ('finished', 'passed')) as t (event, status)"
    )
    night.ai_cost("publish", "--to", str(folder / "published"))
    return asked(folder / "home", f"duckdb:///{folder}/published/warehouse.duckdb")


def check(found: dict) -> None:
    assert found["dashboard"] == DASHBOARD.title
    assert found["on_dashboard"] == sorted(CHARTS)
    # the range of days asks no mart
    assert found["filters"] == {
        "Days": [None], **{each.label: [each.marts[0]] for each in DASHBOARD.filters}
    }  # fmt: skip
    assert set(found["answers"]) == set(CHARTS)
    for title, answer in found["answers"].items():
        chart = CHARTS[title]
        assert answer["error"] is None, f"{title}: {answer['error']}\n{answer['sql']}"
        assert answer["mart"] == chart.mart.name
        assert answer["rows"], f"{title}\n{answer['sql']}"


def test_every_chart_answers_over_the_published_copy(published):
    check(published)


def test_the_figures_are_those_of_the_marts(published, sample_night):
    """To the cent: Superset reads decimals as floating point."""
    spend = round(sample_night.value("select sum(cost_usd) from marts.fct_spend_daily"), 2)
    answers = published["answers"]
    by = ("day and team", "team", "model", "customer")
    for title in ("Cost", *(f"Cost by {each}" for each in by)):
        found = sum(Decimal(str(row["cost"])) for row in answers[title]["rows"] if row["cost"])
        assert round(found, 2) == spend, title


def test_every_chart_answers_over_postgres(tmp_path, postgres, sample_night):
    """The rows are the sample's."""
    mart_tables.take_over(sample_night, postgres, DASHBOARD.marts)
    where = "{PGUSER}:XXXXXXXXXX@/{PGDATABASE}?host={PGHOST}".format(**postgres)
    password = postgres["PGPASSWORD"] or "none"
    check(asked(tmp_path / "home", f"postgresql+psycopg2://{where}", password))
