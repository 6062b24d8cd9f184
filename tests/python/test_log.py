"""`--log-format json`: every line of the log is one object, and answers stay as they are.

Harm guarded against: a collector of logs that meets half an object, a traceback or a table, and an
alert on exit codes that never fires; a file of an answer that has log in it.
"""

import datetime
import json
import os

import pytest

from scripts import log
from scripts.cli import main
from scripts.operations import doctor
from tests.python.landing import event
from tests.python.project import Project
from tests.python.test_cli import VERBS

KEYS = ["time", "level", "command", "message"]


@pytest.fixture(autouse=True)
def house(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("AI_COST_LANDING", "AI_COST_WAREHOUSE", "AI_COST_COMPANY", "AI_COST_USER_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    folder = tmp_path / "landing" / "envelope_events"
    folder.mkdir(parents=True)
    (folder / "a.jsonl").write_text(f"{json.dumps(event(1))}\nno JSON\n")
    (folder / "b.parquet").write_text("no Parquet")
    return tmp_path


def logged(text: str) -> list[dict]:
    """The objects of a log; every line has to be one, with a time in UTC."""
    found = [json.loads(line) for line in text.splitlines()]
    for each in found:
        assert list(each)[:4] == KEYS
        assert datetime.datetime.fromisoformat(each["time"]).utcoffset() == datetime.timedelta()
    return found


def asked(capsys, *arguments: str) -> tuple[int, str, list[dict]]:
    """Exit code, standard output, log."""
    code = main(["--log-format", "json", *arguments])
    said = capsys.readouterr()
    found = logged(said.err)
    assert found[-1]["exit_code"] == code
    assert [each for each in found if "exit_code" in each] == found[-1:]
    return code, said.out, found


def test_a_job_says_all_of_it_in_its_log(capsys):
    code, out, found = asked(capsys, "load")
    assert (code, out) == (1, "")
    assert {each["command"] for each in found} == {"ai-cost load"}
    said = [(each["level"], each["message"]) for each in found]
    assert ("warning", "AI_COST_USER_KEY is not set; user columns are loaded as null") in said
    assert any(level == "info" and "envelope_events" in text for level, text in said)
    assert any(
        level == "warning" and text.startswith("envelope_events/b.parquet could not be loaded")
        for level, text in said
    )
    assert said[-1] == ("error", "failed")


def test_the_variable_does_the_same(capsys, monkeypatch, house):
    (house / "landing" / "envelope_events" / "b.parquet").unlink()
    monkeypatch.setenv("AI_COST_LOG_FORMAT", "json")
    assert main(["load"]) == 0
    last = logged(capsys.readouterr().err)[-1]
    assert (last["level"], last["message"], last["exit_code"]) == ("info", "finished", 0)
    assert last["seconds"] >= 0


def test_what_a_user_can_set_right_is_an_error_and_no_traceback(capsys):
    code, out, found = asked(capsys, "headline")
    assert (code, out) == (2, "")
    assert [each["level"] for each in found] == ["error", "error"]
    assert found[0]["message"].startswith("there is no warehouse at warehouse.duckdb")
    code, _, found = asked(capsys, "close", "verify", "--no-such-option")
    assert code == 2 and found[0]["command"] == "ai-cost close verify"
    assert found[0]["message"].startswith("No such option")


def test_a_mistake_of_ours_is_one_object(capsys, monkeypatch):
    def broken() -> int:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr(doctor, "show", broken)
    code, _, found = asked(capsys, "doctor")
    assert code == 1
    assert (found[0]["level"], found[0]["message"]) == (
        "critical", "unexpected ZeroDivisionError: two\nlines"
    )  # fmt: skip
    assert found[0]["raised_at"].startswith(__file__)
    with pytest.raises(ZeroDivisionError):  # without the option Python says where
        main(["doctor"])


def test_answers_stay_on_standard_output(capsys, monkeypatch):
    monkeypatch.setenv("AI_COST_USER_KEY", "test-key")
    assert main(["user-key", "ann@example.com"]) == 0
    plain = capsys.readouterr().out
    code, out, found = asked(capsys, "user-key", "ann@example.com")
    assert (code, out) == (0, plain) and plain
    assert [each["message"] for each in found] == ["finished"]


def test_a_command_within_a_command_has_a_last_line_of_its_own(capsys):
    assert main(["--log-format", "json", "cadence", "--every", "day", "--run"]) == 1
    found = logged(capsys.readouterr().err)
    ended = [each["command"] for each in found if "exit_code" in each]
    assert ended[-1] == "ai-cost cadence" and "ai-cost alerts" in ended[:-1]


def test_nothing_is_left_behind(capsys):
    asked(capsys, "headline")
    assert not log.is_json() and "DBT_LOG_FORMAT" not in os.environ
    main(["headline"])
    assert capsys.readouterr().err.startswith("ai-cost headline: there is no warehouse")


def test_a_format_that_is_none_is_refused(capsys):
    assert main(["--log-format", "xml", "doctor"]) == 2
    assert "'xml' is not one of 'text', 'json'" in capsys.readouterr().err


def test_every_job_is_a_verb():
    assert {(name,) for name in log.JOBS} <= VERBS.keys()


@pytest.mark.wide
def test_a_night_with_what_dbt_says(house):
    """A night: dbt's own lines carry dbt's object, and all else is as plain."""
    project = Project(house, house / "landing")
    part = ("--", "--select", "+fct_run_history")
    code, out, complained = project.outcome("--log-format", "json", "nightly", *part)
    found = logged(complained)
    assert (code, out) == (1, "")
    assert {each["command"] for each in found} == {"ai-cost nightly"}
    assert any("b.parquet could not be loaded" in each["message"] for each in found)
    assert any(each["message"].startswith("built: ") for each in found)
    assert found[-1]["exit_code"] == 1
    (house / "landing" / "envelope_events" / "b.parquet").unlink()
    code, _, complained = project.outcome("--log-format", "json", "dbt", "show", "--select", "no")
    spoken = [each for each in logged(complained) if "dbt" in each]
    assert spoken and all(each["message"] == each["dbt"]["info"]["msg"] for each in spoken)
