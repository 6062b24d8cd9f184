"""What the project can complain of: every message of an error or a warning, as the code has it.

`python -m tests.python.messages` writes docs/messages.md.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.python.documents import ROOT, name_of

PAGE = ROOT / "docs" / "messages.md"
_HEAD = """# Exit codes and messages

| exit code | means |
|---|---|
| 0 | fine; a warning may have been said |
| 1 | something failed, was refused, or is to be looked at: a file that could not be \
read, a model or test that failed, a difference, something that `ai-cost doctor` says to do |
| 2 | something must be set right first; nothing was done |
| 130 | interrupted |

A message is one line on standard error, behind the command it is of. `...` stands for what \
differs: a name, a file, a figure. What to do is in the message, or in the [runbook](runbook.md). \
This page is written from the code by `.venv/bin/python -m tests.python.messages`.

| message | said by |
|---|---|
"""


def said() -> list[tuple[str, str]]:
    """(message, file) of everything that is raised or complained of; sorted."""
    found = set()
    for path in sorted((ROOT / "scripts").rglob("*.py")):
        name = name_of(path)
        # what only demos and measurements say is nobody's on call
        if "/sample/" in name or "/benchmarks/" in name:
            continue
        for call in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            text = _text(call.args[0]) if call.args else ""
            if any(letter.isalpha() for letter in text):
                found.add((text, name))
    return sorted(found, key=lambda each: (each[0].lower(), each[1]))


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            # an argument of the programmer's is no message
            if _called(node.exc) not in ("NotImplementedError", "AssertionError", "TypeError"):
                yield node.exc
        elif isinstance(node, ast.Call) and _called(node) in ("complain", "_complain"):
            yield node


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _text(node: ast.expr) -> str:
    """The text of an expression, with ... for what is put in."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _text(left) + _text(right)
        case _:
            return "..."


def page() -> str:
    """The page as it must be."""
    rows = [f"| {_cell(text)} | `{name}` |\n" for text, name in said()]
    return _HEAD + "".join(rows)


def _cell(text: str) -> str:
    line = " ".join(text.split()).replace("|", "\\|")
    return line.replace("<", "\\<").replace("*", "\\*").replace("_", "\\_")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
