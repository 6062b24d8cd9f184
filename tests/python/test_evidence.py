"""Several records of one call become one request with all that they know.

Harm guarded against: the record that counts is the gateway's, which knows no team, and the
application's record, which does, is left out with its owner; a call that two systems log is charged
twice; two records that contradict each other, and nobody hears of it.
"""

import json
import re
import shlex
from decimal import Decimal

import pytest

from tests.python.landing import as_line
from tests.python.project import ROOT, Project

COST = Decimal("0.0055")  # gpt-5.4: 1,000 in at 2.50 and 200 out at 15.00 USD a million


def at(second: int) -> str:
    return f"2026-09-10T11:24:{second:02}.000Z"


def gateway(name: str, *, tags=None, second=0, trace=None, output=200, model="gpt-5.4") -> dict:
    """A row of LiteLLM's ledger, which knows the call and its tokens."""
    return {
        "request_id": f"response {name}",
        "litellm_call_id": f"call {name}",
        "api_key": "h1",
        "spend": 0.0055,
        "prompt_tokens": 1000,
        "completion_tokens": output,
        "total_tokens": 1000 + output,
        "startTime": at(second),
        "endTime": at(second + 5),
        "request_duration_ms": 5000,
        "model": model,
        "custom_llm_provider": "openai",
        "session_id": trace,
        "status": "success",
        "metadata": {"spend_logs_metadata": tags},
    }


def application(request_id: str, *, second=1, **fields) -> dict:
    """What the application says of a call."""
    return {
        "request_id": request_id,
        "timestamp": at(second),
        "provider": "openai",
        "model": "gpt-5.4",
        "input_tokens": 1000,
        "output_tokens": 200,
    } | fields


def stamp(second=0, **fields) -> dict:
    """Whose call it will be, said before it is made."""
    return {"timestamp": at(second), "team": "research", "feature": "stamped"} | fields


LEDGER = [
    gateway("alone"),
    gateway("envelope"),
    gateway("contradicted", tags={"team": "search", "feature": "search box"}),
    gateway("same team", tags={"team": "growth-team"}),
    gateway("same trace", trace="t-one"),
    gateway("own span", tags={"service": "assistant"}),
    gateway("first of two", trace="t-two"),
    gateway("second of two", trace="t-two", second=9),
    gateway("other output", trace="t-other"),
    gateway("stamped", trace="t-stamped"),
    gateway("stamped again", trace="t-stamped", second=30),
    gateway("stamped by id"),
    *(gateway(f"fan {model}", model=model) for model in ("gpt-5.4", "gpt-4o")),
    gateway("connected"),
    gateway("own word", trace="t-own"),
]
ENVELOPES = [
    application("response envelope", team="growth", feature="chat", prompt_version="v2"),
    application("call contradicted", team="growth", feature="chat", output_tokens=190),
    application("response same team", team="growth"),
    application("own id", trace_id="t-one", team="growth", agent_name="planner"),
    application("another id", trace_id="t-two", team="growth"),
    application("an id", trace_id="t-other", team="growth", output_tokens=7),
    application("alone in its system", team="growth"),
    # the span of the call knows both this trace and the gateway's response
    application("an own id", trace_id=f"{2:032x}", team="growth", feature="connected"),
    application("response own word", team="growth", feature="zoo", model="gpt-4o"),
    stamp(trace_id="t-own"),
    stamp(trace_id="t-stamped"),
    stamp(request_id="call stamped by id"),
    stamp(request_id="nobody's"),
]


# the bill has the input of that day's 18 calls of gpt-5.4, and not the output
BILL = {
    "object": "page",
    "data": [
        {
            "object": "bucket",
            "start_time": 1788998400,
            "end_time": 1789084800,
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": {"value": "0.045", "currency": "usd"},
                    "line_item": "gpt-5.4, input",
                    "project_id": None,
                    "quantity": 18000,
                    "quantity_unit": "tokens",
                }
            ],
        }
    ],
}


