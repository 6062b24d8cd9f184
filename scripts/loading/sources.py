"""The contract of the raw tables, read from the dbt source YAML files.

Nothing about any one source stands in Python: names, types and JSON paths are declared beside
the staging models, and the loader does what they say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts import yaml_files
from scripts.errors import UserError
from scripts.loading.paths import JsonPath, parse_path

LOADER_SOURCE = "loader"
RAW_SCHEMA = "raw"
TYPES = {"varchar", "bigint", "timestamp", "boolean", "date"}
DATE_FORMATS = {None, "iso", "mdy"}
TIME_FORMATS = {"iso", "epoch_s", "epoch_ms", "epoch_ns", "iso_or_epoch"}
MONTHS = {None, "first", "last", "after"}
ROLES = {"prices", "dates", "identifies", "describes"}
FORMATS = {
    "varchar": {
        *(None, "decimal", "counts", "counts_list", "texts", "json", "url", "other_counts"),
        "tags",
    },
    "bigint": {None, "duration"},
    "boolean": {None, "present"},
    "timestamp": TIME_FORMATS | {None},
    "date": DATE_FORMATS,
}
EVIDENCE_COLUMNS = (
    *("batch_id", "source_file", "line_number", "record_number"),
    *("loaded_at", "dropped_fields"),
)


class ContractError(UserError):
    """A source YAML declares something the loader cannot do; the message names the column."""


@dataclass(frozen=True)
class Column:
    """One declared column; `paths` is empty for the evidence columns, which the loader fills.

    `headers` has, for each path, the column of a CSV or Parquet file it means: the path as written,
    up to the mark behind which the column's text is JSON; one that ends with a star means all
    columns that begin so, as one object. `role` says what the record is without it: one that has
    lost what prices, dates or identifies it is rejected, one that has lost what describes it is
    kept. `required` says that it must be there at all. `posted` says that it goes
    into the ledger, whose closed months keep it for good: no person may be in it, hashed or not.
    `month` says which day a month alone is, such as "October 2026": its first where a period
    begins; where one ends its last, or the day after it.
    """

    name: str
    data_type: str
    paths: tuple[JsonPath, ...] = ()
    headers: tuple[str, ...] = ()
    format: str | None = None
    hashed: bool = False
    role: str = "describes"
    required: bool = False
    posted: bool = False
    month: str | None = None

    @property
    def droppable(self) -> bool:
        """Whether a record can stand without it."""
        return self.role == "describes"


@dataclass(frozen=True)
class Refused:
    """A kind of record that only looks like one of the table, and what to say of it.

    It has all of `fields`, with the values that are stated, and nothing in the columns `without`.
    """

    fields: tuple[tuple[JsonPath, str | None], ...]
    without: tuple[str, ...]
    reason: str

    def is_table(self, columns: Iterable[str]) -> bool:
        """Whether a table with these columns has nothing but such records."""
        if self.without or any(value or len(path.keys) > 1 for path, value in self.fields):
            return False
        # "TimeGenerated [UTC]" is a column of Azure's portal
        names = {name.partition("[")[0].strip().lower() for name in columns}
        return names >= {"".join(path.keys).lower() for path, _ in self.fields}


@dataclass(frozen=True)
class Table:
    """One declared raw table: of a gateway or of bills, by `kind`.

    `event_time` names the column that puts a record on a day; `in_advance` says that it may lie
    in the future, as on a bill for next month's seats. `none` is how the source writes that it
    has no value. `money` names the columns of which a line of a bill must have one: a line without
    an amount would reach no figure; with `keep_empty` a line may say that there was nothing, so
    only the file must have the column. `exports` says which file a provider gives out for this
    table. A record in which all columns of `calls` are missing is no call of a model but other
    traffic of the gateway, and is counted as such. A file whose folder does not say what it is has
    one of `signs`, if it is of this table. `refused` are the kinds of record that are none of this
    table, `skipped` the files, by patterns of their path.
    """

    name: str
    columns: tuple[Column, ...]
    kind: str | None = None
    event_time: str | None = None
    exact_numbers: bool = False
    keep_empty: bool = False
    in_advance: bool = False
    none: str | None = None
    money: tuple[str, ...] = ()
    exports: str | None = None
    calls: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    skipped: tuple[str, ...] = ()

    def __hash__(self) -> int:
        # What is remembered of a table is looked up for each record; its columns are many.
        return hash(self.name)

    @property
    def fields(self) -> tuple[Column, ...]:
        """The columns that come out of the records."""
        return tuple(column for column in self.columns if column.paths)

    @property
    def paths(self) -> tuple[JsonPath, ...]:
        """Where in a record they are looked for, of all columns."""
        return tuple(path for column in self.fields for path in column.paths)

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header a CSV or Parquet file of this table may use, each once."""
        return tuple(dict.fromkeys(name for field in self.fields for name in field.headers))

    @property
    def needed(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What every record must have, and the headers of which a file must have one for it."""
        alternatives = [(field.name,) for field in self.fields if field.required]
        alternatives += [self.money] if self.money else []
        alternatives += [(self.event_time,)] if self.kind == "bill" and self.event_time else []
        return tuple((" or ".join(names), self.headers_of(names)) for names in alternatives)

    def headers_of(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The headers that some of the columns may have in a CSV or Parquet file."""
        return tuple(h for field in self.fields if field.name in names for h in field.headers)


@dataclass(frozen=True)
class Contract:
    """All declared tables: those that hold records, and the loader's own three."""

    raw: dict[str, Table]
    loader: dict[str, Table]


def read_contract(models: Path) -> Contract:
    """Read every `*__sources.yml` below `models`; raise ContractError on a bad declaration."""
    raw: dict[str, Table] = {}
    loader: dict[str, Table] = {}
    for file in sorted(models.rglob("*__sources.yml")):
        for source in yaml_files.read(file).get("sources", []):
            if source.get("schema") != RAW_SCHEMA:
                continue
            kind = loader if source["name"] == LOADER_SOURCE else raw
            for declared in source.get("tables", []):
                kind[declared["name"]] = _table(declared)
    return Contract(raw, loader)


def _meta(node: dict) -> dict:
    return (node.get("config") or {}).get("meta") or {}


def _table(node: dict) -> Table:
    meta = _meta(node)
    columns = tuple(_column(node["name"], meta, column) for column in node["columns"])
    event_time = meta.get("event_time")
    if event_time and event_time not in {column.name for column in columns}:
        raise ContractError(f"{node['name']}: event_time {event_time!r} is not a column")
    money = tuple(meta.get("money") or ())
    if unknown := set(money) - {column.name for column in columns}:
        raise ContractError(f"{node['name']}: money names {sorted(unknown)}, which is no column")
    for key in ("calls", "signs"):
        if unknown := set(meta.get(key) or ()) - {column.name for column in columns}:
            raise ContractError(f"{node['name']}: {key} {sorted(unknown)} are no columns")
    return Table(
        name=node["name"],
        columns=columns,
        kind=meta.get("kind"),
        event_time=event_time,
        exact_numbers=bool(meta.get("exact_numbers")),
        keep_empty=bool(meta.get("keep_empty")),
        in_advance=bool(meta.get("in_advance")),
        none=meta.get("none"),
        money=money,
        exports=meta.get("exports"),
        calls=tuple(meta.get("calls") or ()),
        signs=tuple(meta.get("signs") or ()),
        refused=tuple(_refused(node["name"], columns, each) for each in meta.get("refused") or ()),
        skipped=tuple(meta.get("skipped") or ()),
    )


def _refused(table: str, columns: tuple[Column, ...], declared: dict) -> Refused:
    without = tuple(declared.get("without") or ())
    if unknown := set(without) - {column.name for column in columns}:
        raise ContractError(f"{table}: refused without {sorted(unknown)}, which are no columns")
    named = [text.partition("=") for text in declared["fields"]]
    fields = tuple((parse_path(field), value or None) for field, _, value in named)
    return Refused(fields, without, declared["reason"])


def _usual_role(kind: str | None, node: dict, meta: dict) -> str:
    """What a column does unless it says so: closed, so that no spend is lost by an omission.

    The texts of a log mostly say whose a call is; its figures, and all of a bill, are money.
    """
    text = node["data_type"] == "varchar" and meta.get("format") in (
        None,
        "texts",
        "url",
        "json",
        "other_counts",
        "tags",
    )
    return "describes" if text and kind != "bill" else "prices"


def _column(table: str, table_meta: dict, node: dict) -> Column:
    meta = _meta(node)
    where = f"{table}.{node['name']}"
    declared = meta.get("path") or []
    texts = [declared] if isinstance(declared, str) else list(declared)
    column = Column(
        name=node["name"],
        data_type=node["data_type"],
        paths=tuple(parse_path(text) for text in texts),
        headers=tuple(text.replace('"', "").partition("|")[0] for text in texts),
        format=meta.get("format"),
        hashed=bool(meta.get("hashed")),
        role=meta.get("role") or _usual_role(table_meta.get("kind"), node, meta),
        required=bool(meta.get("required")),
        posted=bool(meta.get("posted")),
        month=meta.get("month"),
    )
    if column.month not in MONTHS:
        raise ContractError(f"{where}: month is first, last or after")
    if column.data_type not in TYPES:
        raise ContractError(f"{where}: type {column.data_type!r} is not one of {sorted(TYPES)}")
    if column.paths and column.data_type == "timestamp" and column.format not in TIME_FORMATS:
        raise ContractError(f"{where}: a timestamp's format is one of {sorted(TIME_FORMATS)}")
    if column.data_type == "date" and column.format not in DATE_FORMATS:
        raise ContractError(f"{where}: a date's format is iso or mdy")
    if column.format not in FORMATS[column.data_type]:
        known = sorted(filter(None, FORMATS[column.data_type])) or "none"
        raise ContractError(f"{where}: the format of a {column.data_type} is one of {known}")
    if column.role not in ROLES:
        raise ContractError(f"{where}: role {column.role!r} is not one of {sorted(ROLES)}")
    return column
