"""Spend by day and by whatever explains it: the queries that several pages share."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from scripts.reporting.marts import Marts, Period
from scripts.reporting.names import kind_of
from scripts.reporting.tables import Column, Table, known_total, less, ratio, total, trend

_UNKNOWN = {"billed_model": "(unknown model)", "provider": "(unknown provider)"}
_LAYERS = 6


@dataclass(frozen=True)
class Driver:
    """One owner, service, feature, provider and model, this month and the month before.

    A cost is None where there was use and none of it has a price: unknown, not zero.
    """

    team_id: str
    service_name: str | None
    feature: str | None
    provider: str
    billed_model: str
    cost_usd: Decimal | None
    before_usd: Decimal | None
    requests: int
    requests_before: int
    unpriced: int

    @property
    def change_usd(self) -> Decimal | None:
        """What it costs more than the month before."""
        return less(self.cost_usd, self.before_usd)

    @property
    def volume_change_usd(self) -> Decimal | None:
        """Part of the change due to the number of requests, at the old cost of one."""
        if self.change_usd is None or not self.requests_before:
            return self.change_usd
        more = Decimal(self.requests - self.requests_before)
        return (self.before_usd * more / self.requests_before).quantize(Decimal("1e-15"))

    @property
    def unit_change_usd(self) -> Decimal | None:
        """The rest: a request costs more or less than it did."""
        return less(self.change_usd, self.volume_change_usd)


def _cost(days: str) -> str:
    """SQL of the cost: null where none of the use has a price, 0 where there was none."""
    priced = f"coalesce(sum(case when {days} then cost_usd end), 0)"
    unpriced = f"sum(case when {days} then unpriced_count else 0 end)"
    return f"case when {priced} != 0 or {unpriced} = 0 then {priced} end"


def _both_months(period: Period) -> str:
    return (
        f"(usage_date between '{period.before_first}' and '{period.before_last}' "
        f"or usage_date between '{period.month}' and '{period.last}')"
    )


def _figures(period: Period, requests: str) -> str:
    """SQL of what a driver has of both months; `requests` counts those of a row."""
    this, before = f"usage_date >= '{period.month}'", f"usage_date <= '{period.before_last}'"
    return f"""
            {_cost(this)} as cost_usd,
            {_cost(before)} as before_usd,
            coalesce(sum(case when {this} then {requests} end), 0) as requests,
            coalesce(sum(case when {before} then {requests} end), 0) as requests_before,
            coalesce(sum(case when {this} then unpriced_count end), 0) as unpriced
    """


def _driver(row: dict) -> Driver:
    whole = {"requests", "requests_before", "unpriced"}
    return Driver(**{k: int(v) if k in whole else v for k, v in row.items()})


def drivers(marts: Marts, period: Period) -> list[Driver]:
    """All drivers of both months, costliest first."""
    rows = marts.rows(
        f"""
        select
            team_id,
            service_name,
            feature,
            coalesce(provider, '{_UNKNOWN["provider"]}') as provider,
            coalesce(billed_model, '{_UNKNOWN["billed_model"]}') as billed_model,
            {_figures(period, "request_count")}
        from marts.fct_spend_daily
        where {_both_months(period)}
        group by 1, 2, 3, 4, 5
        order by coalesce({_cost(f"usage_date >= '{period.month}'")}, 0) desc, 1, 2, 3, 4, 5
        """
    )
    return [_driver(row) for row in rows]


def drivers_by_customer(marts: Marts, period: Period) -> dict[str, list[Driver]]:
    """The same for each customer; a request has one, and the model that its charge names."""
    found: dict[str, list[Driver]] = defaultdict(list)
    for row in marts.rows(
        f"""
        select
            customer_id,
            team_id,
            service_name,
            feature,
            '{_UNKNOWN["provider"]}' as provider,
            coalesce(billed_model, '{_UNKNOWN["billed_model"]}') as billed_model,
            {_figures(period, "1")}
        from marts.fct_logical_requests
        where customer_id is not null and {_both_months(period)}
        group by 1, 2, 3, 4, 5, 6
        order by coalesce({_cost(f"usage_date >= '{period.month}'")}, 0) desc, 1, 2, 3, 4, 5, 6
        """,
        "fct_logical_requests",
    ):
        found[row.pop("customer_id")].append(_driver(row))
    return dict(found)


def by_day(
    marts: Marts, period: Period, column: str, mart: str = "fct_spend_daily"
) -> dict[str, dict[date, Decimal | None]]:
    """Spend of each value of a column on each day of the period.

    Days without use are absent; a day of which nothing has a price is None.
    """
    found: dict[str, dict[date, Decimal | None]] = defaultdict(dict)
    for row in marts.rows(
        f"""
        select {column} as name, usage_date, sum(cost_usd) as cost_usd
        from marts.{mart}
        where usage_date between '{period.first}' and '{period.last}'
        group by 1, 2
        """,
        mart,
    ):
        name = row["name"] or _UNKNOWN.get(column, "(none)")
        found[name][row["usage_date"]] = row["cost_usd"]
    return dict(found)


def daily_table(
    spend: dict[str, dict[date, Decimal]], period: Period, odd: dict[date, str] | None = None
) -> Table:
    """One row per day, one column per layer; the smallest beyond six are added up as others.

    `odd` says of a day who spent far above the average: the chart marks it.
    """
    names = sorted(spend, key=lambda name: (-total(spend[name].values()), name))
    kept = names if len(names) <= _LAYERS else names[: _LAYERS - 1]
    rest = names[len(kept) :]
    columns = [Column(f"s{n}", name, "usd", series=True) for n, name in enumerate(kept)]
    if rest:
        columns.append(Column("rest", f"{len(rest)} others", "usd", series=True))
    rows = []
    for day in period.dates():
        row = {f"s{n}": spend[name].get(day, Decimal(0)) for n, name in enumerate(kept)}
        row |= {"rest": _of_day(spend, rest, day), "usage_date": day}
        row["total"] = _of_day(spend, names, day)
        if odd and day in odd:
            row["_total"] = {"odd": odd[day]}
        rows.append(row)
    return Table(
        "Spend per day and provider, USD",
        [Column("usage_date", "Day", "date"), *columns, Column("total", "Total", "usd")],
        rows,
    )


def _of_day(spend: dict[str, dict], names: list[str], day: date) -> Decimal | None:
    return known_total(spend[name][day] for name in names if day in spend[name])


def compared(rows: list[Driver], column: str) -> list[dict]:
    """This month against the month before for each value of a column, costliest first."""
    groups: dict[str, list[Driver]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, column) or "(none)"].append(row)
    whole = total(row.cost_usd for row in rows)
    found = []
    for name, members in groups.items():
        cost = known_total(row.cost_usd for row in members)
        found.append(
            {
                "name": name,
                "cost_usd": cost,
                "share": ratio(cost, whole),
                "change_usd": known_change(cost, known_total(row.before_usd for row in members)),
                "requests": sum(row.requests for row in members),
                "unpriced": sum(row.unpriced for row in members),
            }
        )
    return sorted(found, key=lambda row: (-(row["cost_usd"] or 0), row["name"]))


def known_change(cost: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Of what is known, as in a sum of several: else tables by team and by provider foot apart.

    None where one is unknown and nothing is known of the other.
    """
    change = (cost or Decimal(0)) - (before or Decimal(0))
    return change if change or not (cost is None or before is None) else None


def weeks(daily: dict[date, Decimal], period: Period) -> list[Decimal]:
    """Sums of seven days, ending with the last; a first incomplete week is left out."""
    sums = []
    end = period.last
    while end - timedelta(days=6) >= period.first:
        sums.append(total(daily.get(end - timedelta(days=n)) for n in range(7)))
        end -= timedelta(days=7)
    return sums[::-1]


def comparison_table(
    caption: str, label: str, rows: list[dict], daily: dict, period: Period
) -> Table:
    """Bars, shares, change and a trend line for rows of `compared`."""
    for row in rows:
        row["trend"] = trend(weeks(daily.get(row["name"], {}), period))
    return Table(
        caption,
        [
            Column("name", label, kind_of(label)),
            Column("cost_usd", "USD", "bar"),
            Column("share", "Share", "share"),
            Column("change_usd", "Change, USD", "change"),
            Column("requests", "Requests", "count"),
            Column("trend", "By week", "trend"),
        ],
        rows,
        empty="No spend this month.",
        adds=True,
        total={"name": "Total", "cost_usd": known_total(row["cost_usd"] for row in rows)}
        | {"change_usd": total(row["change_usd"] for row in rows)},
    )
