"""Whoever changes a closed month is named: the table, the file, the seed.

Harm guarded against: a row of a document, or a file that was handed on, that somebody changed after
it was approved, and that the next check passes.
"""

import csv
import shutil
from dataclasses import asdict
from datetime import datetime

import duckdb
import pyarrow.parquet as pq
import pytest

from scripts.accounting import close_pack, focus_file, ledger_files, verify
from scripts.accounting.entries import as_csv
from scripts.accounting.manifest import MANIFEST
from scripts.accounting.periods import read_periods
from scripts.accounting.posting import DOCUMENTS, TABLES, post, posted_documents, posted_rows
from scripts.errors import Refused
from scripts.publishing.focus import FORMATS, Approved, write_file
from scripts.warehouse import connect
from tests.python.posted_month import OCTOBER, TEXTS, closed_month, definitions, focus_columns

DOCUMENT_TABLES = TABLES | {focus_file.NAME: focus_file.TABLE}
EXPORTED = (
    "ledger/2026-10.csv", "ledger/2026-10.parquet",
    *(f"ledger/2026-10/{name}" for name in (*DOCUMENT_TABLES, *TEXTS, MANIFEST)
      if name != "entries.csv"),
    *(f"ledger/2026-10/{name.replace('.csv', '.parquet')}" for name in DOCUMENT_TABLES
      if name != "entries.csv"),
    *(f"close/2026-10/{name}" for name in (*DOCUMENT_TABLES, *TEXTS, MANIFEST, "SUMMARY.md")),
    *(f"focus/2026-10/{name}.{form}" for form in FORMATS
      for name in ("cost_and_usage", "cost_and_usage_v1_2")),
)  # fmt: skip
OLDER = """
    create or replace view marts.{older} as select {columns} from marts.{mart}
"""


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A closed month with all its exports."""
    folder = tmp_path_factory.mktemp("posted")
    with pytest.MonkeyPatch.context() as patch:
        settings(patch, folder)
        with duckdb.connect(str(folder / "w.duckdb")) as connection:
            connection.execute(";".join(definitions()))
            connection.execute(f"drop table marts.{focus_file.OLDER_MART}")
            connection.execute(OLDER.format(
                older=focus_file.OLDER_MART, mart=focus_file.MART,
                columns=", ".join(older_columns()),
            ))  # fmt: skip
        period, _, month = closed_month()
        post({OCTOBER: month})
        write_seed(folder, asdict(period))
        with duckdb.connect(str(folder / "w.duckdb")) as connection:
            connection.execute(
                "create table marts.fct_closed_documents as from ledger.posted_documents"
            )
            connection.execute(
                "create table marts.fct_chargeback_statements as from ledger.posted_statements"
            )
        ledger_files.export(folder / "ledger", [period])
        close_pack.export(OCTOBER, folder / "close")
        export_focus(folder / "focus" / "2026-10")
    return folder


def settings(patch, folder) -> None:
    for name, value in {
        "AI_COST_TARGET": "duckdb", "AI_COST_WAREHOUSE": folder / "w.duckdb",
        "AI_COST_COMPANY": folder / "own", "AI_COST_LEDGER": folder / "ledger",
        "AI_COST_ORGANIZATION": "",
    }.items():  # fmt: skip
        patch.setenv(name, str(value))


def older_columns() -> list[str]:
    """The columns of FOCUS 1.2, as the mart has them from 1.4."""
    renamed = {
        "PricingCurrency": "BillingCurrency",
        "PricingCurrencyContractedUnitPrice": "ContractedUnitPrice",
        "PricingCurrencyEffectiveCost": "EffectiveCost",
        "PricingCurrencyListUnitPrice": "ListUnitPrice",
        "ProviderName": "ServiceProviderName",
        "PublisherName": "x_ModelDeveloper",
    }
    names = focus_columns(focus_file.OLDER_MART)
    return [f'"{renamed.get(name, name)}" as "{name}"' for name in names]


def write_seed(folder, row: dict) -> None:
    file = folder / "own/policy/accounting_periods.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="") as text:
        writer = csv.DictWriter(text, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)


def export_focus(place) -> None:
    place.mkdir(parents=True)
    with connect() as connection:
        period = datetime(2026, 10, 1)
        approved = Approved(connection, period)
        for name, mart in (
            ("cost_and_usage", focus_file.MART), ("cost_and_usage_v1_2", focus_file.OLDER_MART),
        ):  # fmt: skip
            for form in FORMATS:
                write_file(connection, mart, period, place / f"{name}.{form}", approved)


@pytest.fixture
def month(closed, tmp_path, monkeypatch):
    """A copy of it, to be forged."""
    folder = shutil.copytree(closed, tmp_path / "month")
    settings(monkeypatch, folder)
    return folder


def outcome(capsys, *folders) -> tuple[int, str]:
    code = verify.verify(list(folders))
    return code, capsys.readouterr().err


def exports(folder) -> list:
    return [folder / name for name in ("ledger", "close", "focus")]


def test_what_was_approved_and_exported_passes(month, capsys):
    assert sorted(EXPORTED) == sorted(
        file.relative_to(month).as_posix()
        for folder in exports(month)
        for file in folder.rglob("*.*")
        if file.is_file()
    )
    assert outcome(capsys, *exports(month)) == (0, "")
    assert verify.said_of_ledger() == []
    posted = (month / "ledger/2026-10" / focus_file.NAME).read_bytes()
    assert (month / "focus/2026-10/cost_and_usage.csv").read_bytes() == posted


@pytest.mark.parametrize("document", DOCUMENT_TABLES)
def test_a_forged_row_of_each_posted_table_is_named(document, month, capsys):
    """A cell, a row less, a row more; `verify` says so, and so does a build."""
    table = DOCUMENT_TABLES[document]
    _write(month, f"create table kept as from ledger.{table}")
    last = f"(select max(rowid) from ledger.{table})"
    for change in (
        _forged(table, *columns_of(month, table)[-1]),
        f"delete from ledger.{table} where rowid = {last}",
        f"insert into ledger.{table} from kept limit 1",
    ):
        _write(month, change)
        code, said = outcome(capsys)
        assert code == 1 and said.startswith(f"2026-10-01: {document} "), change
        assert verify.said_of_ledger() == [said.strip()]
        _write(month, f"delete from ledger.{table}", f"insert into ledger.{table} from kept")
    assert outcome(capsys)[0] == 0


@pytest.mark.wide
@pytest.mark.parametrize("document", DOCUMENT_TABLES)
def test_a_forged_cell_of_any_column_makes_another_document(document, month):
    table = DOCUMENT_TABLES[document]
    approved = posted_documents(OCTOBER)
    _write(month, f"create table kept as from ledger.{table}")
    for name, kind in columns_of(month, table):
        _write(month, _forged(table, name, kind))
        if document == focus_file.NAME:
            found = focus_file.posted(OCTOBER, approved[document])
        else:
            found = as_csv(posted_rows(table, OCTOBER), table)
        assert found != approved[document], name
        _write(month, f"delete from ledger.{table}", f"insert into ledger.{table} from kept")


def columns_of(folder, table: str) -> list[tuple[str, str]]:
    """Names and types, without the month."""
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        return connection.execute(
            "select column_name, data_type from information_schema.columns where "
            f"table_schema = 'ledger' and table_name = '{table}' "
            "and column_name != 'posting_period'"
        ).fetchall()


def _forged(table: str, name: str, kind: str) -> str:
    first = f"(select min(rowid) from ledger.{table})"
    return f"update ledger.{table} set {name} = {_other(name, kind)} where rowid = {first}"


def _other(name: str, kind: str) -> str:
    """Another value of the same column."""
    if kind == "VARCHAR":
        return f"coalesce({name}, '') || 'x'"
    if kind.startswith(("DATE", "TIMESTAMP")):
        return f"coalesce({name} + interval 1 day, timestamp '2026-01-01')"
    return f"coalesce({name}, 0) + 1"


def _write(folder, *statements: str) -> None:
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("document", [*TEXTS, MANIFEST, focus_file.NAME])
def test_a_forged_document_is_named(document, month, capsys):
    where = f"where document_name = '{document}'"
    _write(month, f"update ledger.{DOCUMENTS} set content = replace(content, ',', ', ') {where}")
    code, said = outcome(capsys)
    assert code == 1 and said.startswith("2026-10-01: ")
    assert document in said or (document == MANIFEST and ", the manifest " in said)
    _write(month, f"delete from ledger.{DOCUMENTS} {where}")
    code, said = outcome(capsys)
    assert code == 1 and said.startswith(f"2026-10-01: {document} ")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("posted_statements", "statements.csv was approved and is missing"),
        ("posted_statement_lines", "statement_lines.csv was approved and is missing"),
        ("posted_budget_status", "budget_status.csv was approved and is missing"),
        ("posted_focus_charges", "focus/cost_and_usage.csv is not the one that was approved"),
        ("posted_documents", "manifest.csv was approved and is missing"),
    ],
)
def test_a_table_that_is_gone_is_named(table, said, month, capsys):
    _write(month, f"drop table ledger.{table}")
    assert outcome(capsys) == (1, f"2026-10-01: {said}\n")


def test_each_forged_exported_file_is_named(month):
    """A cell of each of them; and of the ledger's folder, which each build looks at, in a build."""
    periods = read_periods()
    for exported in EXPORTED:
        file = month / exported
        before = file.read_bytes()
        _forge(file)
        found = verify.changed_files(periods, month / exported.partition("/")[0])
        assert [line.partition(" is not as it was approved: line ")[0] for line in found] == [
            str(file)
        ]
        if exported == "ledger/2026-10/statements.parquet":
            assert verify.said_of_ledger() == found
        file.write_bytes(before)


