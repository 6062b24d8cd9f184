"""Whether the warehouse says what landing files and seeds say now: what was built may be closed."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from scripts.accounting.ledger import query
from scripts.loading.files import find_files
from scripts.loading.run import MODELS, Place
from scripts.loading.sources import read_contract
from scripts.operations.builds import LAST_BUILDS
from scripts.operations.company import bring_in
from scripts.operations.roles import owner_of
from scripts.warehouse import kept_open, target

# Written after a close and read from its file alone.
_READ_AS_A_FILE = {"close_signatures"}
# Read by the close itself and by no model that is posted: they may be loaded after the build.
_READ_BY_THE_CLOSE = {
    "accounting_periods", "approvers", "close_limits", "entities", "gl_accounts",
    "intercompany_accounts", "paying_entities", "signing_keys", "tax_codes",
}  # fmt: skip
_NAMED = 5


def stale() -> list[str]:
    """What was not built or not loaded, in sentences."""
    # finance may not read raw logs, nor the records of loads and builds next to them
    with owner_of("marts", target()), kept_open():
        return [*failed_builds(), *_seeds(), *_landing()]


def failed_builds() -> list[str]:
    """The builds since the last whole one that did not pass, or that there is none."""
    runs = query(LAST_BUILDS.format(schema="ops"))
    if not runs:
        return ["no whole build is on record: run `make nightly`"]
    return [
        f"the build of {started_at:%Y-%m-%d %H:%M} UTC {status}: mend it and run `make nightly`"
        for _, started_at, status in runs
        if status != "passed"
    ]


def _seeds() -> list[str]:
    """Seed files that say something else than their tables, or were loaded after the build."""
    late = {
        name
        for (name,) in query(
            "select distinct seed_name from ops.built_seeds where built_at > "
            "(select max(happened_at) from ops.build_events where is_whole and event = 'finished')"
        )
    }
    types = _types()
    found = []
    for file in sorted(bring_in().rglob("*.csv")):
        if file.stem in _READ_AS_A_FILE:
            continue
        if not is_same(file, types.get(file.stem, {})):
            found.append(f"{file.name} is not what was built: run `make nightly`")
        elif file.stem in late - _READ_BY_THE_CLOSE:
            found.append(f"{file.name} was loaded after the last whole build: run `make nightly`")
    return found


def _types() -> dict[str, dict[str, tuple[str, int]]]:
    """Kind and decimals of each column of each seed's table."""
    found: dict[str, dict[str, tuple[str, int]]] = defaultdict(dict)
    for table, column, kind, scale in query(
        "select table_name, column_name, data_type, coalesce(numeric_scale, 0) "
        "from information_schema.columns where table_schema = 'seeds'"
    ):
        found[table][column] = (kind.lower(), scale)
    return found


def is_same(file: Path, types: dict[str, tuple[str, int]]) -> bool:
    """Whether a seed's table has the rows of the file, in whatever order."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        header, *rows = csv.reader(text)
    if sorted(header) != sorted(types):
        return False
    kinds = [types[name] for name in header]
    names = ", ".join(f'"{name}"' for name in header)
    wanted = Counter(
        tuple(map(_plain, row, kinds)) for row in rows if any(cell.strip() for cell in row)
    )
    return wanted == Counter(
        tuple(map(_plain, row, kinds)) for row in query(f"select {names} from seeds.{file.stem}")
    )


def _plain(value: object, kind: tuple[str, int]) -> object:
    """A cell of a file or of a table, so that equal ones are equal."""
    name, scale = kind
    text = "" if value is None else str(value)
    if text in ("", "null"):  # what dbt takes for no value
        return None
    try:
        if name.startswith(("decimal", "numeric")):
            return round(Decimal(text), scale)
        if name.startswith("timestamp"):
            return datetime.fromisoformat(text)
        if name.startswith(("bigint", "integer", "double")):
            return Decimal(text)
    except (ArithmeticError, ValueError):
        return text  # it cannot be what was built
    return text.lower() if name == "boolean" else text


def _landing() -> list[str]:
    """Files that wait in the landing folder, and loads that no whole build has seen."""
    place = Place.chosen()
    if not place.landing.is_dir():
        return [f"there is no landing folder at {place.landing}: name it in AI_COST_LANDING"]
    known = {
        batch
        for (batch,) in query(
            "select batch_id from raw.load_files union "
            "select batch_id from raw.load_rejects where line_number = 0"
        )
    }
    waiting = [
        file.source_file
        for file in find_files(place.landing, read_contract(MODELS).raw).files
        if file.batch_id not in known
    ]
    if waiting:
        named = ", ".join(waiting[:_NAMED]) + (" and others" if len(waiting) > _NAMED else "")
        return [f"{len(waiting)} landing files are not loaded ({named}): run `make nightly`"]
    unbuilt = query(
        "select count(*) from raw.load_files where loaded_at > "
        "(select max(happened_at) from ops.build_events where is_whole and event = 'finished')"
    )[0][0]
    return [f"{unbuilt} files were loaded after the last whole build"] if unbuilt else []
