"""The whole job, from lines of JSON to spend by team and day, beside what could do it instead.

LiteLLM's cost_per_token, genai-prices and ClickHouse (chdb) with a price in float for each model.
None is a dependency of the project. Give them an environment of their own, and name its Python;
what is not there is left out:

    python3 -m venv /tmp/others && /tmp/others/bin/pip install litellm genai-prices chdb
    python -m scripts.benchmarks.whole_jobs --python /tmp/others/bin/python
"""

from __future__ import annotations

import json
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
    cores,
    machine,
    run,
    workplace,
)

_TABLE = "envelope_events"
_SPEND = "fct_spend_daily"
_JOBS = Path(__file__).resolve().parent / "others"
# The module that each needs, and what it is called in the table.
OTHERS = {
    "litellm": "LiteLLM cost_per_token",
    "genai_prices": "genai-prices calc_price",
    "chdb": "ClickHouse, one query",
}
# One price a model, as trackers keep them: the list's, without tiers, terms or times.
_PRICES = """
    copy (
        with price as (
            select provider, model, meter, max(unit_price_usd / block_size) as usd
            from seeds.rate_card_prices
            where service_tier = 'standard' and region_scope = 'global' and context_min_tokens = 0
            group by all
        ),

        model as (
            select distinct coalesce(served_model, billed_model) as named, provider, billed_model
            from intermediate.{heavy} where cost_usd is not null
        )

        select
            model.named,
            max(usd) filter (where meter = 'uncached_input') as input_usd,
            coalesce(max(usd) filter (where meter = 'cache_read'), input_usd),
            coalesce(max(usd) filter (where meter = 'cache_write_5m'), input_usd),
            max(usd) filter (where meter = 'output')
        from model inner join price on model.provider = price.provider
            and model.billed_model = price.model
        group by 1
    ) to '{file}' (format csv, header false)
"""


def measure(folder: Path, requests: int, python: str, names: list[str], advance: Callable) -> list:
    """Lines of the table: this project first, then each other on the same files and cores."""
    work = Workbench(folder, advance)
    work.step("sample", "--requests", str(requests), "--no-bills", "--only", _TABLE)
    load = work.step("load")
    models = ("--select", f"+{_SPEND}", "--exclude", "resource_type:test")
    build = work.step("build", "--", *models)
    prices = folder / "prices.csv"
    with duckdb.connect(str(work.warehouse), read_only=True) as connection:
        priced, usd = connection.execute(
            f"select count(*), sum(cost_usd) from intermediate.{HEAVY} where cost_usd is not null"
        ).fetchone()
        connection.execute(_PRICES.format(heavy=HEAVY, file=prices))
    seconds = load.seconds + build.seconds
    peak = max(load.peak_mib, build.peak_mib)
    lines = [Line("load, and build of spend by day", priced, seconds, peak, f"{usd:,.2f} USD")]
    for name in names:
        found = priced_by(python, name, work.landing / _TABLE, prices)
        advance(1)
        lines.append(Line(
            OTHERS[name], found["priced"], found["seconds"],
            ratio=f"{seconds / found['seconds']:.2f} x its time here; {found['usd']:,.2f} USD, "
            f"{found['usd'] / float(usd):.3f} x",
        ))  # fmt: skip
    return lines


def priced_by(python: str, name: str, files: Path, prices: Path) -> dict[str, float]:
    """What one of the others says: seconds, priced (records), rows (by team and day), usd."""
    command = [python, str(_JOBS / f"with_{name}.py"), str(files), str(cores()), str(prices)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"{OTHERS[name]} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def has(python: str, name: str) -> bool:
    """Whether an interpreter is there and finds one of the others, without importing."""
    find = f"import importlib.util, sys; sys.exit(importlib.util.find_spec('{name}') is None)"
    try:
        return subprocess.run([python, "-c", find], check=False).returncode == 0
    except OSError:
        return False


@click.command(help=__doc__)
@click.option("--requests", default=200_000, show_default=True, help="Requests of the sample.")
@click.option("--python", default=sys.executable, help="A Python that has the others.")
def main(requests: int, python: str) -> None:
    """Measure all that are there, and say which are not."""
    there = [name for name in OTHERS if has(python, name)]
    missing = ", ".join(label for name, label in OTHERS.items() if name not in there)
    if missing:
        print(f"not installed here, so not measured: {missing}; see --help")
    if not there:
        return
    print(machine())
    steps = 3 + len(there)
    with workplace(None, requests) as folder, console.progress("steps", steps) as advance:
        lines = measure(folder, requests, python, there, advance)
    print(f"\n{requests:,} requests as {_TABLE}\n{HEADER}")
    print(*lines, sep="\n")


if __name__ == "__main__":
    run(main)
