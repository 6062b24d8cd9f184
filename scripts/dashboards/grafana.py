"""The dashboard as Grafana imports it: one JSON document, for a data source of PostgreSQL.

Which data source is a variable of the dashboard, so that one file does for every installation.
"""

from __future__ import annotations

import json

from scripts.dashboards.charts import Chart, Dashboard, Filter

_SOURCE = "source"
_PLUGIN = "grafana-postgresql-datasource"
_DATASOURCE = {"type": _PLUGIN, "uid": f"${{{_SOURCE}}}"}
_UNITS = {
    "usd": "currencyUSD",
    "tokens": "short",
    "count": "locale",
    "share": "percentunit",
    "text": "none",
}
_PANELS = {
    "number": "stat",
    "line": "timeseries",
    "bar": "timeseries",
    "ranking": "barchart",
    "table": "table",
}
_HEIGHTS = {"number": 4}
_HEIGHT = 9
# Columns of Grafana's grid for one of ours.
_WIDTH = 2


def document(dashboard: Dashboard) -> str:
    """The JSON."""
    about = {
        "title": dashboard.title,
        "uid": "ai-cost",
        "tags": ["ai-cost"],
        "description": "Written by `ai-cost export dashboards`; an import replaces it.",
        "editable": True,
        "schemaVersion": 39,
        "timezone": "utc",
        "time": {"from": "now-90d", "to": "now"},
        "refresh": "",
        "templating": {"list": [_source(), *(_variable(each) for each in dashboard.filters)]},
        "annotations": {"list": []},
        "panels": _panels(dashboard),
    }
    return json.dumps(about, indent=2, ensure_ascii=False) + "\n"


def conditions(chart: Chart) -> list[str]:
    """What the range of days and the variables leave, in Grafana's words."""
    found = [f"$__timeFilter({chart.mart.time})"] if chart.mart.time else []
    return found + [f"{each} in (${{{each}:sqlstring}})" for each in chart.mart.filters]


def _source() -> dict:
    return {
        "name": _SOURCE,
        "label": "Source",
        "type": "datasource",
        "query": _PLUGIN,
        "current": {},
        "hide": 0,
        "refresh": 1,
    }


def _variable(about: Filter) -> dict:
    return {
        "name": about.column,
        "label": about.label,
        "type": "query",
        "datasource": _DATASOURCE,
        "definition": about.query,
        "query": about.query,
        "current": {"text": ["All"], "value": ["$__all"]},
        "includeAll": True,
        "multi": True,
        # with each range of days: a team may be new
        "refresh": 2,
        "sort": 0,
    }


def _panels(dashboard: Dashboard) -> list[dict]:
    panels: list[dict] = []
    top = 0
    for section, rows in dashboard.sections.items():
        place = {"x": 0, "y": top, "w": 24, "h": 1}
        panels.append({"type": "row", "title": section, "collapsed": False, "gridPos": place})
        top += 1
        for charts in rows:
            left = 0
            for chart in charts:
                height = _HEIGHTS.get(chart.kind, _HEIGHT)
                place = {"x": left, "y": top, "w": chart.width * _WIDTH, "h": height}
                panels.append(_panel(chart, place))
                left += chart.width * _WIDTH
            top += max(_HEIGHTS.get(chart.kind, _HEIGHT) for chart in charts)
    return [panel | {"id": number} for number, panel in enumerate(panels, start=1)]


def _panel(chart: Chart, place: dict) -> dict:
    return {
        "type": _PANELS[chart.kind],
        "title": chart.title,
        "description": chart.question,
        "datasource": _DATASOURCE,
        "gridPos": place,
        "targets": [
            {
                "refId": "A",
                "datasource": _DATASOURCE,
                "editorMode": "code",
                "format": "time_series" if chart.is_over_time else "table",
                "rawQuery": True,
                "rawSql": chart.query(*conditions(chart)),
            }
        ],
        "fieldConfig": {"defaults": _defaults(chart), "overrides": _overrides(chart)},
        "options": _options(chart),
    }


def _defaults(chart: Chart) -> dict:
    if chart.kind == "table":
        return {}
    found: dict = {"unit": _UNITS[chart.measures[0].unit]}
    if chart.kind == "bar":
        found["custom"] = {
            "drawStyle": "bars",
            "fillOpacity": 80,
            "stacking": {"mode": "normal", "group": "A"},
        }
    if chart.is_over_time and chart.by:
        # a series is called by its team, not by the measure and its team
        found["displayName"] = " ".join(f"${{__field.labels.{each}}}" for each in chart.by)
    return found


def _overrides(chart: Chart) -> list[dict]:
    """A unit for each column of a table that is a figure."""
    if chart.kind != "table":
        return []
    return [
        {
            "matcher": {"id": "byName", "options": each.label},
            "properties": [{"id": "unit", "value": _UNITS[each.unit]}],
        }
        for each in chart.measures
    ]


def _options(chart: Chart) -> dict:
    if chart.kind == "ranking":
        return {"orientation": "horizontal", "legend": {"showLegend": False}}
    if chart.kind == "number":
        return {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
    return {}
