"""The first page: how much, by whom, and what needs attention."""

from __future__ import annotations

from decimal import Decimal

from scripts.reporting import governance
from scripts.reporting.marts import Marts, Period
from scripts.reporting.spend import Driver
from scripts.reporting.tables import count, known_total, less, ratio, share, total, usd
from scripts.reporting.teams import page_name

# Below this share of the spend a missing owner is on its page, not on the first one.
_MYSTERY_SHARE = Decimal("0.01")
# Of each kind; the rest is on the page that the sentence leads to.
_SHOWN = 5


def headline(
    drivers: list[Driver], coverage: list[dict], found: list[dict], period: Period
) -> dict:
    """The figures at the top."""
    cost = known_total(row.cost_usd for row in drivers)
    before = known_total(row.before_usd for row in drivers)
    month = [row for row in coverage if row["usage_date"] >= period.month]
    mystery = total(row["mystery_usd"] for row in month)
    breaches = sum(row["breaches"] for row in found)
    billed = [row for row in found if row["_light"]["status"] != "no_bill"]
    return {
        "cost_usd": cost,
        "change_usd": less(cost, before),
        "change_share": ratio(less(cost, before), before),
        "mystery_usd": mystery,
        "mystery_share": ratio(mystery, total(row["cost_usd"] for row in month)),
        "unpriced": sum(row.unpriced for row in drivers),
        "bills": f"{count(breaches)} to look at"
        if breaches
        else ("nothing to look at" if billed else "none yet"),
        "bills_note": f"lines of the bills of {len(billed)} providers" if billed else "",
    }


def attention(
    marts: Marts, head: dict, found: list[dict], budgets: dict[str, dict], odd: list[dict]
) -> list[dict]:
    """One sentence per thing that somebody should look at, gravest first."""
    items = _budgets(budgets) + [
        _item(
            "grave",
            row["name"],
            f"bills otherwise than we price, lines to look at: {count(row['breaches'])}, "
            f"net variance USD {usd(row['variance_usd'])}, gross USD {usd(row['gross_usd'])}.",
            "reconciliation.html#exceptions",
        )
        for row in sorted(found, key=lambda row: -(row["gross_usd"] or 0))[:_SHOWN]
        if row["breaches"]
    ]
    items += _anomalies(odd)
    if (head["mystery_share"] or 0) > _MYSTERY_SHARE:
        items.append(
            _item(
                "note",
                "Without an owner",
                f"is {share(head['mystery_share'])} of this month's spend, "
                f"USD {usd(head['mystery_usd'])}.",
                "governance.html#coverage",
            )
        )
    if head["unpriced"]:
        items.append(
            _item(
                "note",
                "Without a price",
                f"are {count(head['unpriced'])} attempts of this month.",
                "governance.html#prices",
            )
        )
    records = governance.quarantine(marts).total["records"]
    if records:
        items.append(
            _item("note", "Set aside", f"are {count(records)} records.", "governance.html#records")
        )
    return sorted(items, key=lambda item: item["level"] != "grave")


def _budgets(budgets: dict[str, dict]) -> list[dict]:
    """Teams whose plan is reached or will be, furthest first."""
    rows = [row for row in budgets.values() if row["alert_state"] in ("critical", "warning")]
    rows.sort(key=lambda row: (row["alert_state"] != "critical", -(row["spent_share"] or 0)))
    return [
        _item(
            "grave" if row["alert_state"] == "critical" else "note",
            row["team_id"],
            f"has used {share(row['spent_share'])} of its plan of USD {usd(row['budget_usd'])}; "
            f"forecast USD {usd(row['forecast_usd'])}.",
            page_name(row["team_id"]),
        )
        for row in rows[:_SHOWN]
    ]


def _anomalies(rows: list[dict]) -> list[dict]:
    """The newest of each team and rule; budgets have a sentence of their own."""
    newest = {}
    for row in rows:
        if row["severity"] in ("critical", "warning") and row["rule_kind"] != "budget_share":
            newest.setdefault((row["team_id"], row["rule_id"]), row)
    return [
        _item(
            "grave" if row["severity"] == "critical" else "note",
            row["team_id"],
            f"on {row['usage_date']}: {row['rule']}, USD {usd(row['observed_usd'])}"
            + (f" against {usd(row['baseline_usd'])}." if row["baseline_usd"] is not None else "."),
            f"{page_name(row['team_id'])}#odd",
        )
        for row in list(newest.values())[:_SHOWN]
    ]


def _item(level: str, what: str, says: str, to: str) -> dict:
    return {"level": level, "what": what, "says": says, "to": to}
