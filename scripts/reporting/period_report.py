"""The chargeback report: a table of a week or month, with share and change on the one before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from scripts.errors import UserError
from scripts.reporting.marts import Marts, month_end, period, reaches
from scripts.reporting.names import FOUND_IN, kind_of
from scripts.reporting.tables import (
    Column,
    Table,
    day,
    known_total,
    less,
    month_name,
    ratio,
    shown,
    top,
)
from scripts.warehouse import connect

MART = "fct_chargeback_report"
BY = {
    "team": "team_id",
    "service": "service_name",
    "feature": "feature",
    "environment": "environment",
    "prompt": "prompt_version",
    "provider": "provider",
    "model": "billed_model",
}
USUAL = ("team", "service")
_TRACES = 3
_SHOWN = 40
_WIDEST = 200
_LEFT = {"text", "id", *FOUND_IN}


def newest(marts: Marts, grain: str) -> date | None:
    """First day of the last period that is over and whose use is known to its end.

    Where there is none, of the last that is over, else of the one that runs; None without use.
    """
    starts = marts.rows(
        f"""
        select
            period_start_date as first_day,
            min(case when is_complete_period then 1 else 0 end) as is_over
        from marts.{MART}
        where period_grain = '{grain}' and attempt_count > 0
        group by period_start_date
        order by period_start_date
        """,
        MART,
    )
    over = [row["first_day"] for row in starts if row["is_over"]]
    shown = period(marts, 1)
    known = [each for each in over if shown and reaches(shown.last, _last_day(grain, each))]
    found = known or over or [row["first_day"] for row in starts]
    return found[-1] if found else None


def _last_day(grain: str, start: date) -> date:
    return month_end(start) if grain == "month" else start + timedelta(days=6)


def _passed_over(marts: Marts, grain: str, start: date) -> str:
    """What is said of periods that are over and whose last days have no use yet."""
    later = marts.rows(
        f"""
        select min(period_start_date) as first_day from marts.{MART}
        where
            period_grain = '{grain}' and attempt_count > 0 and is_complete_period
            and period_start_date > '{start}'
        """,
        MART,
    )[0]["first_day"]
    shown = period(marts, 1)
    if later is None or shown is None:
        return ""
    return (
        f"Use is known through {day(shown.last)}, so the {_when(grain, later)} is not whole yet: "
        f"--from {later}"
    )


def lines(marts: Marts, grain: str, start: date, by: Sequence[str] = USUAL) -> list[dict]:
    """The lines of a period, costliest first: money exact, shares that sum to 1 in thousandths."""
    names = [BY[each] for each in by]
    found = marts.rows(
        f"""
        select
            {", ".join(names)}, request_count, input_tokens, output_tokens, cost_usd,
            previous_cost_usd, change_usd, top_trace_ids, unpriced_count
        from marts.{MART}
        where period_grain = '{grain}' and period_start_date = '{start}'
        """,
        MART,
    )
    groups: dict[tuple, list[dict]] = defaultdict(list)
    for row in found:
        groups[tuple(row[name] or "(none)" for name in names)].append(row)
    summed = [dict(zip(by, key, strict=True)) | _sum(rows) for key, rows in groups.items()]
    for row, part in zip(summed, footed([row["cost_usd"] for row in summed]), strict=True):
        row["share"] = part
    return sorted(summed, key=lambda row: (-(row["cost_usd"] or 0), *(row[each] for each in by)))


def _sum(rows: list[dict]) -> dict:
    before = [row["previous_cost_usd"] for row in rows]
    cost = known_total(row["cost_usd"] for row in rows)
    earlier = None if all(each is None for each in before) else known_total(before)
    rising = sorted(
        (row for row in rows if (row["change_usd"] or 0) > 0), key=lambda row: -row["change_usd"]
    )
    traces = dict.fromkeys(
        trace for row in rising for trace in (row["top_trace_ids"] or "").split(", ") if trace
    )
    change = less(cost, earlier)
    return {
        "requests": sum(int(row["request_count"]) for row in rows),
        "input_tokens": sum(int(row["input_tokens"]) for row in rows),
        "output_tokens": sum(int(row["output_tokens"]) for row in rows),
        "cost_usd": cost,
        "before_usd": earlier,
        "change_usd": change,
        "change_share": ratio(change, earlier),
        "traces": ", ".join(list(traces)[:_TRACES]) if change and change > 0 else "",
        "unpriced": sum(int(row["unpriced_count"]) for row in rows),
    }


def footed(amounts: Sequence[Decimal | None]) -> list[Decimal | None]:
    """Each amount as a share of all, in thousandths that sum to exactly 1: the thousandths that
    rounding down leaves over go to the largest remainders. None where an amount is unknown, and
    for all where there is no whole.
    """
    whole = sum((amount for amount in amounts if amount is not None), Decimal(0))
    if whole <= 0:
        return [None] * len(amounts)
    exact = [None if amount is None else 1000 * amount / whole for amount in amounts]
    cut = [None if each is None else each.to_integral_value(ROUND_FLOOR) for each in exact]
    left = 1000 - int(sum(each for each in cut if each is not None))
    places = sorted(
        (n for n, each in enumerate(exact) if each is not None),
        key=lambda n: (cut[n] - exact[n], n),
    )
    for n in places[:left]:
        cut[n] += 1
    return [None if each is None else each / 1000 for each in cut]


def _listed(by: Sequence[str]) -> str:
    """Names as people list them: team, provider and model."""
    return " and ".join(filter(None, [", ".join(by[:-1]), by[-1]]))


def _when(grain: str, start: date | None) -> str:
    """As week from 21 September 2026, or September 2026."""
    if start is None:
        return f"no {grain} yet"
    return month_name(start) if grain == "month" else f"{grain} from {day(start)}"


def table(
    rows: list[dict], by: Sequence[str], grain: str, start: date | None, limit: int = 0
) -> Table:
    """The lines as a table of a page."""
    kept, more = top(rows, limit or len(rows))
    cost, before = (known_total(row[name] for row in rows) for name in ("cost_usd", "before_usd"))
    compared = any(row["before_usd"] is not None for row in rows)
    change = less(cost, before) if compared else None
    return Table(
        f"Charges by {_listed(by)}, {_when(grain, start)}, USD",
        [
            *(Column(each, each.capitalize(), kind_of(each)) for each in by),
            Column("cost_usd", "USD", "bar"),
            Column("share", "Share", "share"),
            Column("change_usd", f"Change on the {grain} before", "change"),
            Column("change_share", "Change, %", "share"),
            Column("requests", "Requests", "count"),
            Column("input_tokens", "Input tokens", "count"),
            Column("output_tokens", "Output tokens", "count"),
            Column("traces", "Costliest traces of what rose", "id"),
        ],
        kept,
        adds=True,
        empty="No use in this period.",
        total={by[0]: "Total", "cost_usd": cost, "change_usd": change}
        | {"change_share": ratio(change, before)}
        | {name: sum(row[name] for row in rows) for name in _SUMMED},
        more=more,
    )


_SUMMED = ("requests", "input_tokens", "output_tokens")


def page(marts: Marts) -> dict:
    """Everything on the page of the chargeback."""
    week, month = newest(marts, "week"), newest(marts, "month")

    def of(grain: str, start: date | None, by: Sequence[str]) -> Table:
        rows = lines(marts, grain, start, by) if start else []
        return table(rows, by, grain, start, _SHOWN)

    return {
        "week": of("week", week, USUAL),
        "month": of("month", month, USUAL),
        "models": of("month", month, ("team", "provider", "model")),
    }


def text(found: Table, say: Callable[[str, object], str] = shown) -> str:
    """The table as text, figures to the right; `say` as in site.environment."""
    names = [column.name for column in found.columns]
    printed = [[column.label for column in found.columns]]
    for rows, said in ((found.rows, say), (found.foot, shown)):
        for row in rows:
            printed.append(
                [
                    _line(said(column.kind, row[column.name])) if column.name in row else ""
                    for column in found.columns
                ]
            )
    right = {column.name for column in found.columns if column.kind not in _LEFT}
    widths = [max(len(line[n]) for line in printed) for n in range(len(names))]
    body = (
        "  ".join(
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(names, line, widths, strict=True)
        ).rstrip()
        for line in printed
    )
    return "\n".join([found.caption, *body])


def _line(value: str) -> str:
    """A name from a log on one line, without what a terminal would obey."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in value)
    return clean if len(clean) <= _WIDEST else f"{clean[: _WIDEST - 1]}…"


def run(grain: str, start: date | None, by: list[str]) -> int:
    """Print the report of a period; raises UserError where nothing was used in it.

    start: the first day; None for the last whole period.
    """
    with connect() as connection:
        marts = Marts(connection)
        chosen = start or newest(marts, grain)
        rows = lines(marts, grain, chosen, by) if chosen else []
        if not rows:
            when = f"the {grain} from {chosen}" if chosen else f"any {grain}"
            raise UserError(f"nothing was used in {when}")
        print(text(table(rows, by, grain, chosen), marts.names.shown))
        if start is None and (said := _passed_over(marts, grain, chosen)):
            print(said)
    return 0
