"""Make a key to sign closes with.

Prints the private key for the environment of PERSON alone, and the row of signing_keys.csv with the
public one. Nothing is written.
"""

from datetime import UTC, datetime

import click


@click.command(help=__doc__)
@click.argument("person")
def command(person: str) -> int:
    """Hand over to the part that does it."""
    from scripts.accounting.signing import make_key

    return make_key(" ".join(person.split()), datetime.now(UTC).date())
