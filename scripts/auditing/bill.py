"""What an audited bill says, and what the logs of the warehouse say of the same days and models."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb

from scripts.auditing import invoice
from scripts.auditing.findings import SHOWN, aligned, listed, usd
from scripts.auditing.named_rows import named_rows, plain
from scripts.warehouse import WarehouseError, connect, target, warehouse_file

# What the models of the night make of each line.
_LINES = """
    with lines as (
        select
            classified.*,
            outcomes.outcome,
            coalesce(counted.billed_model, classified.model_name, 'none') as billed_model
        from intermediate.int_bill_lines_classified as classified
        inner join intermediate.int_bill_line_outcomes as outcomes
            using (batch_id, line_number, record_number, line_part)
        left join intermediate.int_bill_lines as counted
            using (batch_id, line_number, record_number, line_part)
    )
"""
_TOTALS = f"""
    {_LINES}
    select coalesce(currency, 'none') as currency,
        count(*) filter (where charge_day_number = 1) as lines, sum(amount) as amount,
        sum(amount_usd) as amount_usd
    from lines group by 1 order by 1
"""
_DAYS = f"""
    {_LINES}
    select
        usage_date, coalesce(provider, 'not AI') as provider, billing_account_id, billed_model,
        coalesce(meter, 'unmapped') as meter, service_tier,
        count(*) as lines, sum(quantity) as quantity, min(quantity_unit) as quantity_unit,
        sum(amount_usd) as amount_usd
    from lines group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
"""
_MODELS = f"""
    {_LINES}
    select
        coalesce(provider, 'not AI'), coalesce(billing_account_id, 'none'), billed_model,
        coalesce(meter, 'unmapped'), coalesce(service_tier, 'none'),
        min(usage_date), max(usage_date), count(*), sum(quantity), sum(amount_usd)
    from lines group by 1, 2, 3, 4, 5 order by 10 desc nulls last, 1, 2, 3, 4, 5
"""
_UNKNOWN = """
    select issue, term, provider, line_count as lines, currency, amount, seed, seed_row
    from intermediate.int_bill_issues order by abs(amount) desc, issue, term
"""
_WITHOUT_FIGURE = f"""
    {_LINES}
    select outcome as reason, coalesce(currency, 'none') as currency, count(*) as lines,
        min(line_number) as first_line, sum(amount) as amount
    from lines where outcome not in ('reconciled', 'invoiced')
    group by 1, 2 order by 3 desc, 1, 2
"""
_QUARANTINED = "select line_number, reason from raw.load_rejects order by 1, 2"
_COUNTED = f"""
    {_LINES}
    select usage_date, provider, billing_account_id, billed_model, sum(amount_usd)
    from lines where outcome = 'reconciled' and not is_reconciling_item group by 1, 2, 3, 4
"""
_IN_WAREHOUSE = """
    select usage_date, provider, billing_account_id, billed_model,
        sum(gateway_cost_usd), sum(provider_cost_usd)
    from marts.fct_reconciliation_daily
    where usage_date between cast('{first}' as date) and cast('{last}' as date)
    group by 1, 2, 3, 4
"""


def structure(database: Path) -> dict:
    """All there is to say of an audited bill (docs/runbook.md lists the keys)."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = {
            "totals": named_rows(connection, _TOTALS),
            "lines": named_rows(connection, _DAYS),
            "unknown_words": named_rows(connection, _UNKNOWN),
            "without_figure": named_rows(connection, _WITHOUT_FIGURE),
            "quarantined": named_rows(connection, _QUARANTINED),
        }
        counted = connection.execute(_COUNTED).fetchall()
        invoiced = connection.execute(_LINES + invoice.INVOICED).fetchall()
    return found | {"logs": _beside(counted, invoiced)}


def report(database: Path, found: dict) -> list[str]:
    """The lines of the report."""
    with duckdb.connect(str(database), read_only=True) as connection:
        models = connection.execute(_MODELS).fetchall()
    totals = [
        f"{each['amount']} {each['currency']} on {each['lines']:,} lines"
        + ("" if each["amount_usd"] is None else f", USD {usd(Decimal(each['amount_usd']))}")
        for each in found["totals"]
    ]
    head = ["provider", "account", "model", "meter", "tier", "from", "to", "lines", "quantity"]
    rows = [
        [*map(str, row[:5]), *map(_day, row[5:7]), f"{row[7]:,}", _quantity(row[8]), _cost(row[9])]
        for row in models[: 4 * SHOWN]
    ]
    more = [f"  and {len(models) - 4 * SHOWN:,} more"] if len(models) > 4 * SHOWN else []
    return [
        f"Total: {'; '.join(totals) or 'no line with an amount'}",
        "",
        *(aligned([*head, "USD"], rows) if rows else []),
        *more,
        "",
        *listed("Words that nobody knows", list(map(_word, found["unknown_words"]))),
        *listed("Lines without a figure", list(map(_without, found["without_figure"]))),
        *listed(
            "Rejected", [f"line {x['line_number']}: {x['reason']}" for x in found["quarantined"]]
        ),
        *_logs(found["logs"]),
    ]


