"""Pages of services and of customers, and the lists of all teams, services and customers."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from scripts.accounting.entries import safe_text
from scripts.reporting.links import Links, page_name
from scripts.reporting.marts import Marts, Period
from scripts.reporting.names import Names
from scripts.reporting.spend import Driver, compared, comparison_table
from scripts.reporting.tables import Column, Table, known_total, less, plain, ratio, top
from scripts.reporting.teams import month_table

# Of a list; what is beyond is one row of others, and in the CSV.
LISTED = 25
# Services and customers with a page of their own.
PAGES = 100
_PARTS = 6
_REQUESTS = 4


@dataclass(frozen=True)
class Kind:
    """What a list and its pages are about."""

    name: str
    label: str
    plural: str
    # The column of the marts that holds it.
    column: str


TEAM = Kind("team", "Team", "Teams", "team_id")
SERVICE = Kind("service", "Service", "Services", "service_name")
CUSTOMER = Kind("customer", "Customer", "Customers", "customer_id")


def ranked(drivers: dict[str, list[Driver]], daily: dict[str, dict]) -> list[str]:
    """Names, those that cost most this month first; those with spend in the window only last."""
    cost = {name: known_total(row.cost_usd for row in rows) or 0 for name, rows in drivers.items()}
    return sorted({*drivers, *daily} - {"(none)"}, key=lambda name: (-cost.get(name, 0), name))


def requests(marts: Marts, period: Period, kind: Kind, names: list[str]) -> dict[str, list[dict]]:
    """The costliest requests of each of these services or customers this month."""
    wanted = set(names)
    found: dict[str, list[dict]] = defaultdict(list)
    for row in marts.rows(
        f"""
        with ranked as (
            select
                {kind.column} as name, team_id, first_usage_at, logical_request_key,
                logical_request_id, trace_id, service_name, feature, customer_id, billed_model,
                attempt_count, outcome, cost_usd,
                row_number() over (
                    partition by {kind.column}
                    order by cost_usd desc, first_usage_at, logical_request_key
                ) as place
            from marts.fct_logical_requests
            where
                usage_date between '{period.month}' and '{period.last}' and cost_usd > 0
                and {kind.column} is not null
        )
        select * from ranked where place <= {_REQUESTS} order by name, place
        """,
        "fct_logical_requests",
    ):
        if row["name"] in wanted:
            found[row["name"]].append(row)
    return dict(found)


def requests_table(rows: list[dict], kind: Kind, links: Links) -> Table:
    """The costliest requests, each leading to its attempts where the report has them."""
    others = [
        column
        for column in (
            Column("team_id", "Team", "team"),
            Column("service_name", "Service"),
            Column("customer_id", "Customer"),
        )
        if column.name != kind.column
    ]
    for row in rows:
        to = links.to_request(row["team_id"], row["logical_request_key"])
        row["_to"] = {"logical_request_id": to} if to else {}
        row["outcome"] = (row["outcome"] or "").replace("_", " ")
    return Table(
        "Costliest requests this month, USD",
        [
            Column("first_usage_at", "Start, UTC", "time"),
            Column("logical_request_id", "Request", "id"),
            *others,
            Column("feature", "Feature"),
            Column("billed_model", "Model"),
            Column("attempt_count", "Attempts", "count"),
            Column("outcome", "Outcome"),
            Column("cost_usd", "USD", "unit"),
        ],
        rows,
        empty="No request with a cost this month.",
    )


def months_table(daily: dict[date, Decimal | None], period: Period, revenue: list[dict]) -> Table:
    """Spend of each month of the report; of a customer also what it paid."""
    sums: dict[date, list[Decimal | None]] = defaultdict(list)
    for day, amount in daily.items():
        if period.first <= day <= period.last:
            sums[day.replace(day=1)].append(amount)
    paid = {row["usage_period"]: row["revenue_usd"] for row in revenue}
    rows = []
    for month in sorted(sums, reverse=True):
        cost = known_total(sums[month])
        row = {"month": month, "cost_usd": cost, "revenue_usd": paid.get(month)}
        rows.append(row | {"margin_usd": less(row["revenue_usd"], cost)})
    more = [Column("revenue_usd", "Revenue", "usd"), Column("margin_usd", "Margin", "change")]
    return Table(
        "Spend by month, USD",
        [
            Column("month", "Month", "month"),
            Column("cost_usd", "USD", "bar"),
            *(more if paid else []),
        ],
        rows,
    )


def revenues(marts: Marts, period: Period) -> dict[str, list[dict]]:
    """What customers paid in each month of the report, where anybody said."""
    found: dict[str, list[dict]] = defaultdict(list)
    for row in marts.rows(
        f"""
        select unit_id, usage_period, revenue_usd
        from marts.fct_unit_costs
        where
            unit_kind = 'customer' and revenue_usd is not null
            and usage_period between '{period.first.replace(day=1)}' and '{period.last}'
        """,
        "fct_unit_costs",
    ):
        found[row["unit_id"]].append(row)
    return dict(found)


def page(
    kind: Kind,
    name: str,
    drivers: list[Driver],
    daily: dict[date, Decimal | None],
    period: Period,
    called: Table,
    revenue: list[dict],
) -> dict:
    """What the page of a service or a customer says."""
    cost = known_total(row.cost_usd for row in drivers)
    before = known_total(row.before_usd for row in drivers)
    parts = []
    for label, column in (
        ("Team", "team_id"),
        ("Service", "service_name"),
        ("Feature", "feature"),
        ("Model", "billed_model"),
    ):
        if column != kind.column:
            parts.append(_part(label, column, drivers, period))
    return {
        "kind": kind,
        "name": name,
        "head": {
            "cost_usd": cost,
            "change_usd": less(cost, before),
            "change_share": ratio(less(cost, before), before),
            "requests": sum(row.requests for row in drivers),
            "unpriced": sum(row.unpriced for row in drivers),
        },
        "month": month_table(daily, period),
        "months": months_table(daily, period, revenue),
        "parts": parts,
        "requests": called,
    }


def _part(label: str, column: str, drivers: list[Driver], period: Period) -> Table:
    rows = compared(drivers, column)
    found = comparison_table(f"This month by {label.lower()}, USD", label, rows, {}, period)
    # The names of each are links; without days there is no line by week.
    found.columns = [
        replace(each, name=column) if each.name == "name" else each
        for each in found.columns
        if each.name != "trend"
    ]
    for row in [*rows, found.total]:
        row[column] = row["name"]
    found.rows, found.more = top(rows, _PARTS)
    return found


def listed(kind: Kind, table: Table, links: Links, names: Names) -> dict:
    """What the list of all teams, services or customers says, with those it does not show."""
    rest = [
        {
            "name": names.of(kind.name, row["name"]),
            "cost_usd": row["cost_usd"],
            "to": links.to(kind.name, row["name"]),
        }
        for row in table.more
    ]
    return {"kind": kind, "all": table, "rest": rest, "csv": f"{kind.plural.lower()}.csv"}


def as_csv(kind: Kind, table: Table) -> str:
    """Every row of a list with every digit."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([kind.label, "USD", "Change, USD", "Requests", "Page"])
    for row in [*table.rows, *table.more]:
        figures = [plain(row["cost_usd"]), plain(row["change_usd"]), row["requests"]]
        page = page_name(kind.name, row["name"]) if row.get("_href") else ""
        writer.writerow([safe_text(row["name"]), *figures, page])
    return out.getvalue()
