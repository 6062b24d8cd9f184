"""The roles of a PostgreSQL warehouse, and what each may do.

Every statement is safe to repeat. Who holds which role is for the administrator to say afterwards:
`grant ai_cost_reader to ada`. The database and its schema `public` are closed to whoever may create
something in them. See docs/access.md.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2 import sql

from scripts import yaml_files
from scripts.errors import UserError
from scripts.loading.sources import read_contract
from scripts.loading.targets import INDEXED, PRESENT, definitions, indexes
from scripts.warehouse import WarehouseError, connect_postgres

PROJECT = Path(__file__).resolve().parents[2]
# Nobody holds the role `owner`: who owns a table that the builder reads can put a view, a policy or
# a type of their own in its place, and the builder would run what is in it.
KINDS = ("owner", "loader", "builder", "reader", "finance", "team_lead")
# What each kind may do in which schemas, beside its own. The close posts as finance, and nobody
# takes back what was posted or loaded.
RIGHTS = {
    "loader": {"raw": "select, insert"},
    "builder": {"raw": "select"},
    "reader": {"marts": "select"},
    "finance": {"marts": "select", "seeds": "select", "ledger": "select, insert"},
    "team_lead": {"team": "select"},
}
# Teams of who is logged in. `session_user` is the login itself, whatever role it has taken on.
_MY_TEAMS = """
    create or replace function team.my_teams() returns text[]
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$
        select coalesce(array_agg(team_id::text), array[]::text[])
        from seeds.team_leads
        where login = session_user
            and (valid_from is null or valid_from <= (now() at time zone 'UTC')::date)
            and (valid_to is null or valid_to > (now() at time zone 'UTC')::date)
    $$
"""
# What is there already, made by whichever login ran the first nights.
_OWNED = """
    select relation.relkind, relation.relname
    from pg_class as relation join pg_namespace as schema on relation.relnamespace = schema.oid
    where schema.nspname = %s and relation.relkind in ('r', 'p', 'v', 'm')
        and pg_get_userbyid(relation.relowner) != %s
"""
# Whether everybody may create in `public`; no row where there is no such schema.
_PUBLIC = """
    select has_schema_privilege('public', oid, 'create')
    from pg_namespace where nspname = 'public'
