"""The total at the foot of a bill's table, which is no line of it.

It has no day and says "Total" in some cell. One that is the sum of the lines before it, or of those
since the total before, is left out; of any other nothing is known, and the loader refuses it with
both figures.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from scripts.loading.currencies import stated_in
from scripts.loading.sources import Table

_WORDS = {
    *("total", "totals", "grand total", "total cost", "total costs", "total amount", "sum"),
    *("total due", "amount due", "balance due", "invoice total", "total charges", "total usage"),
    *("subtotal", "sub-total", "summe", "gesamt", "gesamtsumme", "zwischensumme", "insgesamt"),
    *("gesamtbetrag", "rechnungsbetrag"),
}


class Totals:
    """The sum of a file's lines, by the headers of its columns."""

    def __init__(self, table: Table, columns: dict[str, int]) -> None:
        when = table.headers_of((table.event_time or "",)) if table.kind == "bill" else ()
        self._days = [columns[name] for name in when if name in columns]
        amounts = [columns[name] for name in table.headers_of(table.money) if name in columns]
        self._amount = amounts[0] if amounts and self._days else None
        self._sum = self._part = Decimal()
        self.left_out = 0

    def spread(self, row: list[str], width: int) -> list[str] | None:
        """A total that has fewer cells than the header, as a row of the table; None of another."""
        said = [cell for cell in row if cell.strip()]
        if self._amount is None or len(said) != 2 or not _is_word(said[0]):
            return None
        cells = [""] * width
        cells[0 if self._amount else -1], cells[self._amount] = said
        return cells

    def take(self, rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str], str]]:
        """Take the totals out of rows whose figures have points; those that are none are returned
        with the reason.
        """
        if self._amount is None:
            return []
        totals = []
        for number, row in rows:
            if self._is_total(row):
                totals.append((number, row, self._fault(row)))
                self._part = Decimal()
            else:
                amount = _decimal(row[self._amount]) or 0
                self._sum += amount
                self._part += amount
        if totals:
            numbers = {number for number, *_ in totals}
            rows[:] = [each for each in rows if each[0] not in numbers]
        self.left_out += sum(not fault for *_, fault in totals)
        return [each for each in totals if each[-1]]

    def _is_total(self, row: list[str]) -> bool:
        days = [text for place in self._days if (text := row[place].strip())]
        if any(not _is_word(text) for text in days):
            return False
        return bool(days) or any(map(_is_word, row))

    def _fault(self, row: list[str]) -> str:
        total = _decimal(row[self._amount])
        if total is None:
            return "a total without an amount"
        step = Decimal(1).scaleb(min(0, total.as_tuple().exponent))
        for found in (self._sum, self._part):
            if total in (found, found.quantize(step, ROUND_HALF_UP)):
                return ""
        return f"a total of {total}, where the lines before it are {self._sum}"


def _is_word(text: str) -> bool:
    stated = stated_in(text)
    return (stated.name if stated else text).strip(" :").lower() in _WORDS


def _decimal(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < 10**15 else None
