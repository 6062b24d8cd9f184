"""A page of the report as a reader gets it: parsed, never rendered."""

from __future__ import annotations

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
        """Rows by field: exact Decimal where a cell has a figure, else its text."""
        table = self.table(caption)
        if table is None:
            return []
        fields = [head["data-field"] for head in table.thead.find_all("th")]
        return [
            dict(zip(fields, map(_value, row.find_all(["td", "th"])), strict=True))
            for row in table.tbody.find_all("tr")
        ]

    def figures(self):
        """(exact, shown) of every figure in every table."""
        for cell in self.soup.find_all("td", attrs={"data-value": True}):
            yield cell["data-value"], cell.get_text().strip()


def _value(cell):
    exact = cell.get("data-value")
    if exact is None:
        return cell.get_text().strip()
    return Decimal(exact) if exact else None


def all_pages(report: Path) -> list[Page]:
    return [Page(file) for file in sorted(report.rglob("*.html"))]
