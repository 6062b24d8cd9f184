"""Write the policy and its forms into a folder; a file appears whole or not at all."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from scripts.gateway_policy import forms
from scripts.gateway_policy.policy import over_budget, read
from scripts.operations.clock import run_instant
from scripts.operations.whole_files import write_whole
from scripts.warehouse import connect


def export(folder: Path, period: date | None, environment: str) -> int:
    """Write all files, and say what is in them."""
    now = run_instant()
    with connect() as connection:
        policy = read(connection, now, period or now.date().replace(day=1))
    files = {
        "policy.json": json.dumps(policy, indent=2) + "\n",
        "litellm.jsonl": forms.litellm(policy),
        "kong.yaml": forms.kong(policy, environment),
        "envoy.yaml": forms.envoy(policy, environment),
        "opa/policy.rego": forms.opa_policy(),
        "opa/data.json": forms.opa_data(policy, environment),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, text.encode())
    print(
        f"{folder}: {len(policy['teams']):,} teams, {len(over_budget(policy)):,} over budget; "
        f"{len(policy['keys']):,} keys, {len(policy['models']):,} models with a price, "
        f"{len(policy['services']):,} services"
    )
    return 0
