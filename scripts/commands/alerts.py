"""Show the alerts that nobody was told of; with --send, tell each once.

The webhook's address is in AI_COST_ALERT_WEBHOOK, or in the variable that alert_routes names
for the team. Ends with 1 when one was refused.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option("--send", is_flag=True, help="Send; without it nothing leaves.")
@click.option("--file", type=_options.PATH, help="Append to this file instead of a webhook.")
@click.option(
    "--sent",
    type=_options.PATH,
    default="alerts_sent.jsonl",
    show_default=True,
    help="File of what was sent; keep it.",
)
@click.option(
    "--form", type=click.Choice(["message", "ticket"]), default="message", show_default=True,
    help="What is sent: a message for a channel, or a ticket for a backlog.",
)  # fmt: skip
def command(send: bool, file: Path | None, sent: Path, form: str) -> int:
    """Hand over to the part that does it."""
    from scripts.operations.alerts import run

    return run(send, file, sent, form)
