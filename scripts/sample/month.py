"""Random months of use and of bills, with faults planted in them, and what must be found.

A month has two to six providers. Both sides are computed from one list of attempts with prices of
their own; then each fault changes what the gateway saw, what is billed, or how the bill is pulled,
on days that no other fault touches. What must be found follows from the two sides; a difference
that nobody planted is a mistake of this file, and it says so. The forms are in month_files.
"""

from __future__ import annotations

import calendar
import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

METERS = ("uncached_input", "cache_read", "output")
MILLION = Decimal(1_000_000)
CENT = Decimal("0.01")
KEY = "key_products_01"
# An account beside the default one: a bill of its own, of the same provider.
SECOND = "azure/second"
SECOND_KEY = "key_second_account"
UNPRICED = {"openai": "gpt-mystery", "google-vertex": "gemini house"}
MODELS = {  # as the rate card names it
    "openai": "gpt-4o",
    "anthropic": "claude-sonnet-4-5",
    "bedrock": "claude-haiku-4-5",
    "google-vertex": "gemini-2.5-flash",
    "azure": "gpt-4o",
    "openrouter": "claude-sonnet-4-5",
    SECOND: "gpt-4o",
}
PRICES = {  # USD per million tokens of each meter
    "openai": ("2.50", "1.25", "10"),
    "anthropic": ("3", "0.30", "15"),
    "bedrock": ("1", "0.10", "5"),
    "google-vertex": ("0.30", "0.03", "2.50"),
    "azure": ("2.50", "1.25", "10"),
    "openrouter": ("3", "0.30", "15"),
    SECOND: ("2.50", "1.25", "10"),
}
SETTLES_AFTER = {"google-vertex": 3, "azure": 3, "openrouter": 1, SECOND: 3}
# of the sample company, from 30 June 2026 on
USD_PER_EUR = ((date(2026, 9, 30), Decimal("1.17")), (date(2026, 6, 30), Decimal("1.16")))
# Their bills state no quantity, so that volume and price cannot be told apart.
WITHOUT_QUANTITIES = ("anthropic", "openrouter")
PAGED = ("openai", "anthropic")
# cause or finding: (days it takes, providers it can be planted at; none: all)
FAULTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "unseen_usage": (1, ()),
    "unbilled_usage": (1, ()),
    "stale_rate": (1, ()),
    "duplicate": (1, ()),
    "leaked_credential": (3, ("openai",)),
    "cache_class": (1, ("openai", "bedrock", "google-vertex", "azure", SECOND)),
    "tier_or_batch": (1, ("openai", "anthropic", "bedrock", "google-vertex")),
    "timezone_shift": (2, ()),
    "quarantined": (1, ()),
    "failed_at_gateway": (1, ()),
    "cached_at_gateway": (1, ()),
    "unmetered": (1, ()),
    "unknown_currency": (1, ("bedrock", "google-vertex", "azure")),
    "currency": (1, ("bedrock", "google-vertex", "azure", SECOND)),
    "spread_charge": (3, ("bedrock",)),
    "tool_fee": (1, PAGED),
    "unmapped_line": (1, ("openai", "bedrock")),
    "unpriced_usage": (1, tuple(UNPRICED)),
    "commitment": (1, ("azure",)),
    "no_bill": (1, ()),
    "missing_day": (1, PAGED),
    "rounding": (1, ("openai", "anthropic", "bedrock", "google-vertex", "azure", SECOND)),
    "absence": (1, ("openai", "anthropic", "bedrock", "google-vertex", "azure", SECOND)),
    "ambiguous_pull": (1, ("openai",)),
    "incomplete_pull": (2, PAGED),
}
ABSENCES = {
    "openai": ("absent_usage",),
    "anthropic": ("absent_usage",),
    "bedrock": ("credit", "tax", "discount", "fee", "refund", "commitment"),
    "google-vertex": ("credit", "discount", "tax", "adjustment"),
    "azure": ("refund", "commitment", "prepaid"),
    SECOND: ("refund", "commitment", "prepaid"),
}

