"""Print how far the comparison with the bills can be trusted.

Per month and provider, what of the bill our records show too, and what of the difference has a
cause; and with the answer sheet of a sample, how often each cause that was planted is found, and
how often a cause that is found was planted.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from scripts import console
from scripts.errors import UserError
from scripts.money import money
from scripts.reporting.marts import Marts
from scripts.reporting.tables import Column, Table, in_usd, share, unbroken
from scripts.warehouse import connect

_MONTHS = """
    select usage_month_date, provider, billed_usd, captured_usd, captured_share,
        gross_variance_usd, explained_usd, explained_share, unexplained_usd, unexplained_share
    from marts.fct_reconciliation_accuracy
"""
_FOUND = """
    select usage_date, provider, billed_model, meter, billing_account_id, variance_usd, reason_code
    from marts.fct_reconciliation_daily where variance_usd != 0
"""
_BILLS = """
    select finding, provider, first_usage_date, last_usage_date, item_count, amount_usd
    from marts.fct_bill_findings
"""
_LINE = ("usage_date", "provider", "billed_model", "meter")
_BILL = ("finding", "provider", "first_usage_date", "last_usage_date", "item_count")
# Where nothing was planted, or nothing found.
_NOTHING = "-"

Line = tuple[str, ...]


def show(truth: Path | None) -> int:
    """Print both; 1 when something that was planted is not found as it was planted, or more is."""
    planted, bills = (None, None) if truth is None else _planted(truth)
    with connect() as connection:
        months = rows(Marts(connection))
        found = [] if planted is None else connection.execute(_FOUND).fetchall()
        told = [] if bills is None else connection.execute(_BILLS).fetchall()
    _print_months(months)
    if planted is None:
        return 0
    print()
    wrong = _print_causes(planted, {_line(row): (row[5], row[6]) for row in found})
    if bills is None:
        return wrong
    print()
    return max(wrong, _print_bills(bills, Counter(_bill(*row) for row in told)))


def rows(marts: Marts, since: date | None = None) -> list[dict]:
    """Each month and provider, of the month of a day on."""
    where = f"where usage_month_date >= '{since.replace(day=1)}'" if since else ""
    return marts.rows(f"{_MONTHS} {where} order by 1, 2", "fct_reconciliation_accuracy")


def in_words(row: dict) -> str:
    """What the shares of a month say."""
    billed, apart = row["billed_usd"], row["gross_variance_usd"]
    if not billed:
        return f"Nothing is billed; our records show {in_usd(apart)}."
    said = f"Of {in_usd(billed)} billed, our records account for {share(row['captured_share'])}"
    if not apart:
        return f"{said}. Both sides agree."
    return (
        f"{said}. Lines differ by {in_usd(apart)} in all; a cause is known for "
        f"{share(row['explained_share'])} of that, and {in_usd(row['unexplained_usd'])}, "
        f"{share(row['unexplained_share'])} of the bill, is unexplained."
    )


def table(found: list[dict]) -> Table:
    """The months on a page; a row may lead to the page of its provider and month."""
    rows = [row | {"says": unbroken(in_words(row))} for row in found]
    return Table(
        "How far the comparison can be trusted, USD",
        [
            Column("provider", "Provider", "provider"),
            Column("usage_month_date", "Month", "month"),
            Column("billed_usd", "Bill, compared", "usd"),
            Column("captured_usd", "Of that on both sides", "usd"),
            Column("captured_share", "Captured", "share"),
            Column("gross_variance_usd", "Apart, gross", "usd"),
            Column("explained_usd", "With a cause", "usd"),
            Column("explained_share", "Explained", "share"),
            Column("unexplained_usd", "Without one", "usd"),
            Column("unexplained_share", "Unexplained, of the bill", "share"),
            Column("says", "In words", "sentence"),
        ],
        rows,
        adds=True,
        empty="No provider bill is loaded yet.",
    )


def _print_months(months: list[dict]) -> None:
    if not months:
        print("No bill is loaded yet.")
        return
    console.table(
        ["month", "provider", "billed, USD", "captured, USD", "captured", "apart, USD",
         "explained, USD", "unexplained, USD", "unexplained"],
        [
            [f"{row['usage_month_date']:%Y-%m}", row["provider"],
             *(money(row[name]) for name in ("billed_usd", "captured_usd")),
             _percent(row["captured_share"]),
             *(money(row[name])
               for name in ("gross_variance_usd", "explained_usd", "unexplained_usd")),
             _percent(row["unexplained_share"])]
            for row in months
        ],
        left=2,
    )  # fmt: skip


def _planted(truth: Path) -> tuple[dict[Line, tuple[Decimal, str]], Counter[Line] | None]:
    """What a sample plants: line, variance and cause; findings on bills, where it lists them."""
    try:
        sheet = json.loads(truth.read_text(encoding="utf-8"))
        parts = [sheet, *(sheet[name] for name in ("clouds", "stories") if name in sheet)]
        lines = {
            (
                *(cell[name] or "all models" for name in _LINE),
                cell.get("billing_account_id", "default"),
            ): (Decimal(cell["variance_usd"]), cell["reason_code"])
            for part in parts
            for cell in part["variances"]
        }
        bills = sheet.get("bill_findings")
        if bills is None:
            return lines, None
        return lines, Counter(
            _bill(*(row[name] for name in (*_BILL, "amount_usd"))) for row in bills
        )
    except OSError as error:
        raise UserError(f"cannot read {truth}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{truth} is no answer sheet of a sample with bills") from None


def _line(row: tuple) -> Line:
    return tuple(map(str, row[:5]))


def _bill(*fields: object) -> Line:
    """A finding on bills as text, its amount to the fifteenth decimal as the marts have it."""
    *named, amount = fields
    return (*map(str, named), _NOTHING if amount is None else f"{Decimal(amount):.15f}")


def _print_causes(
    planted: dict[Line, tuple[Decimal, str]], found: dict[Line, tuple[Decimal, str | None]]
) -> int:
    told = Counter(cause for _, cause in planted.values())
    said = Counter(cause or "no cause" for _, cause in found.values())
    right = Counter(
        cause for line, (_, cause) in planted.items() if line in found and found[line][1] == cause
    )
    exact = Counter(
        cause for line, (amount, cause) in planted.items() if found.get(line) == (amount, cause)
    )
    console.table(
        ["cause", "planted", "found", "right", "amount exact", "precision", "recall"],
        [
            [cause, *(f"{count[cause]:,}" for count in (told, said, right, exact)),
             _share(right[cause], said[cause]), _share(right[cause], told[cause])]
            for cause in sorted(told | said)
        ],
    )  # fmt: skip
    wrong = Counter(
        (planted.get(line, (0, _NOTHING))[1], found.get(line, (0, _NOTHING))[1] or "no cause")
        for line in planted.keys() | found.keys()
    )
    mixed = {pair: count for pair, count in wrong.items() if pair[0] != pair[1]}
    if mixed:
        print()
        console.table(
            ["planted as", "found as", "lines"],
            [[*pair, f"{count:,}"] for pair, count in sorted(mixed.items())],
            left=2,
        )
    return 1 if mixed or exact != told else 0


def _print_bills(planted: Counter[Line], found: Counter[Line]) -> int:
    """Findings on bills as such: right is one of the same days, items and amount."""
    counts = [Counter(), Counter(), Counter()]
    for count, bills in zip(counts, (planted, found, planted & found), strict=True):
        for (kind, *_), number in bills.items():
            count[kind] += number
    told, said, right = counts
    console.table(
        ["bill finding", "planted", "found", "right", "precision", "recall"],
        [
            [kind, *(f"{count[kind]:,}" for count in counts),
             _share(right[kind], said[kind]), _share(right[kind], told[kind])]
            for kind in sorted(told | said)
        ],
    )  # fmt: skip
    return 1 if planted != found else 0


def _percent(part: Decimal | None) -> str:
    return _NOTHING if part is None else f"{part * 100:.2f} %"


def _share(part: int, whole: int) -> str:
    return _NOTHING if not whole else f"{Decimal(part * 100) / whole:.1f} %"
