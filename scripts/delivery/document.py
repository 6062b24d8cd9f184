"""What is delivered, before it is a PDF or a message: facts, sentences and tables."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

from markupsafe import Markup

from scripts.console import printable
from scripts.reporting import site
from scripts.reporting.period_report import text as table_text
from scripts.reporting.tables import Table, plain

_HERE = Path(__file__).parent
_VERSION = 12


@dataclass(frozen=True)
class Fact:
    """One figure at the top, with a word on it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A heading with sentences and tables under it."""

    heading: str
    sentences: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """A statement or a roll-up.

    key: what it is of, as it is remembered. stem: its name as a file. figures: what its version is
    made of, so that other words or another style are not another version.
    """

    key: str
    stem: str
    of: str
    title: str
    subject: str
    total_usd: Decimal
    is_final: bool
    status: str
    figures: list
    facts: list[Fact]
    sections: list[Section]

    @property
    def version(self) -> str:
        """The same for the same figures, and only for these."""
        told = json.dumps([self.key, self.is_final, self.figures], default=_exact)
        return hashlib.sha256(told.encode()).hexdigest()[:_VERSION]

    def html(self, style: str, note: str = "") -> str:
        """As a page; every name in it is escaped by the templates."""
        return (
            site.environment()
            .get_template("statement.html")
            .render(document=self, style=_style(style), note=note)
        )

    def text(self, note: str = "") -> str:
        """As text, without what a terminal or a mail program would take for a sign of its own."""
        lines = [self.title, "", self.status, *([note] if note else []), ""]
        lines += [f"{f.label}: {f.value}{f' ({f.note})' if f.note else ''}" for f in self.facts]
        for section in self.sections:
            lines += ["", "", section.heading, ""]
            lines += [f"{sentence}\n" for sentence in section.sentences]
            for table in section.tables:
                said = table_text(table) if table.rows else f"{table.caption}: {table.empty}"
                lines += [said, ""]
        lines += ["", f"Version {self.version}"]
        return "\n".join(printable(line) for line in "\n".join(lines).split("\n")) + "\n"


@cache
def _style(name: str) -> Markup:
    """A style sheet of ours, which is no data and is not escaped."""
    return Markup((_HERE / f"{name}.css").read_text(encoding="utf-8"))


def _exact(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)
