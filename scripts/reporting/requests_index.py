"""What finds any request and any trace of the report's days by its id.

Of an id the report holds a checksum of 32 bits, so that a million of them are a few megabytes. Of a
million ids, one in four thousand that is not there is taken for one that is. Sixty-four script
files, each with the ids whose checksum begins alike; a page loads the one it needs.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from scripts.reporting.marts import Marts, Period
from scripts.reporting.packed import packed, packed_json

_SHARDS = 64
_REST = 2**32 // _SHARDS
# Amounts as the report shows them: to the cent, and less than one.
_UNKNOWN, _NOTHING, _LESS_THAN_A_CENT, _CENTS = 0, 1, 2, 2

_AMOUNT = f"""
    case
        when cost_usd is null then {_UNKNOWN}
        when cost_usd = 0 then {_NOTHING}
        when cost_usd < 0.005 then {_LESS_THAN_A_CENT}
        else cast(round(cost_usd * 100, 0) as bigint) + {_CENTS}
    end
"""
_ENTRIES = """
    select
        {id} as id, '{kind}' as kind, coalesce(team_id, '(none)') as team_id,
        coalesce(service_name, '(none)') as service_name, {model} as model,
        usage_date, {amount} as amount
    from marts.{mart}
    where usage_date between '{first}' and '{last}' and {id} is not null
    order by cost_usd desc nulls last, {id}
    limit {limit}
"""


@dataclass
class Index:
    """The files, and how much of what there is they hold."""

    files: list[tuple[str, bytes]]
    known: dict[str, tuple[int, int]]


def _bytes_each(marts: Marts, period: Period) -> float:
    """What an entry takes in a file: what its parts say in bits, and a fifth for the packing."""
    counted = marts.rows(
        f"""
        select count(*) as labels, sum(n) as n
        from (
            select team_id, service_name, billed_model, count(*) as n
            from marts.fct_logical_requests
            where usage_date between '{period.first}' and '{period.last}'
            group by 1, 2, 3
        ) as labels
        """,
        "fct_logical_requests",
    )
    labels, there = (int(each or 1) for each in counted[0].values()) if counted else (1, 1)
    steps = 34 - math.log2(there)
    return 1.2 * (steps + math.log2(len(period.dates())) + math.log2(labels) + 7) / 8


def _asked(marts: Marts, period: Period, room: int) -> Iterator[tuple[str, list[dict], int]]:
    left = int(room / _bytes_each(marts, period))
    for kind, mart, name, model in (
        ("Request", "fct_logical_requests", "logical_request_id", "billed_model"),
        ("Trace", "fct_traces", "trace_id", "cast(null as varchar)"),
    ):
        between = f"usage_date between '{period.first}' and '{period.last}'"
        counted = marts.rows(
            f"select count(*) as n from marts.{mart} where {between} and {name} is not null", mart
        )
        found = marts.rows(
            _ENTRIES.format(
                id=name,
                kind=kind,
                model=model,
                amount=_AMOUNT,
                mart=mart,
                first=period.first,
                last=period.last,
                limit=max(left, 0),
            ),
            mart,
        )
        left -= len(found)
        yield kind, found, int(counted[0]["n"]) if counted else 0


def index(marts: Marts, period: Period | None, room: int) -> Index:
    """The index in about so many bytes: the costliest requests first, then the costliest traces."""
    shards: list[list[tuple[int, int, int, int]]] = [[] for _ in range(_SHARDS)]
    labels: dict[tuple, int] = {}
    known = {}
    if period is not None:
        for kind, rows, there in _asked(marts, period, room):
            known[kind] = (len(rows), there)
            for row in rows:
                mark = zlib.crc32(row["id"].strip().lower().encode())
                label = (kind, row["team_id"], row["service_name"], row["model"])
                place = labels.setdefault(label, len(labels))
                day = (row["usage_date"] - period.first).days
                shards[mark // _REST].append((mark % _REST, place, day, int(row["amount"])))
    about = {
        "first": str(period.first) if period else None,
        "labels": list(labels),
        "called": marts.names.differing("team", sorted({team for _, team, *_ in labels})),
        "known": known,
        "shards": _SHARDS,
    }
    files = [("assets/requests.js", packed_json("requests", about))]
    for n, shard in enumerate(shards):
        files.append((f"assets/requests-{n:02}.js", packed(f"requests-{n:02}", _columns(shard))))
    return Index(files, known)


def _columns(shard: list[tuple[int, int, int, int]]) -> bytes:
    """Column by column and byte by byte, the lowest first, which packs best: see report.js."""
    shard.sort()
    steps, before = [], 0
    for mark, *_ in shard:
        steps.append(mark - before)
        before = mark
    columns = [
        (steps, 4),
        ([place for _, place, _, _ in shard], 3),
        ([day for _, _, day, _ in shard], 2),
        ([amount for *_, amount in shard], 4),
    ]
    found = bytearray(len(shard).to_bytes(4, "little"))
    for values, width in columns:
        for shift in range(0, 8 * width, 8):
            found += bytes((value >> shift) & 0xFF for value in values)
    return bytes(found)
