"""Synthetic traffic: arrays of attempts for one day of one gateway.

Token sizes and burstiness follow the Azure LLM inference traces of 2023 (code and
conversation), published by Microsoft Azure under CC-BY 4.0 at
github.com/Azure/AzurePublicDataset; only the quantiles below are kept. Credit: Patel et al.,
"Splitwise: Efficient Generative LLM Inference Using Phase Splitting", ISCA 2024.
"""

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta

import numpy as np

from scripts.sample import catalog as c

QUANTILES = (0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 100)
# Tokens at those percentiles. Two workloads: code completion and conversation.
CODE_IN = (3, 17, 75, 147, 385, 770, 1075, 1469, 1909, 2433, 3192, 5187, 7303, 7436, 7437)
CODE_OUT = (6, 6, 6, 7, 8, 9, 11, 13, 16, 20, 29, 55, 90, 251, 1899)
CONV_IN = (2, 29, 181, 207, 387, 403, 703, 1020, 1071, 1130, 1315, 2734, 4083, 4142, 14050)
CONV_OUT = (7, 16, 41, 54, 77, 91, 103, 129, 177, 384, 400, 424, 451, 601, 1000)
# Requests a minute over their mean have a coefficient of variation of 0.22 (conversation) and
# 1.04 (code); a gamma of shape 4 (0.5) lies between, as mixed traffic does.
BURST_SHAPE = 4.0

# Relative load of each hour of a day, UTC; offices in Europe and the American East.
HOURS = (2, 2, 2, 2, 2, 3, 5, 9, 14, 17, 18, 17, 16, 18, 19, 19, 18, 15, 12, 9, 7, 5, 4, 3)
WEEKDAYS = (1.05, 1.1, 1.1, 1.05, 0.95, 0.35, 0.3)
GROWTH = 0.6  # growth of daily traffic over the period

DAY_US = 86_400_000_000
AFTERNOON = (12 * 3_600_000_000, 18 * 3_600_000_000)  # microseconds of the day
CODE_FEATURES = (4, 8, 11, 14)

CANONICAL, ALIAS, GATEWAY_TEAM, KEY_ONLY, SERVICE_ACCOUNT, NOBODY, HEALTHCHECK = range(7)
MINI, GPT54, GPT41, GPT41_MINI, SONNET46, HAIKU45 = 0, 1, 3, 4, 5, 6
STANDARD, BATCH, FLEX = range(3)


@dataclass
class Calendar:
    """The period, and the days on which something is planted (indexes from 0)."""

    start: date
    days: int

    MINIMUM = 20  # shorter periods have no room for disjoint plants

    def __post_init__(self):
        def at(share):
            return int(self.days * share)

        on = self.days >= self.MINIMUM
        self.planted = on
        self.no_anthropic = (at(0.12), at(0.20)) if on else ()
        self.searched = at(0.26) if on else -1
        self.leaked = tuple(range(at(0.30), at(0.30) + 5)) if on else ()
        # Days of the leak without any such model at the gateway; the other days have some.
        self.leak_unseen_model = (self.leaked[1], self.leaked[3]) if on else ()
        self.stale = tuple(range(at(0.50), min(at(0.50) + 7, self.days))) if on else ()
        self.missing = at(0.62) if on else -1
        self.unseen = at(0.68) if on else -1
        self.doubled = at(0.76) if on else -1
        self.rounded = tuple(range(at(0.86), min(at(0.86) + 3, self.days))) if on else ()
        self.told = at(0.92) if on else -1
        self.long_context = tuple(range(3, self.days, 10))

    def day(self, index: int) -> date:
        """Date of a day index; indexes past the end are valid."""
        return self.start + timedelta(days=int(index))

    def epoch_us(self, index: int) -> int:
        """Midnight of a day, microseconds since the epoch, UTC."""
        d = self.day(index)
        return int(datetime(d.year, d.month, d.day, tzinfo=UTC).timestamp()) * 1_000_000


