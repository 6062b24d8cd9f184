"""Thirty lessons of other projects' mistakes, each on what the pipeline made of its lines."""

import csv
from decimal import Decimal

import duckdb

from tests.python.gateway_lessons import PENNIES
from tests.python.project import ROOT

COPIES = "select count(*) from intermediate.{} where source_file like '%lessons%' and {}"


def costs(gateways, number: int) -> list[Decimal | None]:
    return [row["cost_usd"] for row in gateways.lesson(number)]


def usd(text: str) -> Decimal:
    return Decimal(text)


def test_lesson_01_cache_writes_are_not_charged_twice(gateways):
    (row,) = gateways.lesson(1)
    tokens = [row[f"{name}_tokens"] for name in ("uncached_input", "cache_read", "cache_write_5m")]
    assert [*tokens, row["cache_write_1h_tokens"]] == [500, 18000, 1000, 2000]
    assert row["cost_usd"] == usd("0.03225")


def test_lesson_02_streamed_usage_prices_the_same(gateways):
    streamed, plain = gateways.lesson(2)
    assert streamed["cache_read_tokens"] == plain["cache_read_tokens"] == 18000
    assert streamed["cost_usd"] == plain["cost_usd"] == usd("0.0165")


def test_lesson_03_gemini_cached_input_is_not_counted_twice(gateways):
    (row,) = gateways.lesson(3)
    assert (row["uncached_input_tokens"], row["cache_read_tokens"]) == (130_000, 120_000)
    assert row["cost_usd"] == usd("0.371395")


def test_lesson_04_inclusive_input_beside_cache_keys_is_flagged(gateways):
    (row,) = gateways.lesson(4)
    assert (row["usage_issue"], row["price_status"]) == ("parts_exceed_total", "usage_missing")
    assert row["cost_usd"] is None


def test_lesson_05_a_meter_without_a_price_is_not_free(gateways):
    (row,) = gateways.lesson(5)
    assert row["cache_read_tokens"] == 100
    assert (row["price_status"], row["cost_usd"]) == ("partly_priced", None)
    assert row["meters_without_a_price"] == "cache_read"
    assert row["cache_read_cost_usd"] is None and row["uncached_input_cost_usd"] > 0


def test_lesson_06_a_client_that_left_is_unmetered_not_free(gateways):
    rows = gateways.lesson(6)
    assert [row["request_status"] for row in rows] == ["client_closed", "success"]
    assert {(row["usage_status"], row["price_status"]) for row in rows} == {
        ("missing", "usage_missing")
    }
    assert gateways.spend(6)["unpriced_count"] == 2


def test_lesson_07_zero_and_missing_stay_apart(gateways):
    zero, missing = gateways.lesson(7)
    assert (zero["reported_input_tokens"], zero["usage_status"], zero["cost_usd"]) == (
        0,
        "zero_reported",
        None,
    )
    assert (missing["reported_input_tokens"], missing["usage_status"], missing["cost_usd"]) == (
        None,
        "missing",
        None,
    )


def test_lesson_08_retries_are_one_request(gateways):
    spend = gateways.spend(8)
    assert (spend["attempt_count"], spend["request_count"]) == (3, 1)
    assert len({row["logical_request_id"] for row in gateways.lesson(8)}) == 1


def test_lesson_09_a_call_logged_twice_is_billed_once_and_counted(gateways):
    assert costs(gateways, 9) == [usd("0.0075")]
    sql = COPIES.format("int_duplicate_deliveries", "event_id like '%call-09%'")
    assert gateways.rows(sql) == [(1,)]


def test_lesson_10_reused_and_missing_ids_lose_no_row(gateways):
    rows = gateways.lesson(10)
    assert len(rows) == 4
    assert [row["request_id"] for row in rows] == ["reused", "reused", None, None]
    assert len({row["request_key"] for row in rows}) == 4
    assert gateways.spend(10)["cost_usd"] == usd("0.03")


def test_lesson_11_the_served_model_is_priced_and_the_asked_one_kept(gateways):
    (row,) = gateways.lesson(11)
    assert (row["billed_model"], row["requested_model"]) == ("gpt-5.4", "sonnet")
    assert (row["is_fallback"], row["fallback_from_model"]) == (True, "sonnet")


