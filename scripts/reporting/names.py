"""What people call a team, a provider or a cost centre; marts, links and files keep the ids.

A name is data that somebody typed: pages escape it, the workbook writes it as text. Two things of
one name are told apart by their ids, and what nobody named is called by its id.
"""

from __future__ import annotations

from collections.abc import Callable

from scripts.reporting.tables import shown

# Kind of name: the mart that has it, its column of ids and of names, and which row is the newest.
FOUND_IN = {
    "team": ("dim_teams", "team_id", "team_name", "valid_from"),
    "provider": ("dim_providers", "provider", "provider_name", "provider"),
    "cost_center": ("dim_cost_centers", "cost_center_id", "cost_center_name", "valid_from"),
}


def kind_of(label: str) -> str:
    """The kind of a column with this label, such as Team: a kind of name, or plain text."""
    kind = label.lower()
    return kind if kind in FOUND_IN else "text"


class Names:
    """The names of one warehouse, each kind asked for once, when the first of it is shown."""

    def __init__(self, rows: Callable[..., list[dict]]) -> None:
        """`rows` asks the marts, as Marts.rows does."""
        self._rows = rows
        self._found: dict[str, dict[str, str]] = {}

    def _named(self, kind: str) -> dict[str, str]:
        """The name of each thing of a kind that has one, by its id."""
        mart, key, name, newest = FOUND_IN[kind]
        rows = self._rows(
            f"select {key} as id, {name} as name from marts.{mart} order by {newest}", mart
        )
        found = {row["id"]: row["name"].strip() for row in rows if (row["name"] or "").strip()}
        # who has a name, and who is called by an id that looks like it
        meant = {name.casefold(): set() for name in found.values()}
        for key, name in found.items():
            meant[name.casefold()].add(key)
        for row in rows:
            meant.get(row["id"].casefold(), set()).add(row["id"])
        return {
            key: f"{name} ({key})" if len(meant[name.casefold()]) > 1 else name
            for key, name in found.items()
            if name != key
        }

    def of(self, kind: str, key: str | None) -> str | None:
        """The name of a thing of this kind; what has none, or is of no such kind, as it is."""
        if kind not in FOUND_IN:
            return key
        if kind not in self._found:
            self._found[kind] = self._named(kind)
        return self._found[kind].get(key, key)

    def shown(self, kind: str, value) -> str:
        """A value of a table as people read it: see tables.shown."""
        return shown(kind, self.of(kind, value))

    def differing(self, kind: str, keys: list[str]) -> dict[str, str]:
        """Of these ids the ones that are called otherwise, for a script of a page."""
        return {key: self.of(kind, key) for key in keys if self.of(kind, key) != key}
