"""The files of a random month: bills in their vendors' forms and layouts, logs, by night.

A bill is one file, pages, weeks, parts or projects, as its vendor has it; an earlier pull may lie
beside it, with other amounts; folders are written again in parts; and everything comes in any order
over the nights. Each file knows what must become of its lines.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from scripts.sample.cloud_bills import AWS_NAMES, AZURE_NAMES, GOOGLE_NAMES, as_csv
from scripts.sample.month import MILLION, SECOND, SECOND_KEY, Cell, Line, Month, biller

OPENAI = {
    "uncached_input": "input", "cache_read": "cached input", "output": "output",
    "unmapped": "dream tokens",
}  # fmt: skip
ANTHROPIC = {
    "uncached_input": "uncached_input_tokens", "cache_read": "cache_read_input_tokens",
    "output": "output_tokens",
}  # fmt: skip
AWS_CHARGES = {
    "credit": "Credit", "tax": "Tax", "discount": "EdpDiscount", "fee": "Fee", "refund": "Refund",
    "commitment": "RIFee",
}  # fmt: skip
GOOGLE_CREDITS = {"credit": "PROMOTION", "discount": "SUSTAINED_USAGE_DISCOUNT"}
AZURE_CHARGES = {"refund": "Refund", "commitment": "UnusedReservation", "prepaid": "Purchase"}
TABLES = {
    "openai": "openai_costs",
    "anthropic": "anthropic_cost_report",
    "bedrock": "aws_cur2",
    "google-vertex": "gcp_billing",
    "azure": "azure_costs",
    "openrouter": "openrouter_activity",
    SECOND: "azure_costs/account=second",
}
LOGGED = {"claude-haiku-4-5": "global.anthropic.claude-haiku-4-5-20251001-v1:0"}


@dataclass
class File:
    """A bill file: its lines, the days it speaks of, and whether it counts in the end."""

    name: str
    lines: list[Line]
    days: list[date]
    counts: bool = True
    # days that another file of the instant states once more
    stated_again: tuple[date, ...] = ()
    more: bool = False
    # those of one group come together; of two writings of one name the later counts
    group: int = 0
    writing: int = 0


def plain(amount: Decimal) -> str:
    """An amount without an exponent."""
    return f"{amount:f}"


def epoch(day: date) -> int:
    """Seconds since 1970 of a day's first instant, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def after(day: date) -> date:
    """The day that follows."""
    return day + timedelta(days=1)


def openai_item(x: Line) -> str:
    """The line item as OpenAI words it."""
    if x.meter == "web_search":
        return "web search tool calls"
    if x.category == "absent_usage":
        return "code interpreter sessions"
    model = "gpt-4o-2024-08-06" if x.model == "gpt-4o" else x.model
    return f"{model}{' batch' if x.tier == 'batch' else ''}, {OPENAI[x.meter]}"


def openai(file: File) -> str:
    """Costs of OpenAI's API, or of its dashboard as CSV."""
    if file.name.endswith(".csv"):
        return as_csv(
            [
                {"start_time_iso": f"{x.day}T00:00:00+00:00",
                 "end_time_iso": f"{after(x.day)}T00:00:00+00:00",
                 "amount_value": plain(x.amount), "amount_currency": "usd",
                 "line_item": openai_item(x), "project_id": x.project, "api_key_id": x.key,
                 "quantity": x.quantity,
                 "quantity_unit": "tokens" if x.model != "all models" else ""}
                for x in file.lines
            ]
        )  # fmt: skip
    buckets = [
        {"start_time": epoch(day), "end_time": epoch(after(day)), "results": [
            {"amount": {"value": plain(x.amount), "currency": "usd"}, "line_item": openai_item(x),
             "project_id": x.project, "api_key_id": x.key, "quantity": x.quantity,
             "quantity_unit": "tokens" if x.model != "all models" else None}
            for x in file.lines if x.day == day
        ]}
        for day in file.days
    ]  # fmt: skip
    return json.dumps({"data": buckets, "has_more": file.more})


