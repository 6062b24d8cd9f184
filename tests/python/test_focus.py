"""The FOCUS files say what the ledger says, in the words of the specification.

Harm guarded against: a file handed to another department that is wrong in a digit, a unit or a
link, or that changes a month it has delivered.
"""

import csv
import json
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from scripts.cli import main
from tests.python.focus_warehouse import (
    HOSTILE_FEATURE,
    MARTS,
    FocusWarehouse,
    list_price,
    sums,
)

JULY, AUGUST = datetime(2026, 7, 1), datetime(2026, 8, 1)
NAMES = ("cost_and_usage", "invoice_detail", "billing_period", "cost_and_usage_v1_2")


@pytest.fixture(scope="module")
def warehouse(focus_warehouse):
    return focus_warehouse


@pytest.fixture(scope="module")
def rows(warehouse):
    return warehouse.cost_and_usage()


@pytest.fixture(scope="module")
def files(focus_files):
    return focus_files


def in_csv(file):
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def is_detail(row):
    return (
        row["ChargeCategory"] == "Usage" and row["x_Meter"] != "lump_sum" and not row["ChargeClass"]
    )


def meters(request):
    """Quantity by meter of an envelope record, worked out on its own: input includes the cache."""
    read = request.get("cached_input_tokens") or 0
    written = request.get("cache_write_tokens") or 0
    return {
        "uncached_input": (request["input_tokens"] or 0) - read - written,
        "cache_read": read,
        "cache_write_5m": written,
        "output": request["output_tokens"] or 0,
    }


def test_usage_of_an_open_month_stands_by_day_owner_and_token_class(warehouse, rows):
    """Against an own reading of the records and the rate card, in exact decimals."""
    expected = defaultdict(lambda: [Decimal(0)] * 5)
    for request in warehouse.requests:
        if not request["timestamp"].startswith("2026-08") or request["status"] == "error":
            continue
        if request["model"] == "no-such-model":
            continue
        credential = request.get("credential_id")
        tier = {"ptu": "standard"}.get(request.get("service_tier"), request.get("service_tier"))
        contract = Decimal(1)
        if credential == "key-contract":
            contract = Decimal("0.85")
        elif request["provider"] == "anthropic" and credential is None:
            contract = Decimal("0.90")
        for meter, quantity in meters(request).items():
            if not quantity:
                continue
            price = list_price(
                warehouse.root, request["provider"], request["model"], meter,
                tier or "standard", request["input_tokens"],
            )  # fmt: skip
            listed = price * quantity
            cost = Decimal(0) if credential == "key-capacity" else listed * contract
            billed = Decimal(0) if credential == "key-prepaid" else cost
            key = (request["timestamp"][:10], request["team"] or "unattributed", request["model"],
                   meter, request["feature"])  # fmt: skip
            added = (Decimal(quantity), listed, listed * contract, cost, billed)
            expected[key] = [a + b for a, b in zip(expected[key], added, strict=True)]
    found = defaultdict(lambda: [Decimal(0)] * 5)
    for row in rows:
        if not is_detail(row) or row["BillingPeriodStart"] != AUGUST:
            continue
        key = (f"{row['ChargePeriodStart']:%Y-%m-%d}", row["SubAccountId"], row["x_ModelId"],
               row["x_Meter"], row["x_Feature"])  # fmt: skip
        columns = ("ConsumedQuantity", "ListCost", "ContractedCost", "EffectiveCost", "BilledCost")
        added = [row[name] for name in columns]
        found[key] = [a + b for a, b in zip(found[key], added, strict=True)]
    assert found == expected
    assert len(expected) > 15


def test_prices_are_of_one_block_and_the_properties_of_the_model_are_there(rows):
    (row,) = [
        row for row in rows
        if is_detail(row) and row["BillingPeriodStart"] == AUGUST and row["x_Meter"] == "cache_read"
        and row["x_ModelId"] == "gpt-5.4-mini" and row["x_PriceSource"] == "contract"
    ]  # fmt: skip
    assert row["ListUnitPrice"] == Decimal("0.075")
    assert row["ContractedUnitPrice"] == Decimal("0.06375")
    assert row["PricingQuantity"] == Decimal("0.0003")
    assert row["PricingUnit"] == "1000000 Tokens"
    assert json.loads(row["SkuPriceDetails"]) == {
        "x_ModelDeveloper": "OpenAI", "x_ModelFamily": "GPT", "x_ModelId": "gpt-5.4-mini",
        "x_RegionScope": "global", "x_ServiceTier": "standard", "x_TokenCacheAction": "Read",
        "x_TokenDirection": "Input",
    }  # fmt: skip
    assert row["ChargePeriodEnd"] == datetime(2026, 8, 22)


