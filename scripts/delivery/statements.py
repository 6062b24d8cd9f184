"""The statement of a team and month: what it costs, what changed, what is not in it."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath

from scripts.accounting.posted_seeds import holding, rows_of
from scripts.console import printable
from scripts.delivery.document import Document, Fact, Section
from scripts.errors import UserError
from scripts.money import in_cents
from scripts.operations.alert_text import REPORT_VARIABLE
from scripts.operations.clock import run_instant
from scripts.reporting.chargeback import MODES, shared_columns, with_unused_apart
from scripts.reporting.marts import Marts, Period, month_end
from scripts.reporting.names import Names
from scripts.reporting.spend import Driver
from scripts.reporting.tables import (
    Column,
    Table,
    change,
    less,
    many,
    month_name,
    ratio,
    share,
    top,
    total,
    usd,
)
from scripts.reporting.teams import page_name, recipients

_CHANGES = 12
_COSTLIEST = 3
_UNPRICED = 5
_USAGE = {"direct", "direct_accrued"}
_PARTS = {
    "direct": "Usage",
    "direct_accrued": "Usage",
    "shared": "Shared cost",
    "shared_accrued": "Shared cost",
    "unused": "Unused capacity",
    "unused_accrued": "Unused capacity",
    "credit": "Credit",
    "adjustment": "Adjustment",
    "accrual_reversal": "Accrual taken back",
    "invoice_received": "Bill in place of an accrual",
}
_STATEMENTS = """
    select
        posting_period, fiscal_period, team_id, cost_center_id, period_status, charge_mode,
        direct_usd, shared_usd, unused_usd, credits_usd, adjustments_usd, total_usd, accrued_usd,
        budget_usd, statement_currency, statement_total, usd_per_unit, fx_rate_date
    from marts.fct_chargeback_statements
    where posting_period between '{first}' and '{last}'
"""
_LINES = """
    select
        posting_period, usage_period, team_id, component, reason, pool_id, service_name, feature,
        billed_model, sum(attempt_count) as attempts, sum(amount_usd) as amount_usd
    from marts.fct_chargeback_statement_lines
    where posting_period between '{first}' and '{last}'
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
_UNPRICED_USE = """
    select
        team_id, provider, model_name, price_status, missing_row,
        sum(attempt_count) as attempts, sum(gateway_reported_cost_usd) as gateway_usd
    from marts.fct_unpriced_usage_daily
    where usage_date between '{first}' and '{last}'
    group by 1, 2, 3, 4, 5
"""
_OWNERLESS = """
    select service_name, sum(unattributed_cost_usd) as cost_usd
    from marts.fct_attribution_coverage_daily
    where usage_date between '{first}' and '{last}'
    group by 1
    having sum(unattributed_cost_usd) > 0
"""
Rows = dict[str, list[dict]]


def newest(marts: Marts) -> date:
    """The last closed month; where none is closed, the last one that is over."""
    _check(marts)
    rows = marts.rows(
        f"""
        select
            max(case when period_status = 'closed' then posting_period end) as closed,
            max(case when posting_period < '{run_instant().date().replace(day=1)}'
                then posting_period end) as over
        from marts.fct_chargeback_statements
        """
    )
    month = rows[0]["closed"] or rows[0]["over"]
    if not month:
        raise UserError("there is no statement of a month that is over")
    return month


def read(marts: Marts, first: date, last: date) -> list[dict]:
    """The statements whose month begins within these days, ordered."""
    _check(marts)
    rows = marts.rows(_STATEMENTS.format(first=first, last=last))
    return sorted(rows, key=lambda r: (r["posting_period"], r["team_id"], r["cost_center_id"]))


def _check(marts: Marts) -> None:
    if not marts.has("fct_chargeback_statements"):
        raise UserError("there is no marts.fct_chargeback_statements; run `make nightly`")


def month_before(month: date) -> date:
    """First day of the month before."""
    return Period(month, month).before_first


def _names_at_the_close(marts: Marts, month: date) -> dict[str, str]:
    """Names of the teams of a closed month by id; nothing of an open one."""
    found = marts.rows(
        "select content from marts.fct_closed_documents "
        f"where posting_period = '{month}' and document_name = 'seeds/teams.csv'",
        "fct_closed_documents",
    )
    rows = holding(rows_of(found[0]["content"]), month) if found else []
    return {row["team_id"]: row["team_name"] for row in rows}


