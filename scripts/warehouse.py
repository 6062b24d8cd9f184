"""Reading the warehouse from Python, whichever engine it is on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from scripts.errors import UserError


class WarehouseError(UserError):
    """The warehouse cannot be read; the message says why in a sentence."""


def target() -> str:
    """The engine in use: duckdb, postgres or spark."""
    return os.environ.get("AI_COST_TARGET", "duckdb")


def warehouse_file() -> Path:
    """The DuckDB file."""
    return Path(os.environ.get("AI_COST_WAREHOUSE", "warehouse.duckdb"))


Connection = "duckdb.DuckDBPyConnection | _Postgres"
# What kept_open holds, the innermost last.
_kept: list[Connection] = []


@contextmanager
def connect() -> Iterator[Connection]:
    """A read-only connection, `execute(sql).fetchall()` on either; raises WarehouseError."""
    kept = _kept[-1] if _kept else None
    connection = kept or _opened()
    try:
        yield connection
    except Exception as error:
        # the engines have no exception in common, and psycopg2 is not imported on DuckDB
        if type(error).__name__ not in _NOT_THERE:
            raise
        reason = str(error).splitlines()[0]
        raise WarehouseError(f"{reason}; run `make nightly`") from None
    finally:
        if kept is None:
            connection.close()


@contextmanager
def kept_open() -> Iterator[None]:
    """One connection for all that reads within: to open a warehouse of 400 views takes longer.

    Nobody may write within, because DuckDB lets in either readers or one writer. Who works as
    another role within (scripts/operations/roles.py) opens one of that role inside.
    """
    connection = _opened()
    _kept.append(connection)
    try:
        yield
    finally:
        _kept.pop()
        connection.close()


def _opened() -> Connection:
    if target() == "spark":
        raise WarehouseError("this reads DuckDB and Postgres; ask Spark itself for its marts")
    return _Postgres() if target() == "postgres" else _duckdb()


# A warehouse that was loaded and never built, or built by another version.
_NOT_THERE = {"CatalogException", "UndefinedTable", "InvalidSchemaName"}


def session_options() -> str:
    """PGOPTIONS of a session that finds no function that somebody planted (docs/access.md).

    Names without a schema mean PostgreSQL's own, whatever schemas there are and who may write them.
    profiles.yml says why it plans without nested loops; PGOPTIONS of the user's own may.
    """
    own = os.environ.get("PGOPTIONS", "")
    return f"-c enable_nestloop=off {own} -c search_path=pg_catalog,pg_temp"


def connect_postgres(**options: object):
    """A psycopg2 connection by the PG* variables, defaults as in profiles.yml; WarehouseError."""
    import psycopg2  # only where it is used: the DuckDB target needs no server library

    address = {
        "host": os.environ.get("PGHOST", "localhost"),
        "port": os.environ.get("PGPORT", "5432"),
        "user": os.environ.get("PGUSER", "postgres"),
        "dbname": os.environ.get("PGDATABASE", "ai_cost"),
        "options": session_options(),
    }
    try:
        return psycopg2.connect(**address, **options)
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise WarehouseError(f"cannot connect to Postgres: {reason}") from None


def check_writable() -> None:
    """Raise WarehouseError where a night cannot write; see `open_to_write`.

    dbt says the same with a traceback, and only after minutes of parsing.
    """
    if target() == "duckdb":
        open_to_write(warehouse_file()).close()


def open_to_write(file: Path) -> duckdb.DuckDBPyConnection:
    """The DuckDB file, made when it is not there.

    Raises WarehouseError while somebody else has it open, where it cannot be made, and for half a
    copy.
    """
    # Without a log of changes the file has to be as long as its own header says.
    settled = file.exists() and not Path(f"{file}.wal").exists()
    try:
        connection = duckdb.connect(str(file))
        if settled:
            _check_whole(connection, file)
    except duckdb.Error as error:
        raise WarehouseError(_refusal(file, error)) from None
    return connection


def _refusal(file: Path, error: duckdb.Error) -> str:
    """Why the file cannot be opened, as a sentence."""
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    if "set lock on file" in reason:
        return f"{file} is in use: {reason}"
    if any(sign in reason for sign in _BROKEN):
        return f"{file} {_HALF} ({reason})"
    return f"cannot open {file}: {reason}"


_HALF = (
    "is no whole warehouse: copied while it was written, cut off or damaged; put a back-up in its "
    "place, or move it away and load again"
)
_BROKEN = ("not a valid DuckDB", "read enough bytes", "Corrupt", "orrupted", "deserialize")
_HEADERS_BYTES = 3 * 4096


def _check_whole(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """At least the blocks in use have to be there; free ones at the end are never written."""
    sql = "select block_size * used_blocks from pragma_database_size()"
    stated = _HEADERS_BYTES + connection.execute(sql).fetchone()[0]
    size = file.stat().st_size
    if size < stated:
        connection.close()
        told = f"{size:,} bytes where its header states {stated:,}"
        raise WarehouseError(f"{file} {_HALF} ({told})")


_CATALOG = re.compile(r'\b(?:from|join)\s+("[^"]+"|\w+)\.(?:"[^"]+"|\w+)\.(?:"[^"]+"|\w+)', re.I)
_VIEWS = "select schema_name, view_name, sql from duckdb_views() where not internal"


def _check_name(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Views call their database by the name that the file had when they were made.

    A night makes all of them again, and only who reads before that has to be told.
    """
    (name,) = connection.execute("select current_database()").fetchone()
    for schema, view, sql in connection.execute(_VIEWS).fetchall():
        others = {found.strip('"') for found in _CATALOG.findall(sql)} - {name}
        if not others:
            continue
        try:
            connection.execute(f'explain select * from "{schema}"."{view}"')
        except duckdb.Error as error:
            if other := next((each for each in others if f'"{each}"' in str(error)), None):
                connection.close()
                raise WarehouseError(
                    f"{file} was built under the name {other}{file.suffix} and its views call it "
                    "so; give it that name again, or run `make nightly`"
                ) from None


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
        connection = duckdb.connect(str(file), read_only=True)
    except duckdb.Error as error:
        raise WarehouseError(_refusal(file, error)) from None
    _check_name(connection, file)
    return connection


class _Postgres:
    """What is used here of a DuckDB connection, on Postgres (PG* variables)."""

    def __init__(self) -> None:
        self._connection = connect_postgres()
        self._connection.set_session(readonly=True)
        self._cursor = self._connection.cursor()

    def execute(self, sql: str) -> _Postgres:
        try:
            self._cursor.execute(sql)
        except Exception:
            # or what is asked next of a connection that is kept would be refused as well
            self._connection.rollback()
            raise
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
