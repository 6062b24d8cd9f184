"""Run `dbt build` and show how far it is: one bar instead of a line for every node.

Unit tests are left out: they look at the code and not at the data, and `make test` runs them. On
Spark they could not run before the first build either, for want of tables to take columns from.
So are structural keys (tests/generic/structural_key.sql), which would read all of history again,
and what would be made of the same again (unchanged.py), unless everything is asked for.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts import console
from scripts.accounting.verify import said_of_ledger
from scripts.errors import UserError
from scripts.operations.lean_dbt import work_less
from scripts.operations.lock import only_writer
from scripts.operations.roles import owner_of
from scripts.operations.unchanged import ENGINES, TAG, Said, Unchanged
from scripts.operations.upgrade import check_version
from scripts.operations.warned import said_of_tests
from scripts.rates.checks import checked_seeds
from scripts.warehouse import check_writable, target, warehouse_file

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

_SCOPE = ("--exclude-resource-type", "unit_test", "--exclude", "tag:structure")


class BuildError(UserError):
    """The project cannot be built; the message says why."""


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


def run(extra: list[str], wait_s: float = 0, everything: bool = False) -> int:
    """Build as the only writer; 0 when all passed or only warned, 1 otherwise."""
    with only_writer(target(), warehouse_file(), wait_s):
        check_writable()
        check_version()
        checked_seeds()
        return build(extra, everything, parsed(), ledger_faults()).code


def ledger_faults() -> list[str]:
    """What is wrong with closed months; ask before dbt opens the warehouse in this process."""
    with owner_of("marts", target()):
        return said_of_ledger()


def parsed():
    """The project as dbt reads it, a Manifest; raises BuildError. `checked_seeds` comes before."""
    # not above: a night that has nothing to make is over before dbt would be imported
    from dbt.cli.main import dbtRunner

    work_less()
    result = dbtRunner().invoke(["--quiet", "--no-write-json", "parse"])
    if not result.success:
        raise BuildError(f"the project cannot be read: {result.exception or 'see above'}")
    return result.result


@dataclass(frozen=True)
class Built:
    """The exit code, how many nodes ended how (success, pass, warn, fail, ...), what was warned."""

    code: int
    counts: Counter
    warnings: list[str]


def build(
    extra: list[str], everything: bool, manifest, faults: list[str], is_reported: bool = False
) -> Built:
    """Build, and say what came of it.

    `extra` are further arguments of `dbt build`; with them, or when `everything` is asked for,
    nothing is left out. With `is_reported` dbt writes its reports on itself. `faults` are those of
    closed months (`ledger_faults`). Look at the warehouse before (check_writable, check_version):
    once dbt has opened it in this process, it cannot be opened to be read only.
    """
    unchanged = Unchanged(manifest) if target() in ENGINES and not extra else None
    left_out = 0 if everything or not unchanged else unchanged.tag()
    result, warnings = _dbt_build(extra, left_out, manifest, is_reported)
    if result.exception:
        console.complain(f"dbt build: {result.exception}")
        return Built(1, Counter(), [])
    for warning in warnings:
        print(warning)
    nodes = result.result or []
    warned = said_of_tests(nodes)
    if unchanged and result.success:
        said: Said = {"nodes": left_out + len(nodes), "printed": warnings, "warned": warned}
        made = {node.node.unique_id for node in nodes if node.status == "success"}
        unchanged.remember(made, said)
    counts = Counter(str(node.status) for node in nodes)
    said = [f"{count} {status}" for status, count in sorted(counts.items())]
    print(f"built: {', '.join([*said, *([f'{left_out} unchanged'] if left_out else [])])}")
    _say_again(warned, faults)
    return Built(0 if result.success and not faults else 1, counts, warned)


def nothing_to_build(said: Said, faults: list[str]) -> Built:
    """What a build would say that makes nothing: all that the last one warned of is still so."""
    for warning in said["printed"]:
        print(warning)
    print(f"built: {said['nodes']} unchanged")
    _say_again(said["warned"], faults)
    return Built(1 if faults else 0, Counter({"warn": len(said["warned"])}), said["warned"])


def _say_again(warned: list[str], faults: list[str]) -> None:
    """Each night says what is still so."""
    for line in warned:
        print(f"warning: {line}")
    # they do not hold back the open months
    for line in faults:
        console.complain(f"closed months: {line}")


def _dbt_build(extra: list[str], left_out: int, manifest, is_reported: bool):
    """dbt's result, and what the project warned of."""
    from dbt.cli.main import dbtRunner

    progress = Progress()
    # by itself dbt leaves out with a model each test that looks at it beside others
    narrowed = ["--exclude", f"tag:{TAG}", "--indirect-selection", "empty"] if left_out else []
    is_reported = is_reported or bool(os.environ.get("DBT_WRITE_JSON"))
    reports = ["--write-json"] if is_reported else ["--no-write-json"]
    with owner_of("marts", target()):
        result = dbtRunner(manifest=manifest, callbacks=[progress]).invoke(
            ["--quiet", *reports, "build", *_SCOPE, *narrowed, *extra]
        )
    progress.close()
    return result, progress.warnings
