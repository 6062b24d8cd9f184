"""The months of an audited invoice beside the logs of the warehouse: whose use it was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from scripts.accounting.ledger import next_month
from scripts.auditing.findings import aligned, usd
from scripts.auditing.named_rows import plain
from scripts.loading.paths import literal

# Use alone: seats, tax and credits are in no log.
INVOICED = """
    select billing_period_start_date, provider, sum(amount_usd)
    from lines
    where
        outcome = 'invoiced' and provider is not null and billing_period_start_date is not null
        and coalesce(line_category, 'usage') = 'usage'
    group by 1, 2 order by 1, 2
"""
_LOGGED = """
    select team_id, sum(cost_usd) as cost_usd
    from marts.fct_spend_daily
    where provider = {} and usage_date >= {} and usage_date < {}
    group by 1 order by 2 desc nulls last, 1
"""


def months(connection, invoiced: list[tuple]) -> list[dict]:
    """A row for each month and provider of an invoice, with the teams whose use the logs have."""
    return [_month(connection, *row) for row in invoiced]


def _month(connection, start: date, provider: str, amount: Decimal | None) -> dict:
    first = start.replace(day=1)
    asked = map(literal, (provider, str(first), str(next_month(first))))
    teams = connection.execute(_LOGGED.format(*asked)).fetchall()
    known = [cost for _, cost in teams if cost is not None]
    return {
        "usage_month": plain(first),
        "provider": provider,
        "invoice_usd": plain(amount),
        "logs_usd": plain(sum(known, Decimal())) if known else None,
        "teams": [{"team_id": team, "logs_usd": plain(cost)} for team, cost in teams],
    }


def said(found: list[dict], warehouse: str) -> list[str]:
    """The lines of the report: a headline for each month, below it the teams."""
    lines = [f"The use of the same months in the logs ({warehouse}):"]
    for each in found:
        invoice, logs = _money(each["invoice_usd"]), _money(each["logs_usd"])
        month = f"{each['usage_month'][:7]} {each['provider']}"
        lines.append(f"  {month}: this invoice {invoice}, logs {logs}")
        rows = [[team["team_id"], _money(team["logs_usd"])] for team in each["teams"]]
        lines += [f"  {line}" for line in aligned(["team", "logs"], rows)] if rows else []
    return lines


def _money(text: str | None) -> str:
    return "unknown" if text is None else f"USD {usd(Decimal(text))}"
