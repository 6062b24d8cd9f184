"""On PostgreSQL, each step works as the role that is there for it.

What a night makes then belongs to the same role as what it replaces, whoever runs the night, and
the loader works without the builder's rights (docs/access.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

from scripts.warehouse import connect_postgres, session_options

_OWNER = """
    select pg_get_userbyid(nspowner) from pg_namespace
    where nspname = %s and pg_has_role(session_user, nspowner, 'member')
"""
# The raw tables belong to nobody who loads (scripts/operations/grants.py): the loader is who was
# given the right to insert, and by name, so that a role that merely holds the loader's is not
# meant.
_LOADER = """
    select distinct pg_get_userbyid(granted.grantee)
    from pg_class as relation cross join lateral aclexplode(relation.relacl) as granted
    where relation.oid = to_regclass('raw.load_files') and granted.privilege_type = 'INSERT'
        and granted.grantee not in (0, relation.relowner)
        and pg_has_role(session_user, granted.grantee, 'member')
    order by 1
"""


def owner_of(schema: str, engine: str) -> AbstractContextManager[None]:
    """Connections made inside work as the owner of a schema, where the login may be that role.

    Otherwise the role is left as it is: another engine, a schema that is not there yet, a login of
    another role, which will be refused by the server.
    """
    return _session(lambda: _first(_OWNER, (schema,)), engine)


def loader(engine: str) -> AbstractContextManager[None]:
    """The same as the role that loads; without roles, as the owner of `raw`."""
    return _session(lambda: _first(_LOADER, ()) or _first(_OWNER, ("raw",)), engine)


@contextmanager
def _session(find: Callable[[], str | None], engine: str) -> Iterator[None]:
    """PGOPTIONS with the search path, and with the role where there is one."""
    if engine != "postgres":
        yield
        return
    before = os.environ.get("PGOPTIONS")
    role, options = find(), session_options()
    if role is not None:
        # The server splits these options at spaces.
        escaped = role.replace("\\", "\\\\").replace(" ", "\\ ")
        options += f" -c role={escaped}"
    os.environ["PGOPTIONS"] = options
    try:
        yield
    finally:
        if before is None:
            del os.environ["PGOPTIONS"]
        else:
            os.environ["PGOPTIONS"] = before


def _first(sql: str, values: tuple[str, ...]) -> str | None:
    with closing(connect_postgres()) as connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        found = cursor.fetchone()
    return found[0] if found else None
