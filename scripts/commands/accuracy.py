"""Print how far the comparison with the bills can be trusted.

Per month and provider: what of the bill our records show too, what of the difference has a cause,
and the rest. With --truth: how often each cause that a sample plants is found; ends with 1 when
something is missed, has another amount, or is found where nothing was planted.
"""

from pathlib import Path

import click

from scripts.commands import _options


@click.command(help=__doc__)
@click.option(
    "--truth", type=_options.PATH, help="The answer sheet of a sample: landing/_truth.json."
)
def command(truth: Path | None) -> int:
    """Hand over to the part that does it."""
    from scripts.reporting.accuracy import show

    return show(truth)
