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
GOOGLE = "Service description,SKU description,Usage start date,Cost type,Cost ($)\n"
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


def focus(day: int, cost: str) -> str:
    return f"{FOCUS}OpenAI,OpenAI,2026-10-{day:02}T00:00:00Z,Usage,{cost},{cost},USD,OpenAI API\n"


def google(*days: int, amount="2") -> str:
    sku = "Gemini 2.5 Pro Text Input - Predictions"
    return "".join(f"Vertex AI,{sku},2026-10-{day:02},regular,{amount}\n" for day in days)


def openai(*items: tuple[str, str], day=1791158400, project=None) -> str:
    results = [
        {"amount": {"value": v, "currency": "usd"}, "line_item": k, "project_id": project}
        for k, v in items
    ]
    return json.dumps({"data": [{"start_time": day, "end_time": day + 86400, "results": results}]})


FILES = {
    # Azure's own folders: the days covered, the run, the guid
    "azure_costs/account=runs/exp/20261001-20261031/202610041557/1a/p.csv": azure(1, 2, 3),
    "azure_costs/account=runs/exp/20261001-20261031/202610051557/2b/p.csv": azure(1, 2, 3, 4),
    # and without the run: the one that covers more days
    "azure_costs/account=guids/exp/20261001-20261031/9z/p.csv": azure(1, 2, 3) + "\n",
    "azure_costs/account=guids/exp/20261001-20261031/1a/p.csv": azure(1, 2, 3, 4) + "\n",
    "azure_costs/account=views/20261106/actual.csv": azure(5, amount="260"),
    "azure_costs/account=views/20261106/amortized.csv": azure(5, amount="8.38"),
    "azure_costs/account=again/20261106/costs.csv": azure(5, amount="1"),
    "azure_costs/account=again/20261106/costs-v2.csv": azure(5, amount="3"),
    # again, in other words
    "azure_costs/account=revised/20261106/costs.csv": azure(5, amount="1") + "\n\n",
    "azure_costs/account=revised/20261106/costs_revised.csv": azure(5, amount="3") + "\n\n",
    "openai_costs/account=tenth/costs_v9.json": openai(("gpt-4.1, input", "9.1")),
    "openai_costs/account=tenth/costs_v10.json": openai(("gpt-4.1, input", "10.1")),
    "openai_costs/account=copy/costs 20261106.json": openai(("gpt-4.1, input", "1.1")),
    "openai_costs/account=copy/costs 20261106 (1).json": openai(("gpt-4.1, input", "2.1")),
    # a legacy report without its billing period and kinds of lines
    "aws_cur2/account=legacy/20261106.csv": "lineItem/UsageStartDate,lineItem/UsageType,"
    "lineItem/UnblendedCost,lineItem/CurrencyCode\n"
    "2026-10-05T00:00:00Z,USE1-NovaPro-input-tokens,0.8,USD\n",
    "azure_costs/account=named/20261106.csv": azure(5).replace(
        "CostInBillingCurrency", "PreTaxCost"
    ),
    "aws_cur2/account=parts/BILLING_PERIOD=2026-10/x-00001.csv": aws(1, "0.8"),
    "aws_cur2/account=parts/BILLING_PERIOD=2026-10/x-00002.csv": aws(2, "3.2"),
    "focus_costs/account=period/20261106.csv": FOCUS
    + "OpenAI,OpenAI,2026-10-05T00:00:00Z,Usage,4.44,4.44,USD,OpenAI API\n",
    "openai_costs/account=projects/20261106/a.json": openai(("gpt-4.1, input", "10")),
    "openai_costs/account=projects/20261106/b.json": openai(("gpt-4.1, input", "3")),
    # the same, and the file says which project it is of
    "openai_costs/account=filters/20261106/a.json": openai(("gpt-4.1, input", "10"), project="a"),
    "openai_costs/account=filters/20261106/b.json": openai(("gpt-4.1, input", "3"), project="b"),
    # the same, and one of the projects was not used on the day
    "openai_costs/account=quiet/20261106/a.json": openai(("gpt-4.1, input", "4"), project="a"),
    "openai_costs/account=quiet/20261106/b.json": openai(project="b"),
    # an amortized export that was pulled after the actual one
    "azure_costs/account=later/actual/20261106.csv": azure(5, amount="260") + "\n",
    "azure_costs/account=later/amortized/20261107.csv": azure(5, amount="8.38") + "\n",
    # the same export under another name, and the state of the month before
    "azure_costs/account=twice/oct.csv": azure(5, 6, amount="4"),
    "azure_costs/account=twice/october-azure.csv": azure(5, 6, amount="4") + "\n",
    "gcp_billing/account=states/oct.csv": GOOGLE + google(5, 6, 7),
    "gcp_billing/account=states/a-half.csv": GOOGLE + google(5) + google(6, amount="1"),
    # a month in two deliveries: the second takes the place of the first, and lacks its day
    "focus_costs/account=halves/20261015.csv": focus(5, "3"),
    "focus_costs/account=halves/20261106.csv": focus(20, "4"),
    # a later delivery that has no AI in it any more
    "azure_costs/account=gone/20261106.csv": azure(5),
    "azure_costs/account=gone/20261107.csv": azure(5, amount="9").replace(
        "Foundry Models", "Storage"
    ),
    "aws_cur2/account=models/20261106.csv": AWS.strip()
    + ",product_product_name\n"
    + "l1,AWS,2026-10-01T00:00:00Z,Usage,2026-10-05T10:00:00Z,AmazonBedrock,"
    + "USE1-Nova2.0Lite-Hologram-input-tokens,1000,USD,7,Amazon Bedrock\n"
    + "l2,AWS Marketplace,2026-10-01T00:00:00Z,Usage,2026-10-05T10:00:00Z,4abhash,"
    + "USE1-MP:USE1_InputTokenCount-Units,1,USD,7,OpenAI GPT-6 Quasar (Amazon Bedrock Edition)\n",
    "gcp_billing/account=models/20261106.csv": GOOGLE
    + "".join(
        f"Vertex AI,{sku},2026-10-05,regular,7\n"
        for sku in (
            "Gemini 3.5 Flash Hologram Regional Text Input - Predictions",
            "Gemini 2.5 Flash Lite Text Input - Predictions",
            "Model Garden Llama 4 Scout Batch Input Token",
        )
    ),
    "openai_costs/account=words/20261106.json": openai(
        ("gpt-image-1 image, output", "5"),
        ("gpt-4.1-turbo, output", "7"),
        ("ft-gpt-5-nano, input", "7"),
    ),
    # pulled before, with the same words on it
    "openai_costs/account=words/20261105.json": openai(("gpt-4.1-turbo, output", "7")),
    "generic_invoice_lines/account=legal/20261106.csv": INVOICE
    + 'INV-2,"OpenAI, L.L.C.",2026-10-01,1,usage,1,USD\n'
    + 'INV-3,"OpenAI OpCo, LLC",2026-10-01,1,usage,2,USD\n'
    + 'INV-4,"Anthropic, PBC",2026-10-01,1,usage,4,USD\n'
    + 'INV-5,"Anthropic Ireland, Limited",2026-10-01,1,usage,8,USD\n'
    + "INV-6,OpenAI Resellers GmbH,2026-10-01,1,usage,16,USD\n",
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
    "revised": ("3", "1"),
    "tenth": ("10.1", "9.1"),
    "copy": ("2.1", "1.1"),
    "legacy": ("0.8", "0"),
    "named": ("2.5", "0"),
    "parts": ("5.6", "0.8"),
    "period": ("4.44", "0"),
    "projects": ("3", "10"),
    "filters": ("13", "0"),
    "quiet": ("4", "0"),
    "later": ("260", "8.38"),
    "twice": ("8", "8"),
    "states": ("6", "3"),
    "halves": ("4", "3"),
    "gone": ("0", "2.5"),
    "models": ("35", "0"),
    "words": ("19", "7"),
    "legal": ("31", "0"),
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
    project.build_part(*NEEDED)
    return project.freeze()


def test_the_right_file_counts_and_no_line_is_lost(bills):
    found = {
        account: amounts
        for account, *amounts in bills.rows(
            "select billing_account_id, sum(reconciled_amount + invoiced_amount), "
            "sum(replaced_amount), sum(amount - reconciled_amount - invoiced_amount "
            "- replaced_amount - not_ai_amount) from marts.fct_bill_files group by 1"
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
    assert rows == [
        ("azure_costs/account=twice/oct.csv", Decimal(8)),
        ("azure_costs/account=twice/october-azure.csv", Decimal(8)),
        ("focus_costs/account=halves/20261015.csv", Decimal(3)),
        ("gcp_billing/account=states/a-half.csv", Decimal(3)),
        ("gcp_billing/account=states/oct.csv", Decimal(6)),
        (f"{folder}/a.json", Decimal(10)),
        (f"{folder}/b.json", Decimal(3)),
    ]


@pytest.mark.parametrize(
    ("provider", "term", "likely"),
    [
        ("openai", "gpt-4.1-turbo", "gpt-4.1"),
        ("openai", "ft-gpt-5-nano", "gpt-5-nano"),
        ("bedrock", "nova2lite hologram", "nova-2-lite"),
        ("bedrock", "openai gpt-6 quasar", None),
        ("google-vertex", "gemini 3.5 flash hologram", "gemini-3.5-flash"),
        ("google-vertex", "llama 4 scout", None),
    ],
)
def test_an_unknown_model_is_listed_with_the_likeliest_and_the_row_to_add(
    bills, provider, term, likely
):
    rows = bills.rows(
        "select amount_usd, likely_model, seed_row from intermediate.int_bill_issues "
        f"where issue = 'model' and provider = '{provider}' and term = '{term}'"
    )
    source = {"openai": "openai_costs", "bedrock": "aws_cur2"}.get(provider, "gcp_billing")
    assert rows == [(Decimal(7), likely, f'{provider},"{term}",{likely or "?"},{source}')]


def test_tokens_of_images_are_no_tokens_of_text(bills):
    assert bills.rows(
        "select model_name, meter from intermediate.int_bill_lines_classified "
        "where description like 'gpt-image-1%'"
    ) == [("gpt-image-1", "output_image")]


def test_the_legal_name_of_a_provider_is_the_provider(bills):
    assert bills.rows(
        "select provider, sum(invoiced_amount) from marts.fct_bill_files "
        "where billing_account_id = 'legal' group by 1 order by 1"
    ) == [("anthropic", Decimal(12)), ("openai", Decimal(3)), ("openai resellers", Decimal(16))]