def test_long_contexts_are_rows_of_their_own_price(warehouse, rows):
    found = {
        row["ListUnitPrice"]
        for row in rows
        if row["x_ModelId"] == "gpt-5.4" and row["x_Meter"] == "uncached_input"
    }
    expected = {
        list_price(warehouse.root, "openai", "gpt-5.4", "uncached_input", "standard", tokens)
        * 1_000_000
        for tokens in (1000, 300_000)
    }
    assert found == expected
    assert len(expected) == 2


def test_reserved_capacity_is_bought_once_and_borne_by_its_users(rows):
    """July is closed: its purchase stays, whatever came later."""
    for month, users in ((JULY, {"search"}), (AUGUST, {"search"})):
        mine = [row for row in rows if row["BillingPeriodStart"] == month]
        (bought,) = [row for row in mine if row["SkuId"] == "purchase/provisioned-throughput"]
        assert (bought["BilledCost"], bought["EffectiveCost"]) == (Decimal(30), Decimal(0))
        shares = [row for row in mine if (row["SkuId"] or "") == "pool/provisioned-throughput"]
        assert sum(row["BilledCost"] for row in shares) == 0
        assert sum(row["EffectiveCost"] for row in shares) == Decimal(30)
        assert users <= {row["SubAccountId"] for row in shares}
        used = [row for row in mine if row["x_PriceSource"] == "commitment"]
        assert used and all(row["BilledCost"] == 0 < row["ListCost"] for row in used)
        assert {row["CommitmentDiscountStatus"] for row in used} == {"Used"}


def test_one_capacity_is_used_in_parts_and_what_nobody_called_is_unused(rows):
    """Bought once, used or not: the parts come to what was bought, under its id."""
    for month in (JULY, AUGUST):
        mine = [row for row in rows if row["BillingPeriodStart"] == month]
        (bought,) = [row for row in mine if row["SkuId"] == "purchase/provisioned-throughput"]
        of_it = [
            row
            for row in mine
            if row["CommitmentDiscountId"] == bought["CommitmentDiscountId"] and row is not bought
        ]
        assert bought["CommitmentDiscountId"] and bought["CommitmentDiscountStatus"] is None
        assert bought["CommitmentDiscountQuantity"] == 1
        assert sum(row["CommitmentDiscountQuantity"] for row in of_it) == 1
        by_status = {row["CommitmentDiscountStatus"]: row for row in of_it}
        assert set(by_status) == {"Used", "Unused"}
        idle = by_status["Unused"]
        assert idle["SubAccountId"] == "shared-gateway" and idle["EffectiveCost"] > 20
        assert (idle["ConsumedQuantity"], idle["ConsumedUnit"]) == (None, None)
        used = [row for row in of_it if row is not idle]
        assert sum(row["ConsumedQuantity"] for row in used) + idle["PricingQuantity"] == 1


def test_servers_and_traces_are_no_model_calls(rows):
    servers = [row for row in rows if (row["SkuId"] or "") == "pool/gateway-infrastructure"]
    assert {(row["ServiceCategory"], row["ServiceSubcategory"]) for row in servers} == {
        ("Compute", "Other (Compute)")
    }
    assert {row["ServiceSubcategory"] for row in rows if is_detail(row)} == {"Generative AI"}


def test_a_sku_price_is_one_price(rows):
    found = defaultdict(set)
    for row in rows:
        if row["SkuPriceId"]:
            found[row["SkuPriceId"]].add(row["ListUnitPrice"])
    assert len(found) > 30 and all(len(prices) == 1 for prices in found.values())


def test_prepaid_credits_are_cash_when_bought_and_cost_when_used(rows):
    mine = [row for row in rows if row["BillingAccountId"] == "acct-prepaid"]
    (bought,) = [row for row in mine if row["ChargeCategory"] == "Purchase"]
    assert (bought["BilledCost"], bought["EffectiveCost"]) == (Decimal(50), Decimal(0))
    assert bought["InvoiceId"] == "INV-4"
    used = [row for row in mine if row["ChargeCategory"] == "Usage"]
    assert {row["CommitmentDiscountType"] for row in used} == {"Prepaid Credits"}
    assert all(row["BilledCost"] == 0 < row["EffectiveCost"] for row in used)


