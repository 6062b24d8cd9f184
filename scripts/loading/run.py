"""One load: what is new in the landing folder goes into the raw tables of the warehouse.

A folder below landing that has the name of a declared raw table is loaded, whatever its files
are called; what lies in `inbox` is of the table whose fields it has. Loading a content twice is a
no-op.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scripts import console
from scripts.errors import UserError
from scripts.loading.files import LandingFile, find_files
from scripts.loading.foreign import Unreadable, some, stopped
from scripts.loading.load import Changed, FileCounts, Load, Progress, Typist, groups
from scripts.loading.parquet_target import DEFAULT, VARIABLE, ParquetTarget
from scripts.loading.recognise import Memo, Unrecognised, recognise
from scripts.loading.sources import Contract, Table, read_contract
from scripts.loading.targets import DuckDBTarget, PostgresTarget, Target, TargetError, WriteBehind
from scripts.loading.typing import Rules
from scripts.loading.unread import looks_like_usage
from scripts.operations.clock import run_instant
from scripts.operations.lock import only_writer
from scripts.operations.roles import loader
from scripts.warehouse import target as target_in_use
from scripts.warehouse import warehouse_file

MODELS = Path(__file__).resolve().parents[2] / "models"
KEY_VARIABLE = "AI_COST_USER_KEY"
_GROUP_BYTES = 64 << 20
_GROUP_FILES = 500


@dataclass(frozen=True)
class Place:
    """Where files lie, and where they are loaded into."""

    landing: Path
    target: str
    warehouse: Path
    spark_warehouse: str

    @classmethod
    def chosen(
        cls,
        landing: Path | None = None,
        target: str | None = None,
        warehouse: Path | None = None,
        spark_warehouse: str | None = None,
    ) -> Place:
        """What was chosen, and for the rest what the environment says (docs/configuration.md)."""
        return cls(
            landing or Path(os.environ.get("AI_COST_LANDING", "landing")),
            target or target_in_use(),
            warehouse or warehouse_file(),
            spark_warehouse or os.environ.get(VARIABLE, DEFAULT),
        )


@dataclass(frozen=True)
class Loaded:
    """What came of a load: the sums of all tables' tallies, and a line for each unread file."""

    counts: Counter
    not_loaded: list[str]

    @property
    def exit_code(self) -> int:
        """1 when a file could not be read."""
        return 1 if self.not_loaded else 0


class Run:
    """One run over a landing folder, its tallies per table, and why some files were not loaded."""

    def __init__(self, target: Target, contract: Contract, rules: Rules) -> None:
        self._target = target
        self._contract = contract
        self._typist = Typist(rules)
        self._known = target.loaded()
        self._noted = target.noted()
        self._places = {
            (table, content): (account, path) for table, content, account, path in target.places()
        }
        self._later: list[LandingFile] = []
        self._met: set[str] = set()
        self._accounts: dict[tuple[str, str], str | None] = {}
        self._again: list[LandingFile] = []
        self._faults: dict[str, str] = {}
        self.tallies: dict[str, Counter] = defaultdict(Counter)
        self.unread: list[tuple[str, str]] = []
        self.passed_over: dict[str, Counter] = defaultdict(Counter)
        self.notes: list[tuple[str, str]] = []

    def load(self, files: list[LandingFile], progress: Progress) -> None:
        """Load what is new, in the order of the paths."""
        self._load_all(files, progress)
        # Whether the first of two equal files has any record is known when it is loaded.
        for file in self._later:
            self._load_all([file], lambda done: None)
        for file in self._again:
            if file.batch_id in self._faults:
                self.complain(file.source_file, self._faults[file.batch_id])
            else:
                self.tallies[file.table.name]["skipped"] += 1

    def _load_all(self, files: list[LandingFile], progress: Progress) -> None:
        for group in groups(self._new(files, progress), _GROUP_BYTES, _GROUP_FILES):
            self._load_group(group, progress)

    def place(self, inbox: list[LandingFile]) -> list[LandingFile]:
        """The files of the inbox as those of their tables; what has none is complained of."""
        tables = list(self._contract.raw.values())
        known = self._tables_by_content()
        placed: list[LandingFile] = []
        memo: Memo = {}
        for file in inbox:
            try:
                # What was loaded once stays where it was put.
                before = (file.of(table) for table in known.get(file.sha256, ()))
                again = next((each for each in before if each.batch_id in self._known), None)
                placed.append(again or file.of(recognise(file.path, tables, memo)))
            except OSError as error:
                self.complain(file.source_file, _said(error))
            except (Unreadable, Unrecognised) as error:
                self.complain(file.source_file, str(error))
        # A run of files of one table is one transaction.
        return sorted(placed, key=lambda file: (file.table.name, file.source_file))

    def _tables_by_content(self) -> dict[str, list[Table]]:
        """The tables into which a content was loaded, by its hash."""
        found: dict[str, list[Table]] = defaultdict(list)
        for name, content in self._places:
            if name in self._contract.raw:
                found[content].append(self._contract.raw[name])
        return found

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
            elif elsewhere := self._elsewhere(file):
                self.complain(file.source_file, elsewhere)
                progress(file.size)
            elif self._is_second(file):
                self._later.append(file)
                progress(file.size)
            else:
                self._met.add(batch_id)
                yield file

    def _is_second(self, file: LandingFile) -> bool:
        """Whether a file of the same content, of another account, came before it in this run."""
        content = (file.table.name, file.sha256)
        account = self._accounts.setdefault(content, file.billing_account)
        return account != file.billing_account and file not in self._later

    def _elsewhere(self, file: LandingFile) -> str | None:
        """What to say of a bill that is loaded under another account: it would count twice."""
        account, path = self._places.get((file.table.name, file.sha256), (None, None))
        if path is None or file.table.kind != "bill" or account == file.billing_account:
            return None
        return (
            f"the same file as {path}, which is loaded for {_account(account)}; it counts once. "
            f"If it belongs to {_account(file.billing_account)}: ai-cost unload {path}, and load "
            "again; else delete it"
        )

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
            half = len(group) // 2
            for part in (group[:half], group[half:]):
                self._load_group(part, progress)
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
                if each.records:
                    place = (file.billing_account, file.source_file)
                    self._places.setdefault((file.table.name, file.sha256), place)
                tally.update(new=1, lines=each.lines, records=each.records, rejects=each.rejects)
                self.notes += [(file.source_file, note) for note in each.notes]
                tally["incomplete"] += each.incomplete
                tally["others"] += each.others
                self.passed_over[file.table.name].update(each.passed_over)


