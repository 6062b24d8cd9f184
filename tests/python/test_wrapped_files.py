"""Records load the same whatever they are wrapped in.

Harm guarded against: a page of an API, the log of a container or a collector's batch, in the hands
of somebody new, is refused or half read, though every record is in it.
"""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from datetime import datetime
from itertools import product
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from tests.python.landing import Landing

GATEWAYS = Path(__file__).parent / "fixtures" / "gateways"
SYSTEMS = sorted(folder.name for folder in GATEWAYS.iterdir() if folder.is_dir())
TIME = "2026-11-16T09:15:00.123456789Z"
EVIDENCE = {"batch_id", "source_file", "line_number", "record_number", "loaded_at"}


def in_a_page(key: str, pretty: bool = False):
    def wrap(records: list[dict]) -> str:
        page = {"object": "list", "meta": {"page": 1}, key: records, "has_more": False}
        return json.dumps(page, indent=2 if pretty else None)

    return wrap


def per_line(write):
    return lambda records: "".join(write(record) + "\n" for record in records)


def in_a_text(key: str, **around):
    return per_line(lambda record: json.dumps({**around, key: json.dumps(record) + "\n"}))


def in_an_object(key: str, **around):
    return per_line(lambda record: json.dumps({**around, key: record}))


def in_pairs(records: list[dict]) -> str:
    return "".join(json.dumps(records[i : i + 2]) + "\n" for i in range(0, len(records), 2))


def subscription(records: list[dict]) -> str:
    """Firehose puts no line's end between the batches of CloudWatch."""
    event = {"messageType": "DATA_MESSAGE", "logGroup": "/aws/x", "logStream": "s"}
    return "".join(
        json.dumps(event | {"logEvents": [{"id": "1", "timestamp": 1, "message": json.dumps(r)}]})
        for r in records
    )


def loki(records: list[dict]) -> str:
    values = [[str(number), json.dumps(record)] for number, record in enumerate(records)]
    stream = {"stream": {"app": "gateway"}, "values": values}
    return json.dumps({"status": "success", "data": {"resultType": "streams", "result": [stream]}})


def datadog(records: list[dict]) -> str:
    logs = [
        {"id": "x", "type": "log", "attributes": {"host": "h", "message": json.dumps(record)}}
        for record in records
    ]
    return json.dumps({"data": logs, "links": {"next": "n"}})


WRAPPERS = {
    "blank lines": lambda records: "\n\n" + "\n\n".join(map(json.dumps, records)) + "\n\n",
    "array": json.dumps,
    "pretty array": lambda records: json.dumps(records, indent=4),
    **{f"page {key}": in_a_page(key) for key in ("data", "results", "items", "logs", "result")},
    "pretty page": in_a_page("data", pretty=True),
    "run together": lambda records: "".join(map(json.dumps, records)),
    "pretty objects": lambda records: "\n".join(json.dumps(r, indent=2) for r in records),
    "an array a line": in_pairs,
    "docker": in_a_text("log", stream="stdout", time=TIME),
    "cri": per_line(lambda record: f"{TIME} stdout F {json.dumps(record)}"),
    "cloudwatch export": per_line(lambda record: f"2026-11-16T09:15:00.123Z {json.dumps(record)}"),
    "cloudwatch subscription": subscription,
    "cloudwatch events": lambda records: json.dumps(
        {"events": [{"eventId": "1", "message": json.dumps(r)} for r in records]}
    ),
    "filebeat": in_a_text("message", agent={"type": "filebeat"}, ecs={"version": "8"}),
    "vector": in_a_text("message", source_type="file", host="h"),
    "journald": in_a_text("MESSAGE", PRIORITY="6", _PID="1"),
    "fluent bit": in_an_object("log", kubernetes={"pod_name": "p"}),
    "google cloud": in_an_object("jsonPayload", insertId="i", severity="INFO"),
    "google cloud text": in_a_text("textPayload", insertId="i"),
    "elastic": lambda records: json.dumps(
        {"hits": {"total": 1, "hits": [{"_id": "1", "_source": record} for record in records]}}
    ),
    "logger": per_line(lambda record: f"INFO [gateway] request done: {json.dumps(record)}"),
    "loki": loki,
    "datadog": datadog,
}
DRESSES = {
    "plain": lambda text: text.encode(),
    "gzip": lambda text: gzip.compress(text.encode()),
    "mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
}


def records_of(system: str) -> list[dict]:
    lines = [
        line
        for file in sorted((GATEWAYS / system).glob("*.jsonl"))
        for line in file.read_text().splitlines()
    ]
    return [json.loads(line) for line in lines if is_record(line)]


