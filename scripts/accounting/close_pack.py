"""A month's general-ledger journal and close pack.

journal.csv: balanced debits and credits by account and cost centre, in cents, as the statements
say. Beside it what an approver and an auditor ask for: statements, their lines, adjustments with
reasons, reconciliation, budgets and how good the forecasts were, the FOCUS file, the seeds that the
figures rest on, and a summary. Of a closed month these are the files that were posted; nothing is
worked out again.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

from scripts.accounting import focus_file
from scripts.accounting.entries import as_csv as table_csv
from scripts.accounting.entries import columns, safe_text
from scripts.accounting.journal import HEADER, as_rows, journal
from scripts.accounting.journal_files import file_name, written
from scripts.accounting.ledger import LEDGER, next_month, query, read_entries
from scripts.accounting.manifest import digest, has_manifest
from scripts.accounting.periods import Period, read_periods
from scripts.accounting.posting import TABLES as POSTED_TABLES
from scripts.accounting.posting import posted_documents
from scripts.money import money
from scripts.operations.company import bring_in
from scripts.operations.whole_files import write_whole
from scripts.warehouse import WarehouseError

# Seeds that a month's figures rest on, as they stood at the close. Of the others, such as prices
# and contracts, hashes are kept: not everybody who reads documents may read what was negotiated.
SEEDS = (
    "allocation_pools", "allocation_rule_models", "allocation_rule_teams", "allocation_rules",
    "approvers", "budget_baselines", "budget_overrides", "budgets", "business_units",
    "chargeback_adjustments", "chargeback_terms", "close_limits", "cost_centers", "entities",
    "fiscal_years", "fx_rates", "gl_accounts", "intercompany_accounts", "invoice_payments",
    "partly_priced_rules", "paying_entities", "reconciliation_reviews", "shared_costs",
    "signing_keys", "spend_alert_rules", "spend_minimums", "tax_codes", "team_aliases", "teams",
)  # fmt: skip
# Where the rows of an open month stand, and the column of its month.
_MARTS = {
    "posted_statements": ("marts.fct_chargeback_statements", "posting_period"),
    "posted_statement_lines": ("marts.fct_chargeback_statement_lines", "posting_period"),
    "posted_budget_status": ("marts.fct_budget_status", "budget_period"),
}
# file: columns, and the rest of the query
TABLES = {
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


def tables(period: date, posted_at: str | None = None) -> dict[str, list[tuple]]:
    """Entries, statements, lines and budgets of an open month, as they would be posted."""
    found = {}
    for table, (mart, month) in _MARTS.items():
        names = ", ".join(columns(table)).replace("posting_period", month)
        found[table] = query(f"select {names} from {mart} where {month} = date '{period}'")
    return {"posted_entries": read_entries(period, LEDGER, posted_at)} | found


def documents(period: date) -> dict[str, bytes]:
    """The documents of an open month that are no tables, by name."""
    files = {"journal.csv": as_csv(list(HEADER), as_rows(journal(period)))}
    for name, (names, rest) in TABLES.items():
        found = query(f"select {names} {rest.format(period=period, next=next_month(period))}")
        header = [column.split(" as ")[-1].strip() for column in names.split(", ")]
        files[name] = as_csv(header, found)
    ours = {file.stem: file for file in bring_in().rglob("*.csv")}
    files["seed_hashes.csv"] = as_csv(
        ["seed", "sha256"],
        [(name, digest(file.read_bytes())) for name, file in sorted(ours.items())],
    )
    return files | {f"seeds/{name}.csv": ours[name].read_bytes() for name in SEEDS}


def in_csv(rows: dict[str, list[tuple]]) -> dict[str, bytes]:
    """Tables of a month by the names of their files."""
    return {name: table_csv(rows[table], table) for name, table in POSTED_TABLES.items()}


def pack(period: date, closed: Period | None) -> dict[str, bytes]:
    """The files of the close pack by name, the summary last."""
    if closed and has_manifest(closed):
        files = posted_documents(period)
    else:
        files = in_csv(tables(period)) | documents(period)
        files[focus_file.NAME] = focus_file.worked_out(period)
    files["SUMMARY.md"] = summary(period, closed, files).encode()
    return files


def summary(period: date, closed: Period | None, files: dict[str, bytes]) -> str:
    """What was closed, by whom, and the hash of every file."""
    statements = list(csv.DictReader(io.StringIO(files["statements.csv"].decode())))
    lines = csv.DictReader(io.StringIO(files["journal.csv"].decode()))
    booked = sum(Decimal(line["debit_usd"]) for line in lines)
    status = (
        f"Closed {closed.closed_at} UTC, prepared by {closed.prepared_by}, approved by "
        f"{closed.approved_by}. {closed.entry_count} entries, ledger hash `{closed.ledger_hash}`."
        if closed
        else "Open: every figure is provisional."
    )
    totals = {
        name: sum(Decimal(row[f"{name}_usd"]) for row in statements)
        for name in ("direct", "shared", "credits", "adjustments", "total")
    }
    return "\n".join(
        [
            f"# AI chargeback {period:%Y-%m}\n\n{status}\n",
            "| statements, USD | |\n|---|---:|",
            *(f"| {name} | {money(total)} |" for name, total in totals.items()),
            f"\nBooked by the journal: {money(booked)} USD of debits and of credits.\n",
            "| file | SHA-256 |\n|---|---|",
            *(f"| {name} | `{digest(content)}` |" for name, content in sorted(files.items())),
            "",
        ]
    )


def export(period: date, folder: Path, profiles: tuple[str, ...] = (), entity: str = "") -> int:
    """Write the close pack of a month into a folder of its own.

    `profiles`: systems to write the journal for as well, as journal_NAME.csv.
    """
    if not query(
        "select 1 from marts.fct_chargeback_statements "
        f"where posting_period = date '{period}' limit 1"
    ):
        raise WarehouseError(f"there are no statements of {period:%Y-%m}")
    place = folder / f"{period:%Y-%m}"
    place.mkdir(parents=True, exist_ok=True)
    closed = {one.period_start: one for one in read_periods()}.get(str(period))
    files = pack(period, closed)
    for name, content in files.items():
        (place / name).parent.mkdir(exist_ok=True)
        write_whole(place / name, content)
    for name in profiles:
        for number, content in enumerate(written(name, files["journal.csv"], entity), 1):
            write_whole(place / file_name(name, number), content)
    lines = files["journal.csv"].count(b"\n") - 1
    booked = f"{lines} lines" if lines else "no lines: nobody is charged in this month"
    print(f"close pack in {place}; journal: {booked}")
    return 0
