"""The list of charts, and the query of each.

A query asks one mart. What stands for the range of days and for the filters is put in by whoever
runs it: each tool has words of its own for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scripts import yaml_files
from scripts.descriptions import sentence, shared_sentences

FILE = Path(__file__).parent / "charts.yml"
MARTS = Path(__file__).resolve().parents[2] / "models" / "marts"
SCHEMA = "marts"
# Kinds whose horizontal axis is the time.
OVER_TIME = ("line", "bar")
# Rows of a table: what is behind the costliest is looked up in the mart.
ROW_LIMIT = 1000


@dataclass(frozen=True)
class Measure:
    """A figure of a mart: what it is called, how it is summed up, what it is counted in."""

    name: str
    label: str
    sql: str
    unit: str


@dataclass(frozen=True)
class Column:
    """A column of a mart, as its contract promises it."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class Mart:
    """What is read of a mart."""

    name: str
    description: str
    time: str | None
    filters: tuple[str, ...]
    measures: dict[str, Measure]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Chart:
    """One question and its picture."""

    name: str
    section: str
    title: str
    question: str
    mart: Mart
    kind: str
    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    width: int

    @property
    def is_over_time(self) -> bool:
        """Whether the days are an axis of it."""
        return self.kind in OVER_TIME

    def query(self, *conditions: str) -> str:
        """The SQL of it, of the rows that all conditions hold for."""
        time = f'cast({self.mart.time} as timestamp) as "time"'
        columns = ([time] if self.is_over_time else []) + list(self.by)
        measures = [f'{each.sql} as "{each.label}"' for each in self.measures]
        lines = [f"select {', '.join(columns + measures)}", f"from {SCHEMA}.{self.mart.name}"]
        if conditions:
            lines.append(f"where {' and '.join(conditions)}")
        if columns:
            lines.append(f"group by {', '.join(map(str, range(1, len(columns) + 1)))}")
            lines.append(f"order by {self._order(len(columns))}")
        if columns and not self.is_over_time:
            lines.append(f"limit {ROW_LIMIT}")
        return "\n".join(lines)

    def _order(self, columns: int) -> str:
        if self.is_over_time:
            return ", ".join(map(str, range(1, columns + 1)))
        # the newest first, then the most; what is unknown is not the most
        newest = [f"{self.by.index(self.mart.time) + 1} desc"] if self.mart.time in self.by else []
        return ", ".join([*newest, f"{columns + 1} desc nulls last", "1"])


@dataclass(frozen=True)
class Filter:
    """A column that the whole dashboard can be narrowed by."""

    column: str
    label: str
    marts: tuple[str, ...]

    @property
    def query(self) -> str:
        """The values to choose from."""
        return (
            " union ".join(f"select {self.column} from {SCHEMA}.{mart}" for mart in self.marts)
            + " order by 1"
        )


@dataclass(frozen=True)
class Dashboard:
    """All of it."""

    title: str
    filters: tuple[Filter, ...]
    marts: dict[str, Mart]
    charts: tuple[Chart, ...]

    @property
    def sections(self) -> dict[str, list[list[Chart]]]:
        """The rows of charts of each section, filled from the left."""
        found: dict[str, list[list[Chart]]] = {}
        for chart in self.charts:
            rows = found.setdefault(chart.section, [[]])
            if sum(each.width for each in rows[-1]) + chart.width > 12:
                rows.append([])
            rows[-1].append(chart)
        return found


def read() -> Dashboard:
    """The list, with the columns that the contracts of the marts promise."""
    content = yaml_files.read(FILE)
    marts = {name: _mart(name, about) for name, about in content["marts"].items()}
    return Dashboard(
        content["title"],
        tuple(
            Filter(column, about["label"], tuple(about["marts"]))
            for column, about in content["filters"].items()
        ),
        marts,
        tuple(_chart(each, marts) for each in content["charts"]),
    )


def _mart(name: str, about: dict) -> Mart:
    shared = shared_sentences()
    (file,) = MARTS.rglob(f"{name}.yml")
    (model,) = (each for each in yaml_files.read(file)["models"] if each["name"] == name)
    return Mart(
        name,
        " ".join(sentence(model["description"], shared).split()),
        about.get("time"),
        tuple(about.get("filters", ())),
        {key: Measure(key, **each) for key, each in about["measures"].items()},
        tuple(
            Column(each["name"], each["data_type"], sentence(each["description"], shared))
            for each in model["columns"]
        ),
    )


def _chart(about: dict, marts: dict[str, Mart]) -> Chart:
    mart = marts[about["mart"]]
    measures = tuple(mart.measures[name] for name in about["measures"])
    by = tuple(about.get("by", ()))
    return Chart(**{**about, "mart": mart, "by": by, "measures": measures})
