"""Which company of a group books a charge, which one pays the provider, and what lies between them.

Whatever speaks of a month goes by the rows in force on its first day. Of a closed month these are
the rows as they stood at its close, so that a reversal finds what was booked, whatever the seeds
say today.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import NamedTuple

from scripts.accounting.ledger import query
from scripts.warehouse import WarehouseError

Row = dict[str, str]
Named = dict[tuple[str, ...], str]
# Who has one company names it nowhere: then no line has an entity.
NONE = ""
_COLUMNS = {
    "entities": ("cost_center_id", "entity_id"),
    "paying_entities": ("provider", "charged_entity_id", "entity_id"),
    "intercompany_accounts": (
        "paying_entity_id", "charged_entity_id", "due_from_account", "due_to_account",
    ),
}  # fmt: skip
_SPAN = ("valid_from", "valid_to")


class Sides(NamedTuple):
    """The entity that is charged and the one that pays, and the accounts between two of them."""

    charged: str
    paying: str
    due_from: str = ""
    due_to: str = ""


def sides() -> Callable[[str, str, str, date], Sides]:
    """A look-up by cost centre, provider, clearing cost centre and month."""
    in_force, pairs = cache(_named), cache(_rows_in_force)

    def found(cost_center: str, provider: str, clearing: str, month: date) -> Sides:
        entities = in_force("entities", month)
        charged = _of(entities, cost_center, month)
        payers = in_force("paying_entities", month)
        # the row that says most; without any, whoever holds the account of the other side
        named = ((provider, charged), (provider, "*"), ("*", charged), ("*", "*"))
        paying = next((payers[key] for key in named if key in payers), None)
        paying = _of(entities, clearing, month) if paying is None else paying
        if charged == paying:
            return Sides(charged, paying)
        between = [
            (row["due_from_account"], row["due_to_account"])
            for row in pairs("intercompany_accounts", month)
            if row["paying_entity_id"] in (paying, "*")
            and row["charged_entity_id"] in (charged, "*")
        ]
        if len(between) != 1:
            raise WarehouseError(
                f"intercompany_accounts.csv needs one row for what {charged} owes {paying} in "
                f"{month:%Y-%m}, and has {len(between)}"
            )
        return Sides(charged, paying, *between[0])

    return found


def _of(entities: Named, cost_center: str, month: date) -> str:
    """The entity of a cost centre; none where no cost centre has one."""
    if not entities:
        return NONE
    entity = entities.get((cost_center,), entities.get(("*",)))
    if entity is None:
        raise WarehouseError(f"entities.csv has no entity for {cost_center} in {month:%Y-%m}")
    return entity


def _named(seed: str, month: date) -> Named:
    """The entity that each row in force names, by what it is named for."""
    found: Named = {}
    for row in _rows_in_force(seed, month):
        key = tuple(row[name] for name in _COLUMNS[seed] if name != "entity_id")
        if key in found:
            raise WarehouseError(
                f"{seed}.csv has two rows for {' and '.join(key)} in {month:%Y-%m}"
            )
        found[key] = row["entity_id"]
    return found


def _rows_in_force(seed: str, month: date) -> list[Row]:
    """The rows that hold on the first day of a month."""
    return [
        row
        for row in _rows(seed, month)
        if (row["valid_from"] or "0001-01-01") <= str(month) < (row["valid_to"] or "9999-12-31")
    ]


def _rows(seed: str, month: date) -> list[Row]:
    """The rows as they stood at the close of a month; of an open month, as they were built."""
    names = (*_COLUMNS[seed], *_SPAN)
    posted = query(
        f"select content from ledger.posted_documents where posting_period = date '{month}' "
        f"and document_name = 'seeds/{seed}.csv'"
    )
    if posted:
        return list(csv.DictReader(io.StringIO(posted[0][0].removeprefix("\ufeff"))))
    return [
        {name: "" if value is None else str(value) for name, value in zip(names, row, strict=True)}
        for row in query(f"select {', '.join(names)} from seeds.{seed}")
    ]
