"""Every list that is kept by hand is held against what it lists.

Harm guarded against, in all of these: a reader who trusts a page, and is sent to a file, a model or
a command that is not there, or never learns of one that is. Each test says which reader.
"""

import glob
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.python import documents
from tests.python.documents import FOLDERS, ROOT, code_words, name_of, pages, rows
from tests.python.project import MARTS, Project
from tests.python.test_exposures import READERS

PLACEHOLDER = re.compile(r"[<>{}$]|\.\.\.|acme|YYYY|NNNN")
PATH = re.compile(rf"(?<![\w./-])(?:{'|'.join(FOLDERS)})/[\w./*-]*[\w*/]")
NODE = re.compile(r"\b(?:stg|int|fct|dim|rpt|assert)_[a-z0-9_]*[a-z0-9](?![a-z0-9])(?:_\*)?")
READ = re.compile(r"(?:env_var\(|environ\.get\()[\"']([A-Z_]+)")
VARIABLE = re.compile(r"\bAI_COST_[A-Z_]+[A-Z]\b")


def exists(path: str) -> bool:
    """A path of the project, a pattern of some, or a path whose end is left out."""
    path = path.rstrip("/.")
    return bool(
        glob.glob(str(ROOT / path), recursive=True) or glob.glob(str(ROOT / f"{path}-*.md"))
    )


def stems(folder: str, suffix: str = "sql") -> set[str]:
    return {path.stem for path in (ROOT / folder).rglob(f"*.{suffix}")}


def node_names() -> set[str]:
    return stems("models") | stems("tests/assertions") | stems("analyses")


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_names_only_files_that_are_there(page):
    """A file was moved, and the page sends its reader to where it was."""
    text = page.read_text()
    words = " ".join(word for word in code_words(text) if not PLACEHOLDER.search(word))
    missing = {path for path in PATH.findall(words) if not exists(path)}
    for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", text):
        if not (page.parent / link).exists():
            missing.add(link)
    assert not missing


@pytest.mark.parametrize("page", pages() + documents.blocks(), ids=name_of)
def test_a_page_names_only_models_and_assertions_that_are_there(page):
    """A model was renamed, and the page sends its reader to one that is not there."""
    known = node_names()
    named = {name for word in code_words(page.read_text()) for name in NODE.findall(word)}
    missing = {
        name
        for name in named
        if name not in known
        and not any(other.startswith(name.removesuffix("*")) for other in known if "*" in name)
        and "acme" not in name
    }
    assert not missing


def test_comments_name_only_files_that_are_there():
    """The same, of whoever reads the code."""
    missing = {}
    for path in documents.commented():
        if name_of(path).startswith("tests/python"):
            continue
        for line in path.read_text().splitlines():
            if PLACEHOLDER.search(line):
                continue
            for named in PATH.findall(line):
                if re.search(r"\.(sql|yml|md|py|csv)$", named) and not exists(named):
                    missing[named] = name_of(path)
    assert not missing


def test_comments_and_descriptions_name_only_models_that_are_there():
    """The same, of whoever reads the documentation site."""
    known, missing = node_names() | stems("macros"), {}
    for path in documents.commented():
        if path.suffix == ".py":
            continue
        text = path.read_text()
        for said in re.findall(r"--.*|\{#[^#]*#\}|description: .*", text):
            for name in NODE.findall(said):
                if name not in known and not name.endswith("*"):
                    missing[name] = name_of(path)
    assert not missing


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_names_only_bare_files_and_commands_that_are_there(page):
    """A command was renamed, and the page tells people to run one that fails."""
    text = page.read_text()
    known = {path.name for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")}
    known |= {path.name for path in ROOT.iterdir()}
    words = [word for word in code_words(text) if not PLACEHOLDER.search(word)]
    bare = re.compile(r"(?<![\w./*-])[\w-]+\.(?:sql|csv|py|yml|md)(?![\w.])")
    known.add("NAME.csv")
    # a company's file of rows that come on top of ours
    named = {name.removeprefix("extra_") for word in words for name in bare.findall(word)}
    missing = named - known
    for module in re.findall(r"\bscripts(?:\.[a-z_]+)+", text):
        path = ROOT / module.replace(".", "/")
        if not path.is_dir() and not path.with_suffix(".py").exists():
            missing.add(module)
    missing |= {f"make {name}" for name in made(text)} - {f"make {name}" for name in targets()}
    assert not missing


def made(text: str) -> set[str]:
    """The make targets a text names, in backticks or at the start of a line of code."""
    blocks = "\n".join(re.findall(r"```.*?```", text, flags=re.S))
    return {
        name
        for said in [*code_words(text), *blocks.splitlines()]
        for name in re.findall(r"(?:^|&& )(?:AI_COST_\w+=\w+ )?make ([a-z][a-z-]*)", said)
    }


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), flags=re.M))


