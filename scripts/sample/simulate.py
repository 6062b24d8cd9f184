"""Run the period: generate each day's traffic, write it, and add up what it must cost.

Memory is bounded by a chunk of rows, whatever the number of requests: of every chunk only
sums and the few records that are delivered later are kept.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from scripts import console
from scripts.sample import catalog as c
from scripts.sample import gateways as gw
from scripts.sample import malformed
from scripts.sample import traffic as tr
from scripts.sample.files import DayFile

CHUNK_ROWS = 50_000
GATEWAYS = ("litellm_spend_logs", "otel_genai_spans", "envelope_events")
SHARES = (0.6, 0.2, 0.2)
CARRY_DAYS = 2  # late records and duplicates reach the files of the next days
SHAPE = (c.N_SKU, len(c.METERS))


@dataclass
class Totals:
    """Sums over the period; token sums by day are int64 arrays of SHAPE."""

    counts: dict[str, Counter] = field(default_factory=lambda: {g: Counter() for g in GATEWAYS})
    # Seen by a gateway, by day and owner: [owners, skus, meters].
    seen: dict[int, np.ndarray] = field(default_factory=dict)
    # Seen, by gateway over the period, by day: only for the per-gateway totals.
    by_gateway: dict[tuple[int, str], np.ndarray] = field(default_factory=dict)
    # Billed by the provider, by day and project: [projects, skus, meters].
    billed: dict[int, np.ndarray] = field(default_factory=dict)
    # Billed, but lost by the gateway: [skus, meters].
    lost: dict[int, np.ndarray] = field(default_factory=dict)
    unpriced: Counter = field(default_factory=Counter)  # by (gateway, model)
    methods: Counter = field(default_factory=Counter)  # by (gateway, style)
    malformed: list[dict] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    bytes: Counter = field(default_factory=Counter)


def token_sums(a: tr.Attempts, mask, group, groups: int) -> np.ndarray:
    """Tokens by group, sku and meter: int64 [groups, skus, meters].

    np.bincount adds in float64, which is exact below 2**53: a chunk's tokens stay far below.
    """
    key = (group * c.N_SKU + a.sku)[mask]
    size = groups * c.N_SKU
    columns = [
        np.bincount(key, weights=a.tokens[mask, j], minlength=size) for j in range(len(c.METERS))
    ]
    return np.stack(columns, axis=1).astype(np.int64).reshape(groups, *SHAPE)


def _add(store: dict, key, value: np.ndarray) -> None:
    store[key] = store[key] + value if key in store else value


class Period:
    """Generates and writes the gateways' files."""

    def __init__(self, landing: Path, calendar, requests, seed, tables, compress, chunk_rows):
        self.landing, self.calendar, self.seed = landing, calendar, seed
        self.tables, self.compress, self.chunk_rows = tables, compress, chunk_rows
        self.card = c.RateCard()
        self.totals = Totals()
        # Without a gateway table nothing is written, but the bills still need the traffic.
        simulated = tables or list(GATEWAYS)
        shares = np.array(
            [s if g in simulated else 0 for g, s in zip(GATEWAYS, SHARES, strict=True)]
        )
        self.plan = tr.daily_counts(calendar, requests, seed, shares / shares.sum())
        self.bad = malformed.schedule(calendar.days, tables) if tables else {}
        self.carry: dict[tuple[str, int, str], list[pa.Array]] = {}
        self.requests = requests

    def run(self) -> Totals:
        """Write all days; the progress bar shows on a terminal only."""
        with console.progress("requests", self.requests) as advance:
            for day in range(self.calendar.days + CARRY_DAYS):
                for index, table in enumerate(GATEWAYS):
                    advance(self._day(day, index, table))
        return self.totals

    def _day(self, day: int, index: int, table: str) -> int:
        """One day of one gateway; returns the number of attempts."""
        rows = int(self.plan[day, index]) if day < self.calendar.days else 0
        late = [k for k in self.carry if k[:2] == (table, day)]
        bad = self.bad.get((day, table), [])
        if not rows and not late and not bad:
            return 0
        out = None
        if table in self.tables:
            out = DayFile(self.landing / table, self.calendar.day(day).isoformat(), self.compress)
        try:
            self._fill(out, day, index, table, rows, bad)
        except BaseException:
            if out:
                out.discard()
            raise
        if out:
            out.close()
            self.totals.counts[table]["lines"] += out.lines
            self.totals.bytes[table] += out.path.stat().st_size
            self.totals.files.append(out.path.relative_to(self.landing).as_posix())
        return rows

    def _fill(self, out, day: int, index: int, table: str, rows: int, bad: list[str]) -> None:
        chunks = -(-rows // self.chunk_rows)
        curve = tr.minute_curve(self.calendar, day, self.seed, index) if rows else None
        for chunk in range(chunks):
            n = rows * (chunk + 1) // chunks - rows * chunk // chunks
            a = tr.generate(
                self.calendar, day, index, n, chunk, chunks, curve, self.seed,
                full_usage=table == "litellm_spend_logs",
                has_geo=table != "otel_genai_spans",
                has_cache=table != "otel_genai_spans",
            )  # fmt: skip
            self._count(a, day, table)
            if out:
                self._write(out, a, day, index, chunk, table)
            if chunk == 0:
                self._spoil(out, bad, day, table)
        if not chunks:
            self._spoil(out, bad, day, table)
        self._deliver_late(out, day, table)

    def _spoil(self, out, kinds: list[str], day: int, table: str) -> None:
        """Add the day's malformed lines between good ones."""
        date = self.calendar.day(day).isoformat()
        for kind in kinds:
            number = out.write_line(malformed.line(kind, table, date))
            file = out.path.relative_to(self.landing).as_posix()
            self.totals.counts[table]["malformed_lines"] += 1
            self.totals.malformed.append({"file": file, "line_number": number, "kind": kind})

    def _count(self, a: tr.Attempts, day: int, table: str) -> None:
        """Add a chunk to the sums, before and beside any text."""
        t, counts = self.totals, self.totals.counts[table]
        real = a.metered & ~a.cache_hit
        known = c.IS_OPENAI[a.model] | c.IS_ANTHROPIC[a.model]
        seen = ~a.lost
        project = c.PROJECT_OF_TEAM[a.team]
        _add(t.billed, day, token_sums(a, real & known, project, len(c.PROJECTS)))
        by_owner = token_sums(a, real & seen, a.owner, len(c.OWNERS))
        _add(t.seen, day, by_owner)
        _add(t.by_gateway, (day, table), by_owner.sum(axis=0))
        if a.lost.any():
            _add(t.lost, day, token_sums(a, real & known & a.lost, project, 2).sum(axis=0))
        counts["lost_attempts"] += int(a.lost.sum())
        counts["distinct_attempts"] += int(seen.sum())
        counts["priced_attempts"] += int((real & known & seen).sum())
        counts["unpriced_attempts"] += int((real & ~known & seen).sum())
        counts["not_billable_attempts"] += int((~real & seen).sum())
        counts["gateway_cache_hits"] += int((a.cache_hit & seen).sum())
        counts["failed_without_usage"] += int((~a.metered & seen).sum())
        counts["earlier_attempts"] += int((a.head & seen).sum())
        counts["late_records"] += int((a.late & seen).sum())
        counts["duplicate_records"] += int((a.dup & seen).sum())
        counts["wrong_gateway_cost"] += int((a.wrong_spend & real & known & seen).sum())
        counts["above_context_tier"] += int(((a.context > 0) & seen).sum())
        for m in np.flatnonzero(~c.IS_OPENAI & ~c.IS_ANTHROPIC):
            t.unpriced[c.MODELS[m].name] += int((real & seen & (a.model == m)).sum())
        for style, number in enumerate(np.bincount(a.style[seen], minlength=7)):
            t.methods[style] += int(number)

    def _write(self, out: DayFile, a: tr.Attempts, day: int, index: int, chunk: int, table) -> None:
        rng = np.random.default_rng([self.seed, 4, index, day, chunk])
        date = self.calendar.day(day)
        part = gw.Slice(a, day, date.isoformat(), self.calendar.epoch_us(day), rng)
        prices = self.card.on(date)
        if table == "otel_genai_spans":
            self._write_spans(out, a, gw.otel(part, prices), day)
            return
        render = gw.litellm if table == "litellm_spend_logs" else gw.envelope
        lines = render(part, prices)
        now = lines.filter(pa.array(~a.lost & ~a.late))
        out.write(now, len(now))
        self.totals.counts[table]["records"] += len(now)
        self._keep(table, day, "line", lines, a)

    def _write_spans(self, out: DayFile, a: tr.Attempts, spans: gw.Spans, day: int) -> None:
        table, counts = "otel_genai_spans", self.totals.counts["otel_genai_spans"]
        now = spans.children.filter(pa.array(~a.lost & ~a.late))
        self._span_lines(out, now, gw.CHILD_SCOPE)
        self._keep(table, day, "child", spans.children, a)
        # A parent whose calls were lost is lost with them.
        parent = spans.has_parent & ~a.lost
        self._span_lines(
            out, spans.parents.filter(pa.array(parent & ~spans.late_parent)), gw.PARENT_SCOPE
        )
        self._hold(
            table, day + 1, "parent", spans.parents.filter(pa.array(parent & spans.late_parent))
        )
        counts["parent_spans"] += int(parent.sum())
        counts["wrapper_spans"] += int((parent & spans.is_wrapper).sum())
        counts["late_parent_spans"] += int((parent & spans.late_parent).sum())

    def _span_lines(self, out: DayFile, spans: pa.Array, scope: str) -> None:
        text, lines = gw.span_lines(spans, scope)
        out.write(text, lines)
        self.totals.counts["otel_genai_spans"]["records"] += len(spans)

    def _keep(self, table: str, day: int, kind: str, text: pa.Array, a: tr.Attempts) -> None:
        """Set aside what a later file delivers: late records, and copies."""
        self._hold(table, day + 1, kind, text.filter(pa.array(a.late & ~a.lost)))
        copies = a.dup & ~a.lost
        odd = np.arange(len(a)) % 2 == 1
        self._hold(table, day + 1, kind, text.filter(pa.array(copies & odd)))
        self._hold(table, day + 2, kind, text.filter(pa.array(copies & ~odd)))

    def _hold(self, table: str, day: int, kind: str, text: pa.Array) -> None:
        if len(text):
            self.carry.setdefault((table, day, kind), []).append(text)

    def _deliver_late(self, out: DayFile | None, day: int, table: str) -> None:
        for kind in ("line", "child", "parent"):
            held = self.carry.pop((table, day, kind), None)
            if not held or out is None:
                continue
            text = pa.concat_arrays(held)
            if kind == "line":
                out.write(text, len(text))
                self.totals.counts[table]["records"] += len(text)
            else:
                self._span_lines(out, text, gw.CHILD_SCOPE if kind == "child" else gw.PARENT_SCOPE)
