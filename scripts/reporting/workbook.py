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
from scripts.errors import Refused
from scripts.operations.clock import run_instant
from scripts.operations.whole_files import write_whole
from scripts.reporting import accuracy, findings
from scripts.reporting.findings import Finding
from scripts.reporting.marts import Marts, period
from scripts.reporting.sheets import (
    REVIEW_COLUMNS,
    Sheet,
    Styles,
    fill,
    heading,
    in_words,
    put,
)
from scripts.reporting.tables import month_name, total
from scripts.warehouse import connect

_NOTE = (
    "Amounts are US dollars. Excel keeps 15 digits of a number: totals here are right to the cent; "
    "columns that end in exact have every digit, as text. A variance is our cost less the bill: "
    "below zero, the bill is higher. Totals are live: they follow the rows "
    "below. Yellow columns of the sheet Exceptions are to be filled in; hand the file back with "
    "`ai-cost import reviews`."
)


_ALL_RIGHT = "Findings on the bills: none"
_FINDINGS_SHOWN = 30


def sheets() -> list[Sheet]:
    """The lists of the workbook, in order."""
    return [
        Sheet("Daily reconciliation", "fct_reconciliation_daily", since="usage_date"),
        Sheet(
            reviews.SHEET,
            "fct_reconciliation_exceptions",
            order="abs(variance_usd) desc, 1",
            exact=("variance_usd",),
            inputs=REVIEW_COLUMNS,
        ),
        Sheet("Invoices", "fct_reconciliation_invoices"),
        Sheet("Accuracy", "fct_reconciliation_accuracy"),
        Sheet("Statements", "fct_chargeback_statements"),
        Sheet("Ledger", "fct_chargeback_ledger", exact=("amount_usd",)),
    ]


def summary(
    book: Workbook,
    found: list[Sheet],
    wrong: list[Finding],
    months: list[dict],
    styles: Styles,
    about: str,
) -> None:
    """What is wrong with the bills; ours against each provider, and how far that can be trusted;
    live totals of every sheet.
    """
    page = book.add_worksheet("Summary")
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 30)
    page.set_column(2, 6, 18)
    page.freeze_panes(1, 0)
    page.write_string(0, 0, "AI spend: review", styles.title)
    page.write_string(1, 0, about)
    page.merge_range(2, 0, 2, 5, _NOTE, styles.wrap)
    page.set_row(2, 78)
    row = _findings(page, 4, wrong, styles)
    row = _providers(page, row + 1, found[0], styles)
    row = _accuracy(page, row + 1, months, styles)
    _totals(page, row + 1, found, styles)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _findings(page, row: int, wrong: list[Finding], styles: Styles) -> int:
    """A sentence per finding, red where it cannot wait; the row after the last."""
    grave = sum(1 for each in wrong if each.is_grave)
    said = f"Findings on the bills: {len(wrong)}, of which now: {grave}" if wrong else _ALL_RIGHT
    page.write_string(row, 0, said, styles.red if grave else styles.bold)
    for each in wrong[:_FINDINGS_SHOWN]:
        row += 1
        style = styles.red_text if each.is_grave else styles.kinds["text"]
        page.merge_range(row, 0, row, 5, f"{each.provider}: {each.says} {each.next_step}.", style)
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
    money = (
        *("compared_gateway_cost_usd", "compared_provider_cost_usd", "variance_usd"),
        "provider_cost_usd",
    )
    _heads(page, row, ("Provider", "Lines with a bill", *map(heading, money)), styles)
    billed = [line for line in daily.rows if line["status"] != "no_bill"]
    for name in sorted({line["provider"] for line in billed if line["provider"]}):
        row += 1
        put(page, row, 0, name, "text", styles)
        # Compared cell by cell: SUMIFS would read a name such as ">0" or "a*" as a rule.
        mine = f'({daily.cells("provider")}=$A{row + 1})*({daily.cells("status")}<>"no bill")'
        lines = [line for line in billed if line["provider"] == name]
        page.write_formula(row, 1, f"=SUMPRODUCT({mine})", styles.kinds["number"], value=len(lines))
        for place, column in enumerate(money, start=2):
            page.write_formula(
                row,
                place,
                f"=SUMPRODUCT({mine},{daily.cells(column)})",
                styles.kinds["usd"],
                value=float(total(line[column] for line in lines)),
            )
    return row + 1


def _accuracy(page, row: int, months: list[dict], styles: Styles) -> int:
    """A sentence per provider and month, newest first; the row after the last."""
    if not months:
        return row
    _heads(page, row, ("Provider", "Month", "How far the comparison can be trusted"), styles)
    for month in sorted(months, key=lambda each: each["usage_month_date"], reverse=True):
        row += 1
        put(page, row, 0, month["provider"], "text", styles)
        put(page, row, 1, month_name(month["usage_month_date"]), "text", styles)
        page.merge_range(row, 2, row, 6, accuracy.in_words(month), styles.kinds["text"])
    return row + 2


def _totals(page, row: int, found: list[Sheet], styles: Styles) -> None:
    heads = (
        *("Sheet", "Column", "Total of the sheet", "Total in the warehouse"),
        "Equal to the cent",
    )
    _heads(page, row, heads, styles)
    for sheet in found:
        for column in sheet.money():
            row += 1
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
        summary(book, found, wrong, accuracy.rows(marts, first), styles, about)
        named = lists(book)
        for sheet in found:
            fill(book, sheet, styles, named)
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
