"""What the YAML beside models and seeds says of a column."""

from __future__ import annotations

import re
from pathlib import Path

# Sentences that several columns share (docs/decisions/0038-every-fact-once.md).
_SHARED = Path(__file__).resolve().parents[1] / "models" / "columns.md"
_BLOCK = re.compile(r"\{% docs (\w+) %\}(.*?)\{% enddocs %\}", re.S)
_NAMED = re.compile(r"\{\{ doc\('(\w+)'\) \}\}")


def shared_sentences() -> dict[str, str]:
    """The sentences of models/columns.md, by name."""
    return dict(_BLOCK.findall(_SHARED.read_text(encoding="utf-8")))


def sentence(description: str, shared: dict[str, str]) -> str:
    """A description as people read it: of a shared sentence, the sentence itself."""
    named = _NAMED.fullmatch(description)
    return shared[named[1]] if named else description