Cell = tuple[date, str, str, str]  # day, provider, model, meter


def biller(provider: str) -> str:
    """Whose bill the account's is."""
    return provider.split("/")[0]


def price(provider: str, tier: str, meter: str) -> Decimal:
    """USD per token; batch is half."""
    listed = Decimal(PRICES[provider][METERS.index(meter)]) / MILLION
    return listed / 2 if tier == "batch" else listed


@dataclass(frozen=True)
class Attempt:
    """One attempt: what the gateway saw, and how it is billed."""

    provider: str
    day: date
    number: int
    tokens: dict[str, int]
    tier: str = "standard"
    status: str = "ok"
    environment: str = "production"
    model: str | None = None  # another than the provider's
    answer: str | None = None
    seen: bool = True  # the gateway knows its usage
    logged: bool = True
    billed_day: date | None = None  # none: never
    billed_tier: str = "standard"

    @property
    def billed_model(self) -> str:
        """The model on the bill."""
        return self.model or MODELS[self.provider]

    @property
    def cost(self) -> dict[str, Decimal]:
        """By meter, what our record makes of it."""
        if not (self.seen and self.logged) or self.model or self.environment != "production":
            return {}
        if self.tier == "provisioned":
            return dict.fromkeys(self.tokens, Decimal(0))
        return {m: n * price(self.provider, self.tier, m) for m, n in self.tokens.items()}


@dataclass(frozen=True)
class Line:
    """One line of a bill; the amount is in its currency."""

    provider: str
    day: date
    model: str
    meter: str
    quantity: int | None
    amount: Decimal
    tier: str = "standard"
    currency: str = "USD"
    project: str = "proj_a"
    key: str = KEY
    days: int = 1
    category: str = "usage"

    @property
    def usd(self) -> Decimal | None:
        """The amount in USD; None without a rate of exchange."""
        if self.currency == "USD":
            return self.amount
        rates = USD_PER_EUR if self.currency == "EUR" else ()
        return next((self.amount * rate for since, rate in rates if self.day >= since), None)

    def by_day(self) -> list[Line]:
        """A charge for several days, a line for each."""
        return [
            replace(self, day=self.day + timedelta(days=n), amount=self.amount / self.days, days=1)
            for n in range(self.days)
        ]


