"""The FOCUS 1.5 draft names AI models by its own names, and leaves 1.4 and 1.2 as they are.

Harm guarded against: a property that tools of 1.5 do not find, a version that was guessed, and a
published file that changes because a draft is written beside it.
"""

import csv
import json
from datetime import datetime
from decimal import Decimal

import duckdb
import pyarrow.parquet as pq
import pytest

from scripts.cli import main
from scripts.publishing import focus_prices
from scripts.warehouse import connect
from tests.python import mart_tables
from tests.python.posted_month import focus_columns
from tests.python.project import server_connection

MART = "rpt_focus_cost_and_usage"
CHANGED = ("SkuPriceDetails", "SkuPriceId")
# A card of two states: the second has a correction, and a price that ends.
OLD, NOW = "timestamp '2026-01-01'", "timestamp '2026-09-01'"
START, MARCH, APRIL, END = (
    f"timestamp '{day}'" for day in ("1900-01-01", "2026-03-01", "2026-04-01", "9999-12-31")
)
PRICES = (
    "create schema intermediate",
    "create schema seeds",
    "create table seeds.focus_meters (meter varchar, sku_meter varchar, pricing_unit varchar, "
    "pricing_block_size integer)",
    "insert into seeds.focus_meters values ('output', 'Output Tokens', '1000000 Tokens', 1000000), "
    "('page', 'Pages', '1000 Pages', 1000), ('lump_sum', 'Lump Sum', 'Units', 1)",
    "create table seeds.focus_providers (provider varchar, service_provider_name varchar, "
    "service_name varchar)",
    "insert into seeds.focus_providers values ('openai', 'OpenAI', 'OpenAI API')",
    "create table intermediate.int_rate_card_states (as_of_recorded_at timestamp, "
    "is_current boolean)",
    f"insert into intermediate.int_rate_card_states values ({OLD}, false), ({NOW}, true)",
    "create table intermediate.int_rate_windows_by_state (as_of_recorded_at timestamp, "
    "provider varchar, model varchar, service_tier varchar, region_scope varchar, "
    "context_start_tokens bigint, valid_from timestamp, valid_to timestamp, "
    "output_rate_usd decimal(30, 15), page_rate_usd decimal(30, 15), price_card_version varchar)",
    "insert into intermediate.int_rate_windows_by_state values "
    # one price that goes on while another meter's changes, and then a new one
    f"({NOW}, 'openai', 'a/b', 'standard', 'global', 0, {START}, {MARCH}, 0.000002, 0.001, 'v1'), "
    f"({NOW}, 'openai', 'a/b', 'standard', 'global', 0, {MARCH}, {APRIL}, 0.000002, 0.002, 'v1'), "
    f"({NOW}, 'openai', 'a/b', 'standard', 'global', 0, {APRIL}, {END}, 0.0000015, null, 'v2'), "
    f"({OLD}, 'openai', 'a/b', 'standard', 'global', 0, {START}, {MARCH}, 0.000002, 0.003, 'v0'), "
    # a provider without a name, a tier, a region, a long context
    f"({NOW}, '=own', 'c', 'batch', 'eu', 200001, {START}, {END}, 0, null, 'v1')",
)
HOSTILE = 'a "x_ModelId": ,\\ ß\nb'


def details(model: str, **more: str) -> str:
    given = {"x_ModelDeveloper": "OpenAI", "x_ModelFamily": HOSTILE, "x_ModelId": model}
    return json.dumps(given | {"x_RegionScope": "global"} | more, ensure_ascii=False)


def row(key: str, text: str | None) -> dict:
    kinds = {"varchar": '=1+"x",y', "timestamp": datetime(2026, 10, 1)}
    found = {
        name: kinds.get(kind, Decimal("-0.000000000000015"))
        for name, kind in focus_columns(MART).items()
    }
    return found | {"x_ChargeKey": key, "SkuPriceDetails": text, "RegionId": None}


@pytest.fixture
def exported(tmp_path, monkeypatch):
    """Writes the files of these versions into a folder."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "extra_model_versions.csv").write_text(
        f'model,model_version,source\n"{HOSTILE.replace(chr(34), chr(34) * 2)}","v ""9""",test\n'
    )
    older = [
        row("a", details("gpt-5.4-mini", x_TokenCacheAction="Read", x_TokenDirection="Input")),
        row("b", details("gpt-no-such")),
        row("c", None),
        row("d", details(HOSTILE)),
    ]
    sku = "openai/a/b/output"
    for each, rest in zip(
        older,
        ("/batch/eu/200001/0a1b2c3d", "/standard/global/0/none/contract 7", "", "/0a1b2c3d"),
        strict=True,
    ):
        each |= {"SkuId": sku, "SkuPriceId": f"{sku}{rest}"}
    file = mart_tables.make(tmp_path / "w.duckdb", {MART: older})
    with duckdb.connect(str(file)) as connection:
        connection.execute(";".join(PRICES))
    for name, value in {
        "TARGET": "duckdb", "WAREHOUSE": str(file), "COMPANY": str(own), "ORGANIZATION": ""
    }.items():  # fmt: skip
        monkeypatch.setenv(f"AI_COST_{name}", value)

    def export(folder: str, *versions: str) -> dict[str, bytes]:
        asked = [part for version in versions for part in ("--version", version)]
        assert main(["export", "focus", "--folder", str(tmp_path / folder), *asked]) == 0
        return {
            each.name: each.read_bytes() for each in (tmp_path / folder / "2026-10").iterdir()
        }  # fmt: skip

    return export


