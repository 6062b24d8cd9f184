"""Runs the FOCUS 1.2 validator on one file and prints what its rules found, as JSON.

    python focus_rules.py FILE.parquet CRITERION,CRITERION

For an environment of its own (make test-focus): it needs focus-validator and nothing of the
project. The program of that package ends with 0 even when rules fail, so its results are asked
for here.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import focus_validator
from focus_validator.validator import Validator


def results(file: Path, criteria: str) -> dict:
    """Ids of the rules that passed and were skipped (counts) and failed (id: what it says)."""
    # It looks for its list of currencies below the working folder, and writes a log there.
    rules = Path(focus_validator.__file__).parent / "rules"
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "focus_validator" / "rules"
        here.mkdir(parents=True)
        shutil.copy(rules / "currency_codes.csv", here)
        os.chdir(folder)
        with (
            open(os.devnull, "w", encoding="utf-8") as nowhere,
            contextlib.redirect_stdout(nowhere),
        ):
            found = Validator(
                data_filename=str(file),
                output_destination=None,
                output_type="console",
                rules_version="1.2",
                rules_block_remote_download=True,
                applicability_criteria=criteria,
                focus_dataset="CostAndUsage",
            ).validate()
        os.chdir("/")
    summary = {"rows": found.data_row_count, "passed": 0, "skipped": 0, "failed": {}}
    for rule, result in found.by_rule_id.items():
        details = result["details"]
        if details.get("skipped"):
            summary["skipped"] += 1
        elif result["ok"]:
            summary["passed"] += 1
        else:
            summary["failed"][rule] = str(details.get("message"))
    return summary


if __name__ == "__main__":
    print(json.dumps(results(Path(sys.argv[1]).resolve(), sys.argv[2])))
