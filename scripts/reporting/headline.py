"""Print what a build found: what it cost, who caused it, whether the bill is right; what to do."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

from scripts import console
from scripts.operations.company import COMPANY, ORGANIZATION
from scripts.reporting import findings
from scripts.reporting.findings import Finding
from scripts.reporting.marts import Marts
from scripts.reporting.tables import days, in_usd, many, usd
from scripts.warehouse import connect, target, warehouse_file

_TEAMS = """
    select team_id, sum(request_count), sum(cost_usd)
    from marts.fct_spend_daily group by 1 order by 3 desc nulls last, 1
"""
_PERIOD = """
    select min(usage_date), max(usage_date), sum(attempt_count), sum(unpriced_count),
        sum(community_priced_count), sum(community_cost_usd),
        sum(partly_priced_count), sum(partly_priced_usd), sum(lower_bound_cost_usd)
    from marts.fct_spend_daily
"""
_PROVIDERS = """
    select
        provider,
        sum(compared_gateway_cost_usd),
        sum(compared_provider_cost_usd),
        sum(case when status != 'no_bill' then variance_usd end),
        sum(case when status != 'no_bill' then provider_cost_usd end),
        sum(case when status = 'matched' then 1 else 0 end),
        sum(case when status in ('within_tolerance', 'provisional') then 1 else 0 end),
        sum(case when status = 'breach' then 1 else 0 end)
    from marts.fct_reconciliation_daily
    group by 1
    having sum(case when status != 'no_bill' then 1 else 0 end) > 0
    order by 1
"""
_UNOWNED = """
    select
        sum(unattributed_cost_usd), sum(merged_owner_cost_usd), sum(cost_usd),
        sum(may_repeat_count), sum(may_repeat_cost_usd)
    from marts.fct_attribution_coverage_daily
"""
_CONFLICTS = "select count(*) from marts.fct_evidence_conflicts"
_UNPRICED = """
    select
        provider, model_name, min(missing_row), sum(attempt_count),
        sum(gateway_reported_cost_usd), sum(maker_list_cost_usd), sum(cost_lower_bound_usd)
    from marts.fct_unpriced_usage_daily
    group by 1, 2
    order by coalesce(sum(gateway_reported_cost_usd), 0) desc, 4 desc, 1, 2
"""
_REJECTED = """
    select reason, count(*), min(source_file), count(distinct source_file)
    from marts.fct_quarantined_records group by 1 order by 2 desc, 1
