"""Whether this checkout is the one to write the warehouse: never older than what built it.

An older version would put tables and figures back to what they were, and its loader knows fewer
columns. The other way round, a warehouse that is older than the checkout, is what the build sees to
itself (macros/builds/built_models.sql).
"""

from __future__ import annotations

import re
from pathlib import Path

from scripts import yaml_files
from scripts.warehouse import WarehouseError, connect, target, warehouse_file

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project.yml"
_BUILT = "select distinct project_version from ops.built_models"
_IS_THERE = (
    "select count(*) from information_schema.tables "
    "where table_schema = 'ops' and table_name = 'built_models'"
)


def check_version() -> None:
    """Raise WarehouseError when a newer version of the project has built the warehouse.

    Spark is not asked: its session would have to be started for it.
    """
    if target() == "spark" or (target() == "duckdb" and not warehouse_file().exists()):
        return
    own = yaml_files.read(PROJECT)["version"]
    with connect() as connection:
        if connection.execute(_IS_THERE).fetchall() == [(0,)]:
            return
        built = [version for (version,) in connection.execute(_BUILT).fetchall()]
    newest = max(built, key=_order, default=own)
    if _order(newest) > _order(own):
        raise WarehouseError(
            f"version {newest} of the project has built this warehouse, and this is version {own}: "
            f"take version {newest} or newer, or build another warehouse"
        )


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
