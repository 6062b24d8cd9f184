"""A file dropped into the inbox goes where its fields belong, or is left with a reason.

Harms guarded against: a log that is loaded into the wrong table and priced by its rules, a file
that is guessed at where two formats fit, and a wrong file that cannot be taken out again.
"""

import json
import shutil
from pathlib import Path

import pytest

from scripts.accounting.periods import Period
from scripts.cli import main
from scripts.errors import UserError
from scripts.operations import unload
from tests.python.landing import Landing, event

FIXTURES = Path(__file__).parent / "fixtures"
GATEWAYS = sorted((FIXTURES / "gateways").glob("*/*.jsonl"))
BILLS = sorted(path for path in (FIXTURES / "bills").rglob("*") if path.suffix in (".json", ".csv"))
# Cloudflare's Logpush has no time and no tokens; its reader says so.
LEFT = {"cloudflare_ai_gateway_logpush.composed.jsonl"}
CALL = event(1, model="gpt-4o", team="growth", input_tokens=5, output_tokens=7)


@pytest.fixture
def landing(tmp_path, monkeypatch):
    for name in ("AI_COST_LANDING", "AI_COST_TARGET", "AI_COST_COMPANY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    landing = Landing(tmp_path)
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(landing.warehouse))
    return landing


def drop(landing: Landing, path: Path) -> str:
    folder = path.relative_to(FIXTURES).parts[1]
    to = landing.folder / "inbox" / folder / path.name
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, to)
    return to.relative_to(landing.folder).as_posix()


def test_every_fixture_goes_where_it_belongs(landing, capsys):
    right = {
        drop(landing, path): path.relative_to(FIXTURES).parts[1]
        for path in [*GATEWAYS, *BILLS]
        if path.parent.name != "bills" and path.name not in LEFT
    }
    assert len(right) > 25
    landing.load()
    placed = dict(landing.rows("select source_file, raw_table from raw.load_files"))
    assert placed == right
    # What was placed once is known without another look.
    assert landing.load() == 0
    assert landing.rows("select count(*) from raw.load_files") == [(len(right),)]


NOT_PLACED = {
    "no time": (
        [
            {
                "trace_id": "t",
                "team": "growth",
                "provider": "openai",
                "model": "m",
                "input_tokens": 9,
            }
        ],
        "nearest: envelope_events lacks a time (timestamp, occurred_at, started_at)",
    ),
    "flat spans": (
        [{"timestamp": 1, "requestId": "r", "name": "chat", "attributes": {"gen_ai.system": "x"}}],
        "of no known format",
    ),
    "docker of other traffic": (
        [{"log": "GET / 200\n", "stream": "stdout", "time": "2026-11-16T09:15:00Z"}],
        "of no known format",
    ),
    "two fit": (
        [
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1794906000,
                "model": "gpt-5.4",
                "provider": "OpenAI",
                "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
            }
        ],
        "it may be of envelope_events or openrouter_generations; put it into the folder of one",
    ),
    "a picture": (b"\x89PNG\r\n\x1a\n", "a picture"),
}


def test_an_answer_of_openai_is_none_of_openrouter(landing):
    """The one names the provider that served it, and the other has nobody to name."""
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    answer = {"object": "chat.completion", "created": 1794906000, "model": "gpt-5.4"}
    answer |= {"id": "chatcmpl-1", "choices": [], "service_tier": "default", "usage": usage}
    landing.put("inbox/a.jsonl", [answer])
    assert landing.load() == 0
    assert landing.rows("select raw_table, record_count from raw.load_files") == [
        ("envelope_events", 1)
    ]


CELLS = {
    "langfuse_observations": (
        "id,traceId,type,startTime,environment,level,metadata,model,promptName,usageDetails,userId",
        'o1,t1,GENERATION,2026-11-10T13:30:00.000Z,production,DEFAULT,"{}",gpt-5.4,,'
        '"{""input"": 6}",u',
    ),
    "openrouter_activity": (
        "date,model,model_permaslug,endpoint_id,provider_name,usage,byok_usage_inference,requests,"
        "prompt_tokens,completion_tokens,reasoning_tokens",
        "2026-10-02,openai/gpt-5.4-mini,openai/gpt-5.4-mini,e,OpenAI,1.5,0,10,1000,200,0",
    ),
}


@pytest.mark.parametrize("table", CELLS)
def test_a_cell_of_json_is_one_field_of_a_table_and_no_more(table, landing):
    """Of a column "metadata" alone LiteLLM's payload takes thirty columns."""
    landing.put("inbox/a.csv", "\n".join(CELLS[table]) + "\n")
    assert landing.load() == 0
    assert landing.rows("select raw_table from raw.load_files") == [(table,)]


