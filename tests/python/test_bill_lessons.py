"""Bills: every sample ties to the last digit, and twenty failures of others do not happen here.

Harm guarded against: money of a bill that is lost, doubled, read in the wrong unit or put on the
wrong day; a gap that totals hide; an invoice that is paid although it does not add up.
"""

import json
from decimal import Decimal
from math import isqrt
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from tests.python.bill_lessons import FIXTURES, LONG_ACCOUNT, write_landing
from tests.python.project import ROOT, Project, assert_same_marts

SELECTED = (
    "+fct_priced_requests",
    "+int_bill_issues",
    "+fct_reconciliation_daily",
    "+fct_reconciliation_invoices",
    "+fct_provider_restatements",
)
MARTS = ("fct_reconciliation_daily", "fct_reconciliation_invoices", "fct_provider_restatements")
SAMPLE_DAY = "2026-11-02"
PROVIDERS = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "bedrock": "AWS",
    "google-vertex": "Google Cloud",
    "azure": "Microsoft",
}
LINES = "intermediate.int_bill_lines_classified"


def usd(text: str) -> Decimal:
    return Decimal(text)


@pytest.fixture(scope="module")
def landing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bills") / "landing"
    write_landing(folder)
    return folder


def build(folder: Path, landing: Path, postgres: dict | None = None) -> Project:
    project = Project(folder, landing, postgres)
    project.load()
    # only the tests that need nothing else
    scope = ("--exclude-resource-type", "unit_test", "--indirect-selection", "buildable")
    project.dbt("build", *scope, "--select", *SELECTED)
    return project


@pytest.fixture(scope="module")
def bills(tmp_path_factory, landing):
    return build(tmp_path_factory.mktemp("duckdb"), landing).freeze()


@pytest.fixture(scope="module")
def expected():
    return json.loads((FIXTURES / "expected_totals.json").read_text())


def daily(bills, day: str, provider: str) -> dict[tuple[str, str], dict]:
    columns = (
        "billed_model, meter, gateway_quantity, provider_quantity, gateway_cost_usd, "
        "provider_cost_usd, variance_usd, volume_variance_usd, price_variance_usd, "
        "unmatched_provider_usd, unpriced_count, status"
    )
    rows = bills.rows(
        f"select {columns} from marts.fct_reconciliation_daily "
        f"where usage_date = '{day}' and provider = '{provider}'"
    )
    names = columns.split(", ")
    return {row[:2]: dict(zip(names, row, strict=True)) for row in rows}


def test_every_sample_ties_to_its_expected_total(bills, expected):
    rows = bills.rows(
        f"select provider, bill_source, sum(amount_usd), count(*) from {LINES} "
        f"where usage_date = '{SAMPLE_DAY}' and line_category = 'usage' "
        "and source_file not like '%focus%' and source_file not like '%late%' group by 1, 2"
    )
    found = {source: (provider, total, count) for provider, source, total, count in rows}
    told = {name: usd(total) for name, total in expected["provider_reported_usd"].items()}
    for source, provider, count in (
        ("openai_costs", "openai", expected["rows"]["openai_costs"]),
        ("anthropic_cost_report", "anthropic", expected["rows"]["anthropic_cost_report"]),
        ("aws_cur2", "bedrock", expected["rows"]["aws"]),
        ("gcp_billing", "google-vertex", expected["rows"]["gcp"]),
        ("azure_costs", "azure", expected["rows"]["azure"]),
    ):
        assert found[source] == (provider, told[PROVIDERS[provider]], count)
    # code execution and web search have no token class, so the analytics report leaves them out
    assert found["anthropic_analytics_cost"] == ("anthropic", usd("9.9"), 7)


