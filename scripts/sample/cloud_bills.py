"""The clouds' bills in their own formats: AWS CUR 2.0, Google's detailed export, Azure's cost
export (EA header) and OpenRouter's activity. Field names and units as the providers document them;
how the sources are read is in models/staging.
"""

import csv
import io
import json
from datetime import datetime, timedelta
from decimal import Decimal

from scripts.sample import catalog as c
from scripts.sample.clouds import Clouds, Line

MILLION, THOUSAND = Decimal(1_000_000), Decimal(1_000)
AWS_NAMES = {
    "uncached_input": "InputTokenCount",
    "cache_read": "CacheReadInputTokenCount",
    "output": "OutputTokenCount",
    "unmapped": "UnnamedCount",
}
AWS_CHARGES = {"credit": "Credit", "tax": "Tax", "commitment": "Usage"}
GOOGLE_NAMES = {
    "uncached_input": "Text Input - Predictions",
    "cache_read": "Text Input Caching - Predictions",
    "output": "Text Output - Predictions",
}
GOOGLE_MODELS = {"gemini-2.5-flash": "Gemini 2.5 Flash GA", "gemini house": "Gemini House"}
AZURE_NAMES = {
    "uncached_input": "gpt 4o 1120 Inp glbl Tokens",
    "cache_read": "gpt 4o 1120 cached Inp glbl Tokens",
    "output": "gpt 4o 1120 Outp glbl Tokens",
}


def _of(clouds: Clouds, provider: str) -> list[Line]:
    return [x for x in clouds.lines if x.provider == provider and x.day < clouds.days]


