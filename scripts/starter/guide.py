"""README.md of a starter folder: what each file and column is, from the seeds' own descriptions."""

from __future__ import annotations

from pathlib import Path

from scripts import yaml_files
from scripts.descriptions import sentence, shared_sentences

_OWN = ("organization", "policy", "contracts")
_HEAD = """# Company folder

What belongs to your company and not to the product: who your teams are, and what you decided. Name
this folder in `AI_COST_COMPANY`; it is only read, except by the commands that record a decision
(the month-end close, the import of reviews, the import of prices).

- A file takes the place of ours with the same name. A file that you leave out stays as it is by
  default: no budgets, showback, USD. Subfolders do not matter, names do.
- `extra_NAME.csv` adds its rows to ours of that name, for example `extra_rate_card_prices.csv`,
  `extra_model_aliases.csv`, `extra_provider_aliases.csv`: the columns are those of the file in
  `seeds/rate_cards` or `seeds/reference`.
- Files whose names begin with `_` or `.` are not read. `_seen_*.csv` list the models, accounts and
  projects that logs and bills have named, to copy from.
- CSV in UTF-8 with a comma. Every name must exist: a budget of a team that `teams.csv` lacks fails
  the night, and the message names the row. `*` stands for all.
- Dates are like 2026-10-01. `valid_to` is the first day on which a row no longer holds.
"""


def guide(seeds: Path) -> str:
    """The text, with a section for every file that a company may state."""
    shared = shared_sentences()
    parts = [_HEAD]
    for folder in _OWN:
        for path in sorted((seeds / folder).glob("_*.yml")):
            for seed in yaml_files.read(path)["seeds"]:
                parts.append(_section(folder, seed, shared))
    return "\n".join(parts)


def _section(folder: str, seed: dict, shared: dict[str, str]) -> str:
    lines = [f"## {folder}/{seed['name']}.csv", "", " ".join(seed["description"].split()), ""]
    for column in seed["columns"]:
        lines.append(f"- `{column['name']}`: {sentence(column['description'], shared)}")
    return "\n".join(lines) + "\n"
