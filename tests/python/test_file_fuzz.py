"""Whole files of every kind, and of no kind, through the readers of the loader.

Harm guarded against: one file that stops a night, or one that disappears without a word.
"""

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
import zlib
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scripts.loading.files import LandingFile
from scripts.loading.load import WHOLE_FILE, FileCounts, Load, Typist
from scripts.loading.run import MODELS
from scripts.loading.sources import read_contract
from scripts.loading.typing import Rules
from tests.python.landing import event

pytestmark = pytest.mark.wide

CONTRACT = read_contract(MODELS)
# A few of its columns: each file of a table is typed by a query of its own.
USED = ("request_id", "occurred_at", "team", "input_tokens")
ENVELOPE = CONTRACT.raw["envelope_events"]
TABLE = replace(
    ENVELOPE,
    columns=tuple(c for c in ENVELOPE.columns if not c.paths or c.name in USED),
    calls=(),
)
TYPIST = Typist(Rules(b"a key", datetime(2027, 1, 1)))
GROUP = 500
EVENTS = [event(n, team="Équipe", input_tokens=n) for n in (1, 2, 3)]
LINES = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in EVENTS)
ARRAY = json.dumps(EVENTS, ensure_ascii=False, indent=1)
DOCUMENT = json.dumps(EVENTS[0], ensure_ascii=False, indent=1)
TABLE_TEXT = "request_id,timestamp,team,input_tokens\n" + "".join(
    f'{each["request_id"]},{each["timestamp"]},"{each["team"]}",{each["input_tokens"]}\n'
    for each in EVENTS
)
TEXTS = {"lines": LINES, "array": ARRAY, "document": DOCUMENT, "csv": TABLE_TEXT}
RECORDS = {"lines": 3, "array": 3, "document": 1, "csv": 3, "parquet": 3}


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(EVENTS), file)
    return file.getvalue()


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log.jsonl", data)
    return file.getvalue()


def tarred(data: bytes, mode: str = "w") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        entry = tarfile.TarInfo("log.jsonl")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def framed(codec: str):
    def pack(data: bytes) -> bytes:
        file = pa.BufferOutputStream()
        with pa.CompressedOutputStream(file, codec) as stream:
            stream.write(data)
        return file.getvalue().to_pybytes()

    return pack


class Sink:
    """A target that keeps what it is given in memory."""

    def __init__(self) -> None:
        self.rows: Counter = Counter()
        self.files: list[str] = []
        self.rejects: list[tuple[str, int]] = []

    def append(self, table: str, rows: pa.Table) -> None:
        self.rows[table] += len(rows)
        if table == "load_files":
            self.files += rows["batch_id"].to_pylist()
        if table == "load_rejects":
            columns = (rows[name].to_pylist() for name in ("batch_id", "line_number"))
            self.rejects += zip(*columns, strict=True)

    def commit(self) -> None:
        """Nothing waits."""

    def rollback(self) -> None:
        raise AssertionError("one file stopped the load")


def read(folder: Path, contents: list[bytes], suffix: str = ".log") -> list[FileCounts]:
    """What became of each content, as a file of its own; every one is accounted for."""
    files = []
    for number, content in enumerate(contents):
        path = folder / f"{number}{suffix}"
        path.write_bytes(content)
        files.append(LandingFile(path, f"{TABLE.name}/{path.name}", TABLE, len(content)))
    counts: list[FileCounts] = []
    for start in range(0, len(files), GROUP):
        group, sink = files[start : start + GROUP], Sink()
        found = Load(sink, TYPIST, CONTRACT, group, set()).run(lambda size: None)
        unread = [batch for batch, line in sink.rejects if line == WHOLE_FILE]
        assert sorted(sink.files + unread) == sorted(file.batch_id for file in group)
        assert len(unread) == sum(each.unread is not None for each in found)
        assert sink.rows[TABLE.name] == sum(each.records for each in found)
        assert len(sink.rejects) == sum(each.rejects for each in found)
        for each in found:
            # Only a document has more records than lines; only an empty one has fewer.
            assert each.unread or each.records + each.rejects >= each.lines or each.lines == 1
        counts += found
    return counts


