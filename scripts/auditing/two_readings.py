"""Records whose cached tokens may be part of their input, or come on top: both figures.

A plain envelope that names the cached tokens beside the input does not say which of the two it
means. It is priced as the project defines the envelope; the other figure is worked out by the same
models, in a second copy of the loaded log that says the opposite.
"""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb

_TABLE = "envelope_events"
_UNSTATED = """
    select source_file, line_number, record_number from staging.stg_envelope__events
    where token_convention is null and reported_cache_read_tokens > 0
        and reported_cache_read_tokens <= reported_input_tokens
"""
_COSTS = """
    select source_file, line_number, record_number, coalesce(request_id, 'none'), cost_usd
    from marts.fct_priced_requests where cost_usd is not null order by 1, 2, 3
"""


def prepare(database: Path, table: str, folder: Path) -> Path | None:
    """A copy of the database that takes the cached tokens as extra; none where nothing is open."""
    if table != _TABLE:
        return None
    other = Path(shutil.copyfile(database, folder / database.name))
    with duckdb.connect(str(other)) as connection:
        found = connection.execute(f"select count(*) from ({_UNSTATED})").fetchone()[0]
        connection.execute(
            f"update raw.{_TABLE} set token_convention = 'cached_beside' "
            f"where (source_file, line_number, record_number) in ({_UNSTATED})"
        )
    return other if found else None


def said(database: Path, other: Path) -> list[str]:
    """A headline and a line for each such attempt, both databases built."""
    inside, beside = _costs(database), _costs(other)
    rows = [
        (place[1], place[3], cost, beside[place])
        for place, cost in inside.items()
        if place in beside and beside[place] != cost
    ]
    if not rows:
        return []
    ours, theirs = (sum(row[figure] for row in rows) for figure in (2, 3))
    head = (
        f"Fits two readings: {len(rows):,}, USD {ours:,.6f} with the cached tokens inside the "
        f"input (as above), {theirs:,.6f} beside it; token_convention in the record says which"
    )
    lines = [
        f"  line {line}, {request}: {ours:,.6f} inside, {theirs:,.6f} beside"
        for line, request, ours, theirs in rows
    ]
    return [head, *lines]


def _costs(database: Path) -> dict[tuple, Decimal]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return {row[:4]: row[4] for row in connection.execute(_COSTS).fetchall()}
