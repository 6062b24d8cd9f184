"""The shape of JSON values: what of them decides which table they are of.

Many files of one system have one shape, and to compare it with all tables is what takes the time.
"""

from __future__ import annotations

from collections.abc import Hashable

from scripts.loading.wrappers import parsed

# In order; of the elements behind them only which shapes there are.
_IN_ORDER = 6


def shape_of(value: object) -> Hashable:
    """Equal for values whose keys, lists and emptiness are; None where more than that decides."""
    try:
        return _shape(value)
    except _MoreDecides:
        return None


class _MoreDecides(Exception):
    pass


def _shape(value: object) -> Hashable:
    if isinstance(value, dict):
        return frozenset((key, _of_key(key, inner)) for key, inner in value.items())
    if isinstance(value, list):
        shapes = [_shape(inner) for inner in value]
        return (*shapes[:_IN_ORDER], frozenset(shapes[_IN_ORDER:]), "list")
    if isinstance(value, str):
        return _of_text(value)
    return value is None


def _of_key(key: str, value: object) -> Hashable:
    # The names of attributes are beside their values.
    if key == "key":
        return repr(value)
    if key.startswith(("resourceLogs", "resource_logs")):
        # which event it is says a text
        raise _MoreDecides
    return _shape(value)


def _of_text(text: str) -> Hashable:
    if text.startswith(("eyJ", "H4sI")):
        raise _MoreDecides
    if "{" in text or text.startswith("["):
        found = parsed(text)
        return ("text", "other" if found is text else _shape(found))
    return "text" if text else "empty"
