"""Make the roles of a PostgreSQL warehouse, and say what each may do.

Run by an administrator (PG* variables) before the first night and after an upgrade.
"""

import click


@click.command(help=__doc__)
@click.option(
    "--prefix", default="ai_cost", show_default=True, help="First part of the roles' names."
)
def command(prefix: str) -> int:
    """Hand over to the part that does it."""
    from scripts.operations.grants import grant

    return grant(prefix)
