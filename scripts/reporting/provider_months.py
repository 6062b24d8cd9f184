"""A page for finance of each provider and month: from our cost to what is paid, and who decided."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from scripts.reporting import accuracy, findings, invoices
from scripts.reporting.findings import Finding
from scripts.reporting.marts import Marts, Period, month_end
from scripts.reporting.reconciliation import bridge, words
from scripts.reporting.tables import Column, Table, known_total, month_name, total

Key = tuple[str, date]


def page_name(provider: str, month: date) -> str:
    """A file name for any provider's name: readable letters, and a hash that keeps two apart."""
    letters = re.sub(r"[^a-z0-9]+", "-", provider.lower()).strip("-")[:40]
    mark = hashlib.sha256(provider.encode()).hexdigest()[:8]
    return f"bills/{letters or 'provider'}-{mark}-{month:%Y-%m}.html"


def pages(marts: Marts, period: Period, wrong: list[Finding]) -> dict[str, dict]:
    """What each page says, by its path; a month has one where either side has use."""
    if not marts.has("fct_reconciliation_daily"):
        return {}
    causes = _by_month(_causes(marts, period))
    shares = _by_month(
        row | {"month": row["usage_month_date"]} for row in accuracy.rows(marts, period.first)
    )
    accounts = _by_month(_accounts(marts, period))
    decided = _by_month(_decided(marts, period))
    invoiced = _by_month(
        row | {"month": row["billing_period_start_date"]} for row in invoices.rows(marts, period)
    )
    found = {}
    for (name, month), rows in sorted(causes.items()):
        mine = [each for each in wrong if each.provider == name and _speaks_of(each, month)]
        bills = invoiced.get((name, month), [])
        found[page_name(name, month)] = {
            "provider": name,
            "month": month,
            "name": f"{marts.names.of('provider', name)}, {month_name(month)}",
            "head": _head(rows, bills, shares.get((name, month), [])),
            "steps": _steps(rows),
            "findings": findings.table(mine),
            "accounts": _accounts_table(accounts.get((name, month), [])),
            "decided": _decided_table(decided.get((name, month), [])),
            "invoice_steps": invoices.steps(bills),
            "invoices": invoices.table(bills),
            "open_periods": invoices.open_periods(bills, marts.names),
        }
    return found


def _by_month(rows: Iterable[dict]) -> dict[Key, list[dict]]:
    groups: dict[Key, list[dict]] = defaultdict(list)
    for row in rows:
        groups[row["provider"] or "(unknown provider)", row["month"]].append(row)
    return groups


def _speaks_of(finding: Finding, month: date) -> bool:
    """Whether a finding is about days of a month, or about none in particular."""
    if finding.first is None or finding.last is None:
        return True
    return finding.first <= month_end(month) and finding.last >= month


_MONTH = "cast(date_trunc('month', usage_date) as date)"


def _causes(marts: Marts, period: Period) -> list[dict]:
    """By provider and month, what each cause comes to; largest first."""
    return marts.rows(
        f"""
        select
            provider,
            {_MONTH} as month,
            status = 'no_bill' as is_unbilled,
            status = 'reconciling_item' as is_absent,
            coalesce(reason_code, 'no_cause_found') as cause,
            sum(gateway_cost_usd) as ours_usd,
            sum(compared_gateway_cost_usd) as gateway_usd,
            sum(case when status != 'no_bill' then provider_cost_usd end) as billed_usd,
            sum(case when status = 'reconciling_item' then provider_cost_usd else -variance_usd end)
                as step_usd
        from marts.fct_reconciliation_daily
        where usage_date between '{period.first}' and '{period.last}'
        group by 1, 2, 3, 4, 5
        order by 9 desc, 5
        """
    )


