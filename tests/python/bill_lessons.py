"""The bills, and the gateway lines beside them, that the lessons of test_bill_lessons are tried on.

Each lesson has days, months or providers of its own, so that one warehouse holds them all.
"""

import csv
import io
import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from tests.python.gateway_lessons import SONNET, litellm, prompt, writes

FIXTURES = Path(__file__).parent / "fixtures" / "bills"
GPT = {"model": "openai/gpt-4o", "custom_llm_provider": "openai"}
DEEPSEEK = {"model": "deepseek/deepseek-v4-flash", "custom_llm_provider": "deepseek"}
LONG_ACCOUNT = "000012345678"


def write_landing(landing: Path) -> None:
    """The samples of every bill, and the lessons' own."""
    for table in FIXTURES.iterdir():
        if table.is_dir():
            shutil.copytree(table, landing / table.name / "2026-11-04T00-00-00")
    gateway = "".join(json.dumps(line) + "\n" for line in gateway_lines())
    _put(landing, "litellm_spend_logs/lessons.jsonl", gateway)
    early = openai_page({"2026-11-10": cached_day(input_amount="2.00")})
    final = openai_page(openai_days())
    _put(landing, "openai_costs/2026-11-15T06-00-00/page.json", early)
    _put(landing, "openai_costs/2026-11-20T06-00-00/page.json", final)
    _put(landing, "openai_costs/2026-11-21T06-00-00/same-content.json", final)
    _put(landing, "openai_costs/2026-11-22T06-00-00/same-figures.json", final + "\n")
    _put(landing, "anthropic_cost_report/2026-11-20T06-00-00/page.json", anthropic_page())
    _put(landing, "aws_cur2/2026-11-05T00-00-00/part-1.csv", aws_csv(OCTOBER[:2]))
    _put(landing, "aws_cur2/2026-11-05T00-00-00/part-2.csv", aws_csv(OCTOBER[2:]))
    _put(landing, "aws_cur2/2026-11-01T00-00-00/part-1.csv", aws_csv([*OCTOBER, WITHDRAWN]))
    _put(landing, "gcp_billing/2026-11-20T00-00-00/late.json", gcp_rows())
    _put(landing, "focus_costs/2026-11-20T00-00-00/others.csv", focus_csv())
    _put(landing, "openrouter_activity/2026-11-20T00-00-00/page.json", openrouter_page())
    _put(landing, "generic_invoice_lines/2026-10-05/invoices.csv", invoices_csv())


def _put(landing: Path, name: str, content: str) -> None:
    path = landing / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def _call(lesson: int, n: int, day: str, usage: dict, hour: int = 12, **fields) -> dict:
    at = f"{day}T{hour:02}:00:00.000Z"
    return litellm(lesson, n, usage, startTime=at, endTime=at, **fields)


def gateway_lines() -> list[dict]:
    """LiteLLM's record of the lessons."""
    overlapping = prompt(fresh=1000, output=10)
    overlapping["prompt_tokens_details"] = {"cached_tokens": 800, "audio_tokens": 400}
    grok = {"model": "xai/grok-4", "custom_llm_provider": "xai"}
    million = prompt(fresh=1_000_000)
    return [
        _call(1, 1, "2026-11-10", prompt(read=300_000, fresh=1_000_000, output=100_000), **GPT),
        # 3,000 written, of which 2,000 say for how long
        _call(3, 1, "2026-11-10", prompt(write=3000, fresh=1000, **writes(1000, 1000)), **SONNET),
        _call(5, 1, "2026-11-12", overlapping, **grok),
        _call(6, 1, "2026-11-12", prompt(fresh=1000), **GPT | {"model": "gpt-mystery"}),
        _call(11, 1, "2026-11-13", prompt(fresh=1000, output=10), cache_hit="True", **GPT),
        _call(15, 1, "2026-11-14", prompt(fresh=1_000_000), **GPT),
        _call(20, 1, "2026-11-09", million, hour=2, **DEEPSEEK),
        _call(20, 2, "2026-11-09", million, hour=12, **DEEPSEEK),
    ]


def openai_page(days: dict[str, list[dict]]) -> str:
    buckets = []
    for day, results in days.items():
        start = int(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).timestamp())
        buckets.append({"start_time": start, "end_time": start + 86400, "results": results})
    return json.dumps({"object": "page", "data": buckets, "has_more": False, "next_page": None})


