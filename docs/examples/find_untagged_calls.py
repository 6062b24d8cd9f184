"""A lint rule for CI: clients of providers that are made without an owner.

    python find_untagged_calls.py src tests

Prints `file:line` of every client that is not the first argument of an OwnedClient, and ends with
1 when there is one. A line that ends in `# untagged: <reason>` is let through.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

CLIENTS = {"OpenAI", "AsyncOpenAI", "AzureOpenAI", "AsyncAzureOpenAI", "Anthropic"}
CLIENTS |= {"AsyncAnthropic", "AnthropicBedrock", "AnthropicVertex", "Mistral"}
WRAPPER = "OwnedClient"
EXCUSE = "# untagged: "


def untagged(source: str) -> list[tuple[int, str]]:
    """Line and name of each client that nothing wraps."""
    tree, lines = ast.parse(source), source.splitlines()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    wrapped = {id(call.args[0]) for call in calls if _name(call) == WRAPPER and call.args}
    found = [(call.lineno, _name(call)) for call in calls if id(call) not in wrapped]
    return sorted(
        (line, name) for line, name in found if name in CLIENTS and EXCUSE not in lines[line - 1]
    )


def _name(call: ast.Call) -> str:
    """What is called, without its module."""
    called = call.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def main(places: list[str]) -> int:
    """Look through files and folders."""
    files = [file for place in map(Path, places) for file in _files(place)]
    found = [
        f"{file}:{line}: {name} without an owner: wrap it in {WRAPPER}"
        for file in files
        for line, name in untagged(file.read_text(encoding="utf-8"))
    ]
    print("\n".join(found) if found else f"{len(files)} files, every client has an owner")
    return 1 if found else 0


def _files(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
