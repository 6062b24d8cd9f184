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


def component_cents(table: list[list[Fraction]]) -> list[int]:
    """Cents of each column, to the nearest cent of the whole by largest remainder."""
    exact = [sum(row[number] for row in table) for number in range(len(table[0]))]
    cut = [value // 1 for value in exact]
    missing = (sum(exact) + Fraction(1, 2)) // 1 - sum(cut)
    by_loss = sorted(range(len(exact)), key=lambda i: (-(exact[i] - cut[i]), i))
    return [value + (i in by_loss[:missing]) for i, value in enumerate(cut)]


def test_cents_foot_by_statement_and_by_component(project):
    """400 teams with a credit of 0.4 cents showed no credit at all, and 500.00 became 500.01."""
    small = [[Fraction(10002, 10), Fraction(-4, 10)] for _ in range(400)]
    tables = [[*small, [Fraction(50000), Fraction(0)]]]
    for _ in range(12):
        scale = 10 ** RANDOM.randint(1, 5)
        tables.append(
            [
                [
                    Fraction(RANDOM.randint(-(10**5), 10**6), scale) * RANDOM.randint(0, 1)
                    for _ in range(2)
                ]
                for _ in range(RANDOM.randint(1, 12))
            ]
        )
    given = union(
        [
            f"{case} as posting_period, {row} as team_id, 'c' as cost_center_id, "
            f"'{name}' as component, "
            f"cast('{Decimal(cents.numerator) / Decimal(cents.denominator) / 100:f}' "
            f"as decimal(30, 15)) as exact_usd, {component_cents(table)[column]} as component_cents"
            for case, table in enumerate(tables)
            for row, line in enumerate(table)
            for column, (name, cents) in enumerate(zip(("direct", "credit"), line, strict=True))
        ]
    )
    found = show(
        project,
        f"""
        with parts as ({given}), before as (
            select posting_period, team_id, cost_center_id,
                {{{{ cents_by_component(['credit', 'direct']) }}}}
            from parts group by 1, 2, 3
        ), rare as (
            select *, {{{{ cents_both_ways('credit', []) }}}} as credit_cents from before
        ), final as (
            select *, {{{{ cents_both_ways('direct', ['credit']) }}}} as direct_cents from rare
        )
        select posting_period, team_id, cast(direct_cents as {{{{ dbt.type_string() }}}}) as direct,
            cast(credit_cents as {{{{ dbt.type_string() }}}}) as credit
        from final order by 1, 2
        """,
    )
    rows = iter(found)
    for table in tables:
        rounded = [
            [int(Decimal(row["direct"])), int(Decimal(row["credit"]))]
            for row in (next(rows) for _ in table)
        ]
        assert [sum(column) for column in zip(*rounded, strict=True)] == component_cents(table)
        for line, exact in zip(rounded, table, strict=True):
            assert all(
                cents in (-(-value // 1), value // 1)
                for cents, value in zip(line, exact, strict=True)
            )
            assert abs(sum(line) - sum(exact)) < 2
    assert sum(row["posting_period"] == 0 for row in found) == 401
