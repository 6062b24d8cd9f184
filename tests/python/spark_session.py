"""Run dbt on Spark and write the marts down as Parquet, in one process and one Spark session.

python -m tests.python.spark_session FOLDER [--before SQL] DBT-ARGUMENT...
"""

import argparse
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from tests.python.project import MARTS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--before", default="", help="SQL to run in the session ahead of dbt")
    options, arguments = parser.parse_known_args()
    if options.before:
        # Any command opens the session that the profile describes.
        if not dbtRunner().invoke(["--quiet", "show", "--inline", "select 1 as one"]).success:
            return 1
        SparkSession.builder.getOrCreate().sql(options.before)
    if not dbtRunner().invoke(["--quiet", *arguments]).success:
        return 1
    session = SparkSession.builder.getOrCreate()
    for mart in MARTS:
        pq.write_table(
            naive(session.table(f"marts.{mart}").toArrow()), options.folder / f"{mart}.parquet"
        )
    return 0


def naive(rows: pa.Table) -> pa.Table:
    """The rows with UTC timestamps without a zone, as on the other engines."""
    fields = [
        pa.field(f.name, pa.timestamp("us")) if pa.types.is_timestamp(f.type) else f
        for f in rows.schema
    ]
    return rows.cast(pa.schema(fields))


if __name__ == "__main__":
    sys.exit(main())
