"""Spark gives the marts of DuckDB, row for row and digit for digit.

Harm guarded against: figures that differ, by a trimmed decimal or a day read in another time zone,
on the cluster of whoever outgrew one machine.
"""

import shutil
from pathlib import Path

import pytest

from scripts.generate_sample_data import main as generate
from tests.python import test_adapters
from tests.python.project import Project, assert_same_marts
from tests.python.spark_cluster import Cluster, SparkProject

pytestmark = pytest.mark.spark
ARGUMENTS = ["--requests", "1500", "--days", "20", "--start", "2026-07-20"]
DAY_WITHOUT_REQUESTS = "2026-08-09"
GHOST = (
    "insert into intermediate.int_trace_days select "
    "'a trace that is gone', 1, 1, first_usage_at, last_usage_at, team_id, service_name, feature, "
    "1, cost_usd, dearest_step_cost_usd, dearest_request_key, unpriced_count, "
    f"date '{DAY_WITHOUT_REQUESTS}' from intermediate.int_trace_days limit 1"
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.stop()


def test_two_nights_on_a_cluster_equal_one_on_duckdb(tmp_path, cluster):
    """Late files, copies and a day that comes back empty among them."""
    landing = tmp_path / "landing"
    assert generate(["--landing", str(landing), *ARGUMENTS]) == 0
    duckdb = Project(tmp_path / "duckdb", landing)
    (tmp_path / "duckdb").mkdir()
    duckdb.load()
    duckdb.dbt("build", "--exclude-resource-type", "unit_test", "test")

    files = [p for p in sorted(landing.rglob("*")) if p.is_file() and not p.name.startswith("_")]
    spark = SparkProject(tmp_path, tmp_path / "landing-of-spark", cluster)
    deliver(files[::2], landing, spark.landing)
    spark.nightly("build", "--exclude-resource-type", "unit_test", "test")
    deliver(files[1::2], landing, spark.landing)
    spark.nightly("run", before=GHOST)

    assert cluster.executors() == 2
    assert_same_marts(spark.marts(), duckdb.marts())


def deliver(files: list[Path], origin: Path, landing: Path) -> None:
    for file in files:
        target = landing / file.relative_to(origin)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def test_the_adapters_answer_as_on_the_other_engines(tmp_path, cluster):
    spark = SparkProject(tmp_path, tmp_path, cluster)
    found = test_adapters.ask(spark)
    expected = {name: answer for name, (_, answer) in test_adapters.CASES.items()}
    assert {name: test_adapters.shortened(name, found[name]) for name in expected} == expected
    assert found["utc_now"] == "utc"