@pytest.mark.parametrize("name", NOT_PLACED)
def test_what_is_not_sure_is_left_with_the_reason(name, landing, capsys):
    content, reason = NOT_PLACED[name]
    landing.put("inbox/a", content)
    landing.put("inbox/good.jsonl", [CALL])
    assert landing.load() == 1
    said = capsys.readouterr().err
    assert "warning: inbox/a could not be loaded: " in said and reason in said
    assert landing.rows("select source_file from raw.load_files") == [("inbox/good.jsonl",)]


def test_what_was_placed_wrongly_is_taken_out_and_can_come_again(landing, capsys):
    landing.put("envelope_events/a.jsonl", [CALL, "no JSON"])
    landing.put("envelope_events/b.jsonl", [CALL | {"request_id": "r2"}])
    landing.load()
    assert main(["unload", "envelope_events/a.jsonl"]) == 0
    assert "Took out 1 records on 1 days, of envelope_events/a.jsonl." in capsys.readouterr().out
    assert landing.rows("select request_id from raw.envelope_events") == [("r2",)]
    assert landing.rejects() == []
    # The day is marked, so that what is built by days is built again.
    assert landing.rows(
        "select event_date::varchar, record_count from raw.load_days "
        "where batch_id like 'unloaded%'"
    ) == [("2026-11-03", 0)]
    landing.load()
    assert landing.rows("select count(*) from raw.envelope_events") == [(2,)]
    assert main(["unload", "envelope_events/no such file"]) != 0


def test_a_closed_month_keeps_what_it_was_closed_with(landing, monkeypatch):
    landing.put("envelope_events/a.jsonl", [CALL])
    landing.load()
    closed = Period("2026-11-01", *[""] * 8)
    monkeypatch.setattr(unload, "read_periods", lambda: [closed])
    with pytest.raises(UserError, match="2026-11, which is closed; nothing was changed"):
        unload.run("envelope_events/a.jsonl", 0)
    assert landing.rows("select count(*) from raw.envelope_events") == [(1,)]


def test_an_archive_in_the_inbox_is_of_the_table_of_its_first_member(landing, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps([CALL]))
    (landing.folder / "inbox").mkdir()
    shutil.make_archive(str(landing.folder / "inbox" / "a"), "gztar", folder)
    assert landing.load() == 0
    assert landing.rows("select raw_table from raw.load_files") == [("envelope_events",)]


PAGE = json.dumps(
    {"data": [{"start_time": 1791158400, "end_time": 1791244800, "results": [
        {"amount": {"value": "10", "currency": "usd"}, "line_item": "gpt-4.1, input"}
    ]}]}
)  # fmt: skip
NO_COSTS = json.dumps({"object": "page", "data": [], "has_more": False})


def test_a_bill_under_two_accounts_counts_once_and_is_said_so(landing, capsys):
    """Harm: a bill that was moved into the folder of its account is paid for twice."""
    landing.put("openai_costs/account=a/20261106.json", PAGE)
    landing.put("openai_costs/account=b/20261107.json", PAGE)
    for account in "ab":
        landing.put(f"openai_costs/account={account}/20261108.json", NO_COSTS)
    assert landing.load() == 1
    said = capsys.readouterr().err
    assert "account=b/20261107.json could not be loaded: the same file as" in said
    assert "ai-cost unload openai_costs/account=a/20261106.json, and load again" in said
    loaded = "select source_file from raw.load_files order by 1"
    assert landing.rows(loaded) == [
        ("openai_costs/account=a/20261106.json",),
        ("openai_costs/account=a/20261108.json",),
        ("openai_costs/account=b/20261108.json",),
    ]
    # as it was meant: the file was moved from one folder to the other
    (landing.folder / "openai_costs/account=a/20261106.json").unlink()
    assert landing.load() == 1
    assert main(["unload", "openai_costs/account=a/20261106.json"]) == 0
    assert landing.load() == 0
    assert ("openai_costs/account=b/20261107.json",) in landing.rows(loaded)
    assert landing.rows("select count(*) from raw.openai_costs") == [(1,)]


def test_a_bill_that_says_the_same_when_it_is_pulled_again_is_another_pull(landing):
    landing.put("openai_costs/account=a/20261106.json", PAGE)
    landing.put("openai_costs/account=a/20261107.json", PAGE)
    assert landing.load() == 0
    assert landing.rows("select count(*) from raw.load_files") == [(2,)]


def test_a_log_that_was_moved_is_known(landing):
    moved = landing.put("envelope_events/account=a/x.jsonl", [CALL])
    assert landing.load() == 0
    landing.put("envelope_events/account=b/x.jsonl", [CALL])
    moved.unlink()
    assert landing.load() == 0
    assert landing.rows("select count(*) from raw.envelope_events") == [(1,)]
