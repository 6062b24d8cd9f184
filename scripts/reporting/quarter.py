"""A quarter on a page, for directors: the fiscal one where the company has such a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from scripts.reporting import explained
from scripts.reporting.marts import Marts, month_end
from scripts.reporting.names import kind_of
from scripts.reporting.tables import Column, Table, known_total, less, ratio, top, total

_SHOWN = 25
_QUARTERS = 9
_FISCAL = """
    select
        spend.period_name as name, periods.first_date, periods.last_date, spend.is_complete_period,
        periods.previous_period_name as before, periods.year_ago_period_name as year_ago,
        spend.team_id, spend.provider, spend.cost_usd, spend.unpriced_count
    from marts.fct_spend_fiscal as spend
    inner join marts.dim_fiscal_periods as periods
        on
            spend.period_grain = periods.period_grain and spend.period_name = periods.period_name
    where spend.period_grain = 'quarter'
"""
_CALENDAR = """
    select
        period_start_date as first_date, is_complete_period, team_id, provider, cost_usd,
        unpriced_count
    from marts.fct_spend_quarterly
    where period_grain = 'quarter'
"""


@dataclass(frozen=True)
class Quarter:
    """One quarter, and the names of those that it is compared with."""

    name: str
    first: date
    last: date
    is_over: bool
    before: str | None
    year_ago: str | None


def _named(first: date) -> str:
    return f"{first.year}-Q{(first.month + 2) // 3}"


def _calendar(row: dict) -> dict:
    """A calendar quarter as the fiscal ones are: with its end and its neighbours."""
    first = row["first_date"]
    before = first - timedelta(days=1)
    names = {
        "name": _named(first),
        "last_date": month_end(first.replace(month=first.month + 2)),
        "before": _named(before.replace(day=1)),
        "year_ago": _named(first.replace(year=first.year - 1)),
    }
    return row | names


def read(marts: Marts) -> tuple[dict[str, Quarter], list[dict]]:
    """The quarters that have spend, oldest first, and the spend of each by team and provider."""
    rows = marts.rows(_FISCAL, "fct_spend_fiscal", "dim_fiscal_periods")
    if not rows:
        rows = [_calendar(row) for row in marts.rows(_CALENDAR, "fct_spend_quarterly")]
    rows.sort(key=lambda row: (row["first_date"], row["team_id"] or "", row["provider"] or ""))
    quarters = {
        row["name"]: Quarter(
            row["name"],
            row["first_date"],
            row["last_date"],
            row["is_complete_period"],
            row["before"],
            row["year_ago"],
        )
        for row in rows
    }
    return quarters, rows


def page(marts: Marts) -> dict:
    """The newest quarter that is over; while none is, the one that runs."""
    quarters, rows = read(marts)
    over = [each for each in quarters.values() if each.is_over]
    this = (over or [*quarters.values()] or [None])[-1]
    if this is None:
        return {"quarter": None}
    exceptions = explained.exceptions(marts, this.first, this.last)
    return {
        "quarter": this,
        "head": _head(marts, this, rows),
        "quarters": _quarters(quarters, rows),
        "teams": _by("team_id", "Team", this, rows),
        "providers": _by("provider", "Provider", this, rows),
        "plans": _plans(marts, this),
        "bills": _bills(marts, this),
        "exceptions": exceptions,
        "outcomes": explained.outcomes(exceptions),
    }


def _sums(rows: list[dict], name: str | None, column: str | None = None) -> dict:
    """Spend of a quarter by a column, or under None in all; empty for a quarter without spend."""
    found: dict = {}
    for row in rows:
        if row["name"] == name:
            found.setdefault(row[column] if column else None, []).append(row["cost_usd"])
    return {key: known_total(amounts) for key, amounts in found.items()}


def _head(marts: Marts, this: Quarter, rows: list[dict]) -> dict:
    cost, before, year_ago = (
        _sums(rows, name).get(None) for name in (this.name, this.before, this.year_ago)
    )
    owners = marts.rows(
        f"""
        select sum(cost_usd) as cost_usd, sum(unattributed_cost_usd) as mystery_usd
        from marts.fct_attribution_coverage_daily
        where usage_date between '{this.first}' and '{this.last}'
        """,
        "fct_attribution_coverage_daily",
    ) or [{"cost_usd": None, "mystery_usd": None}]
    return {
        "cost_usd": cost,
        "change_usd": less(cost, before),
        "change_share": ratio(less(cost, before), before),
        "year_usd": less(cost, year_ago),
        "year_share": ratio(less(cost, year_ago), year_ago),
        "mystery_usd": owners[0]["mystery_usd"],
        "mystery_share": ratio(owners[0]["mystery_usd"], owners[0]["cost_usd"]),
        "unpriced": sum(int(row["unpriced_count"]) for row in rows if row["name"] == this.name),
    }


def _quarters(quarters: dict[str, Quarter], rows: list[dict]) -> Table:
    cost = {name: _sums(rows, name).get(None) for name in quarters}
    before = {name: cost.get(each.before) for name, each in quarters.items()}
    found = [
        {
            "name": each.name,
            "first": each.first,
            "last": each.last,
            "is": "over" if each.is_over else "running",
            "cost_usd": cost[each.name],
            "change_usd": less(cost[each.name], before[each.name]),
            "change_share": ratio(less(cost[each.name], before[each.name]), before[each.name]),
            "year_usd": less(cost[each.name], cost.get(each.year_ago)),
        }
        for each in reversed(quarters.values())
    ]
    kept, more = top(found, _QUARTERS)
    return Table(
        "Spend by quarter, USD",
        [
            Column("name", "Quarter"),
            Column("first", "From", "date"),
            Column("last", "To", "date"),
            Column("is", "State"),
            Column("cost_usd", "USD", "bar"),
            Column("change_usd", "Change on the quarter before", "change"),
            Column("change_share", "Change, %", "share"),
            Column("year_usd", "Change on a year ago", "change"),
        ],
        kept,
        more=more,
    )


def _by(column: str, label: str, this: Quarter, rows: list[dict]) -> Table:
    now, before, year_ago = (
        _sums(rows, name, column) for name in (this.name, this.before, this.year_ago)
    )
    whole = known_total(now.values())
    found = [
        {
            column: name,
            "cost_usd": now.get(name, Decimal(0)),
            "share": ratio(now.get(name, Decimal(0)), whole),
            "change_usd": less(now.get(name, Decimal(0)), before.get(name, Decimal(0)))
            if before
            else None,
            "year_usd": less(now.get(name, Decimal(0)), year_ago.get(name, Decimal(0)))
            if year_ago
            else None,
        }
        for name in {*now, *before}
    ]
    found.sort(key=lambda row: (-(row["cost_usd"] or 0), row[column] or ""))
    kept, more = top(found, _SHOWN)
    return Table(
        f"Spend of the quarter by {label.lower()}, USD",
        [
            Column(column, label, kind_of(label)),
            Column("cost_usd", "USD", "bar"),
            Column("share", "Share", "share"),
            Column("change_usd", "Change on the quarter before", "change"),
            Column("year_usd", "Change on a year ago", "change"),
        ],
        kept,
        adds=True,
        more=more,
    )


def _plans(marts: Marts, this: Quarter) -> Table:
    """Plans of the months that begin in the quarter; a month without one has its baseline."""
    rows = marts.rows(
        f"""
        select
            team_id, count(*) as months, sum(budget_usd) as plan_usd,
            sum(case when budget_usd is null then baseline_usd end) as baseline_usd,
            sum(case when budget_usd is null then 1 else 0 end) as unplanned,
            sum(spent_usd) as spent_usd
        from marts.fct_budget_status
        where budget_period between '{this.first}' and '{this.last}'
        group by 1
        order by 6 desc nulls last, 1
        """,
        "fct_budget_status",
    )
    for row in rows:
        held = [row["plan_usd"], row["baseline_usd"]]
        row["held_usd"] = total(held) if any(each is not None for each in held) else None
        row["share"] = ratio(row["spent_usd"], row["held_usd"])
        row["unplanned"] = int(row["unplanned"])
    kept, more = top(rows, _SHOWN)
    return Table(
        "Charges of the quarter against plans, USD",
        [
            Column("team_id", "Team", "team"),
            Column("plan_usd", "Plans", "usd"),
            Column("baseline_usd", "Baselines, where nobody set a plan", "usd"),
            Column("unplanned", "Months without a plan", "count"),
            Column("spent_usd", "Charged", "usd"),
            Column("share", "Of plans and baselines", "share"),
        ],
        kept,
        adds=True,
        empty="No team has a plan or a baseline in this quarter.",
        more=more,
    )


def _bills(marts: Marts, this: Quarter) -> Table:
    """Our cost less the bill of each provider, and the lines of it that are still open."""
    rows = marts.rows(
        f"""
        select
            provider, sum(compared_gateway_cost_usd) as ours_usd,
            sum(compared_provider_cost_usd) as bill_usd, sum(variance_usd) as variance_usd,
            sum(case when status = 'breach' then 1 else 0 end) as to_look_at
        from marts.fct_reconciliation_daily
        where usage_date between '{this.first}' and '{this.last}' and status != 'no_bill'
        group by 1
        order by 3 desc nulls last, 1
        """,
        "fct_reconciliation_daily",
    )
    for row in rows:
        row["share"] = ratio(row["variance_usd"], row["bill_usd"])
        row["to_look_at"] = int(row["to_look_at"])
    return Table(
        "Ours against the bills of the quarter, USD",
        [
            Column("provider", "Provider", "provider"),
            Column("ours_usd", "Ours, compared", "usd"),
            Column("bill_usd", "Bill, compared", "usd"),
            Column("variance_usd", "Ours less the bill", "change"),
            Column("share", "Of the bill", "share"),
            Column("to_look_at", "Lines to look at", "count"),
        ],
        rows,
        adds=True,
        empty="No bill of this quarter is loaded.",
    )
