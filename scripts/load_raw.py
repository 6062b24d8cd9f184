"""Load raw gateway logs and provider bills from the landing folder into the warehouse.

    python -m scripts.load_raw [--landing DIR] [--target duckdb|postgres|spark] [--warehouse FILE]

A folder below landing that has the name of a declared raw table is loaded, whatever its files
are called. Loading a content twice is a no-op. Exits with 0 when all is well, 1 when a file
could not be read at all, 2 when something must be set right first.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from traceback import extract_tb

import duckdb
from tqdm import tqdm

from scripts.loading.files import LandingFile, find_files
from scripts.loading.load import Changed, FileCounts, Load, Progress, Typist, groups
from scripts.loading.parquet_target import DEFAULT, VARIABLE, ParquetTarget
from scripts.loading.sources import Contract, ContractError, read_contract
from scripts.loading.targets import DuckDBTarget, PostgresTarget, Target, TargetError, WriteBehind
from scripts.loading.typing import Rules
from scripts.operations.clock import ClockError, run_instant
from scripts.operations.lock import add_wait, only_writer
from scripts.operations.roles import loader
from scripts.warehouse import WarehouseError

MODELS = Path(__file__).resolve().parent.parent / "models"
KEY_VARIABLE = "AI_COST_USER_KEY"
_GROUP_BYTES = 64 << 20
_GROUP_FILES = 500


class UserError(Exception):
    """Something the user can set right; the message says what."""


class Run:
    """One run over a landing folder, its tallies per table, and why some files were not loaded."""

    def __init__(self, target: Target, contract: Contract, rules: Rules) -> None:
        self._target = target
        self._contract = contract
        self._typist = Typist(rules)
        self._known = target.loaded()
        self._noted = target.noted()
        self._met: set[str] = set()
        self._again: list[LandingFile] = []
        self._faults: dict[str, str] = {}
        self.tallies: dict[str, Counter] = defaultdict(Counter)
        self.unread: list[tuple[str, str]] = []

    def load(self, files: list[LandingFile], progress: Progress) -> None:
        """Load what is new, in the order of the paths."""
        for group in groups(self._new(files, progress), _GROUP_BYTES, _GROUP_FILES):
            self._load_group(group, progress)
        for file in self._again:
            if file.batch_id in self._faults:
                self.complain(file.source_file, self._faults[file.batch_id])
            else:
                self.tallies[file.table.name]["skipped"] += 1

    def complain(self, source_file: str, reason: str) -> None:
        """Take note of a file that was not loaded, for the end."""
        self.unread.append((source_file, reason))

    def _new(self, files: list[LandingFile], progress: Progress) -> Iterator[LandingFile]:
        for file in files:
            try:
                batch_id = file.batch_id
            except OSError as error:
                self.complain(file.source_file, _said(error))
                continue
            if batch_id in self._known:
                self.tallies[file.table.name]["skipped"] += 1
                progress(file.size)
            elif batch_id in self._met:
                self._again.append(file)
                progress(file.size)
            else:
                self._met.add(batch_id)
                yield file

    def _load_group(self, group: list[LandingFile], progress: Progress) -> None:
        try:
            counts = self._begin(group).run(progress)
        except TargetError:
            raise
        except Exception as error:
            if len(group) == 1:
                self._give_up(group[0], error)
                return
            # One file of the group is at fault; the others shall not suffer for it.
            for file in group:
                self._load_group([file], progress)
            return
        self._tally(group, counts)

    def _begin(self, group: list[LandingFile]) -> Load:
        return Load(self._target, self._typist, self._contract, group, self._noted)

    def _give_up(self, file: LandingFile, error: Exception) -> None:
        """A file that raised: one reject, unless the fault may lie outside of the file."""
        if isinstance(error, (OSError, Changed, MemoryError, duckdb.OperationalError)):
            self._faults[file.batch_id] = _said(error)
            self.complain(file.source_file, _said(error))
        else:
            self._tally([file], self._begin([file]).set_aside(_said(error)))

    def _tally(self, group: list[LandingFile], counts: list[FileCounts]) -> None:
        tally = self.tallies[group[0].table.name]
        for file, each in zip(group, counts, strict=True):
            if each.unread:
                self._noted.add(file.batch_id)
                self._faults[file.batch_id] = each.unread
                self.complain(file.source_file, each.unread)
            else:
                tally.update(new=1, lines=each.lines, records=each.records, rejects=each.rejects)
                tally["incomplete"] += each.incomplete
                tally["others"] += each.others


def _said(error: Exception) -> str:
    """An error in words that quote nothing of the file."""
    if isinstance(error, Changed):
        return "it changed while it was read; it is left for the next run"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, (MemoryError, duckdb.OperationalError)):
        return str(error).splitlines()[0] if str(error) else "out of memory"
    frames = extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"the reader stopped with {type(error).__name__}{place}; please report it"


def say(text: str) -> None:
    """A line for the user, beside the progress bar."""
    tqdm.write(text, file=sys.stderr)


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Options, with the defaults of the environment."""
    parser = argparse.ArgumentParser(
        prog="load_raw", description="Load raw logs and bills into the warehouse."
    )
    environment = os.environ.get
    parser.add_argument(
        "--landing",
        default=environment("AI_COST_LANDING", "landing"),
        help="folder with a subfolder per raw table (default: %(default)s)",
    )
    parser.add_argument(
        "--target",
        default=environment("AI_COST_TARGET", "duckdb"),
        help="duckdb, postgres or spark (default: %(default)s)",
    )
    parser.add_argument(
        "--warehouse",
        default=environment("AI_COST_WAREHOUSE", "warehouse.duckdb"),
        help="DuckDB file (default: %(default)s)",
    )
    add_wait(parser)
    parser.add_argument(
        "--spark-warehouse",
        default=environment(VARIABLE, DEFAULT),
        help="warehouse folder of Spark (default: %(default)s)",
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Load and report; return the exit code."""
    return load(arguments)[0]


def load(arguments: list[str] | None = None) -> tuple[int, Counter, list[str]]:
    """Load and report; return the exit code, the sums of all tables' tallies, what is not loaded.

    The last is a sentence for each file that could not be read, with its name.
    """
    options = parse_arguments(arguments)
    try:
        with (
            only_writer(options.target, Path(options.warehouse), options.wait),
            loader(options.target),
        ):
            run = _load(options)
    except (UserError, ClockError, ContractError, TargetError, WarehouseError) as error:
        print(f"load_raw: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2, Counter(), []
    total = sum(run.tallies.values(), Counter(unread=len(run.unread)))
    return (1 if run.unread else 0), total, _not_loaded(run)


def _load(options: argparse.Namespace) -> Run:
    landing = Path(options.landing)
    if not landing.is_dir():
        raise UserError(f"no landing folder at {landing}")
    if options.target not in ("duckdb", "postgres", "spark"):
        raise UserError(f"cannot load into {options.target!r}; choose duckdb, postgres or spark")
    contract = read_contract(MODELS)
    rules = Rules(_user_key(options.target), run_instant())
    try:
        found = find_files(landing, contract.raw)
    except OSError as error:
        raise UserError(f"cannot list the landing folder {landing}: {error.strerror}") from None
    if found.unknown:
        names = _printable(", ".join(found.unknown))
        say(f"warning: no raw table is declared for these folders: {names}")
    warehouse, where = _target(options)
    target = WriteBehind(warehouse)
    try:
        target.prepare(contract)
        run = Run(target, contract, rules)
        for source_file, reason in found.refused:
            run.complain(source_file, reason)
        total = sum(file.size for file in found.files)
        # `disable=None` shows the bar on a terminal only.
        with tqdm(total=total, unit="B", unit_scale=True, disable=None) as bar:
            run.load(found.files, bar.update)
    finally:
        target.close()
    _summary(run, where)
    return run


def _target(options: argparse.Namespace) -> tuple[Target, str]:
    """The warehouse to load into, and what to call it."""
    if options.target == "postgres":
        return PostgresTarget(), "Postgres"
    if options.target == "spark":
        return ParquetTarget(options.spark_warehouse), options.spark_warehouse
    return DuckDBTarget(options.warehouse), options.warehouse


def _user_key(target: str) -> bytes | None:
    key = os.environ.get(KEY_VARIABLE, "")
    if key:
        return key.encode()
    if target != "duckdb":
        raise UserError(f"set {KEY_VARIABLE}, the key of the user hash, to load into {target}")
    say(f"warning: {KEY_VARIABLE} is not set; user columns are loaded as null")
    return None


def _summary(run: Run, where: str) -> None:
    names = ("new", "skipped", "lines", "records", "rejects", "incomplete", "others")
    print(f"{'raw table':<32}" + "".join(f"{name:>12}" for name in names))
    for table, tally in sorted(run.tallies.items()):
        print(f"{table:<32}" + "".join(f"{tally[name]:>12,}" for name in names))
    print(f"loaded into {where}, schema raw")
    for line in _not_loaded(run):
        say(line)


def _not_loaded(run: Run) -> list[str]:
    return [
        _printable(f"warning: {source_file} could not be loaded: {reason}")
        for source_file, reason in run.unread
    ]


def _printable(text: str) -> str:
    """The text without what would move the cursor of a terminal: names of files may hold it."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


if __name__ == "__main__":
    sys.exit(main())
