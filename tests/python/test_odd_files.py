"""What people drop into the inbox is read, or is refused with what to do about it.

Harm guarded against: a newcomer's first file is odd in a way that nobody named, such as an export
that was opened in Excel, joined from two or cut off while it was written, and it is half read, read
as something else, or ends the night.
"""

import base64
import bz2
import gzip
import io
import json
import tarfile
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scripts.loading import pieces, recognise
from tests.python.landing import Landing, event
from tests.python.test_wrapped_files import records_of

CALLS = [
    event(n, team="Équipe", provider="openai", model="gpt-4o", input_tokens=10 * n, output_tokens=n)
    for n in (1, 2, 3)
]
TEXTS = [json.dumps(call) for call in CALLS]
LINES = "".join(text + "\n" for text in TEXTS)
HEADER = "request_id,timestamp,team,provider,model,input_tokens,output_tokens"
ROWS = "".join(",".join(map(str, call.values())) + "\n" for call in CALLS)
CSV = f"{HEADER}\n{ROWS}"
MARK = "\ufeff"
TIME = "2026-11-03T10:00:00.123456789Z"


def zipped(**files: bytes | str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(mode: str, **files: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def parquet(**options) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(CALLS), file, **options)
    return file.getvalue()


def workbook(*before: list) -> bytes:
    book = openpyxl.Workbook()
    for row in [*before, HEADER.split(","), *(list(call.values()) for call in CALLS)]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def turned(content: bytes, after: bytes) -> bytes:
    """The same with a few bytes that a disk turned, behind the name of a member."""
    place = content.index(after) + len(after) + 10
    other = bytes(255 - byte for byte in content[place : place + 9])
    return content[:place] + other + content[place + 9 :]


def per_line(wrap) -> str:
    return "".join(wrap(text) + "\n" for text in TEXTS)


def in_json(wrap) -> str:
    return per_line(lambda text: json.dumps(wrap(text)))


def search(header: str, before: str = "", mark: str = ",") -> str:
    """What a search for logs gives as CSV: a row for each line, its quotes doubled."""
    quoted = ('"' + text.replace('"', '""') + '"' for text in TEXTS)
    return header + "\n" + "".join(f"{before}{mark}{text}\n" for text in quoted)


def cri_pieces() -> str:
    whole = [f"{TIME} stdout F {text}\n" for text in TEXTS[1:]]
    first = TEXTS[0]
    cut = [f"{TIME} stdout P {first[:30]}\n", f"{TIME} stderr F GET / 200\n"]
    cut += [f"{TIME} stdout P {first[30:60]}\n", f"{TIME} stdout F {first[60:]}\n"]
    return "".join([*cut, *whole])


def docker_line(text: str) -> str:
    return json.dumps({"log": text, "stream": "stdout", "time": TIME}, separators=(",", ":"))


def docker_pieces() -> str:
    parts = [TEXTS[0][:30], TEXTS[0][30:60], TEXTS[0][60:] + "\n", TEXTS[1] + "\n", TEXTS[2] + "\n"]
    return "".join(docker_line(part) + "\n" for part in parts)


LITELLM = json.dumps(records_of("litellm_spend_logs")[0])
LANGFUSE = json.dumps(records_of("langfuse_observations")[0])
PADDING = ["x" * 1000] * 3000
# A name, what is in the file, and how many of the calls are read, or what is said.
READ = {
    # marks, encodings and ends of lines
    "two marks.jsonl": (MARK * 2 + LINES, 3),
    "joined, each with its mark.jsonl": ("".join(MARK + text + "\n" for text in TEXTS), 3),
    "joined with headers.csv": (CSV + MARK + HEADER + "\n", 3),
    "joined in utf-16.jsonl": (b"".join((t + "\n").encode("utf-16") for t in TEXTS), 3),
    "utf-16-le.csv": (CSV.encode("utf-16-le"), 3),
    "excel.csv": ("sep=;\r\n" + CSV.replace(",", ";").replace("\n", "\r\n"), 3),
    "excel.txt": (("sep=;\r\n" + CSV.replace(",", ";")).encode("utf-16"), 3),
    "tabs.csv": (CSV.replace(",", "\t"), 3),
    "bars": (CSV.replace(",", "|"), 3),
    "calls with an empty list.jsonl": (per_line(lambda text: text[:-1] + ', "events": []}'), 3),
    "json seq": ("".join("\x1e" + text + "\n" for text in TEXTS), 3),
    "colours.log": ("\n" + per_line(lambda text: f"\x1b[32mINFO\x1b[0m {text}"), 3),
    "zero bytes at the end.jsonl": (LINES + "\0" * 600, 3),
    # names that say something else
    "gzip.json": (gzip.compress(LINES.encode()), 3),
    "plain.json.gz": ("\n" + LINES, 3),
    "lines.csv": (LINES, 3),
    "table.json": (CSV, 3),
    "workbook.csv": (workbook(), 3),
    "parquet.xlsx": (parquet(), 3),
    "no name": (CSV.replace(HEADER, HEADER.upper()), 3),
    "bzip2.zip": (bz2.compress(CSV.encode()), 3),
    # archives
    "with a manifest.zip": (zipped(**{"README.txt": "Hello", "a.jsonl": LINES}), 3),
    "tar.gz in gzip": (gzip.compress(tarred("w:gz", a=LINES.encode())), 3),
    "gzip in a tar": (tarred("w", a=gzip.compress(LINES.encode())), 3),
    "parquet in a zip": (zipped(a=parquet(compression="zstd")), 3),
    "parquet in gzip": (gzip.compress(parquet()), 3),
    # tables as people keep them
    "titles.csv": (f"Usage of November\n\nTeam,all\n{CSV}", 3),
    "titles.xlsx": (workbook(["Usage of November"], [], ["from", "the gateway"]), 3),
    "spelled.csv": (
        CSV.replace(HEADER, "Request ID,Time,TEAM, Provider ,Model,Input-Tokens,OUTPUT_TOKENS"),
        3,
    ),
    "quoted.csv": (CSV.replace(HEADER, ",".join(f'"{name} "' for name in HEADER.split(","))), 3),
    "one column more.csv": (CSV.replace(HEADER, "#," + HEADER).replace("\nr", "\n1,r"), 3),
    "powershell.csv": (("#TYPE Calls\r\n" + CSV).encode("utf-16"), 3),
    "mysql.tsv": (
        CSV.replace(HEADER, HEADER + ",retry_count")
        .replace("1\n", "1,NULL\n")
        .replace("2\n", "2,\\N\n")
        .replace("3\n", "3,\n")
        .replace(",", "\t"),
        3,
    ),
    "psql.txt": (
        CSV.replace(HEADER, HEADER + "\n" + "-" * 40).replace(",", " | ") + "(3 rows)\n",
        3,
    ),
    # searches for logs
    "insights.csv": (search("@timestamp,@message", "2026-11-03 10:00:00.000"), 3),
    "splunk.csv": (search('"_time","_raw"', TIME), 3),
    "datadog.csv": (search("Date,Host,Service,Message", f"{TIME},h,gateway"), 3),
    "grafana.csv": (search('"Time","Line"', '"2026-11-03 10:00:00"'), 3),
    "azure.csv": (search("TimeGenerated [UTC];LogMessage", TIME, ";"), 3),
    "one column.csv": (search("@message").replace("\n,", "\n"), 3),
    "splunk.json": (in_json(lambda t: {"preview": False, "result": {"_raw": t}}), 3),
    "azure.json": (in_json(lambda t: {"time": TIME, "properties": {"Log": t}}), 3),
    "gelf": (in_json(lambda t: {"version": "1.1", "host": "h", "short_message": t}), 3),
    "grafana.json": (json.dumps([{"line": t, "timestamp": "1", "fields": {}} for t in TEXTS]), 3),
    "journald with bytes": (in_json(lambda t: {"MESSAGE": list(t.encode()), "_PID": "1"}), 3),
    "journald export": (per_line(lambda t: f"__CURSOR=x\nMESSAGE={t}\nPRIORITY=6\n"), 3),
    # loggers and queues
    "pods": (per_line(lambda t: f"[pod/gateway-1/app] {t}"), 3),
    "compose": (per_line(lambda t: f"gateway-1  | {t}"), 3),
    "syslog": (per_line(lambda t: f"<14>1 {TIME} host app 1 - - {t}"), 3),
    "fluentd": (per_line(lambda t: f"{TIME}\tgateway.calls\t{t}"), 3),
    "sns": (in_json(lambda t: {"Type": "Notification", "Message": t}), 3),
    "sqs": (json.dumps({"Messages": [{"MessageId": "1", "Body": t} for t in TEXTS]}), 3),
    "event bridge": (in_json(lambda t: {"detail-type": "call", "detail": json.loads(t)}), 3),
    "cloud events": (in_json(lambda t: {"specversion": "1.0", "data": json.loads(t)}), 3),
    "connect": (in_json(lambda t: {"schema": None, "payload": json.loads(t)}), 3),
    "pub sub": (
        in_json(lambda t: {"message": {"data": base64.b64encode(t.encode()).decode()}}),
        3,
    ),
    "graphql": (
        json.dumps({"data": {"edges": [{"node": call} for call in CALLS], "cursor": "c"}}),
        3,
    ),
    "cut by the container.log": (cri_pieces(), 3),
    "cut by docker.log": (docker_pieces(), 3),
    # half written, run together, long
    "half written.jsonl": (LINES + TEXTS[0][:40], 3),
    "half written.csv": (CSV + "r4,2026-11-03T10", 3),
    "cut in the first line.jsonl": (TEXTS[0][50:] + "\n" + LINES, 3),
    "commas between.json": (",\n".join(TEXTS) + ",\n", 3),
    "a comma too many.json": ("[" + ",".join(TEXTS) + ",]", 3),
    "two arrays.json": (json.dumps(CALLS[:2]) + json.dumps(CALLS[2:]), 3),
    "one long line.jsonl": (LINES + json.dumps({"padding": PADDING}) + "\n", 3),
    "one long page.json": (json.dumps({"padding": PADDING, "data": CALLS}), 3),
    "deep.jsonl": (LINES + "[" * 100_000 + "\n", 3),
    "digits.jsonl": (LINES + '{"request_id": "r", "input_tokens": ' + "9" * 9000 + "}\n", 3),
}
SAID = {
    "empty.jsonl": ("", "an empty file; delete it"),
    "only a mark.csv": (MARK, "an empty file; delete it"),
    "empty.json.gz": (gzip.compress(b""), "an empty file; delete it"),
    "empty page.json": ('{"data": [], "has_more": false}', "it holds no record"),
    "empty page of langfuse.json": (
        '{"data": [], "meta": {"page": 1, "totalItems": 0}}',
        "it holds no record",
    ),
    "empty page of events.json": ('{"events": [], "nextToken": null}', "it holds no record"),
    "empty list.json": ("[]", "it holds no record"),
    "nothing.json": ("{}", "it holds no record"),
    "no key.json": ('{"error": {"message": "Incorrect API key", "code": "x"}}', "gave no records"),
    "not allowed.json": ('{"detail": "Not authenticated"}', "gave no records"),
    "cloudflare.json": (
        '{"success": false, "errors": [{"code": 10000}], "messages": [], "result": null}',
        "gave no records",
    ),
    "two systems.zip": (
        zipped(a=LITELLM, b=LANGFUSE),
        "files of litellm_spend_logs and langfuse_observations; unpack it",
    ),
    "word.docx": (zipped(**{"word/document.xml": "<w/>"}), "a Word document; save its table"),
    "binary.xlsb": (zipped(**{"xl/workbook.bin": "x"}), "save the sheet as CSV"),
    "open.ods": (zipped(**{"META-INF/manifest.xml": "<m/>"}), "a sheet of OpenDocument; save it"),
    "turned.xlsx": (
        turned(workbook(), b"xl/worksheets/sheet1.xml"),
        "an Excel workbook that is broken; save the sheet",
    ),
    "turned.zip": (turned(zipped(a=LINES), b"a"), "a zip archive that is broken or cut off"),
    "orc": (b"ORC\x0a\x03\x00\x00\x01\x02", "an ORC file; convert it to Parquet"),
    "pickle": (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00]", "a pickle of Python; write"),
    "secret.pgp": ("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", "encrypted with PGP; decrypt it"),
    "picture.png": (b"\x89PNG\r\n\x1a\n", "a picture; ask for the figures"),
    "page.html": ("<html><body>Sign in</body></html>", "a web page or XML; expected are"),
    "notes.txt": ("Dear all,\nthe costs are on the drive.\n", "of no known format; put it into"),
    "settings.yaml": ("model_list:\n  - model_name: gpt-4o\n", "of no known format; put it"),
    "other.json": ('{"users": [{"name": "x"}]}', "of no known format; put it into the folder"),
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """All files in an inbox, once; with what was said of each."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AI_COST_LANDING", "AI_COST_TARGET", "AI_COST_WAREHOUSE"):
            patch.delenv(name, raising=False)
        patch.setenv("AI_COST_USER_KEY", "a key of the tests")
        landing = Landing(tmp_path_factory.mktemp("odd"))
        (landing.folder / "inbox").mkdir()
        for name, (content, _) in (READ | SAID).items():
            data = content.encode() if isinstance(content, str) else content
            (landing.folder / "inbox" / name).write_bytes(data)
        said = io.StringIO()
        patch.setattr("sys.stderr", said)
        assert landing.load() == 1
    return landing, said.getvalue()


def test_each_call_is_read_once_and_as_it_is(loaded):
    landing, _ = loaded
    found: dict[str, list] = {}
    for file, *row in landing.rows(
        "select source_file, request_id, team, model, input_tokens from raw.envelope_events"
    ):
        found.setdefault(file.removeprefix("inbox/"), []).append(tuple(row))
    calls = [(c["request_id"], c["team"], c["model"], c["input_tokens"]) for c in CALLS]
    different = {
        name: found.get(name)
        for name, (_, n) in READ.items()
        if sorted(found.get(name, [])) != calls[:n]
    }
    assert different == {}


def test_each_other_is_refused_with_what_to_do(loaded):
    landing, said = loaded
    assert "the reader stopped" not in said and "Traceback" not in said
    lines = [line for line in said.splitlines() if "could not be loaded" in line]
    assert len(lines) == len(SAID)
    for name, (_, sentence) in SAID.items():
        (line,) = (each for each in lines if f" inbox/{name} could" in each)
        assert sentence in line, line
    rows = landing.rows("select distinct source_file from raw.load_files")
    assert {file.removeprefix("inbox/") for (file,) in rows} == set(READ)


def test_a_line_in_many_pieces_is_read_once(monkeypatch):
    """Harm: a call with a long prompt holds up the night, because each piece reads all before."""
    text = json.dumps({"messages": 'a "quoted" \\ {brace' * 40_000}) + "\n"
    parts = [text[place : place + 4096] for place in range(0, len(text), 4096)]
    log = "".join(docker_line(part) + "\n" for part in parts).encode()
    assert len(parts) > 200
    read, loads = [], json.loads
    monkeypatch.setattr(pieces.json, "loads", lambda line: read.append(len(line)) or loads(line))
    whole = pieces._is_whole
    monkeypatch.setattr(pieces, "_is_whole", lambda text: read.append(len(text)) or whole(text))
    found = b"".join(pieces.joined(iter([log]))).strip()
    assert loads(found)["log"] == text
    assert sum(read) < 3 * len(log)


@pytest.mark.parametrize("text", ['{"a": "}"}', 'INFO {"a": [1, {"b": "\\""}]}', "{'a': 1}"])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_line_without_its_end_is_whole_where_its_object_is(text, size):
    """However it is cut: within an escape, or between two brackets."""
    parts = [text[place : place + size] for place in range(0, len(text), size)]
    log = "".join(docker_line(part) + "\n" for part in [*parts, "\n"]).encode()
    lines = b"".join(pieces.joined(iter([log]))).split(b"\n")
    found = [json.loads(line)["log"] for line in lines if line]
    assert "".join(found) == text + "\n"
    assert [each for each in found if "{" in each] == [each for each in found if "}" in each]
    assert sum("{" in each for each in found) == 1


def test_what_cannot_even_be_looked_at_stops_no_other(tmp_path, monkeypatch, capsys):
    looked_at = recognise.matches

    def raises(content, name, *others):
        if name == "bad":
            raise KeyError("a prompt of Ada's")
        return looked_at(content, name, *others)

    monkeypatch.setattr(recognise, "matches", raises)
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    landing = Landing(tmp_path)
    landing.put("inbox/bad", LINES)
    landing.put("inbox/good", LINES + "\n")
    assert landing.load() == 1
    said = capsys.readouterr().err
    assert "inbox/bad could not be loaded: the reader stopped with KeyError" in said
    assert "Ada" not in said
    assert landing.rows("select source_file from raw.load_files") == [("inbox/good",)]


def test_a_page_in_place_of_the_first_record_is_one_rejected_line(landing):
    """A proxy's answer in front of a log kept the whole file back; within it, it was one line."""
    page = b"<html><head><title>502 Bad Gateway</title></head></html>\n"
    lines = "".join(json.dumps(event(number)) + "\n" for number in range(2)).encode()
    landing.put("envelope_events/first.jsonl", page + lines)
    assert landing.load() == 0
    assert landing.rows("select count(*) from raw.envelope_events") == [(2,)]
    assert len(landing.rejects()) == 1
