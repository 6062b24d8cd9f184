"""Say what one log cost, or what one bill says, and what is wrong with it.

Apart from the warehouse, which is only read: of a bill, what the logs in it say of the same days
and models. FILE may be - for a record pasted in. Any format that the loader knows.
Ends with 1 when it does not pass what --strict or --max-rise checks.
"""

import click


@click.command(help=__doc__)
@click.argument("file")
@click.option("--format", "table", help="Its raw table; recognised by its fields when left out.")
@click.option("--against", metavar="OLD", help="An older log: also say what costs more than in it.")
@click.option(
    "--strict",
    is_flag=True,
    help="Fail when anything has no price or owner, was held back, or can be read in two ways.",
)
@click.option(
    "--max-rise",
    type=float,
    metavar="PERCENT",
    help="With --against: fail when a request costs more than so much above the older log's.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON; money is text.")
def command(
    file: str,
    table: str | None,
    against: str | None,
    strict: bool,
    max_rise: float | None,
    as_json: bool,
) -> int:
    """Hand over to the part that does it."""
    from scripts.auditing.audit import Checks, show

    if max_rise is not None and not against:
        raise click.UsageError("--max-rise needs --against.")
    return show(file, table, against, Checks(strict, max_rise), as_json)
