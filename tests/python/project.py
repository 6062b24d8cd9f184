"""The project as its users run it: a landing folder, a night's job, and the marts it leaves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from unittest.mock import patch

import duckdb
import msgpack
import psycopg2

from scripts.operations import company, made_of
from tests.python import prepared
from tests.python.warm_dbt import Request, WarmDbt

ROOT = Path(__file__).resolve().parents[2]
MARTS = (
    "fct_priced_requests",
    "fct_spend_daily",
    "fct_spend_by_context_daily",
    "fct_reconciliation_daily",
    "fct_reconciliation_provider_daily",
    "fct_reconciliation_team_daily",
    "fct_reconciliation_monthly",
    "fct_reconciliation_totals",
    "fct_reconciliation_drift",
    "fct_reconciliation_accuracy",
    "fct_reconciliation_exceptions",
    "fct_leaked_spend",
    "fct_call_evidence",
    "fct_evidence_conflicts",
    "fct_unmetered_usage_daily",
    "fct_settlement_watermarks",
    "fct_bill_files",
    "fct_bill_findings",
    "fct_prepaid_balances",
    "fct_purchase_orders",
    "fct_claims",
    "fct_reconciliation_invoices",
    "fct_invoice_payments",
    "fct_provider_restatements",
    "fct_quarantined_records",
    "dim_teams",
    "dim_business_units",
    "dim_entities",
    "dim_providers",
    "dim_cost_centers",
    "fct_logical_requests",
    "fct_traces",
    "fct_request_tags",
    "fct_attribution_coverage_daily",
    "fct_unpriced_usage_daily",
    "fct_unpriced_meters_daily",
    "fct_ended_names_daily",
    "fct_unknown_services",
    "dim_models",
    "dim_rate_cards",
    "rpt_focus_cost_and_usage",
    "rpt_focus_invoice_detail",
    "rpt_focus_billing_period",
    "rpt_focus_cost_and_usage_v1_2",
    "fct_rate_changes",
    "fct_contract_tiers",
    "dim_dates",
    "fct_efficiency_daily",
    "fct_efficiency_weekly",
    "fct_model_mix_weekly",
    "fct_retry_paths_weekly",
    "fct_model_drift_daily",
    "fct_prompt_regressions",
    "fct_prompt_input_growth",
    "fct_costliest_traces_weekly",
    "fct_unit_cost_changes",
    "fct_spend_quarterly",
    "fct_spend_fiscal",
    "dim_fiscal_periods",
    "fct_reconciliation_team_model_daily",
    "fct_cache_savings_monthly",
    "fct_savings_opportunities",
    "fct_alerts",
    "fct_chargeback_report",
    "fct_chargeback_ledger",
    "fct_chargeback_statements",
    "fct_accrual_accuracy",
    "fct_capacity_costs",
    "fct_chargeback_statement_lines",
    "fct_closed_documents",
    "fct_approvals",
    "fct_chargeback_top_requests",
    "fct_budget_status",
    "fct_task_budgets",
    "fct_spend_anomalies",
    "fct_spend_anomaly_drivers",
    "fct_unit_costs",
    "fct_unit_costs_daily",
    "fct_user_spend_monthly",
    "fct_spend_forecast",
    "fct_outcome_costs_daily",
    "fct_model_success_daily",
    "fct_cost_percentiles_daily",
)
COMMAND = "scripts.cli"
DBT = str(Path(sys.executable).parent / "dbt")
# One thread: the tests share the processors as they are.
QUICK = ("--quiet", "--no-write-json", "--threads", "1")
PARSED = "partial_parse.msgpack"
# What counts as now: after all that the tests log. The clock would move what is asserted.
NOW = "2027-03-01T06:00:00Z"
# The morning after the sample's quarter, for what is counted back from the day of the run.
AFTER_SAMPLE = "2026-10-01T06:00:00Z"
# Whichever warehouse: dbt takes what it parsed for another one only where their profiles are alike.
NOWHERE = {
    "AI_COST_WAREHOUSE": "../warehouse.duckdb",
    "PGHOST": "localhost",
    "PGPORT": "5432",
    "PGUSER": "nobody",
    "PGPASSWORD": "",
    "PGDATABASE": "nowhere",
}
MAKING = ("build", "run", "seed")
# When a file was loaded, or how old an item is today, says nothing of what is in it.
NOT_COMPARED = {"loaded_at", "age_days", "InvoiceDetailLastUpdated"}


def server_connection(address: dict[str, str]):
    """A connection to the PostgreSQL that PG variables name."""
    named = {name.removeprefix("PG").lower(): value for name, value in address.items()}
    return psycopg2.connect(dbname=named.pop("database"), **named)


class Project:
    """One warehouse, fed from one landing folder by one copy of the project.

    The copy and the warehouse lie in one folder, and the warehouse is named by its way from the
    copy, so that all warehouses have one profile: dbt then takes what it parsed for another one.

    dbt runs in a fork of a warm process (warm_dbt.py), from what was parsed once. On DuckDB a
    warehouse begins as a copy of an empty one that has all views and seeds (prepared.py), and a
    build leaves out what it would make of the same again. `run` and `start` do nothing of the
    kind: they are the commands as users run them.
    """

    def __init__(
        self,
        folder: Path,
        landing: Path,
        postgres: dict | None = None,
        root: Path | None = None,
        now: str = NOW,
        environment: dict[str, str] | None = None,
        is_bare: bool = False,
    ):
        """`is_bare`: begin with no warehouse at all."""
        self.landing = landing.absolute()
        self.warehouse = folder / "warehouse.duckdb"
        self.target = folder / "target"
        self._postgres = postgres
        self.root = root or copy_project(folder)
        self._is_frozen = False
        self._is_bare = is_bare
        self._inherited = _inherited()
        self._environment = {
            "AI_COST_LANDING": str(self.landing),
            "AI_COST_WAREHOUSE": os.path.relpath(self.warehouse, self.root),
            "AI_COST_TARGET": "postgres" if postgres else "duckdb",
            "AI_COST_USER_KEY": "test-key",
            # its seeds are the sample company's already
            company.COMPANY: "",
            company.ORGANIZATION: "",
            "AI_COST_NOW": now,
            "DBT_PROFILES_DIR": str(self.root),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(folder / "logs"),
            **(postgres or {}),
            **(environment or {}),
        }

    @property
    def environment(self) -> dict[str, str]:
        """All variables of its commands: what was there when it was made, and its own."""
        return self._inherited | self._environment

    def __getstate__(self) -> dict:
        return self.__dict__ | {"_inherited": None}

    def __setstate__(self, state: dict) -> None:
        self.__dict__ |= state | {"_inherited": _inherited()}

    def run(self, *command: str) -> str:
        """Run a command of the project; its output, or an AssertionError that shows it."""
        self._take_what_was_parsed()
        self._forget()
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self, *command: str, **options) -> subprocess.Popen:
        """Start a command of the project in a group of its own, so that it can be killed whole."""
        self._forget()
        options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT} | options
        return subprocess.Popen(
            command, cwd=self.root, env=self.environment, start_new_session=True, **options
        )

    def ai_cost(self, *arguments: str) -> str:
        """Run the project's command; what it says, or an AssertionError that shows it."""
        if self._engine == "spark":
            return self.run(sys.executable, "-m", COMMAND, *arguments)
        code, said, complained = self.outcome(*arguments)
        assert code == 0, f"ai-cost {arguments} failed:\n{said}\n{complained}"
        return said

    def outcome(self, *arguments: str) -> tuple[int, str, str]:
        """Run the project's command in a fork: exit code, output, complaints."""
        self._forget()
        manifest = self.parsed() / PARSED
        return _warm(self._request(arguments, {}, COMMAND), manifest, Path(os.devnull))

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """For commands that make nothing but seeds of their own: what is known stays known."""
        known = self._state()
        yield
        self._remember(known)

    def run_at(self, instant: str) -> None:
        """What counts as now, from here on."""
        self._environment["AI_COST_NOW"] = instant

    def load(self) -> str:
        """Load what is new, beginning with an empty warehouse that is prepared."""
        self.begin()
        known = self._state()
        said = self.ai_cost("load")
        self._remember(known)
        return said

    def dbt(self, *arguments: str) -> str:
        """Run dbt; its output, or an AssertionError that shows it."""
        if arguments[0] == "parse" or self._engine == "spark":
            return self.run(DBT, "--quiet", *arguments)
        if arguments[0] not in MAKING:
            return self._run_warm(arguments, [])[0]
        self.begin()
        return self.make(*arguments)

    def build(self, *arguments: str) -> None:
        """Seeds, models and the identities of tests/assertions; unit tests and the tests of
        single columns, three in four of all nodes, are run where the whole build is tested.
        """
        self.dbt(
            *("build", "--exclude-resource-type", "unit_test"),
            *("--exclude", "test_type:generic", *arguments),
        )

    def build_part(self, *selected: str) -> None:
        """These nodes, and the data tests that need nothing else."""
        self.dbt(
            *("build", "--exclude-resource-type", "unit_test"),
            *("--indirect-selection", "cautious", "--select", *selected),
        )

    def build_whole(self) -> str:
        """Every node and every test, whatever is there already."""
        self._forget()
        return self.make("build")

    def build_as_users_do(self, *arguments: str) -> str:
        """Every node and every test, by a dbt of its own that begins with nothing."""
        return self.run(DBT, "--quiet", "build", *arguments)

    def nightly(self, *arguments: str) -> None:
        self.load()
        self.build(*arguments)

    def copy(self, folder: Path, root: Path | None = None) -> Project:
        """Another one on DuckDB whose warehouse is as this one's is now, to be changed apart."""
        own = {
            name: value
            for name, value in self._environment.items()
            if name.startswith("AI_COST_") and name not in ("AI_COST_LANDING", "AI_COST_WAREHOUSE")
        }
        other = Project(folder, self.landing, None, root or self.root, environment=own)
        for file in (self.warehouse, self.known):
            if file.exists():
                shutil.copy(file, folder)
        return other

    def freeze(self) -> Project:
        """From now on it is only read: other workers do so too. Whoever writes takes a copy."""
        self._is_frozen = True
        return self

    @property
    def _engine(self) -> str:
        return self._environment["AI_COST_TARGET"]

    @property
    def known(self) -> Path:
        """Which nodes the warehouse has, and what they were made of."""
        return Path(f"{self.warehouse}.made")

    @property
    def _zone(self) -> str | None:
        """Of this machine's clock: in another one all rows are made, views are the same."""
        return self.environment.get("TZ")

    def _state(self) -> dict[str, str]:
        return json.loads(self.known.read_text()) if self.known.exists() else {}

    def _remember(self, state: dict[str, str]) -> None:
        if self._engine == "duckdb":
            self.known.write_text(json.dumps(state))

    def _forget(self) -> None:
        if not self._is_frozen:
            self.known.unlink(missing_ok=True)

    def begin(self) -> None:
        """Take a copy of the empty warehouse, where there is none yet."""
        assert not self._is_frozen, "others read this warehouse: work in a copy of it"
        if self._is_bare or self._engine != "duckdb" or self.warehouse.exists():
            return
        code = prepared.code_key(self.root, self.environment)
        # a model or a setting of one test's own is not worth preparing for
        if code == _usual_code():
            folder = prepared.CACHE / f"code-{code}" / "empty"
            with prepared.made_once(folder) as is_missing:
                if is_missing:
                    _make_empty(folder)
            for name in ("warehouse.duckdb", "warehouse.duckdb.made"):
                shutil.copy(folder / name, self.warehouse.parent)

    def make(self, *arguments: str) -> str:
        """A command of dbt that makes nodes, without those that would be made of the same again."""
        states, known = self._definitions(arguments), self._state()
        # whatever ends it on its way leaves a warehouse of which nothing is known
        self._forget()
        up_to_date = [name for name, state in states.items() if known.get(name) == state]
        said, ran = self._run_warm(arguments, up_to_date)
        self._remember(known | {name: states[name] for name in ran if name in states})
        return said

    def _definitions(self, arguments: tuple[str, ...]) -> dict[str, str]:
        if self._engine != "duckdb":  # elsewhere a view goes with the table it reads
            return {}
        variables = prepared.variables(arguments)
        nodes = json.loads((self.parsed(variables) / "nodes.json").read_text())
        key = prepared.code_key(self.root, self.environment, variables)
        return made_of.Definitions(nodes, self.root, key + str(self._zone), views_key=key).all()

    def parsed(self, variables: dict | None = None) -> Path:
        """The folder of the parsed project."""
        variables = variables or {}
        early = {k: v for k, v in variables.items() if k not in prepared.READ_LATE}
        code = prepared.code_key(self.root, self.environment, early)
        folder = prepared.CACHE / f"code-{code}" / f"parsed-{self._engine}"
        with prepared.made_once(folder) as is_missing:
            if is_missing:
                folder.mkdir()
                self._take_another(folder)
                arguments = ["parse", "--quiet", "--no-write-json", "--target-path", str(folder)]
                request = self._request(
                    [*arguments, *(("--vars", json.dumps(early)) if early else ())],
                    NOWHERE,
                )
                code, said, complained = _warm(request, None, folder / "nodes.json")
                assert code == 0, f"the project cannot be parsed:\n{said}\n{complained}"
        return folder

    def _take_another(self, folder: Path) -> None:
        """What was parsed of the project as it is: dbt sees what differs and parses only that.

        Not what was parsed of another test's change: a column that it took out of a YAML stays out.
        """
        usual = prepared.CACHE / f"code-{_usual_code()}" / f"parsed-{self._engine}"
        if usual != folder and usual.with_suffix(".done").exists():
            with suppress(FileNotFoundError):  # just removed by another session
                shutil.copy(usual / PARSED, folder)

    def _run_warm(self, arguments: tuple[str, ...], up_to_date: list[str]) -> tuple[str, list[str]]:
        """What a command of dbt says, and the nodes that it made."""
        assert not self._is_frozen, "others read this warehouse: work in a copy of it"
        manifest = self.parsed(prepared.variables(arguments)) / PARSED
        first, *others = arguments
        request = self._request((first, *QUICK, *others), {"DBT_LOG_LEVEL_FILE": "none"})
        with tempfile.TemporaryDirectory() as scratch:
            ids = Path(scratch) / "ids.json"
            ids.write_text(json.dumps(up_to_date))
            code, said, complained = _warm(request, manifest, ids)
            assert code == 0, f"dbt {arguments} failed:\n{said}\n{complained}"
            return said, json.loads(ids.read_text())

    def _request(self, arguments: Sequence[str], more: dict, module: str | None = None) -> dict:
        return {
            "module": module,
            "arguments": list(arguments),
            "root": str(self.root),
            "environment": self.environment | more,
        }

    def _take_what_was_parsed(self) -> None:
        """For commands that start dbt themselves: dbt sees what differs and parses only that."""
        file = self.target / PARSED
        if self._engine == "duckdb" and not file.exists():
            parsed = msgpack.unpackb((self.parsed({}) / file.name).read_bytes())
            # a seed is read where it was parsed, and that copy of the project may be gone
            for node in parsed["nodes"].values():
                if "root_path" in node:
                    node["root_path"] = str(self.root)
            self.target.mkdir(parents=True, exist_ok=True)
            file.write_bytes(msgpack.packb(parsed))

    def rows(self, sql: str) -> list[tuple]:
        if self._postgres is None:
            with self.reading() as connection:
                return connection.execute(sql).fetchall()
        with (
            closing(server_connection(self._postgres)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
            return cursor.fetchall()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to read by, on DuckDB alone; a frozen warehouse is opened once for all."""
        if self._is_frozen:
            with _reader(self.warehouse).cursor() as connection:
                yield connection
        else:
            with duckdb.connect(str(self.warehouse), read_only=True) as connection:
                yield connection

    def write(self, *statements: str) -> None:
        """Change the warehouse by hand, as nobody should."""
        if self._postgres is None:
            with duckdb.connect(str(self.warehouse)) as connection:
                for sql in statements:
                    connection.execute(sql)
            return
        with (
            closing(server_connection(self._postgres)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            for sql in statements:
                cursor.execute(sql)

    def value(self, sql: str):
        return self.rows(sql)[0][0]

    def columns(self, mart: str) -> list[tuple[str, str]]:
        return self.rows(
            "select column_name, data_type from information_schema.columns "
            f"where table_schema = 'marts' and table_name = '{mart}' order by ordinal_position"
        )

    def mart(self, name: str) -> list[tuple]:
        """All rows of a mart, in one order whatever the engine."""
        # quoted: the columns of FOCUS have names in mixed case
        names = [f'"{column}"' for column, _ in self.columns(name) if column not in NOT_COMPARED]
        found = self.rows(f"select {', '.join(names)} from marts.{name}")
        return sorted(found, key=lambda row: tuple(map(_sortable, row)))

    def marts(self) -> dict[str, list[tuple]]:
        return {name: self.mart(name) for name in MARTS}


@cache
def _reader(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """To open a file of 400 views takes a tenth of a second, most questions a hundredth of that."""
    return duckdb.connect(str(warehouse), read_only=True)


@cache
def _usual_code() -> str:
    """The key of a copy of the project that no test has changed, with no setting of its own."""
    copy = prepared.shared("copy", copy_project)
    plain = Project(copy.parent, copy.parent)
    return prepared.code_key(plain.root, plain.environment)


def _make_empty(folder: Path) -> None:
    _fill_empty(Project(folder, folder))


def _fill_empty(empty: Project) -> None:
    empty.make("build", "--exclude-resource-type", "test", "unit_test")
    with duckdb.connect(str(empty.warehouse)) as connection:
        connection.execute("delete from ops.build_events")


def prepare_a_change(usual: Project, changed: Project) -> None:
    """Keep an empty warehouse for a changed project; only what differs from the usual is made."""
    for file in (usual.warehouse, usual.known):
        shutil.copy(file, changed.warehouse.parent)
    folder = prepared.CACHE / f"code-{prepared.code_key(changed.root, changed.environment)}"
    with prepared.made_once(folder / "empty") as is_missing:
        if is_missing:
            _fill_empty(changed)
            (folder / "empty").mkdir()
            for file in (changed.warehouse, changed.known):
                shutil.copy(file, folder / "empty")


@cache
def _warm_dbt() -> WarmDbt:
    """One per process of tests."""
    return WarmDbt()


def _warm(request: dict, manifest: Path | None, ids: Path) -> tuple[int, str, str]:
    """Exit code, output and complaints."""
    with tempfile.NamedTemporaryFile() as output, tempfile.NamedTemporaryFile() as errors:
        files = {"output": output.name, "errors": errors.name}
        files |= {"manifest": manifest and str(manifest), "ids": str(ids)}
        code = _warm_dbt().run(Request(**request, **files))
        return code, output.read().decode(), errors.read().decode()


def in_a_fork(
    arguments: list[str], environment: dict[str, str], manifest: Path, pasted: str
) -> subprocess.CompletedProcess:
    """The project's command with what was parsed, and with something pasted into it."""
    request = {"module": COMMAND, "arguments": arguments, "root": str(ROOT)}
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(pasted)
        file.flush()
        request |= {"environment": environment, "pasted": file.name}
        return subprocess.CompletedProcess(arguments, *_warm(request, manifest, Path(os.devnull)))


def _sortable(value) -> tuple[bool, str]:
    return value is None, str(value)


def _inherited() -> dict[str, str]:
    """The variables there are, without the copy of a company that a test named in this process."""
    return {name: value for name, value in os.environ.items() if name != company.COPY}


def copy_project(folder: Path) -> Path:
    """A copy of the project whose seeds and models a test may change; the one that is there."""
    root = folder / "project"
    if root.exists():
        return root
    ignored = shutil.ignore_patterns(".*", "target", "logs", "landing", "*.duckdb*", "fixtures")
    shutil.copytree(ROOT, root, ignore=ignored)
    # The sample company's files in place of the neutral ones: plain dbt then knows its teams.
    with patch.dict(os.environ, {company.COMPANY: str(company.SAMPLE), company.ORGANIZATION: ""}):
        company.write_seeds(root / "seeds")
    return root


def assert_same_marts(found: dict[str, list[tuple]], expected: dict[str, list[tuple]]) -> None:
    """Row for row and digit for digit, with the first difference in the message."""
    for name, rows in expected.items():
        assert len(found[name]) == len(rows), f"{name}: {len(found[name])} rows, not {len(rows)}"
        for mine, theirs in zip(found[name], rows, strict=True):
            assert mine == theirs, f"{name}:\n{mine}\n{theirs}"
