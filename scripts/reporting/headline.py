"""Print what a build found: spend by team, what nobody owns, and how the bills compare."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from scripts.warehouse import connect, target, warehouse_file

_TEAMS = """
    select team_id, sum(request_count), sum(cost_usd)
    from marts.fct_spend_daily group by 1 order by 3 desc nulls last, 1
"""
_PERIOD = """
    select min(usage_date), max(usage_date), sum(attempt_count), sum(unpriced_count),
        sum(community_priced_count), sum(community_cost_usd)
    from marts.fct_spend_daily
"""
_PROVIDERS = """
    select
        provider,
        sum(compared_gateway_cost_usd),
        sum(compared_provider_cost_usd),
        sum(case when status != 'no_bill' then variance_usd end),
        sum(case when status != 'no_bill' then provider_cost_usd end),
        sum(case when status = 'matched' then 1 else 0 end),
        sum(case when status in ('within_tolerance', 'provisional') then 1 else 0 end),
        sum(case when status = 'breach' then 1 else 0 end)
    from marts.fct_reconciliation_daily
    group by 1
    having sum(case when status != 'no_bill' then 1 else 0 end) > 0
    order by 1
"""
_TOTALS = """
    select usage_month_date, provider, billing_account_id, undecided_variance_usd, materiality_usd
    from marts.fct_reconciliation_monthly where total_status = 'breach'
    order by abs(undecided_variance_usd) desc, 1, 2, 3 limit 3
"""
_UNOWNED = """
    select sum(unattributed_cost_usd), sum(cost_usd) from marts.fct_attribution_coverage_daily
"""
_QUARANTINED = "select count(*) from marts.fct_quarantined_records"
_STATIC_DOCS = Path("target/static_index.html")


def _usd(amount: Decimal | None) -> str:
    return "-" if amount is None else f"{amount:,.2f}"


def _share(part: Decimal | None, whole: Decimal | None) -> str:
    return "-" if part is None or not whole else f"{100 * part / whole:.1f} %"


def _spend(connection) -> list[str]:
    first, last, attempts, unpriced, community, community_cost = connection.execute(
        _PERIOD
    ).fetchall()[0]
    if first is None:
        return ["No requests yet: put logs into the landing folder and run `make nightly`."]
    teams = connection.execute(_TEAMS).fetchall()
    priced = [cost for _, _, cost in teams if cost is not None]
    total = sum(priced, Decimal(0)) if priced else None
    width = max(len(team) for team, _, _ in teams)
    lines = [f"Spend {first} to {last}, USD: {_usd(total)} for {attempts:,} attempts"]
    lines += [
        f"  {team:<{width}}  {_usd(cost):>14}  {_share(cost, total):>7}  {requests:>10,} requests"
        for team, requests, cost in teams
    ]
    unowned, spend = connection.execute(_UNOWNED).fetchall()[0]
    lines.append(f"Without a registered owner: {_share(unowned, spend)} of spend")
    if community:
        lines.append(
            f"Of it at community prices: {_usd(community_cost)} for {community:,} attempts "
            "(our own card does not know their models)"
        )
    lines.append(f"Unpriced: {unpriced:,} attempts (never counted as zero)")
    return lines


def _reconciliation(connection) -> list[str]:
    providers = connection.execute(_PROVIDERS).fetchall()
    if not providers:
        return ["Reconciliation: no provider bill loaded yet"]
    width = max(len(provider) for provider, *_ in providers)
    lines = ["Reconciliation, USD (ours - compared of the bill = variance; lines by status)"]
    for provider, *amounts, matched, near, breach in providers:
        ours, theirs, gap, billed = (amount or Decimal(0) for amount in amounts)
        # tax, credits, seats: on the bill, and nothing of ours to compare them with
        more = f"; bill in all {_usd(billed)}" if billed != theirs else ""
        lines.append(
            f"  {provider:<{width}} {_usd(ours):>12} - {_usd(theirs):>12} = {_usd(gap):>10}   "
            f"{matched:,} matched, {near:,} within tolerance, {breach:,} to look at{more}"
        )
    for month, provider, account, gap, limit in connection.execute(_TOTALS).fetchall():
        lines.append(
            f"  TOTAL OFF: {provider}, account {account}, {month:%Y-%m}: {gap:+,.2f} "
            f"(may differ by {_usd(limit)})"
        )
    return lines


def show() -> int:
    """Print the headline."""
    with connect() as connection:
        lines = [*_spend(connection), *_reconciliation(connection)]
        (quarantined,) = connection.execute(_QUARANTINED).fetchall()[0]
    lines.append(f"Quarantined: {quarantined:,} records (marts.fct_quarantined_records)")
    where = warehouse_file().resolve() if target() == "duckdb" else "Postgres"
    lines.append(f"Warehouse: {where}, schema marts")
    if _STATIC_DOCS.exists():
        lines.append(f"Docs: {_STATIC_DOCS.resolve()}")
    print("\n" + "\n".join(lines))
    return 0
