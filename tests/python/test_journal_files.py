"""The journal as finance systems take it.

Harm guarded against: an import that a system refuses, a sign that turns a charge into a credit, or
a line that cannot be told from another and is booked twice.
"""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from scripts.accounting.close_pack import as_csv
from scripts.accounting.journal import HEADER, Line, as_rows
from scripts.accounting.journal_files import known, profiles, written
from scripts.errors import Refused

MEMO = "AI direct accrued 2026-10 a-team-with-a-name-that-is-longer-than-systems-take"
ZERO, CENTS = Decimal("0.00"), Decimal("1234.50")


def line(
    number: int, account: str, debit: Decimal, credit: Decimal, entity: str = "", partner: str = ""
) -> Line:
    return Line(
        f"AI-2026-10-{number:05d}", f"AI-2026-10-{entity}".rstrip("-"), date(2026, 10, 31),
        account, "cc-4100", debit, credit, "direct", "search", MEMO, entity, partner,
    )  # fmt: skip


JOURNAL = as_csv(
    list(HEADER), as_rows([line(1, "6510", CENTS, ZERO), line(2, "2110", ZERO, CENTS)])
)
# one charge that another entity pays
GROUP = as_csv(
    list(HEADER),
    as_rows(
        [
            line(1, "6510", CENTS, ZERO, "1000"),
            line(2, "2420", ZERO, CENTS, "1000", "2000"),
            line(3, "1420", CENTS, ZERO, "2000", "1000"),
            line(4, "2110", ZERO, CENTS, "2000"),
        ]
    ),
)
# system: date, and the headings of debit and credit, or of one signed amount
RULES = {
    "generic": ("posting_date", "2026-10-31", ("debit", "credit")),
    "netsuite": ("Date", "10/31/2026", ("Debit", "Credit")),
    "sap": ("Posting Date", "20261031", ("Debit", "Credit")),
    "oracle": ("ACCOUNTING_DATE", "2026/10/31", ("ENTERED_DR", "ENTERED_CR")),
    "dynamics": ("TRANSDATE", "2026-10-31", ("DEBITAMOUNT", "CREDITAMOUNT")),
    "quickbooks": ("*JournalDate", "10/31/2026", ("Debits", "Credits")),
    "xero": ("*Date", "31/10/2026", ("*Amount",)),
}
# the longest text that a system's own documentation allows
LONGEST = {
    ("sap", "Item Text"): 50, ("sap", "Document Header Text"): 25, ("sap", "Assignment"): 18,
    ("dynamics", "TEXT"): 60, ("oracle", "REFERENCE10"): 240, ("quickbooks", "*JournalNo"): 21,
}  # fmt: skip


def rows(name: str, journal: bytes = JOURNAL) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(name, journal, entity="1000").decode())))


def test_every_profile_has_rules_here():
    assert set(profiles()) == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_a_system_gets_its_dates_and_both_sides_once(name):
    column, day, sides = RULES[name]
    charge, clearing = rows(name)
    assert charge[column] == clearing[column] == day
    if len(sides) == 1:
        assert (charge[sides[0]], clearing[sides[0]]) == ("1234.50", "-1234.50")
    else:
        assert [charge[side] for side in sides] == ["1234.50", ""]
        assert [clearing[side] for side in sides] == ["", "1234.50"]


@pytest.mark.parametrize("name", RULES)
def test_a_line_keeps_its_id_and_texts_fit(name):
    found = rows(name)
    shown = ["|".join(row.values()) for row in found]
    assert "AI-2026-10-00001" in shown[0] and "AI-2026-10-00002" in shown[1]
    for (system, column), longest in LONGEST.items():
        if system == name:
            assert all(0 < len(row[column]) <= longest for row in found)


@pytest.mark.parametrize("name", ["netsuite", "sap", "oracle"])
def test_an_entity_is_asked_for(name):
    with pytest.raises(Refused, match="--entity"):
        written(name, JOURNAL)
    assert all("1000" in row.values() for row in rows(name))


@pytest.mark.parametrize("name", RULES)
def test_the_lines_of_one_entity_of_a_group_balance(name):
    found = rows(name, GROUP)
    assert len(found) == 2
    sides = RULES[name][2]
    signs = (1, -1) if len(sides) == 2 else (1,)
    assert 0 == sum(
        sign * Decimal(row[side] or 0)
        for row in found
        for side, sign in zip(sides, signs, strict=True)
    )


@pytest.mark.parametrize(
    ("name", "column"), [("netsuite", "Subsidiary"), ("sap", "Company Code"), ("generic", "entity")]
)
def test_a_line_of_a_group_has_its_entity_from_the_journal(name, column):
    found = csv.DictReader(io.StringIO(written(name, GROUP).decode()))
    assert [row[column] for row in found] == ["1000", "1000", "2000", "2000"]


@pytest.mark.parametrize("name", ["quickbooks", "xero"])
def test_a_system_of_one_company_takes_the_lines_of_one_entity(name):
    with pytest.raises(Refused, match="name it with --entity, one of 1000, 2000"):
        written(name, GROUP)
    with pytest.raises(Refused, match="no line is of the entity 3000; there are 1000, 2000"):
        written(name, GROUP, entity="3000")


def test_a_journal_that_was_closed_without_entities_is_written_still():
    old = "\n".join(line.rsplit(",", 2)[0] for line in JOURNAL.decode().splitlines()) + "\n"
    assert written("xero", old.encode()) == written("xero", JOURNAL)


def test_an_unknown_system_is_named():
    with pytest.raises(Refused, match="no profile sage; there are generic, "):
        known(("xero", "sage"))
