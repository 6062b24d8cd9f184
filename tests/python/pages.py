"""A page of the report as a reader gets it: parsed, never rendered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bs4 import BeautifulSoup


@dataclass
class Page:
    """One HTML file."""

    file: Path

    def __post_init__(self) -> None:
        self.soup = BeautifulSoup(self.file.read_text(encoding="utf-8"), "html.parser")

    def table(self, caption: str):
        """The table whose caption begins so; None when the page has none."""
        for table in self.soup.find_all("table"):
            if table.caption.get_text().startswith(caption):
                return table
        return None

    def rows(self, caption: str) -> list[dict]:
        """Rows by field: Decimal where a cell has a figure, exact outside charts, else its text."""
        table = self.table(caption)
        if table is None:
            return []
        fields = [head["data-field"] for head in table.thead.find_all("th")]
        return [
            dict(zip(fields, map(_value, row.find_all(["td", "th"])), strict=True))
            for row in table.tbody.find_all("tr")
        ]

    def figures(self):
        """(exact, shown) of every figure that has both."""
        for cell in self.soup.find_all("td", attrs={"data-v": True}):
            yield cell["data-v"], cell.get_text().strip()


def _value(cell):
    text = cell.get_text().strip()
    exact = cell.get("data-v")
    if exact is not None:
        return Decimal(exact) if exact else None
    if cell.name == "td" and "figures" in cell.find_parent("table").get("class", []):
        return None if text == "–" else _number(text)
    return text


def _number(text: str) -> Decimal:
    number = Decimal(re.sub(r"[,%\s+]", "", text).replace("−", "-"))
    return number / 100 if text.endswith("%") else number


def all_pages(report: Path) -> list[Page]:
    return [Page(file) for file in sorted(report.rglob("*.html"))]