@pytest.mark.parametrize("version", ["focus_1_2.csv", "focus_1_2.parquet", "focus_1_4"])
def test_every_focus_version_ties_to_its_expected_totals(bills, expected, version):
    rows = bills.rows(
        "select provider, line_category, sum(amount_usd), sum(case when quantity is null then 0 "
        f"else 1 end), count(*) from {LINES} where source_file like '%{version}%' "
        "and bill_source = 'focus_costs' group by 1, 2"
    )
    found = {row[:2]: row[2] for row in rows}
    told = {(p, "usage"): usd(expected["provider_reported_usd"][n]) for p, n in PROVIDERS.items()}
    told["google-vertex", "credit"] = usd(expected["gcp_credit_usd"])
    assert found == told
    assert sum(row[4] for row in rows) == expected["rows"]["focus"]
    assert sum(row[3] for row in rows) == expected["rows"]["focus"] - 1


def test_one_of_several_bills_counts_and_the_others_stay_visible(bills, expected):
    rows = bills.rows(
        "select provider, bill_source, source_count, authority_version "
        f"from intermediate.int_billed_days where usage_date = '{SAMPLE_DAY}'"
    )
    assert {row[0]: row[1:3] for row in rows} == {
        "openai": ("openai_costs", 2),
        "anthropic": ("anthropic_cost_report", 3),
        "bedrock": ("aws_cur2", 2),
        "google-vertex": ("gcp_billing", 2),
        "azure": ("azure_costs", 2),
    }
    assert {row[3] for row in rows} == {"auth-2026-11"}
    counted = bills.value(
        "select sum(amount_usd) from intermediate.int_bill_lines "
        f"where usage_date = '{SAMPLE_DAY}' and line_category = 'usage'"
    )
    assert counted == usd(expected["total_usd_before_credit"])


def test_every_token_meter_of_the_samples_is_known_with_its_quantity(bills):
    found = bills.rows(
        "select provider, billed_model, meter, provider_quantity from "
        f"intermediate.int_provider_costs_daily where usage_date = '{SAMPLE_DAY}'"
    )
    assert {row[:3]: row[3] for row in found} == {
        ("anthropic", "all models", "web_search"): 15,
        ("anthropic", "claude-sonnet-4-5", "cache_read"): 3_000_000,
        ("anthropic", "claude-sonnet-4-5", "cache_write_1h"): 50_000,
        ("anthropic", "claude-sonnet-4-5", "cache_write_5m"): 200_000,
        ("anthropic", "claude-sonnet-4-5", "output"): 330_000,
        ("anthropic", "claude-sonnet-4-5", "uncached_input"): 1_400_000,
        ("azure", "gpt-4o", "cache_read"): 200_000,
        ("azure", "gpt-4o", "output"): 100_000,
        ("azure", "gpt-4o", "uncached_input"): 500_000,
        ("bedrock", "claude-sonnet-4-5", "cache_read"): 1_000_000,
        ("bedrock", "claude-sonnet-4-5", "output"): 200_000,
        ("bedrock", "claude-sonnet-4-5", "uncached_input"): 1_500_000,
        ("bedrock", "nova-lite", "output"): 300_000,
        ("bedrock", "nova-lite", "uncached_input"): 2_000_000,
        ("google-vertex", "gemini-2.5-pro", "cache_read"): 800_000,
        ("google-vertex", "gemini-2.5-pro", "output"): 200_000,
        ("google-vertex", "gemini-2.5-pro", "uncached_input"): 2_000_000,
        ("openai", "all models", "web_search"): None,
        ("openai", "gpt-4o", "cache_read"): 400_000,
        ("openai", "gpt-4o", "output"): 300_000,
        ("openai", "gpt-4o", "uncached_input"): 800_000,
        ("openai", "gpt-4o-mini", "cache_read"): 1_000_000,
        ("openai", "gpt-4o-mini", "output"): 1_500_000,
        ("openai", "gpt-4o-mini", "uncached_input"): 13_000_000,
        ("openai", "text-embedding-3-small", "uncached_input"): 2_500_000,
    }


