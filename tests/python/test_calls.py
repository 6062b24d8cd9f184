"""Which records are calls, and what is billed of them.

Harm guarded against: one call billed as often as somebody wrote it down, or a call that nobody
else wrote down billed not at all.
"""

from __future__ import annotations

import json

import pytest

from tests.python.project import Project
from tests.python.spans import chat, line, span

DAY = 86_400
BUILT = ("--select", "+fct_priced_requests", "+fct_quarantined_records", "+int_records_left_out")
ACCOUNTED = ("--select", "assert_every_raw_record_is_accounted_for")
SDK = {"gen_ai__response__id": "resp-1"}
RUN = {"gen_ai__provider__name": "az.ai.agents", "gen_ai__response__model": "gpt-5.4"}

# Name of the trace: its spans; the spans that are billed, with input, output and cost.
SHAPES = {
    "alone": ([chat("a")], ["a 1000 200 0.0055 exact"]),
    "agent over calls": (
        [
            span("agent", None, (3000, 600), gen_ai__operation__name="invoke_agent"),
            chat("one", "agent"),
            span("tool", "agent", gen_ai__operation__name="execute_tool"),
            chat("two", "agent", (2000, 400)),
        ],
        ["one 1000 200 0.0055 exact", "two 2000 400 0.011 exact"],
    ),
    "remote agent": (
        [
            span("http"),
            span(
                "agent",
                "http",
                (1000, 200),
                gen_ai__operation__name="invoke_agent",
                gen_ai__response__model="gpt-5.4",
            ),
        ],
        ["agent 1000 200 0.0055 exact"],
    ),
    "model in model": ([chat("sdk"), chat("api", "sdk")], ["api 1000 200 0.0055 exact"]),
    "model in model in model": (
        [chat("app"), span("step", "app"), chat("sdk", "step"), chat("api", "sdk")],
        ["api 1000 200 0.0055 exact"],
    ),
    "the inner one says less": (
        [chat("sdk", gen_ai__usage__cache_read__input_tokens=400), chat("api", "sdk")],
        ["api 600 200 0.0046 exact"],
    ),
    "one response id": (
        [
            chat("sdk", **SDK),
            chat("api", None, **SDK),
            chat("other", gen_ai__response__id="resp-2"),
        ],
        ["api 1000 200 0.0055 exact", "other 1000 200 0.0055 exact"],
    ),
    "more than its children": (
        [chat("agent", None, (5000, 300)), chat("one", "agent"), chat("two", "agent", (1000, 50))],
        [
            "agent 3000 50 0.00825 remainder",
            "one 1000 200 0.0055 exact",
            "two 1000 50 0.00325 exact",
        ],
    ),
    "a step that says less than its calls": (
        [
            chat("flow", None, (3000, 600)),
            chat("step", "flow", (1000, 200)),
            chat("one", "step"),
            chat("two", "step", (2000, 400)),
        ],
        ["one 1000 200 0.0055 exact", "two 2000 400 0.011 exact"],
    ),
    "cache beside the input": (
        [
            chat("sdk", None, (1000, 200), gen_ai__usage__cache_read__input_tokens=400),
            chat(
                "api",
                "sdk",
                (600, 200),
                gen_ai__usage__cache_read__input_tokens=400,
                gen_ai__usage__total_tokens=1200,
            ),
        ],
        ["api 600 200 0.0046 exact"],
    ),
    "a failed attempt stays one": (
        [chat("sdk"), chat("first", "sdk", None, error__type="500"), chat("second", "sdk")],
        ["first 0 0 0 exact", "second 1000 200 0.0055 exact"],
    ),
    "the call below counted nothing": (
        [chat("sdk"), chat("api", "sdk", None)],
        ["sdk 1000 200 0.0055 exact"],
    ),
    "a stream that nobody counted": ([chat("a", None, None)], ["a 0 0 unpriced exact"]),
    "looks at one run": (
        [
            span("start", gen_ai__operation__name="start_thread_run", **RUN),
            span("look", None, (1000, 200), gen_ai__operation__name="get_thread_run", **RUN),
            span("again", None, (1000, 200), at=2, gen_ai__operation__name="get_thread_run", **RUN),
            span(
                "done", None, (1000, 200), at=3, gen_ai__operation__name="process_thread_run", **RUN
            ),
        ],
        ["look 1000 200 0.0055 exact"],
    ),
    "looks at a run that goes on": (
        [
            span(
                "early",
                None,
                (500, 20),
                gen_ai__operation__name="get_thread_run",
                gen_ai__thread__run__id="run-1",
                **RUN,
            ),
            span(
                "late",
                None,
                (1000, 200),
                at=2,
                gen_ai__operation__name="get_thread_run",
                gen_ai__thread__run__id="run-1",
                **RUN,
            ),
        ],
        ["late 1000 200 0.0055 exact"],
    ),
    "operations without a model": (
        [
            span(name, None, None, gen_ai__operation__name=name, gen_ai__provider__name="openai")
            for name in ("create_thread", "create_message", "retrieval", "plan", "moderation")
        ],
        [],
    ),
    "no provider": (
        [span("a", None, (1000, 200), gen_ai__request__model="gpt-5.4")],
        ["a 1000 200 0.0055 exact"],
    ),
    "embedding of the AI SDK": (
        [
            span(
                "root",
                ai__operationId="ai.embed",
                ai__usage__tokens=1000,
                ai__model__id="text-embedding-3-small",
                ai__model__provider="openai.embedding",
            ),
            span(
                "do",
                "root",
                ai__operationId="ai.embed.doEmbed",
                ai__usage__tokens=1000,
                ai__model__id="text-embedding-3-small",
                ai__model__provider="openai.embedding",
            ),
        ],
        ["do 1000 0 0.00002 exact"],
    ),
    "spans that are their own ancestors": (
        [chat("a", "b"), chat("b", "a")],
        ["a 1000 200 0.0055 exact", "b 1000 200 0.0055 exact"],
    ),
    "a cache hit of the gateway": (
        [chat("a", litellm__cache_hit="True", litellm__cost__total=0.0)],
        ["a 1000 200 0 exact"],
    ),
    # as many levels as are looked at
    "far below": (
        [
            chat("top"),
            *[span(f"l{n}", f"l{n - 1}" if n else "top") for n in range(15)],
            chat("call", "l14"),
        ],
        ["call 1000 200 0.0055 exact"],
    ),
}