def _forge(file) -> None:
    if file.suffix != ".parquet":
        file.write_bytes(file.read_bytes().replace(b"\n", b" \n", 2))
        return
    table = pq.read_table(file, partitioning=None)
    text = next(n for n, field in enumerate(table.schema) if str(field.type) == "string")
    first, last = table.column(text).to_pylist()
    table = table.set_column(text, table.schema.field(text), [[first, f"{last}x"]])
    pq.write_table(table, file)


@pytest.mark.parametrize("field", ["status", "prepared_by", "approved_by", "closed_at",
                                   "entry_count", "posted_usd", "ledger_hash", "note"])  # fmt: skip
def test_a_forged_row_of_the_seed_is_named(field, month, capsys):
    (row,) = csv.DictReader((month / "own/policy/accounting_periods.csv").open())
    row[field] += "x"
    write_seed(month, row)
    code, said = outcome(capsys)
    assert code == 1 and (field in said or "the row of the seed is not" in said)


def test_an_unreadable_export_is_named(month, capsys):
    for file in (month / "ledger/2026-10.parquet", month / "focus/2026-10/cost_and_usage.parquet"):
        before = file.read_bytes()
        file.write_bytes(b"PAR1 no")
        code, said = outcome(capsys, *exports(month))
        assert code == 1 and f"{file} is not as it was approved: line 1 is " in said
        assert "cannot be read" in said
        file.write_bytes(before)


def test_a_forged_mart_is_not_delivered(month):
    _write(month, f"update marts.{focus_file.MART} set \"Tags\" = 'none'")
    with connect() as connection:
        period = datetime(2026, 10, 1)
        file = month / "focus/2026-10/cost_and_usage.csv"
        before = file.read_bytes()
        with pytest.raises(Refused, match="does not have the rows of 2026-10 that were approved"):
            write_file(connection, focus_file.MART, period, file, Approved(connection, period))
    assert file.read_bytes() == before