def test_lesson_01_each_class_of_tokens_is_compared_on_its_own(bills):
    rows = daily(bills, "2026-11-10", "openai")
    off = {key: row for key, row in rows.items() if row["variance_usd"]}
    assert set(off) == {("gpt-4o", "cache_read")}
    (row,) = off.values()
    assert (row["gateway_quantity"], row["provider_quantity"]) == (300_000, 400_000)
    assert row["variance_usd"] == row["volume_variance_usd"] == usd("-0.125")


def test_lesson_02_a_new_token_class_keeps_its_money(bills):
    rows = daily(bills, "2026-11-11", "openai")
    assert rows["gpt-5.6-terra", "cache_write_30m"]["provider_cost_usd"] == usd("0.25")
    unknown = rows["gpt-5.6-terra", "unmapped"]
    assert (unknown["provider_cost_usd"], unknown["provider_quantity"]) == (usd("0.75"), None)


def test_lesson_03_the_written_total_is_priced_and_not_its_split_alone(bills):
    rows = daily(bills, "2026-11-10", "anthropic")
    found = {meter: row["gateway_quantity"] for (_, meter), row in rows.items()}
    assert found == {"uncached_input": 1000, "cache_write_5m": 2000, "cache_write_1h": 1000}
    assert {row["status"] for row in rows.values()} == {"matched"}
    assert sum(row["provider_cost_usd"] for row in rows.values()) == usd("0.0165")


def test_lesson_04_an_hour_of_cache_on_bedrock_is_a_meter_of_its_own(bills):
    rows = daily(bills, "2026-10-05", "bedrock")
    assert rows["claude-sonnet-4-5", "cache_write_5m"]["provider_cost_usd"] == usd("4.125")
    assert rows["claude-sonnet-4-5", "cache_write_1h"]["provider_cost_usd"] == 6
    assert rows["claude-sonnet-4-5", "cache_write_1h"]["provider_quantity"] == 1_000_000


def test_lesson_05_overlapping_counts_are_not_billed_twice(bills):
    issues = bills.rows(
        "select usage_issue, price_status from marts.fct_priced_requests where provider = 'xai'"
    )
    assert [row[1] for row in issues] == ["usage_missing"]
    assert issues[0][0] is not None
    rows = daily(bills, "2026-11-12", "xai").values()
    assert {row["gateway_cost_usd"] for row in rows} == {None}
    assert sum(row["variance_usd"] for row in rows) == usd("-0.0025")


def test_lesson_06_a_missing_price_is_never_zero(bills):
    row = daily(bills, "2026-11-12", "openai")["gpt-mystery", "uncached_input"]
    assert (row["gateway_cost_usd"], row["unpriced_count"]) == (None, 1)
    assert row["status"] not in ("matched", "within_tolerance")


def test_lesson_07_spend_that_no_gateway_saw_has_lines_of_its_own(bills, expected):
    rows = daily(bills, SAMPLE_DAY, "bedrock").values()
    assert all(row["gateway_cost_usd"] is None for row in rows)
    unseen = sum(row["unmatched_provider_usd"] for row in rows)
    assert unseen == -usd(expected["provider_reported_usd"]["AWS"])


def test_lesson_08_the_days_add_up_to_the_whole(bills):
    days = bills.value("select sum(provider_cost_usd) from marts.fct_reconciliation_daily")
    whole = bills.value("select sum(amount_usd) from intermediate.int_bill_lines")
    assert days == whole
    found = bills.rows(
        "select cast(usage_date as varchar), sum(amount) from intermediate.int_bill_lines "
        "where bill_source = 'gcp_billing' and source_file like '%late%' group by 1 order by 1"
    )
    assert found == [(SAMPLE_DAY, usd("0.25")), ("2026-11-03", usd("0.5"))]


def test_lesson_09_local_hours_fall_on_their_utc_day(bills):
    rows = daily(bills, "2026-10-06", "bedrock")
    assert rows["claude-sonnet-4", "uncached_input"]["provider_quantity"] == 2_000_000


