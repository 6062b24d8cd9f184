"""Reasons of adjustments where several causes meet, against an exact oracle.

Harm guarded against: a correction that nobody can explain because two things happened at once, or
whose parts are not the whole: a true-up that looks like a reorganisation, a move that earns money.

The models' own SQL runs on small tables. The oracle knows of each attempt who had it at which price
at the close and today, and works in Fraction.
"""

import random
import re
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.python.project import Project, server_connection
from tests.python.test_footing import UNIT, largest_remainder

pytestmark = pytest.mark.wide

# in the order in which they read each other
MODELS = (
    "int_shared_costs", "int_posted_balances", "int_shared_cost_versions", "int_allocation_rules",
    "int_allocation_ladders", "int_capacity_bought", "int_capacity_days",
    "int_cost_portions", "int_allocation_portions", "int_user_drivers",
    "int_allocation_drivers", "int_allocated_parts", "int_shared_charges", "int_charges",
    "int_charge_differences", "int_usage_steps",
    "int_shared_steps", "int_ledger_adjustments",
)  # fmt: skip
# tables in the warehouse too: they are filled in this order
STORED = ("int_allocated_parts", "int_charges", "int_charge_differences")
MONEY = "decimal(30, 15)"
MONTH, DAYS = "2026-07-01", 31
OWNER = "team_id varchar, cost_center_id varchar"
USED = f"{OWNER}, service_name varchar, feature varchar, environment varchar, provider varchar, " \
    "billed_model varchar"  # fmt: skip
TABLES = {
    "stg_ledger__posted_entries": "usage_period date, charge_type varchar, source_ref varchar, "
    f"{USED}, entry_type varchar, price_card_version varchar, pool_id varchar, "
    f"allocation_rule_id varchar, amount_usd {MONEY}, attempt_count bigint, unpriced_count bigint",
    "stg_ops__figure_movements": "usage_period date, figure varchar, source_ref varchar, "
    f"change_usd {MONEY}",
    "int_posting_state": "last_posted_period date, last_posted_at timestamp, "
    "first_open_period date",
    "int_usage_charges": f"usage_period date, charge_type varchar, source_ref varchar, {USED}, "
    f"price_card_version varchar, amount_usd {MONEY}, accrued_usd {MONEY}, late_usd {MONEY}, "
    "attempt_count bigint, accrued_attempt_count bigint, late_attempt_count bigint, "
    "unpriced_count bigint, late_unpriced_count bigint",
    "int_tier_charges": f"usage_period date, charge_type varchar, source_ref varchar, {USED}, "
    f"price_card_version varchar, amount_usd {MONEY}, accrued_usd {MONEY}",
    "int_pooled_spend": f"usage_date date, usage_period date, {OWNER}, environment varchar, "
    f"provider varchar, pool_id varchar, amount_usd {MONEY}, request_count bigint, "
    "total_tokens bigint",
    "int_driver_usage": f"usage_date date, usage_period date, {OWNER}, environment varchar, "
    f"provider varchar, pool_id varchar, billed_model varchar, amount_usd {MONEY}, "
    "request_count bigint, total_tokens bigint",
    "int_user_spend_daily": "usage_date date, team_id varchar, user_key varchar",
    "int_team_windows": f"{OWNER}, team_kind varchar, valid_from date, valid_to date",
    "int_recorded_shared_costs": "cost_id varchar, recorded_at timestamp, pool_id varchar, "
    f"usage_period date, cost_kind varchar, cost_status varchar, amount_usd {MONEY}, "
    "provider varchar, invoice_id varchar, reference_invoice_id varchar",
    "allocation_pools": "pool_id varchar, pool_kind varchar, cost_source varchar, "
    "team_id varchar, environment varchar, priority int, central_team_id varchar, "
    "central_cost_center_id varchar",
    "allocation_rules": "pool_id varchar, rule_id varchar, method varchar, allocated_by varchar, "
    "driver_provider varchar, driver_environment varchar, valid_from date, valid_to date, "
    "target_pool_id varchar, unused_team_id varchar, unused_cost_center_id varchar",
    "capacity_commitments": "commitment_id varchar, provider varchar, billing_account_id varchar, "
    "model varchar, valid_from timestamp, valid_to timestamp, recorded_at timestamp, "
    "status varchar, source varchar, pool_id varchar, unit_count bigint, "
    "tokens_per_unit_hour bigint",
    "int_charges_daily": "usage_date date, provider varchar, billing_account_id varchar, "
    "billed_model varchar, reserved_tokens bigint",
    "allocation_rule_models": "rule_id varchar, provider varchar, model varchar",
    "allocation_rule_teams": "rule_id varchar, team_id varchar, treatment varchar, "
    "fixed_percent decimal(9, 4)",
    "chargeback_adjustments": f"adjustment_id varchar, usage_period date, {OWNER}, "
    f"amount_usd {MONEY}, reason varchar, reference varchar, approved_by varchar",
}
POOLS = {"monthly": "month", "daily": "day"}
TEAMS = ("a", "b", "c")
FIXED = {
    "int_posting_state": [(MONTH, "2026-08-03 09:00:00", "2026-08-01")],
    "allocation_pools": [
        *((pool, "x", "shared_costs", None, None, 1, "hub", "hub") for pool in POOLS),
        ("moved", "x", "requests", None, None, 1, "hub", "hub"),
        ("reserved", "commitment", "shared_costs", None, None, 1, "hub", "hub"),
    ],
    "allocation_rules": [
        (pool, pool, "proportional_requests", by, *[None] * 7)
        for pool, by in [*POOLS.items(), ("moved", "month"), ("reserved", "month")]
    ],
}
NO_PAIR = "reason not in ('accrual_reversal', 'invoice_received')"
PARTS = "charge_type, source_ref, service_name, team_id, reason"