"""
_OPEN = (
    "everybody may create functions in schema public, and you may not change that; let its owner "
    "run `revoke create on schema public from public`, then run this again"
)


def schemas() -> dict[str, str]:
    """Every schema of the project, with the kind of role that owns it and its tables."""
    project = yaml_files.read(PROJECT / "dbt_project.yml")
    built = sorted({*_values(project, "+schema"), "ledger", "ops", "team"})
    return {"raw": "owner"} | {name: "builder" for name in built}


def _values(node: object, key: str) -> list[str]:
    if not isinstance(node, dict):
        return []
    inner = [value for child in node.values() for value in _values(child, key)]
    return inner + ([node[key]] if key in node else [])


class Grants:
    """The statements, each safe to repeat, run on one connection."""

    def __init__(self, cursor, prefix: str) -> None:
        self._cursor = cursor
        self._roles = {kind: sql.Identifier(f"{prefix}_{kind}") for kind in KINDS}
        self._names = {kind: f"{prefix}_{kind}" for kind in KINDS}

    def make_roles(self) -> None:
        """Group roles that nobody can log in as."""
        for kind, name in self._names.items():
            self._cursor.execute("select from pg_roles where rolname = %s", (name,))
            if self._cursor.fetchone() is None:
                self._run("create role {} nologin", self._roles[kind])
        # To hand over what is there, the administrator has to be of all sides.
        for kind in ("owner", "loader", "builder"):
            self._run("grant {} to current_user", self._roles[kind])

    def make_schemas(self) -> None:
        """Schemas, owned by who writes them, with what is in them."""
        for name, kind in schemas().items():
            schema, owner = sql.Identifier(name), self._roles[kind]
            self._run("create schema if not exists {}", schema)
            self._run("alter schema {} owner to {}", schema, owner)
            self._hand_over(name, kind)
        self._make_raw_tables()
        # The seed it reads comes with the first night.
        self._cursor.execute("set local check_function_bodies = off")
        self._cursor.execute(_MY_TEAMS)
        self._run("alter function team.my_teams() owner to {}", self._roles["builder"])

    def _hand_over(self, schema: str, kind: str) -> None:
        self._cursor.execute(_OWNED, (schema, self._names[kind]))
        words = {"v": "view", "m": "materialized view"}
        for relkind, name in self._cursor.fetchall():
            # A view in `raw` stands for a table that is read in place; the build makes it.
            owner = "builder" if relkind in words else kind
            what = sql.SQL(words.get(relkind, "table"))
            relation = sql.Identifier(schema, name)
            self._run("alter {} {} owner to {}", what, relation, self._roles[owner])

    def _make_raw_tables(self) -> None:
        """What the loader would make, where it may: tables, columns, indexes that are missing."""
        contract = read_contract(PROJECT / "models")
        self._cursor.execute(PRESENT)
        statements = definitions(contract, set(self._cursor.fetchall()))
        self._cursor.execute(INDEXED)
        statements += indexes(contract, {table for (table,) in self._cursor.fetchall()})
        self._run("set local role {}", self._roles["owner"])
        for statement in statements:
            self._cursor.execute(statement)
        self._run("reset role")

    def close(self) -> None:
        """Nobody but owners makes anything in the database or in `public`.

        What is there is in everybody's way: in sessions of others it may be found before what was
        meant. Versions before PostgreSQL 15 let everybody create in `public`.
        """
        database = sql.Identifier(self._cursor.connection.info.dbname)
        everybody = sql.SQL(", ").join([sql.SQL("public"), *self._roles.values()])
        self._run("revoke create on database {} from {}", database, everybody)
        if self._is_public_open() is not None:
            self._run("revoke create on schema public from {}", everybody)
        if self._is_public_open():
            raise WarehouseError(_OPEN)
        # Of an older version: the loader owned `raw`.
        self._run("revoke all on schema raw from {}", self._roles["loader"])

    def _is_public_open(self) -> bool | None:
        self._cursor.execute(_PUBLIC)
        found = self._cursor.fetchone()
        return found[0] if found else None

    def grant(self) -> None:
        """What each kind may read, now and of every table that a night rebuilds."""
        database = sql.Identifier(self._cursor.connection.info.dbname)
        every = sql.SQL(", ").join(self._roles.values())
        self._run("grant connect on database {} to {}", database, every)
        self._run("grant temporary on database {} to {}", database, self._roles["builder"])
        # Its views of a table that is read in place are in `raw`.
        self._run("grant create on schema raw to {}", self._roles["builder"])
        owners = schemas()
        for kind, rights in RIGHTS.items():
            for name, right in rights.items():
                schema, role, what = sql.Identifier(name), self._roles[kind], sql.SQL(right)
                self._run("grant usage on schema {} to {}", schema, role)
                self._run("grant {} on all tables in schema {} to {}", what, schema, role)
                later = "alter default privileges for role {} in schema {} grant {} on tables to {}"
                self._run(later, self._roles[owners[name]], schema, what, role)
        self._run("revoke all on function team.my_teams() from public")
        self._run("grant execute on function team.my_teams() to {}", self._roles["team_lead"])

    def _run(self, statement: str, *parts: sql.Composable) -> None:
        self._cursor.execute(sql.SQL(statement).format(*parts))


def grant(prefix: str) -> int:
    """Make or mend the roles, whose names begin so."""
    try:
        # One transaction: all of it, or nothing.
        with closing(connect_postgres()) as connection, connection, connection.cursor() as cursor:
            grants = Grants(cursor, prefix)
            grants.make_roles()
            grants.make_schemas()
            grants.close()
            grants.grant()
    except psycopg2.Error as error:
        raise UserError(str(error).splitlines()[0]) from None
    print("roles: " + ", ".join(f"{prefix}_{kind}" for kind in KINDS))
    return 0
