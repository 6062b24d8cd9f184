"""What the project's own pages say, for the tests that hold them against the files."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from scripts import yaml_files
from scripts.rates import meters
from tests.python.project import ROOT

FOLDERS = ("models", "macros", "seeds", "analyses", "scripts", "docs", "tests")
DICTIONARY = ROOT / "docs" / "data-dictionary.md"


def pages() -> list[Path]:
    """Every page people read; the changelog speaks of what was, so it is none of them."""
    return [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
    ]


def blocks() -> list[Path]:
    """Texts that dbt puts into its documentation."""
    return sorted((ROOT / "models").rglob("*.md"))


def commented() -> list[Path]:
    """The files whose comments and descriptions name others."""
    found = [ROOT / name for name in ("Makefile", "dbt_project.yml", "profiles.yml", ".ci/run")]
    for folder in FOLDERS:
        for suffix in ("sql", "yml", "py"):
            found += (ROOT / folder).rglob(f"*.{suffix}")
    return [path for path in sorted(found) if "fixtures" not in path.parts]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code_words(text: str) -> list[str]:
    """What stands in backticks, blocks of code left out."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))


def rows(text: str) -> Iterator[tuple[str, list[str]]]:
    """The rows of a page's tables, with the heading they stand under."""
    heading = ""
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        if cells and not set("".join(cells)) <= set("-: "):
            yield heading, cells


@cache
def properties() -> list[tuple[Path, dict]]:
    """The YAML files beside models and seeds."""
    found = [
        path for folder in ("models", "seeds") for path in sorted((ROOT / folder).rglob("*.yml"))
    ]
    return [(path, yaml_files.read(path)) for path in found]


def source_tables() -> dict[str, dict]:
    """Every table with a landing folder: its name and what its YAML says of it."""
    tables = {}
    for _, content in properties():
        for source in content.get("sources", []):
            for table in source["tables"]:
                if "kind" in table.get("config", {}).get("meta", {}):
                    tables[table["name"]] = table
    return tables


def vocabularies() -> dict[tuple[str, str], list[str]]:
    """(model or seed, column) -> the words the column may hold, of marts and seeds."""
    found = {}
    for path, content in properties():
        if "intermediate" in path.parts or "staging" in path.parts:
            continue
        for node in content.get("models", []) + content.get("seeds", []):
            for column in node.get("columns", []):
                for test in column.get("data_tests", []):
                    words = _words(test) if isinstance(test, dict) else []
                    if words:
                        found[node["name"], column["name"]] = words
    return found


def _words(test: dict) -> list[str]:
    """The words that a test of a column accepts; none where it asks for something else."""
    if "accepted_values" in test:
        return [str(word) for word in test["accepted_values"]["arguments"]["values"]]
    return [*meters.names(), *test["is_meter"]["arguments"]["others"]] if "is_meter" in test else []
