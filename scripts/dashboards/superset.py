"""The dashboard as Apache Superset imports it: a zip of YAML files, one per chart and mart.

Every name has an id that follows from it, so that a later import finds what an earlier one made.
Superset puts its own numbers in place of those here; they only have to differ.
"""

from __future__ import annotations

import io
import json
import zipfile
from uuid import NAMESPACE_URL, uuid5

import yaml

from scripts.dashboards.charts import ROW_LIMIT, SCHEMA, Chart, Dashboard, Filter, Mart

_VERSION = "1.0.0"
# One folder around all files, as Superset's own exports have.
_ROOT = "ai_cost"
_DATABASE = "ai_cost"
_NAMESPACE = uuid5(NAMESPACE_URL, "ai-cost/dashboards")
# No instant of the clock: the same charts are the same bytes.
_STAMP = "2026-01-01T00:00:00+00:00"
_ZIP_STAMP = (2026, 1, 1, 0, 0, 0)
_RANGE = "Last 90 days"
_ANY_TIME = "No filter"
_FORMATS = {"usd": "$,.2f", "tokens": ".3s", "count": ",d", "share": ".1%", "text": None}
_KINDS = {
    "number": "big_number_total",
    "line": "echarts_timeseries_line",
    "bar": "echarts_timeseries_bar",
    "ranking": "echarts_timeseries_bar",
    "table": "table",
}
# In Superset's units of eight pixels.
_HEIGHTS = {"number": 18}
_HEIGHT = 50


