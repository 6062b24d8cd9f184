"""Take in the price lists of others whole, for models that our own card does not know.

Reads genai-prices, model-prices and LiteLLM's list as they are installed; nothing is fetched. Says
what changed since they were last taken in, and appends it to community_prices.csv with --write: a
past row is never edited. With a company folder the rows go to its extra_community_prices.csv.

Such a price counts only where our own card knows nothing of the model, and is marked on every
request (price_source community). community_price_rules.csv switches them off.
"""

from datetime import UTC, datetime

import click

from scripts.commands import _options

LISTS = ("genai-prices", "model-prices", "litellm")


@click.command(help=__doc__)
@click.option(
    "--litellm", type=_options.PATH, metavar="FILE",
    help="A copy of LiteLLM's price JSON (default: that of the installed litellm).",
)  # fmt: skip
@click.option(
    "--without", type=click.Choice(LISTS), multiple=True, help="Leave a list out; may be repeated."
)
@click.option(
    "--recorded-at", type=_options.Instant(), help="Instant of recording, UTC (default: now)."
)
@click.option("--write", is_flag=True, help="Append the rows.")
def command(recorded_at: datetime | None, **asked) -> int:
    """Hand over to the part that does it."""
    from scripts.rates.community import Asked, run

    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    return run(Asked(recorded_at=recorded_at or now, **asked))