def own_span(name: str, number: int = 1, emitter: str = "litellm") -> dict:
    """What LiteLLM's own tracer exports of a call, or another one: the service is the tracer's."""
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-5.4",
        "gen_ai.response.id": f"response {name}",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 200,
    }
    span = {
        "traceId": f"{number:032x}",
        "spanId": f"{number:016x}",
        "name": "litellm_request",
        "startTimeUnixNano": "1789039440500000000",
        "endTimeUnixNano": "1789039445500000000",
        "attributes": [attribute(key, value) for key, value in attributes.items()],
    }
    scope = {"scope": {"name": emitter, "version": "1.0"}, "spans": [span]}
    resource = {"attributes": [attribute("service.name", emitter)]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def attribute(key: str, value: str | int) -> dict:
    kind = "intValue" if isinstance(value, int) else "stringValue"
    return {"key": key, "value": {kind: str(value)}}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evidence")
    put(folder, "litellm_spend_logs", LEDGER)
    put_applications(folder)
    put(folder, "openai_costs", [BILL])
    project = Project(folder, folder / "landing")
    project.nightly()
    return project.freeze()


def put_applications(folder) -> None:
    put(folder, "envelope_events", ENVELOPES)
    # delivered again
    put(folder, "envelope_events", ENVELOPES[1:2], "b")
    put(folder, "otel_genai_spans", [own_span("own span"), own_span("connected", 2, "an app")])


def put(folder, table: str, records: list[dict], name: str = "a") -> None:
    landing = folder / "landing" / table
    landing.mkdir(parents=True, exist_ok=True)
    (landing / f"{name}.jsonl").write_text("".join(as_line(record) + "\n" for record in records))


def call(project, name: str, *columns: str) -> list[tuple]:
    return project.rows(
        f"select {', '.join(columns)} from marts.fct_priced_requests "
        f"where gateway_call_id = 'call {name}' or request_id = '{name}' order by all"
    )


def test_the_application_names_the_owner_and_the_gateway_the_usage(project):
    columns = ("source_system", "team_id", "feature", "prompt_version", "owner_source")
    assert call(project, "envelope", *columns, "evidence_count", "cost_usd") == [
        ("litellm_spend_logs", "growth", "chat", "v2", "envelope_events", 2, COST)
    ]
    assert call(project, "alone", *columns, "evidence_count") == [
        ("litellm_spend_logs", "unattributed", None, None, "litellm_spend_logs", 1)
    ]


def test_a_gateways_own_span_is_no_word_on_the_service(project):
    assert call(project, "own span", "service_name", "evidence_count", "cost_usd") == [
        ("assistant", 2, COST)
    ]


def test_every_call_is_charged_once(project):
    total = project.value("select sum(cost_usd) from marts.fct_priced_requests")
    # the calls of the ledger, one of them cheaper, and three of the envelope that are no others
    assert total == 15 * COST + Decimal("0.0045") + 2 * COST + Decimal("0.002605")


@pytest.mark.parametrize(
    ("name", "team", "feature"),
    [
        ("same trace", "growth", None),
        # two calls of one trace and model, and one record: nobody can say of which
        ("first of two", "unattributed", None),
        ("second of two", "unattributed", None),
        ("other output", "unattributed", None),
        ("stamped", "research", "stamped"),
        ("stamped again", "research", "stamped"),
        ("stamped by id", "research", "stamped"),
    ],
)
def test_an_owner_is_merged_only_where_the_call_is_known(project, name, team, feature):
    assert call(project, name, "team_id", "feature") == [(team, feature)]


def test_two_records_that_a_third_one_connects_are_one_call(project):
    """The gateway and the application have no name in common; the span has one with each."""
    columns = ("source_system", "team_id", "feature", "evidence_count", "cost_usd")
    assert call(project, "connected", *columns) == [
        ("litellm_spend_logs", "growth", "connected", 3, COST)
    ]
    assert not call(project, "an own id", "1")


def test_a_statement_of_a_trace_is_one_record_of_each_of_its_calls(project):
    assert call(project, "stamped", "evidence_count") == [(2,)]


def test_the_word_on_the_call_comes_before_the_statement_of_its_trace(project):
    assert call(project, "own word", "team_id", "feature") == [("growth", "zoo")]


def test_a_record_that_is_delivered_twice_is_one_record(project):
    assert call(project, "contradicted", "evidence_count") == [(2,)]


def test_a_statement_is_no_call_and_is_listed_where_it_finds_none(project):
    assert project.rows(
        "select request_id from marts.fct_call_evidence where evidence_role = 'unmatched'"
    ) == [("nobody's",)]
    assert not project.value(
        "select count(*) from marts.fct_priced_requests where feature = 'stamped' "
        "and source_system = 'envelope_events'"
    )


def test_every_record_of_a_call_is_shown_with_its_line(project):
    assert project.rows(
        "select evidence_role, source_system, team_tag, source_file, line_number "
        "from marts.fct_call_evidence where request_id like '%contradicted' order by 1"
    ) == [
        ("copy", "envelope_events", "growth", "envelope_events/a.jsonl", 2),
        ("usage", "litellm_spend_logs", "search", "litellm_spend_logs/a.jsonl", 3),
    ]


@pytest.fixture(scope="module")
def walked(project, tmp_path_factory):
    """What the runbook's commands for a disputed request answer, each run as the page has it."""
    page = (ROOT / "docs" / "runbook.md").read_text()
    section = page.split("## A disputed request\n")[1].split("\n## ")[0]
    copy = project.copy(tmp_path_factory.mktemp("dispute"))

    def answer(command: str, request_id: str) -> list[dict]:
        verb, dbt, *arguments = shlex.split(command.replace("chatcmpl-1", request_id))
        assert (verb, dbt) == ("ai-cost", "dbt")
        shown = copy.dbt(*arguments)
        return json.loads(shown[shown.index("{") :])["show"]

    commands = re.findall(r"^ *```sh\n(.*?)\n *```$", section, re.MULTILINE)
    return [
        (answer(command, "response contradicted"), answer(command, "response alone"))
        for command in commands
    ]


def test_a_charge_is_walked_to_its_price_its_raw_line_and_its_bill(walked):
    (rows, _), _ = walked
    columns = ("gateway_quantity", "list_rate_usd", "meter_cost_usd", "bucket_provider_quantity")
    figures = {
        row["meter"]: [row[name] and Decimal(str(row[name])) for name in columns] for row in rows
    }
    assert figures == {
        "uncached_input": [1000, Decimal("0.0000025"), Decimal("0.0025"), 18000],
        "output": [200, Decimal("0.000015"), Decimal("0.003"), None],
    }
    assert {(row["source_file"], row["line_number"], row["team_id"]) for row in rows} == {
        ("litellm_spend_logs/a.jsonl", 3, "growth")
    }
    assert [row["bill_source_file"] for row in rows] == [None, "openai_costs/a.jsonl"]


def test_a_charge_is_walked_to_every_record_of_the_call_field_by_field(walked):
    _, (rows, alone) = walked
    columns = ("field", "value", "source_system", "used_value", "used_source_system")
    said = [tuple(row[column] for column in columns) for row in rows]
    ledger, envelope = "litellm_spend_logs", "envelope_events"
    assert [one for one in said if one[0] in ("team_tag", "reported_output_tokens")] == [
        ("reported_output_tokens", "200", ledger, "200", ledger),
        ("reported_output_tokens", "190", envelope, "200", ledger),
        ("team_tag", "search", ledger, "growth", envelope),
        ("team_tag", "growth", envelope, "growth", envelope),
    ]
    assert {row["source_file"] for row in rows} == {f"{ledger}/a.jsonl", f"{envelope}/a.jsonl"}
    # a call that one system alone has logged is no empty answer
    assert {row["field"] for row in alone} == {"credential_id", "served_model"}


def test_what_two_records_contradict_each_other_in_is_listed(project):
    assert project.rows(
        "select field, used_value, used_source_system, other_value, other_source_system, team_id "
        "from marts.fct_evidence_conflicts order by field, other_value"
    ) == [
        ("feature", "chat", "envelope_events", "search box", "litellm_spend_logs", "growth"),
        ("feature", "zoo", "envelope_events", "stamped", "envelope_events", "growth"),
        ("reported_output_tokens", "200", "litellm_spend_logs", "190", "envelope_events", "growth"),
        ("served_model", "gpt-5.4", "litellm_spend_logs", "gpt-4o", "envelope_events", "growth"),
        ("team_tag", "growth", "envelope_events", "research", "envelope_events", "growth"),
        ("team_tag", "growth", "envelope_events", "search", "litellm_spend_logs", "growth"),
    ]


@pytest.mark.wide
def test_the_order_of_arrival_changes_nothing(project, tmp_path):
    """The application's records come a night after the gateway's."""
    put(tmp_path, "litellm_spend_logs", LEDGER)
    later = Project(tmp_path, tmp_path / "landing")
    later.nightly()
    put_applications(tmp_path)
    later.nightly()
    for mart in ("fct_priced_requests", "fct_call_evidence", "fct_evidence_conflicts"):
        assert later.mart(mart) == project.mart(mart), mart


def test_spend_is_broken_down_by_what_a_call_was_for(project):
    assert project.rows(
        "select dimension, dimension_value, attempt_count, cost_usd "
        "from marts.fct_spend_by_context_daily "
        "where dimension in ('agent_name', 'prompt_version') order by 1"
    ) == [("agent_name", "planner", 1, COST), ("prompt_version", "v2", 1, COST)]
