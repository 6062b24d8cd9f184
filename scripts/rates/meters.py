"""The list of meters, read from where the models have it: macros/meters/meters.sql."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import jinja2

from scripts.operations.company import ROOT

FILE = ROOT / "macros" / "meters" / "meters.sql"


@dataclass(frozen=True)
class Meter:
    """What can be charged for; the fields are described in the file."""

    name: str
    quantity: str
    in_tier: bool
    is_token: bool
    part_of: str
    unit: str


@cache
def meters() -> tuple[Meter, ...]:
    """All meters, in the order of the list."""
    returned: list[list[dict]] = []
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    # dbt's way to hand a value over
    environment.globals["return"] = returned.append
    environment.from_string(FILE.read_text(encoding="utf-8")).module.meters()
    return tuple(Meter(**fields) for fields in returned[0])


def names() -> list[str]:
    """Their names, as in the rate card."""
    return [meter.name for meter in meters()]
