"""JSON that the fast way cannot take: whole documents, exact numbers, odd lines."""

from __future__ import annotations

import json
import re

DOCUMENT_BYTES = 256 << 20
_SURROGATE = re.compile("[\ud800-\udfff]")
_KINDS = {list: "array", str: "string", bool: "boolean", type(None): "null"}


class NotTaken(ValueError):
    """A text that holds no object; the message is the reason, `shown` what may be kept of it."""

    def __init__(self, reason: str, shown: str | None) -> None:
        super().__init__(reason)
        self.shown = shown


def read_document(text: bytes, exact: bool) -> list[str]:
    """The records of a document as one line of JSON each: of an array its elements.

    With `exact`, numbers become text and keep every digit, which a double would not.
    """
    found = _parse(text, exact)
    return [_write(element) for element in (found if isinstance(found, list) else [found])]


def rewrite_line(text: str | bytes, exact: bool) -> str:
    """A line that holds an object, written again so that DuckDB reads it; else NotTaken."""
    found = _parse(text, exact)
    if isinstance(found, dict):
        return _write(found)
    kind = _KINDS.get(type(found), "number")
    # A string or an array may hold a message body, so nothing of it is kept.
    shown = None if isinstance(found, (list, str)) else _write(found)
    raise NotTaken(f"a JSON {kind} where an object is expected", shown)


def _parse(text: str | bytes, exact: bool) -> object:
    hooks = {"parse_float": str, "parse_int": str, "parse_constant": str} if exact else {}
    try:
        return json.loads(text, **hooks)
    except RecursionError:
        raise NotTaken("not valid JSON: nested too deeply", None) from None
    except ValueError as error:
        shown = text.decode(errors="replace") if isinstance(text, bytes) else text
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "unreadable"
        raise NotTaken(f"not valid JSON: {reason}", shown) from None


def _write(value: object) -> str:
    # Half of a surrogate pair is no character and cannot be stored as UTF-8.
    return _SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False, separators=(",", ":")))
