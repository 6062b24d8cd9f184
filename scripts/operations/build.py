"""Run `dbt build` and show how far it is: one bar instead of a line for every node.

Unit tests are left out: they look at the code and not at the data, and `make test` runs them. On
Spark they could not run before the first build either, for want of tables to take columns from.
So are structural keys (tests/generic/structural_key.sql), which would read all of history again.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack

from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg

from scripts import console
from scripts.accounting.verify import said_of_ledger
from scripts.operations.company import bring_in
from scripts.operations.lock import only_writer
from scripts.operations.roles import owner_of
from scripts.operations.upgrade import check_version
from scripts.warehouse import check_writable, target, warehouse_file

_SCOPE = ("--exclude-resource-type", "unit_test", "--exclude", "tag:structure")


class Progress:
    """Counts finished nodes on a bar, and keeps what the project warns of for the end."""

    def __init__(self) -> None:
        self._bar = ExitStack()
        self._advance = None
        self.warnings: list[str] = []

    def __call__(self, event: EventMsg) -> None:
        """Take one dbt event; the first node tells how many there will be."""
        if event.info.name == "JinjaLogWarning":
            self.warnings.append(event.data.msg)
        info = getattr(event.data, "node_info", None)
        total = getattr(event.data, "total", 0)
        if event.info.name not in {"LogModelResult", "LogTestResult", "LogSeedResult"} or not info:
            return
        if self._advance is None:
            self._advance = self._bar.enter_context(console.progress("dbt build", total))
        self._advance(1)

    def close(self) -> None:
        """Leave the line of the bar."""
        self._bar.close()


def run(extra: list[str], wait_s: float = 0) -> int:
    """Build as the only writer; 0 when all passed or only warned, 1 otherwise."""
    with only_writer(target(), warehouse_file(), wait_s):
        check_writable()
        check_version()
        return build(extra)[0]


def build(extra: list[str]) -> tuple[int, Counter]:
    """Build; return the exit code and how many nodes ended how (success, pass, warn, fail, ...).

    `extra` are further arguments of `dbt build`. Raises WarehouseError when the company folder
    cannot be brought in. Look at the warehouse before (check_writable, check_version): once dbt has
    opened it in this process, it cannot be opened to be read only.
    """
    bring_in()
    # before dbt opens the warehouse; closed months that changed do not hold back the open ones
    with owner_of("marts", target()):
        broken = said_of_ledger()
    progress = Progress()
    with owner_of("marts", target()):
        result = dbtRunner(callbacks=[progress]).invoke(["--quiet", "build", *_SCOPE, *extra])
    progress.close()
    if result.exception:
        console.complain(f"dbt build: {result.exception}")
        return 1, Counter()
    for warning in progress.warnings:
        print(warning)
    counts = Counter(str(node.status) for node in result.result or [])
    said = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    print(f"built: {said}")
    for line in broken:
        console.complain(f"closed months: {line}")
    return (0 if result.success and not broken else 1), counts
