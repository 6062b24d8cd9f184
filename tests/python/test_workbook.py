"""The workbook says what the marts say, runs nothing a log wrote, and is read back."""

import csv
import datetime
import re
import shutil
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from scripts.accounting import headings, reviews
from scripts.cli import main
from scripts.reporting import sheets, team_sheets, workbook
from tests.python import mart_tables
from tests.python.mart_tables import ask
from tests.python.project import ROOT
from tests.python.report_cases import ODD_NAMES, bitten, quarter

SHEETS = {
    "Daily reconciliation": "fct_reconciliation_daily",
    "Exceptions": "fct_reconciliation_exceptions",
    "Accuracy": "fct_reconciliation_accuracy",
    "Statements": "fct_chargeback_statements",
    "Ledger": "fct_chargeback_ledger",
}


def build(folder: Path, rows: dict, monkeypatch, without=frozenset(), code: int = 0) -> Path:
    """The workbook of a warehouse with these rows."""
    file = mart_tables.make(folder / "w.duckdb", rows, without)
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(file))
    assert main(["workbook", "--out", str(folder / "review.xlsx")]) == code
    return folder / "review.xlsx"


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    with pytest.MonkeyPatch.context() as patch:
        build(folder, quarter(["search", "growth"]), patch)
    return folder


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    with pytest.MonkeyPatch.context() as patch:
        build(folder, bitten(quarter([f"team {n}" for n in range(len(ODD_NAMES))])), patch)
    return folder


def names(page) -> list[str]:
    """The columns of a sheet by the names they have in the mart."""
    return [headings.name_of(cell.value) for cell in page[1]]


def column(page, name: str) -> list:
    place = names(page).index(name) + 1
    return [page.cell(row, place).value for row in range(2, page.max_row + 1)]


@pytest.mark.parametrize("which", ["plain", "odd"])
def test_totals_are_live_and_the_marts(request, which):
    """A formula that misses the last row, or counts a header, would still look right."""
    folder = request.getfixturevalue(which)
    live = openpyxl.load_workbook(folder / "review.xlsx")
    cached = openpyxl.load_workbook(folder / "review.xlsx", data_only=True)
    checked = set()
    for row in live["Summary"].iter_rows():
        sheet, name, formula = row[0].value, row[1].value, row[2].value
        if sheet not in SHEETS:
            continue
        span = re.fullmatch(r"=SUM\('(.+)'!\$([A-Z]+)\$2:\$([A-Z]+)\$(\d+)\)", formula)
        page = live[span[1]]
        assert span[1] == sheet and span[2] == span[3] and int(span[4]) == page.max_row
        assert page[f"{span[2]}1"].value == name
        name = headings.name_of(name)
        cells = [cell[0].value for cell in page[f"{span[2]}2:{span[2]}{span[4]}"]]
        ((exact,),) = ask(folder, f"select coalesce(sum({name}), 0) from marts.{SHEETS[sheet]}")
        cent = Decimal("0.005")
        assert abs(sum(Decimal(repr(cell)) for cell in cells if cell is not None) - exact) < cent
        number = cached["Summary"].cell(row[2].row, 3).value
        assert abs(Decimal(repr(number)) - exact) < cent
        assert abs(Decimal(repr(row[3].value)) - exact) < cent
        checked.add((sheet, name))
    assert len(checked) > 20 and {sheet for sheet, _ in checked} == set(SHEETS)


@pytest.mark.parametrize("which", ["plain", "odd"])
def test_sums_by_provider(request, which):
    folder = request.getfixturevalue(which)
    cached = openpyxl.load_workbook(folder / "review.xlsx", data_only=True)["Summary"]
    expected = ask(
        folder,
        "select provider, count(*), sum(compared_gateway_cost_usd), "
        "sum(compared_provider_cost_usd), sum(variance_usd), "
        "coalesce(sum(case when compared_provider_cost_usd is null then provider_cost_usd end), 0),"
        " sum(provider_cost_usd) "
        "from marts.fct_reconciliation_daily where status <> 'no_bill' group by 1 order by 1",
    )
    found = [[cell.value for cell in row[:7]] for row in cached.iter_rows()]
    start = [row[0] for row in found].index("Provider") + 1
    whole = found[start + len(expected)]
    found = found[start : start + len(expected)]
    assert whole[0] == "Total"
    for place, amount in enumerate(whole[1:], start=1):
        assert abs(amount - sum(row[place] for row in found)) < 0.005
    assert [row[:2] for row in found] == [list(row[:2]) for row in expected]
    for mine, theirs in zip(found, expected, strict=True):
        for shown, exact in zip(mine[2:], theirs[2:], strict=True):
            assert abs(Decimal(repr(shown)) - exact) < Decimal("0.005")


