"""Why spend changed between two months: each part says what it is called, and they sum up."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.reporting.bridge import Month, Use, bridge, compared, months, pairs
from scripts.reporting.marts import Period


def parts(before: dict, after: dict) -> dict[str, str]:
    def uses(side: dict) -> dict:
        return {(name,): Use(calls, Decimal(cost)) for name, (calls, cost) in side.items()}

    found = bridge(uses(before), uses(after))
    assert found.before_usd + sum(found.parts.values()) == found.after_usd
    return {name: f"{amount:.2f}" for name, amount in found.parts.items() if amount}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # Twice the calls at the same cost of a call.
        ({"a": (10, "5")}, {"a": (20, "10")}, {"volume": "5.00"}),
        ({"a": (10, "5")}, {"a": (10, "7")}, {"price": "2.00"}),
        # As many calls, more of them of the dear kind.
        (
            {"cheap": (10, "1"), "dear": (10, "10")},
            {"cheap": (5, "0.5"), "dear": (15, "15")},
            {"mix": "4.50"},
        ),
        ({"a": (1, "1")}, {"a": (1, "1"), "b": (3, "2")}, {"new": "2.00"}),
        ({"a": (1, "1"), "b": (3, "2")}, {"a": (1, "1")}, {"gone": "-2.00"}),
        ({}, {"a": (1, "1")}, {"new": "1.00"}),
        # Before, nothing of it had a price: what it costs now is new.
        ({"a": (0, "0")}, {"a": (4, "2")}, {"new": "2.00"}),
        ({}, {}, {}),
    ],
)
def test_parts(before, after, expected):
    assert parts(before, after) == expected


_side = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(
        st.integers(0, 10**9),
        st.decimals(0, 10**9, places=15, allow_nan=False, allow_infinity=False),
    ),
)


@settings(max_examples=200, deadline=None)
@given(_side, _side)
def test_the_parts_sum_to_the_last_digit(before, after):
    parts(before, after)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def test_a_month_that_is_not_over_is_compared_over_the_same_days():
    found = months(Period(day("2026-07-01"), day("2026-09-20")))
    assert [month.name for month in found] == ["July 2026", "August 2026", "1 to 20 September 2026"]
    one, other = compared(found[1], found[2])
    assert (one.name, other.name) == ("1 to 20 August 2026", "1 to 20 September 2026")
    assert compared(found[0], found[1]) == (found[0], found[1])
    assert len(pairs(found)) == 3


def test_many_months_are_no_wall():
    found = months(Period(day("2025-09-01"), day("2026-09-30")))
    assert len(found) == 13 and len(pairs(found)) == 12 + 11
    assert pairs(found)[0] == (Month(day("2026-08-01"), day("2026-08-31")), found[-1])