def test_lesson_12_a_server_side_fallback_is_priced_by_the_piece(gateways):
    rows = gateways.lesson(12)
    assert [(row["iteration_number"], row["billed_model"], row["cost_usd"]) for row in rows] == [
        (1, "claude-sonnet-4-5", usd("0.0033")),
        (2, "claude-opus-4-8", usd("0.02")),
        (3, "claude-opus-4-8", usd("0.0175")),
    ]
    spend = gateways.spend(12)
    assert (spend["cost_usd"], spend["request_count"]) == (usd("0.0408"), 2)
    assert len({row["logical_request_id"] for row in rows}) == 1


def test_lesson_13_the_long_context_tier_counts_the_whole_prompt(gateways):
    assert costs(gateways, 13) == [
        usd("0.601497"),
        usd("0.6015"),
        usd("1.202256"),
        usd("0.93825"),
    ]


def test_lesson_14_an_hour_of_cache_costs_twice_the_input(gateways):
    assert costs(gateways, 14) == [usd("0.01575")]


def test_lesson_15_days_are_utc_and_add_up(gateways):
    """The build itself ran in New York's time zone."""
    assert [str(row["usage_date"]) for row in gateways.lesson(15)] == ["2026-11-30", "2026-12-01"]
    for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles"):
        with duckdb.connect(str(gateways.warehouse), read_only=True) as connection:
            connection.execute(f"set timezone = '{zone}'")
            days = connection.execute(
                "select usage_date::varchar, sum(cost_usd), count(*) "
                "from marts.fct_priced_requests group by 1"
            ).fetchall()
            total = connection.execute(
                "select sum(cost_usd), count(*) from marts.fct_priced_requests"
            ).fetchone()
        assert (sum(day[1] or 0 for day in days), sum(day[2] for day in days)) == total
        assert {"2026-11-30", "2026-12-01"} <= {day[0] for day in days}


def test_lesson_16_a_batch_looked_at_three_times_is_billed_once_at_batch_rates(gateways):
    (row, own_id) = gateways.lesson(16)
    assert (str(row["usage_date"]), row["service_tier"]) == ("2026-11-10", "batch")
    # 2000 fresh at 1.5, 1000 cached at 0.15, 500 out at 7.5
    assert row["cost_usd"] == usd("0.0069")
    assert (own_id["service_tier"], own_id["cost_usd"]) == ("batch", usd("0.0069"))
    sql = COPIES.format("int_duplicate_deliveries", "event_id = 'batch_16_batch_cost'")
    assert gateways.rows(sql) == [(2,)]


def test_lesson_17_tags_multiply_nothing(gateways):
    assert costs(gateways, 17) == [usd("0.0075")]
    total = gateways.rows("select sum(cost_usd) from marts.fct_priced_requests")
    for dimension in ("team_id", "service_name", "feature", "environment", "provider"):
        parts = gateways.rows(
            f"select sum(cost_usd) from (select {dimension}, sum(cost_usd) as cost_usd "
            "from marts.fct_spend_daily group by 1)"
        )
        assert parts == total
    tags = gateways.rows(
        "select tag from marts.fct_request_tags inner join marts.fct_priced_requests "
        "using (request_key) where feature = 'lesson-17' order by 1"
    )
    assert [tag for (tag,) in tags] == ["User-Agent: X", "a", "b", "c", "d"]


def test_lesson_18_the_tier_that_served_is_the_price(gateways):
    rows = [
        (row["service_tier"], row["price_status"], row["cost_usd"]) for row in gateways.lesson(18)
    ]
    assert rows == [
        ("flex", "priced", usd("0.00375")),
        ("standard", "priced", usd("0.0075")),
        ("warp", "unpriced_no_rate", None),
    ]


def test_lesson_19_an_azure_deployment_is_named_or_unpriced(gateways):
    known, unknown = gateways.lesson(19)
    assert (known["billed_model"], known["cost_usd"]) == ("gpt-5.4", usd("0.0075"))
    assert (unknown["price_status"], unknown["cost_usd"]) == ("unpriced_unknown_model", None)


def test_lesson_20_an_inference_profile_is_named_or_unpriced(gateways):
    known, unknown, regional, worldwide = gateways.lesson(20)
    assert (known["billed_model"], known["cost_usd"]) == ("claude-sonnet-4-5", usd("0.00891"))
    assert (unknown["price_status"], unknown["cost_usd"]) == ("unpriced_unknown_model", None)
    assert (regional["cost_usd"], worldwide["cost_usd"]) == (usd("0.00891"), usd("0.0081"))


def test_lesson_21_thoughts_are_output_once(gateways):
    assert [row["output_tokens"] for row in gateways.lesson(21)] == [1093, 1093]


