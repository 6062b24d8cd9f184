"""An auditor's own reading of closed months. It knows the files and none of the project's code.

    python auditor.py EXPORTED_LEDGER accounting_periods.csv

From the files of `ai-cost export ledger` alone it works out again: the chain of hashes, the sums of
the entries, every statement and line to the cent, currency and terms by the seeds of the close, the
journal, budgets, and the FOCUS files with their corrections. It prints each difference and ends
with 1, or says that there is none. Only Python's own library is used.
"""

import csv
import hashlib
import io
import json
import sys
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path

# In the order in which their cents are settled, the rare ones first.
COMPONENTS = (
    "adjustment", "invoice_received", "accrual_reversal", "credit", "unused_accrued", "unused",
    "shared_accrued", "shared", "direct_accrued", "direct",
)  # fmt: skip
PARTS = {
    "direct_usd": ("direct", "direct_accrued"),
    "shared_usd": ("shared", "shared_accrued", "unused", "unused_accrued"),
    "credits_usd": ("credit",),
    "adjustments_usd": ("adjustment", "accrual_reversal", "invoice_received"),
    "accrued_usd": ("direct_accrued", "shared_accrued", "unused_accrued"),
}
LINE = (
    "usage_period", "team_id", "cost_center_id", "component", "reason", "pool_id", "service_name",
    "feature", "provider", "billed_model",
)  # fmt: skip
CHARGE = (
    "usage_period", "charge_type", "source_ref", "team_id", "cost_center_id", "service_name",
    "feature", "environment", "provider", "billed_model",
)  # fmt: skip
STATED = (
    "period_start", "status", "prepared_by", "approved_by", "closed_at", "entry_count",
    "posted_usd", "note",
)  # fmt: skip


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def exact(text: str) -> Fraction:
    return Fraction(Decimal(text or "0"))


def component(entry: dict) -> str:
    """Which part of a statement an entry belongs to."""
    if entry["reason"] in ("accrual_reversal", "invoice_received"):
        return entry["reason"]
    if entry["entry_type"] == "adjustment":
        return "adjustment"
    kinds = {"usage": "direct", "credit": "credit", "unused": "unused"}
    kind = kinds.get(entry["charge_type"], "shared")
    if kind == "credit":
        return kind
    return f"{kind}_accrued" if entry["entry_type"] == "accrual" else kind


def shared_out(amounts: dict, whole: int) -> dict:
    """Whole cents that sum to `whole`: the cents that are missing go to those that lost most."""
    cents = {key: floor(amount * 100) for key, amount in amounts.items()}
    by_loss = sorted(amounts, key=lambda key: (cents[key] - amounts[key] * 100, key))
    for key in by_loss[: whole - sum(cents.values())]:
        cents[key] += 1
    return cents


class Month:
    """The files of one closed month."""

    def __init__(self, ledger: Path, seed: dict[str, str]) -> None:
        self.seed = seed
        self.name = seed["period_start"][:7]
        place = ledger / self.name
        self.files = {
            file.relative_to(place).as_posix(): file.read_bytes() for file in place.rglob("*.csv")
        }
        self.files["entries.csv"] = (ledger / f"{self.name}.csv").read_bytes()
        self.manifest = self.files.pop("manifest.csv", b"")
        self.entries = self.rows("entries.csv")
        self.statements = self.rows("statements.csv")
        self.lines = self.rows("statement_lines.csv")
        self.focus = self.rows("focus/cost_and_usage.csv")

    def rows(self, name: str) -> list[dict[str, str]]:
        return rows(self.files.get(name, b""))


