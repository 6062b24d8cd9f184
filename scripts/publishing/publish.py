"""The published copy of the marts: people read it while the next night writes the warehouse.

A new version is written beside the old ones, with `warehouse.duckdb` (schema marts only), one
Parquet file per mart and `manifest.json`, and then the link `current` turns to it in one step.
Whoever has the version before open keeps reading it; nobody ever sees half of one. Refuses when the
last build did not pass. For DuckDB: on PostgreSQL people read the marts themselves (docs/bi.md).
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from scripts import console
from scripts.errors import UserError
from scripts.loading.paths import literal
from scripts.operations.builds import LAST_BUILDS
from scripts.operations.whole_files import writing
from scripts.warehouse import target, warehouse_file

_MARTS = """
    select table_name from duckdb_tables() where database_name = $source and schema_name = 'marts'
    union all
    select view_name from duckdb_views() where database_name = $source and schema_name = 'marts'
    order by 1
"""
_COMMENTS = """
    select column_name, comment from duckdb_columns()
    where database_name = $source and schema_name = 'marts' and table_name = $mart
        and comment is not null
"""

_COPY = "published_copy"


class PublishError(UserError):
    """Nothing was published; the message says why in a sentence."""


def make(folder: Path, keep: int) -> int:
    """Publish, and say where readers look."""
    try:
        version, rows = publish(warehouse_file(), folder, keep)
    except duckdb.Error as error:
        raise PublishError(str(error).splitlines()[0]) from None
    print(f"published {len(rows)} marts, {sum(rows.values()):,} rows: {version}")
    print(f"readers open {folder / 'warehouse.duckdb'} or {folder / 'current' / 'parquet'}")
    return 0


def publish(warehouse: Path, folder: Path, keep: int) -> tuple[Path, dict[str, int]]:
    """Write a version and turn the links to it; its folder, and the rows of each mart."""
    if target() != "duckdb":
        raise PublishError(
            f"the target is {target()}: people read its marts themselves, docs/bi.md"
        )
    if not warehouse.exists():
        raise PublishError(f"there is no warehouse at {warehouse}; run `make nightly`")
    now = datetime.now(UTC)
    name = f"{now:%Y%m%dT%H%M%S%f}Z"
    with writing(folder):
        version, rows = _publish(warehouse, folder, now, name)
    _prune(folder, keep)
    return version, rows


def _publish(
    warehouse: Path, folder: Path, now: datetime, name: str
) -> tuple[Path, dict[str, int]]:
    folder.mkdir(parents=True, exist_ok=True)
    # What a killed run left is nobody's; a name with a dot in front is never read.
    for leftover in folder.glob(".new-*"):
        shutil.rmtree(leftover)
    draft = folder / f".new-{name}"
    (draft / "parquet").mkdir(parents=True)
    try:
        build, rows = _write(warehouse, draft)
        manifest = json.dumps(
            {"published_at": now.isoformat(), "build": build, "rows": rows}, indent=2
        )
        (draft / "manifest.json").write_text(f"{manifest}\n", encoding="utf-8")
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    for file in draft.rglob("*.*"):
        if file.is_file():
            file.chmod(0o444)
    version = folder / name
    draft.rename(version)
    _point(folder / "current", Path(name))
    _point(folder / "warehouse.duckdb", Path("current") / "warehouse.duckdb")
    return version, rows


def _write(warehouse: Path, draft: Path) -> tuple[str, dict[str, int]]:
    with duckdb.connect() as connection:
        source = _attach(connection, warehouse)
        build = _checked_build(connection, source)
        connection.execute(f"attach {literal(str(draft / 'warehouse.duckdb'))} as {_COPY}")
        connection.execute(f"create schema {_COPY}.marts")
        found = connection.execute(_MARTS, {"source": source}).fetchall()
        rows = {
            mart: _copy_mart(connection, source, mart, draft)
            for (mart,) in console.track(found, "publish")
        }
        connection.execute(f"detach {_COPY}")
    return build, rows


def _attach(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> str:
    """Open the warehouse under its own name, which its views call it by."""
    try:
        connection.execute(f"attach {literal(str(warehouse))} (read_only)")
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise
        raise PublishError(f"{warehouse} is being written; wait for the night to end") from None
    names = "select database_name from duckdb_databases() where not internal and path is not null"
    return connection.execute(names).fetchone()[0]


def _checked_build(connection: duckdb.DuckDBPyConnection, source: str) -> str:
    try:
        runs = connection.execute(LAST_BUILDS.format(schema=f"{_name(source)}.ops")).fetchall()
    except duckdb.CatalogException:
        runs = []
    if not runs:
        raise PublishError("no whole build is on record; run `make nightly`")
    for _, started_at, status in runs:
        if status != "passed":
            raise PublishError(
                f"the build of {started_at:%Y-%m-%d %H:%M} UTC {status}; "
                "what was published before stays. Mend it and run `make nightly`"
            )
    return runs[0][0]


def _copy_mart(connection: duckdb.DuckDBPyConnection, source: str, mart: str, draft: Path) -> int:
    table = f"{_COPY}.marts.{_name(mart)}"
    connection.execute(f"create table {table} as from {_name(source)}.marts.{_name(mart)}")
    comments = connection.execute(_COMMENTS, {"source": source, "mart": mart}).fetchall()
    for column, comment in comments:
        connection.execute(f"comment on column {table}.{_name(column)} is {literal(comment)}")
    file = draft / "parquet" / f"{mart}.parquet"
    connection.execute(f"copy {table} to {literal(str(file))} (format parquet, compression zstd)")
    return connection.execute(f"select count(*) from {table}").fetchone()[0]


def _point(link: Path, to: Path) -> None:
    """Make a link lead somewhere else in one step; it is never missing in between."""
    draft = link.with_name(f".{link.name}-{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(to)
    draft.replace(link)


def _prune(folder: Path, keep: int) -> None:
    versions = sorted(path.parent for path in folder.glob("*T*Z/manifest.json"))
    for old in versions[:-keep]:
        shutil.rmtree(old)


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
