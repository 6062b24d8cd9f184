"""Check the rate card and the company's own prices, without a warehouse.

Looks at the files of seeds/rate_cards and seeds/contracts, and at those of the company folder, as
every build and night does before it loads them. Ends with 2 when prices are refused; each refusal
names file, line and value, and what to write instead.
"""

import click


@click.command(help=__doc__)
def command() -> int:
    """Hand over to the part that does it."""
    from scripts.rates.checks import checked_seeds

    checked_seeds()
    print("prices checked: fine")
    return 0
