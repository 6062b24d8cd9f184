"""A month under contracts with volume tiers and in francs, from logs and bill to what people read.

Harm guarded against: a team that pays the price of the first day for all its use, a bill by tier
that never ties, an amount that one page has and another lacks, or francs that pass for dollars.
"""

import json
from decimal import Decimal

import pytest

from tests.python.project import Project, copy_project
from tests.python.test_negotiated_prices import append

pytestmark = pytest.mark.wide

# 2.50 USD a million; above 4 USD of the month half of it
USES = {5: ("growth", 1_000_000), 6: ("search", 1_000_000), 7: ("search", 2_000_000)}
# 2 CHF a million, at 1.10 USD from 5 October and 1.25 from 7 October on
IN_FRANCS = {4: None, 6: Decimal("2.2"), 7: Decimal("2.5")}
COLUMNS = (
    "start_time_iso,end_time_iso,amount_value,amount_currency,line_item,quantity,quantity_unit\n"
)
BILL = "".join(
    f"2026-10-0{day}T00:00:00+00:00,2026-10-0{day + 1}T00:00:00+00:00,{usd},usd,"
    f'"gpt-4o-2024-08-06, input",{USES[day][1]},tokens\n'
    for day, usd in ((5, "2.50"), (6, "2.00"), (7, "2.50"))
)


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiers")
    landing = folder / "landing"
    for name, text in {
        "openai_costs/20261106T060000Z.csv": COLUMNS + BILL,
        "envelope_events/october.jsonl": "".join(
            json.dumps(
                {"id": f"use-{day}", "timestamp": f"2026-10-{day:02}T12:00:00Z", "team": team,
                 "provider": "openai", "model": "gpt-4o-2024-08-06", "input_tokens": tokens,
                 "output_tokens": 0}
            ) + "\n"
            for day, (team, tokens) in USES.items()
        ),
        "envelope_events/francs.jsonl": "".join(
            json.dumps(
                {"id": f"franc-{day}", "timestamp": f"2026-10-{day:02}T12:00:00Z",
                 "team": "support", "provider": "anthropic", "model": "claude-sonnet-4-5",
                 "input_tokens": 1_000_000, "output_tokens": 0}
            ) + "\n"
            for day in IN_FRANCS
        ),
    }.items():  # fmt: skip
        (landing / name).parent.mkdir(parents=True, exist_ok=True)
        (landing / name).write_text(text)
    root = copy_project(folder)
    append(
        root,
        "rate_contracts.csv",
        "c-1,openai,default,list,USD,2026-10-01 00:00:00,,2026-10-01 00:00:00,effective,test",
        "c-2,anthropic,default,list,CHF,2026-10-01 00:00:00,,2026-10-01 00:00:00,effective,test",
    )
    append(root, "rate_contract_lines.csv", "c-2,*,uncached_input,*,*,,,2,1000000,,test")
    append(root, "fx_rates.csv", "CHF,2026-10-05,1.10,test", "CHF,2026-10-07,1.25,test")
    append(root, "rate_contract_tiers.csv", "c-1,*,*,*,usd,4,above,0.5,,,test")
    project = Project(folder, landing, root=root, now="2026-11-10T06:00:00Z")
    project.load()
    # with every identity of the warehouse
    project.build()
    return project


def figures(month, sql: str) -> list[tuple]:
    return [tuple(row) for row in month.rows(sql)]


def test_the_bill_ties_day_by_day(month):
    assert figures(
        month,
        "select cast(usage_date as varchar), meter, gateway_cost_usd, provider_cost_usd, status "
        "from marts.fct_reconciliation_daily where provider = 'openai' order by 1",
    ) == [
        (f"2026-10-0{day}", "uncached_input", Decimal(usd), Decimal(usd), "matched")
        for day, usd in ((5, "2.5"), (6, "2"), (7, "2.5"))
    ]


def test_the_teams_pay_one_rate_and_every_page_has_it(month):
    """3 USD less of 10: growth used a quarter, on the first day alone."""
    expected = [
        ("growth", Decimal("1.75")),
        ("search", Decimal("5.25")),
        ("support", Decimal("4.7")),
    ]
    for sql in (
        "select team_id, sum(amount_usd) from marts.fct_chargeback_ledger group by 1 order by 1",
        "select team_id, direct_usd from marts.fct_chargeback_statements order by 1",
        'select "SubAccountId", sum("EffectiveCost") from marts.rpt_focus_cost_and_usage '
        "group by 1 order by 1",
        "select team_id, spent_usd from marts.fct_budget_status where spent_usd != 0 order by 1",
    ):
        assert figures(month, sql) == expected, sql


def test_the_adjustment_is_a_charge_of_its_own(month):
    assert figures(
        month,
        "select source_ref, team_id, entry_type, amount_usd from marts.fct_chargeback_ledger "
        "where source_ref != 'requests' order by 2",
    ) == [
        ("volume tiers of c-1", "growth", "direct", Decimal("-0.75")),
        ("volume tiers of c-1", "search", "direct", Decimal("-2.25")),
    ]
    assert figures(
        month,
        "select used_amount, reached_from_amount, next_from_amount, cost_before_tiers_usd, "
        "adjustment_usd, cost_usd, is_final from marts.fct_contract_tiers",
    ) == [(10, 4, None, 10, -3, 7, True)]
    assert figures(
        month,
        'select distinct "ChargeCategory", "ChargeDescription" '
        'from marts.rpt_focus_cost_and_usage where "EffectiveCost" < 0',
    ) == [("Credit", "By the volume tiers of c-1, gpt-4o")]


def test_requests_keep_the_price_before(month):
    assert (
        month.value("select sum(cost_usd) from marts.fct_spend_daily where provider = 'openai'")
        == 10
    )


def test_a_price_in_francs_is_converted_at_the_rate_of_the_day(month):
    assert figures(
        month,
        "select cast(extract(day from usage_date) as int), cost_usd, price_status, price_source "
        "from marts.fct_priced_requests where provider = 'anthropic' order by 1",
    ) == [
        (day, usd, *(("priced", "contract") if usd else ("unpriced_no_rate", None)))
        for day, usd in IN_FRANCS.items()
    ]
