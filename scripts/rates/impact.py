"""What rows that are not adopted yet would change in money.

The rows go into a copy of the project, the warehouse's attempts into a DuckDB file beside it, and
the project's own models weigh one with the other: there is no second way of pricing. The warehouse
is only read.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from scripts.errors import UserError
from scripts.loading.paths import literal
from scripts.operations.company import COMPANY, COPY, ORGANIZATION, bring_in, write_seeds
from scripts.rates.card import COLUMNS
from scripts.rates.meters import meters
from scripts.warehouse import WarehouseError, connect, target, warehouse_file

PROJECT = Path(__file__).resolve().parents[2]
SCRATCH = "rate_impact_scratch"
RECORDED = ("rate_card_prices", "rate_card_multipliers")
COMMUNITY = "community_prices"
ATTEMPTS = "int_accepted_attempts"
# What int_rateable_usage_daily reads, beside the quantities.
_COLUMNS = (
    "usage_date", "usage_at", "usage_at_basis", "latency_ms", "team_id", "provider",
    "billing_account_id", "billed_model", "served_model", "requested_model", "service_tier",
    "priced_tier", "region_scope", "price_status",
)  # fmt: skip
_NAMES = (
    "select column_name from information_schema.columns "
    f"where table_schema = 'intermediate' and table_name = '{ATTEMPTS}'"
)
_CHANGES = """
    select
        usage_month, team_id, sum(cost_before_usd), sum(cost_after_usd), sum(change_usd),
        cast(sum(greatest(priced_after_count - priced_before_count, 0)) as bigint),
        cast(sum(greatest(priced_before_count - priced_after_count, 0)) as bigint)
    from marts.fct_rate_changes group by 1, 2 order by 1, 2
"""


class ImpactError(UserError):
    """The rows cannot be weighed; the message says why."""


class CardError(ImpactError):
    """The rows do not make a card; the message names the tests that say so."""


@dataclass(frozen=True)
class Change:
    """What changes for a team in a month of use, USD; None where nothing has a price."""

    usage_month: date
    team_id: str
    before: Decimal | None
    after: Decimal | None
    change: Decimal
    newly_priced: int
    no_longer_priced: int


def weigh(seeds: Path, rows: list[tuple[str, ...]]) -> list[Change]:
    """The changes that rows for rate_card_prices make, by month and team.

    seeds: folder of the rate card as it is. Raises ImpactError, CardError and WarehouseError.
    """
    base = last_recorded(seeds)
    recorded = min(row[COLUMNS.index("recorded_at")] for row in rows)
    if recorded <= base:
        raise ImpactError(
            f"the card has rows recorded at {base}: what is weighed must be recorded later"
        )
    with tempfile.TemporaryDirectory(prefix="rate-impact-") as place:
        project, scratch = Path(place, "project"), Path(place, f"{SCRATCH}.duckdb")
        _copy_project(project, seeds, rows)
        _copy_attempts(scratch, Path(place, "attempts.csv"))
        _build(project, scratch, base)
        with duckdb.connect(str(scratch), read_only=True) as connection:
            return [Change(*row) for row in connection.execute(_CHANGES).fetchall()]


def last_recorded(seeds: Path) -> str:
    """The newest recorded_at of the seeds whose recordings are compared, as written there."""
    found = [""]
    files = [seeds / f"{name}.csv" for name in RECORDED]
    ours = bring_in()
    beside = [ours / "contracts" / "rate_contracts.csv", ours / "rate_cards" / f"{COMMUNITY}.csv"]
    for path in [*files, *beside]:
        with path.open(newline="", encoding="utf-8") as file:
            found += [row["recorded_at"] for row in csv.DictReader(file)]
    return max(found)


def _copy_project(project: Path, seeds: Path, rows: list[tuple[str, ...]]) -> None:
    for part in ("models", "macros", "tests/generic", "tests/assertions"):
        shutil.copytree(PROJECT / part, project / part)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT / name, project)
    write_seeds(project / "seeds")
    card = project / "seeds" / "rate_cards"
    for file in seeds.glob("*.csv"):
        shutil.copy(file, card)
    path = card / "rate_card_prices.csv"
    if not path.read_bytes().endswith(b"\n"):
        path.write_bytes(path.read_bytes() + b"\n")
    with path.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _copy_attempts(scratch: Path, between: Path) -> None:
    """The attempts' columns that decide a price, into a file of their own."""
    copy = _from_postgres if target() == "postgres" else _from_duckdb
    with duckdb.connect(str(scratch)) as connection:
        connection.execute("create schema intermediate")
        copy(connection, f"intermediate.{ATTEMPTS}", between)
        # what the bookkeeping of days reads; nothing is built by days here
        connection.execute(
            "create table intermediate.int_day_fingerprints "
            "(usage_date date, record_count bigint, day_fingerprint varchar)"
        )


