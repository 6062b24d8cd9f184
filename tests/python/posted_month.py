"""A closed month without the models: the posted tables with composed rows, and their documents.

Every column has a value that is easily changed on the way, so that what reads back as it was is
everything.
"""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from scripts import yaml_files
from scripts.accounting import focus_file
from scripts.accounting.entries import as_csv, schema
from scripts.accounting.manifest import MANIFEST, hashed, written
from scripts.accounting.periods import Period
from scripts.accounting.posting import DOCUMENTS, TABLES, as_rows

OCTOBER = date(2026, 10, 1)
_MARTS = Path(__file__).resolve().parents[2] / "models/marts/focus"
# of each type a value that is easily changed on the way
VALUES = {
    "string": ("varchar", '=x\'ß, "y"'),
    "date32[day]": ("date", OCTOBER),
    "timestamp[us]": ("timestamp", datetime(2026, 10, 1, 9)),
    "int64": ("bigint", 7),
}
TEXTS = {
    "journal.csv": b"line_id,debit_usd,credit_usd\nl1,1.00,0.00\nl2,0.00,1.00\n",
    "adjustments.csv": "entry_id,evidence\ne1,ß\n".encode(),
    "seeds/fx_rates.csv": b"currency,rate_date,usd_per_unit,source\nEUR,2026-09-30,1.1,ecb\n",
    "seed_hashes.csv": b"seed,sha256\nfx_rates,0\n",
}


def column(kind: str) -> tuple[str, object]:
    """Type in SQL, and a value of it."""
    return VALUES.get(kind, (kind.replace("decimal128", "decimal"), Decimal("-1.5")))


def definitions() -> list[str]:
    """The schema of the ledger and its tables, and of FOCUS the marts that a close reads."""
    statements = ["create schema ledger", "create schema marts"]
    for table in (*TABLES.values(), focus_file.TABLE, DOCUMENTS):
        names = ", ".join(f"{field.name} {column(str(field.type))[0]}" for field in schema(table))
        statements.append(f"create table ledger.{table} ({names})")
    for mart in (focus_file.MART, focus_file.OLDER_MART):
        names = ", ".join(f'"{name}" {kind}' for name, kind in focus_columns(mart).items())
        statements.append(f"create table marts.{mart} ({names})")
    return [*statements, *(_focus_row(row) for row in focus_rows())]


def focus_columns(mart: str) -> dict[str, str]:
    """The columns of a FOCUS mart and their types."""
    (model,) = yaml_files.read(_MARTS / f"{mart}.yml")["models"]
    return {each["name"]: each["data_type"] for each in model["columns"]}


def focus_rows() -> list[dict[str, object]]:
    """Rows of October's FOCUS file: all that a cell may hold."""
    kinds = {"varchar": VALUES["string"][1], "timestamp": datetime(2026, 10, 1)}
    columns = focus_columns(focus_file.MART)
    full = {name: kinds.get(kind, Decimal("-0.000000000000015")) for name, kind in columns.items()}
    texts = iter(("plain", "=1+1", "a,b", 'say "so"', "two\nlines", "\ttab", "ß", "", "@x", "+1"))
    odd = {name: next(texts, "z") if kind == "varchar" else None for name, kind in columns.items()}
    odd |= {"EffectiveCost": Decimal("800000"), "PricingQuantity": Decimal("0.000000075")}
    odd |= {"BillingPeriodStart": datetime(2026, 10, 1), "ChargePeriodStart": datetime(2026, 10, 2)}
    return [full | {"x_ChargeKey": "b"}, odd | {"x_ChargeKey": "a"}]


def _focus_row(row: dict[str, object]) -> str:
    def literal(value: object) -> str:
        if value is None:
            return "null"
        if isinstance(value, Decimal):
            return f"{value:f}"
        text = str(value).replace("'", "''")
        return f"timestamp '{text}'" if isinstance(value, datetime) else f"'{text}'"

    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(map(literal, row.values()))
    return f"insert into marts.{focus_file.MART} ({names}) values ({values})"


def rows_of(table: str) -> list[tuple]:
    """Two rows of a posted table, told apart by their first text."""
    found = []
    for number in (1, 2):
        row = [column(str(field.type))[1] for field in schema(table)]
        first = next(n for n, field in enumerate(schema(table)) if str(field.type) == "string")
        row[first] = f"{row[first]}{number}"
        found.append(tuple(row))
    return found


def closed_month(
    previous: str = "", more: dict[str, bytes] | None = None
) -> tuple[Period, dict[str, bytes], dict]:
    """The row of the seed, the documents with the manifest, and what is posted; the marts stand.

    `more`: documents beside those of TEXTS.
    """
    rows = {table: rows_of(table) for table in TABLES.values()}
    period = Period(str(OCTOBER), "closed", "Ann", "Bob", "2026-11-03 09:00:00", "2", "-3", "", "")
    texts = TEXTS | (more or {}) | {focus_file.NAME: focus_file.worked_out(OCTOBER)}
    documents = {name: as_csv(rows[table], table) for name, table in TABLES.items()} | texts
    manifest = written(period, documents)
    month = rows | {
        focus_file.TABLE: focus_file.selected(OCTOBER, texts[focus_file.NAME]),
        DOCUMENTS: as_rows(OCTOBER, texts | {MANIFEST: manifest}),
    }
    sealed = Period(**(period.__dict__ | {"ledger_hash": hashed(previous, manifest)}))
    return sealed, documents | {MANIFEST: manifest}, month
