"""Run dbt by hand with the company's files in place.

    python -m scripts.run_dbt build --select fct_priced_requests

Plain `dbt` knows nothing of a company folder, and refuses to build while one is named.
Exits with 0 when all is well, 1 when something failed, 2 when something must be set right first.
"""

from __future__ import annotations

import sys

from dbt.cli.exceptions import DbtUsageException
from dbt.cli.main import dbtRunner

from scripts.operations.company import bring_in
from scripts.warehouse import WarehouseError


def main(arguments: list[str] | None = None) -> int:
    """Run dbt; return the exit code."""
    try:
        bring_in()
    except WarehouseError as error:
        print(f"run_dbt: {error}", file=sys.stderr)
        return 2
    result = dbtRunner().invoke(sys.argv[1:] if arguments is None else arguments)
    if isinstance(result.exception, DbtUsageException):
        print(f"run_dbt: {result.exception}", file=sys.stderr)
    if result.exception:
        return 2
    return 0 if result.success else 1


if __name__ == "__main__":
    sys.exit(main())