class Audit:
    """All closed months, the oldest first."""

    def __init__(self, ledger: Path, periods: Path) -> None:
        seeds = sorted(rows(periods.read_bytes()), key=lambda row: row["period_start"])
        self.months = [Month(ledger, seed) for seed in seeds]
        self.found: list[str] = []

    def run(self) -> list[str]:
        previous = ""
        for number, month in enumerate(self.months):
            earlier = self.months[:number]
            self.chain(month, previous)
            self.entries(month)
            self.cents(month)
            self.terms(month)
            self.compared(month, earlier[-1] if earlier else None)
            self.journal(month, earlier)
            self.reversals(month, earlier)
            self.budgets(month)
            self.focus(month, earlier)
            previous = month.seed["ledger_hash"]
        return self.found

    def same(self, month: Month, what: str, ours: object, theirs: object) -> None:
        if ours != theirs:
            self.found.append(
                f"{month.name} {what}: worked out {_shown(ours)}, it says {_shown(theirs)}"
            )

    def chain(self, month: Month, previous: str) -> None:
        """The seed's hash is of the month before and the manifest, which names every file."""
        link = hashlib.sha256(previous.encode() + b"\n" + month.manifest).hexdigest()
        self.same(month, "chain", f"manifest:{link}", month.seed["ledger_hash"])
        stated = {row["name"]: row["value"] for row in rows(month.manifest)}
        for name in STATED:
            self.same(month, f"manifest {name}", month.seed[name], stated.pop(name, None))
        ours = {name: hashlib.sha256(content).hexdigest() for name, content in month.files.items()}
        for name in sorted(set(ours) | set(stated)):
            self.same(month, name, ours.get(name), stated.get(name))

    def entries(self, month: Month) -> None:
        found = month.entries
        self.same(month, "entry count", str(len(found)), month.seed["entry_count"])
        total = sum(exact(entry["amount_usd"]) for entry in found)
        self.same(month, "sum of entries", total, exact(month.seed["posted_usd"]))
        self.same(month, "entry ids", len({entry["entry_id"] for entry in found}), len(found))
        self.same(
            month, "posted at", {entry["posted_at"] for entry in found}, {month.seed["closed_at"]}
        )

    def cents(self, month: Month) -> None:
        """Statements and lines from the entries alone: exact sums, cents that foot both ways."""
        parts: dict[str, dict] = {name: defaultdict(Fraction) for name in COMPONENTS}
        lines: dict[tuple, Fraction] = defaultdict(Fraction)
        counts: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
        for entry in month.entries:
            named = entry | {
                "component": component(entry),
                "reason": entry["reason"] or "none",
                "pool_id": entry["pool_id"] or "none",
            }
            key = tuple(named[name] for name in LINE)
            lines[key] += exact(entry["amount_usd"])
            counts[key][0] += 1
            counts[key][1] += int(entry["attempt_count"])
            parts[named["component"]][named["team_id"], named["cost_center_id"]] += exact(
                entry["amount_usd"]
            )
        cents = both_ways(parts)
        owners = {owner for amounts in parts.values() for owner in amounts}
        theirs = {(row["team_id"], row["cost_center_id"]): row for row in month.statements}
        self.same(month, "statements", owners, set(theirs))
        for owner in sorted(owners & set(theirs)):
            row, who = theirs[owner], "/".join(owner)
            of = {name: cents[name].get(owner, 0) for name in COMPONENTS}
            for column, names in PARTS.items():
                ours = Fraction(sum(of[name] for name in names), 100)
                self.same(month, f"{column} of {who}", ours, exact(row[column]))
            self.same(
                month, f"total of {who}", Fraction(sum(of.values()), 100), exact(row["total_usd"])
            )
            whole = sum(parts[name].get(owner, 0) for name in COMPONENTS)
            self.same(month, f"exact total of {who}", whole, exact(row["exact_total_usd"]))
        self.of_lines(month, lines, counts, cents)

    def of_lines(self, month: Month, lines: dict, counts: dict, cents: dict) -> None:
        theirs = {tuple(row[name] for name in LINE): row for row in month.lines}
        self.same(month, "lines", set(lines), set(theirs))
        groups: dict[tuple, dict] = defaultdict(dict)
        for key, amount in lines.items():
            usage_period, team, center, part, *rest = key
            groups[team, center, part][usage_period, *rest] = amount
        for (team, center, part), amounts in groups.items():
            ours = shared_out(amounts, cents[part][team, center])
            for (usage_period, *rest), booked in ours.items():
                key = (usage_period, team, center, part, *rest)
                if row := theirs.get(key):
                    who = f"line {' '.join(key)}"
                    self.same(
                        month, f"{who}, cents", Fraction(booked, 100), exact(row["amount_usd"])
                    )
                    self.same(month, f"{who}, exact", lines[key], exact(row["exact_usd"]))
                    told = [int(row["entry_count"]), int(row["attempt_count"])]
                    self.same(month, f"{who}, counts", counts[key], told)

    def terms(self, month: Month) -> None:
        """Mode, currency and rate by the seeds that were posted with the month."""
        first, after = month.seed["period_start"], _next(month.name)
        terms = [
            row for row in month.rows("seeds/chargeback_terms.csv")
            if (row["valid_from"] or "0") <= first < (row["valid_to"] or "9")
        ]  # fmt: skip
        rates = [row for row in month.rows("seeds/fx_rates.csv") if row["rate_date"] < after]
        for statement in month.statements:
            team = statement["team_id"]
            mine = [row for row in terms if row["team_id"] in (team, "*")]
            mine.sort(key=lambda row: row["team_id"] == "*")
            if not mine:
                self.same(month, f"terms of {team}", "", statement["charge_mode"])
                continue
            self.same(month, f"mode of {team}", mine[0]["charge_mode"], statement["charge_mode"])
            currency = mine[0]["currency"]
            self.same(month, f"currency of {team}", currency, statement["statement_currency"])
            of = [row for row in rates if row["currency"] == currency]
            last = max(of, key=lambda row: row["rate_date"]) if of else None
            rate = Fraction(1) if currency == "USD" else last and exact(last["usd_per_unit"])
            told = statement["usd_per_unit"]
            self.same(month, f"rate of {team}", rate, exact(told) if told else None)
            if rate:
                ours = Fraction(
                    floor(exact(statement["total_usd"]) / rate * 100 + Fraction(1, 2)), 100
                )
                self.same(
                    month, f"in {currency} of {team}", ours, exact(statement["statement_total"])
                )

    def compared(self, month: Month, before: Month | None) -> None:
        """What a statement says of the month before is what that month's statement said."""
        if before is None or _next(before.name)[:7] != month.name:
            return
        earlier = {
            (row["team_id"], row["cost_center_id"]): row["total_usd"] for row in before.statements
        }
        for row in month.statements:
            owner = row["team_id"], row["cost_center_id"]
            self.same(
                month, f"month before of {'/'.join(owner)}",
                exact(earlier[owner]) if owner in earlier else None,
                exact(row["previous_total_usd"]) if row["previous_total_usd"] else None,
            )  # fmt: skip

    def journal(self, month: Month, earlier: list[Month]) -> None:
        """It balances, and books to the accounts of charges what teams are charged, no more."""
        lines = month.rows("journal.csv")
        debits = sum(exact(line["debit_usd"]) for line in lines)
        self.same(
            month,
            "journal, debits and credits",
            debits,
            sum(exact(line["credit_usd"]) for line in lines),
        )
        self.same(month, "journal, line ids", len({line["line_id"] for line in lines}), len(lines))
        modes = {
            (each.name, row["team_id"]): row["charge_mode"]
            for each in (*earlier, month)
            for row in each.statements
        }
        charged: dict[tuple, Fraction] = defaultdict(Fraction)
        for line in month.lines:
            team, back_then = line["team_id"], line["usage_period"][:7]
            mode = modes.get((back_then, team)) or modes.get((month.name, team)) or "chargeback"
            if mode == "chargeback":
                charged[line["component"], team] += exact(line["amount_usd"])
        # a reversal hits the account that was charged then
        accounts = {
            row["charge_account"]
            for each in (*earlier, month)
            for row in each.rows("seeds/gl_accounts.csv")
        }
        booked: dict[tuple, Fraction] = defaultdict(Fraction)
        for line in lines:
            if line["account"] in accounts and line["component"] in COMPONENTS:
                amount = exact(line["debit_usd"]) - exact(line["credit_usd"])
                booked[line["component"], line["team_id"]] += amount
        ours = {key: amount for key, amount in charged.items() if amount}
        self.same(
            month, "journal, by component and team", ours, {k: v for k, v in booked.items() if v}
        )
        self.books(month, earlier, modes)

    def books(self, month: Month, earlier: list[Month], modes: dict[tuple, str]) -> None:
        """Each entity's books by account and cost centre, from lines and seeds as they were."""
        by_name = {each.name: each for each in (*earlier, month)}
        ours: dict[tuple, Fraction] = defaultdict(Fraction)
        for line in month.lines:
            team, back_then = line["team_id"], line["usage_period"][:7]
            mode = modes.get((back_then, team)) or modes.get((month.name, team)) or "chargeback"
            if mode != "chargeback":
                continue
            amount, part = exact(line["amount_usd"]), line["component"]
            kind = "direct" if line["pool_id"] == "none" else "shared"
            kind = "unused" if line["feature"] == "unused capacity" else kind
            # a reversal goes where its accrual went, and an invoice where it would have gone
            at = by_name.get(back_then, month) if part == "accrual_reversal" else month
            part = {"accrual_reversal": f"{kind}_accrued", "invoice_received": kind}.get(part, part)
            (row,) = [one for one in _holding(at, "gl_accounts") if one["component"] == part]
            then = by_name.get(back_then, month)
            charged = _entity(then, back_then, line["cost_center_id"])
            paying = _entity(then, back_then, row["clearing_cost_center_id"])
            sides = [
                (charged, row["charge_account"], line["cost_center_id"], amount),
                (paying, row["clearing_account"], row["clearing_cost_center_id"], -amount),
            ]
            if charged != paying:
                (between,) = _holding(then, "intercompany_accounts", back_then)
                owed, owing = between["due_from_account"], between["due_to_account"]
                sides.append((charged, owing, line["cost_center_id"], -amount))
                sides.append((paying, owed, row["clearing_cost_center_id"], amount))
            for entity, account, center, cents in sides:
                ours[entity, account, center] += cents
        theirs: dict[tuple, Fraction] = defaultdict(Fraction)
        entities: dict[str, Fraction] = defaultdict(Fraction)
        pairs: dict[tuple, Fraction] = defaultdict(Fraction)
        for line in month.rows("journal.csv"):
            debit, credit = exact(line["debit_usd"]), exact(line["credit_usd"])
            self.same(
                month, f"journal, sides of {line['line_id']}",
                (True, True), ((debit == 0) != (credit == 0), min(debit, credit) >= 0),
            )  # fmt: skip
            entities[line["journal_id"]] += debit - credit
            if partner := line["partner_entity_id"]:
                pairs[tuple(sorted((line["entity_id"], partner)))] += debit - credit
            # exchange differences follow from payments, not from statements
            if line["component"] in COMPONENTS:
                key = line["entity_id"], line["account"], line["cost_center_id"]
                theirs[key] += debit - credit
        for name, open_amount in (*entities.items(), *pairs.items()):
            self.same(month, f"journal, balance of {name}", Fraction(0), open_amount)
        for key in sorted(set(ours) | set(theirs)):
            self.same(month, f"journal, {' '.join(key)}", ours[key], theirs[key])

    def reversals(self, month: Month, earlier: list[Month]) -> None:
        """What is taken back was accrued in a closed month, all of it and once."""
        open_accruals: dict[tuple, Fraction] = defaultdict(Fraction)
        for each in (*earlier, month):
            for entry in each.entries:
                key = tuple(entry[name] for name in CHARGE)
                if entry["entry_type"] == "accrual":
                    open_accruals[key] += exact(entry["amount_usd"])
                elif entry["reason"] == "accrual_reversal":
                    left = open_accruals[key] + exact(entry["amount_usd"])
                    if each is month:
                        self.same(month, f"accrual left of {' '.join(key)}", Fraction(0), left)
                    open_accruals[key] = left

    def budgets(self, month: Month) -> None:
        plans = {}
        for row in month.rows("seeds/budgets.csv"):
            plans[row["team_id"], row["budget_period"]] = row["plan_usd"]
        for row in sorted(
            month.rows("seeds/budget_overrides.csv"), key=lambda one: one["recorded_at"]
        ):
            plans[row["team_id"], row["budget_period"]] = row["plan_usd"]
        spent: dict[str, Fraction] = defaultdict(Fraction)
        for entry in month.entries:
            spent[entry["team_id"]] += exact(entry["amount_usd"])
        for row in month.rows("budget_status.csv"):
            team = row["team_id"]
            self.same(month, f"spent of {team}", spent[team], exact(row["spent_usd"]))
            plan = plans.get((team, month.seed["period_start"]))
            told = row["budget_usd"]
            self.same(month, f"plan of {team}", plan and exact(plan), exact(told) if told else None)

    def focus(self, month: Month, earlier: list[Month]) -> None:
        """Its sums are the ledger's, its splits are whole, its corrections name delivered rows."""
        ledger: dict[str, Fraction] = defaultdict(Fraction)
        for entry in month.entries:
            ledger[entry["team_id"]] += exact(entry["amount_usd"])
        delivered: dict[str, Fraction] = defaultdict(Fraction)
        ratios: dict[str, Fraction] = defaultdict(Fraction)
        known = {row["x_ChargeKey"]: (each.name, row) for each in earlier for row in each.focus}
        for row in month.focus:
            delivered[row["SubAccountId"]] += exact(row["EffectiveCost"])
            self.same(month, "FOCUS period", month.name, row["BillingPeriodStart"][:7])
            if row["x_SplitOriginId"]:
                (element,) = json.loads(row["AllocatedMethodDetails"])["Elements"]
                ratios[row["x_SplitOriginId"]] += Fraction(str(element["AllocatedRatio"]))
            if row["x_CorrectionOf"]:
                name, original = known.get(row["x_CorrectionOf"], ("", {}))
                who = f"FOCUS correction {row['x_ChargeKey']}"
                self.same(month, f"{who}, month", row["ChargePeriodStart"][:7], name)
                for column in ("SubAccountId", "x_LedgerChargeKey"):
                    self.same(month, f"{who}, {column}", row[column], original.get(column))
        for team in sorted(set(ledger) | set(delivered)):
            self.same(month, f"FOCUS cost of {team}", ledger[team], delivered[team])
        for origin, ratio in ratios.items():
            self.same(month, f"FOCUS shares of {origin}", Fraction(1), ratio)


