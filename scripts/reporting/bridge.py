"""Why spend changed between two months: volume, mix, cost of a call, what is new and what is gone.

The parts sum to the difference to the last digit: what a division leaves over is in the part that
is worked out last.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from scripts.reporting.marts import Marts, Period, month_end
from scripts.reporting.reconciliation import part, whole
from scripts.reporting.tables import Column, Table, month_name

_DIGITS = Decimal("1e-15")
PARTS = {
    "volume": "More or fewer calls",
    "mix": "Other mix of calls",
    "price": "Cost of a call",
    "new": "New",
    "gone": "Gone",
}
# More pairs of months than this would be a wall: then one month with the next, and the newest with
# each.
_PAIRS = 10


@dataclass(frozen=True)
class Use:
    """What was used of one thing in one month: priced attempts and what they cost."""

    calls: int = 0
    cost_usd: Decimal = Decimal(0)


Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Bridge:
    """The way from one month's spend to another's."""

    before_usd: Decimal
    after_usd: Decimal
    parts: dict[str, Decimal]


def bridge(before: dict[Key, Use], after: dict[Key, Use]) -> Bridge:
    """Both sides by what was called: owner, service, feature, provider, model, environment.

    What stands on one side only is new or gone. Of the rest, volume is the change in the number of
    calls at the average cost before; mix is that dearer or cheaper kinds of call have another
    share; the cost of a call is all else: prices, longer or shorter texts, what a cache saved.
    """
    kept = {key for key in after if after[key].calls and before.get(key, Use()).calls}
    new = sum((use.cost_usd for key, use in after.items() if key not in kept), Decimal(0))
    gone = -sum((use.cost_usd for key, use in before.items() if key not in kept), Decimal(0))
    calls_before = sum(before[key].calls for key in kept)
    calls_after = sum(after[key].calls for key in kept)
    cost_before = sum((before[key].cost_usd for key in kept), Decimal(0))
    cost_after = sum((after[key].cost_usd for key in kept), Decimal(0))
    # The calls of now, each at what its kind cost before.
    at_old_cost = sum(
        (_share_of(before[key].cost_usd, after[key].calls, before[key].calls) for key in kept),
        Decimal(0),
    )
    volume = _share_of(cost_before, calls_after - calls_before, calls_before)
    return Bridge(
        sum((use.cost_usd for use in before.values()), Decimal(0)),
        sum((use.cost_usd for use in after.values()), Decimal(0)),
        {
            "volume": volume,
            "mix": at_old_cost - cost_before - volume,
            "price": cost_after - at_old_cost,
            "new": new,
            "gone": gone,
        },
    )


def _share_of(amount: Decimal, number: int, whole: int) -> Decimal:
    if not whole:
        return Decimal(0)
    return (amount * number / whole).quantize(_DIGITS, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Month:
    """A month of the report, and the days of it that are compared."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """As July 2026, or 1 to 20 July 2026 where that is not all of it."""
        if self.first.day == 1 and self.last == month_end(self.last):
            return month_name(self.first)
        return f"{self.first.day} to {self.last.day} {month_name(self.first)}"


def months(period: Period) -> list[Month]:
    """Every month of the report, oldest first."""
    found, first = [], period.first
    while first <= period.last:
        last = min(month_end(first), period.last)
        found.append(Month(first, last))
        first = last + timedelta(days=1)
    return found


def compared(one: Month, other: Month) -> tuple[Month, Month]:
    """Two months over the same days where one is not over; two whole months as they are.

    A month whose logs began after those days stands as it is; its name says which days it has.
    """
    if all(each.last == month_end(each.last) for each in (one, other)):
        return one, other
    day = min(each.last.day for each in (one, other) if each.last != month_end(each.last))

    def cut(each: Month) -> Month:
        last = each.last.replace(day=min(day, each.last.day))
        return each if last < each.first else Month(each.first, last)

    return cut(one), cut(other)


def pairs(found: list[Month]) -> list[tuple[Month, Month]]:
    """Which months are compared: each two, or, of many, neighbours and the newest with each."""
    all_of = [(a, b) for n, b in enumerate(found) for a in found[:n]]
    if len(all_of) > _PAIRS:
        all_of = [
            (a, b) for a, b in all_of if b == found[-1] or found.index(b) - found.index(a) == 1
        ]
    return [compared(a, b) for a, b in sorted(all_of, key=_newest_first)]


def _newest_first(pair: tuple[Month, Month]) -> tuple[int, int]:
    return -pair[1].first.toordinal(), -pair[0].first.toordinal()


class Uses:
    """Use by day range and owner, asked once for each range of days."""

    def __init__(self, marts: Marts) -> None:
        self._marts = marts
        self._known: dict[Month, dict[str | None, dict[Key, Use]]] = {}

    def of(self, days: Month, team_id: str | None = None) -> dict[Key, Use]:
        """What a team, or everybody, used on these days."""
        if days not in self._known:
            self._known[days] = self._ask(days)
        return self._known[days].get(team_id, {})

    def _ask(self, days: Month) -> dict[str | None, dict[Key, Use]]:
        found: dict[str | None, dict[Key, Use]] = defaultdict(dict)
        for row in self._marts.rows(
            f"""
            select
                team_id, service_name, feature, environment, provider, billed_model,
                sum(attempt_count - unpriced_count) as calls,
                coalesce(sum(cost_usd), 0) as cost_usd
            from marts.fct_spend_daily
            where usage_date between '{days.first}' and '{days.last}'
            group by 1, 2, 3, 4, 5, 6
            """
        ):
            cost, calls = row.pop("cost_usd"), int(row.pop("calls") or 0)
            key = tuple(row.values())
            found[None][key] = found[row["team_id"]][key] = Use(calls, Decimal(cost))
        return dict(found)


def between(uses: Uses, pair: tuple[Month, Month], team_id: str | None = None) -> Bridge:
    """Why a team's spend, or all spend, changed from one month to the other."""
    return bridge(uses.of(pair[0], team_id), uses.of(pair[1], team_id))


