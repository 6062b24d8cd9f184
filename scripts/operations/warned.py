"""What a build warns of, in words: what was found, how often, and where to look.

The words stand in `meta` of the test itself: says, look_at.
"""

from __future__ import annotations

from collections.abc import Iterable


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
    late = [each for each in results or () if str(each.status) in ("warn", "error")]
    return [
        f"The newest file was loaded on {each.max_loaded_at:%Y-%m-%d %H:%M} UTC. Look whether "
        "exports still arrive in the landing folder"
        for each in late
    ]
