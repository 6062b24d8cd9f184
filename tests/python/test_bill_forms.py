"""Bills in the forms in which people have them: what a console or a dashboard gives out.

Harm guarded against: a month whose bill was downloaded by hand and is missing; a file in the wrong
folder, or of a kind that nobody reads, that is named without a word of what to do about it.
"""

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scripts.loading.currencies import stated_in
from scripts.loading.run import MODELS
from scripts.loading.sources import read_contract
from tests.python.landing import Landing
from tests.python.project import ROOT, Project

FILES = {
    "openai_costs/account=dashboard/20261106.csv": (
        "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,"
        "project_id,organization_id\n"
        "1791158400,1791244800,2026-10-05T00:00:00+00:00,2026-10-06T00:00:00+00:00,"
        '0.8958740000000000,usd,"gpt-4o-2024-08-06, input",p,org\n'
        "1791244800,1791331200,2026-10-06T00:00:00+00:00,2026-10-07T00:00:00+00:00,,,,,org\n"
    ),
    "openai_usage/account=dashboard/20261106.csv": (
        "start_time,end_time,num_model_requests,model,input_tokens,input_cached_tokens,"
        "output_tokens\n1791158400,1791244800,3,gpt-4o-2024-08-06,1000,400,50\n"
    ),
    "anthropic_cost_report/account=console/20261106.csv": (
        "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,"
        "list_price_usd,cost_type,inference_geo,speed,api_key_id,api_key_status\n"
        "2026-10-05,Claude Haiku 4.5,Default,Team key,message,≤ 200k,input_no_cache,0.19,0.19,"
        "token,global,,apikey_x,active\n"
        "2026-10-05,Claude Haiku 4.5,Default,Team key,batch,≤ 200k,output,0.03,0.06,token,"
        "global,,apikey_x,active\n"
    ),
    "anthropic_usage_report/account=console/20261106.csv": (
        "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,"
        "usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
        "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,"
        "web_search_count,inference_geo,speed\n"
        "2026-10-05,claude-haiku-4-5-20251001,Team key,Default,standard,≤ 200k,46981,15969,0,0,"
        "16932,0,global,\n"
    ),
    "gcp_billing/account=console/20261106.csv": (
        "Billing account name,Billing account ID,Project ID,Service description,SKU description,"
        "Credit type,Usage start date,Usage amount,Usage unit,Unrounded cost ($),Cost ($)\n"
        "Acme,01AAAA,p1,Vertex AI,Gemini 2.5 Pro Text Input - Predictions,,2026-10-05,"
        '"1,000,000",count,1.254,1.25\n'
        # a credit of the table of the console is a row of its own
        "Acme,01AAAA,p1,Vertex AI,Gemini 2.5 Pro Text Input - Predictions,Promotion,2026-10-05,"
        ",,-0.2,-0.2\n"
        "Acme,01AAAA,p1,Vertex AI,Gemini 2.5 Pro Text Input - Predictions,Committed use discount,"
        "2026-10-05,,,-0.1,-0.1\n"
    ),
    # what is not AI has a name that says so, and not the hash that the marketplace gives it
    "aws_cur2/account=market/20261106.csv": (
        "bill_billing_entity,line_item_usage_start_date,line_item_product_code,"
        "line_item_usage_type,line_item_unblended_cost,line_item_currency_code,"
        "product_product_name\n"
        "AWS Marketplace,2026-10-05T00:00:00Z,7xhash,USE1-Seat,600,USD,Claude Enterprise\n"
        "AWS Marketplace,2026-10-05T00:00:00Z,8xhash,USE1-Seat,70,USD,\n"
        "AWS,2026-10-05T00:00:00Z,AmazonEC2,USE1-BoxUsage,3,USD,Elastic Compute Cloud\n"
    ),
    # a line of a cloud's invoice is AI where its description is a service that is
    "generic_invoice_lines/account=cloud/20261106.csv": (
        "invoice_id,invoice_issuer,invoice_date,billing_period_start,line_no,line_type,"
        "description,amount,currency\n"
        "A-1,Amazon Web Services EMEA SARL,2026-11-01,2026-10-01,1,usage,Amazon Bedrock,7,USD\n"
        "A-1,Amazon Web Services EMEA SARL,2026-11-01,2026-10-01,2,usage,Storage,5,USD\n"
    ),
    # as typed from paper: no kind of line, and its totals among its lines
    "generic_invoice_lines/account=typed/20261107.csv": (
        "invoice_number,vendor,invoice_date,period_start,period_end,description,amount,currency\n"
        + "".join(
            f"T-1,Anthropic,2026-11-01,2026-10-01,2026-11-01,{text},USD\n"
            for text in (
                *("Claude API usage,100", "Total usage of tools,7", "Subtotal,107", "VAT 20%,20"),
                *("Total,127", "Amount due (USD),127", "Total excl. VAT,107"),
            )
        )
    ),
}


