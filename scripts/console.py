"""What commands show: lines, tables, progress and complaints, by Rich.

Names come from logs and may hold what a terminal or Rich would take for markup. They are shown as
they are, so nothing here reads markup, and nothing is cut off or wrapped: a line that is read by a
program stays one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from scripts import log

_PLAIN = {"markup": False, "highlight": False, "emoji": False, "soft_wrap": True}
_WIDEST = 10_000
Item = TypeVar("Item")
_err = Console(stderr=True)


def complain(text: str) -> None:
    """A line on standard error: what went wrong, or a warning. Also beside a bar."""
    if log.is_json():
        log.complained(text)
        return
    # Built here and not parsed: a name in it cannot set a colour of its own.
    _err.print(Text(text, style="red"), **_PLAIN)


def printable(text: str) -> str:
    """The text without what would move the cursor of a terminal: names may hold it."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> None:
    """A table without lines between its cells; all but the first `left` columns are right-aligned.

    As wide as its widest cells: a terminal may wrap it, a file or a pipe gets every letter.
    """
    found = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, name in enumerate(header):
        justify = "left" if place < left else "right"
        found.add_column(Text(name), justify=justify, no_wrap=True)
    for row in rows:
        found.add_row(*map(Text, row))
    # Rich would squeeze the columns into the width of the terminal, or into 80 letters of a pipe.
    out = Console(width=_WIDEST)
    out.width = out.measure(found).maximum
    out.print(found, crop=False)


@contextmanager
def progress(
    what: str, total: float | None = None, are_bytes: bool = False
) -> Iterator[Callable[[float], None]]:
    """A bar on a terminal, nothing elsewhere; call what it gives with what was done since."""
    with _bar(are_bytes) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done=1: bar.advance(task, done)


def track(items: Iterable[Item], what: str, total: float | None = None) -> Iterator[Item]:
    """The items, with a bar that shows how many were taken."""
    if total is None and hasattr(items, "__len__"):
        total = len(items)
    with progress(what, total) as advance:
        for item in items:
            yield item
            advance(1)


def _bar(are_bytes: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn() if are_bytes else MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=_err,
        disable=not _err.is_terminal,
    )
