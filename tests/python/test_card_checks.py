"""Bad rows and files of the rate card and of contracts, each refused before anything is loaded.

Harm guarded against: a slip in a price file that has replaced the good table, and with which a
night has priced, before anybody was told. Each case says what a person reads.
"""

import csv
import io
from itertools import count

import pytest

from scripts.cli import main
from scripts.rates.card import COLUMNS
from scripts.rates.checks import files_in, problems
from tests.python.project import ROOT, Project

CARDS = ROOT / "seeds" / "rate_cards"
OURS = (CARDS / "rate_card_prices.csv").read_text()
LAST = OURS.count("\n")
ROW = {
    "price_card_version": "own",
    "provider": "openai",
    "model": "gpt-5-mini",
    "meter": "output",
    "service_tier": "standard",
    "region_scope": "global",
    "context_min_tokens": "0",
    "threshold_inclusive": "false",
    "unit_price_usd": "3",
    "block_size": "1000000",
    "valid_from": "2026-11-25 00:00:00",
    "valid_to": "",
    "recorded_at": "2026-11-25 00:00:00",
    "status": "effective",
    "source": "order form",
}
HEADERS = {
    file.stem: next(csv.reader(file.open()))
    for folder in ("rate_cards", "contracts")
    for file in (ROOT / "seeds" / folder).glob("*.csv")
}


