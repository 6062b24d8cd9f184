"""On PostgreSQL, each step works as the role that owns what it writes.

The loader's login then owns nothing of the marts, whoever runs the night, and what is made in a
night belongs to the same role as what it replaces (docs/access.md).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

from scripts.warehouse import connect_postgres

_OWNER = """
    select pg_get_userbyid(nspowner) from pg_namespace
    where nspname = %s and pg_has_role(session_user, nspowner, 'member')
"""


@contextmanager
def owner_of(schema: str, engine: str) -> Iterator[None]:
    """Connections made inside work as the owner of a schema, where the login may be that role.

    Anything else is left as it is: another engine, a schema that is not there yet, a login of
    another role, which will be refused by the server.
    """
    before = os.environ.get("PGOPTIONS")
    owner = _owner(schema) if engine == "postgres" else None
    if owner is None:
        yield
        return
    # The server splits these options at spaces.
    escaped = owner.replace("\\", "\\\\").replace(" ", "\\ ")
    os.environ["PGOPTIONS"] = f"{before or ''} -c role={escaped}".strip()
    try:
        yield
    finally:
        if before is None:
            del os.environ["PGOPTIONS"]
        else:
            os.environ["PGOPTIONS"] = before


def _owner(schema: str) -> str | None:
    with closing(connect_postgres()) as connection, connection.cursor() as cursor:
        cursor.execute(_OWNER, (schema,))
        found = cursor.fetchone()
    return found[0] if found else None
