"""Every question of docs/questions.md has an answer on the sample, and its figures add up.

Harm guarded against: a page that promises an answer, and a query on it that fails, finds nothing,
or leaves a part of the money out.
"""

import re

import pytest

from tests.python.documents import ROOT

PAGE = ROOT / "docs" / "questions.md"
ASKED = re.compile(
    r"^### (?P<question>[^\n]+\?)\n\n(?P<where>[^\n]+)\n\n```sql\n(?P<sql>.+?)```", re.M | re.S
)
FOOTING = re.compile(r"^-- (?P<kind>sum|max) of (?P<column>\w+) = (?P<other>select .+)$", re.M)
QUESTIONS = {found["question"]: found for found in ASKED.finditer(PAGE.read_text())}


def test_every_question_has_a_place_and_a_query():
    asked = re.findall(r"^### (.+)$", PAGE.read_text(), re.M)
    assert asked == list(QUESTIONS)
    assert len(asked) == len(set(asked)) > 25
    for found in QUESTIONS.values():
        assert re.search(r"`(fct|dim)_\w+`|`ai-cost |`analyses/|decisions/", found["where"]), found[
            "question"
        ]


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_found_and_adds_up(question, sample_night):
    sql = QUESTIONS[question]["sql"]
    (footing,) = FOOTING.finditer(sql)
    kind, column, other = footing.group("kind", "column", "other")
    answer = sample_night.rows(sql)
    assert answer and any(value is not None for row in answer for value in row)
    found = sample_night.value(f"select {kind}({column}) from ({sql}\n)")
    assert found is not None and found == sample_night.value(other)
