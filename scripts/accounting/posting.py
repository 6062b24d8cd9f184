"""What a close writes into the warehouse and reads back: all of a month in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date

import pyarrow as pa

from scripts.accounting import focus_file
from scripts.accounting.entries import ENTRIES, as_csv, columns, ordered, schema
from scripts.accounting.ledger import posted_tables, query
from scripts.accounting.manifest import MANIFEST
from scripts.warehouse import (
    WarehouseError,
    connect_postgres,
    open_to_write,
    target,
    warehouse_file,
)

DOCUMENTS = "posted_documents"
# The documents that are tables: the file, and where its rows are posted.
TABLES = {
    "entries.csv": ENTRIES,
    "statements.csv": "posted_statements",
    "statement_lines.csv": "posted_statement_lines",
    "budget_status.csv": "posted_budget_status",
}

# Rows by table, or where they come from: columns and a query.
Month = dict[str, list[tuple] | str]


def posted_rows(table: str, period: date) -> list[tuple]:
    """Rows of a posted table of a month."""
    return _of_month(", ".join(columns(table)), table, period)


def _of_month(what: str, table: str, period: date) -> list[tuple]:
    return query(f"select {what} from ledger.{table} where posting_period = date '{period}'")


class NotAsStored(WarehouseError):
    """A document is not stored in the one way in which a close stores it; the message says how."""


def posted_documents(period: date) -> dict[str, bytes]:
    """Every document of a closed month by name, the manifest among them.

    Those of a table that is gone, or not there yet, are missing. NotAsStored where a text is
    there that none of them says: whoever takes a file from the table would read it.
    """
    there = posted_tables()
    found = _texts(period) if DOCUMENTS in there else {}
    if focus_file.TABLE in there and _of_month("count(*)", focus_file.TABLE, period) != [(0,)]:
        head = found.get(focus_file.NAME, b"no header\n")
        found[focus_file.NAME] = focus_file.posted(period, head)
    tables = {name: posted_rows(table, period) for name, table in TABLES.items() if table in there}
    return found | {name: as_csv(rows, TABLES[name]) for name, rows in tables.items() if rows}


def months_of_tables() -> list[tuple[date, str]]:
    """Each month that has rows in a posted table, and the table, in the order of the months."""
    there = posted_tables() & {*TABLES.values(), focus_file.TABLE, DOCUMENTS}
    each = (f"select distinct posting_period, '{name}' from ledger.{name}" for name in there)
    return sorted(query(" union all ".join(each)))


def _texts(period: date) -> dict[str, bytes]:
    """The documents that are no tables; of the FOCUS file the header."""
    found: dict[str, bytes] = {}
    for _, name, content in posted_rows(DOCUMENTS, period):
        if name in TABLES:
            raise NotAsStored(f"{name} is stored as text, next to the rows that were approved")
        if name in found:
            raise NotAsStored(f"{name} is stored twice")
        found[name] = content.encode()
    head = found.get(focus_file.NAME)
    if head is not None and head != focus_file.header(head):
        raise NotAsStored(f"{focus_file.NAME} is stored with another text than its header")
    return found


def as_rows(period: date, documents: Mapping[str, bytes]) -> list[tuple]:
    """Documents as rows of their table; of the FOCUS file the header, its rows have their own."""
    kept = dict(documents)
    if focus_file.NAME in kept:
        kept[focus_file.NAME] = focus_file.header(kept[focus_file.NAME])
    return [(period, name, content.decode()) for name, content in kept.items()]


def arrow(rows: list[tuple], table: str) -> pa.Table:
    """Rows of a posted table as Arrow, in the order in which they are hashed."""
    rows = ordered(rows, table)
    arrays = [
        pa.array([row[number] for row in rows], field.type)
        for number, field in enumerate(schema(table))
    ]
    return pa.Table.from_arrays(arrays, schema=schema(table))


def post(months: dict[date, Month]) -> None:
    """Write months, by table, in one transaction; a month that has entries is refused."""
    with _writing() as write:
        for period, tables in months.items():
            for table, rows in tables.items():
                write(table, rows, period)


@contextmanager
def _writing() -> Iterator:
    """A function that appends rows to a posted table; all of it or nothing is kept."""
    if target() == "duckdb":
        with closing(open_to_write(warehouse_file())) as connection:
            connection.execute("begin")

            def write(table: str, rows: list[tuple] | str, period: date) -> None:
                _refuse_twice(connection, table, period)
                if isinstance(rows, str):
                    connection.execute(f"insert into ledger.{table} {rows}")
                    return
                connection.register("incoming", arrow(rows, table))
                connection.execute(f"insert into ledger.{table} by name select * from incoming")
                connection.unregister("incoming")

            yield write
            connection.execute("commit")
        return
    from psycopg2.extras import execute_values  # only here: DuckDB needs no server library

    with closing(connect_postgres()) as server, server, server.cursor() as cursor:

        def write(table: str, rows: list[tuple] | str, period: date) -> None:
            _refuse_twice(cursor, table, period)
            if isinstance(rows, str):
                cursor.execute(f"insert into ledger.{table} {rows}")
                return
            execute_values(
                cursor, f"insert into ledger.{table} ({', '.join(columns(table))}) values %s", rows
            )

        yield write


def _refuse_twice(connection, table: str, period: date) -> None:
    connection.execute(
        f"select count(*) from ledger.{table} where posting_period = date '{period}'"
    )
    if connection.fetchone() != (0,):
        raise WarehouseError(f"{period:%Y-%m} is in ledger.{table} already; nothing was posted")


def manifest_of(period: date) -> bytes | None:
    """The manifest that was posted with a month; None when there is none."""
    found = query(
        f"select content from ledger.{DOCUMENTS} "
        f"where posting_period = date '{period}' and document_name = '{MANIFEST}'"
    )
    return found[0][0].encode() if found else None
