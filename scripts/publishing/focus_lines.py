"""The lines of a FOCUS file as CSV, put together by the engine: the same text on each of them.

The rows of a closed month are hashed as these lines by every build; cell by cell in Python that
would take minutes. Decimals are plain and exact, instants are UTC with a Z, nothing is a null. A
decimal keeps at least one digit after the point: validators read a column without any as integers.
Text that a spreadsheet would run as a formula gets an apostrophe in front.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from scripts.warehouse import columns, stream

_BATCH_ROWS = 50_000
# One order on each engine, whatever its collation: keys are digits and lower-case letters.
ORDER = ("ChargePeriodStart", "x_ChargeKey")


def order_of(kinds: Mapping[str, str]) -> tuple[str, ...]:
    """What the rows of a file with these columns are in the order of."""
    return ORDER if set(ORDER) <= set(kinds) else tuple(kinds)


def line(kinds: Mapping[str, str]) -> str:
    """SQL of one line; `kinds`: how SQL names each column, and decimal, timestamp or text."""
    # not one chain of ||: an engine would go through the whole of it again for each column
    return f"concat_ws(',', {', '.join(_cell(name, kind) for name, kind in kinds.items())})"


def _cell(name: str, kind: str) -> str:
    if kind == "decimal":
        digits = f"rtrim(cast(cast({name} as decimal(30, 15)) as varchar), '0')"
        return f"coalesce({digits} || case when right({digits}, 1) = '.' then '0' else '' end, '')"
    if kind == "timestamp":
        instant = f"left(cast(cast({name} as timestamp) as varchar), 19)"
        return f"coalesce(replace({instant}, ' ', 'T') || 'Z', '')"
    # a blank is a part of every text
    formula = f"{name} != '' and strpos('=+-@\t\r', left({name}, 1)) > 0"
    safe = f"case when {formula} then '''' else '' end || {name}"
    marked = " or ".join(f"{name} like '%{mark}%'" for mark in ',"\n\r')
    quoted = f"""'"' || replace({safe}, '"', '""') || '"'"""
    return f"coalesce(case when {marked} then {quoted} else {safe} end, '')"


def header(names: Mapping[str, str] | list[str]) -> str:
    """The first line."""
    return ",".join(names) + "\n"


def of_mart(
    connection, mart: str, period: str, kinds: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The lines of a mart's billing period, such as 2026-07-01, the header first.

    `kinds`: the columns that are wanted, all of them unless said.
    """
    kinds = kinds or columns(connection, mart)
    yield header(list(kinds))
    yield from _lines(
        connection,
        {f'"{name}"': kind for name, kind in kinds.items()},
        f"marts.{mart} where \"BillingPeriodStart\" = cast('{period}' as timestamp)",
        [f'"{name}"' for name in order_of(kinds)],
    )


def of_posted(connection, names: list[str], kinds: Mapping[str, str], rest: str) -> Iterator[str]:
    """The lines of posted rows under the names of a delivered file, the header first."""
    yield header(names)
    by_name = {name.lower(): kinds[name.lower()] for name in names}
    yield from _lines(connection, by_name, rest, [name.lower() for name in ORDER])


def of_parquet(file: Path, names: list[str], kinds: Mapping[str, str]) -> bytes:
    """A Parquet file as the CSV that belongs to it; `kinds` by name in lower case."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        here = connection.from_parquet(str(file))
        if not {name.lower() for name in names} <= {name.lower() for name in here.columns}:
            return header(here.columns).encode()
        by_name = {f'"{name}"': kinds[name.lower()] for name in names}
        order = [f'"{name}"' for name in ORDER]
        lines = _lines(connection, by_name, f"read_parquet('{_text(file)}')", order)
        return "".join([header(names), *lines]).encode()


def _text(file: Path) -> str:
    return str(file).replace("'", "''")


def _lines(connection, kinds: Mapping[str, str], rest: str, order: list[str]) -> Iterator[str]:
    sql = f"select {line(kinds)} from {rest} order by {', '.join(order)}"
    for rows in stream(connection, sql, _BATCH_ROWS):
        yield from (f"{text}\n" for (text,) in rows)