class Month:
    """All that the statements of a month are made of, asked once for all teams."""

    def __init__(self, marts: Marts, month: date) -> None:
        self.month, self.before = month, month_before(month)
        self.last = month_end(month)
        self._statements: dict[date, Rows] = {month: {}, self.before: {}}
        for row in read(marts, self.before, month):
            self._statements[row["posting_period"]].setdefault(row["team_id"], []).append(row)
        if not self._statements[month]:
            raise UserError(f"there is no statement of {month:%Y-%m}")
        span = {"first": month, "last": self.last}
        self._lines: dict[date, Rows] = {month: {}, self.before: {}}
        lines = _LINES.format(first=self.before, last=month)
        for row in marts.rows(lines, "fct_chargeback_statement_lines"):
            self._lines[row["posting_period"]].setdefault(row["team_id"], []).append(row)
        self._unpriced: Rows = defaultdict(list)
        for row in marts.rows(_UNPRICED_USE.format(**span), "fct_unpriced_usage_daily"):
            self._unpriced[row["team_id"]].append(row)
        ownerless = marts.rows(_OWNERLESS.format(**span), "fct_attribution_coverage_daily")
        self._ownerless = {row["service_name"]: row["cost_usd"] for row in ownerless}
        budgets = marts.rows(
            f"select team_id, forecast_usd, baseline_usd from marts.fct_budget_status "
            f"where budget_period = '{month}'",
            "fct_budget_status",
        )
        self._forecasts = {row["team_id"]: row["forecast_usd"] for row in budgets}
        self._baselines = {row["team_id"]: row["baseline_usd"] for row in budgets}
        self._known = recipients(marts, Period(month, self.last))
        self._called = marts.names
        self._names = _names_at_the_close(marts, month)

    @property
    def team_ids(self) -> list[str]:
        """The teams with a statement."""
        return sorted(self._statements[self.month])

    def statement(self, team_id: str) -> Document:
        """The statement of one of them."""
        rows = self._statements[self.month][team_id]
        before = self._statements[self.before].get(team_id)
        lines = self._lines[self.month].get(team_id, [])
        name = self._names.get(team_id) or self._called.of("team", team_id)
        when, charged = month_name(self.month), total(row["total_usd"] for row in rows)
        is_final = all(row["period_status"] == "closed" for row in rows)
        return Document(
            key=f"{self.month:%Y-%m} {team_id}",
            stem=PurePosixPath(page_name(team_id)).stem,
            of=team_id,
            title=f"{name}: AI cost of {when}",
            subject=f"AI cost of {when}, {printable(name)}: USD {usd(charged)}",
            total_usd=charged,
            is_final=is_final,
            status=_status(is_final),
            figures=_figures(rows, lines),
            facts=self._facts(team_id, rows, before, is_final),
            sections=[
                Section("What it is made of", tables=[_parts_table(rows, self._called)]),
                Section(
                    "What changed, and why",
                    _compared_with(self.before, before),
                    [self._changes_table(team_id, before)],
                ),
                Section("The costliest", tables=_costliest(lines)),
                Section("Not in this statement", *self._missing(team_id, lines)),
                Section("Something is wrong?", _dispute(is_final, team_id)),
            ],
        )

    def _facts(
        self, team_id: str, rows: list[dict], before: list[dict] | None, is_final: bool
    ) -> list[Fact]:
        charged = total(row["total_usd"] for row in rows)
        earlier = total(row["total_usd"] for row in before) if before else None
        moved = less(charged, earlier)
        modes = sorted({MODES.get(row["charge_mode"], "no terms") for row in rows})
        # the company's own name of the month, where it has one
        modes += sorted({row["fiscal_period"] for row in rows if row["fiscal_period"]})
        facts = [
            Fact(month_name(self.month), f"USD {usd(charged)}", ", ".join(modes)),
            Fact(
                f"Change on {month_name(self.before)}",
                change(moved),
                "no statement then" if moved is None else share(ratio(moved, earlier)),
            ),
            self._plan(team_id, rows, charged, is_final),
        ]
        accrued = total(row["accrued_usd"] for row in rows)
        if accrued:
            facts.append(Fact("Of it without a final bill", f"USD {usd(accrued)}", "accrued"))
        first = rows[0]
        if first["statement_currency"] not in (None, "USD"):
            stated = [row["statement_total"] for row in rows]
            sum_of = None if None in stated else total(stated)
            rate = first["usd_per_unit"]
            said = "no rate is known" if rate is None else f"at USD {rate.normalize():f}"
            day = f" of {first['fx_rate_date']}" if rate is not None else ""
            facts.append(Fact(f"In {first['statement_currency']}", usd(sum_of), f"{said}{day}"))
        return facts

    def _plan(self, team_id: str, rows: list[dict], charged: Decimal, is_final: bool) -> Fact:
        plan = rows[0]["budget_usd"]
        baseline = self._baselines.get(team_id)
        if plan is None and baseline is not None:
            said = f"{share(ratio(charged, baseline))} charged; of the three months before"
            return Fact("No plan; baseline", f"USD {usd(baseline)}", said)
        if plan is None:
            return Fact("Plan of the month", "none", "add one to budgets.csv of the company folder")
        notes = [f"{share(ratio(charged, plan))} charged"]
        if charged > plan:
            notes.append(f"USD {usd(charged - plan)} over it")
        if not is_final and self._forecasts.get(team_id) is not None:
            notes.append(f"forecast USD {usd(self._forecasts[team_id])}")
        return Fact("Plan of the month", f"USD {usd(plan)}", "; ".join(notes))

    def _changes_table(self, team_id: str, before: list[dict] | None) -> Table:
        """Each part of the statement beside the month before; the sums are the statements'."""
        sides: dict[tuple[str, str], list[tuple[Decimal, int]]] = {}
        for n, month in enumerate((self.month, self.before)):
            for line in self._lines[month].get(team_id, []):
                place = sides.setdefault(_part_of(line), [(Decimal(0), 0), (Decimal(0), 0)])
                amount, attempts = place[n]
                place[n] = (amount + line["amount_usd"], attempts + int(line["attempts"] or 0))
        rows = [
            _changed(*part, *now, *then) if before else _alone(*part, *now)
            for part, (now, then) in sides.items()
        ]
        rows.sort(key=lambda r: (-abs(r["change_usd"] or r["cost_usd"]), r["part"], r["of"]))
        kept, more = top(rows, _CHANGES)
        return Table(
            "Statement by part, USD",
            [
                Column("part", "Part"),
                Column("of", "Of"),
                Column("cost_usd", f"{self.month:%B}", "usd"),
                Column("before_usd", f"{self.before:%B}", "usd"),
                Column("change_usd", "Change", "change"),
                Column("volume_usd", "by more or fewer attempts", "change"),
                Column("unit_usd", "by cost of an attempt", "change"),
            ],
            kept,
            adds=True,
            empty="No line in either month.",
            more=more,
        )

    def _missing(self, team_id: str, lines: list[dict]) -> tuple[list[str], list[Table]]:
        """What concerns the team and is in no figure of it: use without a price or an owner."""
        rows = sorted(
            self._unpriced.get(team_id, []), key=lambda r: (-r["attempts"], str(r["model_name"]))
        )
        kept, more = top(rows, _UNPRICED)
        said = [
            f"{many(int(total(row['attempts'] for row in rows)), 'attempt')} of the month "
            "without a price, never counted as zero."
            if rows
            else "Every attempt of the month has a price."
        ]
        used = {line["service_name"] for line in lines if line["component"] in _USAGE}
        kind = (self._known.get(team_id) or {}).get("team_kind")
        # the statement of what has no owner is about nothing else
        whole = Decimal(0) if kind == "unattributed" else total(self._ownerless.values())
        ours = {name: cost for name, cost in self._ownerless.items() if name in used}
        if whole:
            named = ", ".join(f"{name} USD {usd(ours[name])}" for name in sorted(ours))
            said.append(
                f"USD {usd(whole)} of the company's month has no registered owner"
                + (f", of it in services that this team uses: {named}." if named else ".")
            )
        table = Table(
            "Use without a price",
            [
                Column("model_name", "Model"),
                Column("provider", "Provider"),
                Column("price_status", "Why", "words"),
                Column("attempts", "Attempts", "count"),
                Column("gateway_usd", "By the gateways' own figures, USD", "usd"),
                Column("missing_row", "Row that is missing", "small"),
            ],
            [row | {"provider": self._called.of("provider", row["provider"])} for row in kept],
            adds=True,
            more=more,
        )
        return said, [table] if rows else []


