"""Print what became of every bill file: its sum is what is in figures and what is listed.

Then the files that were held back, and what is wrong with bills as such.
"""

from __future__ import annotations

from decimal import Decimal

from scripts import console
from scripts.money import money
from scripts.warehouse import connect

# What a line can become that is in a figure, and what is listed with a reason instead.
_IN_FIGURES = ("reconciled", "invoiced")
_LISTED = ("replaced", "other_bill_counts", "not_ai", "no_exchange_rate", "unplaced")
_FILES = f"""
    select source_file, currency, sum(line_count), sum(amount),
        {", ".join(f"sum({name}_amount)" for name in (*_IN_FIGURES, *_LISTED))}
    from marts.fct_bill_files group by 1, 2 order by 1, 2
"""
_HELD_BACK = """
    select source_file, min(reason) from marts.fct_quarantined_records
    where line_number = 0 group by 1 order by 1
"""
_FINDINGS = """
    select finding, provider, billing_account_id, subject, amount_usd, owner, age_days, next_step
    from marts.fct_bill_findings order by age_days desc, finding, provider, subject
"""


def show() -> int:
    """Print the files and the findings; 1 when a file is more or less than the sum of its parts."""
    with connect() as connection:
        files = connection.execute(_FILES).fetchall()
        held_back = connection.execute(_HELD_BACK).fetchall()
        findings = connection.execute(_FINDINGS).fetchall()
    if not files:
        print("No bill is loaded yet.")
    else:
        _print_files(files)
    for file, reason in held_back:
        console.complain(f"Held back: {file}: {reason}")
    for finding, provider, account, subject, amount, owner, age, step in findings:
        said = "" if amount is None else f", {money(amount)} USD"
        print(
            f"{finding}: {provider}, account {account}, {subject}{said}: {step} "
            f"({owner}, {age} days)"
        )
    return 1 if any(_lost(parts) for _, _, _, *parts in files) else 0


def _lost(parts: list[Decimal]) -> Decimal:
    """What is on the file and neither in a figure nor listed."""
    whole, *rest = parts
    return whole - sum(rest, Decimal(0))


def _print_files(files: list[tuple]) -> None:
    header = ["bill file", "currency", "lines", "sum", "in figures", "listed", *_LISTED, "lost"]
    rows = []
    for file, currency, lines, whole, *parts in files:
        listed = parts[len(_IN_FIGURES) :]
        amounts = [whole, sum(parts[: len(_IN_FIGURES)]), sum(listed), *listed]
        amounts.append(_lost([whole, *parts]))
        rows.append([file, currency, f"{lines:,}", *map(money, amounts)])
    console.table(header, rows, left=2)
