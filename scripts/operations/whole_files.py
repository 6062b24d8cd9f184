"""Files that appear whole or not at all, and what is said when the disk is full.

A library that meets a full disk says so in its own way: behind the error of an undo that failed as
well, or without the name of the file.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class DiskFull(OSError):
    """There is no space left to write something; the message names it."""

    def __str__(self) -> str:
        return f"{self.strerror}: {self.filename}"


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """What a full disk raises inside, whatever library meets it, is one DiskFull that names it."""
    try:
        yield
    except DiskFull:
        raise
    except Exception as error:
        if not _is_disk_full(error):
            raise
        raise DiskFull(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place)) from None


@contextmanager
def written_whole(file: Path) -> Iterator[Path]:
    """A name beside the file to write to, which becomes the file when the block has ended well."""
    half = file.with_name(f".{file.name}.part")
    with writing(file):
        try:
            yield half
            # On the disk first: a power cut would leave the name of the file and nothing in it.
            with half.open("rb") as written:
                os.fsync(written.fileno())
            half.replace(file)
        finally:
            half.unlink(missing_ok=True)


def write_whole(file: Path, content: bytes) -> None:
    """Write a file, replacing the one that is there in one step."""
    with written_whole(file) as half:
        half.write_bytes(content)


def append_whole(file: Path, text: str) -> None:
    """Add lines behind those of a file; readers see the old file or the new one.

    The old one is a prefix of the new one, byte for byte.
    """
    old = file.read_bytes()
    gap = b"\n" if old and not old.endswith(b"\n") else b""
    with written_whole(file) as half:
        half.write_bytes(old + gap + text.encode())
        half.chmod(file.stat().st_mode & 0o777)


def _is_disk_full(error: BaseException | None) -> bool:
    words = os.strerror(errno.ENOSPC)
    while error is not None:
        if getattr(error, "errno", None) == errno.ENOSPC or words in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False
