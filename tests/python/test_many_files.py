"""A folder of many small files of mixed systems is loaded before somebody gives up waiting.

Harm guarded against: each file costs a query or a commit of its own, and an export with a file per
call takes all night.
"""

import time

import pytest

from tests.python.landing import Landing
from tests.python.many_files import RECORDS, write_many

# Of 10,000 files, on a machine of two cores that others use too.
BAR_S = 120


@pytest.mark.parametrize(
    ("count", "seconds"),
    [
        pytest.param(300, 20, id="300"),
        pytest.param(10_000, BAR_S, id="10000", marks=[pytest.mark.wide, pytest.mark.long]),
    ],
)
def test_many_small_files_of_mixed_systems(count, seconds, tmp_path, monkeypatch):
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    landing = Landing(tmp_path)
    inbox = landing.folder / "inbox"
    inbox.mkdir()
    written = write_many(inbox, count)
    started = time.monotonic()
    assert landing.load() == 0
    took = time.monotonic() - started
    found = landing.rows("select source_file, raw_table, record_count from raw.load_files")
    assert {(name.removeprefix("inbox/"), table) for name, table, _ in found} == set(
        written.items()
    )
    assert all(records >= RECORDS for _, _, records in found)
    assert took < seconds, f"{took:.0f} s for {count:,} files"
