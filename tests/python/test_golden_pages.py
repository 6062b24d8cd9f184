"""Every kind of page looks as it did: on a screen, light and dark, on paper and on a phone.

Harm guarded against: a fault that is only seen. A chart that is gone, text over text, a dark page
with dark letters, a page that is cut off on paper: no figure is wrong, and nobody can read it.
After a change on purpose: python -m tests.python.golden_pages, and look at what it wrote.
"""

import pytest

from tests.python import browser, golden_pages
from tests.python.devtools import window
from tests.python.golden_pages import LOOKS, PAGES, compare, file_of, kept, taken

pytestmark = pytest.mark.wide


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    browser.chromium()
    return golden_pages.build(tmp_path_factory.mktemp("golden"))


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    browser.chromium()
    with window(tmp_path_factory.mktemp("devtools") / "state") as found:
        yield found


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_looks_as_it_did(report, shown, tmp_path, page, look):
    shown.open(file_of(report, page), LOOKS[look])
    wide = shown.run("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], "what is beyond the edge is not seen, on paper it is made smaller"
    picture = taken(shown)
    difference = compare(picture, kept(page, look))
    picture.save(tmp_path / "now.png")
    assert not difference.is_seen, f"{difference}: {kept(page, look)} and {tmp_path / 'now.png'}"


_FAULTS = {
    "a chart is gone": ("index", "light", "find('.plot svg').style.visibility = 'hidden'"),
    "the bars are gone": ("team", "phone", "all('.plot path').forEach((p) => p.remove())"),
    "text over text": (
        "reconciliation",
        "light",
        "find('table').style.translate = '0 -24px'",
    ),
    "letters over each other": ("index", "phone", "find('main').style.letterSpacing = '-3px'"),
    "dark letters on dark": ("governance", "dark", "root.style.setProperty('--ink', '#1b2027')"),
    "a light page at night": ("teams", "dark", "root.style.setProperty('--paper', '#ffffff')"),
    "figures on the left": (
        "chargeback",
        "paper",
        "style('td { text-align: left !important }')",
    ),
    "the menu on paper": ("calls", "paper", "find('header').style.display = 'block'"),
    "a table that ends early": ("efficiency", "light", "find('tbody').lastElementChild.remove()"),
}


@pytest.mark.parametrize("fault", _FAULTS)
def test_what_would_be_seen_is_found(report, shown, fault):
    page, look, script = _FAULTS[fault]
    shown.open(file_of(report, page), LOOKS[look])
    assert not compare(taken(shown), kept(page, look)).is_seen
    shown.run(f"""
        const find = (selector) => document.querySelector(selector);
        const all = (selector) => document.querySelectorAll(selector);
        const root = document.documentElement;
        const style = (rule) => document.head.append(
            Object.assign(document.createElement("style"), {{ textContent: rule }}));
        {script};
        undefined
    """)
    assert compare(taken(shown), kept(page, look)).is_seen


def test_no_picture_is_of_a_page_that_is_gone():
    names = {kept(page, look) for page in PAGES for look in LOOKS}
    found = set(golden_pages.KEPT.glob("*.png"))
    assert found == names
    assert sum(file.stat().st_size for file in found) < 3_000_000