def test_lesson_10_a_pull_counts_once_however_often_it_is_made(bills):
    pulls = bills.rows(
        "select is_current, count(*) from intermediate.int_bill_pulls "
        "where bill_source = 'openai_costs' and replaced_scope = '2026-11-10' group by 1 order by 1"
    )
    # each pull is superseded by the next, also by one that says the same
    assert pulls == [(False, 3), (True, 1)]
    total = bills.value(
        "select sum(amount_usd) from intermediate.int_bill_lines "
        "where provider = 'openai' and usage_date = '2026-11-10'"
    )
    assert total == usd("4.00")


def test_lesson_11_the_gateways_own_cache_meets_no_bill(bills):
    assert daily(bills, "2026-11-13", "openai") == {}
    sql = "select count(*) from intermediate.int_billed_days where usage_date = '2026-11-13'"
    assert bills.value(sql) == 1


def test_lesson_12_an_amount_may_be_a_number_or_a_text(bills):
    found = bills.rows(
        f"select amount from {LINES} where bill_source = 'openai_costs' "
        f"and usage_date = '{SAMPLE_DAY}' and model_name = 'gpt-4o-2024-08-06' order by 1"
    )
    assert [row[0] for row in found] == [usd("0.5"), usd("2"), usd("3")]


def test_lesson_13_cents_are_cents_and_nested_counts_are_read(bills):
    cents = bills.value(
        f"select sum(amount) from {LINES} where bill_source = 'anthropic_cost_report' "
        f"and usage_date = '{SAMPLE_DAY}'"
    )
    assert cents == usd("10.1")
    writes = bills.rows(
        "select sum(cache_write_5m_tokens), sum(cache_write_1h_tokens) "
        "from intermediate.int_provider_usage_placed where provider = 'anthropic'"
    )
    assert writes == [(200_000, 50_000)]


def test_lesson_14_cache_lifetimes_are_compared_apart(bills):
    rows = daily(bills, SAMPLE_DAY, "anthropic")
    assert rows["claude-sonnet-4-5", "cache_write_5m"]["provider_cost_usd"] == usd("0.75")
    assert rows["claude-sonnet-4-5", "cache_write_1h"]["provider_cost_usd"] == usd("0.3")


def test_lesson_15_a_usage_report_is_no_bill_and_a_day_without_one_shows(bills):
    (row,) = daily(bills, "2026-11-14", "openai").values()
    assert (row["status"], row["gateway_cost_usd"]) == ("no_bill", usd("2.5"))
    sources = {row[0] for row in bills.rows(f"select distinct bill_source from {LINES}")}
    assert not sources & {"openai_usage", "anthropic_usage_report"}


def test_lesson_16_a_tier_the_bill_leaves_out_is_no_volume_of_it(bills):
    found = bills.rows(
        "select meter, provider_quantity, uncosted_quantity "
        "from intermediate.int_provider_costs_daily where provider = 'anthropic' "
        f"and usage_date = '{SAMPLE_DAY}' and uncosted_quantity != 0 order by 1"
    )
    assert found == [("output", 330_000, 30_000), ("uncached_input", 1_400_000, 120_000)]
    tiers = bills.rows(
        f"select distinct service_tier from {LINES} where bill_source = 'openai_costs' order by 1"
    )
    assert tiers == [("batch",), ("standard",)]


def test_lesson_17_a_charge_without_an_invoice_is_no_fault(bills):
    sql = f"select count(*) from {LINES} where source_file like '%others%' and invoice_id is null"
    assert bills.value(sql) == 7
    rejects = bills.rows("select raw_table, reason from raw.load_rejects")
    assert rejects == [("openai_costs", "amount_usd is a text, not a number")] * 3  # once a pull


def test_lesson_18_scientific_notation_is_exact(bills):
    rows = daily(bills, "2026-11-16", "openai")
    found = {meter: row["provider_cost_usd"] for (_, meter), row in rows.items()}
    assert found == {"uncached_input": usd("0.0000001"), "output": usd("0.0000015")}