class Ledger:
    """The models' own SQL over small tables, on either engine."""

    def __init__(self, connection):
        self._cursor = connection.cursor()
        self._mark = "?" if isinstance(connection, duckdb.DuckDBPyConnection) else "%s"

    def make(self, compiled: Path) -> None:
        """Empty tables, and the models in the order in which they read each other."""
        for name, columns in TABLES.items():
            self._cursor.execute(f"create table {name} ({columns})")
        for name in MODELS:
            (file,) = compiled.rglob(f"{name}.sql")
            sql = re.sub(r'"\w+"\."\w+"\."(\w+)"', r"\1", file.read_text())
            view = f"{name}_now" if name in STORED else name
            self._cursor.execute(f"create view {view} as {sql}")
            if name in STORED:
                self._cursor.execute(f"create table {name} as select * from {view}")

    def fill(self, tables: dict[str, list[tuple]]) -> None:
        """These rows and no others; then what is stored of them."""
        for name in TABLES:
            self._cursor.execute(f"delete from {name}")
            rows = (FIXED | tables).get(name, [])
            if rows:
                marks = ", ".join([self._mark] * len(rows[0]))
                self._cursor.executemany(f"insert into {name} values ({marks})", rows)
        for name in STORED:
            self._cursor.execute(f"delete from {name}")
            self._cursor.execute(f"insert into {name} select * from {name}_now")

    def rows(self, sql: str) -> list[tuple]:
        """Rows of a query."""
        self._cursor.execute(sql)
        return self._cursor.fetchall()

    def found(self) -> dict[tuple, Fraction]:
        """The adjustments without the pair of accruals, by what tells them apart."""
        rows = self.rows(
            f"select {PARTS}, sum(part_usd) from int_ledger_adjustments where {NO_PAIR} "
            f"group by {PARTS}"
        )
        return {tuple(row[:-1]): Fraction(row[-1]) for row in rows if row[-1]}


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def ledger(request, tmp_path_factory, new_database):
    folder = tmp_path_factory.mktemp("reasons")
    address = new_database() if request.param == "postgres" else None
    project = Project(folder, folder, address)
    project.dbt("compile", "--select", *MODELS)
    with closing(server_connection(address) if address else duckdb.connect()) as connection:
        made = Ledger(connection)
        made.make(project.target / "compiled")
        yield made


def money(value: Fraction) -> str:
    """An amount as text, to the last digit."""
    assert (value / UNIT).denominator == 1
    return f"{Decimal(int(value / UNIT)).scaleb(-15):f}"


