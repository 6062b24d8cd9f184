"""Faults put into the project on purpose, one at a time: does a test notice each?

    python -m tests.mutants [--only NUMBERS] [--concerned] [--out FILE]

Each mutant is a small change that keeps the SQL running and makes a figure wrong. It is made in a
copy of the project. dbt's unit tests near it run first, in seconds; then the tests that look at
that part, quick ones before wide ones; then all others, until one fails. The table says by what
each was found. Exits with 1 when one survived, 2 when one no longer fits the project.

Outside `make test`: all of them take hours. `make mutants` is the way to run it.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.python import prepared
from tests.python.project import ROOT, Project, copy_project, prepare_a_change

_IGNORED = (".git", ".venv*", ".test-cache", "target", "logs", "landing", "*.duckdb*", "published")
_FOUND = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
# the FOCUS validators, Spark and Superset have environments of their own
_TIERS = {
    "quick": "not wide and not long and not focus and not spark and not superset",
    "wide": "wide and not long and not focus and not spark and not superset",
}
_NODE = re.compile(
    r"(?:Failure|Error) in (?:unit_test|test|model|seed) (\w+)|(\bassert_\w+|\bunique_\w+)"
)


@dataclass(frozen=True)
class Mutant:
    """A text that is there once in a file of this name, what takes its place, and who looks."""

    file: str
    old: str
    new: str
    kind: str
    tests: str = "test_sample_end_to_end"


MUTANTS = (
    # staging
    Mutant("stg_envelope__events.sql", "coalesce(model_actual, model) as served_model",
           "coalesce(model, model_actual) as served_model", "coalesce order", "test_gateways"),
    Mutant("stg_litellm__spend_logs.sql", "case when attempted_fallbacks > 0 then",
           "case when attempted_fallbacks > 1 then", "off by one", "test_gateway_lessons"),
    Mutant("stg_aws__cur2.sql", "is_marketplace and words like '%token%' then 'marketplace '",
           "is_marketplace and words like '%token%' then ''", "lost word", "test_bill_lessons"),
    Mutant("stg_loader__rejects.sql", "source('loader', 'load_rejects')) }}",
           "source('loader', 'load_rejects')) }} where line_number > 1", "lost rows",
           "test_sample_end_to_end test_gateways"),
    # requests
    Mutant("int_duplicate_deliveries.sql", "having count(event_id) > 1",
           "having count(event_id) > 2", "off by one"),
    Mutant("int_owner_candidates.sql",
           "credential_id_owner.billing_account_id, credential_name_owner.billing_account_id",
           "credential_name_owner.billing_account_id, credential_id_owner.billing_account_id",
           "coalesce order", "test_owners"),
    Mutant("int_requests_with_tariff.sql",
           "windows.valid_from and requests.completed_at < windows.valid_to",
           "windows.valid_from and requests.completed_at <= windows.valid_to",
           "flipped comparison", "test_negotiated_prices test_pricing_goldens"),
    Mutant("int_requests_with_status.sql", "request_status not in {{ failed_statuses() }}",
           "request_status in {{ failed_statuses() }}", "flipped condition"),
    Mutant("int_requests_deduplicated.sql",
           "on {{ same_record('requests', 'marked') }}",
           "on requests.source_file = marked.source_file "
           "and requests.line_number = marked.line_number",
           "dropped join key", "test_gateways test_captures"),
    Mutant("int_job_cost_snapshots.sql", "order by usage_at,", "order by usage_at desc,",
           "swapped order",
           "test_gateway_lessons"),
    # rates
    Mutant("int_rate_prices.sql", "prices.recorded_at <= knowledge.as_of_recorded_at",
           "prices.recorded_at < knowledge.as_of_recorded_at", "flipped comparison",
           "test_rate_changes test_pricing_goldens"),
    Mutant("int_regional_prices.sql", "        and prices.model = regions.model\n", "",
           "dropped join key", "test_pricing_goldens"),
    Mutant("int_rate_steps.sql", "(before.rates_number, 0) != coalesce(",
           "(before.rates_number, 0) < coalesce(",
           "flipped comparison", "test_rate_changes"),
    Mutant("rate_card_prices.csv",
           ",openai,gpt-5.4-mini,output,standard,global,0,false,4.5,1000000",
           ",openai,gpt-5.4-mini,output,standard,global,0,false,5.4,1000000",
           "wrong rate", "test_rate_card_seeds"),
    # days
    Mutant("int_day_fingerprints.sql", "loads.usage_date <= rules.last_date",
           "loads.usage_date < rules.last_date", "date window",
           "test_negotiated_prices test_incremental"),
    Mutant("built_days.sql", "built.day_fingerprint is null or built.day_fingerprint !=",
           "built.day_fingerprint is null and built.day_fingerprint !=", "flipped condition",
           "test_gateway_lessons"),
    Mutant("int_spend_periods.sql", "'max(days_number)', 'max(before_number)',",
           "'max(days_number)',", "lost source", "test_built_by_periods"),
    # bills and reconciliation
    Mutant("int_bill_lines_azure.sql", "coalesce(by_id.token_class, by_name.token_class,",
           "coalesce(by_name.token_class, by_id.token_class,", "coalesce order",
           "test_bill_lessons"),
    Mutant("int_bill_words.sql", "case when is_known then 0 else 1 end,",
           "case when is_known then 1 else 0 end,", "swapped order", "test_bill_words"),
    Mutant("int_bill_changes.sql", "where pulled.superseded_at is not null",
           "where pulled.superseded_at is null", "flipped condition", "test_bill_lessons"),
    Mutant("int_invoice_amounts.sql", "case when amount_usd is null then 1 else 0 end",
           "case when amount_usd is null then 0 else 1 end", "flipped case", "test_bill_lessons"),
    Mutant("int_reconciliation_sides.sql",
           "coalesce(gateway.gateway_cost_usd, 0) - coalesce(provider.provider_cost_usd, 0)",
           "coalesce(provider.provider_cost_usd, 0) - coalesce(gateway.gateway_cost_usd, 0)",
           "swapped sign"),
    Mutant("int_reconciliation_split.sql",
           "coalesce(gateway_cost_usd, 0) - provider_cost_at_gateway_quantity_usd else 0",
           "provider_cost_at_gateway_quantity_usd - coalesce(gateway_cost_usd, 0) else 0",
           "swapped sign", "test_variance_split"),
    Mutant("int_bill_line_owners.sql",
           "when account_team_kind = 'team' then account_team_id", "", "lost source"),
    # allocation, ledger, budgets
    Mutant("int_allocated_parts.sql",
           "            and portions.portion_date = drivers.portion_date\n", "",
           "dropped join key", "test_focus test_ledger"),
    Mutant("int_driver_usage.sql", "where spend.pool_id is null and", "where",
           "lost condition", "test_focus test_ledger"),
    Mutant("int_ledger_entries.sql", "on charges.usage_period > state.last_posted_period",
           "on charges.usage_period >= state.last_posted_period", "date window",
           "test_ledger test_focus"),
    Mutant("int_charge_differences.sql",
           "coalesce(truth.amount_usd, 0) - coalesce(posted.amount_usd, 0) as difference_usd",
           "coalesce(posted.amount_usd, 0) - coalesce(truth.amount_usd, 0) as difference_usd",
           "swapped sign", "test_ledger test_focus"),
    Mutant("int_spend_against_history.sql", "'until': 'applied.day_number - applied.observed_days'",
           "'until': 'applied.day_number - applied.observed_days + 1'", "date window"),
    Mutant("int_spend_forecasts.sql", "(days_in_month - day_of_month)",
           "(days_in_month - day_of_month + 1)", "off by one"),
    # efficiency, outcomes, tagging, focus
    Mutant("int_what_if_candidates.sql",
           "            and attempts.output_tokens <= rules.max_output_tokens\n", "",
           "lost condition", "test_efficiency"),
    Mutant("int_prompt_regression_days.sql", "versions.output_rise > versions.min_rise",
           "versions.output_rise < versions.min_rise", "flipped comparison", "test_efficiency"),
    Mutant("int_business_events.sql", "order by rates.rate_date desc nulls last",
           "order by rates.rate_date asc nulls last", "swapped order"),
    Mutant("int_requests_with_tagging_policy.sql",
           "            when fields_enforced is not null then 'quarantine'\n", "",
           "lost case"),
    Mutant("int_focus_prepayments.sql", "line_category = 'prepaid' and amount_usd > 0",
           "line_category = 'prepaid' and amount_usd > 100", "wrong threshold", "test_focus"),
    # marts
    Mutant("fct_spend_daily.sql",
           "count(distinct case when counts_as_request then logical_request_id end)",
           "count(distinct logical_request_id)", "lost condition", "test_gateway_lessons"),
    Mutant("fct_unit_costs.sql", "cast(known_revenue_usd - cost_usd as {{ money_type() }})",
           "cast(cost_usd - known_revenue_usd as {{ money_type() }})", "swapped sign"),
    Mutant("int_budget_status_worked_out.sql",
           "case when charge_type in ('shared', 'unused') then amount_usd else 0 end",
           "case when charge_type not in ('shared', 'unused') then amount_usd else 0 end",
           "flipped condition"),
    Mutant("fct_leaked_spend.sql", "not lines.has_gateway or billed.credential_status",
           "not lines.has_gateway and billed.credential_status", "flipped condition"),
    # macros
    Mutant("meter_cost.sql",
           "when price_status in {{ rated_statuses() }} or price_status in {{ free_statuses() }}",
           "when price_status in {{ rated_statuses() }}", "lost case",
           "test_negotiated_prices test_focus"),
    Mutant("prorate.sql", "'nullif(cast(' ~ denominator ~ ' as hugeint), 0)'",
           "'nullif(cast(' ~ denominator ~ ' as hugeint) + 1, 0)'", "off by one",
           "test_adapters test_variance_split"),
    Mutant("rounded_parts.sql", "cast(0.5 as decimal(2, 1))", "cast(0.4 as decimal(2, 1))",
           "wrong rounding", "test_footing"),
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Try each mutant; return the exit code."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", help="numbers of mutants, as in 3,7-9 (default: all)")
    parser.add_argument("--concerned", action="store_true", help="only the tests that look there")
    parser.add_argument("--out", type=Path, help="a file for the table")
    options = parser.parse_args(arguments)
    chosen = _numbers(options.only) if options.only else range(1, len(MUTANTS) + 1)
    unfit = [n for n in chosen if place(MUTANTS[n - 1], ROOT) is None]
    for number in unfit:
        print(f"mutants: {number}, {MUTANTS[number - 1].file}: the text is not there exactly once",
              file=sys.stderr)  # fmt: skip
    if unfit:
        return 2
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
    lines = ["| | file | mutant | found by | s |", "|---|---|---|---|---|"]
    survivors = 0
    for number in chosen:
        mutant = MUTANTS[number - 1]
        start = time.monotonic()
        found = tried(mutant, options.concerned)
        survivors += found is None
        lines.append(
            f"| {number} | `{mutant.file}` | {mutant.kind} | {found or '**survived**'} "
            f"| {time.monotonic() - start:,.0f} |"
        )
        print(lines[-1], flush=True)
        if options.out:
            options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(chosen) - survivors} of {len(chosen)} found")
    return 1 if survivors else 0


def _numbers(text: str) -> list[int]:
    found = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def place(mutant: Mutant, project: Path) -> Path | None:
    """The file with the text; None unless there is one, with the text in it once."""
    folders = ("models", "macros", "seeds", "companies")
    files = [file for folder in folders for file in (project / folder).rglob(mutant.file)]
    if len(files) != 1 or files[0].read_text(encoding="utf-8").count(mutant.old) != 1:
        return None
    return files[0]


def tried(mutant: Mutant, concerned: bool) -> str | None:
    """What found the mutant, or None."""
    with tempfile.TemporaryDirectory(prefix="mutant") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*_IGNORED))
        _change(mutant, copy)
        found = _unit_tests(mutant, Path(folder))
        first = [f"tests/python/{name}.py" for name in mutant.tests.split()]
        steps = [(tier, first) for tier in _TIERS]
        if not concerned:
            steps += [(tier, [f"--ignore={name}" for name in first]) for tier in _TIERS]
        for tier, arguments in steps:
            found = found or _tests(copy, tier, arguments)
        return found


def _change(mutant: Mutant, project: Path) -> None:
    file = place(mutant, project)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


def _unit_tests(mutant: Mutant, folder: Path) -> str | None:
    """Those of the model and of its readers; of all models where a macro or a seed is changed.

    Where none fails, the warehouse is kept that the other tests begin with. Both are made of what
    the project as it is left, so that little is parsed and built.
    """
    usual = Project(_new(folder / "usual"), folder)
    usual.begin()
    changed = _new(folder / "changed")
    root = copy_project(changed)
    _change(mutant, root)
    project = Project(changed, folder, root=root)
    shutil.copy(usual.warehouse, changed)
    is_model = mutant.file.startswith(("stg_", "int_", "fct_"))
    chosen = f"{Path(mutant.file).stem}+1,test_type:unit" if is_model else "test_type:unit"
    try:
        project.dbt("test", "--select", chosen)
    except AssertionError as failed:
        node = _NODE.search(str(failed))
        if not node:
            raise
        return f"`{node.group(1) or node.group(2)}`"
    prepare_a_change(usual, project)
    return None


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _tests(copy: Path, tier: str, arguments: list[str]) -> str | None:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "auto", "--dist", "loadfile"]
    done = subprocess.run(
        [*command, "--no-loadscope-reorder", "-m", _TIERS[tier], *arguments],
        cwd=copy,
        env=os.environ | {"AI_COST_TEST_CACHE": str(prepared.CACHE)},
        capture_output=True,
        text=True,
        check=False,
    )
    # 5: none of the files has a test of this tier
    if done.returncode in (0, 5):
        return None
    test = _FOUND.search(done.stdout)
    # 2: the workers were stopped at the first failure
    if done.returncode not in (1, 2) or not test:
        raise SystemExit(f"mutants: the tests did not run:\n{done.stdout[-3000:]}{done.stderr}")
    node = _NODE.search(done.stdout)
    inside = f", `{node.group(1) or node.group(2)}`" if node else ""
    return f"`{test.group(1).removeprefix('tests/python/').split('[')[0]}`{inside}"


if __name__ == "__main__":
    sys.exit(main())
