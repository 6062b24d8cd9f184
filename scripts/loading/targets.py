"""The warehouses: make the declared tables, append Arrow tables, all in one transaction."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlencode

import duckdb
import pyarrow as pa

from scripts.errors import UserError
from scripts.loading.sources import RAW_SCHEMA, Contract, Table
from scripts.warehouse import open_to_write, session_options

_ARROW_TYPES = {
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


class TargetError(UserError):
    """The warehouse cannot be reached or refuses to write; the message is for the user."""


class Target(Protocol):
    """A warehouse to load into. Nothing is seen by others before `commit`."""

    def prepare(self, contract: Contract) -> None:
        """Create what is missing: schema, tables, columns. Commits."""

    def loaded(self) -> set[str]:
        """The batch_id of every file that is in the warehouse."""

    def noted(self) -> set[str]:
        """The batch_id of every file that could not be read and whose reject is there."""

    def places(self) -> list[tuple[str, str, str | None, str]]:
        """Of every loaded file with records: table, content, account of its path, and its path."""

    def append(self, table: str, rows: pa.Table) -> None:
        """Append rows to a raw table, by column name."""

    def commit(self) -> None:
        """Make everything since the last commit or rollback visible."""

    def rollback(self) -> None:
        """Forget everything since the last commit."""

    def close(self) -> None:
        """Let go of the warehouse."""


def arrow_schema(table: Table) -> pa.Schema:
    """The declared columns as an Arrow schema."""
    return pa.schema([(column.name, _ARROW_TYPES[column.data_type]) for column in table.columns])


def definitions(contract: Contract, present: set[tuple[str, str]]) -> list[str]:
    """Statements that make what is missing of the raw tables; `present` are (table, column).

    What is there is not named again: PostgreSQL wants the right to create for `if not exists` too,
    and there the loader has none.
    """
    statements = []
    for table in (contract.raw | contract.loader).values():
        columns = {f'"{column.name}"': column.data_type for column in table.columns}
        known = {f'"{column}"' for name, column in present if name == table.name}
        where = f'{RAW_SCHEMA}."{table.name}"'
        if not known:
            body = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            statements.append(f"create table if not exists {where} ({body})")
            continue
        statements += [
            f"alter table {where} add column {name} {kind}"
            for name, kind in columns.items()
            if name not in known
        ]
    return statements


def indexes(contract: Contract, indexed: set[str]) -> list[str]:
    """Statements for PostgreSQL that index gateways' records by their time; `indexed` have it.

    A night reads the instants of the days that it builds. Records lie as they came, nearly by time,
    so an entry for each 32 pages finds them: a few kilobytes for a year.
    """
    return [
        f'create index {table.name}{_BY_TIME} on {RAW_SCHEMA}."{table.name}" '
        f'using brin ("{table.event_time}") with (pages_per_range = 32, autosummarize = on)'
        for table in contract.raw.values()
        if table.kind == "gateway" and table.event_time and table.name not in indexed
    ]


_BY_TIME = "_by_time"
INDEXED = (
    "select tablename from pg_indexes "
    f"where schemaname = '{RAW_SCHEMA}' and indexname = tablename || '{_BY_TIME}'"
)
_SCHEMA = f"create schema if not exists {RAW_SCHEMA}"
PRESENT = (
    "select table_name, column_name from information_schema.columns "
    f"where table_schema = '{RAW_SCHEMA}'"
)
_LOADED = f"select batch_id from {RAW_SCHEMA}.load_files"
_PLACES = (
    "select raw_table, content_sha256, billing_account_id, source_file "
    f"from {RAW_SCHEMA}.load_files where record_count > 0"
)
_NOTED = f"select distinct batch_id from {RAW_SCHEMA}.load_rejects where line_number = 0"


class WriteBehind:
    """A target that is written while the caller works on the next rows, one table at a time.

    What an append raises is raised by the next call; a commit comes after all appends.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._writing: Future | None = None
        self.prepare = target.prepare
        self.loaded = target.loaded
        self.noted = target.noted
        self.places = target.places

    def append(self, table: str, rows: pa.Table) -> None:
        """See Target. Returns when the rows before these are written."""
        self._written()
        self._writing = self._pool.submit(self._target.append, table, rows)

    def commit(self) -> None:
        """See Target."""
        self._written()
        self._target.commit()

    def rollback(self) -> None:
        """See Target."""
        writing, self._writing = self._writing, None
        if writing:
            # Two must not use the connection at once; what the append raises is undone anyway.
            wait([writing])
        self._target.rollback()

    def close(self) -> None:
        """See Target."""
        self._pool.shutdown()
        self._target.close()

    def _written(self) -> None:
        writing, self._writing = self._writing, None
        if writing:
            writing.result()


