"""docs/first-hour.md, followed to the letter in a copy of the project and an empty home.

Harm guarded against: a newcomer who types what the page says and sees something else, or an error,
and leaves.
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.python.project import ROOT, Project, copy_project

pytestmark = pytest.mark.wide

PAGE = (ROOT / "docs" / "first-hour.md").read_text()
EXAMPLE = ROOT / "docs" / "examples" / "first-hour"
# what is typed and what is seen; or, behind the name of a file of the reader's, what is changed
BLOCK = re.compile(
    r"^```sh\n(?P<typed>.*?)^```$(?:\n\n```text\n(?P<seen>.*?)^```$)?"
    r"|[Ii]n `(?P<file>\$HOME/[^`]+)`:\n\n```diff\n(?P<change>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# The two that start dbt: a test has a dbt that is warm. Everything else runs as it is typed.
BY_WARM_DBT = re.compile(r"ai-cost (?:nightly|audit)\b[^;|&>]*")


@dataclass
class Reader:
    """Somebody with a fresh clone, an empty home folder and one shell."""

    root: Path
    environment: dict[str, str]

    def do(self, typed: str) -> str:
        """Type the lines of a block; all that is shown."""
        return "".join(
            self._by_warm_dbt(line) if BY_WARM_DBT.fullmatch(line) else self._in_bash(line)
            for line in typed.splitlines()
        )

    def _in_bash(self, line: str) -> str:
        kept = self.root / "shell-variables"
        done = subprocess.run(
            ["bash", "-c", f"{line}\ncode=$?; env -0 > {kept}; exit $code"],
            cwd=self.root, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stdout}"
        lines = kept.read_text().split("\0")
        self.environment = dict(each.split("=", 1) for each in lines if "=" in each)
        return done.stdout

    def _by_warm_dbt(self, line: str) -> str:
        _, *arguments = shlex.split(line)
        home = Path(self.environment["HOME"])
        ours = {k: v for k, v in self.environment.items() if k.startswith("AI_COST_")}
        landing = Path(ours["AI_COST_LANDING"])
        project = Project(home, landing, root=self.root, environment=ours)
        code, said, complained = project.outcome(*arguments)
        assert code == 0, f"{line}\n{said}\n{complained}"
        return said + complained

    def change(self, file: str, change: str) -> None:
        """Change a file as the piece of a diff says."""
        path = Path(file.replace("$HOME", self.environment["HOME"]))
        lines = [(line[:1], line[1:]) for line in change.splitlines(keepends=True)]
        before = "".join(text for sign, text in lines if sign in " -")
        after = "".join(text for sign, text in lines if sign in " +")
        text = path.read_text()
        assert text.count(before) == 1, f"{path} has this {text.count(before)} times:\n{before}"
        path.write_text(text.replace(before, after))


def pattern(seen: str) -> re.Pattern:
    """What the page shows, where `...` stands for anything and a line of it for any lines."""
    parts = []
    for line in seen.splitlines():
        if line == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*".join(map(re.escape, line.split("..."))) + r"[ ]*\n")
    return re.compile("".join(parts))


def first_difference(seen: str, found: str) -> str:
    """The first line of the page that is nowhere in the output, and all that there is."""
    lines = [each.rstrip() for each in found.splitlines()]
    missing = [
        line
        for line in seen.splitlines()
        if line != "..." and not any(pattern(line).fullmatch(each + "\n") for each in lines)
    ]
    return f"not shown: {missing[:1] or 'nothing; the order differs'}\n{found}"


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """Every block of the page in turn: what was typed, what the page shows, what came."""
    folder = tmp_path_factory.mktemp("hour")
    root = copy_of_the_project(folder)
    home = folder / "home"
    home.mkdir()
    kept = ("PATH", "LANG", "TMPDIR")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    reader = Reader(root, environment | {"HOME": str(home)})
    found = []
    for block in BLOCK.finditer(PAGE):
        if block["file"]:
            reader.change(block["file"], block["change"])
        else:
            found.append((block["typed"], block["seen"], reader.do(block["typed"])))
    return reader, found


def copy_of_the_project(folder: Path) -> Path:
    """As a clone, after a set-up: its environment is this one's, and nothing is installed."""
    root = copy_project(folder)
    # neutral defaults, not the sample company's rows that other tests begin with
    for part in ("organization", "policy", "contracts"):
        for file in (ROOT / "seeds" / part).glob("*.csv"):
            (root / "seeds" / part / file.name).write_bytes(file.read_bytes())
    (root / "bin" / "ai-cost").chmod(0o755)
    ours, theirs = Path(sys.prefix), root / ".venv"
    (theirs / "bin").mkdir(parents=True)
    (theirs / "pyvenv.cfg").write_bytes((ours / "pyvenv.cfg").read_bytes())
    (theirs / "lib").symlink_to(ours / "lib")
    for program in (ours / "bin").iterdir():
        if not program.name.startswith("."):
            (theirs / "bin" / program.name).symlink_to(program)
    # what make takes for an environment that is up to date
    (theirs / "bin" / ".runtime").touch()
    return root


def test_each_command_shows_what_the_page_shows(followed):
    _, found = followed
    assert len(found) == len(re.findall(r"^```sh$", PAGE, flags=re.M)) >= 8
    for typed, seen, came in found:
        if seen:
            assert pattern(seen).fullmatch(came.lstrip("\n")), (
                f"{typed}\n{first_difference(seen, came)}"
            )


def test_every_change_of_the_page_is_made():
    changes = [block for block in BLOCK.finditer(PAGE) if block["change"]]
    assert len(changes) == PAGE.count("```diff")


def test_the_report_is_there(followed):
    reader, _ = followed
    assert (Path(reader.environment["HOME"]) / "ai-cost" / "report" / "index.html").exists()


def test_the_row_of_the_headline_is_the_one_that_is_pasted():
    """Harm: a row that has to be guessed."""
    (missing,) = re.findall(r"add to extra_model_aliases\.csv: (.*)", PAGE)
    (pasted,) = re.findall(r"^\+(openai,openai/.*)$", PAGE, flags=re.M)
    assert re.fullmatch(re.sub("<[^>]*>", ".+", re.escape(missing).replace("\\ ", " ")), pasted)


def test_the_example_says_that_it_is_composed():
    assert "composed" in (EXAMPLE / "litellm-spend-logs.jsonl").read_text()
    assert sorted(file.name for file in EXAMPLE.iterdir()) == [
        "README.md", "litellm-spend-logs.jsonl", "openai-costs.json"
    ]  # fmt: skip
