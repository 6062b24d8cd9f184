"""Forget one person: take their hash out of everything that was loaded.

USER as the logs spell it; give every spelling. AI_COST_USER_KEY is the key the logs were loaded
with. What to do besides: docs/privacy.md. Ends with 1 when nothing was found.
"""

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.argument("users", metavar="USER...", nargs=-1, required=True)
@_options.wait
def command(users: tuple[str, ...], wait_s: float) -> int:
    """Hand over to the part that does it."""
    from scripts.operations.forget import run

    return run(list(users), wait_s)
