"""Check closed months: posted rows, documents, exported files, the seed, signatures.

Signatures in close_signatures.csv must be good; close_limits.csv may ask for them.
FOLDERS are exports to check as well: those of `ai-cost export ledger` or `ai-cost export journal`.
Ends with 1 and names the first difference when something is not as it was. Each build checks what
is posted, too.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.argument("folders", nargs=-1, type=_options.PATH)
def command(folders: tuple[Path, ...]) -> int:
    """Hand over to the part that does it."""
    from scripts.accounting.verify import verify

    return verify(list(folders))
