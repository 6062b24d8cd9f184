"""Load raw logs and bills from the landing folder.

Loading a content twice is a no-op. Ends with 1 when a file could not be read.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option(
    "--landing",
    type=_options.PATH,
    help="Folder with a subfolder per raw table (default: AI_COST_LANDING, else landing).",
)
@click.option("--target", help="duckdb, postgres or spark (default: AI_COST_TARGET, else duckdb).")
@click.option(
    "--warehouse",
    type=_options.PATH,
    help="DuckDB file (default: AI_COST_WAREHOUSE, else warehouse.duckdb).",
)
@click.option(
    "--spark-warehouse",
    help="Folder of Spark's warehouse (default: AI_COST_SPARK_WAREHOUSE, else warehouse.spark).",
)
@_options.wait
def command(wait_s: float, **chosen: Path | str | None) -> int:
    """Hand over to the part that does it."""
    from scripts.loading.run import Place, load

    return load(Place.chosen(**chosen), wait_s).exit_code
