"""Half a cent goes one way, whoever prints it.

Harm guarded against: a page that says 0.13 of what a list says is 0.12.
"""

import re
from decimal import Decimal

import pytest

from scripts.accounting import claims
from scripts.money import in_cents, money
from scripts.reporting.tables import unit, usd
from tests.python.project import ROOT


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0.125", "0.13"), ("2.675", "2.68"), ("-0.125", "-0.13"), ("1234567.005", "1,234,567.01"),
        ("0.1249999", "0.12"), ("12345678901234567890123456789.005",
                                "12,345,678,901,234,567,890,123,456,789.01"),
    ],
)  # fmt: skip
def test_a_half_cent_goes_away_from_zero(amount, said):
    exact = Decimal(amount)
    assert money(exact) == said == f"{in_cents(exact):,}"
    assert usd(exact) == said.replace("-", "−")
    assert claims._usd(exact) == f"USD {said}"
    if abs(exact) >= 1:
        assert unit(exact) == said


def test_nothing_prints_money_in_another_way():
    """Python's own format rounds a half cent to even."""
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in (ROOT / "scripts").rglob("*.py")
        for line in file.read_text().splitlines()
        if re.search(r":,?\.2f}", line) and " %" not in line and "benchmarks" not in file.parts
    ]
    assert found == []