PIECES = [
    *(b'"', b'""', b"'", b"\r", b"\n", b"\r\n", b",", b";", b"\t", b"\0", b" ", b"\\", b"\xff"),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b"{}",
        b"[{}]",
        b":",
        b'{"a":1}',
        b'{"request_id":"r"',
        b"-",
        b"1e999",
    ),
    *(b"request_id", b"timestamp", b'"timestamp" ', b"team", b"2026-11-03T10:00:00Z", b"=1+1"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"+/v8"),
    *(b"PAR1", b"PK\x03\x04", b"\x1f\x8b", b"\x1f\x8b\x08\0", b"BZh9", b"\xfd7zXZ\0", b"%PDF-1.7"),
    *(
        b"\x28\xb5\x2f\xfd",
        b"x\x9c",
        b"x\x01",
        b"ustar",
        b"<html>",
        b"SQLite format 3\0",
        b"Obj\x01",
    ),
    *(b"100%\r", b"\x1b[2K", b"\xc3\xa9", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"x" * 70, b"\x85\x40"),
]


def heads(count: int, seed: int) -> list[bytes]:
    """Random bytes, and random mixes of what files begin with; at times packed."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        if number % 3 == 0:
            head = chance.randbytes(chance.randrange(200))
        else:
            head = b"".join(chance.choices(PIECES, k=chance.randrange(1, 14)))
        found.append(gzip.compress(head, 1) if number % 17 == 0 else head)
    # One content is one file; the number makes each its own.
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(("suffix", "seed"), [(".log", 1), (".csv", 2)])
def test_ten_thousand_heads(tmp_path, suffix, seed):
    counts = read(tmp_path, heads(5_000, seed), suffix)
    unread = Counter(each.unread for each in counts if each.unread)
    assert len(unread) > 30, "they were not very different"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_many_more_heads(tmp_path, seed):
    read(tmp_path, heads(10_000, 100 + seed), random.Random(seed).choice([".csv", ".jsonl", ".gz"]))


@pytest.mark.parametrize("form", TEXTS)
def test_every_encoding(tmp_path, form):
    """Other text than Unicode is refused in words, or row by row; never read as something else."""
    wide = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
    for encoding in ("utf-8", "utf-8-sig", *wide):
        (count,) = read(tmp_path, [TEXTS[form].encode(encoding)])
        assert (count.unread, count.records, count.rejects) == (None, RECORDS[form], 0), encoding
    for encoding in ("latin-1", "cp1252", "cp437", "mac_roman", "cp500", "cp1140"):
        (count,) = read(tmp_path, [TEXTS[form].encode(encoding)])
        assert count.unread or count.rejects == RECORDS[form], encoding
        assert count.records == 0, encoding


PACKED = {
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
    "zstd": framed("zstd"),
    "lz4": framed("lz4"),
    "a zip archive": zipped,
    "a tar archive": tarred,
}


@pytest.mark.parametrize("form", [*TEXTS, "parquet"])
def test_every_compression(tmp_path, form):
    content = parquet() if form == "parquet" else TEXTS[form].encode()
    for name, pack in (PACKED | {"gzip": gzip.compress}).items():
        # A log may be packed twice, the outer time by what carried it.
        for packed in (pack(content), gzip.compress(pack(content))):
            (count,) = read(tmp_path, [packed])
            assert (count.unread, count.records) == (None, RECORDS[form]), (name, count)
    (count,) = read(tmp_path, [zlib.compress(content)])
    assert "zlib" in count.unread


@pytest.mark.parametrize("form", [*TEXTS, "parquet"])
def test_every_cut(tmp_path, form):
    content = parquet() if form == "parquet" else TEXTS[form].encode()
    for whole in (content, gzip.compress(content)):
        cuts = [whole[:end] for end in range(1, len(whole))]
        counts = read(tmp_path, cuts)
        assert all(each.records <= RECORDS[form] for each in counts)
        if form in ("array", "document", "parquet") or whole is not content:
            # Only a line's end can be missing, or a CSV's last digit, without a word.
            silent = [n for n, each in enumerate(counts) if not each.unread and not each.rejects]
            assert len(silent) <= 1, silent


@pytest.mark.parametrize("form", [*TEXTS, "parquet"])
def test_bytes_that_a_disk_turned(tmp_path, form):
    content = parquet() if form == "parquet" else TEXTS[form].encode()
    chance = random.Random(7)
    turned = []
    for whole in (content, gzip.compress(content)):
        for _ in range(150):
            data = bytearray(whole)
            for _ in range(chance.randrange(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            turned.append(bytes(data))
    read(tmp_path, list(dict.fromkeys(turned)))
