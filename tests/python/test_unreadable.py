"""One file never stops a night, and none is passed over without a word.

Harms guarded against: a zip or a text in UTF-16 that ends a night with a traceback, so that nothing
of the other files is there in the morning; a file that is renamed or cut off while it is read and
is then held for loaded; a link that brings in what lies elsewhere; a loop of links that never ends.
"""

import bz2
import gzip
import io
import json
import lzma
import os
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scripts.cli import main
from scripts.loading import forms, load, records
from scripts.loading.files import LandingFile
from scripts.loading.run import MODELS
from scripts.loading.sources import read_contract
from tests.python.landing import Landing, event

HEADER = "request_id,timestamp,team"
ROW = "r1,2026-11-03T10:00:00Z,growth"
CSV = f"{HEADER}\r\n{ROW}\r\n"
NOT_LOADED = "warning: {} could not be loaded: {}\n"


@pytest.fixture
def landing(tmp_path, monkeypatch):
    for name in ("AI_COST_LANDING", "AI_COST_TARGET", "AI_COST_WAREHOUSE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    return Landing(tmp_path)


def columns(*names: str) -> bytes:
    file = pa.BufferOutputStream()
    pq.write_table(pa.table({name: [1] for name in names}), file)
    return file.getvalue().to_pybytes()


def zipped(name: str, content: str | bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def thrice_packed(content: bytes) -> bytes:
    return gzip.compress(gzip.compress(gzip.compress(content)))


OTHER_TABLE = b"COPY public.users (id, mail) FROM stdin;\n1\tada\n\\.\n"
MISSING = "none of request_id, id, x-owner-request-id, "
UNREADABLE = {
    "latin.jsonl": ('{"team": "Müller"}\n'.encode("latin-1"), "no line of it is UTF-8 text; "),
    "cut.jsonl.bz2": (bz2.compress(CSV.encode())[:40], "bzip2 stream ends early"),
    "cut.jsonl.xz": (lzma.compress(CSV.encode())[:20], "xz stream ends early"),
    "cut.jsonl.zst": (pa.compress(CSV.encode(), "zstd", asbytes=True)[:-9], "zstd stream "),
    "thrice.gz": (thrice_packed(CSV.encode()), "compressed more than twice; unpack it"),
    "cut.jsonl.gz": (gzip.compress(CSV.encode())[:9], "gzip stream ends early"),
    "cut.zip": (zipped("log.jsonl", CSV)[:-9], "a zip archive that is broken or cut off"),
    "other.zip": (zipped("notes.pdf", "%PDF-1.7"), "notes.pdf: a PDF; ask for the figures"),
    "empty.zip": (zipped(".hidden", "x"), "an archive in which there is no file"),
    "twice.zip": (
        zipped("a.zip", zipped("a.csv", CSV)),
        "an archive or a workbook in an archive; unpack it",
    ),
    "a.xlsx": (zipped("xl/workbook.xml", ""), "an Excel workbook that is broken"),
    "dump.sql": (
        b"--\n-- PostgreSQL database dump\n--\n" + OTHER_TABLE,
        "tables in it: public.users",
    ),
    "dump": (b"PGDMP\x01\x0f", "a PostgreSQL dump in a form of its own; write it as text"),
    "a.pdf": (b"%PDF-1.7\n%\xe2\xe3", "a PDF; ask for the figures as CSV or JSON"),
    "login.json": (b"<!DOCTYPE html><html>", "a web page or XML; expected are lines of JSON"),
    "progress.log": (b" 10%\r 20%\r100%\ndone\n", "plain text; expected are lines of JSON"),
    "blank.csv": (f'"request_id" ,"timestamp"\n{ROW}\n', "its header is not valid CSV: "),
    "open.csv": (f'request_id,"timestamp,team\n{ROW}\n', "a quote in it is not closed"),
    "open2.csv": (f'request_id,"timestamp,team\n{ROW},"\n', "a quote in it is not closed"),
    "other.csv": (b"a,b c,d\n1,2,3\n", f"columns found: a, b c, d; {MISSING}"),
    "other.txt": (b"a,b c,d\n4,5,6\n", f"columns found: a, b c, d; {MISSING}"),
    "values.csv": (b"ada@example.org,7\n", f"its first row is no header; {MISSING}"),
    "keys.csv": (b"sk-proj-a1b2c3d4e5,growth\n", f"its first row is no header; {MISSING}"),
    "semicolons.csv": (b"a;b c;d\n4;5;6\n", f"columns found: a, b c, d; {MISSING}"),
    "other_twice.csv": (
        b"Request ID,request-id,timestamp\n1,2,3\n",
        "two columns are one: Request ID",
    ),
    "other.parquet": (columns("a", "b"), f"columns found: a, b; {MISSING}"),
    "cut.parquet": (columns("timestamp")[:-1], "not a readable Parquet file: "),
    "cut.json": (b'[{"request_id": "r1"},', "not valid JSON: "),
}


def test_each_file_is_named_and_no_other_suffers(landing, capsys):
    for name, (content, _) in UNREADABLE.items():
        landing.put(f"envelope_events/{name}", b"")
        data = content.encode() if isinstance(content, str) else content
        (landing.folder / "envelope_events" / name).write_bytes(data)
    landing.put("envelope_events/good.jsonl", [event(1), "no JSON", event(2)])
    landing.put("envelope_events/good.csv", CSV)
    assert landing.load() == 1
    said = capsys.readouterr().err
    assert landing.rows("select count(*) from raw.envelope_events") == [(3,)]
    assert landing.rows("select source_file from raw.load_files order by 1") == [
        ("envelope_events/good.csv",),
        ("envelope_events/good.jsonl",),
    ]
    rejects = dict(
        landing.rows("select source_file, reason from raw.load_rejects where line_number = 0")
    )
    assert len(rejects) == len(UNREADABLE)
    for name, (_, sentence) in UNREADABLE.items():
        source_file = f"envelope_events/{name}"
        assert sentence in rejects[source_file], name
        assert NOT_LOADED.format(source_file, rejects[source_file]) in said
    assert "ada@example.org" not in said + str(rejects)


def test_an_unread_file_is_named_each_night_and_on_record_once(landing, capsys):
    for name in ("a.jsonl", "moved/the same.jsonl"):
        landing.put(f"envelope_events/{name}", "%PDF-1.7\n")
    for _ in range(2):
        assert landing.load() == 1
        said = capsys.readouterr().err
        for name in ("a.jsonl", "moved/the same.jsonl"):
            assert NOT_LOADED.format(f"envelope_events/{name}", UNREADABLE["a.pdf"][1]) in said
    assert landing.rows("select count(*) from raw.load_rejects") == [(1,)]
    for file in landing.folder.rglob("*.jsonl"):
        file.unlink()
    assert landing.load() == 0


def test_a_later_version_that_can_read_it_does(landing, monkeypatch):
    landing.put("envelope_events/a.jsonl", [event(1)])
    monkeypatch.setattr(forms, "foreign_form", lambda head: "a form of the future")
    assert landing.load() == 1
    monkeypatch.undo()
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    assert landing.load() == 0
    assert landing.rows("select count(*) from raw.envelope_events") == [(1,)]
    assert landing.rows("select count(distinct batch_id), count(*) from raw.load_rejects") == [
        (1, 1)
    ]


def test_what_a_reader_raises_is_one_reject_that_quotes_nothing(landing, monkeypatch, capsys):
    def raises(file, stream):
        yield from ()
        raise ValueError("a prompt of Ada's")

    monkeypatch.setattr(load, "read_csv", raises)
    landing.put("envelope_events/a.jsonl", [event(1)])
    landing.put("envelope_events/b.csv", CSV)
    landing.put("envelope_events/c.jsonl", [event(3)])
    assert landing.load() == 1
    assert landing.rows("select request_id from raw.envelope_events order by 1") == [
        ("r1",),
        ("r3",),
    ]
    ((line, _, reason, text),) = landing.rejects()
    assert (line, text) == (0, None) and "the reader stopped with ValueError" in reason
    assert "Ada" not in reason + capsys.readouterr().err


@pytest.mark.parametrize("second", ["", "no JSON", '{"cut": '])
def test_a_log_that_begins_with_a_cut_line_is_no_document(landing, second):
    landing.put("envelope_events/a.jsonl", ['{"request_id": ', second, event(3), event(4)])
    assert landing.load() == 0
    assert landing.rows("select line_number from raw.envelope_events") == [(3,), (4,)]


@pytest.fixture
def after_hashing(monkeypatch):
    """Calls what the test gives it once, between the naming of contents and their reading."""
    todo = []
    stream = load.ByteStream

    def first(*arguments):
        while todo:
            todo.pop()()
        return stream(*arguments)

    monkeypatch.setattr(load, "ByteStream", first)
    return todo.append


def rotated(path, content: bytes) -> None:
    path.rename(path.with_suffix(".tmp"))
    path.write_bytes(content)


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: rotated(path, json.dumps(event(9)).encode()),
        lambda path: rotated(path, path.read_bytes().replace(b"r1", b"r9")),
        lambda path: os.truncate(path, 40),
        lambda path: os.truncate(path, 0),
        lambda path: path.unlink(),
        lambda path: rotated(path, b"PK\x03\x04"),
    ],
)
def test_a_file_that_changes_before_it_is_read_waits_for_the_next_night(
    landing, after_hashing, capsys, harm
):
    path = landing.put("envelope_events/a.jsonl", [event(1), event(2)])
    landing.put("envelope_events/b.jsonl", [event(3)])
    content = path.read_bytes()
    after_hashing(lambda: harm(path))
    assert landing.load() == 1
    assert "envelope_events/a.jsonl could not be loaded: " in capsys.readouterr().err
    assert landing.rows("select request_id from raw.envelope_events") == [("r3",)]
    assert landing.rows("select count(*) from raw.load_files") == [(1,)]
    assert landing.rejects() == []
    # The content was not named as loaded for another's rows.
    path.write_bytes(content)
    assert landing.load() == 0
    assert landing.rows("select count(*) from raw.envelope_events") == [(3,)]


