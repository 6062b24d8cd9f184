"""What a build leaves out, because it would be made of the same again (made_of.py).

Half of a small night went into views that hold no rows, seeds that nobody touched and tables of
such seeds alone; a night without a new file made every table again for the few that ask the clock.
The states are kept in the warehouse; they hold only while nothing but a whole build that passed has
written it since.

On DuckDB only: elsewhere a view goes with the table that it reads, and is made again with it.
"""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import duckdb

from scripts.loading.sources import RAW_SCHEMA
from scripts.operations.clock import run_instant
from scripts.operations.made_of import Definitions, asking, code_key, described, digest
from scripts.warehouse import open_to_write, warehouse_file

ROOT = Path(__file__).resolve().parents[2]
TAG = "unchanged"
# None when the last run that could change anything failed, or is not the one that wrote them.
_KNOWN = """
    with last as (
        select invocation_id, event, status from ops.build_events order by rowid desc limit 1
    )
    select states.node_id, states.made_of
    from ops.built_nodes as states
    inner join last on states.invocation_id = last.invocation_id
    where last.event = 'finished' and last.status = 'passed'
"""
# What a load, an unloading or a forgotten person changes, whichever raw table is concerned.
_OF_LOADS = ("raw.load_files", "raw.load_days", "raw.load_rejects")
# They ask the clock for the days that lie ahead of the run, and for no other.
AHEAD = ("model.ai_cost.int_day_fingerprints", "model.ai_cost.int_priced_attempts")
# What nights append to and read again: each night knows what it added. Only a loss says something.
_APPENDED = ("ops.figure_movements", "ops.figure_days")
_PRESENT = "select table_schema || '.' || table_name from information_schema.tables"


class Unchanged:
    """The nodes of a parsed project (dbt's Manifest) that need not run; looks at the warehouse."""

    def __init__(self, manifest) -> None:
        self._manifest = manifest
        key = digest(code_key(ROOT, dict(os.environ)), time.tzname)
        with closing(open_to_write(warehouse_file())) as connection:
            known, present = _read(connection)
            sources = _sources(connection, manifest.sources, present)
            is_any_ahead = _is_any_day_ahead(connection, present)
        nodes = described(manifest)
        for name in AHEAD if not is_any_ahead else ():
            nodes[name]["asks_clock"] = False
        self._definitions = Definitions(nodes, ROOT, key, sources)
        self._made_of = self._definitions.all()
        # a view is the same while its code is, but not what a test sees through it
        self._seen = {
            name: self._definitions.rows(name)
            for name, node in nodes.items()
            if node["kind"] == "view"
        }
        self._same = {
            name
            for name, made_of in self._made_of.items()
            if known.get(name) == made_of and self._place(name) in present
        }
        self._same_rows = {
            name
            for name in self._same
            if name not in self._seen
            or (self._seen[name] and self._seen[name] == known.get(f"rows of {name}"))
        }

    def left_out(self) -> set[str]:
        """Ids of seeds and models, and of the tests that look at unchanged rows alone.

        Not of tests that warn: each night says what is still so.
        """
        asks = asking(self._manifest)
        return self._same | {
            name
            for name, node in self._manifest.nodes.items()
            if node.resource_type == "test"
            and node.config.severity.lower() == "error"
            and set(node.depends_on_nodes) <= self._same_rows
            and not asks & set(node.depends_on_macros)
        }

    def tag(self) -> int:
        """Tag them `unchanged` in the parsed project, and say how many they are.

        dbt takes as long to leave out some hundred names as to make them; a tag is one look.
        """
        names = self.left_out()
        for name in names:
            self._manifest.nodes[name].tags.append(TAG)
        return len(names)

    def remember(self, made: set[str]) -> None:
        """Keep the states of a whole build that passed; `made` are the ids of what it made."""
        states = [
            [name, self._made_of[name]] for name in self._same | made if name in self._made_of
        ]
        states += [[f"rows of {name}", rows] for name, rows in self._seen.items() if rows]
        with closing(duckdb.connect(str(warehouse_file()))) as connection:
            connection.execute(
                "create or replace table ops.built_nodes "
                "(invocation_id varchar, node_id varchar, made_of varchar)"
            )
            connection.execute(
                "insert into ops.built_nodes select "
                "(select invocation_id from ops.build_events order by rowid desc limit 1), "
                "unnest(?), unnest(?)",
                [list(each) for each in zip(*states, strict=True)],
            )

    def _place(self, name: str) -> str:
        node = self._manifest.nodes[name]
        return f"{node.schema}.{node.alias}"


def _read(connection) -> tuple[dict[str, str], set[str]]:
    """What is known of the nodes of the warehouse, and which relations it has."""
    present = {name for (name,) in connection.execute(_PRESENT).fetchall()}
    if not {"ops.build_events", "ops.built_nodes"} <= present:
        return {}, present
    return dict(connection.execute(_KNOWN).fetchall()), present


def _sources(connection, sources: dict, present: set[str]) -> dict[str, str]:
    """What the tables hold that loads and closes write, by source; nothing of any other table."""
    loaded = [_held(connection, table, present) for table in _OF_LOADS]
    found = {}
    for name, source in sources.items():
        table = f"{source.schema}.{source.identifier}"
        if source.schema == RAW_SCHEMA:
            found[name] = digest(*loaded)
        elif source.schema == "ledger":
            found[name] = _held(connection, table, present)
        elif table in _APPENDED:
            found[name] = _begun(connection, table, present)
    return found


def _held(connection, table: str, present: set[str]) -> str:
    if table not in present:
        return "absent"
    held = f"select count(*), coalesce(sum(hash(held)), 0) from {table} as held"
    return digest(connection.execute(held).fetchone())


def _begun(connection, table: str, present: set[str]) -> str:
    if table not in present:
        return "absent"
    return digest(connection.execute(f"select count(*) > 0 from {table}").fetchone())


def _is_any_day_ahead(connection, present: set[str]) -> bool:
    if "raw.load_days" not in present:
        return True
    ahead = "select count(*) from raw.load_days where event_date > ?"
    return connection.execute(ahead, [run_instant().date()]).fetchone()[0] > 0
