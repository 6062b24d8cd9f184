"""The landing folder: which files are there, and what names the content of each."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from stat import S_ISREG

from scripts.loading.sources import Table

INBOX = "inbox"
_SKIPPED_SUFFIXES = (".tmp", ".part")
_DATE = (
    r"(?<!\d)(20\d{2})-?(\d{2})-?(\d{2})"
    r"(?:[T_]?(\d{2})[-:]?(\d{2})(?:[-:]?(\d{2})(?:\.\d+)?Z?)?)?(?!\d|-\d)"
)
# The days that a bill covers say nothing of when it was pulled: 20261001-20261031.
_DAY = r"20\d{2}-?\d{2}-?\d{2}"
_COVERED = re.compile(
    rf"(?<!\d){_DAY}(?:[-_~]|\.\.|[-_ ](?:to|until|bis|-)[-_ ]|/(?:to|until|end)=){_DAY}(?!\d)"
)


@dataclass(frozen=True)
class LandingFile:
    """A file below landing; `source_file` is its path from there, with forward slashes.

    `size` is what it was when the folder was listed; `content` says what was read to name it. A
    file of the inbox has no table until it is recognised.
    """

    path: Path
    source_file: str
    table: Table | None
    size: int

    def of(self, table: Table) -> LandingFile:
        """The same file as one of a table; it is not read again to name it."""
        file = replace(self, table=table)
        file.__dict__["content"] = self.content
        return file

    @cached_property
    def content(self) -> tuple[str, int]:
        """SHA-256 of the file as it lies on disk, 64 hex digits, and its size in bytes."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest(), stream.tell()

    @property
    def sha256(self) -> str:
        """See `content`."""
        return self.content[0]

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
        """The last instant or date written in the path, UTC without zone; None without one.

        A range of days is what a bill covers, and no instant.
        """
        for parts in reversed(re.findall(_DATE, _COVERED.sub("", self.source_file))):
            try:
                return datetime(*(int(part) for part in parts if part), tzinfo=UTC).replace(
                    tzinfo=None
                )
            except ValueError:
                continue
        return None


@dataclass
class Found:
    """What lies below landing: the files of declared tables, in the order of their paths.

    `inbox` are those that say by their fields of which table they are. `unknown` are folders of no
    table; `refused` says of each path that is not followed why.
    """

    files: list[LandingFile] = field(default_factory=list)
    inbox: list[LandingFile] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def find_files(landing: Path, tables: dict[str, Table]) -> Found:
    """All files of declared tables, unknown folders, and what leads out or cannot be listed."""
    found = Found()
    for entry in sorted(landing.iterdir()):
        if _is_skipped(entry.name) or not (entry.is_dir() or entry.is_symlink()):
            continue
        if entry.name in tables or entry.name == INBOX:
            table = tables.get(entry.name)
            # what one table passes over is none of any other
            passed = [each for t in ([table] if table else tables.values()) for each in t.skipped]
            _Walk(landing, table, passed, found).enter(entry)
        elif entry.is_dir():
            found.unknown.append(entry.name)
    for files in (found.files, found.inbox):
        files.sort(key=lambda file: file.source_file)
    return found


class _Walk:
    """A walk through one table's folder that follows links as long as they stay inside landing."""

    def __init__(
        self, landing: Path, table: Table | None, skipped: list[str], found: Found
    ) -> None:
        self._landing, self._root = landing, landing.resolve()
        self._table = table
        self._skipped = skipped
        self._found = found
        self._links: list[Path] = []
        # A folder is read once, by its own name if it has one here, so that no loop of links hangs.
        self._seen: set[Path] = set()

    def enter(self, folder: Path) -> None:
        """Take what is in the folder, and then what its links lead to."""
        self._take(folder)
        while self._links:
            link = self._links.pop(0)
            try:
                target = link.resolve(strict=True)
            except (OSError, RuntimeError):
                self._refuse(link, "a link that leads nowhere")
                continue
            if not target.is_relative_to(self._root):
                self._refuse(link, "a link that leads out of the landing folder")
            else:
                self._take(link, follow=True)

    def _take(self, path: Path, follow: bool = False) -> None:
        try:
            if path.is_symlink() and not follow:
                self._links.append(path)
            elif path.is_dir():
                self._list(path)
            else:
                self._file(path)
        except FileNotFoundError:
            return  # gone since the folder was listed
        except OSError as error:
            self._refuse(path, f"cannot be looked at ({error.strerror})")

    def _list(self, folder: Path) -> None:
        real = folder.resolve()
        if real in self._seen:
            return
        self._seen.add(real)
        for entry in sorted(folder.iterdir()):
            if not _is_skipped(entry.name):
                self._take(entry)

    def _file(self, path: Path) -> None:
        status = path.stat()
        if S_ISREG(status.st_mode):
            name = self._name(path)
            if any(fnmatchcase(name, each) for each in self._skipped):
                return
            files = self._found.files if self._table else self._found.inbox
            files.append(LandingFile(path, name, self._table, status.st_size))

    def _refuse(self, path: Path, reason: str) -> None:
        self._found.refused.append((self._name(path), reason))

    def _name(self, path: Path) -> str:
        inside = path.relative_to(self._landing)
        return inside.as_posix().encode(errors="replace").decode()


def _is_skipped(name: str) -> bool:
    """Half-written files and what tools keep for themselves."""
    return name.startswith((".", "_")) or name.endswith(_SKIPPED_SUFFIXES)
