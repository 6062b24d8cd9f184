"""What tests need not make again: the parsed project, an empty warehouse, warehouses of a session.

Everything is kept in `.test-cache/` (or AI_COST_TEST_CACHE) under a key of all it was made of, for
all workers of a run and for the next run. A change of any of it is another key, so nothing old can
be used; what is not of the newest keys is removed.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import yaml

from scripts.operations import made_of

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("AI_COST_TEST_CACHE", ROOT / ".test-cache"))
# What only tests read.
_OURS = {"AI_COST_AXE", "AI_COST_REQUIRE_BROWSER", "AI_COST_TEST_CACHE"}
# Variables of dbt that are read when SQL is written, never when the project is parsed.
READ_LATE = {"start_date", "end_date", "rates_known_at", "request_id", "now", "as_of_night"}
# What lies in the project and goes into no warehouse.
_NO_INPUT = {
    "archive",
    "build",
    "close",
    "docs",
    "landing",
    "ledger",
    "logs",
    "published",
    "report",
    "statements",
    "review.xlsx",
    "target",
    "warehouse.spark",
}
# How many of the newest are kept; a session has several states of the code.
_KEPT = {"session-*": 3, "code-*": 12}
AT_START = dict(os.environ)


def moment(environment: dict[str, str]) -> str:
    """What tables may know of the clock; within a day they are alike."""
    return f"{datetime.now(UTC).date()} {environment.get(made_of.CLOCK, '')}"


def code_key(root: Path, environment: dict[str, str], variables: dict | None = None) -> str:
    """A name of all but seeds, logs and the clock that decides what dbt makes."""
    theirs = {name: value for name, value in environment.items() if name not in _OURS}
    return made_of.code_key(root, theirs, variables)


def variables(arguments: tuple[str, ...]) -> dict:
    """The values of --vars of a dbt command."""
    given = [after for name, after in pairwise(arguments) if name == "--vars"]
    return yaml.safe_load(given[-1]) if given else {}


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
    return made_of.digest(made_of.contents(inputs), code_key(ROOT, AT_START), moment(AT_START))


def tidy() -> None:
    """Keep what the newest states of the project left, and nothing else."""
    for kind, kept in _KEPT.items():
        found = sorted(CACHE.glob(kind), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in found[kept:]:
            shutil.rmtree(old, ignore_errors=True)
