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

from scripts.accounting import close_pack, focus_file, ledger_files, posting, verify
from scripts.accounting.entries import as_csv, chained_hash
from scripts.accounting.journal import HEADER
from scripts.accounting.journal_files import file_name, profiles, written
from scripts.accounting.manifest import MANIFEST
from scripts.accounting.periods import read_periods
from scripts.accounting.posting import DOCUMENTS, TABLES, post, posted_documents, posted_rows
from scripts.errors import Refused
from scripts.publishing.focus import FORMATS, Approved, write_file
from scripts.warehouse import connect
from tests.python import forged_year
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


def test_rows_that_the_engine_gives_in_another_order_are_the_same(month, capsys):
    """After a restore, or as PostgreSQL keeps them; and a summary in that order still passes."""
    given = (month / "close/2026-10/SUMMARY.md").read_text()
    with duckdb.connect(str(month / "w.duckdb")) as connection:
        for table in {DOCUMENTS, *TABLES.values(), focus_file.TABLE}:
            connection.execute(
                f"create temp table turned as from ledger.{table} order by hash({table}); "
                f"delete from ledger.{table}; insert into ledger.{table} from turned; "
                "drop table turned"
            )
    assert outcome(capsys, month / "close", month / "ledger", month / "focus") == (0, "")
    close_pack.export(OCTOBER, month / "again")
    assert (month / "again/2026-10/SUMMARY.md").read_text() == given
    head, *rows = given.split("| file | SHA-256 |")[1].splitlines()[1:]
    turned = given.replace("\n".join([head, *rows]), "\n".join([head, *rows[::-1]]))
    assert turned != given
    (month / "close/2026-10/SUMMARY.md").write_text(turned)
    assert outcome(capsys, month / "close") == (0, "")


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
    ("change", "named"),
    [
        # the rows of the FOCUS file have a table of their own, and its text is the header alone
        ("update {t} set content = content || 'x' where {focus}", focus_file.NAME),
        ("update {t} set content = rtrim(content, chr(10)) where {focus}", focus_file.NAME),
        ("update {t} set content = content || content where {focus}", focus_file.NAME),
        # a text beside the rows of a table, and one beside itself
        ("insert into {t} select posting_period, 'statements.csv', content from {t} limit 1",
         "statements.csv"),
        ("insert into {t} select posting_period, document_name, content || 'x' from {t} "
         "where document_name = 'journal.csv'", "journal.csv"),
        ("insert into {t} select * from {t} where document_name = 'manifest.csv'", MANIFEST),
    ],
)  # fmt: skip
def test_a_text_that_nobody_reads_is_named(change, named, month, capsys):
    """A file of the close may be taken from it, so it is held against the chain as all else."""
    focus = f"document_name = '{focus_file.NAME}'"
    _write(month, change.format(t=f"ledger.{DOCUMENTS}", focus=focus))
    code, said = outcome(capsys, *exports(month))
    assert code == 1 and said.startswith(f"2026-10-01: {named} is ")
    assert verify.said_of_ledger() == [said.strip()]


def test_a_text_does_not_stand_in_for_posted_rows(month, capsys):
    """The whole file as text, and its rows gone: the marts read the rows."""
    whole = (month / "ledger/2026-10" / focus_file.NAME).read_text().replace("'", "''")
    _write(
        month,
        f"update ledger.{DOCUMENTS} set content = '{whole}' "
        f"where document_name = '{focus_file.NAME}'",
        f"delete from ledger.{focus_file.TABLE}",
    )
    code, said = outcome(capsys)
    assert code == 1 and said.startswith(f"2026-10-01: {focus_file.NAME} is ")


@pytest.mark.parametrize(
    "table",
    [
        TABLES["entries.csv"], DOCUMENTS,
        *(pytest.param(table, marks=pytest.mark.wide) for name, table in DOCUMENT_TABLES.items()
          if name != "entries.csv"),
    ],
)  # fmt: skip
def test_rows_of_a_month_that_was_never_closed_are_named(table, month, capsys):
    _write(
        month,
        f"insert into ledger.{table} select * replace (date '2026-11-01' as posting_period) "
        f"from ledger.{table} limit 1",
    )
    code, said = outcome(capsys)
    is_entry = table == TABLES["entries.csv"]
    named = "is posted but not in accounting_periods.csv" if is_entry else f"ledger.{table}"
    assert code == 1 and said.startswith("2026-11-01 ") and named in said
    assert verify.said_of_ledger() == [said.strip()]


def test_the_forgeries_of_the_year_are_named_of_one_month(month, monkeypatch):
    """What ends a lived year (ledger_year.py), without the year; its tables are forged above."""
    monkeypatch.chdir(month)
    found = forged_year.Forgeries()
    forged_year.of_documents(found, OCTOBER)
    forged_year.of_seed(found, 0)
    assert found.unnamed == [] and found.count == 21
    assert verify.verify([]) == 0


