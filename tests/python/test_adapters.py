"""Every dispatched macro gives the same answer to the same question on every engine.

Harm guarded against: a macro whose arms mean different things, so that two engines disagree about
money or about the day a request belongs to.
"""

import json
import time

import pytest

from tests.python.project import Project

TIME = "cast('{}' as timestamp)"
CASES = {
    "epoch_us": (
        '{{ epoch_us("' + TIME.format("2026-11-21 03:57:02.682823") + '") }}',
        "1795233422682823",
    ),
    "epoch_us_before_1970": (
        '{{ epoch_us("' + TIME.format("1969-12-31 23:59:59.999999") + '") }}',
        "-1",
    ),
    "elapsed_ms": (
        '{{ elapsed_ms("'
        + TIME.format("2026-11-21 00:00:00")
        + '", "'
        + TIME.format("2026-11-21 00:00:01.2509")
        + '") }}',
        "1250",
    ),
    "days_before": ("{{ days_before(\"cast('2026-03-01' as date)\", 1) }}", "2026-02-28"),
    "days_after": ("{{ days_before(\"cast('2026-02-28' as date)\", -1) }}", "2026-03-01"),
    "plus_ms": (
        '{{ epoch_us(plus_ms("' + TIME.format("2026-11-21 23:59:59.999999") + '", "1")) }}',
        "1795305600000999",
    ),
    "microsecond_of_day": (
        '{{ microsecond_of_day("' + TIME.format("2026-11-21 23:59:59.999999") + '") }}',
        "86399999999",
    ),
    "stored_enum": ("{{ stored_enum(\"'end'\", ['start', 'end']) }}", "end"),
    "in_last_decimals": (
        "{{ in_last_decimals(\"cast('-987654321.123456789012345' as decimal(30, 15))\") }}",
        "-987654321123456789012345",
    ),
    "prorate": ("{{ prorate('cast(1 as decimal(30, 15))', '1', '3') }}", "0.333333333333333"),
    "prorate_negative": (
        "{{ prorate('cast(-2 as decimal(30, 15))', '1', '3') }}",
        "-0.666666666666666",
    ),
    "prorate_large": (
        "{{ prorate(\"cast('-987654321.123456789012345' as decimal(30, 15))\", "
        "'999999999999', '999999999998') }}",
        "-987654321.124444443333470",
    ),
    # the widest amount, and parts of quantities that are sums
    "prorate_widest": (
        "{{ prorate(\"cast('999999999999999.123456789012345' as decimal(30, 15))\", "
        "'999999999999999998', '999999999999999999') }}",
        "999999999999999.122456789012345",
    ),
    "prorate_widest_negative": (
        "{{ prorate(\"cast('-999999999999999.123456789012345' as decimal(30, 15))\", "
        "'999999999999999998', '999999999999999999') }}",
        "-999999999999999.122456789012345",
    ),
    "prorate_to_more_than_fits": (
        "{{ prorate(\"cast('1000000000' as decimal(30, 15))\", '999999999999', '1') }}",
        None,
    ),
    "prorate_to_all_that_fits": (
        "{{ prorate(\"cast('999' as decimal(30, 15))\", '999999999999', '1', digits=15) }}",
        "998999999999001.000000000000000",
    ),
    "prorate_to_fewer_digits": (
        "{{ prorate(\"cast('99999' as decimal(30, 15))\", '1', '1', digits=4) }}",
        None,
    ),
    "money_ratio": (
        "{{ money_ratio_of(\"cast('1' as decimal(30, 15))\", \"cast('3' as decimal(30, 15))\") }}",
        "0.333333333333",
    ),
    "money_ratio_of_a_team_that_stopped": (
        "{{ money_ratio_of(\"cast('620' as decimal(30, 15))\", "
        "\"cast('0.0000054' as decimal(30, 15))\") }}",
        "114814814.814814814815",
    ),
    "money_ratio_to_next_to_nothing": (
        "{{ money_ratio_of(\"cast('1000000' as decimal(30, 15))\", "
        "\"cast('0.000000001' as decimal(30, 15))\") }}",
        None,
    ),
    "money_ratio_to_nothing": (
        "{{ money_ratio_of(\"cast('1' as decimal(30, 15))\", \"cast('0' as decimal(30, 15))\") }}",
        None,
    ),
    "money_ratio_of_the_widest": (
        "{{ money_ratio_of(\"cast('999999999999999' as decimal(30, 15))\", "
        "\"cast('999999999999999' as decimal(30, 15))\") }}",
        None,
    ),
    "share": (
        "{{ share_of(\"cast('2' as decimal(30, 15))\", \"cast('3' as decimal(30, 15))\") }}",
        "0.666667",
    ),
    # of next to nothing, and of much, all decimals count
    "share_of_all": (
        "{{ share_of(\"cast('0.300000999999999' as decimal(30, 15))\", "
        "\"cast('0.300000999999999' as decimal(30, 15))\") }}",
        "1.000000",
    ),
    "share_of_little": (
        "{{ share_of(\"cast('0.000001' as decimal(30, 15))\", "
        "\"cast('0.000001999999999' as decimal(30, 15))\") }}",
        "0.500000",
    ),
    "share_of_much": (
        "{{ share_of(\"cast('-9999999999999.999999999' as decimal(30, 15))\", "
        "\"cast('9999999999999.999999999' as decimal(30, 15))\") }}",
        "-1.000000",
    ),
    "share_of_less_than_is_shared": (
        "{{ share_of(\"cast('1' as decimal(30, 15))\", "
        "\"cast('0.000000999999999' as decimal(30, 15))\") }}",
        None,
    ),
    "money_ratio_of_little": (
        "{{ money_ratio_of(\"cast('0.000000001999999' as decimal(30, 15))\", "
        "\"cast('0.000000001999999' as decimal(30, 15))\") }}",
        "1.000000000000",
    ),
    "share_of_next_to_nothing": (
        "{{ share_of(\"cast('2000000000' as decimal(30, 15))\", "
        "\"cast('0.000001' as decimal(30, 15))\") }}",
        None,
    ),
    "ratio_of_wide_counts": (
        "{{ ratio_of('999999999999999999', '999999999999999998') }}",
        "1.000000",
    ),
    "ratio_beyond_its_width": ("{{ ratio_of('999999999999999999', '1') }}", None),
    "a_price_of_a_thousand_by_the_million": (
        "cast(cast('1000' as decimal(16, 9)) * {{ one_over('1000000') }} "
        "as {{ unit_rate_type() }})",
        "0.001000000000000",
    ),
    "a_price_of_a_thousand_times_a_factor": (
        "cast('9999.999999999' as decimal(16, 9)) * cast('1.1' as {{ factor_type() }})",
        "10999.999999998900000",
    ),
    "a_sum_of_quantities_at_a_rate": (
        "cast(cast('999999999999999999' as {{ quantity_sum_type() }}) "
        "* cast('0.000010000000000' as {{ unit_rate_type() }}) as {{ money_type() }})",
        "9999999999999.999990000000000",
    ),
    "prorate_by_nothing": ("{{ prorate('cast(1 as decimal(30, 15))', '1', '0') }}", None),
    # the numerator and the denominator may be sums
    "prorate_by_sums": (
        "{{ prorate('cast(1 as decimal(30, 15))', '1 + 1', '3 + 4') }}",
        "0.285714285714285",
    ),
    "prorate_remainder_by_sums": (
        "{{ prorate_remainder('cast(1 as decimal(30, 15))', '1 + 1', '3 + 4') }}",
        "5",
    ),
    "prorate_remainder": (
        "{{ prorate_remainder('cast(1 as decimal(30, 15))', '2', '7') }}",
        "5",
    ),
    "prorate_remainder_large": (
        "{{ prorate_remainder(\"cast('987654321.123456789012345' as decimal(30, 15))\", "
        "'999999999999', '999999999998') }}",
        "432097654595",
    ),
    "prorate_remainder_widest": (
        "{{ prorate_remainder(\"cast('999999999999999.123456789012345' as decimal(30, 15))\", "
        "'999999999999999998', '999999999999999999') }}",
        "875543210987655",
    ),
    "prorate_remainder_by_nothing": (
        "{{ prorate_remainder('cast(1 as decimal(30, 15))', '1', '0') }}",
        None,
    ),
    "months_after": ("{{ months_after(\"cast('2026-12-01' as date)\", 2) }}", "2027-02-01"),
    "month_length_of_a_leap_year": (
        "{{ month_length(\"cast('2028-02-01' as date)\") }}",
        "29",
    ),
    "without_controls": (
        "{{ without_controls(\"chr(1) || 'a' || chr(9) || chr(31) || ' \" ~ 'é' ~ \"~'\") }}",
        " a   é~",
    ),
    "replace_all": (
        "{{ replace_all(\"'llama3-1-8b'\", '([0-9])[^0-9a-z]([0-9])', '\\\\1.\\\\2') }}",
        "llama3.1-8b",
    ),
    "joined_in_order": (
        "(select {{ joined_in_order('word', 'place') }} from (select 2 as place, 'b' as word "
        "union all select 1, 'a' union all select 3, null) as words)",
        "ab",
    ),
    "hash_number": ("{{ hash_number(\"'abc'\") }}", str(int("900150983cd24fb", 16))),
    "text_to_money": ("{{ text_to_money(\"'7.5e-06'\") }}", "0.000007500000000"),
    "text_to_money_rounds": ("{{ text_to_money(\"'0.30000000000000004'\") }}", "0.300000000000000"),
    "text_to_money_large": ("{{ text_to_money(\"'123456789.5'\") }}", "123456789.500000000000000"),
    "text_to_money_exponent": ("{{ text_to_money(\"'1.25E3'\") }}", "1250.000000000000000"),
    "text_hash_of_equals": ("{{ text_hash(\"'a'\") }} - {{ text_hash(\"'a'\") }}", "0"),
    "row_hash_of_equals": (
        "(select {{ row_hash('a') }} from (select 1 as one, 'x' as two) as a)"
        " - (select {{ row_hash('b') }} from (select 1 as one, 'x' as two) as b)",
        "0",
    ),
    "row_hash_of_others": (
        "case when (select {{ row_hash('a') }} from (select 1 as one, 'x' as two) as a)"
        " != (select {{ row_hash('b') }} from (select 1 as one, cast(null as char(1)) as two) as b)"
        " then 'another' end",
        "another",
    ),
    "weekday_of_a_sunday": ("{{ weekday(\"cast('2026-11-22' as date)\") }}", "7"),
    "raw_type": ("cast(7 as {{ raw_type('bigint') }})", "7"),
}


