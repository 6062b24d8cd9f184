"""`make benchmark`: the jobs of others price each record once, a server's time is in the figures.

Harm guarded against: a comparison that flatters this project, because the others lose records or
are told wrong counts (their libraries are no dependency; stand-ins with their signatures are here),
or because what PostgreSQL works is left out; a missed aim that nobody is told of.
"""

import gzip
import json
import sys
from contextlib import closing

import pytest

from scripts.benchmarks.bars import EMPTY, SMALL, verdicts
from scripts.benchmarks.private_server import private_server
from scripts.benchmarks.whole_jobs import OTHERS, has, priced_by
from tests.python.project import server_connection

# A token of input 1, of a cache read 2, of a cache write 3, of output 5.
LITELLM = """
def cost_per_token(
    model, prompt_tokens, completion_tokens, cache_read_input_tokens, cache_creation_input_tokens
):
    assert model == "known"
    read, written = cache_read_input_tokens, cache_creation_input_tokens
    return prompt_tokens - read - written + 2 * read + 3 * written, 5 * completion_tokens
"""
GENAI_PRICES = """
class Usage:
    def __init__(self, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens):
        fresh = input_tokens - cache_read_tokens - cache_write_tokens
        self.usd = fresh + 2 * cache_read_tokens + 3 * cache_write_tokens + 5 * output_tokens
class Priced:
    def __init__(self, usd):
        self.total_price = usd
def calc_price(usage, model_ref, provider_id):
    assert (model_ref, provider_id) == ("known", "openai")
    return Priced(usage.usd)
"""
# It cannot count here: what it is asked is looked at, and the answer is as it would be.
CHDB = """
import json
def query(sql, form):
    assert form == "JSONCompact"
    for part in ("*.gz", "Nullable(String)", "prices.csv", "max_threads = "):
        assert part in sql, part
    return json.dumps({"data": [
        ["search", "2026-07-01", "2", 58], [None, "2026-07-02", "1", 29], ["a", "b", "0", None],
    ]})
"""
STANDS_IN = {"litellm": LITELLM, "genai_prices": GENAI_PRICES, "chdb": CHDB}


def record(day: int, **fields) -> bytes:
    made = {
        "timestamp": f"2026-07-0{day}T10:00:00Z", "provider": "openai", "model_actual": "known",
        "input_tokens": 10, "cached_input_tokens": 3, "cache_write_tokens": 3, "output_tokens": 2,
    }  # fmt: skip
    return json.dumps(made | fields).encode() + b"\n"


@pytest.mark.parametrize("name", OTHERS)
def test_each_record_is_priced_once(tmp_path, monkeypatch, name):
    files = tmp_path / "files"
    files.mkdir()
    first = record(1, team_id="search") * 2 + b"\xff{\n" + record(1, model_actual="unknown")
    (files / "1.jsonl.gz").write_bytes(gzip.compress(first))
    (files / "2.jsonl.gz").write_bytes(gzip.compress(record(2) + record(2, output_tokens="many")))
    (tmp_path / f"{name}.py").write_text(STANDS_IN[name])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert has(sys.executable, name)
    found = priced_by(sys.executable, name, files, tmp_path / "prices.csv")
    # 4 fresh, 3 read, 3 written and 2 of output: 4 + 6 + 9 + 10
    assert (found["priced"], found["usd"]) == (3, 3 * 29)
    assert found["seconds"] >= 0


def test_what_is_not_installed_is_not_measured(tmp_path):
    assert not has(sys.executable, "chdb")
    assert not has(str(tmp_path / "no-python"), "litellm")


@pytest.mark.wide
def test_what_a_server_works_is_counted():
    with private_server() as server:
        before = server.processor_seconds(), server.bytes_read()
        with closing(server_connection(server.database())) as connection:
            connection.cursor().execute(
                "select count(distinct md5(n::text)) from generate_series(1, 500000) as n"
            )
        # it has ended: what it took is with the server, which waited for it
        assert server.processor_seconds() - before[0] > 0.1
        assert server.bytes_read() > before[1]


def test_a_missed_aim_has_its_reason():
    _, met, missed, reason = verdicts([(EMPTY, 8.0), (SMALL, 20.01)]).splitlines()
    assert met.split() == [*EMPTY.name.split(), "8.00", "8", "processor", "seconds"]
    assert missed.split() == [*SMALL.name.split(), "20.01", "20", "processor", "seconds"]
    assert reason.strip() == f"missed: {SMALL.why}"
