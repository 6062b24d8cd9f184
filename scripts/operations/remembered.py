"""What was sent, in a file with a line of JSON for each message.

A line is on the disk right after its message left, so a run that is killed or fails goes on where
it stopped. At worst the message under way is sent a second time.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.operations.whole_files import writing


def lines(file: Path) -> Iterator[dict]:
    """The lines that are whole; a last one that a crash cut off was not remembered."""
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


@contextmanager
def remembering(file: Path, waits: bool = False) -> Iterator[Callable[[dict], None]]:
    """Gives what appends a line, on the disk when it returns.

    waits: for another run that appends to the same file.
    """
    with writing(file), file.open("a", encoding="utf-8") as stream:
        if waits:
            fcntl.flock(stream, fcntl.LOCK_EX)
        # A line that a crash cut off must not swallow the next one.
        torn = file.stat().st_size and not file.read_bytes().endswith(b"\n")
        stream.write("\n" if torn else "")

        def remember(line: dict) -> None:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())

        yield remember
