"""Prepaid credits: what was bought, drawn and lost, and whether that is what the provider states.

Harm guarded against: money paid in advance that nobody follows; credits that expire unseen; a draw
that the provider takes twice, or a purchase that nobody wrote down.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.python.landing import Landing
from tests.python.project import Project, copy_project

pytestmark = pytest.mark.wide

CREDITS = """\
credit_id,provider,billing_account_id,purchased_on,expires_on,amount_usd,source
oa-1,openai,default,2026-09-30,2026-10-04,10,receipt
oa-2,openai,default,2026-10-02,2027-10-02,5,receipt
an-1,anthropic,default,2026-10-01,,0.40,receipt
"""
BALANCES = """\
provider,billing_account_id,balance_date,balance_usd,source
openai,default,2026-10-03,7.50,page
openai,default,2026-10-05,4.00,page
"""

INVOICES = """\
invoice_id,invoice_issuer,invoice_date,billing_period_start,line_no,line_type,description,amount,currency
oa-1,OpenAI,2026-09-30,2026-09-01,1,prepaid,Credits,10,USD
oa-1,OpenAI,2026-09-30,2026-09-01,2,tax,VAT,2,USD
R-2,OpenAI,2026-10-03,2026-10-01,1,prepaid,Credits,5,USD
R-2,OpenAI,2026-10-03,2026-10-01,2,prepaid,Credit applied,-1,USD
"""

# of capacity and of credits: only the second asks for a row of prepaid_credits
FOCUS = """\
ServiceProviderName,BillingAccountId,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ChargeDescription,\
BilledCost,EffectiveCost,BillingCurrency,ServiceName,InvoiceId
Mistral,m,2026-10-04T00:00:00Z,2026-10-05T00:00:00Z,Purchase,Provisioned units,9,0,USD,API,F-1
Mistral,m,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,Purchase,Credits,25,0,USD,API,F-1
"""


def costs(days: dict[int, str]) -> str:
    def at(day: int) -> int:
        return int(datetime(2026, 10, day, tzinfo=UTC).timestamp())

    def bucket(day: int, amount: str) -> dict:
        result = {"amount": {"value": amount, "currency": "usd"}, "line_item": "gpt-4o, input"}
        return {"start_time": at(day), "end_time": at(day + 1), "results": [result]}

    return json.dumps({"data": [bucket(*each) for each in days.items()]})


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepaid")
    landing = Landing(folder)
    landing.put("openai_costs/20261106T060000Z.json", costs({1: "2.5", 2: "2.5", 3: "2.5", 5: "1"}))
    landing.put("generic_invoice_lines/20261106T060000Z.csv", INVOICES)
    landing.put("focus_costs/20261106T060000Z.csv", FOCUS)
    landing.put(
        "envelope_events/a.jsonl",
        [
            {"id": f"{provider}-{day}", "timestamp": f"2026-10-{day:02}T12:00:00Z",
             "team": "growth", "provider": provider, "model": model, "input_tokens": tokens,
             "output_tokens": 0}
            for provider, model, tokens, days in (
                ("openai", "gpt-4o", 1_000_000, (1, 2, 3, 5)),
                # no bill of it: our own figure, 0.30 USD a day
                ("anthropic", "claude-sonnet-4-5", 100_000, (1, 2)),
            )
            for day in days
        ],
    )  # fmt: skip
    root = copy_project(folder)
    for name, text in (("prepaid_credits", CREDITS), ("prepaid_balances", BALANCES)):
        (root / "seeds" / "contracts" / f"{name}.csv").write_text(text)
    project = Project(folder, folder / "landing", root=root, now="2026-11-10T06:00:00Z")
    project.load()
    project.build_part("+fct_bill_findings")
    return project


def test_a_balance_is_bought_less_drawn_less_expired(night):
    rows = night.rows(
        "select provider, balance_date::varchar, opening_usd, purchased_usd, drawn_usd, "
        "expired_usd, closing_usd, difference_usd, balance_status "
        "from marts.fct_prepaid_balances order by 1, 2"
    )
    assert rows == [
        (provider, day, *(None if each is None else Decimal(each) for each in amounts), status)
        for provider, day, *amounts, status in (
            # more is drawn than was bought, on days that no bill speaks of
            ("anthropic", "2026-10-01", "0", "0.4", "0.3", "0", "0.1", None, "not_stated"),
            ("anthropic", "2026-10-02", "0.1", "0", "0.3", "0", "-0.2", None, "below_zero"),
            ("openai", "2026-09-30", "0", "10", "0", "0", "10", None, "not_stated"),
            ("openai", "2026-10-01", "10", "0", "2.5", "0", "7.5", None, "not_stated"),
            ("openai", "2026-10-02", "7.5", "5", "2.5", "0", "10", None, "not_stated"),
            ("openai", "2026-10-03", "10", "0", "2.5", "0", "7.5", "0", "ties"),
            # of ten, seven and a half were used: the rest is lost
            ("openai", "2026-10-04", "7.5", "0", "0", "2.5", "5", None, "not_stated"),
            ("openai", "2026-10-05", "5", "0", "1", "0", "4", "0", "ties"),
        )
    ]


def test_a_balance_that_is_not_right_is_a_finding(night):
    assert night.rows(
        "select finding, provider, first_usage_date::varchar, item_count, amount_usd, owner "
        "from marts.fct_bill_findings where finding like 'prepaid%' order by 1"
    ) == [
        ("prepaid_below_zero", "anthropic", "2026-10-02", 1, Decimal("0.2"), "finance"),
        # bought on a FOCUS file, and nobody wrote it down
        ("prepaid_not_recorded", "mistral", "2026-10-01", 1, Decimal(25), "finance"),
    ]


def test_it_is_one_too_where_the_provider_states_another(night, tmp_path_factory):
    root = copy_project(tmp_path_factory.mktemp("other"))
    for name, text in (
        (
            "prepaid_credits",
            CREDITS.replace("an-1,anthropic,default,2026-10-01,,0.40,receipt\n", ""),
        ),
        ("prepaid_balances", BALANCES.replace("4.00", "3.99")),
    ):
        (root / "seeds" / "contracts" / f"{name}.csv").write_text(text)
    other = night.copy(root.parent, root)
    other.build_part("prepaid_credits+1", "prepaid_balances+1", "int_prepaid_draws+")
    assert other.rows(
        "select finding, provider, last_usage_date::varchar, item_count, amount_usd "
        "from marts.fct_bill_findings where finding like 'prepaid%' and provider != 'mistral'"
    ) == [("prepaid_does_not_tie", "openai", "2026-10-05", 1, Decimal("0.01"))]


@pytest.mark.parametrize(
    ("credits", "finding"),
    [
        # bought, and on no invoice although a later one is loaded
        ("oa-0,openai,default,2026-10-01,,7,receipt", ("prepaid_without_invoice", "2026-10-01", 7)),
        # of the month of an invoice, and another amount
        ("oa-2,openai,default,2026-10-02,2027-10-02,5.25,receipt",
         ("prepaid_invoice_differs", "2026-10-02", Decimal("0.25"))),
        # on an invoice, and nobody wrote it down
        (None, ("prepaid_not_recorded", "2026-10-03", 5)),
    ],
)  # fmt: skip
def test_a_purchase_is_what_an_invoice_asks_for(night, tmp_path, credits, finding):
    root = copy_project(tmp_path)
    kept = [
        line
        for line in CREDITS.splitlines()
        if not line.startswith((credits or "oa-2").split(",")[0] + ",")
    ]
    text = "\n".join([*kept, *([credits] if credits else [])]) + "\n"
    (root / "seeds" / "contracts" / "prepaid_credits.csv").write_text(text)
    (root / "seeds" / "contracts" / "prepaid_balances.csv").write_text(
        BALANCES.split("\n")[0] + "\n"
    )
    other = night.copy(root.parent, root)
    other.build_part("prepaid_credits+1", "prepaid_balances+1", "int_prepaid_draws+")
    assert other.rows(
        "select finding, last_usage_date::varchar, amount_usd from marts.fct_bill_findings "
        "where finding like 'prepaid%' and provider = 'openai' and subject != 'prepaid credits'"
    ) == [finding]
