"""LiteLLM's own table as the source, in place, by a role that can only read it.

Harm guarded against: a warehouse that costs otherwise than from files, that writes into the
gateway's database, reads prompts there, or stops because of one row.
"""

import gzip
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg2
import pytest
from psycopg2.extras import execute_values

from tests.python.landing import CAPTURES
from tests.python.project import Project

pytestmark = pytest.mark.wide

# As Prisma makes it (litellm/proxy/schema.prisma, 1.109).
SPEND_LOGS = """
create schema litellm;
create table litellm."LiteLLM_SpendLogs" (
    request_id text not null primary key, call_type text not null, api_key text not null default '',
    spend double precision not null default 0, total_tokens integer not null default 0,
    prompt_tokens integer not null default 0, completion_tokens integer not null default 0,
    "startTime" timestamp(3) not null, "endTime" timestamp(3) not null, request_duration_ms integer,
    "completionStartTime" timestamp(3), model text not null default '', model_id text default '',
    model_group text default '', custom_llm_provider text default '', api_base text default '',
    "user" text default '', metadata jsonb default '{}', cache_hit text default '',
    cache_key text default '', request_tags jsonb default '[]', team_id text, organization_id text,
    end_user text, requester_ip_address text, messages jsonb default '{}',
    response jsonb default '{}', session_id text, status text, mcp_namespaced_tool_name text,
    billing_agent_id text, agent_id text, proxy_server_request jsonb default '{}',
    litellm_call_id text, created_at timestamp(3) default current_timestamp,
    updated_at timestamp(3) not null
);
create role warehouse login;
grant create on database {database} to warehouse;
grant usage on schema litellm to warehouse;
grant select ({readable}) on litellm."LiteLLM_SpendLogs" to warehouse;
"""
UNREAD = {"messages", "response", "proxy_server_request", "user", "end_user"}
COMPARED = (
    "request_id, cost_usd, gateway_reported_cost_usd, uncached_input_tokens, cache_read_tokens, "
    "cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, service_tier, region_scope, "
    "team_id, feature, price_status"
)
PRICED = f"select {COMPARED} from marts.fct_priced_requests order by request_id"
TAGS = (
    "select request_id, tag from marts.fct_request_tags "
    "inner join marts.fct_priced_requests using (request_key) order by 1, 2"
)


class Gateway:
    """LiteLLM's side: its superuser may write."""

    def __init__(self, address: dict):
        self._address = {k.removeprefix("PG").lower(): v for k, v in address.items()}
        self._address["dbname"] = self._address.pop("database")
        self.run(
            SPEND_LOGS.replace("{database}", self._address["dbname"]).replace(
                "{readable}",
                ", ".join(f'"{name}"' for name in self.columns() if name not in UNREAD),
            )
        )

    @staticmethod
    def columns() -> list[str]:
        body = SPEND_LOGS.partition("(\n")[2].partition("\n);")[0]
        parts = (part.split()[0] for part in body.replace("timestamp(3)", "timestamp").split(","))
        return [part.strip('"') for part in parts]

    def run(self, sql: str) -> list[tuple]:
        with closing(psycopg2.connect(**self._address)) as connection, connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def insert(self, rows: list[dict]) -> None:
        """Rows as LiteLLM writes them; JSON columns get the document, not its text."""
        with closing(psycopg2.connect(**self._address)) as connection, connection:
            for row in rows:
                values = {"created_at": row["endTime"], "updated_at": row["endTime"]} | row
                names = ", ".join(f'"{name}"' for name in values)
                execute_values(
                    connection.cursor(),
                    f'insert into litellm."LiteLLM_SpendLogs" ({names}) values %s',
                    [tuple(values.values())],
                )