@pytest.fixture(scope="module")
def bills(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    landing = Landing(folder)
    for name, text in FILES.items():
        landing.put(name, text)
    project = Project(folder, folder / "landing")
    project.load()
    project.build_part("+int_bill_lines", "+int_provider_usage_daily", "+int_bill_issues")
    return project.freeze()


def test_files_of_dashboards_and_consoles_are_bills(bills):
    assert bills.rows(
        "select provider, billed_model, meter, service_tier, cast(usage_date as varchar), "
        "amount_usd from intermediate.int_bill_lines where line_category = 'usage' order by 1, 3"
    ) == [
        ("anthropic", "claude-haiku-4-5", "output", "batch", "2026-10-05", Decimal("0.03")),
        ("anthropic", "claude-haiku-4-5", "uncached_input", "standard", "2026-10-05",
         Decimal("0.19")),
        ("google-vertex", "gemini-2.5-pro", "uncached_input", "standard", "2026-10-05",
         Decimal("1.254")),
        ("openai", "gpt-4o", "uncached_input", "standard", "2026-10-05",
         Decimal("0.895874")),
    ]  # fmt: skip


def test_credits_of_a_table_of_the_console_are_no_use(bills):
    """As use they made the price of a token look wrong."""
    assert bills.rows(
        "select line_category, amount_usd from intermediate.int_bill_lines "
        "where line_category != 'usage' order by 1"
    ) == [("credit", Decimal("-0.2")), ("discount", Decimal("-0.1"))]


def test_what_is_not_ai_is_named_in_words_with_its_money(bills):
    assert bills.rows(
        "select bill_source, term, amount from intermediate.int_bill_issues "
        "where issue = 'service' order by 1, 2"
    ) == [
        ("aws_cur2", "8xhash", 70),
        ("aws_cur2", "amazonec2", 3),
        ("aws_cur2", "claude enterprise", 600),
        ("generic_invoice_lines", "storage", 5),
    ]
    assert bills.rows(
        "select provider, amount from intermediate.int_bill_lines_classified "
        "where invoice_id = 'A-1' and provider is not null"
    ) == [("bedrock", 7)]


def test_a_total_of_an_invoice_is_no_line_and_a_line_without_a_kind_is_named(bills):
    """A line "Total" doubled the invoice; tax and use without a kind were nowhere named."""
    assert bills.rows(
        "select description, amount from intermediate.int_bill_lines_classified "
        "where invoice_id = 'T-1' order by 1"
    ) == [("Claude API usage", 100), ("Total usage of tools", 7), ("VAT 20%", 20)]
    assert bills.rows(
        "select provider, term, amount, line_count, seed_row like 'a column line_type%' "
        "from intermediate.int_bill_issues where issue = 'kind'"
    ) == [("anthropic", "none", 127, 3, True)]


def test_files_of_usage_are_read_too(bills):
    assert bills.rows(
        "select provider, billed_model, meter, cast(quantity as bigint) "
        "from intermediate.int_provider_usage_daily order by 1, 3"
    ) == [
        ("anthropic", "claude-haiku-4-5", "cache_write_5m", 15969),
        ("anthropic", "claude-haiku-4-5", "output", 16932),
        ("anthropic", "claude-haiku-4-5", "uncached_input", 46981),
        ("openai", "gpt-4o", "cache_read", 400),
        ("openai", "gpt-4o", "output", 50),
        ("openai", "gpt-4o", "uncached_input", 600),
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        # in the folder of another bill
        (
            "anthropic_cost_report/a.csv",
            FILES["openai_costs/account=dashboard/20261106.csv"],
            "it looks like openai_costs: put it into that folder",
        ),
        (
            "openai_costs/a.csv",
            FILES["openai_usage/account=dashboard/20261106.csv"],
            "it looks like openai_usage: put it into that folder",
        ),
        # a report that is no bill
        (
            "aws_cur2/a.csv",
            "Service,Amazon Bedrock($),Total costs($)\nService total,10,10\n",
            "export a Data Export of the type CUR 2.0, or a legacy Cost and Usage Report",
        ),
        # headers in a language that names nothing
        (
            "azure_costs/a.csv",
            "Datum,Kosten,Waehrung\n05.10.2026,2.5,EUR\n",
            "export cost and usage details (actual) of Cost Management",
        ),
        # without the day, every line would be refused one by one
        (
            "gcp_billing/a.csv",
            "Service description,SKU description,Cost ($)\nVertex AI,x,1\n",
            "no column for usage_start_at",
        ),
    ],
)
def test_a_file_of_another_kind_is_held_back_with_what_to_do(landing, capsys, name, text, said):
    landing.put(name, text)
    assert landing.load() == 1
    assert said in capsys.readouterr().err
    assert said in landing.rows("select reason from raw.load_rejects")[0][0]


