"""Money in words: whole cents, a half cent away from zero, the same wherever it is printed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


def in_cents(amount: Decimal | int) -> Decimal:
    """To the nearest cent; a half cent goes away from zero."""
    return Decimal(amount).quantize(_CENT, rounding=ROUND_HALF_UP)


def money(amount: Decimal | int) -> str:
    """With thousands and two decimals. Python's own format would round a half cent to even."""
    return f"{in_cents(amount):,}"
