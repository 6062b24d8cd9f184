"""What invoices in another currency cost when they were paid, beyond what they were booked at."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scripts.accounting.ledger import next_month, query
from scripts.accounting.posted_seeds import last_posted
from scripts.money import in_cents
from scripts.warehouse import WarehouseError

COMPONENT = "realised_difference"
_PAYMENTS = """
    select payment_id, provider, invoice_id, payment_status, realised_difference_usd
    from marts.fct_invoice_payments
    where paid_on < date '{end}'
    order by paid_on, payment_id
"""


class Difference(NamedTuple):
    """A loss above zero or a gain below, in cents of a dollar."""

    provider: str
    payment: str
    cents: Decimal


def differences(period: date) -> list[Difference]:
    """Those that the journal of a month books: paid by its end, and booked in no closed month."""
    booked = _booked(period)
    found = []
    for payment, provider, invoice, status, usd in query(_PAYMENTS.format(end=next_month(period))):
        if payment in booked:
            continue
        if status != "realised":
            raise WarehouseError(
                f"invoice_payments.csv, {payment}: the difference of invoice {invoice} is unknown "
                f"({status.replace('_', ' ')})"
            )
        cents = in_cents(usd)
        if cents:
            found.append(Difference(provider, f"{invoice} {payment}", cents))
    return found


def _booked(period: date) -> set[str]:
    """The payments that stood in the seed at the last close, and were made by then."""
    closed = last_posted("invoice_payments", period)
    if closed is None:
        return set()
    month, rows = closed
    return {row["payment_id"] for row in rows if row["paid_on"] < str(next_month(month))}