def openai_line(item: str, amount, quantity=None, unit="tokens") -> dict:
    return {
        "amount": {"value": amount, "currency": "usd"},
        "line_item": item,
        "quantity": quantity,
        "quantity_unit": unit if quantity is not None else None,
    }


def cached_day(input_amount: str) -> list[dict]:
    return [
        openai_line("gpt-4o-2024-08-06, input", input_amount, 1_000_000),
        openai_line("gpt-4o-2024-08-06, cached input", "0.50", 400_000),
        openai_line("gpt-4o-2024-08-06, output", "1.00", 100_000),
    ]


def openai_days() -> dict[str, list[dict]]:
    return {
        "2026-11-10": cached_day(input_amount="2.50"),
        "2026-11-11": [
            openai_line("gpt-5.6-terra, cache writes", "0.25", 100_000),
            openai_line("gpt-5.6-terra, dream tokens", "0.75", 100_000),
        ],
        "2026-11-12": [openai_line("gpt-mystery, input", "1.25", 1000)],
        "2026-11-13": [],
        "2026-11-16": [
            openai_line("gpt-4o-2024-08-06, input", "1e-7", 1),
            openai_line("gpt-4o-2024-08-06, output", "1.5E-6", 1),
            openai_line("gpt-4o-2024-08-06, input", "12.5.0", 1),
        ],
    }


def anthropic_page() -> str:
    kinds = {
        "uncached_input_tokens": "0.3",
        "cache_creation.ephemeral_5m_input_tokens": "0.75",
        "cache_creation.ephemeral_1h_input_tokens": "0.6",
    }
    results = [
        {
            "amount": cents,
            "currency": "USD",
            "cost_type": "tokens",
            "model": "claude-sonnet-4-5-20250929",
            "token_type": kind,
            "service_tier": "standard",
        }
        for kind, cents in kinds.items()
    ]
    day = {"starting_at": "2026-11-10T00:00:00Z", "ending_at": "2026-11-11T00:00:00Z"}
    return json.dumps({"data": [day | {"results": results}], "has_more": False})


def _aws(usage_type: str, quantity: str, cost: str, **more) -> dict:
    return {
        "identity_line_item_id": usage_type + quantity,
        "bill_billing_entity": "AWS Marketplace",
        "bill_billing_period_start_date": "2026-10-01T00:00:00Z",
        "bill_payer_account_id": LONG_ACCOUNT,
        "line_item_usage_account_id": LONG_ACCOUNT,
        "line_item_line_item_type": "Usage",
        "line_item_usage_start_date": "2026-10-05T00:00:00Z",
        "line_item_product_code": "composedmpproductcode0001",
        "line_item_usage_type": usage_type,
        "line_item_usage_amount": quantity,
        "line_item_currency_code": "USD",
        "line_item_unblended_cost": cost,
        "product": json.dumps({"product_name": "Claude Sonnet 4.5 (Amazon Bedrock Edition)"}),
        "pricing_unit": "Units",
    } | more


OCTOBER = [
    _aws("USE1-MP:USE1_CacheWriteInputTokenCount-Units", "1", "4.125"),
    _aws("USE1-MP:USE1_CacheWrite1hInputTokenCount_Global-Units", "1", "6"),
    _aws(
        "USW2-Claude4Sonnet-input-tokens-cross-region-global-batch",
        "2000",
        "3",
        product="{}",
        line_item_product_code="AmazonBedrockService",
        pricing_unit="1K tokens",
        line_item_usage_start_date="2026-10-05T20:00:00-05:00",
    ),
    _aws("USE1-MP:USE1_OutputTokenCount-Units", "7", "70", pricing_unit="Fathoms"),
    _aws(
        "USE1-BoxUsage:m5.large",
        "24",
        "99",
        product="{}",
        line_item_product_code="AmazonEC2",
        pricing_unit="Hrs",
    ),
    _aws("", "", "8.1", line_item_line_item_type="Tax"),
]
WITHDRAWN = _aws("USE1-MP:USE1_OutputTokenCount-Units", "1", "15")


def aws_csv(rows: list[dict]) -> str:
    return _csv(rows)


