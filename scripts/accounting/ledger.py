"""Reading the ledger from the warehouse."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from scripts.accounting.entries import columns
from scripts.operations.company import bring_in
from scripts.warehouse import WarehouseError, connect

ROOT = Path(__file__).resolve().parents[2]
POSTED = "ledger.posted_entries"
LEDGER = "marts.fct_chargeback_ledger"


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def query(sql: str) -> list[tuple]:
    """Rows of a query; raises WarehouseError in one sentence."""
    with connect() as connection:
        try:
            return connection.execute(sql).fetchall()
        except Exception as error:  # the engines have no exception in common
            raise WarehouseError(f"the warehouse refuses: {str(error).splitlines()[0]}") from error


def posted_tables() -> set[str]:
    """The tables of the ledger that are there; an earlier version has fewer."""
    found = query("select table_name from information_schema.tables where table_schema = 'ledger'")
    return {name for (name,) in found}


def read_entries(period: date, relation: str = POSTED, posted_at: str | None = None) -> list[tuple]:
    """Entries of a period, columns as declared; `posted_at` stands in for that of open entries."""
    named = [
        f"cast('{posted_at}' as timestamp)" if name == "posted_at" and posted_at else name
        for name in columns()
    ]
    return query(
        f"select {', '.join(named)} from {relation} where posting_period = date '{period}'"
    )


def posted_periods() -> list[date]:
    """The months that have posted entries, oldest first."""
    return [row[0] for row in query(f"select distinct posting_period from {POSTED} order by 1")]


def dbt(*arguments: str) -> None:
    """Run dbt in the project; raises WarehouseError with what it printed."""
    bring_in()
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "--quiet", *arguments],
        cwd=ROOT,
        env=os.environ | {"DBT_PROFILES_DIR": os.environ.get("DBT_PROFILES_DIR", str(ROOT))},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise WarehouseError(f"dbt {arguments[0]} failed:\n{done.stdout}{done.stderr}".rstrip())
