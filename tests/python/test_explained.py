"""What somebody has to explain, and the quarter on a page: from rows of marts to figures."""

import datetime
from contextlib import contextmanager
from decimal import Decimal

import duckdb

from scripts.reporting import chargeback, explained, quarter
from scripts.reporting.links import Links
from scripts.reporting.marts import Marts, Period
from scripts.reporting.names import Names
from tests.python import mart_tables

DAY = datetime.timedelta(days=1)
MONDAY = datetime.date(2026, 9, 7)
NOWHERE = Links({})


@contextmanager
def marts(folder, rows):
    file = mart_tables.make(folder / "w.duckdb", rows)
    with duckdb.connect(str(file), read_only=True) as connection:
        yield Marts(connection)


def spent(start, team, provider, cost, is_over=True):
    row = {"period_grain": "quarter", "period_start_date": start, "team_id": team}
    row |= {"provider": provider, "cost_usd": Decimal(cost), "unpriced_count": 1}
    return row | {"is_complete_period": is_over}


def test_the_quarter_that_is_over_is_compared_by_its_sums(tmp_path):
    """Harm: a director reads the quarter that has just begun, or a team that is gone is missed."""
    first, second, third = (datetime.date(2026, month, 1) for month in (1, 4, 7))
    rows = [
        spent(first, "search", "openai", "5"),
        spent(second, "search", "openai", "7.000000000000001"),
        spent(second, "search", "anthropic", "1"),
        spent(first, "gone", "openai", "4"),
        spent(datetime.date(2025, 4, 1), "search", "openai", "2"),
        spent(third, "search", "openai", "0.5", is_over=False),
    ]
    with marts(tmp_path, {"fct_spend_quarterly": rows}) as found:
        page = quarter.page(found)
    assert page["quarter"].name == "2026-Q2" and page["quarter"].last == datetime.date(2026, 6, 30)
    head = page["head"]
    assert head["cost_usd"] == Decimal("8.000000000000001")
    assert head["change_usd"] == Decimal("-0.999999999999999")
    assert head["year_usd"] == Decimal("6.000000000000001") and head["unpriced"] == 2
    teams = {row["team_id"]: row["change_usd"] for row in page["teams"].rows}
    assert teams == {"search": Decimal("3.000000000000001"), "gone": Decimal(-4)}
    assert sum(teams.values()) == head["change_usd"]
    assert [row["name"] for row in page["quarters"].rows][:2] == ["2026-Q3", "2026-Q2"]
    assert [row["is"] for row in page["quarters"].rows][:2] == ["running", "over"]


def test_a_fiscal_calendar_takes_the_place_of_the_calendars_quarters(tmp_path):
    dates = {"period_grain": "quarter", "first_date": datetime.date(2026, 5, 1)}
    dates |= {"last_date": datetime.date(2026, 7, 31), "period_name": "FY27-Q2"}
    spend = {"period_grain": "quarter", "period_name": "FY27-Q2", "team_id": "search"}
    spend |= {"cost_usd": Decimal(3), "unpriced_count": 0, "is_complete_period": True}
    rows = {"dim_fiscal_periods": [dates], "fct_spend_fiscal": [spend | {"provider": "openai"}]}
    rows["fct_spend_quarterly"] = [spent(datetime.date(2026, 4, 1), "search", "openai", "9")]
    plan = {"team_id": "search", "spent_usd": Decimal(4)}
    rows["fct_budget_status"] = [
        plan | {"budget_period": datetime.date(2026, 5, 1), "budget_usd": Decimal(5)},
        plan | {"budget_period": datetime.date(2026, 7, 1), "baseline_usd": Decimal(3)},
        plan | {"budget_period": datetime.date(2026, 8, 1), "budget_usd": Decimal(99)},
    ]
    with marts(tmp_path, rows) as found:
        page = quarter.page(found)
    assert page["quarter"].name == "FY27-Q2" and page["head"]["cost_usd"] == 3
    (row,) = page["plans"].rows
    assert (row["plan_usd"], row["baseline_usd"], row["unplanned"]) == (5, 3, 1)
    assert row["spent_usd"] == 8 and row["share"] == 1


def test_no_quarter_without_spend(tmp_path):
    with marts(tmp_path, {}) as found:
        assert quarter.page(found) == {"quarter": None}


def trace(place, week=MONDAY, note=None, who=None):
    row = {"week_start_date": week, "cost_rank": place, "trace_or_request": f"trace-{place}"}
    row |= {"team_id": "search", "first_usage_at": f"{week} 10:00:00", "cost_usd": Decimal(place)}
    return row | {"note": note, "explained_by": who}


