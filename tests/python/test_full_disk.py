"""A full disk: the message names it and the place, and no half of a file has the file's name.

Harm guarded against: a report, an export or a seed cut off in the middle that somebody takes for
whole; a traceback, or the error of an undo, where the disk was full.
"""

import subprocess
from pathlib import Path

import duckdb
import pytest

from scripts.accounting.periods import Period, append_period
from scripts.accounting.reviews import append as append_reviews
from scripts.cli import main
from scripts.operations.whole_files import DiskFull, write_whole, writing
from scripts.rates.imports import append as append_prices
from scripts.reporting.site import write as write_site
from tests.python.test_publish import write_warehouse

pytestmark = pytest.mark.wide

PERIOD = Period("2026-10-01", "closed", "a", "b", "2026-11-02 00:00:00", "1", "1", "x", "")
HEADER = ",".join(PERIOD.__dataclass_fields__).encode() + b"\n"
SAID = "No space left on device: "


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    """A build that passed, a mart too large for the small disk, and a FOCUS mart of it."""
    file = tmp_path / "w.duckdb"
    write_warehouse(file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table marts.fct_spend_daily")
        connection.execute(
            "create table marts.rpt_focus_cost_and_usage as select "
            'timestamp \'2026-10-01\' as "BillingPeriodStart", md5(i::varchar) as "ChargeId" '
            "from range(100000) t(i)"
        )
        connection.execute(
            "create table marts.fct_closed_documents "
            "(posting_period date, document_name text, content text)"
        )
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")


@pytest.mark.parametrize(
    "write",
    [
        lambda file: write_whole(file, b"after"),
        lambda file: append_prices(file, [("a", "b")]),
        lambda file: append_reviews(file, [{}]),
        lambda file: append_period(PERIOD, file),
    ],
    ids=["a file", "prices", "reviews", "a close"],
)
def test_a_file_stays_what_it_was(write, tmp_path):
    file = tmp_path / "kept.csv"
    file.write_bytes(HEADER)
    (tmp_path / ".kept.csv.part").symlink_to("/dev/full")
    with pytest.raises(DiskFull) as raised:
        write(file)
    assert str(raised.value) == f"{SAID}{file}"
    assert file.read_bytes() == HEADER
    assert [path.name for path in tmp_path.iterdir()] == ["kept.csv"]


def test_a_workbook_stays_what_it_was(warehouse, tmp_path, capsys):
    file = tmp_path / "review.xlsx"
    (tmp_path / ".review.xlsx.part").symlink_to("/dev/full")
    assert main(["workbook", "--out", str(file)]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == f"ai-cost workbook: {SAID}{file}"
    assert not file.exists()


def test_a_full_disk_is_told_behind_the_error_of_an_undo(tmp_path):
    """Libraries say first what they could not take back."""
    with pytest.raises(DiskFull), writing(tmp_path):
        try:
            raise OSError(28, "No space left on device")
        except OSError:
            raise RuntimeError("cannot rollback: no transaction is active")  # noqa: B904
    with pytest.raises(RuntimeError, match="another"), writing(tmp_path):
        raise RuntimeError("another error")


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 200 kilobytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def files(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file()]


def test_nothing_is_published(warehouse, small_disk, capsys):
    assert main(["publish", "--to", str(small_disk / "out")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"ai-cost publish: {SAID}{small_disk / 'out'}"
    assert files(small_disk) == []


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_no_half_of_an_export_has_its_name(warehouse, small_disk, capsys, kind):
    assert main(["export", "focus", "--folder", str(small_disk), "--format", kind]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    file = small_disk / "2026-10" / f"cost_and_usage.{kind}"
    assert line == f"ai-cost export focus: {SAID}{file}"
    assert files(small_disk) == []


def test_the_old_report_stays(small_disk):
    report = small_disk / "report"
    (report / "assets").mkdir(parents=True)
    (report / "assets" / "report.css").write_text("old")
    with pytest.raises(DiskFull) as raised:
        write_site(report, [("index.html", "x" * 300_000)], "")
    assert str(raised.value) == f"{SAID}{report}"
    assert [path.name for path in files(small_disk)] == ["report.css"]
