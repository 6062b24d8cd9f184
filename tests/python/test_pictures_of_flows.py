"""docs/architecture.md: short enough to be read, and its pictures are those of the graph.

Harm guarded against: a newcomer who learns a flow that was changed, or gives up on page four.
"""

import re
from functools import cache
from itertools import pairwise

import pytest

from tests.python.documents import ROOT
from tests.python.test_lists import NODE, stems

PAGE = (ROOT / "docs" / "architecture.md").read_text()
PICTURES = re.findall(r"```mermaid\n(.*?)```", PAGE, flags=re.S)
BOX = re.compile(r'(\w+)\[\(?"(.*?)"\)?\]')
# A word reads in 0.25 seconds, a box and its arrow in a second.
_MINUTES = 5


def boxes(picture: str) -> dict[str, str]:
    """The text of each box by its name."""
    return dict(BOX.findall(picture))


def arrows(picture: str) -> list[tuple[str, str]]:
    """From box to box, of drawn-through arrows."""
    found = []
    for line in BOX.sub(r"\1", picture).splitlines():
        if "-->" in line:
            names = [name.strip() for name in line.split("-->")]
            found += pairwise(names)
    return found


@cache
def read_by(model: str) -> frozenset[str]:
    """The models and seeds that a model reads, itself or by others, as far as its SQL says."""
    files = list((ROOT / "models").rglob(f"{model}.sql"))
    if not files:
        return frozenset()
    text = files[0].read_text()
    named = set(re.findall(r"'((?:stg|int|fct|dim|rpt)_\w+)'", text)) - {model}
    return frozenset(named.union(*map(read_by, named)))


def test_it_is_read_in_five_minutes():
    words = len(re.sub(r"```.*?```", "", PAGE, flags=re.S).split())
    count = sum(len(boxes(picture)) for picture in PICTURES)
    assert words * 0.25 + count < _MINUTES * 60


def test_there_is_a_picture_for_each_flow():
    sections = re.split(r"^## ", PAGE, flags=re.M)[2:]
    assert len(sections) >= 6
    assert all("```mermaid" in section for section in sections)


@pytest.mark.parametrize("picture", PICTURES)
def test_boxes_name_models_that_are_there_and_arrows_follow_the_graph(picture):
    text = boxes(picture)
    named = {
        name: models[0]
        for name, said in text.items()
        if (models := re.findall(r"\b(?:int|fct|dim|rpt)_\w+", said))
    }
    assert set(named.values()) <= stems("models")
    for start, end in arrows(picture):
        assert {start, end} <= text.keys(), f"{start} --> {end}"
        if start in named and end in named:
            assert named[start] in read_by(named[end]), f"{named[end]} reads no {named[start]}"
    assert not [name for name in NODE.findall(PAGE) if name.startswith("assert_")]
