"""Raw tables as folders of Parquet files, for Spark: no Spark is needed to write them.

Files are written aside, below `_loading`. Renaming that folder to `_loaded` is the commit; the
files are then moved to their tables. A run that finds `_loaded` moves what is left of it, and one
that finds `_loading` deletes it, so that a killed load is whole or was never there.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from scripts.loading.sources import RAW_SCHEMA, Contract
from scripts.loading.targets import TargetError, arrow_schema

VARIABLE = "AI_COST_SPARK_WAREHOUSE"
DEFAULT = "warehouse.spark"


class ParquetTarget:
    """The warehouse folder of a Spark, on a file system that renames folders in one step."""

    def __init__(self, warehouse: str) -> None:
        self._warehouse = Path(warehouse)
        # Where Spark keeps the tables of a schema, unless it is told otherwise.
        self._tables = self._warehouse / f"{RAW_SCHEMA}.db"
        self._loading = self._warehouse / "_loading"
        self._loaded = self._warehouse / "_loaded"
        try:
            self._tables.mkdir(parents=True, exist_ok=True)
            self._lock = (self._warehouse / "_lock").open("w")
        except OSError as error:
            raise TargetError(f"cannot write to the warehouse {warehouse}: {error}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise TargetError(f"another load into {warehouse} is running") from error

    def prepare(self, contract: Contract) -> None:
        """See Target. Also finishes or forgets what a killed load left."""
        self._schemas = {
            name: _with_zone(arrow_schema(table))
            for name, table in (contract.raw | contract.loader).items()
        }
        # A build must not hold a day for loaded before its records are there.
        self._order = [*contract.raw, *contract.loader]
        with self._told():
            for name in self._order:
                (self._tables / name).mkdir(exist_ok=True)
            self._publish()
        self.rollback()

    def loaded(self) -> set[str]:
        """See Target."""
        return {batch_id for (batch_id,) in self._read("load_files", ["batch_id"])}

    def noted(self) -> set[str]:
        """See Target."""
        rejects = self._read("load_rejects", ["batch_id", "line_number"])
        return {batch_id for batch_id, line in rejects if line == 0}

    def places(self) -> list[tuple[str, str, str | None, str]]:
        """See Target."""
        names = ["raw_table", "content_sha256", "billing_account_id", "source_file", "record_count"]
        return [tuple(place) for *place, count in self._read("load_files", names) if count]

    def _read(self, name: str, columns: list[str]) -> Iterator[tuple]:
        try:
            for file in sorted((self._tables / name).glob("*.parquet")):
                found = pq.ParquetFile(file).read(columns)
                yield from zip(*(found[column].to_pylist() for column in columns), strict=True)
        except (OSError, pa.ArrowException) as error:
            raise TargetError(f"cannot read {RAW_SCHEMA}.{name}: {error}") from error

    def append(self, table: str, rows: pa.Table) -> None:
        """See Target."""
        folder = self._loading / table
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / f"{uuid.uuid4().hex}.parquet").open("wb") as file:
                pq.write_table(rows.cast(self._schemas[table]), file)
                file.flush()
                os.fsync(file.fileno())
        except (OSError, pa.ArrowException) as error:
            told = f"cannot write {RAW_SCHEMA}.{table} in {self._warehouse}: {error}"
            raise TargetError(told) from error

    def commit(self) -> None:
        """See Target."""
        with self._told():
            if self._loading.exists():
                self._loading.rename(self._loaded)
                self._publish()

    def rollback(self) -> None:
        """See Target."""
        shutil.rmtree(self._loading, ignore_errors=True)

    def close(self) -> None:
        """See Target."""
        self._lock.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            told = f"cannot write to the warehouse {self._warehouse}: {error}"
            raise TargetError(told) from error

    def _publish(self) -> None:
        """Move committed files to their tables; those moved already are not here any more."""
        for name in self._order:
            for file in sorted((self._loaded / name).glob("*.parquet")):
                file.rename(self._tables / name / file.name)
        shutil.rmtree(self._loaded, ignore_errors=True)


def _with_zone(schema: pa.Schema) -> pa.Schema:
    """The schema with instants for timestamps: what Spark's type of that name is."""
    return pa.schema(
        [
            pa.field(field.name, pa.timestamp("us", tz="UTC"))
            if pa.types.is_timestamp(field.type)
            else field
            for field in schema
        ]
    )
