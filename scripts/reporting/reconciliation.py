"""Is the bill right? Each provider's light, the days that differ, and the causes."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from scripts.reporting.marts import Marts, Period
from scripts.reporting.tables import Column, Table, ratio, top, total

# From harmless to grave; the worst status of a day is the day's.
STATUSES = ("no_bill", "matched", "within_tolerance", "provisional", "breach")
_ALWAYS = "status != 'no_bill'"
_WORDS = {
    "no_bill": "No bill loaded",
    "matched": "Matched",
    "within_tolerance": "Within tolerance",
    "provisional": "Not settled yet",
    "breach": "To look at",
}
_MONEY = ("gateway_usd", "provider_usd", "variance_usd", "gross_usd")
_SHOWN_EXCEPTIONS = 100


def words(code: str | None) -> str:
    """A status or reason as people say it."""
    return _WORDS.get(code, (code or "none stated").replace("_", " "))


def _days(marts: Marts, period: Period) -> list[dict]:
    """Provider and day: both sides, the variance and how many lines have which status."""
    counts = ", ".join(
        f"sum(case when status = '{status}' then 1 else 0 end) as {status}" for status in STATUSES
    )
    return marts.rows(
        f"""
        select
            provider,
            usage_date,
            sum(case when {_ALWAYS} then gateway_cost_usd end) as gateway_usd,
            sum(provider_cost_usd) as provider_usd,
            sum(case when {_ALWAYS} then variance_usd end) as variance_usd,
            sum(case when {_ALWAYS} then abs(variance_usd) end) as gross_usd,
            min(case when {_ALWAYS} and not is_settled then 0 else 1 end) as settled,
            {counts}
        from marts.fct_reconciliation_daily
        where usage_date between '{period.first}' and '{period.last}'
        group by 1, 2
        order by 1, 2
        """
    )


def _worst(row: dict) -> str:
    return next(status for status in reversed(STATUSES) if row[status] or status == "no_bill")


def providers(marts: Marts, period: Period) -> list[dict]:
    """One row per provider, with its light: the worst status of any of its days."""
    if not marts.has("fct_reconciliation_daily"):
        return []
    groups: dict[str, list[dict]] = defaultdict(list)
    for row in _days(marts, period):
        groups[row["provider"] or "(unknown provider)"].append(row)
    found = []
    for name, days in groups.items():
        billed = [row for row in days if _worst(row) != "no_bill"]
        settled = [row["usage_date"] for row in billed if row["settled"]]
        status = max((_worst(row) for row in days), key=STATUSES.index)
        found.append(
            {
                "name": name,
                "light": words(status),
                "_light": {"status": status},
                **{name: total(row[name] for row in billed) if billed else None for name in _MONEY},
                "breaches": sum(int(row["breach"]) for row in days),
                "days": [row | {"status": _worst(row)} for row in days],
                "settled_through": max(settled, default=None),
            }
        )
    return sorted(found, key=lambda row: row["name"])


def lights(found: list[dict]) -> Table:
    """The light of each provider, in words as well as in colour."""
    return Table(
        "Ours against each provider's bill, USD",
        [
            Column("name", "Provider"),
            Column("light", "State", "state"),
            Column("gateway_usd", "Ours", "usd"),
            Column("provider_usd", "Provider", "usd"),
            Column("variance_usd", "Net variance", "change"),
            Column("gross_usd", "Gross variance", "usd"),
            Column("breaches", "Lines to look at", "count"),
            Column("settled_through", "Settled through", "date"),
        ],
        found,
        empty="No provider bill is loaded yet.",
    )


def heat(found: list[dict], period: Period) -> Table:
    """Day by provider: the variance, coloured by the worst status."""
    names = [row["name"] for row in found]
    cells = {(row["name"], day["usage_date"]): day for row in found for day in row["days"]}
    rows = []
    for day in period.dates():
        row: dict = {"usage_date": day}
        for n, name in enumerate(names):
            cell = cells.get((name, day))
            status = cell["status"] if cell else "none"
            row[f"p{n}"] = cell["variance_usd"] if cell else None
            row[f"_p{n}"] = {"status": words(status) if cell else "No usage"}
        rows.append(row)
    return Table(
        "Variance per day and provider (ours less theirs), USD",
        [
            Column("usage_date", "Day", "date"),
            *(Column(f"p{n}", name, "change", series=True) for n, name in enumerate(names)),
        ],
        rows if names else [],
        empty="No provider bill is loaded yet.",
    )


def causes(marts: Marts, period: Period, found: list[dict]) -> Table:
    """From our cost to the provider's, one step per cause; the steps add up exactly."""
    rows = marts.rows(
        f"""
        select coalesce(reason_code, 'no cause') as cause, sum(variance_usd) as variance_usd
        from marts.fct_reconciliation_daily
        where
            usage_date between '{period.first}' and '{period.last}'
            and {_ALWAYS}
            and variance_usd != 0
        group by 1
        order by 2
        """
    )
    at = total(row["gateway_usd"] for row in found)
    steps = [_whole("Ours, priced from the logs", at)]
    for row in rows:
        steps.append(_part(words(row["cause"]), -row["variance_usd"], at))
        at -= row["variance_usd"]
    steps.append(_whole("The providers' reports", at))
    return Table(
        "From our cost to the providers', USD (the axis does not begin at zero)",
        [Column("step", "Step"), Column("amount_usd", "USD", "usd")],
        steps if found else [],
        empty="No provider bill is loaded yet.",
    )


