"""Volume tiers of contracts, against an exact oracle.

Harm guarded against: a bill whose price depends on the month's use, which nobody can recompute; a
saving that one team gets and another earned; parts that are not the whole.

The models' own SQL runs on small tables. The oracle counts a month's use in order, in Fraction.
"""

import random
import re
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor, trunc

import duckdb
import pytest

from scripts.rates.meters import meters
from tests.python.project import Project, server_connection
from tests.python.rate_oracle import CALL_METERS
from tests.python.test_footing import UNIT, largest_remainder

pytestmark = pytest.mark.wide

# in the order in which they read each other; those that are tables in the warehouse too
MODELS = {
    "int_contract_tiers": False,
    "int_tiered_usage_daily": True,
    "int_tier_days": False,
    "int_tier_shares": False,
    "int_tier_adjustments": True,
    "int_tier_months": True,
    "int_tier_parts": False,
    "int_tier_charges": True,
    "int_gateway_meters_daily": True,
    "fct_contract_tiers": True,
}
METERS = {"uncached_input": "uncached_input_tokens", "output": "output_tokens",
          "web_search": "web_search_calls"}  # fmt: skip
MONEY = "decimal(30, 15)"
KEYS = (
    "usage_date date, provider varchar, billing_account_id varchar, billed_model varchar, "
    "service_tier varchar, team_id varchar, credential_id varchar, attempt_outcome varchar, "
    "is_billable boolean, is_quarantined boolean, meters_without_a_price varchar"
)
TABLES = {
    "rate_contract_tiers": "contract_id varchar, model varchar, meter varchar, "
    "service_tier varchar, counted_in varchar, from_amount bigint, holds_for varchar, "
    "discount decimal(7, 6), unit_price_usd decimal(16, 9), block_size bigint",
    "int_rate_card_states": "as_of_recorded_at timestamp, is_current boolean",
    "int_rate_contracts": "as_of_recorded_at timestamp, contract_id varchar, provider varchar, "
    "billing_account_id varchar, valid_from timestamp, valid_to timestamp",
    "int_usage_charges": f"usage_period date, provider varchar, accrued_usd {MONEY}",
    "int_charges_daily": "usage_date date, usage_period date, loaded_at timestamp, provider "
    "varchar, billing_account_id varchar, billed_model varchar, team_id varchar, "
    "cost_center_id varchar, service_name varchar, feature varchar, environment varchar, "
    f"amount_usd {MONEY}",
    "bill_absent_tiers": "provider varchar, service_tier varchar",
    "int_bill_lines": "usage_date date, provider varchar, billing_account_id varchar, "
    "meter varchar",
}
STATE = "2026-09-01 00:00:00"
CONTRACT_FROM, CONTRACT_TO = date(2026, 10, 3), date(2026, 12, 1)


@dataclass(frozen=True)
class Use:
    """What a team used of a meter on a day, and its cost before the tiers."""

    day: date
    model: str
    tier: str
    team: str
    meter: str
    quantity: int
    cost: Fraction | None
    service: str = "s"
    is_counted: bool = True


@dataclass(frozen=True)
class Tier:
    """A row of the seed."""

    model: str
    meter: str
    service_tier: str
    counted_in: str
    start: int
    holds_for: str
    discount: Fraction | None
    price: Fraction | None = None

    @property
    def scale(self) -> tuple:
        return self.model, self.meter, self.service_tier


def cut(value: Fraction) -> Fraction:
    return trunc(value / UNIT) * UNIT


def scale_of(use: Use, tiers: list[Tier]) -> tuple | None:
    """The scale that a use counts in: the one that names most of it, the model first."""
    fits = [
        tier
        for tier in tiers
        if tier.model in (use.model, "*")
        and tier.meter in (use.meter, "*")
        and tier.service_tier in (use.tier, "*")
        and (tier.counted_in == "usd" or use.meter not in CALL_METERS)
    ]
    named = [tuple(part != "*" for part in tier.scale) for tier in fits]
    return fits[named.index(max(named))].scale if fits else None


