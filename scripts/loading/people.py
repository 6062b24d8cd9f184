"""People inside texts: whatever looks like a person is hashed by the user key, the rest is kept.

An id such as `arn:aws:sts::1:assumed-role/Dev/jane@example.com` says which role was used, which
is wanted, and who used it, which is not. Both are told apart by form alone, and alike in the SQL of
the loader and in Python, where a broken line is shown.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

import pyarrow as pa

from scripts.loading.paths import literal

HASH_DIGITS = 32
# Stands for a person where there is no key to hash with.
HIDDEN = "hidden"
_HMAC_BLOCK = 64

# Characters that end a part of an id, in texts and in what they are written in.
_ENDS = r'\s"<>()\[\]{},;:/|=?&@\\!'
_LOCAL = rf"[^{_ENDS}'][^{_ENDS}]*"
# The last part of a domain does not begin with a digit: `claude@20250929` is a model.
_DOMAIN = rf"(?:[^{_ENDS}'.]+\.)+[^{_ENDS}'.\d-][^{_ENDS}'.]+"
_EMAIL = rf"{_LOCAL}(?:@|%40){_DOMAIN}"
_NAMED_EMAIL = rf'(?:"?[^{_ENDS}]{{1,40}}(?: [^{_ENDS}]{{1,40}}){{0,4}}"? ?<)?{_EMAIL}>?'
# Addresses of this form belong to programs, and are what their owner is registered by.
_MACHINES = "gserviceaccount.com"
# What stands before the name that a person, or a program, gave to a session of a role.
_BEFORE_SESSION = (
    r"assumed-role/[^/\s]+/|federated-user/|AROA[A-Z0-9]{10,}:|workforcePools/[^/\s]+/subject/"
)
_SESSION = rf"(?:{_BEFORE_SESSION})[^\s\"'<>,;|]+"
_SIGNS_OF_EMAIL = ("@", "%40")
_SIGNS_OF_SESSION = ("assumed-role/", "federated-user/", "AROA", "workforcePools/")
_SCHEME = "://"
# Lines without any of these need no look at their texts: all of the above have one of them, or an
# escape that hides it. Single bytes are searched for at the speed of memory.
_SIGNS = (b"@", b"%", b"/", b"\\", b"AROA")
# A URL within a text, to its end; and what it may hold that is a secret.
_URL = r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"<>]+"
_SECRET_PART = re.compile(r"(?<=://)[^\s\"<>/?#]*@|(?<=://)([^\s\"<>?#]*)[?#][^\s\"<>]*")

_PEOPLE = re.compile(f"{_SESSION}|{_NAMED_EMAIL}")
# In a line that breaks off an address may be cut: what is left of it is no address any more.
_CUT = re.compile(rf"[^{_ENDS}]*@[^{_ENDS}]*")


def user_hash(value: str, key: bytes) -> str:
    """The hash that stands for a user: 32 hex digits of HMAC-SHA256."""
    return hmac.new(key, value.encode(), sha256).hexdigest()[:HASH_DIGITS]


def hash_sql(text: str, key: bytes | None, without_key: str) -> str:
    """HMAC-SHA256 by its definition, so that it runs vectorised; tested against Python's."""
    if key is None:
        return without_key
    block = (sha256(key).digest() if len(key) > _HMAC_BLOCK else key).ljust(_HMAC_BLOCK, b"\0")
    inner = bytes(byte ^ 0x36 for byte in block).hex()
    outer = bytes(byte ^ 0x5C for byte in block).hex()
    return (
        f"left(sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || encode({text})))), "
        f"{HASH_DIGITS})"
    )


def needs_a_look(texts: pa.ChunkedArray) -> bool:
    """Whether a person or an address may stand in any of these lines; a search of raw bytes."""
    held = [bytes(buffer) for chunk in texts.chunks if (buffer := chunk.buffers()[2])]
    return any(sign in each for sign in _SIGNS for each in held)


def has_signs(text: str) -> str:
    """SQL that is true for a text in which one may stand."""
    return f"({_any(text, (*_SIGNS_OF_EMAIL, *_SIGNS_OF_SESSION, _SCHEME))})"


def macros(key: bytes | None) -> list[str]:
    """SQL that creates `clean_text(x)`: the text without people, and without secrets of a URL.

    `marked_text(x)` is the same with a mark for every person, whether there is a key or not.
    """
    mark = literal(HIDDEN)
    # The user part before the host, then all from the query or the fragment on.
    bare_url = (
        "create macro bare_url(x) as regexp_replace(regexp_replace(x, "
        r"'^(([A-Za-z][A-Za-z0-9+.-]*:)?//)?[^/?#]*@', '\1'), '(?s)([?#]|%3[Ff]).*$', '')"
    )
    hashed = _people_macros("clean", hash_sql("x", key, mark))
    return [bare_url, *hashed, *_people_macros("marked", mark)]


def _people_macros(name: str, person: str) -> list[str]:
    email, before = literal(_EMAIL), literal(f"^(?:{_BEFORE_SESSION})")
    return [
        f"create macro {name}_person(x) as {person}",
        f"create macro {name}_email(x) as case when ends_with(lower(x), {literal(_MACHINES)}) "
        f"then x else {name}_person(regexp_extract(x, {email})) end",
        f"create macro {name}_session(x) as regexp_extract(x, {before}) "
        f"|| {name}_person(regexp_replace(x, {before}, ''))",
        f"create macro {name}_emails(x) as {_replaced(_NAMED_EMAIL, f'{name}_email')}",
        f"create macro {name}_sessions(x) as {_replaced(_SESSION, f'{name}_session')}",
        f"create macro {name}_people(x) as case when {_any('x', _SIGNS_OF_SESSION)} "
        f"then {name}_emails({name}_sessions(x)) "
        f"when {_any('x', _SIGNS_OF_EMAIL)} then {name}_emails(x) else x end",
        f"create macro {name}_text(x) as case when contains(x, {literal(_SCHEME)}) "
        f"then {name}_people({_replaced(_URL, 'bare_url')}) else {name}_people(x) end",
    ]


def _any(text: str, signs: tuple[str, ...]) -> str:
    return " or ".join(f"contains({text}, {literal(sign)})" for sign in signs)


def _replaced(pattern: str, by: str) -> str:
    """SQL for a text with each match of the pattern given to the macro `by`."""
    found = literal(pattern)
    return (
        f"array_to_string(flatten(list_transform(list_zip(regexp_split_to_array(x, {found}), "
        f"regexp_extract_all(x, {found})), lambda part: [coalesce(part[1], ''), "
        f"case when part[2] is not null then {by}(part[2]) else '' end])), '')"
    )


def clean_text(text: str, mark: str) -> str:
    """The same in Python, for what is shown of a line that could not be read: a mark for each."""
    bare = _SECRET_PART.sub(r"\1", _SECRET_PART.sub(r"\1", text))
    return _CUT.sub(mark, _PEOPLE.sub(mark, bare))