@dataclass
class Attempts:
    """Equally long arrays, one element an attempt, in order of time."""

    t: np.ndarray  # start, microseconds of the day
    ms: np.ndarray  # duration, milliseconds
    team: np.ndarray  # who really called
    style: np.ndarray  # how the owner is written down
    alias: np.ndarray  # which alias, where the style is ALIAS
    owner: np.ndarray  # index in OWNERS that the attribution rules must find
    feature: np.ndarray
    env: np.ndarray  # 0 production, 1 staging
    session: np.ndarray  # number of the session within the day and gateway
    model: np.ndarray
    tier: np.ndarray
    geo: np.ndarray
    context: np.ndarray  # index in CONTEXTS
    tokens: np.ndarray  # [n, meters]; zero on a failed attempt without usage
    reasoning: np.ndarray  # within the output
    head: np.ndarray  # an earlier attempt of the next row's request
    tail: np.ndarray  # the attempt after a head
    first_model: np.ndarray  # model of the earlier attempt on a tail, else the row's own
    failed: np.ndarray
    metered: np.ndarray  # has usage
    cache_hit: np.ndarray  # answered by the gateway's own cache: tokens, but no cost
    wrong_spend: np.ndarray  # the gateway's own figure is off
    lost: np.ndarray  # never written by the gateway
    late: np.ndarray  # delivered in the next day's file
    dup: np.ndarray  # delivered again in the next day's file

    def __len__(self):
        return len(self.t)

    @property
    def sku(self) -> np.ndarray:
        """Index into the rate table."""
        return c.sku(self.model, self.tier, self.geo, self.context)

    def take(self, mask) -> "Attempts":
        """Rows of a mask."""
        return Attempts(**{f.name: getattr(self, f.name)[mask] for f in fields(self)})


def daily_counts(calendar: Calendar, requests: int, seed: int, shares) -> np.ndarray:
    """Attempts by day and gateway: ints [days, gateways] that sum exactly to requests."""
    rng = np.random.default_rng([seed, 1])
    index = np.arange(calendar.days)
    weekday = np.array([WEEKDAYS[calendar.day(i).weekday()] for i in index])
    weight = (1 + GROWTH * index / max(calendar.days - 1, 1)) * weekday
    weight *= rng.lognormal(0, 0.08, calendar.days)
    weight = (weight / weight.sum())[:, None] * np.asarray(shares)[None, :]
    # Largest remainder: whole numbers that keep the total.
    exact = weight.ravel() * requests
    counts = np.floor(exact).astype(np.int64)
    rest = requests - counts.sum()
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[:rest]] += 1
    return counts.reshape(weight.shape)


def minute_curve(calendar: Calendar, day: int, seed: int, gateway: int) -> np.ndarray:
    """Cumulative share of a day's arrivals at the end of each minute; 1441 values from 0."""
    rng = np.random.default_rng([seed, 2, gateway, day])
    hours = np.interp(np.arange(1440) / 60, np.arange(25) + 0.5, (*HOURS, HOURS[0]))
    load = hours * rng.gamma(BURST_SHAPE, 1 / BURST_SHAPE, 1440)
    return np.concatenate(([0.0], np.cumsum(load) / load.sum()))


def _choose(rng, n, shares) -> np.ndarray:
    """Indexes drawn by shares."""
    bounds = np.cumsum(np.asarray(shares, float) / np.sum(shares))
    return np.minimum(np.searchsorted(bounds, rng.random(n), side="right"), len(bounds) - 1)


def _models(rng, team, day, calendar) -> np.ndarray:
    """Model of each attempt, by its team's mix and the day's plants."""
    mix = np.array(c.MODEL_SHARE)
    if day in calendar.no_anthropic:
        mix = np.where(c.IS_ANTHROPIC, 0, mix)
    if day in calendar.leak_unseen_model:
        mix[:, GPT41_MINI] += mix[:, GPT41]
        mix[:, GPT41] = 0
    bounds = np.cumsum(mix / mix.sum(axis=1, keepdims=True), axis=1)
    drawn = (rng.random(len(team))[:, None] >= bounds[team]).sum(axis=1)
    last = np.flatnonzero(mix.sum(axis=0))[-1]
    return np.minimum(drawn, last)


