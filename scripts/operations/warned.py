"""What a build warns of, in words: what was found, how often, and where to look.

The words stand in `meta` of the test itself: says, look_at.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scripts import yaml_files
from scripts.operations.roles import owner_of
from scripts.operations.transactions import transaction
from scripts.warehouse import target

_MODELS = Path(__file__).resolve().parents[2] / "models"
_LOADER = _MODELS / "staging" / "loader" / "_loader__sources.yml"


def said_of_tests(results: Iterable) -> list[str]:
    """A line for each test that warns, most findings first; `results` are dbt's of a build."""
    warned = [each for each in results if str(each.status) == "warn"]
    return [_line(each) for each in sorted(warned, key=lambda each: -(each.failures or 0))]


def _line(result) -> str:
    node = result.node
    meta = node.config.meta
    says = meta.get("says") or f"Rows that break {node.name}"
    look_at = meta.get("look_at") or ", ".join(node.depends_on.nodes)
    return f"{says}: {result.failures}. Look at {look_at} ({node.name})"


def said_of_files(results: Iterable) -> list[str]:
    """Whether files still arrive; `results` are dbt's of `source freshness`."""
    return [
        _late(each.max_loaded_at) for each in results or () if str(each.status) in ("warn", "error")
    ]


def age_of_files() -> list[str]:
    """The same of a warehouse that has files, without dbt; by the limit that dbt goes by."""
    loader = yaml_files.read(_LOADER)["sources"][0]
    table = next(each for each in loader["tables"] if each["name"] == "load_files")
    limit = table["config"]["freshness"]["warn_after"]
    with owner_of("marts", target()), transaction() as execute:
        newest = execute(f"select max({table['config']['loaded_at_field']}) from raw.load_files")
    (loaded_at,) = newest[0]
    age = datetime.now(UTC).replace(tzinfo=None) - loaded_at
    return [_late(loaded_at)] if age > timedelta(**{f"{limit['period']}s": limit["count"]}) else []


def _late(loaded_at: datetime) -> str:
    return (
        f"The newest file was loaded on {loaded_at:%Y-%m-%d %H:%M} UTC. Look whether "
        "exports still arrive in the landing folder"
    )
