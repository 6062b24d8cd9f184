"""Long lines that the log of a container has in pieces.

CRI marks a piece with `P` and the last with `F`; Docker's json-file leaves the line's end out of
all pieces but the last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

_CRI = re.compile(rb"(\S+ (stdout|stderr) )([PF]) ")
_DOCKER = re.compile(rb'\{"log":"')
_WHOLE = b'\\n","stream":'
# What is longer is no line of a log.
_LONGEST = 64 << 20
_AT_ONCE = 1000
# A backslash at the end of a piece has its character in the next.
_MARK = re.compile(r'\\.?|["{}\[\]]', re.DOTALL)


@dataclass
class _OfCri:
    """A line of CRI whose last piece is still to come."""

    parts: list[bytes]
    size: int = 0

    def add(self, text: bytes) -> None:
        self.parts.append(text)
        self.size += len(text)

    def line(self) -> bytes:
        return b"".join(self.parts)


@dataclass
class _OfDocker:
    """A line of Docker so far, with the record of its newest piece.

    Where the brackets of its object are is followed from piece to piece, because a piece is
    one of thousands and none may be read again for each that follows.
    """

    record: dict = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    size: int = 0
    _depth: int = 0
    _begun: bool = False
    _closed: bool = False
    _quoted: bool = False
    _escaped: bool = False

    def add(self, record: dict) -> None:
        text = record["log"]
        self.record = record
        self.texts.append(text)
        self.size += len(text)
        self._follow(text)

    def _follow(self, text: str) -> None:
        place = 1 if self._escaped and text else 0
        self._escaped = self._escaped and not text
        if not self._begun:
            place = text.find("{")
            self._begun = place >= 0
            if not self._begun:
                return
        elif self._closed:
            # more than the object: it is whole only if these are blanks
            self._closed = not text[place:].strip()
            return
        for found in _MARK.finditer(text, place):
            mark = found.group()
            if mark[0] == "\\":
                self._escaped = mark == "\\"
            elif mark == '"':
                self._quoted = not self._quoted
            elif not self._quoted:
                self._depth += 1 if mark in "{[" else -1
                if self._depth == 0:
                    self._closed = not text[found.end() :].strip()
                    return

    def is_open(self) -> bool:
        """Whether an object has begun that does not end with the text."""
        return self._begun and not (self._closed and _is_whole("".join(self.texts)))

    def line(self) -> bytes:
        return json.dumps(self.record | {"log": "".join(self.texts)}).encode()


_Open = dict[str | bytes, _OfCri | _OfDocker]


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
    open_lines: _Open = {}
    for line in _lines(blocks):
        if found := _CRI.match(line):
            yield _of_cri(line, found, open_lines)
        elif _DOCKER.match(line) and (open_lines or _WHOLE not in line):
            yield _of_docker(line, open_lines)
        else:
            yield line
    for each in open_lines.values():
        yield b"\n" + each.line()


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    carry: list[bytes] = []
    size = 0
    for block in blocks:
        first, *lines = block.split(b"\n")
        carry.append(first)
        size += len(first)
        if lines:
            yield b"".join(carry) + b"\n"
            yield from (line + b"\n" for line in lines[:-1])
            carry, size = [lines[-1]], len(lines[-1])
        if size > _LONGEST:
            yield b"".join(carry)
            carry, size = [], 0
    if size:
        yield b"".join(carry)


def _of_cri(line: bytes, found: re.Match, open_lines: _Open) -> bytes:
    stream, text = found.group(2), line[found.end() :]
    before = open_lines.pop(stream, None)
    if found.group(3) == b"F" or (before and before.size > _LONGEST):
        return before.line() + text if before else line
    before = before or _OfCri([found.group(1) + b"F "])
    before.add(text.rstrip(b"\r\n"))
    open_lines[stream] = before
    return b"\n"


def _of_docker(line: bytes, open_lines: _Open) -> bytes:
    try:
        record = json.loads(line)
        text, stream = record["log"], str(record.get("stream"))
    except (ValueError, KeyError, RecursionError):
        return line
    if not isinstance(text, str):
        return line
    before = open_lines.pop(stream, None)
    if before and text.startswith("{") and _is_whole(text):
        # what was open was no piece, but a line of a tool that writes no ends
        return before.line() + b"\n" + line
    found = before or _OfDocker()
    found.add(record)
    if not text.endswith("\n") and found.is_open() and found.size < _LONGEST:
        open_lines[stream] = found
        return b"\n"
    return found.line() + b"\n" if before else line


def _is_whole(text: str) -> bool:
    """Whether a text ends with an object that begins with its first bracket."""
    text = text.rstrip()
    start = text.find("{")
    try:
        return start >= 0 and json.JSONDecoder().raw_decode(text, start)[1] == len(text)
    except (ValueError, RecursionError):
        return False
