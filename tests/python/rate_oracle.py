"""An exact second opinion on prices: the rate card seeds, read by the rules in their own header.

Written from seeds/rate_cards/_rate_cards__seeds.yml in `Decimal`, without a line of the project's
SQL, so that the two agree only by both reading the rules alike.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
FAR_PAST, FAR_FUTURE = datetime.min, datetime.max
# An instant to draw around where no price of a model has a date.
UNDATED = datetime(2026, 11, 28)
TOKEN_METERS = (
    "uncached_input",
    "cache_read",
    "cache_read_audio",
    "cache_read_image",
    "cache_write_5m",
    "cache_write_30m",
    "cache_write_1h",
    "cache_write_12h",
    "input_audio",
    "input_image",
    "input_video",
    "output",
    "output_audio",
    "output_image",
    "output_video",
)
CALL_METERS = (
    "web_search",
    "file_search",
    "code_session",
    "request_fee",
    "request",
    "generated_image",
    "media_second",
    "character",
    "cache_storage_token_hour",
    "page",
)
METERS = TOKEN_METERS + CALL_METERS
# Output never counts towards the context tier.
CONTEXT_METERS = TOKEN_METERS[:11]


@dataclass(frozen=True)
class Request:
    """What a log says of one attempt. Tokens and calls are counts of disjoint meters."""

    request_id: str
    provider_name: str | None
    model_name: str
    at: datetime
    tier_name: str | None = None
    geo: str | None = None
    usage: dict[str, int] = field(default_factory=dict, hash=False)
    unstated_write_tokens: int = 0
    is_gateway_cache_hit: bool = False
    failed: bool = False
    is_contradictory: bool = False
    has_usage: bool = True


@dataclass(frozen=True)
class Answer:
    """What the attempt costs, USD; None where it has no price.

    Of a partly priced one, `costs` leaves out the meters that have none, and `lower_bound` is
    their sum; it is the cost too where a rule says so.
    """

    status: str
    provider: str
    model: str | None
    tier: str
    region: str
    cost: Decimal | None = None
    costs: dict[str, Decimal] | None = None
    lower_bound: Decimal | None = None
    lacking: tuple[str, ...] = ()


def read_seed(name: str, seeds: Path = SEEDS) -> list[dict[str, str]]:
    """The rows of a seed file, as text."""
    with (seeds / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def instant(text: str, empty: datetime) -> datetime:
    return datetime.fromisoformat(text) if text else empty


@dataclass(frozen=True)
class Row:
    """A seed row with its half-open time."""

    start: datetime
    end: datetime
    values: dict[str, str]

    def covers(self, at: datetime) -> bool:
        return self.start <= at < self.end


def timed(values: dict[str, str]) -> Row:
    return Row(
        instant(values["valid_from"], FAR_PAST), instant(values["valid_to"], FAR_FUTURE), values
    )


def rows_that_count(rows: list[dict[str, str]]) -> list[Row]:
    """Of the rows of one key, the last recorded one of each start, less those withdrawn."""
    last = {}
    for values in sorted(rows, key=lambda values: values["recorded_at"]):
        last[values["valid_from"]] = values
    return [timed(values) for values in last.values() if values["status"] != "withdrawn"]


def in_force(rows: list[Row], at: datetime) -> Row | None:
    """The row with the latest start that covers an instant."""
    return max((row for row in rows if row.covers(at)), key=lambda row: row.start, default=None)


def _grouped(rows: list[dict[str, str]], *names: str) -> dict[tuple, list[dict[str, str]]]:
    groups = defaultdict(list)
    for values in rows:
        groups[tuple(values[name] for name in names)].append(values)
    return groups


class Oracle:
    """Prices requests from the seeds."""

    def __init__(self, seeds: Path = SEEDS) -> None:
        prices = read_seed("rate_cards/rate_card_prices", seeds)
        multipliers = read_seed("rate_cards/rate_card_multipliers", seeds)
        key = ("provider", "model", "meter", "service_tier", "region_scope", "context_min_tokens")
        # model -> (meter, tier, region, threshold) -> rows that count
        self._prices = defaultdict(dict)
        self._inclusive = {}
        for group, rows in _grouped(prices, *key).items():
            self._prices[group[:2]][*group[2:5], int(group[5])] = rows_that_count(rows)
            self._inclusive[*group[:2], int(group[5])] = rows[0]["threshold_inclusive"] == "true"
        self._own = list(self._prices)
        self._is_own = {*self._own}
        self._take_community(seeds)
        self._multipliers = {
            group: rows_that_count(rows)
            for group, rows in _grouped(multipliers, "provider", "model", "region_scope").items()
        }
        self._regions = {(row["provider"], row["region_scope"]) for row in prices + multipliers}
        # a fee per call is written under "global", which says nothing where tokens have a price
        self._by_call = {
            of
            for of, rows in self._prices.items()
            if {meter for meter, *_ in rows} <= {*CALL_METERS}
        }
        self._model_regions = {
            (*of, region)
            for of, rows in self._prices.items()
            for meter, _, region, _ in rows
            if of in self._by_call or meter not in CALL_METERS
        }
        self._aliases = {
            group: [timed(row) for row in rows]
            for group, rows in _grouped(
                read_seed("rate_cards/model_aliases", seeds), "provider", "alias"
            ).items()
        }
        self._providers_of = defaultdict(set)
        for provider, name in (*self._aliases, *self._own):
            self._providers_of[name].add(provider)
        self._windows = _grouped(
            read_seed("rate_cards/rate_card_time_windows", seeds), "provider", "model"
        )
        self._days_off = {
            (row["calendar_id"], row["holiday_date"])
            for row in read_seed("rate_cards/holiday_calendars", seeds)
        }
        prefixes = read_seed("rate_cards/inference_profile_prefixes", seeds)
        self._prefixes = [row for row in prefixes if row["provider"] == "bedrock"]
        # A word without a provider states none; the card's own sellers need no alias.
        self._provider_names = {provider: provider for provider, _ in self._prices} | {
            row["alias"]: row["provider"] for row in read_seed("reference/provider_aliases", seeds)
        }
        # A host's name is looked up without the provider in front of it.
        self._short = defaultdict(set)
        for provider, name in (*self._aliases, *self._prices):
            front, _, rest = name.partition("/")
            if rest and self._provider_names.get(front):
                self._short[provider, rest].add(name)
        self._makers = {row["provider"] for row in read_seed("reference/model_makers", seeds)}
        self._tier_names = {
            (row["provider"], row["alias"]): row["service_tier"]
            for row in read_seed("reference/service_tier_aliases", seeds)
        }
        self._bounds = read_seed("policy/partly_priced_rules", seeds)
        self._lifetimes = read_seed("reference/cache_write_defaults", seeds)
        self._image_rules = read_seed("reference/image_input_rules", seeds)

    def _take_community(self, seeds: Path) -> None:
        """The community layer's prices of the models that our card has no name for."""
        rules = {
            row["provider"]: row["is_used"] == "true"
            for row in read_seed("policy/community_price_rules", seeds)
        }
        ours = {
            (row["provider"], row["alias"]) for row in read_seed("rate_cards/model_aliases", seeds)
        } | self._is_own
        key = ("provider", "model", "meter", "service_tier", "region_scope", "context_min_tokens")
        rows = [
            row | {"valid_to": "", "status": "effective"}
            for row in read_seed("rate_cards/community_prices", seeds)
            if (row["provider"], row["model"]) not in ours
            and rules.get(row["provider"], rules.get("*", False))
        ]
        for group, same in _grouped(rows, *key).items():
            self._prices[group[:2]][*group[2:5], int(group[5])] = rows_that_count(same)
            self._inclusive[*group[:2], int(group[5])] = same[0]["threshold_inclusive"] == "true"

    # --- what is known of the card, for drawing cases ---------------------------------------------

    def models(self) -> list[tuple[str, str]]:
        """The models of our own card."""
        return self._own

    def community_models(self) -> list[tuple[str, str]]:
        """The models that only the community layer prices."""
        return list(self._prices)[len(self._own) :]

    def names(self, provider: str, model: str) -> list[str]:
        """All names that ever led to a model."""
        found = [
            name
            for (under, name), rows in self._aliases.items()
            if under == provider and any(row.values["model"] == model for row in rows)
        ]
        return [model, *found]

    @cache  # noqa: B019 - one oracle lives as long as its test
    def first_price(self, provider: str, model: str) -> datetime:
        """The instant from which anything of a model has a price."""
        return min(row.start for rows in self._prices[provider, model].values() for row in rows)

    @cache  # noqa: B019
    def instants(self, provider: str, model: str) -> list[datetime]:
        """All instants at which something about a model changes."""
        rows = [row for rows in self._prices[provider, model].values() for row in rows]
        rows += [
            row
            for (of, name, _), found in self._multipliers.items()
            if (of, name) == (provider, model)
            for row in found
        ]
        for name in self.names(provider, model):
            rows += self._aliases.get((provider, name), [])
        found = {row.start for row in rows} | {row.end for row in rows}
        return sorted(found - {FAR_PAST, FAR_FUTURE}) or [UNDATED]

    @cache  # noqa: B019
    def offers(
        self, provider: str, model: str
    ) -> tuple[list[str], list[str], list[int], list[str]]:
        """Tiers, regions, thresholds and meters that the card lists for a model."""
        keys = list(self._prices[provider, model])
        regions = {region for _, _, region, _ in keys}
        regions |= {
            region for of, name, region in self._multipliers if (of, name) == (provider, model)
        }
        return (
            sorted({tier for _, tier, _, _ in keys}),
            sorted(regions),
            sorted({threshold for *_, threshold in keys} - {0}),
            sorted({meter for meter, *_ in keys} & set(METERS)),
        )

    # --- names ------------------------------------------------------------------------------------

    def _named(self, provider: str, name: str, at: datetime) -> str | None:
        """The model a name means under a provider: an alias in force goes before a model."""
        held = in_force(self._aliases.get((provider, name), []), at)
        if held:
            return held.values["model"]
        if (provider, name) in self._prices:
            return name
        full = self._short.get((provider, name), ())
        return self._named(provider, *full, at) if len(full) == 1 else None

    def identify(self, request: Request) -> tuple[str, str | None, str | None]:
        """Provider, model and the region that the model's own id says (Bedrock profiles)."""
        name = request.model_name.lower()
        word = (request.provider_name or "").strip().lower()
        provider = self._provider_names.get(word)
        front, _, rest = name.partition("/")
        if rest and self._provider_names.get(front):
            name = rest
            if not word or word in self._provider_names:
                provider = provider or self._provider_names[front]
        name = _bare(name)
        if word and word not in self._provider_names:
            return word, None, None
        if provider is None:
            owners = self._providers_of.get(name, set())
            # Where several sell a model, a log that names none of them means its maker.
            makers = owners & self._makers
            if len(owners) == 1 or len(makers) == 1:
                (owner,) = owners if len(owners) == 1 else makers
                model = self._named(owner, name, request.at)
                if model:
                    return owner, model, self._stated_region(owner, name, model)
            # a profile in front of a name that Bedrock alone has is Bedrock's
            rest = name.partition(".")[2]
            if self._profile(name)["prefix"] and self._providers_of.get(rest) == {"bedrock"}:
                model = self._named("bedrock", rest, request.at)
                if model:
                    return "bedrock", model, self._stated_region("bedrock", name, model)
            return "unknown", None, None
        request_name = name
        if provider == "bedrock":
            profile = self._profile(name)
            if profile["prefix"]:
                name = name.partition(".")[2]
        model = self._named(provider, name, request.at)
        # a name that no model stands behind is not taken apart
        region = self._stated_region(provider, request_name, model)
        return provider, model, region if model else None

    def _profile(self, name: str) -> dict[str, str]:
        """The row of the longest prefix of a Bedrock name."""
        fits = [row for row in self._prefixes if name.startswith(row["prefix"])]
        return max(fits, key=lambda row: len(row["prefix"]))

    def _stated_region(self, provider: str, name: str, model: str | None) -> str | None:
        """What a name says of its region; the card's own name is no id, and says nothing."""
        if provider != "bedrock":
            return None
        profile = self._profile(name)
        return "unknown" if not profile["prefix"] and name == model else profile["region_scope"]

    def tier(self, provider: str, name: str | None) -> str:
        """The tier of the card by the name a log has for it: the provider's own meaning first.

        Under an unknown provider a name has no meaning and stays as it is.
        """
        alias = (name or "standard").lower()
        if provider not in self._provider_names.values():
            return alias
        common = self._tier_names.get(("*", alias), alias)
        return self._tier_names.get((provider, alias), common)

    def _window_tier(self, provider: str, model: str, at: datetime) -> str:
        for values in self._windows.get((provider, model), []):
            if not timed(values).covers(at):
                continue
            first, last = (int(day) for day in values["weekdays"].split("-"))
            clock = at.strftime("%H:%M:%S")
            start, end = values["start_time"], values["end_time"]
            inside = start <= clock < end if start < end else clock >= start or clock < end
            day_off = (values["excludes_holiday_calendar"], at.date().isoformat())
            if inside and first <= at.isoweekday() <= last and day_off not in self._days_off:
                return values["service_tier"]
        return "standard"

    # --- prices -----------------------------------------------------------------------------------

    def _factor(self, provider: str, model: str, region: str, at: datetime) -> Decimal | None:
        """The factor of a region on the global price; None where the provider prices none there."""
        row = in_force(self._multipliers.get((provider, model, region), []), at)
        if row:
            return Decimal(row.values["multiplier"])
        return Decimal(1) if (provider, region) in self._regions else None

    def rates(
        self, provider: str, model: str, at: datetime, tier: str, region: str, context: int
    ) -> dict[str, Decimal] | None:
        """USD of one unit of each meter that has a price; None where the tier is not sold."""
        card = self._prices[provider, model]
        base, factor = region, Decimal(1)
        if region == "unknown":
            regions = {
                scope for of, name, scope in self._model_regions if (of, name) == (provider, model)
            }
            if len(regions) > 1 or any(key[:2] == (provider, model) for key in self._multipliers):
                return None
            (region,) = regions
            base = region
            if region == "global" and (provider, model) not in {*self._is_own, *self._by_call}:
                return None
        is_stated = (provider, model, region) in self._model_regions
        if not is_stated and (provider, model) not in self._is_own:
            return None
        if region != "global" and not is_stated:
            base, factor = "global", self._factor(provider, model, region, at)
            if factor is None:
                return None
        reached = 0
        for (meter, _, scope, threshold), rows in card.items():
            if scope == base and meter not in CALL_METERS and threshold:
                inclusive = self._inclusive[provider, model, threshold]
                past = context >= threshold if inclusive else context > threshold
                if past and in_force(rows, at):
                    reached = max(reached, threshold)
        found, tiers, contexts = {}, set(), set()
        for (meter, of_tier, scope, threshold), rows in card.items():
            row = in_force(rows, at)
            if row and scope == base and meter not in CALL_METERS:
                tiers.add(of_tier)
                contexts.add(threshold)
                if (of_tier, threshold) == (tier, reached):
                    found[meter] = _per_unit(row, factor)
        for meter in CALL_METERS:
            row = in_force(card.get((meter, "standard", "global", 0), []), at)
            if row:
                found[meter] = _per_unit(row, Decimal(1))
        if found and not tiers:  # while no token has a price, calls are charged by themselves
            tiers, contexts = {"standard"}, {0}
        return found if tier in tiers and reached in contexts else None

    def _lifetime(self, provider: str, model: str | None) -> str:
        """How long a cache write lives that does not say so: the closest family's default."""
        fits = [
            row
            for row in self._lifetimes
            if row["provider"] == provider and model and model.startswith(row["model_prefix"])
        ]
        return max(fits, key=lambda row: len(row["model_prefix"]))["lifetime"] if fits else "5m"

    def _images_are_text(self, provider: str, model: str | None) -> bool:
        """Whether an image costs what its tokens cost as text: no price of its own, and a rule."""
        if not model or any(
            meter in ("input_image", "input_video") for meter, *_ in self._prices[provider, model]
        ):
            return False
        return any(
            row["provider"] == provider and model.startswith(row["model_prefix"])
            for row in self._image_rules
        )

    def _images_are_tokens(self, provider: str, model: str | None) -> bool:
        """Whether an image that is made is in the output's tokens, and has no price of its own."""
        meters = {meter for meter, *_ in self._prices.get((provider, model), ())}
        return "output_image" in meters and "generated_image" not in meters

    def price(self, request: Request) -> Answer:
        """Status and exact cost of a request, in all and by meter."""
        provider, model, own_region = self.identify(request)
        tier = self.tier(provider, request.tier_name)
        geo = (request.geo or "global").lower()
        region = "global" if geo == "not_available" else geo
        if own_region and (request.geo or "not_available").lower() == "not_available":
            region = own_region
        if model and tier == "standard":
            tier = self._window_tier(provider, model, request.at)
        usage = dict.fromkeys(METERS, 0) | (request.usage if request.has_usage else {})
        usage[f"cache_write_{self._lifetime(provider, model)}"] += request.unstated_write_tokens
        if self._images_are_text(provider, model):
            usage["uncached_input"] += usage["input_image"] + usage["input_video"]
            usage["cache_read"] += usage["cache_read_image"]
            usage["input_image"] = usage["input_video"] = usage["cache_read_image"] = 0
        if self._images_are_tokens(provider, model) and any(
            usage[meter] for meter in TOKEN_METERS if meter.startswith("output")
        ):
            usage["generated_image"] = 0
        if self._pays_a_fee(provider, model, request, usage):
            usage["request_fee"] = 1
        about = (provider, model, tier, region)
        nothing = dict.fromkeys(METERS, Decimal(0))
        if request.is_gateway_cache_hit or (request.failed and not any(usage.values())):
            return Answer("not_billable", *about, Decimal(0), nothing, Decimal(0))
        if not any(usage.values()) or request.is_contradictory:
            return Answer("usage_missing", *about)
        if (request.provider_name or "").strip().lower() not in {"", *self._provider_names}:
            return Answer("unpriced_unknown_provider", *about)
        if model is None:
            return Answer("unpriced_unknown_model", *about)
        context = sum(usage[meter] for meter in CONTEXT_METERS)
        rates = self.rates(provider, model, request.at, tier, region, context)
        used = {meter: count for meter, count in usage.items() if count}
        if rates is None or not set(used) & set(rates):
            return Answer("unpriced_no_rate", *about)
        lacking = tuple(sorted(set(used) - set(rates)))
        costs = {meter: cost for meter, cost in nothing.items() if meter not in lacking}
        costs |= {meter: used[meter] * rates[meter] for meter in used if meter in rates}
        known = sum(costs.values(), Decimal(0))
        if not lacking:
            return Answer("priced", *about, known, costs, known)
        cost = known if self._takes_lower_bound(provider, model, request.at) else None
        return Answer("partly_priced", *about, cost, costs, known, lacking)

    def _pays_a_fee(
        self, provider: str, model: str | None, request: Request, usage: dict[str, int]
    ) -> bool:
        """Whether an answered call pays its model's fixed fee, which its log does not count."""
        has_fee = any(
            meter == "request_fee" for meter, *_ in self._prices.get((provider, model), ())
        )
        is_answered = request.has_usage and any(usage[meter] for meter in TOKEN_METERS)
        if self.costs_by_the_request(provider, model):
            is_answered = is_answered or not request.failed
        return has_fee and is_answered and not usage["request_fee"]

    def costs_by_the_request(self, provider: str, model: str | None) -> bool:
        """Whether nothing but the request ever costs anything, so that no count is missed."""
        return all(
            meter == "request_fee" or not Decimal(row.values["unit_price_usd"])
            for (meter, *_), rows in self._prices.get((provider, model), {}).items()
            for row in rows
        )

    def _takes_lower_bound(self, provider: str, model: str, at: datetime) -> bool:
        """The closest rule: of this very model, of its provider, of all; of two the later."""
        fits = [
            (row["model"] != "*", row["provider"] != "*", row["valid_from"], row)
            for row in self._bounds
            if row["provider"] in (provider, "*")
            and row["model"] in (model, "*")
            and row["valid_from"] <= at.date().isoformat()
            and (not row["valid_to"] or at.date().isoformat() < row["valid_to"])
        ]
        return bool(fits) and max(fits, key=lambda fit: fit[:3])[3]["takes_lower_bound"] == "true"


def _bare(name: str) -> str:
    """A name without a fine-tune's firm and id, a Bedrock ARN, or LiteLLM's way of asking."""
    name = name.removeprefix("converse/").removeprefix("invoke/")
    if name.startswith("ft:"):
        return ":".join(name.split(":")[:2])
    if name.startswith("arn:"):
        for kind in (":inference-profile/", ":foundation-model/"):
            name = name.partition(kind)[2] or name
    return name


def _per_unit(row: Row, factor: Decimal) -> Decimal:
    """USD of one token or call. Block sizes are powers of ten, so the quotient is exact."""
    return Decimal(row.values["unit_price_usd"]) * factor / Decimal(row.values["block_size"])
