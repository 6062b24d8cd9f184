"""Bills of clouds: which model and which meter a line is for follows from its words.

Harm guarded against: a new model, or a known one in a cloud's own spelling, that looks like leaked
spend; a line that is taken for another model or another kind of tokens; a month's charge that
counts on its first day.

All lines are composed.
"""

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.python.project import ROOT, Project

pytestmark = pytest.mark.wide

DAY = "2026-11-10"
SEEDS = ROOT / "seeds" / "rate_cards"
CLOUDS = ("bedrock", "azure", "google-vertex", "oci")
UNKNOWN = None

# what a bill writes: the model, the meter and the tier that are meant; a model of None is unknown
AWS = {
    "USE1-NovaPro-input-tokens": ("nova-pro", "uncached_input", "standard"),
    "USW2-Nova2.0Lite-cache-read-input-token-count-cross-region-global": (
        "nova-2-lite",
        "cache_read",
        "standard",
    ),
    "EUC1-Claude4Sonnet-output-tokens-batch": ("claude-sonnet-4", "output", "batch"),
    "EU-Claude4.5Haiku-input-tokens-flex": ("claude-haiku-4-5", "uncached_input", "flex"),
    "USE1-Claude4.5Haiku-cache-write-input-token-count": (
        "claude-haiku-4-5",
        "cache_write_5m",
        "standard",
    ),
    "USE1-openai.gpt-6-luna-mantle-output-tokens-global-priority": (
        "gpt-6-luna",
        "output",
        "priority",
    ),
    "USE1-gpt-oss-120b-input-tokens-flex": ("gpt-oss-120b", "uncached_input", "flex"),
    "USE1-Llama3-3-70B-input-tokens": (
        "meta.llama3-3-70b-instruct-v1:0",
        "uncached_input",
        "standard",
    ),
    "APN1-MistralLarge2407-output-tokens": (
        "mistral.mistral-large-2407-v1:0",
        "output",
        "standard",
    ),
    "USE1-DeepSeekR1-output-tokens": ("deepseek.r1-v1:0", "output", "standard"),
    "USE1-TitanEmbeddingV2-Text-input-tokens": (
        "titan-embed-text-v2",
        "uncached_input",
        "standard",
    ),
    # near misses
    "USE1-Nova3.0Lite-input-tokens": (UNKNOWN, "uncached_input", "standard"),
    "USE1-Nova20Lite-input-tokens": (UNKNOWN, "uncached_input", "standard"),
    "USE1-NovaPro-output-tokens-custom-model": (UNKNOWN, "unmapped", None),
    "USE1-NovaPro-ProvisionedThroughput-NoCommit-ModelUnits": (UNKNOWN, "unmapped", None),
    "USE1-NovaPro-input-tokens-hologram": (UNKNOWN, "uncached_input", "standard"),
    "USE1-Guardrail-ContentPolicyUnitsConsumed": (UNKNOWN, "unmapped", None),
}
MARKETPLACE = {
    ("Claude Sonnet 4.6", "InputTokenCount"): ("claude-sonnet-4-6", "uncached_input", "standard"),
    ("Claude Sonnet 4.6", "CacheWrite1hInputTokenCount_Global"): (
        "claude-sonnet-4-6",
        "cache_write_1h",
        "standard",
    ),
    ("Claude Sonnet 4.6", "CacheWriteInputTokenCount"): (
        "claude-sonnet-4-6",
        "cache_write_5m",
        "standard",
    ),
    ("Claude 3.5 Haiku", "OutputTokenCount_Batch"): ("claude-3-5-haiku", "output", "batch"),
    ("Claude Opus 4.5", "OutputTokenCount_LCtx_Global"): (
        "claude-opus-4-5",
        "output",
        "standard",
    ),
    ("Claude Opus 4.5", "cache_read_tokens_global_standard"): (
        "claude-opus-4-5",
        "cache_read",
        "standard",
    ),
    ("Claude Opus 4.5", "InputTokenCount_LatencyOptimized"): (
        "claude-opus-4-5",
        "uncached_input",
        "latency_optimized",
    ),
    ("OpenAI GPT-6 Sol", "input_tokens_long_ctx_global_standard"): (
        "gpt-6-sol",
        "uncached_input",
        "standard",
    ),
    ("OpenAI GPT-6 Sol", "cache_write_tokens_standard"): (
        "gpt-6-sol",
        "cache_write_30m",
        "standard",
    ),
    # near misses
    ("Claude Sonnet 9", "InputTokenCount"): (UNKNOWN, "uncached_input", "standard"),
    ("Cohere Rerank 3.5", "search_units"): (UNKNOWN, "unmapped", None),
    ("Claude Opus 4.5", "InputHologramCount"): ("claude-opus-4-5", "unmapped", None),
    ("Claude Opus 4.5", "Reserved_1Month_InputTPM"): ("claude-opus-4-5", "unmapped", None),
}
GOOGLE = {
    "Gemini 2.5 Pro Text Input - Predictions": ("gemini-2.5-pro", "uncached_input", "standard"),
    "Gemini 2.5 Flash GA Thinking Text Output - Predictions": (
        "gemini-2.5-flash",
        "output",
        "standard",
    ),
    "Gemini 3.5 Flash Lite Regional Text Input Caching - Predictions": (
        "gemini-3.5-flash-lite",
        "cache_read",
        "standard",
    ),
    "Gemini 3.5 Flash Batch Audio Input - Predictions": (
        "gemini-3.5-flash",
        "input_audio",
        "batch",
    ),
    "Gemini 2.5 Flash Image Image Output - Predictions": (
        "gemini-2.5-flash-image",
        "output_image",
        "standard",
    ),
    "Gemini 2.5 Flash Image Text Input - Predictions": (
        "gemini-2.5-flash-image",
        "uncached_input",
        "standard",
    ),
    "Gemini 2.0 Flash Image Input - Predictions": ("gemini-2.0-flash", "input_image", "standard"),
    "Claude Haiku 4.5 Batch Cache Write 1h Input Tokens": (
        "claude-haiku-4-5",
        "cache_write_1h",
        "batch",
    ),
    "Generate content input token count Gemini 2.5 Flash short input text": (
        "gemini-2.5-flash",
        "uncached_input",
        "standard",
    ),
    "Cloud Vertex AI Model Garden Model as a Service Kimi K2 Thinking Output Token": (
        "moonshotai/kimi-k2-thinking-maas",
        "output",
        "standard",
    ),
    "Gemini Embedding 001 Text Input - Predictions": (
        "gemini-embedding-001",
        "uncached_input",
        "standard",
    ),
    "Gemini 2.5 Flash Grounding with Google Search": ("all models", "web_search", "standard"),
    # near misses: two models it may be, two kinds of tokens, another version, no tokens
    "Gemini 2.5 Flash Image Input - Predictions": (UNKNOWN, "unmapped", "standard"),
    "Gemini 2.5 Pro Text Audio Input - Predictions": (UNKNOWN, "input_audio", "standard"),
    "Gemini 2.6 Pro Text Input - Predictions": (UNKNOWN, "uncached_input", "standard"),
    "Model Garden Llama 4 Scout Input Token": (UNKNOWN, "uncached_input", "standard"),
    "Gemini 2.5 Pro Text Input Cache Storage": (
        "all models",
        "cache_storage_token_hour",
        "standard",
    ),
    "Vector Storage of Gemini 2.5 Pro": (UNKNOWN, "unmapped", None),
    "Generative AI Provisioned Throughput GSU - 1 month": (UNKNOWN, "unmapped", None),
    "Gemini 2.5 Flash Grounding with Google Maps": (UNKNOWN, "unmapped", None),
}
AZURE = {
    "gpt 4o 1120 Outp glbl Tokens": ("gpt-4o", "output", "standard"),
    "gpt-4o-mini-0718-Inp-glbl Tokens": ("gpt-4o-mini", "uncached_input", "standard"),
    "5.4 inp Gl 1M Tokens": ("gpt-5.4", "uncached_input", "standard"),
    "5.5 ShortCo opt Dz 1M Tokens": ("gpt-5.5", "output", "standard"),
    "GLBL BAT CCHD INPT GPT 5 MINI 1M TOKENS": ("gpt-5-mini", "cache_read", "batch"),
    "gpt4.1 nano Batch cached Inp Data Zone Tokens": ("gpt-4.1-nano", "cache_read", "batch"),
    "gpt 4.1 pp Outp rgnl Tokens": ("gpt-4.1", "output", "priority"),
    "o4-mini 0416 Inp Dzone Tokens": ("o4-mini", "uncached_input", "standard"),
    "gpt audio 1.5 aud Outp glbl Tokens": ("gpt-audio-1.5", "output_audio", "standard"),
    "text embedding 3 large glbl Tokens": ("text-embedding-3-large", "uncached_input", "standard"),
    "Claude Sonnet 4.5 cchd wr Inp glbl Tokens": (
        "claude-sonnet-4-5",
        "cache_write_5m",
        "standard",
    ),
    # near misses: another date, a fine-tuned model, capacity
    "gpt 4o 0101 Inp glbl Tokens": (UNKNOWN, "uncached_input", "standard"),
    "gpt 4 Inp 1 glbl Tokens": (UNKNOWN, "uncached_input", "standard"),
    "gpt 4o 1120 FT Inp Tokens": (UNKNOWN, "unmapped", None),
    "gpt 4o 1120 Inp Outp Tokens": (UNKNOWN, "unmapped", None),
    "Provisioned Managed Global Unit": (UNKNOWN, "unmapped", None),
}
# a FOCUS charge: seller, service, and the columns that name model and meter
FOCUS = {
    ("AWS", "Amazon Bedrock", "SkuMeter", "USE1-NovaPro-output-tokens"): ("nova-pro", "output"),
    ("AWS", "Amazon Bedrock", "x_UsageType", "USE1-NovaLite-input-tokens"): (
        "nova-lite",
        "uncached_input",
    ),
    (
        "AWS",
        "Amazon Bedrock",
        "ChargeDescription",
        "$0.00006 per 1K tokens for USE1-NovaMicro-input-tokens in US East (N. Virginia)",
    ): ("nova-micro", "uncached_input"),
    (
        "Amazon Web Services, Inc.",
        "Claude Sonnet 4.5 (Amazon Bedrock Edition)",
        "ChargeDescription",
        "AWS Marketplace software usage|us-east-1|Cache Read Input Tokens",
    ): ("claude-sonnet-4-5", "cache_read"),
    ("Microsoft", "Azure OpenAI Service", "SkuMeter", "gpt 4o 1120 Outp glbl Tokens"): (
        "gpt-4o",
        "output",
    ),
    ("Microsoft", "Foundry Models", "x_SkuMeterName", "5.4 cchd inp Gl 1M Tokens"): (
        "gpt-5.4",
        "cache_read",
    ),
    (
        "Google Cloud",
        "Vertex AI",
        "ChargeDescription",
        "Gemini 2.5 Pro Text Output - Predictions",
    ): ("gemini-2.5-pro", "output"),
    ("Google", "Gemini API", "SkuMeter", "Gemini 2.5 Flash Audio Input"): (
        "gemini-2.5-flash",
        "input_audio",
    ),
    (
        "Oracle",
        "OCI Generative AI",
        "ChargeDescription",
        "OCI Generative AI - xAI Grok 4 - Output Tokens",
    ): ("xai.grok-4", "output"),
    ("OpenAI", "OpenAI API", "SkuMeter", "gpt-4o-2024-08-06, cached input"): (
        "gpt-4o",
        "cache_read",
    ),
    ("Microsoft", "Foundry Models", "SkuMeter", "gpt 9 Inp glbl Tokens"): (
        UNKNOWN,
        "uncached_input",
    ),
}


