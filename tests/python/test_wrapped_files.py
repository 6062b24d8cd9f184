"""Records load the same whatever they are wrapped in.

Harm guarded against: a page of an API, the log of a container or a collector's batch, in the hands
of somebody new, is refused or half read, though every record is in it.
"""

import gzip
import json
from itertools import product
from pathlib import Path

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
    expected = sorted(found.pop(f"{system}/plain.jsonl"), key=str)
    assert expected
    different = [
        name for name in names.values() if sorted(found.get(name, []), key=str) != expected
    ]
    assert different == []


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
