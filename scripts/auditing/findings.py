"""What an audited log says, read from the marts and printed as text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from scripts.auditing.named_rows import named_rows
from scripts.loading.sources import RAW_SCHEMA, Table
from scripts.rates.meters import meters

_READ = """
    select
        coalesce(sum(line_count), 0) as lines,
        coalesce(sum(record_count), 0) as records,
        coalesce(sum(reject_count), 0) as rejected,
        coalesce(sum(other_traffic_count), 0) as other_traffic
    from raw.load_files
"""
_TOTALS = """
    select
        count(*) as attempts,
        count(distinct case when counts_as_request then logical_request_id end) as requests,
        sum(cost_usd) as cost_usd,
        count(gateway_reported_cost_usd) as with_gateway_cost,
        sum(gateway_reported_cost_usd) as gateway_usd,
        sum(case when gateway_reported_cost_usd is not null then cost_usd end) as compared_usd,
        min(usage_at) as first_usage_at, max(usage_at) as last_usage_at,
        sum(case when price_status = 'partly_priced' then cost_usd end) as lower_bound_cost_usd
    from marts.fct_priced_requests
"""
_BY_OWNER = """
    select team_id, attribution_method, count(*) as attempts, sum(cost_usd) as cost_usd
    from marts.fct_priced_requests group by 1, 2 order by 4 desc nulls last, 1, 2
"""
_BY_MODEL = """
    select
        provider || ' ' || coalesce(billed_model, served_model, requested_model, 'none')
        || case priced_tier when 'standard' then '' else ' (' || priced_tier || ')' end as model,
        count(*) as attempts, sum(context_tokens) as input_tokens,
        sum(output_tokens) as output_tokens, sum(cost_usd) as cost_usd
    from marts.fct_priced_requests group by 1 order by 5 desc nulls last, 1
"""
_MISSING = """
    select
        sum(case when attribution_status in ('attributed', 'shared') then 0 else 1 end) as owner,
        sum(case when service_name is null then 1 else 0 end) as service,
        sum(case when feature is null then 1 else 0 end) as feature,
        sum(case when environment is null then 1 else 0 end) as environment,
        sum(case when customer_id is null then 1 else 0 end) as customer,
        sum(case when price_status = 'usage_missing' and usage_issue is null then 1 else 0 end)
            as usage,
        sum(case when usage_quality in ('lower_bound', 'estimated') then 1 else 0 end)
            as whole_usage
    from marts.fct_priced_requests
"""
_BREAKDOWNS = {
    "environment": "environment",
    "service / feature": "service_name || ' / ' || coalesce(feature, 'none')",
    "prompt version": "prompt_version",
    "endpoint": "endpoint",
}
_BY = """
    select coalesce({name}, 'none') as name, count(*) as attempts,
        sum(context_tokens) as input_tokens, sum(output_tokens) as output_tokens,
        sum(cost_usd) as cost_usd
    from marts.fct_priced_requests group by 1 order by 5 desc nulls last, 1
"""
_OUTLIERS = """
    select line_number, coalesce(request_id, 'none') as request_id,
        coalesce(billed_model, 'none') as billed_model,
        context_tokens as input_tokens, output_tokens, cost_usd,
        cost_usd / nullif((select median(cost_usd) from marts.fct_priced_requests), 0)
            as times_the_median
    from marts.fct_priced_requests
    where cost_usd > 0 order by cost_usd desc, line_number limit 5
"""
# What a line of a chargeback report cannot do without: an owner and a price.
_READY = """
    select
        sum(case when {owned} and cost_usd is not null then 1 else 0 end) as attempts,
        sum(case when {owned} then cost_usd end) as cost_usd,
        sum(case when {owned} then 0 else 1 end) as without_owner,
        sum(case when {owned} then null else cost_usd end) as without_owner_usd,
        sum(case when cost_usd is null then 1 else 0 end) as without_price,
        sum(case when price_status = 'partly_priced' and cost_usd is not null then 1 else 0 end)
            as at_a_lower_bound
    from marts.fct_priced_requests
""".format(owned="attribution_status in ('attributed', 'shared')")
_UNPRICED = """
    select
        price_status || coalesce(': ' || usage_issue, '') as reason,
        provider || ' ' || coalesce(served_model, requested_model, 'none') as model,
        priced_tier, count(*) as attempts, min(line_number) as first_line,
        sum(gateway_reported_cost_usd) as gateway_reported_cost_usd, provider,
        meters_without_a_price,
        sum(cost_lower_bound_usd) as cost_lower_bound_usd, sum(cost_usd) as lower_bound_cost_usd
    from marts.fct_priced_requests
    where cost_usd is null or price_status = 'partly_priced'
    group by 1, 2, 3, 7, 8 order by 4 desc, 1, 2, 8
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
    select dropped_fields, count(*) as records, min(line_number) as first_line from raw."{table}"
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
SHOWN = 5


