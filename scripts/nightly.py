"""The night: load what is new, build and test, check that files still arrive, keep a record.

    python -m scripts.nightly [--wait SECONDS] [-- further arguments of `dbt build`]

Holds the warehouse from the first step to the last, so that a second night waits or is refused.
Exits with 0 when all is well, 1 when a file could not be read or a model or test failed, 2 when
something must be set right first. All of it is one process: what ends it, ends all of it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from dbt.cli.main import dbtRunner

from scripts.build import build
from scripts.load_raw import load
from scripts.operations.company import bring_in, said
from scripts.operations.history import Night
from scripts.operations.lock import add_wait, only_writer
from scripts.operations.roles import owner_of
from scripts.operations.upgrade import check_version
from scripts.warehouse import WarehouseError, check_writable, target, warehouse_file

_FAILED = ("error", "fail", "runtime error")


def main(arguments: list[str] | None = None) -> int:
    """Run the night; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="nightly", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dbt", nargs="*", help="further arguments of `dbt build`, after --")
    add_wait(parser)
    options = parser.parse_args(arguments)
    try:
        with only_writer(target(), warehouse_file(), options.wait):
            check_writable()
            check_version()
            bring_in()
            print(said())
            return night(options.dbt)
    except WarehouseError as error:
        print(f"nightly: {error}", file=sys.stderr)
        return 2


def night(extra: list[str]) -> int:
    """Load, build, check freshness; a file that cannot be read does not keep the others back."""
    record = Night()
    start = time.monotonic()
    load_code, loaded, not_loaded = load([])
    load_ms = _ms_since(start)
    build_code, built, build_ms = 0, Counter(), 0
    if load_code < 2:
        start = time.monotonic()
        build_code, built = build(extra)
        build_ms = _ms_since(start)
        # On Spark it is the build that declares the raw tables.
        _freshness()
    code = load_code or build_code
    figures = {
        "files_loaded": loaded["new"],
        "files_unread": loaded["unread"],
        "records_loaded": loaded["records"],
        "records_rejected": loaded["rejects"],
        "records_incomplete": loaded["incomplete"],
        "records_other_traffic": loaded["others"],
        "load_ms": load_ms,
        "build_ms": build_ms,
        "failed_count": sum(built[status] for status in _FAILED),
        "warning_count": built["warn"],
    }
    record.finish("failed" if code else "succeeded", figures)
    for line in not_loaded:
        print(f"nightly: {line}", file=sys.stderr)
    return code


def _freshness() -> None:
    """dbt warns by itself; stale files are no failure of the night."""
    with owner_of("marts", target()):
        dbtRunner().invoke(["--quiet", "source", "freshness", "--select", "source:loader"])


def _ms_since(start: float) -> int:
    # The monotonic clock: a clock that is set right during the night makes no night last a year.
    return round((time.monotonic() - start) * 1000)


if __name__ == "__main__":
    sys.exit(main())
