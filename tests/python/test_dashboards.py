"""The dashboards that people import: whole, alike, and every query of them answered.

Harm guarded against: a chart that is empty because a column was renamed, two tools that show two
figures for one question, an import that makes everything a second time.
"""

import io
import json
import re
import tarfile
from contextlib import closing
from decimal import Decimal
from zipfile import ZipFile

import duckdb
import pytest
import yaml

from scripts.cli import main
from scripts.dashboards import grafana, metabase, powerbi, superset
from scripts.dashboards.charts import OVER_TIME, Measure, read
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


@pytest.fixture(scope="module")
def questions() -> dict[str, dict]:
    """Every file of Metabase's archive, read, by its name without folders."""
    with tarfile.open(fileobj=io.BytesIO(metabase.archive(DASHBOARD))) as archive:
        names = archive.getnames()
        folders = {name.rsplit("/", 1)[0] for name in names}
        assert folders == {"ai_cost/collections/main/ai_cost"}
        return {
            name.rsplit("/", 1)[1]: yaml.safe_load(archive.extractfile(name).read())
            for name in names
        }


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
    assert set(superset._FORMATS) == set(grafana._UNITS) == set(metabase._UNITS)
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


def test_all_tools_have_the_same_charts(bundle, document, questions):
    titles = [chart.title for chart in DASHBOARD.charts]
    assert len(set(titles)) == len(titles)
    assert [panel["title"] for panel in panels(document)] == titles
    assert sorted(
        each["slice_name"] for name, each in bundle.items() if name.startswith("charts/")
    ) == sorted(titles)
    shown = {each["entity_id"]: each["name"] for each in questions.values()}
    placed = [card["card_id"] for card in questions["dashboard.yaml"]["dashcards"]]
    assert [shown[each] for each in placed if each] == titles
    text = powerbi.document(DASHBOARD)
    assert re.findall(r"^// (.+): .+\?$", text, re.MULTILINE) == titles


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


def test_no_panel_covers_another(document, questions):
    at = [panel["gridPos"] for panel in document["panels"]]
    check_places([(each["x"], each["y"], each["w"], each["h"]) for each in at])
    cards = questions["dashboard.yaml"]["dashcards"]
    check_places([(each["col"], each["row"], each["size_x"], each["size_y"]) for each in cards])


def check_places(places: list[tuple[int, int, int, int]]) -> None:
    taken = set()
    for left, top, width, height in places:
        cells = {(x, y) for x in range(left, left + width) for y in range(top, top + height)}
        assert cells and not cells & taken and left + width <= 24
        taken |= cells