def adjustments(uses: list[Use], tiers: list[Tier]) -> dict[tuple, dict[Use, Fraction]]:
    """What each use costs more or less, by scale and month; a use is a row of the warehouse."""
    found: dict[tuple, dict[Use, Fraction]] = {}
    months = defaultdict(list)
    for use in uses:
        scale = scale_of(use, tiers)
        in_force = CONTRACT_FROM <= use.day < CONTRACT_TO
        if scale and use.is_counted and in_force and use.tier != "provisioned":
            months[scale, use.day.replace(day=1)].append(use)
    for (scale, month), used in months.items():
        steps = sorted((each for each in tiers if each.scale == scale), key=lambda each: each.start)
        unit = 10**6 if steps[0].counted_in == "usd" else 1
        spans = [
            (step, step.start * unit, (later.start * unit if later else None))
            for step, later in zip(steps, [*steps[1:], None], strict=True)
        ]
        by_day = defaultdict(list)
        for use in used:
            by_day[use.day].append(use)
        total, before = Fraction(0), 0
        counts = {}
        for day in sorted(by_day):
            total += sum(
                (use.cost or 0) * unit if unit > 1 else use.quantity for use in by_day[day]
            )
            counts[day] = (before, floor(total))
            before = floor(total)
        changed = defaultdict(Fraction)
        for day, (start, end) in counts.items():
            for step, low, high in spans:
                reached = before if step.holds_for == "all" else end
                if step.holds_for == "all" or start == end:
                    share = Fraction(low <= reached and (high is None or reached < high))
                else:
                    within = min(end, high if high is not None else end) - max(start, low)
                    share = Fraction(max(within, 0), end - start)
                for use in by_day[day]:
                    if use.cost is None or not share:
                        continue
                    if step.price is not None:
                        change = use.quantity * step.price - use.cost
                    else:
                        change = -cut(use.cost * step.discount)
                    changed[use] += cut(change * share)
        found[scale, month] = {use: changed[use] for use in used}
    return found


def charges(uses: list[Use], found: dict) -> dict[tuple, Fraction]:
    """By month, team, model and service: what each pays more or less."""
    paid: dict[tuple, Fraction] = defaultdict(Fraction)
    spend = defaultdict(Fraction)
    for use in uses:
        if use.is_counted:
            spend[use.day, use.model, use.team, use.service] += use.cost or 0
    for (_, month), changed in found.items():
        whole = sum(changed.values(), Fraction(0))
        sign = -1 if whole < 0 else 1
        costs = defaultdict(Fraction)
        for use in changed:
            if use.cost is not None:
                costs[use.team, use.model] += use.cost
        owners = sorted(costs)
        weights = [max(ceil(costs[owner] * 10**6), 1) for owner in owners]
        if not whole:
            continue
        days = {use.day for use in changed}
        for (team, model), part in zip(
            owners, largest_remainder(abs(whole), weights, UNIT), strict=True
        ):
            services = defaultdict(Fraction)
            for (day, of_model, of_team, service), amount in spend.items():
                if day in days and (of_model, of_team) == (model, team):
                    services[service] += amount
            names = sorted(services)
            shares = [max(ceil(services[name] * 10**6), 1) for name in names]
            for name, charge in zip(names, largest_remainder(part, shares, UNIT), strict=True):
                paid[month, team, model, name] += sign * charge
    return {key: value for key, value in paid.items() if value}


def draw(pick: random.Random) -> tuple[list[Use], list[Tier]]:
    """Two months of use, and one to three scales of one to four tiers."""
    tiers = []
    scales = {
        tuple(pick.choice((name, "*")) for name in ("m1", "output", "standard"))
        for _ in range(pick.randint(1, 3))
    }
    for scale in sorted(scales):
        counted_in, holds_for = pick.choice(("tokens", "usd")), pick.choice(("above", "all"))
        starts = pick.sample((0, 1, 5, 40, 100, 1000), pick.randint(1, 4))
        for start in starts:
            is_price = "*" not in scale and pick.random() < 0.5
            tiers.append(
                Tier(
                    *scale,
                    counted_in,
                    start if counted_in == "usd" else start * 1000,
                    holds_for,
                    None if is_price else Fraction(pick.randint(0, 10**6), 10**6),
                    Fraction(pick.randint(1, 10**6), 10**9) if is_price else None,
                )
            )
    uses = {}
    for _ in range(pick.randint(1, 40)):
        meter = pick.choice(tuple(METERS))
        quantity = pick.randint(1, 10 ** pick.randint(1, 5))
        use = Use(
            day=date(2026, 10, 1) + timedelta(days=pick.randint(0, 63)),
            model=pick.choice(("m1", "m2")),
            tier=pick.choice(("standard", "standard", "batch", "provisioned")),
            team=pick.choice("abc"),
            meter=meter,
            quantity=quantity,
            cost=None
            if pick.random() < 0.05
            else quantity * Fraction(pick.randint(0, 10**6), 10**9),
            service=pick.choice(("s", "t")),
            is_counted=pick.random() > 0.05,
        )
        uses[use.day, use.model, use.tier, use.team, use.meter, use.is_counted] = use
    return list(uses.values()), tiers


