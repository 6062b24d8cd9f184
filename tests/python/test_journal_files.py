"""The journal as finance systems take it.

Harm guarded against: an import that a system refuses, a sign that turns a charge into a credit, or
a line that cannot be told from another and is booked twice.
"""

import csv
import io
import re
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
    number: int, account: str, debit: Decimal, credit: Decimal, entity: str = "", partner: str = "",
    tax: str = "",
) -> Line:  # fmt: skip
    return Line(
        f"AI-2026-10-{number:05d}", f"AI-2026-10-{entity}".rstrip("-"), date(2026, 10, 31),
        account, "cc-4100", debit, credit, "direct", "search", MEMO, entity, partner, tax,
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
    (file,) = written(name, journal, entity="1000")
    return list(csv.DictReader(io.StringIO(file.decode())))


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
    assert (
        sum(
            sign * Decimal(row[side] or 0)
            for row in found
            for side, sign in zip(sides, signs, strict=True)
        )
        == 0
    )


@pytest.mark.parametrize(
    ("name", "column"), [("netsuite", "Subsidiary"), ("sap", "Company Code"), ("generic", "entity")]
)
def test_a_line_of_a_group_has_its_entity_from_the_journal(name, column):
    (file,) = written(name, GROUP)
    found = csv.DictReader(io.StringIO(file.decode()))
    assert [row[column] for row in found] == ["1000", "1000", "2000", "2000"]


@pytest.mark.parametrize("name", ["dynamics", "quickbooks", "xero"])
def test_a_system_of_one_company_takes_the_lines_of_one_entity(name):
    with pytest.raises(Refused, match="name it with --entity, one of 1000, 2000"):
        written(name, GROUP)
    with pytest.raises(Refused, match="no line is of the entity 3000; there are 1000, 2000"):
        written(name, GROUP, entity="3000")


def test_a_journal_that_was_closed_without_entities_is_written_still():
    # without the three columns that came later
    old = "\n".join(line.rsplit(",", 3)[0] for line in JOURNAL.decode().splitlines()) + "\n"
    assert written("xero", old.encode()) == written("xero", JOURNAL)


def test_an_unknown_system_is_named():
    with pytest.raises(Refused, match="no profile sage; there are generic, "):
        known(("xero", "sage"))


# What the vendors' own pages say of a file. required: filled on every line. longest: letters.
# journal: what tells one journal from another; its lines balance. lines: the most of one journal,
# or of one file.
VENDORS = {
    # NetSuite help: Journal Entry Import, fields of header and lines
    "netsuite": {
        "required": {"External ID", "Date", "Subsidiary", "Account"},
        "longest": {"Debit": 13, "Credit": 13, "Memo": 4000},
        "journal": "External ID", "date": r"\d\d/\d\d/\d{4}",
    },
    # SAP dictionary: BUKRS, BLART, BKTXT, HKONT, ZUONR, SGTXT, KOSTL, MWSKZ; 999 items a document
    "sap": {
        "required": {
            "Company Code", "Journal Entry Type", "Journal Entry Date", "Posting Date",
            "Transaction Currency", "G/L Account",
        },
        "longest": {
            "Company Code": 4, "Journal Entry Type": 2, "Document Header Text": 25,
            "G/L Account": 10, "Assignment": 18, "Item Text": 50, "Cost Center": 10, "Tax Code": 2,
        },
        "journal": "Document Header Text", "date": r"\d{8}", "lines": ("journal", 999),
    },
    # Oracle: the columns of GL_INTERFACE that may not be null and are not filled by the import
    "oracle": {
        "required": {
            "STATUS", "ACCOUNTING_DATE", "CURRENCY_CODE", "DATE_CREATED", "ACTUAL_FLAG",
            "USER_JE_CATEGORY_NAME", "USER_JE_SOURCE_NAME",
        },
        "longest": {
            "STATUS": 50, "CURRENCY_CODE": 15, "ACTUAL_FLAG": 1, "USER_JE_CATEGORY_NAME": 25,
            "USER_JE_SOURCE_NAME": 25, "SEGMENT1": 25, "SEGMENT2": 25, "REFERENCE1": 100,
            "REFERENCE4": 100, "REFERENCE10": 240,
        },
        "journal": "REFERENCE4", "date": r"\d{4}/\d\d/\d\d",
    },
    # Microsoft Learn: General journal entity
    "dynamics": {
        "required": {"LINENUMBER", "TRANSDATE", "VOUCHER", "CURRENCYCODE", "ACCOUNTDISPLAYVALUE"},
        "longest": {"TEXT": 60}, "journal": "VOUCHER", "date": r"\d{4}-\d\d-\d\d",
    },
    # Intuit: Import journal entries
    "quickbooks": {
        "required": {"*JournalNo", "*JournalDate", "*AccountName", "Description"},
        "longest": {"*JournalNo": 21}, "journal": "*JournalNo", "date": r"\d\d/\d\d/\d{4}",
    },
    # Xero Central: Import manual journals; at most 300 lines in a file
    "xero": {
        "required": {"*Narration", "*Date", "*AccountCode", "*TaxRate", "*Amount"},
        "longest": {}, "journal": "*Narration", "date": r"\d\d/\d\d/\d{4}",
        "lines": ("file", 300),
    },
}  # fmt: skip
# the lines of a large company, more than any system takes at once
MANY = as_csv(
    list(HEADER),
    as_rows(
        [
            line(number, account, *sides, "1000")
            for pair in range(700)
            for number, account, *sides in (
                (2 * pair + 1, "6510", CENTS + pair, ZERO),
                (2 * pair + 2, "2110", ZERO, CENTS + pair),
            )
        ]
    ),
)


@pytest.mark.parametrize("name", VENDORS)
def test_a_sample_file_keeps_to_what_the_vendor_writes_of_its_columns(name):
    rules = VENDORS[name]
    files = [
        list(csv.DictReader(io.StringIO(file.decode())))
        for file in written(name, MANY, entity="1000")
    ]
    date_column, _, sides = RULES[name]
    journals: dict[tuple, list[Decimal]] = {}
    for number, file in enumerate(files):
        for row in file:
            assert all(row[column] for column in rules["required"])
            assert all(len(row[column]) <= most for column, most in rules["longest"].items())
            assert re.fullmatch(rules["date"], row[date_column])
            shown = [row[side] for side in sides if row[side]]
            # one side of a line, with two decimals and without thousands
            assert len(shown) == 1 and re.fullmatch(r"-?\d{1,10}\.\d\d", shown[0])
            amount = Decimal(shown[0]) * (-1 if row[sides[-1]] and len(sides) == 2 else 1)
            journals.setdefault((number, row[rules["journal"]]), []).append(amount)
    assert all(sum(amounts) == 0 for amounts in journals.values())
    of, most = rules.get("lines", ("file", 10_000))
    counts = [len(file) for file in files] if of == "file" else map(len, journals.values())
    assert all(2 <= count <= most for count in counts)
    assert sum(map(len, files)) == 1400


def test_a_text_that_a_system_would_cut_is_refused():
    with pytest.raises(Refused, match="takes 4 letters as Company Code: 'Acme Europe' is longer"):
        written("sap", JOURNAL, entity="Acme Europe")
