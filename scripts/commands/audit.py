"""Say what one log cost and what is wrong with it, apart from the warehouse.

Who caused it is said too. FILE may be - for a record pasted in. Any format that the loader knows.
"""

import click


@click.command(help=__doc__)
@click.argument("file")
@click.option("--format", "table", help="Its raw table; recognised by its fields when left out.")
def command(file: str, table: str | None) -> int:
    """Hand over to the part that does it."""
    from scripts.auditing.audit import show

    return show(file, table)