def is_record(line: str) -> bool:
    """The fixtures have lines that are cut short, too."""
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def rows_by_file(landing: Landing, system: str) -> dict[str, list[tuple]]:
    """What each file gave, without the evidence."""
    columns = [
        name
        for (name,) in landing.rows(
            "select column_name from information_schema.columns where table_schema = 'raw' "
            f"and table_name = '{system}'"
        )
        if name not in EVIDENCE
    ]
    found: dict[str, list[tuple]] = {}
    for file, *row in landing.rows(f"select source_file, {', '.join(columns)} from raw.{system}"):
        found.setdefault(file, []).append(tuple(row))
    return found


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_record_is_the_same_in_every_wrapper_and_dress(system, tmp_path):
    landing = Landing(tmp_path)
    records = records_of(system)
    landing.put(f"{system}/plain.jsonl", records)
    names: dict[bytes, str] = {}
    for wrapper, dress in product(WRAPPERS, DRESSES):
        content = DRESSES[dress](WRAPPERS[wrapper](records))
        # what has no line's end is the same with CR and without
        name = names.setdefault(content, f"{system}/{wrapper} {dress}.json")
        (landing.folder / name).write_bytes(content)
    landing.load()
    found = rows_by_file(landing, system)
    expected = sorted(found.pop(f"{system}/plain.jsonl"), key=str)
    assert expected
    different = [
        name for name in names.values() if sorted(found.get(name, []), key=str) != expected
    ]
    assert different == []


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._log.json", "x")
        archive.writestr("logs/log.json", content)
    return file.getvalue()


def tarred(content: bytes, mode: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        entry = tarfile.TarInfo("logs/log.json")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def framed(codec: str):
    def pack(content: bytes) -> bytes:
        file = pa.BufferOutputStream()
        with pa.CompressedOutputStream(file, codec) as packed:
            packed.write(content)
        return file.getvalue().to_pybytes()

    return pack


PACKERS = {
    "plain": lambda content: content,
    "gzip": gzip.compress,
    "gzip twice": lambda content: gzip.compress(gzip.compress(content)),
    "zstd": framed("zstd"),
    "lz4": framed("lz4"),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda content: lzma.compress(content, format=lzma.FORMAT_ALONE),
    "zip": zipped,
    "zip of gzip": lambda content: zipped(gzip.compress(content)),
    "tar": lambda content: tarred(content, "w"),
    "tar.gz": lambda content: tarred(content, "w:gz"),
    "tar.xz": lambda content: tarred(content, "w:xz"),
}
ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "utf-32": lambda text: text.encode("utf-32"),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "cr": lambda text: text.replace("\n", "\r").encode(),
}
PACKED = ("array", "pretty page", "run together", "docker", "cri", "filebeat", "loki")


def test_a_record_is_the_same_in_every_compression_and_encoding(tmp_path):
    """Every system x packer x encoding, each in the next of a few wrappers."""
    landing = Landing(tmp_path)
    tried = 0
    for system, (pack, encode) in product(SYSTEMS, product(PACKERS, ENCODINGS)):
        records = records_of(system)
        landing.put(f"{system}/plain.jsonl", records)
        wrapper = PACKED[tried % len(PACKED)]
        if encode == "cr" and wrapper not in ("docker", "filebeat"):
            # where CR is not the end of a line of objects it is a blank of JSON
            wrapper = "docker"
        content = PACKERS[pack](ENCODINGS[encode](WRAPPERS[wrapper](records)))
        (landing.folder / system / f"{pack} {encode} {wrapper}").write_bytes(content)
        tried += 1
    assert tried >= 600
    landing.load()
    different = []
    for system in SYSTEMS:
        found = rows_by_file(landing, system)
        expected = sorted(found[f"{system}/plain.jsonl"], key=str)
        assert expected
        files = [f"{system}/{path.name}" for path in (landing.folder / system).iterdir()]
        different += [name for name in files if sorted(found.get(name, []), key=str) != expected]
    assert different == []
    assert landing.rows("select count(*) from raw.load_rejects where line_number = 0") == [(0,)]


CSV = "request_id,timestamp,team,input_tokens\nr1,2026-11-03T10:00:00Z,growth,7\n"


