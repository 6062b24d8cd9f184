"""Forge what a lived year left, one thing after the other, and see who names it.

    python -m tests.python.forged_year        in the year's own copy of the project

A cell, a row less and a row more of each posted table, each document, each field of the seed's row,
and each file that was exported. Each is put back before the next. Prints as JSON how many there
were, and those that `ai-cost close verify` or the next build does not name.
"""

import contextlib
import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.accounting import focus_file, verify
from scripts.accounting.periods import PERIODS, Period, read_periods, write_rows
from scripts.accounting.posting import DOCUMENTS, TABLES, post, posted_rows
from scripts.operations.company import decisions
from scripts.warehouse import connect_postgres, open_to_write, target, warehouse_file

FOLDERS = ("ledger", "close", "build/focus")


class Forgeries:
    """What was forged so far, and what of it nobody named."""

    def __init__(self) -> None:
        self.count = 0
        self.unnamed: list[str] = []

    def see(self, what: str, *expected: str) -> None:
        """The check and the build must say all that is expected."""
        self.count += len(expected)
        complaints = io.StringIO()
        with contextlib.redirect_stderr(complaints), contextlib.redirect_stdout(io.StringIO()):
            code = verify.verify([])
        said = [complaints.getvalue()]
        complaints = io.StringIO()
        with contextlib.redirect_stderr(complaints):
            stopped = verify.said_of_ledger()
        said.append("\n".join(stopped) + complaints.getvalue())
        for line in expected:
            if code != 1 or not all(line in text for text in said):
                self.unnamed.append(f"{what}, {line}: {code} {said}")


def replaced(table: str, month: date, rows: list[tuple]) -> None:
    """Other rows of a month in the place of those that were posted."""
    delete = f"delete from ledger.{table} where posting_period = date '{month}'"
    if target() == "duckdb":
        with closing(open_to_write(warehouse_file())) as connection:
            connection.execute(delete)
    else:
        with closing(connect_postgres()) as server, server, server.cursor() as cursor:
            cursor.execute(delete)
    if rows:
        post({month: {table: rows}})


def other(value: object) -> object:
    """Another value of the same type."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return value.replace(year=value.year + 1)
    if isinstance(value, date):
        return value.replace(year=value.year + 1)
    return value + (1 if isinstance(value, int | Decimal) else "x")


def forged_rows(rows: list[tuple]) -> Iterator[tuple[str, list[tuple]]]:
    """A cell of the first row, a row less, a row more."""
    first, *rest = rows
    place = max(n for n, value in enumerate(first) if value is not None and n)
    yield "a cell", [(*first[:place], other(first[place]), *first[place + 1 :]), *rest]
    if rest:
        yield "a row less", rest
    yield "a row more", [first, *rows]


def of_tables(found: Forgeries, months: list[date]) -> None:
    """Each table in another month."""
    tables = TABLES | {focus_file.NAME: focus_file.TABLE}
    for number, (document, table) in enumerate(tables.items()):
        month = months[number % len(months)]
        rows = posted_rows(table, month)
        for how, forged in forged_rows(rows):
            replaced(table, month, forged)
            found.see(f"{how} of {table}", f"{month}: {document} ")
            replaced(table, month, rows)


def of_documents(found: Forgeries, month: date) -> None:
    """Each document's content, and one that is gone."""
    rows = posted_rows(DOCUMENTS, month)
    for number, (_, name, content) in enumerate(rows):
        for forged in (
            [(month, name, content + "x"), *rows[:number], *rows[number + 1 :]],
            [*rows[:number], *rows[number + 1 :]],
        ):
            replaced(DOCUMENTS, month, forged)
            found.see(f"document {name}", f"{month}: {name} ")
    replaced(DOCUMENTS, month, rows)


def of_seed(found: Forgeries, number: int) -> None:
    """Each field of a row, and the row itself."""
    file = decisions(PERIODS)
    before, periods = file.read_bytes(), read_periods()
    row = periods[number]
    for name, value in row.__dict__.items():
        if name == "period_start":
            continue
        periods[number] = Period(**(row.__dict__ | {name: f"{value}x"}))
        write_rows(file, periods)
        found.see(f"{name} of the seed", row.period_start)
    lines, start = before.splitlines(keepends=True), row.period_start.encode()
    file.write_bytes(b"".join(line for line in lines if not line.startswith(start)))
    found.see("the row of the seed", row.period_start)
    file.write_bytes(before)


def of_files(found: Forgeries, month: date) -> None:
    """Each exported file of a month, those of a folder at once: a check names every one."""
    name = f"{month:%Y-%m}"
    for folder in map(Path, FOLDERS):
        before = {
            file: file.read_bytes()
            for file in sorted([*folder.glob(f"{name}.*"), *(folder / name).rglob("*")])
            if file.is_file() and not file.name.startswith(("invoice_detail", "billing_period"))
        }
        for file in before:
            forge(file)
        found.see(f"files of {folder}", *(f"{file} is not as it was approved" for file in before))
        for file, content in before.items():
            file.write_bytes(content)


def forge(file: Path) -> None:
    """Another cell of the first row."""
    if file.suffix != ".parquet":
        content = file.read_bytes()
        file.write_bytes(content[:-1] + b"x\n")
        return
    table = pq.read_table(file, partitioning=None)
    place = next(n for n, field in enumerate(table.schema) if pa.types.is_string(field.type))
    first, *rest = table.column(place).to_pylist()
    field = table.schema.field(place)
    column = pa.array([f"{first}x", *rest], field.type)
    pq.write_table(table.set_column(place, field, column), file)


def main() -> None:
    """All of them."""
    found = Forgeries()
    months = [date.fromisoformat(period.period_start) for period in read_periods()]
    with contextlib.redirect_stdout(io.StringIO()):
        assert verify.verify([]) == 0, "forged already"
    of_tables(found, months)
    # early months: the first difference is looked for from the oldest on
    of_documents(found, months[0])
    of_seed(found, 1)
    of_files(found, months[1])
    with contextlib.redirect_stdout(io.StringIO()):
        assert verify.verify([]) == 0, "not put back"
    print(json.dumps({"count": found.count, "unnamed": found.unnamed}))


if __name__ == "__main__":
    main()
