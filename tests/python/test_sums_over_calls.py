"""Sums over calls that only another system has logged.

Harm guarded against: an agent's span with the usage of its run beside the gateway's rows of the
same calls, and the run charged twice; or a call of its own that is left out because it looks so.
"""

from __future__ import annotations

import json

import pytest

from tests.python.call_trees import text
from tests.python.project import Project
from tests.python.spans import chat, line, span

pytestmark = pytest.mark.wide

BUILT = (
    "--select",
    "+fct_priced_requests",
    "+fct_evidence_conflicts",
    "+int_coverage_alerts",
    "+int_records_left_out",
)
BUILT += ("+fct_call_evidence",)
# Ten seconds before midnight, counted as spans.py counts: from noon.
LATE = 12 * 3600 - 10
TESTED = ("--select", "assert_every_raw_record_is_accounted_for", "fct_call_evidence")
AGENT = {"gen_ai__operation__name": "invoke_agent", "gen_ai__provider__name": "openai"}
AGENT |= {"gen_ai__request__model": "gpt-5.4"}


def agent(name: str, used: tuple, lasts: int = 10, at: int = 0, above=None, **more) -> dict:
    return span(name, above, used, at, lasts, **(AGENT | more))


def row(trace: str, name: str, at: float, used: tuple = (1000, 200), cached: int = 0) -> dict:
    """A row of the gateway's spend logs, of a call that takes a second: USD 0.0055 as a rule."""
    given, made = used
    usage = {"prompt_tokens_details": {"cached_tokens": cached}} if cached else None
    return {
        "request_id": f"{trace} {name}",
        "litellm_call_id": f"{trace} {name}",
        "prompt_tokens": given,
        "completion_tokens": made,
        "total_tokens": given + made,
        "startTime": text(int(at * 1000)),
        "endTime": text(int(at * 1000) + 1000),
        "request_duration_ms": 1000,
        "model": "gpt-5.4",
        "custom_llm_provider": "openai",
        "session_id": trace,
        "status": "success" if made else "failure",
        "metadata": {"usage_object": usage},
    }


def generation(name: str, used: tuple, lasts: float, at: float = 0) -> dict:
    counts = {"input": used[0], "output": used[1], "total": sum(used)}
    return {
        "id": name,
        "type": "GENERATION",
        "start_time": text(int(at * 1000)),
        "end_time": text(int((at + lasts) * 1000)),
        "provided_model_name": "gpt-5.4",
        "usage_details": counts,
        "provided_usage_details": counts,
        "metadata": {"ls_provider": "openai"},
    }


