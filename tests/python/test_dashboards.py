"""The dashboards that people import: whole, alike, and every query of them answered.

Harm guarded against: a chart that is empty because a column was renamed, two tools that show two
figures for one question, an import that makes everything a second time.
"""

import io
import json
import re
from contextlib import closing
from decimal import Decimal
from zipfile import ZipFile

import duckdb
import pytest
import yaml

from scripts.cli import main
from scripts.dashboards import grafana, superset
from scripts.dashboards.charts import OVER_TIME, read
from tests.python import mart_tables
from tests.python.project import ROOT

DASHBOARD = read()
CHARTS = {chart.name: chart for chart in DASHBOARD.charts}
ADDRESS = "duckdb:////somewhere/warehouse.duckdb"
WORDS_OF_SQL = {"sum", "count", "min", "max", "cast", "as", "double", "precision", "nullif"}
WORDS_OF_SQL |= {"case", "when", "then", "end"}


@pytest.fixture(scope="module")
def bundle() -> dict[str, dict]:
    """Every file of the zip, read; names without the folder around them."""
    with ZipFile(io.BytesIO(superset.archive(DASHBOARD, ADDRESS))) as archive:
        assert archive.testzip() is None
        return {
            name.split("/", 1)[1]: yaml.safe_load(archive.read(name)) for name in archive.namelist()
        }


@pytest.fixture(scope="module")
def document() -> dict:
    return json.loads(grafana.document(DASHBOARD))


