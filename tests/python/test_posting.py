"""A month is posted whole or not at all, once, and reads back as the bytes that were hashed.

Harm guarded against: half a month in the ledger, a month posted twice, or documents that another
engine gives other hashes.
"""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import duckdb
import psycopg2
import pytest

from scripts.accounting.entries import as_csv, schema
from scripts.accounting.manifest import MANIFEST, first_difference, hashed, written
from scripts.accounting.periods import Period
from scripts.accounting.posting import (
    DOCUMENTS,
    TABLES,
    as_rows,
    manifest_of,
    post,
    posted_documents,
)
from scripts.warehouse import WarehouseError

OCTOBER, SEPTEMBER = date(2026, 10, 1), date(2026, 9, 1)
# of each type a value that is easily changed on the way
VALUES = {
    "string": ("varchar", "=x'ß"),
    "date32[day]": ("date", OCTOBER),
    "timestamp[us]": ("timestamp", datetime(2026, 11, 3, 9)),
    "int64": ("bigint", 7),
}


def column(kind: str) -> tuple[str, object]:
    """Type in SQL, and a value of it."""
    return VALUES.get(kind, (kind.replace("decimal128", "decimal"), Decimal("-1.5")))


def definition(table: str) -> str:
    names = ", ".join(f"{field.name} {column(str(field.type))[0]}" for field in schema(table))
    return f"create table ledger.{table} ({names})"


@pytest.fixture(params=["duckdb", "postgres"])
def warehouse(request, tmp_path, new_database, monkeypatch):
    statements = ["create schema ledger", *map(definition, (*TABLES.values(), DOCUMENTS))]
    monkeypatch.setenv("AI_COST_TARGET", request.param)
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "w.duckdb"))
    if request.param == "duckdb":
        with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
            connection.execute(";".join(statements))
        return
    address = new_database()
    for name, value in address.items():
        monkeypatch.setenv(name, value)
    address = {name.removeprefix("PG").lower(): value for name, value in address.items()}
    address["dbname"] = address.pop("database")
    with psycopg2.connect(**address) as connection, connection.cursor() as cursor:
        cursor.execute(";".join(statements))


@pytest.mark.usefixtures("warehouse")
def test_a_month_is_posted_whole_and_once():
    rows = {
        table: [tuple(column(str(field.type))[1] for field in schema(table))]
        for table in TABLES.values()
    }
    period = Period(
        str(OCTOBER), "closed", "Ann", "Bob", "2026-11-03 09:00:00", "1", "-1.5", "", ""
    )
    texts = {"journal.csv": "a,b\n1,ß\n".encode()}
    documents = {name: as_csv(rows[table], table) for name, table in TABLES.items()} | texts
    manifest = written(period, documents)
    month = rows | {DOCUMENTS: as_rows(OCTOBER, texts | {MANIFEST: manifest})}
    post({OCTOBER: month})

    found = posted_documents(OCTOBER)
    assert found.pop(MANIFEST) == manifest == manifest_of(OCTOBER)
    assert found == documents
    closed = replace(period, ledger_hash=hashed("", manifest))
    assert first_difference(closed, "", manifest, found) is None

    with pytest.raises(WarehouseError, match=r"2026-10 is in ledger\.posted_entries already"):
        post({SEPTEMBER: {DOCUMENTS: as_rows(SEPTEMBER, texts)}, OCTOBER: month})
    assert not posted_documents(SEPTEMBER)
