"""The exported files against the public FOCUS validators: make test-focus.

Harm guarded against: a file that another tool refuses, which is noticed at its first delivery.
What passes here is "validated against the pinned FOCUS rules", which is no certificate.
"""

import csv
import json
import shutil
import subprocess
import warnings

import pytest

from tests.python.project import ROOT

pytestmark = pytest.mark.focus

BIN = ROOT / ".venv-focus" / "bin"
FALSE_POSITIVES = ROOT / "tests" / "python" / "fixtures" / "focus_false_positives.csv"
DATASETS = {
    "cost_and_usage": "cost-and-usage",
    "invoice_detail": "invoice-detail",
    "billing_period": "billing-period",
}
SUPPORTED_1_4 = ("SupportsUnitPricing", "SupportsMultiplePricingCategories")
# What our files have. Regions, provisioned resources and virtual currencies they have not.
SUPPORTED_1_2 = ",".join(
    f"{name}_SUPPORTED"
    for name in (
        "ACCOUNT_NAMING",
        "COMMITMENT_DISCOUNT",
        "MULTIPLE_PRICING_CATEGORIES",
        "MULTIPLE_SUB_ACCOUNT_TYPES",
        "NEGOTIATED_PRICING",
        "PUBLIC_PRICE_LIST",
        "REGION",
        "SUB_ACCOUNT",
        "TAGGING",
        "UNIT_PRICING",
        "USAGE_MEASUREMENT",
    )
)


@pytest.fixture(scope="module")
def files(focus_files):
    return focus_files


@pytest.fixture(scope="module")
def bundle(files, tmp_path_factory):
    """All periods in one folder: a correction and what it corrects are in different periods."""
    folder = tmp_path_factory.mktemp("bundle")
    for name in DATASETS:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as whole:
            for number, period in enumerate(sorted(files.iterdir())):
                with (period / f"{name}.csv").open(encoding="utf-8", newline="") as part:
                    header = part.readline()
                    whole.write("" if number else header)
                    shutil.copyfileobj(part, whole)
    return folder


def toolkit(*arguments):
    return subprocess.run(
        [BIN / "focus-toolkit", *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("name", DATASETS)
def test_the_1_4_linter_passes_every_file(files, name, suffix):
    conditions = [part for name in SUPPORTED_1_4 for part in ("--supports", name)]
    for period in sorted(files.iterdir()):
        file = period / f"{name}.{suffix}"
        done = toolkit("validate", "--dataset", DATASETS[name], *conditions, str(file))
        assert done.returncode == 0, f"{file}:\n{done.stdout}{done.stderr}"


def test_the_1_4_linter_passes_the_datasets_together(bundle):
    """Invoice lines, billing periods, splits and corrections refer to what is there."""
    done = toolkit("validate-bundle", "--directory", str(bundle), "--format", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    checks = json.loads(done.stdout)["checks_run"]
    assert {"split_allocation", "correction_references", "billing_period_coverage",
            "cost_and_usage_invoice_detail_consistency"} <= set(checks)  # fmt: skip


def test_the_1_4_linter_refuses_a_wrong_file(files, tmp_path):
    """Harm: a gate that lets everything pass."""
    wrong = tmp_path / "cost_and_usage.csv"
    text = (files / "2026-08" / "cost_and_usage.csv").read_text(encoding="utf-8")
    wrong.write_text(text.replace(",USD,", ",US dollars,"), encoding="utf-8")
    assert toolkit("validate", "--dataset", "cost-and-usage", str(wrong)).returncode == 1


def rules(file):
    """Results of the 1.2 validator, or a skip that says what is missing."""
    if subprocess.run(
        [BIN / "python", "-c", "import focus_validator"], capture_output=True, check=False
    ).returncode:
        reason = "FOCUS 1.2 NOT CHECKED: its validator needs Python 3.12, and there is none here"
        warnings.warn(reason, stacklevel=2)
        pytest.skip(reason)
    program = ROOT / "tests" / "python" / "focus_rules.py"
    done = subprocess.run(
        [BIN / "python", program, file, SUPPORTED_1_2], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_1_2_validator_finds_only_what_is_known_to_be_wrong_with_it(files, suffix):
    """The list is exact: what is new on it fails, and what no longer occurs fails too."""
    with FALSE_POSITIVES.open(encoding="utf-8") as file:
        known = {row["rule"]: row["reason"] for row in csv.DictReader(file)}
    found = rules(files / "2026-07" / f"cost_and_usage_v1_2.{suffix}")
    assert found["rows"] > 20
    assert found["passed"] > 250
    assert set(found["failed"]) == set(known), json.dumps(found["failed"], indent=1)
    assert all(known.values())


def test_the_1_2_validator_finds_what_is_wrong(files, tmp_path):
    """Harm: a validator that was set up so that it checks nothing."""
    wrong = tmp_path / "wrong.csv"
    text = (files / "2026-07" / "cost_and_usage_v1_2.csv").read_text(encoding="utf-8")
    wrong.write_text(text.replace(",USD,", ",US dollars,"), encoding="utf-8")
    failed = rules(wrong)["failed"]
    assert any(rule.startswith("BillingCurrency-C-") for rule in failed), list(failed)
