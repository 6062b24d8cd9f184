"""JSON that the fast way cannot take: whole documents, exact numbers, odd lines."""

from __future__ import annotations

import json
import re

DOCUMENT_BYTES = 256 << 20
_SURROGATE = re.compile("[\ud800-\udfff]")
_ARRAY = re.compile(r"\s*\[\s*[\[{]")
_LAST_COMMA = re.compile(r",\s*\]\s*\Z")
_END = 100
_BETWEEN = " \t\r\n,\x1e\0"
_KINDS = {list: "array", str: "string", bool: "boolean", type(None): "null"}


class NotTaken(ValueError):
    """A text that holds no object; the message is the reason, `shown` what may be kept of it."""

    def __init__(self, reason: str, shown: str | None) -> None:
        super().__init__(reason)
        self.shown = shown


def parse_all(text: str | bytes, exact: bool) -> list[object]:
    """The JSON values in a text: one, several run together, or those behind words of a logger.

    With `exact`, numbers become text and keep every digit, which a double would not.
    """
    try:
        return [_parse(text, exact)]
    except NotTaken as fault:
        try:
            found = _several(text.decode() if isinstance(text, bytes) else text, exact)
        except UnicodeDecodeError:
            found = []
        if not found:
            raise fault from None
        return found


def _several(text: str, exact: bool) -> list[object]:
    """The objects of a text one after the other, from where the first begins; none for any other.

    What stands before the first is a prefix of one line. Nothing is taken from the middle of a text
    that was cut short. So are arrays one after the other, and one with a comma too many at its end.
    """
    is_array = _ARRAY.match(text)
    start = text.find("[" if is_array else "{")
    if start < 0 or "\n" in text[:start].strip():
        return []
    if is_array and (ending := _LAST_COMMA.search(text, max(0, len(text) - _END))):
        text = text[: ending.start()] + "]"
    decoder = json.JSONDecoder(**_hooks(exact))
    found: list[object] = []
    end = start
    try:
        while end < len(text):
            value, end = decoder.raw_decode(text, end)
            found.append(value)
            while end < len(text) and text[end] in _BETWEEN:
                end += 1
    except (ValueError, RecursionError):
        return []
    return found if all(isinstance(value, list if is_array else dict) for value in found) else []


def _parse(text: str | bytes, exact: bool) -> object:
    try:
        return json.loads(text, **_hooks(exact))
    except RecursionError:
        raise NotTaken("not valid JSON: nested too deeply", None) from None
    except ValueError as error:
        shown = text.decode(errors="replace") if isinstance(text, bytes) else text
        if isinstance(error, UnicodeDecodeError):
            raise NotTaken("it is not UTF-8 text; save it as UTF-8", shown) from None
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "unreadable"
        raise NotTaken(f"not valid JSON: {reason}", shown) from None


def _hooks(exact: bool) -> dict:
    as_text = {"parse_float": str, "parse_int": str, "parse_constant": str} if exact else {}
    return {"object_pairs_hook": first_of_each} | as_text


def kind_of(value: object) -> str:
    """What JSON calls a value that is no object."""
    return _KINDS.get(type(value), "number")


def first_of_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object: of a key that stands twice the first value counts, as for DuckDB."""
    found = dict(pairs)
    if len(found) < len(pairs):
        found = {}
        for key, value in pairs:
            found.setdefault(key, value)
    return found


def write(value: object) -> str:
    """A value as one line of JSON."""
    # Half of a surrogate pair is no character and cannot be stored as UTF-8.
    return _SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False, separators=(",", ":")))
