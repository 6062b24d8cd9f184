"""Write the dashboards into a folder; a file appears whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from scripts.dashboards import grafana, metabase, powerbi, superset
from scripts.dashboards.charts import read
from scripts.operations.whole_files import write_whole
from scripts.warehouse import WarehouseError, target

_PUBLISHED = Path("published/warehouse.duckdb")
# Superset asks for the password where an address has this in its place.
_ASKED_FOR = "XXXXXXXXXX"


def export(folder: Path, address: str | None) -> int:
    """Write the files, and say what is in them."""
    dashboard = read()
    address = address or _address()
    files = {
        "superset.zip": superset.archive(dashboard, address),
        "grafana.json": grafana.document(dashboard).encode(),
        "metabase.tgz": metabase.archive(dashboard),
        "powerbi.dax": powerbi.document(dashboard).encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_whole(folder / name, content)
    print(f"{folder}: {', '.join(files)}, {len(dashboard.charts)} charts of each")
    print(
        f"Superset reads {address}; Grafana asks which PostgreSQL it shall read; "
        f"Metabase looks for a database that is called {metabase.DATABASE}"
    )
    return 0


def _address() -> str:
    """Where Superset finds the marts of the warehouse in use (docs/bi.md)."""
    if target() == "duckdb":
        return f"duckdb:///{_PUBLISHED.resolve()}"
    if target() == "postgres":
        host, port = os.environ.get("PGHOST", "localhost"), os.environ.get("PGPORT", "5432")
        name = os.environ.get("PGDATABASE", "ai_cost")
        return f"postgresql+psycopg2://bi_reader:{_ASKED_FOR}@{host}:{port}/{name}"
    raise WarehouseError(
        "dashboards read DuckDB or PostgreSQL; name an address of one with --address"
    )