def as_csv(rows: list[dict]) -> str:
    """Rows with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def aws(clouds: Clouds) -> str:
    """Cost and usage report: marketplace lines of a Claude model, in units of a million tokens."""
    rows = []
    for number, x in enumerate(_of(clouds, "bedrock")):
        day = clouds.start + timedelta(days=x.day)
        usage = x.category == "usage"
        kind = f"{AWS_NAMES[x.meter]}_Global" if usage else ""
        if x.category == "commitment":
            kind = "Reserved_1Month_InputTPM_Geo"
        product = {"product_name": "Claude Haiku 4.5 (Amazon Bedrock Edition)"} if usage else {}
        rows.append(
            {
                "identity_line_item_id": f"line{number:06}",
                "bill_billing_entity": "AWS Marketplace" if usage else "AWS",
                "bill_billing_period_start_date": f"{day:%Y-%m}-01T00:00:00Z",
                "bill_invoice_id": "",
                "bill_payer_account_id": "111122223333",
                "line_item_usage_account_id": "444455556666",
                "line_item_line_item_type": AWS_CHARGES.get(x.category, "Usage"),
                "line_item_usage_start_date": f"{day}T00:00:00Z",
                "line_item_product_code": "claudehaiku45" if usage else "AmazonBedrock",
                "line_item_usage_type": f"USE1-MP:USE1_{kind}-Units" if kind else "",
                "line_item_iam_principal": "",
                "line_item_usage_amount": c.plain(x.quantity / MILLION),
                "line_item_currency_code": x.currency,
                "line_item_unblended_cost": c.usd(x.cost),
                "line_item_line_item_description": f"AWS Marketplace|{kind or x.category}",
                "product": json.dumps(product),
                "pricing_unit": "Units",
            }
        )
    return as_csv(rows)


def google(clouds: Clouds) -> str:
    """Detailed billing export, one JSON object a line; a discount is a credit on a row."""
    text = []
    exported = clouds.start + timedelta(days=clouds.days + 2)
    for x in _of(clouds, "google-vertex"):
        day = clouds.start + timedelta(days=x.day)
        usage = x.category == "usage"
        credits, cost, cost_type = [], c.usd(x.cost), "regular"
        if x.category == "discount":
            credit = {"type": "SUSTAINED_USAGE_DISCOUNT", "full_name": "Sustained use"}
            credits, cost = [credit | {"amount": c.usd(x.cost)}], "0"
        elif not usage:
            cost_type = "rounding_error"
        sku = f"{GOOGLE_MODELS[x.model]} {GOOGLE_NAMES[x.meter]}" if usage else "Vertex AI"
        row = {
            "billing_account_id": "01AAAA-BBBBBB-CCCCCC",
            "service": {"id": "C7E2-9256-1C43", "description": "Vertex AI"},
            "sku": {"id": "0000-0000-0000", "description": sku},
            "usage_start_time": f"{day}T15:00:00Z",
            "usage_end_time": f"{day}T16:00:00Z",
            "project": {"id": "acme-ml-prod"},
            "location": {"location": "us-central1"},
            "cost": cost,
            "currency": x.currency,
            "usage": {"amount": str(x.quantity), "unit": "count"},
            "credits": credits,
            "invoice": {"month": f"{day:%Y%m}"},
            "cost_type": cost_type,
            "export_time": f"{exported}T02:14:09Z",
        }
        text.append(json.dumps(row, separators=(",", ":")) + "\n")
    return "".join(text)


def azure(clouds: Clouds) -> str:
    """Cost export of an enterprise agreement, in units of a thousand tokens."""
    rows = []
    for x in _of(clouds, "azure"):
        day = clouds.start + timedelta(days=x.day)
        meter = AZURE_NAMES.get(x.meter, "Refund")
        rows.append(
            {
                "SubscriptionId": "00000000-0000-0000-0000-00000c0ffee0",
                "ResourceLocation": "eastus2",
                "Date": f"{day:%m/%d/%Y}",
                "ProductName": f"Azure OpenAI - {meter}",
                "MeterCategory": "Foundry Models",
                "MeterId": "",
                "MeterName": meter,
                "UnitOfMeasure": "1K",
                "Quantity": c.plain(x.quantity / THOUSAND),
                "CostInBillingCurrency": c.usd(x.cost),
                "ChargeType": "Refund" if x.category == "refund" else "Usage",
                "BillingAccountId": "1234567",
                "BillingCurrencyCode": x.currency,
                "BillingPeriodStartDate": f"{day:%m}/01/{day:%Y}",
            }
        )
    return as_csv(rows)


def openrouter(clouds: Clouds) -> str:
    """Activity: one row a day and endpoint, with one amount for all classes of tokens."""
    days: dict[int, dict[str, Line]] = {}
    for x in _of(clouds, "openrouter"):
        days.setdefault(x.day, {})[x.meter] = x
    rows = []
    for number, lines in sorted(days.items()):
        cached = lines["cache_read"].quantity
        day = clouds.start + timedelta(days=number)
        amount = c.usd(sum(x.cost for x in lines.values()))
        rows.append(
            f'{{"date":"{day}","model":"anthropic/claude-sonnet-4.5",'
            '"model_permaslug":"anthropic/claude-4.5-sonnet-20250929","endpoint_id":"ep-1",'
            f'"provider_name":"Anthropic","usage":{amount},"byok_usage_inference":0,"requests":3,'
            f'"prompt_tokens":{lines["uncached_input"].quantity + cached},'
            f'"completion_tokens":{lines["output"].quantity},"reasoning_tokens":0,'
            f'"cached_tokens":{cached}}}'
        )
    return '{"data":[' + ",".join(rows) + "]}\n"


def settled(clouds: Clouds) -> datetime:
    """When the exports are pulled: all days are final by then."""
    return datetime.combine(clouds.start + timedelta(days=clouds.days + 5), datetime.min.time())


def next_morning(clouds: Clouds) -> datetime:
    """When OpenRouter is asked: a day too early for the last day."""
    return datetime.combine(clouds.start + timedelta(days=clouds.days), datetime.min.time())


# raw table: format, suffix of its files, instant of the pull
BILLS = {
    "aws_cur2": (aws, "csv", settled),
    "gcp_billing": (google, "jsonl", settled),
    "azure_costs": (azure, "csv", settled),
    "openrouter_activity": (openrouter, "json", next_morning),
}
