"""Requests for the pricing tests: how they are drawn, logged, built once, and read back.

All pricing tests share one warehouse, because building it takes most of their time. The requests go
through LiteLLM spend logs: of the project's sources they carry the most meters.
"""

import json
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.python.project import ROOT, Project
from tests.python.rate_oracle import (
    CALL_METERS,
    CONTEXT_METERS,
    METERS,
    Answer,
    Oracle,
    Request,
)

LAST = datetime(2027, 2, 1)
# Names by which LiteLLM logs call the providers of the card.
LOGGED = {"google": "gemini", "google-vertex": "vertex_ai"}
TIERS = ("standard", "batch", "flex", "priority", "fast")
TIER_NAMES = ("default", "auto", "on_demand", "on_demand_flex", "on_demand_priority", "Batch")
REGIONS = ("global", "us", "eu", "au", "in", "jp", "apac", "regional", "us-gov", "not_available")
LIFETIMES = ("5m", "30m", "1h", "12h")
# Keys of a usage object; LiteLLM counts no images, characters, tools or fees, so these are made up.
COUNTED_AS = {
    "request": "search_units",
    "media_second": "seconds",
    "page": "pages_processed",
    "generated_image": "made_up_images",
    "character": "made_up_characters",
    "cache_storage_token_hour": "made_up_token_hours",
    "file_search": "made_up_file_searches",
    "code_session": "made_up_sessions",
    "request_fee": "made_up_fees",
}


def know_made_up_keys(root: Path) -> None:
    """Append what the made-up keys count to a copy of the project."""
    with (root / "seeds" / "reference" / "usage_keys.csv").open("a") as file:
        for meter, key in COUNTED_AS.items():
            if key.startswith("made_up"):
                file.write(f"litellm_spend_logs,{key},{meter},beside,made up\n")


def logged(request: Request) -> str:
    """A LiteLLM_SpendLogs line of a request: input and output hold their parts, as LiteLLM's do."""
    usage = dict.fromkeys(METERS, 0) | request.usage
    stated = {lifetime: usage[f"cache_write_{lifetime}"] for lifetime in LIFETIMES}
    written = sum(stated.values()) + request.unstated_write_tokens
    prompt = sum(usage[meter] for meter in CONTEXT_METERS) + request.unstated_write_tokens
    cached = sum(usage[f"cache_read{of}"] for of in ("", "_audio", "_image"))
    if request.is_contradictory:
        prompt = cached + written - 1
    details = {
        "cached_tokens": cached,
        "cached_tokens_details": {
            "audio_tokens": usage["cache_read_audio"] or None,
            "image_tokens": usage["cache_read_image"] or None,
        },
        "audio_tokens": usage["input_audio"] + usage["cache_read_audio"] or None,
        "image_tokens": usage["input_image"] + usage["cache_read_image"] or None,
        "video_tokens": usage["input_video"] or None,
        "cache_creation_tokens": written,
    }
    if any(stated.values()):
        details["cache_creation_token_details"] = {
            f"ephemeral_{lifetime}_input_tokens": count for lifetime, count in stated.items()
        }
    usage_object = {
        "prompt_tokens": prompt,
        "completion_tokens": sum(
            usage[meter] for meter in ("output", "output_audio", "output_image", "output_video")
        ),
        "prompt_tokens_details": details,
        "completion_tokens_details": {
            "audio_tokens": usage["output_audio"] or None,
            "image_tokens": usage["output_image"] or None,
            "video_tokens": usage["output_video"] or None,
        },
        "cache_creation_input_tokens": written,
        "server_tool_use": {"web_search_requests": usage["web_search"] or None},
        "service_tier": request.tier_name,
        "inference_geo": request.geo,
    } | {key: usage[meter] for meter, key in COUNTED_AS.items() if usage[meter]}
    if not request.has_usage:
        usage_object = {"service_tier": request.tier_name, "inference_geo": request.geo}
    return json.dumps(
        {
            "request_id": request.request_id,
            "litellm_call_id": request.request_id,
            "startTime": request.at.isoformat(" ", "microseconds") + "+00:00",
            "endTime": (request.at + timedelta(seconds=1)).isoformat(" ") + "+00:00",
            "model": request.model_name,
            "custom_llm_provider": request.provider_name,
            "status": "failure" if request.failed else "success",
            "cache_hit": "True" if request.is_gateway_cache_hit else "False",
            "metadata": json.dumps({"usage_object": usage_object}),
        }
    )


class Priced:
    """The priced requests of one warehouse, by request id."""

    def __init__(self, folder: Path, requests: Iterable[Request], root: Path = ROOT) -> None:
        landing = folder / "landing"
        (landing / "litellm_spend_logs").mkdir(parents=True)
        requests = list(requests)
        (landing / "litellm_spend_logs" / "requests.jsonl").write_text(
            "".join(logged(request) + "\n" for request in requests)
        )
        self.root = root
        # Made-up cards reach far into 2027, and so do the requests drawn beside their changes.
        self.project = Project(folder, landing, root=root, now="2028-01-01T00:00:00Z")
        self.project.load()
        self.project.dbt(
            "build",
            "--select",
            "+fct_priced_requests",
            "--exclude-resource-type",
            "test",
            "unit_test",
        )
        self.request_ids = [request.request_id for request in requests]
        costs = [f"{meter}_cost_usd" for meter in METERS]
        self.found_ids = []
        self._answers = {}
        for (
            request_id,
            status,
            provider,
            model,
            tier,
            region,
            cost,
            bound,
            lacking,
            *of_meters,
        ) in self.project.rows(
            "select request_id, price_status, provider, billed_model, priced_tier, region_scope, "
            f"cost_usd, cost_lower_bound_usd, meters_without_a_price, {', '.join(costs)} "
            "from marts.fct_priced_requests"
        ):
            self.found_ids.append(request_id)
            by_meter = {
                meter: cost
                for meter, cost in zip(METERS, of_meters, strict=True)
                if cost is not None
            }
            self._answers[request_id] = Answer(
                status,
                provider,
                model,
                tier,
                region,
                cost,
                by_meter or None,
                bound,
                tuple((lacking or "").split()),
            )

    def __getitem__(self, request_id: str) -> Answer:
        return self._answers[request_id]

    def cost(self, request_id: str) -> Decimal | None:
        return self._answers[request_id].cost