def _sessions(team: np.ndarray, offset: int) -> np.ndarray:
    """Session numbers: four consecutive attempts of a team share one."""
    order = np.argsort(team, kind="stable")
    sizes = np.bincount(team, minlength=len(c.TEAMS))
    rank = np.empty(len(team), dtype=np.int64)
    rank[order] = np.arange(len(team)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return (offset + rank // 4) * len(c.TEAMS) + team


def mixed(value: np.ndarray, salt: int) -> np.ndarray:
    """Well-mixed non-negative ints of ints: the same session always has the same user."""
    x = (value.astype(np.uint64) + np.uint64(salt)) * np.uint64(0x9E3779B97F4A7C15)
    x ^= x >> np.uint64(29)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    return (x >> np.uint64(33)).astype(np.int64)


def _sizes(rng, feature) -> tuple[np.ndarray, np.ndarray]:
    """Input and output tokens, from the traces' quantiles times the feature's scale."""
    n = len(feature)
    code = np.isin(feature, CODE_FEATURES)
    u, v = rng.random(n) * 100, rng.random(n) * 100
    size_in = np.where(code, np.interp(u, QUANTILES, CODE_IN), np.interp(u, QUANTILES, CONV_IN))
    size_out = np.where(code, np.interp(v, QUANTILES, CODE_OUT), np.interp(v, QUANTILES, CONV_OUT))
    scale = np.array([(f[2], f[3]) for f in c.FEATURES])[feature]
    size_in = np.clip(size_in * scale[:, 0], 2, 190_000).astype(np.int64)
    size_out = np.clip(size_out * scale[:, 1], 1, 32_000).astype(np.int64)
    return size_in, size_out


def _split_input(rng, size_in, anthropic, cacheable, has_hours) -> np.ndarray:
    """Input tokens as disjoint meters [n, meters]; writes are Anthropic's only."""
    n = len(size_in)
    share = rng.random((n, 3))
    reads = cacheable & (size_in >= 1024) & (share[:, 0] < 0.38)
    writes = anthropic & (size_in >= 1024) & (share[:, 1] < 0.22)
    part = rng.random((n, 2))
    read = np.where(reads, (size_in * (0.3 + 0.5 * part[:, 0])).astype(np.int64), 0)
    write = np.where(writes, ((size_in - read) * (0.1 + 0.6 * part[:, 1])).astype(np.int64), 0)
    hour = np.zeros(n, np.int64)
    if has_hours:
        one = writes & (share[:, 2] < 0.25)
        both = writes & (share[:, 2] >= 0.25) & (share[:, 2] < 0.35)
        hour = np.where(one, write, np.where(both, write // 2, 0))
    tokens = np.zeros((n, len(c.METERS)), dtype=np.int64)
    tokens[:, 0] = size_in - read - write
    tokens[:, 1] = read
    tokens[:, 2] = write - hour
    tokens[:, 3] = hour
    return tokens


def _force(a: Attempts, row: int, team: int, model: int, tier: int = STANDARD) -> None:
    """Turn a row into a plain metered success of one model: a plant must not miss its day."""
    a.team[row], a.model[row], a.tier[row] = team, model, tier
    a.style[row], a.geo[row], a.context[row] = CANONICAL, 0, 0
    a.feature[row] = team * c.FEATURES_PER_TEAM
    a.tokens[row] = 0
    a.tokens[row, 0], a.tokens[row, 4] = 9_000, 2_400
    a.reasoning[row] = 0
    for name in ("failed", "cache_hit", "head", "tail", "late", "dup"):
        getattr(a, name)[row] = False


def _plant_rows(a: Attempts, day: int, calendar: Calendar) -> None:
    """Guarantee the rows that the planted discrepancies need, in a day's first chunk."""
    n = len(a)
    if n < 12:
        return
    if day in calendar.leaked and day not in calendar.leak_unseen_model:
        _force(a, 2, 2, GPT41)
    if day in calendar.stale:
        _force(a, 3, 0, HAIKU45)
    if day == calendar.doubled:
        _force(a, 4, 3, MINI, BATCH)
    if day == calendar.missing:
        _force(a, 5, 0, MINI)
    if day == calendar.unseen:
        _force(a, int(np.argmin(np.abs(a.t - sum(AFTERNOON) // 2))), 1, MINI)
    if day in calendar.long_context:
        _force(a, 7, 4, GPT54)
        _force(a, 8, 4, GPT54)
        a.tokens[7, 0], a.tokens[7, 1] = 250_000, 61_000 + day
        # Exactly at the threshold: still the lower tier, since the card says "above".
        a.tokens[8, 0], a.tokens[8, 1] = 200_000, 72_000
        a.context[7] = 1


def _link_retries(rng, a: Attempts) -> None:
    """Make 3 % of the rows earlier attempts of the row that follows them."""
    n = len(a)
    head = rng.random(n) < 0.03
    fallback = rng.random(n) < 0.25
    if n:
        head[-1] = False
    head[1:] &= ~head[:-1]
    tail = np.zeros(n, bool)
    tail[1:] = head[:-1]
    h = np.flatnonzero(head)
    for name in ("team", "style", "alias", "feature", "env", "session"):
        getattr(a, name)[h] = getattr(a, name)[h + 1]
    same = h[~fallback[h]]
    for name in ("model", "tier", "geo", "context", "tokens", "reasoning"):
        getattr(a, name)[same] = getattr(a, name)[same + 1]
    a.head, a.tail = head, tail
    a.first_model = a.model.copy()
    a.first_model[h + 1] = a.model[h]


def _outcomes(rng, a: Attempts, only_billed_heads: bool) -> None:
    """Failures, with and without usage, and answers from the gateway's cache.

    only_billed_heads: the format logs an earlier attempt only when it was billed (LiteLLM).
    """
    u, v, w = rng.random(len(a)), rng.random(len(a)), rng.random(len(a))
    a.failed = a.head | (~a.tail & (u < 0.015))
    broken = a.failed & (v < 0.6) & ~(a.head & only_billed_heads)
    a.metered = ~broken
    # A stream that broke off: usage is billed, with less output.
    cut = a.failed & ~broken
    a.tokens[cut, 4] = np.maximum(a.tokens[cut, 4] // 3, 1)
    a.reasoning = np.minimum(a.reasoning, a.tokens[:, 4])
    a.tokens[broken] = 0
    a.reasoning[broken] = 0
    a.tokens[a.failed, 5] = 0
    a.cache_hit = ~a.failed & ~a.tail & (a.tier == STANDARD) & (w < 0.02)
    a.tokens[a.cache_hit, 5] = 0


def _owners(a: Attempts, day: date) -> np.ndarray:
    """The owner that the written rules must find; it differs from the team in three cases."""
    owner = a.team.copy()
    owner[a.style == SERVICE_ACCOUNT] = c.TEAMS.index("data-platform")
    owner[a.style == NOBODY] = c.OWNER_NOBODY
    owner[a.style == HEALTHCHECK] = c.OWNER_SHARED
    if day < c.RESEARCH_KEY_MOVED:
        moved = (a.style == KEY_ONLY) & (a.team == c.TEAMS.index("research"))
        owner[moved] = c.TEAMS.index("data-platform")
    return owner


def _tiers(rng, team, model, style) -> np.ndarray:
    """Service tier: batches of the data platform, a little flex."""
    n = len(model)
    u = rng.random(n)
    tier = np.zeros(n, dtype=np.int64)
    can_batch = np.isin(model, (MINI, SONNET46, HAIKU45))
    pipeline = team == c.TEAMS.index("data-platform")
    tier[can_batch & pipeline & (u < np.where(style == SERVICE_ACCOUNT, 0.9, 0.55))] = BATCH
    tier[(model == MINI) & ~pipeline & (u > 0.92)] = FLEX
    return tier


def generate(
    calendar: Calendar,
    day: int,
    gateway: int,
    count: int,
    chunk: int,
    chunks: int,
    curve: np.ndarray,
    seed: int,
    full_usage: bool,
    has_geo: bool,
    has_cache: bool,
) -> Attempts:
    """Attempts of one time slice of a day.

    full_usage: the format carries 1-hour cache writes and web searches.
    """
    rng = np.random.default_rng([seed, 3, gateway, day, chunk])
    n = count
    u = np.sort((chunk + rng.random(n)) / chunks)
    t = np.interp(u, curve, np.arange(1441) * 60e6).astype(np.int64)
    t = np.minimum(t, DAY_US - 1)
    if n and chunk == chunks - 1:
        t[-1] = DAY_US - 1 - (gateway * 7 + day) % 900  # ends after midnight, starts before
    if n > 1 and chunk == 0:
        t[0] = (gateway * 13 + day) % 900  # microseconds after midnight
    team = _choose(rng, n, c.TEAM_SHARE)
    feature = team * c.FEATURES_PER_TEAM + _choose(rng, n, (0.5, 0.3, 0.2))
    style = _choose(rng, n, (0.44, 0.24, 0.15, 0.13, 0.0, 0.035, 0.005))
    pipeline = team == c.TEAMS.index("data-platform")
    style[pipeline & (rng.random(n) < 0.4)] = SERVICE_ACCOUNT
    model = _models(rng, team, day, calendar)
    tier = _tiers(rng, team, model, style)
    geo = ((model == SONNET46) & (rng.random(n) < 0.2) & has_geo).astype(np.int64)
    size_in, size_out = _sizes(rng, feature)
    priced = c.IS_OPENAI[model] | c.IS_ANTHROPIC[model]
    tokens = _split_input(rng, size_in, c.IS_ANTHROPIC[model], priced, full_usage)
    tokens[:, 4] = size_out
    search = c.IS_ANTHROPIC[model] & (tier == STANDARD) & (rng.random(n) < 0.04) & full_usage
    tokens[:, 5] = np.where(search, rng.integers(1, 5, n), 0)
    thinks = np.isin(model, (MINI, GPT54)) & (rng.random(n) < 0.5)
    reasoning = np.where(thinks, (size_out * rng.random(n) * 0.7).astype(np.int64), 0)
    no = np.zeros(n, bool)
    a = Attempts(
        t=t,
        ms=(120 + size_out * 9 * rng.lognormal(0, 0.3, n)).astype(np.int64),
        team=team,
        style=style,
        alias=rng.integers(0, 1 << 16, n),
        owner=team,
        feature=feature,
        env=(rng.random(n) < 0.09).astype(np.int64),
        session=_sessions(team, chunk << 20),
        model=model,
        tier=tier,
        geo=geo,
        context=np.zeros(n, np.int64),
        tokens=tokens,
        reasoning=reasoning,
        head=no,
        tail=no,
        first_model=model,
        failed=no,
        metered=~no,
        cache_hit=no,
        wrong_spend=rng.random(n) < 0.004,
        lost=no,
        late=no,
        dup=no,
    )
    _link_retries(rng, a)
    _outcomes(rng, a, full_usage)
    if not has_cache:
        a.cache_hit = np.zeros(n, bool)
    fate = rng.random(n)
    a.late, a.dup = fate < 0.004, (fate >= 0.004) & (fate < 0.006)
    if chunk == 0:
        # A planted row stands alone: break the retry chain around it.
        _isolate_planted(a, day, calendar)
    a.metered = a.metered | (a.tokens.sum(axis=1) > 0)
    inside = (a.t >= AFTERNOON[0]) & (a.t < AFTERNOON[1])
    a.lost = inside & (a.team == 1) & (day == calendar.unseen)
    a.owner = _owners(a, calendar.day(day))
    return a


def _isolate_planted(a: Attempts, day: int, calendar: Calendar) -> None:
    """Apply the plants, and leave no head without its tail."""
    _plant_rows(a, day, calendar)
    a.first_model = np.where(a.tail, a.first_model, a.model)
    orphan_head = a.head.copy()
    orphan_head[:-1] &= ~a.tail[1:]
    a.head &= ~orphan_head
    orphan_tail = a.tail.copy()
    orphan_tail[1:] &= ~a.head[:-1]
    if len(a):
        orphan_tail[0] = a.tail[0]
    a.tail &= ~orphan_tail
    a.first_model = np.where(a.tail, a.first_model, a.model)
