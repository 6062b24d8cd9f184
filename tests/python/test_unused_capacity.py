"""Capacity that was bought and not used is named where a reader looks for it, and all still foots.

Harm guarded against: a bill for idle capacity that hides among shared costs, and parts of a
statement that sum to more than its total.
"""

from datetime import date
from decimal import Decimal

import pytest

from scripts.reporting import chargeback
from scripts.reporting.marts import Marts
from scripts.warehouse import connect
from tests.python import mart_tables

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
PARTS = ("direct_usd", "shared_usd", "credits_usd", "adjustments_usd")


def statement(month: date, unused: str | None, **more) -> dict:
    found = dict(zip(PARTS, map(Decimal, ("10", "7.50", "-1", "0.25")), strict=True))
    found |= {"unused_usd": unused and Decimal(unused), "total_usd": sum(found.values())}
    found |= {"posting_period": month, "fiscal_period": None, "cost_center_id": "cc"}
    return found | {"charge_mode": None} | more


def test_unused_capacity_is_a_part_of_its_own_and_the_parts_foot():
    table = chargeback.statements_table([statement(AUGUST, "2.50"), statement(JULY, None)])
    names = [column.name for column in table.columns]
    place = names.index("shared_usd")
    assert names[place + 1] == "unused_usd"
    assert table.columns[place + 1].label == "Unused capacity"
    assert [row["shared_usd"] for row in table.rows] == [Decimal("5.00"), Decimal("7.50")]
    for row in table.rows:
        parts = [*PARTS, "unused_usd"]
        assert sum(row[name] or 0 for name in parts) == row["total_usd"] == Decimal("16.75")


def test_who_bears_none_sees_no_column_of_it():
    table = chargeback.statements_table([statement(AUGUST, "0"), statement(JULY, None)])
    assert "unused_usd" not in [column.name for column in table.columns]


@pytest.fixture
def marts(tmp_path, monkeypatch):
    costs = [
        {"usage_period": JULY, "pool_id": "p", "cost_id": "ptu-7", "amount_usd": Decimal("1000"),
         "used_usd": Decimal("250.5"), "unused_usd": Decimal("749.5"), "not_split_usd": Decimal(0),
         "bought_unit_hours": Decimal("744"), "used_unit_hours": Decimal("186"),
         "unused_team_id": "platform"},
        {"usage_period": AUGUST, "pool_id": "p", "cost_id": "ptu-8", "amount_usd": Decimal("900"),
         "used_usd": None, "unused_usd": None, "not_split_usd": Decimal("900"),
         "bought_unit_hours": None, "used_unit_hours": None, "unused_team_id": None},
    ]  # fmt: skip
    file = mart_tables.make(tmp_path / "w.duckdb", {"fct_capacity_costs": costs})
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    with connect() as connection:
        yield Marts(connection)


def test_reserved_capacity_is_listed_with_what_was_used_and_who_bears_the_rest(marts):
    table = chargeback.capacity_table(marts)
    newest, older = table.rows
    assert (newest["used_share"], newest["unused_usd"]) == (None, None), "unknown is not nothing"
    assert newest["not_split_usd"] == newest["amount_usd"]
    assert (older["used_share"], older["unused_team_id"]) == (Decimal("0.25"), "platform")
    assert older["amount_usd"] == older["used_usd"] + older["unused_usd"] + older["not_split_usd"]
    assert table.foot[-1]["amount_usd"] == Decimal("1900")
