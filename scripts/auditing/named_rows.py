"""Rows of a query by the names of their columns, as JSON can hold them: money as text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import duckdb


def named_rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict]:
    """The rows of a query, an object each."""
    found = connection.execute(sql)
    names = [column[0] for column in found.description]
    return [
        {name: plain(value) for name, value in zip(names, row, strict=True)}
        for row in found.fetchall()
    ]


def plain(value: object) -> object:
    """A value as JSON holds it: money with all its digits, which a float would not have."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value