def test_published_versions_are_the_same_bytes_beside_the_draft(exported, tmp_path):
    plain = exported("plain")
    assert set(plain) == {
        f"{name}.{form}" for form in ("csv", "parquet")
        for name in ("cost_and_usage", "cost_and_usage_v1_2", "invoice_detail", "billing_period")
    }  # fmt: skip
    every = exported("every", "1.2", "1.4", "1.5")
    assert {name for name in every if name not in plain} == {
        "cost_and_usage_v1_5.csv", "cost_and_usage_v1_5.parquet"
    }  # fmt: skip
    assert not list((tmp_path / "plain").glob("*.*"))  # nor is the list of prices written
    assert {name: every[name] for name in plain} == plain
    draft = exported("draft", "1.5")
    assert draft == {name: every[name] for name in every if name not in plain}
    assert all(b'""ModelId' not in plain[name] for name in plain)


def test_models_have_the_names_of_the_draft_and_the_rest_is_as_in_1_4(exported, tmp_path):
    exported("files", "1.4", "1.5")
    place = tmp_path / "files/2026-10"

    def rows(name: str) -> list[dict[str, str]]:
        with (place / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    published, draft = rows("cost_and_usage"), rows("cost_and_usage_v1_5")
    assert list(published[0]) == list(draft[0])
    for old, new in zip(published, draft, strict=True):
        assert {k: v for k, v in old.items() if k not in CHANGED} == {
            k: v for k, v in new.items() if k not in CHANGED
        }
    assert [each["SkuPriceId"].removeprefix("openai/a/b/output") for each in draft] == [
        "/batch/eu/200001", "/standard/global/0", "", "/0a1b2c3d",
    ]  # fmt: skip
    found = [json.loads(each["SkuPriceDetails"] or "null") for each in draft]
    common = {"ModelDeveloper": "OpenAI", "ModelFamily": HOSTILE, "x_RegionScope": "global"}
    assert found == [
        common | {"ModelId": "gpt-5.4-mini", "ModelVersion": "5.4", "TokenCacheAction": "Read",
                  "TokenDirection": "Input"},
        common | {"ModelId": "gpt-no-such"},
        None,
        common | {"ModelId": HOSTILE, "ModelVersion": 'v "9"'},
    ]  # fmt: skip
    assert all(list(each) == sorted(each) for each in found if each)
    in_parquet = pq.read_table(place / "cost_and_usage_v1_5.parquet").to_pylist()
    assert [json.loads(each["SkuPriceDetails"] or "null") for each in in_parquet] == found
    assert in_parquet[0]["EffectiveCost"] == Decimal("-0.000000000000015")


def test_the_price_list_has_each_price_once_for_the_time_that_it_holds(exported, tmp_path):
    exported("list", "1.5")
    with (tmp_path / "list/sku_price_v1_5.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    shown = ("SkuPriceId", "SkuPriceEffectiveStart", "SkuPriceEffectiveEnd", "UnitPrice",
             "SkuPriceCreated", "SkuPriceLastUpdated")  # fmt: skip
    march, april = "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"
    old, now = "2026-01-01T00:00:00Z", "2026-09-01T00:00:00Z"
    tokens, pages = "openai/a/b/output/standard/global/0", "openai/a/b/page/standard/global/0"
    assert [tuple(row[name] for name in shown) for row in found] == [
        ("'=own/c/output/batch/eu/200001", "", "", "0.0", now, now),
        (tokens, "", april, "2.0", old, now),
        (tokens, april, "", "1.5", now, now),
        (pages, "", march, "1.0", old, now),
        (pages, march, april, "2.0", now, now),
    ]
    first, second, *_ = found
    assert (first["SkuPriceDescription"], first["PricingRegionId"], first["x_ServiceTier"]) == (
        "Output Tokens, c, batch, eu, from 200,001 tokens of context", "eu", "batch"
    )  # fmt: skip
    assert second | {name: "" for name in (*shown, "x_PriceCardVersion")} == dict.fromkeys(
        focus_prices.KINDS, ""
    ) | {
        "ChargeCategory": "Usage", "PricingCurrency": "USD", "PricingCurrencyCategory": "Payable",
        "PricingServiceName": "OpenAI API", "PricingUnit": "1000000 Tokens",
        "ServiceProviderName": "OpenAI", "SkuId": "openai/a/b/output",
        "SkuPriceDescription": "Output Tokens, a/b",
        "SkuPriceEligibility": '{"IsGlobalScope": true}',
        "UnitPriceType": "List", "x_ContextStartTokens": "0", "x_Meter": "output",
        "x_ModelId": "a/b", "x_ServiceTier": "standard",
    }  # fmt: skip
    in_parquet = pq.read_table(tmp_path / "list/sku_price_v1_5.parquet").to_pylist()
    assert [row["UnitPrice"] for row in in_parquet] == [
        Decimal(row["UnitPrice"]) for row in found
    ]  # fmt: skip
    assert in_parquet[0]["SkuPriceEffectiveEnd"] is None


def test_the_price_list_is_the_same_on_another_engine(exported, postgres, monkeypatch):
    with connect() as connection:
        ours = list(focus_prices.rows(connection))
    with server_connection(postgres) as server, server.cursor() as cursor:
        cursor.execute(";".join(PRICES))
    for name, value in (postgres | {"AI_COST_TARGET": "postgres"}).items():
        monkeypatch.setenv(name, value)
    with connect() as connection:
        assert sorted(focus_prices.rows(connection), key=str) == sorted(ours, key=str)
