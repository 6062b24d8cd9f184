"""Show the alerts that nobody was told of; with --send, tell each once.

Each has the form and goes to the address that alert_routes names for its team and severity, else a
message to AI_COST_ALERT_WEBHOOK. An alert that is not handled goes up by its age, as
alert_escalations says, each step once. Ends with 1 when one was refused.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option("--send", is_flag=True, help="Send; without it nothing leaves.")
@click.option("--file", type=_options.PATH, help="Append to this file instead of a webhook.")
@click.option(
    "--sent", type=_options.PATH,
    help="File of what was sent; keep it.  [default: alerts_sent.jsonl, of issues "
    "tickets_sent.jsonl]",
)  # fmt: skip
@click.option(
    "--form",
    type=click.Choice(
        ["message", "slack", "teams", "pagerduty", "email", "ticket", "github", "jira"]
    ),
    help="Send all in this form; github and jira: issues, to AI_COST_ALERT_WEBHOOK_TICKETS.",
)
@click.option(
    "--rule", "rules", multiple=True, metavar="NAME",
    help="Only what this rule of spend_alert_rules found, such as daily-150; may be repeated.",
)  # fmt: skip
@click.option(
    "--handled", metavar="ALERT_ID", help="Only remember that somebody looks after this alert."
)
def command(
    send: bool,
    file: Path | None,
    sent: Path | None,
    form: str | None,
    rules: tuple[str, ...],
    handled: str | None,
) -> int:
    """Hand over to the part that does it."""
    from scripts.operations import alerts

    asked = alerts.Asked(send, file, sent, form, rules)
    return alerts.handled(handled, asked) if handled else alerts.run(asked)
