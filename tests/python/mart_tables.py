"""A warehouse of marts alone, made from their contracts: no load, no build, any rows."""

import datetime
import json
import zlib
from collections.abc import Iterable
from contextlib import closing
from functools import cache
from pathlib import Path

import duckdb
import psycopg2

from scripts import yaml_files
from tests.python.project import ROOT


@cache
def contracts() -> dict[str, dict[str, str]]:
    """Column types of every mart, as its YAML promises them."""
    found = {}
    for file in sorted((ROOT / "models" / "marts").rglob("*.yml")):
        for model in yaml_files.read(file).get("models", []):
            found[model["name"]] = {
                column["name"]: column["data_type"] for column in model["columns"]
            }
    return found


def statements(rows: dict[str, list[dict]], without: set[str] = frozenset()):
    """The SQL that makes every mart and fills some; columns that a row leaves out are null."""
    yield "create schema marts"
    for mart, columns in contracts().items():
        if mart in without:
            continue
        names = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        yield f"create table marts.{mart} ({names})"
        for row in rows.get(mart, []):
            unknown = set(row) - set(columns)
            assert not unknown, f"{mart} has no {unknown}"
            values = ", ".join(_literal(value) for value in row.values())
            yield f"insert into marts.{mart} ({', '.join(row)}) values ({values})"


def _literal(value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | datetime.date):
        return "'" + str(value).replace("'", "''") + "'"
    return str(value)


def make(file: Path, rows: dict[str, list[dict]], without: set[str] = frozenset()) -> Path:
    """A DuckDB file with these rows."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("begin")
        for statement in statements(rows, without):
            connection.execute(statement)
        connection.execute("commit")
    return file


def ask(folder: Path, sql: str) -> list[tuple]:
    """The rows of a query on w.duckdb in a folder."""
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def make_postgres(address: dict[str, str], rows: dict[str, list[dict]]) -> None:
    """The same in a Postgres database."""
    with closing(connect(address)) as connection:
        cursor = connection.cursor()
        for statement in statements(rows):
            cursor.execute(statement)
        connection.commit()


def connect(address: dict[str, str]):
    """A connection to a Postgres database by its PG* variables."""
    names = {name.removeprefix("PG").lower(): value for name, value in address.items()}
    names["dbname"] = names.pop("database")
    return psycopg2.connect(**names)


def take_over(project, address: dict[str, str], marts: Iterable[str]) -> None:
    """Every mart in a Postgres database, some of them with the first rows that a project has."""
    make_postgres(address, {})
    with closing(connect(address)) as connection, connection, connection.cursor() as cursor:
        for mart in marts:
            names = ", ".join(contracts()[mart])
            rows = project.rows(f"select {names} from marts.{mart} limit 300")
            blanks = ", ".join(["%s"] * len(contracts()[mart]))
            cursor.executemany(f"insert into marts.{mart} values ({blanks})", rows)


def search_index(report: Path) -> list[dict]:
    """What the search box knows."""
    text = (report / "assets" / "search-index.js").read_text()
    return json.loads(text.removeprefix("window.SEARCH = ").rstrip().removesuffix(";"))


def unpacked(report: Path, name: str) -> bytes:
    """What a script file of the report hands over, taken apart as the browser does it."""
    text = (report / "assets" / f"{name}.js").read_bytes().decode("utf-16")
    letters = text.partition("= '")[2].removesuffix("';\n")
    data = bytearray()
    for at in range(0, len(letters), 8):
        bits = 0
        for letter in letters[at : at + 8]:
            bits = bits << 15 | ord(letter) - 0x100
        data += bits.to_bytes(15, "big")
    return zlib.decompress(data[4 : 4 + int.from_bytes(data[:4], "big")])


def handed_over(report: Path, name: str):
    """The same, of what JSON can say."""
    return json.loads(unpacked(report, name))
