"""Which company of a group books a charge, which one pays the provider, and what lies between them.

Whatever speaks of a month goes by the rows in force on its first day. Of a closed month these are
the rows as they stood at its close, so that a reversal finds what was booked, whatever the seeds
say today.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

from scripts.accounting.posted_seeds import Row, in_force
from scripts.warehouse import WarehouseError

Named = dict[tuple[str, ...], str]
# Who has one company names it nowhere: then no line has an entity.
NONE = ""


class Sides(NamedTuple):
    """The entity that is charged and the one that pays, and the accounts between two of them."""

    charged: str
    paying: str
    due_from: str = ""
    due_to: str = ""


class Entities:
    """Look-ups by month; each month is read once."""

    def __init__(self) -> None:
        self._named = cache(_named)
        self._between = cache(_between)

    def of(self, cost_center: str, month: date) -> str:
        """The entity of a cost centre; none where no cost centre has one."""
        entities = self._named("entities", ("cost_center_id",), month)
        if not entities:
            return NONE
        entity = entities.get((cost_center,), entities.get(("*",)))
        if entity is None:
            raise WarehouseError(f"entities.csv has no entity for {cost_center} in {month:%Y-%m}")
        return entity

    def paying(self, provider: str, charged: str, clearing: str, month: date) -> str:
        """The entity that pays a provider for what another is charged."""
        payers = self._named("paying_entities", ("provider", "charged_entity_id"), month)
        # the row that says most; without any, whoever holds the account of the other side
        for key in ((provider, charged), (provider, "*"), ("*", charged), ("*", "*")):
            if key in payers:
                return payers[key]
        return self.of(clearing, month)

    def sides(self, cost_center: str, provider: str, clearing: str, month: date) -> Sides:
        """Both entities of a charge, which may be one."""
        charged = self.of(cost_center, month)
        paying = self.paying(provider, charged, clearing, month)
        if charged == paying:
            return Sides(charged, paying)
        found = [
            row
            for row in self._between(month)
            if row["paying_entity_id"] in (paying, "*")
            and row["charged_entity_id"] in (charged, "*")
        ]
        if len(found) != 1:
            raise WarehouseError(
                f"intercompany_accounts.csv needs one row for what {charged} owes {paying} in "
                f"{month:%Y-%m}, and has {len(found)}"
            )
        return Sides(charged, paying, found[0]["due_from_account"], found[0]["due_to_account"])


def _named(seed: str, by: tuple[str, ...], month: date) -> Named:
    """The entity that each row in force names, by what it is named for."""
    found: Named = {}
    for row in in_force(seed, (*by, "entity_id"), month):
        key = tuple(row[name] for name in by)
        if key in found:
            raise WarehouseError(
                f"{seed}.csv has two rows for {' and '.join(key)} in {month:%Y-%m}"
            )
        found[key] = row["entity_id"]
    return found


def _between(month: date) -> list[Row]:
    names = ("paying_entity_id", "charged_entity_id", "due_from_account", "due_to_account")
    return in_force("intercompany_accounts", names, month)
