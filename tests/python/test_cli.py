"""The one command, as users meet it: every verb answers, and every page names what is there.

Harm guarded against: a page, a message or a make target that tells people to run what fails, and a
slip of the keyboard that is answered with a traceback.
"""

import os
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import duckdb
import pytest

from scripts.cli import Verbs, app, main
from tests.python.documents import ROOT, code_words, name_of, pages


def verbs(group: Verbs = app, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple, click.Command]]:
    """The words of every verb, and its command."""
    for name in group.list_commands(None):
        found = group.get_command(None, name)
        if isinstance(found, Verbs):
            yield from verbs(found, (*words, name))
        else:
            yield (*words, name), found


VERBS = dict(verbs())


def line(capsys) -> str:
    """The one line of complaint."""
    (said,) = capsys.readouterr().err.splitlines()
    return said


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_every_verb_explains_itself(words, capsys):
    assert main([*words, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Usage: ai-cost {' '.join(words)}")
    for option in VERBS[words].params:
        assert isinstance(option, click.Argument) or option.help, option.name


# dbt takes options of its own
@pytest.mark.parametrize("words", [words for words in VERBS if words != ("dbt",)], ids=" ".join)
def test_a_wrong_option_is_answered_in_a_line(words, capsys):
    assert main([*words, "--no-such-option"]) == 2
    assert line(capsys).startswith(f"ai-cost {' '.join(words)}: No such option")


def test_a_wrong_verb_is_answered_in_a_line(capsys):
    assert main(["nigthly"]) == 2
    assert line(capsys).startswith("ai-cost: No such command 'nigthly'")
    assert main(["import", "prices"]) == 2
    assert line(capsys).startswith("ai-cost import: No such command 'prices'")


MISSING = {
    "accuracy": [],
    "alerts": [],
    "allocate preview": ["2026-07", "allocation_rules.csv"],
    "audit": ["absent.jsonl"],
    "bills": [],
    "claim": [],
    "close 2026-07": ["--prepared-by", "Ann", "--approved-by", "Bob"],
    "close verify": [],
    "deliver": [],
    "export focus": [],
    "export journal": ["2026-07"],
    "export ledger": ["--verify"],
    "headline": [],
    "import rates": ["--no-genai", "--litellm", "absent.json"],
    "import reviews": ["absent.csv"],
    "init": ["company"],
    "load": ["--landing", "absent"],
    "policy export": [],
    "publish": [],
    "report": [],
    "workbook": [],
}


@pytest.mark.parametrize("verb", MISSING)
def test_what_is_not_there_is_said_in_a_line(verb, tmp_path, monkeypatch, capsys):
    """No warehouse, no landing folder, no such file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", "none.duckdb")
    monkeypatch.delenv("AI_COST_COMPANY", raising=False)
    assert main([*verb.split(), *MISSING[verb]]) == 2
    said = line(capsys)
    assert said.startswith(f"ai-cost {verb}: ")
    assert re.search(r"there is no (file|warehouse)|no landing folder|No such file", said), said


@pytest.mark.parametrize(
    "verb", ["headline", "alerts", "export focus", "export journal 2026-07", "policy export"]
)
def test_a_warehouse_that_was_never_built_is_said_in_a_line(verb, tmp_path, monkeypatch, capsys):
    duckdb.connect(str(tmp_path / "w.duckdb")).close()
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(tmp_path / "w.duckdb"))
    assert main(verb.split()) == 2
    assert "does not exist" in line(capsys)


def test_a_name_from_a_log_is_no_markup(capsys):
    assert main(["audit", "[red]no[/red].jsonl"]) == 2
    assert line(capsys) == "ai-cost audit: there is no file [red]no[/red].jsonl"


def test_the_command_of_a_fresh_clone_works_from_any_folder(tmp_path):
    """And answers at once: a list of verbs may take a third of a second of processor time."""
    command = [str(ROOT / "bin" / "ai-cost"), "--help"]
    seconds = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert "nightly" in done.stdout and min(seconds) < 0.33


def test_a_folder_of_the_same_name_is_not_taken_for_ours(tmp_path):
    """Harm: called from a project that has a package `scripts`, that one ran, or nothing."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "__init__.py").touch()
    (tmp_path / "scripts" / "cli.py").write_text("raise SystemExit(7)\n")
    command = [str(ROOT / "bin" / "ai-cost"), "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "nightly" in done.stdout


def test_help_imports_neither_dbt_nor_duckdb_nor_rich():
    """Harm: everybody waits for seconds to read a list of verbs."""
    code = "import sys; from scripts.cli import main; main(['--help']); print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"'dbt'", "'duckdb'", "'rich'", "'pyarrow'"} & set(re.findall(r"'\w+'", done.stdout))


def test_without_an_environment_it_says_what_to_run(tmp_path):
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "ai-cost"
    command.write_bytes((ROOT / "bin" / "ai-cost").read_bytes())
    command.chmod(0o755)
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run([command], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "run `make setup`" in done.stderr and len(done.stderr.splitlines()) == 1


def said_in(file: Path) -> Iterator[list[str]]:
    """The words behind each `ai-cost` in the code of a page, in backticks, or in the Makefile."""
    text = file.read_text()
    lines = text.splitlines() if file.name == "Makefile" else code_words(text)
    if file.suffix == ".md":
        lines += "\n".join(re.findall(r"```.*?```", text, flags=re.S)).splitlines()
    for each in lines:
        for found in re.findall(r"(?<![\w.-])(?:bin/)?ai-cost +([^#`&;<{]*)", each):
            found = re.sub(r"\$\(if .*\)(?= )|\.\.\.", "", found)
            yield [word.strip("\"'],") for word in found.split()]


def speaking() -> list[Path]:
    """Everything that tells people what to run."""
    code = [
        path
        for folder in ("scripts", "macros", "models", "seeds")
        for path in sorted((ROOT / folder).rglob("*.*"))
        if path.suffix in (".py", ".sql", ".yml", ".html") and "`ai-cost " in path.read_text()
    ]
    return [*pages(), ROOT / "Makefile", *code]


@pytest.mark.parametrize("file", speaking(), ids=name_of)
def test_only_verbs_and_options_that_are_there_are_named(file):
    """A verb or an option was renamed, and the page tells people to run what fails."""
    missing = []
    for words in said_in(file):
        missing += [f"{' '.join(words)}: {wrong}" for wrong in wrong_in(words)]
    assert not missing


def wrong_in(words: list[str]) -> list[str]:
    here = app
    while isinstance(here, Verbs) and words and not words[0].startswith("-"):
        word, *words = words
        if (here := here.get_command(None, word)) is None:
            return [word]
    if isinstance(here, Verbs) or here is VERBS["dbt",]:
        return []
    known = {name for option in here.params for name in (*option.opts, *option.secondary_opts)}
    known.add("--help")
    # what follows -- is dbt's
    ours = words[: words.index("--")] if "--" in words else words
    return [word for word in ours if word.startswith("--") and word.split("=")[0] not in known]


def test_every_verb_is_on_a_page():
    """A command that nobody learns of."""
    named = set()
    for page in [*pages(), ROOT / "Makefile"]:
        for words in said_in(page):
            named |= {tuple(words[:1]), tuple(words[:2])}
    assert not set(VERBS) - named


def test_every_declared_package_is_imported():
    """Harm: users install what nothing uses, and it has to be kept up to date."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.match(r"[\w-]+", each)[0] for each in declared}
    modules = {
        "adbc-driver-postgresql": "adbc_driver_postgresql",
        "dbt-core": "dbt",
        "opentelemetry-proto": "opentelemetry",
        "psycopg2-binary": "psycopg2",
        "pyyaml": "yaml",
        "vl-convert-python": "vl_convert",
    }
    # dbt imports its adapters by the names in profiles.yml
    names -= {"dbt-duckdb", "dbt-postgres"}
    code = "\n".join(path.read_text() for path in (ROOT / "scripts").rglob("*.py"))
    imported = set(re.findall(r"^\s*(?:import|from) (\w+)", code, flags=re.M))
    assert {modules.get(name, name) for name in names} <= imported


def test_every_package_of_scripts_is_declared():
    """Harm: an installed `ai-cost` that lacks a folder of verbs."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for file in (ROOT / "scripts").rglob("__init__.py")
    }
    assert set(settings["tool"]["setuptools"]["packages"]) == found
    assert settings["project"]["scripts"] == {"ai-cost": "scripts.cli:main"}
