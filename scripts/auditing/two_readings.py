"""Records whose cached tokens may be part of their input, or come on top: both figures.

A plain envelope that names the cached tokens beside the input does not say which of the two it
means. It is priced as the project defines the envelope, and the other figure is next to it.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

_OPEN = """
    select line_number, coalesce(request_id, 'none'), cost_usd, cost_if_cache_beside_usd
    from marts.fct_priced_requests where cost_if_cache_beside_usd is not null
    order by source_file, line_number, record_number
"""


def said(database: Path) -> list[str]:
    """A headline and a line for each such attempt; nothing where nothing is open."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(_OPEN).fetchall()
    if not rows:
        return []
    ours, theirs = (sum(row[figure] for row in rows) for figure in (2, 3))
    head = (
        f"Fits two readings: {len(rows):,}, USD {ours:,.6f} with the cached tokens inside the "
        f"input (as above), {theirs:,.6f} beside it; token_convention in the record says which"
    )
    lines = [
        f"  line {line}, {request}: {inside:,.6f} inside, {beside:,.6f} beside"
        for line, request, inside, beside in rows
    ]
    return [head, *lines]
