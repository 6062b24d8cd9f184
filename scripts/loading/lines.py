"""Reading a stream as numbered lines, in blocks, without a Python loop over the lines."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from scripts.loading.streams import Content

BLOCK_BYTES = 32 << 20
LINE_BYTES = 64 << 20
TEXT_LENGTH = 2000
ESCAPED_NUL = b"\\u0000"
_SPACE = b" \t\r\n\v\f"


@dataclass(frozen=True)
class Lines:
    """Lines of a file that are text: their numbers from 1 and their text, as Arrow arrays.

    `nul` says that an escaped NUL character stands somewhere in the text.
    """

    numbers: pa.Array
    text: pa.Array
    nul: bool = False


@dataclass(frozen=True)
class BadLine:
    """A line, or the end of a file, that could not be read, with the reason and what there is.

    Line 0 stands for a file that could not be read at all.
    """

    number: int
    reason: str
    text: str | None
    record_number: int | None = None


def show(text: bytes) -> str:
    """The start of unreadable bytes as text that every warehouse can hold."""
    return text[: 4 * TEXT_LENGTH].decode(errors="replace").replace("\0", "\ufffd")[:TEXT_LENGTH]


def read_lines(stream: Content) -> Iterator[Lines | BadLine]:
    """All lines of the stream but blank ones, in order, each once: as text or as a bad line."""
    reader = _Reader()
    while block := stream.read(BLOCK_BYTES):
        yield from reader.feed(block)
    yield from reader.finish(stream.fault)


def read_ahead(items: Iterator[Lines | BadLine]) -> Iterator[Lines | BadLine]:
    """The same items, the next one being read while the caller works on this one."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(next, items, None)
        while (item := waiting.result()) is not None:
            waiting = pool.submit(next, items, None)
            yield item


class _Reader:
    """Carries the unfinished line from block to block."""

    def __init__(self) -> None:
        self.done = 0
        self.carry = b""
        self.too_long: bytes | None = None

    def feed(self, block: bytes) -> Iterator[Lines | BadLine]:
        if self.too_long is not None:
            end = block.find(b"\n")
            if end < 0:
                return
            yield self._end_too_long()
            block = block[end + 1 :]
        data = self.carry + block
        end = data.rfind(b"\n") + 1
        self.carry = data[end:]
        if end:
            yield from self._lines(data[:end])
        if len(self.carry) > LINE_BYTES:
            self.too_long, self.carry = self.carry[: 4 * TEXT_LENGTH], b""

    def finish(self, fault: str | None) -> Iterator[Lines | BadLine]:
        if self.too_long is not None:
            yield self._end_too_long()
        if fault:
            yield BadLine(self.done + 1, fault, show(self.carry) or None)
        elif self.carry:
            yield from self._lines(self.carry + b"\n")

    def _end_too_long(self) -> BadLine:
        self.done += 1
        text, self.too_long = show(self.too_long or b""), None
        return BadLine(self.done, f"line is longer than {LINE_BYTES >> 20} MiB", text)

    def _lines(self, data: bytes) -> Iterator[Lines | BadLine]:
        """Lines of a block that ends with a newline; the text keeps its newline."""
        content = np.frombuffer(data, dtype=np.uint8)
        ends = np.flatnonzero(content == 10) + 1
        starts = np.concatenate(([0], ends[:-1]))
        offsets = np.concatenate(([0], ends)).astype(np.int32)
        numbers = np.arange(self.done + 1, self.done + 1 + len(ends), dtype=np.int64)
        self.done += len(ends)
        keep = self._not_blank(data, content, starts, ends)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
        text = pa.StringArray.from_buffers(len(ends), *buffers[1:])
        bad: list[BadLine] = []
        for index in self._suspects(text, ends - starts):
            if keep[index] and (line := self._fault(data, starts, ends, numbers, index)):
                keep[index] = False
                bad.append(line)
        if not keep.all():
            mask = pa.array(keep)
            # Cut on the bytes: a text that is not UTF-8 must not be looked at as text.
            binary = pa.BinaryArray.from_buffers(pa.binary(), len(ends), buffers)
            text = binary.filter(mask).view(pa.string())
            numbers = numbers[keep]
        if len(text):
            yield Lines(pa.array(numbers), text, ESCAPED_NUL in data)
        yield from bad

    def _not_blank(
        self, data: bytes, content: np.ndarray, starts: np.ndarray, ends: np.ndarray
    ) -> np.ndarray:
        keep = ends - starts > 1
        odd = np.flatnonzero(keep & (content[starts] <= 32))
        for index in odd.tolist():
            keep[index] = bool(data[starts[index] : ends[index]].strip(_SPACE))
        return keep

    def _suspects(self, text: pa.Array, lengths: np.ndarray) -> list[int]:
        """Lines to look at one by one: all of a block that is not UTF-8, else too long ones."""
        try:
            text.validate(full=True)
        except pa.ArrowInvalid:
            return list(range(len(text)))
        return np.flatnonzero(lengths > LINE_BYTES).tolist()

    def _fault(
        self, data: bytes, starts: np.ndarray, ends: np.ndarray, numbers: np.ndarray, index: int
    ) -> BadLine | None:
        line = data[starts[index] : ends[index] - 1]
        if len(line) > LINE_BYTES:
            reason = f"line is longer than {LINE_BYTES >> 20} MiB"
            return BadLine(int(numbers[index]), reason, show(line))
        try:
            line.decode()
        except UnicodeDecodeError:
            return BadLine(int(numbers[index]), "line is not valid UTF-8", show(line))
        return None