def anthropic(file: File) -> str:
    """Anthropic's cost report, in cents."""

    def result(x: Line) -> dict:
        found = {"amount": plain(x.amount * 100), "currency": "USD", "cost_type": "tokens"}
        if x.meter == "web_search":
            return found | {"cost_type": "web_search"}
        if x.category == "absent_usage":
            return found | {"cost_type": "code_execution"}
        return found | {
            "model": "claude-sonnet-4-5-20250929", "token_type": ANTHROPIC[x.meter],
            "service_tier": x.tier,
        }  # fmt: skip

    buckets = [
        {"starting_at": f"{day}T00:00:00Z", "ending_at": f"{after(day)}T00:00:00Z",
         "results": [result(x) for x in file.lines if x.day == day]}
        for day in file.days
    ]  # fmt: skip
    return json.dumps({"data": buckets, "has_more": file.more})


def bedrock(file: File) -> str:
    """Cost and usage report of AWS."""
    rows = []
    for number, x in enumerate(file.lines):
        usage = x.category == "usage"
        tier = "_Batch" if x.tier == "batch" else ""
        end = x.day + timedelta(days=x.days)
        rows.append(
            {
                "identity_line_item_id": f"{file.name}-{number}",
                "bill_billing_entity": "AWS Marketplace" if usage else "AWS",
                "bill_billing_period_start_date": f"{x.day:%Y-%m}-01T00:00:00Z",
                "line_item_line_item_type": AWS_CHARGES.get(x.category, "Usage"),
                "line_item_usage_start_date": f"{x.day}T00:00:00Z",
                "line_item_usage_end_date": f"{end}T00:00:00Z",
                "line_item_product_code": "claudehaiku45" if usage else "AmazonBedrock",
                "line_item_usage_type": f"USE1-MP:USE1_{AWS_NAMES[x.meter]}{tier}_Global-Units"
                if usage else "",
                "line_item_usage_amount": "" if x.quantity is None else plain(x.quantity / MILLION),
                "line_item_currency_code": x.currency,
                "line_item_unblended_cost": plain(x.amount),
                "product": json.dumps(
                    {"product_name": "Claude Haiku 4.5 (Amazon Bedrock Edition)"} if usage else {}
                ),
                "pricing_unit": "Units",
            }
        )  # fmt: skip
    return as_csv(rows)


def google(file: File) -> str:
    """Google's detailed export, one object a line."""
    rows, credits = [], defaultdict(list)
    for x in file.lines:
        if x.category in GOOGLE_CREDITS:
            credit = {"type": GOOGLE_CREDITS[x.category], "full_name": x.category}
            credits[x.day].append(credit | {"amount": plain(x.amount)})
    for x in file.lines:
        if x.category in GOOGLE_CREDITS:
            continue
        usage = x.category == "usage"
        name = "Gemini House" if x.model == "gemini house" else "Gemini 2.5 Flash GA"
        tier = " Batch" if x.tier == "batch" else ""
        rows.append(
            {
                "service": {"description": "Vertex AI"},
                "sku": {"id": "0", "description": f"{name}{tier} {GOOGLE_NAMES[x.meter]}"
                        if usage else "Vertex AI"},
                "usage_start_time": f"{x.day}T15:00:00Z",
                "usage_end_time": f"{x.day}T16:00:00Z",
                "cost": plain(x.amount),
                "currency": x.currency,
                "usage": {"amount": str(x.quantity or 0), "unit": "count"},
                # on one row of the day
                "credits": credits.pop(x.day, []) if usage else [],
                "invoice": {"month": f"{x.day:%Y%m}"},
                "cost_type": "regular" if usage else x.category,
                "export_time": f"{x.day + timedelta(days=1)}T02:14:09Z",
            }
        )  # fmt: skip
    return "".join(json.dumps(row) + "\n" for row in rows)


def azure(file: File) -> str:
    """Azure's cost export, in thousands of tokens."""
    return as_csv(
        [
            {
                "SubscriptionId": "00000000-0000-0000-0000-00000c0ffee0",
                "Date": f"{x.day:%m/%d/%Y}",
                "MeterCategory": "Foundry Models",
                "MeterName": AZURE_NAMES.get(x.meter, "Other"),
                "UnitOfMeasure": "1K",
                "Quantity": "0" if x.quantity is None else plain(Decimal(x.quantity) / 1000),
                "CostInBillingCurrency": plain(x.amount),
                "ChargeType": AZURE_CHARGES.get(x.category, "Usage"),
                "BillingCurrencyCode": x.currency,
                "BillingPeriodStartDate": f"{x.day:%m}/01/{x.day:%Y}",
            }
            for x in file.lines
        ]
    )