def _columns() -> list[str]:
    """The columns to copy, the quantities of all meters among them."""
    with connect() as source:
        names = {name for (name,) in source.execute(_NAMES).fetchall()}
    if not names:
        raise WarehouseError("the warehouse has no priced requests yet; run `make nightly`")
    return [*_COLUMNS, *_quantities()]


def _quantities() -> list[str]:
    return ["context_tokens", *(meter.quantity for meter in meters())]


def _from_duckdb(connection: duckdb.DuckDBPyConnection, table: str, _: Path) -> None:
    columns = ", ".join(_columns())
    path = warehouse_file()
    # by the name it was built under: its views name their tables with it
    source = '"{}"'.format(path.stem.replace('"', '""'))
    connection.execute(f"attach {literal(str(path))} as {source} (read_only)")
    connection.execute(f"create table {table} as select {columns} from {source}.{table}")
    connection.execute(f"detach {source}")


def _from_postgres(connection: duckdb.DuckDBPyConnection, table: str, between: Path) -> None:
    names = _columns()
    with connect() as source:
        source.export(f"select {', '.join(names)} from {table}", between)
    types = {name: "bigint" if name in _quantities() else "varchar" for name in names}
    types |= {"usage_date": "date", "usage_at": "timestamp", "latency_ms": "bigint"}
    connection.execute(
        f"create table {table} as select * from read_csv(?, header = true, columns = {types}, "
        "allow_quoted_nulls = false)",
        [str(between)],
    )


def _build(project: Path, scratch: Path, base: str) -> None:
    environment = os.environ | {
        "AI_COST_TARGET": "duckdb",
        "AI_COST_WAREHOUSE": str(scratch),
        "DBT_PROFILES_DIR": str(project),
        "DBT_TARGET_PATH": str(project / "target"),
        "DBT_LOG_PATH": str(project / "logs"),
    }
    for name in ("AI_COST_LITELLM_SCHEMA", COMPANY, ORGANIZATION, COPY):
        environment.pop(name, None)
    done = subprocess.run(
        [
            sys.executable, "-m", "dbt.cli.main", "--quiet", "--no-use-colors", "build",
            "--select", "path:seeds/rate_cards", "path:seeds/contracts", "path:seeds/reference",
            "community_price_rules", "partly_priced_rules", "fx_rates", "int_provider_names",
            "+fct_rate_changes,path:models/intermediate/rates",
            "fct_rate_changes",
            "--indirect-selection", "cautious", "--exclude-resource-type", "unit_test",
            "--vars", f"{{rate_changes_after: '{base}'}}",
        ],
        cwd=project, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        failed = [line for line in done.stdout.splitlines() if "Failure in test" in line]
        if failed:
            names = ", ".join(line.split("Failure in test ")[1].split(" ")[0] for line in failed)
            raise CardError(f"with these rows the rate card fails its tests: {names}")
        raise ImpactError(f"the models could not be built:\n{done.stdout[-2000:]}{done.stderr}")


def lines(changes: list[Change]) -> list[str]:
    """A table by month and team, with its totals; USD to four decimals."""
    if not changes:
        return ["No request so far would cost more or less."]
    rows = [
        ("month", "team", "before USD", "after USD", "change USD", "newly priced", "price lost")
    ]
    rows += [
        (f"{each.usage_month:%Y-%m}", each.team_id, _usd(each.before), _usd(each.after),
         f"{each.change:+,.4f}", _count(each.newly_priced), _count(each.no_longer_priced))
        for each in changes
    ]  # fmt: skip
    priced = sum(each.newly_priced for each in changes)
    lost = sum(each.no_longer_priced for each in changes)
    total = sum((each.change for each in changes), Decimal(0))
    before, after = (
        sum((getattr(each, side) or Decimal(0) for each in changes), Decimal(0))
        for side in ("before", "after")
    )
    rows.append(
        ("all", "", _usd(before), _usd(after), f"{total:+,.4f}", _count(priced), _count(lost))
    )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text.ljust(width) if place < 2 else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _count(count: int) -> str:
    return f"{count:,}" if count else "-"


def _usd(amount: Decimal | None) -> str:
    return "unpriced" if amount is None else f"{amount:,.4f}"
