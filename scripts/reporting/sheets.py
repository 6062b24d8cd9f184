"""The sheets of the workbook: one mart each, typed cells, and nothing that Excel could run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from scripts.accounting.headings import heading
from scripts.errors import Refused
from scripts.reporting.marts import Marts
from scripts.reporting.names import FOUND_IN, Names
from scripts.reporting.tables import plain, total

_ROW_LIMIT = 1_048_575
_TEXT_LIMIT = 32_767
_RED = "#C2410C"
_WIDTHS = {"text": 14, "date": 11, "time": 17, "usd": 11, "number": 9, "flag": 8, "exact": 24}
_WIDTHS |= {"share": 9, "input": 12}
# Sentences, which are wrapped.
_SENTENCES = {"reason_evidence": 28, "next_step": 24}
# What people call it, before the id that importers rely on: (column, kind of name).
_CALLED = {key: (name, kind) for kind, (_, key, name, _) in FOUND_IN.items()}
# What a reviewer fills in, read back by scripts/accounting/reviews.py.
REVIEW_COLUMNS = ("decision", "reason", "preparer", "reviewer", "note")
# Words of ours, shown without underscores; names from logs and bills are shown as they are.
_WORDS = {
    *("meter", "status", "reason_code", "decision_state", "review_decision", "review_reason"),
    *("footing_status", "period_status", "charge_mode", "entry_type", "allocation_method"),
    *("charge_type", "reason"),
}


class TooManyRows(Refused):
    """A sheet would hold more rows than Excel can; the message says which."""


@dataclass
class Sheet:
    """One mart as a list with its header in the first row, which importers rely on."""

    name: str
    mart: str
    since: str | None = None
    order: str = "1, 2, 3, 4, 5"
    # Money whose every digit counts is next to the number as text.
    exact: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    # What is read and printed, from left to right; the other columns are folded away to the right.
    front: tuple[str, ...] = ()
    # Rows with one of these in a column are folded away by its filter: (column, words).
    quiet: tuple[str, tuple[str, ...]] = ("", ())
    rows: list[dict] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)

    def read(self, marts: Marts, first: date | None) -> None:
        """Fetch the rows from a day on; none when the mart is not there."""
        self.types = marts.types(self.mart)
        if not self.types:
            return
        where = f"where {self.since} >= '{first}'" if self.since and first else ""
        self.rows = marts.rows(f"select * from marts.{self.mart} {where} order by {self.order}")
        if len(self.rows) > _ROW_LIMIT:
            raise TooManyRows(
                f"{self.name} has {len(self.rows):,} rows and Excel holds {_ROW_LIMIT:,}; "
                "name fewer --days"
            )
        self._call(marts.names)

    def _call(self, names: Names) -> None:
        """Add what people call each row's team, provider and cost centre."""
        for column in _CALLED.keys() & self.types.keys():
            called, kind = _CALLED[column]
            for row in self.rows:
                row[called] = names.of(kind, row[column])
        self.types = {
            name: kind
            for column, own in self.types.items()
            for name, kind in [
                *([(_CALLED[column][0], "varchar")] if column in _CALLED else []),
                (column, own),
            ]
        }

    def columns(self) -> list[tuple[str, str]]:
        """(column, kind of cell) from left to right: what is read, what is filled in, the rest."""
        read = [name for name in self.front if name in self.types]
        rest = [name for name in self.types if name not in read] if read else []
        found = [(name, _kind(name, self.types[name])) for name in read or self.types]
        found += [(name, "input") for name in self.inputs]
        found += [(name, _kind(name, self.types[name])) for name in rest]
        return found + [(f"{name}_exact", "exact") for name in self.exact]

    @property
    def shown(self) -> int:
        """How many columns are read and printed; the others are folded away."""
        read = sum(1 for name in self.front if name in self.types)
        return read + len(self.inputs) if read else len(self.columns())

    def is_read(self, column: str) -> bool:
        """True for a column that a person reads, and that is printed."""
        return not self.front or column in self.front

    def is_quiet(self, row: dict) -> bool:
        """True for a row that nobody has to look at."""
        column, words = self.quiet
        return bool(column) and row.get(column) in words

    def money(self) -> list[str]:
        """Columns of money that a total makes sense of; a sum of tolerances says nothing."""
        return [name for name, kind in self.columns() if kind == "usd" and name != "tolerance_usd"]

    def cells(self, column: str) -> str:
        """The rows of a column as a formula names them."""
        place = [name for name, _ in self.columns()].index(column)
        start = xl_rowcol_to_cell(1, place, row_abs=True, col_abs=True)
        end = xl_rowcol_to_cell(max(len(self.rows), 1), place, row_abs=True, col_abs=True)
        return f"'{self.name}'!{start}:{end}"

    def sum(self, column: str) -> Decimal:
        """The exact sum of a column."""
        return total(row[column] for row in self.rows)


def in_words(code: str) -> str:
    """A word of ours as people write it, as `reviews.code_of` takes it back."""
    return code.replace("_", " ")


