"""What was sent, to whom and in which version: a file with a line for each message.

A line is on the disk right after its message left, so a run that is killed or fails goes on where
it stopped. At worst the message under way is sent a second time, with the same Message-ID.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts.operations.whole_files import writing


@dataclass(frozen=True)
class Sent:
    """One message that left."""

    document: str
    version: str
    email_address: str
    sent_at: str


Remember = Callable[[str, str, str], None]


class Memory:
    """The file, read once and appended to."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._sent = _read(file)

    def has(self, document: str, version: str, email_address: str) -> bool:
        """Whether this version is what was sent there last."""
        told = self._told(document, email_address)
        return bool(told) and told[-1].version == version

    def replaced(self, document: str, version: str, email_address: str) -> Sent | None:
        """What a version took the place of there, or takes when it is sent; None for the first."""
        told = self._told(document, email_address)
        if told and told[-1].version == version:
            told.pop()
        return told[-1] if told else None

    def _told(self, document: str, email_address: str) -> list[Sent]:
        address = email_address.lower()
        return [s for s in self._sent if (s.document, s.email_address) == (document, address)]

    @contextmanager
    def open(self) -> Iterator[Remember]:
        """Gives what remembers one message, on the disk when it returns."""
        with writing(self._file), self._file.open("a+", encoding="utf-8") as stream:
            # A second run at the same time would send the same again: it waits, and reads anew.
            fcntl.flock(stream, fcntl.LOCK_EX)
            self._sent = _read(self._file)
            # A line that a crash cut off must not swallow the next one.
            torn = self._file.stat().st_size and not self._file.read_bytes().endswith(b"\n")
            stream.write("\n" if torn else "")

            def remember(document: str, version: str, email_address: str) -> None:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                each = Sent(document, version, email_address.lower(), now)
                stream.write(json.dumps(vars(each), ensure_ascii=False) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
                self._sent.append(each)

            yield remember


def _read(file: Path) -> list[Sent]:
    """The lines; a last one that a crash cut off was not remembered."""
    found = []
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                found.append(Sent(**json.loads(line)))
            except (ValueError, TypeError):
                continue
    return found