def test_a_parquet_file_that_is_replaced_waits_too(landing, after_hashing):
    path = landing.put("envelope_events/a.parquet", columns("timestamp", "input_tokens"))
    after_hashing(lambda: rotated(path, columns("timestamp", "output_tokens")))
    assert landing.load() == 1
    assert landing.rows("select count(*) from raw.load_files") == [(0,)]
    assert landing.rows("select count(*) from raw.load_rejects") == [(0,)]


def test_a_log_that_grows_is_loaded_as_it_was_named(landing, after_hashing):
    path = landing.put("envelope_events/a.jsonl", [event(1), event(2)])
    size = path.stat().st_size

    def grow():
        with path.open("a") as file:
            file.write(json.dumps(event(3)))

    after_hashing(grow)
    assert landing.load() == 0
    assert landing.rows("select size_bytes, record_count from raw.load_files") == [(size, 2)]
    assert landing.load() == 0
    assert landing.rows("select max(record_count) from raw.load_files") == [(3,)]


def test_links_stay_inside_and_loops_end(landing, capsys, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    for folder in (outside, landing.folder):
        (folder / "secret.jsonl").write_text(json.dumps(event(7)))
    landing.put("envelope_events/2026/a.jsonl", [event(1)])
    landing.put("_archive/b.jsonl", [event(2)])
    events = landing.folder / "envelope_events"
    links = {
        "file.jsonl": outside / "secret.jsonl",
        "folder": outside,
        "dots.jsonl": "../../outside/secret.jsonl",
        "nowhere.jsonl": landing.folder / "gone.jsonl",
        "itself": events / "itself",
    }
    for name, target in links.items():
        (events / name).symlink_to(target)
    (events / "up").symlink_to(landing.folder / "envelope_events")
    (events / "2026" / "loop").symlink_to("..")
    (events / "kept").symlink_to(landing.folder / "_archive")
    (landing.folder / "litellm_spend_logs").symlink_to(outside)
    assert landing.load() == 1
    said = capsys.readouterr().err
    assert landing.rows("select source_file from raw.load_files order by 1") == [
        ("envelope_events/2026/a.jsonl",),
        ("envelope_events/kept/b.jsonl",),
    ]
    out = "a link that leads out of the landing folder"
    for name in ("file.jsonl", "folder", "dots.jsonl"):
        assert NOT_LOADED.format(f"envelope_events/{name}", out) in said
    assert NOT_LOADED.format("litellm_spend_logs", out) in said
    for name in ("nowhere.jsonl", "itself"):
        assert NOT_LOADED.format(f"envelope_events/{name}", "a link that leads nowhere") in said
    assert said.count("could not be loaded") == 6


def test_a_landing_folder_that_is_itself_a_link_is_fine(landing, tmp_path):
    landing.put("envelope_events/a.jsonl", [event(1)])
    link = tmp_path / "link"
    link.symlink_to(landing.folder)
    assert landing.load("--landing", str(link)) == 0
    assert landing.rows("select source_file from raw.load_files") == [("envelope_events/a.jsonl",)]


TWICE = '"team": "first", "team": "second", "team": {"no": "more"}'


@pytest.mark.parametrize("odd", ["", ', "note": "\\ud800"'])
@pytest.mark.parametrize("form", ["%s\n", "[%s]", "[\n%s\n]"])
def test_of_a_key_that_stands_twice_the_first_value_counts(landing, form, odd):
    """A line, an array, a document, and what only Python's reader takes."""
    record = f'{{"request_id": "r1", {TWICE}, "timestamp": "2026-11-03"{odd}}}'
    landing.put("envelope_events/a.json", form % record)
    assert landing.load() == 0
    assert landing.rows("select team from raw.envelope_events") == [("first",)]


def test_that_holds_for_bills_and_for_json_in_a_cell_or_a_map(landing):
    amount = '"amount": {"value": 1, "value": 2}, "amount": {"value": 3}'
    bucket = f'"start_time": 1793664000, "end_time": 1793750400, "results": [{{{amount}}}]'
    landing.put("openai_costs/a.json", f'{{"data": [{{{bucket}}}]}}')
    name = '{""product_name"": ""first"", ""product_name"": ""second""}'
    landing.put(
        "aws_cur2/a.csv",
        f'line_item_usage_start_date,line_item_unblended_cost,product\n2026-11-02,1,"{name}"\n',
    )
    pairs = [[("product_name", "first"), ("product_name", "second")]]
    product = pa.array(pairs, pa.map_(pa.string(), pa.string()))
    days = pa.array(["2026-11-02T00:00:00Z"])
    path = landing.folder / "aws_cur2" / "b.parquet"
    cost = pa.array(["1"])
    columns = {"line_item_usage_start_date": days, "line_item_unblended_cost": cost}
    pq.write_table(pa.table(columns | {"product": product}), path)
    assert landing.load() == 0
    assert landing.rows("select amount_usd from raw.openai_costs") == [("1",)]
    assert landing.rows("select product_name from raw.aws_cur2") == [("first",), ("first",)]


def test_a_file_with_only_a_broken_second_batch_keeps_the_first(landing, monkeypatch):
    """What could be read is loaded, and the reject says where it ended."""
    path = landing.put("envelope_events/a.parquet", columns("timestamp", "model"))
    pq.write_table(pa.table({"timestamp": ["2026-11-03"] * 4, "model": ["gpt-5.4"] * 4}), path)
    monkeypatch.setattr(records, "ROWS", 2)
    found = pq.ParquetFile.iter_batches

    def breaks_off(self, **options):
        yield next(found(self, **options))
        raise OSError("Unexpected end of stream")

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", breaks_off)
    assert landing.load() == 0
    assert landing.rows("select count(*) from raw.envelope_events") == [(2,)]
    assert [row[0] for row in landing.rejects()] == [3]


def test_a_name_cannot_move_the_cursor(landing, capsys):
    landing.put("envelope_events/a\x1b[2J\n.csv", "a,b,c\n")
    assert landing.load() == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "could not be" in line]
    assert "\x1b" not in line


@pytest.mark.parametrize("name", [name for name in UNREADABLE if "other" not in name])
def test_an_audit_says_the_same(tmp_path, name, capsys, monkeypatch):
    content, sentence = UNREADABLE[name]
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    assert main(["audit", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("ai-cost audit: ") and len(said.splitlines()) == 1, said
    assert sentence.partition(";")[0] in said


def test_the_size_that_is_listed_is_no_promise(tmp_path):
    """A file may grow between the listing of its folder and the naming of its content."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"12345")
    table = read_contract(MODELS).raw["envelope_events"]
    assert LandingFile(path, "envelope_events/a.jsonl", table, 1).content[1] == 5
