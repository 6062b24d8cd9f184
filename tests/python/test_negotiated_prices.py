"""Contracts, reservations and hours that come into force after the fact reprice exactly their days.

Harm guarded against: a discount that reaches some requests and not others, or a list price that is
charged beside the contract's.
"""

from decimal import Decimal

from scripts.generate_sample_data import main as generate
from tests.python.project import Project, assert_same_marts, copy_project

RATES = "seeds/rate_cards"
PRICED = "marts.fct_priced_requests where price_status = 'priced' and provider = 'openai'"


def append(root, seed: str, *rows: str) -> None:
    with (root / RATES / seed).open("a") as file:
        file.writelines(row + "\n" for row in rows)


def test_a_contract_and_a_peak_hour_reprice_exactly_their_days(tmp_path):
    landing = tmp_path / "landing"
    arguments = ["--requests", "2000", "--days", "24", "--start", "2026-07-20"]
    assert generate(["--landing", str(landing), *arguments]) == 0
    root = copy_project(tmp_path)
    project = Project(tmp_path, landing, root=root)
    project.nightly()
    days = "select usage_date, max(built_at) from ops.built_days group by 1"
    before = dict(project.rows(days))
    listed = project.value(f"select sum(cost_usd) from {PRICED}")

    append(
        root,
        "rate_contracts.csv",
        "c-1,openai,default,list,2026-08-01 00:00:00,2026-08-03 12:00:00,2026-12-01 00:00:00,"
        "effective,test",
    )
    append(root, "rate_contract_lines.csv", "c-1,*,*,*,*,,,,,0.15,test")
    append(
        root,
        "rate_card_time_windows.csv",
        "openai,gpt-4o,all,peak,UTC,1-7,00:00:00,12:00:00,,2026-08-07 00:00:00,"
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
    project.dbt("build")

    after = dict(project.rows(days))
    rebuilt = {str(day) for day in after if after[day] != before[day]}
    # A request of the 6th may have been complete on the 7th.
    assert rebuilt == {f"2026-08-0{day}" for day in (1, 2, 3, 6, 7)}

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

    marts = project.marts()
    project.dbt("build", "--full-refresh")
    assert_same_marts(project.marts(), marts)
