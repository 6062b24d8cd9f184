"""dbt kept warm: a process that has imported it and parsed the project, and forks for each command.

Starting dbt and parsing the project takes more processor time than a small build. Each command runs
in a fork of its own, so none meets what another one left: not its environment, not its
connections, not its changes to the parsed project.

The process reads one request a line from its input and answers with one line each.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import subprocess
import sys
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

# Parsed projects in memory; each takes about 100 MB.
_KEPT = 3


@dataclass(frozen=True)
class Request:
    """A command of dbt, or a module of the project that calls it, and what it needs."""

    module: str | None
    arguments: list[str]
    root: str
    environment: dict[str, str]
    # what was parsed, kept by tests/python/prepared.py; None parses as dbt itself does
    manifest: str | None
    # a file: the ids of nodes that need not run; afterwards of those that ran well
    ids: str
    # files: what the command says, what it complains of, and what it reads
    output: str
    errors: str
    pasted: str = os.devnull


class WarmDbt:
    """The process, from the side of the tests; it ends with them."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.python.warm_dbt"],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.close)

    def close(self) -> None:
        """End it, and wait for it, so that its processor time is counted to the tests."""
        self._process.stdin.close()
        self._process.wait()

    def run(self, request: Request) -> int:
        """Run a command to its end; its exit code."""
        self._process.stdin.write(json.dumps(asdict(request)) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the process that keeps dbt warm has died"
        return int(answer)


def serve() -> None:
    """Answer requests until there are no more."""
    # not the adapter of DuckDB: its library starts a thread
    import dbt.adapters.postgres
    import dbt.cli.main  # noqa: F401

    # a build makes millions of objects and hardly any garbage
    gc.set_threshold(200_000, 50, 1000)
    answers = os.fdopen(os.dup(1), "w")
    manifests: dict[str, object] = {}
    for line in sys.stdin:
        request = Request(**json.loads(line))
        if request.manifest and request.manifest not in manifests:
            if len(manifests) == _KEPT:
                manifests.clear()
                gc.unfreeze()
            manifests[request.manifest] = read_manifest(Path(request.manifest))
        # no thread lives on in a fork, and whoever waits for it there would wait for ever
        assert len(os.listdir("/proc/self/task")) == 1
        gc.freeze()
        child = os.fork()
        if not child:
            _work(request, manifests.get(request.manifest))
        answers.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        answers.flush()


def read_manifest(parsed: Path):
    """What dbt keeps of a parsed project."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(parsed.read_bytes(), decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()
    return manifest


def _work(request: Request, manifest) -> None:
    """The child's whole life."""
    code = 2
    try:
        for place, file in ((1, request.output), (2, request.errors)):
            os.dup2(os.open(file, os.O_WRONLY | os.O_TRUNC), place)
        os.dup2(os.open(request.pasted, os.O_RDONLY), 0)
        os.chdir(request.root)
        os.environ.clear()
        os.environ.update(request.environment)
        code = _invoke(request, manifest)
    except BaseException:
        traceback.print_exc()
    # not os._exit: at the end of a process DuckDB settles its file, which else is left as by a kill
    sys.exit(code)


def _invoke(request: Request, manifest) -> int:
    from dbt.cli.main import dbtRunner

    if manifest is not None:
        _move(manifest, request)
    if request.module:
        return _run_module(request, manifest)
    if manifest is not None:
        _leave_out(set(json.loads(Path(request.ids).read_text())))
    # not before: a command must take the scripts of its own copy of the project
    from scripts.operations.lean_dbt import work_less

    work_less()
    result = dbtRunner(manifest=manifest).invoke(request.arguments)
    if result.exception:
        print(result.exception)
    if request.arguments[0] == "parse":
        from scripts.operations.made_of import described

        answer = described(result.result) if result.result else {}
    else:  # of commands that make nodes; of others nobody asks
        ran = getattr(result.result, "results", None) or []
        answer = [
            each.node.unique_id
            for each in ran
            if hasattr(each, "node") and str(each.status) == "success"
        ]
    Path(request.ids).write_text(json.dumps(answer))
    return 0 if result.success else 1


def _run_module(request: Request, manifest) -> int:
    """As `python -m` would, but that dbt takes what was parsed, and so does who reads it back."""
    import runpy

    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    sys.path[0] = request.root
    from scripts.operations.lean_dbt import work_less

    work_less()
    invoke, read = dbtRunner.invoke, Manifest.from_msgpack
    kept = Path(request.manifest).read_bytes() if request.manifest else None

    def read_once(data, **options):
        return manifest if data == kept else read(data, **options)

    def invoke_with_what_was_parsed(self, arguments, **options):
        # not for settings that the module made itself, but for the company's copy of the seeds
        settings = _settings(os.environ)
        copy = settings.pop("AI_COST_COMPANY_COPY", None)
        if settings == _settings(request.environment) and "--vars" not in arguments:
            self.manifest = self.manifest or _with_seeds_of(copy, manifest)
        return invoke(self, arguments, **options)

    dbtRunner.invoke = invoke_with_what_was_parsed
    Manifest.from_msgpack = read_once
    sys.argv = [request.module, *request.arguments]
    try:
        runpy.run_module(request.module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0
    return 0


def _with_seeds_of(copy: str | None, manifest):
    """The parsed project as it is with a company folder (scripts/operations/company.py)."""
    for node in manifest.nodes.values() if copy else ():
        if node.resource_type == "seed" and node.original_file_path.startswith("seeds/"):
            place = node.original_file_path.removeprefix("seeds")
            node.original_file_path = f"target/company/{copy}{place}"
    return manifest


def _settings(environment) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("AI_COST_")}


def _move(manifest, request: Request) -> None:
    """What was parsed, as if it were parsed in this copy of the project for this database."""
    database = request.environment.get("PGDATABASE")
    for node in [*manifest.nodes.values(), *manifest.sources.values()]:
        if hasattr(node, "root_path"):
            node.root_path = request.root
        if database and request.environment["AI_COST_TARGET"] == "postgres":
            if node.relation_name:
                node.relation_name = node.relation_name.replace(
                    f'"{node.database}".', f'"{database}".', 1
                )
            node.database = database


def _leave_out(up_to_date: set[str]) -> None:
    from dbt.graph.selector import NodeSelector

    chosen = NodeSelector.get_selected

    def without(self, *arguments, **options):
        return chosen(self, *arguments, **options) - up_to_date

    NodeSelector.get_selected = without


if __name__ == "__main__":
    serve()
