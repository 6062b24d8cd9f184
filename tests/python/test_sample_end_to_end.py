"""The whole road on the sample: its answer sheet is known, so every figure can be checked.

Harm guarded against: money that is lost, doubled or charged to the wrong team between the raw line
and the mart; a discrepancy that reconciliation does not see, or one that it makes up; two engines
that disagree.
"""

import json
from collections import Counter
from decimal import Decimal

import pytest

from scripts.accounting.reviews import KEY, append, import_rows
from tests.python.project import AFTER_SAMPLE, Project, assert_same_marts, copy_project


@pytest.fixture(scope="module")
def landing(sample_landing):
    return sample_landing


@pytest.fixture(scope="module")
def truth(landing):
    return json.loads((landing / "_truth.json").read_text())


@pytest.fixture(scope="module")
def sample(sample_night):
    """Built whole on DuckDB, once for `make test` and `make test-engines`."""
    return sample_night


def with_extras(truth, system, told):
    """(attempts, priced, USD) told of a gateway; the clouds' come on top, as plain envelopes, and
    the stories'.
    """
    parts = [(told["distinct_attempts"], told)] + [
        (extra["attempts"], extra)
        for extra in (
            truth["clouds"] if system == "envelope_events" else None,
            truth["stories"]["by_table"].get(system),
        )
        if extra
    ]
    return (
        sum(attempts for attempts, _ in parts),
        sum(part["priced_attempts"] for _, part in parts),
        sum(Decimal(part["priced_usd"]) for _, part in parts),
    )


def test_every_attempt_is_there_once_and_priced_to_the_last_digit(sample, truth):
    found = {
        system: (attempts, priced, cost)
        for system, attempts, priced, cost in sample.rows(
            "select source_system, count(*), count(*) filter (where price_status = 'priced'), "
            "sum(cost_usd) from marts.fct_priced_requests group by 1"
        )
    }
    assert found == {
        system: with_extras(truth, system, told) for system, told in truth["gateways"].items()
    }


def test_every_duplicate_is_left_out_and_counted(sample, truth):
    found = dict(
        sample.rows(
            "select source_system, count(*) from intermediate.int_duplicate_deliveries group by 1"
        )
    )
    assert found == {
        system: told["duplicate_records"] for system, told in truth["gateways"].items()
    }


def test_every_team_is_charged_exactly_its_own(sample, truth):
    found = dict(sample.rows("select team_id, sum(cost_usd) from marts.fct_spend_daily group by 1"))
    clouds, stories = truth["clouds"], truth["stories"]
    extra = clouds["spend_usd_by_team"] | {stories["team_id"]: stories["priced_usd"]}
    assert stories["team_id"] not in clouds["spend_usd_by_team"]
    expected = {
        team: Decimal(cost) + Decimal(extra.get(team, 0))
        for team, cost in truth["spend_usd_by_team"].items()
    }
    assert {team: cost for team, cost in found.items() if cost} == expected
    parts = (truth, clouds, stories)
    assert sum(found.values()) == sum(Decimal(part["priced_usd"]) for part in parts)


def test_every_malformed_line_is_quarantined_with_a_reason(sample, truth):
    found = sample.rows(
        "select source_file, line_number, reason from marts.fct_quarantined_records order by 1, 2"
    )
    told = sorted((bad["file"], bad["line_number"]) for bad in truth["malformed"])
    assert [row[:2] for row in found] == told
    assert len({bad["kind"] for bad in truth["malformed"]}) == 10
    assert all(reason for _, _, reason in found)


LINE = ("usage_date", "provider", "billed_model", "meter")


def line(cell):
    return tuple(cell[name] or "all models" for name in LINE)


def test_every_planted_cause_is_found_with_its_exact_amount_and_nothing_else_is(sample, truth):
    """Prints the confusion matrix: planted cause x found cause."""
    found = {
        (str(day), *rest): (variance, reason, evidence)
        for day, *rest, variance, reason, evidence in sample.rows(
            f"select {', '.join(LINE)}, variance_usd, reason_code, reason_evidence "
            "from marts.fct_reconciliation_daily where variance_usd != 0"
        )
    }
    planted = {
        line(cell): (Decimal(cell["variance_usd"]), cell["reason_code"])
        for part in (truth, truth["clouds"], truth["stories"])
        for cell in part["variances"]
    }
    matrix = Counter(
        (planted.get(cell, (0, "-"))[1], found.get(cell, (0, "-"))[1])
        for cell in planted.keys() | found.keys()
    )
    for (told, answer), count in sorted(matrix.items()):
        print(f"{told:<22} -> {answer:<22} {count:>5} {'' if told == answer else '  WRONG'}")
    assert all(told == answer for told, answer in matrix), "see the matrix above"
    assert {cell: amounts[:2] for cell, amounts in found.items()} == planted
    assert len({told for told, _ in matrix}) == 19
    assert all(evidence for _, _, evidence in found.values())


def test_what_no_gateway_can_see_stands_apart_from_the_variance(sample, truth):
    found = sample.rows(
        "select usage_date, provider, meter, reconciling_item_usd "
        "from marts.fct_reconciliation_daily "
        "where reconciling_item_usd != 0 and status = 'reconciling_item' and variance_usd = 0"
    )
    told = {
        (absent["usage_date"], absent["provider"], absent["category"]): Decimal(
            absent["reconciling_item_usd"]
        )
        for absent in truth["clouds"]["reconciling_item"]
    }
    assert {(str(day), *rest): amount for day, *rest, amount in found} == told
    assert len(told) == 6


