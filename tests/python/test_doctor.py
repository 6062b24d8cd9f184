"""`ai-cost doctor`: each thing that can be wrong is named, with what to do, and nothing else.

Harm guarded against: somebody on call who is told that all is well while files lie unread, a bill
is missing or no night has run for a week; a secret on a screen.
"""

import datetime
import json
import shutil
from decimal import Decimal
from types import SimpleNamespace

import duckdb
import pytest

from scripts.cli import main
from scripts.loading.files import find_files
from scripts.loading.run import MODELS
from scripts.loading.sources import read_contract
from scripts.operations import doctor
from scripts.operations.lock import only_writer
from tests.python import mart_tables
from tests.python.landing import event

NOW = "2026-10-01T06:00:00Z"
NIGHT = {
    "run_id": "a", "started_at": datetime.datetime(2026, 10, 1, 3, 0), "status": "succeeded",
    "failed_count": 0, "files_unread": 0,
}  # fmt: skip
RATE = {"provider": "openai", "recorded_at": datetime.datetime(2026, 9, 20)}
MISSING_BILL = {
    "finding": "no_bill", "provider": "openai", "billing_account_id": "default",
    "subject": "use of 2026-09-01", "first_usage_date": datetime.date(2026, 9, 7),
    "last_usage_date": datetime.date(2026, 9, 7), "item_count": 1, "amount_usd": Decimal("0.5"),
    "owner": "finance", "next_step": "Pull the bill",
}  # fmt: skip
WORD = MISSING_BILL | {"finding": "unknown_word", "subject": "meter m of x", "next_step": "Add it"}
ENDED = {
    "usage_date": datetime.date(2026, 9, 20), "model_name": "grok-4", "became_model": "grok-4.3",
    "ended_at": datetime.datetime(2026, 5, 15, 19), "cost_usd": Decimal("12.25"),
}  # fmt: skip
LOAD_FILES = (
    "create table raw.load_files (batch_id varchar, raw_table varchar, loaded_at timestamp)"
)
UNPRICED = {"model_name": "new\x1b[2J", "missing_row": "extra.csv: new", "attempt_count": 3}


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A machine and a warehouse with which nothing is wrong; `make(**rows)` writes the marts."""
    landing = tmp_path / "landing"
    landing.mkdir()
    (tmp_path / "company").mkdir()
    secret = "the-secret-of-the-house"
    for name, value in {
        "AI_COST_TARGET": "duckdb", "AI_COST_WAREHOUSE": str(tmp_path / "w.duckdb"),
        "AI_COST_LANDING": str(landing), "AI_COST_USER_KEY": secret, "AI_COST_NOW": NOW,
        "AI_COST_COMPANY": str(tmp_path / "company"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    # a checkout of a developer may have more than the pinned packages, or others
    monkeypatch.setattr(doctor, "_pins", lambda: iter(()))

    def make(**rows) -> None:
        usual = {"fct_run_history": [NIGHT], "dim_rate_cards": [RATE]}
        file = mart_tables.make(tmp_path / "w.duckdb", usual | rows)
        with duckdb.connect(str(file)) as connection:
            connection.execute("create schema raw")
            connection.execute(LOAD_FILES)

    return SimpleNamespace(folder=tmp_path, landing=landing, secret=secret, make=make)


def asked(capsys) -> tuple[int, list[str]]:
    """Exit code, and the lines that are not ok."""
    code = main(["doctor"])
    said = capsys.readouterr().out.splitlines()
    return code, [line for line in said if not line.startswith("ok ")]


def test_nothing_is_said_where_all_is_well(house, capsys):
    house.make()
    assert asked(capsys) == (0, [])


def test_no_secret_is_printed(house, capsys):
    house.make(fct_unpriced_usage_daily=[UNPRICED])
    main(["doctor"])
    printed = "".join(capsys.readouterr())
    assert house.secret not in printed and "\x1b" not in printed


WAREHOUSE = {
    "a bill is missing": (
        {"fct_bill_findings": [MISSING_BILL]},
        "DO    bills: openai: no bill for 1 day of use, 7 September 2026; our own cost of that: "
        "USD 0.50. Do: pull the bill",
    ),
    "a word of a bill is unknown": (
        {"fct_bill_findings": [WORD]},
        "note  bills: openai: 1 unknown word on the bill, USD 0.50: meter m of x. "
        "Do: add it",
    ),
    "a model has no price": (
        {"fct_unpriced_usage_daily": [UNPRICED]},
        "DO    names: 1 model without a price: new\ufffd[2J. Do: add the rows that "
        "marts.fct_unpriced_usage_daily names, first extra.csv: new",
    ),
    "a meter has no price": (
        {
            "fct_unpriced_meters_daily": [
                {"model_name": "m", "meter": "input_image", "attempt_count": 2,
                 "missing_row": "extra.csv: m"}
            ],
            "fct_unpriced_usage_daily": [
                {"model_name": "m", "price_status": "partly_priced", "attempt_count": 2}
            ],
        },
        "DO    names: 1 meter without a price, of models that have one for others: m (input_image)"
        ". Do: add the rows that marts.fct_unpriced_meters_daily names, first extra.csv: m",
    ),
    "names have ended": (
        {
            "fct_ended_names_daily": [
                ENDED,
                ENDED | {"usage_date": datetime.date(2026, 9, 21), "cost_usd": Decimal("0.5")},
                ENDED | {"usage_date": datetime.date(2026, 8, 20), "model_name": "long ago"},
                ENDED | {"model_name": "gone", "became_model": None, "cost_usd": None},
            ]
        },
        "note  names: 2 names of models that ended and are still in use: grok-4 (grok-4.3 since "
        "15 May 2026, USD 12.75), gone (stopped on 15 May 2026, no price). Do: ask for another "
        "model; marts.fct_ended_names_daily says who asks for these",
    ),
    "a service is unknown": (
        {"fct_unknown_services": [{"service_name": "web"}]},
        "note  names: 1 service that the catalogue does not know: web. Do: add them to "
        "services.csv of the company folder",
    ),
    "prices are old": (
        {"dim_rate_cards": [{"recorded_at": datetime.datetime(2026, 5, 4)}]},
        "DO    prices: the newest price was recorded on 4 May 2026. Do: `ai-cost import rates` "
        "shows what has changed since",
    ),
    "the last night failed": (
        {"fct_run_history": [NIGHT | {"status": "failed", "failed_count": 2}]},
        "DO    nights: the last night, 2026-10-01 03:00 UTC, failed: models and tests that failed "
        "2, files that could not be read 0. Do: read its last lines; run `make nightly` again "
        "(docs/runbook.md)",
    ),
    "the last night was killed": (
        {"fct_run_history": [NIGHT | {"status": "killed"}]},
        "DO    nights: the last night, 2026-10-01 03:00 UTC, was killed. Do: run `make nightly` "
        "again",
    ),
    "the last night warned": (
        {"fct_run_history": [
            NIGHT | {"warnings": "Words that no seed knows: 4. Look at int_bill_issues (t)"}
        ]},
        "note  nights: the last night, 2026-10-01 03:00 UTC, warned: Words that no seed knows: "
        "4. Do: look at int_bill_issues (t)",
    ),
    "the last night warned of exports": (
        {"fct_run_history": [
            NIGHT | {"warnings": "The newest file was loaded on 2026-09-01 03:00 UTC. Look whether "
                     "exports still arrive in the landing folder"}
        ]},
        "note  nights: the last night, 2026-10-01 03:00 UTC, warned: The newest file was loaded on "
        "2026-09-01 03:00 UTC. Do: look whether exports still arrive in the landing folder",
    ),
    "a night before failed": (
        {"fct_run_history": [
            NIGHT, NIGHT | {"started_at": datetime.datetime(2026, 9, 30), "status": "failed"}
        ]},
        "note  nights: 1 of the 2 last nights failed or were killed. Do: compare them: select * "
        "from marts.fct_run_history",
    ),
    "no night for days": (
        {"fct_run_history": [NIGHT | {"started_at": datetime.datetime(2026, 9, 28, 3)}]},
        "DO    nights: the last night began on 2026-09-28 03:00 UTC. Do: look whether the schedule "
        "still runs; run `make nightly`",
    ),
    "no night at all": (
        {"fct_run_history": []},
        "DO    nights: no night has run on this warehouse. Do: run `make nightly`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WAREHOUSE)
def test_what_the_warehouse_says(house, capsys, case):
    rows, line = WAREHOUSE[case]
    house.make(**rows)
    assert asked(capsys) == (int(line.startswith("DO")), [line])


def test_files_that_no_night_has_loaded(house, capsys):
    house.make()
    folder = house.landing / "envelope_events"
    folder.mkdir()
    (folder / "a.jsonl").write_text(json.dumps(event(1)))
    (house.landing / "inbox").mkdir()
    (house.landing / "inbox" / "b.csv").write_text("a,b\n")
    (house.landing / "litelm").mkdir()
    (house.landing / "litelm" / "c.jsonl").write_text("{}")
    code, lines = asked(capsys)
    assert code == 1 and lines == [
        "DO    landing: 1 folder of landing of no known source: litelm. Do: rename them as "
        "docs/your-own-logs.md says, or use landing/inbox",
        "DO    landing: 2 files in landing that no night has loaded: envelope_events/a.jsonl, "
        "inbox/b.csv. Do: run `make nightly`; a file that cannot be read is named at its end",
    ]


def test_a_file_of_the_inbox_that_a_night_has_loaded_waits_for_nothing(house, capsys):
    house.make()
    (house.landing / "inbox").mkdir()
    (house.landing / "inbox" / "a.jsonl").write_text(json.dumps(event(1)))
    tables = read_contract(MODELS).raw
    (file,) = find_files(house.landing, tables).inbox
    with duckdb.connect(str(house.folder / "w.duckdb")) as connection:
        batch = file.of(tables["envelope_events"]).batch_id
        connection.execute("insert into raw.load_files (batch_id) values (?)", [batch])
    assert asked(capsys) == (0, [])


def loaded(house, table: str, *days: int) -> None:
    """Files of a raw table that were loaded on these days of September."""
    with duckdb.connect(str(house.folder / "w.duckdb")) as connection:
        for day in days:
            connection.execute(
                "insert into raw.load_files values (?, ?, ?)",
                [f"{table}-{day}", table, datetime.datetime(2026, 9, day, 3)],
            )


def test_a_source_whose_files_stopped_coming(house, capsys):
    house.make()
    loaded(house, "litellm_spend_logs", 10, 11, 13, 14)
    loaded(house, "openai_costs", 28, 29, 30)
    assert asked(capsys) == (
        0,
        [
            "note  arrivals: files of litellm_spend_logs came at least every 2 days, and last on "
            "14 September 2026. Do: look whether its export still runs"
        ],
    )


def test_files_that_came_once_or_come_monthly_are_not_missed(house, capsys):
    house.make()
    loaded(house, "envelope_events", 1, 2)
    loaded(house, "focus_bills", 1, 2, 17)
    assert asked(capsys) == (0, [])


@pytest.mark.parametrize(
    "name, reason",
    [("teems.csv", "teems.csv is no file of a company folder; did you mean teams.csv?"),
     (None, "AI_COST_COMPANY: there is no folder ")],
)  # fmt: skip
def test_a_company_folder_that_cannot_be_taken(house, capsys, name, reason):
    house.make()
    if name:
        (house.folder / "company" / name).write_text("a\n")
    else:
        (house.folder / "company").rmdir()
    code, (line,) = asked(capsys)
    assert code == 1 and line.startswith("DO    settings: ") and reason in line
    assert line.endswith("Do: mend it: no night starts with it (docs/company-folder.md)")


def test_what_is_not_set(house, capsys, monkeypatch):
    house.make()
    monkeypatch.delenv("AI_COST_USER_KEY")
    monkeypatch.delenv("AI_COST_COMPANY")
    code, lines = asked(capsys)
    assert code == 1 and lines == [
        "DO    settings: AI_COST_USER_KEY is not set: people are loaded as null. Do: export "
        "AI_COST_USER_KEY, always the same one (docs/privacy.md)",
        "note  settings: AI_COST_COMPANY is not set: nobody owns anything, and nothing is booked. "
        "Do: `make init FOLDER=/path/to/company`, then export it (docs/company-folder.md)",
    ]


def test_folders_and_disk(house, capsys, monkeypatch):
    house.make()
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=200_000_000))
    shutil.rmtree(house.landing)
    code, lines = asked(capsys)
    assert code == 1 and lines == [
        f"DO    folders, disk: there is no landing folder at {house.landing}. Do: make it, or "
        "export AI_COST_LANDING",
        "DO    folders, disk: 0.2 GB are free beside a warehouse of 0.0 GB. Do: make room: a build "
        "needs about as much again as the largest table",
    ]


def test_what_may_not_be_read_or_written(house, capsys, monkeypatch):
    house.make()
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: False)
    code, lines = asked(capsys)
    assert code == 1 and lines == [
        f"DO    folders, disk: {house.landing} cannot be read. Do: give this user the right to "
        "read it",
        f"DO    folders, disk: {house.folder / 'w.duckdb'} cannot be written. Do: give this user "
        "the right to write it",
    ]


def test_who_is_writing(house, capsys):
    house.make()
    with only_writer("duckdb", house.folder / "w.duckdb"):
        code, (line,) = asked(capsys)
    assert code == 0
    assert line.startswith("note  lock: process ") and "is writing to this warehouse" in line


def test_packages_that_are_not_as_pinned(house, capsys, monkeypatch):
    house.make()
    monkeypatch.setattr(doctor, "_pins", lambda: iter([("click", "0.1"), ("no-such", "1")]))
    assert asked(capsys) == (
        1,
        ["DO    versions: 2 packages not as pinned: click, no-such. Do: run `make setup`"],
    )


def test_the_pins_are_read():
    assert dict(doctor._pins())["dbt-core"].count(".") == 2


def test_no_warehouse(house, capsys):
    code, (line,) = asked(capsys)
    assert code == 1
    assert line.startswith("DO    warehouse: there is no warehouse at ")
    assert line.endswith("Do: run `make nightly`")


def test_a_warehouse_of_a_newer_version(house, capsys):
    house.make()
    with duckdb.connect(str(house.folder / "w.duckdb")) as connection:
        connection.execute("create schema ops")
        connection.execute("create table ops.built_models as select '99.0.0' as project_version")
    code, (line,) = asked(capsys)
    assert code == 1 and line.startswith("DO    warehouse: version 99.0.0 of the project has built")
    assert line.endswith("Do: take that version (docs/runbook.md, Upgrade)")


def test_a_warehouse_that_was_loaded_and_not_built(house, capsys):
    with duckdb.connect(str(house.folder / "w.duckdb")) as connection:
        connection.execute("create schema raw")
        connection.execute(LOAD_FILES)
    code, lines = asked(capsys)
    assert code == 1
    cannot = [line for line in lines if ": cannot be looked at: " in line]
    assert len(cannot) == len(lines) == 3
    assert all(line.endswith("Do: run `make nightly`") for line in lines)
