"""Who reads which mart is written down, and true.

Harm guarded against: a mart that is changed or dropped because its lineage shows no reader.
"""

import re

import pytest
import yaml

from tests.python.documents import ROOT, name_of

READERS = {
    "headline": [f"scripts/reporting/{name}.py" for name in ("headline", "findings", "names")],
    "doctor": ["scripts/operations/doctor.py", "scripts/reporting/findings.py"],
    "showback_report": [
        name_of(path)
        for path in sorted((ROOT / "scripts/reporting").glob("*.py"))
        if path.stem not in ("bills", "headline", "workbook")
    ],
    "bill_files": ["scripts/reporting/bills.py"],
    "bill_accuracy": ["scripts/reporting/accuracy.py"],
    "claims": ["scripts/accounting/claims.py"],
    "finance_workbook": [
        f"scripts/reporting/{name}.py" for name in ("workbook", "findings", "accuracy", "names")
    ],
    "dashboards": ["scripts/dashboards/charts.yml"],
    "alerts": ["scripts/operations/alert*.py", "scripts/reporting/names.py"],
    "statements": ["scripts/delivery/*.py", "scripts/reporting/names.py"],
    "month_end_close": [
        name_of(path)
        for path in sorted((ROOT / "scripts/accounting").glob("*.py"))
        if path.stem != "claims"
    ],
}


@pytest.fixture(scope="module")
def declared():
    exposures = yaml.safe_load((ROOT / "models/metrics/_exposures.yml").read_text())["exposures"]
    return {
        exposure["name"]: {re.search(r"'(\w+)'", mart)[1] for mart in exposure["depends_on"]}
        for exposure in exposures
    }


@pytest.mark.parametrize(("name", "files"), READERS.items(), ids=list(READERS))
def test_an_exposure_names_the_marts_its_code_reads(declared, name, files):
    found: set[str] = set()
    for pattern in files:
        for path in ROOT.glob(pattern):
            found |= set(re.findall(r"\b(?:fct|dim|rpt)_\w+", path.read_text()))
    assert found == declared[name]
