"""A month is posted whole or not at all, once, and reads back as the bytes that were hashed.

Harm guarded against: half a month in the ledger, a month posted twice, or documents that another
engine gives other hashes.
"""

import csv
import io
import subprocess
import sys
from datetime import date

import duckdb
import pytest

from scripts.accounting import close, focus_file
from scripts.accounting.manifest import MANIFEST, first_difference
from scripts.accounting.periods import Period
from scripts.accounting.posting import DOCUMENTS, as_rows, manifest_of, post, posted_documents
from scripts.warehouse import WarehouseError
from tests.python.posted_month import (
    OCTOBER,
    TEXTS,
    closed_month,
    definitions,
    focus_columns,
    focus_rows,
)
from tests.python.project import ROOT, server_connection

SEPTEMBER = date(2026, 9, 1)


@pytest.fixture(params=["duckdb", "postgres"])
def warehouse(request, tmp_path, new_database, monkeypatch):
    monkeypatch.setenv("AI_COST_TARGET", request.param)
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "w.duckdb"))
    if request.param == "duckdb":
        with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
            connection.execute(";".join(definitions()))
        return
    address = new_database()
    for name, value in address.items():
        monkeypatch.setenv(name, value)
    with server_connection(address) as connection, connection.cursor() as cursor:
        cursor.execute(";".join(definitions()))


@pytest.mark.usefixtures("warehouse")
def test_a_month_is_posted_whole_and_once():
    period, documents, month = closed_month()
    post({OCTOBER: month})

    found = posted_documents(OCTOBER)
    assert found == documents
    manifest = found.pop(MANIFEST)
    assert manifest == manifest_of(OCTOBER)
    assert first_difference(period, "", manifest, found) is None

    with pytest.raises(WarehouseError, match=r"2026-10 is in ledger\.posted_entries already"):
        post({SEPTEMBER: {DOCUMENTS: as_rows(SEPTEMBER, TEXTS)}, OCTOBER: month})
    assert not posted_documents(SEPTEMBER)


def test_a_close_shows_the_month_without_testing_the_code(tmp_path, monkeypatch):
    """As a night: a unit test asks for relations that a month's marts do not need."""
    asked = []
    monkeypatch.setenv("AI_COST_COMPANY", str(tmp_path))
    monkeypatch.setattr(close, "dbt", lambda *arguments: asked.append(arguments))
    monkeypatch.setattr(close, "posted_periods", list)
    close._record(Period(str(OCTOBER), "closed", "Ann", "Bob", "", "2", "0", "", ""))
    ((command, *options),) = asked
    assert command == "build" and "fct_closed_documents" in options
    assert options[options.index("--exclude-resource-type") + 1] == "unit_test"


# It ends in the middle, between two tables, without a word.
KILLED = """
import os
from scripts.accounting import posting
from tests.python.posted_month import OCTOBER, closed_month

check, tables = posting._refuse_twice, []

def die(*arguments):
    tables.append(arguments)
    if len(tables) == 4:
        os._exit(9)
    check(*arguments)

posting._refuse_twice = die
posting.post({OCTOBER: closed_month()[2]})
"""


@pytest.mark.usefixtures("warehouse")
def test_a_close_that_is_killed_while_it_writes_has_posted_nothing():
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, check=False)
    assert done.returncode == 9
    assert posted_documents(OCTOBER) == {}
    _, documents, month = closed_month()
    post({OCTOBER: month})
    assert posted_documents(OCTOBER) == documents


@pytest.mark.usefixtures("warehouse")
def test_a_posted_focus_file_has_the_cells_of_its_rows():
    """The engine writes the lines; Python's own CSV reads them."""
    _, documents, _ = closed_month()
    names = list(focus_columns(focus_file.MART))
    found = list(csv.reader(io.StringIO(documents[focus_file.NAME].decode(), newline="")))
    # in the order of days, then keys
    assert found == [names, *([_cell(row[name]) for name in names] for row in focus_rows())]


def _cell(value) -> str:
    """By a second reading of the rules: plain decimals with a digit after the point, no null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value[:1] in tuple("=+-@\t\r") else value
    if hasattr(value, "strftime"):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"{value:.15f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text