def aws_row(usage_type: str, product: str = "Amazon Bedrock", unit: str = "1K tokens") -> dict:
    return {
        "bill_billing_period_start_date": "2026-11-01T00:00:00Z",
        "line_item_line_item_type": "Usage",
        "line_item_usage_start_date": f"{DAY}T00:00:00Z",
        "line_item_product_code": "AmazonBedrock",
        "line_item_usage_type": usage_type,
        "line_item_usage_amount": "1000",
        "line_item_currency_code": "USD",
        "line_item_unblended_cost": "7",
        "line_item_line_item_description": usage_type,
        "product": json.dumps({"product_name": product}),
        "pricing_unit": unit,
    }


def marketplace_row(product: str, kind: str) -> dict:
    row = aws_row(f"USE1-MP:USE1_{kind}-Units", f"{product} (Amazon Bedrock Edition)", "Units")
    return row | {"line_item_line_item_description": f"{product}, {kind}"}


def google_row(sku: str) -> dict:
    return {
        "Service description": "Vertex AI",
        "SKU description": sku,
        "Usage start date": DAY,
        "Usage amount": "1000000",
        "Usage unit": "count",
        "Cost ($)": "7",
    }


def azure_row(meter: str) -> dict:
    return {
        "Date": "11/10/2026",
        "MeterCategory": "Foundry Models",
        "MeterName": meter,
        "UnitOfMeasure": "1M",
        "Quantity": "1",
        "CostInBillingCurrency": "7",
        "BillingCurrencyCode": "USD",
        "ChargeType": "Usage",
    }


