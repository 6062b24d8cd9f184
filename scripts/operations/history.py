"""What became of each night, as events in ops.run_events; `fct_run_history` has a row per night.

dbt writes them, so that every engine does it alike; a night that has nothing to build asks dbt for
nothing, and writes them itself. Events are only appended: a night that was
killed has begun and never ended, and nothing has to be put right after it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

from scripts.loading.paths import literal
from scripts.operations.roles import owner_of
from scripts.operations.transactions import transaction
from scripts.warehouse import WarehouseError, target


class Night:
    """One night: its beginning is recorded at once, its end when it is told.

    `manifest` is the parsed project, so that dbt need not read it again. Without one the table must
    be there, as the last whole build of the same code left it.
    """

    def __init__(self, manifest=None) -> None:
        self._manifest = manifest
        self._run_id = uuid4().hex
        self._record("started")

    def finish(self, status: str, figures: dict[str, int | str]) -> None:
        """Record the end; the figures are named as the columns of ops.run_events."""
        self._record("finished", {"status": status} | figures)

    def _record(self, event: str, figures: dict | None = None) -> None:
        values = {"run_id": self._run_id, "event": event} | (figures or {})
        if self._manifest is None:
            _append(values)
            return
        from dbt.cli.main import dbtRunner

        operation = ["run-operation", "record_run_event", "--args", json.dumps({"values": values})]
        with owner_of("marts", target()):
            result = dbtRunner(manifest=self._manifest).invoke(
                ["--quiet", "--no-write-json", *operation]
            )
        if not result.success:
            reason = str(result.exception or "see the lines above").splitlines()[0]
            raise WarehouseError(f"cannot write ops.run_events: {reason}")


def _append(values: dict[str, int | str]) -> None:
    """The same without dbt; the real clock, as there."""
    now = datetime.now(UTC).replace(tzinfo=None)
    row = {name: str(value) for name, value in values.items()} | {"happened_at": f"{now}"}
    with owner_of("marts", target()), transaction() as execute:
        execute(
            f"insert into ops.run_events ({', '.join(row)}) values "
            f"({', '.join(map(literal, row.values()))})"
        )