def of_july(found):
    return sorted(
        (row for row in found if row["BillingPeriodStart"] == JULY),
        key=lambda row: row["x_ChargeKey"],
    )


def test_a_closed_month_stays_as_it_was_delivered(warehouse, rows, files):
    assert of_july(rows) == of_july(warehouse.before)
    assert (files / "2026-07" / "cost_and_usage.csv").read_bytes() == warehouse.delivered


def test_corrections_name_rows_of_the_delivered_file(warehouse, rows):
    """What a receiver of July's file finds in it; a charge of many rows by its largest."""
    delivered = {row["x_ChargeKey"]: row for row in of_july(warehouse.before)}
    corrections = [row for row in rows if row["ChargeClass"] == "Correction"]
    assert {row["x_CorrectionReason"] for row in corrections} >= {"late_arrival", "re_rate"}
    assert all(row["BillingPeriodStart"] == AUGUST for row in corrections)
    assert all(row["ChargePeriodStart"] == JULY for row in corrections)
    late = [row for row in corrections if row["x_Feature"] == "late"]
    assert [row["x_CorrectionOf"] for row in late] == [None]
    linked = [row for row in corrections if row["x_CorrectionOf"]]
    assert linked
    for row in linked:
        original = delivered[row["x_CorrectionOf"]]
        assert original["ChargeClass"] is None
        mine = [
            each
            for each in delivered.values()
            if each["x_LedgerChargeKey"] == row["x_LedgerChargeKey"]
        ]
        assert original in mine
        assert abs(original["EffectiveCost"]) == max(abs(each["EffectiveCost"]) for each in mine)


@pytest.mark.wide
def test_a_month_that_was_closed_without_its_file_keeps_its_amounts(warehouse, rows, tmp_path):
    """By an earlier version: a corrected charge of it is one row, which corrections name."""
    project = warehouse.project.copy(tmp_path)
    project.write(
        "delete from ledger.posted_focus_charges",
        "delete from ledger.posted_documents where document_name = 'focus/cost_and_usage.csv'",
    )
    project.dbt("run", "--select", "int_focus_ledger_balances+")
    names = [name for name, _ in project.columns("rpt_focus_cost_and_usage")]
    quoted = ", ".join(f'"{name}"' for name in names)
    found = [
        dict(zip(names, row, strict=True))
        for row in project.rows(f"select {quoted} from marts.rpt_focus_cost_and_usage")
    ]
    key = lambda row: (row["SubAccountId"], row["ChargeCategory"], row["x_ModelId"])  # noqa: E731
    for amount in ("BilledCost", "EffectiveCost"):
        assert sums(of_july(found), key, amount) == sums(of_july(rows), key, amount)
    by_key = {row["x_ChargeKey"]: row for row in found}
    linked = [row for row in found if row["x_CorrectionOf"]]
    assert linked
    for row in linked:
        original = by_key[row["x_CorrectionOf"]]
        assert (original["ChargeClass"], original["BillingPeriodStart"]) == (None, JULY)


def test_shares_of_a_shared_cost_come_to_it(rows):
    groups = defaultdict(list)
    for row in rows:
        if row["x_SplitOriginId"]:
            groups[row["x_SplitOriginId"]].append(row)
    assert len(groups) >= 6
    for parts in groups.values():
        details = [
            json.loads(part["AllocatedMethodDetails"], parse_float=Decimal) for part in parts
        ]
        ratios = [Decimal(detail["Elements"][0]["AllocatedRatio"]) for detail in details]
        assert sum(ratios) == 1
        assert sum(part["BilledCost"] for part in parts) == parts[0]["x_SplitOriginCost"]
        resources = [part["AllocatedResourceId"] for part in parts]
        assert len(set(resources)) == len(resources)


def test_credits_tax_and_adjustments_have_their_category(rows):
    found = sums(
        [row for row in rows if row["BillingPeriodStart"] == AUGUST and not row["ChargeClass"]],
        lambda row: row["ChargeCategory"],
        "EffectiveCost",
    )
    assert found["Credit"] == Decimal(-5)
    assert found["Tax"] == Decimal("7.77")
    assert Decimal("-1.25") in {
        row["BilledCost"] for row in rows if row["ChargeCategory"] == "Adjustment"
    }


def test_the_rules_that_no_validator_runs_hold(warehouse, tmp_path):
    warehouse.check(tmp_path)