def costs_read(landing, cells: list[str], mark: str, day: str) -> list[str]:
    """What is read of these cells as costs in a bill of Azure, fields parted by the mark."""
    rows = [["Cost", "Currency", "Date"], *([cell, "USD", day] for cell in cells)]
    landing.put("azure_costs/a.csv", "".join(f"{mark.join(row)}\n" for row in rows))
    landing.load()
    found = landing.rows("select cost from raw.azure_costs order by line_number")
    return [text for (text,) in found]


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (['"1,234.50"', '"1,234"'], ["1234.50", "1234"]),
        (['"1,234,567"', "2"], ["1234567", "2"]),
        (['"2,5"', '"1.234,5"'], ["2.5", "1234.5"]),
        # either mark may be either: nothing is guessed
        (['"1,234"', "2"], ["2"]),
        # what can only be one is read, also where others are written in the other way
        (['"1,000.5"', '"2,5"', "3", '"1,234"', "1.234"], ["1000.5", "2.5", "3"]),
        # thousands parted by what is no mark of decimals
        (['"1 234,567"', '"2\u202f000"', "1.234"], ["1234.567", "2000", "1234"]),
        (["1'234.50", "1\u2019234", '"1,234"'], ["1234.50", "1234", "1234"]),
        (["1.234.567", "1.234"], ["1234567", "1234"]),
        (["1 23", "12 34.5"], []),
    ],
)
def test_figures_in_quotes_say_which_mark_is_which(landing, cells, read):
    assert costs_read(landing, cells, ",", "10/05/2026") == read


def test_an_answer_of_azure_s_query_is_no_bill(landing):
    """It has sums by whatever was asked for, in rows without names."""
    columns = [{"name": "PreTaxCost", "type": "Number"}, {"name": "UsageDate", "type": "Number"}]
    answer = {"properties": {"columns": columns, "rows": [[2.5, 20261005]]}}
    landing.put("azure_costs/a.json", [answer])
    landing.load()
    assert [reason[:40] for _, _, reason, _ in landing.rejects()] == [
        "an answer of Cost Management's query, a "
    ]


ACCOUNTED = [
    ('"$1,234.56"', "USD", "1234.56"),
    ("US$12.50", "USD", "12.50"),
    ("$7.25", "CAD", "7.25"),
    ("€12.50", "EUR", "12.50"),
    ("(20.00)", "USD", "-20.00"),
    ("($20.00)", "USD", "-20.00"),
    ("-$20.00", "USD", "-20.00"),
    ("$-20.00", "USD", "-20.00"),
    ("20.00-", "USD", "-20.00"),
    ("\u221220.00", "USD", "-20.00"),
    # the currency in the cell, before or behind
    ("EUR 12.50", "EUR", "12.50"),
    ("12.50 EUR", "EUR", "12.50"),
    ("usd12.50", "USD", "12.50"),
    ("USD (3.20)", "USD", "-3.20"),
    ("(3.20) USD", "USD", "-3.20"),
    ("(EUR 3.20)", "EUR", "-3.20"),
    ("12.50 \u20ac", "EUR", "12.50"),
    ("\u20ac-3.20", "EUR", "-3.20"),
    ('"CHF 1\u2019234.50"', "CHF", "1234.50"),
    ("\u201320.00", "USD", "-20.00"),
    # signs of one currency, and two that agree
    ("A$12.50", "AUD", "12.50"),
    ("C$12.50", "CAD", "12.50"),
    ("SFr. 12.50", "CHF", "12.50"),
    ('"\u20b91,23,456.78"', "INR", "123456.78"),
    ("$12.50 USD", "USD", "12.50"),
    ("$12.50 CAD", "CAD", "12.50"),
    ("A$12.50", "USD", None),
    ("$12.50 EUR", "EUR", None),
    ("\u20ac12.50 USD", "USD", None),
    # a sign of several, where the line says of which, and where not
    ("\u00a51250", "JPY", "1250"),
    ("\uffe51250", "CNY", "1250"),
    ("kr 12.50", "SEK", "12.50"),
    ("Rs. 12.50", "INR", "12.50"),
    ("\u00a51250", "USD", None),
    ("\u00a51250", "", None),
    # lakhs, which part a thousand and then each hundred
    ('"1,23,456.78"', "USD", "123456.78"),
    ('"12,34,567"', "USD", "1234567"),
    ('"1,23,45.00"', "USD", None),
    # another currency than the line's, and a sign too many
    ("EUR 12.50", "USD", None),
    ("US$12.50", "CAD", None),
    ("USD 12.50 EUR", "USD", None),
    ("VAT 12.50", "USD", None),
    ("€12.50", "USD", None),
    ("$12.50", "EUR", None),
    ("(-20.00)", "USD", None),
    ("(20.00", "USD", None),
    ("12.50 or so", "USD", None),
]