def _kind(name: str, kind: str) -> str:
    if kind.startswith("timestamp"):
        return "time"
    if kind in ("date", "boolean"):
        return {"date": "date", "boolean": "flag"}[kind]
    if kind.startswith(
        ("decimal", "numeric", "bigint", "integer", "hugeint", "double", "smallint")
    ):
        if name.endswith(("_share", "_ratio")):
            return "share"
        return "usd" if name.endswith("_usd") else "number"
    return "text"


class Styles:
    """The cell formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        # The quote prefix keeps text that begins with = + - @ text, also when it is edited.
        text = {"quote_prefix": True, "valign": "top"}
        self.head = book.add_format(
            {
                "bold": True,
                "bottom": 1,
                "text_wrap": True,
                "valign": "bottom",
                "bg_color": "#EEF1F4",
            }
        )
        self.kinds = {
            "text": book.add_format(text),
            "exact": book.add_format(text | {"align": "right", "font_color": "#57606A"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top"}),
            "usd": book.add_format({"num_format": "#,##0.00;[Red]-#,##0.00", "valign": "top"}),
            "number": book.add_format({"num_format": "#,##0.######", "valign": "top"}),
            "share": book.add_format({"num_format": "0.0%", "valign": "top"}),
            "sentence": book.add_format(text | {"text_wrap": True, "font_size": 9}),
            "flag": book.add_format({"valign": "top"}),
            "input": book.add_format(
                text | {"bg_color": "#FFF8E1", "border": 1, "text_wrap": True}
            ),
        }
        self.title = book.add_format({"bold": True, "font_size": 15})
        self.title_text = book.add_format(text | {"bold": True, "font_size": 15})
        self.red = book.add_format({"bold": True, "font_color": _RED})
        self.red_text = book.add_format(text | {"font_color": _RED, "text_wrap": True})
        self.bold = book.add_format({"bold": True})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})


def put(sheet: Worksheet, row: int, column: int, value, kind: str, styles: Styles) -> None:
    """One typed cell; text is never taken for a formula, a link or a number."""
    style = styles.kinds[kind]
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif kind in ("text", "sentence", "exact", "input"):
        text = str(value)
        if len(text) > _TEXT_LIMIT:
            text = text[: _TEXT_LIMIT - 1] + "…"
        sheet.write_string(row, column, text, style)
    elif kind == "flag":
        sheet.write_boolean(row, column, value, style)
    elif kind in ("date", "time"):
        sheet.write_datetime(row, column, value, style)
    else:
        sheet.write_number(row, column, value, style)


def fill(book: Workbook, sheet: Sheet, styles: Styles, lists: dict[str, str]) -> None:
    """Write one sheet; `lists` has the choices of a column as a formula names them."""
    page = book.add_worksheet(sheet.name)
    if not sheet.types:
        page.write_string(0, 0, f"The mart {sheet.mart} is not in this warehouse yet.")
        return
    columns = sheet.columns()
    last = max(len(sheet.rows), 1)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, last, len(columns) - 1)
    for place, (name, kind) in enumerate(columns):
        page.write_string(0, place, heading(name), styles.head)
        folded = {"level": 1, "hidden": True} if place >= sheet.shown else {}
        width = _SENTENCES.get(name) or _WIDTHS.get(kind, 18)
        page.set_column(place, place, width, None, folded)
        if name in lists and kind == "input":
            _choices(page, place, last, name, lists[name])
    _fold(page, sheet, [name for name, _ in columns])
    for number, row in enumerate(sheet.rows, start=1):
        for place, (name, kind) in enumerate(columns):
            value = plain(row[name.removesuffix("_exact")]) if kind == "exact" else row.get(name)
            if name in _WORDS and kind == "text" and value is not None:
                value = in_words(value)
            put(page, number, place, value, "sentence" if name in _SENTENCES else kind, styles)
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    page.repeat_rows(0)
    page.print_area(0, 0, last, sheet.shown - 1)
    page.fit_to_pages(1, 0)


def _choices(page: Worksheet, place: int, last: int, name: str, source: str) -> None:
    """A column that is filled in from a list."""
    rule = {
        "validate": "list",
        "source": source,
        "error_title": "Not one of the list",
        "error_message": f"Choose the {name} from the list, or leave it blank.",
    }
    page.data_validation(1, place, last, place, rule)


def _fold(page: Worksheet, sheet: Sheet, names: list[str]) -> None:
    """Hide the rows that nobody has to look at, by the filter of their column."""
    column, _ = sheet.quiet
    if column not in names or not any(map(sheet.is_quiet, sheet.rows)):
        return
    loud = {in_words(row[column]) for row in sheet.rows if not sheet.is_quiet(row)}
    if not loud:
        return
    page.filter_column_list(names.index(column), sorted(loud))
    for number, row in enumerate(sheet.rows, start=1):
        if sheet.is_quiet(row):
            page.set_row(number, None, None, {"hidden": True})