def report(database: Path, table: str) -> list[str]:
    """The lines of the report on an audited database, into which one raw table was loaded."""
    with duckdb.connect(str(database), read_only=True) as connection:
        ask = _asker(connection)
        totals = ask(_TOTALS)[0]
        lines = _loaded(ask, totals)
        if totals[0]:
            lines += _spend(ask, totals)
            lines += _one(connection, ask) if totals[0] == 1 else []
            lines += _breakdowns(ask) + _outliers(ask) if totals[0] > 1 else []
            lines += _missing(ask, totals[0], table)
        lines += _faults(ask, table)
    return lines


def structure(database: Path, table: str) -> dict:
    """The same as objects and lists (docs/runbook.md lists the keys)."""
    with duckdb.connect(str(database), read_only=True) as connection:
        breakdowns = {head: _BY.format(name=name) for head, name in _BREAKDOWNS.items()}
        return {
            "totals": named_rows(connection, _TOTALS)[0],
            "owners": named_rows(connection, _BY_OWNER),
            "models": named_rows(connection, _BY_MODEL),
            "by": {
                "_".join(head.replace("/", "").split()): named_rows(connection, sql)
                for head, sql in breakdowns.items()
            },
            "costliest": named_rows(connection, _OUTLIERS),
            "missing": named_rows(connection, _MISSING)[0],
            "ready_for_chargeback": named_rows(connection, _READY)[0],
            "unpriced": named_rows(connection, _UNPRICED),
            "duplicates": named_rows(connection, _DUPLICATES),
            "quarantined": named_rows(connection, _QUARANTINED),
            "incomplete": named_rows(connection, _INCOMPLETE.format(table=table)),
            "gateway_differences": named_rows(connection, _OTHERWISE),
        }


