"""Changing the warehouse from Python: all or nothing, on DuckDB and PostgreSQL."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from scripts.loading.paths import literal, quoted
from scripts.warehouse import WarehouseError, connect_postgres, target, warehouse_file


class DuckDbTransaction:
    """Call it with a statement for its rows; write and read copy rows to and from a file."""

    # of the files that it writes
    suffix = ".parquet"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __call__(self, sql: str) -> list[tuple]:
        """Run a statement; the rows of a query."""
        return self._connection.execute(sql).fetchall()

    def work_as_owner_of(self, schema: str) -> None:
        """Nothing to do: there are no roles."""

    def write(self, query: str, file: Path) -> None:
        """Write the rows of a query."""
        self(f"copy ({query}) to {literal(str(file))} (format parquet, compression zstd)")

    def read(self, table: str, file: Path) -> None:
        """Append the rows of a file, by the names of its columns."""
        self(f"insert into {table} by name select * from read_parquet({literal(str(file))})")


class PostgresTransaction:
    """The same on PostgreSQL."""

    suffix = ".csv.gz"

    def __init__(self, cursor) -> None:
        self._cursor = cursor

    def __call__(self, sql: str) -> list[tuple]:
        """Run a statement; the rows of a query."""
        self._cursor.execute(sql)
        return self._cursor.fetchall() if self._cursor.description else []

    def work_as_owner_of(self, schema: str) -> None:
        """Take the role that a schema belongs to, until the transaction ends."""
        found = self(
            "select quote_ident(pg_get_userbyid(nspowner)) from pg_catalog.pg_namespace "
            f"where nspname = {literal(schema)}"
        )
        self(f"set local role {found[0][0]}")

    def write(self, query: str, file: Path) -> None:
        """Write the rows of a query; a null is nothing, an empty text is two quotes."""
        with gzip.open(file, "wb") as stream:
            self._cursor.copy_expert(f"copy ({query}) to stdout (format csv, header)", stream)

    def read(self, table: str, file: Path) -> None:
        """Append the rows of a file, by the names of its columns."""
        with gzip.open(file, "rb") as stream:
            columns = stream.readline().decode().strip().split(",")
            stream.seek(0)
            names = ", ".join(quoted(column.strip('"')) for column in columns)
            self._cursor.copy_expert(
                f"copy {table} ({names}) from stdin (format csv, header)", stream
            )


Transaction = DuckDbTransaction | PostgresTransaction


@contextmanager
def transaction() -> Iterator[Transaction]:
    """A connection that writes all or nothing; WarehouseError when there is none."""
    if target() == "postgres":
        with closing(connect_postgres()) as connection, connection, connection.cursor() as cursor:
            cursor.execute("set time zone 'UTC'")
            yield PostgresTransaction(cursor)
        return
    if target() != "duckdb":
        raise WarehouseError("only DuckDB and PostgreSQL can change rows; see docs/privacy.md")
    if not warehouse_file().exists():
        raise WarehouseError(f"there is no warehouse at {warehouse_file()}")
    try:
        connection = duckdb.connect(str(warehouse_file()))
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise WarehouseError(f"cannot write {warehouse_file()}: {reason}") from None
    with closing(connection):
        connection.execute("set timezone = 'UTC'")
        connection.begin()
        yield DuckDbTransaction(connection)
        connection.commit()
