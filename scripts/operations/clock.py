"""The run's instant: the clock's, or the one that AI_COST_NOW names for a test or a rerun."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from scripts.errors import UserError

VARIABLE = "AI_COST_NOW"


class ClockError(UserError):
    """AI_COST_NOW is no instant; the message says what one looks like."""


def latest_instant() -> datetime:
    """The later of the run's instant and the clock, as naive UTC: nothing can be after both."""
    return max(run_instant(), datetime.now(UTC).replace(tzinfo=None))


def run_instant() -> datetime:
    """The instant that counts as now, as naive UTC."""
    text = os.environ.get(VARIABLE, "")
    if not text:
        return datetime.now(UTC).replace(tzinfo=None)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ClockError(
            f"{VARIABLE} is {text!r}; write an instant such as 2026-10-05T06:00:00Z"
        ) from None
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