def archive(dashboard: Dashboard, address: str) -> bytes:
    """The zip; `address` is where Superset finds the marts, as SQLAlchemy writes it."""
    files = {
        "metadata.yaml": {"version": _VERSION, "type": "Dashboard", "timestamp": _STAMP},
        f"databases/{_DATABASE}.yaml": _database(address),
        **{
            f"datasets/{_DATABASE}/{mart.name}.yaml": _dataset(mart)
            for mart in dashboard.marts.values()
        },
        **{f"charts/{chart.name}.yaml": _chart(chart) for chart in dashboard.charts},
        "dashboards/ai_cost.yaml": _dashboard(dashboard),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, about in files.items():
            text = yaml.safe_dump(about, sort_keys=False, allow_unicode=True, width=10_000)
            bundle.writestr(zipfile.ZipInfo(f"{_ROOT}/{name}", _ZIP_STAMP), text)
    return content.getvalue()


def _id(kind: str, name: str) -> str:
    return str(uuid5(_NAMESPACE, f"{kind}/{name}"))


def _database(address: str) -> dict:
    # one writer at a time may open a file of DuckDB, and readers only while nobody writes
    read_only = {"connect_args": {"read_only": True}} if address.startswith("duckdb") else {}
    return {
        "database_name": "AI cost",
        "sqlalchemy_uri": address,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_file_upload": False,
        "extra": {"metadata_params": {}, "engine_params": read_only},
        "uuid": _id("database", _DATABASE),
        "version": _VERSION,
    }


def _dataset(mart: Mart) -> dict:
    return {
        "table_name": mart.name,
        "main_dttm_col": mart.time,
        "description": mart.description,
        "schema": SCHEMA,
        "sql": None,
        "uuid": _id("dataset", mart.name),
        "database_uuid": _id("database", _DATABASE),
        "version": _VERSION,
        "metrics": [
            {
                "metric_name": each.name,
                "verbose_name": each.label,
                "expression": each.sql,
                "d3format": _FORMATS[each.unit],
            }
            for each in mart.measures.values()
        ],
        "columns": [
            {
                "column_name": each.name,
                "type": each.data_type.upper(),
                "is_dttm": each.data_type in ("date", "timestamp"),
                "groupby": True,
                "filterable": True,
                "description": each.description,
            }
            for each in mart.columns
        ],
    }


def _chart(chart: Chart) -> dict:
    settings = _settings(chart)
    return {
        "slice_name": chart.title,
        "description": chart.question,
        "viz_type": settings["viz_type"],
        "params": settings,
        # what a report or an API call asks, without a browser that works it out
        "query_context": json.dumps(_query_context(chart, settings)),
        "uuid": _id("chart", chart.name),
        "dataset_uuid": _id("dataset", chart.mart.name),
        "version": _VERSION,
    }


def _settings(chart: Chart) -> dict:
    names = [each.name for each in chart.measures]
    unit = _FORMATS[chart.measures[0].unit]
    settings = {"viz_type": _KINDS[chart.kind], "adhoc_filters": _time_filters(chart)}
    if chart.kind == "number":
        return settings | {
            "metric": names[0],
            "y_axis_format": unit,
            "subtitle": chart.measures[0].label,
        }
    settings |= {"metrics": names, "row_limit": ROW_LIMIT}
    if chart.kind == "table":
        return settings | {
            "query_mode": "aggregate",
            "groupby": list(chart.by),
            "order_desc": True,
            "column_config": {
                each.name: {"d3NumberFormat": _FORMATS[each.unit]}
                for each in chart.measures
                if _FORMATS[each.unit]
            },
        }
    settings |= {"y_axis_format": unit, "show_legend": True, "rich_tooltip": True}
    if chart.kind == "ranking":
        (column,) = chart.by
        return settings | {
            "x_axis": column,
            "groupby": [],
            "orientation": "horizontal",
            "x_axis_sort": names[0],
            "x_axis_sort_asc": False,
            "show_legend": False,
        }
    return settings | {
        "x_axis": chart.mart.time,
        "time_grain_sqla": "P1D",
        "groupby": list(chart.by),
        "stack": "Stack" if chart.kind == "bar" else None,
    }


def _time_filters(chart: Chart) -> list[dict]:
    """What lets the range of the dashboard through to the chart."""
    if not chart.mart.time:
        return []
    return [
        {
            "expressionType": "SIMPLE",
            "clause": "WHERE",
            "subject": chart.mart.time,
            "operator": "TEMPORAL_RANGE",
            "comparator": _ANY_TIME,
        }
    ]


def _query_context(chart: Chart, settings: dict) -> dict:
    columns: list = list(chart.by)
    if chart.is_over_time:
        columns.insert(
            0,
            {
                "expressionType": "SQL",
                "columnType": "BASE_AXIS",
                "timeGrain": settings["time_grain_sqla"],
                "sqlExpression": chart.mart.time,
                "label": chart.mart.time,
            },
        )
    first = chart.measures[0].name
    query = {
        "columns": columns,
        "metrics": [each.name for each in chart.measures],
        "filters": [
            {"col": each["subject"], "op": each["operator"], "val": each["comparator"]}
            for each in settings["adhoc_filters"]
        ],
        "orderby": [] if chart.kind == "number" else [[first, False]],
        "row_limit": ROW_LIMIT if chart.kind != "number" else 1,
        "series_columns": list(chart.by) if chart.is_over_time else [],
    }
    return {
        "datasource": {"id": 0, "type": "table"},
        "force": False,
        "queries": [query],
        "form_data": settings,
        "result_format": "json",
        "result_type": "full",
    }


def _dashboard(dashboard: Dashboard) -> dict:
    return {
        "dashboard_title": dashboard.title,
        "description": "Written by `ai-cost export dashboards`; an import replaces it.",
        "slug": "ai-cost",
        "uuid": _id("dashboard", "ai-cost"),
        "position": _position(dashboard),
        "metadata": {
            "native_filter_configuration": [
                _range_filter(),
                *(_value_filter(each) for each in dashboard.filters),
            ],
            "color_scheme": "supersetColors",
        },
        "version": _VERSION,
    }


def _position(dashboard: Dashboard) -> dict:
    """A heading for each section, and its rows of charts below."""
    parts: dict = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": dashboard.title}},
    }

    def put(part: dict, *parents: str) -> None:
        parts[part["id"]] = {"children": [], **part, "parents": ["ROOT_ID", *parents]}
        parts[parents[-1]]["children"].append(part["id"])

    numbers = {chart.name: number for number, chart in enumerate(dashboard.charts, start=1)}
    for place, (section, rows) in enumerate(dashboard.sections.items(), start=1):
        meta = {
            "text": section,
            "headerSize": "MEDIUM_HEADER",
            "background": "BACKGROUND_TRANSPARENT",
        }
        put({"type": "HEADER", "id": f"HEADER-{place}", "meta": meta}, "GRID_ID")
        for line, charts in enumerate(rows, start=1):
            row = f"ROW-{place}-{line}"
            meta = {"background": "BACKGROUND_TRANSPARENT"}
            put({"type": "ROW", "id": row, "meta": meta}, "GRID_ID")
            for chart in charts:
                meta = {
                    "uuid": _id("chart", chart.name),
                    "chartId": numbers[chart.name],
                    "sliceName": chart.title,
                    "width": chart.width,
                    "height": _HEIGHTS.get(chart.kind, _HEIGHT),
                }
                put({"type": "CHART", "id": f"CHART-{chart.name}", "meta": meta}, "GRID_ID", row)
    return parts


def _range_filter() -> dict:
    return _filter("days", "Days", "filter_time", [{}]) | {
        "defaultDataMask": {
            "extraFormData": {"time_range": _RANGE},
            "filterState": {"value": _RANGE},
        }
    }


def _value_filter(about: Filter) -> dict:
    target = {
        "datasetUuid": _id("dataset", about.marts[0]),
        "column": {"name": about.column},
    }
    return _filter(about.column, about.label, "filter_select", [target]) | {
        "controlValues": {"multiSelect": True, "enableEmptyFilter": False},
    }


def _filter(name: str, label: str, kind: str, targets: list[dict]) -> dict:
    return {
        "id": f"NATIVE_FILTER-{name}",
        "name": label,
        "type": "NATIVE_FILTER",
        "filterType": kind,
        "targets": targets,
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "cascadeParentIds": [],
        "defaultDataMask": {"extraFormData": {}, "filterState": {}},
        "controlValues": {},
    }
