"""A folder of many small files of mixed systems is loaded before somebody gives up waiting.

Harm guarded against: each file costs a query or a commit of its own, and an export with a file per
call takes all night.
"""

import time

import pytest

from scripts.loading.load import Typist
from tests.python.landing import Landing
from tests.python.many_files import write_many

pytestmark = pytest.mark.wide

# Of 10,000 files, on two cores.
BAR_S = 120


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    landing = Landing(tmp_path)
    (landing.folder / "inbox").mkdir()
    return landing


def load(landing: Landing, count: int) -> float:
    """Seconds of a load after which each file is where it belongs, and has records."""
    written = write_many(landing.folder / "inbox", count)
    started = time.monotonic()
    assert landing.load() == 0
    took = time.monotonic() - started
    found = landing.rows("select source_file, raw_table from raw.load_files where record_count > 0")
    assert {name.removeprefix("inbox/"): table for name, table in found} == written
    return took


def test_small_files_share_queries(inbox, monkeypatch):
    asked = []
    run = Typist._run

    def counted(self, table, kind, *others):
        asked.append(table.name)
        return run(self, table, kind, *others)

    monkeypatch.setattr(Typist, "_run", counted)
    load(inbox, 300)
    # once for the records of a table, once for those that are looked at again, once for rows
    assert max(map(asked.count, asked)) <= 3


@pytest.mark.long
def test_ten_thousand_files(inbox):
    took = load(inbox, 10_000)
    assert took < BAR_S, f"{took:.0f} s"