def read_counts(database: Path) -> dict:
    """How much of the file was read."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return named_rows(connection, _READ)[0]


def problems(database: Path) -> list[str]:
    """What a strict check does not let pass, each with its count."""
    with duckdb.connect(str(database), read_only=True) as connection:
        ask = _asker(connection)
        attempts = ask("select count(*) from marts.fct_priced_requests")[0][0]
        held_back = ask("select count(*) from marts.fct_quarantined_records")[0][0]
        _, _, unowned, _, unpriced, bound = ask(_READY)[0]
    counts = {
        "without a price": unpriced,
        "priced in part": bound,
        "without a registered owner": unowned,
        "rejected or held back": held_back,
    }
    found = [f"{count:,} {what}" for what, count in counts.items() if count]
    return found if attempts else [*found, "no attempt to price"]


def count_undated(database: Path, table: Table, now: datetime) -> int:
    """How many records of a loaded log have the time of the run for want of one of their own."""
    with duckdb.connect(str(database), read_only=True) as connection:
        sql = f'select count(*) from {RAW_SCHEMA}."{table.name}" where "{table.event_time}" = ?'
        return connection.execute(sql, [now]).fetchone()[0]


def _asker(connection: duckdb.DuckDBPyConnection):
    return lambda sql: connection.execute(sql).fetchall()


def _loaded(ask, totals: tuple) -> list[str]:
    lines, records, rejects, others = ask(_READ)[0]
    said = f"{lines:,} lines, {records:,} records, {rejects:,} rejected"
    if others:
        said += f", {others:,} other traffic (no call of a model)"
    if not totals[0]:
        return [f"Read: {said}; no attempts to price"]
    return [
        f"Read: {said}; {totals[0]:,} attempts at {totals[1]:,} requests",
        f"Used: {totals[6]:%Y-%m-%d %H:%M:%S} to {totals[7]:%Y-%m-%d %H:%M:%S} UTC",
    ]


def _spend(ask, totals: tuple) -> list[str]:
    owners = [[team, method, f"{n:,}", usd(cost)] for team, method, n, cost in ask(_BY_OWNER)]
    bound = totals[8]
    marked = f", USD {usd(bound)} of it a lower bound" if bound is not None else ""
    models = [
        [model, f"{n:,}", f"{tokens_in or 0:,}", f"{tokens_out or 0:,}", usd(cost)]
        for model, n, tokens_in, tokens_out, cost in ask(_BY_MODEL)
    ]
    return [
        f"Spend: USD {usd(totals[2])}" + marked,
        "",
        *aligned(["owner", "named by", "attempts", "USD"], owners),
        "",
        *aligned(["model", "attempts", "input tokens", "output tokens", "USD"], models),
    ]


def _one(connection: duckdb.DuckDBPyConnection, ask) -> list[str]:
    """One attempt, taken apart: what each meter counted and cost."""
    parts = []
    for meter in meters():
        sql = f"select {meter.quantity}, {meter.name}_cost_usd from marts.fct_priced_requests"
        used, cost = connection.execute(sql).fetchone()
        if used:
            parts.append([meter.name, f"{used:,}", usd(cost)])
    status, card, since = ask(
        "select price_status, price_card_version, rate_valid_from from marts.fct_priced_requests"
    )[0]
    said = f"{status}; rates of {card}, in force since {since:%Y-%m-%d}" if card else status
    return ["", f"Price: {said}", *aligned(["meter", "quantity", "USD"], parts)]


def _breakdowns(ask) -> list[str]:
    """By environment, feature and so on, as far as the log names any."""
    lines = []
    for head, name in _BREAKDOWNS.items():
        found = ask(_BY.format(name=name))
        if [row[0] for row in found] != ["none"]:
            columns = [head, "attempts", "input tokens", "output tokens", "USD"]
            rows = [
                [each, f"{n:,}", f"{tokens_in or 0:,}", f"{tokens_out or 0:,}", usd(cost)]
                for each, n, tokens_in, tokens_out, cost in found[:SHOWN]
            ]
            lines += ["", *aligned(columns, rows)]
            lines += [f"  and {len(found) - SHOWN:,} more"] if len(found) > SHOWN else []
    return lines


def _outliers(ask) -> list[str]:
    """The costliest attempts, and how far above the median they are."""
    rows = [
        [f"{line}", request, model, f"{tokens_in:,}", f"{tokens_out:,}", usd(cost), f"{times:,.1f}"]
        for line, request, model, tokens_in, tokens_out, cost, times in ask(_OUTLIERS)
        if times is not None
    ]
    head = ["line", "costliest attempt", "model", "input tokens", "output tokens", "USD"]
    return ["", *aligned([*head, "times the median"], rows)] if rows else []


def _missing(ask, attempts: int, table: str) -> list[str]:
    names = (
        "registered owner", "service", "feature", "environment", "customer", "usage", "whole usage"
    )  # fmt: skip
    counts = ask(_MISSING)[0]
    found = [f"{name} {count:,}" for name, count in zip(names, counts, strict=True) if count]
    ready, ready_usd, unowned, unowned_usd, unpriced, bound = ask(_READY)[0]
    said = f"Ready for chargeback: {ready:,} of {attempts:,} attempts, USD {ready_usd or 0:,.6f}"
    if unowned:
        said += f"; {unowned:,} lack a registered owner (USD {unowned_usd or 0:,.6f})"
    if unpriced:
        said += f"; {unpriced:,} lack a price"
    if bound:
        said += f"; {bound:,} count at a lower bound"
    lines = ["", f"Missing, of {attempts:,} attempts: {', '.join(found) or 'nothing'}", said]
    if counts[-1]:
        lines.append(
            f"Of {counts[-1]:,} attempts the file has not all that may be billed: docs/exports.md "
            f"says which export of {table} has more, and what each lacks"
        )
    return lines


def _faults(ask, table: str) -> list[str]:
    unpriced = [
        f"{count:,} x {model} ({tier}): {reason}, first in line {line}"
        + _to_do(reason, provider, table)
        + _known(meters, known, taken)
        + (f"; by the gateway USD {usd(theirs)}" if theirs else "")
        for reason, model, tier, count, line, theirs, provider, meters, known, taken in ask(
            _UNPRICED
        )
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
        f"line {line}, {request}, {model}: gateway {usd(theirs)}, ours {usd(ours)}, "
        f"difference {usd(difference)}"
        for line, request, model, theirs, ours, difference in ask(_OTHERWISE)
    ]
    return [
        *listed("Unpriced", unpriced),
        *listed("Duplicates, left out", duplicates),
        *listed("Quarantined", quarantined),
        *listed("Kept without fields that could not be read", incomplete),
        *listed("Priced differently by the gateway", otherwise),
    ]


def _to_do(reason: str, provider: str, table: str) -> str:
    """What to do about what is known to have one remedy."""
    if reason == "unpriced_unknown_provider":
        row = f"`{provider},<provider of the rate card>`"
        return f"; to price it, add {row} to extra_provider_aliases.csv"
    if reason == "usage_missing: cached_exceeds_input" and table == "envelope_events":
        return (
            "; where the cached tokens are beside the input, write `token_convention` "
            "`cached_beside` into the record"
        )
    return ""


def _known(meters: str | None, known: Decimal | None, taken: Decimal | None) -> str:
    """What lacks a price, and what could be priced beside it."""
    if not meters:
        return ""
    taken_or_not = "counts as a lower bound" if taken is not None else "does not count"
    return (
        f"; no price for {meters.replace(' ', ' and ')}, the rest is USD {usd(known)} and "
        f"{taken_or_not}"
    )


def listed(title: str, items: list[str]) -> list[str]:
    """A headline with the count, and the first few."""
    if not items:
        return [f"{title}: none"]
    shown = [f"  {item}" for item in items[:SHOWN]]
    more = [f"  and {len(items) - SHOWN:,} more"] if len(items) > SHOWN else []
    return [f"{title}: {len(items):,}", *shown, *more]


def usd(amount: Decimal | None) -> str:
    """An amount as it is shown; what has no price says so."""
    return "unpriced" if amount is None else f"{amount:,.6f}"


def aligned(head: list[str], rows: Iterable[list[str]]) -> list[str]:
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
