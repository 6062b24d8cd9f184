"""Export the posted ledger, check it, or restore it into a warehouse that has lost it.

A Parquet and a CSV file a month. Ends with 1 when hashes do not agree.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option(
    "--folder", type=_options.PATH, default="ledger", envvar="AI_COST_LEDGER",
    show_default=True, help="Folder of the exports.",
)  # fmt: skip
@click.option("--restore", is_flag=True, help="Put exported months back.")
@click.option("--verify", is_flag=True, help="Check hashes only.")
def command(folder: Path, restore: bool, verify: bool) -> int:
    """Hand over to the part that does it."""
    if restore and verify:
        raise click.UsageError("--restore and --verify exclude each other.")
    from scripts.accounting.ledger_files import run

    return run(folder, "restore" if restore else "verify" if verify else "export")
