"""Helpers of the loader's tests: a landing folder, a run, and what it left."""

import gzip
import json
from pathlib import Path

import duckdb

from scripts.cli import main

CAPTURES = Path(__file__).parent / "fixtures" / "captures"


class Landing:
    """A landing folder and a DuckDB warehouse beside it."""

    def __init__(self, folder: Path):
        self.folder = folder / "landing"
        self.folder.mkdir()
        self.warehouse = folder / "w.duckdb"

    def put(self, name: str, content) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            content = "".join(as_line(line) + "\n" for line in content)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def capture(self, table: str, name: str) -> None:
        target = self.folder / table / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((CAPTURES / name).read_bytes())

    def load(self, *options: str) -> int:
        arguments = ["load", "--landing", str(self.folder), "--warehouse", str(self.warehouse)]
        return main([*arguments, *options])

    def rows(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def rejects(self) -> list[tuple]:
        return self.rows(
            "select line_number, record_number, reason, raw_text from raw.load_rejects "
            "order by source_file, line_number, record_number"
        )


def as_line(line) -> str:
    return line if isinstance(line, str) else json.dumps(line)


def event(number: int = 1, **fields) -> dict:
    """A record of envelope_events."""
    return {"request_id": f"r{number}", "timestamp": "2026-11-03T10:00:00Z"} | fields