def test_every_make_target_is_declared_listed_and_there():
    """A target that a file of its name stops, or that `make` alone does not list."""
    text = (ROOT / "Makefile").read_text()
    declared = set(re.search(r"^\.PHONY: (.*)", text, flags=re.M)[1].split())
    listed = set(re.findall(r"^([a-z][a-z-]*):.*## ", text, flags=re.M)) | {"help"}
    assert declared == targets() == listed


def test_every_make_target_is_on_a_page():
    """A command that nobody learns of."""
    named = {name for page in pages() for name in made(page.read_text())}
    assert targets() - named == {"help"}  # `make` alone


def test_the_index_of_decisions_has_each_decision_once_in_order():
    """A decision that nobody finds is taken again, otherwise."""
    folder = ROOT / "docs" / "decisions"
    files = sorted(path.name for path in folder.glob("0*.md"))
    index = re.findall(r"^\| \[(\d{4})\]\((.*?)\)", (folder / "README.md").read_text(), flags=re.M)
    assert [name for _, name in index] == files
    assert all(name.startswith(number) for number, name in index)


def test_every_page_is_linked_from_another():
    """A page that nobody finds."""
    linked = set()
    for page in pages():
        for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text()):
            linked.add((page.parent / link).resolve())
    linked |= {path for folder in list(linked) if folder.is_dir() for path in folder.glob("*.md")}
    assert {name_of(page) for page in pages() if page not in linked} <= {"README.md"}


def test_every_mart_is_in_the_data_dictionary():
    """A mart that nobody can tell the use of."""
    assert not stems("models/marts") - set(NODE.findall(documents.DICTIONARY.read_text()))


def test_every_mart_is_compared_between_engines():
    """A mart that differs between engines, and no test looks."""
    # what is on record of nights differs from night to night
    assert set(MARTS) == stems("models/marts") - {"fct_run_history", "fct_figure_changes"}


def words_explained() -> dict[str, dict[str, str]]:
    """Column, or table.column -> word -> meaning, from the tables of the data dictionary."""
    explained: dict[str, dict[str, str]] = {}
    columns: list[str] = []
    for heading, cells in rows(documents.DICTIONARY.read_text()):
        if heading == "Words of the seeds":
            columns = re.findall(r"`([\w.]+)`", cells.pop(0)) or columns
        else:
            columns = re.findall(r"[\w.]+", heading)
        for column in columns:
            for word in re.findall(r"`([^`]+)`", cells[0]):
                explained.setdefault(column, {})[word] = cells[1]
    return explained


@pytest.mark.parametrize(("node", "column"), documents.vocabularies(), ids=lambda part: part)
def test_every_word_of_a_status_is_explained_in_the_data_dictionary(node, column):
    """Finance meets a status that no page explains, or waits for one that no longer comes."""
    words = documents.vocabularies()[node, column]
    explained = words_explained()
    found = explained.get(f"{node}.{column}") or explained.get(column, {})
    assert {word for word, meaning in found.items() if meaning} == set(words)