def _whole(name: str, level: Decimal) -> dict:
    ends = {"from": f"{level:f}", "to": f"{level:f}", "kind": "whole"}
    return {"step": name, "amount_usd": level, "_amount_usd": ends}


def _part(name: str, amount: Decimal, start: Decimal) -> dict:
    kind = "more" if amount > 0 else "less"
    ends = {"from": f"{start:f}", "to": f"{start + amount:f}", "kind": kind}
    return {"step": name, "amount_usd": amount, "_amount_usd": ends}


def exceptions(marts: Marts, period: Period) -> Table:
    """The lines to look at, dearest first."""
    rows = marts.rows(
        f"""
        select
            usage_date, provider, billing_account_id, billed_model, meter, reason_code,
            gateway_cost_usd, provider_cost_usd, variance_usd, review_decision
        from marts.fct_reconciliation_daily
        where
            usage_date between '{period.first}' and '{period.last}'
            and status = 'breach'
        order by abs(variance_usd) desc, 1, 2, 3, 4, 5
        """
    )
    for n, row in enumerate(rows):
        row["cause"] = words(row["reason_code"])
        row["_id"] = f"exception-{n + 1}"
    kept, more = top(rows, _SHOWN_EXCEPTIONS)
    return Table(
        "Lines that breach their tolerance, dearest first, USD",
        [
            Column("usage_date", "Day", "date"),
            Column("provider", "Provider"),
            Column("billing_account_id", "Account"),
            Column("billed_model", "Model"),
            Column("meter", "Meter"),
            Column("gateway_cost_usd", "Ours", "usd"),
            Column("provider_cost_usd", "Provider", "usd"),
            Column("variance_usd", "Variance", "change"),
            Column("cause", "Suggested cause"),
            Column("review_decision", "Decision"),
        ],
        kept,
        empty="Nothing breaches its tolerance.",
        more=more,
    )


def page(marts: Marts, period: Period, found: list[dict]) -> dict:
    """Everything on the page of the reconciliation."""
    if not marts.has("fct_reconciliation_daily"):
        return {"lights": lights([])}
    billed = [row for row in found if row["_light"]["status"] != "no_bill"]
    gross = total(row["gross_usd"] for row in billed)
    return {
        "lights": lights(found),
        "heat": heat(found, period),
        "causes": causes(marts, period, billed),
        "exceptions": exceptions(marts, period),
        "gross_share": ratio(gross, total(row["provider_usd"] for row in billed)),
    }