def pairs_table(uses: Uses, period: Period, team_id: str | None = None) -> Table:
    """A row for each two months: where the spend was, the parts of the change, where it is."""
    rows = []
    for pair in pairs(months(period)):
        found = between(uses, pair, team_id)
        row = {"from": pair[0].name, "to": pair[1].name, "before_usd": found.before_usd}
        rows.append(row | found.parts | {"after_usd": found.after_usd})
    return Table(
        "Why spend changed between two months, USD",
        [
            Column("from", "From", "days"),
            Column("to", "To", "days"),
            Column("before_usd", "Spend before", "usd"),
            *(Column(name, label, "change") for name, label in PARTS.items()),
            Column("after_usd", "Spend after", "usd"),
        ],
        rows,
        empty="One month only: there is nothing to compare it with.",
    )


def teams_table(uses: Uses, period: Period, team_ids: list[str], limit: int) -> Table | None:
    """The newest month against the one before, a row for each team; largest change first."""
    found = months(period)
    if len(found) < 2:
        return None
    pair = compared(found[-2], found[-1])
    rows = []
    for team_id in team_ids:
        each = between(uses, pair, team_id)
        if each.before_usd or each.after_usd:
            change = each.after_usd - each.before_usd
            row = {"team_id": team_id, "before_usd": each.before_usd} | each.parts
            rows.append(row | {"after_usd": each.after_usd, "change_usd": change})
    rows.sort(key=lambda row: (-abs(row["change_usd"]), row["team_id"]))
    return Table(
        f"Why spend changed from {pair[0].name} to {pair[1].name}, by team, USD",
        [
            Column("team_id", "Team", "team"),
            Column("before_usd", "Spend before", "usd"),
            *(Column(name, label, "change") for name, label in PARTS.items()),
            Column("after_usd", "Spend after", "usd"),
            Column("change_usd", "Change", "change"),
        ],
        rows[:limit],
        more=rows[limit:],
        adds=True,
    )


def steps_table(uses: Uses, period: Period, team_id: str | None = None) -> Table:
    """The newest month against the one before, step by step, for a chart."""
    found = months(period)
    rows: list[dict] = []
    caption = "From the month before to this month, USD"
    if len(found) > 1:
        pair = compared(found[-2], found[-1])
        caption = f"From {pair[0].name} to {pair[1].name}, USD"
        each = between(uses, pair, team_id)
        level = each.before_usd
        rows.append(whole(pair[0].name, level))
        for name, amount in each.parts.items():
            if amount:
                rows.append(part(PARTS[name], amount, level))
                level += amount
        rows.append(whole(pair[1].name, level))
    return Table(
        caption,
        [Column("step", "Step"), Column("amount_usd", "USD", "usd")],
        rows,
        empty="One month only: there is nothing to compare it with.",
    )