def test_billing_periods_and_invoices(warehouse):
    periods = warehouse.project.rows(
        'select "InvoiceIssuerName", "BillingPeriodStart", "BillingPeriodStatus", '
        '"BillingPeriodLastUpdated" from marts.rpt_focus_billing_period'
    )
    status = {(issuer, start): (state, updated) for issuer, start, state, updated in periods}
    assert status["OpenAI", JULY] == ("Closed", datetime(2026, 8, 5, 9))
    assert status["OpenAI", AUGUST][0] == "Open"
    details = warehouse.project.rows(
        'select "InvoiceId", "ChargeCategory", "BilledCost", "BillingCurrency", '
        '"ReferenceInvoiceId" from marts.rpt_focus_invoice_detail'
    )
    assert sorted(details) == [
        ("INV-1", "Tax", Decimal(0), "USD", "INV-1"),
        ("INV-1", "Usage", Decimal("0.02"), "USD", "INV-1"),
        ("INV-2", "Usage", Decimal("9.10"), "EUR", "INV-2"),
        ("INV-3", "Credit", Decimal("-0.01"), "USD", "INV-1"),
        ("INV-4", "Purchase", Decimal(50), "USD", "INV-4"),
    ]


def test_usage_names_its_invoice_line_where_there_is_one(rows):
    july = {
        (row["BillingAccountId"], row["InvoiceId"])
        for row in rows
        if is_detail(row)
        and row["BillingPeriodStart"] == JULY
        and row["InvoiceIssuerName"] == "OpenAI"
    }
    assert july == {("default", "INV-1"), ("acct-contract", None)}


def test_csv_and_parquet_say_the_same_in_the_format_of_the_specification(files, rows):
    assert {file.name for file in (files / "2026-07").iterdir()} == {
        f"{name}.{suffix}" for name in NAMES for suffix in ("csv", "parquet")
    }
    told = in_csv(files / "2026-08" / "cost_and_usage.csv")
    table = pq.read_table(files / "2026-08" / "cost_and_usage.parquet").to_pylist()
    assert len(told) == len(table) == sum(row["BillingPeriodStart"] == AUGUST for row in rows)
    for text, value in zip(told, table, strict=True):
        for name, cell in value.items():
            if isinstance(cell, Decimal):
                assert Decimal(text[name]) == cell and "." in text[name] and "E" not in text[name]
            elif isinstance(cell, datetime):
                assert cell.tzinfo is not None
                assert (
                    datetime.strptime(text[name], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) == cell
                )
            else:
                assert text[name].removeprefix("'") == (cell or "")


def test_names_from_logs_are_data(files):
    told = in_csv(files / "2026-08" / "cost_and_usage.csv")
    hostile = [row for row in told if row["x_Feature"].startswith("'=")]
    assert hostile and all(not row["x_Feature"].startswith("=") for row in told)
    assert json.loads(hostile[0]["Tags"])["feature"] == HOSTILE_FEATURE.replace("\t", " ")


def test_the_export_says_what_it_cannot_do(files, monkeypatch, capsys, warehouse):
    monkeypatch.setenv("AI_COST_TARGET", "duckdb")
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(warehouse.project.warehouse))
    folder = str(files.parent / "other")
    assert main(["export", "focus", "--folder", folder, "--period", "2020-01"]) == 1
    assert "periods with charges: 2026-07 to 2026-08" in capsys.readouterr().err
    july = ["--period", "2026-07", "--format", "csv"]
    assert main(["export", "focus", "--folder", folder, *july]) == 0
    assert "left out: 1 attempts without a price" in capsys.readouterr().out
    monkeypatch.setenv("AI_COST_WAREHOUSE", str(files / "none.duckdb"))
    assert main(["export", "focus", "--folder", folder]) == 2
    assert "there is no warehouse" in capsys.readouterr().err


def test_a_period_is_a_month(rows):
    """Both ends of every period are midnights, the end is exclusive."""
    for row in rows:
        start, end = row["BillingPeriodStart"], row["BillingPeriodEnd"]
        assert start.day == end.day == 1 and (end - start).days in (30, 31)
        assert row["ChargePeriodStart"] < row["ChargePeriodEnd"] <= end
        assert date(2026, 7, 1) <= row["ChargePeriodStart"].date()


@pytest.mark.long
def test_both_engines_say_the_same(warehouse, postgres, tmp_path):
    """The sample of the ordinary cross-engine test has no closed month and no shared costs."""
    other = FocusWarehouse(tmp_path, postgres)
    other.check(tmp_path)
    for name in MARTS:
        assert other.project.mart(name) == warehouse.project.mart(name), name
