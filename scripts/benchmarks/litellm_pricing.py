"""Requests per second of the heavy path, and of LiteLLM's own cost_per_token on the same records.

LiteLLM is no dependency of the project. Give it an environment of its own, and name its Python:

    python3 -m venv /tmp/litellm && /tmp/litellm/bin/pip install litellm
    python -m scripts.benchmarks.litellm_pricing --python /tmp/litellm/bin/python
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import duckdb

from scripts import console
from scripts.benchmarks.speed import (
    HEADER,
    HEAVY,
    BenchmarkError,
    Line,
    Workbench,
    machine,
    run,
    workplace,
)

# Runs in LiteLLM's environment: one process per core, each with its share of the records.
_PRICE = """
import csv, os, sys, time
from multiprocessing import Pool
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm
def price(rows):
    priced = 0
    start = time.perf_counter()
    for model, whole, read, output in rows:
        try:
            litellm.cost_per_token(
                model=model, prompt_tokens=int(whole), completion_tokens=int(output),
                cache_read_input_tokens=int(read),
            )
            priced += 1
        except Exception:
            pass
    return time.perf_counter() - start, priced
if __name__ == "__main__":
    rows = list(csv.reader(open(sys.argv[1])))
    cores = int(sys.argv[2])
    with Pool(cores) as pool:
        done = pool.map(price, [rows[i::cores] for i in range(cores)], chunksize=1)
    print(max(seconds for seconds, _ in done), sum(priced for _, priced in done))
"""
_RECORDS = f"""
    copy (
        select
            billed_model, uncached_input_tokens + cache_read_tokens, cache_read_tokens,
            output_tokens
        from intermediate.{HEAVY} where cost_usd is not null
    ) to '{{file}}' (format csv)
"""


def measure(folder: Path, requests: int, python: str, advance: Callable) -> list[Line]:
    """Both on the same records and as many cores."""
    work = Workbench(folder, advance)
    sample = ("--requests", str(requests), "--no-bills", "--only", "envelope_events")
    work.step("sample", *sample)
    work.step("load")
    models = ("--select", f"+{HEAVY}", "--exclude", "resource_type:test")
    work.step("build", "--", *models)
    step = work.step("dbt", "--quiet", "run", "--full-refresh", "--select", HEAVY)
    ours = Line(f"raw -> {HEAVY}", work.count(f"intermediate.{HEAVY}"), work.heavy_seconds(),
                step.peak_mib)  # fmt: skip
    records = folder / "records.csv"
    with duckdb.connect(str(work.warehouse), read_only=True) as connection:
        connection.execute(_RECORDS.format(file=records))
    seconds, priced = price_with_litellm(python, folder, records)
    advance(1)
    times = ours.rows / ours.seconds / (priced / seconds) if priced else 0
    theirs = Line("LiteLLM cost_per_token", priced, seconds, ratio=f"heavy path {times:,.0f} x")
    return [ours, theirs]


def price_with_litellm(python: str, folder: Path, records: Path) -> tuple[float, int]:
    """Seconds of the slowest process, and the records that LiteLLM knew a price for."""
    script = folder / "price.py"
    script.write_text(_PRICE, encoding="utf-8")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    command = [python, str(script), str(records), str(cores)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"LiteLLM failed:\n{done.stderr[-2000:]}")
    seconds, priced = done.stdout.split()[-2:]
    return float(seconds), int(priced)


def has_litellm(python: str) -> bool:
    """Whether an interpreter is there and finds LiteLLM, without importing it."""
    find = "import importlib.util, sys; sys.exit(importlib.util.find_spec('litellm') is None)"
    try:
        return subprocess.run([python, "-c", find], check=False).returncode == 0
    except OSError:
        return False


@click.command(help=__doc__)
@click.option("--requests", default=200_000, show_default=True, help="Requests of the sample.")
@click.option("--python", default=sys.executable, help="A Python that has litellm.")
def main(requests: int, python: str) -> None:
    """Measure both, or say that there is nothing to compare with."""
    if not has_litellm(python):
        print("LiteLLM is not installed here, so its cost_per_token is not measured; see --help")
        return
    print(machine())
    with workplace(None, requests) as folder, console.progress("steps", 5) as advance:
        lines = measure(folder, requests, python, advance)
    print(HEADER, *lines, sep="\n")


if __name__ == "__main__":
    run(main)