def test_every_cause_of_a_variance_is_explained_in_the_data_dictionary():
    """A cause is suggested and nobody knows what it means."""
    lines = (ROOT / "seeds/reference/reconciliation_reasons.csv").read_text().splitlines()[1:]
    explained = words_explained()["reason_code"]
    assert set(explained) == {line.split(",")[0] for line in lines}


def test_every_landing_folder_is_in_a_table_for_users():
    """A kind of log that could be loaded, and nobody knows the name of its folder."""
    tables = documents.source_tables()
    folders = {
        word
        for page in pages()
        for _, cells in rows(page.read_text())
        for word in re.findall(r"`(\w+)`", cells[0])
    }
    assert not set(tables) - folders


def test_the_page_on_gateways_lists_each_gateway():
    """A gateway is written twice, or missed, because the page does not have it."""
    tables = documents.source_tables()
    gateways = {
        name for name, table in tables.items() if table["config"]["meta"]["kind"] == "gateway"
    }
    page = (ROOT / "docs" / "add-a-gateway.md").read_text()
    listed = {cells[0].strip("`") for _, cells in rows(page) if cells[0].strip("`") in tables}
    assert listed == gateways


def test_every_name_the_envelope_accepts_is_in_its_table():
    """A field is sent under a name that is not read, and its figure is lost."""
    columns = documents.source_tables()["envelope_events"]["columns"]
    accepted: set[str] = set()
    for column in columns:
        path = column.get("config", {}).get("meta", {}).get("path", [])
        accepted |= {_plain(name) for name in ([path] if isinstance(path, str) else path)}
    named = {
        _plain(word)
        for page in pages()
        for _, cells in rows(page.read_text())
        for word in code_words(cells[-1])
    }
    assert not accepted - named


def _plain(name: str) -> str:
    """A name as the page lists it: once for the record and its usage object, in snake_case."""
    name = name.strip('"').replace("|", ".").replace("-", "_")
    name = re.sub(r"^(token_|response[.])?usage[.]", "", name)
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def test_every_variable_of_the_environment_is_on_the_configuration_page():
    """A setting that nobody can find, or one that does nothing."""
    used: set[str] = set()
    for path in documents.commented():
        if not name_of(path).startswith("tests/python/test_"):
            used |= set(VARIABLE.findall(path.read_text()))
            used |= set(READ.findall(path.read_text()))
    used |= set(re.findall(r"^([A-Z_]*PYTHON) \?=", (ROOT / "Makefile").read_text(), flags=re.M))
    used |= {"FILE", "FORMAT"}  # arguments of `make audit`
    page = (ROOT / "docs" / "configuration.md").read_text()
    listed = {word for _, cells in rows(page) for word in re.findall(r"`([A-Z][A-Z_]+)`", cells[0])}
    assert listed == used


