"""A starter company folder from what has been loaded: teams, aliases, keys, accounts, models.

Files ready to edit, with a README.md that explains each file and column. A file that is there
already is left as it is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from scripts.errors import UserError
from scripts.starter.guide import guide
from scripts.starter.seen import Seen, read_seen
from scripts.warehouse import connect

# What a spreadsheet would take for a formula; a name from a log may be anything.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEADERS = {
    "organization/teams": "team_id,team_name,team_lead,cost_center_id,"
    "team_kind,valid_from,valid_to",
    "organization/team_aliases": "alias,team_id,valid_from,valid_to",
    "organization/cost_centers": "cost_center_id,cost_center_name,valid_from,valid_to",
    "organization/credential_owners": "credential_id,credential_name,team_id,billing_account_id,"
    "valid_from,valid_to,note",
    "_seen_models": "provider,model,attempt_count,unpriced_count",
    "_seen_accounts": "provider,billing_account_id",
    "_seen_projects": "provider,billing_account_id,project_id",
}
# Written with what the default says, because a company changes these first.
_DEFAULTS = (
    "organization/service_accounts",
    "organization/services",
    "organization/team_leads",
    "organization/statement_recipients",
    "policy/budgets",
    "policy/chargeback_terms",
)
SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def make(folder: Path) -> int:
    """Write the folder, and say what to do with it."""
    with connect() as connection:
        files, left_out = contents(read_seen(connection))
    try:
        for line in write(folder, files):
            print(line)
    except OSError as error:
        raise UserError(f"cannot write {error.filename}: {error.strerror}") from None
    if left_out:
        print(f"left out: {left_out} rows with a name that a spreadsheet takes for a formula")
    print(f"Edit the files, then: export AI_COST_COMPANY={folder.resolve()}")
    return 0


def contents(seen: Seen) -> tuple[dict[str, str], int]:
    """Text of each file of the folder, and how many rows were left out."""
    rows = {
        "organization/teams": seen.teams,
        "organization/team_aliases": seen.aliases,
        "organization/cost_centers": seen.cost_centers,
        "organization/credential_owners": seen.credentials,
        "_seen_models": seen.models,
        "_seen_accounts": seen.accounts,
        "_seen_projects": seen.projects,
    }
    files, left_out = {"README.md": guide(SEEDS)}, 0
    for name, found in rows.items():
        kept = [row for row in found if not any(str(cell).startswith(_FORMULA) for cell in row)]
        left_out += len(found) - len(kept)
        files[f"{name}.csv"] = _text(_HEADERS[name], kept)
    for name in _DEFAULTS:
        files[f"{name}.csv"] = (SEEDS / f"{name}.csv").read_text(encoding="utf-8")
    for name in ("rate_card_prices", "model_aliases"):
        header = (SEEDS / "rate_cards" / f"{name}.csv").read_text(encoding="utf-8").split("\n")[0]
        files[f"rate_cards/extra_{name}.csv"] = header + "\n"
    return files, left_out


def _text(header: str, rows: Iterable[tuple]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return text.getvalue()


def write(folder: Path, files: dict[str, str]) -> Iterable[str]:
    """Write what is not there yet; a line for each file."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
            yield f"written  {path}"
        except FileExistsError:
            yield f"kept     {path}"
