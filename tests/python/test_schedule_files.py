"""docs/examples/schedules: each file is right for its tool, and runs a command that is there.

Harm guarded against: a schedule that is copied, starts a command that does not exist or with an
option that it does not have, and fails at three in the morning.
"""

import configparser
import runpy
import shlex
import shutil
import subprocess
import sys
from itertools import takewhile
from pathlib import Path
from types import ModuleType, SimpleNamespace

import click
import pytest
import yaml

from tests.python.documents import ROOT
from tests.python.test_cli import VERBS
from tests.python.test_lists import VARIABLE, targets

FOLDER = ROOT / "docs" / "examples" / "schedules"
PAGE = (ROOT / "docs" / "schedules.md").read_text()
NIGHTLY = ["nightly", "--wait", "3600"]


def text(name: str) -> str:
    return (FOLDER / name).read_text()


def assert_is_a_command(arguments: list[str]) -> None:
    """The verb is there and takes these options."""
    verb, *options = arguments
    VERBS[(verb,)].make_context(verb, options)


def of_shell(line: str) -> list[str]:
    """The arguments of bin/ai-cost in a line of shell."""
    words = shlex.split(line)
    place = next(n for n, word in enumerate(words) if word.endswith("bin/ai-cost"))
    return list(takewhile(lambda word: word[0] not in ">|", words[place + 1 :]))


class Known:
    """A module that has any name, so that a file can be run without the tool it is for."""

    def __init__(self, monkeypatch):
        self.made: dict[str, dict] = {}
        self._monkeypatch = monkeypatch

    def module(self, name: str, **names) -> None:
        module = ModuleType(name)
        module.__dict__.update(names)
        self._monkeypatch.setitem(sys.modules, name, module)

    def keeps(self, name: str):
        """Something that is called with settings, which are kept."""
        return lambda **settings: self.made.update({name: settings}) or settings


def decorator(*given, **settings):
    return given[0] if given else lambda function: function


def test_airflow(monkeypatch):
    known = Known(monkeypatch)
    for name in ("airflow", "airflow.providers", "airflow.providers.standard"):
        known.module(name)
    known.module("airflow.providers.standard.operators")
    operator = known.keeps("task")
    known.module("airflow.providers.standard.operators.bash", BashOperator=operator)
    known.module("airflow.sdk", dag=decorator)
    runpy.run_path(str(FOLDER / "airflow_nightly.py"))
    assert of_shell(known.made["task"]["bash_command"]) == NIGHTLY
    assert known.made["task"]["retries"] == 2


def test_dagster(monkeypatch):
    known = Known(monkeypatch)
    known.module(
        "dagster", Definitions=known.keeps("definitions"), OpExecutionContext=object, op=decorator,
        RetryPolicy=known.keeps("retries"), ScheduleDefinition=known.keeps("schedule"),
        job=decorator,
    )  # fmt: skip
    found = runpy.run_path(str(FOLDER / "dagster_nightly.py"))
    assert known.made["schedule"]["job"] is found["ai_cost"]
    assert of_shell(found["NIGHT"]) == NIGHTLY
    # the op itself: what is said goes to the log, and a night that failed fails the op
    said = []
    context = SimpleNamespace(log=SimpleNamespace(info=said.append))
    nightly = found["nightly"]
    nightly.__globals__["NIGHT"] = "echo one; echo two >&2"
    nightly(context)
    assert said == ["one", "two"]
    nightly.__globals__["NIGHT"] = "exit 2"
    with pytest.raises(RuntimeError, match="ended with 2"):
        nightly(context)


def test_cron():
    lines = [line for line in text("ai-cost.cron").splitlines() if not line.startswith("#")]
    commands = [of_shell(line.split(maxsplit=5)[5]) for line in lines]
    assert commands == [NIGHTLY, ["cadence", "--run"]]
    assert_is_a_command(commands[1])
    for line in lines:
        assert len(line.split()[:5]) == 5 and "%" not in line  # a % ends a command of cron


def test_systemd(tmp_path):
    service, timer = (configparser.ConfigParser(interpolation=None) for _ in range(2))
    for parser in (service, timer):
        parser.optionxform = str
    service.read_string(text("ai-cost.service"))
    timer.read_string(text("ai-cost.timer"))
    assert of_shell(service["Service"]["ExecStart"]) == NIGHTLY
    assert service["Service"]["Type"] == "oneshot"
    assert timer["Install"]["WantedBy"] == "timers.target"
    program = shutil.which("systemd-analyze")
    if not program:
        return
    for name in ("ai-cost.service", "ai-cost.timer"):
        (tmp_path / name).write_text(text(name).replace("/srv/ai-cost", str(ROOT)))
    done = subprocess.run(
        [program, "verify", tmp_path / "ai-cost.service", tmp_path / "ai-cost.timer"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    # of other units of the machine it may complain too
    complaints = [line for line in done.stderr.splitlines() if "ai-cost." in line]
    assert not complaints


def test_docker():
    linter = Path(sys.prefix) / "bin" / "hadolint"
    program = str(linter) if linter.exists() else shutil.which("hadolint")
    assert program, "there is no hadolint: .ci/install .venv requirements-dev.txt"
    done = subprocess.run(
        [program, FOLDER / "Dockerfile"], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")
    lines = text("Dockerfile").replace("\\\n", " ").splitlines()
    assert 'CMD ["nightly", "--wait", "3600"]' in lines and 'ENTRYPOINT ["bin/ai-cost"]' in lines
    assert "setup" in targets() and "RUN make setup" in lines
    # what PDFs need, as the project's own list has it; Chromium is for tests
    listed = text("../../../apt-packages.txt").splitlines()[1:]
    installed = next(line for line in lines if "apt-get install" in line).split()
    assert {name for name in listed if name != "chromium"} <= set(installed)
    copied = {word for line in lines if line.startswith("COPY") for word in line.split()[2:-1]}
    assert all((ROOT / name).exists() for name in copied)


def test_github_actions():
    content = yaml.safe_load(text("github-actions.yml"))
    (job,) = content["jobs"].values()
    assert job["steps"][-1] == {"run": "make nightly"} and "nightly" in targets()
    assert content[True]["schedule"] == [{"cron": "15 3 * * *"}]  # YAML takes `on` for true


def test_a_night_takes_the_options_that_all_give_it():
    assert_is_a_command(NIGHTLY)
    with pytest.raises(click.UsageError):
        assert_is_a_command(["nightly", "--wait", "long"])


def test_variables_of_the_files_are_settings():
    page = (ROOT / "docs" / "configuration.md").read_text()
    for path in FOLDER.iterdir():
        assert {f"`{name}`" in page for name in VARIABLE.findall(path.read_text())} <= {True}, path
    for line in text("night.env").splitlines():
        assert line.startswith("#") or (line.count("=") == 1 and " " not in line)


def test_the_page_names_every_file():
    named = {path.name for path in FOLDER.iterdir() if path.name in PAGE}
    assert {path.name for path in FOLDER.iterdir()} - named == {"Dockerfile.dockerignore"}
