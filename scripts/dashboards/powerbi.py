"""The measures as Power BI takes them: one DAX query that defines each and shows them by chart.

Desktop's DAX query view runs it and adds the measures to the model. A table there has the name of
its mart.
"""

from __future__ import annotations

import re

from scripts.dashboards.charts import Chart, Dashboard, Mart, Measure

_SUM = re.compile(r"(?P<function>sum|min|max)\((?P<column>\w+)\)")
_COUNT = re.compile(r"count\(\*\)")
_SHARE = re.compile(
    r"cast\((?P<part>.+) as double precision\) / nullif\((?P<whole>.+), 0\)", re.DOTALL
)
_SUM_UNLESS = re.compile(
    r"sum\(case when (?P<unless>\w+) != '(?P<value>[^']*)' then (?P<column>\w+) end\)"
)


def document(dashboard: Dashboard) -> str:
    """The query."""
    names = _names(dashboard)
    lines = [
        "// Measures of AI cost, written by `ai-cost export dashboards`.",
        "// DAX query view: paste, Run, then Update model with changes (docs/bi.md).",
        "DEFINE",
    ]
    for mart in dashboard.marts.values():
        for each in mart.measures.values():
            name = names[mart.name, each.name]
            lines.append(f"    MEASURE '{mart.name}'[{name}] = {dax(mart, each)}")
    for chart in dashboard.charts:
        lines += ["", f"// {chart.title}: {chart.question}", *_query(chart, names)]
    return "\n".join(lines) + "\n"


def dax(mart: Mart, measure: Measure) -> str:
    """A measure's SQL, in the words of Power BI."""
    sql = measure.sql.strip()
    if share := _SHARE.fullmatch(sql):
        return f"DIVIDE({_sum(mart, share['part'])}, {_sum(mart, share['whole'])})"
    return _sum(mart, sql)


def _sum(mart: Mart, sql: str) -> str:
    return " + ".join(_term(mart, term) for term in sql.split(" + "))


def _term(mart: Mart, sql: str) -> str:
    if _COUNT.fullmatch(sql):
        return f"COUNTROWS('{mart.name}')"
    if found := _SUM.fullmatch(sql):
        return f"{found['function'].upper()}('{mart.name}'[{found['column']}])"
    found = _SUM_UNLESS.fullmatch(sql)
    if not found:
        raise ValueError(f"{mart.name}: no words of Power BI are known for {sql}")
    kept = f"FILTER('{mart.name}', '{mart.name}'[{found['unless']}] <> \"{found['value']}\")"
    return f"SUMX({kept}, '{mart.name}'[{found['column']}])"


def _names(dashboard: Dashboard) -> dict[tuple[str, str], str]:
    """What a measure is called: a name is of one measure, the first that has it."""
    found: dict[tuple[str, str], str] = {}
    for mart in dashboard.marts.values():
        for each in mart.measures.values():
            is_taken = each.label in found.values()
            found[mart.name, each.name] = each.label + f" ({mart.name})" * is_taken
    return found


def _query(chart: Chart, names: dict[tuple[str, str], str]) -> list[str]:
    mart = chart.mart
    time = [mart.time] if chart.is_over_time and mart.time else []
    columns = [f"'{mart.name}'[{each}]" for each in [*time, *chart.by]]
    figures = [
        f'"{names[mart.name, each.name]}", [{names[mart.name, each.name]}]'
        for each in chart.measures
    ]
    if not columns:
        return [f"EVALUATE ROW({', '.join(figures)})"]
    return [f"EVALUATE SUMMARIZECOLUMNS({', '.join(columns + figures)})"]
