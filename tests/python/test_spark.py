"""Spark gives the marts of DuckDB, row for row and digit for digit.

Harm guarded against: figures that differ, by a trimmed decimal or a day read in another time zone,
on the cluster of whoever outgrew one machine.
"""

import shutil
from pathlib import Path

import pytest

from scripts.cli import main
from tests.python import test_adapters
from tests.python.project import Project, assert_same_marts
from tests.python.spark_cluster import Cluster, SparkProject

pytestmark = pytest.mark.spark
ARGUMENTS = ["--requests", "1500", "--days", "20", "--start", "2026-07-20"]
DAY_WITHOUT_REQUESTS = "2026-08-09"
GHOST = (
    "insert into intermediate.int_trace_days select * except (usage_date), "
    f"date '{DAY_WITHOUT_REQUESTS}' from intermediate.int_trace_days limit 1"
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def duckdb(tmp_path_factory):
    """The sample on DuckDB, to compare with."""
    folder = tmp_path_factory.mktemp("duckdb")
    landing = folder / "landing"
    assert main(["sample", "--landing", str(landing), *ARGUMENTS]) == 0
    project = Project(folder, landing)
    project.load()
    project.dbt("build", "--exclude-resource-type", "unit_test", "test")
    return project


def test_a_night_on_a_cluster_equals_one_on_duckdb(tmp_path, cluster, duckdb):
    spark = SparkProject(tmp_path, tmp_path / "landing", cluster, duckdb)
    deliver(sent(duckdb), duckdb.landing, spark.landing)
    spark.nightly("build", "--exclude-resource-type", "unit_test", "test")
    assert cluster.executors() == 2
    assert_same_marts(spark.marts(), duckdb.marts())


@pytest.mark.long
def test_two_nights_on_a_cluster_equal_one_on_duckdb(tmp_path, cluster, duckdb):
    """Late files, copies and a day that comes back empty among them."""
    files = sent(duckdb)
    # spans count for the day after too, which has no requests: that day changes on the second night
    last_spans = max(file for file in files if "otel_genai_spans" in file.parts)
    late = {*files[1::2], last_spans}
    spark = SparkProject(tmp_path, tmp_path / "landing", cluster, duckdb)
    deliver([file for file in files if file not in late], duckdb.landing, spark.landing)
    spark.nightly("build", "--exclude-resource-type", "unit_test", "test")
    deliver(sorted(late), duckdb.landing, spark.landing)
    spark.nightly("run", before=GHOST)
    assert_same_marts(spark.marts(), duckdb.marts())


def sent(project: Project) -> list[Path]:
    files = sorted(project.landing.rglob("*"))
    return [file for file in files if file.is_file() and not file.name.startswith("_")]


def deliver(files: list[Path], origin: Path, landing: Path) -> None:
    for file in files:
        target = landing / file.relative_to(origin)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def test_the_adapters_answer_as_on_the_other_engines(tmp_path, cluster):
    spark = SparkProject(tmp_path, tmp_path, cluster, Project(tmp_path, tmp_path))
    found = test_adapters.ask(spark)
    expected = {name: answer for name, (_, answer) in test_adapters.CASES.items()}
    assert {name: test_adapters.shortened(name, found[name]) for name in expected} == expected
    assert found["utc_now"] == "utc"
