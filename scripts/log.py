"""The log as JSON lines: `ai-cost --log-format json`, or AI_COST_LOG_FORMAT=json.

One object a line on standard error: `time` (UTC), `level`, `command`, `message`; the last one of a
command has its `exit_code` and `seconds` too. Of a job all that it says is log; of other commands
standard output is the answer, and stays as it is. What dbt says has dbt's own object in `dbt`.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from datetime import UTC, datetime

FORMAT = "AI_COST_LOG_FORMAT"
# What a scheduler runs: nobody reads what they print but as a log.
JOBS = frozenset({
    "archive", "build", "cadence", "dbt", "deliver", "forget", "grant", "load", "nightly",
    "publish", "report", "sample", "unload", "workbook",
})  # fmt: skip
_WARNING = "warning: "
_LEVELS = {"debug": logging.DEBUG, "warn": logging.WARNING, "error": logging.ERROR}


class _Log:
    """What is open while commands run; one command may run another."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, float]] = []
        self.streams = ExitStack()
        self.logger = logging.Logger("ai-cost")


_log = _Log()


def is_json() -> bool:
    """Whether a command of this process writes its log as JSON."""
    return bool(_log.commands)


def begin(command: str) -> None:
    """From here on; `end` says with which code the command ended."""
    if not is_json():
        _open(is_job=command.split()[-1] in JOBS)
    _log.commands.append((command, time.monotonic()))


def end(code: int) -> None:
    """The last line of a command."""
    if not is_json():
        return
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    _, start = _log.commands[-1]
    more = {"exit_code": code, "seconds": round(time.monotonic() - start, 1)}
    say("finished" if code == 0 else "failed", logging.ERROR if code else logging.INFO, **more)
    _log.commands.pop()
    if not is_json():
        _log.streams.close()


def say(message: str, level: int = logging.INFO, **more: object) -> None:
    """One object of the log."""
    command, _ = _log.commands[-1]
    _log.logger.log(level, "%s", message, extra={"fields": {"command": command}, "more": more})


def complained(text: str) -> None:
    """What went wrong, or a warning; the command is a field of its own and not said again."""
    text = text.removeprefix(f"{_log.commands[-1][0]}: ")
    message = text.removeprefix(_WARNING)
    say(message, logging.ERROR if message == text else logging.WARNING)


def crashed(error: Exception) -> None:
    """What is wrong with the project itself: the kind of the error, and where it was raised."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{at.filename}:{at.lineno}"
    say(f"unexpected {type(error).__name__}: {error}", logging.CRITICAL, raised_at=where)


def _open(is_job: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_AsJson())
    _log.logger.handlers = [handler]
    _log.streams = ExitStack()
    for name in (FORMAT, "DBT_LOG_FORMAT"):  # for commands that this one runs, and for dbt
        _log.streams.callback(_set, name, os.environ.get(name))
        os.environ[name] = "json"
    _log.streams.enter_context(redirect_stderr(_Lines(_said_on_the_side)))
    if is_job:
        _log.streams.enter_context(redirect_stdout(_Lines(_said)))


def _set(name: str, value: str | None) -> None:
    os.environ.pop(name, None)
    if value is not None:
        os.environ[name] = value


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The record as one line; letters beyond ASCII are escaped, whatever the terminal can."""
        at = datetime.fromtimestamp(record.created, UTC)
        said = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            **record.fields,
            "message": record.getMessage(),
            **record.more,
        }
        return json.dumps(said, default=str)


class _Lines(io.TextIOBase):
    """A stream that hands on whole lines."""

    encoding = "utf-8"

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take
        self._rest = threading.local()  # dbt writes from several threads

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Keep what is no whole line yet."""
        *lines, self._rest.text = (self._rest.__dict__.get("text", "") + text).split("\n")
        for line in filter(str.strip, lines):
            self._take(line.rstrip())
        return len(text)

    def flush(self) -> None:
        """What waits is a line without an end."""
        if self._rest.__dict__.get("text", "").strip():
            self.write("\n")


def _said(line: str) -> None:
    """A line of standard output."""
    of_dbt = _of_dbt(line)
    if of_dbt:
        info = of_dbt["info"]
        say(info["msg"], _LEVELS.get(info["level"], logging.INFO), dbt=of_dbt)
    elif line.startswith(_WARNING):
        say(line.removeprefix(_WARNING), logging.WARNING)
    else:
        say(line)


def _said_on_the_side(line: str) -> None:
    """A line of standard error that no command complained of: a library's warning, a remark."""
    say(line.removeprefix(_WARNING), logging.WARNING)


def _of_dbt(line: str) -> dict | None:
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    is_event = isinstance(found, dict) and {"info", "data"} <= found.keys()
    return found if is_event else None
