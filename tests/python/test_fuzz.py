"""Real records of every format, bent in every way that logs get bent, through the whole pipeline.

Harm guarded against: one odd record that stops the night, disappears without a count, or becomes
money that nobody was charged.
"""

import json
import math
import shutil

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scripts.cli import main
from tests.python.formats import leaves, records, replaced
from tests.python.project import Project

pytestmark = pytest.mark.wide

RECORDS = records()
CHANGES = [
    lambda value: ...,
    lambda value: None,
    lambda value: "",
    lambda value: "   ",
    lambda value: "None",
    lambda value: [],
    lambda value: {},
    lambda value: {"a": {"b": None, "c": [None]}},
    lambda value: [value, value],
    lambda value: True,
    lambda value: str(value),
    lambda value: -0.0,
    lambda value: -1,
    lambda value: 0,
    lambda value: 10**20,
    lambda value: 1e300,
    lambda value: "1e3",
    lambda value: "NaN",
    lambda value: 0.1 + 0.2,
    lambda value: "\u0000\ud83d\u202e\U0001f4b8'\"; drop table x; --",
    lambda value: "<b>=1+1</b>" + "x" * 5000,
    lambda value: "2026-11-03 10:00:00",
    lambda value: "2026-11-03T10:00:00+05:30",
    lambda value: "2026-11-03T23:59:59.999999999Z",
    lambda value: 1794700800,
    lambda value: 1794700800123,
    lambda value: "1794700800123456789",
]
BENT = st.fixed_dictionaries(
    {
        table: st.lists(
            st.tuples(
                st.integers(0, len(rows) - 1),
                st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(CHANGES)), max_size=3),
            ),
            min_size=1,
            max_size=8,
        )
        for table, rows in RECORDS.items()
    }
)


def bend(record, changes):
    for selector, change in changes:
        places = [path for path, _ in leaves(record) if path]
        if places:
            record = replaced(record, places[selector % len(places)], change)
    return record


def numbers(value) -> float:
    """All that a record could possibly count: the sum of its numbers, in text or not."""
    total = 0.0
    for _, leaf in leaves(value):
        try:
            number = 0.0 if isinstance(leaf, bool) else float(leaf)
        except (TypeError, ValueError, OverflowError):
            continue
        total += number if 0 < number < math.inf else 0.0
    return total


@pytest.fixture(scope="module")
def empty_warehouse(tmp_path_factory):
    """A warehouse with all models and no record: its views answer for whatever is loaded.

    Every Project begins with one.
    """
    folder = tmp_path_factory.mktemp("empty")
    landing = folder / "landing"
    landing.mkdir()
    project = Project(folder, landing)
    project.load()
    return project.warehouse


def check(folder, empty_warehouse, bent):
    # Views name the database they were made in, so the copy has to have its name.
    landing, warehouse = folder / "landing", folder / empty_warehouse.name
    shutil.rmtree(landing, ignore_errors=True)
    shutil.copy(empty_warehouse, warehouse)
    possible = 0.0
    for table, picks in bent.items():
        (landing / table).mkdir(parents=True)
        rows = [bend(RECORDS[table][index], changes) for index, changes in picks]
        possible += sum(numbers(row) for row in rows)
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (landing / table / "bent.jsonl").write_text(text)
    assert main(["load", "--landing", str(landing), "--warehouse", str(warehouse)]) == 0

    with duckdb.connect(str(warehouse)) as connection:

        def ask(sql):
            return connection.execute(sql).fetchall()

        lines = dict(ask("select raw_table, line_count from raw.load_files"))
        assert lines == {table: len(picks) for table, picks in bent.items()}
        for table, count in lines.items():
            # An export batch may hold no span at all; every other line is a record or a reject.
            (seen,) = ask(
                f"select count(distinct line_number) from (select line_number from raw.{table} "
                f"union select line_number from raw.load_rejects where raw_table = '{table}')"
            )[0]
            assert seen <= count
            assert seen == count or table == "otel_genai_spans"

        (requests,) = ask("select count(*) from intermediate.int_requests_unioned")[0]
        (left_out,) = ask(
            "select count(*) from (select source_file, line_number, record_number "
            "from intermediate.int_duplicate_deliveries union "
            "select source_file, line_number, record_number "
            "from intermediate.int_cross_source_copies union "
            "select source_file, line_number, record_number "
            "from intermediate.int_sums_over_calls where decision = 'repeats')"
        )[0]
        priced = ask(
            "select count(*) filter (where coalesce(iteration_number, 1) = 1), min(cost_usd), "
            "sum(metered_quantity) filter (where price_status = 'priced'), "
            "count(*) filter (where price_status = 'priced' and usage_issue is not null), "
            "count(*) filter (where price_status not in ('priced', 'not_billable') "
            "and cost_usd is not null) "
            "from intermediate.int_requests_priced"
        )[0]
    assert priced[0] == requests - left_out, "a record is lost or doubled"
    assert priced[1] is None or priced[1] >= 0, "a negative cost"
    assert (priced[2] or 0) <= possible, "more was priced than the records could count"
    assert priced[3:] == (0, 0)


OPTIONS = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
    "print_blob": True,
}


# Shrinking a failure takes minutes here; the long form does it.
@settings(max_examples=10, phases=[Phase.explicit, Phase.generate], **OPTIONS)
@given(bent=BENT)
def test_bent_records_are_counted_and_never_mint_money(tmp_path_factory, empty_warehouse, bent):
    check(tmp_path_factory.mktemp("bent"), empty_warehouse, bent)


@pytest.mark.long
@settings(max_examples=300, **(OPTIONS | {"derandomize": False}))
@given(bent=BENT)
def test_many_bent_records(tmp_path_factory, empty_warehouse, bent):
    check(tmp_path_factory.mktemp("bent"), empty_warehouse, bent)