def focus_row(seller: str, service: str, **columns: str) -> dict:
    return {
        "ProviderName": seller,
        "ServiceName": service,
        "BillingAccountId": "a",
        "BillingPeriodStart": "2026-11-01T00:00:00Z",
        "ChargePeriodStart": f"{DAY}T00:00:00Z",
        "ChargePeriodEnd": "2026-11-11T00:00:00Z",
        "ChargeCategory": "Usage",
        "BilledCost": "7",
        "EffectiveCost": "7",
        "BillingCurrency": "USD",
        "ConsumedQuantity": "1000000",
        "ConsumedUnit": "Tokens",
        **columns,
    }


def text_of(rows: list[dict]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def known_names() -> dict[tuple[str, str], set[str]]:
    """(provider, name) -> models that it may mean: every alias and model of the seeds."""
    names: dict[tuple[str, str], set[str]] = {}
    for seed, column in (
        ("model_aliases", "alias"),
        ("rate_card_prices", "model"),
        ("community_prices", "model"),
    ):
        with (SEEDS / f"{seed}.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                if row["provider"] in CLOUDS:
                    key = row["provider"], row[column].lower()
                    names.setdefault(key, set()).add(row["model"])
    return names


def dressed(provider: str, name: str) -> list[dict]:
    """Lines that name the model in the cloud's own words, the name itself in several spellings."""
    words = re.split(r"[^A-Za-z0-9.]+", name)
    spaced = " ".join(word.capitalize() for word in words)
    # AWS leaves out what parts words, but between digits
    camel = re.sub(r"(?<!\d)[-_ ]|[-_ ](?!\d)", "", "-".join(map(str.capitalize, name.split("-"))))
    if provider == "bedrock":
        lines = [
            aws_row(f"USE1-{name}-input-tokens"),
            aws_row(f"EUW3-{camel}-input-tokens-batch"),
            marketplace_row(spaced, "InputTokenCount_Global"),
        ]
    elif provider == "azure":
        lines = [azure_row(f"{spaced} Inp glbl Tokens"), azure_row(f"Bat {name} Inpt Dz 1M Tokens")]
    elif provider == "google-vertex":
        lines = [
            google_row(f"{spaced} Text Input - Predictions"),
            google_row(f"{name} Batch Input Tokens"),
        ]
    else:
        lines = [
            focus_row("Oracle", "OCI Generative AI", ChargeDescription=f"{spaced} - Input Tokens")
        ]
    lines.append(focus_row(provider, SERVICES[provider], SkuMeter="Input Tokens", x_ModelId=name))
    return lines


SERVICES = {
    "bedrock": "Amazon Bedrock",
    "azure": "Foundry Models",
    "google-vertex": "Vertex AI",
    "oci": "OCI Generative AI",
}
TABLES = {"line_item_usage_type": "aws_cur2", "SKU description": "gcp_billing"}
TABLES |= {"MeterName": "azure_costs", "ServiceName": "focus_costs"}
MONTH = {
    "ChargePeriodStart": "2026-11-01T00:00:00Z",
    "ChargePeriodEnd": "2026-12-01T00:00:00Z",
    "BilledCost": "100",
    "EffectiveCost": "100",
    "x_ModelId": "gpt-4o-2024-08-06",
    "SkuMeter": "Input Tokens",
}
NOVA = "USE1-NovaPro-input-tokens"
# a report by the month, by the hour, and a month's tax
SPANS = [
    {
        "line_item_usage_start_date": "2026-11-01T00:00:00Z",
        "line_item_usage_end_date": end,
        "line_item_line_item_type": kind,
    }
    for end, kind in (
        ("2026-12-01T00:00:00Z", "Usage"),
        ("2026-11-30T23:59:59Z", "Usage"),
        ("2026-11-01T01:00:00Z", "Usage"),
        ("2026-12-01T00:00:00Z", "Tax"),
    )
]
# a day by the clock of California is no two days
CALIFORNIA = {
    "ChargePeriodStart": "2026-11-05T08:00:00Z",
    "ChargePeriodEnd": "2026-11-06T08:00:00Z",
}


def openai_row(**columns: str) -> dict:
    return focus_row("OpenAI", "OpenAI API", **MONTH | columns)


def all_names() -> dict[tuple[str, str], list[tuple[str, dict]]]:
    """(table, provider) -> a line or more for every name of the provider, each with the name."""
    files: dict[tuple[str, str], list[tuple[str, dict]]] = {}
    for provider, name in known_names():
        for row in dressed(provider, name):
            table = next(table for column, table in TABLES.items() if column in row)
            files.setdefault((table, provider), []).append((name, row))
    return files


def write(landing: Path) -> None:
    bills = {
        "aws_cur2/account=usage": [aws_row(usage_type) for usage_type in AWS],
        "aws_cur2/account=marketplace": [marketplace_row(*line) for line in MARKETPLACE],
        "gcp_billing/account=google": [google_row(sku) for sku in GOOGLE],
        "azure_costs/account=azure": [azure_row(meter) for meter in AZURE],
        "focus_costs/account=focus": [
            focus_row(seller, service, **{column: text}) for seller, service, column, text in FOCUS
        ],
        "focus_costs/account=month": [
            openai_row(),
            openai_row(ChargeCategory="Tax"),
            openai_row(**CALIFORNIA),
        ],
        "aws_cur2/account=months": [aws_row(NOVA) | span for span in SPANS],
        "gcp_billing/account=months": [
            google_row("Gemini 2.5 Pro Text Input - Predictions")
            | {"Usage start date": "2026-11-01", "Usage end date": last}
            for last in ("2026-11-30", "2026-11-01")
        ],
        "azure_costs/account=saas": [
            azure_row("Anthropic Claude Sonnet 4.5 Input")
            | {"MeterCategory": "SaaS", "PublisherName": publisher}
            for publisher in ("Anthropic", "Contoso")
        ],
    }
    for (table, provider), named in all_names().items():
        bills[f"{table}/account={table}-{provider}"] = [row for _, row in named]
    files = {f"{folder}/2026-12-06T00-00-00/bill.csv": rows for folder, rows in bills.items()}
    # the same month while it is open: the file speaks of ten days
    files["focus_costs/account=open/2026-11-10T06-00-00/bill.csv"] = [openai_row()]
    for name, rows in files.items():
        path = landing / name
        path.parent.mkdir(parents=True)
        path.write_text(text_of(rows))


def build(folder: Path, landing: Path, postgres: dict | None = None) -> Project:
    project = Project(folder, landing, postgres)
    project.load()
    project.build_part("+int_bill_lines", "+int_bill_issues", "+fct_bill_files")
    return project


@pytest.fixture(scope="module")
def landing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words") / "landing"
    write(folder)
    return folder


@pytest.fixture(scope="module")
def bills(tmp_path_factory, landing):
    return build(tmp_path_factory.mktemp("duckdb"), landing).freeze()


def read(bills: Project, account: str) -> list[tuple]:
    """Model, meter and tier of the lines of an account, in their order."""
    return bills.rows(
        "select case when lines.meter in ('web_search', 'cache_storage_token_hour') "
        "then 'all models' else matched.model end, "
        "coalesce(lines.meter, 'unmapped'), lines.service_tier "
        "from intermediate.int_bill_lines_classified as lines "
        "left join intermediate.int_bill_matched_models as matched "
        "on lines.provider = matched.provider and lines.model_name = matched.model_name "
        "and lines.usage_date = matched.usage_date "
        f"where lines.billing_account_id = '{account}' order by lines.line_number, lines.line_part"
    )


@pytest.mark.parametrize(
    ("account", "told"),
    [("usage", AWS), ("marketplace", MARKETPLACE), ("google", GOOGLE), ("azure", AZURE)],
)
def test_words_name_model_meter_and_tier(bills, account, told):
    assert dict(zip(told, read(bills, account), strict=True)) == told


def test_capacity_that_is_paid_for_used_or_not_is_no_use(bills):
    rows = bills.rows(
        "select bill_source, description, line_category, is_reconciling_item "
        "from intermediate.int_bill_lines_classified "
        "where billing_account_id in ('usage', 'google', 'azure') and charge_type = "
        "'reserved capacity' and bill_source != 'aws_cur2' order by 1, 2"
    )
    assert rows == [
        ("azure_costs", "Provisioned Managed Global Unit", "commitment", True),
        ("gcp_billing", "Generative AI Provisioned Throughput GSU - 1 month", "commitment", True),
    ]
    assert not bills.rows(
        "select term from intermediate.int_bill_issues where issue = 'meter' "
        "and (lower(term) like '%provisioned%' or lower(term) like '%gsu%')"
    )


def test_focus_files_are_read_by_the_same_words(bills):
    found = [row[:2] for row in read(bills, "focus")]
    assert dict(zip(FOCUS, found, strict=True)) == FOCUS


def test_a_marketplace_publisher_of_models_is_ai_and_another_is_not(bills):
    assert bills.rows(
        "select provider, model_name from intermediate.int_bill_lines_classified "
        "where billing_account_id = 'saas' order by line_number"
    ) == [("azure", "anthropic claude sonnet 4.5"), (None, None)]


def test_quantities_are_in_tokens(bills):
    rows = bills.rows(
        "select billing_account_id, min(quantity), max(quantity) "
        "from intermediate.int_bill_lines_classified where quantity_unit = 'tokens' "
        "and billing_account_id in ('usage', 'marketplace', 'google', 'azure') group by 1"
    )
    sizes = {"usage": 10**6, "marketplace": 10**9, "google": 10**6, "azure": 10**6}
    assert {account: (least, most) for account, least, most in rows} == {
        account: (Decimal(size), Decimal(size)) for account, size in sizes.items()
    }


def test_what_is_unknown_is_listed_with_money_candidates_and_the_row_to_add(bills):
    listed = {
        (provider, term): rest
        for provider, term, *rest in bills.rows(
            "select provider, term, amount_usd, likely_model, candidate_models, seed_row "
            "from intermediate.int_bill_issues "
            "where issue = 'model' and bill_source != 'focus_costs'"
        )
    }
    seven = Decimal(7)
    assert listed["bedrock", "claude sonnet 9"] == [
        seven,
        None,
        None,
        'bedrock,"claude sonnet 9",?,aws_cur2',
    ]
    assert listed["azure", "gpt 4o 0101"][:3] == [seven, "gpt-4o", None]
    image = "gemini 2.5 flash image input - predictions"
    assert listed["google-vertex", image] == [
        seven,
        None,
        "gemini-2.5-flash, gemini-2.5-flash-image",
        f'google-vertex,"{image}",?,gcp_billing',
    ]
    # two Scouts are sold
    assert listed["google-vertex", "llama 4 scout"][:3] == [
        seven,
        None,
        "meta/llama-4-scout-17b-128e-instruct-maas, meta/llama-4-scout-17b-16e-instruct-maas",
    ]


@pytest.mark.parametrize(("table", "provider"), sorted(all_names()))
def test_every_known_name_is_found_or_listed_and_never_another_model(bills, table, provider):
    known = known_names()
    named = [name for name, _ in all_names()[table, provider]]
    found = [row[0] for row in read(bills, f"{table}-{provider}")]
    wrong = [
        (name, model)
        for name, model in zip(named, found, strict=True)
        if model is not None and model not in known[provider, name]
    ]
    assert wrong == []
    unlisted = bills.rows(
        "select lines.model_name, lines.token_class "
        "from intermediate.int_bill_lines_classified as lines "
        "left join intermediate.int_bill_matched_models as matched "
        "on lines.provider = matched.provider and lines.model_name = matched.model_name "
        "and lines.usage_date = matched.usage_date "
        "left join intermediate.int_bill_issues as issues on lines.provider = issues.provider and ("
        "(issues.issue = 'model' and issues.term = coalesce(lines.model_name, 'none')) "
        "or (issues.issue = 'meter' and issues.term = lines.token_class)) "
        f"where lines.billing_account_id = '{table}-{provider}' "
        "and matched.model is null and issues.term is null"
    )
    assert unlisted == []
    # what is listed are names that two models have in one spelling, or texts of two meanings
    assert sum(model is not None for model in found) >= 0.95 * len(found)


def test_a_charge_for_a_month_is_spread_over_its_days(bills):
    rows = bills.rows(
        "select cast(usage_date as varchar), amount, quantity, description "
        "from intermediate.int_bill_lines_classified "
        "where billing_account_id = 'month' order by line_number, line_part"
    )
    month, rest = rows[:30], rows[30:]
    assert [row[0] for row in month] == [f"2026-11-{day:02}" for day in range(1, 31)]
    assert {str(row[1]) for row in month[:-1]} == {"3.333333333333333"}
    assert str(month[-1][1]) == "3.333333333333343"
    assert sum(row[1] for row in month) == 100
    assert sum(row[2] for row in month) == 1_000_000
    assert {row[3] for row in month} == {"one of 30 days: Input Tokens"}
    # neither a tax, nor a day by another clock
    assert [(row[0], row[1]) for row in rest] == [("2026-11-01", 100), ("2026-11-05", 100)]


def test_so_are_lines_by_the_month_of_reports_by_the_hour(bills):
    days = bills.rows(
        "select bill_source, line_number, count(*), max(charge_day_count), "
        "count(distinct usage_date), cast(max(usage_date) as varchar), sum(amount) "
        "from intermediate.int_bill_lines_classified "
        "where billing_account_id = 'months' group by 1, 2 order by 1, 2"
    )
    month, day = (30, 30, 30, "2026-11-30", 7), (1, 1, 1, "2026-11-01", 7)
    aws, google = [month, month, day, day], [month, day]
    assert [row[2:] for row in days] == aws + google


def test_a_file_has_the_lines_that_it_has_however_many_days_they_are_for(bills):
    assert bills.rows(
        "select bill_source, line_count, reconciled_count, amount, reconciled_amount "
        "from marts.fct_bill_files where billing_account_id in ('month', 'months') order by 1"
    ) == [
        ("aws_cur2", 4, 4, 28, 28),
        ("focus_costs", 3, 3, 300, 300),
        ("gcp_billing", 2, 2, 14, 14),
    ]


def test_a_month_that_is_open_is_spread_over_the_days_that_the_file_speaks_of(bills):
    assert bills.rows(
        "select count(*), min(amount), max(amount), cast(max(usage_date) as varchar) "
        "from intermediate.int_bill_lines_classified where billing_account_id = 'open'"
    ) == [(10, 10, 10, "2026-11-10")]


def test_postgres_reads_the_same(tmp_path_factory, new_database, landing, bills):
    server = build(tmp_path_factory.mktemp("postgres"), landing, new_database())
    sql = (
        "select billing_account_id, line_number, line_part, model_name, token_class, "
        "service_tier, region_scope, amount, quantity "
        "from intermediate.int_bill_lines_classified"
    )
    # an account has the same line number in several files
    assert sorted(server.rows(sql), key=str) == sorted(bills.rows(sql), key=str)
    sql = "select * from intermediate.int_bill_matched_models order by 1, 2, 3"
    assert server.rows(sql) == bills.rows(sql)
