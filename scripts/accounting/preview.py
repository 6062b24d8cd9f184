"""Shared costs of a month by team, as they are and as proposed rules would have them.

The models that allocate are run once more in one query, with the proposed rows in place of those of
the seeds: what is shown is what a build would charge. Nothing is written.
"""

from __future__ import annotations

import csv
import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from scripts import console, yaml_files
from scripts.accounting.ledger import ROOT, dbt, query
from scripts.errors import UserError
from scripts.loading.paths import literal

# What follows from the rules, each after what it reads.
MODELS = (
    "int_allocation_rules", "int_pooled_spend", "int_driver_usage", "int_allocation_portions",
    "int_user_drivers", "int_allocation_drivers", "int_allocated_parts", "int_shared_charges",
)  # fmt: skip
NAMES = ("int_policy_names", "int_policy_issues")
CENTS = Decimal("0.01")
_SEEDS = ROOT / "seeds/policy/_allocation__seeds.yml"


def preview(period: date, files: list[Path]) -> int:
    """Print the table; 2 where proposed rows are refused, all of which are named."""
    proposed = {file.stem: _rows(file) for file in files}
    if refused := [line for seed, rows in proposed.items() for line in _refused(seed, rows)]:
        return _refuse(refused)
    relations = {seed: _relation(seed, rows) for seed, rows in proposed.items()}
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
    return 0


def _declared(seed: str) -> dict:
    """What the project says of a seed of allocations; UserError for another file."""
    seeds = {one["name"]: one for one in yaml_files.read(_SEEDS)["seeds"]}
    known = sorted(name for name in seeds if name.startswith("allocation_"))
    if seed not in known:
        raise UserError(f"{seed}.csv is none of {', '.join(f'{name}.csv' for name in known)}")
    return seeds[seed]


def _rows(file: Path) -> list[dict[str, str]]:
    columns = list(_declared(file.stem)["config"]["column_types"])
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = csv.DictReader(text)
            if rows.fieldnames != columns:
                raise UserError(f"{file}: the columns must be {','.join(columns)}")
            found = list(rows)
    except FileNotFoundError:
        raise UserError(f"there is no file {file}") from None
    for row in found:
        if None in row or None in row.values():
            raise UserError(f"{file}: a row has not as many values as there are columns")
    return found


def _refused(seed: str, rows: list[dict[str, str]]) -> list[str]:
    """Values that the tests of the seed do not accept."""
    said = []
    for column in _declared(seed)["columns"]:
        for test in column.get("data_tests", []):
            if isinstance(test, dict) and "accepted_values" in test:
                values = list(map(str, test["accepted_values"]["arguments"]["values"]))
                said += [
                    f"{seed}.csv: {column['name']} {row[column['name']]!r} is none of "
                    + ", ".join(values)
                    for row in rows
                    if row[column["name"]] not in values
                ]
    return said


def _relation(seed: str, rows: list[dict[str, str]]) -> str:
    """The rows as a query with the seed's types; a blank is null, as in a seed."""
    types = _declared(seed)["config"]["column_types"]
    selects = [
        "select "
        + ", ".join(
            f"cast({literal(row[name]) if row[name] else 'null'} as {kind}) as {name}"
            for name, kind in types.items()
        )
        for row in rows
    ]
    none = "select " + ", ".join(f"cast(null as {kind}) as {name}" for name, kind in types.items())
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
    (file,) = (ROOT / target / "compiled").glob(f"*/models/**/{model}.sql")
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
        [(line[0], *(f"{usd.quantize(CENTS):,}" for usd in line[1:])) for line in lines],
    )
