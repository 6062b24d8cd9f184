"""Is the bill right? Each provider's light, the days that differ, and the causes."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from scripts.reporting.findings import Finding
from scripts.reporting.marts import Marts, Period
from scripts.reporting.names import Names
from scripts.reporting.tables import Column, Table, top, total

# From harmless to grave; the worst status of a day is the day's.
STATUSES = (
    "no_bill",
    "reconciling_item",
    "matched",
    "accepted",
    "within_tolerance",
    "provisional",
    "disputed",
    "breach",
)
_BILLED = "status != 'no_bill'"
# A breach that somebody has decided on is no longer one to look at.
_STATE = """
    case
        when status = 'breach' and decision_state in ('accepted', 'disputed') then decision_state
        else status
    end
"""
WORDS = {
    "no_bill": "No bill loaded",
    "reconciling_item": "Only on the bill",
    "matched": "Matched",
    "accepted": "Difference accepted",
    "within_tolerance": "Within tolerance",
    "provisional": "Not settled yet",
    "disputed": "Disputed",
    "breach": "To look at",
}
_MONEY = (
    *("gateway_usd", "provider_usd", "variance_usd", "gross_usd"),
    *("absent_usd", "billed_usd"),
)
_SHOWN = 100


def words(code: str | None) -> str:
    """A status or reason as people say it."""
    return WORDS.get(code, (code or "none stated").replace("_", " "))


def _days(marts: Marts, period: Period) -> list[dict]:
    """Provider and day: both sides, the variance and how many lines have which status."""
    counts = ", ".join(
        f"sum(case when state = '{status}' then 1 else 0 end) as {status}" for status in STATUSES
    )
    return marts.rows(
        f"""
        select
            provider,
            usage_date,
            sum(compared_gateway_cost_usd) as gateway_usd,
            sum(compared_provider_cost_usd) as provider_usd,
            sum(case when status = 'reconciling_item' then provider_cost_usd end) as absent_usd,
            sum(case when {_BILLED} then provider_cost_usd end) as billed_usd,
            sum(case when {_BILLED} then variance_usd end) as variance_usd,
            sum(case when {_BILLED} then abs(variance_usd) end) as gross_usd,
            min(case when {_BILLED} and not is_settled then 0 else 1 end) as settled,
            {counts}
        from (select *, {_STATE} as state from marts.fct_reconciliation_daily) as lines
        where usage_date between '{period.first}' and '{period.last}'
        group by 1, 2
        order by 1, 2
        """
    )


def _worst(row: dict) -> str:
    return next(status for status in reversed(STATUSES) if row[status] or status == "no_bill")


def providers(marts: Marts, period: Period, wrong: list[Finding] = ()) -> list[dict]:
    """One row per provider, with its light: the worst status of any of its days.

    A finding makes it red as well: thirty small overcharges have no day that is off.
    """
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
        mine = [each for each in wrong if each.provider == name]
        if any(each.is_grave for each in mine):
            status = "breach"
        found.append(
            {
                "name": name,
                "light": words(status),
                "_light": {"status": status},
                **{name: total(row[name] for row in billed) if billed else None for name in _MONEY},
                "breaches": sum(int(row["breach"]) for row in days),
                "findings": len(mine),
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
            Column("name", "Provider", "provider"),
            Column("light", "State", "state"),
            Column("gateway_usd", "Ours, compared", "usd"),
            Column("provider_usd", "Bill, compared", "usd"),
            Column("variance_usd", "Net variance", "change"),
            Column("gross_usd", "Gross variance", "usd"),
            Column("absent_usd", "Only on the bill", "usd"),
            Column("billed_usd", "Bill in all", "usd"),
            Column("findings", "Findings", "count"),
            Column("breaches", "Lines to look at", "count"),
            Column("settled_through", "Settled through", "date"),
        ],
        found,
        adds=True,
        empty="No provider bill is loaded yet.",
    )


def heat(found: list[dict], period: Period, called: Names) -> Table:
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
            *(
                Column(f"p{n}", called.of("provider", name), "change", series=True)
                for n, name in enumerate(names)
            ),
        ],
        rows if names else [],
        empty="No provider bill is loaded yet.",
    )


def causes(marts: Marts, period: Period, found: list[dict]) -> Table:
    """From our cost to the bills, one step per cause; the steps add up exactly."""
    rows = marts.rows(
        f"""
        select
            status = 'reconciling_item' as is_absent,
            coalesce(reason_code, 'no_cause_found') as cause,
            sum(case when status = 'reconciling_item' then provider_cost_usd else -variance_usd end)
                as step_usd
        from marts.fct_reconciliation_daily
        where usage_date between '{period.first}' and '{period.last}' and {_BILLED}
        group by 1, 2
        order by 3 desc, 2
        """
    )
    steps = bridge(rows, total(row["gateway_usd"] for row in found))
    return Table(
        "From our cost to the bills, USD (the axis does not begin at zero)",
        [Column("step", "Step"), Column("amount_usd", "USD", "usd")],
        steps if found else [],
        empty="No provider bill is loaded yet.",
    )


def bridge(rows: list[dict], at: Decimal) -> list[dict]:
    """Steps from our cost to the bill, by cause, and on to what only the bill can show."""
    steps = [whole("Ours, compared", at)]
    for is_absent, end in ((False, "The bills, compared"), (True, "The bills in all")):
        for row in rows:
            if row["is_absent"] == is_absent and row["step_usd"]:
                steps.append(part(words(row["cause"]), row["step_usd"], at))
                at += row["step_usd"]
        steps.append(whole(end, at))
    return steps


def whole(name: str, level: Decimal) -> dict:
    """A step that says where the sum stands."""
    ends = {"from": f"{level:f}", "to": f"{level:f}", "kind": "whole"}
    return {"step": name, "amount_usd": level, "_amount_usd": ends}


def part(name: str, amount: Decimal, start: Decimal) -> dict:
    """A step that leads from a sum to the next."""
    kind = "more" if amount > 0 else "less"
    ends = {"from": f"{start:f}", "to": f"{start + amount:f}", "kind": kind}
    return {"step": name, "amount_usd": amount, "_amount_usd": ends}


def exceptions(marts: Marts) -> Table:
    """The work list: what nobody has decided on first, then by amount."""
    rows = marts.rows(
        """
        select
            usage_date, provider, billing_account_id, billed_model, meter, variance_usd,
            reason_code, reason_evidence, next_step, owner_name, age_days, decision_state
        from marts.fct_reconciliation_exceptions
        order by
            case when decision_state in ('open', 'reopened') then 0 else 1 end,
            abs(variance_usd) desc, 1, 2, 3, 4, 5
        """,
        "fct_reconciliation_exceptions",
    )
    for n, row in enumerate(rows):
        row["cause"] = words(row["reason_code"])
        said = (row["reason_evidence"], row["next_step"])
        row["evidence"] = ". ".join(text for text in said if text)
        row["_id"] = f"exception-{n + 1}"
    kept, more = top(rows, _SHOWN)
    return Table(
        "Lines that breach their tolerance, USD",
        [
            Column("usage_date", "Day", "date"),
            Column("provider", "Provider", "provider"),
            Column("billing_account_id", "Account"),
            Column("billed_model", "Model"),
            Column("meter", "Meter", "words"),
            Column("variance_usd", "Variance", "change"),
            Column("cause", "Suggested cause"),
            Column("evidence", "Evidence, and what to do", "small"),
            Column("owner_name", "Owner"),
            Column("age_days", "Age, days", "count", adds=False),
            Column("decision_state", "State"),
        ],
        kept,
        adds=True,
        empty="Nothing breaches its tolerance.",
        more=more,
    )


def leaked(marts: Marts, period: Period) -> Table:
    """Usage that only one side knows, by credential."""
    rows = marts.rows(
        f"""
        select
            seen_by, provider, credential_id, sub_account_id, team_id, credential_status,
            min(usage_date) as first_day, max(usage_date) as last_day,
            sum(cost_usd) as cost_usd
        from marts.fct_leaked_spend
        where usage_date between '{period.first}' and '{period.last}'
        group by 1, 2, 3, 4, 5, 6
        order by 9 desc, 1, 2, 3, 4, 5, 6
        """,
        "fct_leaked_spend",
    )
    for row in rows:
        row["credential_status"] = words(row["credential_status"])
    kept, more = top(rows, _SHOWN)
    return Table(
        "Usage that only one side knows, by credential, USD",
        [
            Column("seen_by", "Seen by", "words"),
            Column("provider", "Provider", "provider"),
            Column("credential_id", "Credential", "id"),
            Column("sub_account_id", "Project", "id"),
            Column("team_id", "Team", "team"),
            Column("credential_status", "Credential is"),
            Column("first_day", "From", "date"),
            Column("last_day", "To", "date"),
            Column("cost_usd", "USD", "bar"),
        ],
        kept,
        adds=True,
        empty="No usage is known to one side alone.",
        more=more,
    )


def unmetered(marts: Marts, period: Period) -> Table:
    """Attempts outside our figures that a provider may bill."""
    rows = marts.rows(
        f"""
        select
            kind, provider, estimate_rule,
            sum(attempt_count) as attempts, sum(estimated_cost_usd) as estimated_usd
        from marts.fct_unmetered_usage_daily
        where usage_date between '{period.first}' and '{period.last}'
        group by 1, 2, 3
        order by 5 desc nulls last, 1, 2, 3
        """,
        "fct_unmetered_usage_daily",
    )
    for row in rows:
        row["kind"] = words(row["kind"])
    kept, more = top(rows, _SHOWN)
    return Table(
        "Attempts that are not in our figures and may be billed, USD",
        [
            Column("kind", "Attempts"),
            Column("provider", "Provider", "provider"),
            Column("attempts", "How many", "count"),
            Column("estimated_usd", "Estimate", "usd"),
            Column("estimate_rule", "How it is estimated", "small"),
        ],
        kept,
        adds=True,
        empty="Every attempt is in our figures.",
        more=more,
    )


def page(marts: Marts, period: Period, found: list[dict]) -> dict:
    """Everything on the page of the reconciliation."""
    if not marts.has("fct_reconciliation_daily"):
        return {"lights": lights([]), "exceptions": exceptions(marts)}
    billed = [row for row in found if row["billed_usd"] is not None]
    return {
        "lights": lights(found),
        "heat": heat(found, period, marts.names),
        "causes": causes(marts, period, billed),
        "exceptions": exceptions(marts),
        "leaked": leaked(marts, period),
        "unmetered": unmetered(marts, period),
    }
