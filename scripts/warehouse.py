"""Reading the warehouse from Python, whichever engine it is on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb


class WarehouseError(Exception):
    """The warehouse cannot be read; the message says why in a sentence."""


def target() -> str:
    """The engine in use: duckdb, postgres or spark."""
    return os.environ.get("AI_COST_TARGET", "duckdb")


def warehouse_file() -> Path:
    """The DuckDB file."""
    return Path(os.environ.get("AI_COST_WAREHOUSE", "warehouse.duckdb"))


@contextmanager
def connect() -> Iterator[duckdb.DuckDBPyConnection | _Postgres]:
    """A read-only connection, `execute(sql).fetchall()` on either; raises WarehouseError."""
    if target() == "spark":
        raise WarehouseError("this reads DuckDB and Postgres; ask Spark itself for its marts")
    connection = _Postgres() if target() == "postgres" else _duckdb()
    try:
        yield connection
    finally:
        connection.close()


def connect_postgres(**options: object):
    """A psycopg2 connection by the PG* variables, defaults as in profiles.yml; WarehouseError."""
    import psycopg2  # only where it is used: the DuckDB target needs no server library

    address = {
        "host": os.environ.get("PGHOST", "localhost"),
        "port": os.environ.get("PGPORT", "5432"),
        "user": os.environ.get("PGUSER", "postgres"),
        "dbname": os.environ.get("PGDATABASE", "ai_cost"),
    }
    try:
        return psycopg2.connect(**address, **options)
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise WarehouseError(f"cannot connect to Postgres: {reason}") from None


def check_writable() -> None:
    """Raise WarehouseError while somebody else has the DuckDB file open, or it cannot be made.

    dbt says the same with a traceback, and only after minutes of parsing.
    """
    if target() != "duckdb":
        return
    try:
        duckdb.connect(str(warehouse_file())).close()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise WarehouseError(f"cannot write {warehouse_file()}: {reason}") from None


def columns(connection, mart: str) -> dict[str, str]:
    """The columns of a mart in order, each as decimal, timestamp or text; raises WarehouseError."""
    found = connection.execute(
        "select column_name, data_type from information_schema.columns "
        f"where table_schema = 'marts' and table_name = '{mart}' order by ordinal_position"
    ).fetchall()
    if not found:
        raise WarehouseError(f"there is no marts.{mart}; run `make nightly`")
    return {name: _kind(data_type.lower()) for name, data_type in found}


def _kind(data_type: str) -> str:
    if data_type.startswith(("decimal", "numeric")):
        return "decimal"
    return "timestamp" if data_type.startswith("timestamp") else "text"


def stream(connection, sql: str, size: int) -> Iterator[list[tuple]]:
    """The rows of a query in batches of at most `size`, so that a result need not fit in memory."""
    if isinstance(connection, _Postgres):
        yield from connection.stream(sql, size)
        return
    result = connection.execute(sql)
    while rows := result.fetchmany(size):
        yield rows


def _duckdb() -> duckdb.DuckDBPyConnection:
    file = warehouse_file()
    if not file.exists():
        raise WarehouseError(f"there is no warehouse at {file}; run `make demo` or `make nightly`")
    try:
        return duckdb.connect(str(file), read_only=True)
    except duckdb.IOException as error:
        raise WarehouseError(f"{file} is in use: {str(error).splitlines()[0]}") from None


class _Postgres:
    """What is used here of a DuckDB connection, on Postgres (PG* variables)."""

    def __init__(self) -> None:
        self._connection = connect_postgres()
        self._connection.set_session(readonly=True)
        self._cursor = self._connection.cursor()

    def execute(self, sql: str) -> _Postgres:
        self._cursor.execute(sql)
        return self

    @property
    def description(self) -> list:
        return self._cursor.description

    def fetchall(self) -> list[tuple]:
        return self._cursor.fetchall()

    def stream(self, sql: str, size: int) -> Iterator[list[tuple]]:
        with self._connection.cursor(name="stream") as cursor:  # named: the server keeps the rows
            cursor.execute(sql)
            while rows := cursor.fetchmany(size):
                yield rows

    def export(self, sql: str, path: Path) -> None:
        """Write the rows of a query to a CSV file with a header."""
        with path.open("w", encoding="utf-8") as file:
            self._cursor.copy_expert(f"copy ({sql}) to stdout (format csv, header)", file)

    def close(self) -> None:
        self._connection.close()
