"""The dashboard as Metabase imports it: an archive of YAML files, one per chart.

Each chart is a question in SQL. Every name has an id that follows from it, so that a later import
replaces what an earlier one made.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

import yaml

from scripts.dashboards.charts import SCHEMA, Chart, Dashboard, Filter

# What people call the database when they add it to Metabase: questions find it by its name.
DATABASE = "AI cost"
_ROOT = "ai_cost"
_FOLDER = f"{_ROOT}/collections/main/{_ROOT}"
# Metabase's own user, which every installation has.
_MAKER = "internal@metabase.com"
_NAMESPACE = uuid5(NAMESPACE_URL, "ai-cost/metabase")
_DAYS = "days"
_KINDS = {
    "number": "scalar",
    "line": "line",
    "bar": "bar",
    "ranking": "row",
    "table": "table",
}
_UNITS: dict[str, dict] = {
    "usd": {"number_style": "currency", "currency": "USD", "decimals": 2},
    "tokens": {"decimals": 0},
    "count": {"decimals": 0},
    "share": {"number_style": "percent", "decimals": 1},
    "text": {},
}
_HEIGHTS = {"number": 3}
_HEIGHT = 7
# Columns of Metabase's grid for one of ours.
_WIDTH = 2


def archive(dashboard: Dashboard) -> bytes:
    """The archive, as Metabase's own exports are laid out."""
    files = {
        _ROOT: _collection(dashboard),
        **{f"chart_{chart.name}": _question(chart, dashboard) for chart in dashboard.charts},
        "dashboard": _dashboard(dashboard),
    }
    content = io.BytesIO()
    # no instant of the clock: the same charts are the same bytes
    with (
        gzip.GzipFile(fileobj=content, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as bundle,
    ):
        for name, about in files.items():
            text = _yaml(about).encode()
            member = tarfile.TarInfo(f"{_FOLDER}/{name}.yaml")
            member.size = len(text)
            bundle.addfile(member, io.BytesIO(text))
    return content.getvalue()


class _Dumper(yaml.SafeDumper):
    """Text of several lines as lines, so that a change of a query is read in a review."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _Dumper.represent_str)


def _yaml(about: dict) -> str:
    return yaml.dump(about, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def _id(kind: str, name: str) -> str:
    """Twenty-one letters, as Metabase names what it keeps."""
    digest = sha256(f"{_NAMESPACE}/{kind}/{name}".encode()).digest()
    return urlsafe_b64encode(digest).decode()[:21]


def _meta(model: str, name: str, label: str) -> list[dict]:
    slug = re.sub(r"\W+", "_", label.lower()).strip("_")
    return [{"id": _id(model, name), "label": slug, "model": model}]


def _collection(dashboard: Dashboard) -> dict:
    return {
        "name": dashboard.title,
        "description": "Written by `ai-cost export dashboards`; an import replaces it.",
        "entity_id": _id("Collection", _ROOT),
        "slug": _ROOT,
        "parent_id": None,
        "serdes/meta": _meta("Collection", _ROOT, dashboard.title),
    }


def _question(chart: Chart, dashboard: Dashboard) -> dict:
    return {
        "name": chart.title,
        "description": chart.question,
        "entity_id": _id("Card", chart.name),
        "creator_id": _MAKER,
        "display": _KINDS[chart.kind],
        "type": "question",
        "collection_id": _id("Collection", _ROOT),
        "dataset_query": {
            "lib/type": "mbql/query",
            "database": DATABASE,
            "stages": [
                {
                    "lib/type": "mbql.stage/native",
                    "native": chart.query(*conditions(chart)),
                    "template-tags": [
                        _tag(chart, name, column, label, kind)
                        for name, column, label, kind in _narrowed(chart, dashboard)
                    ],
                }
            ],
        },
        "visualization_settings": _settings(chart),
        "parameters": [],
        "parameter_mappings": [],
        "serdes/meta": _meta("Card", chart.name, chart.title),
    }


def conditions(chart: Chart) -> list[str]:
    """What the range of days and the filters leave, in Metabase's words: all, where none is set."""
    found = [f"{{{{{_DAYS}}}}}"] if chart.mart.time else []
    return found + [f"{{{{{each}}}}}" for each in chart.mart.filters]


def _narrowed(chart: Chart, dashboard: Dashboard) -> list[tuple[str, str, str, str]]:
    """Name, column, label and kind of each condition."""
    found = [(_DAYS, chart.mart.time, "Days", "date/all-options")] if chart.mart.time else []
    labels = {each.column: each.label for each in dashboard.filters}
    return found + [(each, each, labels[each], "string/=") for each in chart.mart.filters]


def _tag(chart: Chart, name: str, column: str, label: str, kind: str) -> dict:
    return {
        "type": "dimension",
        "name": name,
        "id": str(uuid5(_NAMESPACE, f"tag/{chart.name}/{name}")),
        "display-name": label,
        "dimension": ["field", {}, [DATABASE, SCHEMA, chart.mart.name, column]],
        "widget-type": kind,
    }


def _settings(chart: Chart) -> dict:
    labels = [each.label for each in chart.measures]
    settings: dict = {
        "column_settings": {
            f'["name","{each.label}"]': _UNITS[each.unit]
            for each in chart.measures
            if _UNITS[each.unit]
        }
    }
    if chart.kind == "number":
        return settings | {"scalar.field": labels[0]}
    if chart.kind == "table":
        return settings
    time = ["time"] if chart.is_over_time else []
    settings |= {"graph.dimensions": [*time, *chart.by], "graph.metrics": labels}
    if chart.kind == "bar":
        settings["stackable.stack_type"] = "stacked"
    return settings


def _dashboard(dashboard: Dashboard) -> dict:
    return {
        "name": dashboard.title,
        "description": "Written by `ai-cost export dashboards`; an import replaces it.",
        "entity_id": _id("Dashboard", _ROOT),
        "creator_id": _MAKER,
        "collection_id": _id("Collection", _ROOT),
        "width": "full",
        "auto_apply_filters": True,
        "parameters": [
            _parameter(_DAYS, "Days", "date/all-options") | {"default": "past90days~"},
            *(_parameter(each.column, each.label, "string/=") for each in dashboard.filters),
        ],
        "dashcards": _placed(dashboard),
        "serdes/meta": _meta("Dashboard", _ROOT, dashboard.title),
    }


def _parameter(name: str, label: str, kind: str) -> dict:
    return {
        "id": name,
        "name": label,
        "slug": name,
        "type": kind,
        "sectionId": kind.split("/", maxsplit=1)[0],
    }


def _placed(dashboard: Dashboard) -> list[dict]:
    """A heading for each section, and its rows of charts below."""
    found = []
    top = 0
    for section, rows in dashboard.sections.items():
        heading = {"virtual_card": {"display": "heading"}, "text": section}
        found.append(_card(section, (top, 0, 24, 1)) | {"visualization_settings": heading})
        top += 1
        for charts in rows:
            left = 0
            height = max(_HEIGHTS.get(chart.kind, _HEIGHT) for chart in charts)
            for chart in charts:
                place = (top, left, chart.width * _WIDTH, height)
                found.append(_card(chart.name, place) | _shown(chart, dashboard.filters))
                left += chart.width * _WIDTH
            top += height
    return found


def _card(name: str, place: tuple[int, int, int, int]) -> dict:
    row, col, size_x, size_y = place
    number = _id("DashboardCard", name)
    return {
        "entity_id": number,
        "card_id": None,
        "row": row,
        "col": col,
        "size_x": size_x,
        "size_y": size_y,
        "parameter_mappings": [],
        "visualization_settings": {},
        "serdes/meta": [
            {"id": _id("Dashboard", _ROOT), "model": "Dashboard"},
            {"id": number, "model": "DashboardCard"},
        ],
    }


def _shown(chart: Chart, filters: tuple[Filter, ...]) -> dict:
    number = _id("Card", chart.name)
    names = [_DAYS] if chart.mart.time else []
    names += [each.column for each in filters if each.column in chart.mart.filters]
    return {
        "card_id": number,
        "parameter_mappings": [
            {
                "card_id": number,
                "parameter_id": name,
                "target": ["dimension", ["template-tag", name]],
            }
            for name in names
        ],
    }
