"""The night: load what is new, build and test, check that files still arrive, keep a record.

All of it is one process that holds the warehouse from the first step to the last: what ends it,
ends all of it, and a second night waits or is refused.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from scripts import console
from scripts.errors import UserError
from scripts.loading.run import Loaded, Place, load
from scripts.operations import artifacts as reports
from scripts.operations.build import Built, build, ledger_faults, nothing_to_build, parsed
from scripts.operations.company import said
from scripts.operations.history import Night
from scripts.operations.lock import only_writer
from scripts.operations.roles import owner_of
from scripts.operations.unchanged import said_when_nothing_is_new
from scripts.operations.upgrade import check_version
from scripts.operations.warned import age_of_files, said_of_files
from scripts.rates.checks import checked_seeds
from scripts.reporting import headline
from scripts.warehouse import check_writable, target, warehouse_file

_FAILED = ("error", "fail", "runtime error")


def run(
    extra: list[str], wait_s: float = 0, everything: bool = False, artifacts: Path | None = None
) -> int:
    """Run the night; 1 when a file could not be read or a model or test failed.

    `extra` are further arguments of `dbt build`; `everything` also makes what is unchanged;
    `artifacts` is the folder that keeps dbt's reports.
    """
    if artifacts:
        reports.writable(artifacts)
    with only_writer(target(), warehouse_file(), wait_s):
        check_writable()
        check_version()
        checked_seeds()
        print(said())
        return night(extra, everything, artifacts)


def night(extra: list[str], everything: bool = False, artifacts: Path | None = None) -> int:
    """Load, build, check freshness; a file that cannot be read does not keep the others back.

    What dbt needs is read first, so that a project that cannot be read stops the night before it
    changes anything; unless dbt has nothing to make, as the project was read then.
    """
    faults = ledger_faults()
    is_idle = not extra and not everything and said_when_nothing_is_new() is not None
    manifest = None if is_idle else parsed()
    record = Night(manifest)
    start = time.monotonic()
    try:
        loaded = load(Place.chosen())
    except UserError:
        record.finish("failed", _figures(Loaded(Counter(), []), _ms_since(start), Counter(), 0))
        raise
    load_ms = _ms_since(start)
    start = time.monotonic()
    if artifacts:
        reports.forget()
    said = said_when_nothing_is_new() if is_idle else None
    if said is None:
        manifest = manifest or parsed()
        built = build(extra, everything, manifest, faults, is_reported=artifacts is not None)
    else:
        built = nothing_to_build(said, faults)
    build_ms = _ms_since(start)
    if artifacts and (kept := reports.keep(artifacts)):
        print(f"dbt's reports: {kept}")
    # On Spark it is the build that declares the raw tables.
    stale = _stale(manifest)
    for line in stale:
        print(f"warning: {line}")
    code = loaded.exit_code or built.code
    figures = _figures(loaded, load_ms, built.counts, build_ms)
    record.finish("failed" if code else "succeeded", figures | _warnings(built.warnings + stale))
    _headline(built, extra, is_open=manifest is not None)
    for line in loaded.not_loaded:
        console.complain(f"ai-cost nightly: {line}")
    return code


def _figures(loaded: Loaded, load_ms: int, built: Counter, build_ms: int) -> dict[str, int]:
    return {
        "files_loaded": loaded.counts["new"],
        "files_unread": loaded.counts["unread"],
        "records_loaded": loaded.counts["records"],
        "records_rejected": loaded.counts["rejects"],
        "records_incomplete": loaded.counts["incomplete"],
        "records_other_traffic": loaded.counts["others"],
        "load_ms": load_ms,
        "build_ms": build_ms,
        "failed_count": sum(built[status] for status in _FAILED),
        "warning_count": built["warn"],
    }


def _warnings(lines: list[str]) -> dict[str, str]:
    """For whoever asks in the morning, when what the night printed has scrolled away."""
    return {"warnings": "\n".join(lines)} if lines else {}


def _stale(manifest) -> list[str]:
    """Whether files still arrive; stale ones are no failure of the night."""
    if manifest is None:
        return age_of_files()
    from dbt.cli.main import dbtRunner

    with owner_of("marts", target()):
        result = dbtRunner(manifest=manifest).invoke(
            ["--quiet", "--no-write-json", "source", "freshness", "--select", "source:loader"]
        )
    return said_of_files(result.result or [])


def _headline(built: Built, extra: list[str], is_open: bool) -> None:
    """What the night found, when it built all of it; `is_open`: dbt has the warehouse open."""
    if extra or target() == "spark":
        return
    if built.code:
        console.complain(
            "No headline: the build failed, so its figures are not to be used. "
            "Mend what is named above, then run `make nightly` again"
        )
        return
    if target() == "duckdb" and is_open:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        # dbt keeps the file open to write, and DuckDB opens no file in two ways at once
        DuckDBConnectionManager.env().close()
    headline.show()


def _ms_since(start: float) -> int:
    # The monotonic clock: a clock that is set right during the night makes no night last a year.
    return round((time.monotonic() - start) * 1000)
