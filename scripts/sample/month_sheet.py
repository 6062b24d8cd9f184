"""A random month of bills as a sample: its files, the rules it needs, and what must be found.

Faults of every kind that the warehouse knows a cause or a finding for are drawn over many seeds.
Some need rules of a company, such as a policy or prepaid credits, so a company folder is written
beside: the sample company's, with these added.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from scripts.errors import UserError
from scripts.operations.company import ROOT, SAMPLE
from scripts.sample.files import write_json, write_text
from scripts.sample.month import SECOND_KEY, Month, biller
from scripts.sample.month_files import Deliveries
from scripts.sample.truth import SCHEMA_VERSION

_POLICY = "lab-1,lab,feature,enforce,2024-01-01,,calls of a lab are held back"
_CAPACITY = "ptu-1,azure,default,gpt-4o,2024-01-01 00:00:00,,2024-01-01 00:00:00,effective,units,,,"
_OWNER = f"{SECOND_KEY},second,growth,second,2024-01-01,,a second account"
_ACCOUNT = "provider,billing_account_id"


def write(landing: Path, company: Path, seed: int, first: date) -> dict:
    """Write it all; returns the answer sheet. A company folder that is there stays as it is."""
    if company.exists():
        raise UserError(f"{company} is there already")
    month = Month(seed, first)
    deliveries = Deliveries(month)
    # of two writings of one name the later is what lies there
    texts = {name: text for night in deliveries.nights for name, text in night.items()}
    for name, text in texts.items():
        write_text(landing / name, text)
    shutil.copytree(SAMPLE, company)
    for name, text in rules(month, _seed).items():
        write_text(company / name, text)
    truth = sheet(month) | {"files": sorted(texts)}
    write_json(landing / "_truth.json", truth)
    return truth


def _seed(name: str) -> str:
    """A seed as the sample company has it, else as the product has it."""
    own = SAMPLE / name
    return (own if own.exists() else ROOT / "seeds" / name).read_text(encoding="utf-8")


def rules(month: Month, read: Callable[[str], str]) -> dict[str, str]:
    """The files that the month's faults need: a policy that holds back, capacity, the owner of a
    second account, credits and their balance. `read` gives what a file has so far.
    """
    found = {
        name: f"{read(name).rstrip()}\n{row}\n"
        for name, row in (
            ("policy/tagging_policy.csv", _POLICY),
            ("contracts/capacity_commitments.csv", _CAPACITY),
            ("organization/credential_owners.csv", _OWNER),
        )
    }
    found["contracts/prepaid_credits.csv"] = (
        f"credit_id,{_ACCOUNT},purchased_on,expires_on,amount_usd,source\n"
        f"or-1,openrouter,default,{month.first},,{month.bought},receipt\n"
    )
    if month.balance_gap is not None:
        found["contracts/prepaid_balances.csv"] = (
            f"{_ACCOUNT},balance_date,balance_usd,source\n"
            f"openrouter,default,{month.days[-1]},{month.stated_balance()},page\n"
        )
    return found


def sheet(month: Month, more: Sequence[tuple] = ()) -> dict:
    """What must be found: every line that differs, with its cause, and every finding.

    more: findings that follow from how the files came.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "planted": month.planted,
        "variances": [
            {
                "usage_date": str(day),
                **_billed_by(provider),
                "billed_model": model,
                "meter": meter,
                "variance_usd": _text(gap),
                "reason_code": cause,
            }
            for (day, provider, model, meter), (gap, _, cause) in sorted(
                month.expected_lines().items()
            )
            if gap
        ],
        "bill_findings": [
            {
                "finding": finding,
                "provider": biller(provider),
                "first_usage_date": str(first),
                "last_usage_date": str(last),
                "item_count": items,
                "amount_usd": None if amount is None else _text(amount),
            }
            for finding, provider, first, last, items, amount in [*month.findings(), *more]
        ],
    }


def _billed_by(provider: str) -> dict[str, str]:
    name, _, account = provider.partition("/")
    return {"provider": name, "billing_account_id": account or "default"}


def _text(amount: Decimal) -> str:
    return f"{amount:f}"


def run(landing: Path, company: Path, seed: int, first: date) -> int:
    """Write the month and say what is in it and how to look at it."""
    truth = write(landing, company, seed, first)
    print(f"planted in {first:%B %Y}: {', '.join(sorted(truth['planted'])) or 'nothing'}")
    print(f"{len(truth['files'])} files in {landing}, rules in {company}")
    print(f"export AI_COST_LANDING={landing} AI_COST_COMPANY={company}, run the night, then:")
    print(f"ai-cost accuracy --truth {landing / '_truth.json'}")
    return 0