def test_amounts_as_accountants_write_them(landing):
    rows = "".join(f"{cell},{currency},2026-10-05\n" for cell, currency, _ in ACCOUNTED)
    landing.put("azure_costs/a.csv", f"Cost,Currency,Date\n{rows}")
    landing.load()
    found = dict(landing.rows("select line_number, cost from raw.azure_costs"))
    assert [found.get(n) for n, _ in enumerate(ACCOUNTED, 1)] == [read for *_, read in ACCOUNTED]


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["1.234", "56"], ["56"]),
        (["1.234", "2,5"], ["1234", "2.5"]),
        (["1.234", "2.5"], ["1.234", "2.5"]),
        (["0.125", "56"], ["0.125", "56"]),
    ],
)
def test_a_point_among_semicolons_is_one_or_a_thousand(landing, cells, read):
    """A thousand dollars were one dollar and 23 cents."""
    assert costs_read(landing, cells, ";", "2026-10-05") == read
    says = "cost may be one or a thousand; write it without a mark of thousands"
    refused = [says] * (len(cells) - len(read))
    assert [reason for _, _, reason, _ in landing.rejects()] == refused


@pytest.mark.parametrize(
    ("dates", "read", "said"),
    [
        (["13/10/2026", "5/10/2026"], ["10-13", "10-05"], "its dates are read day first"),
        (["10/13/2026", "10/05/2026"], ["10-13", "10-05"], ""),
        (["05-10-2026", "13-10-2026"], ["10-05", "10-13"], "its dates are read day first"),
        # the figure that stays is the month
        (["02/10/2026", "03/10/2026", "04/10/2026"], ["10-02", "10-03", "10-04"], "day first"),
        (["10/02/2026", "10/03/2026", "10/04/2026"], ["10-02", "10-03", "10-04"], ""),
        # where nothing says so: as Azure writes them
        (["10/05/2026", "10/05/2026"], ["10-05", "10-05"], ""),
        (["01/09/2026", "01/10/2026", "01/11/2026"], ["01-09", "01-10", "01-11"], ""),
        # dots are day first, whatever the others are
        (["05.10.2026", "6.10.2026", "10/05/2026"], ["10-05", "10-06", "10-05"], ""),
        (["2026/10/05", "2026-10-06"], ["10-05", "10-06"], ""),
        # both orders: what may be either is refused
        (["13/10/2026", "10/14/2026", "05/10/2026"], ["10-13", "10-14"], "in both orders"),
        (["13/14/2026", "10/05/2026"], ["10-05"], ""),
        # in the order of the file it would be of July, where the others are of October
        (["13/10/2026", "5/10/2026", "10/7/2026"], ["10-13", "10-05"], "day first"),
    ],
)
def test_the_dates_of_a_file_say_which_figure_is_the_day(landing, capsys, dates, read, said):
    rows = "".join(f"1,USD,{date}\n" for date in dates)
    landing.put("azure_costs/a.csv", f"Cost,Currency,Date\n{rows}")
    landing.load()
    assert landing.rows(
        "select strftime(usage_date, '%m-%d') from raw.azure_costs order by line_number"
    ) == [(text,) for text in read]
    printed = capsys.readouterr().out
    assert said in printed and ("its dates" in printed) == bool(said)


