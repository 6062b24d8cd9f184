"""docs/five-questions.md, followed in Chromium on the demo; and what README says the demo finds.

Harm guarded against: a reader who is sent to a link that is not there, or finds another figure on
the page than the one that was promised.
"""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from scripts.dashboards.charts import read
from scripts.reporting.tables import usd
from tests.python import browser
from tests.python.pictures import IMAGES, PICTURES
from tests.python.prepared import shared
from tests.python.project import ROOT, Project
from tests.python.test_first_hour import first_difference, pattern

PAGE = (ROOT / "docs" / "five-questions.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
# what is opened, typed, the row that a link is in, what is clicked, what is read
WORDS = re.compile(
    r"[Oo]pen `report/(?P<opened>[^`]+)`|type `(?P<typed>[^`]+)`|row of `(?P<row>[^`]+)`"
    r"|\*\*(?P<clicked>[^*]+)\*\*|(?<!\*)\*(?P<seen>[^*]+)\*(?!\*)"
)


@dataclass
class Visit:
    """What is done and read on one page, until a link leads away from it."""

    opened: str | None = None
    seen: list[str] = field(default_factory=list)
    typed: str = ""
    row: str = ""
    clicked: str = ""


def visits(section: str) -> list[Visit]:
    """The pages of a section in turn; what is read outside of the report is in none."""
    found: list[Visit] = []
    for word in WORDS.finditer(re.sub(r"```.*?```", "", section, flags=re.DOTALL)):
        if word["opened"]:
            found.append(Visit(word["opened"]))
        elif found and word["seen"]:
            found[-1].seen.append(word["seen"])
        elif found and word["clicked"]:
            found[-1].clicked = word["clicked"]
            found.append(Visit())
        elif found:
            found[-1].typed = word["typed"] or found[-1].typed
            found[-1].row = word["row"] or found[-1].row
    return found


_LOOK = """
    const about = %s;
    const plain = (text) => text.replace(/[\\u00a0\\u202f]/g, " ").replace(/\\s+/g, " ").trim();
    if (about.typed) {
        find("#find").value = about.typed;
        find("#find").dispatchEvent(new Event("input"));
        while (!find("#found a")) await new Promise((go) => setTimeout(go, 20));
    }
    const text = plain(document.body.innerText);
    const links = [...document.querySelectorAll("a")].filter((each) =>
        each.getClientRects().length
        && (plain(each.textContent) === about.clicked
            || (each.closest("#found") && plain(each.textContent).includes(about.clicked)))
        && (!about.row || plain(each.closest("tr")?.textContent ?? "").includes(about.row)));
    return { missing: about.seen.filter((each) => !text.includes(each)), to: links[0]?.href };
"""


@pytest.fixture(scope="module")
def demo():
    """What `make demo` makes, but for the documentation: its night's words, and its report."""

    def make(folder):
        now = re.search(r"AI_COST_NOW=(\S+)", PAGE)[1]
        assert f"DEMO_NOW := {now}\n" in (ROOT / "Makefile").read_text()
        key = re.search(r"AI_COST_USER_KEY=(\S+)", PAGE)[1]
        project = Project(
            folder, folder / "landing", now=now, environment={"AI_COST_USER_KEY": key}
        )
        project.ai_cost("sample", "--landing", str(folder / "landing"))
        said = project.ai_cost("nightly")
        project.ai_cost("report", "--out", str(folder / "report"))
        return project.freeze(), said, folder / "report"

    return shared("demo", make)


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    browser.chromium()
    return tmp_path_factory.mktemp("browser")


def test_each_question_has_its_steps_and_its_picture():
    assert len(SECTIONS) == 5
    for name, section in SECTIONS.items():
        assert name.endswith("?") and re.search(r"^1\. ", section, re.MULTILINE)
        assert visits(section), f"{name}: the report is never opened"
        (picture,) = re.findall(r"!\[.+\]\(images/(.+)\.png\)", section)
        assert (IMAGES / f"{picture}.png").stat().st_size < 60_000
        assert picture in PICTURES or picture == "analyst"


@pytest.mark.wide
@pytest.mark.parametrize("name", SECTIONS)
def test_the_steps_are_followed(demo, profile, name):
    _, _, report = demo
    at: Path | None = None
    for visit in visits(SECTIONS[name]):
        at = report / visit.opened if visit.opened else at
        assert at and at.is_file(), f"{name}: {at}"
        script = _LOOK % json.dumps(vars(visit))
        found = browser.probe(at, script, profile)
        assert found["console"] == []
        assert found["answer"]["missing"] == [], f"{name}: not on {at.name}"
        if visit.clicked:
            assert found["answer"].get("to"), f"{name}: no link {visit.clicked} on {at.name}"
            at = Path(unquote(urlsplit(found["answer"]["to"]).path))


@pytest.mark.wide
def test_the_record_of_the_charge_is_where_the_page_says(demo):
    """The line of the landing folder is the request's."""
    project, _, _ = demo
    command = re.search(r"zcat landing/(\S+) \| sed -n (\d+)p", PAGE)
    request = re.search(r"request_id: (\w+)", PAGE)[1]
    assert project.rows(
        "select source_file, line_number from marts.fct_priced_requests "
        f"where logical_request_id = '{request}'"
    ) == [(command[1], int(command[2]))]


@pytest.mark.wide
def test_what_superset_shows_is_what_the_page_says(demo):
    """The charts' own queries, of the days that the page names."""
    project, _, _ = demo
    section = SECTIONS["An analyst: what does each customer cost, in Superset?"]
    charts = {chart.name: chart for chart in read().charts}
    month = "usage_date >= '2026-09-01' and usage_date < '2026-10-01'"
    rows = project.rows(charts["cost_by_customer"].query(month))
    assert rows[0][0] is None
    told = [usd(rows[0][1]), *(text for row in rows[1:3] for text in (row[0], usd(row[1])))]
    assert re.findall(r"`([\w.]+)`", section.split("*Cost by customer*")[1])[:5] == told
    total = project.value(charts["cost"].query(month))
    assert usd(total) == "625.72" and sum(row[1] for row in rows) == total > Decimal(0)


@pytest.mark.wide
def test_the_morning_knows_why_the_night_warned(demo):
    """All that the night printed as a warning, and nothing else, in the page and in `doctor`."""
    project, said, _ = demo
    shown = re.search(r"   ```text\n(.*?)   ```", PAGE, re.DOTALL)[1].replace("\n   ", "\n")[3:]
    code, told, _ = project.outcome("doctor")
    assert code == 1
    assert pattern(shown).match(told), first_difference(shown, told)
    warned = re.findall(r"^warning: (.+?)\. Look (.+)$", said, re.MULTILINE)
    assert len(warned) == told.count(" UTC, warned: ") == shown.count(" UTC, warned: ")
    for what, place in warned:
        assert f"warned: {what}. Do: look {place}" in told


@pytest.mark.wide
def test_the_demo_finds_what_the_readme_says(demo):
    _, said, _ = demo
    readme = (ROOT / "README.md").read_text()
    shown = re.search(r"## What the demo finds\n\n```\n(.*?)```", readme, re.DOTALL)[1]
    shown = re.sub(r"^ *\.\.\.$", "...", shown, flags=re.MULTILINE)
    assert pattern("...\n" + shown + "...").fullmatch(said), first_difference(shown, said)
