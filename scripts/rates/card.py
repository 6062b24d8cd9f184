"""The rate card seeds as they stand: which row holds for a key at an instant."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from scripts.rates.meters import meters

COLUMNS = (
    "price_card_version",
    "provider",
    "model",
    "meter",
    "service_tier",
    "region_scope",
    "context_min_tokens",
    "threshold_inclusive",
    "unit_price_usd",
    "block_size",
    "valid_from",
    "valid_to",
    "recorded_at",
    "status",
    "source",
)
KEY_COLUMNS = COLUMNS[1:7]
CALL_METERS = frozenset(meter.name for meter in meters() if not meter.is_token)
_BY_THE_MILLION = frozenset(
    meter.name for meter in meters() if meter.unit in ("tokens", "token_hours")
)


class Key(NamedTuple):
    """What a price is for; written provider/model/meter/tier/region/context."""

    provider: str
    model: str
    meter: str
    service_tier: str
    region_scope: str
    context_min_tokens: int

    def __str__(self) -> str:
        return "/".join(map(str, self))


@dataclass(frozen=True)
class Row:
    """A price of a key: USD per block (a million tokens, a thousand calls), half-open in UTC."""

    key: Key
    price: Decimal
    start: datetime
    end: datetime | None
    recorded_at: datetime
    status: str
    inclusive: bool

    def covers(self, at: datetime) -> bool:
        """Whether the row's time holds an instant."""
        return self.start <= at and (self.end is None or at < self.end)


def block_size(meter: str) -> int:
    """Units that one price buys."""
    return 1000000 if meter in _BY_THE_MILLION else 1000


@lru_cache(maxsize=65_536)  # a card has few instants, and thousands of rows with each
def parse_instant(text: str) -> datetime:
    """A naive UTC timestamp of a seed."""
    return datetime.fromisoformat(text)


class Card:
    """The seeds of one folder, with the rules of their header for what holds when."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "rate_card_prices.csv"
        self._rows: dict[Key, list[Row]] = defaultdict(list)
        for values in _read(self.path):
            row = _row(values)
            self._rows[row.key].append(row)
        self.models = {(key.provider, key.model) for key in self._rows}
        self._aliases: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
        for values in _read(folder / "model_aliases.csv"):
            self._aliases[values["provider"], values["alias"]].append(values)
        self._profiles = _read(folder / "inference_profile_prefixes.csv")

    def default_write(self, provider: str, model: str) -> str:
        """The meter of a cache write whose lifetime a list does not state."""
        for meter in ("cache_write_5m", "cache_write_30m"):
            if any(key[:3] == (provider, model, meter) for key in self._rows):
                return meter
        is_openai = provider in ("openai", "azure") or model.startswith("gpt-")
        return "cache_write_30m" if is_openai else "cache_write_5m"

    def model(self, provider: str, name: str, at: datetime) -> str | None:
        """The model a name means at an instant: an alias in force goes before a model."""
        for values in self._aliases.get((provider, name), ()):
            ends = values["valid_to"]
            if parse_instant(values["valid_from"]) <= at and (not ends or at < parse_instant(ends)):
                return values["model"]
        return name if (provider, name) in self.models else None

    def has_name(self, provider: str, name: str) -> bool:
        """Whether a name was ever one of a provider's models, or another name of one."""
        return (provider, name) in self.models or (provider, name) in self._aliases

    def without_profile(self, provider: str, name: str) -> tuple[str, str] | None:
        """A name without the profile it begins with, and the profile's region; None without one."""
        fitting = [
            values
            for values in self._profiles
            if values["provider"] == provider
            and values["prefix"]
            and name.startswith(values["prefix"])
        ]
        if not fitting:
            return None
        longest = max(fitting, key=lambda values: len(values["prefix"]))
        mark = "/" if longest["prefix"].endswith("/") else "."
        return name.partition(mark)[2], longest["region_scope"]

    def rows(self, key: Key) -> list[Row]:
        """The rows of a key that count: the last recorded of each start, less withdrawn ones."""
        last: dict[datetime, Row] = {}
        for row in sorted(self._rows.get(key, ()), key=lambda row: row.recorded_at):
            last[row.start] = row
        return sorted(
            (row for row in last.values() if row.status != "withdrawn"), key=lambda row: row.start
        )

    def in_force(self, key: Key, at: datetime) -> Row | None:
        """The row with the latest start that covers an instant."""
        return next((row for row in reversed(self.rows(key)) if row.covers(at)), None)

    def last_recorded(self, key: Key, start: datetime) -> datetime | None:
        """When a start of a key was last put on record, withdrawn rows included."""
        found = [row.recorded_at for row in self._rows.get(key, ()) if row.start == start]
        return max(found, default=None)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _row(values: dict[str, str]) -> Row:
    key = Key(
        *(values[name] for name in COLUMNS[1:6]),
        context_min_tokens=int(values["context_min_tokens"]),
    )
    return Row(
        key=key,
        price=Decimal(values["unit_price_usd"]),
        start=parse_instant(values["valid_from"]),
        end=parse_instant(values["valid_to"]) if values["valid_to"] else None,
        recorded_at=parse_instant(values["recorded_at"]),
        status=values["status"],
        inclusive=values["threshold_inclusive"] == "true",
    )
