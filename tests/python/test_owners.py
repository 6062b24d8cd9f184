"""Which piece of a record's evidence names its owner.

Harm guarded against: a default installation of a gateway, whose teams are random ids, counts every
request as a team that nobody knows, though its alias and its key are registered in the same row.
"""

import pytest

from tests.python.landing import as_line
from tests.python.project import Project

pytestmark = pytest.mark.wide

UUID = "5f0c1b9a-2b8f-4a1e-9d6b-0a6b3a1f7c11"


def litellm(request_id: str, *, team=None, alias=None, key="h1", key_alias="k", **fields) -> dict:
    return {
        "request_id": request_id,
        "api_key": key,
        "spend": 0.0055,
        "total_tokens": 1200,
        "prompt_tokens": 1000,
        "completion_tokens": 200,
        "startTime": "2026-09-10T11:24:00.123Z",
        "endTime": "2026-09-10T11:24:05.123Z",
        "model": "gpt-5.4",
        "custom_llm_provider": "openai",
        "team_id": team,
        "status": "success",
        "metadata": {"user_api_key_alias": key_alias, "user_api_key_team_alias": alias},
    } | fields


def envelope(request_id: str, **fields) -> dict:
    return {
        "request_id": request_id,
        "timestamp": "2026-09-10T10:00:00Z",
        "provider": "openai",
        "model": "gpt-4o",
        "input_tokens": 1000,
        "output_tokens": 100,
    } | fields


def bedrock(request_id: str, model_id: str) -> dict:
    return {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": "2026-09-10T10:00:00Z",
        "accountId": "123456789012",
        "region": "us-east-1",
        "requestId": request_id,
        "operation": "Converse",
        "modelId": model_id,
        "input": {"inputTokenCount": 1000},
        "output": {"outputTokenCount": 100},
    }


PROFILE = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"
OWNED = (
    f"{PROFILE},Profile of search,search,default,2024-01-01,,\n"
    "123456789012,Account of research,research,default,2024-01-01,,\n"
)
LOGS = {
    "litellm_spend_logs": [
        litellm("alias of a uuid", team=UUID, alias="Search"),
        litellm("uuid and key", team=UUID, alias="moonshot", key="key-growth"),
        litellm("uuid and key name", team=UUID, key_alias="key-growth"),
        litellm("nothing known", team=UUID, alias="Moonshot"),
        litellm("only a uuid", team=UUID),
        litellm("a team id", team="growth", alias="moonshot"),
        litellm("a tag of the request", request_tags=["beta", "team:growth"]),
        litellm("a tag like it", request_tags=["steam:growth"]),
    ],
    "envelope_events": [
        envelope("project", project_id="key-search"),
        envelope("tag and project", team="moonshot", project_id="key-search"),
        envelope("tag and key", team="research", credential_id="key-search"),
    ],
    "bedrock_invocations": [
        bedrock("profile", PROFILE),
        bedrock("account", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("owners")
    for table, records in LOGS.items():
        landing = folder / "landing" / table
        landing.mkdir(parents=True)
        (landing / "a.jsonl").write_text("".join(as_line(record) + "\n" for record in records))
    project = Project(folder, folder / "landing")
    with (project.root / "seeds/organization/credential_owners.csv").open("a") as seed:
        seed.write(OWNED)
    project.nightly()
    return project


@pytest.mark.parametrize(
    ("request_id", "team", "method", "status"),
    [
        ("alias of a uuid", "search", "gateway_team", "attributed"),
        ("uuid and key", "growth", "credential_owner", "attributed"),
        ("uuid and key name", "growth", "credential_owner", "attributed"),
        ("nothing known", "moonshot", "gateway_team", "unregistered_team"),
        ("only a uuid", UUID, "gateway_team", "unregistered_team"),
        ("a team id", "growth", "gateway_team", "attributed"),
        ("a tag of the request", "growth", "explicit_tag", "attributed"),
        ("a tag like it", "unattributed", "unattributed", "unattributed"),
        ("project", "search", "sub_account_owner", "attributed"),
        ("tag and project", "search", "sub_account_owner", "attributed"),
        ("tag and key", "research", "explicit_tag", "attributed"),
        ("profile", "search", "sub_account_owner", "attributed"),
        ("account", "research", "sub_account_owner", "attributed"),
    ],
)
def test_the_first_evidence_that_a_seed_knows_names_the_owner(
    project, request_id, team, method, status
):
    assert project.rows(
        "select team_id, attribution_method, attribution_status from marts.fct_priced_requests "
        f"where request_id = '{request_id}'"
    ) == [(team, method, status)]


def test_a_tag_that_no_seed_knows_is_named_beside_the_owner_that_took_its_place(project):
    assert project.rows(
        "select request_id, unknown_team_tag from marts.fct_priced_requests "
        "where unknown_team_tag is not null"
    ) == [("tag and project", "moonshot")]
