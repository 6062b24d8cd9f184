"""A whole build writes the rows of a large table in the order of their days.

Harm guarded against: days that are written mixed. Each part of such a table has a row of each day,
so that DuckDB reads a whole year of it for every test and model of one night.
"""

from pathlib import Path

import pytest

from tests.python.project import ROOT

_ORDERED = [
    f"{'marts' if 'marts' in model.parts else 'intermediate'}.{model.stem}"
    for model in sorted(Path(ROOT, "models").rglob("*.sql"))
    if "in_order_of_days()" in model.read_text(encoding="utf-8")
]
_DAYS_THAT_GO_BACK = """
    select count(*) from (
        select usage_date, lag(usage_date) over (order by rowid) as day_before from {}
    ) where usage_date < day_before
"""


@pytest.mark.parametrize("table", _ORDERED)
def test_no_day_is_written_after_a_later_one(sample_night, table):
    assert sample_night.value(_DAYS_THAT_GO_BACK.format(table)) == 0


def test_the_tables_of_all_requests_have_an_order():
    """Those that grow with the requests, not with the days."""
    assert {"intermediate.int_priced_attempts", "marts.fct_logical_requests"} <= set(_ORDERED)
