"""The first page: how much, by whom, and what needs attention."""

from __future__ import annotations

from decimal import Decimal

from scripts.reporting import governance
from scripts.reporting.findings import Finding
from scripts.reporting.marts import Marts, Period
from scripts.reporting.names import Names
from scripts.reporting.spend import Driver
from scripts.reporting.tables import (
    day,
    known_total,
    less,
    many,
    ratio,
    share,
    total,
    unbroken,
    usd,
)
from scripts.reporting.teams import page_name

# Below this share of the spend a missing owner is on its page, not on the first one.
_MYSTERY_SHARE = Decimal("0.01")
# Of each kind; the rest is on the page that the sentence leads to.
_SHOWN = 5
_FINDINGS_SHOWN = 8


def headline(
    drivers: list[Driver],
    coverage: list[dict],
    found: list[dict],
    wrong: list[Finding],
    period: Period,
) -> dict:
    """The figures at the top; `wrong` is what is wrong with the bills."""
    cost = known_total(row.cost_usd for row in drivers)
    before = known_total(row.before_usd for row in drivers)
    month = [row for row in coverage if row["usage_date"] >= period.month]
    mystery = total(row["mystery_usd"] for row in month)
    grave = sum(1 for each in wrong if each.is_grave)
    billed = [row for row in found if row["billed_usd"] is not None]
    return {
        "cost_usd": cost,
        "change_usd": less(cost, before),
        "change_share": ratio(less(cost, before), before),
        "mystery_usd": mystery,
        "mystery_share": ratio(mystery, total(row["cost_usd"] for row in month)),
        "unpriced": sum(row.unpriced for row in drivers),
        "lower_bound_usd": total(row["lower_bound_usd"] for row in month),
        "bills": many(grave, "finding") if grave else ("nothing wrong" if billed else "none yet"),
        "bills_note": f"in the bills of {many(len(billed), 'provider')}" if billed else "",
        "bills_mark": "grave" if grave else "",
    }


def attention(
    marts: Marts, head: dict, wrong: list[Finding], budgets: dict[str, dict], odd: list[dict]
) -> list[dict]:
    """One sentence per thing that somebody should look at, gravest first."""
    items = _findings(wrong, marts.names) + _budgets(budgets, marts.names)
    items += _anomalies(odd, marts.names)
    if (head["mystery_share"] or 0) > _MYSTERY_SHARE:
        items.append(
            _item(
                "note",
                "Without an owner",
                f"{share(head['mystery_share'])} of this month's spend, "
                f"USD {usd(head['mystery_usd'])}.",
                "governance.html#coverage",
            )
        )
    if head["unpriced"]:
        items.append(
            _item(
                "note",
                "Without a price",
                f"{many(int(head['unpriced']), 'attempt')} of this month.",
                "governance.html#prices",
            )
        )
    if head["lower_bound_usd"]:
        items.append(
            _item(
                "note",
                "A lower bound",
                f"USD {usd(head['lower_bound_usd'])} of this month's spend is what could be priced "
                "of attempts with a meter that has no price.",
                "governance.html#prices",
            )
        )
    records = governance.quarantine(marts).total["records"]
    if records:
        items.append(
            _item(
                "note",
                "Rejected",
                f"{many(records, 'record')}, in no figure.",
                "governance.html#records",
            )
        )
    return sorted(items, key=lambda item: item["level"] != "grave")


def _findings(wrong: list[Finding], names: Names) -> list[dict]:
    """What is wrong with the bills; those that can wait are one sentence."""
    grave = [each for each in wrong if each.is_grave]
    items = [
        _item(
            "grave",
            names.of("provider", each.provider),
            f"{each.says} {each.next_step}.",
            f"reconciliation.html#finding-{wrong.index(each) + 1}",
        )
        for each in grave[:_FINDINGS_SHOWN]
    ]
    more = len(wrong) - len(items)
    if more:
        says = f"{many(more, 'other finding' if items else 'finding')}."
        items.append(_item("note", "Bills", says, "reconciliation.html#findings"))
    return items


def _budgets(budgets: dict[str, dict], names: Names) -> list[dict]:
    """Teams whose plan is reached or will be, furthest first."""
    rows = [row for row in budgets.values() if row["alert_state"] in ("critical", "warning")]
    rows.sort(key=lambda row: (row["alert_state"] != "critical", -(row["spent_share"] or 0)))
    return [
        _item(
            "grave" if row["alert_state"] == "critical" else "note",
            names.of("team", row["team_id"]),
            f"{share(row['spent_share'])} of the plan of USD {usd(row['budget_usd'])} is used; "
            f"forecast USD {usd(row['forecast_usd'])}.",
            page_name(row["team_id"]),
        )
        for row in rows[:_SHOWN]
    ]


def _anomalies(rows: list[dict], names: Names) -> list[dict]:
    """The newest of each team and rule; budgets have a sentence of their own."""
    newest = {}
    for row in rows:
        if row["severity"] in ("critical", "warning") and row["rule_kind"] != "budget_share":
            newest.setdefault((row["team_id"], row["rule_id"]), row)
    return [
        _item(
            "grave" if row["severity"] == "critical" else "note",
            names.of("team", row["team_id"]),
            f"{day(row['usage_date'])}, {_compared(row)}.",
            f"{page_name(row['team_id'])}#odd",
        )
        for row in list(newest.values())[:_SHOWN]
    ]


def _compared(row: dict) -> str:
    """What was seen, and what it is beside."""
    what, other = row["compares"]
    if not other or row["baseline_usd"] is None:
        return f"{what} USD {usd(row['observed_usd'])}"
    baseline = usd(row["baseline_usd"])
    return f"{what} USD {usd(row['observed_usd'])} against USD {baseline}, {other}"


def _item(level: str, what: str, says: str, to: str) -> dict:
    return {"level": level, "what": what, "says": unbroken(says), "to": to}
