"""Write what a gateway can enforce: budgets left, models with a price, tags, services.

As JSON, and in the forms of LiteLLM, Kong, Envoy and Open Policy Agent. Which of them enforces
what is in docs/enforcement.md. Run it after each night.
"""

from datetime import date
from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option(
    "--folder", type=_options.PATH, default="build/policy", show_default=True,
    help="Where to write.",
)  # fmt: skip
@click.option("--period", type=_options.Month(), help="Month of the budgets (default: this one).")
@click.option(
    "--environment", default="production", show_default=True,
    help="Whose tagging policy the gateway's forms ask for.",
)  # fmt: skip
def command(folder: Path, period: date | None, environment: str) -> int:
    """Hand over to the part that does it."""
    from scripts.gateway_policy.export import export

    return export(folder, period, environment)
