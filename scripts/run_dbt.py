"""Run dbt by hand with the company's files in place.

    python -m scripts.run_dbt build --select fct_priced_requests

Plain `dbt` knows nothing of a company folder, and refuses to build while one is named.
Exits as dbt does: 0 when all is well, 1 when something failed, 2 when something must be set right.
"""

from __future__ import annotations

import sys

from dbt.cli.main import cli

from scripts.operations.company import bring_in
from scripts.warehouse import WarehouseError


def main(arguments: list[str] | None = None) -> int:
    """Run dbt; return its exit code."""
    try:
        bring_in()
    except WarehouseError as error:
        print(f"run_dbt: {error}", file=sys.stderr)
        return 2
    try:
        cli(args=sys.argv[1:] if arguments is None else arguments, standalone_mode=False)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