def captured() -> list[dict]:
    with gzip.open(CAPTURES / "litellm_spend_logs.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def moved(row: dict, request_id: str, days: int, **changes) -> dict:
    """A copy of a row, under another id, on another day."""
    times = {
        name: (datetime.fromisoformat(row[name]) + timedelta(days=days)).isoformat()
        for name in ("startTime", "endTime", "completionStartTime")
    }
    return row | times | {"request_id": request_id, "litellm_call_id": request_id} | changes


def usage_as_text(row: dict) -> dict:
    metadata = json.loads(row["metadata"])
    usage = json.dumps(metadata.get("usage_object"), indent=1)
    return row | {"metadata": json.dumps(metadata | {"usage_object": usage})}


@pytest.fixture(scope="module")
def gateway(new_database):
    address = new_database()
    gateway = Gateway(address)
    gateway.address = address
    # Two days, both past, so that every row is settled and one day can be left alone.
    rows = [
        moved(row, row["request_id"], -30 - number % 2, litellm_call_id=row["litellm_call_id"])
        for number, row in enumerate(captured())
    ]
    named = json.loads(rows[1]["metadata"]) | {"user_api_key_alias": "key of ana@example.com"}
    rows[1] |= {
        "metadata": json.dumps(named),
        "api_base": "https://ana:secret@api.example.com/v1?key=secret",
        "session_id": '{"messages": "secret"}',
    }
    usage = json.loads(rows[0]["metadata"])
    usage["usage_object"]["prompt_tokens"] = "12abc"
    cut = json.loads(rows[0]["metadata"]) | {"usage_object": '{"prompt_tok'}
    broken = [
        moved(rows[0], "cut-usage", 1, metadata=json.dumps(cut)),
        moved(rows[0], "cut-off", 1, metadata=json.dumps('{"usage_object": {"prompt')),
        moved(rows[0], "malformed", 1, metadata=json.dumps(usage)),
    ]
    gateway.rows = rows
    # Some versions write the document as a JSON string, some tools such a string once more.
    doubly = [row | {"metadata": json.dumps(row["metadata"])} for row in rows[::3]]
    doubly[::2] = [row | {"metadata": json.dumps(row["metadata"])} for row in doubly[::2]]
    # Others write the usage within the document as text.
    others = [usage_as_text(row) if n % 2 else row for n, row in enumerate(rows) if n % 3]
    gateway.insert(doubly + others + broken)
    return gateway


@pytest.fixture(scope="module")
def in_place(gateway, tmp_path_factory):
    folder = tmp_path_factory.mktemp("in-place")
    project = InPlace(folder, folder, postgres=gateway.address | {"PGUSER": "warehouse"})
    project.build()
    return project


class InPlace(Project):
    def build(self, *arguments: str) -> None:
        super().build("--vars", "{litellm_schema: litellm}", *arguments)

    def build_requests(self) -> None:
        """As far as the place of the source can matter."""
        selected = ("--select", "+fct_priced_requests", "--indirect-selection", "buildable")
        self.build(*selected)

    def built_days(self) -> dict:
        return dict(self.rows("select usage_date, max(built_at) from ops.built_days group by 1"))


def test_every_row_costs_what_litellm_says(in_place):
    rows = in_place.rows(
        "select cost_usd, gateway_reported_cost_usd from marts.fct_priced_requests"
    )
    assert len(rows) == 799
    assert all(abs(cost - theirs) <= Decimal("1e-9") for cost, theirs in rows)


def test_files_give_the_same(gateway, in_place, tmp_path):
    landing = tmp_path / "landing" / "litellm_spend_logs"
    landing.mkdir(parents=True)
    (landing / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in gateway.rows))
    project = Project(tmp_path, landing.parent)
    project.nightly()
    assert in_place.rows(PRICED) == project.rows(PRICED)
    assert in_place.rows(TAGS) == project.rows(TAGS) != []


def test_a_broken_row_is_held_back_with_the_reason(in_place):
    assert in_place.rows(
        "select raw_text::json ->> 'request_id', reason from marts.fct_quarantined_records "
        "where stage = 'load' order by 1"
    ) == [
        ("cut-off", "metadata: not valid JSON"),
        ("cut-usage", "usage_object: not valid JSON"),
        ("malformed", "prompt_tokens is a text, not a whole number"),
    ]


def test_people_and_secrets_stay_out_as_they_do_from_files(gateway, in_place):
    """There is no key in the database, so a mark stands for a person."""
    request_id = gateway.rows[1]["request_id"]
    assert in_place.rows(
        "select api_key_alias, api_base, session_id, dropped_fields "
        f"from raw.litellm_spend_logs_in_place where request_id = '{request_id}'"
    ) == [("key of hidden", "https://api.example.com/v1", None, "session_id")]


def test_a_charge_leads_back_to_its_row(gateway, in_place):
    found = in_place.rows(
        "select distinct source_file, batch_id, user_key from marts.fct_priced_requests"
    )
    assert found == [("LiteLLM_SpendLogs", "in-place", None)]
    lines = in_place.value("select count(distinct line_number) from marts.fct_priced_requests")
    assert lines == 799


def test_the_role_can_neither_write_nor_read_prompts(in_place):
    for sql in (
        'delete from litellm."LiteLLM_SpendLogs"',
        "delete from raw.litellm_spend_logs_in_place",
        'select messages from litellm."LiteLLM_SpendLogs"',
    ):
        with pytest.raises(psycopg2.Error):
            in_place.rows(sql)


def test_only_the_day_of_a_late_row_is_built_again(gateway, in_place):
    first = in_place.built_days()
    in_place.build_requests()
    assert in_place.built_days() == first, "nothing has changed"
    late = moved(gateway.rows[0], "late", 0)
    # LiteLLM writes on while the warehouse is built: what has just arrived waits for the next run.
    fresh = moved(gateway.rows[1], "fresh", 0, created_at=datetime.now(UTC).replace(tzinfo=None))
    gateway.insert([late, fresh])
    in_place.build_requests()
    second = in_place.built_days()
    assert {str(day) for day in second if second[day] != first.get(day)} == {late["startTime"][:10]}
    assert in_place.value("select count(*) from marts.fct_priced_requests") == 800


def test_another_engine_says_that_it_cannot(tmp_path):
    project = InPlace(tmp_path, tmp_path)
    with pytest.raises(AssertionError, match="the target is not PostgreSQL"):
        project.build()