def ask(project: Project) -> dict[str, str | None]:
    columns = [
        f"cast({question} as {{{{ dbt.type_string() }}}}) as {name}"
        for name, (question, _) in CASES.items()
    ]
    # The clock itself differs from run to run; that it is UTC does not.
    columns.append(
        "case when abs({{ epoch_us(utc_now()) }} - "
        f"{time.time_ns() // 1000}) < 600000000 then 'utc' end as utc_now"
    )
    shown = project.dbt("show", "--inline", "select " + ", ".join(columns), "--output", "json")
    return json.loads(shown[shown.index("{") :])["show"][0]


def shortened(name: str, answer: str | int | None) -> str | None:
    """An answer as text of the length of the expected one: engines pad decimals differently."""
    return answer if answer is None else str(answer)[: len(CASES[name][1] or "")]


@pytest.fixture(scope="module")
def answers(tmp_path_factory, new_database):
    folder = tmp_path_factory.mktemp("adapters")
    server = tmp_path_factory.mktemp("adapters-postgres")
    return {
        "duckdb": ask(Project(folder, folder)),
        "postgres": ask(Project(server, server, postgres=new_database())),
    }


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_the_same_on(answers, engine, name):
    assert shortened(name, answers[engine][name]) == CASES[name][1]


def test_the_clock_is_utc(answers):
    assert {answer["utc_now"] for answer in answers.values()} == {"utc"}