@dataclass
class Month:
    """What happened, what is billed, and what must be found."""

    seed: int
    first: date | None = None  # none: a month of 2026 by the seed
    providers: list[str] = field(init=False)
    attempts: list[Attempt] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    # the cause planted at a cell; at a day, what its bill lacks
    causes: dict[Cell, str] = field(default_factory=dict)
    unbilled: dict[tuple[str, date], str] = field(default_factory=dict)
    ambiguous: dict[str, date] = field(default_factory=dict)
    lost_pages: dict[str, list[date]] = field(default_factory=dict)
    leaked: dict[tuple[str, str], list[Line]] = field(default_factory=dict)
    # lines with a word that no seed lists, by the kind of word
    unknown: dict[tuple[str, str], list[Line]] = field(default_factory=dict)
    # how each provider's bill is pulled
    pulled_on: dict[str, date] = field(default_factory=dict)
    # what is paid in advance, and the stated balance less what is right
    bought: Decimal = Decimal(2000)
    balance_gap: Decimal | None = None
    planted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        month = self.rng.randint(1, 12)
        self.first = self.first or date(2026, month, 1)
        count = self.rng.randint(2, 6)
        self.providers = sorted(self.rng.sample(sorted(MODELS.keys() - {SECOND}), count))
        if "azure" in self.providers and self.rng.random() < 0.5:
            self.providers.append(SECOND)
            self.planted.append("second_account")
        self.projects = self.rng.sample(["proj_a", "proj_b"], 2)
        moods = dict.fromkeys(self.providers, "faults")
        for mood in ("drift", "overcharge"):
            steady = [p for p in ("openai", "azure") if moods.get(p) == "faults"]
            if steady and len(self.providers) > 2 and self.rng.random() < 0.5:
                moods[self.rng.choice(steady)] = mood
        for provider, mood in moods.items():
            self._pull_date(provider)
            if mood == "faults":
                self._fault(provider)
            else:
                self._lean(provider, mood)
        self._buy_credits()

    def _buy_credits(self) -> None:
        """Credits of OpenRouter: enough, fewer than are used, or with a balance that is off."""
        kind = self.rng.choice(("tie", "prepaid_does_not_tie", "prepaid_below_zero"))
        if "openrouter" not in self.providers or kind == "tie":
            return
        self.planted.append(kind)
        if kind == "prepaid_does_not_tie":
            self.balance_gap = Decimal(self.rng.randint(-500, 500)) / 100 or Decimal(7)
        else:
            part = Decimal(self.rng.randint(20, 95)) / 100
            self.bought = (sum(self.draws().values()) * part).quantize(CENT)

    @property
    def days(self) -> list[date]:
        """The days of the month."""
        count = calendar.monthrange(self.first.year, self.first.month)[1]
        return [self.first + timedelta(days=n) for n in range(count)]

    @property
    def now(self) -> date:
        """The day of the last night, when all could be settled."""
        return self.days[-1] + timedelta(days=12)

    def settles_on(self, provider: str, day: date) -> date:
        """The day on which the provider's bill of a day is final."""
        return day + timedelta(days=1 + SETTLES_AFTER.get(provider, 2))

    def is_settled(self, provider: str, day: date) -> bool:
        """Whether the bill was pulled when the day was final."""
        return self.pulled_on[provider] >= self.settles_on(provider, day)

    def _pull_date(self, provider: str) -> None:
        late = self.rng.random() < 0.3
        after = self.rng.randint(1, 2) if late else self.rng.randint(6, 10)
        self.pulled_on[provider] = self.days[-1] + timedelta(days=after)

    # ---------- what happens at a provider

    def _usual(self, provider: str, day: date, scale: int = 1) -> list[Attempt]:
        """Two attempts that are billed as they are logged."""
        sizes = ((40_000, 120_000), (10_000, 60_000), (2_000, 20_000))
        return [
            Attempt(
                provider, day, number,
                {m: self.rng.randint(*size) * scale for m, size in zip(METERS, sizes, strict=True)},
                billed_day=day,
            )
            for number in range(2)
        ]  # fmt: skip

    def _billed(self, attempts: list[Attempt]) -> list[Line]:
        """A line for each day, model, meter, tier and project."""
        summed: dict[tuple, list] = defaultdict(lambda: [0, Decimal(0)])
        for a in attempts:
            if a.billed_day is None:
                continue
            project = self.projects[a.number % 2] if a.provider == "openai" else "proj_a"
            for meter, tokens in a.tokens.items():
                if tokens:
                    name = "all_tokens" if a.provider == "openrouter" else meter
                    key = (a.billed_day, a.billed_model, name, a.billed_tier, project)
                    summed[key][0] += tokens
                    summed[key][1] += tokens * price(a.provider, a.billed_tier, meter)
        provider = attempts[0].provider
        return [
            Line(provider, day, model, meter, quantity, amount, tier=tier, project=project)
            for (day, model, meter, tier, project), (quantity, amount) in summed.items()
        ]

    def _fault(self, provider: str) -> None:
        """Each fault on days of its own; between two of them is a day that is right."""
        wanted = [
            name
            for name, (_, where) in FAULTS.items()
            if (not where or provider in where)
            and self.rng.random() < 0.6
            and (name != "currency" or self.first > USD_PER_EUR[-1][0])
        ]
        self.rng.shuffle(wanted)
        plan: dict[date, str] = {}
        place = self.rng.randint(1, 2)  # a page is before each that is missing
        for name in wanted:
            length = FAULTS[name][0]
            if place + length >= len(self.days) - 1:
                break
            plan |= dict.fromkeys(self.days[place : place + length], name)
            self.planted.append(name)
            place += length + self.rng.choice((1, 1, 1, 2))
        attempts = {day: self._usual(provider, day) for day in self.days}
        for day in self.days:
            name = plan.get(day)
            if name and plan.get(day - timedelta(days=1)) != name:
                days = [d for d in self.days if plan.get(d) == name]
                getattr(self, f"_log_{name}", self._log_nothing)(attempts, days)
        mine = [a for day in self.days for a in attempts[day]]
        lines = self._billed(mine)
        for name in dict.fromkeys(plan.values()):
            days = [d for d in self.days if plan.get(d) == name]
            lines = getattr(self, f"_bill_{name}", self._bill_nothing)(provider, days, lines)
        self.attempts += mine
        self.lines += lines

    def _lean(self, provider: str, mood: str) -> None:
        """Many amounts of which none is off by itself."""
        mine = [a for day in self.days for a in self._usual(provider, day, 8)]
        factor = Decimal("1.003") if mood == "drift" else Decimal("1.02")
        start = self.rng.randint(0, 4)
        wrong = self.days[start : start + self.rng.randint(16, 24)]
        for line in self._billed(mine):
            if line.day in wrong and (mood == "drift" or line.meter == "output"):
                line = replace(line, amount=line.amount * factor)
                self._note(provider, [line.day], (line.meter,), "stale_rate")
            self.lines.append(line)
        self.attempts += mine
        self.planted.append(mood)

    def _note(self, provider: str, days: list[date], meters, cause: str, model=None) -> None:
        if provider == "openrouter" and cause != "no_bill":
            meters = ("all_tokens",)
        if provider in WITHOUT_QUANTITIES and cause in (
            "unseen_usage", "unbilled_usage", "stale_rate",
        ):  # fmt: skip
            cause = "no_provider_quantity"
        for day in days:
            for meter in meters:
                self.causes[day, provider, model or MODELS[provider], meter] = cause

    def _note_first(self, attempts: dict, days: list[date], cause: str, **changes) -> Attempt:
        """Change the first attempt of the first day; the cells of its tokens are planted."""
        old = attempts[days[0]][0]
        new = replace(old, **changes)
        attempts[days[0]][0] = new
        meters = [m for m, n in new.tokens.items() if n]
        self._note(new.provider, days, meters, cause, new.model)
        return new

    # ---------- what the gateway logs

    def _log_nothing(self, attempts: dict, days: list[date]) -> None:
        pass

    def _log_unseen_usage(self, attempts, days) -> None:
        self._note_first(attempts, days, "unseen_usage", logged=False)

    def _log_unbilled_usage(self, attempts, days) -> None:
        self._note_first(attempts, days, "unbilled_usage", billed_day=None)

    def _log_tier_or_batch(self, attempts, days) -> None:
        if attempts[days[0]][0].provider == "anthropic":  # whose bill has the tier on its lines
            self._note_first(attempts, days, "tier_or_batch", billed_tier="batch")
            return
        tokens = attempts[days[0]][0].tokens | {"cache_read": 0}
        self._note_first(attempts, days, "tier_or_batch", tier="batch", tokens=tokens)

    def _log_timezone_shift(self, attempts, days) -> None:
        self._note_first(attempts, days, "timezone_shift", billed_day=days[1])

    def _log_quarantined(self, attempts, days) -> None:
        self._note_first(attempts, days, "quarantined", environment="lab")

    def _log_failed_at_gateway(self, attempts, days) -> None:
        self._note_first(attempts, days, "failed_at_gateway", status="error", billed_day=None)

    def _log_cached_at_gateway(self, attempts, days) -> None:
        first, second = attempts[days[0]]
        answer = f"resp-{first.provider}-{first.day}"
        attempts[days[0]] = [
            replace(second, number=0, tokens=first.tokens, answer=answer, billed_day=None),
            replace(first, number=1, answer=answer),
        ]
        self._note_first(attempts, days, "cached_at_gateway")

    def _log_unmetered(self, attempts, days) -> None:
        usual = attempts[days[0]]
        mean = {m: sum(a.tokens[m] for a in usual) // 2 for m in METERS}
        broken = replace(usual[0], number=2, tokens=mean, status="cancelled", seen=False)
        attempts[days[0]].append(broken)
        self._note(broken.provider, days, METERS, "unmetered")

    def _log_spread_charge(self, attempts, days) -> None:
        """Tokens of all days that can be divided evenly over them."""
        for meter in METERS:
            over = sum(a.tokens[meter] for day in days for a in attempts[day]) % len(days)
            last = attempts[days[-1]][0]
            more = last.tokens | {meter: last.tokens[meter] + (len(days) - over)}
            attempts[days[-1]][0] = replace(last, tokens=more)

    def _log_unpriced_usage(self, attempts, days) -> None:
        provider = attempts[days[0]][0].provider
        self._note_first(attempts, days, "unpriced_usage", model=UNPRICED[provider])

    def _log_commitment(self, attempts, days) -> None:
        self._note_first(attempts, days, "commitment", tier="provisioned")

    # ---------- what is billed

    def _bill_nothing(self, _provider: str, _days: list[date], lines: list[Line]) -> list[Line]:
        return lines

    def _one(self, lines: list[Line], day: date, meter: str | None = None) -> Line:
        return self.rng.choice([x for x in lines if x.day == day and meter in (None, x.meter)])

    def _odd_amount(self) -> Decimal:
        """Between a few cents and three dollars, in no whole cents."""
        return Decimal(self.rng.randint(40_000, 3_000_000) * 10 + 3) / 10_000_000

    def _bill_stale_rate(self, provider, days, lines) -> list[Line]:
        line = self._one(lines, days[0])
        self._note(provider, days, (line.meter,), "stale_rate")
        dearer = replace(line, amount=line.amount + self._odd_amount())
        return [dearer if x is line else x for x in lines]

    def _bill_duplicate(self, provider, days, lines) -> list[Line]:
        line = self._one(lines, days[0])
        self._note(provider, days, (line.meter,), "duplicate")
        return [*lines, line]

    def _bill_leaked_credential(self, provider, days, lines) -> list[Line]:
        key = f"key_leaked_{self.rng.randint(1, 9)}"
        meters = self.rng.sample(METERS, 2)
        more = []
        for day in days:
            for meter in meters:
                tokens = self.rng.randint(10_000, 900_000)
                amount = tokens * price(provider, "standard", meter)
                more.append(Line(provider, day, MODELS[provider], meter, tokens, amount, key=key))
        self._note(provider, days, meters, "leaked_credential")
        self.leaked[provider, key] = more
        return [*lines, *more]

    def _bill_cache_class(self, provider, days, lines) -> list[Line]:
        """Half of what was read from the cache is billed as plain input."""
        cached = self._one(lines, days[0], "cache_read")
        plain = next(
            x for x in lines
            if (x.day, x.meter, x.project) == (days[0], "uncached_input", cached.project)
        )  # fmt: skip
        moved = cached.quantity // 2
        new = {
            id(x): replace(
                x, quantity=x.quantity + n, amount=x.amount + n * price(provider, x.tier, x.meter)
            )
            for x, n in ((plain, moved), (cached, -moved))
        }
        self._note(provider, days, ("uncached_input", "cache_read"), "cache_class")
        return [new.get(id(x), x) for x in lines]

    def _bill_unknown_currency(self, provider, days, lines) -> list[Line]:
        line = self._one(lines, days[0])
        self._note(provider, days, (line.meter,), "currency")
        new = replace(line, currency="SEK")
        self.unknown["currency", provider] = [new]
        return [new if x is line else x for x in lines]

    def _bill_currency(self, provider, days, lines) -> list[Line]:
        line = self._one(lines, days[0])
        self._note(provider, days, (line.meter,), "currency")
        amount = (line.amount / Decimal("1.08")).quantize(Decimal("0.0000001")) + Decimal("1e-9")
        return [replace(line, currency="EUR", amount=amount) if x is line else x for x in lines]

    def _bill_spread_charge(self, provider, days, lines) -> list[Line]:
        """One line for three days, in place of one for each."""
        kept, whole = [], {}
        for x in lines:
            if x.day not in days:
                kept.append(x)
                continue
            key = (x.meter, x.tier)
            sofar = whole.get(key, replace(x, day=days[0], quantity=0, amount=Decimal(0)))
            whole[key] = replace(
                sofar, quantity=sofar.quantity + x.quantity, amount=sofar.amount + x.amount,
                days=len(days),
            )  # fmt: skip
        self._note(provider, days, METERS, "spread_charge")
        return [*kept, *whole.values()]

    def _bill_tool_fee(self, provider, days, lines) -> list[Line]:
        calls = self.rng.randint(20, 300)
        self._note(provider, days, ("web_search",), "tool_fee", "all models")
        amount = calls * CENT
        return [*lines, Line(provider, days[0], "all models", "web_search", calls, amount)]

    def _bill_unmapped_line(self, provider, days, lines) -> list[Line]:
        line = Line(provider, days[0], MODELS[provider], "unmapped", None, self._odd_amount())
        self._note(provider, days, ("unmapped",), "unmapped_line")
        self.unknown["meter", provider] = [line]
        return [*lines, line]

    def _bill_unpriced_usage(self, provider, days, lines) -> list[Line]:
        self.unknown["model", provider] = [x for x in lines if x.model == UNPRICED[provider]]
        return lines

    def _bill_no_bill(self, provider, days, lines) -> list[Line]:
        return self._drop(provider, days, lines, "no_bill")

    def _bill_incomplete_pull(self, provider, days, lines) -> list[Line]:
        self.lost_pages[provider] = days
        return self._drop(provider, days, lines, "no_bill")

    def _bill_missing_day(self, provider, days, lines) -> list[Line]:
        return self._drop(provider, days, lines, "missing_day")

    def _drop(self, provider, days, lines, cause) -> list[Line]:
        self.unbilled |= {(provider, day): cause for day in days}
        self._note(provider, days, METERS, cause)
        return [x for x in lines if x.day not in days]

    def _bill_rounding(self, provider, days, lines) -> list[Line]:
        rounded = [
            replace(x, amount=x.amount.quantize(CENT, ROUND_HALF_EVEN)) if x.day in days else x
            for x in lines
        ]
        self._note(provider, days, METERS, "rounding")
        return rounded

    def _bill_absence(self, provider, days, lines) -> list[Line]:
        category = self.rng.choice(ABSENCES[provider])
        sign = -1 if category in ("credit", "discount", "refund", "adjustment") else 1
        line = Line(
            provider, days[0], "all models", category, None, sign * self._odd_amount(),
            category=category,
        )  # fmt: skip
        return [*lines, line]

    def _bill_ambiguous_pull(self, provider, days, lines) -> list[Line]:
        self.ambiguous[provider] = days[0]
        return lines

    # ---------- what must be found

    def has_bill(self, provider: str, day: date) -> bool:
        """Whether the bill speaks of the day."""
        return self.unbilled.get((provider, day)) != "no_bill"

    def sides(self) -> tuple[dict[Cell, Decimal], dict[Cell, Decimal]]:
        """Ours and theirs by cell, without what only a bill can have."""
        ours: dict[Cell, Decimal] = defaultdict(Decimal)
        theirs: dict[Cell, Decimal] = defaultdict(Decimal)
        for a in self.attempts:
            is_undivided = a.provider == "openrouter" and self.has_bill(a.provider, a.day)
            for meter, cost in a.cost.items():
                if a.tokens[meter]:
                    name = "all_tokens" if is_undivided else meter
                    ours[a.day, a.provider, a.billed_model, name] += cost
        for x in self.lines:
            for part in x.by_day() if x.category == "usage" else ():
                if part.usd is not None:
                    theirs[part.day, x.provider, x.model, x.meter] += part.usd
        return ours, theirs

    def expected_lines(self) -> dict[Cell, tuple[Decimal, str, str | None]]:
        """By cell: ours less theirs, status, cause. Fails on what nobody planted."""
        ours, theirs = self.sides()
        gaps = {cell: ours.get(cell, 0) - theirs.get(cell, 0) for cell in ours | theirs}
        off = {cell for cell, gap in gaps.items() if gap}
        rounded = {cell for cell, cause in self.causes.items() if cause == "rounding"}
        wrong = off ^ (set(self.causes) - (rounded - off))
        if wrong:
            raise AssertionError(f"not planted, or lost: {sorted(wrong)[:5]}")
        return {
            cell: (gap, self._status(cell, gap, theirs.get(cell, Decimal(0))),
                   self._cause(cell, gaps) if gap else None)
            for cell, gap in gaps.items()
        }  # fmt: skip

    def _status(self, cell: Cell, gap: Decimal, billed: Decimal) -> str:
        day, provider, *_ = cell
        if not self.has_bill(provider, day):
            return "no_bill"
        if not gap:
            return "matched"
        if abs(gap) <= max(Decimal(1), Decimal("0.005") * abs(billed)):
            return "within_tolerance"
        return "breach" if self.is_settled(provider, day) else "provisional"

    def _cause(self, cell: Cell, gaps: dict[Cell, Decimal]) -> str:
        day, provider, *rest = cell
        cause = self.causes[cell]
        if cause in ("no_bill", "missing_day"):
            return cause
        if not self.is_settled(provider, day):
            return "late"
        for step in (-1, 1):
            # by chance two days of an even spread may be off by the same
            other = gaps.get((day + timedelta(days=step), provider, *rest), Decimal(0))
            if cause == "spread_charge" and other and abs(gaps[cell] + other) * 100 <= abs(other):
                return "timezone_shift"
        return cause

    def absences(self) -> dict[tuple, Decimal]:
        """What only the bill can have, by day, provider and kind: less than nothing of ours."""
        return {
            (x.day, x.provider, x.category): -x.amount for x in self.lines if x.category != "usage"
        }

    def _compared(self) -> list[tuple[Cell, Decimal, Decimal]]:
        """Cells that are settled and have a bill: variance and bill."""
        _, theirs = self.sides()
        return [
            (cell, gap, theirs.get(cell, Decimal(0)))
            for cell, (gap, status, _) in self.expected_lines().items()
            if status != "no_bill" and self.is_settled(cell[1], cell[0])
        ]

    def totals_off(self) -> dict[tuple, Decimal]:
        """Totals that are off by more than is allowed: level, start, provider, model."""
        sums: dict[tuple, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for (day, provider, model, _), gap, bill in self._compared():
            for key in (
                ("day", day, biller(provider), "all"), ("account", day, provider, "all"),
                ("model", self.first, biller(provider), model),
                ("month", self.first, provider, "all"),
            ):  # fmt: skip
                sums[key][0] += gap
                sums[key][1] += bill
        return {
            key: gap
            for key, (gap, bill) in sums.items()
            if abs(gap) > max(Decimal(1), Decimal("0.005") * abs(bill))
        }

    def drifting(self) -> dict[str, list[tuple[date, date, Decimal]]]:
        """By provider, the windows of ten days that lean to one side: first, last, how far."""
        days: dict[str, dict[date, list[Decimal]]] = defaultdict(dict)
        for (day, provider, *_), gap, bill in self._compared():
            one = days[biller(provider)].setdefault(day, [Decimal(0), Decimal(0)])
            one[0] += gap
            one[1] += bill
        found: dict[str, list[tuple[date, date, Decimal]]] = defaultdict(list)
        share = Decimal("0.002")
        for provider, sums in days.items():
            rows = sorted((day, gap, bill) for day, (gap, bill) in sums.items() if bill > 0)
            for end in range(9, len(rows)):
                window = rows[end - 9 : end + 1]
                leans = [0 if abs(gap) * 2 < share * bill else (gap > 0) - (gap < 0)
                         for _, gap, bill in window]  # fmt: skip
                gap, bill = (sum(row[n] for row in window) for n in (1, 2))
                if max(leans.count(1), leans.count(-1)) >= 8 and abs(gap) > max(
                    Decimal("0.10"), share * bill
                ):
                    found[provider].append((window[0][0], window[-1][0], abs(gap)))
        return found

    def findings(self) -> list[tuple]:
        """(finding, provider, first day, last day, items, USD) of all that is wrong with bills."""
        ours, _ = self.sides()
        cost: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
        used = {(cell[1], cell[0]) for cell in self.expected_lines()}
        for (day, provider, *_), usd in ours.items():
            cost[provider, day] += usd
        found = []
        for kind in ("no_bill", "late_pull"):
            for provider in self.providers:
                days = [
                    day for day in self.days
                    if (provider, day) in used
                    and ("late_pull" if self.has_bill(provider, day) else "no_bill") == kind
                    and (kind == "no_bill" or not self.is_settled(provider, day))
                ]  # fmt: skip
                if days:
                    usd = sum((cost[provider, day] for day in days), Decimal(0))
                    found.append((kind, provider, days[0], days[-1], len(days), usd))
        for provider, days in self.lost_pages.items():
            found.append(("incomplete_pull", provider, days[0], days[0], 1, None))
        for provider, windows in self.drifting().items():
            starts, ends, gaps = zip(*windows, strict=True)
            found.append(("drift", provider, min(starts), max(ends), len(windows), max(gaps)))
        for (provider, _), lines in self.leaked.items():
            told = [x for x in lines if self.is_settled(provider, x.day)]
            if told:
                days = sorted(x.day for x in told)
                usd = sum(x.amount for x in told)
                found.append(("leaked_credential", provider, days[0], days[-1], len(told), usd))
        for (_, provider), lines in self.unknown.items():
            days, known = [x.day for x in lines], [x.usd for x in lines if x.usd is not None]
            usd = sum(known) if known else None
            found.append(("unknown_word", provider, min(days), max(days), len(lines), usd))
        for provider, day in self.ambiguous.items():
            lines = [x for x in self.lines if (x.provider, x.day) == (provider, day)]
            usd = sum(x.amount for x in lines)
            found += [("ambiguous_pull", provider, day, day, len(lines), usd)] * 2
        found += self._credits_off()
        return sorted(found, key=str)

    def draws(self) -> dict[date, Decimal]:
        """What is drawn from the credits of OpenRouter: our own cost on days without a bill."""
        ours, theirs = self.sides()
        return {
            day: sum(
                (usd for cell, usd in side.items() if cell[:2] == (day, "openrouter")), Decimal(0)
            )
            for day in self.days
            for side in [theirs if self.has_bill("openrouter", day) else ours]
        }

    def _credits_off(self) -> list[tuple]:
        """The finding on credits: what is left is below zero, or is not what is stated."""
        draws = self.draws()
        left, below = self.bought, {}
        for day in self.days:
            left -= draws[day]
            if left < 0 and draws[day]:
                below[day] = -left
        if "openrouter" in self.providers and below:
            first, last = min(below), max(below)
            return [
                ("prepaid_below_zero", "openrouter", first, last, len(below), max(below.values()))
            ]
        estimated = any(not self.has_bill("openrouter", day) for day in self.days)
        if self.balance_gap is None or estimated:
            return []
        end, gap = self.days[-1], abs(self.balance_gap)
        return [("prepaid_does_not_tie", "openrouter", end, end, 1, gap)]

    def stated_balance(self) -> Decimal:
        """What OpenRouter's page says is left, the planted difference in it."""
        return self.bought - sum(self.draws().values()) - (self.balance_gap or 0)
