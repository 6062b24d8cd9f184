"""An empty warehouse with every seed, rate and view in place, made once per state of the project.

An audit works in a copy of it: the same models, so nothing is decided twice, and only the few
tables that depend on the audited log are built.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import dbt.version
import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder

from scripts.errors import UserError
from scripts.operations.company import bring_in
from scripts.operations.made_of import contents, digest

ROOT = Path(__file__).resolve().parents[2]
# Views call their database by the name of its file, so a copy has the same.
DATABASE = "audit.duckdb"
_PARTS = ("models", "macros", "dbt_project.yml", "profiles.yml")
# Those of other company folders, one of which may be in use.
_KEPT = 2
_WANTED = {
    "gateway": ("+fct_priced_requests", "+fct_quarantined_records"),
    "bill": ("+int_bill_line_outcomes", "+int_bill_issues"),
}


class AuditError(UserError):
    """The audit cannot be made; the message says why in a sentence."""


@dataclass(frozen=True)
class Prepared:
    """A folder with the prepared database and the parsed project."""

    folder: Path

    def copy(self, to: Path) -> Path:
        """A database to work in."""
        return Path(shutil.copyfile(self.folder / DATABASE, to / DATABASE))

    def build(self, database: Path, kind: str) -> None:
        """Run the models that depend on what is loaded: of a gateway's log or of a bill."""
        # Reading the manifest back saves parsing some 200 files, most of an audit's time.
        parsed = (self.folder / "partial_parse.msgpack").read_bytes()
        manifest = Manifest.from_msgpack(parsed, decoder=extended_mashumuro_decoder)
        manifest.build_flat_graph()
        _run(
            database,
            database.parent,
            ["--no-write-json", "run", "--select", *_made_of_files(kind)],
            manifest,
        )


def prepare(cache: Path) -> Prepared:
    """The warehouse of the project as it is now; made, in half a minute, when it is not there."""
    folder = cache / _fingerprint(bring_in())
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".new-") as draft:
            made = Path(draft) / "made"
            made.mkdir()
            selection = ["build", "--exclude-resource-type", "test", "unit_test"]
            wanted = [name for names in _WANTED.values() for name in names]
            _run(made / DATABASE, made, [*selection, "--select", *wanted], None)
            others = sorted(cache.glob("[!.]*"), key=lambda each: each.stat().st_mtime)
            for old in others[:-_KEPT]:
                shutil.rmtree(old, ignore_errors=True)
            made.rename(folder)
    return Prepared(folder)


def _made_of_files(kind: str) -> list[str]:
    return [
        f"source:*+,{wanted},config.materialized:{materialized}"
        for wanted in _WANTED[kind]
        for materialized in ("table", "incremental")
    ]


def _run(database: Path, target: Path, command: list[str], manifest: Manifest | None) -> None:
    # In this process alone, and in a database of its own: the warehouse is not touched.
    before = dict(os.environ)
    os.environ |= {"AI_COST_TARGET": "duckdb", "AI_COST_WAREHOUSE": str(database)}
    os.environ.pop("AI_COST_LITELLM_SCHEMA", None)
    places = ["--project-dir", ROOT, "--profiles-dir", ROOT]
    places += ["--target-path", target, "--log-path", target]
    try:
        result = dbtRunner(manifest=manifest).invoke(["--quiet", *command, *map(str, places)])
    finally:
        os.environ.clear()
        os.environ.update(before)
        # The adapter would keep the database open for as long as the process lives.
        DuckDBConnectionManager.close_all_connections()
    if not result.success:
        failed = [node for node in result.result or [] if node.status in ("error", "fail")]
        said = failed[0].message if failed else str(result.exception)
        raise AuditError(f"the models could not be built: {said.splitlines()[0]}")


def _fingerprint(seeds: Path) -> str:
    made_of = contents([*(ROOT / part for part in _PARTS), seeds])
    return digest(dbt.version.__version__, duckdb.__version__, made_of)