# Usage --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Attempt:
    """One attempt: who had it at which price when the month was closed, and today."""

    service: str
    was: str
    now: str
    was_usd: Fraction
    now_usd: Fraction
    is_late: bool = False


def posted_usage(attempts: list[Attempt]) -> list[tuple]:
    sums = defaultdict(list)
    for one in attempts:
        if not one.is_late:
            sums[one.service, one.was].append(one.was_usd)
    return [
        (
            *(MONTH, "usage", "requests", team, "cc", service, "f", "e", "p", "m", "direct", "v1"),
            *(None, None, money(sum(amounts)), len(amounts), 0),
        )
        for (service, team), amounts in sums.items()
    ]


def usage_now(attempts: list[Attempt]) -> list[tuple]:
    sums = defaultdict(list)
    for one in attempts:
        sums[one.service, one.now].append(one)
    return [
        (
            *(MONTH, "usage", "requests", team, "cc", service, "f", "e", "p", "m", "v1"),
            *(money(sum(one.now_usd for one in ones)), 0),
            money(sum((one.now_usd for one in ones if one.is_late), Fraction(0))),
            *(len(ones), 0, sum(one.is_late for one in ones), 0, 0),
        )
        for (service, team), ones in sums.items()
    ]


def usage_causes(attempts: list[Attempt]) -> dict[tuple, Fraction]:
    """Price, then owner, then what came late, attempt by attempt."""
    parts: dict[tuple, Fraction] = defaultdict(Fraction)
    for one in attempts:
        key = ("usage", "requests", one.service)
        if one.is_late:
            parts[*key, one.now, "late_arrival"] += one.now_usd
        else:
            parts[*key, one.was, "re_rate"] += one.now_usd - one.was_usd
            parts[*key, one.was, "re_attribution"] -= one.now_usd
            parts[*key, one.now, "re_attribution"] += one.now_usd
    return {key: value for key, value in parts.items() if value}


@st.composite
def usage(draw) -> list[Attempt]:
    """Services whose price changes, from which some teams lose what others get, and late ones."""
    attempts = []
    for service in ("s1", "s2")[: draw(st.integers(1, 2))]:
        factor = draw(st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(1, 4), Fraction(2)]))
        taker = draw(st.sampled_from([None, "c", "d"]))
        for team in TEAMS:
            # an amount in millionths: the weights of a shared change of price are exact
            price = Fraction(draw(st.integers(1, 10**9)), 10**6)
            moved = draw(st.integers(0, 2)) if taker and team != taker else 0
            count = moved + draw(st.integers(0, 2))
            attempts += [
                Attempt(service, team, taker if n < moved else team, price, price * factor)
                for n in range(count)
            ]
            attempts += [
                Attempt(service, team, team, price, price * factor, is_late=True)
                for _ in range(draw(st.integers(0, 1)))
            ]
    return attempts


