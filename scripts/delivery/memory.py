"""What was sent, to whom and in which version.

A message that is sent a second time has the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from scripts.operations.remembered import lines, remembering


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
        # A second run at the same time would send the same: it waits, and reads the file again.
        with remembering(self._file, waits=True) as append:
            self._sent = _read(self._file)

            def remember(document: str, version: str, email_address: str) -> None:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                each = Sent(document, version, email_address.lower(), now)
                append(vars(each))
                self._sent.append(each)

            yield remember


def _read(file: Path) -> list[Sent]:
    names = {each.name for each in fields(Sent)}
    return [Sent(**line) for line in lines(file) if line.keys() == names]
