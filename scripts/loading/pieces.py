"""Long lines that the log of a container has in pieces.

CRI marks a piece with `P` and the last with `F`; Docker's json-file leaves the line's end out of
all pieces but the last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

_CRI = re.compile(rb"(\S+ (stdout|stderr) )([PF]) ")
_DOCKER = re.compile(rb'\{"log":"')
_WHOLE = b'\\n","stream":'
# What is longer is no line of a log.
_LONGEST = 64 << 20
_AT_ONCE = 1000


def may_be_cut(head: bytes) -> bool:
    """Whether a text is the log of a container, by its first line."""
    first = head.partition(b"\n")[0]
    return bool(_CRI.match(first) or (_DOCKER.match(first) and b'"stream":' in first))


def joined(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same text with each line whole, in the place of its last piece; blank ones before it."""
    lines = _whole_lines(blocks)
    while some := b"".join(islice(lines, _AT_ONCE)):
        yield some


def _whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    open_lines: dict[bytes, bytes] = {}
    for line in _lines(blocks):
        if found := _CRI.match(line):
            yield _of_cri(line, found, open_lines)
        elif _DOCKER.match(line) and (open_lines or _WHOLE not in line):
            yield _of_docker(line, open_lines)
        else:
            yield line
    for piece in open_lines.values():
        yield b"\n" + piece


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    carry = b""
    for block in blocks:
        *lines, carry = (carry + block).split(b"\n")
        yield from (line + b"\n" for line in lines)
        if len(carry) > _LONGEST:
            yield carry
            carry = b""
    if carry:
        yield carry


def _of_cri(line: bytes, found: re.Match, open_lines: dict[bytes, bytes]) -> bytes:
    stream, text = found.group(2), line[found.end() :]
    before = open_lines.pop(stream, b"")
    if found.group(3) == b"F" or len(before) > _LONGEST:
        return before + text if before else line
    open_lines[stream] = (before or found.group(1) + b"F ") + text.rstrip(b"\r\n")
    return b"\n"


def _of_docker(line: bytes, open_lines: dict[bytes, bytes]) -> bytes:
    try:
        record = json.loads(line)
        text, stream = record["log"], str(record.get("stream")).encode()
    except (ValueError, KeyError, RecursionError):
        return line
    if not isinstance(text, str):
        return line
    before = open_lines.pop(stream, b"")
    if before and text.startswith("{") and _is_whole(text):
        # what was open was no piece, but a line of a tool that writes no ends
        return before + b"\n" + line
    text = (json.loads(before)["log"] if before else "") + text
    made = json.dumps(record | {"log": text}).encode()
    is_piece = "{" in text and not text.endswith("\n") and not _is_whole(text)
    if is_piece and len(made) < _LONGEST:
        open_lines[stream] = made
        return b"\n"
    return made + b"\n" if before else line


def _is_whole(text: str) -> bool:
    """Whether a text ends with an object that begins with its first bracket."""
    text = text.rstrip()
    start = text.find("{")
    try:
        return start >= 0 and json.JSONDecoder().raw_decode(text, start)[1] == len(text)
    except (ValueError, RecursionError):
        return False
