"""Every kind of page looks as it did: on a screen, light and dark, on paper and on a phone.
And it can be used by whoever sees nothing of it, has no mouse, or runs no script.

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


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A browser of somebody who runs no scripts."""
    with window(tmp_path_factory.mktemp("plain") / "state", runs_scripts=False) as found:
        yield found


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_looks_as_it_did(report, shown, tmp_path, page, look):
    shown.open(file_of(report, page), LOOKS[look])
    wide = shown.run("[document.documentElement.scrollWidth, innerWidth]")
    # Chromium rounds the widths of columns up
    assert wide[0] <= wide[1] + 1, "beyond the edge nothing is seen; paper is made smaller"
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


# A date or an amount whose letters are on two lines, as (text, letters of the first line).
_BROKEN = r"""
    const found = [];
    const months = "January|February|March|April|May|June|July|August|September|October|"
        + "November|December";
    const words = new RegExp([/\d{4}-\d\d-\d\d/.source, `\\d{1,2}\\s(?:${months})(?:\\s\\d{4})?`,
        /USD\s[−<]?[\d,]+(?:\.\d+)?/.source, /[+−]?[\d,]+\.\d+(?:\s%)?/.source].join("|"), "g");
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (node.parentElement.closest(".id, .unseen, svg, code")) continue;
        for (const hit of node.textContent.matchAll(words)) {
            const range = document.createRange();
            range.setStart(node, hit.index);
            range.setEnd(node, hit.index + hit[0].length);
            const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
            if (lines.size > 1) found.push(node.textContent.trim().slice(0, 80));
        }
    }
    return found;
"""


@pytest.mark.parametrize("look", ["light", "phone"])
@pytest.mark.parametrize("page", PAGES)
def test_no_date_and_no_amount_is_broken(report, shown, page, look):
    """A reader who meets 1 to 20 August at the end of a line takes 2026 for a figure."""
    shown.open(file_of(report, page), LOOKS[look])
    assert shown.run(f"(() => {{ {_BROKEN} }})()") == []


# What a person acts on or is led by must have a name of its own.
_NAMED = {"link", "button", "combobox", "searchbox", "textbox", "listbox", "table", "image"}
_NAMED |= {"heading", "region", "navigation", "search", "main", "DisclosureTriangle", "Date"}


@pytest.mark.parametrize("page", PAGES)
def test_a_screen_reader_is_told_what_everything_is(report, shown, page):
    """A button that is read out as a button, of forty, is no button."""
    shown.open(file_of(report, page))
    spoken = shown.spoken()
    roles = [role for role, _ in spoken]
    assert {"RootWebArea", "navigation", "main", "heading", "combobox"} <= set(roles)
    nameless = [role for role, name in spoken if role in _NAMED - {"main"} and not name.strip()]
    assert nameless == []
    for role in ("button", "table", "image"):
        names = [name for each, name in spoken if each == role]
        # what sorts a column is read out within its table
        named = [name for name in names if ": " in name or role != "button"]
        assert len(named) == len(set(named)), role
    assert not [name for _, name in spoken if "undefined" in name or "[object" in name]


def test_a_page_is_used_by_keyboard_alone(report, shown):
    """Skip to the content, walk through all there is, sort a table, open the figures of a chart."""
    shown.open(file_of(report, "index"))
    about = """(() => { const it = document.activeElement; const box = it.getBoundingClientRect();
        const style = getComputedStyle(it);
        return { tag: it.tagName, text: it.textContent.trim(),
            seen: box.bottom > 0 && box.width > 0,
            ring: style.outlineStyle, inside: box.left >= 0 && box.right <= innerWidth }; })()"""
    shown.press("Tab")
    first = shown.run(about)
    assert first["text"] == "Skip to the content" and first["seen"] and first["inside"]
    shown.press("Enter")
    assert shown.run("location.hash") == "#content"
    shown.press("Tab")
    inside = "document.querySelector('main').contains(document.activeElement)"
    assert shown.run(inside)
    shown.open(file_of(report, "index"))
    wanted = shown.run(
        "[...document.querySelectorAll(`a[href], button, input, summary, [tabindex='0']`)]"
        ".filter((each) => each.checkVisibility() && each.tabIndex >= 0).length"
    )
    reached = set()
    for _ in range(wanted):
        shown.press("Tab")
        here = shown.run(about)
        assert here["tag"] != "BODY" and here["ring"] != "none", here
        reached.add(
            shown.run("[...document.querySelectorAll('*')].indexOf(document.activeElement)")
        )
    assert len(reached) == wanted > 40
    shown.run("document.querySelector('main table:not(.figures) thead button').focus()")
    shown.press("Enter")
    assert shown.run("document.activeElement.closest('th').getAttribute('aria-sort')")
    shown.run("document.querySelector('summary').focus()")
    shown.press("Enter")
    assert shown.run("document.activeElement.parentElement.open")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole_without_a_script(report, shown, plain, page):
    """The figures of every chart stand open, no frame is empty, and nothing waits to be filled."""
    plain.ask("Page.navigate", url=file_of(report, page).as_uri())
    nodes = plain.spoken_when("main")
    assert not [name for role, name in nodes if role in ("button", "image")]
    words = " ".join(name for role, name in nodes if role == "StaticText")
    shown.open(file_of(report, page))
    expected = shown.run(
        "[...document.querySelectorAll('figure[data-chart]:not([data-later]) td')]"
        ".map((each) => each.textContent.trim()).filter((text) => text.length > 3)"
    )
    assert [text for text in expected if text not in words] == []


def test_marks_are_where_a_team_spent_twice_its_average(report, shown):
    """A day out of the ordinary is seen in the charts of the company, and in the explorer's."""
    marks = "document.querySelectorAll('{} .mark-symbol path[aria-label]').length"
    shown.open(file_of(report, "index"))
    first = shown.run(marks.format("[data-chart=spend_daily]"))
    shown.open(file_of(report, "explore"))
    # the explorer begins with the month, the first page shows all days
    second = shown.run(marks.format("[data-chart=spend_daily]"))
    assert first == second == 2


def test_no_picture_is_of_a_page_that_is_gone():
    names = {kept(page, look) for page in PAGES for look in LOOKS}
    found = set(golden_pages.KEPT.glob("*.png"))
    assert found == names
    assert sum(file.stat().st_size for file in found) < 3_000_000
