"""What tests need not make again: the parsed project, an empty warehouse, warehouses of a session.

Everything is kept in `.test-cache/` (or AI_COST_TEST_CACHE) under a key of all it was made of, for
all workers of a run and for the next run. A change of any of it is another key, so nothing old can
be used; what is not of the newest keys is removed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("AI_COST_TEST_CACHE", ROOT / ".test-cache"))
# Where a run reads and writes; no node is made of it.
PLACES = {
    "AI_COST_LANDING",
    "AI_COST_REQUIRE_BROWSER",
    "AI_COST_SPARK_WAREHOUSE",
    "AI_COST_TARGET",
    "AI_COST_TEST_CACHE",
    "AI_COST_USER_KEY",
    "AI_COST_WAREHOUSE",
}
# The instant that counts as now: it is written into tables only.
CLOCK = "AI_COST_NOW"
# Variables of dbt that are read when SQL is written, never when the project is parsed.
READ_LATE = {"start_date", "end_date", "rates_known_at", "request_id", "now"}
# What lies in the project and goes into no warehouse.
_NO_INPUT = {
    "build",
    "close",
    "docs",
    "landing",
    "ledger",
    "logs",
    "published",
    "report",
    "review.xlsx",
    "target",
    "warehouse.spark",
}
_PARSED = ("models", "macros", "analyses", "tests/assertions", "tests/generic")
_SETTINGS = ("dbt_project.yml", "profiles.yml")
# How many of the newest are kept; a session has several states of the code.
_KEPT = {"session-*": 3, "code-*": 12}
AT_START = dict(os.environ)


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


def moment(environment: dict[str, str]) -> str:
    """What tables may know of the clock; within a day they are alike."""
    return f"{datetime.now(UTC).date()} {environment.get(CLOCK, '')}"


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


def variables(arguments: tuple[str, ...]) -> dict:
    """The values of --vars of a dbt command."""
    given = [after for name, after in pairwise(arguments) if name == "--vars"]
    return yaml.safe_load(given[-1]) if given else {}


class Definitions:
    """What each node that no log goes into is made of.

    A view is made of code alone, because it holds no rows; a seed of its file; a table of all
    that is before it. A table behind a source has none: it is always built.
    """

    def __init__(self, nodes: dict[str, dict], root: Path, key: str, moment: str) -> None:
        self._nodes = nodes
        self._root = root
        self._key = key
        self._moment = moment
        self._rows: dict[str, str | None] = {}

    def all(self) -> dict[str, str]:
        """By node id; nodes that must always run are missing."""
        found = {name: self._definition(name) for name in self._nodes}
        return {name: made_of for name, made_of in found.items() if made_of}

    def _definition(self, name: str) -> str | None:
        if self._nodes[name]["kind"] == "view":
            return digest(self._key, name)
        return self._rows_of(name)

    def _rows_of(self, name: str) -> str | None:
        """What decides the rows of a node; None when logs do."""
        if name not in self._rows:
            self._rows[name] = self._read(name)
        return self._rows[name]

    def _read(self, name: str) -> str | None:
        node = self._nodes.get(name)
        if node is None:  # a source
            return None
        if node["kind"] == "seed":
            return digest(self._key, name, contents([self._root / node["path"]]))
        before = [self._rows_of(parent) for parent in node["parents"]]
        return None if None in before else digest(self._key, self._moment, name, before)


@contextmanager
def made_once(path: Path) -> Iterator[bool]:
    """Hold a place in the cache; True when it is still to be made. It is there if nothing fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.utime(path.parent)
    with Path(f"{path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = Path(f"{path}.done")
        if done.exists():
            yield False
            return
        if path.is_dir():
            shutil.rmtree(path)
        yield True
        done.touch()


def shared(name: str, make: Callable[[Path], object]) -> object:
    """What `make` returns for a folder that it fills, made once for all workers and later runs.

    Tests read it and change nothing.
    """
    folder = CACHE / f"session-{everything()}" / name
    with made_once(folder) as missing:
        if missing:
            folder.mkdir(parents=True)
            # written beside the folder, which may hold anything
            Path(f"{folder}.pickle").write_bytes(pickle.dumps(make(folder)))
    return pickle.loads(Path(f"{folder}.pickle").read_bytes())


@cache
def everything() -> str:
    """A name of all that a test may build from."""
    inputs = [
        path
        for path in sorted(ROOT.iterdir())
        if path.name[0] != "." and path.name not in _NO_INPUT and ".duckdb" not in path.name
    ]
    return digest(contents(inputs), code_key(ROOT, AT_START), moment(AT_START))


def tidy() -> None:
    """Keep what the newest states of the project left, and nothing else."""
    for kind, kept in _KEPT.items():
        found = sorted(CACHE.glob(kind), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in found[kept:]:
            shutil.rmtree(old, ignore_errors=True)