def _account(account: str | None) -> str:
    return f"account {account}" if account else "no account of its own"


def _said(error: Exception) -> str:
    """An error in words that quote nothing of the file."""
    if isinstance(error, Changed):
        return "it changed while it was read; it is left for the next run"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, (MemoryError, duckdb.OperationalError)):
        return str(error).splitlines()[0] if str(error) else "out of memory"
    return stopped(error)


def load(place: Place, wait_s: float = 0) -> Loaded:
    """Load what is new and print the tallies; raises UserError, before anything is loaded.

    `wait_s`: how long to wait for another run that writes.
    """
    with only_writer(place.target, place.warehouse, wait_s), loader(place.target):
        run = _load(place)
    counts = sum(run.tallies.values(), Counter(unread=len(run.unread)))
    return Loaded(counts, _not_loaded(run))


def _load(place: Place) -> Run:
    if not place.landing.is_dir():
        raise UserError(f"no landing folder at {place.landing}")
    if place.target not in ("duckdb", "postgres", "spark"):
        raise UserError(f"cannot load into {place.target!r}; choose duckdb, postgres or spark")
    contract = read_contract(MODELS)
    rules = Rules(_user_key(place.target), run_instant())
    try:
        found = find_files(place.landing, contract.raw)
    except OSError as error:
        raise UserError(
            f"cannot list the landing folder {place.landing}: {error.strerror}"
        ) from None
    if found.unknown:
        names = console.printable(", ".join(found.unknown))
        console.complain(f"warning: no raw table is declared for these folders: {names}")
    warehouse, where = _target(place)
    target = WriteBehind(warehouse)
    try:
        target.prepare(contract)
        run = Run(target, contract, rules)
        for source_file, reason in found.refused:
            run.complain(source_file, reason)
        files = found.files + run.place(found.inbox)
        total = sum(file.size for file in files)
        with console.progress("load", total, are_bytes=True) as advance:
            run.load(files, advance)
    finally:
        target.close()
    _summary(run, where)
    return run


def _target(place: Place) -> tuple[Target, str]:
    """The warehouse to load into, and what to call it."""
    if place.target == "postgres":
        return PostgresTarget(), "Postgres"
    if place.target == "spark":
        return ParquetTarget(place.spark_warehouse), place.spark_warehouse
    return DuckDBTarget(str(place.warehouse)), str(place.warehouse)


def _user_key(target: str) -> bytes | None:
    key = os.environ.get(KEY_VARIABLE, "")
    if key:
        return key.encode()
    if target != "duckdb":
        raise UserError(f"set {KEY_VARIABLE}, the key of the user hash, to load into {target}")
    console.complain(f"warning: {KEY_VARIABLE} is not set; user columns are loaded as null")
    return None


def _summary(run: Run, where: str) -> None:
    names = ("new", "skipped", "lines", "records", "rejects", "incomplete", "others")
    rows = [
        [table, *(f"{tally[name]:,}" for name in names)]
        for table, tally in sorted(run.tallies.items())
    ]
    console.table(["raw table", *names], rows)
    for table, keys in sorted(run.passed_over.items()):
        if keys:
            print(_passed_over(table, keys))
    print(f"loaded into {where}, schema raw")
    for source_file, note in run.notes:
        print(console.printable(f"{source_file}: {note}"))
    for line in _not_loaded(run):
        console.complain(line)


def _passed_over(table: str, keys: Counter) -> str:
    """How many keys no column reads, and which of them may be money."""
    said = f"keys not read of new files of {table}: {len(keys):,}; `ai-cost audit FILE` lists them"
    money = [f"{key} ({n:,})" for key, n in sorted(keys.items()) if looks_like_usage(key)]
    return f"{said}; may be usage: {some(money)}" if money else said


def _not_loaded(run: Run) -> list[str]:
    return [
        console.printable(f"warning: {source_file} could not be loaded: {reason}")
        for source_file, reason in run.unread
    ]
