"""Shared costs of a month by team, as they are and as proposed rules would have them.

The models that allocate are run once more in one query, with the proposed rows in place of those of
the seeds: what is shown is what a build would charge. Nothing is written.
"""

from __future__ import annotations

import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from scripts import console
from scripts.accounting.ledger import ROOT, dbt, query
from scripts.errors import UserError
from scripts.loading.paths import literal
from scripts.money import money
from scripts.operations.clock import latest_instant
from scripts.operations.company import OPTIONAL
from scripts.rates.card_rules import of_recording
from scripts.rates.checks import of_cells
from scripts.rates.seed_files import Line, Problem, read_lines
from scripts.rates.seed_schema import Seed, read_schema

# What follows from the rules, each after what it reads.
MODELS = (
    "int_allocation_rules", "int_allocation_ladders", "int_pooled_spend", "int_driver_usage",
    "int_cost_portions", "int_allocation_portions",
    "int_user_drivers", "int_allocation_drivers", "int_allocated_parts", "int_shared_charges",
)  # fmt: skip
LADDERS = ("int_allocation_rules", "int_allocation_ladders")
NAMES = (*LADDERS, "int_policy_names", "int_policy_issues")
_SEEDS = ROOT / "seeds/policy/_allocation__seeds.yml"


def preview(period: date, files: list[Path]) -> int:
    """Print the table; 2 where proposed rows are refused, all of which are named."""
    proposed = {file.stem: _read(file) for file in files}
    if refused := [str(each) for _, found in proposed.values() for each in found]:
        return _refuse(refused)
    relations = {name: _relation(_seed(name), lines) for name, (lines, _) in proposed.items()}
    query("select 1 from marts.fct_chargeback_ledger where 1 = 0")  # says that nothing was built
    dbt("compile", "--select", *MODELS, *NAMES)
    unknown = query(
        _with(relations, NAMES) + "select policy_file, row_name, problem, stated_name "
        "from int_policy_issues where policy_file like 'allocation%' order by 1, 2, 3, 4"
    )
    if unknown:
        return _refuse(
            [f"{name}.csv, {row}: {problem} {said}" for name, row, problem, said in unknown]
        )
    month = f"where usage_period = date '{period}' group by 1"
    _print(
        period,
        _by_team(
            query(f"select team_id, sum(amount_usd) from intermediate.int_shared_charges {month}")
        ),
        _by_team(
            query(
                _with(relations, MODELS)
                + f"select team_id, sum(amount_usd) from int_shared_charges {month}"
            )
        ),
    )
    ladders = query(
        _with(relations, LADDERS) + "select pool_path, rule_id from int_allocation_ladders "
        f"where step_count > 0 and valid_from <= date '{period}' and valid_to > date '{period}' "
        "order by 1"
    )
    for path, rule in ladders:
        print(f"{path}: by {rule}")
    return 0


def _seed(name: str) -> Seed:
    """What the project says of a seed of allocations; UserError for another file."""
    # whether a name is one of another seed is asked of the warehouse: int_policy_issues
    seeds = read_schema(_SEEDS, lambda seed, column: set())
    known = sorted(each for each in seeds if each.startswith("allocation_"))
    if name not in known:
        raise UserError(f"{name}.csv is none of {', '.join(f'{each}.csv' for each in known)}")
    return seeds[name]


def _read(file: Path) -> tuple[list[Line], list[Problem]]:
    """The rows of a proposed file, and what a load would not take of it."""
    seed = _seed(file.stem)
    try:
        optional = OPTIONAL.get(seed.name, ())
        lines, found = read_lines(file, str(file), seed.names, True, optional)
    except FileNotFoundError:
        raise UserError(f"there is no file {file}") from None
    found += of_cells(seed, lines)
    if not found:
        found += of_recording({seed.name: seed}, {seed.name: lines}, latest_instant())
    return lines, found


def _relation(seed: Seed, lines: list[Line]) -> str:
    """The rows as a query with the seed's types; a blank is null, as in a seed."""
    selects = [
        "select "
        + ", ".join(
            f"cast({literal(line[name]) if line[name] else 'null'} as {kind}) as {name}"
            for name, kind in seed.types.items()
        )
        for line in lines
    ]
    none = "select " + ", ".join(
        f"cast(null as {kind}) as {name}" for name, kind in seed.types.items()
    )
    return " union all ".join(selects) or f"{none} where 1 = 0"


def _with(relations: dict[str, str], models: tuple[str, ...]) -> str:
    """The proposed rows and the models that read them, as the beginning of a query."""
    parts = dict(relations)
    names = {*relations, *models}
    for model in models:
        parts[model] = re.sub(
            r'"[^"]+"\."[^"]+"\."(\w+)"',
            lambda found: found[1] if found[1] in names else found[0],
            _compiled(model),
        )
    return "with " + ", ".join(f"{name} as ({sql}\n)" for name, sql in parts.items()) + "\n"


def _compiled(model: str) -> str:
    target = Path(os.environ.get("DBT_TARGET_PATH", "target"))
    # a folder named as a YAML file holds what its unit tests were given under the model's name
    (file,) = (
        file
        for file in (ROOT / target / "compiled").glob(f"*/models/**/{model}.sql")
        if file.parent.suffix != ".yml"
    )
    return file.read_text(encoding="utf-8")


def _by_team(rows: list[tuple]) -> dict[str, Decimal]:
    return {team: Decimal(usd) for team, usd in rows}


def _refuse(lines: list[str]) -> int:
    for line in lines:
        console.complain(line)
    return 2


def _print(period: date, before: dict[str, Decimal], after: dict[str, Decimal]) -> None:
    """Teams by the size of the difference, and the sums."""
    none = Decimal(0)
    change = {team: after.get(team, none) - before.get(team, none) for team in {*before, *after}}
    lines = [
        (team, before.get(team, none), after.get(team, none), change[team])
        for team in sorted(change, key=lambda team: (-abs(change[team]), team))
    ]
    lines.append(("sum", *(sum((line[n] for line in lines), none) for n in (1, 2, 3))))
    print(f"Shared costs and credits of {period:%Y-%m}, USD")
    console.table(
        ("team", "before", "after", "difference"),
        [(line[0], *map(money, line[1:])) for line in lines],
    )
