"""Two audited logs side by side: what costs more, by model, feature and prompt version."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb

from scripts.auditing.findings import aligned, usd

_GROUPS = {
    "model": "provider || ' ' || coalesce(billed_model, served_model, requested_model, 'none')",
    "feature": "coalesce(service_name, 'none') || ' / ' || coalesce(feature, 'none')",
    "prompt version": "coalesce(prompt_version, 'none')",
    "all": "'all'",
}
_SUMS = """
    select {name}, count(distinct case when counts_as_request then logical_request_id end),
        sum(cost_usd), sum(case when cost_usd is null then 1 else 0 end),
        -- what has no price would make the others look cheaper
        count(distinct
            case when counts_as_request and cost_usd is not null then logical_request_id end
        )
    from marts.fct_priced_requests group by 1
"""
_NOTHING = (0, None, 0, 0)
Sums = dict[str, tuple[int, Decimal | None, int, int]]


def difference(before: Path, now: Path) -> list[str]:
    """A table for each way of grouping: requests, USD and USD of 1,000 requests, before and now."""
    lines = []
    for group, expression in _GROUPS.items():
        old, new = _sums(before, expression), _sums(now, expression)
        names = sorted({*old, *new}, key=lambda name: (-_change(old, new, name), name))
        if group == "prompt version" and names == ["none"]:
            continue
        rows = [_row(name, old.get(name, _NOTHING), new.get(name, _NOTHING)) for name in names]
        head = [group, "requests before", "now", "USD before", "now", "change"]
        head += ["USD per 1,000 before", "now", "change"]
        lines += ["", *aligned(head, rows)]
    unpriced = [_sums(log, "'all'").get("all", _NOTHING)[2] for log in (before, now)]
    if any(unpriced):
        said = f"{unpriced[0]:,} before, {unpriced[1]:,} now"
        lines.append(f"Not in these sums: attempts without a price, {said}")
    return lines


def rise(before: Path, now: Path, max_percent: float | None) -> list[str]:
    """A sentence where a request costs more than so many percent above what it did before."""
    old = _per_thousand(_sums(before, "'all'").get("all", _NOTHING))
    new = _per_thousand(_sums(now, "'all'").get("all", _NOTHING))
    if max_percent is None or not old or new is None:
        return []
    percent = (new / old - 1) * 100
    if percent <= Decimal(str(max_percent)):
        return []
    return [f"a request costs {percent:,.1f} % more, above {max_percent:g} %"]


def _sums(database: Path, name: str) -> Sums:
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(_SUMS.format(name=name)).fetchall()
    return {name: tuple(sums) for name, *sums in rows}


def _change(old: Sums, new: Sums, name: str) -> Decimal:
    return (new.get(name, _NOTHING)[1] or Decimal()) - (old.get(name, _NOTHING)[1] or Decimal())


def _row(name: str, old: tuple, new: tuple) -> list[str]:
    per = _per_thousand(old), _per_thousand(new)
    return [
        name, f"{old[0]:,}", f"{new[0]:,}",
        _amount(old), _amount(new), _percent(old[1], new[1]),
        *("-" if each is None else usd(each) for each in per), _percent(*per),
    ]  # fmt: skip


def _amount(sums: tuple) -> str:
    return "-" if sums == _NOTHING else usd(sums[1])


def _per_thousand(sums: tuple) -> Decimal | None:
    _, cost, _, priced = sums
    return cost * 1000 / priced if cost is not None and priced else None


def _percent(old: Decimal | None, new: Decimal | None) -> str:
    return "-" if not old or new is None else f"{(new / old - 1) * 100:+,.1f} %"
