"""A stranger's company, end to end: own folder, own logs, own bill, every command there is.

Harm guarded against: rows of the sample company in a real warehouse; a file of the user that a
command writes over; a slip of the pen in a policy row that charges a team that does not exist.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.python.project import ROOT, Project

pytestmark = pytest.mark.wide

COMPANY = Path(__file__).parent / "fixtures" / "company"
SAMPLE = ROOT / "companies" / "sample"
# Words of the sample that are anybody's.
ANYBODYS = {"unattributed", "Unattributed", "tax", "USD", "EUR", "central", "month", "*"}
# Read by the name that a spending team is shown under, and by where it is charged.
TEAM_COLUMNS = ("team_id", "team_name", "team_lead", "cost_center_id", "pool_id", "approved_by")


class Company:
    """A company folder, a landing folder and a warehouse outside the repository."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.folder = place / "halden"
        self.landing = place / "landing"
        self.warehouse = place / "warehouse.duckdb"
        shutil.copytree(COMPANY, self.folder)
        self.put(
            "policy/budgets.csv", "team_id,budget_period,plan_usd,approved_by", ROWS["budgets"]
        )
        self.put(
            "policy/chargeback_terms.csv",
            "team_id,charge_mode,currency,valid_from,valid_to",
            ROWS["terms"],
        )
        self.put("policy/gl_accounts.csv", *ACCOUNTS)
        self.put("extra_model_aliases.csv", ALIASES, ROWS["aliases"])
        calls = [call(number) for number in range(60)]
        self.log = self.drop(
            "envelope_events/day.jsonl", "".join(f"{json.dumps(c)}\n" for c in calls)
        )
        self.bill = self.drop("openai_costs/account=halden/20261005T060000Z.json", json.dumps(BILL))
        settings = {"AI_COST_COMPANY": str(self.folder), "AI_COST_WAREHOUSE": str(self.warehouse)}
        # by the clock, and from the repository itself
        self.project = Project(place, self.landing, None, ROOT, now="", environment=settings)
        self.environment = self.project.environment

    def put(self, name: str, header: str, rows: list[str]) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([header, *rows]) + "\n")

    def drop(self, name: str, text: str) -> Path:
        path = self.landing / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
        return path

    def run(self, *command: str, code: int = 0) -> str:
        """Run a command of the project; what it said."""
        found, *both = self.project.outcome(*command)
        said = "".join(both)
        assert found == code, f"{command}: {found}\n{said}"
        assert "Traceback" not in said
        return said

    def rows(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def files(self) -> dict[str, tuple]:
        """Name, bytes and time of every file that the user points at."""
        return {
            str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
            for folder in (self.folder, self.landing)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


TEAMS = ("routing", "care", "pricing", "customs", "cx", None)
ACCOUNTS = (
    "component,charge_account,clearing_account,clearing_cost_center_id,valid_from,valid_to,note",
    [f"{part},7010,7090,cc-99,,," for part in ("direct", "direct_accrued", "invoice_received")],
)
ALIASES = "provider,alias,model,valid_from,valid_to,source"
ROWS = {
    "budgets": [f"{team},2026-10-01,5.00,Ines Falk" for team in TEAMS[:3]],
    "terms": ["*,showback,USD,,", "care,chargeback,USD,2026-10-01,"],
    "aliases": ["openai,halden-mini,gpt-5.4-mini,2026-01-01 00:00:00,,our deployment"],
}
BILL = {
    "object": "page",
    "data": [
        {
            "object": "bucket",
            "start_time": 1790812800,  # 2026-10-01
            "end_time": 1790899200,
            "results": [
                {
                    "object": "organization.costs.result",
                    "amount": {"value": "0.045", "currency": "usd"},
                    "line_item": "gpt-5.4-mini-2026-03-17, input",
                    "project_id": "proj_halden",
                    "api_key_id": "key_halden",
                    "quantity": 60000,
                    "quantity_unit": "tokens",
                }
            ],
        }
    ],
    "has_more": False,
    "next_page": None,
}


def call(number: int) -> dict:
    team = TEAMS[number % len(TEAMS)]
    return {
        "id": f"r{number}",
        "timestamp": f"2026-10-01T{number % 24:02}:30:00Z",
        "service": "nightly-batch" if number % 2 else "quotes",
        "env": "sandbox" if number % 3 else "prod",
        "provider": "openai",
        "model": "halden-mini",
        "input_tokens": 1000,
        "output_tokens": 100,
        "status": "200",
    } | ({"team": team} if team else {})


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    company = Company(tmp_path_factory.mktemp("company"))
    before = company.files()
    company.said = company.run("nightly")
    assert company.files() == before, "a night wrote to the user's files"
    return company


def sample_words() -> set[str]:
    """Every name of the sample company in a column that says whose money it is."""
    words = set()
    for file in SAMPLE.rglob("*.csv"):
        header, *rows = [line.split(",") for line in file.read_text().splitlines()]
        for row in rows:
            words |= {cell for name, cell in zip(header, row, strict=False) if name in TEAM_COLUMNS}
    return words - ANYBODYS - {""}


def test_no_mart_has_a_row_of_the_sample(night):
    words = sample_words()
    assert {"support", "data-platform", "shared-gateway", "cc-4300", "Deniz Aydin"} <= words
    columns = night.rows(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'marts' and data_type = 'VARCHAR'"
    )
    assert len(columns) > 300
    for table, column in columns:
        found = night.rows(
            f'select distinct "{column}" from marts.{table} where "{column}" is not null'
        )
        values = {value for (value,) in found}
        assert not words & values, f"{table}.{column}"
        # a name inside a sentence; short words may be part of any
        text = "\n".join(values)
        assert not [word for word in words if " " in word and word in text], f"{table}.{column}"


def test_what_the_company_states_holds(night):
    assert f"company: {night.folder} (10 files)" in night.said
    assert night.rows(
        "select team_id, count(*), count(cost_usd), min(attribution_status) "
        "from marts.fct_priced_requests group by 1 order by 1"
    ) == [
        ("care", 20, 20, "attributed"),
        ("customs", 10, 10, "attributed"),
        ("pricing", 10, 10, "attributed"),
        ("routing", 10, 10, "attributed"),
        ("unattributed", 10, 10, "unattributed"),
    ], "teams, the alias of a team, or the alias of a model"
    assert night.rows(
        "select team_id, budget_usd from marts.fct_budget_status where budget_usd > 0 order by 1"
    ) == [(team, 5) for team in ("care", "pricing", "routing")]
    assert night.rows(
        "select team_id, charge_mode from marts.fct_chargeback_statements "
        "where posting_period = date '2026-10-01' order by 1"
    ) == [
        ("care", "chargeback"),
        ("customs", "showback"),
        ("pricing", "showback"),
        ("routing", "showback"),
        ("unattributed", "showback"),
    ]


def test_what_the_company_leaves_out_is_the_default(night):
    def copied(name: str) -> list[tuple]:
        return night.rows(f"select * from seeds.{name}")

    assert copied("allocation_pools") == copied("fx_rates") == copied("shared_costs") == []
    assert len(copied("settlement_lags")) == 7 and len(copied("close_limits")) == 3


def test_every_command_leaves_the_user_files_alone(night, tmp_path):
    """All in a row on one warehouse; the ones that record a decision write that file alone."""
    company = night
    book = tmp_path / "review.xlsx"
    before = company.files()
    commands = [
        ("build", "--", "--select", "dim_teams"),
        ("dbt", "--quiet", "seed", "--select", "teams", "budgets"),
        ("headline",),
        ("report", "--out", str(tmp_path / "report")),
        ("workbook", "--out", str(book)),
        ("export", "focus", "--folder", str(tmp_path / "focus")),
        ("alerts",),
        ("audit", str(company.log)),
        ("export", "journal", "2026-10", "--folder", str(tmp_path / "close")),
        ("init", str(tmp_path / "starter")),
    ]
    for module, *arguments in commands:
        company.run(module, *arguments)
        assert company.files() == before, module
    written = hashlib.sha256(book.read_bytes()).hexdigest(), book.stat().st_mtime_ns
    company.run("import", "reviews", str(book), "--preparer", "Ines Falk")
    company.run("workbook", "--out", str(tmp_path / "other.xlsx"))
    assert (hashlib.sha256(book.read_bytes()).hexdigest(), book.stat().st_mtime_ns) == written
    assert company.files() == before
    assert "routing" in (tmp_path / "starter/organization/teams.csv").read_text()
    # the starter is a company folder as it is, whatever it is edited to
    starter = company.environment | {"AI_COST_COMPANY": str(tmp_path / "starter")}
    subprocess.run(
        [sys.executable, "-m", "scripts.cli", "dbt", "--version"],
        cwd=ROOT, env=starter, check=True, capture_output=True,
    )  # fmt: skip
    kept = company.run("init", str(tmp_path / "starter"))
    files = [each for each in (tmp_path / "starter").rglob("*") if each.is_file()]
    assert "written" not in kept and kept.count("kept") == len(files) > 10


def test_a_close_writes_its_own_file_alone(night, tmp_path):
    company = night
    company.put(
        "policy/close_limits.csv",
        "limit_name,limit_value,valid_from,valid_to,note",
        ["unattributed_share,1,,,", "unpriced_share,1,,,", "open_breaches,99,,,"],
    )
    # only what a whole night has built may be closed
    company.run("nightly")
    before = company.files()
    names = ("--prepared-by", "Ines Falk", "--approved-by", "Jon Reyes")
    company.run("close", "2026-10", *names, "--closed-at", "2026-11-20T09:00")
    after = company.files()
    closed = str(company.folder / "policy/accounting_periods.csv")
    assert after.pop(closed) and after == before
    company.run("export", "ledger", "--folder", str(tmp_path / "ledger"))
    assert {path: said for path, said in company.files().items() if path != closed} == before


TYPOS = {
    "policy/budgets.csv": ("team_id,budget_period,plan_usd,approved_by", ["T2,2026-10-01,5.00,x"]),
    "policy/chargeback_terms.csv": (
        "team_id,charge_mode,currency,valid_from,valid_to",
        ["suport-typo,showback,USD,,", "care,showback,USD,,"],
    ),
    "policy/chargeback_adjustments.csv": (
        "adjustment_id,usage_period,team_id,cost_center_id,amount_usd,reason,reference,prepared_by,"
        "approved_by,recorded_at,note",
        ["adj-1,2026-11-01,t9typo,cc-77,5.00,goodwill,,Ines,Jon,2026-11-02 09:00:00,"],
    ),
    "policy/allocation_pools.csv": (
        "pool_id,pool_name,pool_kind,cost_source,team_id,environment,priority,central_team_id,"
        "central_cost_center_id,note",
        ["gw,Gateway,gateway_infrastructure,shared_costs,,,10,platfrom,cc-10,"],
    ),
    "policy/allocation_rules.csv": (
        "rule_id,pool_id,method,allocated_by,driver_provider,driver_environment,valid_from,valid_to,"
        "approved_by,note",
        ["r1,gww,even,month,opanai,,2026-01-01,,x,"],
    ),
    "policy/allocation_rule_teams.csv": (
        "rule_id,team_id,treatment,fixed_percent",
        ["r1,t9typo,include,", "r2,care,include,"],
    ),
    "contracts/rate_contracts.csv": (
        "contract_id,provider,billing_account_id,price_of_unlisted,currency,valid_from,valid_to,recorded_at,status,"
        "source",
        ["c1,openai,hadlen,list,USD,2026-01-01 00:00:00,,2026-01-01 00:00:00,effective,x"],
    ),
    "policy/gl_accounts.csv": (
        ACCOUNTS[0],
        ["direct,6510,2110,cc-9000,,,"],
    ),
}
NAMED = [
    'budgets.csv (T2, 2026-10-01), team_id: unknown team "T2"',
    'chargeback_terms.csv (suport-typo, -), team_id: unknown team "suport-typo"',
    'chargeback_terms.csv (-), team_id: team without terms "pricing"',
    'chargeback_adjustments.csv (adj-1), team_id: unknown team "t9typo"',
    'chargeback_adjustments.csv (adj-1), cost_center_id: unknown cost_center "cc-77"',
    'allocation_pools.csv (gw), central_team_id: unknown team "platfrom"',
    'allocation_rules.csv (r1), pool_id: unknown pool "gww"',
    'allocation_rules.csv (r1), driver_provider: unknown provider "opanai"',
    'allocation_rule_teams.csv (r1, t9typo), team_id: unknown team "t9typo"',
    'allocation_rule_teams.csv (r2, care), rule_id: unknown allocation_rule "r2"',
    "rate_contracts.csv (c1, 2026-01-01 00:00:00), billing_account_id: "
    'unknown billing_account "hadlen"',
    'gl_accounts.csv (direct, -), clearing_cost_center_id: unknown cost_center "cc-9000"',
]


def test_every_name_that_does_not_exist_is_named(night):
    for name, (header, rows) in TYPOS.items():
        night.put(name, header, rows)
    files = [Path(name).stem for name in TYPOS]
    night.run("dbt", "--quiet", "seed", "--select", *files)
    night.run("dbt", "--quiet", "run", "--select", "int_policy_names", "int_policy_issues")
    said = night.run(*("dbt", "--quiet", "test", "--select", "assert_policy_names_exist"), code=1)
    missed = [line for line in NAMED if line not in said]
    assert not missed, said
    assert '"*"' not in said