def openrouter(file: File) -> str:
    """OpenRouter's activity: one amount for all classes of tokens."""
    rows = [
        {"date": str(x.day), "model": "anthropic/claude-sonnet-4.5", "provider_name": "Anthropic",
         "usage": plain(x.amount), "byok_usage_inference": 0, "requests": 2,
         "prompt_tokens": x.quantity, "completion_tokens": 0, "cached_tokens": 0}
        for x in file.lines
    ]  # fmt: skip
    return json.dumps({"data": rows})


FORMS = {
    "openai": (openai, "json"),
    "anthropic": (anthropic, "json"),
    "bedrock": (bedrock, "csv"),
    "google-vertex": (google, "jsonl"),
    "azure": (azure, "csv"),
    "openrouter": (openrouter, "json"),
    SECOND: (azure, "csv"),
}


class Deliveries:
    """The files of a month, and the night on which each comes."""

    def __init__(self, month: Month, may_close: bool = False) -> None:
        """`may_close`: the month may be closed before its bills are pulled for the last time."""
        self.month, self.rng = month, month.rng
        self.layouts: dict[str, str] = {}
        self.files: list[File] = []
        # the day on which the month is closed, before its bills are pulled for the last time
        self.closed_on: date | None = None
        self.early: dict[str, list[tuple[Line, Decimal]]] = {}
        for provider in month.providers:
            self._plan(provider)
        count = self.rng.randint(2, 3)
        self.nights: list[dict[str, str]] = [{} for _ in range(count)]
        self._deliver(count)
        # a folder that says no instant is of the instant at which it was loaded
        if may_close and "folder" not in self.layouts.values() and self.rng.random() < 0.5:
            self.closed_on = after(month.days[-1])

    # ---------- which files a bill is made of

    def _plan(self, provider: str) -> None:
        month = self.month
        mine = [x for x in month.lines if x.provider == provider]
        if provider in ("openai", "anthropic"):
            days = [day for day in month.days if month.has_bill(provider, day)]
        else:
            days = sorted({x.day for x in mine})
        layout = self._layout(provider)
        self.layouts[provider] = layout
        at = month.pulled_on[provider]
        stem, suffix = f"{TABLES[provider]}/{at:%Y%m%d}T06", FORMS[provider][1]
        made = getattr(self, f"_as_{layout}")(provider, mine, days, stem, suffix)
        if layout not in ("folder", "runs", "views") and self.rng.random() < 0.6:
            made.append(self._earlier(provider, mine, days))
        self.rng.shuffle(made)
        self.files += made

    def _layout(self, provider: str) -> str:
        if provider in self.month.lost_pages:
            return "pages"
        wanted = ["one", "weeks"]
        if provider in ("openai", "anthropic"):
            wanted.append("pages")
        if provider == "openai" and provider not in self.month.ambiguous:
            wanted.append("projects")
            if not any(cause == "missing_day" for cause in self._lacks(provider)):
                wanted.append("table")
        if provider == "bedrock":
            wanted = ["one", "parts"]
            if self._is_in_time(provider):
                wanted.append("folder")
        if biller(provider) == "azure":
            wanted = ["one", "parts", "runs", "views"]
        return self.rng.choice(wanted)

    def _lacks(self, provider: str) -> list[str]:
        return [cause for (name, _), cause in self.month.unbilled.items() if name == provider]

    def _is_in_time(self, provider: str) -> bool:
        return self.month.is_settled(provider, self.month.days[-1])

    def _as_one(self, _provider, lines, days, stem, suffix) -> list[File]:
        files = [File(f"{stem}0000Z.{suffix}", lines, days)]
        return files + self._copied(files)

    def _as_table(self, _provider, lines, days, stem, _suffix) -> list[File]:
        return [File(f"{stem}0000Z.csv", lines, days)]

    def _as_weeks(self, _provider, lines, days, stem, suffix) -> list[File]:
        files = [
            File(f"{stem}{number:02}00Z.{suffix}", [x for x in lines if x.day in some], some)
            for number, some in enumerate(self._chunks(days))
        ]
        return files + self._copied(files)

    def _as_pages(self, provider, lines, days, stem, suffix) -> list[File]:
        """Pages of one instant; a page that is missing is followed by one that is there."""
        lost = self.month.lost_pages.get(provider)
        if lost:
            before = [day for day in days if day < lost[0]]
            behind = [day for day in days if day > lost[-1]]
            chunks = [*self._chunks(before), *self._chunks(behind)]
        else:
            chunks = self._chunks(days)
        # a page goes on where the one before ended
        chunks = [part for chunk in chunks for part in self._unbroken(chunk)]
        files = [
            File(f"{stem}0000Z-page{number}.{suffix}", [x for x in lines if x.day in some], some,
                 more=some != chunks[-1])
            for number, some in enumerate(chunks, start=1)
        ]  # fmt: skip
        for one, following in itertools.pairwise(files):
            is_lost = lost and one.days[-1] < lost[0] <= after(one.days[-1])
            one.more = bool(is_lost) or after(one.days[-1]) == following.days[0]
        return files + self._copied(files)

    def _as_projects(self, _provider, lines, days, stem, suffix) -> list[File]:
        return [
            File(f"{stem}0000Z/{name}.{suffix}", [x for x in lines if x.project == name], days)
            for name in ("proj_a", "proj_b")
        ]

    def _as_parts(self, provider, lines, days, stem, suffix) -> list[File]:
        """Parts of one delivery, cut anywhere."""
        shuffled = self.rng.sample(lines, len(lines))
        cut = self.rng.randint(1, len(lines) - 1)
        return [
            File(f"{stem}0000Z/part-{number}.{suffix}", some, days)
            for number, some in enumerate((shuffled[:cut], shuffled[cut:]))
        ]

    def _as_folder(self, provider, lines, days, _stem, suffix) -> list[File]:
        """A folder of AWS that says no instant; one part is written again, another night."""
        folder = f"{TABLES[provider]}/BILLING_PERIOD={self.month.first:%Y-%m}"
        shuffled = self.rng.sample(lines, len(lines))
        cut = self.rng.randint(1, len(lines) - 1)
        first = [replace(x, amount=x.amount / 2) for x in shuffled[:cut]]
        return [
            File(f"{folder}/x-00001.{suffix}", first, days, counts=False, group=1),
            File(f"{folder}/x-00001.{suffix}", shuffled[:cut], days, writing=1),
            File(f"{folder}/x-00002.{suffix}", shuffled[cut:], days, group=1),
        ]

    def _as_runs(self, provider, lines, days, _stem, suffix) -> list[File]:
        """Azure's own folders: days covered, run, guid; each run holds the month to date."""
        at = self.month.pulled_on[provider]
        end = self.month.days[-1]
        folder = f"{TABLES[provider]}/exp/{self.month.first:%Y%m%d}-{end:%Y%m%d}"
        some = days[: self.rng.randint(3, len(days) - 1)]
        early = [x for x in lines if x.day in some]
        earlier = at - timedelta(days=self.rng.randint(1, 5))
        return [
            File(f"{folder}/{earlier:%Y%m%d}0557/1a/p.{suffix}", early, some, counts=False),
            File(f"{folder}/{at:%Y%m%d}0557/2b/p.{suffix}", lines, days),
        ]

    def _as_views(self, provider, lines, days, stem, suffix) -> list[File]:
        """The actual and the amortized export of one account."""
        amortized = [replace(x, amount=x.amount * 2) for x in lines]
        return [
            File(f"{stem}0000Z/actual.{suffix}", lines, days),
            File(f"{stem}0000Z/amortized.{suffix}", amortized, days, counts=False),
        ]

    def _copied(self, files: list[File]) -> list[File]:
        """One day once more at the same instant: does it add up, or replace?"""
        if not files[0].name.startswith(TABLES["openai"]):
            return []
        day = self.month.ambiguous.get("openai")
        if day is None:
            return []
        whole = next(file for file in files if day in file.days)
        whole.stated_again = (day,)
        lines = [x for x in whole.lines if x.day == day]
        stem, suffix = whole.name.rsplit(".", 1)
        return [File(f"{stem}-zzz.{suffix}", lines, [day])]

    def _earlier(self, provider, lines, days) -> File:
        """What was pulled before, with less on it; a later pull speaks of all its days."""
        at = self.month.pulled_on[provider] - timedelta(days=self.rng.randint(1, 5))
        some = days[: self.rng.randint(1, len(days))]
        part = Decimal(self.rng.randint(80, 100)) / 100
        early = [replace(x, amount=x.amount * part) for x in lines if x.day in some]
        self.early[provider] = [(x, 1 - part) for x in lines if x.day in some]
        name = f"{TABLES[provider]}/{at:%Y%m%d}T060000Z.{FORMS[provider][1]}"
        return File(name, early, some, counts=False)

    def _chunks(self, days: list[date]) -> list[list[date]]:
        found, rest = [], list(days)
        while rest:
            size = self.rng.randint(4, 12)
            found.append(rest[:size])
            rest = rest[size:]
        return found

    @staticmethod
    def _unbroken(days: list[date]) -> list[list[date]]:
        found: list[list[date]] = []
        for day in days:
            if found and after(found[-1][-1]) == day:
                found[-1].append(day)
            else:
                found.append([day])
        return found

    # ---------- when they come

    def _deliver(self, count: int) -> None:
        for file in self.files:
            if file.writing:
                night = self.rng.randint(1, count - 1)
            elif file.group:
                night = 0
            else:
                night = self.rng.randrange(count)
            form = next(
                FORMS[p][0] for p, table in TABLES.items() if file.name.startswith(f"{table}/")
            )
            self.nights[night][file.name] = form(file)
        events = [line for line in map(self._event, self.month.attempts) if line]
        self.rng.shuffle(events)
        cut = self.rng.randint(0, len(events))
        for number, some in enumerate((events[:cut], events[cut:])):
            name = f"envelope_events/{number}.jsonl"
            self.rng.choice(self.nights)[name] = "".join(some)

    @staticmethod
    def _event(a) -> str | None:
        if not a.logged:
            return None
        event = {
            "request_id": f"{a.provider}-{a.day}-{a.number}",
            "timestamp": f"{a.day}T{9 + a.number:02}:15:00Z",
            "team": "growth",
            "service_name": "copywriter",
            "environment": a.environment,
            "provider": biller(a.provider),
            "model_requested": LOGGED.get(a.billed_model, a.billed_model),
            "model_actual": LOGGED.get(a.billed_model, a.billed_model),
            "service_tier": a.tier,
            "status": a.status,
        }
        if a.provider == SECOND:
            event["credential_id"] = SECOND_KEY
        if a.environment == "production":
            event["feature"] = "drafts"
        if a.answer:
            event["provider_response_id"] = a.answer
        if a.seen:
            event |= {
                "input_tokens": a.tokens["uncached_input"] + a.tokens["cache_read"],
                "cached_input_tokens": a.tokens["cache_read"],
                "output_tokens": a.tokens["output"],
            }
        return json.dumps(event) + "\n"

    # ---------- what must become of them

    def expected_files(self) -> dict[str, dict[str, Decimal]]:
        """By file: its sum in all currencies, and what of it is in figures, and what replaced."""
        found: dict[str, dict[str, Decimal]] = {}
        for file in self.files:
            sums = found.setdefault(
                file.name,
                dict.fromkeys(("sum", "reconciled", "replaced", "no_exchange_rate"), Decimal(0)),
            )
            for x in file.lines:
                if not file.counts or x.day in file.stated_again:
                    outcome = "replaced"
                else:
                    outcome = "no_exchange_rate" if x.usd is None else "reconciled"
                sums["sum"] += x.amount
                sums[outcome] += x.amount
        return found

    def restated(self) -> list[tuple]:
        """The findings on a closed month that later pulls changed: one for each bill."""
        found = []
        for provider, lines in self.early.items() if self.closed_on else ():
            changes: dict[Cell, Decimal] = defaultdict(Decimal)
            for whole, part in lines:
                for x in whole.by_day():
                    if x.usd is not None:
                        changes[x.day, x.tier, x.model, x.meter] += x.usd * part
            moved = {cell: abs(usd) for cell, usd in changes.items() if usd}
            if moved:
                days = [cell[0] for cell in moved]
                usd = sum(moved.values())
                found.append(
                    ("restated_closed_month", provider, min(days), max(days), len(moved), usd)
                )
        return found
