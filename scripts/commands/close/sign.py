"""Sign a closed month with your key: who prepared or approved it, each once.

PERIOD is a month like 2026-07. The private key is in AI_COST_SIGNING_KEY; `ai-cost close key` makes
one. The public key must be in signing_keys.csv before the month is closed. The signature is a row
of close_signatures.csv; `ai-cost close verify` checks it.
"""

from datetime import UTC, date, datetime

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.argument("period", type=_options.Month())
@click.option("--person", required=True, help="Your name, as the close has it.")
@click.option("--signed-at", type=_options.Instant(), help="Time, UTC (default: now).")
def command(period: date, person: str, signed_at: datetime | None) -> int:
    """Hand over to the part that does it."""
    from scripts.accounting.signing import Signing, sign

    signed_at = signed_at or datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    return sign(Signing(period, person, signed_at))