def test_each_planted_discrepancy_shows_in_the_component_it_belongs_to(sample, truth):
    columns = {
        "unmatched_gateway": "unmatched_gateway_usd",
        "unmatched_provider": "unmatched_provider_usd",
        "volume": "volume_variance_usd",
        "price": "price_variance_usd",
    }
    kinds = set()
    for cell in truth["variances"]:
        day, provider, model, meter = line(cell)
        amount = sample.value(
            f"select {columns[cell['component']]} from marts.fct_reconciliation_daily "
            f"where usage_date = '{day}' and provider = '{provider}' "
            f"and billed_model = '{model}' and meter = '{meter}'"
        )
        assert amount != 0, cell
        kinds.update(cell["kinds"])
    assert kinds == {discrepancy["kind"] for discrepancy in truth["discrepancies"]}
    assert len(kinds) == 7


def test_leaked_spend_names_the_credential_and_the_amount(sample, truth):
    (leak,) = [d for d in truth["discrepancies"] if d["kind"] == "leaked_key"]
    found = sample.rows(
        "select credential_id, sum(cost_usd) from marts.fct_leaked_spend "
        "where credential_status = 'unregistered' group by 1"
    )
    assert found == [("key_leaked_7f3a", -Decimal(leak["variance_usd"]))]


def test_the_watermark_stops_at_the_first_day_that_is_not_final(sample):
    found = dict(
        sample.rows("select provider, first_unsettled_date from marts.fct_settlement_watermarks")
    )
    assert found["openai"] is None
    assert str(found["openrouter"]) == "2026-09-30"
    # A day without a bill is never final; mistral has no bill at all.
    (gap,) = sample.rows(
        "select usage_date from marts.fct_reconciliation_daily "
        "where provider = 'azure' and status = 'no_bill' group by 1"
    )
    assert found["azure"] == gap[0]
    assert found["mistral"] is None


def test_one_request_is_walked_from_the_charge_to_the_bill(sample, tmp_path):
    request, attempts, cost = sample.rows(
        "select logical_request_id, count(*), sum(cost_usd) from marts.fct_priced_requests "
        "where provider = 'openai' and cost_usd > 0 group by 1 having count(*) > 1 "
        "order by 1 limit 1"
    )[0]
    shown = sample.copy(tmp_path).dbt(
        "show", "--select", "dispute_request", "--vars", json.dumps({"request_id": request}),
        "--limit", "100", "--output", "json",
    )  # fmt: skip
    rows = json.loads(shown[shown.index("{") :])["show"]
    assert len({(row["source_file"], row["line_number"]) for row in rows}) == attempts
    assert sum(Decimal(str(row["meter_cost_usd"])) for row in rows) == cost
    for row in rows:
        assert row["team_id"] and row["price_card_version"]
        assert row["paid_rate_usd"] == row["list_rate_usd"] > 0  # the sample has no contract
        assert row["bucket_provider_cost_usd"] >= row["meter_cost_usd"]
        assert row["bucket_gateway_quantity"] >= row["gateway_quantity"]
        assert row["bill_source_file"].startswith("openai_costs/")


def test_decisions_close_a_breach_until_it_moves(sample, tmp_path):
    """Accepted, disputed, reopened."""
    root = copy_project(tmp_path)
    reviewed = sample.copy(tmp_path, root)
    columns = (*KEY, "variance_usd")
    breaches = sample.rows(
        f"select {', '.join(columns)} from marts.fct_reconciliation_exceptions order by 1, 2, 4, 5"
    )
    assert len(breaches) >= 3
    exact = {tuple(map(str, row[:-1])): row[-1] for row in breaches}
    rows = [
        dict(zip(columns, row, strict=True))
        | {"decision": decision, "reason": "leaked_credential", "reviewer": "Bo", "note": ""}
        for row, decision in zip(breaches, ["accepted", "disputed", "accepted"], strict=False)
    ]
    taken = import_rows(rows, exact, preparer="Ada").reviews
    taken[2]["variance_usd"] = str(Decimal(taken[2]["variance_usd"]) + Decimal("0.005"))
    append(root / "seeds" / "policy" / "reconciliation_reviews.csv", taken)
    reviewed.dbt(
        "build", "--select", "reconciliation_reviews", "int_reconciliation_reviews",
        "fct_reconciliation_daily", "fct_reconciliation_exceptions",
    )  # fmt: skip
    states = reviewed.rows(
        f"select decision_state, reviewed_by from marts.fct_reconciliation_exceptions "
        f"order by {', '.join(columns[:2])}, billed_model, meter"
    )
    assert states[:3] == [("accepted", "Bo"), ("disputed", "Bo"), ("reopened", "Bo")]
    assert set(states[3:]) <= {("open", None)}


@pytest.mark.wide
def test_a_strict_build_fails_for_what_nobody_decided_on(sample, tmp_path):
    copy = sample.copy(tmp_path)
    test = ("test", "--select", "assert_settled_days_are_within_tolerance")
    copy.dbt(*test)
    with pytest.raises(AssertionError, match="assert_settled_days_are_within_tolerance"):
        copy.dbt(*test, "--vars", "strict_reconciliation: true")


@pytest.mark.wide
def test_a_second_night_over_the_same_files_changes_no_row(sample, tmp_path):
    built = "select * from ops.built_days order by 1, 2"
    loaded = "select batch_id, loaded_at from raw.load_files order by 1"
    again = sample.copy(tmp_path)
    again.nightly()
    assert_same_marts(again.marts(), sample.marts())
    assert again.rows(built) == sample.rows(built), "a day was rebuilt"
    assert again.rows(loaded) == sample.rows(loaded)


def test_postgres_gives_the_same_rows(sample, landing, postgres, tmp_path):
    warehouse = Project(tmp_path, landing, postgres=postgres, now=AFTER_SAMPLE)
    warehouse.load()
    warehouse.build_whole()
    assert_same_marts(warehouse.marts(), sample.marts())
