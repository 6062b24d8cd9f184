"""Propose rows for the rate card from the price lists of others, and append them on request.

Compares genai-prices (its bundled data; nothing is fetched) and, with --litellm, a copy of
LiteLLM's JSON with what the card says now. Prints what would be appended; a past row is never
edited. With a company folder the rows go to its extra_rate_card_prices.csv.

With --impact the rows are weighed first: all usage in the warehouse is priced with the card as it
is and with the rows in it, and what changes is shown by month and team. The warehouse is only read.
Ends with 1 when rows are refused; the others are written.

With --check FILE nothing is proposed: it tells what the lists changed since FILE was written, each
change once, and ends with 1 when there is any. Run it nightly and alarm on its exit code.
"""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import click

from scripts.commands import _options


class Version(click.ParamType):
    """The name of a state of the list: list- and its day."""

    name = "version"

    def convert(self, value: object, param, ctx) -> str:
        """Parse; a click error names the value otherwise."""
        try:
            datetime.strptime(str(value), "list-%Y-%m-%d")
        except ValueError:
            self.fail(f"{value!r} is not like list-2026-11-21", param, ctx)
        return str(value)


class Ratio(click.ParamType):
    """A factor of 1 or more, exact."""

    name = "factor"

    def convert(self, value: object, param, ctx) -> Decimal:
        """Parse; a click error names the value otherwise."""
        try:
            ratio = Decimal(str(value))
        except InvalidOperation:
            ratio = Decimal(0)
        if not ratio.is_finite() or ratio < 1:
            self.fail(f"{value!r} is not a number of 1 or more", param, ctx)
        return ratio


@click.command(help=__doc__)
@click.option(
    "--seeds",
    type=_options.PATH,
    help="Folder of the rate card (default: ours and the company's rows).",
)
@click.option(
    "--litellm", type=_options.PATH, metavar="FILE", help="Also read LiteLLM's price JSON."
)
@click.option("--no-genai", is_flag=True, help="Leave genai-prices out; needs --litellm.")
@click.option("--provider", multiple=True, help="Only this provider; may be repeated.")
@click.option("--model", multiple=True, help="Only this model of the card; may be repeated.")
@click.option("--known-models", is_flag=True, help="Only models that the card already prices.")
@click.option(
    "--recorded-at", type=_options.Instant(), help="Instant of recording, UTC (default: now)."
)
@click.option("--version", type=Version(), help="price_card_version (default: list- and that day).")
@click.option(
    "--correct", multiple=True, metavar="KEY",
    help="A difference under KEY corrects the price on record since its start.",
)  # fmt: skip
@click.option(
    "--accept", multiple=True, metavar="KEY",
    help="Accept refused rows under KEY: provider/model/meter/tier/region/context or its start.",
)  # fmt: skip
@click.option("--accept-all", is_flag=True, help="Accept all refused rows that a seed can hold.")
@click.option(
    "--max-ratio", type=Ratio(), default="10", show_default=True,
    help="Refuse changes by more than this factor either way.",
)  # fmt: skip
@click.option(
    "--check", type=_options.PATH, metavar="FILE",
    help="Only say what the lists changed since FILE was written, and write it again.",
)  # fmt: skip
@click.option("--csv", "as_csv", is_flag=True, help="Print the rows as they would be appended.")
@click.option("--impact", is_flag=True, help="Say what the rows would change in money, in USD.")
@click.option("--write", is_flag=True, help="Append the rows to the card, or the company's own.")
def command(recorded_at: datetime | None, version: str | None, max_ratio: Decimal, **asked) -> int:
    """Hand over to the part that does it."""
    from scripts.rates.imports import Asked, run

    recorded_at = recorded_at or datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    return run(
        Asked(
            recorded_at=recorded_at,
            version=version or f"list-{recorded_at:%Y-%m-%d}",
            max_ratio=max_ratio,
            **asked,
        )
    )