def put(folder, name, *rows):
    """A file of the company with rows by column; blank where a row does not say."""
    is_own = name.startswith("rate_contract") or name == "capacity_commitments"
    with (folder / f"{'' if is_own else 'extra_'}{name}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, HEADERS[name], lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


def refused(capsys):
    """What `ai-cost check` says of a card that it refuses."""
    assert main(["check"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


# What is written into one good row, and what is said of it: column, value and advice.
CELLS = [
    ({"unit_price_usd": "-3"}, 'unit_price_usd "-3": is below 0; write a figure from 0 to 10000'),
    ({"unit_price_usd": "0"}, 'unit_price_usd "0": is no price; leave the row out, or say'),
    (
        {"unit_price_usd": "0.123456789012"},
        'unit_price_usd "0.123456789012": has more than 9 decimals and would be rounded; write 9',
    ),
    ({"unit_price_usd": "1,5"}, 'unit_price_usd "1,5": has a decimal comma; write 1.5'),
    ({"unit_price_usd": "$3"}, 'unit_price_usd "$3": is no number; write digits and a decimal'),
    ({"unit_price_usd": "3e-6"}, 'unit_price_usd "3e-6": is no number'),
    ({"unit_price_usd": "NaN"}, 'unit_price_usd "NaN": is no number'),
    ({"unit_price_usd": "1_000"}, 'unit_price_usd "1_000": is no number'),
    ({"unit_price_usd": ""}, 'unit_price_usd "": is empty; every row needs it'),
    (
        {"unit_price_usd": "99999999"},
        'unit_price_usd "99999999": is too large for the column; check the decimal point',
    ),
    ({"unit_price_usd": "10001"}, 'unit_price_usd "10001": is above 10000; write a figure from 0'),
    (
        {"unit_price_usd": "3000"},
        'unit_price_usd "3000": is 1500 times the 2 before it (seeds/rate_cards/rate_card_prices',
    ),
    (
        {"unit_price_usd": "0.000002"},
        'unit_price_usd "0.000002": is 0.000001 times the 2 before it',
    ),
    (
        {"valid_from": "2026-11-25 00:00:00+02:00"},
        'valid_from "2026-11-25 00:00:00+02:00": names a time zone; write it in UTC and without '
        "one: 2026-11-24 22:00:00",
    ),
    (
        {"valid_from": "2026-11-25T00:00:00Z"},
        'valid_from "2026-11-25T00:00:00Z": names a time zone; write it in UTC and without one: '
        "2026-11-25 00:00:00",
    ),
    (
        {"valid_from": "25/11/2026 00:00"},
        'valid_from "25/11/2026 00:00": is no instant; write 2026-11-25 00:00:00',
    ),
    ({"valid_from": "05/11/2026"}, 'valid_from "05/11/2026": is no instant; write 2026-11-25'),
    ({"valid_from": "2026-1-5"}, 'valid_from "2026-1-5": is no instant; write 2026-11-25'),
    ({"valid_from": "2026-02-30"}, 'valid_from "2026-02-30": is no instant'),
    ({"valid_from": "soon"}, 'valid_from "soon": is no instant'),
    ({"valid_from": ""}, 'valid_from "": is empty; every row needs it'),
    ({"valid_from": "1926-11-25"}, 'valid_from "1926-11-25": is out of all time; check the year'),
    (
        {"valid_to": "9999-12-31 00:00:00"},
        'valid_to "9999-12-31 00:00:00": is out of all time; check the year, and leave an open end',
    ),
    (
        {"valid_to": "2026-11-20 00:00:00"},
        'valid_to "2026-11-20 00:00:00": is not after valid_from, 2026-11-25 00:00:00; leave it',
    ),
    (
        {"valid_to": "2026-11-25"},
        'valid_to "2026-11-25": is not after valid_from',
    ),
    (
        {"recorded_at": "2099-11-25 00:00:00"},
        'recorded_at "2099-11-25 00:00:00": is in the future; write when the row is recorded, in',
    ),
    ({"recorded_at": ""}, 'recorded_at "": is empty'),
    (
        {"status": "corrected"},
        'status "corrected": changes no row recorded before it; repeat its provider, model, meter,',
    ),
    ({"status": "withdrawn"}, 'status "withdrawn": changes no row recorded before it'),
    ({"status": "efective"}, 'status "efective": is unknown; did you mean effective?'),
    ({"model": "gpt-5-mini "}, 'model "gpt-5-mini ": has blanks or invisible letters around or'),
    ({"model": "\u00a0gpt-5-mini"}, "write 'gpt-5-mini'"),
    ({"model": "gpt-5\u200b-mini"}, "has blanks or invisible letters around or in it"),
    ({"model": "GPT-5-mini"}, 'model "GPT-5-mini": has capital letters; write gpt-5-mini'),
    ({"model": ""}, 'model "": is empty'),
    ({"provider": "opanai"}, 'provider "opanai": is unknown; did you mean openai?'),
    ({"provider": "OpenAI"}, 'provider "OpenAI": is unknown; did you mean openai'),
    ({"meter": "outputs"}, 'meter "outputs": is unknown; did you mean output'),
    ({"meter": "input"}, 'meter "input": is unknown; did you mean'),
    ({"service_tier": "premium"}, 'service_tier "premium": is unknown; write one of batch, fast'),
    ({"region_scope": "eu-west-1"}, 'region_scope "eu-west-1": is unknown; write one of apac,'),
    (
        {"meter": "web_search", "block_size": "1000", "region_scope": "eu"},
        'meter "web_search": costs the same everywhere; write it once, under standard, global and',
    ),
    ({"context_min_tokens": "200k"}, 'context_min_tokens "200k": is no whole number; write digits'),
    (
        {"context_min_tokens": "99999999999999999999"},
        'context_min_tokens "99999999999999999999": is too large for the column',
    ),
    (
        {"context_min_tokens": "200000", "meter": "input_audio"},
        'context_min_tokens "200000": leaves requests above it without a price: gpt-5-mini lacks '
        "output and uncached_input there (standard/global); add them from 2026-11-25 00:00:00 on",
    ),
    (
        {"model": "gpt-5.4", "context_min_tokens": "272000", "threshold_inclusive": "true"},
        'threshold_inclusive "true": is not as in the other rows of gpt-5.4 from 272000 on; write',
    ),
    ({"threshold_inclusive": "yes"}, 'threshold_inclusive "yes": is no yes or no; write true or'),
    ({"threshold_inclusive": "TRUE"}, 'threshold_inclusive "TRUE": is no yes or no'),
    ({"block_size": "1000"}, 'block_size "1000": is not the block of output; write 1000000 and'),
    ({"block_size": "100"}, 'block_size "100": is unknown; did you mean 1000 or 1000000?'),
    ({"source": ""}, 'source "": is empty'),
    ({"price_card_version": ""}, 'price_card_version "": is empty'),
]


@pytest.mark.parametrize(("change", "sentence"), CELLS)
def test_a_bad_price_is_refused(company, capsys, change, sentence):
    put(company, "rate_card_prices", ROW | change)
    said = refused(capsys)
    assert f"{company}/extra_rate_card_prices.csv, line 2, " in said
    assert sentence in said
    assert not (company / "target").exists()


def contract(**change):
    return {
        "contract_id": "c-1",
        "provider": "openai",
        "billing_account_id": "default",
        "price_of_unlisted": "list",
        "currency": "USD",
        "valid_from": "2026-01-01 00:00:00",
        "recorded_at": "2026-01-01 00:00:00",
        "status": "effective",
        "source": "order form",
    } | change


def contract_line(**change):
    return {
        "contract_id": "c-1",
        "model": "*",
        "meter": "*",
        "service_tier": "*",
        "region_scope": "*",
        "discount": "0.15",
        "source": "order form",
    } | change


def tier(**change):
    return {
        "contract_id": "c-1",
        "model": "*",
        "meter": "*",
        "service_tier": "*",
        "counted_in": "tokens",
        "from_amount": "1000000",
        "holds_for": "above",
        "discount": "0.05",
        "source": "order form",
    } | change


PRICE = {"discount": "", "meter": "output", "unit_price": "3", "block_size": "1000000"}
ALIAS = {
    "provider": "openai",
    "alias": "our-mini",
    "model": "gpt-5-mini",
    "valid_from": "2026-01-01 00:00:00",
    "source": "gateway",
}
WINDOW = {
    "provider": "deepseek",
    "model": "deepseek-chat",
    "window_id": "noon",
    "service_tier": "off_peak",
    "timezone": "UTC",
    "weekdays": "1-5",
    "start_time": "12:00:00",
    "end_time": "13:00:00",
    "valid_from": "2024-01-01 00:00:00",
    "recorded_at": "2026-11-25 00:00:00",
    "status": "effective",
    "source": "page",
}
MULTIPLIER = {
    "price_card_version": "own",
    "provider": "openai",
    "model": "gpt-5-mini",
    "region_scope": "us",
    "multiplier": "1.1",
    "applies_to": "token",
    "valid_from": "2026-01-01 00:00:00",
    "recorded_at": "2026-11-25 00:00:00",
    "status": "effective",
    "source": "page",
}
OF_OTHERS = {
    "price_card_version": "mine",
    "provider": "groq",
    "model": "our-own",
    "meter": "uncached_input",
    "service_tier": "standard",
    "region_scope": "global",
    "context_min_tokens": "0",
    "threshold_inclusive": "false",
    "unit_price_usd": "3",
    "block_size": "1000000",
    "recorded_at": "2026-11-25 00:00:00",
    "source_count": "1",
    "source": "page",
}
LATER = OF_OTHERS | {"recorded_at": "2026-11-26 00:00:00"}
# Seed, its rows, and what is said of the last one.
ROWS = [
    (
        "rate_card_prices",
        [ROW, ROW | {"unit_price_usd": "4"}],
        'recorded_at "2026-11-25 00:00:00": is the same in {file}, line 2 (provider, model, meter,',
    ),
    (
        "rate_card_prices",
        [ROW, ROW | {"valid_from": "2026-11-25", "recorded_at": "2026-11-25"}],
        'recorded_at "2026-11-25": is the same in {file}, line 2',
    ),
    (
        "community_prices",
        [OF_OTHERS | {"unit_price_usd": "-1"}],
        'unit_price_usd "-1": is below 1E-9; write a figure from',
    ),
    (
        "community_prices",
        [OF_OTHERS, OF_OTHERS | {"unit_price_usd": "4"}],
        'recorded_at "2026-11-25 00:00:00": is the same in {file}, line 2',
    ),
    (
        "community_prices",
        [OF_OTHERS | {"model": "Our-Own"}],
        'model "Our-Own": has capital letters; write our-own',
    ),
    (
        "community_prices",
        [OF_OTHERS, OF_OTHERS | {"meter": "output", "block_size": "1000"}],
        'block_size "1000": is not the block of output; write 1000000',
    ),
    (
        "community_prices",
        [OF_OTHERS, OF_OTHERS | {"meter": "input_audio", "context_min_tokens": "200000"}],
        'context_min_tokens "200000": leaves requests above it without a price: our-own lacks '
        "uncached_input there (standard/global); add them, or leave this row out",
    ),
    (
        "community_prices",
        [OF_OTHERS | {"service_tier": "ultra"}],
        'service_tier "ultra": is unknown; did you mean ultrafast?',
    ),
    (
        "community_prices",
        [OF_OTHERS, LATER | {"unit_price_usd": "31"}],
        'unit_price_usd "31": is 10.33 times the 3 before it ({file}, line 2); check the unit',
    ),
    (
        "community_prices",
        [OF_OTHERS, LATER | {"unit_price_usd": "0.25"}],
        'unit_price_usd "0.25": is 0.08333 times the 3 before it ({file}, line 2)',
    ),
    (
        "community_prices",
        [OF_OTHERS | {"provider": "grok-cloud"}],
        'provider "grok-cloud": is unknown; ',
    ),
    (
        "community_prices",
        [OF_OTHERS | {"meter": "output"}],
        'meter "output": alone prices no whole request: our-own lacks uncached_input; add it, or',
    ),
    ("model_aliases", [ALIAS | {"alias": "Our-Mini"}], 'alias "Our-Mini": has capital letters'),
    ("model_aliases", [ALIAS | {"alias": "gpt-5-mini"}], "is the model's own name; leave the row"),
    (
        "model_aliases",
        [ALIAS | {"model": "gpt-5-minni"}],
        'model "gpt-5-minni": is unknown; did you mean gpt-5-mini or',
    ),
    (
        "model_aliases",
        [ALIAS | {"model": "claude-opus-4"}],
        'model "claude-opus-4": has no price at openai',
    ),
    (
        "model_aliases",
        [ALIAS, ALIAS | {"model": "gpt-5", "valid_from": "2026-06-01 00:00:00"}],
        'alias "our-mini": names gpt-5-mini too at that time ({file}, line 2); end that row',
    ),
    (
        "rate_card_multipliers",
        [MULTIPLIER | {"model": "gpt-5-minni"}],
        'model "gpt-5-minni": has no price at openai; did you mean gpt-5-mini',
    ),
    ("rate_card_multipliers", [MULTIPLIER | {"multiplier": "0"}], 'multiplier "0": is below'),
    (
        "rate_card_multipliers",
        [MULTIPLIER | {"multiplier": "999.999999"}],
        'multiplier "999.999999": is above 10; write a figure from 0.000001 to 10',
    ),
    ("rate_card_time_windows", [WINDOW | {"weekdays": "Mon-Fri"}], "write 1-5 for Monday to"),
    ("rate_card_time_windows", [WINDOW | {"end_time": "24:00:00"}], "is no time of day; write 06"),
    (
        "rate_card_time_windows",
        [WINDOW | {"excludes_holiday_calendar": "cn_public_holiday"}],
        "is no calendar; did you mean cn_public_holidays?",
    ),
    (
        "holiday_calendars",
        [{"calendar_id": "de", "holiday_date": "3.10.2026", "name": "Einheit", "source": "law"}],
        'holiday_date "3.10.2026": is no day; write 2026-11-25 (year-month-day)',
    ),
    (
        "rate_contracts",
        [contract(valid_to="2025-12-31")],
        'valid_to "2025-12-31": is not after valid_from',
    ),
    ("rate_contracts", [contract(status="corrected")], "changes no row recorded before it"),
    ("rate_contracts", [contract(), contract()], "is the same in {file}, line 2 (contract_id,"),
    ("rate_contracts", [contract(price_of_unlisted="free")], "is unknown; write one of list, unp"),
    (
        "rate_contracts",
        [contract(currency="EURO")],
        'currency "EURO": is unknown; write one of AUD, CAD',
    ),
    ("rate_contracts", [contract(currency="")], 'currency "": is empty'),
    ("rate_contract_lines", [contract_line(discount="15")], 'discount "15": is too large'),
    ("rate_contract_lines", [contract_line(discount="1.5")], "write 0.15 for fifteen per cent"),
    ("rate_contract_lines", [contract_line(discount="")], "must stand alone: write either unit_"),
    ("rate_contract_lines", [contract_line(unit_price="3")], "must stand alone: write either"),
    ("rate_contract_lines", [contract_line(meter="outptu")], "is unknown; did you mean output"),
    (
        "rate_contract_lines",
        [contract_line(**PRICE | {"meter": "*"})],
        'meter "*": is every meter, which no one price is for; name one',
    ),
    ("rate_contract_lines", [contract_line(**PRICE | {"block_size": ""})], "is no block; write"),
    ("rate_contract_lines", [contract_line(**PRICE | {"unit_price": "-1"})], "is below 0;"),
    (
        "rate_contract_lines",
        [contract_line(**PRICE | {"unit_price": "1000000"})],
        'unit_price "1000000": is above 10000',
    ),
    ("rate_contract_lines", [contract_line(**PRICE | {"unit_price": "0"})], "is no price;"),
    ("rate_contract_tiers", [tier(from_amount="1e6")], "is no whole number; write digits only"),
    ("rate_contract_tiers", [tier(from_amount="-5")], "is below 0;"),
    ("rate_contract_tiers", [tier(), tier()], "is the same in {file}, line 2 (contract_id, model,"),
    ("rate_contract_tiers", [tier(counted_in="units")], "is unknown; write one of tokens, usd"),
    ("rate_contract_tiers", [tier(holds_for="whole")], "is unknown; write one of above, all"),
    (
        "rate_contract_tiers",
        [tier(), tier(from_amount="9", holds_for="all")],
        'holds_for "all": is above in {file}, line 2; tiers of one model, meter and service tier',
    ),
    ("rate_contract_tiers", [tier(discount="1.5")], "write 0.15 for fifteen per cent"),
    ("rate_contract_tiers", [tier(meter="web_search")], 'counted_in "tokens": counts no calls;'),
    (
        "rate_contract_tiers",
        [tier(model="gpt-5", service_tier="standard", discount="", unit_price_usd="3")],
        'meter "*": is all, which no one price is for; name one',
    ),
]


@pytest.mark.parametrize(("name", "rows", "sentence"), ROWS)
def test_a_bad_row_of_another_file_is_refused(company, capsys, name, rows, sentence):
    put(company, name, *rows)
    (file,) = company.iterdir()
    said = refused(capsys)
    assert f"{file}, line {len(rows) + 1}, " in said
    assert sentence.format(file=file) in said


def as_csv(rows, **options):
    text = io.StringIO()
    csv.writer(text, **({"lineterminator": "\n"} | options)).writerows(rows)
    return text.getvalue()


def swapped(rows):
    """valid_from and recorded_at in each other's place, with their names."""
    first, second = COLUMNS.index("valid_from"), COLUMNS.index("recorded_at")
    for row in rows:
        row[first], row[second] = row[second], row[first]
    return rows


def good():
    return [list(COLUMNS), list(ROW.values())]


# A file of the company, and what is said of it; the second has the form of Excel.
COMPANY_FILES = [
    (as_csv(good(), delimiter=";"), "line 1: is separated by semicolons, as Excel writes them"),
    (as_csv(good(), delimiter="\t"), "line 1: is separated by tabs; save it with commas"),
    (as_csv(good()).encode("utf-16"), "line 1: is not text in UTF-8; save it as CSV UTF-8"),
    ("", "line 1: is empty; write the header price_card_version,provider,"),
    (
        as_csv(good()).replace("unit_price_usd", "price_usd"),
        'line 1: has an unknown column "price_usd"; did you mean unit_price_usd?',
    ),
    (as_csv([row[:-1] for row in good()]), "line 1: lacks the columns source; the columns are"),
    (as_csv([[*row, "note"] for row in good()]), "line 1: has unknown columns note; the columns"),
    (as_csv([[*row, "source"] for row in good()]), "line 1: names a column twice; the columns are"),
    (as_csv([*good(), ["own", "openai"]]), "line 3: has 2 values in 15 columns; put a value that"),
    (as_csv(good()) + 'own,"openai', "line 1: is no CSV (unexpected end of data); look for a"),
]


def test_a_file_of_before_a_column_came_is_no_bad_file(company, capsys):
    """Harm: a night stops at a reservation that was written down before units could be."""
    (company / "capacity_commitments.csv").write_text(
        "commitment_id,provider,billing_account_id,model,valid_from,valid_to,recorded_at,status,"
        "source\nptu-1,azure,default,gpt-4o,2026-01-01 00:00:00,,2026-01-01 00:00:00,effective,x\n"
    )
    assert main(["check"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize(("content", "sentence"), COMPANY_FILES)
def test_a_bad_file_is_refused(company, capsys, content, sentence):
    file = company / "extra_rate_card_prices.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert f"{file}, {sentence}" in refused(capsys)


# What is made of the product's own file, which dbt reads as it is, and what is said of it.
OUR_FILES = [
    (
        lambda text: "\ufeff" + text,
        "line 1: begins with a byte order mark; save it as UTF-8 without",
    ),
    (lambda text: text.replace("\n", "\r\n"), "line 1: has the line ends of Windows; save it with"),
    (
        lambda text: as_csv(swapped(list(csv.reader(io.StringIO(text))))),
        "line 1: has its columns in another order, and they are read by place; the columns are",
    ),
    (
        lambda text: text + text.splitlines()[-1] + "\n",
        f'line {LAST + 1}, recorded_at "',
    ),
]


@pytest.mark.parametrize(("damaged", "sentence"), OUR_FILES)
def test_a_damaged_file_of_ours_is_refused(tmp_path, damaged, sentence):
    file = tmp_path / "rate_card_prices.csv"
    file.write_bytes(damaged(OURS).encode())
    found = problems(files_in(tmp_path))
    assert next(map(str, found)).startswith(f"{file}, {sentence}")
    assert len(found) == 1


def test_there_are_sixty_cases_and_more():
    assert len([*CELLS, *ROWS, *COMPANY_FILES, *OUR_FILES]) >= 60


GOOD = [
    {"unit_price_usd": "0", "source": "page of 2026-11-25; reason: free until December"},
    {"unit_price_usd": "60", "source": "page of 2026-11-25; reason: thirty times, it says so"},
    {"unit_price_usd": "2.500000000000"},
    {"valid_from": "2026-11-25", "recorded_at": "2026-11-25"},
    {"valid_from": "2025-08-07 00:00:00", "status": "corrected"},
    {"model": "our-own", "provider": "self-hosted", "context_min_tokens": "0"},
]


@pytest.mark.parametrize("change", GOOD)
def test_a_careful_row_is_taken(company, capsys, change):
    put(company, "rate_card_prices", ROW | change)
    assert main(["check"]) == 0, capsys.readouterr().err


def test_excels_file_is_taken_from_a_company(company, capsys):
    """A byte order mark, the line ends of Windows, columns moved about, blank rows at the end."""
    content = "\ufeff" + as_csv([*swapped(good()), [""] * len(COLUMNS)], lineterminator="\r\n")
    (company / "extra_rate_card_prices.csv").write_bytes(content.encode())
    assert main(["check"]) == 0, capsys.readouterr().err


def test_many_problems_are_counted_and_the_first_are_named(company, capsys):
    prices = (f"-{number}" for number in count(1))
    put(company, "rate_card_prices", *(ROW | {"unit_price_usd": next(prices)} for _ in range(30)))
    said = refused(capsys)
    assert "prices refused, nothing was changed: 30" in said
    assert said.count(", line ") == 20 and "and 10 more" in said


def test_nothing_is_loaded_or_replaced(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    landing = tmp_path / "landing" / "envelope_events"
    landing.mkdir(parents=True)
    (landing / "day.jsonl").write_text("{}\n")
    settings = {"AI_COST_COMPANY": str(folder)}
    project = Project(tmp_path, landing.parent, None, ROOT, environment=settings)
    put(folder, "rate_card_prices", ROW)
    project.ai_cost("dbt", "--quiet", "seed", "--select", "rate_card_prices")
    count = "select count(*) from seeds.rate_card_prices"
    before = project.value(count)
    assert before == LAST
    put(folder, "rate_card_prices", ROW, ROW | {"model": "gpt-5", "unit_price_usd": "-3"})
    for command in (["nightly"], ["build"], ["dbt", "seed", "--select", "rate_card_prices"]):
        code, _, said = project.outcome(*command)
        assert code == 2
        assert 'line 3, unit_price_usd "-3": is below 0' in said
        assert project.value(count) == before
    raw = "select count(*) from information_schema.tables where table_schema = 'raw'"
    assert project.value(raw) == 0
