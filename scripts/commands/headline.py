"""Print spend by team, what nobody owns, and how the bills compare."""

import click


@click.command(help=__doc__)
def command() -> int:
    """Hand over to the part that does it."""
    from scripts.reporting.headline import show

    return show()
