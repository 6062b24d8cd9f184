"""dbt's own reports on a build, kept by night: for whatever reads `run_results.json`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from scripts.errors import UserError, said_of
from scripts.operations.clock import run_instant
from scripts.operations.company import ROOT

NAMES = ("manifest.json", "run_results.json")


def writable(folder: Path) -> Path:
    """The folder, made when it is not there; raises UserError before the night has begun."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"the folder of dbt's reports cannot be made: {said_of(error)}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"the folder of dbt's reports cannot be written: {folder}")
    return folder


def forget() -> None:
    """Of an earlier build; one that ends before it has begun writes none."""
    for name in NAMES:
        (_target() / name).unlink(missing_ok=True)


def keep(folder: Path) -> Path | None:
    """Copy the reports of the build that just ended; the folder of this night, None without any."""
    found = [path for name in NAMES if (path := _target() / name).exists()]
    if not found:
        return None
    place = folder / f"{run_instant():%Y%m%dT%H%M%SZ}"
    place.mkdir(exist_ok=True)
    for path in found:
        shutil.copy(path, place)
    return place


def _target() -> Path:
    return ROOT / os.environ.get("DBT_TARGET_PATH", "target")
