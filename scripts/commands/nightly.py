"""The night: load what is new, build and test, keep a record.

Also checks that files still arrive. DBT: further arguments of `dbt build`, after --.

Holds the warehouse from the first step to the last, so that a second night waits or is
refused. Ends with 1 when a file could not be read or a model or test failed.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@_options.wait
@_options.everything
@click.option(
    "--artifacts",
    type=_options.PATH,
    metavar="FOLDER",
    help="Keep dbt's manifest.json and run_results.json of this night in a folder there.",
)
@_options.dbt_arguments
def command(wait_s: float, everything: bool, artifacts: Path | None, dbt: tuple[str, ...]) -> int:
    """Hand over to the part that does it."""
    from scripts.operations.nightly import run

    return run(list(dbt), wait_s, everything, artifacts)