@pytest.fixture(scope="module")
def traces(tmp_path_factory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("calls")
    landing = folder / "landing" / "otel_genai_spans"
    landing.mkdir(parents=True)
    lines = [line(name, spans) for name, (spans, _) in SHAPES.items()]
    # children in a file of their own, which is read first
    halves = [line(name, spans[::2]) for name, (spans, _) in SHAPES.items()]
    (landing / "b.jsonl").write_text("\n".join(lines) + "\n")
    (landing / "a.jsonl").write_text("\n".join(halves) + "\n")
    project = Project(folder, landing.parent)
    night(project)
    return billed(project)


def night(project: Project) -> None:
    project.load()
    project.dbt("run", *BUILT)
    project.dbt("test", *ACCOUNTED)


def billed(project: Project) -> dict[str, list[str]]:
    """Trace -> its billed spans: uncached input, output, cost as text, quality."""
    found: dict[str, list[str]] = {}
    rows = project.rows(
        "select trace_id, span_id, uncached_input_tokens, output_tokens, "
        "cast(cost_usd as varchar), usage_quality from marts.fct_priced_requests order by 1, 2"
    )
    for trace, name, given, made, cost, quality in rows:
        usd = "unpriced" if cost is None else cost.rstrip("0").rstrip(".")
        found.setdefault(trace, []).append(f"{name} {given} {made} {usd} {quality}")
    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_of_a_trace_is_billed_once(traces, shape):
    assert traces.get(shape, []) == SHAPES[shape][1]


def test_a_late_child_takes_the_bill_from_its_parent(tmp_path):
    """Whenever it is exported: in another file, another night, or on the next day."""
    landing = tmp_path / "landing" / "otel_genai_spans"
    landing.mkdir(parents=True)
    (landing / "1.jsonl").write_text(
        line("same day", [chat("sdk", None, (3000, 600))])
        + "\n"
        + line("over midnight", [chat("sdk", at=DAY // 2 - 1)])
    )
    project = Project(tmp_path, landing.parent)
    night(project)
    assert billed(project) == {
        "same day": ["sdk 3000 600 0.0165 exact"],
        "over midnight": ["sdk 1000 200 0.0055 exact"],
    }
    (landing / "2.jsonl").write_text(
        line("same day", [chat("one", "sdk")])
        + "\n"
        + line("over midnight", [chat("api", "sdk", at=DAY // 2 + 1)])
    )
    night(project)
    assert billed(project) == {
        "same day": ["one 1000 200 0.0055 exact", "sdk 2000 400 0.011 remainder"],
        "over midnight": ["api 1000 200 0.0055 exact"],
    }
    (landing / "3.jsonl").write_text(line("same day", [chat("two", "sdk", (2000, 400))]))
    night(project)
    assert billed(project)["same day"] == ["one 1000 200 0.0055 exact", "two 2000 400 0.011 exact"]


def test_a_generation_in_a_generation_is_one_call(tmp_path):
    """Langfuse: as spans, also where the outer one is of another type."""

    def observation(name: str, kind: str, above: str | None, used: tuple) -> dict:
        counts = {"input": used[0], "output": used[1], "total": sum(used)}
        return {
            "id": name, "trace_id": "t", "type": kind, "parent_observation_id": above,
            "start_time": "2026-11-10T12:00:00Z", "provided_model_name": "gpt-5.4",
            "usage_details": counts, "provided_usage_details": counts,
        }  # fmt: skip

    landing = tmp_path / "landing" / "langfuse_observations"
    landing.mkdir(parents=True)
    rows = [
        observation("agent", "AGENT", None, (2000, 400)),
        observation("chain", "GENERATION", "agent", (1000, 200)),
        observation("api", "GENERATION", "chain", (1000, 200)),
        observation("lone", "AGENT", None, (10, 2)),
    ]
    (landing / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    project = Project(tmp_path, landing.parent)
    night(project)
    assert billed(project) == {
        "t": [
            "agent 1000 200 0.0055 remainder",
            "api 1000 200 0.0055 exact",
            "lone 10 2 0.000055 exact",
        ]
    }
