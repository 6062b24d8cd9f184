"""Made-up rate cards, appended to a copy of the seeds.

The real cards hold no correction yet, one withdrawal, and few prices that end inside longer ones.
These hold plenty, so that the rules are proven before a provider first needs them.
"""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

CALL_METERS = (
    "web_search",
    "request",
    "generated_image",
    "media_second",
    "character",
    "page",
    "file_search",
    "code_session",
    "request_fee",
    "cache_storage_token_hour",
)
METERS = (
    "uncached_input",
    "output",
    "cache_read",
    "cache_read_audio",
    "cache_read_image",
    "cache_write_1h",
    "cache_write_12h",
    "input_image",
    "input_video",
    "output_audio",
    "output_image",
    "output_video",
)
PROVIDERS = ("openai", "anthropic", "mistral", "xai")
UPLIFTED = {"openai": "eu", "anthropic": "us"}
START, DAYS = datetime(2025, 1, 1), 600


def append(folder: Path, seed: int, count: int = 60) -> None:
    """Append made-up models, factors and moving names to the rate card seeds of a folder."""
    pick = random.Random(seed)
    prices, multipliers, aliases = [], [], []
    for number in range(count):
        provider, model = PROVIDERS[number % len(PROVIDERS)], f"made-up-{number}"
        prices += _model(pick, provider, model)
        if provider in UPLIFTED and pick.random() < 0.6:
            multipliers += _factors(pick, provider, model)
        aliases += _names(pick, provider, number)
    _append(folder / "rate_card_prices.csv", prices)
    _append(folder / "rate_card_multipliers.csv", multipliers)
    _append(folder / "model_aliases.csv", aliases)


# Who takes what could be priced for the cost: by model, by provider, for a while, no more.
_BOUNDS = (
    ("anthropic", "*", "true", "2025-06-01", "2026-06-01"),
    ("anthropic", "made-up-1", "false", "2025-09-01", ""),
    ("mistral", "*", "false", "2025-01-01", ""),
    ("*", "made-up-2", "true", "", ""),
    ("xai", "*", "true", "2025-01-01", ""),
    ("xai", "*", "false", "2026-01-01", ""),
)


def append_bounds(path: Path) -> None:
    """Append rules to a copy of partly_priced_rules.csv."""
    names = ("provider", "model", "takes_lower_bound", "valid_from", "valid_to")
    made_up = {"rule_version": "made-up", "note": "made up"}
    _append(path, [dict(zip(names, row, strict=True)) | made_up for row in _BOUNDS])


def _append(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open(newline="") as file:
        names = next(csv.reader(file))
    with path.open("a", newline="") as file:
        csv.DictWriter(file, names, lineterminator="\n").writerows(rows)


def _instant(pick: random.Random) -> datetime:
    """A day's start, or, a third of the time, some second of a day."""
    at = START + timedelta(days=pick.randrange(DAYS))
    return at + timedelta(seconds=pick.randrange(86400)) if pick.random() < 0.3 else at


def _text(at: datetime | None) -> str:
    return at.isoformat(" ") if at else ""


def _model(pick: random.Random, provider: str, model: str) -> list[dict[str, str]]:
    thresholds = [(0, False)]
    for threshold in pick.sample((1, 1000, 128000, 200000), pick.choice((0, 0, 1, 2))):
        thresholds.append((threshold, pick.random() < 0.5))
    tiers = ["standard", *pick.sample(("batch", "flex", "priority"), pick.randint(0, 2))]
    regions = ["global", *(["regional"] if pick.random() < 0.3 else [])]
    rows = []
    for region in regions:
        for tier in tiers:
            for threshold, inclusive in thresholds:
                # a tier may lack the long prices of its model
                if threshold and tier != "standard" and pick.random() < 0.4:
                    continue
                for meter in METERS[: pick.randint(2, len(METERS))]:
                    key = dict(
                        provider=provider,
                        model=model,
                        meter=meter,
                        service_tier=tier,
                        region_scope=region,
                        context_min_tokens=str(threshold),
                        threshold_inclusive=str(inclusive).lower(),
                        block_size="1000000",
                    )
                    rows += _history(pick, key)
    for meter in CALL_METERS[: pick.randint(1, len(CALL_METERS))]:
        key = dict(
            provider=provider,
            model=model,
            meter=meter,
            service_tier="standard",
            region_scope="global",
            context_min_tokens="0",
            threshold_inclusive="false",
            block_size="1000",
        )
        rows += _history(pick, key)
    return rows


def _history(pick: random.Random, key: dict[str, str]) -> list[dict[str, str]]:
    """Starts of one price; some end, are corrected, announced, withdrawn, or announced again."""
    rows = []
    starts = sorted({_instant(pick) for _ in range(pick.randint(1, 3))})
    for start in starts:
        recorded = start - timedelta(days=pick.randrange(60))
        end = start + timedelta(days=pick.randint(1, 200)) if pick.random() < 0.3 else None
        steps = pick.choice(
            (
                ("effective",),
                ("effective",),
                ("effective", "corrected"),
                ("effective", "corrected", "corrected"),
                ("announced",),
                ("announced", "withdrawn"),
                ("announced", "withdrawn", "announced"),
            )
        )
        for status in steps:
            if status == "corrected":
                end = start + timedelta(days=pick.randint(1, 200)) if pick.random() < 0.3 else None
            amount = pick.randint(1, 10**10)
            rows.append(
                key
                | dict(
                    price_card_version="made-up",
                    status=status,
                    source="made up",
                    # eight decimals: a factor of 1.1 adds the ninth
                    unit_price_usd=f"{amount // 10**8}.{amount % 10**8:08d}",
                    valid_from=_text(start),
                    valid_to=_text(end),
                    recorded_at=_text(recorded),
                )
            )
            recorded += timedelta(days=pick.randint(1, 90))
    pick.shuffle(rows)
    return rows


def _factors(pick: random.Random, provider: str, model: str) -> list[dict[str, str]]:
    """One or two factors, the first one ending where the second starts or before it."""
    first = _instant(pick)
    second = first + timedelta(days=pick.randint(1, 300))
    about = dict(
        price_card_version="made-up",
        provider=provider,
        model=model,
        region_scope=UPLIFTED[provider],
        applies_to="token",
        status="effective",
        recorded_at=_text(first),
        source="made up",
    )
    gap = timedelta(days=pick.choice((0, 10)))
    rows = [
        about | dict(multiplier="1.1", valid_from=_text(first), valid_to=_text(second)),
        about | dict(multiplier="1.3", valid_from=_text(second + gap), valid_to=""),
    ]
    return rows[: pick.randint(1, 2)]


def _names(pick: random.Random, provider: str, number: int) -> list[dict[str, str]]:
    """A name that moves between models, with gaps; a quarter of them is itself a model's name."""
    name = f"made-up-{number}" if pick.random() < 0.25 else f"made-up-{number}-latest"
    others = [other for other in range(60) if other != number]
    others = [other for other in others if PROVIDERS[other % len(PROVIDERS)] == provider]
    at, rows = _instant(pick), []
    for target in pick.sample(others, pick.randint(1, 3)):
        end = at + timedelta(days=pick.randint(1, 150))
        rows.append(
            dict(
                provider=provider,
                alias=name,
                model=f"made-up-{target}",
                valid_from=_text(at),
                valid_to=_text(end),
                source="made up",
            )
        )
        at = end + timedelta(days=pick.choice((0, 0, 20)))
    if pick.random() < 0.5:
        rows[-1]["valid_to"] = ""
    return rows
