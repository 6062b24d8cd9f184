"""Decisions of finance are taken over as they were made, or refused in words.

Harm guarded against: a decision nobody took, one on figures that have moved since, one that its
own preparer approved, or one that overwrites an earlier decision.
"""

import csv
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from scripts.accounting import reviews
from scripts.cli import main

NOW = datetime(2026, 10, 7, 9, 30)
EXACT = Decimal("-19.081922000000123")
LINES = {
    ("2026-08-01", "openai", "default", "gpt-4.1", "uncached_input"): EXACT,
    ("2026-08-02", "openai", "default", "gpt-4.1", "output"): Decimal("3.5"),
}


def row(**changes):
    values = {
        "usage_date": "2026-08-01",
        "provider": "openai",
        "billing_account_id": "default",
        "billed_model": "gpt-4.1",
        "meter": "uncached_input",
        "variance_usd": "-19.081922",
        "decision": "disputed",
        "reason": "leaked_credential",
        "preparer": "Ada Okafor",
        "reviewer": "Bo Lindqvist",
        "note": "=key revoked, ticket 17",
    }
    return values | changes


def test_a_decision_is_stored_with_the_exact_variance():
    result = reviews.import_rows([row(), row(decision=None)], LINES, now=NOW)
    assert not result.refused
    (review,) = result.reviews
    assert Decimal(review["variance_usd"]) == EXACT
    assert review["reviewed_at"] == "2026-10-07 09:30:00"
    assert list(review) == list(reviews.COLUMNS)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"decision": "fine"}, "none of accepted, disputed"),
        ({"reason": "because"}, "is not in reconciliation_reasons.csv"),
        ({"reviewer": " "}, "no reviewer"),
        ({"preparer": ""}, "no preparer"),
        ({"reviewer": "ada  OKAFOR"}, "the same person"),
        ({"meter": "output"}, "no such line is in breach"),
        ({"variance_usd": "-19.09"}, "has moved"),
        ({"variance_usd": "about 19"}, "is not a number"),
        ({"variance_usd": "NaN"}, "has moved"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_in_words(changes, words):
    result = reviews.import_rows([row(**changes)], LINES, now=NOW)
    assert not result.reviews
    assert len(result.refused) == 1 and words in result.refused[0]


def test_two_decisions_on_one_line_are_refused():
    result = reviews.import_rows([row(), row(decision="accepted")], LINES, now=NOW)
    assert "decided on twice" in result.refused[0]


def test_the_same_decision_is_not_stored_again_but_a_new_one_is():
    first = reviews.import_rows([row()], LINES, now=NOW).reviews
    again = reviews.import_rows([row()], LINES, first, now=NOW)
    assert (again.reviews, again.known) == ([], 1)
    other = reviews.import_rows([row(decision="accepted")], LINES, first, now=NOW)
    assert len(other.reviews) == 1
    moved = {key: value - 1 for key, value in LINES.items()}
    later = reviews.import_rows([row(variance_usd="-20.081922")], moved, first, now=NOW)
    assert len(later.reviews) == 1


@pytest.fixture
def seed(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text(",".join(reviews.COLUMNS) + "\n")
    return path


@pytest.fixture
def warehouse(monkeypatch):
    monkeypatch.setattr(reviews, "open_lines", lambda: LINES)


def sheet(path, rows, title=None, name="Exceptions"):
    book = openpyxl.Workbook()
    page = book.active
    page.title = name
    if title:
        page.append([title])
    page.append([column.replace("_", " ").title() for column in rows[0]])
    for values in rows:
        page.append(list(values.values()))
    book.save(path)


def test_a_workbook_is_read_back_as_excel_keeps_it(tmp_path, seed, warehouse, capsys):
    file = tmp_path / "review.xlsx"
    first = row(usage_date=datetime(2026, 8, 1), variance_usd=-19.081922, note='a, "b"\nc')
    second = row(usage_date=date(2026, 8, 2), meter="output", variance_usd=3.5, reason="credit")
    sheet(file, [first, second], title="Review")
    assert main(["import", "reviews", str(file), "--reviews", str(seed)]) == 0
    with seed.open(newline="") as handle:
        stored = list(csv.DictReader(handle))
    assert [r["usage_date"] for r in stored] == ["2026-08-01", "2026-08-02"]
    assert [Decimal(r["variance_usd"]) for r in stored] == [EXACT, Decimal("3.5")]
    assert stored[0]["note"] == first["note"]
    assert "2 decisions" in capsys.readouterr().out


def test_earlier_decisions_stay_and_refusals_write_nothing(tmp_path, seed, warehouse, capsys):
    file = tmp_path / "review.csv"

    def give(*rows):
        with file.open("w", newline="") as handle:
            writer = csv.DictWriter(handle, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    give(row())
    assert main(["import", "reviews", str(file), "--reviews", str(seed)]) == 0
    first = seed.read_text()
    give(row(decision="accepted"), row(meter="output", decision="accepted"))
    assert main(["import", "reviews", str(file), "--reviews", str(seed)]) == 1
    assert seed.read_text() == first
    assert "row 2" in capsys.readouterr().err
    give(row(decision="accepted", preparer=""))
    arguments = [str(file), "--reviews", str(seed), "--preparer", "Emi Tanaka"]
    assert main(["import", "reviews", *arguments, "--dry-run"]) == 0
    assert seed.read_text() == first
    assert main(["import", "reviews", *arguments]) == 0
    assert seed.read_text().startswith(first) and "Emi Tanaka" in seed.read_text()


@pytest.mark.parametrize("content", ["", "decision,reason\naccepted,late\n"])
def test_a_file_of_another_shape_is_refused(tmp_path, seed, warehouse, capsys, content):
    file = tmp_path / "other.csv"
    file.write_text(content)
    assert main(["import", "reviews", str(file), "--reviews", str(seed)]) == 2
    assert "ai-cost import reviews:" in capsys.readouterr().err


def test_what_is_no_workbook_is_refused(tmp_path, seed, warehouse, capsys):
    file = tmp_path / "review.xlsx"
    file.write_text("no workbook")
    assert main(["import", "reviews", str(file), "--reviews", str(seed)]) == 2
    sheet(file, [row()], name="Summary")
    assert main(["import", "reviews", str(file), "--reviews", str(seed)]) == 2
    assert main(["import", "reviews", str(tmp_path / "none.csv"), "--reviews", str(seed)]) == 2
    assert "Traceback" not in capsys.readouterr().err