def _csv(rows: list[dict]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def gcp_rows() -> str:
    """An hour of the evening in California, and a late row of a day billed before."""
    row = {
        "billing_account_id": "01AAAA-BBBBBB-CCCCCC",
        "service": {"description": "Vertex AI"},
        "sku": {"id": "5DA2-3F77-1CA5", "description": "Gemini 2.5 Pro Text Output - Predictions"},
        "cost": "0.5",
        "currency": "USD",
        "usage": {"amount": "50000", "unit": "count"},
        "credits": [],
        "invoice": {"month": "202611"},
        "cost_type": "regular",
        "export_time": "2026-11-04T02:00:00Z",
    }
    evening = {"usage_start_time": "2026-11-02T23:00:00-08:00"}
    late = {"usage_start_time": "2026-11-02T15:00:00Z", "cost": "0.25", "cost_type": "adjustment"}
    return "".join(json.dumps(row | more) + "\n" for more in (evening, late))


def _focus(provider: str, day: str, cost: str, **more) -> dict:
    return {
        "ServiceProviderName": provider,
        "InvoiceIssuerName": provider,
        "BillingAccountId": LONG_ACCOUNT,
        "BillingPeriodStart": day[:8] + "01T00:00:00Z",
        "ChargePeriodStart": f"{day}T00:00:00Z",
        "ChargeCategory": "Usage",
        "BilledCost": cost,
        "EffectiveCost": cost,
        "BillingCurrency": "USD",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": f"{provider} API",
        "x_ModelId": f"{provider.lower()}-large",
        "x_TokenDirection": "Input",
        "x_TokenCacheAction": "Uncached",
    } | more


def focus_csv() -> str:
    return _csv(
        [
            _focus(
                "DeepSeek",
                "2026-11-09",
                "0.45",
                x_ModelId="deepseek-v4-flash",
                ConsumedQuantity="2000000.0",
                ConsumedUnit="Tokens",
            ),
            _focus("xAI", "2026-11-12", "0.0025", x_ModelId="grok-4"),
            _focus("Mistral", "2026-09-07", "60"),
            _focus("Mistral", "2026-09-08", "40"),
            # paid in advance: cash on one row, use on the other
            _focus("Mistral", "2026-08-01", "50", EffectiveCost="0", ChargeCategory="Purchase"),
            _focus("Mistral", "2026-08-02", "0", EffectiveCost="7"),
            _focus("Cohere", "2026-09-07", "20", BillingCurrency="SEK"),
        ]
    )


def openrouter_page() -> str:
    row = {
        "date": "2026-11-10",
        "model": "openai/gpt-4o",
        "provider_name": "OpenAI",
        "usage": 0.75,
        "byok_usage_inference": 4.5,
        "requests": 3,
        "prompt_tokens": 1000,
        "completion_tokens": 200,
        "cached_tokens": 400,
    }
    return json.dumps({"data": [row, row | {"model": "openai/gpt-4o-mini", "cached_tokens": 1200}]})


def _invoice(invoice: str, kind: str, amount: str, **more) -> dict:
    return {
        "invoice_id": invoice,
        "invoice_issuer": "Mistral",
        "invoice_date": "2026-10-02",
        "billing_period_start": "2026-09-01",
        "billing_period_end": "2026-10-01",
        "line_no": kind,
        "line_type": kind,
        "amount": amount,
        "currency": "USD",
    } | more


def invoices_csv() -> str:
    august = {"billing_period_start": "2026-08-01", "billing_period_end": "2026-09-01"}
    cohere = {"invoice_issuer": "Cohere", "currency": "SEK"}
    return _csv(
        [
            _invoice("M-9", "usage", "110"),
            _invoice("M-9", "tax", "22"),
            _invoice("M-9", "seat", "30"),
            _invoice("M-9", "total", "162"),
            _invoice("M-9-CM", "usage", "-10", reference_invoice_id="M-9"),
            _invoice("M-9-CM", "total", "-10", reference_invoice_id="M-9"),
            _invoice("M-77-CM", "credit", "-5", reference_invoice_id="M-77"),
            _invoice("M-8", "prepaid", "50", **august),
            _invoice("M-8", "total", "51", **august),
            _invoice("C-9", "usage", "20", **cohere),
            _invoice("C-9", "total", "20", **cohere),
        ]
    )
