"""Loading: files in, accepted records and rejects out, a transaction at a time."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.loading.archives import is_archive, members
from scripts.loading.documents import DOCUMENT_BYTES, NotTaken
from scripts.loading.dumps import read_dump
from scripts.loading.files import LandingFile
from scripts.loading.foreign import Unreadable
from scripts.loading.forms import settled, sniff
from scripts.loading.headers import likely_table
from scripts.loading.lines import TEXT_LENGTH, BadLine, Lines, read_ahead, read_lines, show
from scripts.loading.masking import mask, shown_names
from scripts.loading.paths import LineQuery, quoted
from scripts.loading.people import has_signs, macros, needs_a_look
from scripts.loading.protobuf import read_messages
from scripts.loading.records import ROWS, Note, Records, read_csv, read_parquet
from scripts.loading.rows import has_records, read_rows
from scripts.loading.sources import Contract, Table
from scripts.loading.streams import ByteStream, Content
from scripts.loading.targets import Target, arrow_schema
from scripts.loading.typing import Rules, line_sql, may_name_people, record_sql
from scripts.loading.unread import unread_keys
from scripts.loading.wrappers import elements_of, records_of

# Lines are typed in pieces of about this size: large enough for the engine, small for memory.
_CHUNK_BYTES = 32 << 20
_LARGE = 4 << 20
_LOOKED_AT = 1 << 20
_BATCHES = 8
_MIN_BATCH_ROWS = 512
_SHOWN = 3

Progress = Callable[[int], object]
# The line of a reject that stands for a whole file.
WHOLE_FILE = 0


class Changed(Exception):
    """A file that is not, or no longer, what it was when its content was named."""


@dataclass
class FileCounts:
    """What became of one file; `unread` says why when it could not be read as a whole, `notes` what
    else there is to know.

    `passed_over` are keys of its first records that no column reads.
    """

    unread: str | None = None
    passed_over: set[str] = field(default_factory=set)
    lines: int = 0
    records: int = 0
    rejects: int = 0
    incomplete: int = 0
    others: int = 0
    notes: list[str] = field(default_factory=list)
    days: Counter = field(default_factory=Counter)


class Typist:
    """Types records in a DuckDB of its own, so that every target gets the same rows."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._connection = duckdb.connect()
        self._connection.execute("set enable_progress_bar = false")
        # Else a time without a zone is read in that of the machine.
        self._connection.execute("set timezone = 'UTC'")
        for macro in macros(rules.key):
            self._connection.execute(macro)
        self._queries: dict[tuple[str, str, bool], str] = {}

    def lines(
        self, table: Table, numbers: np.ndarray, files: np.ndarray, text: pa.Array, nul: bool
    ) -> pa.Table:
        """Type lines of JSON; see `typing.line_sql` for what comes out, in the lines' order."""
        arrays = {"file_no": pa.array(files), "line_number": pa.array(numbers), "line": text}
        return self._run(table, "lines", pa.table(arrays), line_sql, nul)

    def records(self, table: Table, rows: pa.Table) -> pa.Table:
        """Type records of named columns, each with its file and line."""
        return self._run(table, "records", rows, record_sql, True)

    def _run(
        self, table: Table, kind: str, rows: pa.Table, compile_sql: Callable, nul: bool
    ) -> pa.Table:
        query = (table.name, kind, nul)
        if query not in self._queries:
            self._queries[query] = compile_sql(table, self._rules, nul)
        # The engine works on Arrow batches in parallel.
        size = max(_MIN_BATCH_ROWS, -(-rows.num_rows // _BATCHES))
        self._connection.register(kind, pa.Table.from_batches(rows.to_batches(size), rows.schema))
        # A relation is run on all cores; the result of `execute` is streamed on one.
        typed = self._connection.sql(self._queries[query]).to_arrow_table()
        look = kind == "records" or needs_a_look(rows["line"])
        return self._cleaned(table, typed) if look else typed

    def _cleaned(self, table: Table, typed: pa.Table) -> pa.Table:
        """The same without people and secrets in texts.

        A step of its own: its expressions are long, and few columns of few files need them.
        """
        self._connection.register("typed", typed)
        columns = [column for column in table.fields if may_name_people(column)]
        signs = ", ".join(f"bool_or({has_signs(quoted(column.name))})" for column in columns)
        found = self._connection.sql(f"select {signs} from typed").fetchone()
        cleaned = [
            f"{'marked' if column.posted else 'clean'}_text({quoted(column.name)}) "
            f"as {quoted(column.name)}"
            for column, here in zip(columns, found, strict=True)
            if here
        ]
        if cleaned:
            replaced = f"select * replace ({', '.join(cleaned)}) from typed"
            typed = self._connection.sql(replaced).to_arrow_table()
        return typed


class Load:
    """Some files of one table, loaded in one transaction.

    Small files share a transaction, because a commit costs more than they do; they still
    appear whole or not at all. A file that cannot be read as a whole is one reject and no loaded
    file, so that it is tried again; `noted` are the batches whose reject is on record already.
    """

    def __init__(
        self,
        target: Target,
        typist: Typist,
        contract: Contract,
        files: list[LandingFile],
        noted: set[str],
    ) -> None:
        self._target = target
        self._typist = typist
        self._contract = contract
        self._files = files
        self._noted = noted
        self._table = files[0].table
        self._shown_names = shown_names(self._table)
        self._loaded_at = datetime.now(UTC).replace(tzinfo=None)
        self._pending: list[tuple[int, Lines]] = []
        self._pending_bytes = 0
        # by the types of their columns
        self._pending_rows: dict[tuple, list[pa.Table]] = defaultdict(list)
        self._before = self._last = 0  # lines of the members before, and the last line so far
        self._with_several: set[tuple[int, int]] = set()  # file and line that holds several records
        self._rejects: list[tuple[int, BadLine]] = []
        self._batch_ids = pa.array([file.batch_id for file in files])
        self._source_files = pa.array([file.source_file for file in files])
        self.counts = [FileCounts() for _ in files]

    def run(self, progress: Progress) -> list[FileCounts]:
        """Load and commit; whatever is raised, nothing of these files is in the warehouse."""
        return self._whole(lambda: self._read_all(progress))

    def set_aside(self, reason: str) -> list[FileCounts]:
        """Record and commit that the one file of this load cannot be read."""
        return self._whole(lambda: self._set_aside(0, Unreadable(reason)))

    def _whole(self, work: Callable[[], None]) -> list[FileCounts]:
        try:
            work()
            self._flush()
            self._append("load_files", self._file_rows())
            self._append("load_days", self._day_rows())
            self._target.commit()
        except BaseException:
            self._target.rollback()
            raise
        return self.counts

    def _read_all(self, progress: Progress) -> None:
        for file_no, file in enumerate(self._files):
            with ByteStream(file.path, progress, file.content[1]) as stream:
                self._before = self._last = 0
                try:
                    self._read_file(file_no, file, stream)
                except Unreadable as error:
                    self._set_aside(file_no, error)
                if stream.sha256() != file.sha256:
                    raise Changed

    def _set_aside(self, file_no: int, error: Unreadable) -> None:
        reason = str(error) + (self._what_to_do(error.columns) if error.columns else "")
        self.counts[file_no].unread = reason
        if self._files[file_no].batch_id not in self._noted:
            self._reject(file_no, BadLine(WHOLE_FILE, reason, error.text))

    def _what_to_do(self, columns: tuple[str, ...]) -> str:
        """What to do with a table that is no bill of this folder."""
        other = likely_table(columns, self._contract.raw.values())
        if other and other is not self._table:
            return f"; it looks like {other.name}: put it into that folder"
        return f"; export {self._table.exports}" if self._table.exports else ""

    def _read_file(self, file_no: int, file: LandingFile, stream: ByteStream) -> None:
        if not is_archive(stream.peek()[0]):
            self._read(file_no, file, file.path.name, stream)
            return
        faults: list[str] = []
        packed = members(stream, file.path.name)
        while True:
            name = ""
            try:
                if (found := next(packed, None)) is None:
                    break
                name, content = found
                # Lines are counted through all members, as one counts them in what is unpacked.
                self._before = self._last
                self._read(file_no, file, name, content)
            except Unreadable as error:
                faults.append(f"{name}: {error}" if name else str(error))
        if not self.counts[file_no].lines:
            raise Unreadable("; ".join(faults[:_SHOWN]) or "an archive in which there is no file")
        for fault in faults:
            self._before = self._last
            self._take(file_no, BadLine(1, fault, None))

    def _read(self, file_no: int, file: LandingFile, name: str, content: Content) -> None:
        head, _ = content.peek()
        if content.fault and not head:
            raise Unreadable(content.fault)
        head, whole = settled(content, name, [self._table])
        kind = sniff(head, whole, name, self._table)
        if content.is_windows_text:
            self.counts[file_no].notes.append("its text is no UTF-8, and read as Windows-1252")
        if kind == "document":
            self._read_document(file_no, content)
            return
        if kind in ("csv", "parquet") and has_records(kind, content, self._table):
            for found in read_rows(kind, content, self._table):
                self._take(file_no, found, wrapped=True)
            return
        if kind in ("wrapped", "protobuf"):
            for found in read_lines(content) if kind == "wrapped" else read_messages(content):
                self._take(file_no, found, wrapped=True)
            return
        readers = {
            # A thread of its own is not worth its cost for a small file.
            "lines": lambda: (
                read_ahead(read_lines(content)) if file.size > _LARGE else read_lines(content)
            ),
            "csv": lambda: read_csv(file, content),
            "dump": lambda: read_dump(file, content),
            "parquet": lambda: read_parquet(file, content),
        }
        for found in readers[kind]():
            self._take(file_no, found)

    def _take(
        self, file_no: int, found: Lines | Records | BadLine | Note, wrapped: bool = False
    ) -> None:
        if isinstance(found, Note):
            self.counts[file_no].notes.append(found.text)
            return
        found = self._counted_on(found)
        if isinstance(found, BadLine):
            self.counts[file_no].lines += 1
            self._reject(file_no, found)
            return
        self.counts[file_no].lines += len(found.numbers)
        if isinstance(found, Records):
            self._add_rows(_rows_of(file_no, found))
        elif self._table.exact_numbers or wrapped:
            self._add_rewritten(file_no, found)
        else:
            self._add(file_no, found)

    def _counted_on(self, found: Lines | Records | BadLine) -> Lines | Records | BadLine:
        """The same, its lines counted on from those of the members before it."""
        if isinstance(found, BadLine):
            found = replace(found, number=found.number + self._before)
            self._last = max(self._last, found.number)
        elif len(found.numbers):
            if self._before:
                found = replace(found, numbers=pc.add(found.numbers, self._before))
            self._last = max(self._last, found.numbers[-1].as_py())
        return found

    def _read_document(self, file_no: int, stream: Content) -> None:
        """A document is one line, whatever it looks like; its records are numbered."""
        content = stream.read_all(DOCUMENT_BYTES)
        if content is None:
            raise Unreadable(f"document is longer than {DOCUMENT_BYTES >> 20} MiB")
        if stream.fault:
            raise Unreadable(stream.fault, show(content))
        try:
            records = elements_of(content, self._table.exact_numbers, self._table)
        except NotTaken as error:
            shown = show(content) if error.shown is not None else None
            raise Unreadable(str(error), shown) from None
        self.counts[file_no].lines += 1
        self._last = self._before + 1
        self._with_several.add((file_no, self._last))
        numbers = pa.repeat(pa.scalar(self._last, pa.int64()), len(records))
        self._add(file_no, Lines(numbers, pa.array(records, pa.string()), nul=True))

    def _add_rewritten(self, file_no: int, lines: Lines) -> None:
        numbers, texts = [], []
        for number, text in zip(lines.numbers.to_pylist(), lines.text.to_pylist(), strict=True):
            try:
                found = records_of(text, self._table.exact_numbers, self._table)
                if len(found) > 1:
                    self._with_several.add((file_no, number))
                texts += found
                numbers += [number] * len(found)
            except NotTaken as error:
                self._reject(file_no, BadLine(number, str(error), error.shown))
        self._add(file_no, _lines(numbers, texts))

    def _add_rows(self, rows: pa.Table) -> None:
        """Rows of small files wait for each other: a query for each would cost more than they."""
        waiting = self._pending_rows[tuple(rows.schema.types)]
        waiting.append(rows)
        if sum(map(len, waiting)) >= ROWS:
            self._type_rows()

    def _type_rows(self) -> None:
        waiting, self._pending_rows = self._pending_rows, defaultdict(list)
        for same in waiting.values():
            rows = pa.concat_tables(same).combine_chunks()
            self._keep(self._typist.records(self._table, rows), None)

    def _add(self, file_no: int, lines: Lines) -> None:
        self._pending.append((file_no, lines))
        self._pending_bytes += lines.text.nbytes
        if self._pending_bytes >= _CHUNK_BYTES:
            self._flush()

    def _flush(self) -> None:
        """Type the lines that wait, and write them and the rejects."""
        if self._pending:
            waiting, self._pending, self._pending_bytes = self._pending, [], 0
            self._type([file_no for file_no, _ in waiting], [lines for _, lines in waiting])
        self._type_rows()
        self._append("load_rejects", self._reject_rows())
        self._rejects = []

    def _type(self, file_numbers: list[int], lines: list[Lines]) -> None:
        if self._table.kind == "gateway":
            for file_no, each in zip(file_numbers, lines, strict=True):
                self._look_at(file_no, each)
        files = np.repeat(file_numbers, [len(each.numbers) for each in lines])
        numbers = np.concatenate([each.numbers.to_numpy() for each in lines])
        text = pa.chunked_array([each.text for each in lines], pa.string())
        nul = any(each.nul for each in lines)
        typed = self._typist.lines(self._table, numbers, files, text, nul)
        self._keep(typed, _record_numbers(typed))

    def _look_at(self, file_no: int, lines: Lines) -> None:
        """Take note of what nobody reads, by the first record of a piece."""
        if not len(lines.text) or len(first := lines.text[0].as_py()) > _LOOKED_AT:
            return
        with suppress(ValueError, RecursionError):
            record = json.loads(first)
            if isinstance(record, dict):
                self.counts[file_no].passed_over |= unread_keys(record, self._table)

    def _keep(self, typed: pa.Table, record_numbers: np.ndarray | None) -> None:
        """Write accepted records; turn the others into rejects."""
        ordinals = pa.array(
            record_numbers if record_numbers is not None else np.ones(len(typed), dtype=np.int64)
        )
        typed = typed.append_column("record_number", ordinals)
        if typed["reason"].null_count < len(typed):
            self._refuse(typed.filter(pc.is_valid(typed["reason"])))
            typed = typed.filter(pc.is_null(typed["reason"]))
        if len(typed):
            self._count(typed)
            self._target.append(self._table.name, self._with_evidence(typed))

    def _refuse(self, refused: pa.Table) -> None:
        """Make rejects; a line that did not read as an object gets a second look."""
        names = ["file_no", "line_number", "record_number", "whole_line", "reason", "raw_text"]
        columns = [refused[name].to_pylist() for name in [*names, "unread_line"]]
        again: list[tuple[int, Lines]] = []
        for file_no, line, record, whole, reason, text, unread in zip(*columns, strict=True):
            is_one = (file_no, line) not in self._with_several
            place = None if is_one and whole else record
            if unread is None:
                self._reject(file_no, BadLine(line, reason, text, place))
                continue
            found = self._second_look(line, place, unread)
            if isinstance(found, BadLine):
                self._reject(file_no, found)
                continue
            if len(found.numbers) > 1:
                self._with_several.add((file_no, line))
            again.append((file_no, found))
        if again:
            self._type([file_no for file_no, _ in again], [lines for _, lines in again])

    def _second_look(self, line: int, place: int | None, text: str) -> Lines | BadLine:
        """What DuckDB's JSON refused may be fine for Python's: half a surrogate, or several."""
        try:
            written = records_of(text, self._table.exact_numbers, self._table)
        except NotTaken as error:
            return BadLine(line, str(error), error.shown, place)
        if written == [text]:
            return BadLine(line, LineQuery.NOT_AN_OBJECT, None, place)
        return _lines([line] * len(written), written)

    def _count(self, typed: pa.Table) -> None:
        day = (
            pc.cast(typed[self._table.event_time], pa.date32(), safe=False)
            if self._table.event_time
            else pa.nulls(len(typed), pa.date32())
        )
        days = pa.table({"file_no": typed["file_no"], "day": day})
        for row in days.group_by(["file_no", "day"]).aggregate([([], "count_all")]).to_pylist():
            counts = self.counts[row["file_no"]]
            counts.days[row["day"]] += row["count_all"]
            counts.records += row["count_all"]
        lossy = typed["file_no"].filter(pc.is_valid(typed["dropped_fields"]))
        for row in pc.value_counts(lossy).to_pylist():
            self.counts[row["values"]].incomplete += row["counts"]
        if self._table.calls:
            says = [pc.is_null(typed[name]) for name in self._table.calls]
            others = typed["file_no"].filter(reduce(pc.and_, says))
            for row in pc.value_counts(others).to_pylist():
                self.counts[row["values"]].others += row["counts"]

    def _with_evidence(self, typed: pa.Table) -> pa.Table:
        files = typed["file_no"].combine_chunks()
        filled = {
            "batch_id": self._batch_ids.take(files),
            "source_file": self._source_files.take(files),
            "line_number": typed["line_number"],
            "record_number": typed["record_number"],
            "loaded_at": pa.repeat(pa.scalar(self._loaded_at, pa.timestamp("us")), len(typed)),
        }
        schema = arrow_schema(self._table)
        columns = [
            filled[name] if name in filled else pc.cast(typed[name], schema.field(name).type)
            for name in schema.names
        ]
        return pa.table(columns, schema=schema)

    def _reject(self, file_no: int, line: BadLine) -> None:
        self.counts[file_no].rejects += 1
        self._rejects.append((file_no, line))

    def _append(self, name: str, rows: list[dict]) -> None:
        if rows:
            schema = arrow_schema(self._contract.loader[name])
            self._target.append(name, pa.Table.from_pylist(rows, schema=schema))

    def _evidence(self, file_no: int) -> dict:
        file = self._files[file_no]
        return {
            "batch_id": file.batch_id,
            "raw_table": self._table.name,
            "source_file": file.source_file,
            "loaded_at": self._loaded_at,
        }

    def _reject_rows(self) -> list[dict]:
        return [
            self._evidence(file_no)
            | {
                "line_number": line.number,
                "record_number": line.record_number,
                "reason": _storable(line.reason),
                "raw_text": _storable(mask(line.text, self._shown_names)),
            }
            for file_no, line in self._rejects
        ]

    def _file_rows(self) -> list[dict]:
        return [
            self._evidence(file_no)
            | {
                "content_sha256": file.sha256,
                "size_bytes": file.content[1],
                "line_count": counts.lines,
                "record_count": counts.records,
                "reject_count": counts.rejects,
                "incomplete_count": counts.incomplete,
                "other_traffic_count": counts.others,
                "billing_account_id": file.billing_account,
                "pulled_at": file.pulled_at or self._loaded_at,
            }
            for file_no, (file, counts) in enumerate(zip(self._files, self.counts, strict=True))
            if counts.unread is None
        ]

    def _day_rows(self) -> list[dict]:
        return [
            self._evidence(file_no) | {"event_date": day, "record_count": count}
            for file_no, counts in enumerate(self.counts)
            for day, count in counts.days.items()
        ]


def _rows_of(file_no: int, block: Records) -> pa.Table:
    files = pa.array(np.full(len(block.numbers), file_no))
    return pa.table({"file_no": files, "line_number": block.numbers, **block.columns})


def _lines(numbers: list[int], texts: list[str]) -> Lines:
    return Lines(pa.array(numbers, pa.int64()), pa.array(texts, pa.string()), nul=True)


def _storable(text: str | None) -> str | None:
    return None if text is None else text[:TEXT_LENGTH].replace("\0", "\ufffd")


def _record_numbers(typed: pa.Table) -> np.ndarray:
    """Number the rows of each line from 1; the rows of a line stand together."""
    lines = typed["line_number"].to_numpy()
    files = typed["file_no"].to_numpy()
    place = np.arange(len(lines), dtype=np.int64)
    if not len(lines):
        return place
    first = np.concatenate(([True], (lines[1:] != lines[:-1]) | (files[1:] != files[:-1])))
    starts = np.flatnonzero(first)
    return place - np.repeat(starts, np.diff(np.append(starts, len(lines)))) + 1


def groups(files: Iterator[LandingFile], size: int, count: int) -> Iterator[list[LandingFile]]:
    """Runs of files of one table, up to `size` bytes and `count` files; a large file alone."""
    group: list[LandingFile] = []
    total = 0
    for file in files:
        other = group and group[0].table is not file.table
        if group and (other or total + file.size > size or len(group) == count):
            yield group
            group, total = [], 0
        group.append(file)
        total += file.size
    if group:
        yield group