def test_invoices_have_such_dates_too_where_they_say_their_order(landing):
    landing.put(
        "generic_invoice_lines/a.csv",
        "invoice_id,invoice_issuer,invoice_date,billing_period_start,amount,currency\n"
        'K-1,Anthropic,15/11/2026,01/10/2026,"1.234,56",EUR\n',
    )
    # nothing says which figure is the day, and no issuer is known to write it
    landing.put(
        "generic_invoice_lines/b.csv",
        "invoice_id,invoice_issuer,invoice_date,billing_period_start,amount,currency\n"
        "K-2,OpenAI,05/11/2026,2026-10-01,1,EUR\n",
    )
    landing.load()
    assert landing.rows(
        "select invoice_date::varchar, billing_period_start_date::varchar, amount "
        "from raw.generic_invoice_lines"
    ) == [("2026-11-15", "2026-10-01", "1234.56")]
    assert landing.rows("select reason from raw.load_rejects") == [
        ("invoice_date may be day or month first; write it as year-month-day",)
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Cost,Currency,Date",
        "Kosten (PreTaxCost),Waehrung (Currency),Datum (UsageDateTime)",
        "コスト（CostInBillingCurrency）,通貨（BillingCurrencyCode）,日付（Date）",
        "ExtendedCost,currency,date",
    ],
)
def test_headers_of_azure_in_any_language(landing, header):
    landing.put("azure_costs/a.csv", f"{header}\n2.5,USD,10/05/2026\n")
    assert landing.load() == 0
    assert landing.rows("select usage_date::varchar, cost, currency from raw.azure_costs") == [
        ("2026-10-05", "2.5", "USD")
    ]


def test_every_name_that_a_field_of_an_invoice_may_have_is_told():
    """Harm: the names were promised in docs/your-own-logs.md, and not one stood there."""
    page = (ROOT / "docs" / "your-own-logs.md").read_text().split("## Lines of an invoice")[1]
    invoice = read_contract(MODELS).raw["generic_invoice_lines"]
    assert [name for name in invoice.headers if f"`{name}`" not in page] == []


INVOICE = "invoice_id,issuer,period_start,{amount}{more}\nK-1,Anthropic,2026-10-01,{cell}{code}\n"
INVOICED = "select amount, currency from raw.generic_invoice_lines order by line_number"


@pytest.mark.parametrize(
    ("amount", "code", "cell", "read"),
    [
        ("Amount (EUR)", None, "12.50", [("12.50", "EUR")]),
        ("Amount [CHF]", None, "12.50", [("12.50", "CHF")]),
        ("AMOUNT（JPY）", None, "1250", [("1250", "JPY")]),
        ("Amount (US$)", None, "12.50", [("12.50", "USD")]),
        ("Amount(€)", None, "12.50", [("12.50", "EUR")]),
        ("Amount (EUR)", "EUR", "12.50", [("12.50", "EUR")]),
        ("Amount (EUR)", "", "12.50", [("12.50", "EUR")]),
        # a sign of many dollars, and the column says of which
        ("Amount ($)", "CAD", "12.50", [("12.50", "CAD")]),
        ("Amount (USD)", "CAD", "12.50", []),
        ("Amount (EUR)", "USD", "12.50", []),
        ("Amount (EUR)", None, "$12.50", []),
        ("Amount EUR", None, "12.50", [("12.50", "EUR")]),
        ("Amount \u20ac", None, "12.50", [("12.50", "EUR")]),
        ("Amount (net)", None, "EUR 12.50", [("12.50", "EUR")]),
        # before it, and where there is no other name
        ("EUR Amount", None, "12.50", [("12.50", "EUR")]),
        ("A$ Amount", None, "12.50", [("12.50", "AUD")]),
        ("usd_amount", None, "12.50", [("12.50", "USD")]),
        ("Net EUR", None, "12.50", [("12.50", "EUR")]),
        ("EUR net", None, "12.50", [("12.50", "EUR")]),
        # a sign of several: the column says of which
        ("Amount (\u00a5)", "JPY", "1250", [("1250", "JPY")]),
        ("Amount \u00a5", "USD", "1250", []),
        ("Amount \u00a5", "", "1250", []),
        # where nothing else says a currency, the cell's is that of its line
        ("Amount", None, "$12.50", [("12.50", "USD")]),
        ("Amount", "", "12.50 CHF", [("12.50", "CHF")]),
        ("Amount", "EUR", "USD 12.50", []),
        # the column of its own name is nearer
        ("Amount,Amount (USD)", "EUR", "12.50,14", [("12.50", "EUR")]),
    ],
)
def test_a_currency_in_the_header_of_an_amount(landing, amount, code, cell, read):
    """Harm: the column of the money was not found, or its currency was not known."""
    more, code = ("", "") if code is None else (",currency", f",{code}")
    text = INVOICE.format(amount=amount, more=more, cell=cell, code=code)
    landing.put("generic_invoice_lines/a.csv", text)
    landing.load()
    assert landing.rows(INVOICED) == read
    assert len(landing.rejects()) == 1 - len(read)


