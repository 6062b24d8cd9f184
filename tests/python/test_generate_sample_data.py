"""The generator's answer sheet must agree with its files, read again without its code.

Harm guarded against: a wrong answer sheet makes every test that trusts it approve wrong money.
"""

import csv
import gzip
import hashlib
import json
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from scripts.cli import main
from scripts.sample import simulate
from scripts.sample.clouds import PLANTS
from scripts.sample.generate import Asked, generate

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"requests": 2000, "start": date(2026, 7, 1), "days": 20, "seed": 7}
BILLED = {"openai", "anthropic"}


def run(landing, chunk_rows=simulate.CHUNK_ROWS, **asked):
    return generate(Asked(landing, **(SMALL | asked)), chunk_rows)


def digests(landing):
    return {
        p.relative_to(landing).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(landing.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    landing = tmp_path_factory.mktemp("sample")
    return landing, run(landing)


# ------------------------------------------------------------ an independent reader


def lines(landing, table):
    """(file, line number, object or None) of every line."""
    for path in sorted((landing / table).glob("*.jsonl.gz")):
        for number, raw in enumerate(gzip.decompress(path.read_bytes()).split(b"\n")[:-1], 1):
            try:
                value = json.loads(raw)
            except ValueError:
                value = None
            yield path.relative_to(landing).as_posix(), number, value


def attributes(items):
    return {a["key"]: next(iter(a["value"].values())) for a in items}


def attempt(provider, model, day, **other):
    names = {"tier": "standard", "geo": "global", "billable": True, "owner": None}
    return {"provider": provider, "model": model, "day": day, **names, **other}


def meters(total_in, read, write_5m, write_1h, output, search=0):
    return {
        "uncached_input": total_in - read - write_5m - write_1h,
        "cache_read": read,
        "cache_write_5m": write_5m,
        "cache_write_1h": write_1h,
        "output": output,
        "web_search": search,
    }


class Seeds:
    def __init__(self):
        def rows(path):
            stated = ROOT / "companies/sample" / path
            place = stated if stated.exists() else ROOT / "seeds" / path
            with place.open(newline="") as handle:
                return list(csv.DictReader(handle))

        self.aliases = {
            r["alias"].lower(): r["team_id"] for r in rows("organization/team_aliases.csv")
        }
        for r in rows("organization/teams.csv"):
            self.aliases[r["team_id"].lower()] = r["team_id"]
            self.aliases[r["team_name"].lower()] = r["team_id"]
        self.keys = rows("organization/credential_owners.csv")
        self.services = {
            r["service_name"]: r["team_id"] for r in rows("organization/service_accounts.csv")
        }
        self.models = {r["alias"]: r["model"] for r in rows("rate_cards/model_aliases.csv")}
        self.prices = defaultdict(list)
        for r in rows("rate_cards/rate_card_prices.csv"):
            self.prices[r["provider"], r["model"], r["meter"], r["service_tier"]].append(r)

    def owner(self, tag, gateway_team, key, service, day):
        for name in (tag, gateway_team):
            if name:
                return self.aliases[name.lower()]
        for r in self.keys:
            if (
                r["credential_id"] == key
                and r["valid_from"] <= day
                and (not r["valid_to"] or day < r["valid_to"])
            ):
                return r["team_id"]
        return self.services.get(service, "unattributed")

    def price(self, a, meter, prompt):
        fits = [
            r
            for r in self.prices[a["provider"], a["model"], meter, a["tier"]]
            if r["valid_from"][:10] <= a["day"]
            and (not r["valid_to"] or a["day"] < r["valid_to"][:10])
            and (not int(r["context_min_tokens"]) or prompt > int(r["context_min_tokens"]))
        ]
        best = max(fits, key=lambda r: int(r["context_min_tokens"]))
        unit = Decimal(best["unit_price_usd"]) / Decimal(best["block_size"])
        if a["geo"] == "us" and meter != "web_search":
            unit *= Decimal("1.1")
        return unit


SEEDS = Seeds()


def read_litellm(landing):
    """{request_id: attempt}, and the number of records."""
    found, records = {}, 0
    for _, _, row in lines(landing, "litellm_spend_logs"):
        if not isinstance(row, dict) or row["request_id"] == "chatcmpl-malformed":
            continue
        records += 1
        assert isinstance(row["metadata"], str)
        meta = json.loads(row["metadata"])
        usage, tags = meta["usage_object"], meta["spend_logs_metadata"] or {}
        provider, model = row["model"].split("/")
        assert provider == row["custom_llm_provider"]
        day = row["startTime"][:10]
        a = attempt(provider, model, day, spend=row["spend"])
        a["owner"] = SEEDS.owner(
            tags.get("team"),
            row["team_id"],
            meta["user_api_key_alias"],
            tags.get("service.name"),
            day,
        )
        a["billable"] = usage is not None and row["cache_hit"] != "True"
        if usage:
            details = usage["prompt_tokens_details"]
            split = details.get("cache_creation_token_details", {})
            a["meters"] = meters(
                usage["prompt_tokens"],
                details["cached_tokens"],
                split.get("ephemeral_5m_input_tokens", 0),
                split.get("ephemeral_1h_input_tokens", 0),
                usage["completion_tokens"],
                usage.get("server_tool_use", {}).get("web_search_requests", 0),
            )
            a["tier"] = usage["service_tier"] or "standard"
            a["geo"] = usage.get("inference_geo", "global")
            assert usage["total_tokens"] == row["total_tokens"]
        assert row["spend"] == 0 or a["billable"]
        found[row["request_id"]] = a
    return found, records


def read_envelope(landing):
    found, records = {}, 0
    for _, _, row in lines(landing, "envelope_events"):
        if not isinstance(row, dict) or row["request_id"] == "req_malformed":
            continue
        records += 1
        day = row["timestamp"][:10]
        model = SEEDS.models.get(row["model_actual"], row["model_actual"])
        a = attempt(row["provider"], model, day, tier=row["service_tier"])
        a["geo"] = row.get("inference_geo", "global")
        a["owner"] = SEEDS.owner(
            row.get("team"), row.get("team_id"), row["credential_id"], row.get("service_name"), day
        )
        a["billable"] = row["input_tokens"] is not None and not row["cache_hit"]
        if row["input_tokens"] is not None:
            a["meters"] = meters(
                row["input_tokens"],
                row["cached_input_tokens"],
                row["cache_write_tokens"],
                0,
                row["output_tokens"],
            )
        found[row["request_id"], row["retry_count"]] = a
    return found, records


def read_otel(landing):
    spans, records = {}, 0
    for _, _, row in lines(landing, "otel_genai_spans"):
        if not isinstance(row, dict):
            continue
        for resource in row["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    if span["traceId"].startswith("0" * 20):
                        continue  # the malformed one
                    records += 1
                    spans[span["traceId"], span["spanId"]] = span
    found = {}
    for key, span in spans.items():
        at = attributes(span["attributes"])
        if at.get("gen_ai.operation.name") != "chat":
            continue
        parent = attributes(spans[key[0], span["parentSpanId"]]["attributes"])
        day = date.fromtimestamp(0).fromordinal(
            date(1970, 1, 1).toordinal() + int(span["startTimeUnixNano"]) // 86_400_000_000_000
        )
        model = at.get("gen_ai.response.model", at["gen_ai.request.model"])
        tier = at.get(
            "openai.response.service_tier", at.get("gen_ai.response.service_tier", "standard")
        )
        a = attempt(at["gen_ai.provider.name"], SEEDS.models.get(model, model), str(day))
        a["tier"] = "standard" if tier == "default" else tier
        a["owner"] = SEEDS.owner(
            parent.get("app.team"), at.get("litellm.team.id"), at.get("gen_ai.credential.id"),
            parent.get("app.service"), str(day),
        )  # fmt: skip
        a["billable"] = "gen_ai.usage.input_tokens" in at
        if a["billable"]:
            a["meters"] = meters(
                int(at["gen_ai.usage.input_tokens"]),
                int(at.get("gen_ai.usage.cache_read.input_tokens", 0)),
                int(at.get("gen_ai.usage.cache_write.input_tokens", 0)),
                0,
                int(at["gen_ai.usage.output_tokens"]),
            )
        found[key] = a
    return found, records, len(spans)


def cost(a):
    """Cost by meter, exact."""
    prompt = sum(
        a["meters"][m] for m in ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h")
    )
    return {m: n * SEEDS.price(a, m, prompt) for m, n in a["meters"].items() if n}


@pytest.fixture(scope="module")
def gateway(sample):
    landing, _ = sample
    found = {
        "litellm_spend_logs": read_litellm(landing),
        "otel_genai_spans": read_otel(landing),
        "envelope_events": read_envelope(landing),
    }
    rows = [a for part in found.values() for a in part[0].values()]
    for a in rows:
        if a["billable"] and a["provider"] in BILLED:
            a["cost"] = cost(a)
    return found, rows


def openai_cells(landing, name):
    """{(day, provider, model, meter): [quantity, usd]} of one pull."""
    page = json.loads(
        (landing / "openai_costs/account=default" / name).read_text(), parse_float=Decimal
    )
    classes = {"input": "uncached_input", "cached input": "cache_read", "output": "output"}
    cells, kinds = defaultdict(lambda: [0, Decimal(0)]), set()
    for bucket in page["data"]:
        day = str(date.fromordinal(date(1970, 1, 1).toordinal() + bucket["start_time"] // 86_400))
        assert bucket["end_time"] - bucket["start_time"] == 86_400
        for r in bucket["results"]:
            kinds.add(type(r["amount"]["value"]))
            key = (None, "web_search")
            if r["line_item"] != "web search tool calls":
                item, token_class = r["line_item"].split(", ")
                key = (SEEDS.models[item.split(" ")[0]], classes[token_class])
            cell = cells[(day, "openai", *key)]
            cell[0] += r["quantity"]
            cell[1] += Decimal(r["amount"]["value"])
    assert str in kinds and Decimal in kinds
    return cells, page


def anthropic_cells(landing, name):
    path = landing / "anthropic_cost_report/account=default" / name
    page = json.loads(path.read_text())
    cells = defaultdict(lambda: [None, Decimal(0)])
    for bucket in page["data"]:
        for r in bucket["results"]:
            assert isinstance(r["amount"], str)
            if r["cost_type"] == "web_search":
                key = (None, "web_search")
            else:
                name = r["token_type"].replace("_tokens", "").replace("_input", "")
                meter = {
                    "uncached": "uncached_input",
                    "output": "output",
                    "cache_read": "cache_read",
                    "cache_creation.ephemeral_5m": "cache_write_5m",
                    "cache_creation.ephemeral_1h": "cache_write_1h",
                }[name]
                key = (SEEDS.models.get(r["model"], r["model"]), meter)
            cells[(bucket["starting_at"][:10], "anthropic", *key)][1] += Decimal(r["amount"]) / 100
    return cells, page


def pull_names(landing, table):
    return sorted(p.name for p in (landing / table / "account=default").iterdir())


# ------------------------------------------------------------ tests


def test_same_arguments_same_bytes(sample, tmp_path):
    landing, _ = sample
    before = digests(landing)
    run(landing)
    run(tmp_path)
    assert digests(landing) == before == digests(tmp_path)


def test_other_seed_other_bytes(sample, tmp_path):
    run(tmp_path, seed=8)
    one, two = digests(sample[0]), digests(tmp_path)
    assert all(two.get(k) != v for k, v in one.items() if "jsonl" in k)


def test_chunks_keep_the_counts(sample, tmp_path):
    truth = run(tmp_path, chunk_rows=40)
    total = sum(t["distinct_attempts"] + t["lost_attempts"] for t in truth["gateways"].values())
    assert total == 2000
    for table, counts in sample[1]["gateways"].items():
        mine = truth["gateways"][table]
        assert (
            mine["distinct_attempts"] + mine["lost_attempts"]
            == counts["distinct_attempts"] + counts["lost_attempts"]
        )
    assert {d["kind"] for d in truth["discrepancies"]} == {
        d["kind"] for d in sample[1]["discrepancies"]
    }


def test_counts_tie_to_the_files(sample, gateway):
    landing, truth = sample
    for table, part in gateway[0].items():
        counts = truth["gateways"][table]
        every = list(lines(landing, table))
        assert len(every) == counts["lines"]
        assert part[1] == counts["records"]
        assert len(part[0]) == counts["distinct_attempts"]
        if table == "otel_genai_spans":
            assert part[2] == counts["distinct_attempts"] + counts["parent_spans"]
            assert part[1] - part[2] == counts["duplicate_records"]
        else:
            assert part[1] - len(part[0]) == counts["duplicate_records"]
        mine = part[0].values()
        assert sum("cost" in a for a in mine) == counts["priced_attempts"]
        unknown = [a for a in mine if a["billable"] and a["provider"] not in BILLED]
        assert len(unknown) == counts["unpriced_attempts"]
        priced = sum((v for a in mine if "cost" in a for v in a["cost"].values()), Decimal(0))
        assert priced == Decimal(counts["priced_usd"])


def test_malformed_lines_are_where_the_truth_says(sample):
    landing, truth = sample
    assert len({m["kind"] for m in truth["malformed"]}) == len(truth["malformed"]) == 10
    texts = {}
    for m in truth["malformed"]:
        raw = gzip.decompress((landing / m["file"]).read_bytes()).split(b"\n")
        texts[m["kind"]] = raw[m["line_number"] - 1]
    for kind in set(texts) - {"json_array", "json_scalar", "text_in_number", "bad_timestamp"}:
        with pytest.raises(ValueError):
            json.loads(texts[kind])
    assert isinstance(json.loads(texts["json_array"]), list)
    assert json.loads(texts["json_scalar"]) == 42
    assert b"many" in texts["text_in_number"] and b"yesterday" in texts["bad_timestamp"]
    listed = {(m["file"], m["line_number"]) for m in truth["malformed"]}
    for table in truth["gateways"]:
        broken = {(f, n) for f, n, v in lines(landing, table) if not isinstance(v, dict)}
        assert broken <= listed


def test_money_ties_by_day_and_team(sample, gateway):
    _, truth = sample
    days, teams = defaultdict(Decimal), defaultdict(Decimal)
    for a in gateway[1]:
        for value in a.get("cost", {}).values():
            days[a["day"], a["provider"]] += value
            teams[a["owner"]] += value
    expected = {
        (r["usage_date"], r["provider"]): Decimal(r["cost_usd"]) for r in truth["priced_usd_by_day"]
    }
    assert days == expected
    assert teams == {k: Decimal(v) for k, v in truth["spend_usd_by_team"].items() if v != "0"}
    assert sum(days.values()) == Decimal(truth["priced_usd"])


def test_gateway_figure_is_right_for_almost_all(gateway):
    rows = [a for a in gateway[0]["litellm_spend_logs"][0].values() if "cost" in a]
    off = [a for a in rows if abs(Decimal(a["spend"]) - sum(a["cost"].values())) > Decimal("1e-9")]
    assert len(off) < 0.02 * len(rows)


def test_variances_tie_to_gateway_and_final_bill(sample, gateway):
    landing, truth = sample
    seen = defaultdict(lambda: [0, Decimal(0)])
    for a in gateway[1]:
        for meter, value in a.get("cost", {}).items():
            model = None if meter == "web_search" else a["model"]
            cell = seen[a["day"], a["provider"], model, meter]
            cell[0] += a["meters"][meter]
            cell[1] += value
    bill = dict(openai_cells(landing, pull_names(landing, "openai_costs")[-1])[0])
    bill |= anthropic_cells(landing, pull_names(landing, "anthropic_cost_report")[-1])[0]
    nothing = [0, Decimal(0)]
    found = {
        k: seen.get(k, nothing)[1] - bill.get(k, nothing)[1] for k in seen.keys() | bill.keys()
    }
    expected = {
        (v["usage_date"], v["provider"], v["billed_model"], v["meter"]): v
        for v in truth["variances"]
    }
    assert {k: v for k, v in found.items() if v} == {
        k: Decimal(v["variance_usd"]) for k, v in expected.items()
    }
    for key, v in expected.items():
        assert v["gateway_quantity"] == seen.get(key, nothing)[0]
        if key[1] == "openai":
            assert v["provider_quantity"] == bill.get(key, nothing)[0]
    planted = sum(Decimal(d["variance_usd"]) for d in truth["discrepancies"])
    assert planted == sum(Decimal(v["variance_usd"]) for v in truth["variances"])


def test_every_discrepancy_is_planted(sample):
    landing, truth = sample
    found = {(d["kind"], d["provider"]): d for d in truth["discrepancies"]}
    assert {k for k, _ in found} == {
        "leaked_key", "stale_rate", "missing_day", "double_billed_batch", "rounding",
        "unseen_requests", "tool_fee",
    }  # fmt: skip
    assert all(Decimal(d["variance_usd"]) for d in found.values())
    for d in found.values():
        assert Decimal(d["variance_usd"]) == sum(Decimal(x["variance_usd"]) for x in d["cells"])
    assert len(found["leaked_key", "openai"]["dates"]) == 5
    components = Counter(v["component"] for v in truth["variances"] if "leaked_key" in v["kinds"])
    assert components["unmatched_provider"] >= 4 and components["volume"] >= 1
    pulls = pull_names(landing, "openai_costs")
    _, final = openai_cells(landing, pulls[-1])
    day = found["missing_day", "openai"]["dates"][0]
    empty = [b for b in final["data"] if not b["results"]]
    assert (
        len(empty) == 1 and str(date.fromordinal(719163 + empty[0]["start_time"] // 86400)) == day
    )
    leaked = [
        r for b in final["data"] for r in b["results"] if r["api_key_id"] == "key_leaked_7f3a"
    ]
    assert len(leaked) == 10


def test_the_usage_report_counts_what_the_cost_report_charges(sample):
    """Anthropic's costs state no quantity; both reports must speak of the same tokens."""
    landing, truth = sample
    name = pull_names(landing, "anthropic_usage_report")[-1]
    page = json.loads((landing / "anthropic_usage_report/account=default" / name).read_text())
    told = Counter()
    for bucket in page["data"]:
        for r in bucket["results"]:
            model = SEEDS.models.get(r["model"], r["model"])
            for meter, count in {
                "uncached_input": r["uncached_input_tokens"],
                "cache_read": r["cache_read_input_tokens"],
                "cache_write_5m": r["cache_creation"]["ephemeral_5m_input_tokens"],
                "cache_write_1h": r["cache_creation"]["ephemeral_1h_input_tokens"],
                "output": r["output_tokens"],
                "web_search": r["server_tool_use"]["web_search_requests"],
            }.items():
                told[bucket["starting_at"][:10], model, meter] += count
    cells = [v for v in truth["variances"] if v["provider"] == "anthropic"]
    assert len(cells) > 5
    for v in cells:
        assert told[v["usage_date"], v["billed_model"], v["meter"]] == v["provider_quantity"]


def test_the_clouds_differ_only_where_something_is_planted(sample):
    """The generator itself refuses any other difference; here, that each kind is planted."""
    clouds = sample[1]["clouds"]
    kinds = {v["reason_code"] for v in clouds["variances"]}
    absent = {x["category"] for x in clouds["reconciling_item"]}
    assert kinds | absent == {kind for kinds in PLANTS.values() for kind in kinds}
    assert len(absent) == 6 and all(Decimal(v["variance_usd"]) for v in clouds["variances"])


def test_bills_are_restated(sample):
    landing, _ = sample
    pulls = pull_names(landing, "openai_costs")
    assert len(pulls) >= 3 and pulls == pull_names(landing, "anthropic_cost_report")
    early = openai_cells(landing, pulls[0])[0]
    late = openai_cells(landing, pulls[-1])[0]
    newest = max(k[0] for k in early)
    assert sum(v[0] for k, v in early.items() if k[0] == newest) < sum(
        v[0] for k, v in late.items() if k[0] == newest
    )


def test_content_that_the_warehouse_must_handle(sample, gateway):
    _, truth = sample
    rows = gateway[1]
    assert {a["tier"] for a in rows} == {"standard", "batch", "flex"}
    assert {a["geo"] for a in rows} == {"global", "us"}
    assert all(v > 0 for v in truth["attempts_by_attribution"].values())
    quiet = truth["planted_days"]["no_anthropic_traffic"]
    assert len(quiet) == 2
    assert not [a for a in rows if a["day"] in quiet and a["provider"] == "anthropic"]
    dark = truth["planted_days"]["no_gpt_4_1_at_gateway"]
    assert not [a for a in rows if a["day"] in dark and a["model"] == "gpt-4.1"]
    hits = [a for a in rows if a.get("meters") and not a["billable"]]
    assert hits and all("cost" not in a for a in hits)
    used = Counter(m for a in rows for m, n in a.get("meters", {}).items() if n)
    assert all(used[m] for m in ("cache_write_5m", "cache_write_1h", "web_search", "cache_read"))
    assert all(n >= 0 for a in rows for n in a.get("meters", {}).values())


def test_only_one_table(tmp_path):
    truth = run(tmp_path, only=("envelope_events",), no_bills=True, gzip=False)
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["_truth.json", "envelope_events"]
    counts = truth["gateways"]["envelope_events"]
    assert counts["distinct_attempts"] + counts["lost_attempts"] == 2000
    assert "variances" not in truth and len(truth["malformed"]) == 10
    # A second run with less leaves nothing of the first behind.
    run(tmp_path, only=("envelope_events",), no_bills=True)
    assert not list(tmp_path.rglob("*.jsonl"))


def test_bills_alone(tmp_path):
    run(tmp_path, only=("openai_costs",))
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["_truth.json", "openai_costs"]


def test_tiny_runs(tmp_path):
    for requests, days in ((1, 1), (3, 20), (30, 2)):
        truth = run(tmp_path / f"{requests}", requests=requests, days=days)
        counts = truth["gateways"].values()
        assert sum(t["distinct_attempts"] + t["lost_attempts"] for t in counts) == requests


def test_refusals_are_words(tmp_path, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    assert main(["sample", "--landing", str(blocked)]) == 2
    assert main(["sample", "--landing", str(tmp_path), "--start", "2020-01-01"]) == 2
    assert main(["sample", "--requests", "0"]) == 2
    assert main(["sample", "--landing", str(tmp_path), "--only", "acme"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_year_of_history_comes_on_top_and_changes_nothing_else(tmp_path, sample):
    """Its sums are worked out again, from the file and the seed."""
    plain, _ = sample
    truth = run(tmp_path / "long", history=True)
    files = digests(tmp_path / "long")
    name = "envelope_events/history/period.jsonl"
    assert {n: d for n, d in files.items() if n not in (name, "_truth.json")} == {
        n: d for n, d in digests(plain).items() if n != "_truth.json"
    }
    prices = {"openai": ("0.000002", "0.000008"), "anthropic": ("0.000003", "0.000015")}
    found = defaultdict(Decimal)
    calls = [json.loads(line) for line in (tmp_path / "long" / name).read_text().splitlines()]
    for call in calls:
        day = date.fromisoformat(call["timestamp"][:10])
        assert date(2025, 7, 1) <= day < SMALL["start"]
        quarter = f"{day:%Y}-{(day.month - 1) // 3 * 3 + 1:02d}-01"
        per_input, per_output = map(Decimal, prices[call["provider"]])
        cost = call["input_tokens"] * per_input + call["output_tokens"] * per_output
        found[quarter, call["team"], call["provider"]] += cost
    told = truth["history"]
    assert {
        (row["quarter"], row["team_id"], row["provider"]): Decimal(row["priced_usd"])
        for row in told["by_quarter"]
    } == found
    assert told["attempts"] == len(calls) == 520
    assert Decimal(told["priced_usd"]) == sum(found.values())