class DuckDBTarget:
    """A DuckDB file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection = open_to_write(Path(path))
        self._connection.execute("set enable_progress_bar = false")
        self._open = False

    def prepare(self, contract: Contract) -> None:
        """See Target."""
        self._begin()
        with self._told("create the raw tables in"):
            present = set(self._connection.execute(PRESENT).fetchall())
            for statement in [_SCHEMA, *definitions(contract, present)]:
                self._connection.execute(statement)
        self.commit()

    def loaded(self) -> set[str]:
        """See Target."""
        return self._batches(_LOADED)

    def noted(self) -> set[str]:
        """See Target."""
        return self._batches(_NOTED)

    def places(self) -> list[tuple[str, str, str | None, str]]:
        """See Target."""
        with self._told("read"):
            return self._connection.execute(_PLACES).fetchall()

    def append(self, table: str, rows: pa.Table) -> None:
        """See Target."""
        self._begin()
        with self._told(f"write {RAW_SCHEMA}.{table} in"):
            self._connection.register("incoming", rows)
            self._connection.execute(
                f'insert into {RAW_SCHEMA}."{table}" by name select * from incoming'
            )
            self._connection.unregister("incoming")

    def commit(self) -> None:
        """See Target."""
        if self._open:
            with self._told("write to"):
                self._connection.commit()
            self._open = False

    def rollback(self) -> None:
        """See Target."""
        if self._open:
            self._open = False
            # After a failed commit there is nothing to roll back, and what failed is the news.
            with suppress(duckdb.Error):
                self._connection.rollback()

    def close(self) -> None:
        """See Target."""
        with self._told("write to"):
            self._connection.close()

    def _begin(self) -> None:
        if not self._open:
            with self._told("write to"):
                self._connection.begin()
            self._open = True

    def _batches(self, sql: str) -> set[str]:
        with self._told("read"):
            return {batch_id for (batch_id,) in self._connection.execute(sql).fetchall()}

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise TargetError(f"cannot {doing} the warehouse {self._path}: {reason}") from error


class PostgresTarget:
    """A PostgreSQL database; rows travel as COPY."""

    def __init__(self) -> None:
        import adbc_driver_postgresql.dbapi as adbc

        self._error = adbc.Error
        try:
            self._connection = adbc.connect(_postgres_uri())
        except adbc.Error as error:
            reason = str(error).strip().splitlines()[0]
            raise TargetError(f"cannot connect to Postgres: {reason}") from error
        self._cursor = self._connection.cursor()
        # Timestamps are written without zone; nothing may move them.
        self._cursor.execute("set time zone 'UTC'")

    def prepare(self, contract: Contract) -> None:
        """See Target."""
        present = set(self._rows(PRESENT))
        indexed = {table for (table,) in self._rows(INDEXED)}
        statements = [*definitions(contract, present), *indexes(contract, indexed)]
        with self._told(
            "make the raw tables of this version; let an administrator run "
            "`ai-cost grant` (docs/access.md)"
        ):
            for statement in statements if present else [_SCHEMA, *statements]:
                self._cursor.execute(statement)
        self.commit()

    def loaded(self) -> set[str]:
        """See Target."""
        return {batch_id for (batch_id,) in self._rows(_LOADED)}

    def noted(self) -> set[str]:
        """See Target."""
        return {batch_id for (batch_id,) in self._rows(_NOTED)}

    def places(self) -> list[tuple[str, str, str | None, str]]:
        """See Target."""
        return list(self._rows(_PLACES))

    def append(self, table: str, rows: pa.Table) -> None:
        """See Target."""
        with self._told(f"write {RAW_SCHEMA}.{table}"):
            self._cursor.adbc_ingest(table, rows, mode="append", db_schema_name=RAW_SCHEMA)

    def commit(self) -> None:
        """See Target."""
        with self._told("write to Postgres"):
            self._connection.commit()

    def rollback(self) -> None:
        """See Target."""
        # Of a connection that is lost the server rolls back itself.
        with suppress(self._error):
            self._connection.rollback()

    def close(self) -> None:
        """See Target."""
        self._cursor.close()
        self._connection.close()

    def _rows(self, sql: str) -> list[tuple]:
        with self._told("read the warehouse"):
            self._cursor.execute(sql)
            return self._cursor.fetchall()

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            reason = str(error).splitlines()[0]
            raise TargetError(f"cannot {doing}: {reason}") from error


def _postgres_uri() -> str:
    """The address from the PG* variables, with the defaults of profiles.yml.

    The password is left to the client library, which reads PGPASSWORD itself.
    """
    options = {
        "host": os.environ.get("PGHOST", "localhost"),
        "port": os.environ.get("PGPORT", "5432"),
        "user": os.environ.get("PGUSER", "postgres"),
        "options": session_options(),
    }
    database = quote(os.environ.get("PGDATABASE", "ai_cost"), safe="")
    return f"postgresql:///{database}?{urlencode(options, quote_via=quote)}"