@pytest.mark.parametrize(
    ("table", "header", "says"),
    [
        ("generic_invoice_lines", "invoice_id,amount (EUR),amount (USD)", "two columns are one"),
        # what tax an amount has is no currency
        ("generic_invoice_lines", "invoice_id,Amount (VAT)", "no column for amount"),
        ("generic_invoice_lines", "invoice_id,Amount incl. VAT (EUR)", "has tax in it; add the"),
        ("generic_invoice_lines", "invoice_id,Amount,Amount excl. VAT", "two columns are one"),
        ("generic_invoice_lines", "invoice_id,Gross EUR", "has tax in it; add the"),
        (
            "generic_invoice_lines",
            "invoice_id,period_start,Amount \u00a5",
            "CNY or JPY; say which in a column",
        ),
        ("generic_invoice_lines", "invoice_id,EUR Amount,USD Amount", "two columns are one"),
        ("generic_invoice_lines", "invoice_id,period_start,Amount (USD) (EUR)", "EUR and USD"),
        ("focus_costs", "ChargePeriodStart,EffectiveCost (EUR),BilledCost (USD)", "EUR and USD"),
        (
            "openrouter_activity",
            "date,model,usage (EUR)",
            "in EUR, where this table has US dollars",
        ),
    ],
)
def test_a_header_with_the_wrong_currency_is_refused_by_name(landing, capsys, table, header, says):
    landing.put(f"{table}/a.csv", f"{header}\n2026-10-01,1,2\n")
    assert landing.load() == 1
    assert says in capsys.readouterr().err
    assert landing.rows(f"select count(*) from raw.{table}") == [(0,)]


@pytest.mark.parametrize(
    ("table", "header", "row", "money"),
    [
        ("gcp_billing", "Service description,SKU description,Usage start date,Cost (EUR)",
         "Vertex AI,x,2026-10-05,2.5", "cost"),
        ("azure_costs", "Date,MeterName,Cost (EUR)", "2026-10-05,x,2.5", "cost"),
        ("aws_cur2", "line_item_usage_start_date,line_item_unblended_cost (EUR)",
         "2026-10-05,2.5", "unblended_cost"),
        ("focus_costs", "ChargePeriodStart,BilledCost (EUR)", "2026-10-05,2.5", "billed_cost"),
    ],
)  # fmt: skip
def test_so_it_is_in_every_bill(landing, table, header, row, money):
    landing.put(f"{table}/a.csv", f"{header}\n{row}\n")
    assert landing.load() == 0
    assert landing.rows(f"select {money}, currency from raw.{table}") == [("2.5", "EUR")]


@pytest.mark.parametrize(
    ("more", "read", "says"),
    [
        ({}, [("2.5", "EUR")], ""),
        ({"currency": ["USD"]}, [], "says EUR, and a column says a currency too"),
    ],
)
def test_so_it_is_in_parquet(landing, capsys, more, read, says):
    path = landing.put("generic_invoice_lines/a.parquet", "")
    row = {"invoice_id": ["K-1"], "period_start": ["2026-10-01"], "Amount (EUR)": ["2.5"]}
    pq.write_table(pa.table(row | more), path)
    assert landing.load() == (0 if read else 1)
    assert says in capsys.readouterr().err
    assert landing.rows(INVOICED) == read


@pytest.mark.parametrize(
    ("header", "stated"),
    [
        ("Amount in EUR", ("Amount", ("EUR",))),
        ("Cost (excl. VAT) (EUR)", ("Cost", ("EUR",))),
        ("Cost (EUR, excluding tax)", ("Cost", ("EUR",))),
        ("amount_usd", ("amount", ("USD",))),
        ("Betrag [EUR, netto]", ("Betrag", ("EUR",))),
        ("Kosten (PreTaxCost) (EUR)", ("Kosten (PreTaxCost)", ("EUR",))),
        ("Cost before tax", ("Cost", ())),
        # another word than a currency or a tax
        ("Amount per unit", None),
        ("Cost (estimated) (EUR)", ("Cost (estimated)", ("EUR",))),
        ("costInUsd", None),
        ("Planet", None),
        ("Amount net of discounts", None),
    ],
)
def test_the_end_of_a_header_states_currency_and_tax(header, stated):
    found = stated_in(header)
    assert (found and (found.name, found.currencies)) == stated