def both_ways(parts: dict[str, dict]) -> dict[str, dict]:
    """Cents of each component and owner: each component sums to its own, each owner is nearest."""
    totals = {
        name: sum(amounts.values(), Fraction(0)) for name, amounts in parts.items() if amounts
    }
    whole = floor(sum(totals.values()) * 100 + Fraction(1, 2))
    of_month = shared_out(totals, whole)
    short: dict[tuple, Fraction] = defaultdict(Fraction)
    cents: dict[str, dict] = {name: {} for name in COMPONENTS}
    owners = {owner for amounts in parts.values() for owner in amounts}
    for name in COMPONENTS:
        if name not in totals:
            continue
        exacts = {owner: parts[name].get(owner, Fraction(0)) * 100 for owner in owners}
        below = {owner: floor(amount) for owner, amount in exacts.items()}
        lost = {owner: exacts[owner] - below[owner] for owner in owners}
        order = sorted(owners, key=lambda one: (lost[one] == 0, -(short[one] + lost[one]), one))
        for owner in order[: of_month[name] - sum(below.values())]:
            below[owner] += 1
        for owner in owners:
            short[owner] += exacts[owner] - below[owner]
        cents[name] = below
    return cents


def _holding(month: Month, seed: str, name: str = "") -> list[dict[str, str]]:
    """The rows of a posted seed that hold on the first day of a month; of its own by default."""
    first = f"{name or month.name}-01"
    return [
        row for row in month.rows(f"seeds/{seed}.csv")
        if (row["valid_from"] or "0") <= first < (row["valid_to"] or "9")
    ]  # fmt: skip


def _entity(month: Month, name: str, center: str) -> str:
    """Whose a cost centre was in a month, as the seed stood at a close; blank without any."""
    named = {row["cost_center_id"]: row["entity_id"] for row in _holding(month, "entities", name)}
    return named.get(center, named.get("*", ""))


def _next(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year + number // 12}-{number % 12 + 1:02d}-01"


def _shown(value: object) -> str:
    if isinstance(value, Fraction):
        return f"{float(value):,.15g}"
    text = str(value)
    return text if len(text) < 200 else f"{text[:200]}..."


def main(ledger: str, periods: str) -> int:
    audit = Audit(Path(ledger), Path(periods))
    for line in audit.run():
        print(line)
    print(f"{len(audit.months)} months, {len(audit.found)} differences")
    return 1 if audit.found or not audit.months else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
