"""The split of a variance adds up to it, to the last digit, on every engine.

Harm guarded against: parts that do not add up to the variance, or that differ between engines, so
that finance argues about the split and not about the bill.
"""

import random
from contextlib import closing
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest

from tests.python.project import Project, server_connection

DIGIT = Fraction(1, 10**15)
SIDES = (
    "usage_date date", "provider varchar", "billing_account_id varchar", "billed_model varchar",
    "meter varchar", "has_gateway boolean", "has_provider boolean", "is_reconciling_item boolean",
    "gateway_quantity decimal(30, 15)", "provider_quantity decimal(30, 15)",
    "gateway_cost_usd decimal(30, 15)", "provider_cost_usd decimal(30, 15)",
    "attempt_count bigint", "unpriced_count bigint", "difference_usd decimal(30, 15)",
    "reconciling_item_usd decimal(30, 15)", "variance_usd decimal(30, 15)",
)  # fmt: skip
PARTS = ("volume", "price", "gateway", "provider", "residual")


def money(rng):
    """An amount of any size up to a million dollars, sometimes negative, sometimes zero."""
    digits = rng.randint(0, 21)
    amount = Decimal(rng.randrange(10**digits)).scaleb(-15)
    return -amount if rng.random() < 0.1 else amount


def quantity(rng):
    """A quantity of up to twelve digits; rarely none, with thousandths, or negative."""
    whole = Decimal(rng.randrange(10 ** rng.randint(0, 12)))
    draw = rng.random()
    if draw < 0.1:
        return None
    if draw < 0.2:
        return whole + Decimal(rng.randrange(1000)).scaleb(-3)
    return -whole if draw < 0.25 else whole


def side_pairs(count, seed):
    """Random pairs of sides as rows of int_reconciliation_sides."""
    rng, rows = random.Random(seed), []
    for number in range(count):
        sides = rng.choice(["both"] * 6 + ["gateway", "provider"])
        ours, theirs = sides != "provider", sides != "gateway"
        ours_usd = money(rng) if ours and rng.random() < 0.95 else None
        theirs_usd = money(rng) if theirs else None
        if ours_usd is not None and theirs and rng.random() < 0.3:
            theirs_usd = ours_usd
        ours_q, theirs_q = quantity(rng) if ours else None, quantity(rng) if theirs else None
        if ours and theirs and rng.random() < 0.3:
            theirs_q = ours_q
        absent = rng.random() < 0.1
        difference = (ours_usd or 0) - (theirs_usd or 0)
        rows.append(
            (
                "2026-09-01", "p", "a", f"m{number:05}", "output", ours, theirs, absent,
                ours_q, theirs_q, ours_usd, theirs_usd, 1, 0, difference,
                difference if absent else 0, 0 if absent else difference,
            )
        )  # fmt: skip
    return rows


def whole(quantity):
    """Rounded half away from zero, as a cast to decimal(18, 0) does."""
    if quantity is None:
        return None
    size = int(abs(Fraction(quantity)) + Fraction(1, 2))
    return -size if quantity < 0 else size


def split(row):
    """The parts by the rule of the decision 0006, in fractions."""
    ours, theirs, absent, ours_q, theirs_q, ours_usd, theirs_usd = row[5:12]
    ours_usd, theirs_usd = Fraction(ours_usd or 0), Fraction(theirs_usd or 0)
    variance = 0 if absent else ours_usd - theirs_usd
    parts = dict.fromkeys(PARTS, Fraction(0))
    ours_q, theirs_q = whole(ours_q), whole(theirs_q)
    if not ours:
        parts["provider"] = variance
    elif not theirs:
        parts["gateway"] = variance
    elif absent or ours_q is None or not theirs_q or abs(ours_q) > abs(theirs_q) * 10**6:
        parts["residual"] = variance
    else:
        exact = theirs_usd * ours_q / theirs_q / DIGIT
        cut = (abs(exact) // 1) * (-1 if exact < 0 else 1) * DIGIT
        parts["volume"] = cut - theirs_usd
        parts["price"] = ours_usd - cut
    return parts


def literal(value):
    """A value as SQL text, exact; the texts here hold no quotes."""
    if value is None or isinstance(value, bool):
        return str(value).lower() if value is not None else "null"
    return f"'{value}'" if isinstance(value, str) else format(value, "f")


ROWS = side_pairs(2000, seed=11)


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def found(request, tmp_path_factory, new_database):
    """What int_reconciliation_split makes of the rows, by model."""
    folder = tmp_path_factory.mktemp(request.param)
    server = new_database() if request.param == "postgres" else None
    project = Project(folder, folder, postgres=server)
    table = "intermediate.int_reconciliation_sides"
    statements = (
        "create schema intermediate",
        f"create table {table} ({', '.join(SIDES)})",
        f"insert into {table} values " + ", ".join(f"({', '.join(map(literal, r))})" for r in ROWS),
    )
    if server is None:
        connection = duckdb.connect(str(project.warehouse))
    else:
        connection = server_connection(server)
    with closing(connection), closing(connection.cursor()) as cursor:
        for statement in ("begin", *statements, "commit"):
            cursor.execute(statement)
    project.dbt("run", "--select", "int_reconciliation_split")
    return {
        row[0]: row[1:]
        for row in project.rows(
            "select billed_model, variance_usd, volume_variance_usd, price_variance_usd, "
            "unmatched_gateway_usd, unmatched_provider_usd, residual_usd "
            "from intermediate.int_reconciliation_split"
        )
    }


def test_parts_are_those_of_the_rule_and_add_up_to_the_last_digit(found):
    assert len(found) == len(ROWS)
    for row in ROWS:
        variance, *parts = map(Fraction, found[row[3]])
        assert sum(parts) == variance == Fraction(row[16]), row
        assert dict(zip(PARTS, parts, strict=True)) == split(row), row


def test_the_rows_meet_every_part_of_the_rule(found):
    """A generator that never drew a case would prove nothing of it."""
    met = [sum(1 for parts in found.values() if parts[1 + place]) for place in range(len(PARTS))]
    assert all(count > 50 for count in met), dict(zip(PARTS, met, strict=True))