def test_the_amount_without_tax_is_taken_where_both_are_there(landing):
    header = "invoice_id,period_start,Amount (incl. VAT) (EUR),Amount (excl. VAT) (EUR)"
    landing.put("generic_invoice_lines/a.csv", f"{header}\nK-1,2026-10-01,11.90,10.00\n")
    assert landing.load() == 0
    assert landing.rows(INVOICED) == [("10.00", "EUR")]


def test_a_currency_in_a_cell_of_a_table_of_dollars(landing):
    rows = "2026-10-05,m,$3\n2026-10-06,m,USD 4\n2026-10-07,m,EUR 5\n"
    landing.put("openrouter_activity/a.csv", f"date,model_permaslug,usage\n{rows}")
    landing.load()
    found = landing.rows("select usage_usd from raw.openrouter_activity order by line_number")
    assert found == [("3",), ("4",)]
    assert [row[2] for row in landing.rejects()] == [
        "its amounts are in EUR, where this table has US dollars"
    ]


DATES = [
    ("01-Oct-2026", "2026-10-01"),
    ("1st October 2026", "2026-10-01"),
    ('"Oct 5, 2026"', "2026-10-05"),
    ("5. M\u00e4rz 2026", "2026-03-05"),
    ("2026-Sep-05", "2026-09-05"),
    ("20261005", "2026-10-05"),
    # what is no date of one reading: its year, its day, its month
    ("10/05/26", "has a year of two figures; write it as year-month-day"),
    ("5-Oct-26", "has a year of two figures; write it as year-month-day"),
    ("October 2026", "is a month, where a day is needed; export it by day"),
    ("10/2026", "is a month, where a day is needed; export it by day"),
    ("5 Brumaire 2026", "is a text, not a date"),
    ("Oct-26", "is a text, not a date"),
    ("46300", "is a number, not a date"),
]


def test_months_as_words_and_what_is_no_day(landing):
    rows = "".join(f"1,USD,{cell}\n" for cell, _ in DATES)
    landing.put("azure_costs/a.csv", f"Cost,Currency,Date\n{rows}")
    landing.load()
    read = dict(landing.rows("select line_number, usage_date::varchar from raw.azure_costs"))
    refused = {row[0]: row[2].removeprefix("usage_date ") for row in landing.rejects()}
    assert [(read | refused)[n] for n, _ in enumerate(DATES, 1)] == [said for _, said in DATES]


@pytest.mark.parametrize(
    "cell", ["October 2026", "Okt. 2026", "2026-10", "2026/10", "10/2026", "202610"]
)
def test_a_month_alone_is_the_period_of_an_invoice(landing, cell):
    text = f"invoice_id,period_start,period_end,amount\nK-1,{cell},,1\nK-1,{cell},{cell},2\n"
    # the second of two months may be in the period or behind it
    landing.put("generic_invoice_lines/a.csv", f"{text}K-1,{cell},November 2026,3\n")
    landing.load()
    assert landing.rows(
        "select amount, billing_period_start_date::varchar, billing_period_end_date::varchar "
        "from raw.generic_invoice_lines order by line_number"
    ) == [("1", "2026-10-01", "2026-11-01"), ("2", "2026-10-01", "2026-11-01")]
    assert len(landing.rejects()) == 1


@pytest.mark.parametrize(
    ("table", "header", "ends"),
    [
        ("focus_costs", "ChargePeriodStart,BilledCost", "charge_period_end_at"),
        ("aws_cur2", "line_item_usage_start_date,line_item_unblended_cost", "usage_end_at"),
        # a table of the console says the last day itself
        ("gcp_billing", "Usage start date,Cost ($)", "usage_end_at"),
    ],
)
def test_a_month_alone_ends_where_its_bill_says_ends_are(landing, table, header, ends):
    """Harm: the money of a month on its first day."""
    landing.put(f"{table}/a.csv", f"{header}\nOctober 2026,31\n2026-10-05,1\n")
    assert landing.load() == 0
    last = "2026-10-31" if table == "gcp_billing" else "2026-11-01"
    assert landing.rows(
        f"select cast({ends} as date)::varchar from raw.{table} order by line_number"
    ) == [(last,), (None,)]