def test_every_variable_of_dbt_is_on_the_configuration_page():
    """A variable passed under a name that dbt ignores: a backfill of nothing."""
    declared = set(yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"])
    page = (ROOT / "docs" / "configuration.md").read_text()
    listed = {
        word
        for heading, cells in rows(page)
        if "dbt" in heading
        for word in re.findall(r"`([a-z_]+)`", cells[0])
    }
    assert listed == declared
    known = declared | {
        name
        for path in (ROOT / "analyses").glob("*.sql")
        for name in re.findall(r"var\('(\w+)'", path.read_text())
    }
    for page in pages():
        for given in re.findall(r"--vars '\{(.*?)\}'", page.read_text()):
            assert set(re.findall(r"(\w+): ", given)) - {"value", "name"} <= known


def built_by_days() -> set[str]:
    return {
        path.stem
        for path in (ROOT / "models").rglob("*.sql")
        if re.search(r"\{\{ (?:incremental|view)_by_day\(\)", path.read_text())
    }


def test_every_model_built_by_days_is_in_the_list():
    """A full refresh is left out for a table that needs it."""
    text = (ROOT / "docs" / "flows.md").read_text()
    section = text.split("## Built by days")[1].split("\n\n")[1]
    assert set(NODE.findall(section)) == built_by_days()


def test_what_is_built_by_days_has_another_column(tmp_path):
    """Spark parts no table by the only column that it has, and every night there stops."""
    project = Project(tmp_path, tmp_path)
    project.begin()
    counted = dict(
        project.rows("select table_name, count(*) from information_schema.columns group by 1")
    )
    assert not {name for name in built_by_days() if counted[name] < 2}


def test_every_model_built_by_periods_is_in_the_list():
    """The same, of weeks and months."""
    models = (ROOT / "models").rglob("*.sql")
    built = {path.stem for path in models if "{{ incremental_by_period(" in path.read_text()}
    text = (ROOT / "docs" / "flows.md").read_text()
    section = text.split("## Built by periods")[1].split("\n\n")[1]
    assert set(NODE.findall(section)) == built


def test_every_assertion_has_a_line_in_the_runbook():
    """A test fails at night, and whoever is on call finds no line about it."""
    page = (ROOT / "docs" / "runbook.md").read_text()
    listed = {name for _, cells in rows(page) for name in NODE.findall(cells[0])}
    assert not stems("tests/assertions") - listed
    kinds = {word for _, cells in rows(page) for word in re.findall(r"`(\w+)`", cells[0])}
    assert not stems("tests/generic") - kinds


def test_every_exposure_is_held_against_its_code():
    """A reader of marts whose list of marts nobody checks."""
    text = (ROOT / "models/metrics/_exposures.yml").read_text()
    names = {exposure["name"] for exposure in yaml.safe_load(text)["exposures"]}
    assert names == set(READERS) | {"bi_dashboards"}  # others' dashboards are no code of ours


def test_every_package_is_installed():
    """A command that works in the clone and not where it is installed."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {
        name_of(path.parent).replace("/", ".") for path in (ROOT / "scripts").rglob("__init__.py")
    }
    assert set(listed) == found


def test_a_first_release_breaks_nothing():
    """A breaking change is booked where nobody looks for it."""
    sections = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)[1:]
    breaking = [line for line in sections[-1].splitlines() if re.search(r"\| yes\b[^|]*\|$", line)]
    assert not breaking


def test_the_page_on_focus_names_the_validators_that_are_pinned():
    """Files are said to agree with a version of the rules that no longer checks them."""
    pinned = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["focus"]
    page = (ROOT / "docs" / "focus.md").read_text()
    for name in ("focus-data-toolkit", "focus-validator"):
        said = set(re.findall(rf"`{name}` (\d+(?:\.\d+)+)", page))
        assert said == {re.search(r"==([\d.]+)", pin)[1] for pin in pinned if name in pin}


def prose(path: Path) -> str:
    """What people read of a file: a page without code, descriptions of YAML, comments of SQL."""
    text = path.read_text()
    if path.suffix == ".md":
        return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)
    if path.suffix == ".yml":
        return "\n".join(re.findall(r"description: .*", text))
    return "\n".join(
        re.findall(r"--.*|\{#.*?#\}", text, flags=re.S if "macros" in path.parts else 0)
    )


def test_pages_comments_and_marts_use_plain_words():
    """A native reader stumbles, and gives the page up."""
    paths = [
        *pages(),
        *documents.blocks(),
        *(ROOT / "models" / "marts").rglob("*.yml"),
        *(
            path
            for folder in ("models", "macros", "analyses")
            for path in (ROOT / folder).rglob("*.sql")
        ),
    ]
    odd = re.compile(r"\b[Dd]earest\b|\banew\b|\bstands? beside\b|\bcomes? to (?!light)|«[^«»…]+»")
    found = {name_of(path): odd.findall(prose(path)) for path in paths}
    assert not {path: words for path, words in found.items() if words}