def test_a_month_that_an_earlier_version_closed_passes(month, capsys):
    """Its hash is of the entries alone, and there was no other table."""
    (row,) = csv.DictReader((month / "own/policy/accounting_periods.csv").open())
    row["ledger_hash"] = chained_hash("", as_csv(posted_rows(TABLES["entries.csv"], OCTOBER)))
    write_seed(month, row)
    others = {*DOCUMENT_TABLES.values(), DOCUMENTS} - {TABLES["entries.csv"]}
    _write(month, *(f"drop table ledger.{table}" for table in others))
    assert outcome(capsys) == (0, "")
    assert verify.said_of_ledger() == []


def test_a_check_reads_each_month_once(month, monkeypatch, capsys):
    """However many folders it looks at."""
    read = []
    ours = posting.posted_documents
    monkeypatch.setattr(verify, "posted_documents", lambda one: read.append(one) or ours(one))
    assert outcome(capsys, *exports(month)) == (0, "")
    assert read == [OCTOBER]


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
        folder = month / exported.partition("/")[0]
        broken, changed = verify.compared(periods, {folder: False})
        found = changed[folder]
        assert [line.partition(" is not as it was approved: line ")[0] for line in found] == [
            str(file)
        ] and broken == []
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


def group_journal() -> bytes:
    """1,200 lines of each of two entities, more than Xero takes in one file."""
    rows = []
    for entity, *accounts in (("1000", "6510", "2110"), ("2000", "6520", "2120")):
        for pair in range(600):
            for side, account in enumerate(accounts):
                money = ("1.00", "0.00") if side else ("0.00", "1.00")
                rows.append(
                    (f"l{pair}-{side}", f"J-{entity}", OCTOBER, account, "cc", *money, "direct",
                     "search", "memo", entity, "", "")
                )  # fmt: skip
    return close_pack.as_csv(list(HEADER), rows)


@pytest.fixture
def journals(tmp_path, monkeypatch):
    """What posts a month with a journal and gives the folder of its files."""
    settings(monkeypatch, tmp_path)

    def posted(journal: bytes):
        with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
            connection.execute(";".join(definitions()))
        period, _, month = closed_month(more={"journal.csv": journal})
        post({OCTOBER: month})
        write_seed(tmp_path, asdict(period))
        (tmp_path / "close/2026-10").mkdir(parents=True)
        return tmp_path / "close/2026-10"

    return posted


def export_profile(place, name: str, journal: bytes, entity: str = "") -> list:
    files = []
    for number, content in enumerate(written(name, journal, entity), 1):
        files.append(place / file_name(name, number))
        files[-1].write_bytes(content)
    return files


def forged_profiles():
    """All of a profile's lines in make test; those of one entity too where there is more time."""
    for name, profile in profiles().items():
        one_entity = bool(profile.get("one_entity"))
        for entity in ("1000", "2000") if one_entity else ("", "1000", "2000"):
            is_first = entity == ("1000" if one_entity else "")
            marks = () if is_first else pytest.mark.wide
            yield pytest.param(name, entity, marks=marks, id=f"{name}-{entity or 'all'}")


@pytest.mark.parametrize(("name", "entity"), list(forged_profiles()))
def test_each_forged_file_of_a_journal_profile_is_named(name, entity, journals, capsys):
    journal = group_journal()
    place = journals(journal)
    files = export_profile(place, name, journal, entity)
    assert outcome(capsys, place.parent) == (0, "")
    for file in files:
        before = file.read_bytes()
        lines = before.split(b"\n")
        assert b"1.00" in lines[2]
        lines[2] = lines[2].replace(b"1.00", b"2.00")
        file.write_bytes(b"\n".join(lines))
        code, said = outcome(capsys, place.parent)
        assert code == 1 and said.startswith(f"{file} is not as it was approved: line 3 is ")
        file.write_bytes(b"\n".join([*before.split(b"\n")[:-2], b""]))
        assert outcome(capsys, place.parent)[1].startswith(f"{file} is not as it was approved")
        file.write_bytes(before)


def test_a_file_of_a_journal_that_is_lacking_or_too_many_is_named(journals, capsys):
    journal = group_journal()
    place = journals(journal)
    _, second, _, _ = export_profile(place, "xero", journal, "1000")
    more = place / "journal_xero_5.csv"
    more.write_bytes(second.read_bytes())
    assert outcome(capsys, place.parent) == (
        1, f"{more} was not approved: the journal for xero has 4 files\n"
    )  # fmt: skip
    more.unlink()
    second.unlink()
    assert outcome(capsys, place.parent) == (
        1, f"{second} is missing: the journal for xero has 4 files\n"
    )  # fmt: skip


def test_one_company_is_named_in_all_lines_or_in_none(journals, capsys):
    """journal.csv of one company names none; the file of a system that asks for one does."""
    journal = group_journal().replace(b",1000,", b",,").replace(b",2000,", b",,")
    place = journals(journal)
    (file, *_) = export_profile(place, "netsuite", journal, "Acme")
    assert outcome(capsys, place.parent) == (0, "")
    file.write_bytes(file.read_bytes().replace(b"Acme", b"Other", 1))
    code, said = outcome(capsys, place.parent)
    assert code == 1 and said.startswith(f"{file} is not as it was approved: line 2 is ")