def test_lesson_22_an_agents_span_repeats_its_children(gateways):
    """The composed trace a1: an agent above a chat, and the chat exported twice."""
    rows = gateways.rows(
        "select span_id, cost_usd from marts.fct_priced_requests "
        "where trace_id = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1'"
    )
    assert rows == [("00000000000000a2", usd("0.02775"))]


def test_lesson_23_sums_of_tiny_amounts_are_exact(gateways):
    assert gateways.spend(23)["cost_usd"] == PENNIES * usd("0.000000075")
    assert len(gateways.lesson(23)) == PENNIES
    exact = gateways.rows("select sum(cast('0.0000001' as decimal(30, 15))) from range(1000000)")
    assert exact == [(usd("0.1"),)]
    types = gateways.rows(
        "select distinct data_type from information_schema.columns "
        "where table_schema = 'marts' and column_name like '%cost_usd'"
    )
    assert types == [("DECIMAL(30,15)",)]


def test_lesson_24_a_later_price_changes_no_earlier_day(gateways, later):
    assert costs(gateways, 24) == [usd("0.0075")] * 2
    assert costs(later, 24) == [usd("0.0075"), usd("0.0153")]
    before = (
        "select request_key, cost_usd from marts.fct_priced_requests "
        "where usage_date < '2026-11-20' and usage_date != '2026-11-09' order by 1"
    )
    assert later.rows(before) == gateways.rows(before)


def test_lesson_25_hidden_cache_tokens_are_surfaced(gateways):
    (row,) = gateways.lesson(25)
    assert (row["usage_issue"], row["cost_usd"]) == ("unclassified_cache_tokens", None)
    assert (
        row["reported_total_tokens"] - row["reported_input_tokens"] - row["output_tokens"] == 21000
    )
    assert gateways.spend(25)["unpriced_count"] == 1


def test_lesson_26_a_deleted_team_takes_no_money_along(gateways, later):
    unknown, known = gateways.lesson(26)
    assert (unknown["team_id"], unknown["attribution_status"]) == (
        "team-deleted",
        "unregistered_team",
    )
    assert known["attribution_status"] == "attributed"
    assert [row["attribution_status"] for row in later.lesson(26)] == ["unregistered_team"] * 2
    assert later.spend(26)["cost_usd"] == gateways.spend(26)["cost_usd"] == usd("0.015")


def test_lesson_27_the_gateways_own_cache_costs_nothing(gateways):
    (row,) = gateways.lesson(27)
    assert (row["is_gateway_cache_hit"], row["price_status"], row["cost_usd"]) == (
        True,
        "not_billable",
        0,
    )
    assert (row["uncached_input_tokens"], row["output_tokens"]) == (1200, 300)
    assert gateways.spend(27)["request_count"] == 1


def test_lesson_28_one_call_in_three_sources_is_billed_once(gateways):
    (row,) = gateways.lesson(28)
    assert (row["source_system"], row["cost_usd"]) == ("litellm_spend_logs", usd("0.0075"))
    copies = gateways.rows(
        "select source_system, kept_source_system "
        "from intermediate.int_cross_source_copies order by 1"
    )
    assert copies == [
        ("langfuse_observations", "litellm_spend_logs"),
        ("litellm_standard_logging", "litellm_spend_logs"),
    ]


def test_lesson_29_a_contracts_price_replaces_the_list_price(gateways, later):
    assert costs(gateways, 29) == [usd("0.0075")]
    # 1200 in at 1 instead of 2.5, 300 out at 15 as before: neither added nor averaged
    assert costs(later, 29) == [usd("0.0057")]


def test_lesson_30_nested_and_flat_usage_are_the_same(gateways):
    rows = gateways.lesson(30)
    assert len(rows) == 3
    assert {(r["uncached_input_tokens"], r["cache_read_tokens"], r["cost_usd"]) for r in rows} == {
        (176, 1024, usd("0.005196"))
    }


def test_lesson_33_a_charge_without_tokens_is_unpriced_not_free(gateways):
    rows = gateways.lesson(33)
    assert {(row["price_status"], row["cost_usd"]) for row in rows} == {("usage_missing", None)}
    assert [row["usage_status"] for row in rows] == [
        *["missing"] * 4,
        "zero_reported",
        "missing",
    ]
    own = [row["gateway_reported_cost_usd"] for row in rows]
    assert own == [usd(cost) for cost in ("0.08", "0.006", "0.01", "0.00002", "0", "0.03")]
    assert gateways.spend(33)["unpriced_count"] == 6


