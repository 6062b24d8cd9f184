"""Write the Excel workbook that finance reviews; decisions go back with reviews."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.utility import xl_col_to_name

from scripts import console
from scripts.accounting import reviews
from scripts.accounting.headings import heading
from scripts.errors import Refused
from scripts.operations.clock import run_instant
from scripts.operations.whole_files import write_whole
from scripts.reporting import accuracy, findings, team_sheets
from scripts.reporting.findings import Finding
from scripts.reporting.marts import Marts, period
from scripts.reporting.names import Names
from scripts.reporting.sheets import (
    REVIEW_COLUMNS,
    Sheet,
    Styles,
    fill,
    in_words,
    put,
)
from scripts.reporting.tables import many, month_name, total
from scripts.warehouse import connect

_NOTE = (
    "Amounts are US dollars. Excel keeps 15 digits of a number: totals here are right to the cent; "
    "columns that end in exact have every digit, as text. A variance is our cost less the bill: "
    "below zero, the bill is higher. Totals are live: they follow the rows below. Columns for "
    "programs are folded away to the right of each sheet: open them by the plus above. Yellow "
    "columns of the sheet Exceptions are to be filled in; hand the file back with "
    "`ai-cost import reviews`."
)
# Of each sheet what a person reads, so that a row follows from left to right.
_DAILY = (
    *("usage_date", "provider_name", "billing_account_id", "billed_model", "meter"),
    *("compared_gateway_cost_usd", "compared_provider_cost_usd", "variance_usd", "tolerance_usd"),
    *("volume_variance_usd", "price_variance_usd", "unmatched_gateway_usd"),
    *("unmatched_provider_usd", "residual_usd", "reconciling_item_usd", "provider_cost_usd"),
    *("status", "reason_code", "decision_state"),
)
_EXCEPTIONS = (
    *("usage_date", "provider_name", "billing_account_id", "billed_model", "meter"),
    *("gateway_cost_usd", "provider_cost_usd", "variance_usd", "tolerance_usd", "reason_code"),
    *("reason_evidence", "next_step", "owner_name", "age_days", "decision_state"),
)
_ACCURACY = (
    *("usage_month_date", "provider_name", "billed_usd", "captured_usd", "captured_share"),
    *("gross_variance_usd", "explained_usd", "explained_share", "unexplained_usd"),
    "unexplained_share",
)
_INVOICES = (
    *("provider_name", "billing_account_id", "billing_period_start_date", "invoice_id"),
    *("gateway_usd", "provider_usage_usd", "gateway_provider_variance_usd", "invoiced_usd"),
    *("provider_invoice_variance_usd", "status", "currency", "stated_total", "line_total"),
    "footing_status",
)
_STATEMENTS = (
    *("posting_period", "team_name", "cost_center_name", "direct_usd", "shared_usd"),
    *("credits_usd", "adjustments_usd", "total_usd", "total_share", "change_usd", "budget_usd"),
    *("period_status", "charge_mode"),
)
_LEDGER = (
    *("posting_period", "usage_period", "team_name", "cost_center_name", "entry_type", "reason"),
    *("charge_type", "service_name", "feature", "provider_name", "billed_model", "amount_usd"),
)


_ALL_RIGHT = "Findings on the bills: none"
_FINDINGS_SHOWN = 30
_PROVIDERS = (
    *("Provider", "Lines with a bill", "Ours, compared, USD", "− Bill, compared, USD"),
    *("= Variance, USD", "Only on the bill, USD (tax, credits, seats)"),
    *("Bill in all, USD (compared + only on the bill)", "Follows"),
)
_FOLLOWS = '=IF(AND(ABS(C{0}-D{0}-E{0})<0.005,ABS(D{0}+F{0}-G{0})<0.005),"yes","NO")'


def sheets() -> list[Sheet]:
    """The lists of the workbook, in order."""
    return [
        Sheet(
            "Daily reconciliation",
            "fct_reconciliation_daily",
            since="usage_date",
            front=_DAILY,
            quiet=("status", ("matched", "within_tolerance", "no_bill")),
        ),
        Sheet(
            reviews.SHEET,
            "fct_reconciliation_exceptions",
            order="abs(variance_usd) desc, 1",
            exact=("variance_usd",),
            inputs=REVIEW_COLUMNS,
            front=_EXCEPTIONS,
        ),
        Sheet("Invoices", "fct_reconciliation_invoices", front=_INVOICES),
        Sheet("Accuracy", "fct_reconciliation_accuracy", front=_ACCURACY),
        Sheet("Statements", "fct_chargeback_statements", front=_STATEMENTS),
        Sheet(
            "Ledger",
            "fct_chargeback_ledger",
            exact=("amount_usd",),
            front=_LEDGER,
            quiet=("entry_type", ("direct", "accrual")),
        ),
    ]


def summary(
    book: Workbook,
    found: list[Sheet],
    wrong: list[Finding],
    months: list[dict],
    names: Names,
    styles: Styles,
    about: str,
) -> None:
    """What is wrong with the bills; ours against each provider, and how far that can be trusted;
    live totals of every sheet.
    """
    page = book.add_worksheet("Summary")
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 30)
    page.set_column(2, 6, 17)
    page.set_column(7, 7, 8)
    page.freeze_panes(1, 0)
    page.write_string(0, 0, "AI spend: review", styles.title)
    page.write_string(1, 0, about)
    page.merge_range(2, 0, 2, 5, _NOTE, styles.wrap)
    page.set_row(2, 78)
    row = _findings(page, 4, wrong, names, styles)
    row = _providers(page, row + 1, found[0], styles)
    row = _accuracy(page, row + 1, months, names, styles)
    _totals(page, row + 1, found, styles)
    page.outline_settings(symbols_below=False)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _findings(page, row: int, wrong: list[Finding], names: Names, styles: Styles) -> int:
    """A sentence per finding, red where it cannot wait; the row after the last."""
    grave = sum(1 for each in wrong if each.is_grave)
    said = f"Findings on the bills: {len(wrong)}, of which now: {grave}" if wrong else _ALL_RIGHT
    page.write_string(row, 0, said, styles.red if grave else styles.bold)
    for each in wrong[:_FINDINGS_SHOWN]:
        row += 1
        style = styles.red_text if each.is_grave else styles.kinds["text"]
        said = f"{names.of('provider', each.provider)}: {each.says} {each.next_step}."
        page.merge_range(row, 0, row, 5, said, style)
        page.set_row(row, 30)
    if len(wrong) > _FINDINGS_SHOWN:
        row += 1
        page.write_string(row, 0, f"{len(wrong) - _FINDINGS_SHOWN} more: `make report`")
    return row + 1


def _heads(page, row: int, names: tuple[str, ...], styles: Styles) -> None:
    for place, name in enumerate(names):
        page.write_string(row, place, name, styles.head)


def _providers(page, row: int, daily: Sheet, styles: Styles) -> int:
    """Sums over the lines with a bill, by provider; the row after the last."""
    if not daily.rows:
        page.write_string(row, 0, "No reconciliation yet.")
        return row + 1
    _heads(page, row, _PROVIDERS, styles)
    first = row + 1
    billed = [line for line in daily.rows if line["status"] != "no_bill"]
    for name in sorted({line["provider_name"] for line in billed if line["provider_name"]}):
        row += 1
        put(page, row, 0, name, "text", styles)
        lines = [line for line in billed if line["provider_name"] == name]
        # Compared cell by cell: SUMIFS would read a name such as ">0" or "a*" as a rule.
        mine = f'({daily.cells("provider_name")}=$A{row + 1})*({daily.cells("status")}<>"no bill")'
        _provider(page, row, lines, mine, daily, styles)
    if row > first:
        row += 1
        page.write_string(row, 0, "Total", styles.bold)
        for place in range(1, 7):
            letter = xl_col_to_name(place)
            kind = "number" if place == 1 else "usd"
            live = f"=SUM({letter}{first + 1}:{letter}{row})"
            page.write_formula(row, place, live, styles.kinds[kind], value=_sums(billed)[place])
        page.write_formula(row, 7, _FOLLOWS.format(row + 1), styles.bold, value="yes")
    return row + 1


def _apart(line: dict) -> Decimal | None:
    """What a bill has and no log can know: tax, credits, seats."""
    return line["provider_cost_usd"] if line["compared_provider_cost_usd"] is None else None


def _sums(lines: list[dict]) -> list[float]:
    """The figures of a row of providers, as Excel will work them out; the first is its name."""
    money = ("compared_gateway_cost_usd", "compared_provider_cost_usd", "variance_usd")
    named = [line for line in lines if line["provider_name"]]
    found = [0.0, len(named), *(float(total(line[each] for line in named)) for each in money)]
    found.append(float(total(_apart(line) for line in named)))
    return [*found, float(total(line["provider_cost_usd"] for line in named))]


def _provider(page, row: int, lines: list[dict], mine: str, daily: Sheet, styles: Styles) -> None:
    """Ours less the bill is the variance; the bill and what only it knows is the bill in all."""
    compared = daily.cells("compared_provider_cost_usd")
    known = {
        1: f"=SUMPRODUCT({mine})",
        2: f"=SUMPRODUCT({mine},{daily.cells('compared_gateway_cost_usd')})",
        3: f"=SUMPRODUCT({mine},{compared})",
        4: f"=SUMPRODUCT({mine},{daily.cells('variance_usd')})",
        5: f"=SUMPRODUCT({mine}*ISBLANK({compared}),{daily.cells('provider_cost_usd')})",
        6: f"=SUMPRODUCT({mine},{daily.cells('provider_cost_usd')})",
    }
    for place, formula in known.items():
        kind = styles.kinds["number" if place == 1 else "usd"]
        page.write_formula(row, place, formula, kind, value=_sums(lines)[place])
    _, _, ours, bill, variance, apart, whole = _sums(lines)
    follows = abs(ours - bill - variance) < 0.005 and abs(bill + apart - whole) < 0.005
    said = "yes" if follows else "NO"
    page.write_formula(row, 7, _FOLLOWS.format(row + 1), styles.bold, value=said)


def _accuracy(page, row: int, months: list[dict], names: Names, styles: Styles) -> int:
    """A sentence per provider and month, newest first; the row after the last."""
    if not months:
        return row
    _heads(page, row, ("Provider", "Month", "How far the comparison can be trusted"), styles)
    for month in sorted(months, key=lambda each: each["usage_month_date"], reverse=True):
        row += 1
        put(page, row, 0, names.of("provider", month["provider"]), "text", styles)
        put(page, row, 1, month_name(month["usage_month_date"]), "text", styles)
        page.merge_range(row, 2, row, 6, accuracy.in_words(month), styles.kinds["text"])
    return row + 2


def _totals(page, row: int, found: list[Sheet], styles: Styles) -> None:
    heads = (
        *("Sheet", "Column", "Total of the sheet", "Total in the warehouse"),
        "Equal to the cent",
    )
    _heads(page, row, heads, styles)
    sums = [(sheet, column) for sheet in found for column in sheet.money()]
    read = [each for each in sums if each[0].sum(each[1]) and each[0].is_read(each[1])]
    for each in read:
        row += 1
        _total(page, row, *each, styles)
    rest = [each for each in sums if each not in read]
    if not rest:
        return
    row += 1
    page.write_string(row, 0, f"{many(len(rest), 'other')}, folded", styles.bold)
    page.write_string(row, 1, "0.00, or for programs")
    ends = f"E{row + 2}:E{row + 1 + len(rest)}"
    page.write_formula(
        row, 4, f'=IF(COUNTIF({ends},"yes")={len(rest)},"yes","NO")', styles.bold, value="yes"
    )
    page.set_row(row, None, None, {"collapsed": True})
    for each in rest:
        row += 1
        _total(page, row, *each, styles)
        page.set_row(row, None, None, {"level": 1, "hidden": True})


def _total(page, row: int, sheet: Sheet, column: str, styles: Styles) -> None:
    """A live total beside that of the warehouse."""
    exact = sheet.sum(column)
    page.write_string(row, 0, sheet.name)
    page.write_string(row, 1, heading(column))
    live = f"=SUM({sheet.cells(column)})"
    page.write_formula(row, 2, live, styles.kinds["usd"], value=float(exact))
    page.write_number(row, 3, exact.quantize(Decimal("0.000001")), styles.kinds["usd"])
    ties = f'=IF(ABS(C{row + 1}-D{row + 1})<0.005,"yes","NO")'
    page.write_formula(row, 4, ties, styles.bold, value="yes")


def lists(book: Workbook) -> dict[str, str]:
    """Write what `import reviews` takes on a hidden sheet: Excel caps a list in a rule at 255."""
    wanted = {"decision": reviews.DECISIONS, "reason": reviews.reasons()}
    page = book.add_worksheet("Lists")
    page.hide()
    named = {}
    for place, (name, values) in enumerate(wanted.items()):
        page.write_string(0, place, name)
        for row, value in enumerate(values, start=1):
            page.write_string(row, place, in_words(value))
        letter = xl_col_to_name(place)
        named[name] = f"=Lists!${letter}$2:${letter}${len(values) + 1}"
    return named


def write(file: Path, marts: Marts, days: int) -> list[Sheet]:
    """Write the workbook; the old one stays until the new one is whole."""
    when = period(marts, days)
    found = sheets()
    first = when.first if when else None
    for sheet in console.track(found, "workbook"):
        sheet.read(marts, first)
    wrong = findings.all_of(marts, first) if when else []
    file.parent.mkdir(parents=True, exist_ok=True)
    about = f"Made {run_instant():%Y-%m-%d %H:%M} UTC. " + (
        f"Daily reconciliation from {first} to {when.last}; the other sheets in full."
        if when
        else "No spend yet."
    )
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    # In memory first: a full disk would be met in the middle of a zip file, again and again.
    made = io.BytesIO()
    with Workbook(made, options | {"in_memory": True}) as book:
        styles = Styles(book)
        months = accuracy.rows(marts, first)
        summary(book, found, wrong, months, marts.names, styles, about)
        named = lists(book)
        for sheet in found:
            fill(book, sheet, styles, named)
        team_sheets.write(book, marts, styles)
    write_whole(file, made.getvalue())
    return found


def decisions(file: Path) -> int:
    """How many decisions are filled in; 0 for a file that is no review."""
    try:
        rows = reviews.read_rows(file) if file.exists() else []
    except reviews.FileError:
        return 0
    return sum(1 for row in rows if row.get("decision"))


def make(out: Path, days: int, replace: bool) -> int:
    """Write the workbook; Refused when it cannot be written.

    `replace`: even when the old file has decisions filled in.
    """
    if not replace and (filled := decisions(out)):
        raise Refused(
            f"{out} has {filled} decisions filled in; import them with `ai-cost import reviews`, "
            "then say --replace or name another file with --out"
        )
    with connect() as connection:
        try:
            found = write(out, Marts(connection), days)
        except (XlsxWriterException, OSError) as error:
            raise Refused(str(error)) from None
    rows = ", ".join(f"{sheet.name} {len(sheet.rows):,}" for sheet in found)
    print(f"Workbook: {out.resolve()} (rows: {rows})")
    return 0