"""
_STATIC_DOCS = Path("target/static_index.html")
# Of each kind; the report has the rest.
_SHOWN = 3
_FINDINGS_SHOWN = 12


def _usd(amount: Decimal | None) -> str:
    return "-" if amount is None else usd(amount).replace("−", "-")


def _share(part: Decimal | None, whole: Decimal | None) -> str:
    if part is None or not whole:
        return "-"
    share = 100 * part / whole
    return "under 0.1 %" if 0 < share < Decimal("0.1") else f"{share:.1f} %"


class Headline:
    """The lines, and the one thing to do next."""

    def __init__(self, connection) -> None:
        self._rows = lambda sql: connection.execute(sql).fetchall()
        self.marts = Marts(connection)
        # what could be done next, and how early; without owners no figure is anybody's
        self.steps: list[tuple[int, str]] = []

    def lines(self) -> list[str]:
        """All of it but for where to look."""
        first, last, attempts, unpriced, *parts = self._rows(_PERIOD)[0]
        community, partly = parts[:2], parts[2:]
        if first is None:
            return [
                *self._rejected(),
                "No requests yet: put logs into the landing folder (docs/exports.md) and run "
                "`make nightly`.",
            ]
        return [
            "What did it cost, and who caused it?",
            *self._spend(first, last, attempts, partly[-1]),
            *self._unowned(),
            *self._community(*community),
            *self._unpriced(unpriced),
            *self._partly(*partly),
            *self._rejected(),
            "",
            "Is the bill right?",
            *self._bills(),
        ]

    def _spend(self, first, last, attempts, bound: Decimal | None) -> list[str]:
        names = self.marts.names
        teams = [(names.of("team", team), *figures) for team, *figures in self._rows(_TEAMS)]
        priced = [cost for _, _, cost in teams if cost is not None]
        total = sum(priced, Decimal(0)) if priced else None
        width = max(len(team) for team, _, _ in teams)
        marked = f"; {in_usd(bound)} of it is a lower bound" if bound else ""
        return [
            f"Spend {days(first, last)}, USD: {_usd(total)} for {many(attempts, 'attempt')}"
            + marked,
            *(
                f"  {team:<{width}}  {_usd(cost):>14}  {_share(cost, total):>7}  "
                f"{requests:>10,} {'request' if requests == 1 else 'requests'}"
                for team, requests, cost in teams
            ),
        ]

    def _unowned(self) -> list[str]:
        unowned, merged, spend, repeats, repeated = self._rows(_UNOWNED)[0]
        if unowned and spend and 2 * unowned > spend:
            named = os.environ.get(COMPANY) or os.environ.get(ORGANIZATION)
            says = (
                "say which team owns which key: team_aliases.csv and credential_owners.csv "
                "of the company folder"
                if named
                else "write down your teams: `make init FOLDER=/path/to/company` makes a folder "
                "from what the logs name"
            )
            self.steps.append((0, says))
        lines = [f"Without a registered owner: {_share(unowned, spend)} of spend"]
        if merged:
            (conflicts,) = self._rows(_CONFLICTS)[0]
            lines.append(
                f"Owner known from another record of the call: {_share(merged, spend)} of spend; "
                f"{many(conflicts, 'conflict')} between records (marts.fct_evidence_conflicts)"
            )
        if repeats:
            size = "no price" if repeated is None else in_usd(repeated)
            lines.append(
                f"May be counted twice: {many(repeats, 'attempt')}, {size}, that may sum up calls "
                "of another system (docs/which-spans-are-calls.md)"
            )
        return lines

    @staticmethod
    def _community(attempts: int | None, cost: Decimal | None) -> list[str]:
        if not attempts:
            return []
        return [
            f"At community prices: {_usd(cost)} for {many(attempts, 'attempt')} of models that our "
            "own card does not know"
        ]

    @staticmethod
    def _partly(attempts: int | None, known: Decimal | None, taken: Decimal | None) -> list[str]:
        if not attempts:
            return []
        part = f"{in_usd(taken)} of it is" if taken else "nothing of it is"
        return [
            f"Priced in part: {many(attempts, 'attempt')}, at least {in_usd(known)}; {part} in "
            "these figures (marts.fct_unpriced_meters_daily)"
        ]

    def _unpriced(self, attempts: int) -> list[str]:
        rows = self._rows(_UNPRICED) if attempts else []
        said = f"Without a price: {many(attempts, 'attempt')}, never counted as zero"
        stated = [row[4] for row in rows if row[4] is not None]
        if stated:
            said += f"; by the gateways' own figures {in_usd(sum(stated))}"
        lines = [said]
        for provider, model, missing, number, gateway, maker, bound in rows[:_SHOWN]:
            size = next(
                (
                    f"{in_usd(amount)} by {whose}"
                    for amount, whose in (
                        (gateway, "the gateway's own figure"),
                        (maker, "its maker's list price"),
                        (bound, "its other meters alone"),
                    )
                    if amount is not None
                ),
                "no log says what it cost",
            )
            add = f"; add to {missing}" if missing and missing != "none" else ""
            called = self.marts.names.of("provider", provider)
            lines.append(f"  {called}, {model}: {many(number, 'attempt')}, {size}{add}")
        if len(rows) > _SHOWN:
            lines.append(
                f"  and {many(len(rows) - _SHOWN, 'other model')}: marts.fct_unpriced_usage_daily"
            )
        if rows and rows[0][4]:
            self.steps.append((2, f"give {rows[0][1]} a price: add to {rows[0][2]}"))
        return lines

    def _rejected(self) -> list[str]:
        rows = self._rows(_REJECTED)
        number = sum(row[1] for row in rows)
        if not rows:
            return ["Rejected: nothing"]
        lines = [f"Rejected: {many(number, 'record')} (marts.fct_quarantined_records)"]
        for reason, count, file, files in rows[:_SHOWN]:
            more = f" and {many(files - 1, 'other file')}" if files > 1 else ""
            lines.append(f"  {count:,}: {reason}, in {file}{more}")
        if len(rows) > _SHOWN:
            lines.append(f"  and {many(len(rows) - _SHOWN, 'other reason')}")
        self.steps.append((3, f"mend what was rejected, first {rows[0][2]}: {rows[0][0]}"))
        return lines

    def _bills(self) -> list[str]:
        providers = self._rows(_PROVIDERS)
        found = findings.all_of(self.marts)
        if not providers:
            self.steps.append((1, "load a provider's bill (docs/exports.md), to check it"))
            lines = ["No provider bill is loaded yet"]
        else:
            lines = [
                "Our cost - the bill, of what both can know = variance, USD "
                "(below zero: the bill is higher)",
                *self._providers(providers),
            ]
        return lines + self._findings(found)

    def _providers(self, providers: list[tuple]) -> list[str]:
        called = [self.marts.names.of("provider", provider) for provider, *_ in providers]
        width = max(map(len, called))
        lines = []
        for name, (_, *amounts, matched, near, breach) in zip(called, providers, strict=True):
            ours, theirs, gap, billed = (amount or Decimal(0) for amount in amounts)
            # tax, credits, seats: on the bill, and nothing of ours to compare them with
            more = f"; bill in all {_usd(billed)}" if billed != theirs else ""
            lines.append(
                f"  {name:<{width}} {_usd(ours):>12} - {_usd(theirs):>12} = {_usd(gap):>10}   "
                f"{matched:,} matched, {near:,} within tolerance, {breach:,} to look at{more}"
            )
        return lines

    def _findings(self, found: list[Finding]) -> list[str]:
        if not found:
            return ["Findings: none"]
        grave = [each for each in found if each.is_grave]
        lines = [f"Findings: {len(found)}, of which {len(grave)} cannot wait (!)"]
        for each in found[:_FINDINGS_SHOWN]:
            mark = "!" if each.is_grave else " "
            lines.append(f"{mark} {self._of(each)}: {each.says} {each.next_step}.")
        if len(found) > _FINDINGS_SHOWN:
            lines.append(f"  and {len(found) - _FINDINGS_SHOWN} more: `make report`")
        if grave:
            self.steps.append((1, f"{self._of(grave[0])}: {grave[0].step_within}"))
        return lines

    def _of(self, found: Finding) -> str:
        return self.marts.names.of("provider", found.provider)


def show() -> int:
    """Print the headline."""
    with connect() as connection:
        headline = Headline(connection)
        lines = headline.lines()
    lines.append("")
    if headline.steps:
        lines.append(f"Next: {min(headline.steps)[1]}.")
    lines.append("To look around: `make report`, then open report/index.html")
    where = warehouse_file().resolve() if target() == "duckdb" else "Postgres"
    lines.append(f"Warehouse: {where}, schema marts")
    if _STATIC_DOCS.exists():
        lines.append(f"Docs: {_STATIC_DOCS.resolve()}")
    print("\n" + "\n".join(map(console.printable, lines)))
    return 0