class House:
    """The models' own SQL over small tables, on either engine."""

    def __init__(self, connection, compiled):
        self._cursor = connection.cursor()
        self._mark = "?" if isinstance(connection, duckdb.DuckDBPyConnection) else "%s"
        used = ", ".join(
            f"{column} {MONEY}"
            for meter, quantity in all_meters()
            for column in (quantity, f"{meter}_cost_usd")
        )
        self._tables = TABLES | {
            "int_metered_usage_daily": f"{KEYS}, attempt_count bigint, unpriced_count bigint, "
            f"covered_count bigint, {used}"
        }
        for name, columns in self._tables.items():
            self._cursor.execute(f"create table {name} ({columns})")
        for name, is_stored in MODELS.items():
            (file,) = compiled.rglob(f"{name}.sql")
            sql = re.sub(r'"\w+"\."\w+"\."(\w+)"', r"\1", file.read_text())
            view = f"{name}_now" if is_stored else name
            self._cursor.execute(f"create view {view} as {sql}")
            if is_stored:
                self._cursor.execute(f"create table {name} as select * from {view}")

    def fill(self, tables: dict[str, list[dict]]) -> None:
        """These rows and no others; then what is stored of them."""
        for name in self._tables:
            self._cursor.execute(f"delete from {name}")
            for row in tables.get(name, []):
                marks = ", ".join([self._mark] * len(row))
                self._cursor.execute(
                    f"insert into {name} ({', '.join(row)}) values ({marks})", list(row.values())
                )
        for name, is_stored in MODELS.items():
            if is_stored:
                self._cursor.execute(f"delete from {name}")
                self._cursor.execute(f"insert into {name} select * from {name}_now")

    def rows(self, sql: str) -> list[tuple]:
        self._cursor.execute(sql)
        return self._cursor.fetchall()


def all_meters() -> list[tuple[str, str]]:
    return [(meter.name, meter.quantity) for meter in meters()]


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def house(request, tmp_path_factory, new_database):
    folder = tmp_path_factory.mktemp("tiers")
    address = new_database() if request.param == "postgres" else None
    project = Project(folder, folder, address)
    project.dbt("compile", "--select", *MODELS)
    with closing(server_connection(address) if address else duckdb.connect()) as connection:
        yield House(connection, project.target / "compiled")


def text(value: Fraction | None, digits: int = 15) -> str | None:
    if value is None:
        return None
    whole = value * 10**digits
    assert whole.denominator == 1
    sign = "-" if whole < 0 else ""
    figures = f"{abs(int(whole)):0{digits + 1}d}"
    return f"{sign}{figures[:-digits]}.{figures[-digits:]}"