# Name of the trace: its spans, the gateway's rows (name, start, usage, cached), other observations;
# what is billed: name, uncached input, output, USD, quality.
SHAPES = {
    "agent over a gateway's calls": (
        [agent("agent", (3000, 600))],
        [("one", 1), ("two", 3, (2000, 400))],
        [],
        ["one 1000 200 0.0055 exact", "two 2000 400 0.011 exact"],
    ),
    "one of the calls has a span": (
        [
            agent("agent", (3000, 600)),
            chat("span", "agent", at=1, litellm__call_id="one of the calls has a span one"),
        ],
        [("one", 1), ("two", 3, (2000, 400))],
        [],
        ["span 1000 200 0.0055 exact", "two 2000 400 0.011 exact"],
    ),
    "a failed attempt and its retry": (
        [agent("agent", (1000, 200))],
        [("failed", 1, (0, 0)), ("one", 3)],
        [],
        ["failed 0 0 0 exact", "one 1000 200 0.0055 exact"],
    ),
    "the cache is told by the gateway alone": (
        [agent("agent", (3000, 600))],
        [("one", 1, (1000, 200), 400), ("two", 3, (2000, 400))],
        [],
        ["one 600 200 0.0046 exact", "two 2000 400 0.011 exact"],
    ),
    "another cache": (
        [agent("agent", (3000, 600), gen_ai__usage__cache_read__input_tokens=300)],
        [("one", 1, (1000, 200), 400), ("two", 3, (2000, 400))],
        [],
        [
            "agent 2700 600 0.015825 may_repeat",
            "one 600 200 0.0046 exact",
            "two 2000 400 0.011 exact",
        ],
    ),
    "two runs, one after the other": (
        [agent("first", (2000, 400), 5), agent("second", (3000, 600), 5, 6)],
        [("a", 1), ("b", 3), ("c", 7), ("d", 9, (2000, 400))],
        [],
        [
            "a 1000 200 0.0055 exact",
            "b 1000 200 0.0055 exact",
            "c 1000 200 0.0055 exact",
            "d 2000 400 0.011 exact",
        ],
    ),
    "clocks that differ by a second": (
        [agent("agent", (2000, 400), 4, 1)],
        [("a", 0.2), ("b", 2)],
        [],
        ["a 1000 200 0.0055 exact", "b 1000 200 0.0055 exact"],
    ),
    "two tracers of one run": (
        [agent("agent", (2000, 400))],
        [("a", 1), ("b", 3)],
        [generation("observed run", (2000, 400), 10)],
        ["a 1000 200 0.0055 exact", "b 1000 200 0.0055 exact"],
    ),
    "more than the gateway has": (
        [agent("agent", (5000, 900))],
        [("one", 1), ("two", 3, (2000, 400))],
        [],
        [
            "agent 5000 900 0.026 may_repeat",
            "one 1000 200 0.0055 exact",
            "two 2000 400 0.011 exact",
        ],
    ),
    "less than any call": (
        [agent("agent", (500, 100))],
        [("one", 1), ("two", 3)],
        [],
        [
            "agent 500 100 0.00275 exact",
            "one 1000 200 0.0055 exact",
            "two 1000 200 0.0055 exact",
        ],
    ),
    "calls after the run": (
        [agent("agent", (2000, 400), 2)],
        [("one", 20), ("two", 23)],
        [],
        [
            "agent 2000 400 0.011 exact",
            "one 1000 200 0.0055 exact",
            "two 1000 200 0.0055 exact",
        ],
    ),
    "over midnight, all calls on the next day": (
        [agent("agent", (3000, 600), 60, LATE)],
        [("one", LATE + 20), ("two", LATE + 30, (2000, 400))],
        [],
        ["one 1000 200 0.0055 exact", "two 2000 400 0.011 exact"],
    ),
    "over midnight, calls on both days": (
        [],
        [("one", LATE + 5), ("two", LATE + 30, (2000, 400))],
        [generation("observed run", (3000, 600), 60, LATE)],
        ["one 1000 200 0.0055 exact", "two 2000 400 0.011 exact"],
    ),
    "over midnight, more than the gateway has": (
        [agent("agent", (5000, 900), 60, LATE)],
        [("one", LATE + 20), ("two", LATE + 30, (2000, 400))],
        [],
        [
            "agent 5000 900 0.026 may_repeat",
            "one 1000 200 0.0055 exact",
            "two 2000 400 0.011 exact",
        ],
    ),
    "until just before midnight, by a clock that is behind": (
        [agent("agent", (2000, 400), 8, LATE)],
        [("one", LATE + 4), ("two", LATE + 10)],
        [],
        ["one 1000 200 0.0055 exact", "two 1000 200 0.0055 exact"],
    ),
    "side by side": (
        [agent("first", (3000, 600)), agent("second", (2000, 400))],
        [("a", 1), ("b", 3, (2000, 400)), ("c", 4), ("d", 5)],
        [],
        [
            "a 1000 200 0.0055 exact",
            "b 2000 400 0.011 exact",
            "c 1000 200 0.0055 exact",
            "d 1000 200 0.0055 exact",
            "first 3000 600 0.0165 may_repeat",
            "second 2000 400 0.011 may_repeat",
        ],
    ),
    "an id of one response": (
        [chat("direct", None, (5000, 900), lasts=10, gen_ai__response__id="its own")],
        [("one", 1), ("two", 3, (2000, 400))],
        [],
        [
            "direct 5000 900 0.026 exact",
            "one 1000 200 0.0055 exact",
            "two 2000 400 0.011 exact",
        ],
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """The gateway's rows come a night after the spans."""
    folder = tmp_path_factory.mktemp("sums")
    files = {"otel_genai_spans": [], "litellm_spend_logs": [], "langfuse_observations": []}
    for trace, (spans, rows, observations, _) in SHAPES.items():
        files["otel_genai_spans"].append(
            line(trace, spans, resource={"team.id": "search", "service.name": "assistant"})
        )
        files["litellm_spend_logs"] += [json.dumps(row(trace, *each)) for each in rows]
        files["langfuse_observations"] += [
            json.dumps(each | {"trace_id": trace}) for each in observations
        ]
    project = Project(folder, folder / "landing", now="2026-11-20T06:00:00Z")
    for names in (("otel_genai_spans",), ("litellm_spend_logs", "langfuse_observations")):
        for name in names:
            landing = project.landing / name
            landing.mkdir(parents=True)
            (landing / "a.jsonl").write_text("\n".join(files[name]) + "\n")
        project.load()
        project.dbt("run", *BUILT)
    project.dbt("test", *TESTED, "--indirect-selection", "cautious")
    return project.freeze()


@pytest.fixture(scope="module")
def billed(project) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for trace, name, given, made, cost, quality in project.rows(
        "select trace_id, coalesce(span_id, request_id), uncached_input_tokens, output_tokens, "
        "cast(cost_usd as varchar), usage_quality from marts.fct_priced_requests"
    ):
        usd = cost.rstrip("0").rstrip(".")
        name = name.removeprefix(f"{trace} ")
        found.setdefault(trace, []).append(f"{name} {given} {made} {usd} {quality}")
    return {trace: sorted(lines) for trace, lines in found.items()}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_run_is_billed_once(billed, shape):
    assert billed[shape] == sorted(SHAPES[shape][3])


def test_a_sum_gives_its_calls_their_owner(project):
    """The gateway knows nobody; the run's span says whose it is."""
    rows = project.rows(
        "select request_id, team_id, service_name, owner_source, evidence_count "
        "from marts.fct_priced_requests where trace_id in "
        "('agent over a gateway''s calls', 'over midnight, all calls on the next day') order by 1"
    )
    named = ("search", "assistant", "otel_genai_spans", 2)
    assert [row[1:] for row in rows] == [named] * 4
    roles = project.rows(
        "select evidence_role, source_system, reported_input_tokens from marts.fct_call_evidence "
        "where trace_id = 'agent over a gateway''s calls' order by 1, 2, 3"
    )
    assert roles == [
        ("sum", "otel_genai_spans", 3000),
        ("sum", "otel_genai_spans", 3000),
        ("usage", "litellm_spend_logs", 1000),
        ("usage", "litellm_spend_logs", 2000),
    ]
    assert project.rows("select field from marts.fct_evidence_conflicts") == []


def test_what_may_be_a_sum_is_named_with_its_money(project, tmp_path):
    """A warning, and no error: the night goes on."""
    found = project.rows(
        "select trace_id, cast(cost_usd as varchar) from marts.fct_priced_requests "
        "where usage_quality = 'may_repeat' order by 1, cost_usd"
    )
    assert [(trace, cost.rstrip("0")) for trace, cost in found] == [
        ("another cache", "0.015825"),
        ("more than the gateway has", "0.026"),
        ("over midnight, more than the gateway has", "0.026"),
        ("side by side", "0.011"),
        ("side by side", "0.0165"),
    ]
    alerts = project.rows(
        "select subject, item_count, cast(amount_usd as varchar) "
        "from intermediate.int_coverage_alerts where kind = 'may_repeat'"
    )
    assert [(about, count, usd.rstrip("0")) for about, count, usd in alerts] == [
        ("records of otel_genai_spans", 5, "0.095325")
    ]
    copy = project.copy(tmp_path)
    copy.dbt("test", "--select", "assert_calls_are_billed_once")
    with pytest.raises(AssertionError, match="Got 5 results"):
        copy.dbt("test", "--warn-error", "--select", "assert_calls_are_billed_once")
