"""Write dashboards to import into Superset, Grafana, Metabase and Power BI.

superset.zip, grafana.json, metabase.tgz and powerbi.dax, all from one list of charts. Nothing is
read from the warehouse. How to import them: docs/bi.md.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.argument("folder", type=_options.PATH)
@click.option(
    "--address", metavar="URI",
    help="Where Superset finds the marts, as SQLAlchemy writes it (default: the published copy of "
    "a DuckDB warehouse, or PostgreSQL as bi_reader; Superset asks for the password).",
)  # fmt: skip
def command(folder: Path, address: str | None) -> int:
    """Hand over to the part that does it."""
    from scripts.dashboards.export import export

    return export(folder, address)
