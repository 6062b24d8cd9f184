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
# A journal that an earlier version closed has none.
_ENTITIES = {"entity_id": "", "partner_entity_id": ""}


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
    """A journal for a system.

    `entity`: of a journal with entities, the one whose lines are wanted; of one without, the one
    that books. Refused when the system asks for what nothing names.
    """
    profile = profiles()[name]
    rows = [_ENTITIES | row for row in csv.DictReader(io.StringIO(journal.decode()))]
    rows = _of_entity(profile, rows, entity)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(profile["columns"])
    limits = profile.get("limits", {})
    for number, row in enumerate(rows, 1):
        values = _values(row, number, profile["dates"])
        writer.writerow(
            shown.format(**values)[: limits.get(heading)]
            for heading, shown in profile["columns"].items()
        )
    return text.getvalue().encode()


def _of_entity(profile: dict, rows: list[dict[str, str]], entity: str) -> list[dict[str, str]]:
    """The lines that a file of a system is to have, each with its entity."""
    named = sorted({row["entity_id"] for row in rows} - {""})
    if named and entity and entity not in named:
        raise Refused(f"no line is of the entity {entity}; there are {', '.join(named)}")
    if len(named) > 1 and not entity and profile.get("one_entity"):
        raise Refused(
            f"{profile['title']} goes into the books of one entity: name it with --entity, one of "
            f"{', '.join(named)}"
        )
    if entity and named:
        rows = [row for row in rows if row["entity_id"] == entity]
    rows = [row | {"entity_id": row["entity_id"] or entity} for row in rows]
    if profile.get("needs_entity") and not all(row["entity_id"] for row in rows):
        raise Refused(
            f"{profile['title']} asks for the entity that books: fill entities.csv, or name it "
            "with --entity"
        )
    return rows


def _values(row: dict[str, str], number: int, dates: str) -> dict[str, str]:
    """What the columns of a profile may show of a line."""
    debit, credit = (Decimal(row[name]) for name in _MONEY)
    return row | {
        "posting_date": date.fromisoformat(row["posting_date"]).strftime(dates),
        "debit_usd": f"{debit:f}" if debit else "",
        "credit_usd": f"{credit:f}" if credit else "",
        "amount_usd": f"{debit - credit:f}",
        "currency": "USD",
        "entity": row["entity_id"],
        "partner": row["partner_entity_id"],
        "line_number": str(number),
    }