def _status(is_final: bool) -> str:
    if is_final:
        return "Final: the month is closed, and these are the posted figures."
    return "Provisional: the month is open, and its figures may still move."


def _compared_with(before: date, rows: list[dict] | None) -> list[str]:
    if rows is None:
        return [f"There is no statement of {month_name(before)} to compare with."]
    if all(row["period_status"] == "closed" for row in rows):
        return []
    return [f"{month_name(before)} is open too: its figures may still move."]


def _figures(rows: list[dict], lines: list[dict]) -> list:
    """What makes a version: every amount of the statement, in an order of its own."""
    amounts = ("direct_usd", "shared_usd", "credits_usd", "adjustments_usd", "total_usd")
    stated = ("statement_currency", "statement_total")
    parts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        parts[_part_of(line)] += line["amount_usd"]
    return [
        [[row["cost_center_id"], row["charge_mode"], *(row[n] for n in amounts + stated)]
         for row in rows],
        [[*part, amount] for part, amount in sorted(parts.items())],
    ]  # fmt: skip


def _part_of(line: dict) -> tuple[str, str]:
    """The part of the statement that a line belongs to, in words."""
    component = line["component"]
    part = _PARTS.get(component, component)
    if component in _USAGE:
        names = (line["service_name"], line["feature"], line["billed_model"])
        return part, " / ".join(printable(name or "(none)") for name in names)
    if component.startswith(("shared", "unused", "credit")):
        return part, line["pool_id"] or "(none)"
    reason = (line["reason"] or "").replace("_", " ")
    about = f"for {month_name(line['usage_period'])}"
    return part, about if reason in ("", "none") else f"{reason}, {about}"


