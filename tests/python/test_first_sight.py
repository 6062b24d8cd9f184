"""A wrong bill is red at first sight on all four faces: headline, report, workbook and alerts.

Harm guarded against: a doubled bill, thirty small overcharges, a slow drift, a missing page or a
missing day that the marts know and that one of the faces does not show, from files to faces.
"""

import datetime
import json
from decimal import Decimal

import openpyxl
import pytest

from scripts.cli import main
from scripts.reporting import headline, overview
from scripts.sample.month import MODELS, Attempt, Line, price
from scripts.sample.month_files import FORMS, TABLES, Deliveries, File
from tests.python.landing import Landing
from tests.python.pages import Page
from tests.python.project import Project

pytestmark = pytest.mark.wide

DAYS = [datetime.date(2026, 10, number) for number in range(1, 32)]
# Tokens a day; each provider has one kind of fault.
USED = {
    "bedrock": {"uncached_input": 100_000, "cache_read": 100_000, "output": 40_000},
    "azure": {"uncached_input": 40_000_000, "cache_read": 0, "output": 0},
    "openai": {"uncached_input": 32_000_000, "cache_read": 0, "output": 0},
    "anthropic": {"uncached_input": 100_000, "cache_read": 0, "output": 20_000},
    "google-vertex": {"uncached_input": 800_000, "cache_read": 0, "output": 40_000},
}
SMALL, OVERCHARGE = "gpt-4o-mini", Decimal("0.15")
# A sentence of the findings, how an alert begins, and what it goes on with.
KINDS = {
    "a doubled bill": (
        "Amazon Bedrock: the bill of October 2026, USD 19.22, is USD 9.61 above our figures; "
        "USD 1.00 is allowed. Each line alone is within its tolerance.",
        "Bill off in total, 1 October 2026, USD",
        ": Amazon Bedrock, account default: the month as a whole is off",
    ),
    "small overcharges of one model": (
        "OpenAI: the bill for gpt-4o-mini of October 2026, USD 23.25, is USD 4.65 above our "
        "figures; USD 1.00 is allowed. Each line alone is within its tolerance.",
        "Bill off in total, 1 October 2026, USD",
        ": OpenAI, model gpt-4o-mini: the model's month is off",
    ),
    "a slow drift": (
        "Microsoft Azure: the bill is off to the same side day after day, 1 to 31 October 2026: "
        "up to USD 3.00 in ten days.",
        "Finding on a bill, 10 October 2026, USD",
        ": drift: Microsoft Azure, account all, use of 2026-10-01",
    ),
    "a missing page": (
        "Anthropic: a page of the bill is missing after the file "
        "anthropic_cost_report/20261112T060000Z-page1.json: nothing from 10 October 2026 on.",
        "Finding on a bill, 12 November 2026,",
        ": incomplete pull: Anthropic, account default",
    ),
    "a missing day": (
        "Google Vertex AI: no bill for 1 day of use, 28 October 2026; "
        "our own cost of that: USD 0.34.",
        "Finding on a bill, 1 November 2026, USD",
        ": no bill: Google Vertex AI, account default",
    ),
}


def attempts() -> list[Attempt]:
    usual = [Attempt(provider, day, 0, USED[provider]) for provider in USED for day in DAYS]
    small = {"uncached_input": 2_000_000, "cache_read": 0, "output": 500_000}
    return usual + [Attempt("openai", day, 1, small, model=SMALL) for day in DAYS]


def lines(provider: str) -> list[Line]:
    """What is billed, with what is wrong."""
    found = [
        Line(
            provider,
            day,
            MODELS[provider],
            meter,
            tokens,
            tokens * price(provider, "standard", meter),
        )
        for day in DAYS
        for meter, tokens in USED[provider].items()
        if tokens
    ]
    if provider == "bedrock":
        return found + found
    if provider == "azure":
        return [Line(*_of(x), x.amount * Decimal("1.003")) for x in found]
    if provider == "openai":
        return found + [
            Line(provider, day, SMALL, meter, tokens, amount)
            for day in DAYS
            for meter, tokens, amount in (
                ("uncached_input", 2_000_000, Decimal("0.30")),
                ("output", 500_000, Decimal("0.30") + OVERCHARGE),
            )
        ]
    if provider == "google-vertex":
        return [x for x in found if x.day.day != 28]
    return found


def _of(x: Line) -> tuple:
    return x.provider, x.day, x.model, x.meter, x.quantity


def files(provider: str) -> list[File]:
    suffix = FORMS[provider][1]
    stem, mine = f"{TABLES[provider]}/20261112T060000Z", lines(provider)
    if provider != "anthropic":
        return [File(f"{stem}.{suffix}", mine, DAYS)]
    # the page from the 10th to the 12th is missing
    return [
        File(f"{stem}-page{number}.{suffix}", [x for x in mine if x.day in days], days, more=more)
        for number, days, more in ((1, DAYS[:9], True), (3, DAYS[12:], False))
    ]


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sight")
    landing = Landing(folder)
    for provider in USED:
        for file in files(provider):
            landing.put(file.name, FORMS[provider][0](file))
    events = [Deliveries._event(each) for each in attempts()]
    landing.put("envelope_events/a.jsonl", "".join(events))
    project = Project(folder, folder / "landing", now="2026-11-13T06:00:00Z")
    project.nightly()
    return project


@pytest.fixture(scope="module")
def faces(night, tmp_path_factory):
    """What is red on each."""
    folder = tmp_path_factory.mktemp("faces")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AI_COST_TARGET", "duckdb")
        patch.setenv("AI_COST_WAREHOUSE", str(night.warehouse))
        # a company has one of these and not five: each is among the first
        for page in (headline, overview):
            patch.setattr(page, "_FINDINGS_SHOWN", 99)
        with headline.connect() as connection:
            said = headline.Headline(connection).lines()
        assert main(["report", "--out", str(folder / "report")]) == 0
        assert main(["workbook", "--out", str(folder / "review.xlsx")]) == 0
        alerts = [json.loads(x) for x in night.ai_cost("alerts").splitlines() if x[:1] == "{"]
    page = Page(folder / "report" / "index.html").soup
    grave = [
        x.get_text().strip().replace("\u00a0", " ") for x in page.select(".attention li.grave")
    ]
    rows = Page(folder / "report" / "reconciliation.html").soup.select("tr[id^=finding-]")
    listed = [x.get_text(" ").replace("\u00a0", " ") for x in rows if x.select(".state.breach")]
    summary = openpyxl.load_workbook(folder / "review.xlsx")["Summary"]
    cells = [row[0] for row in summary.iter_rows() if row[0].font.color]
    inked = [str(x.value) for x in cells if x.font.color.rgb == "FFC2410C"]
    return {
        "headline": [line[2:] for line in said if line.startswith("! ")],
        "report": grave,
        "page": listed,
        "workbook": inked,
        "alerts": [x["text"] for x in alerts],
    }


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_red_on_every_face(faces, kind):
    sentence, begins, goes_on = KINDS[kind]
    for face in ("headline", "report", "workbook"):
        assert any(text.startswith(sentence) for text in faces[face]), (face, faces[face])
    assert any(sentence.split(": ", 1)[1] in text for text in faces["page"]), faces["page"]
    alerts = [text for text in faces["alerts"] if text.startswith(begins)]
    assert any(goes_on in text for text in alerts), faces["alerts"]


def test_no_line_of_them_is_beyond_its_tolerance(night):
    """All of it is seen in totals, in charts and in what is missing."""
    assert night.rows("select count(*) from marts.fct_reconciliation_exceptions") == [(0,)]