def test_no_text_is_a_formula(odd):
    """A model named =HYPERLINK(...) would phone home from finance's machine."""
    book = openpyxl.load_workbook(odd / "review.xlsx")
    names, formulas = set(), set()
    for page in book:
        assert not page._hyperlinks
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert page.title not in SHEETS
                    formula = getattr(cell.value, "text", cell.value)
                    formulas.add(re.match(r"=[A-Z]+", formula)[0])
                elif cell.data_type == "s" and cell.value in ODD_NAMES:
                    assert cell.quotePrefix, cell.value
                    names.add(cell.value)
    assert names == set(ODD_NAMES) and formulas == {"=SUM", "=SUMPRODUCT", "=IF"}


def test_every_digit_is_there_as_text(plain):
    page = openpyxl.load_workbook(plain / "review.xlsx")["Ledger"]
    found = [Decimal(text) for text in column(page, "amount_usd_exact")]
    expected = ask(plain, "select amount_usd from marts.fct_chargeback_ledger")
    assert sorted(found) == sorted(amount for (amount,) in expected)


def test_sheets_can_be_worked_with(plain):
    book = openpyxl.load_workbook(plain / "review.xlsx")
    for name, mart in SHEETS.items():
        page = book[name]
        assert page.freeze_panes == "A2" and page.auto_filter.ref
        columns = names(page)
        assert not any("_" in cell.value for cell in page[1])
        assert [c for c in mart_tables.contracts()[mart] if c not in columns] == []
        for head, cell in zip(page[1], page[2], strict=True):
            field = headings.name_of(head.value)
            if field.endswith("_usd") and cell.value is not None:
                assert ", USD" in head.value
                assert "#,##0.00" in cell.number_format and cell.data_type == "n"
            if field.endswith("_share"):
                assert cell.number_format == "0.0%"
            if field.endswith("_date"):
                assert isinstance(cell.value, datetime.datetime)
    assert book["Lists"].sheet_state == "hidden"


def test_headers_are_words_and_lead_back():
    """A header that means two columns would hand a decision back under the wrong one."""
    assert len(set(map(str.lower, headings.WORDS.values()))) == len(headings.WORDS)
    for mart in SHEETS.values():
        for column in mart_tables.contracts()[mart]:
            words = headings.heading(column)
            assert headings.name_of(words) == column and "_" not in words, words
    assert headings.heading("variance_usd") == "Variance, USD (ours less the bill)"


