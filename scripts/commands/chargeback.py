"""Print who spent what in a week or a month: requests, tokens, cost, share and change.

The figures are those of marts.fct_chargeback_report.
"""

from datetime import datetime

import click


@click.command(help=__doc__)
@click.option(
    "--period",
    type=click.Choice(["week", "month"]),
    default="week",
    show_default=True,
    help="Length of the period.",
)
@click.option(
    "--from",
    "start",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Its first day; without it the last one that is over and whose use is known to its end.",
)
@click.option(
    "--by", multiple=True, metavar="COLUMN",
    help="A column of the lines, such as team, service or model; may be given again.",
)  # fmt: skip
def command(period: str, start: datetime | None, by: tuple[str, ...]) -> int:
    """Hand over to the part that does it."""
    from scripts.errors import UserError
    from scripts.reporting.period_report import BY, USUAL, run

    if unknown := set(by) - set(BY):
        raise UserError(f"--by {sorted(unknown)[0]}: known are {', '.join(BY)}")
    return run(period, start.date() if start else None, list(by) or list(USUAL))
