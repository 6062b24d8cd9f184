"""Compressions and encodings, told by the first bytes, never by a file's name."""

from __future__ import annotations

import bz2
import codecs
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from functools import partial

import pyarrow as pa

BLOCK = 1 << 20
# Less than a block, so that little is lost where a stream is cut off.
_PIECE = 1 << 16
_GZIP = b"\x1f\x8b"
_XZ = b"\xfd7zXZ\x00"
_LZMA = b"\x5d\x00\x00"
_LZ4 = b"\x04\x22\x4d\x18"
_BZIP2 = re.compile(rb"BZh[1-9](1AY&SY|\x17\x72\x45\x38\x50\x90)")
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
# The collector's file exporter puts the length before each message that it compresses.
_ZSTD_MESSAGES = re.compile(rb"\x00.{3}\x28\xb5\x2f\xfd", re.DOTALL)
_LENGTH = 4
_ENCODING_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Which of four bytes are 0 in Latin text that has no mark.
_ZEROS = {
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
}
_ENOUGH = 8

Blocks = Iterator[bytes]


class Broken(Exception):
    """A stream that ends early, or makes no sense from here on; the message says which."""


def compression_of(head: bytes) -> Callable[[Blocks], Blocks] | None:
    """What unpacks a stream that begins so; None for one that is not compressed."""
    if head.startswith(_GZIP):
        return _gunzipped
    if _ZSTD.match(head):
        return partial(_through_arrow, "zstd")
    if _ZSTD_MESSAGES.match(head):
        return _zstd_messages
    if head.startswith(_LZ4):
        return partial(_through_arrow, "lz4")
    if _BZIP2.match(head):
        return partial(_through, "bzip2", bz2.BZ2File)
    if head.startswith(_XZ):
        return partial(_through, "xz", lzma.LZMAFile)
    if head.startswith(_LZMA):
        return partial(_through, "lzma", lzma.LZMAFile)
    return None


def wide_encoding(head: bytes) -> str | None:
    """The codec of UTF-16 or UTF-32 text, by its mark or by its zeros; None for other bytes."""
    for mark, name in _ENCODING_MARKS:
        if head.startswith(mark):
            return name
    if len(head) < _ENOUGH:
        return None
    zeros = tuple(head[place::4].count(0) / len(head[place::4]) > 0.7 for place in range(4))
    return _ZEROS.get(zeros)


def recoded(blocks: Blocks, encoding: str) -> Blocks:
    """The text as UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)()
    said = encoding.upper()[:6]
    try:
        for block in blocks:
            if text := decoder.decode(block):
                yield text.encode()
        decoder.decode(b"", final=True)
    except UnicodeError:
        raise Broken(f"{said} text is broken; save it as UTF-8") from None


class Reader(io.RawIOBase):
    """Blocks as a file that can be read, for readers that want one."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._left = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray) -> int:
        """Fill a buffer as far as one block goes."""
        self._left = self._left or next(self._blocks, b"")
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)


def _through(name: str, opened: Callable, blocks: Blocks) -> Blocks:
    try:
        with opened(io.BufferedReader(Reader(blocks))) as file:
            while block := file.read1(_PIECE):
                yield block
    except EOFError:
        raise Broken(f"{name} stream ends early") from None
    except (OSError, lzma.LZMAError) as error:
        if getattr(error, "errno", None):
            raise  # of the disk
        raise Broken(f"{name} stream is broken: {error}") from None


def _through_arrow(name: str, blocks: Blocks) -> Blocks:
    source = pa.PythonFile(io.BufferedReader(Reader(blocks)), mode="r")
    try:
        with pa.CompressedInputStream(source, name) as file:
            while block := file.read(_PIECE):
                yield block
    except (OSError, pa.ArrowException) as error:
        if getattr(error, "errno", None):
            raise  # of the disk
        early = "truncated" in str(error).lower()
        raise Broken(f"{name} stream {'ends early' if early else 'is broken'}") from None


def _zstd_messages(blocks: Blocks) -> Blocks:
    """Each message as a line; one of protobuf with its length before it, as when not packed."""
    source = io.BufferedReader(Reader(blocks))
    while length := source.read(_LENGTH):
        size = int.from_bytes(length)
        packed = source.read(size)
        if len(packed) < size:
            raise Broken("zstd stream ends early")
        message = b"".join(_through_arrow("zstd", iter([packed])))
        is_text = message[:1] in (b"{", b"[")
        yield message + b"\n" if is_text else len(message).to_bytes(_LENGTH) + message


def _gunzipped(blocks: Blocks) -> Blocks:
    inflate = zlib.decompressobj(wbits=31)
    try:
        for block in blocks:
            while block:
                if inflate.eof:
                    # Another member, or the zero bytes that pad some archives.
                    block = block.lstrip(b"\0")
                    if not block:
                        break
                    inflate = zlib.decompressobj(wbits=31)
                # A bounded output, so that a bomb of zeros fills no memory.
                if out := inflate.decompress(block, BLOCK):
                    yield out
                block = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
        while not inflate.eof and (out := inflate.decompress(inflate.unconsumed_tail, BLOCK)):
            yield out
    except zlib.error as error:
        raise Broken(f"gzip stream is broken: {error}") from None
    if not inflate.eof:
        raise Broken("gzip stream ends early")
