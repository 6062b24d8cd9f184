"""A sheet of the workbook for each team: its statement, and what the newest month is made of."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

from xlsxwriter import Workbook

from scripts.accounting.headings import heading
from scripts.reporting.marts import Marts
from scripts.reporting.names import Names
from scripts.reporting.sheets import Styles, in_words, put
from scripts.reporting.tables import many, month_name, top, total

_TEAMS = 40  # with more of them the costliest; every team has its statement by `ai-cost deliver`
_MONTHS = 6
_LINES = 25
_PARTS = ("direct_usd", "shared_usd", "credits_usd", "adjustments_usd")
_NAMED = ("component", "service_name", "feature", "provider", "billed_model")
_LONGEST = 31


def read(marts: Marts) -> dict[str, list[dict]]:
    """The newest statements of each team, costliest team of the newest month first."""
    rows = marts.rows(
        """
        select
            posting_period, team_id, cost_center_id, direct_usd, shared_usd, credits_usd,
            adjustments_usd, total_usd, change_usd, budget_usd, charge_mode, period_status
        from marts.fct_chargeback_statements
        order by posting_period desc, cost_center_id
        """,
        "fct_chargeback_statements",
    )
    newest = max((row["posting_period"] for row in rows), default=None)
    found: dict[str, list[dict]] = defaultdict(list)
    cost: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row["team_id"]].append(row)
        if row["posting_period"] == newest:
            cost[row["team_id"]] += row["total_usd"] or 0
    order = sorted(cost, key=lambda name: (-cost[name], name))[:_TEAMS]
    return {name: found[name] for name in order}


def lines(marts: Marts) -> dict[str, list[dict]]:
    """What the newest month of each team is made of, largest first."""
    found: dict[str, list[dict]] = defaultdict(list)
    for row in marts.rows(
        f"""
        select team_id, {", ".join(_NAMED)}, sum(amount_usd) as amount_usd
        from marts.fct_chargeback_statement_lines
        where posting_period = (
            select max(posting_period) from marts.fct_chargeback_statements
        )
        group by 1, 2, 3, 4, 5, 6
        order by 7 desc, 1, 2, 3, 4, 5, 6
        """,
        "fct_chargeback_statement_lines",
        "fct_chargeback_statements",
    ):
        found[row["team_id"]].append(row)
    return found


def sheet_name(team: str, taken: set[str]) -> str:
    """A name that Excel takes: short, without its signs, and of no other sheet."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f']+", " ", team).strip() or "team"
    name, number = plain[:_LONGEST], 1
    while name.lower() in taken | {"history"}:
        number += 1
        name = f"{plain[: _LONGEST - len(str(number)) - 1]} {number}"
    taken.add(name.lower())
    return name


def write(book: Workbook, marts: Marts, styles: Styles) -> list[str]:
    """Write them; returns the teams."""
    statements, parts = read(marts), lines(marts)
    taken = {page.get_name().lower() for page in book.worksheets()}
    for team, rows in statements.items():
        name = marts.names.of("team", team)
        page = book.add_worksheet(sheet_name(name, taken))
        page.set_column(0, 1, 16)
        page.set_column(2, 11, 13)
        page.write_string(0, 0, "Statement of", styles.bold)
        page.write_string(0, 1, name, styles.title_text)
        end = _statement(page, 2, rows, marts.names, styles)
        mine = [
            each | {"provider": marts.names.of("provider", each["provider"])}
            for each in parts.get(team, [])
        ]
        end = _made_of(page, end + 1, rows, mine, styles)
        page.set_landscape()
        page.set_paper(9)
        page.print_area(0, 0, end, 11)
        page.fit_to_pages(1, 1)
    return list(statements)


def _statement(page, row: int, rows: list[dict], names: Names, styles: Styles) -> int:
    """Direct + shared + credits + adjustments = total, by month; the row after the last."""
    heads = [heading(name) for name in ("posting_period", "cost_center_id", *_PARTS)]
    heads += ["Total, USD", "Follows", heading("change_usd"), heading("budget_usd")]
    heads += [heading("charge_mode"), "Period"]
    for place, words in enumerate(heads):
        page.write_string(row, place, words, styles.head)
    months = sorted({each["posting_period"] for each in rows}, reverse=True)[:_MONTHS]
    for each in (each for each in rows if each["posting_period"] in months):
        row += 1
        put(page, row, 0, month_name(each["posting_period"]), "text", styles)
        put(page, row, 1, names.of("cost_center", each["cost_center_id"]), "text", styles)
        for place, name in enumerate(_PARTS, start=2):
            put(page, row, place, each[name], "usd", styles)
        put(page, row, 6, each["total_usd"], "usd", styles)
        follows = f'=IF(ABS(SUM(C{row + 1}:F{row + 1})-G{row + 1})<0.005,"yes","NO")'
        apart = total(each[name] for name in _PARTS) - (each["total_usd"] or 0)
        said = "yes" if abs(apart) < Decimal("0.005") else "NO"
        page.write_formula(row, 7, follows, styles.bold, value=said)
        put(page, row, 8, each["change_usd"], "usd", styles)
        put(page, row, 9, each["budget_usd"], "usd", styles)
        for place, name in ((10, "charge_mode"), (11, "period_status")):
            put(page, row, place, in_words(each[name] or ""), "text", styles)
    return row + 1


def _made_of(page, row: int, rows: list[dict], parts: list[dict], styles: Styles) -> int:
    """The lines of the newest month, which sum to its total; the last row."""
    newest = rows[0]["posting_period"]
    page.write_string(row, 0, f"What {month_name(newest)} is made of", styles.bold)
    if not parts:
        page.write_string(row + 1, 0, "No lines of it are in this warehouse.")
        return row + 1
    row += 1
    heads = [heading(name) for name in (*_NAMED, "amount_usd")]
    for place, words in enumerate(heads):
        page.write_string(row, place, words, styles.head)
    shown, rest = top(parts, _LINES)
    if rest:
        others = dict.fromkeys(_NAMED) | {"component": many(len(rest), "other")}
        shown = [*shown, others | {"amount_usd": total(each["amount_usd"] for each in rest)}]
    first = row + 2
    for each in shown:
        row += 1
        for place, name in enumerate(_NAMED):
            words = in_words(each[name]) if name == "component" else each[name]
            put(page, row, place, words, "text", styles)
        put(page, row, 5, each["amount_usd"], "usd", styles)
    row += 1
    page.write_string(row, 0, "Total", styles.bold)
    whole = float(total(each["amount_usd"] for each in shown))
    page.write_formula(row, 5, f"=SUM(F{first}:F{row})", styles.kinds["usd"], value=whole)
    return row
