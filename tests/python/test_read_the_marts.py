"""docs/read-the-marts.md: what stands there runs, and names what is there.

Harm guarded against: an analyst whose first query fails, or who adds up floats.
"""

import datetime
import re
from decimal import Decimal

import duckdb
import pytest

from tests.python import mart_tables
from tests.python.documents import ROOT, vocabularies

PAGE = (ROOT / "docs" / "read-the-marts.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, flags=re.M | re.S)
SPEND = {"usage_date": datetime.date(2026, 9, 2), "unpriced_count": 0}
STATEMENT = {"posting_period": datetime.date(2026, 9, 1), "team_id": "search",
             "period_status": "open", "total_usd": Decimal("0.30")}  # fmt: skip


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A published copy with a few rows, in the folder that the reader is in."""
    (tmp_path / "published" / "current" / "parquet").mkdir(parents=True)
    file = mart_tables.make(
        tmp_path / "published" / "warehouse.duckdb",
        {
            "fct_spend_daily": [
                SPEND | {"team_id": "search", "cost_usd": Decimal("0.1")},
                SPEND | {"team_id": "search", "cost_usd": Decimal("0.2"), "unpriced_count": 3},
                SPEND | {"team_id": "search", "usage_date": datetime.date(2026, 10, 1)},
                SPEND | {"team_id": "dark", "cost_usd": Decimal("1234.5")},
            ],
            "fct_chargeback_statements": [STATEMENT],
        },
    )
    monkeypatch.chdir(tmp_path)
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute(
            "copy marts.fct_chargeback_statements to "
            "'published/current/parquet/fct_chargeback_statements.parquet'"
        )
        yield connection


def test_the_python_of_the_page_runs(published, capsys):
    queries, arrow = (text for language, text in BLOCKS if language == "python")
    names: dict = {}
    exec(queries, names)
    assert names["teams"] == [("dark", Decimal("1234.5"), 0), ("search", Decimal("0.3"), 3)]
    assert capsys.readouterr().out == (
        "dark: USD 1,234.50\nsearch: USD 0.30, and 3 attempts without a price\n"
    )
    exec(arrow, names)
    assert names["statements"].to_pylist() == [STATEMENT]


@pytest.mark.parametrize("language, count", [("r", 1), ("m", 2)])
def test_the_queries_of_r_and_excel_run(published, language, count):
    found = [
        sql
        for each, text in BLOCKS
        if each == language
        for sql in re.findall(r'"\s*(select .*?)\s*"', text, flags=re.S)
    ]
    assert len(found) == count
    for sql in found:
        published.execute(sql)


def test_the_words_that_are_filtered_by_are_words_of_the_column():
    """A query that finds nothing, or all, because a status is written otherwise."""
    said = re.findall(r"(status|period_grain) (?:= |not in \()'(.*?)'\)?$", PAGE, flags=re.M)
    known = {
        "status": vocabularies()["fct_reconciliation_daily", "status"],
        "period_grain": vocabularies()["fct_chargeback_report", "period_grain"],
    }
    assert len(said) == 2
    for column, words in said:
        assert set(words.split("', '")) <= set(known[column])
