"""The bytes of a file or of a member of an archive: decompressed, and as UTF-8."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from scripts.loading.compression import BLOCK, Broken, compression_of, recoded, wide_encoding
from scripts.loading.foreign import foreign_form

_HEAD = 1 << 16
_BOM = b"\xef\xbb\xbf"
# A packed file in a packed archive is met; more is a mistake, or a trap.
_LAYERS = 2
# Enough for the marks of all forms.
_MARK = 512


class Content:
    """Bytes as they are meant: decompressed whatever their name says, UTF-16 as UTF-8.

    `fault` says why they ended early, None while all is well; what came before is good.
    """

    def __init__(self, blocks: Iterator[bytes], compressed: bool = False) -> None:
        self.fault: str | None = None
        self.compressed = compressed
        self.is_windows_text = False
        self._blocks = blocks
        self._head = b""
        for _ in range(_LAYERS):
            self._fill(_MARK)
            if (unpacked := compression_of(self._head)) is None:
                break
            self.compressed = True
            self.run_through(unpacked)
        self._fill(_MARK)
        if not foreign_form(self._head) and (encoding := wide_encoding(self._head)):
            self.run_through(lambda packed: recoded(packed, encoding))

    def run_through(self, changed: Callable[[Iterator[bytes]], Iterator[bytes]]) -> None:
        """Read on in what is made of the blocks."""
        self._blocks = self._guarded(changed(chain([self._head], self._blocks)))
        self._head = b""

    def _guarded(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from blocks
        except Broken as error:
            # What is packed within it ends early too, which says less.
            self.fault = self.fault or str(error)

    def _fill(self, size: int) -> bool:
        """Have `size` bytes in the head; False when there are no more."""
        while len(self._head) < size:
            block = next(self._blocks, b"")
            if not block:
                return False
            self._head += block
        return True

    def peek(self) -> tuple[bytes, bool]:
        """The first 64 KiB or so, without its byte order mark, and whether they are all there is.

        They stay to be read.
        """
        ended = not self._fill(_HEAD)
        self._head = self._head.removeprefix(_BOM)
        return self._head[:_HEAD], ended

    def end_lines_with_lf(self) -> None:
        """Read CR, with which old Macs end a line, as LF."""
        self._head = self._head.replace(b"\r", b"\n")
        self._blocks = (block.replace(b"\r", b"\n") for block in self._blocks)

    def read_windows_text(self) -> None:
        """Read Windows-1252 as UTF-8."""
        self.run_through(lambda blocks: recoded(blocks, "cp1252"))
        self.is_windows_text = True

    def drop(self, size: int) -> None:
        """Leave out bytes of the head."""
        self._head = self._head[size:]

    def read(self, size: int) -> bytes:
        """About `size` bytes; none at the end."""
        parts, length = [self._head], len(self._head)
        self._head = b""
        while length < size:
            block = next(self._blocks, b"")
            if not block:
                break
            parts.append(block)
            length += len(block)
        return b"".join(parts)

    def read_all(self, limit: int) -> bytes | None:
        """The rest, or None when it is longer than `limit` bytes."""
        content = self.read(limit + 1)
        return content if len(content) <= limit else None


class ByteStream(Content):
    """The content of a file.

    No more than `limit` bytes of the file are read, so that a log that grows is read as it was
    named.
    """

    def __init__(
        self,
        path: Path,
        progress: Callable[[int], object] = lambda size: None,
        limit: int | None = None,
    ) -> None:
        self._file = path.open("rb")
        self._progress = progress
        self._limit = os.fstat(self._file.fileno()).st_size if limit is None else limit
        self._digest = hashlib.sha256()
        self._taken = 0
        self._raw = self._plain()
        super().__init__(self._raw)

    def __enter__(self) -> ByteStream:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def whole_file(self) -> BinaryIO:
        """The file itself, from its first byte, for a reader that jumps about in it."""
        self._file.seek(0)
        return self._file

    def sha256(self) -> str:
        """SHA-256 of the bytes that were read, with those that nobody asked for."""
        if self._file.tell() != self._taken:
            # A reader jumped about.
            self._file.seek(0)
            self._progress(-self._taken)
            self._digest, self._taken = hashlib.sha256(), 0
            self._raw = self._plain()
        for _ in self._raw:
            pass
        return self._digest.hexdigest()

    def _plain(self) -> Iterator[bytes]:
        while block := self._file.read(min(BLOCK, self._limit - self._taken)):
            self._taken += len(block)
            self._digest.update(block)
            self._progress(len(block))
            yield block