def printed(page) -> int:
    """How many pages of A4 a sheet takes, by its own page setup: width fitted, hidden left out."""
    left, top, right, bottom = openpyxl.utils.range_boundaries(page.print_area.split("!")[1])
    columns = [
        page.column_dimensions[openpyxl.utils.get_column_letter(n)] for n in range(left, right + 1)
    ]
    assert page.page_setup.orientation == "landscape" and int(page.page_setup.paperSize) == 9
    assert not any(each.hidden for each in columns)
    if page.page_setup.fitToHeight != 0:
        return 1
    inches = sum((each.width * 7 + 5) / 96 for each in columns)
    margins = page.page_margins
    scale = min(1, (11.69 - margins.left - margins.right) / inches)
    assert scale > 0.45, f"{page.title}: too small to read"
    # rows of three lines, of which a sentence may be
    heights = [1 if each < 2 else 3 for each in range(bottom + 1)]
    rows = [n for n in range(top, bottom + 1) if not page.row_dimensions[n].hidden]
    room = (8.27 - margins.top - margins.bottom) / (15 / 72 * scale)
    lines = sum(heights[n] if page.title == "Exceptions" else 1 for n in rows)
    return -(-lines // int(room))


def test_a_sheet_prints_what_is_read(plain):
    """Thirty-two pages of columns for programs were what a controller got from the printer."""
    book = openpyxl.load_workbook(plain / "review.xlsx")
    for name, mart in SHEETS.items():
        page = book[name]
        assert printed(page) <= 2, name
        beyond = openpyxl.utils.range_boundaries(page.print_area.split("!")[1])[2] + 1
        folded = [
            page.column_dimensions[openpyxl.utils.get_column_letter(n)]
            for n in range(beyond, page.max_column + 1)
        ]
        assert len({*mart_tables.contracts()[mart]}) <= page.max_column
        # neighbours that are alike are written as one
        assert all(each.hidden or each.outlineLevel for each in folded if each.width != 13)


def test_a_row_follows_by_eye(plain):
    """Variance stands after what it is the difference of; lines that match are folded away."""
    page = openpyxl.load_workbook(plain / "review.xlsx")["Daily reconciliation"]
    heads = [cell.value for cell in page[1]]
    at = heads.index("Variance, USD (ours less the bill)")
    assert heads[at - 2 : at] == ["Ours, compared, USD", "Bill, compared, USD"]
    status = heads.index("Status") + 1
    for row in range(2, page.max_row + 1):
        quiet = page.cell(row, status).value in ("matched", "within tolerance", "no bill")
        assert page.row_dimensions[row].hidden == quiet
        ours, bill, apart = (page.cell(row, place).value for place in (at - 1, at, at + 1))
        if ours is not None:
            assert abs(ours - bill - apart) < 1e-9
    (rule,) = page.auto_filter.filterColumn
    assert rule.colId == status - 1 and "matched" not in rule.filters.filter


def test_columns_of_nothing_are_one_row(plain):
    """Twenty rows that say 0.00 and yes hide the three that matter."""
    page = openpyxl.load_workbook(plain / "review.xlsx", data_only=True)["Summary"]
    rows = {row[0].row: [cell.value for cell in row[:5]] for row in page.iter_rows()}
    (folded,) = [n for n, row in rows.items() if str(row[0]).endswith("others, folded")]
    assert rows[folded][4] == "yes"
    below = [n for n, row in rows.items() if n > folded and row[0] in {*SHEETS, "Invoices"}]
    assert len(below) == int(rows[folded][0].split()[0]) > 3
    assert all(page.row_dimensions[n].hidden for n in below)
    above = [row for n, row in rows.items() if n < folded and row[0] in SHEETS]
    assert len(above) > 20 and all(row[2] for row in above)
    assert "Of it by price, USD" in [rows[n][1] for n in below]


def test_each_team_has_its_statement_on_a_sheet(plain):
    folder = plain
    cached = openpyxl.load_workbook(folder / "review.xlsx", data_only=True)
    rows = ask(
        folder,
        "select team_id, sum(total_usd) from marts.fct_chargeback_statements group by 1",
    )
    assert len(rows) == 2
    for team, whole in rows:
        page = cached[f"Team {team}"]
        assert page["B1"].value == f"Team {team}" and printed(page) == 1
        heads = [cell.value for cell in page[3]]
        total = heads.index("Total, USD")
        shown = [row[total].value for row in page.iter_rows(min_row=4) if row[total].value]
        assert abs(sum(map(Decimal, map(repr, shown))) - whole) < Decimal("0.005")


def test_lines_of_a_statement_sum_to_its_total(tmp_path, monkeypatch):
    """A team that adds up its lines must come to what it is charged."""
    rows = quarter(["search"])
    month = datetime.date(2026, 9, 1)
    parts = [Decimal("1.25"), Decimal("-0.50"), *[Decimal("0.01")] * 40]
    rows["fct_chargeback_statements"] = [
        {
            "posting_period": month,
            "team_id": "search",
            "cost_center_id": "cc-1",
            "direct_usd": Decimal("1.65"),
            "shared_usd": Decimal(0),
            "credits_usd": Decimal("-0.50"),
            "adjustments_usd": Decimal(0),
            "total_usd": Decimal("1.15"),
            "period_status": "open",
            "charge_mode": "showback",
        }
    ]
    rows["fct_chargeback_statement_lines"] = [
        {
            "posting_period": month,
            "team_id": "search",
            "component": "direct",
            "service_name": f"service-{n}",
            "amount_usd": amount,
        }
        for n, amount in enumerate(parts)
    ]
    file = build(tmp_path, rows, monkeypatch)
    page = openpyxl.load_workbook(file, data_only=True)["Team search"]
    found = {row[0].value: row[5].value for row in page.iter_rows(min_row=5)}
    # 24 cents, the credit among the others
    assert found["Total"] == 1.15 and found["17 others"] == pytest.approx(-0.34)
    assert [page.cell(4, place).value for place in (7, 8)] == [1.15, "yes"]


@pytest.mark.parametrize(
    ("team", "name"),
    [("a/b:c", "a b c"), ("x" * 40, "x" * 31), ("History", "History 2"), ("''", "team")],
)
def test_names_of_sheets_are_what_excel_takes(team, name):
    assert team_sheets.sheet_name(team, set()) == name
    assert team_sheets.sheet_name(team, {name.lower()}) != name


def test_words_of_ours_have_no_underscores(plain):
    """`within_tolerance` is a word of programs, and finance reads a sheet of them."""
    book = openpyxl.load_workbook(plain / "review.xlsx")
    page = book["Daily reconciliation"]
    assert {"within tolerance", "no bill", "matched"} <= set(column(page, "status"))
    assert "stale rate" in column(page, "reason_code")
    for name in ("status", "reason_code", "meter", "decision_state"):
        assert not any("_" in (word or "") for word in column(page, name)), name


def test_drop_downs_offer_what_the_import_takes(plain):
    book = openpyxl.load_workbook(plain / "review.xlsx")
    page = book["Exceptions"]
    offered = {}
    for rule in page.data_validations.dataValidation:
        head = names(page)[next(iter(rule.sqref.ranges)).min_col - 1]
        span = rule.formula1.replace("$", "").removeprefix("Lists!")
        offered[head] = tuple(cell[0].value for cell in book["Lists"][span])
        assert next(iter(rule.sqref.ranges)).max_row == page.max_row
    codes = tuple(reason.replace("_", " ") for reason in reviews.reasons())
    assert offered == {"decision": reviews.DECISIONS, "reason": codes}


def fill_in(file: Path, saved: Path) -> None:
    """Decide on two lines, as finance would in Excel."""
    book = openpyxl.load_workbook(file)
    page = book["Exceptions"]
    heads = names(page)
    filled = {
        "decision": "accepted",
        "reason": "Stale rate",
        "preparer": "Ada Okafor",
        "reviewer": "Bo Lindqvist",
        "note": "=looked(at)",
    }
    for row in (2, 4):
        for name, value in filled.items():
            page.cell(row, heads.index(name) + 1).value = value
            page.cell(row, heads.index(name) + 1).data_type = "s"
    book.save(saved)


@pytest.mark.parametrize("which", ["plain", "odd"])
def test_decisions_are_read_back(request, tmp_path, monkeypatch, which):
    """What finance fills in reaches the seed, whatever the lines are called."""
    folder = request.getfixturevalue(which)
    fill_in(folder / "review.xlsx", tmp_path / "filled.xlsx")
    seed = tmp_path / "reviews.csv"
    shutil.copyfile(ROOT / "seeds/policy/reconciliation_reviews.csv", seed)
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(folder / "w.duckdb"))
    arguments = [str(tmp_path / "filled.xlsx"), "--reviews", str(seed)]
    assert main(["import", "reviews", *arguments]) == 0
    with seed.open(newline="") as file:
        found = list(csv.DictReader(file))
    lines = ask(folder, "select variance_usd from marts.fct_reconciliation_exceptions")
    assert len(found) == 2
    assert {Decimal(row["variance_usd"]) for row in found} <= {amount for (amount,) in lines}
    assert {(row["note"], row["reason"]) for row in found} == {("=looked(at)", "stale_rate")}


