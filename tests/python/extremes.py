"""Records and bills of every format with numbers at their extremes, for tests that build."""

import csv
import io
import json
import random
from itertools import cycle, islice
from pathlib import Path

from tests.python.formats import leaves, records, replaced

BILLS = Path(__file__).parent / "fixtures" / "bills"
# What a log may state as a number, from nothing to the widest that is loaded and beyond.
NUMBERS = (
    0,
    1,
    2,
    -1,
    0.1,
    1e-15,
    "1e-9",
    "0.000000000000001",
    999_999,
    1_000_000,
    10**9,
    999_999_999.999999999,
    10**11,
    999_999_999_999,
    "999999999999",
    10**12,
    10**15,
    10**20,
    1e300,
    "NaN",
    "-0",
    None,
    "",
    "   ",
)
# And what it may state where anything else stands.
TEXTS = (None, "", "   ", 0, "None", [], {}, "x" * 5000, "*", "2026-11-03T23:59:59.999999999Z")
_TEXT_SHARE, _CHANGES = 0.1, 3
_TEXT_FILES = (".csv", ".json", ".jsonl")
# Their values make a record another one; else most records would be copies of one event.
_IDS = {
    *("id", "request_id", "requestId", "request-id", "spanId", "x-request-id", "trace_id"),
    *("litellm_call_id", "cf_log_id", "generation_id", "lineItemId", "identity_line_item_id"),
}


def records_at_extremes(count: int, seed: int) -> dict[str, list[dict]]:
    """`count` records of all gateway formats in turn, each with up to three values changed."""
    chance = random.Random(seed)
    tables = records()
    found: dict[str, list[dict]] = {table: [] for table in tables}
    for number, table in enumerate(islice(cycle(tables), count)):
        rows = tables[table]
        record = rows[number // len(tables) % len(rows)]
        found[table].append(bent(_named(record, f"x{number}"), chance))
    return found


def bills_at_extremes(copies: int, seed: int) -> dict[str, str]:
    """File name -> content: every bill, and `copies` later pulls of it with numbers changed."""
    chance = random.Random(seed)
    found = {}
    for path in sorted(path for path in BILLS.glob("*/**/*.*") if path.suffix in _TEXT_FILES):
        table, text = path.relative_to(BILLS).parts[0], path.read_text()
        found[f"{table}/2026-11-04T00-00-00/{path.name}"] = text
        bend = _bent_csv if path.suffix == ".csv" else _bent_json
        for copy in range(copies):
            found[f"{table}/2026-11-{5 + copy:02}T00-00-00/{path.name}"] = bend(text, chance)
    return found


def bent(record, chance: random.Random):
    """The record with one to three values replaced by extreme ones."""
    for _ in range(chance.randint(1, _CHANGES)):
        places = [(path, value) for path, value in leaves(record) if path]
        numeric = [path for path, value in places if _is_number(value)]
        if numeric and chance.random() > _TEXT_SHARE:
            path, values = chance.choice(numeric), NUMBERS
        elif places:
            path, values = chance.choice(places)[0], TEXTS
        else:
            return record
        new = chance.choice(values)
        record = replaced(record, path, lambda _, new=new: new)
    return record


def _named(record, name: str):
    for path, value in list(leaves(record)):
        if path and path[-1] in _IDS and isinstance(value, str):
            record = replaced(record, path, lambda old: f"{name}-{old}"[:60])
    return record


def _is_number(value) -> bool:
    """A figure; not a time, whose change would only take the record out of its day."""
    if isinstance(value, bool) or value in (None, ""):
        return False
    try:
        return abs(float(value)) < 1e9
    except (TypeError, ValueError):
        return False


def _bent_json(text: str, chance: random.Random) -> str:
    try:
        documents = [json.loads(text)]
    except ValueError:
        documents = [json.loads(line) for line in text.splitlines()]
    return "".join(json.dumps(bent(document, chance)) + "\n" for document in documents)


def _bent_csv(text: str, chance: random.Random) -> str:
    header, *rows = csv.reader(io.StringIO(text))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        numeric = [place for place, value in enumerate(row) if _is_number(value)]
        if numeric:
            value = chance.choice(NUMBERS)
            row[chance.choice(numeric)] = "" if value is None else str(value)
        writer.writerow(row)
    return out.getvalue()


def write_landing(landing: Path, count: int, copies: int, seed: int = 1) -> None:
    """A landing folder with all of it."""
    for table, rows in records_at_extremes(count, seed).items():
        (landing / table).mkdir(parents=True)
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (landing / table / "extremes.jsonl").write_text(lines)
    for name, content in bills_at_extremes(copies, seed).items():
        (landing / name).parent.mkdir(parents=True, exist_ok=True)
        (landing / name).write_text(content)
