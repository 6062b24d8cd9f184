"""Print what became of every bill file, and what is wrong with bills."""

import click


@click.command(help=__doc__)
def command() -> int:
    """Hand over to the part that does it."""
    from scripts.reporting.bills import show

    return show()
