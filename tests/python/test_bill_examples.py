"""The worked examples of docs/bills.md, followed to the letter.

Harm guarded against: a page that finance books by, and whose figures are not what the product says.
"""

import csv
import io
import re
from decimal import Decimal, InvalidOperation

import pytest

from tests.python.project import ROOT, Project, copy_project

pytestmark = pytest.mark.wide

PAGE = (ROOT / "docs" / "bills.md").read_text()
FILE = re.compile(r"^`([\w/.-]+)`:\n\n```(?:csv|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANSWER = re.compile(r"^```sql\n(.*?)^```\n\n((?:\|[^\n]*\n)+)", re.MULTILINE | re.DOTALL)
FILES = dict(FILE.findall(PAGE))
ANSWERS = ANSWER.findall(PAGE)


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    root = copy_project(folder)
    for name, text in FILES.items():
        kind, _, rest = name.partition("/")
        path = (folder / "landing" if kind == "landing" else root / "seeds") / rest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if kind == "landing" else completed(text, path.read_text()))
    project = Project(folder, folder / "landing", root=root, now="2026-11-10T06:00:00Z")
    project.load()
    project.build()
    return project


def completed(text: str, shipped: str) -> str:
    """A company's file with the columns that it leaves out, as a company folder is read."""
    rows = list(csv.reader(io.StringIO(text)))
    header = next(csv.reader(io.StringIO(shipped)))
    out = io.StringIO()
    write = csv.DictWriter(out, header, lineterminator="\n")
    write.writeheader()
    write.writerows(dict(zip(rows[0], row, strict=True)) for row in rows[1:])
    return out.getvalue()


def cell(value: object) -> str:
    """As the page writes it."""
    try:
        return f"{Decimal(value).normalize():f}" if isinstance(value, Decimal) else str(value or "")
    except InvalidOperation:
        return str(value)


def test_the_page_has_files_of_every_kind_and_answers():
    assert len(FILES) == 12 and len(ANSWERS) == 5
    assert {name.split("/")[0] for name in FILES} == {"landing", "company"}


@pytest.mark.parametrize(("sql", "table"), ANSWERS, ids=range(len(ANSWERS)))
def test_the_answers_are_those_of_the_page(month, sql, table):
    _, _, *rows = [line.strip("|").split("|") for line in table.splitlines()]
    assert [[cell(value) for value in row] for row in month.rows(sql)] == [
        [each.strip() for each in row] for row in rows
    ]


def test_nothing_of_it_is_a_finding(month):
    assert month.rows("select finding, subject from marts.fct_bill_findings") == []