# --- random requests ------------------------------------------------------------------------------


def draw_usage(pick: random.Random, meters: list[str], thresholds: list[int]) -> dict[str, int]:
    """Counts of some meters; a third of them add up to a threshold's neighbourhood."""
    chosen = set(pick.sample(meters, pick.randint(1, min(4, len(meters)))))
    for meter in ("uncached_input", "output"):
        # what is sold by the piece alone is mostly asked for alone, or it would never be priced
        if pick.random() < (0.6 if meter in meters else 0.2):
            chosen.add(meter)
    if pick.random() < 0.1:
        # most models have no price for most meters
        chosen |= set(pick.sample(METERS, pick.randint(1, 2)))
    usage = {}
    for meter in sorted(chosen):
        top = 5 if meter in CALL_METERS else 10 ** pick.randint(0, 6)
        usage[meter] = pick.randint(0, top)
    inputs = [meter for meter in usage if meter in CONTEXT_METERS]
    if inputs and thresholds and pick.random() < 0.4:
        left = pick.choice(thresholds) + pick.choice((-1, 0, 1))
        for meter in inputs[:-1]:
            usage[meter] = pick.randint(0, left)
            left -= usage[meter]
        usage[inputs[-1]] = left
    elif pick.random() < 0.002:
        # close below what the loader takes of one call
        usage[pick.choice(sorted(usage))] = 990_000_000
    return usage


def draw_instant(pick: random.Random, instants: list[datetime]) -> datetime:
    """An instant on, just beside, or anywhere between the changes of a model."""
    if pick.random() < 0.5:
        beside = pick.choice(
            (
                timedelta(),
                timedelta(microseconds=-1),
                timedelta(microseconds=1),
                timedelta(seconds=-1),
                timedelta(hours=5, minutes=31),
            )
        )
        return pick.choice(instants) + beside
    first = instants[0] - timedelta(days=40)
    at = first + (LAST - first) * pick.random()
    return at.replace(microsecond=pick.choice((0, at.microsecond)))


def draw(
    count: int, seed: int, oracle: Oracle, models: list[tuple[str, str]] | None = None
) -> list[Request]:
    """Requests over every model of the card, its names, tiers, regions, changes and thresholds.

    models: those to draw from instead.
    """
    pick = random.Random(seed)
    prefix = "p" if models is None else "c"
    models = models or oracle.models()
    return [
        draw_one(pick, f"{prefix}{number}", *models[number % len(models)], oracle)
        for number in range(count)
    ]


def draw_one(
    pick: random.Random, request_id: str, provider: str, model: str, oracle: Oracle
) -> Request:
    tiers, regions, thresholds, meters = oracle.offers(provider, model)
    name = pick.choice(oracle.names(provider, model))
    if pick.random() < 0.01:
        name = pick.choice((name + "-x", name[:-1], "gpt-7"))
    if provider == "bedrock" and pick.random() < 0.2:
        name = pick.choice(("us.", "global.", "apac.", "eu.")) + name
    provider_name = LOGGED.get(provider, provider)
    if pick.random() < 0.3:
        name = f"{provider_name}/{name}"
        provider_name = pick.choice((provider_name, None))
    elif pick.random() < 0.05:
        provider_name = pick.choice((None, "my-proxy"))
    tier = pick.choice(tiers)
    if tier in ("peak", "off_peak"):
        tier = "standard"
    if pick.random() < 0.1:
        tier = pick.choice((*TIERS, *TIER_NAMES, "turbo"))
    region = pick.choice(regions)
    if pick.random() < 0.05:
        region = pick.choice(REGIONS)
    usage = draw_usage(pick, meters or ["uncached_input", "output"], thresholds)
    kind = pick.random()
    if kind < 0.01:
        usage = {}
    return Request(
        request_id=request_id,
        provider_name=provider_name,
        model_name=name.upper() if pick.random() < 0.02 else name,
        at=draw_instant(pick, oracle.instants(provider, model)),
        tier_name=None if tier == "standard" and pick.random() < 0.5 else tier,
        geo=None if region == "global" and pick.random() < 0.5 else region,
        usage=usage,
        unstated_write_tokens=pick.randint(1, 5000) if 0.01 <= kind < 0.06 else 0,
        is_gateway_cache_hit=0.06 <= kind < 0.07,
        failed=kind < 0.005 or 0.07 <= kind < 0.08,
        is_contradictory=0.08 <= kind < 0.09 and usage.get("cache_read", 0) > 0,
        has_usage=not 0.005 <= kind < 0.01,
    )
