"""What the nodes of the project are made of: two that are made of the same are the same.

A view is made of code alone, because it holds no rows; a seed of its file; a source of what its
table holds, where somebody says so; a table of all that is before it. Code is one thing here: a
change of any of it makes everything another thing.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

# Where a run reads and writes; no node is made of it.
PLACES = {
    "AI_COST_LANDING",
    "AI_COST_SPARK_WAREHOUSE",
    "AI_COST_TARGET",
    "AI_COST_USER_KEY",
    "AI_COST_WAREHOUSE",
}
# The instant that counts as now: only nodes that ask the clock know it.
CLOCK = "AI_COST_NOW"
_PARSED = ("models", "macros", "analyses", "tests/assertions", "tests/generic")
_SETTINGS = ("dbt_project.yml", "profiles.yml")
INSTANT = "macro.ai_cost.run_instant"
DATE = "macro.ai_cost.run_date"
_ASKING = frozenset({INSTANT, "macro.ai_cost.utc_now"})
# They write when something was made, beside it or into rows that only another change adds: such a
# model is not made again because the clock went on.
_NOTES = frozenset(
    f"macro.ai_cost.{name}"
    for name in (
        *("remember_changed_days", "remember_changed_periods", "remember_code"),
        *("seen_at", "night_at"),
    )
)


def digest(*parts: object) -> str:
    """A short name of any values that print exactly."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def contents(paths: list[Path]) -> str:
    """A name of files and folders by name and content."""
    found = hashlib.sha256()
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                found.update(f"{file.relative_to(path.parent)}\0".encode() + file.read_bytes())
    return found.hexdigest()


def code_key(root: Path, environment: dict[str, str], variables: dict | None = None) -> str:
    """A name of all but seeds, logs and the clock that decides what dbt makes."""
    seeds = sorted((root / "seeds").rglob("*"))
    ours = {k: v for k, v in environment.items() if k.startswith("AI_COST_") and v}
    ours = {k: v for k, v in ours.items() if k not in {*PLACES, CLOCK}}
    return digest(
        contents([root / part for part in (*_PARSED, *_SETTINGS)]),
        contents([file for file in seeds if file.suffix in (".yml", ".md")]),
        [str(file.relative_to(root)) for file in seeds if file.suffix == ".csv"],
        sorted(ours.items()),
        [_folder(value) for _, value in sorted(ours.items())],
        sorted((variables or {}).items()),
        *_versions(),
    )


def _folder(value: str) -> str | None:
    """A setting may name a folder: then what is in it counts, but for the rows of its seeds."""
    folder = Path(value)
    if not (value and folder.is_absolute() and folder.is_dir()):
        return None
    return digest(
        contents([file for file in sorted(folder.rglob("*")) if file.suffix != ".csv"]),
        [file.name for file in sorted(folder.rglob("*.csv"))],
    )


@cache
def _versions() -> tuple[str, ...]:
    names = ("dbt-core", "dbt-duckdb", "dbt-postgres", "duckdb")
    return (sys.version, *(version(name) for name in names))


def described(manifest) -> dict[str, dict]:
    """Seeds and models of dbt's Manifest, by id: kind, file, parents, what it asks the clock."""
    asks, asks_date = asking(manifest), asking_date(manifest)
    return {
        name: {
            "kind": "seed" if node.resource_type == "seed" else node.config.materialized,
            "path": node.original_file_path,
            "parents": node.depends_on_nodes,
            "asks_clock": bool(asks & set(node.depends_on_macros)),
            "asks_date": bool(asks_date & set(node.depends_on_macros)),
        }
        for name, node in manifest.nodes.items()
        if node.resource_type in ("seed", "model")
    }


def asking_date(manifest) -> set[str]:
    """The macros that ask for the day of the run, and those that call them."""
    return asking(manifest, frozenset({DATE}))


def asking(manifest, macros: frozenset[str] = _ASKING) -> set[str]:
    """The macros that ask for the instant of the run, and those that call them.

    Not those that ask for its day, which is the same for all runs of a day.
    """
    found = set(macros)
    while True:
        more = {
            name
            for name, macro in manifest.macros.items()
            if name not in _NOTES | {DATE} and found & set(macro.depends_on.macros)
        }
        if more <= found:
            return found
        found |= more


class Definitions:
    """What each node that no clock goes into is made of, and no source that nobody speaks for.

    `sources`: by id, a name of all that the source's table holds. `are_views_apart`: a view stays
    when what it reads is made again. `day`: the day of the run; without it nothing is known of what
    asks for it. `views_key`: what views are made of, where `key` says more of the rows.
    """

    def __init__(
        self,
        nodes: dict[str, dict],
        root: Path,
        key: str,
        sources: dict[str, str] | None = None,
        are_views_apart: bool = True,
        day: str | None = None,
        views_key: str | None = None,
    ) -> None:
        self._nodes = nodes
        self._root = root
        self._key = key
        self._views_key = views_key or key
        self._sources = sources or {}
        self._are_views_apart = are_views_apart
        self._day = day
        self._rows: dict[str, str | None] = {}

    def all(self) -> dict[str, str]:
        """By node id; nodes that must always run are missing."""
        found = {name: self._definition(name) for name in self._nodes}
        return {name: made_of for name, made_of in found.items() if made_of}

    def rows(self, name: str) -> str | None:
        """What decides the rows of a node; None when the clock does, or nobody knows."""
        if name not in self._rows:
            self._rows[name] = self._read(name)
        return self._rows[name]

    def _definition(self, name: str) -> str | None:
        if self._nodes[name]["kind"] == "view" and self._are_views_apart:
            return digest(self._views_key, name)
        return self.rows(name)

    def _read(self, name: str) -> str | None:
        node = self._nodes.get(name)
        if node is None:
            return self._sources.get(name)
        if node["asks_clock"] or (node["asks_date"] and not self._day):
            return None
        if node["kind"] == "seed":
            return digest(self._key, name, contents([self._root / node["path"]]))
        before = [self.rows(parent) for parent in node["parents"]]
        before += [self._day] if node["asks_date"] else []
        return None if None in before else digest(self._key, name, before)
