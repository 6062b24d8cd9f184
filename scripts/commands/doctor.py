"""Look at set-up, files, bills, prices and nights, and say what to do.

Changes nothing. Ends with 1 when something is to be done, else with 0. Secrets are never printed.
"""

import click


@click.command(help=__doc__)
def command() -> int:
    """Hand over to the part that does it."""
    from scripts.operations.doctor import show

    return show()