def test_decisions_are_not_written_over(plain, tmp_path, monkeypatch, capsys):
    """An afternoon of finance's work must not be lost to a second `make workbook`."""
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(plain / "w.duckdb"))
    file = tmp_path / "filled.xlsx"
    fill_in(plain / "review.xlsx", file)
    before = file.read_bytes()
    assert main(["workbook", "--out", str(file)]) == 1
    assert "2 decisions filled in" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert main(["workbook", "--out", str(file), "--replace"]) == 0
    assert workbook.decisions(file) == 0 and main(["workbook", "--out", str(file)]) == 0


@pytest.mark.parametrize("missing", [False, True])
def test_nothing_to_show(tmp_path, monkeypatch, missing):
    without = set(mart_tables.contracts()) if missing else set()
    file = build(tmp_path, {}, monkeypatch, without)
    book = openpyxl.load_workbook(file)
    assert set(SHEETS) < set(book.sheetnames)
    for name in SHEETS:
        said = book[name]["A1"].value
        assert ("not in this warehouse" in said) == missing


def test_more_rows_than_excel_holds(tmp_path, monkeypatch, capsys):
    """Rows that Excel cannot hold must not vanish in silence."""
    monkeypatch.setattr(sheets, "_ROW_LIMIT", 5)
    file = build(tmp_path, quarter(["search"]), monkeypatch, code=1)
    assert "Excel holds" in capsys.readouterr().err
    assert not file.exists() and not list(tmp_path.glob(".*"))


def test_no_warehouse(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "none.duckdb"))
    assert main(["workbook", "--out", str(tmp_path / "review.xlsx")]) == 2
    assert "there is no warehouse" in capsys.readouterr().err
