"""One writer at a time: who loads or builds holds the warehouse until done.

Two nights at once would load a file twice, or test figures that the other is changing. On
PostgreSQL the lock is a session's advisory lock, elsewhere a lock on a file beside the warehouse.
Both end with the process that holds them, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from scripts.warehouse import WarehouseError, connect_postgres

# Any number, as long as it is ours.
LOCK = 7_205_759_404
_PAUSE_S = 2
_held = False


class Busy(WarehouseError):
    """Another run holds the warehouse; the message says since when, where that is known."""


@contextmanager
def only_writer(engine: str, file: Path, wait_s: float = 0) -> Iterator[None]:
    """Hold the warehouse, waiting up to `wait_s` seconds for it; raises Busy.

    `file` is the warehouse of an engine that has no server. A step inside a night that holds the
    warehouse already goes on at once.
    """
    global _held
    if _held:
        yield
        return
    attempt = _lock_postgres if engine == "postgres" else partial(_lock_file, file)
    release = _acquire(attempt, time.monotonic() + wait_s)
    _held = True
    try:
        yield
    finally:
        _held = False
        release()


def _acquire(attempt: Callable[[], Callable], deadline: float) -> Callable[[], None]:
    while True:
        try:
            return attempt()
        except Busy:
            left = deadline - time.monotonic()
            if left <= 0:
                raise
            time.sleep(min(_PAUSE_S, left))


def lock_file(warehouse: Path) -> Path:
    """One warehouse has one lock, by whatever way or link it is named."""
    return Path(f"{_resolved(warehouse)}.lock")


def _lock_file(warehouse: Path) -> Callable[[], None]:
    path = lock_file(warehouse)
    try:
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise WarehouseError(f"cannot write {path}: {error.strerror}") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.readline().strip()
        file.close()
        raise Busy(_said(holder or "another run")) from None
    holder = f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC,\n"
    try:
        file.truncate(0)
        os.write(file.fileno(), holder.encode())
    except OSError as error:
        file.close()
        raise WarehouseError(f"cannot write {path}: {error.strerror}") from None
    return file.close


def _resolved(warehouse: Path) -> Path:
    try:
        return warehouse.resolve()
    except (OSError, RuntimeError) as error:
        raise WarehouseError(f"{warehouse} leads nowhere: {error}") from None


def _lock_postgres() -> Callable[[], None]:
    # Kept alive, because a firewall may cut a connection that is idle for the length of a build.
    connection = connect_postgres(application_name="ai_cost writer", keepalives_idle=60)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("select pg_try_advisory_lock(%s)", (LOCK,))
    if cursor.fetchone() == (True,):
        return connection.close
    connection.close()
    raise Busy(_said("another run"))


def _said(holder: str) -> str:
    return f"{holder} is writing to this warehouse; wait for it, or say --wait SECONDS"