def test_a_spreadsheet_of_windows(landing, capsys):
    text = (
        "Datum (Date);Z\u00e4hler (MeterName);Kosten (Cost) (\u20ac)\n2026-10-05;Z\u00fcrich;2,5\n"
    )
    landing.put("azure_costs/a.csv", text.encode("cp1252"))
    # of no one encoding
    mixed = text.encode() + "2026-10-06;Z\u00fcrich;3,5\n".encode("cp1252")
    landing.put("azure_costs/b.csv", mixed)
    landing.load()
    assert landing.rows("select source_file, meter_name, cost, currency from raw.azure_costs") == [
        ("azure_costs/a.csv", "Z\u00fcrich", "2.5", "EUR"),
        ("azure_costs/b.csv", "Z\u00fcrich", "2.5", "EUR"),
    ]
    assert [row[2] for row in landing.rejects()] == ["line is not valid UTF-8"]
    assert "azure_costs/a.csv: its text is no UTF-8, and read as Windows-1252" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("foot", "fault"),
    [
        (",Total,3.75,", None),
        # rounded as it is written
        ("Total:,,3.8,USD", None),
        ("Summe,,3.70,USD", "a total of 3.70, where the lines before it are 3.75"),
        # not called a total
        (",x,3.75,", "no event time (usage_date)"),
    ],
)  # fmt: skip
def test_a_total_at_the_foot_is_no_line(landing, capsys, foot, fault):
    lines = "2026-10-05,x,2.5,USD\n,,,\n2026-10-06,x,1.25,USD\n\n"
    landing.put("azure_costs/a.csv", f"Date,MeterName,Cost,Currency\n{lines}{foot}\n")
    landing.load()
    assert landing.rows("select cost from raw.azure_costs order by 1") == [("1.25",), ("2.5",)]
    reasons = [row[2].partition(": none of")[0] for row in landing.rejects()]
    assert reasons == ([fault] if fault else [])
    assert ("left out" in capsys.readouterr().out) == (fault is None)


HEAD = "Date,MeterName,Cost,Currency\n"
LINES = "2026-10-05,x,2.5,USD\n2026-10-06,x,1.25,USD\n"
SECOND = "of a second table; put each table into a file of its own"
BELOW = "of a second table, which begins in record 3; put each table into a file of its own"


@pytest.mark.parametrize(
    ("below", "reasons", "said"),
    [
        # a total in fewer cells than the header has, and its other names
        ("Total,3.75\n", [], "its total is the sum"),
        ("Total (USD),,3.75\n", [], "its total is the sum"),
        (",Amount due,3.75,USD\n", [], "its total is the sum"),
        ("Total,4.75\n", ["a total of 4.75, where the lines before it are 3.75"], ""),
        # one of the lines since the one before it
        ("Subtotal,3.75\n2026-10-07,x,1,USD\nSubtotal,1\nTotal,4.75\n", [], "its total"),
        # what a tool writes below, behind a blank row
        ("\nGenerated on 2026-11-01 by Acme\n", [], "below its table is left out: 1 lines"),
        (",,,\nGenerated by Acme,,,\nSee you soon\n", [], "below its table is left out: 2 lines"),
        # the beginning of a line that was cut off may look so
        ("Acme Cloud\n", ["1 fields where the header has 4"], ""),
        # a second table, of as many columns or of others
        ("\nMonth,Paid by,Cost,Currency\n2026-10-01,wire,3.75,USD\n", [SECOND, BELOW], ""),
        ("\nDay,Credit\n2026-10-01,3.75\n", [SECOND, BELOW], ""),
        ("Currency,Date,Cost,MeterName\n2026-10-09,x,9,USD\n", [SECOND, BELOW], ""),
        # a header again is no second table
        (HEAD + "2026-10-07,x,1,USD\n", [], ""),
        ("\nDay,Credit\n" + HEAD + "2026-10-07,x,1,USD\n", [SECOND], ""),
    ],
)  # fmt: skip
def test_what_stands_below_a_table_is_none_of_its_lines(landing, capsys, below, reasons, said):
    """Harm: the lines of a second table were read under the names of the first one's columns."""
    landing.put("azure_costs/a.csv", HEAD + LINES + below)
    landing.load()
    more = below.count("x,1,USD")
    assert landing.rows("select count(*), sum(cost::decimal(9, 2)) from raw.azure_costs") == [
        (2 + more, Decimal("3.75") + more)
    ]
    assert [row[2].partition(": none of")[0] for row in landing.rejects()] == reasons
    printed = capsys.readouterr().out
    assert said in printed and ("left out" in printed) == bool(said)
