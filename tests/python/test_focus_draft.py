"""The FOCUS 1.5 draft names AI models by its own names, and leaves 1.4 and 1.2 as they are.

Harm guarded against: a property that tools of 1.5 do not find, a version that was guessed, and a
published file that changes because a draft is written beside it.
"""

import csv
import json
from datetime import datetime
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from scripts.cli import main
from tests.python import mart_tables
from tests.python.posted_month import focus_columns

MART = "rpt_focus_cost_and_usage"
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
    file = mart_tables.make(tmp_path / "w.duckdb", {MART: older})
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


def test_published_versions_are_the_same_bytes_beside_the_draft(exported):
    plain = exported("plain")
    assert set(plain) == {
        f"{name}.{form}" for form in ("csv", "parquet")
        for name in ("cost_and_usage", "cost_and_usage_v1_2", "invoice_detail", "billing_period")
    }  # fmt: skip
    every = exported("every", "1.2", "1.4", "1.5")
    assert {name for name in every if name not in plain} == {
        "cost_and_usage_v1_5.csv", "cost_and_usage_v1_5.parquet"
    }  # fmt: skip
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
        assert {k: v for k, v in old.items() if k != "SkuPriceDetails"} == {
            k: v for k, v in new.items() if k != "SkuPriceDetails"
        }
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
