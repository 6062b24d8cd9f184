"""dbt by hand, with the company's files in place."""

from __future__ import annotations

from dbt.cli.exceptions import DbtUsageException
from dbt.cli.main import dbtRunner

from scripts.errors import UserError
from scripts.operations.company import bring_in
from scripts.rates.checks import checked_seeds

LOADS_SEEDS = ("build", "seed")


def run(arguments: list[str]) -> int:
    """Run dbt; 1 when something failed, 2 when dbt could not do it at all."""
    checked_seeds() if any(verb in arguments for verb in LOADS_SEEDS) else bring_in()
    result = dbtRunner().invoke(arguments)
    if isinstance(result.exception, DbtUsageException):
        raise UserError(str(result.exception))
    if result.exception:
        return 2
    return 0 if result.success else 1