def _changed(
    part: str, of: str, cost: Decimal, attempts: int, before: Decimal, attempts_before: int
) -> dict:
    row = {"part": part, "of": of, "cost_usd": cost, "before_usd": before}
    row["change_usd"] = cost - before
    if part != _PARTS["direct"]:
        return row
    # the split that the pages of the report make, in cents that foot
    driver = Driver("", None, None, "", "", cost, before, attempts, attempts_before, 0)
    row["volume_usd"] = in_cents(driver.volume_change_usd)
    return row | {"unit_usd": row["change_usd"] - row["volume_usd"]}


def _alone(part: str, of: str, cost: Decimal, attempts: int) -> dict:
    return {"part": part, "of": of, "cost_usd": cost, "before_usd": None, "change_usd": None}


def _parts_table(rows: list[dict], called: Names) -> Table:
    return Table(
        "Statement, USD",
        [
            Column("cost_center", "Cost centre"),
            Column("direct_usd", "Direct", "usd"),
            *shared_columns(rows),
            Column("credits_usd", "Credits", "usd"),
            Column("adjustments_usd", "Adjustments", "usd"),
            Column("total_usd", "Total", "usd"),
        ],
        [
            row | {"cost_center": called.of("cost_center", row["cost_center_id"])}
            for row in with_unused_apart(rows)
        ],
        adds=True,
    )


def _costliest(lines: list[dict]) -> list[Table]:
    """The costliest services, features and models of the usage; each table sums to it."""
    usage = [line for line in lines if line["component"] in _USAGE]
    whole = total(line["amount_usd"] for line in usage)
    found = []
    for column, label in (
        ("service_name", "Service"), ("feature", "Feature"), ("billed_model", "Model"),
    ):  # fmt: skip
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in usage:
            sums[printable(line[column] or "(none)")] += line["amount_usd"]
        rows = [
            {"name": name, "cost_usd": cost, "share": ratio(cost, whole)}
            for name, cost in sorted(sums.items(), key=lambda each: (-each[1], each[0]))
        ]
        kept, more = top(rows, _COSTLIEST)
        found.append(
            Table(
                f"Usage by {label.lower()}, USD",
                [
                    Column("name", label),
                    Column("cost_usd", "USD", "bar"),
                    Column("share", "Share", "share"),
                ],
                kept,
                adds=True,
                empty="No usage this month.",
                more=more,
            )
        )
    return found


def _dispute(is_final: bool, team_id: str) -> list[str]:
    said = [
        "Answer the message that brought this statement, and name the service, feature and model "
        "of the line, or the id of a request. Every amount leads back to requests and to the lines "
        "of the logs that they were read from.",
        "A closed month is never changed: what is agreed is an adjustment on the statement of the "
        "next open month, with the reason dispute."
        if is_final
        else "What is agreed before the month is closed changes this statement, and you get it "
        "again; after that it is an adjustment on the statement of the next open month.",
    ]
    if base := os.environ.get(REPORT_VARIABLE, "").rstrip("/"):
        said.append(f"Days, requests and traces behind it: {base}/{page_name(team_id)}")
    return said


def all_of(marts: Marts, month: date, teams: tuple[str, ...]) -> list[Document]:
    """The statements of a month, of the teams that are named or of all."""
    found = Month(marts, month)
    if unknown := sorted(set(teams) - set(found.team_ids)):
        raise UserError(f"there is no statement of {unknown[0]} for {month:%Y-%m}")
    return [found.statement(each) for each in found.team_ids if not teams or each in teams]
