"""What an audited log says, read from the marts and printed as text."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import duckdb

_TOTALS = """
    select
        count(*) as attempts,
        count(distinct case when counts_as_request then logical_request_id end) as requests,
        sum(cost_usd) as cost_usd,
        count(gateway_reported_cost_usd) as with_gateway_cost,
        sum(gateway_reported_cost_usd) as gateway_usd,
        sum(case when gateway_reported_cost_usd is not null then cost_usd end) as compared_usd,
        min(usage_at), max(usage_at)
    from marts.fct_priced_requests
"""
_BY_OWNER = """
    select team_id, attribution_method, count(*), sum(cost_usd)
    from marts.fct_priced_requests group by 1, 2 order by 4 desc nulls last, 1, 2
"""
_BY_MODEL = """
    select
        provider || ' ' || coalesce(billed_model, served_model, requested_model, 'none')
        || case priced_tier when 'standard' then '' else ' (' || priced_tier || ')' end as model,
        count(*), sum(context_tokens), sum(output_tokens), sum(cost_usd)
    from marts.fct_priced_requests group by 1 order by 5 desc nulls last, 1
"""
_MISSING = """
    select
        sum(case when attribution_status in ('attributed', 'shared') then 0 else 1 end),
        sum(case when service_name is null then 1 else 0 end),
        sum(case when feature is null then 1 else 0 end),
        sum(case when environment is null then 1 else 0 end),
        sum(case when customer_id is null then 1 else 0 end),
        sum(case when price_status = 'usage_missing' and usage_issue is null then 1 else 0 end)
    from marts.fct_priced_requests
"""
_UNPRICED = """
    select
        price_status || coalesce(': ' || usage_issue, '') as reason,
        provider || ' ' || coalesce(served_model, requested_model, 'none') as model,
        priced_tier, count(*), min(line_number), sum(gateway_reported_cost_usd), provider
    from marts.fct_priced_requests
    where cost_usd is null
    group by 1, 2, 3, 7 order by 4 desc, 1, 2
"""
_DUPLICATES = """
    select 'delivered again' as kind, line_number, record_number
    from intermediate.int_duplicate_deliveries
    union all
    select 'held by a better source', line_number, record_number
    from intermediate.int_cross_source_copies
    order by 2, 3
"""
_QUARANTINED = """
    select line_number, reason from marts.fct_quarantined_records order by 1, 2
"""
_INCOMPLETE = """
    select dropped_fields, count(*), min(line_number) from raw."{table}"
    where dropped_fields is not null
    group by 1 order by 2 desc, 1
"""
_OTHERWISE = """
    select line_number, request_id, billed_model, gateway_reported_cost_usd, cost_usd,
        gateway_estimate_difference_usd
    from marts.fct_priced_requests
    where abs(gateway_estimate_difference_usd) >= 0.000001
    order by abs(gateway_estimate_difference_usd) desc, line_number
"""
_METERS = """
    select regexp_replace(column_name, '_cost_usd$', '')
    from information_schema.columns
    where table_schema = 'marts' and table_name = 'fct_priced_requests'
        and column_name like '%\\_cost\\_usd' escape '\\'
        and column_name not in ('list_cost_usd', 'gateway_reported_cost_usd')
    order by ordinal_position
