"""The least an engine could do with the same rows: what a benchmark is compared with.

Each in a process of its own, `python -m scripts.benchmarks.baselines WHAT PLACE TABLE`:

copy WAREHOUSE TABLE        prints the seconds of `create table as select`
read_json LANDING TABLE     prints the seconds of DuckDB's bare read_json
count WAREHOUSE TABLE       prints the number of rows
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import duckdb

from scripts.loading.paths import literal
from scripts.loading.sources import Table, read_contract

MODELS = Path(__file__).resolve().parents[2] / "models"
# The settings of profiles.yml.
_SETTINGS = "set preserve_insertion_order = false; set enable_progress_bar = false"


def copy(warehouse: Path, table: str) -> float:
    """Seconds to copy a table as it is into a file of its own."""
    return _timed(
        f"attach {literal(str(warehouse))} as source (read_only)",
        f"create table copied as select * from source.{table}",
        warehouse.parent,
    )


def read_json(landing: Path, name: str) -> float:
    """Seconds to read the files of a raw table without a look at what they hold."""
    files = literal(str(landing / name / "**" / "*.jsonl*"))
    columns = _top_level(read_contract(MODELS).raw[name])
    read = f"read_json({files}, format = 'newline_delimited', ignore_errors = true, {columns})"
    return _timed("select 1", f"create table copied as select * from {read}", landing)


def count(warehouse: Path, table: str) -> int:
    """Rows of a table."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(f"select count(*) from {table}").fetchall()[0][0]


def _top_level(table: Table) -> str:
    """The outermost keys of a record, as the `columns` of read_json; what is nested stays JSON."""
    types: dict[str, str] = {}
    for column in table.fields:
        for path in column.paths:
            way = [*path.arrays, *path.documents, path.keys]
            first = next(key for keys in way for key in keys)
            nested = sum(map(len, way)) > 1 or path.arrays or path.attribute
            whole = "bigint" if column.data_type == "bigint" else "varchar"
            types[first] = "json" if nested or types.get(first) == "json" else whole
    pairs = ", ".join(f"{literal(key)}: '{kind}'" for key, kind in types.items())
    return f"columns = {{{pairs}}}"


def _timed(prepare: str, statement: str, folder: Path) -> float:
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        duckdb.connect(f"{place}/floor.duckdb") as connection,
    ):
        connection.execute(_SETTINGS)
        connection.execute(prepare)
        start = time.perf_counter()
        connection.execute(statement)
        return time.perf_counter() - start


if __name__ == "__main__":
    what, path, relation = sys.argv[1:]
    print({"copy": copy, "read_json": read_json, "count": count}[what](Path(path), relation))
