"""The landing folder: which files are there, what each holds, and its bytes, decompressed."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from scripts.loading.sources import Table

_SKIPPED_SUFFIXES = (".tmp", ".part")
_GZIP = b"\x1f\x8b"
_READ = 1 << 20
_HEAD = 1 << 16
_BOM = b"\xef\xbb\xbf"
_DATE = (
    r"(?<!\d)(20\d{2})-?(\d{2})-?(\d{2})(?:[T_](\d{2})[-:]?(\d{2})[-:]?(\d{2})(?:\.\d+)?Z?)?(?!\d)"
)


@dataclass(frozen=True)
class LandingFile:
    """A file below landing; `source_file` is its path from there, with forward slashes."""

    path: Path
    source_file: str
    table: Table
    size: int

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the file as it lies on disk, 64 hex digits."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    @property
    def batch_id(self) -> str:
        """The name of this content in this table: the same wherever and whenever it is loaded.

        Of a bill, what its path says belongs to the content: that a bill still says the same when
        it is pulled again is how it becomes final.
        """
        content = self.table.name.encode() + bytes.fromhex(self.sha256)
        if self.table.kind == "bill":
            content += f"{self.billing_account}|{self.pulled_at}".encode()
        return hashlib.sha256(content).hexdigest()[:16]

    @property
    def billing_account(self) -> str | None:
        """Value of an `account=...` segment of the path."""
        found = re.search(r"(?:^|/)account=([^/]+)/", self.source_file)
        return found.group(1) if found else None

    @property
    def pulled_at(self) -> datetime | None:
        """The last instant or date written in the path, UTC without zone; None without one."""
        for parts in reversed(re.findall(_DATE, self.source_file)):
            try:
                return datetime(*(int(part) for part in parts if part), tzinfo=UTC).replace(
                    tzinfo=None
                )
            except ValueError:
                continue
        return None


def find_files(landing: Path, tables: dict[str, Table]) -> tuple[list[LandingFile], list[str]]:
    """All files of declared tables, in the order of their paths, and the unknown folders."""
    folders = [entry for entry in sorted(landing.iterdir()) if entry.is_dir()]
    unknown = [f.name for f in folders if f.name not in tables and not _is_skipped(f.name)]
    found = []
    for folder in folders:
        if folder.name in tables:
            for path in folder.rglob("*"):
                inside = path.relative_to(landing)
                if path.is_file() and not any(_is_skipped(part) for part in inside.parts):
                    source_file = inside.as_posix().encode(errors="replace").decode()
                    table = tables[folder.name]
                    found.append(LandingFile(path, source_file, table, path.stat().st_size))
    return sorted(found, key=lambda file: file.source_file), unknown


def _is_skipped(name: str) -> bool:
    """Half-written files and what tools keep for themselves."""
    return name.startswith((".", "_")) or name.endswith(_SKIPPED_SUFFIXES)


class ByteStream:
    """The bytes of a file, decompressed when they are gzip, whatever the file is called.

    `fault` says why the stream ended early, None while all is well; what came before is good.
    """

    def __init__(self, path: Path, progress: Callable[[int], object] = lambda size: None) -> None:
        self.fault: str | None = None
        self._file = path.open("rb")
        self._progress = progress
        self.compressed = self._file.read(2) == _GZIP
        self._file.seek(0)
        self._head = b""
        self._blocks = self._decompressed() if self.compressed else self._plain()

    def __enter__(self) -> ByteStream:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def peek(self) -> bytes:
        """The first 64 KiB or so, without its byte order mark; they stay to be read."""
        while len(self._head) < _HEAD:
            block = next(self._blocks, b"")
            if not block:
                break
            self._head += block
        self._head = self._head.removeprefix(_BOM)
        return self._head[:_HEAD]

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
        """The rest of the stream, or None when it is longer than `limit` bytes."""
        content = self.read(limit + 1)
        return content if len(content) <= limit else None

    def _plain(self) -> Iterator[bytes]:
        while block := self._file.read(_READ):
            self._progress(len(block))
            yield block

    def _decompressed(self) -> Iterator[bytes]:
        inflate = zlib.decompressobj(wbits=31)
        try:
            for block in self._plain():
                while block:
                    if inflate.eof:
                        # Another member, or the zero bytes that pad some archives.
                        block = block.lstrip(b"\0")
                        if not block:
                            break
                        inflate = zlib.decompressobj(wbits=31)
                    # A bounded output, so that a bomb of zeros fills no memory.
                    if out := inflate.decompress(block, _READ):
                        yield out
                    block = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            while not inflate.eof and (out := inflate.decompress(inflate.unconsumed_tail, _READ)):
                yield out
        except zlib.error as error:
            self.fault = f"gzip stream is broken: {error}"
            return
        if not inflate.eof:
            self.fault = "gzip stream ends early"


def sniff(head: bytes, name: str, table: Table) -> str:
    """What a file holds, by its first bytes: parquet, csv, document or lines.

    A document is one JSON text over several lines, or a JSON array.
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    text = head.lstrip()
    if text.startswith((b"{", b"[")):
        return "document" if _is_document(text) else "lines"
    return "csv" if _is_csv(head, name, table) else "lines"


def _is_document(text: bytes) -> bool:
    first, newline, rest = text.partition(b"\n")
    rest = rest.lstrip(b"\r\n")
    if not newline or not rest.strip():
        return text.startswith(b"[")
    if not _ends_open(first):
        return False
    # The next line of a document is a part of it; that of a file of lines, the first of which was
    # cut short, is a whole object. No such line begins with a bracket.
    return text.startswith(b"[") or not _is_object(rest.partition(b"\n")[0])


def _ends_open(line: bytes) -> bool:
    """Whether a line is the beginning of a JSON text and not the whole of one."""
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(error.doc.rstrip())
    except (ValueError, RecursionError):
        return False
    return False


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _is_csv(head: bytes, name: str, table: Table) -> bool:
    first = head.partition(b"\n")[0].decode(errors="replace")
    header = next(csv.reader([first]), [])
    known = len({cell.strip() for cell in header} & set(table.headers))
    return known > 1 or Path(name.removesuffix(".gz")).suffix.lower() == ".csv"