def test_the_ten_of_a_week_and_how_much_of_them_is_explained(tmp_path):
    """Harm: the week that still runs is asked about, or a note without a name counts for nobody."""
    rows = [
        trace(1, note="a batch", who="Ada Okafor"),
        trace(2, note="a loop"),
        trace(3),
        trace(1, week=MONDAY - 7 * DAY),
        trace(9, week=MONDAY + 7 * DAY),
    ]
    period = Period(MONDAY - 7 * DAY, MONDAY + 10 * DAY)
    with marts(tmp_path, {"fct_costliest_traces_weekly": rows}) as found:
        known = explained.traces(found, period)
    table = explained.traces_table(known, NOWHERE)
    assert [row["note"] for row in table.rows] == ["a batch", "a loop", "not explained yet"]
    weeks = explained.weeks_table(known).rows
    assert [row["week"] for row in weeks] == [MONDAY, MONDAY - 7 * DAY]
    assert (weeks[0]["cost_usd"], weeks[0]["explained_usd"], weeks[0]["explained"]) == (6, 3, 2)
    assert weeks[0]["who"] == "Ada Okafor, nobody named" and weeks[1]["explained"] == 0


def alert(kind="daily_ratio", threshold=2, day=MONDAY, outcome="open"):
    row = {"rule_kind": kind, "threshold": Decimal(threshold), "usage_date": day}
    row |= {"team_id": "search", "service_name": "*", "outcome": outcome}
    return row | {"observed_usd": Decimal(9), "baseline_usd": Decimal(4)}


def test_days_at_twice_the_average_have_an_outcome(tmp_path):
    """Harm: a day at one and a half times the average among those that must be explained."""
    rows = [
        alert(),
        alert(outcome="mended", day=MONDAY + DAY),
        alert(threshold="1.5"),
        alert(kind="budget_share"),
        alert(day=MONDAY - 30 * DAY),
    ]
    with marts(tmp_path, {"fct_spend_anomalies": rows}) as found:
        known = explained.exceptions(found, MONDAY, MONDAY + 6 * DAY)
    assert [row["outcome"] for row in known] == ["mended", "open"]
    assert explained.outcomes(known) == "Of 2: 1 open, 1 mended." and explained.outcomes([]) == ""
    unnamed = Names(lambda sql, mart: [])
    assert explained.marked(known, unnamed) == {MONDAY: "search", MONDAY + DAY: "search"}
    table = explained.exceptions_table(known, NOWHERE)
    assert [row["times"] for row in table.rows] == [Decimal("2.25")] * 2


def test_unowned_spend_by_week_sums_to_the_days():
    days = [
        {"usage_date": MONDAY + n * DAY, "cost_usd": Decimal(10), "mystery_usd": Decimal(n)}
        for n in range(9)
    ]
    sources = [
        {"usage_date": MONDAY, "source_system": "litellm", "service_name": None},
        {"usage_date": MONDAY + DAY, "source_system": "otel", "service_name": "api"},
    ]
    for row, amount in zip(sources, ("1", "20"), strict=True):
        row["mystery_usd"] = Decimal(amount)
    table = explained.unowned_weeks(days, sources)
    newest, before = table.rows
    assert (newest["is"], before["is"]) == ("running", "over")
    assert newest["mystery_usd"] + before["mystery_usd"] == sum(row["mystery_usd"] for row in days)
    assert newest["change_usd"] == 15 - 21 and before["change_usd"] is None
    assert before["sources"] == "api (otel) 20.00; no service (litellm) 1.00"


def test_a_month_is_held_against_its_plan_or_its_baseline():
    """Harm: a baseline that is read as a plan, or left out of what is held against it."""
    none = dict.fromkeys(("budget_usd", "baseline_usd", "spent_share", "baseline_share"))
    none |= {"forecast_usd": Decimal(12), "spent_usd": Decimal(6), "approved_by": None}
    planned = none | {"plan_kind": "set", "budget_usd": Decimal(8), "spent_share": Decimal("0.75")}
    past = none | {"plan_kind": "baseline", "baseline_usd": Decimal(4)}
    rows = {
        "a": planned,
        "b": past | {"baseline_share": Decimal("1.5")},
        "c": none | {"plan_kind": "none"},
    }
    table = chargeback.plans_table(rows)
    found = {row["team_id"]: (row["kind"], row["plan_usd"], row["share"]) for row in table.rows}
    assert found == {
        "a": ("plan", 8, Decimal("0.75")),
        "b": ("baseline: nobody set a plan", 4, Decimal("1.5")),
        "c": ("nothing", None, None),
    }