def problems(found: dict) -> list[str]:
    """What a strict check does not let pass, each with its count."""
    counts = {
        "words that nobody knows": len(found["unknown_words"]),
        "lines without a figure": sum(each["lines"] for each in found["without_figure"]),
        "lines rejected": len(found["quarantined"]),
    }
    return [f"{count:,} {what}" for what, count in counts.items() if count]


def _beside(counted: list[tuple], invoiced: list[tuple]) -> dict:
    """The bill of a day and model, or the month of an invoice, beside the logs of the warehouse.

    The warehouse is only read.
    """
    days = [row for row in counted if row[0] is not None]
    where = str(warehouse_file()) if target() == "duckdb" else target()
    found = {"warehouse": where, "not_compared": None, "days": [], "months": []}
    if not days and not invoiced:
        return found | {"not_compared": "no line of the bill says its day"}
    if target() == "duckdb" and not warehouse_file().exists():
        return found | {"not_compared": f"there is no warehouse at {where}"}
    try:
        with connect() as connection:
            if not days:
                return found | {"months": invoice.months(connection, invoiced)}
            sql = _IN_WAREHOUSE.format(
                first=min(row[0] for row in days), last=max(row[0] for row in days)
            )
            known = connection.execute(sql).fetchall()
    except (WarehouseError, duckdb.Error) as error:
        return found | {"not_compared": str(error).splitlines()[0]}
    return found | {"days": _side_by_side(days, known)}


def _side_by_side(days: list[tuple], known: list[tuple]) -> list[dict]:
    """A row for each day, provider and model of either side.

    An account that the warehouse does not know says nothing: then all accounts of the provider are
    taken.
    """
    providers = {row[1] for row in days}
    accounts = {row[2] for row in days} & {row[2] for row in known}
    bill, logs, bills = Counter(), Counter(), Counter()
    for day, provider, _, model, amount in days:
        bill[day, provider, model] += amount or Decimal()
    dates = {key[0] for key in bill}
    for day, provider, account, model, *sides in known:
        if provider in providers and day in dates and (not accounts or account in accounts):
            for side, amount in zip((logs, bills), sides, strict=True):
                if amount is not None:
                    side[day, provider, model] += amount
    keys = [key for key in sorted({*bill, *logs}) if bill[key] or logs[key] or bills[key]]
    return [
        {
            "usage_date": plain(key[0]),
            "provider": key[1],
            "billed_model": key[2],
            "bill_usd": plain(bill.get(key)),
            "logs_usd": plain(logs.get(key)),
            "loaded_bill_usd": plain(bills.get(key)),
        }
        for key in keys
    ]


def _logs(logs: dict) -> list[str]:
    if logs["not_compared"]:
        return [f"The logs beside it: not compared, {logs['not_compared']}"]
    if logs["months"]:
        return invoice.said(logs["months"], logs["warehouse"])
    rows = [
        [each["usage_date"], each["provider"], each["billed_model"]]
        + [_money(each[side]) for side in ("bill_usd", "logs_usd", "loaded_bill_usd")]
        + [usd(_difference(each))]
        for each in sorted(logs["days"], key=lambda each: -abs(_difference(each)))
    ]
    head = ["day", "provider", "model", "this bill", "logs", "bill loaded before", "difference"]
    total = sum(map(_difference, logs["days"]), Decimal())
    more = [f"  and {len(rows) - 2 * SHOWN:,} more"] if len(rows) > 2 * SHOWN else []
    return [
        f"The logs beside it ({logs['warehouse']}): this bill is USD {usd(total)} above them",
        *(aligned(head, rows[: 2 * SHOWN]) if rows else []),
        *more,
    ]


def _difference(each: dict) -> Decimal:
    return Decimal(each["bill_usd"] or 0) - Decimal(each["logs_usd"] or 0)


def _money(text: str | None) -> str:
    return _cost(None if text is None else Decimal(text))


def _cost(amount: Decimal | None) -> str:
    return "-" if amount is None else usd(amount)


def _day(day: object) -> str:
    return "-" if day is None else str(day)


def _quantity(quantity: Decimal | None) -> str:
    return "-" if quantity is None else f"{quantity.normalize():,f}"


def _word(each: dict) -> str:
    row = f"; to know it, add {each['seed_row']} to {each['seed']}" if each["seed_row"] else ""
    return (
        f"{each['issue']} {each['term']} ({each['provider']}): {each['lines']:,} lines, "
        f"{each['amount']} {each['currency']}{row}"
    )


def _without(each: dict) -> str:
    amount = "" if each["amount"] is None else f", {each['amount']} {each['currency']}"
    return f"{each['lines']:,} x {each['reason']}{amount}, first in line {each['first_line']}"