def seeded(uses: list[Use], tiers: list[Tier], loaded: str) -> dict[str, list[dict]]:
    """The tables that the models read, of these uses and tiers."""
    contract = {"contract_id": "c", "provider": "p", "billing_account_id": "x"}
    account = {"provider": "p", "billing_account_id": "x"}
    charged: dict[tuple, Fraction] = defaultdict(Fraction)
    for use in uses:
        if use.is_counted:
            charged[use.day, use.model, use.team, use.service] += use.cost or 0
    empty = {column: 0 for meter in all_meters() for column in (meter[1], f"{meter[0]}_cost_usd")}
    return {
        "rate_contract_tiers": [
            {
                "contract_id": "c", "model": tier.model, "meter": tier.meter,
                "service_tier": tier.service_tier, "counted_in": tier.counted_in,
                "from_amount": tier.start, "holds_for": tier.holds_for,
                "discount": text(tier.discount, 6), "unit_price_usd": text(tier.price, 9),
                "block_size": None if tier.price is None else 1,
            }
            for tier in tiers
        ],
        "int_rate_card_states": [{"as_of_recorded_at": STATE, "is_current": True}],
        "int_rate_contracts": [
            contract
            | {"as_of_recorded_at": STATE, "valid_from": CONTRACT_FROM, "valid_to": CONTRACT_TO}
        ],
        "int_metered_usage_daily": [
            account
            | {
                "usage_date": use.day, "billed_model": use.model, "service_tier": use.tier,
                "team_id": use.team, "credential_id": f"{use.meter} {use.service}",
                "attempt_outcome": "succeeded", "is_billable": use.is_counted,
                "is_quarantined": False, "attempt_count": 1, "unpriced_count": 0,
                "covered_count": 0,
            }
            | empty
            | {METERS[use.meter]: use.quantity, f"{use.meter}_cost_usd": text(use.cost)}
            for use in uses
        ],
        "int_charges_daily": [
            account
            | {
                "usage_date": day, "usage_period": day.replace(day=1), "loaded_at": loaded,
                "billed_model": model, "team_id": team, "cost_center_id": "cc",
                "service_name": service, "feature": "f", "environment": "e",
                "amount_usd": text(amount),
            }
            for (day, model, team, service), amount in charged.items()
        ],
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_every_row_and_charge_is_that_of_the_oracle(house, seed):
    uses, tiers = draw(random.Random(seed))
    house.fill(seeded(uses, tiers, loaded="2026-12-02 06:00:00"))
    found = adjustments(uses, tiers)
    rows = house.rows(
        "select usage_date, billed_model, service_tier, team_id, meter, adjustment_usd "
        "from int_tier_adjustments"
    )
    assert {row[:-1]: Fraction(row[-1]) for row in rows} == {
        (use.day, use.model, use.tier, use.team, use.meter): change
        for changed in found.values()
        for use, change in changed.items()
        if change
    }
    paid = house.rows(
        "select usage_period, team_id, billed_model, service_name, amount_usd, accrued_usd "
        "from int_tier_charges"
    )
    assert {row[:4]: Fraction(row[4]) for row in paid if row[4]} == charges(uses, found)
    assert not any(row[5] for row in paid)
    # the bill's side of it, and what people read
    whole = sum((change for changed in found.values() for change in changed.values()), Fraction(0))
    before = sum((use.cost or 0 for use in uses if use.is_counted), Fraction(0))
    ((ours,),) = house.rows(
        "select coalesce(sum(gateway_cost_usd), 0) from int_gateway_meters_daily where is_counted"
    )
    ((told, final),) = house.rows(
        "select coalesce(sum(adjustment_usd), 0), min(case when is_final then 1 else 0 end) "
        "from fct_contract_tiers"
    )
    assert Fraction(ours) == before + whole
    assert (Fraction(told), final) == (whole, 1 if found else None)


def test_the_draw_reaches_what_it_is_meant_to_reach():
    drawn = [draw(random.Random(seed)) for seed in range(40)]
    tiers = [tier for _, each in drawn for tier in each]
    assert {(tier.counted_in, tier.holds_for, tier.price is None) for tier in tiers} >= {
        (counted_in, holds_for, is_discount)
        for counted_in in ("tokens", "usd")
        for holds_for in ("above", "all")
        for is_discount in (True, False)
    }
    found = [adjustments(*each) for each in drawn]
    changes = [change for months in found for each in months.values() for change in each.values()]
    assert any(change < 0 for change in changes) and any(change > 0 for change in changes)
    assert any(len(each) > 2 for each in found)


WHOLE = [
    Tier("*", "*", "*", "usd", 0, "above", Fraction(0)),
    Tier("*", "*", "*", "usd", 100, "above", Fraction(1, 10)),
    Tier("*", "*", "*", "usd", 300, "above", Fraction(1, 4)),
]


def spent(day: int, team: str, usd: int) -> Use:
    return Use(date(2026, 10, day), "m1", "standard", team, "output", usd * 1000, Fraction(usd))


def test_the_days_follow_the_count_and_the_teams_the_month(house):
    """Team a used first and b last: the bill's days differ, the rate that both pay does not."""
    uses = [spent(5, "a", 100), spent(6, "b", 100), spent(7, "b", 200)]
    house.fill(seeded(uses, WHOLE, loaded="2026-11-01 06:00:00"))
    days = house.rows(
        "select usage_date, sum(adjustment_usd) from int_tier_adjustments group by 1 order by 1"
    )
    # of the last 200, 100 are above 300
    assert [(day.day, Fraction(usd)) for day, usd in days] == [(6, -10), (7, -35)]
    paid = house.rows("select team_id, amount_usd, accrued_usd from int_tier_charges order by 1")
    assert [(team, Fraction(usd)) for team, usd, _ in paid] == [
        ("a", Fraction(-45, 4)),
        ("b", Fraction(-135, 4)),
    ]
    told = house.rows(
        "select used_amount, reached_from_amount, next_from_amount, cost_before_tiers_usd, "
        "adjustment_usd, cost_usd, is_final from fct_contract_tiers"
    )
    assert told == [(400, 300, None, 400, -45, 355, True)]


@pytest.mark.parametrize(
    ("loaded", "accrued", "is_accrued"),
    [
        ("2026-10-31 23:59:59", "0", True),
        ("2026-11-01 00:00:00", "0", False),
        ("2026-11-01 00:00:00", "1", True),
    ],
)
def test_it_is_provisional_until_the_month_is_over_and_billed(house, loaded, accrued, is_accrued):
    tables = seeded([spent(5, "a", 200)], WHOLE, loaded)
    tables["int_usage_charges"] = [
        {"usage_period": "2026-10-01", "provider": "p", "accrued_usd": accrued},
        {"usage_period": "2026-10-01", "provider": "other", "accrued_usd": "1"},
    ]
    house.fill(tables)
    ((amount, waiting),) = house.rows("select amount_usd, accrued_usd from int_tier_charges")
    assert (Fraction(amount), Fraction(waiting)) == (-10, -10 if is_accrued else 0)
    assert house.rows("select is_final from fct_contract_tiers") == [(not is_accrued,)]
