"""Fixtures that several test modules share."""

from collections import Counter

import pytest

from scripts.benchmarks.private_server import private_server
from tests.python.landing import Landing
from tests.python.prepared import shared, tidy
from tests.python.project import NOW, Project, copy_project


def pytest_addoption(parser):
    parser.addoption("--bill-months", type=int, default=3, help="how many random months of bills")
    parser.addoption("--bill-months-from", type=int, default=1, help="the first of their seeds")


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        tidy()


@pytest.hookimpl(tryfirst=True)  # before the tests are chosen by their markers
def pytest_collection_modifyitems(config, items):
    """What asks for PostgreSQL is wide. Files of few tests first: theirs are the long ones, so no
    worker ends alone with one. (The tests of a file stay on one worker, --dist loadfile, because
    they share a warehouse.)
    """
    for item in items:
        if _asks_for_postgres(item):
            item.add_marker(pytest.mark.wide)
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: tests[item.path])


def _asks_for_postgres(item) -> bool:
    """By a parameter that says so, or by a fixture when no parameter says otherwise."""
    chosen = item.callspec.params.values() if hasattr(item, "callspec") else ()
    if "postgres" in chosen:
        return True
    return "duckdb" not in chosen and bool({"postgres", "new_database"} & set(item.fixturenames))


@pytest.fixture(scope="session")
def new_database():
    """Makes an empty database of a private PostgreSQL server and returns its PG* variables.

    The server lives as long as the session; no test meets what another one left.
    """
    # what it holds need not outlive a power cut
    settings = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
    with private_server(settings) as server:
        yield server.database


@pytest.fixture
def postgres(new_database):
    """PG* variables of an empty database."""
    return new_database()


@pytest.fixture(scope="session")
def gateways():
    """The fixtures of all gateways and the lessons' own lines, loaded and built once on DuckDB."""
    from tests.python.gateway_warehouse import GatewayWarehouse

    def make(folder):
        warehouse = GatewayWarehouse(folder)
        warehouse.nightly()
        return warehouse.freeze()

    return shared("gateways", make)


@pytest.fixture(scope="session")
def later(gateways):
    """The same warehouse a night later: a new price, a corrected one, a team that is gone."""
    return shared("later", lambda folder: gateways.next_night(folder).freeze())


@pytest.fixture(scope="session")
def focus_warehouse():
    """Two months with every kind of FOCUS charge, the first closed and then corrected."""
    from tests.python.focus_warehouse import FocusWarehouse

    def make(folder):
        warehouse = FocusWarehouse(folder)
        warehouse.project.freeze()
        return warehouse

    return shared("focus", make)


@pytest.fixture(scope="session")
def focus_files(focus_warehouse):
    """Its exported files, one folder per billing period."""

    def make(folder):
        focus_warehouse.export(folder / "files")
        return folder / "files"

    return shared("focus-files", make)


@pytest.fixture(scope="session")
def priced():
    """One warehouse with the requests of all pricing tests, and with made-up rate cards beside
    the real ones.
    """
    from tests.python import (
        synthetic_cards,
        test_pricing_differential,
        test_pricing_goldens,
        test_pricing_property,
    )
    from tests.python.pricing_cases import Priced, know_made_up_keys

    def make(folder):
        root = copy_project(folder)
        synthetic_cards.append(root / "seeds" / "rate_cards", seed=7)
        know_made_up_keys(root)
        synthetic_cards.append_bounds(root / "seeds" / "policy" / "partly_priced_rules.csv")
        test_pricing_goldens.append_card(root / "seeds" / "rate_cards" / "rate_card_prices.csv")
        requests = test_pricing_property.requests(root / "seeds")
        requests += test_pricing_goldens.requests()
        requests += test_pricing_differential.requests()
        found = Priced(folder, requests, root)
        found.project.freeze()
        return found

    return shared("priced", make)


@pytest.fixture(scope="session")
def sample_landing():
    """The files of a small sample, with the sheet of its right answers."""
    from scripts.cli import main

    def make(folder):
        assert main(["sample", "--landing", str(folder / "landing"), "--requests", "12000"]) == 0
        return folder / "landing"

    return shared("sample-landing", make)


@pytest.fixture(scope="session")
def sample_night(sample_landing):
    """The sample, built with all its tests on DuckDB once; tests read it and change nothing."""
    from tests.python.project import AFTER_SAMPLE

    def make(folder):
        project = Project(folder, sample_landing, now=AFTER_SAMPLE)
        project.load()
        project.build_whole()
        return project.freeze()

    return shared("sample-night", make)


@pytest.fixture
def company(tmp_path, monkeypatch):
    """An empty company folder that commands of this process read, at the tests' instant."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("AI_COST_COMPANY", str(folder))
    monkeypatch.setenv("AI_COST_NOW", NOW)
    monkeypatch.delenv("AI_COST_ORGANIZATION", raising=False)
    return folder


@pytest.fixture
def landing(tmp_path, monkeypatch):
    """A landing folder and a warehouse that no variable of the shell moves elsewhere."""
    for name in ("AI_COST_LANDING", "AI_COST_TARGET", "AI_COST_WAREHOUSE"):
        monkeypatch.delenv(name, raising=False)
    return Landing(tmp_path)