def test_lesson_19_account_numbers_are_text(bills):
    sql = (
        f"select distinct stated_account_id, sub_account_id from {LINES} where provider = 'bedrock'"
    )
    assert (LONG_ACCOUNT, LONG_ACCOUNT) in bills.rows(sql)


def test_lesson_20_a_price_by_the_hour_meets_a_bill_by_the_day(bills):
    (row,) = daily(bills, "2026-11-09", "deepseek").values()
    assert (row["gateway_cost_usd"], row["provider_cost_usd"]) == (usd("0.45"), usd("0.45"))
    assert row["status"] == "matched"


def test_what_no_seed_lists_keeps_its_money_and_is_named(bills):
    rows = daily(bills, "2026-10-05", "bedrock")
    odd = rows["claude-sonnet-4-5", "output"]
    assert (odd["provider_cost_usd"], odd["provider_quantity"]) == (70, None)
    found = bills.rows("select issue, bill_source, term from intermediate.int_bill_issues")
    assert {
        ("unit", "aws_cur2", "marketplace fathoms"),
        ("meter", "openai_costs", "dream tokens"),
        ("service", "aws_cur2", "amazonec2"),
        ("currency", "focus_costs", "SEK"),
    } <= set(found)
    ec2 = "select count(*) from intermediate.int_bill_lines where amount = 99"
    assert bills.value(ec2) == 0


def test_a_delivery_in_parts_replaces_its_whole_month(bills):
    files = bills.rows(
        "select distinct source_file from intermediate.int_bill_lines "
        "where bill_source = 'aws_cur2' and billing_period_start_date = '2026-10-01' order by 1"
    )
    assert [row[0] for row in files] == [
        f"aws_cur2/2026-11-05T00-00-00/part-{part}.csv" for part in (1, 2)
    ]
    # what the later delivery no longer has is gone, not left over
    assert bills.value("select count(*) from intermediate.int_bill_lines where amount = 15") == 0


def test_restatements_show_before_and_after(bills):
    found = bills.rows(
        "select bill_source, cast(usage_date as varchar), token_class, before_usd, after_usd, "
        "restated_usd, restatement_count, is_counted from marts.fct_provider_restatements"
    )
    assert sorted(found) == [
        ("aws_cur2", "2026-10-05", "output", 15 + 70, 70, -15, 1, True),
        # a row appended later to a day that was there
        ("gcp_billing", SAMPLE_DAY, "output", 2, usd("2.25"), usd("0.25"), 1, True),
        ("openai_costs", "2026-11-10", "input", 2, usd("2.5"), usd("0.5"), 1, True),
    ]


def test_openrouters_credits_are_spent_and_not_invoiced(bills):
    found = bills.rows(
        f"select amount, invoiced_amount, meter from {LINES} where provider = 'openrouter'"
    )
    assert found == [(usd("0.75"), 0, "all_tokens")] * 2
    quantities = bills.rows(
        "select meter, sum(quantity) from intermediate.int_provider_usage_daily "
        "where provider = 'openrouter' group by 1 order by 1"
    )
    # the second row claims more from the cache than was sent, which says nothing of either
    assert quantities == [("cache_read", 400), ("output", 400), ("uncached_input", 600)]


def invoice(bills, invoice_id: str) -> dict:
    columns = [name for name, _ in bills.columns("fct_reconciliation_invoices")]
    (row,) = bills.rows(
        f"select {', '.join(columns)} from marts.fct_reconciliation_invoices "
        f"where invoice_id = '{invoice_id}'"
    )
    return dict(zip(columns, row, strict=True))


def test_an_invoice_is_matched_within_the_tolerance_and_its_extras_stand_apart(bills, expected):
    row = invoice(bills, "INV-OAI-2026-11")
    assert row["provider_invoice_variance_usd"] == row["provider_usage_usd"] - usd("7.52")
    assert row["stated_total"] == usd(expected["openai_invoice_amount_due_usd"])
    extras = [row[f"invoiced_{name}_usd"] for name in ("discount", "credit", "tax")]
    assert extras == [usd("-0.38"), -2, usd("0.51")]
    assert (row["footing_status"], row["line_total"]) == ("foots", usd("5.65"))


