"""docs/glossary.md: one word for one thing, and each thing is where the page says.

Harm guarded against: a controller or an analyst who looks a word up, goes to a column that was
renamed, or finds two words for one figure and adds them up.
"""

import re

from tests.python.documents import ROOT, properties, rows

PAGE = (ROOT / "docs" / "glossary.md").read_text()
ROWS = [cells for _, cells in rows(PAGE) if cells[0] != "word"]
# of the specification, and of the file that we write by it
FOCUS = re.compile(r"^(?:x_)?[A-Z][A-Za-z]+$")


def columns() -> dict[str, set[str]]:
    """The columns of each mart, as its YAML has them."""
    return {
        model["name"]: {column["name"] for column in model["columns"]}
        for path, content in properties()
        if "marts" in path.parts
        for model in content.get("models", [])
        if "columns" in model
    }


def test_each_mart_and_column_is_there():
    known = columns()
    named = [word for cells in ROWS for word in re.findall(r"`([^`]+)`", cells[2])]
    assert len(named) > 60
    for word in named:
        mart, _, column = word.partition(".")
        assert mart in known and (not column or column in known[mart]), word


def test_each_word_says_where_it_is_met():
    assert not [cells[0] for cells in ROWS if "`" not in cells[2]]


def test_a_column_of_focus_is_one_of_our_file():
    ours = columns()["rpt_focus_cost_and_usage"]
    said = {word for cells in ROWS for word in re.findall(r"`([^`.]+)`", cells[3])}
    named = {word for word in said if FOCUS.match(word)}
    assert named <= ours and len(named) > 10


def test_one_word_for_one_thing():
    words = [word.strip() for cells in ROWS for word in cells[0].split(",")]
    assert len(words) == len(set(words))
    columns = [word for cells in ROWS for word in re.findall(r"`(\w+\.\w+)`", cells[2])]
    assert len(columns) == len(set(columns))
