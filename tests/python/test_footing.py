"""Parts sum to their whole: allocation and cents, against exact fractions.

Harm guarded against: a shared cost of which a unit is charged to nobody or twice, a statement that
does not add up, or parts further from their share than rounding needs.
"""

import json
import random
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.python.project import Project

UNIT = Fraction(1, 10**15)
RANDOM = random.Random(22)


def wholes(count: int) -> list[tuple[Decimal, list[int]]]:
    """Amounts with the drivers of their parts, the awkward ones first."""
    cases = [
        (Decimal("1"), [1, 1, 1]),
        (Decimal("0.000000000000001"), [1, 1]),
        (Decimal("99999999.999999999999999"), [999_999_999_999, 1, 7]),
        (Decimal("0"), [3, 4]),
    ]
    for _ in range(count):
        amount = Decimal(RANDOM.randint(0, 10 ** RANDOM.randint(1, 22))).scaleb(-15)
        units = [
            RANDOM.randint(1, 10 ** RANDOM.randint(1, 11)) for _ in range(RANDOM.randint(1, 9))
        ]
        cases.append((amount, units))
    return cases


def largest_remainder(amount: Fraction, units: list[int], step: Fraction) -> list[Fraction]:
    """The textbook method: cut, then one step each to those that lost most; ties by position."""
    exact = [amount * unit / sum(units) for unit in units]
    cut = [value // step * step for value in exact]
    missing = round((amount - sum(cut)) / step)
    by_loss = sorted(range(len(units)), key=lambda i: (-(exact[i] - cut[i]), i))
    return [value + (step if i in by_loss[:missing] else 0) for i, value in enumerate(cut)]


def show(project: Project, sql: str) -> list[dict]:
    shown = project.dbt("show", "--inline", sql, "--output", "json", "--limit", "2000")
    return json.loads(shown[shown.index("{") :], parse_float=str)["show"]


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def project(request, tmp_path_factory, new_database):
    folder = tmp_path_factory.mktemp(f"footing-{request.param}")
    return Project(folder, folder, new_database() if request.param == "postgres" else None)


def union(rows: list[str]) -> str:
    return " union all ".join(f"select {row}" for row in rows)


def test_allocated_parts_are_those_of_the_largest_remainder(project):
    cases = wholes(60)
    given = union(
        [
            f"{case} as whole, {part} as part, cast('{amount:f}' as decimal(30, 15)) as amount, "
            f"cast({unit} as decimal(18, 0)) as unit, cast({sum(units)} as decimal(18, 0)) as total"
            for case, (amount, units) in enumerate(cases)
            for part, unit in enumerate(units)
        ]
    )
    found = show(
        project,
        f"""
        with given as ({given}), cut as (
            select *, {{{{ prorate('amount', 'unit', 'total') }}}} as cut_usd,
                {{{{ prorate_remainder('amount', 'unit', 'total') }}}} as remainder
            from given
        ), ranked as (
            select *, {{{{ with_missing_units(
                'cut_usd', 'remainder', 'amount', ['whole'], 'part'
            ) }}}} as part_usd from cut
        )
        select whole, part, cast(part_usd as {{{{ dbt.type_string() }}}}) as part_usd
        from ranked order by whole, part
        """,
    )
    expected = [
        value
        for amount, units in cases
        for value in largest_remainder(Fraction(amount), units, UNIT)
    ]
    assert [Fraction(row["part_usd"]) for row in found] == expected


def test_cents_of_parts_are_those_of_the_largest_remainder(project):
    cent = Fraction(1, 100)
    cases = [
        [
            Decimal(RANDOM.randint(-(10**18), 10**18)).scaleb(-15)
            for _ in range(RANDOM.randint(1, 8))
        ]
        for _ in range(60)
    ]
    given = union(
        [
            f"{case} as whole, {part} as part, cast('{amount:f}' as decimal(30, 15)) as amount"
            for case, amounts in enumerate(cases)
            for part, amount in enumerate(amounts)
        ]
    )
    found = show(
        project,
        f"""
        with given as ({given}), wholes as (
            select whole, {{{{ nearest_cents('sum(amount)') }}}} as whole_cents
            from given group by 1
        )
        select given.whole, given.part, cast({{{{ cents_of_part(
            'given.amount', 'wholes.whole_cents', ['given.whole'], 'given.part'
        ) }}}} as {{{{ dbt.type_string() }}}}) as cents
        from given inner join wholes on given.whole = wholes.whole order by 1, 2
        """,
    )
    cents = iter(int(row["cents"]) for row in found)
    for amounts in cases:
        parts = [next(cents) for _ in amounts]
        exact = [Fraction(amount) for amount in amounts]
        assert sum(parts) == (sum(exact) / cent + Fraction(1, 2)) // 1
        cut = [value // cent for value in exact]
        given_one = [i for i, value in enumerate(parts) if value != cut[i]]
        by_loss = sorted(range(len(parts)), key=lambda i: (-(exact[i] / cent - cut[i]), i))
        assert given_one == sorted(by_loss[: len(given_one)])
        assert all(parts[i] - cut[i] in (0, 1) for i in range(len(parts)))
