"""Run dbt by hand, with the company's files in place.

For instance `ai-cost dbt build --select dim_teams`. Plain `dbt` knows nothing of a company folder,
and refuses to build while one is named. All that comes after the verb is dbt's own. Ends with 1
when something failed.
"""

import click


@click.command(
    help=__doc__,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", metavar="DBT", nargs=-1, required=True, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> int:
    """Hand over to the part that does it."""
    from scripts.operations.dbt import run

    return run(list(arguments))
