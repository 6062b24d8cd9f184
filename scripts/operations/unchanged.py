"""What a build leaves out, because it would be made of the same again (made_of.py).

Half of a small night went into views that hold no rows, seeds that nobody touched and tables of
such seeds alone. What logs go into is always made. The states are kept in the warehouse; they hold
only while nothing but a whole build that passed has written it since.

On DuckDB only: elsewhere a view goes with the table that it reads, and is made again with it.
"""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import duckdb

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
_PRESENT = "select table_schema || '.' || table_name from information_schema.tables"


class Unchanged:
    """The nodes of a parsed project (dbt's Manifest) that need not run; looks at the warehouse."""

    def __init__(self, manifest) -> None:
        self._manifest = manifest
        key = digest(code_key(ROOT, dict(os.environ)), time.tzname)
        self._definitions = Definitions(described(manifest), ROOT, key)
        self._made_of = self._definitions.all()
        known, present = _read()
        self._same = {
            name
            for name, made_of in self._made_of.items()
            if known.get(name) == made_of and self._place(name) in present
        }

    def left_out(self) -> set[str]:
        """Ids of seeds and models, and of the tests that look at unchanged rows alone.

        Not of tests that warn: each night says what is still so.
        """
        rows_are_same = {name for name in self._same if self._definitions.rows(name)}
        asks = asking(self._manifest)
        return self._same | {
            name
            for name, node in self._manifest.nodes.items()
            if node.resource_type == "test"
            and node.config.severity.lower() == "error"
            and set(node.depends_on_nodes) <= rows_are_same
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
        with closing(duckdb.connect(str(warehouse_file()))) as connection:
            connection.execute(
                "create or replace table ops.built_nodes "
                "(invocation_id varchar, node_id varchar, made_of varchar)"
            )
            connection.executemany(
                "insert into ops.built_nodes select invocation_id, ?, ? "
                "from ops.build_events order by rowid desc limit 1",
                states,
            )

    def _place(self, name: str) -> str:
        node = self._manifest.nodes[name]
        return f"{node.schema}.{node.alias}"


def _read() -> tuple[dict[str, str], set[str]]:
    """What is known of the nodes of the warehouse, and which relations it has."""
    with closing(open_to_write(warehouse_file())) as connection:
        present = {name for (name,) in connection.execute(_PRESENT).fetchall()}
        if not {"ops.build_events", "ops.built_nodes"} <= present:
            return {}, present
        return dict(connection.execute(_KNOWN).fetchall()), present
