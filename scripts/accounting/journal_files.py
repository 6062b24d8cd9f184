"""journal.csv in the columns of a finance system: the profiles are data (journal_profiles.yml)."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from scripts import yaml_files
from scripts.errors import Refused

_PROFILES = Path(__file__).with_name("journal_profiles.yml")
_MONEY = ("debit_usd", "credit_usd")


@cache
def profiles() -> dict[str, dict]:
    """The profiles by name."""
    return yaml_files.read(_PROFILES)


def known(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names again; Refused when one is no profile."""
    unknown = [name for name in names if name not in profiles()]
    if unknown:
        raise Refused(f"no profile {', '.join(unknown)}; there are {', '.join(profiles())}")
    return names


def written(name: str, journal: bytes, entity: str = "") -> bytes:
    """A journal for a system; Refused when the system asks for an entity and none is named."""
    profile = profiles()[name]
    if profile.get("needs_entity") and not entity:
        raise Refused(f"{profile['title']} asks for the entity that books: name it with --entity")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(profile["columns"])
    limits = profile.get("limits", {})
    for number, row in enumerate(csv.DictReader(io.StringIO(journal.decode())), 1):
        values = _values(row, number, entity, profile["dates"])
        writer.writerow(
            shown.format(**values)[: limits.get(heading)]
            for heading, shown in profile["columns"].items()
        )
    return text.getvalue().encode()


def _values(row: dict[str, str], number: int, entity: str, dates: str) -> dict[str, str]:
    """What the columns of a profile may show of a line."""
    debit, credit = (Decimal(row[name]) for name in _MONEY)
    return row | {
        "posting_date": date.fromisoformat(row["posting_date"]).strftime(dates),
        "debit_usd": f"{debit:f}" if debit else "",
        "credit_usd": f"{credit:f}" if credit else "",
        "amount_usd": f"{debit - credit:f}",
        "currency": "USD",
        "entity": entity,
        "line_number": str(number),
    }