def _head(rows: list[dict], bills: list[dict], shares: list[dict]) -> dict:
    compared = [row for row in rows if not row["is_unbilled"]]
    unbilled = [row for row in rows if row["is_unbilled"]]
    lines = [row for row in compared if not row["is_absent"]]
    asked = [row for row in bills if row["status"] != "not_invoiced"]
    return {
        "billed_usd": known_total(row["billed_usd"] for row in compared) if compared else None,
        "gateway_usd": known_total(row["gateway_usd"] for row in lines) if lines else None,
        "variance_usd": -total(row["step_usd"] for row in lines) if lines else None,
        "unbilled_usd": known_total(row["ours_usd"] for row in unbilled) if unbilled else None,
        "invoiced_usd": known_total(row["invoiced_usd"] for row in asked) if asked else None,
        "currencies": ", ".join(sorted({row["currency"] for row in asked if row["currency"]})),
        "accuracy": accuracy.in_words(shares[0]) if shares else "No bill of the month is loaded.",
    }


def _steps(rows: list[dict]) -> Table:
    compared = [row for row in rows if not row["is_unbilled"]]
    start = total(row["gateway_usd"] for row in compared)
    return Table(
        "From our cost to the bill, USD (the axis does not begin at zero)",
        [Column("step", "Step"), Column("amount_usd", "USD", "usd")],
        bridge(compared, start) if compared else [],
        empty="No bill of the month is loaded.",
    )


def _accounts(marts: Marts, period: Period) -> list[dict]:
    return marts.rows(
        f"""
        select
            provider, usage_month_date as month, billing_account_id, settled_bill_usd,
            undecided_variance_usd, materiality_usd, total_status, breach_count, open_breach_count
        from marts.fct_reconciliation_monthly
        where usage_month_date >= '{period.first.replace(day=1)}'
        order by 1, 2, 3
        """,
        "fct_reconciliation_monthly",
    )


_VERDICTS = {
    "breach": "To look at",
    "within_materiality": "Within what is allowed",
    "not_settled": "Not settled yet",
}


def _accounts_table(rows: list[dict]) -> Table:
    for row in rows:
        row["verdict"] = _VERDICTS.get(row["total_status"], words(row["total_status"]))
        is_off = row["total_status"] == "breach"
        row["_verdict"] = {"status": "breach" if is_off else "matched"}
    return Table(
        "The verdict on each account's month, USD",
        [
            Column("billing_account_id", "Account"),
            Column("verdict", "Verdict", "state"),
            Column("settled_bill_usd", "Bill, settled", "usd"),
            Column("undecided_variance_usd", "Ours less bill, not decided on", "change"),
            Column("materiality_usd", "Allowed", "usd", adds=False),
            Column("breach_count", "Lines above tolerance", "count"),
            Column("open_breach_count", "Of these, open", "count"),
        ],
        rows,
        adds=True,
        empty="No bill of the month is loaded.",
    )


def _decided(marts: Marts, period: Period) -> list[dict]:
    """Lines above their tolerance, by what somebody decided on them."""
    return marts.rows(
        f"""
        select
            provider, {_MONTH} as month, decision_state, reason_code, review_reason, prepared_by,
            reviewed_by, review_note, max(reviewed_at) as reviewed_at, count(*) as line_count,
            sum(variance_usd) as variance_usd
        from marts.fct_reconciliation_exceptions
        where usage_date between '{period.first}' and '{period.last}'
        group by 1, 2, 3, 4, 5, 6, 7, 8
        order by 3, abs(sum(variance_usd)) desc, 4, 5, 6, 7, 8
        """,
        "fct_reconciliation_exceptions",
    )


def _decided_table(rows: list[dict]) -> Table:
    for row in rows:
        row["cause"] = findings.reason(row["reason_code"])
        row["why"] = findings.reason(row["review_reason"]) if row["review_reason"] else None
    return Table(
        "Lines above their tolerance, and what was decided, USD",
        [
            Column("decision_state", "Decision", "words"),
            Column("line_count", "Lines", "count"),
            Column("variance_usd", "Ours less bill", "change"),
            Column("cause", "Suggested cause"),
            Column("why", "Reason decided on"),
            Column("prepared_by", "Prepared by"),
            Column("reviewed_by", "Reviewed by"),
            Column("reviewed_at", "Reviewed, UTC", "time"),
            Column("review_note", "Note", "small"),
        ],
        rows,
        adds=True,
        empty="No line of the month is above its tolerance.",
    )
