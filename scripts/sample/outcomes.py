"""A few business events beside the requests: tickets resolved, reports made, revenue."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np

from scripts.sample.files import write_text

TABLE = "business_events"
# event type and the feature that brings it about
OUTCOMES = (("ticket_resolved", "reply-draft"), ("report_made", "document-extraction"))
CUSTOMERS = 12
A_DAY = 4
# the sessions of the first gateway, as scripts/sample/gateways.py names them
TRACE = "trc_l"
# pays less than its use costs
UNPROFITABLE = 3


def write_outcomes(landing: Path, calendar, seed: int) -> list[str]:
    """One file a month of the calendar's days; returns their paths below landing."""
    rng = np.random.default_rng([seed, 17])
    months: dict[str, list[str]] = {}
    for day in range(calendar.days):
        date = calendar.start + timedelta(days=day)
        lines = months.setdefault(f"{date:%Y-%m}", [])
        for number in range(A_DAY):
            kind, feature = OUTCOMES[number % len(OUTCOMES)]
            event = {
                "event_id": f"{kind}-{date}-{number}",
                "occurred_at": f"{date}T{8 + number:02d}:00:00Z",
                "event_type": kind,
                "is_successful": bool(rng.random() < 0.8),
                "workspace_id": f"ws_{rng.integers(CUSTOMERS)}",
                "feature": feature,
                "trace_id": f"{TRACE}{date:%Y%m%d}_{number}",
            }
            lines.append(json.dumps(event))
        if date.day == 1:
            lines += [json.dumps(revenue(date, customer)) for customer in range(CUSTOMERS)]
    files = [f"{TABLE}/{month}.jsonl" for month in months]
    for file, lines in zip(files, months.values(), strict=True):
        write_text(landing / file, "".join(f"{line}\n" for line in lines))
    return files


def revenue(date, customer: int) -> dict:
    """The month's subscription of one customer; one pays in euro."""
    return {
        "event_id": f"revenue-{date}-{customer}",
        "occurred_at": f"{date}T00:00:00Z",
        "event_type": "revenue",
        "workspace_id": f"ws_{customer}",
        "revenue_amount": "0.10" if customer == UNPROFITABLE else f"{20 + 5 * customer}.00",
        "currency": "EUR" if customer == 1 else "USD",
    }