QUICK = settings(
    max_examples=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@QUICK
@given(usage())
def test_causes_of_usage_are_those_of_each_attempt(ledger, attempts):
    ledger.fill(
        {
            "stg_ledger__posted_entries": posted_usage(attempts),
            "int_usage_charges": usage_now(attempts),
        },
    )
    assert ledger.found() == usage_causes(attempts)


# Shared costs -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """A cost of a pool, its amounts in the order of recording, and how many of them were known."""

    pool: str
    kind: str
    recorded: list[tuple[str, Decimal]]
    posted: int  # so many of them were known at the close; 0: the cost was not


Drivers = dict[int, dict[str, int]]  # day, team: requests


def split(pool: str, amount: Decimal, drivers: Drivers) -> dict[str, Fraction]:
    """The parts of the teams, in days or in one piece; the hub's where nobody uses anything."""
    sign, size = (-1 if amount < 0 else 1), abs(Fraction(amount))
    if pool == "daily":
        running = [size * n / DAYS // UNIT * UNIT for n in range(DAYS + 1)]
        pieces = [(running[n + 1] - running[n], drivers.get(n, {})) for n in range(DAYS)]
    else:
        whole: dict[str, int] = defaultdict(int)
        for of_day in drivers.values():
            for team, count in of_day.items():
                whole[team] += count
        pieces = [(size, whole)]
    parts: dict[str, Fraction] = defaultdict(Fraction)
    for piece, of_teams in pieces:
        used = {team: count for team, count in sorted(of_teams.items()) if count} or {"hub": 1}
        for team, part in zip(
            used, largest_remainder(piece, list(used.values()), UNIT), strict=True
        ):
            parts[team] += sign * part
    return parts


def shared_causes(cost: Cost, number: int, before: Drivers, after: Drivers) -> dict:
    """The rule of today on what was posted, then the first invoice, then what is left."""
    kind = "credit" if cost.kind == "credit" else "shared"
    now = split(cost.pool, cost.recorded[-1][1], after)
    if not cost.posted:
        reason = "credit_memo" if kind == "credit" else "late_invoice"
        chain = [({}, None), (now, reason)]
    else:
        status, amount = cost.recorded[cost.posted - 1]
        later = [usd for state, usd in cost.recorded[cost.posted :] if state == "invoiced"]
        allocated = split(cost.pool, amount, after)
        was_estimate = status == "estimate" and amount != 0
        invoiced = split(cost.pool, later[0], after) if was_estimate and later else allocated
        chain = [
            (split(cost.pool, amount, before), None),
            (allocated, "re_allocation"),
            (invoiced, "invoice_true_up"),
            (now, "restatement"),
        ]
    parts = {}
    for (earlier, _), (later_on, reason) in pairwise(chain):
        for team in {*earlier, *later_on}:
            change = later_on.get(team, Fraction(0)) - earlier.get(team, Fraction(0))
            if change:
                parts[kind, f"cost-{number}", "none", team, reason] = change
    return parts


def driver_rows(drivers: Drivers) -> list[tuple]:
    return [
        (f"2026-07-{day + 1:02}", MONTH, team, "cc" if team != "hub" else "hub", "e", "p", None,
         "m", "0", count, 0)
        for day, teams in drivers.items()
        for team, count in teams.items()
    ]  # fmt: skip


def posted_shared(kind: str, source: str, pool: str, parts: dict, is_estimate: bool) -> list[tuple]:
    return [
        (
            *(MONTH, kind, source, team, "hub" if team == "hub" else "cc"),
            *("none", "none", "none", "none", "none", "accrual" if is_estimate else kind),
            *(None, pool, pool, money(part), 0, 0),
        )
        for team, part in parts.items()
    ]


def recorded_rows(cost: Cost, number: int) -> list[tuple]:
    return [
        (
            *(f"cost-{number}", f"2026-07-01 00:00:{second:02}", cost.pool, MONTH, cost.kind),
            *(status, f"{usd:f}", None, None, None),
        )
        for second, (status, usd) in enumerate(cost.recorded)
    ]


def shared_tables(costs: list[Cost], before: Drivers, after: Drivers) -> dict:
    posted = [
        row
        for number, cost in enumerate(costs)
        if cost.posted
        for row in posted_shared(
            "credit" if cost.kind == "credit" else "shared",
            f"cost-{number}",
            cost.pool,
            split(cost.pool, cost.recorded[cost.posted - 1][1], before),
            cost.recorded[cost.posted - 1][0] == "estimate",
        )
    ]
    return {
        "stg_ledger__posted_entries": posted,
        "int_recorded_shared_costs": [
            row for n, cost in enumerate(costs) for row in recorded_rows(cost, n)
        ],
        "int_driver_usage": driver_rows(after),
    }


AMOUNTS = st.decimals(min_value=-1000, max_value=100_000, places=6)
DRIVERS = st.dictionaries(
    st.integers(0, DAYS - 1),
    st.dictionaries(st.sampled_from(TEAMS), st.integers(0, 50)),
    max_size=4,
)


@st.composite
def cost(draw) -> Cost:
    """An estimate or not, its invoice or not, and the invoice again with other amounts."""
    estimates = draw(st.integers(0, 2))
    invoices = draw(st.integers(0 if estimates else 1, 3))
    recorded = [("estimate", draw(AMOUNTS)) for _ in range(estimates)]
    recorded += [("invoiced", draw(AMOUNTS)) for _ in range(invoices)]
    return Cost(
        pool=draw(st.sampled_from(sorted(POOLS))),
        kind=draw(st.sampled_from(["cost", "credit"])),
        recorded=recorded,
        posted=draw(st.integers(0, len(recorded))),
    )


@QUICK
@given(st.lists(cost(), min_size=1, max_size=3), DRIVERS, DRIVERS)
def test_causes_of_shared_costs_follow_one_another(ledger, costs, before, after):
    ledger.fill(shared_tables(costs, before, after))
    expected = {}
    for number, one in enumerate(costs):
        expected |= shared_causes(one, number, before, after)
    assert ledger.found() == expected


def test_a_true_up_beside_a_reorganisation(ledger):
    """100 as an estimate, 120 on the invoice, and half of what team a used is team b's."""
    one = Cost("monthly", "cost", [("estimate", Decimal(100)), ("invoiced", Decimal(120))], 1)
    ledger.fill(shared_tables([one], {0: {"a": 3, "b": 1}}, {0: {"a": 1, "b": 3}}))
    key = ("shared", "cost-0", "none")
    assert ledger.found() == {
        (*key, "a", "re_allocation"): -50,
        (*key, "b", "re_allocation"): 50,
        (*key, "a", "invoice_true_up"): 5,
        (*key, "b", "invoice_true_up"): 15,
    }


def test_causes_that_cancel_out_are_both_posted(ledger):
    """Team a's part is 50 before and after: a larger part of a smaller invoice."""
    one = Cost("monthly", "cost", [("estimate", Decimal(100)), ("invoiced", Decimal(50))], 1)
    ledger.fill(shared_tables([one], {0: {"a": 1, "b": 1}}, {0: {"a": 1}}))
    key = ("shared", "cost-0", "none")
    assert ledger.found() == {
        (*key, "a", "re_allocation"): 50,
        (*key, "b", "re_allocation"): -50,
        (*key, "a", "invoice_true_up"): -50,
    }


def capacity(recorded: list[str], unused: str, used_units: int) -> dict:
    """A cost of 100 that was posted with so much not used, and what is known of it today."""
    kinds = {
        "shared": ("a", "cc", Decimal(100) - Decimal(unused)),
        "unused": ("hub", "hub", unused),
    }
    return {
        "stg_ledger__posted_entries": [
            (MONTH, kind, "ptu", team, center, "none",
             "unused capacity" if kind == "unused" else "none", "none", "none", "none", kind,
             None, "reserved", "reserved", f"{Decimal(usd):f}", 0, 0)
            for kind, (team, center, usd) in kinds.items()
            if Decimal(usd)
        ],
        "int_recorded_shared_costs": [
            ("ptu", f"2026-07-01 00:00:{second:02}", "reserved", MONTH, "cost", "invoiced", usd,
             None, None, None)
            for second, usd in enumerate(recorded)
        ],
        "int_driver_usage": driver_rows({0: {"a": 1}}),
        # an hour of four units that serve 1000 tokens each
        "capacity_commitments": [
            ("ptu", "p", "default", "*", MONTH, "2026-07-01 01:00:00", MONTH, "effective", "order",
             "reserved", 4, 1000)
        ],
        "int_charges_daily": [(MONTH, "p", "default", "m", used_units * 1000)],
    }  # fmt: skip


def test_capacity_that_was_used_after_all_moves_and_is_restated_by_its_parts(ledger):
    """60 of 100 were used, then 75 for late requests; and the invoice is 120."""
    ledger.fill(capacity(["100", "120"], "40", 3))
    assert ledger.found() == {
        ("shared", "ptu", "none", "a", "re_allocation"): 15,
        ("unused", "ptu", "none", "hub", "re_allocation"): -15,
        ("shared", "ptu", "none", "a", "restatement"): 15,
        ("unused", "ptu", "none", "hub", "restatement"): 5,
    }


def test_units_that_are_stated_after_a_close_move_what_was_not_used(ledger):
    """Nothing was split; the sum of the month stays."""
    ledger.fill(capacity(["100"], "0", 1))
    assert ledger.found() == {
        ("shared", "ptu", "none", "a", "re_allocation"): -75,
        ("unused", "ptu", "none", "hub", "re_allocation"): 75,
    }


def test_a_pool_of_requests_only_moves_on(ledger):
    """Its spend rose: the usage has its own reason, and what is moved on sums to zero."""
    posted = [
        *posted_shared("shared", "moved", "moved", {"a": Fraction(6), "b": Fraction(2)}, False),
        *posted_shared("shared", "moved moved on", "moved", {"c": Fraction(-8)}, False),
    ]
    spend = (MONTH, MONTH, "c", "cc", "e", "p", "moved", "10", 5, 0)
    ledger.fill(
        {
            "stg_ledger__posted_entries": posted,
            "int_pooled_spend": [spend],
            "int_driver_usage": driver_rows({0: {"a": 1, "b": 1}}),
        },
    )
    assert ledger.found() == {
        ("shared", "moved", "none", "a", "re_allocation"): -1,
        ("shared", "moved", "none", "b", "re_allocation"): 3,
        ("shared", "moved moved on", "none", "c", "re_allocation"): -2,
    }


def test_another_use_of_the_month_re_rates_what_the_tiers_change(ledger):
    """Late use moved the tier: what came late has its reason, the rebate of all has its own."""
    used = (MONTH, "usage", "requests", "a", "cc", "s1", "f", "e", "p", "m")
    tiers = (MONTH, "usage", "volume tiers of c", "a", "cc", "s1", "f", "e", "p", "m")
    ledger.fill(
        {
            "stg_ledger__posted_entries": [
                (*used, "direct", "v1", None, None, "100", 4, 0),
                (*tiers, "direct", "c", None, None, "-5", 0, 0),
            ],
            "int_usage_charges": [(*used, "v1", "130", "0", "30", 5, 0, 1, 0, 0)],
            "int_tier_charges": [(*tiers, "c", "-9.5", "0")],
        },
    )
    assert ledger.found() == {
        ("usage", "requests", "s1", "a", "late_arrival"): 30,
        ("usage", "volume tiers of c", "s1", "a", "re_rate"): Fraction(-9, 2),
    }
    assert ledger.rows("select evidence from int_ledger_adjustments where reason = 're_rate'") == [
        ("the use of the month is another now, and so is what its volume tiers of c change",)
    ]


# Anything at all ----------------------------------------------------------------------------------


def anything(seed: int) -> dict:
    """Usage posted and known now that have nothing in common but their names."""
    rng = random.Random(seed)
    names = [(t, s, m) for t in TEAMS for s in ("s1", "s2") for m in ("m1", "m2")]
    amount = lambda: money(Fraction(rng.randrange(10**18), 10**15))  # noqa: E731
    posted, now = [], []
    for team, service, model in names:
        used = (MONTH, "usage", "requests", team, "cc", service, "f", "e", "p", model)
        if rng.random() < 0.6:
            count = rng.randint(1, 4)
            posted.append((*used, "direct", "v1", None, None, amount(), count, rng.randint(0, 1)))
        if rng.random() < 0.6:
            count, late = rng.randint(1, 4), rng.randint(0, 1)
            late_usd = amount() if late else "0"
            usd = money(Fraction(amount()) + Fraction(late_usd))
            now.append((*used, "v2", usd, "0", late_usd, count, 0, late, rng.randint(0, 1), 0))
    return {"stg_ledger__posted_entries": posted, "int_usage_charges": now}


@pytest.mark.parametrize("seed", range(20))
def test_parts_are_the_whole_and_moves_earn_nothing(seed, ledger):
    ledger.fill(anything(seed))
    broken = ledger.rows("""
        with parts as (
            select
                charge_key, sum(part_usd) as usd, sum(part_attempts) as attempts,
                sum(part_unpriced) as unpriced
            from int_ledger_adjustments where reason != 'accrual_reversal'
            and reason != 'invoice_received' group by 1
        )
        select * from int_charge_differences as differences
        full outer join parts on differences.charge_key = parts.charge_key
        where
            difference_usd != coalesce(parts.usd, 0)
            or difference_attempts != coalesce(parts.attempts, 0)
            or difference_unpriced != coalesce(parts.unpriced, 0)
            or differences.charge_key is null
    """)
    assert not broken
    moved = ledger.rows(
        "select coalesce(sum(part_usd), 0), coalesce(sum(part_attempts), 0) "
        "from int_ledger_adjustments where reason = 're_attribution'"
    )
    assert moved == [(0, 0)]
