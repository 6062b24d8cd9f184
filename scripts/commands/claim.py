"""Claim back what a provider billed too much: a folder to send, followed until it is credited.

Without EXCEPTION: lists what is billed above our figures, and how earlier claims stand. EXCEPTION
is the key of a row of fct_reconciliation_exceptions, or its beginning.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.argument("exceptions", metavar="[EXCEPTION]...", nargs=-1)
@click.option("--opened-by", default="", metavar="NAME", help="Who opens the claim.")
@click.option(
    "--out",
    type=_options.PATH,
    default=Path("claims"),
    show_default=True,
    help="The folder that gets a folder for the claim.",
)
@click.option(
    "--claims", type=_options.PATH, help="The file to append to (default: the company's)."
)
@click.option("--note", default="", help="What a later reader should know.")
@click.option("--dry-run", is_flag=True, help="Check only, write nothing.")
def command(
    exceptions: tuple[str, ...],
    opened_by: str,
    out: Path,
    claims: Path | None,
    note: str,
    dry_run: bool,
) -> int:
    """Hand over to the part that does it."""
    from scripts.accounting.claims import claim

    return claim(exceptions, opened_by, out, claims, note, dry_run)