def sheet() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Request ID", "Timestamp", "Team", "Input tokens", "Note"])
    book.active.append(["r1", datetime(2026, 11, 3, 10), "growth", 7])
    book.create_sheet("other").append(["nothing"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


DUMP = r"""--
-- PostgreSQL database dump
--

COPY public.other (id, mail) FROM stdin;
1	x
\.

COPY public.events (request_id, team, "timestamp", input_tokens, feature) FROM stdin;
r1	grow\164h	2026-11-03 10:00:00	7	\N
\.

select 1;
"""


TABLES = {
    "excel for windows": CSV.replace(",", ";").replace("\n", "\r\n").encode("utf-8-sig"),
    "excel unicode text": CSV.replace(",", "\t").replace("\n", "\r\n").encode("utf-16"),
    "excel for mac": CSV.replace("\n", "\r").encode(),
    "semicolons for mac": CSV.replace("\n", "\r").replace(",", ";").encode(),
    "workbook": sheet(),
    "workbook in gzip": gzip.compress(sheet()),
    "postgres dump": DUMP.encode(),
}


@pytest.mark.parametrize("form", TABLES)
def test_a_table_is_the_same_in_every_form(form, tmp_path):
    landing = Landing(tmp_path)
    landing.put("envelope_events/a", TABLES[form])
    assert landing.load() == 0
    assert landing.rows(
        "select request_id, occurred_at, team, input_tokens, feature from raw.envelope_events"
    ) == [("r1", datetime(2026, 11, 3, 10), "growth", 7, None)]


def test_lines_of_an_archive_are_counted_through_its_members(tmp_path):
    """Else two lines of one file have one number, and a figure leads back to the wrong one."""
    landing = Landing(tmp_path)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.jsonl", '{"id": "r1", "timestamp": 1793700000}\nno JSON\n')
        archive.writestr("b.pdf", "%PDF-1.7")
        archive.writestr("c.json", '[{"id": "r2", "timestamp": 1793700000}]')
        archive.writestr("d.csv", CSV)
    landing.put("envelope_events/a.zip", file.getvalue())
    assert landing.load() == 0
    assert landing.rows(
        "select line_number, record_number, request_id from raw.envelope_events order by 1"
    ) == [(1, 1, "r1"), (3, 1, "r2"), (4, 1, "r1")]
    assert landing.rows("select line_number, reason from raw.load_rejects order by 1") == [
        (2, "not valid JSON: Expecting value: line 1 column 1 (char 0)"),
        (5, "b.pdf: a PDF; ask for the figures as CSV or JSON"),
    ]


def test_what_only_looks_like_a_wrapper_is_left_alone(tmp_path):
    """A record of its own with a list or a text under a common name."""
    landing = Landing(tmp_path)
    record = {"id": "r1", "timestamp": "2026-11-03T10:00:00Z", "team": "growth", "model": "gpt-4o"}
    landing.put(
        "envelope_events/a.jsonl",
        [record | {"data": [{"id": "x"}], "message": '{"id": "y", "model": "z"}'}],
    )
    landing.load()
    assert landing.rows("select request_id, team, model from raw.envelope_events") == [
        ("r1", "growth", "gpt-4o")
    ]


def test_a_page_longer_than_what_is_looked_at_is_a_page(tmp_path):
    landing = Landing(tmp_path)
    records = [
        {"id": f"r{i}", "timestamp": "2026-11-03T10:00:00Z", "model": "m" * 90} for i in range(900)
    ]
    (landing.folder / "envelope_events").mkdir()
    page = json.dumps({"object": "list", "data": records})
    (landing.folder / "envelope_events" / "a.json").write_text(page)
    landing.load()
    assert landing.rows("select count(*) from raw.envelope_events") == [(900,)]


METADATA = {
    "object": {"metadata": {"team": "growth"}},
    "text": {"metadata": '{"team": "growth"}'},
    "pairs": {"metadata": [{"key": "team", "value": "growth"}]},
    "lists": {"metadata": {"key": ["x", "team"], "value": ["y", "growth"]}},
    "columns": {"metadata": None, "metadata.key": ["x", "team"], "metadata.value": ["y", "growth"]},
}


@pytest.mark.parametrize("form", METADATA)
def test_metadata_is_read_in_every_form_that_portkey_writes(form, tmp_path):
    landing = Landing(tmp_path)
    landing.put("portkey_logs/a.jsonl", [{"created_at": TIME, "id": "r1"} | METADATA[form]])
    landing.load()
    assert landing.rows("select tagged_team from raw.portkey_logs") == [("growth",)]


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("Mon Nov 16 2026 10:00:00 GMT+0100 (Central European Standard Time)", 9),
        ("Mon, 16 Nov 2026 10:00:00 GMT", 10),
        ("2026-11-16T10:00:00,000Z", 10),
        ("20261116T100000Z", 10),
        # hours away from UTC, nobody knows how many
        ("11/16/2026, 10:00:00 AM", None),
    ],
)
def test_a_time_that_says_its_zone_is_read_however_it_is_written(written, instant, tmp_path):
    landing = Landing(tmp_path)
    landing.put("portkey_logs/a.jsonl", [{"created_at": written, "id": "r1"}])
    landing.load()
    expected = [] if instant is None else [(datetime(2026, 11, 16, instant),)]
    assert landing.rows("select created_at from raw.portkey_logs") == expected
