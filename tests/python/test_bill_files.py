"""Which file of a bill counts, and that every line of it is in a figure or has a reason.

Harm guarded against: two runs of one export that add up; an export that is overwritten in parts and
half replaced; a line that is accepted and that nobody ever sees again.
"""

import json
from decimal import Decimal

import pytest

from tests.python.project import Project

AZURE = (
    "SubscriptionId,Date,MeterCategory,MeterName,UnitOfMeasure,Quantity,CostInBillingCurrency,"
    "ChargeType,BillingCurrencyCode,BillingPeriodStartDate\n"
)
AWS = (
    "identity_line_item_id,bill_billing_entity,bill_billing_period_start_date,"
    "line_item_line_item_type,line_item_usage_start_date,line_item_product_code,"
    "line_item_usage_type,line_item_usage_amount,line_item_currency_code,line_item_unblended_cost\n"
)
FOCUS = (
    "ServiceProviderName,InvoiceIssuerName,ChargePeriodStart,ChargeCategory,BilledCost,"
    "EffectiveCost,BillingCurrency,ServiceName\n"
)
INVOICE = "invoice_id,invoice_issuer,billing_period_start,line_no,line_type,amount,currency\n"


def azure(*days: int, amount="2.5") -> str:
    rows = (
        f"sub1,10/{day:02}/2026,Foundry Models,gpt 4o,1K,1000,{amount},Usage,USD,10/01/2026\n"
        for day in days
    )
    return AZURE + "".join(rows)


def aws(number: int, amount: str) -> str:
    return (
        f"{AWS}l{number},AWS,2026-10-01T00:00:00Z,Usage,2026-10-05T10:00:00Z,AmazonBedrock,"
        f"USE1-NovaPro-input-tokens,1000,USD,{amount}\n"
    )


def openai(*items: tuple[str, str], day=1791158400) -> str:
    results = [{"amount": {"value": v, "currency": "usd"}, "line_item": k} for k, v in items]
    return json.dumps({"data": [{"start_time": day, "end_time": day + 86400, "results": results}]})


FILES = {
    # Azure's own folders: the days covered, the run, the guid
    "azure_costs/account=runs/exp/20261001-20261031/202610041557/1a/p.csv": azure(1, 2, 3),
    "azure_costs/account=runs/exp/20261001-20261031/202610051557/2b/p.csv": azure(1, 2, 3, 4),
    # and without the run: the one that covers more days
    "azure_costs/account=guids/exp/20261001-20261031/9z/p.csv": azure(1, 2, 3),
    "azure_costs/account=guids/exp/20261001-20261031/1a/p.csv": azure(1, 2, 3, 4),
    "azure_costs/account=views/20261106/actual.csv": azure(5, amount="260"),
    "azure_costs/account=views/20261106/amortized.csv": azure(5, amount="8.38"),
    "azure_costs/account=again/20261106/costs.csv": azure(5, amount="1"),
    "azure_costs/account=again/20261106/costs-v2.csv": azure(5, amount="3"),
    "azure_costs/account=named/20261106.csv": azure(5).replace(
        "CostInBillingCurrency", "PreTaxCost"
    ),
    "aws_cur2/account=parts/BILLING_PERIOD=2026-10/x-00001.csv": aws(1, "0.8"),
    "aws_cur2/account=parts/BILLING_PERIOD=2026-10/x-00002.csv": aws(2, "3.2"),
    "focus_costs/account=period/20261106.csv": FOCUS
    + "OpenAI,OpenAI,2026-10-05T00:00:00Z,Usage,4.44,4.44,USD,OpenAI API\n",
    "openai_costs/account=projects/20261106/a.json": openai(("gpt-4.1, input", "10")),
    "openai_costs/account=projects/20261106/b.json": openai(("gpt-4.1, input", "3")),
    "openai_costs/account=words/20261106.json": openai(
        ("gpt-image-1 image, output", "5"), ("gpt-4.1-turbo, output", "7")
    ),
    "generic_invoice_lines/account=invoice/20261106.csv": INVOICE
    + "INV-1,OpenAI,2026-10-01,1,usage,100,USD\nINV-1,OpenAI,2026-10-01,2,total,100,USD\n"
    + ",OpenAI,2026-10-01,1,usage,55,USD\n",
}
# reconciled or invoiced, and replaced
RIGHT = {
    "runs": ("10", "7.5"),
    "guids": ("10", "7.5"),
    "views": ("260", "8.38"),
    "again": ("3", "1"),
    "named": ("2.5", "0"),
    "parts": ("5.6", "0.8"),
    "period": ("4.44", "0"),
    "projects": ("3", "10"),
    "words": ("12", "0"),
    "invoice": ("100", "0"),
}
NEEDED = ("+fct_bill_files", "+int_bill_issues", "+assert_every_bill_line_is_accounted_for")


def put(landing, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture(scope="module")
def bills(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    landing = folder / "landing"
    put(landing, FILES)
    project = Project(folder, landing)
    project.load()
    # the next night, one part of an export is there again under its name
    put(landing, {"aws_cur2/account=parts/BILLING_PERIOD=2026-10/x-00001.csv": aws(1, "2.4")})
    project.load()
    project.dbt(
        "build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious",
        "--select", *NEEDED,
    )  # fmt: skip
    return project


def test_the_right_file_counts_and_no_line_is_lost(bills):
    found = {
        account: amounts
        for account, *amounts in bills.rows(
            "select billing_account_id, sum(reconciled_amount + invoiced_amount), "
            "sum(replaced_amount), sum(amount - reconciled_amount - invoiced_amount "
            "- replaced_amount) from marts.fct_bill_files group by 1"
        )
    }
    assert found == {k: [Decimal(a), Decimal(b), Decimal(0)] for k, (a, b) in RIGHT.items()}


def test_a_line_without_an_invoice_is_rejected_by_name(bills):
    assert bills.rows("select reason from raw.load_rejects") == [("no invoice_id",)]


def test_what_no_name_tells_apart_is_listed_with_its_money(bills):
    rows = bills.rows(
        "select term, amount from intermediate.int_bill_issues where issue = 'pull' order by 1"
    )
    folder = "openai_costs/account=projects/20261106"
    assert rows == [(f"{folder}/a.json", Decimal(10)), (f"{folder}/b.json", Decimal(3))]


def test_an_unknown_model_is_listed_with_the_likeliest(bills):
    rows = bills.rows(
        "select term, amount, likely_model from intermediate.int_bill_issues "
        "where issue = 'model' and provider = 'openai'"
    )
    assert ("gpt-4.1-turbo", Decimal(7), "gpt-4.1") in rows


def test_tokens_of_images_are_no_tokens_of_text(bills):
    assert bills.rows(
        "select model_name, meter from intermediate.int_bill_lines_classified "
        "where description like 'gpt-image-1%'"
    ) == [("gpt-image-1", "output_image")]
