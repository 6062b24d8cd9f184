"""journal.csv in the columns of a finance system: the profiles are data (journal_profiles.yml)."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from scripts import yaml_files
from scripts.errors import Refused

_PROFILES = Path(__file__).with_name("journal_profiles.yml")
_MONEY = ("debit_usd", "credit_usd")
_FILE = re.compile(r"journal_([a-z0-9]+?)(?:_([0-9]+))?\.csv")
# A journal that an earlier version closed has none of them.
_NEWER = {"entity_id": "", "partner_entity_id": "", "tax_code": ""}


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


def written(name: str, journal: bytes, entity: str = "") -> list[bytes]:
    """A journal for a system: one file, or as many as its lines need, each of which balances.

    `entity`: of a journal with entities, the one whose lines are wanted; of one without, the one
    that books. Refused when the system asks for what nothing names, or takes no text so long.
    """
    profile = profiles()[name]
    rows = [_NEWER | row for row in csv.DictReader(io.StringIO(journal.decode()))]
    rows = _of_entity(profile, rows, entity)
    if most := profile.get("lines_per_journal"):
        _number_journals(rows, most)
    most = profile.get("lines_per_file") or max(len(rows), 1)
    lines = [_line(profile, row, number) for number, row in enumerate(rows, 1)]
    return [
        _csv(profile["columns"], lines[start : start + most])
        for start in range(0, max(len(lines), 1), most)
    ]


def file_name(name: str, number: int) -> str:
    """The name of a profile's file; of several the first has no number."""
    return f"journal_{name}_{number}.csv" if number > 1 else f"journal_{name}.csv"


def found_files(folder: Path) -> dict[str, dict[int, bytes]]:
    """The files of profiles in a folder, by profile and number."""
    found: dict[str, dict[int, bytes]] = {}
    for file in sorted(folder.glob("journal_*.csv")):
        match = _FILE.fullmatch(file.name)
        if match and match[1] in profiles():
            found.setdefault(match[1], {})[int(match[2] or 1)] = file.read_bytes()
    return found


def as_approved(name: str, journal: bytes, found: dict[int, bytes]) -> list[bytes]:
    """What a profile's files should hold: of the entity that most of them agree with.

    Only the files themselves say which entity the lines were asked for. A
    journal without entities takes whichever company its file names, in all its lines.
    """
    rows = [_NEWER | row for row in csv.DictReader(io.StringIO(journal.decode()))]
    entities = {"", *(row["entity_id"] for row in rows)}
    if entities == {""}:
        entities |= _entities_of(name, found)
    options = []
    for entity in sorted(entities):
        try:
            options.append(written(name, journal, entity))
        except Refused:  # a system that asks for one entity
            continue
    return max(options, key=lambda parts: _lines_alike(parts, found), default=[])


def _entities_of(name: str, found: dict[int, bytes]) -> set[str]:
    """The companies that the lines of files name."""
    headings = [key for key, shown in profiles()[name]["columns"].items() if shown == "{entity}"]
    texts = [content.decode(errors="replace") for content in found.values()]
    rows = [row for text in texts for row in csv.DictReader(io.StringIO(text, newline=""))]
    return {row[heading] for row in rows for heading in headings if row.get(heading)}


def _lines_alike(parts: list[bytes], found: dict[int, bytes]) -> int:
    """How many lines are the same in the same place."""
    return sum(
        mine == theirs
        for number, content in enumerate(parts, 1)
        for mine, theirs in zip(
            content.split(b"\n"), found.get(number, b"").split(b"\n"), strict=False
        )
    )


def _number_journals(rows: list[dict[str, str]], most: int) -> None:
    """Give lines beyond what a journal may have to the next; lines that balance stay together."""
    seen: Counter[str] = Counter()
    for row in rows:
        name = row["journal_id"]
        part = seen[name] // most + 1
        seen[name] += 1
        if part > 1:
            row["journal_id"] = f"{name}-{part}"


def _line(profile: dict, row: dict[str, str], number: int) -> list[str]:
    """A line under the columns of a system."""
    values = _values(row, number, profile["dates"], profile.get("no_tax", ""))
    cut, takes = profile.get("limits", {}), profile.get("takes", {})
    found = []
    for heading, shown in profile["columns"].items():
        value = shown.format(**values)[: cut.get(heading)]
        if heading in takes and len(value) > takes[heading]:
            raise Refused(
                f"{profile['title']} takes {takes[heading]} letters as {heading}: {value!r} is "
                "longer"
            )
        found.append(value)
    return found


def _csv(header: Iterable[str], lines: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *lines])
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


def _values(row: dict[str, str], number: int, dates: str, no_tax: str) -> dict[str, str]:
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
        "tax_code": row["tax_code"] or no_tax,
        "line_number": str(number),
    }
