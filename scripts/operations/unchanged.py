"""What a build leaves out, because it would be made of the same again (made_of.py).

Half of a small night went into views that hold no rows, seeds that nobody touched and tables of
such seeds alone; a night without a new file made every table again for the few that ask the clock.
The states are kept in the warehouse; they hold only while nothing but a whole build that passed has
written it since.

On PostgreSQL a view goes with the table that it reads: there it counts as made of rows, and is made
again with them. Spark makes everything.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from scripts.loading.paths import literal, quoted
from scripts.loading.sources import RAW_SCHEMA
from scripts.operations.clock import run_instant
from scripts.operations.company import COPIES, COPY
from scripts.operations.made_of import (
    Definitions,
    asking,
    asking_date,
    code_key,
    contents,
    described,
    digest,
)
from scripts.operations.roles import owner_of
from scripts.operations.transactions import transaction
from scripts.warehouse import target, warehouse_file

ROOT = Path(__file__).resolve().parents[2]
TAG = "unchanged"
Execute = Callable[[str], list[tuple]]
# How many nodes there are, and what the project and its tests warned of.
Said = dict[str, int | list[str]]
ENGINES = ("duckdb", "postgres")
# The log of builds as it was when the states were written: since then nobody has built anything.
_BUILDS = "ops.build_events"
_STATES = "ops.built_nodes"
# Rows of it that are of no node: the day of the run, all that nodes are made of and what is there,
# and what the build said.
_DAY, _ALL, _SAID = "the day", "all of it", "what was said"
_CODE, _CODE_OF = "the code", "code of "
# Where macros/builds/code_fingerprint.sql keeps what it has worked out.
_FINGERPRINTS = "code_fingerprints"
# What macros/days/days_to_check.sql asks: whether the tests need look at new days alone, and the
# fingerprints of the days, and of the months of FOCUS, that have passed.
_ARE_DAYS_CHECKED = "are_days_checked"
# What a load, an unloading, a forgotten person or an archive changes, by raw table.
_OF_LOADS = ("raw.load_files", "raw.load_days", "raw.load_rejects", "raw.archived_records")
# They say of themselves what they hold.
_WHOLE = (*_OF_LOADS, "raw.archived_days")
# They ask the clock for the days that lie ahead of the run, and for no other.
_DAYS = "model.ai_cost.int_day_fingerprints"
_CHECKS = {_DAYS: "ops.day_checks", "model.ai_cost.int_focus_periods": "ops.month_checks"}
AHEAD = (_DAYS, "model.ai_cost.int_priced_attempts")
# Views over tables of somebody else (macros/adapters/in_place).
_IN_PLACE = "_in_place"
# A number of each row, whichever order the rows have.
_ROW_NUMBER = {"duckdb": "hash(held)", "postgres": "hashtextextended(held::text, 0)"}
# What nights append to and read again: each night knows what it added. Only a loss says something.
_APPENDED = ("ops.figure_movements", "ops.figure_days")
_PRESENT = "select table_schema || '.' || table_name from information_schema.tables"


class Unchanged:
    """The nodes of a parsed project (dbt's Manifest) that need not run; looks at the warehouse."""

    def __init__(self, manifest) -> None:
        self._manifest = manifest
        engine = target()
        self._key = key = _code()
        self._day = run_instant().date().isoformat()
        with owner_of("marts", engine), transaction() as execute:
            held = Held(execute, engine)
            known = _known(execute, held)
            sources = _sources(manifest.sources, held)
            is_any_ahead = _is_any_day_ahead(execute, held.present)
            self._all = _all(held, self._day)
        nodes = described(manifest)
        for name in AHEAD if not is_any_ahead else ():
            nodes[name]["asks_clock"] = False
        are_views_apart = engine == "duckdb"
        self._definitions = Definitions(nodes, ROOT, key, sources, are_views_apart, self._day)
        self._is_same_day = known.get(_DAY) == self._day
        self._is_same_code = known.get(_CODE) == key
        if self._is_same_code:
            # fingerprints of the same code: dbt takes seconds to work them out
            found = {name: value for name, value in known.items() if name.startswith(_CODE_OF)}
            manifest.flat_graph[_FINGERPRINTS] = {
                name.removeprefix(_CODE_OF): value for name, value in found.items()
            }
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
            if known.get(name) == made_of and self._place(name) in held.present
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
        asks |= set() if self._is_same_day else asking_date(self._manifest)
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

        dbt takes as long to leave out some hundred names as to make them; a tag is one look. Tests
        on what is built by days look at the days that changed since they last passed.
        """
        self._manifest.flat_graph[_ARE_DAYS_CHECKED] = self._is_same_code
        names = self.left_out()
        for name in names:
            self._manifest.nodes[name].tags.append(TAG)
        return len(names)

    def remember(self, made: set[str], said: Said) -> None:
        """Keep the states of a whole build that passed; `made` are the ids of what it made."""
        if self._day != run_instant().date().isoformat():
            # begun before midnight: dbt may have taken either day for today
            return
        states = [
            [name, self._made_of[name]] for name in self._same | made if name in self._made_of
        ]
        states += [[f"rows of {name}", rows] for name, rows in self._seen.items() if rows]
        fingerprints = self._manifest.flat_graph.get(_FINGERPRINTS, {})
        states += [[f"{_CODE_OF}{name}", value] for name, value in fingerprints.items()]
        states += [[_CODE, self._key], [_DAY, self._day]]
        engine = target()
        with owner_of("marts", engine), transaction() as execute:
            self._remember_days(execute)
            held = Held(execute, engine)
            states.append([_BUILDS, held.rows(_BUILDS)])
            if self._is_all_known():
                states.append([_ALL, digest(self._all, held.names())])
                states.append([_SAID, json.dumps(said)])
            rows = ", ".join(f"({literal(name)}, {literal(state)})" for name, state in states)
            execute(f"drop table if exists {_STATES}")
            execute(f"create table {_STATES} (node_id varchar, made_of varchar)")
            execute(f"insert into {_STATES} values {rows}")

    def _remember_days(self, execute: Execute) -> None:
        """All tests of all days passed: a day or month is the same while its fingerprint is."""
        for name, checks in _CHECKS.items():
            node = self._manifest.nodes[name]
            held = f"{quoted(node.schema)}.{quoted(node.alias)}"
            execute(f"drop table if exists {checks}")
            execute(f"create table {checks} as select * from {held}")

    def _is_all_known(self) -> bool:
        """Whether only code, seeds, loads, closes and the day decide what every table holds.

        A view is not asked, on any engine: it holds no rows, and over the log of nights it shows
        what they write.
        """
        return all(
            self._definitions.rows(name)
            for name in described(self._manifest)
            if name not in self._seen
        )

    def _place(self, name: str) -> str:
        node = self._manifest.nodes[name]
        return f"{node.schema}.{node.alias}"


def said_when_nothing_is_new() -> Said | None:
    """What the last build said, where a build would make nothing; None where it would.

    Needs neither dbt nor the parsed project.
    """
    engine = target()
    if engine not in ENGINES or (engine == "duckdb" and not warehouse_file().exists()):
        return None
    with owner_of("marts", engine), transaction() as execute:
        held = Held(execute, engine)
        known = _known(execute, held)
        if _ALL not in known or _is_any_day_ahead(execute, held.present):
            return None
        day = run_instant().date().isoformat()
        is_same = known[_ALL] == digest(_all(held, day), held.names())
    return json.loads(known[_SAID]) if is_same else None


class Held:
    """What the tables of a warehouse hold, as short names of all their rows."""

    def __init__(self, execute: Execute, engine: str) -> None:
        self._execute = execute
        self._row_number = _ROW_NUMBER[engine]
        self.present = {name for (name,) in execute(_PRESENT)}

    def rows(self, table: str) -> str:
        """Of a whole table."""
        if table not in self.present:
            return "absent"
        return digest(self._execute(f"select {self._sums} from {table} as held"))

    def by_raw_table(self, table: str) -> dict[str, str]:
        """Of the rows of each raw table in one of the loader's tables."""
        if table not in self.present:
            return {}
        found = self._execute(f"select raw_table, {self._sums} from {table} as held group by 1")
        return {row[0]: digest(row) for row in found}

    def names(self) -> str:
        """Of which tables and views there are, but for the one that the states are kept in."""
        return digest(sorted(self.present - {_STATES}))

    def begun(self, table: str) -> str:
        """Whether it has a row: of a table that nights append to."""
        if table not in self.present:
            return "absent"
        return digest(self._execute(f"select count(*) > 0 from {table}")[0])

    @property
    def _sums(self) -> str:
        return f"count(*), coalesce(sum({self._row_number}), 0)"


def _code() -> str:
    return digest(code_key(ROOT, dict(os.environ)), time.tzname)


def _all(held: Held, day: str) -> str:
    """A name of all that a build that asks for no instant makes its tables of."""
    copy = os.environ.get(COPY)
    seeds = ROOT / COPIES / copy if copy else ROOT / "seeds"
    posted = sorted(table for table in held.present if table.startswith("ledger."))
    rows = [(table, held.rows(table)) for table in (*_WHOLE, *posted)]
    begun = [held.begun(table) for table in _APPENDED]
    return digest(_code(), day, contents([seeds]), rows, begun, _is_in_place(held))


def _is_in_place(held: Held) -> bool:
    return any(
        name.startswith(f"{RAW_SCHEMA}.") and name.endswith(_IN_PLACE) for name in held.present
    )


def _known(execute: Execute, held: Held) -> dict[str, str]:
    """What is known of the nodes of the warehouse; nothing after any other build."""
    if not {_BUILDS, _STATES} <= held.present:
        return {}
    known = dict(execute(f"select node_id, made_of from {_STATES}"))
    return known if known.get(_BUILDS) == held.rows(_BUILDS) else {}


def _sources(sources: dict, held: Held) -> dict[str, str]:
    """What the tables hold that loads and closes write, by source; nothing of any other table.

    Of a table that is read in place no load says what it holds.
    """
    if _is_in_place(held):
        return {}
    loads = [held.by_raw_table(table) for table in _OF_LOADS]
    found = {}
    for name, source in sources.items():
        place = f"{source.schema}.{source.identifier}"
        if source.schema == "ledger" or place in _WHOLE:
            found[name] = held.rows(place)
        elif source.schema == RAW_SCHEMA:
            found[name] = digest(place, *[load.get(source.identifier) for load in loads])
        elif place in _APPENDED:
            found[name] = held.begun(place)
    return found


def _is_any_day_ahead(execute: Execute, present: set[str]) -> bool:
    if "raw.load_days" not in present:
        return True
    today = literal(run_instant().date().isoformat())
    return execute(f"select count(*) from raw.load_days where event_date > date {today}")[0][0] > 0
