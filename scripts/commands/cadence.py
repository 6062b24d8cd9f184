"""List what is due today by day, week, month, quarter and year; with --run, do it.

The schedule is in docs/runbook.md. Ends with 1 when something that was run failed.
"""

from datetime import datetime

import click


@click.command(help=__doc__)
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Another day, such as one missed."
)
@click.option(
    "--every",
    type=click.Choice(["day", "week", "month", "quarter", "year"]),
    multiple=True,
    help="All of this kind, due or not; may be given again.",
)
@click.option("--run", "is_run", is_flag=True, help="Run it; without it nothing is done.")
def command(day: datetime | None, every: tuple[str, ...], is_run: bool) -> int:
    """Hand over to the part that does it."""
    from scripts.operations.cadence import show

    return show(day.date() if day else None, every, is_run)
