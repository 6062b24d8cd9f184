"""What the jobs written in Python share: shares of the files, and sums by team and day.

Runs in the environment of what is measured, so it needs the standard library alone.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

# Provider, model, all input tokens, cache reads and cache writes among them, output tokens; gives
# USD, or raises.
Price = Callable[[str, str, int, int, int, int], float]


def spend(price: Price, files: list[str]) -> tuple[Counter, int]:
    """USD by team and day of these files, and how many records had a price."""
    found: Counter = Counter()
    priced = 0
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    record = json.loads(line)
                    place = record.get("team_id"), record["timestamp"][:10]
                    usd = price(
                        record["provider"], record["model_actual"], record["input_tokens"],
                        record["cached_input_tokens"], record["cache_write_tokens"],
                        record["output_tokens"],
                    )  # fmt: skip
                except Exception:  # whatever a stranger's price function raises for a line
                    continue
                found[place] += usd
                priced += 1
    return found, priced


def main(price: Price) -> None:
    """Price the files of a folder in as many processes as asked for, and print what came of it.

    Time is counted from when the libraries are there.
    """
    folder, processes = Path(sys.argv[1]), int(sys.argv[2])
    files = sorted(str(file) for file in folder.iterdir())
    start = time.perf_counter()
    with get_context("fork").Pool(processes) as pool:
        shares = [(price, files[number::processes]) for number in range(processes)]
        done = pool.starmap(spend, shares, chunksize=1)
    total = sum((found for found, _ in done), Counter())
    said(time.perf_counter() - start, sum(priced for _, priced in done), total)


def said(seconds: float, priced: int, by_team_and_day: dict) -> None:
    """Print the answer for the benchmark that asked."""
    usd = sum(by_team_and_day.values())
    rows = len(by_team_and_day)
    print(json.dumps({"seconds": seconds, "priced": priced, "rows": rows, "usd": usd}))
