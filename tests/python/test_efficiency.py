"""The efficiency marts against sums made in Python, and prices of the oracle.

Harm guarded against: a saving that is promised and would not have come; a scoreboard whose parts
do not add up to the bill.
"""

import itertools
from collections import defaultdict
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

import pytest

from scripts.operations.company import SAMPLE
from scripts.rates.meters import meters
from tests.python.rate_oracle import METERS, Oracle, Request, read_seed

UNIT = Decimal("1e-15")
FAILED = ("failure", "failed", "error", "errored", "timeout", "timed_out", "cancelled", "aborted")
KEYS = ("team_id", "service_name", "feature", "provider", "billed_model")
QUANTITIES = {meter.name: meter.quantity for meter in meters()}
COLUMNS = (
    "request_key", "usage_at", "usage_date", *KEYS, "priced_tier", "region_scope",
    "context_tokens", "cost_usd", "request_status", "environment", "prompt_version",
    *QUANTITIES.values(),
)  # fmt: skip


def cut(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(UNIT, ROUND_DOWN)


@pytest.fixture(scope="module")
def priced(sample_night):
    rows = sample_night.rows(
        f"select {', '.join(COLUMNS)} from marts.fct_priced_requests "
        "where price_status = 'priced' order by request_key"
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def oracle():
    return Oracle()


def what_if(oracle, row, model=None, tier=None, usage=None, provider=None) -> Decimal | None:
    request = Request(
        request_id=row["request_key"],
        provider_name=provider or row["provider"],
        model_name=model or row["billed_model"],
        at=row["usage_at"],
        tier_name=tier or row["priced_tier"],
        geo="global" if provider else row["region_scope"],
        usage=usage or {meter: row[column] for meter, column in QUANTITIES.items()},
    )
    return oracle.price(request).cost


def speaks(rule, row) -> bool:
    names = ("provider", "model", "service_name", "feature", "environment")
    row = row | {"model": row["billed_model"]}
    return all(rule[name] in ("*", row[name] or "") for name in names)


def rules(opportunity):
    found = [
        r for r in read_seed("policy/efficiency_rules", SAMPLE) if r["opportunity"] == opportunity
    ]
    return sorted(found, key=lambda rule: rule["rule_id"])


def expected(priced, oracle, opportunity, qualifies, alternative):
    """Savings by month and group of the attempts that qualify, worked out one by one."""
    sums = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    for row in priced:
        rule = next((r for r in rules(opportunity) if speaks(r, row) and qualifies(r, row)), None)
        if rule is None:
            continue
        other = alternative(rule, row)
        if other is None:
            continue
        month = row["usage_date"].replace(day=1)
        total = sums[month, rule["rule_id"], *(row[key] for key in KEYS)]
        total[0] += 1
        total[1] += row["cost_usd"]
        total[2] += other
    return {key: tuple(total) for key, total in sums.items() if total[1] > total[2]}


def found(sample_night, opportunity):
    rows = sample_night.rows(
        f"select usage_month, rule_id, {', '.join(KEYS)}, attempt_count, actual_cost_usd, "
        f"what_if_cost_usd from marts.fct_savings_opportunities where opportunity = '{opportunity}'"
    )
    return {row[:7]: row[7:] for row in rows}


def test_work_that_could_wait_is_priced_as_a_batch(sample_night, priced, oracle):
    sums = expected(
        priced,
        oracle,
        "batchable_live",
        lambda rule, row: row["priced_tier"] == "standard",
        lambda rule, row: what_if(oracle, row, tier="batch"),
    )
    assert sums and found(sample_night, "batchable_live") == sums


def test_short_tasks_are_priced_on_the_smaller_model(sample_night, priced, oracle):
    sums = expected(
        priced,
        oracle,
        "premium_short_task",
        lambda rule, row: (
            row["context_tokens"] <= int(rule["max_input_tokens"])
            and row["output_tokens"] <= int(rule["max_output_tokens"])
        ),
        lambda rule, row: what_if(oracle, row, model=rule["alternative_model"]),
    )
    assert sums and found(sample_night, "premium_short_task") == sums


def test_a_share_of_the_traffic_is_priced_on_the_model_of_another_provider(
    sample_night, priced, oracle
):
    def mixed(rule, row):
        provider, model = rule["alternative_provider"], rule["alternative_model"]
        other = what_if(oracle, row, model=model, provider=provider)
        share = Fraction(rule["assumed_share"])
        return other and cut(Fraction(row["cost_usd"]) * (1 - share)) + cut(Fraction(other) * share)

    sums = expected(priced, oracle, "model_switch", lambda rule, row: True, mixed)
    assert sums and found(sample_night, "model_switch") == sums
    alternatives = sample_night.rows(
        "select distinct alternative from marts.fct_savings_opportunities "
        "where opportunity = 'model_switch'"
    )
    assert alternatives == [("anthropic/claude-haiku-4-5",)]


def usage_of(row, **changed) -> dict[str, int]:
    return {meter: row[column] for meter, column in QUANTITIES.items()} | changed


def test_a_long_input_is_priced_without_its_part(sample_night, priced, oracle):
    def shorter(rule, row):
        left_out = int(row["uncached_input_tokens"] * Fraction(rule["assumed_share"]))
        usage = usage_of(row, uncached_input=row["uncached_input_tokens"] - left_out)
        return what_if(oracle, row, usage=usage)

    sums = expected(
        priced,
        oracle,
        "long_input",
        lambda rule, row: row["uncached_input_tokens"] >= int(rule["min_input_tokens"]),
        shorter,
    )
    assert sums and found(sample_night, "long_input") == sums


def test_a_long_output_is_priced_up_to_its_cap(sample_night, priced, oracle):
    sums = expected(
        priced,
        oracle,
        "long_output",
        lambda rule, row: row["output_tokens"] > int(rule["max_output_tokens"]),
        lambda rule, row: what_if(
            oracle, row, usage=usage_of(row, output=int(rule["max_output_tokens"]))
        ),
    )
    assert sums and found(sample_night, "long_output") == sums


def test_failed_attempts_that_were_billed_are_all_there(sample_night, priced, oracle):
    sums = expected(
        priced,
        oracle,
        "failed_attempts",
        lambda rule, row: row["request_status"] in FAILED,
        lambda rule, row: row["cost_usd"] * (1 - Decimal(rule["assumed_share"])),
    )
    assert sums and found(sample_night, "failed_attempts") == sums


def uncached(row) -> dict[str, int]:
    usage = {meter: row[column] for meter, column in QUANTITIES.items()}
    for meter in METERS:
        if meter.startswith("cache_"):
            usage["uncached_input"] += usage[meter]
            usage[meter] = 0
    return usage


def test_what_caching_saved_is_the_price_of_the_same_tokens_uncached(sample_night, priced, oracle):
    sums = defaultdict(Decimal)
    for row in priced:
        if any(row[QUANTITIES[meter]] for meter in METERS if meter.startswith("cache_")):
            month = row["usage_date"].replace(day=1)
            other = what_if(oracle, row, usage=uncached(row))
            sums[month, *(row[key] for key in KEYS)] += other - row["cost_usd"]
    rows = sample_night.rows(
        f"select usage_month, {', '.join(KEYS)}, saved_usd from marts.fct_cache_savings_monthly "
        "where cache_used_count > 0"
    )
    assert sums and {row[:6]: row[6] for row in rows} == sums


def test_the_scoreboard_adds_up_and_its_ratios_are_those_of_its_counts(sample_night):
    whole = sample_night.value("select sum(cost_usd) from marts.fct_priced_requests")
    for mart in ("fct_efficiency_weekly", "fct_efficiency_daily", "fct_model_mix_weekly"):
        assert sample_night.value(f"select sum(cost_usd) from marts.{mart}") == whole, mart
    work = "select count(*), sum(attempt_count) from marts.fct_logical_requests"
    board = "select sum(request_count), sum(attempt_count) from marts.fct_efficiency_weekly"
    assert sample_night.rows(work) == sample_night.rows(board)
    for cost, requests, per_1000, successes, per_success in sample_night.rows(
        "select cost_usd, request_count, cost_per_1000_requests_usd, success_count, "
        "cost_per_success_usd from marts.fct_efficiency_weekly where cost_usd is not null"
    ):
        cost = Fraction(cost)
        assert per_1000 == (cut(cost * 1000 / requests) if requests else None)
        assert per_success == (cut(cost / successes) if successes else None)


def test_extra_attempts_cost_what_retries_and_fallbacks_cost(sample_night):
    assert sample_night.rows(
        "select sum(attempt_count), sum(cost_usd) from marts.fct_retry_paths_weekly"
    ) == sample_night.rows(
        "select count(*), sum(cost_usd) from marts.fct_priced_requests where "
        "is_retry or is_fallback or coalesce(attempt_reason, 'unknown') != 'unknown'"
    )


def test_regressions_are_those_whose_answers_grew_by_more_than_a_fifth(sample_night, priced):
    versions = defaultdict(lambda: [0, 0, None])
    for row in sorted(priced, key=lambda r: r["usage_at"]):
        if row["prompt_version"] and row["request_status"] not in FAILED:
            version = versions[*(row[key] for key in KEYS), row["prompt_version"]]
            version[0] += 1
            version[1] += row["output_tokens"]
            version[2] = version[2] or row["usage_date"]
    known = [(k[:5], v[2], k[5], v[0], v[1]) for k, v in versions.items() if v[0] >= 30]
    known.sort(key=lambda version: (str(version[0]), version[1], version[2]))
    grown = {
        (*after[0], before[2], after[2])
        for before, after in itertools.pairwise(known)
        if before[0] == after[0]
        and Fraction(after[4], after[3]) > Fraction(6, 5) * Fraction(before[4], before[3])
    }
    rows = sample_night.rows(
        f"select {', '.join(KEYS)}, previous_prompt_version, prompt_version "
        "from marts.fct_prompt_regressions"
    )
    assert grown and set(rows) == grown
