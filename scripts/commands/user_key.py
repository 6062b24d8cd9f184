"""Print the hash under which the warehouse knows a user.

USER as the logs spell it; "-" reads one a line. AI_COST_USER_KEY is the key the logs were loaded
with. Each line is `hash,user`: a table to keep where only those may read it who may know.
"""

import click


@click.command(help=__doc__)
@click.argument("users", metavar="USER...", nargs=-1, required=True)
def command(users: tuple[str, ...]) -> int:
    """Hand over to the part that does it."""
    from scripts.operations.user_keys import run

    return run(list(users))
