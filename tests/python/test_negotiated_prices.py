"""Contracts, reservations and hours that come into force after the fact reprice exactly their days.

Harm guarded against: a discount that reaches some requests and not others, or a list price that is
charged beside the contract's.
"""

import json
from decimal import Decimal

import pytest

from scripts.cli import main
from tests.python.project import Project, assert_same_marts, copy_project

pytestmark = pytest.mark.wide

PRICED = "marts.fct_priced_requests where price_status = 'priced' and provider = 'openai'"

# Served from reserved capacity, a few requests a day from the 9th to the 13th.
PROVISIONED = [
    {"id": f"ptu-{day}-{hour}", "timestamp": f"2026-08-{day:02}T{hour:02}:30:00Z", "team": "search",
     "provider": "openai", "model": "gpt-4o", "service_tier": "provisioned", "input_tokens": 100,
     "output_tokens": 10}
    for day in range(9, 14) for hour in (0, 12, 23)
]  # fmt: skip
COVERED = (
    "select usage_date, count(*) from marts.fct_priced_requests "
    "where price_status = 'covered_by_commitment' group by 1 order by 1"
)


def append(root, seed: str, *rows: str) -> None:
    with next((root / "seeds").rglob(seed)).open("a") as file:
        file.writelines(row + "\n" for row in rows)


def rebuilt(project) -> set[str]:
    """Builds again; the days that were not left as they were."""
    days = "select usage_date, max(built_at) from ops.built_days group by 1"
    before = dict(project.rows(days))
    project.build()
    after = dict(project.rows(days))
    return {str(day) for day in after if after[day] != before[day]}


def test_a_contract_and_a_peak_hour_reprice_exactly_their_days(tmp_path):
    landing = tmp_path / "landing"
    arguments = ["--requests", "2000", "--days", "24", "--start", "2026-07-20"]
    assert main(["sample", "--landing", str(landing), *arguments]) == 0
    (landing / "envelope_events" / "provisioned.jsonl").write_text(
        "".join(json.dumps(event) + "\n" for event in PROVISIONED)
    )
    root = copy_project(tmp_path)
    project = Project(tmp_path, landing, root=root)
    project.nightly()
    listed = project.value(f"select sum(cost_usd) from {PRICED}")

    append(
        root,
        "rate_contracts.csv",
        "c-1,openai,default,list,USD,2026-08-01 00:00:00,2026-08-03 12:00:00,2026-12-01 00:00:00,"
        "effective,test",
    )
    append(
        root,
        "rate_contract_lines.csv",
        "c-1,*,*,*,*,,,,,0.15,test",
        # it cannot apply, and holds no night back
        "c-1,gpt-4o,output,fast,*,,,,,0.5,test",
    )
    append(
        root,
        "rate_card_time_windows.csv",
        "openai,gpt-4o,all,peak,UTC,1-7,00:00:00,12:00:00,works,2026-08-07 00:00:00,"
        "2026-08-08 00:00:00,2026-12-01 00:00:00,effective,test",
    )
    append(
        root,
        "rate_card_prices.csv",
        *(
            f"list-2026-12-01,openai,gpt-4o,{meter},peak,global,0,false,{price},1000000,"
            "2026-08-07 00:00:00,2026-08-08 00:00:00,2026-12-01 00:00:00,effective,test"
            for meter, price in (("uncached_input", 5), ("cache_read", 2.5), ("output", 20))
        ),
    )
    append(
        root,
        "capacity_commitments.csv",
        "ptu,openai,default,gpt-4o,2026-08-10 00:00:00,2026-08-12 06:00:00,2026-12-01 00:00:00,"
        "effective,test,,,",
    )
    assert project.rows(COVERED) == []
    # A request of the 6th may have been complete on the 7th.
    assert rebuilt(project) == {f"2026-08-{day:02}" for day in (1, 2, 3, 6, 7, 10, 11, 12)}
    assert [(day.day, count) for day, count in project.rows(COVERED)] == [(10, 3), (11, 3), (12, 1)]

    rows = project.rows(
        f"select cost_usd, list_cost_usd from {PRICED} and price_source = 'contract'"
    )
    assert rows
    assert all(cost == listed_cost * Decimal("0.85") for cost, listed_cost in rows)
    within = "usage_at >= timestamp '2026-08-01' and usage_at < timestamp '2026-08-03 12:00:00'"
    assert (
        project.value(
            f"select count(*) from {PRICED} and billing_account_id = 'default' "
            f"and ({within}) != (price_source = 'contract')"
        )
        == 0
    )
    # Peak doubles the price, and nothing else on the list moved.
    peak = project.value(f"select sum(list_cost_usd) from {PRICED} and priced_tier = 'peak'")
    assert peak > 0
    assert project.value(f"select sum(list_cost_usd) from {PRICED}") == listed + peak / 2

    # The reservation ended earlier than was said first, and the 7th was a holiday.
    append(
        root,
        "capacity_commitments.csv",
        "ptu,openai,default,gpt-4o,2026-08-10 00:00:00,2026-08-11 00:00:00,2026-12-02 00:00:00,"
        "corrected,test,,,",
    )
    append(root, "holiday_calendars.csv", "works,2026-08-07,Works holiday,test")
    # The rule of the holiday also closes the part of a window after midnight.
    assert rebuilt(project) == {f"2026-08-{day:02}" for day in (6, 7, 8, 11, 12)}
    assert [(day.day, count) for day, count in project.rows(COVERED)] == [(10, 3)]
    assert project.value(f"select count(*) from {PRICED} and priced_tier = 'peak'") == 0

    marts = project.marts()
    project.dbt("run", "--full-refresh")
    assert_same_marts(project.marts(), marts)
