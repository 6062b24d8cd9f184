"""From a difference on a bill to a file that a provider's support can act on.

Harm guarded against: money that is billed too much and never asked back, because nobody puts the
lines, the requests and the prices together; a claim made twice; one that says more than is owed.
"""

import csv
from decimal import Decimal

import pytest

from scripts.cli import main

KEY = ("usage_date", "provider", "billing_account_id", "billed_model", "meter")


@pytest.fixture
def warehouse(sample_night, company, monkeypatch, tmp_path):
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(sample_night.warehouse))
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.chdir(tmp_path)
    return sample_night


def above(warehouse) -> list[tuple]:
    """Lines of a leaked key that has use of ours beside it."""
    return warehouse.rows(
        f"select exception_key, {', '.join(KEY)}, -variance_usd, gateway_cost_usd, "
        "provider_cost_usd from marts.fct_reconciliation_exceptions "
        "where variance_usd < 0 and reason_code = 'leaked_credential' "
        "and gateway_cost_usd is not null order by 2, 5, 6"
    )


def read(file) -> list[dict]:
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def total(rows: list[dict], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def test_what_can_be_claimed_is_listed_largest_first(warehouse, capsys):
    assert main(["claim"]) == 0
    printed = capsys.readouterr().out.splitlines()
    rows = warehouse.rows(
        "select exception_key from marts.fct_reconciliation_exceptions "
        "where variance_usd < 0 order by variance_usd, exception_key"
    )
    assert [line.split()[0] for line in printed[1 : len(rows) + 1]] == [key[:10] for (key,) in rows]


def test_a_claim_has_the_lines_the_requests_and_the_prices(warehouse, company, capsys, tmp_path):
    lines = above(warehouse)
    keys = [row[0][:12] for row in lines]
    assert len(keys) > 1
    assert main(["claim", *keys, "--opened-by", "Ann Lee", "--note", "case 7"]) == 0
    (folder,) = (tmp_path / "claims").iterdir()
    claimed = sum(row[6] for row in lines)
    letter = (folder / "claim.md").read_text()
    assert f"USD {claimed:,.2f} above" in letter and "Ann Lee" in letter
    # their figure from their lines, ours from our requests, the difference is what is claimed
    theirs = total(read(folder / "bill_lines.csv"), "amount_usd")
    ours = total(read(folder / "requests.csv"), "cost_usd")
    assert (theirs, ours) == (sum(row[8] for row in lines), sum(row[7] for row in lines))
    assert theirs - ours == claimed
    prices = read(folder / "prices.csv")
    assert {(row["usage_date"], row["billed_model"], row["meter"]) for row in prices} == {
        (str(row[1]), row[4], row[5]) for row in lines
    }
    assert all(row["price_card_version"] and Decimal(row["usd_per_unit"]) > 0 for row in prices)
    recorded = read(company / "policy" / "claims.csv")
    assert [tuple(row[name] for name in KEY) for row in recorded] == [
        tuple(map(str, row[1:6])) for row in lines
    ]
    assert total(recorded, "claimed_usd") == claimed
    assert {row["claim_id"] for row in recorded} == {folder.name}
    assert {(row["opened_by"], row["credit_invoice_id"]) for row in recorded} == {("Ann Lee", "")}

    # it is not claimed again
    capsys.readouterr()
    assert main(["claim", keys[0], "--opened-by", "Bob"]) == 1
    assert "is claimed already" in capsys.readouterr().err
    assert len(read(company / "policy" / "claims.csv")) == len(lines)


def test_a_dry_run_writes_nothing(warehouse, company, capsys, tmp_path):
    (key, *_), *_ = above(warehouse)
    assert main(["claim", key, "--opened-by", "Ann", "--dry-run"]) == 0
    assert "nothing is written" in capsys.readouterr().out
    assert not (tmp_path / "claims").exists() and not list(company.iterdir())


@pytest.mark.parametrize(
    ("keys", "by", "code", "said"),
    [
        (["ffffffffffffffffffff"], "Ann", 1, "names no exception above our figures"),
        (["one"], "", 2, "say who opens the claim"),
        (["one", "other"], "Ann", 1, "one provider and of one account"),
    ],
)
def test_what_is_no_claim_is_refused_in_a_line(warehouse, company, capsys, keys, by, code, said):
    other = warehouse.value(
        "select min(exception_key) from marts.fct_reconciliation_exceptions "
        "where variance_usd < 0 and provider = 'bedrock'"
    )
    named = {"one": above(warehouse)[0][0], "other": other}
    asked = [named.get(key, key) for key in keys]
    assert main(["claim", *asked, "--opened-by", by]) == code
    assert said in capsys.readouterr().err
    assert not list(company.iterdir())
