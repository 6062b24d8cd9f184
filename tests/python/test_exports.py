"""Every form that docs/exports.md promises loads, and the page promises no other.

Harm guarded against: a newcomer exports a month as the page says, and nothing of it is read.
"""

import re

import pytest

from tests.python.export_forms import FORMS, PAGE, REFUSED, page
from tests.python.landing import Landing
from tests.python.test_wrapped_files import SYSTEMS


def test_each_form_loads(tmp_path, monkeypatch):
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    landing = Landing(tmp_path)
    names = {f"{form.table}/{form.form.replace('/', ' ')}": form for form in FORMS}
    for name, form in names.items():
        landing.put(name, b"")
        content = form.content()
        data = content.encode() if isinstance(content, str) else content
        (landing.folder / name).write_bytes(data)
    assert landing.load() == 0
    records = dict(landing.rows("select source_file, record_count from raw.load_files"))
    assert [name for name in names if not records.get(name)] == []


@pytest.mark.wide
def test_each_form_goes_to_its_table_from_the_inbox(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    landing = Landing(tmp_path)
    names = {f"{f.system}/{f.form}".replace("`", ""): f for f in FORMS}
    files = {name: f"inbox/{number}" for number, name in enumerate(names)}
    for name, form in names.items():
        content = form.content()
        landing.put(files[name], content)
    landing.load()
    placed = dict(landing.rows("select source_file, raw_table from raw.load_files"))
    wrong = {n: placed.get(files[n]) for n, f in names.items() if placed.get(files[n]) != f.table}
    assert set(wrong) == set(), capsys.readouterr().err


def test_each_form_that_is_refused_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AI_COST_USER_KEY", "a key of the tests")
    landing = Landing(tmp_path)
    for number, each in enumerate(REFUSED):
        landing.put(f"{each.table}/{number}", each.content)
    assert landing.load() == 1
    said = capsys.readouterr().err + str(landing.rejects())
    assert [each.what for each in REFUSED if each.says not in said] == []
    assert landing.rows("select coalesce(sum(record_count), 0) from raw.load_files") == [(0,)]


def test_the_page_lists_these_forms_and_no_cell_is_empty():
    text = PAGE.read_text()
    assert text == page(), "write it again: python -m tests.python.export_forms"
    assert not re.search(r"\| *\|", text)
    assert set(SYSTEMS) <= {form.table for form in FORMS}
