"""Write the month's statement of each team, as PDF and e-mail; with --send, send each once.

PERIOD is a month, or a quarter such as 2026-Q3 for the roll-up of each director; with a fiscal
calendar one of its quarters, such as FY26-Q1. Without it: the last closed month. Who gets what is
in statement_recipients.csv of the company folder; the server is in AI_COST_SMTP_HOST. Ends with 1
when a message was refused or a team has nobody to tell.
"""

import re
from datetime import date
from pathlib import Path

import click

from scripts.commands import _options


class Period(click.ParamType):
    """A month like 2026-09, as its first day, or the name of a quarter."""

    name = "period"

    def convert(self, value: object, param, ctx) -> date | str:
        """Parse; a click error names the value otherwise."""
        if re.fullmatch(r".+-[Qq][1-4]", str(value)):
            return str(value)
        return _options.Month().convert(value, param, ctx)


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
    period: date | str | None, teams: tuple[str, ...], out: Path, send: bool, sent: Path
) -> int:
    """Hand over to the part that does it."""
    from scripts.delivery.deliver import run

    return run(period, teams, out, send, sent)