def panels(document: dict) -> list[dict]:
    return [panel for panel in document["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_asks_for_columns_that_its_mart_promises(name):
    chart = CHARTS[name]
    columns = {each.name for each in chart.mart.columns}
    asked = {*chart.by, *chart.mart.filters, *filter(None, [chart.mart.time])}
    for measure in chart.measures:
        words = re.findall(r"[a-z_][a-z0-9_]*", re.sub(r"'[^']*'", "", measure.sql))
        asked |= set(words) - WORDS_OF_SQL
    assert asked <= columns
    assert set(superset._FORMATS) == set(grafana._UNITS)
    assert {each.unit for each in chart.measures} <= set(grafana._UNITS)
    assert chart.question.endswith("?") and chart.width in (4, 6, 12)


def test_only_measures_and_marts_that_a_chart_shows_are_listed():
    shown = {(chart.mart.name, each.name) for chart in DASHBOARD.charts for each in chart.measures}
    listed = {(mart.name, name) for mart in DASHBOARD.marts.values() for name in mart.measures}
    # an analyst may want to count what a chart only sums up
    assert listed - shown == {("fct_attribution_coverage_daily", "attempts")}


def test_what_is_counted_in_money_says_so():
    """Harm: a figure without its unit is read as euros, or as thousands."""
    for mart in DASHBOARD.marts.values():
        for measure in mart.measures.values():
            assert measure.label.endswith("USD") == (measure.unit == "usd"), measure.label


def test_unknown_money_stands_beside_the_known():
    """Harm: a cost that looks whole although attempts without a price are not in it."""
    for name in ("cost_by_model", "forecast"):
        assert "unpriced" in [each.name for each in CHARTS[name].measures]
    assert DASHBOARD.sections["Spend"][0][1].name == "unpriced"


def test_both_tools_have_the_same_charts(bundle, document):
    titles = [chart.title for chart in DASHBOARD.charts]
    assert len(set(titles)) == len(titles)
    assert [panel["title"] for panel in panels(document)] == titles
    assert sorted(
        each["slice_name"] for name, each in bundle.items() if name.startswith("charts/")
    ) == sorted(titles)


def test_the_zip_is_what_superset_s_own_exports_are(bundle):
    assert bundle["metadata.yaml"]["version"] == "1.0.0"
    assert bundle["metadata.yaml"]["type"] == "Dashboard"
    (database,) = (each for name, each in bundle.items() if name.startswith("databases/"))
    assert database["sqlalchemy_uri"] == ADDRESS and database["allow_dml"] is False
    assert database["extra"]["engine_params"] == {"connect_args": {"read_only": True}}
    datasets = {each["uuid"]: each for name, each in bundle.items() if name.startswith("datasets/")}
    assert {each["table_name"] for each in datasets.values()} == set(DASHBOARD.marts)
    for each in datasets.values():
        assert each["database_uuid"] == database["uuid"] and each["schema"] == "marts"
        assert all(column["description"] for column in each["columns"])
    charts = {each["uuid"]: each for name, each in bundle.items() if name.startswith("charts/")}
    assert len(charts) == len(CHARTS)
    for each in charts.values():
        metrics = {metric["metric_name"] for metric in datasets[each["dataset_uuid"]]["metrics"]}
        (query,) = json.loads(each["query_context"])["queries"]
        assert set(query["metrics"]) <= metrics
    dashboard = bundle["dashboards/ai_cost.yaml"]
    placed = [part["meta"] for part in dashboard["position"].values() if "CHART" in part_type(part)]
    assert {each["uuid"] for each in placed} == set(charts)
    assert len({each["chartId"] for each in placed}) == len(charts)
    for each in dashboard["metadata"]["native_filter_configuration"]:
        assert all(
            target.get("datasetUuid", None) in {None, *datasets} for target in each["targets"]
        )


def part_type(part) -> str:
    return part.get("type", "") if isinstance(part, dict) else ""


def test_grafana_asks_which_source(document):
    source, *others = document["templating"]["list"]
    assert (source["name"], source["type"]) == ("source", "datasource")
    used = {panel["datasource"]["uid"] for panel in panels(document)}
    used |= {
        target["datasource"]["uid"] for panel in panels(document) for target in panel["targets"]
    }
    used |= {each["datasource"]["uid"] for each in others}
    assert used == {"${source}"}
    ids = [panel["id"] for panel in document["panels"]]
    assert len(set(ids)) == len(ids)


def test_no_panel_covers_another(document):
    taken = set()
    for panel in document["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken and at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells


def test_the_same_list_is_the_same_bytes(tmp_path, monkeypatch, capsys):
    """Harm: files under version control that change with every export."""
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    for folder in ("one", "two"):
        assert main(["export", "dashboards", str(tmp_path / folder), "--address", ADDRESS]) == 0
    for name in ("superset.zip", "grafana.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert f"{len(CHARTS)} charts" in capsys.readouterr().out


@pytest.mark.parametrize(
    "target, address",
    [
        ("duckdb", "duckdb:///{folder}/published/warehouse.duckdb"),
        ("postgres", "postgresql+psycopg2://bi_reader:XXXXXXXXXX@db:5433/ai"),
    ],
)
def test_superset_opens_what_people_read(tmp_path, monkeypatch, capsys, target, address):
    """The published copy, or PostgreSQL as the reader; a password is in no file."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "AI_COST_TARGET": target, "PGHOST": "db", "PGPORT": "5433", "PGDATABASE": "ai",
        "PGPASSWORD": "of-the-owner",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    assert main(["export", "dashboards", "out"]) == 0
    with ZipFile("out/superset.zip") as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert f"sqlalchemy_uri: {address.format(folder=tmp_path.resolve())}\n" in text
    assert "of-the-owner" not in text + capsys.readouterr().out


def test_spark_is_told_what_dashboards_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AI_COST_TARGET", "spark")
    assert main(["export", "dashboards", str(tmp_path / "out")]) == 2
    assert "dashboards read DuckDB or PostgreSQL" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def as_grafana(sql: str, values: dict[str, list]) -> str:
    """What Grafana makes of its words: all days, and all values of each variable."""
    sql = re.sub(
        r"\$__timeFilter\((\w+)\)",
        r"\1 between '2000-01-01T00:00:00Z' and '2100-01-01T00:00:00Z'",
        sql,
    )
    for name, found in values.items():
        quoted = ",".join("'{}'".format(each.replace("'", "''")) for each in found)
        sql = sql.replace(f"${{{name}:sqlstring}}", quoted or "''")
    return sql


@pytest.mark.parametrize("name", CHARTS)
def test_every_query_is_answered_by_duckdb(sample_night, name):
    assert sample_night.rows(CHARTS[name].query())


def test_the_charts_say_what_the_marts_say(sample_night):
    """Harm: a chart whose sum is not that of the report and the headline."""
    spend = sample_night.value("select sum(cost_usd) from marts.fct_spend_daily")
    assert str(sample_night.value(CHARTS["cost"].query())) == str(spend)
    for name in ("cost_by_day", "cost_by_team", "cost_by_provider", "cost_by_model"):
        chart = CHARTS[name]
        place = len(chart.by) + chart.is_over_time
        found = [row[place] for row in sample_night.rows(chart.query())]
        assert str(sum((each for each in found if each is not None), Decimal(0))) == str(spend)
    lines = sample_night.value("select count(*) from marts.fct_reconciliation_daily")
    assert sum(row[2] for row in sample_night.rows(CHARTS["verdicts"].query())) == lines
    shares = [row[1] for row in sample_night.rows(CHARTS["cache_share"].query())]
    assert all(0 <= each <= 1 for each in shares if each is not None) and any(shares)


def test_every_query_is_answered_by_postgres_as_grafana_asks_it(postgres, sample_night, document):
    """Rows of each mart that a chart reads are taken over from the sample."""
    mart_tables.take_over(sample_night, postgres, DASHBOARD.marts)
    with closing(mart_tables.connect(postgres)) as connection, connection.cursor() as cursor:
        values = {}
        for variable in document["templating"]["list"][1:]:
            cursor.execute(variable["query"])
            values[variable["name"]] = [row[0] for row in cursor.fetchall()]
            assert values[variable["name"]]
        for panel in panels(document):
            (target,) = panel["targets"]
            cursor.execute(as_grafana(target["rawSql"], values))
            found = [column.name for column in cursor.description]
            assert (found[0] == "time") == (target["format"] == "time_series")
            assert cursor.fetchall(), panel["title"]
            (kind,) = (each.kind for each in DASHBOARD.charts if each.title == panel["title"])
            assert (panel["type"] == "timeseries") == (kind in OVER_TIME)


def test_the_published_copy_answers_too(tmp_path):
    """It has the marts alone: a query of anything else would fail there."""
    file = mart_tables.make(tmp_path / "w.duckdb", {})
    with duckdb.connect(str(file), read_only=True) as connection:
        for chart in DASHBOARD.charts:
            connection.execute(chart.query())


def test_the_page_names_every_chart():
    page = (ROOT / "docs" / "bi.md").read_text()
    for section in DASHBOARD.sections:
        assert section.lower() in page.lower(), section