def test_a_credit_memo_is_taken_off_its_invoice(bills):
    row = invoice(bills, "M-9")
    assert (row["provider_invoice_variance_usd"], row["status"]) == (0, "matched")
    assert (row["credit_memo_usd"], row["invoiced_seat_usd"], row["invoiced_tax_usd"]) == (
        -10,
        30,
        22,
    )
    memo = invoice(bills, "M-9-CM")
    assert (memo["status"], memo["provider_invoice_variance_usd"]) == ("credit_memo", None)
    assert invoice(bills, "M-77-CM")["status"] == "orphan_credit_memo"


def test_prepaid_use_is_drawn_down_and_a_wrong_total_is_seen(bills):
    row = invoice(bills, "M-8")
    assert (row["prepaid_drawdown_usd"], row["invoiced_prepaid_usd"]) == (7, 50)
    assert row["provider_invoice_variance_usd"] == 0
    assert (row["footing_status"], row["status"]) == ("does_not_foot", "does_not_foot")
    # the cohere invoice is in a currency without a rate
    assert invoice(bills, "C-9")["status"] == "no_fx_rate"


def test_the_three_variances_of_an_invoice_add_up(bills):
    rows = bills.rows(
        "select gateway_usd, provider_usage_usd, reconciling_item_usage_usd, prepaid_drawdown_usd, "
        "invoiced_usage_usd, credit_memo_usd, gateway_invoice_variance_usd "
        "from marts.fct_reconciliation_invoices where gateway_invoice_variance_usd is not null"
    )
    assert rows
    for gateway, _, absent, drawdown, invoiced, memo, variance in rows:
        assert (gateway or 0) + absent - drawdown - invoiced - memo == variance


@pytest.fixture(scope="module")
def macros():
    """The tolerance's macros as plain templates: they know no engine."""
    folder = ROOT / "macros"
    text = (folder / "types.sql").read_text() + (folder / "bills/focus_tolerance.sql").read_text()
    return Environment().from_string(text.replace("{{ return(", "{{ (")).module


NANO_CENTS = st.integers(-(10**16), 10**16)
ROWS = st.integers(0, 10**12) | st.integers(0, 300_000) | st.integers(0, 10**6).map(lambda n: n * n)


@settings(max_examples=60, deadline=None)
@given(pairs=st.lists(st.tuples(NANO_CENTS, ROWS, st.integers(-2, 2)), min_size=1, max_size=50))
def test_the_tolerance_is_exact(macros, pairs):
    """Against whole numbers: v nano-cents is within max(100, sqrt(n)/2) cents or not."""
    cases = [(variance, rows) for variance, rows, _ in pairs]
    # the edge itself, and its neighbours
    cases += [(isqrt(rows * 10**18 // 4) + step, rows) for _, rows, step in pairs]
    dollars = [(format(Decimal(variance).scaleb(-11), "f"), rows) for variance, rows in cases]
    values = ", ".join(f"(cast('{v}' as decimal(30, 15)), cast({n} as bigint))" for v, n in dollars)
    within = macros.is_within_focus_tolerance("v", "n")
    found = duckdb.sql(
        f"select {within}, {macros.focus_tolerance_usd('n')} from (values {values}) t(v, n)"
    )
    for (variance, rows), (is_within, tolerance) in zip(cases, found.fetchall(), strict=True):
        exact = abs(variance) <= 10**11 or 4 * variance**2 <= rows * 10**18
        assert is_within == exact, (variance, rows)
        assert tolerance == max(Decimal(1), isqrt(rows * 10**6) * Decimal("0.000005"))


def test_postgres_reads_the_same_bills(tmp_path, landing, bills, postgres):
    other = build(tmp_path, landing, postgres)
    mine, theirs = ({name: it.mart(name) for name in MARTS} for it in (other, bills))
    assert_same_marts(mine, theirs)
