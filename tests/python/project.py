"""The project as its users run it: a landing folder, a night's job, and the marts it leaves."""

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import psycopg2

ROOT = Path(__file__).resolve().parents[2]
MARTS = (
    "fct_priced_requests",
    "fct_spend_daily",
    "fct_reconciliation_daily",
    "fct_reconciliation_provider_daily",
    "fct_reconciliation_team_daily",
    "fct_reconciliation_monthly",
    "fct_reconciliation_exceptions",
    "fct_leaked_spend",
    "fct_unmetered_usage_daily",
    "fct_settlement_watermarks",
    "fct_reconciliation_invoices",
    "fct_provider_restatements",
    "fct_quarantined_records",
    "dim_teams",
    "dim_cost_centers",
    "fct_logical_requests",
    "fct_traces",
    "fct_request_tags",
    "fct_attribution_coverage_daily",
    "dim_models",
    "dim_rate_cards",
    "rpt_focus_cost_and_usage",
    "rpt_focus_invoice_detail",
    "rpt_focus_billing_period",
    "rpt_focus_cost_and_usage_v1_2",
    "fct_rate_changes",
    "dim_dates",
    "fct_efficiency_daily",
    "fct_efficiency_weekly",
    "fct_model_mix_weekly",
    "fct_retry_paths_weekly",
    "fct_prompt_regressions",
    "fct_cache_savings_monthly",
    "fct_savings_opportunities",
    "fct_alerts",
    "fct_chargeback_ledger",
    "fct_chargeback_statements",
    "fct_chargeback_statement_lines",
    "fct_chargeback_top_requests",
    "fct_budget_status",
    "fct_spend_anomalies",
    "fct_unit_costs",
)
PARSED = "partial_parse.msgpack"
# What counts as now: after all that the tests log. The clock would move what is asserted.
NOW = "2027-03-01T06:00:00Z"
# The morning after the sample's quarter, for what is counted back from the day of the run.
AFTER_SAMPLE = "2026-10-01T06:00:00Z"
# When a file was loaded, or how old an item is today, says nothing of what is in it.
NOT_COMPARED = {"loaded_at", "age_days", "InvoiceDetailLastUpdated"}


class Project:
    """One warehouse, fed from one landing folder by one copy of the project.

    The copy and the warehouse lie beside each other and are named by their way from the copy, so
    that all warehouses have one profile: dbt then takes what it parsed for another one.
    """

    _parsed: Path | None = None

    def __init__(
        self,
        folder: Path,
        landing: Path,
        postgres: dict | None = None,
        root: Path | None = None,
        now: str = NOW,
    ):
        self.landing = landing.absolute()
        self.warehouse = folder / "warehouse.duckdb"
        self.target = folder / "target"
        self._postgres = postgres
        self.root = root or copy_project(folder)
        self._environment = os.environ | {
            "AI_COST_LANDING": str(self.landing),
            "AI_COST_WAREHOUSE": os.path.relpath(self.warehouse, self.root),
            "AI_COST_TARGET": "postgres" if postgres else "duckdb",
            "AI_COST_USER_KEY": "test-key",
            "AI_COST_NOW": now,
            "DBT_PROFILES_DIR": str(self.root),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(folder / "logs"),
            **(postgres or {}),
        }

    def run(self, *command: str) -> str:
        """Run a command of the project; its output, or an AssertionError that shows it."""
        self._take_what_was_parsed()
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
        if Project._parsed is None and (self.target / PARSED).exists():
            Project._parsed = self.target / PARSED
        return done.stdout

    def _take_what_was_parsed(self) -> None:
        """Parsing anew takes a third of a build; dbt itself sees what differs."""
        if Project._parsed and not (self.target / PARSED).exists():
            self.target.mkdir(parents=True, exist_ok=True)
            shutil.copy(Project._parsed, self.target)

    def start(self, *command: str, **options) -> subprocess.Popen:
        """Start a command of the project in a group of its own, so that it can be killed whole."""
        options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT} | options
        return subprocess.Popen(
            command, cwd=self.root, env=self._environment, start_new_session=True, **options
        )

    def python(self, module: str, *arguments: str) -> str:
        return self.run(sys.executable, "-m", module, *arguments)

    def load(self) -> str:
        return self.python("scripts.load_raw")

    def dbt(self, *arguments: str) -> str:
        return self.run(str(Path(sys.executable).parent / "dbt"), "--quiet", *arguments)

    def build(self, *arguments: str) -> None:
        """Seeds, models and the identities of tests/assertions; unit tests and the tests of
        single columns, three in four of all nodes, are run where the whole build is tested.
        """
        self.dbt(
            *("build", "--exclude-resource-type", "unit_test"),
            *("--exclude", "test_type:generic", *arguments),
        )

    def nightly(self, *arguments: str) -> None:
        self.load()
        self.build(*arguments)

    def rows(self, sql: str) -> list[tuple]:
        if self._postgres is None:
            with duckdb.connect(str(self.warehouse), read_only=True) as connection:
                return connection.execute(sql).fetchall()
        address = {name.removeprefix("PG").lower(): value for name, value in self._postgres.items()}
        address["dbname"] = address.pop("database")
        with closing(psycopg2.connect(**address)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

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


def _sortable(value) -> tuple[bool, str]:
    return value is None, str(value)


def copy_project(folder: Path) -> Path:
    """A copy of the project whose seeds and models a test may change; the one that is there."""
    root = folder / "project"
    if root.exists():
        return root
    ignored = shutil.ignore_patterns(".*", "target", "logs", "landing", "*.duckdb*", "fixtures")
    shutil.copytree(ROOT, root, ignore=ignored)
    return root


def assert_same_marts(found: dict[str, list[tuple]], expected: dict[str, list[tuple]]) -> None:
    """Row for row and digit for digit, with the first difference in the message."""
    for name, rows in expected.items():
        assert len(found[name]) == len(rows), f"{name}: {len(found[name])} rows, not {len(rows)}"
        for mine, theirs in zip(found[name], rows, strict=True):
            assert mine == theirs, f"{name}:\n{mine}\n{theirs}"
