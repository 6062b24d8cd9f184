"""A month's general-ledger journal and close pack.

journal.csv: balanced debits and credits by account and cost centre, in cents, as the statements
say. Beside it what an approver and an auditor ask for: statements, their lines, adjustments with
reasons, reconciliation, how good the forecasts were, and a summary with the hash of every file.
"""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

from scripts.accounting.entries import safe_text
from scripts.accounting.journal import HEADER, as_rows, journal
from scripts.accounting.ledger import next_month, query
from scripts.accounting.periods import read_periods
from scripts.operations.whole_files import write_whole
from scripts.warehouse import WarehouseError

# file: columns, and the rest of the query
TABLES = {
    "statements.csv": (
        "team_id, cost_center_id, period_status, charge_mode, direct_usd, shared_usd, credits_usd, "
        "adjustments_usd, total_usd, accrued_usd, previous_total_usd, change_usd, budget_usd, "
        "statement_currency, statement_total, usd_per_unit, fx_rate_date, fx_rate_source",
        "from marts.fct_chargeback_statements where posting_period = date '{period}' order by 1, 2",
    ),
    "statement_lines.csv": (
        "team_id, cost_center_id, component, usage_period, reason, pool_id, service_name, feature, "
        "provider, billed_model, attempt_count, amount_usd",
        "from marts.fct_chargeback_statement_lines where posting_period = date '{period}' "
        "order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    ),
    "adjustments.csv": (
        "entry_id, usage_period, team_id, cost_center_id, entry_type, reason, evidence, "
        "amount_usd, attempt_count, source_ref",
        "from marts.fct_chargeback_ledger where posting_period = date '{period}' "
        "and reason is not null order by 1",
    ),
    "reconciliation.csv": (
        "provider, status, reason_code, count(*) as lines, "
        "sum(variance_usd) as variance_usd, sum(abs(variance_usd)) as gross_variance_usd",
        "from marts.fct_reconciliation_daily where usage_date >= date '{period}' "
        "and usage_date < date '{next}' group by 1, 2, 3 order by 1, 2, 3",
    ),
    "forecasts.csv": (
        "team_id, budget_usd, spent_usd, forecast_usd, forecast_error_share, tested_month_count, "
        "alert_state",
        "from marts.fct_budget_status where budget_period = date '{period}' order by 1",
    ),
}


def as_csv(header: list[str], rows: list[tuple]) -> bytes:
    """A CSV that a spreadsheet opens without running anything."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return safe_text(value) if isinstance(value, str) else str(value)


def pack(period: date) -> dict[str, bytes]:
    """The files of the close pack by name, the summary last."""
    lines = journal(period)
    files = {"journal.csv": as_csv(list(HEADER), as_rows(lines))}
    for name, (columns, rest) in TABLES.items():
        found = query(f"select {columns} {rest.format(period=period, next=next_month(period))}")
        header = [column.split(" as ")[-1].strip() for column in columns.split(", ")]
        files[name] = as_csv(header, found)
    files["SUMMARY.md"] = summary(period, sum(line.debit_usd for line in lines), files).encode()
    return files


def summary(period: date, booked: Decimal, files: dict[str, bytes]) -> str:
    """What was closed, by whom, and the hash of every file."""
    closed = {one.period_start: one for one in read_periods()}.get(str(period))
    totals = query(
        "select sum(direct_usd), sum(shared_usd), sum(credits_usd), sum(adjustments_usd), "
        "sum(total_usd) from marts.fct_chargeback_statements "
        f"where posting_period = date '{period}'"
    )[0]
    status = (
        f"Closed {closed.closed_at} UTC, prepared by {closed.prepared_by}, approved by "
        f"{closed.approved_by}. {closed.entry_count} entries, ledger hash `{closed.ledger_hash}`."
        if closed
        else "Open: every figure is provisional."
    )
    names = ("direct", "shared", "credits", "adjustments", "total")
    figures = [f"| {n} | {t or 0:,.2f} |" for n, t in zip(names, totals, strict=True)]
    hashes = [f"| {n} | `{hashlib.sha256(c).hexdigest()}` |" for n, c in files.items()]
    return "\n".join(
        [
            f"# AI chargeback {period:%Y-%m}\n\n{status}\n",
            "| statements, USD | |\n|---|---:|",
            *figures,
            f"\nBooked by the journal: {booked:,.2f} USD of debits and of credits.\n",
            "| file | SHA-256 |\n|---|---|",
            *hashes,
            "",
        ]
    )


def export(period: date, folder: Path) -> int:
    """Write the close pack of a month into a folder of its own."""
    if not query(
        "select 1 from marts.fct_chargeback_statements "
        f"where posting_period = date '{period}' limit 1"
    ):
        raise WarehouseError(f"there are no statements of {period:%Y-%m}")
    place = folder / f"{period:%Y-%m}"
    place.mkdir(parents=True, exist_ok=True)
    files = pack(period)
    for name, content in files.items():
        write_whole(place / name, content)
    lines = files["journal.csv"].count(b"\n") - 1
    booked = f"{lines} lines" if lines else "no lines: nobody is charged in this month"
    print(f"close pack in {place}; journal: {booked}")
    return 0
