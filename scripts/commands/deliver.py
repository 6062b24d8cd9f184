"""Write the month's statement of each team, as PDF and e-mail; with --send, send each once.

PERIOD is a month, or a quarter such as 2026-Q3 for the roll-up of each director. Without it: the
last closed month. Who gets what is in statement_recipients.csv of the company folder; the server
is in AI_COST_SMTP_HOST. Ends with 1 when a message was refused or a team has nobody to tell.
"""

import re
from datetime import date
from pathlib import Path

import click

from scripts.commands import _options


class Period(click.ParamType):
    """A month like 2026-09 or a quarter like 2026-Q3: first day, and whether it is a quarter."""

    name = "period"

    def convert(self, value: object, param, ctx) -> tuple[date, bool]:
        """Parse; a click error names the value otherwise."""
        if quarter := re.fullmatch(r"(\d{4})-[Qq]([1-4])", str(value)):
            return date(int(quarter[1]), 3 * int(quarter[2]) - 2, 1), True
        return _options.Month().convert(value, param, ctx), False


@click.command(help=__doc__)
@click.argument("period", type=Period(), required=False)
@click.option(
    "--team", "teams", multiple=True, metavar="TEAM",
    help="The statement of this team alone; may be given again.",
)  # fmt: skip
@click.option(
    "--out", type=_options.PATH, default="statements", show_default=True,
    help="Folder that gets a folder of the period.",
)  # fmt: skip
@click.option("--send", is_flag=True, help="Send; without it nothing leaves.")
@click.option(
    "--sent", type=_options.PATH, default="statements_sent.jsonl", show_default=True,
    help="File of what was sent; keep it.",
)  # fmt: skip
def command(
    period: tuple[date, bool] | None, teams: tuple[str, ...], out: Path, send: bool, sent: Path
) -> int:
    """Hand over to the part that does it."""
    from scripts.delivery.deliver import run

    start, is_quarter = period or (None, False)
    return run(start, is_quarter, teams, out, send, sent)
