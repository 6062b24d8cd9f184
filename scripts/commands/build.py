"""Run `dbt build` on what is loaded, with one bar for all nodes.

DBT: further arguments of `dbt build`, after --. Ends with 1 when a model or test failed.
"""

import click

from scripts.commands import _options


@click.command(help=__doc__)
@_options.wait
@_options.everything
@_options.dbt_arguments
def command(wait_s: float, everything: bool, dbt: tuple[str, ...]) -> int:
    """Hand over to the part that does it."""
    from scripts.operations.build import run

    return run(list(dbt), wait_s, everything)
