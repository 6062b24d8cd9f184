"""The connections of docs/bi.md, as they stand there.

Harm guarded against: a recipe that does not work, a reader who can write, or who can read raw logs.
"""

import re
from contextlib import closing
from decimal import Decimal

import psycopg2
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from scripts.cli import main
from tests.python.project import ROOT
from tests.python.test_publish import write_warehouse

DOC = (ROOT / "docs" / "bi.md").read_text()
QUERY = re.search(r'text\(\s*"""(.*?)"""\s*\)', DOC, re.DOTALL).group(1)


def test_sqlalchemy_reads_the_published_copy_and_cannot_write(tmp_path, monkeypatch):
    write_warehouse(tmp_path / "w.duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "w.duckdb"))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.chdir(tmp_path)
    assert main(["publish"]) == 0
    address = re.search(r'create_engine\("(duckdb:[^"]+)", connect_args=(\{.*?\})\)', DOC)
    assert address.group(2) == '{"read_only": True}'
    engine = create_engine(address.group(1), connect_args={"read_only": True})
    with engine.connect() as connection:
        total = connection.execute(text("select sum(cost_usd) from marts.fct_spend_daily"))
        assert total.scalar() == Decimal(3)
        with pytest.raises(DBAPIError):
            connection.execute(text("delete from marts.fct_spend_daily"))


@pytest.fixture
def role(postgres):
    """A warehouse on PostgreSQL with the role of docs/bi.md, and an address to connect by."""
    address = {name.removeprefix("PG").lower(): value for name, value in postgres.items()}
    address["dbname"] = address.pop("database")
    with closing(psycopg2.connect(**address)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(
            "create schema marts; create schema intermediate; create schema raw; "
            "create table raw.logs as select 1 as x; "
            "create table intermediate.attempts as select date '2026-09-02' as usage_date, "
            "'search' as team_id, cast(0.000000000000001 as decimal(30, 15)) as cost_usd; "
            "create table marts.fct_spend_daily as select * from intermediate.attempts; "
            "create view marts.fct_priced_requests as select * from intermediate.attempts"
        )
        cursor.execute(re.search(r"```sql\n(create role.*?)```", DOC, re.DOTALL).group(1))
        # The next night rebuilds the mart.
        cursor.execute(
            "drop table marts.fct_spend_daily; "
            "create table marts.fct_spend_daily as select * from intermediate.attempts"
        )
        yield create_engine(
            "postgresql+psycopg2://",
            creator=lambda: psycopg2.connect(**(address | {"user": "bi_reader"})),
        )
        cursor.execute("drop owned by bi_reader; drop role bi_reader")


def test_the_reader_reads_the_marts_and_nothing_else(role):
    with role.connect() as connection:
        rows = connection.execute(text(QUERY), {"first_day": "2026-09-01"}).all()
        assert rows == [("search", Decimal("1E-15"))]
        view = connection.execute(text("select count(*) from marts.fct_priced_requests"))
        assert view.scalar() == 1
    for forbidden in (
        "select * from raw.logs",
        "select * from intermediate.attempts",
        "delete from marts.fct_spend_daily",
        "create table marts.x (y int)",
        "create table public.x (y int)",
    ):
        with role.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text("set transaction read write"))
            connection.execute(text(forbidden))


def test_every_mart_that_the_page_names_is_there():
    marts = {file.stem for file in (ROOT / "models" / "marts").rglob("*.sql")}
    assert set(re.findall(r"\b(?:fct|dim)_[a-z_]+", DOC)) <= marts
