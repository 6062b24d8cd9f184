"""The worked pages, followed to the letter.

Harm guarded against: somebody adds a column as the page says and ends with a build that fails, or
with a column that stays empty.
"""

import json
import re

import pytest

from tests.python.landing import event
from tests.python.project import ROOT, Project, copy_project

pytestmark = pytest.mark.wide

# "`path`, and why:", then the piece of a diff
STEP = re.compile(r"^`([\w/.-]+)`[^\n]*:\n\n```diff\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps(page: str) -> list[tuple[str, str, str]]:
    """File, what is there, and what is there afterwards, for each step of a page."""
    found = []
    for path, piece in STEP.findall((ROOT / "docs" / page).read_text()):
        lines = [(line[:1], line[1:]) for line in piece.splitlines(keepends=True)]
        before = "".join(text for sign, text in lines if sign in " -")
        after = "".join(text for sign, text in lines if sign in " +")
        found.append((path, before, after))
    return found


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A copy of the project in which the page's steps are done, and two calls."""
    folder = tmp_path_factory.mktemp("column")
    root = copy_project(folder)
    for path, before, after in steps("add-a-column.md"):
        text = (root / path).read_text()
        assert text.count(before) == 1, f"{path} has this {text.count(before)} times:\n{before}"
        (root / path).write_text(text.replace(before, after))
    landing = folder / "landing"
    (landing / "envelope_events").mkdir(parents=True)
    call = {"provider": "openai", "model": "gpt-4o", "input_tokens": 1000, "output_tokens": 100}
    calls = [event(1, experiment="blue", **call), event(2, **call)]
    (landing / "envelope_events" / "calls.jsonl").write_text("\n".join(map(json.dumps, calls)))
    project = Project(folder, landing, root=root)
    project.load()
    project.build_part("+fct_priced_requests")
    return project


def test_a_column_takes_eight_files():
    assert len({path for path, *_ in steps("add-a-column.md")}) == 8


def test_the_column_is_filled_where_a_record_has_it(followed):
    found = followed.rows(
        "select request_id, experiment_id from marts.fct_priced_requests order by 1"
    )
    assert [experiment for _, experiment in found] == ["blue", None]