def test_the_archive_is_what_metabase_documents(questions):
    """Its representation format 1.0: what each file must say, ids, what leads to what."""
    models = {"ai_cost.yaml": "Collection", "dashboard.yaml": "Dashboard"}
    required = {
        "Collection": {"name", "entity_id", "serdes/meta"},
        "Dashboard": {"name", "entity_id", "creator_id", "serdes/meta"},
        "Card": {
            "name", "entity_id", "display", "creator_id", "dataset_query",
            "visualization_settings", "serdes/meta",
        },
    }  # fmt: skip
    ids = [each["entity_id"] for each in questions.values()]
    ids += [each["entity_id"] for each in questions["dashboard.yaml"]["dashcards"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{21}", each) for each in ids)
    collection = questions["ai_cost.yaml"]["entity_id"]
    for name, each in questions.items():
        model = models.get(name, "Card")
        (meta,) = each["serdes/meta"]
        assert meta["model"] == model and meta["id"] == each["entity_id"]
        assert required[model] <= set(each)
        assert model == "Collection" or each["collection_id"] == collection
        if model == "Card":
            assert each["display"] in {"scalar", "line", "bar", "row", "table"}
    parameters = {each["id"] for each in questions["dashboard.yaml"]["parameters"]}
    assert parameters == {"days", *(each.column for each in DASHBOARD.filters)}


def test_metabase_narrows_a_chart_by_columns_of_its_mart(questions):
    """Harm: a filter of the dashboard that a chart ignores, or that is an error."""
    cards = {each["card_id"]: each for each in questions["dashboard.yaml"]["dashcards"]}
    for chart in DASHBOARD.charts:
        about = questions[f"chart_{chart.name}.yaml"]
        (stage,) = about["dataset_query"]["stages"]
        tags = {each["name"]: each["dimension"][2] for each in stage["template-tags"]}
        assert set(re.findall(r"\{\{(\w+)\}\}", stage["native"])) == set(tags)
        for database, schema, mart, column in tags.values():
            assert (database, schema, mart) == (metabase.DATABASE, "marts", chart.mart.name)
            assert column in {each.name for each in chart.mart.columns}
        mappings = cards[about["entity_id"]]["parameter_mappings"]
        targets = [each["target"] for each in mappings]
        assert targets == [["dimension", ["template-tag", name]] for name in tags]


def test_the_same_list_is_the_same_bytes(tmp_path, monkeypatch, capsys):
    """Harm: files under version control that change with every export."""
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    for folder in ("one", "two"):
        assert main(["export", "dashboards", str(tmp_path / folder), "--address", ADDRESS]) == 0
    for name in ("superset.zip", "grafana.json", "metabase.tgz", "powerbi.dax"):
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


@pytest.mark.parametrize("name", CHARTS)
def test_every_question_of_metabase_gives_the_chart_s_figures(sample_night, questions, name):
    """With no filter set, and with all values of each: Metabase writes a condition for a tag."""
    chart = CHARTS[name]
    (stage,) = questions[f"chart_{name}.yaml"]["dataset_query"]["stages"]
    asked = re.sub(r"\{\{\w+\}\}", "1 = 1", stage["native"])
    assert in_any_order(sample_night.rows(asked)) == in_any_order(sample_night.rows(chart.query()))
    for tag in stage["template-tags"]:
        column = tag["dimension"][2][3]
        # what is in no team and of no provider stays out, once a filter is set
        narrowed = stage["native"].replace(f"{{{{{tag['name']}}}}}", f"{column} is not null")
        narrowed = re.sub(r"\{\{\w+\}\}", "1 = 1", narrowed)
        figures = sample_night.rows(chart.query(f"{column} is not null"))
        assert in_any_order(sample_night.rows(narrowed)) == in_any_order(figures)


def in_any_order(rows: list[tuple]) -> list[tuple]:
    """Rows that a query counts as equal may change places."""
    return sorted(rows, key=repr)


def from_dax(text: str) -> str:
    """What a measure of Power BI asks, in SQL: read back from its own words."""
    column = r"'(\w+)'\[(\w+)\]"
    text = re.sub(
        rf"SUMX\(FILTER\('(\w+)', '\w+'\[(\w+)\] <> \"(\w+)\"\), {column}\)",
        r"(select sum(\5) from marts.\1 where \2 <> '\3')",
        text,
    )
    text = re.sub(rf"(SUM|MIN|MAX)\({column}\)", r"(select \1(\3) from marts.\2)", text)
    text = re.sub(r"COUNTROWS\('(\w+)'\)", r"(select count(*) from marts.\1)", text)
    return re.sub(r"^DIVIDE\((.*), (.*?)\)$", r"cast(\1 as double precision) / nullif(\2, 0)", text)


def test_the_measures_of_power_bi_are_the_marts(sample_night):
    text = powerbi.document(DASHBOARD)
    found = re.findall(r"^    MEASURE '(\w+)'\[([^\]]+)\] = (.+)$", text, re.MULTILINE)
    measures = [
        (mart.name, each) for mart in DASHBOARD.marts.values() for each in mart.measures.values()
    ]
    assert [mart for mart, _, _ in found] == [mart for mart, _ in measures]
    names = [name for _, name, _ in found]
    assert len({name.lower() for name in names}) == len(names), "a name is of one measure"
    for (mart, name, formula), (_, measure) in zip(found, measures, strict=True):
        assert name.startswith(measure.label)
        asked = sample_night.value(f"select {from_dax(formula)}")
        assert asked == sample_night.value(f"select {measure.sql} from marts.{mart}"), formula
    # no query shows a measure that is not defined
    assert set(re.findall(r'"([^"]+)", \[\1\]', text)) <= set(names)


def test_a_measure_that_power_bi_cannot_say_is_refused():
    """Harm: a measure of the list that is silently left out, or is something else there."""
    mart = DASHBOARD.marts["fct_spend_daily"]
    for sql in ("avg(cost_usd)", "sum(cost_usd) - sum(output_tokens)", "sum(cost_usd * 2)"):
        with pytest.raises(ValueError, match="no words of Power BI"):
            powerbi.dax(mart, Measure("x", "X", sql, "usd"))


def test_the_charts_say_what_the_marts_say(sample_night):
    """Harm: a chart whose sum is not that of the report and the headline."""
    spend = sample_night.value("select sum(cost_usd) from marts.fct_spend_daily")
    assert str(sample_night.value(CHARTS["cost"].query())) == str(spend)
    by = ("day", "team", "provider", "model", "customer")
    for name in (f"cost_by_{each}" for each in by):
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
            assert cursor.fetchall()
            # the first rows of one mart need not have the names that those of another have
            values[variable["name"]] = [row[0] for row in sample_night.rows(variable["query"])]
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
