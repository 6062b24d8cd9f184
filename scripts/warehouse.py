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
    """The engine in use: duckdb or postgres."""
    return os.environ.get("AI_COST_TARGET", "duckdb")


def warehouse_file() -> Path:
    """The DuckDB file."""
    return Path(os.environ.get("AI_COST_WAREHOUSE", "warehouse.duckdb"))


@contextmanager
def connect() -> Iterator[duckdb.DuckDBPyConnection | _Postgres]:
    """A read-only connection, `execute(sql).fetchall()` on either; raises WarehouseError."""
    connection = _Postgres() if target() == "postgres" else _duckdb()
    try:
        yield connection
    finally:
        connection.close()


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
        import psycopg2  # only where it is used: the DuckDB target needs no server library

        try:
            self._connection = psycopg2.connect("")
        except psycopg2.OperationalError as error:
            raise WarehouseError(f"cannot connect to Postgres: {error}".strip()) from None
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

    def export(self, sql: str, path: Path) -> None:
        """Write the rows of a query to a CSV file with a header."""
        with path.open("w", encoding="utf-8") as file:
            self._cursor.copy_expert(f"copy ({sql}) to stdout (format csv, header)", file)

    def close(self) -> None:
        self._connection.close()