def test_lesson_31_a_provider_that_is_named_is_never_replaced(gateways):
    """Neither by the model's maker nor by what stands in front of the model."""
    unknown = ("unpriced_unknown_provider", None)
    rows = gateways.lesson(31)
    assert [(r["provider"], r["price_status"], r["cost_usd"]) for r in rows] == [
        ("github_copilot", *unknown),
        ("custom-myproxy", *unknown),
        ("azure-openai-eastus", *unknown),
        ("heroku", *unknown),
        ("azure", "priced", usd("0.0075")),
        ("azure", "priced", usd("0.0075")),
        ("google-vertex", "priced", usd("0.00111")),
        ("openai", "priced", usd("0.0075")),
        ("openai", "priced", usd("0.0075")),
        ("bedrock", "priced", usd("0.00891")),
        ("openrouter", "priced", usd("0.0075")),
    ]
    at_stake = gateways.rows(
        "select provider, maker, maker_list_cost_usd, missing_row "
        "from marts.fct_unpriced_usage_daily "
        "where price_status = 'unpriced_unknown_provider' and usage_date = '2026-11-10' "
        "and team_id = 'search' order by 1"
    )
    row = "extra_provider_aliases.csv: {},<provider of the rate card>"
    assert at_stake == [
        (name, maker, cost, row.format(name))
        for name, maker, cost in (
            ("azure-openai-eastus", "openai", usd("0.0075")),
            ("custom-myproxy", "openai", usd("0.0075")),
            ("github_copilot", "openai", usd("0.0075")),
            ("heroku", "none", None),
        )
    ]


def test_the_row_that_a_name_lacks_is_whole(gateways):
    """Harm: somebody pastes it, and the company folder is refused for the columns it lacks."""
    found = {
        row[0]
        for row in gateways.rows("select missing_row from marts.fct_unpriced_usage_daily")
        if "_aliases.csv: " in row[0]
    }
    files = {
        "extra_model_aliases.csv": ROOT / "seeds" / "rate_cards" / "model_aliases.csv",
        "extra_provider_aliases.csv": ROOT / "seeds" / "reference" / "provider_aliases.csv",
    }
    assert {row.split(": ", 1)[0] for row in found} == set(files)
    for row in found:
        name, cells = row.split(": ", 1)
        header = files[name].read_text().split("\n")[0].split(",")
        assert len(next(csv.reader([cells]))) == len(header), row


def test_what_has_no_price_is_listed_whole(gateways):
    listed = "select usage_date, sum(attempt_count) from marts.fct_unpriced_usage_daily group by 1"
    counted = "select usage_date, sum(unpriced_count) from marts.fct_spend_daily group by 1"
    assert set(gateways.rows(listed)) == {row for row in gateways.rows(counted) if row[1]}


def test_lesson_34_a_bare_id_of_bedrock_has_the_price_of_the_region_in_its_log(gateways):
    """Nova costs more in Asia, nobody knows what in Europe, and GovCloud has prices of its own."""
    rows = gateways.lesson(34)
    assert [(r["region_scope"], r["price_status"], r["cost_usd"]) for r in rows] == [
        ("regional", "priced", usd("0.000144")),
        ("apac", "priced", usd("0.0001512")),
        ("eu", "unpriced_no_rate", None),
        ("eu", "unpriced_no_rate", None),
        ("regional", "priced", usd("0.000144")),
        ("regional", "priced", usd("0.000675")),
        ("us-gov", "unpriced_no_rate", None),
    ]


def test_lesson_35_a_publisher_in_front_of_a_model_is_no_part_of_its_name(gateways):
    rows = gateways.lesson(35)
    assert [(r["billed_model"], r["price_status"], r["cost_usd"]) for r in rows] == [
        ("gemini-2.5-flash", "priced", usd("0.00111")),
        ("claude-sonnet-4-5", "priced", usd("0.0081")),
        ("meta/llama-3.3-70b-instruct-maas", "priced", usd("0.00108")),
        ("claude-3-haiku", "priced", usd("0.000675")),
    ]


def test_lesson_32_a_tier_in_a_native_body_and_optimised_latency_have_their_own_price(gateways):
    rows = gateways.lesson(32)
    assert [(r["priced_tier"], r["price_status"], r["cost_usd"]) for r in rows] == [
        ("flex", "priced", usd("0.0006105")),
        ("priority", "priced", usd("0.00213675")),
        ("latency_optimized", "unpriced_no_rate", None),
        ("standard", "priced", usd("0.001221")),
        ("flex", "priced", usd("0.0006105")),
    ]