"""
_SHOWN = 5


def report(database: Path, table: str) -> list[str]:
    """The lines of the report on an audited database, into which one raw table was loaded."""
    with duckdb.connect(str(database), read_only=True) as connection:
        ask = _asker(connection)
        totals = ask(_TOTALS)[0]
        lines = _loaded(ask, totals)
        if totals[0]:
            lines += _spend(ask, totals)
            lines += _one(connection, ask) if totals[0] == 1 else []
            lines += _missing(ask, totals[0])
        lines += _faults(ask, table)
    return lines


def _asker(connection: duckdb.DuckDBPyConnection):
    return lambda sql: connection.execute(sql).fetchall()


def _loaded(ask, totals: tuple) -> list[str]:
    lines, records, rejects, others = ask(
        "select sum(line_count), sum(record_count), sum(reject_count), sum(other_traffic_count) "
        "from raw.load_files"
    )[0]
    said = f"{lines or 0:,} lines, {records or 0:,} records, {rejects or 0:,} rejected"
    if others:
        said += f", {others:,} other traffic (no call of a model)"
    if not totals[0]:
        return [f"Read: {said}; no attempts to price"]
    return [
        f"Read: {said}; {totals[0]:,} attempts at {totals[1]:,} requests",
        f"Used: {totals[6]:%Y-%m-%d %H:%M:%S} to {totals[7]:%Y-%m-%d %H:%M:%S} UTC",
    ]


def _spend(ask, totals: tuple) -> list[str]:
    owners = [[team, method, f"{n:,}", _usd(usd)] for team, method, n, usd in ask(_BY_OWNER)]
    models = [
        [model, f"{n:,}", f"{tokens_in or 0:,}", f"{tokens_out or 0:,}", _usd(usd)]
        for model, n, tokens_in, tokens_out, usd in ask(_BY_MODEL)
    ]
    return [
        f"Spend: USD {_usd(totals[2])}",
        "",
        *_table(["owner", "named by", "attempts", "USD"], owners),
        "",
        *_table(["model", "attempts", "input tokens", "output tokens", "USD"], models),
    ]


def _one(connection: duckdb.DuckDBPyConnection, ask) -> list[str]:
    """One attempt, taken apart: what each meter counted and cost."""
    parts = []
    columns = [
        column
        for (column,) in ask("select name from pragma_table_info('marts.fct_priced_requests')")
    ]
    for (meter,) in ask(_METERS):
        quantity = next(c for c in (f"{meter}_tokens", f"{meter}_calls") if c in columns)
        sql = f"select {quantity}, {meter}_cost_usd from marts.fct_priced_requests"
        used, usd = connection.execute(sql).fetchone()
        if used:
            parts.append([meter, f"{used:,}", _usd(usd)])
    status, card, since = ask(
        "select price_status, price_card_version, rate_valid_from from marts.fct_priced_requests"
    )[0]
    said = f"{status}; rates of {card}, in force since {since:%Y-%m-%d}" if card else status
    return ["", f"Price: {said}", *_table(["meter", "quantity", "USD"], parts)]


def _missing(ask, attempts: int) -> list[str]:
    names = ("registered owner", "service", "feature", "environment", "customer", "usage")
    found = [
        f"{name} {count:,}" for name, count in zip(names, ask(_MISSING)[0], strict=True) if count
    ]
    return ["", f"Missing, of {attempts:,} attempts: {', '.join(found) or 'nothing'}"]


def _faults(ask, table: str) -> list[str]:
    unpriced = [
        f"{count:,} x {model} ({tier}): {reason}, first in line {line}{_unknown(reason, provider)}"
        + (f"; by the gateway USD {_usd(theirs)}" if theirs else "")
        for reason, model, tier, count, line, theirs, provider in ask(_UNPRICED)
    ]
    duplicates = [
        f"line {line}, record {number}: {kind}" for kind, line, number in ask(_DUPLICATES)
    ]
    quarantined = [f"line {line}: {reason}" for line, reason in ask(_QUARANTINED)]
    incomplete = [
        f"{count:,} without {fields.replace(',', ', ')}, first in line {line}"
        for fields, count, line in ask(_INCOMPLETE.format(table=table))
    ]
    otherwise = [
        f"line {line}, {request}, {model}: gateway {_usd(theirs)}, ours {_usd(ours)}, "
        f"difference {_usd(difference)}"
        for line, request, model, theirs, ours, difference in ask(_OTHERWISE)
    ]
    return [
        *_list("Unpriced", unpriced),
        *_list("Duplicates, left out", duplicates),
        *_list("Quarantined", quarantined),
        *_list("Kept without fields that could not be read", incomplete),
        *_list("Priced differently by the gateway", otherwise),
    ]


def _unknown(reason: str, provider: str) -> str:
    """What to do about a provider that no alias knows."""
    if reason != "unpriced_unknown_provider":
        return ""
    return (
        f"; to price it, add `{provider},<provider of the rate card>` to extra_provider_aliases.csv"
    )


def _list(title: str, items: list[str]) -> list[str]:
    if not items:
        return [f"{title}: none"]
    shown = [f"  {item}" for item in items[:_SHOWN]]
    more = [f"  and {len(items) - _SHOWN:,} more"] if len(items) > _SHOWN else []
    return [f"{title}: {len(items):,}", *shown, *more]


def _usd(amount: Decimal | None) -> str:
    return "unpriced" if amount is None else f"{amount:,.6f}"


def _table(head: list[str], rows: Iterable[list[str]]) -> list[str]:
    """Columns aligned: words to the left, figures to the right."""
    cells = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    figures = [
        all(
            cell[:1].isdigit() or cell in ("unpriced", "") or cell[:1] == "-" for cell in column[1:]
        )
        for column in zip(*cells, strict=True)
    ]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, figures, strict=True)
        ).rstrip()
        for row in cells
    ]
