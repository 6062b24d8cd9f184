"""From offers to rows to append, and the reasons not to append some of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal

from scripts.rates.card import Card, Key, Row, block_size
from scripts.rates.card_rules import MAX_RATIO, REASON
from scripts.rates.offers import Offer

DECIMALS = 9


@dataclass(frozen=True)
class Proposal:
    """A row to append, what it replaces (USD per block), and why it might be wrong."""

    row: Row
    source: str
    replaces: Decimal | None
    doubts: tuple[str, ...] = ()
    # doubts that the user took on: they stand in the row, as its reason
    taken_on: tuple[str, ...] = ()
    # no acceptance helps: the seed cannot hold it
    is_impossible: bool = False

    @property
    def key(self) -> Key:
        """What the row prices."""
        return self.row.key


@dataclass(frozen=True)
class Policy:
    """How to read differences: the instant of recording (UTC), jumps, and what is a correction."""

    recorded_at: datetime
    max_ratio: Decimal
    corrections: tuple[str, ...] = ()


def matches(key: Key, patterns: Iterable[str]) -> bool:
    """Whether a key is one of those written, in full or by its first parts."""
    parts = str(key).split("/")
    return any(parts[: len(wanted)] == wanted for wanted in (p.split("/") for p in patterns))


def propose(card: Card, offers: Iterable[Offer], policy: Policy) -> list[Proposal]:
    """The rows that would make the card say what the offers say, by key and start."""
    found: list[Proposal] = []
    for (key, _), same in sorted(
        _by_key(offers, policy.recorded_at).items(), key=lambda item: _order(item[0])
    ):
        found += _propose(card, key, same, policy)
    return found


def _order(group: tuple[Key, datetime | None]) -> tuple:
    key, start = group
    return key, start or datetime.min


def _by_key(
    offers: Iterable[Offer], now: datetime
) -> dict[tuple[Key, datetime | None], list[Offer]]:
    """Offers of one key that hold now, and those of each start to come.

    A model's own name goes before its snapshots', and an offer with a start before one without.
    """
    groups = defaultdict(list)
    for offer in offers:
        is_to_come = offer.start is not None and offer.start > now
        groups[offer.key, offer.start if is_to_come else None].append(offer)
    for group, same in groups.items():
        named = {offer.source for offer in same if offer.is_own_name}
        groups[group] = sorted(
            (offer for offer in same if offer.is_own_name or offer.source not in named),
            key=lambda offer: offer.start or datetime.min,
            reverse=True,
        )
    return groups


def _propose(card: Card, key: Key, same: list[Offer], policy: Policy) -> list[Proposal]:
    now = policy.recorded_at
    stated = same[0].start
    is_future = stated is not None and stated > now
    current = card.in_force(key, stated if is_future else now)
    prices = {offer.price for offer in same}
    if current and prices == {current.price}:
        return []
    offer = same[0]
    sources = "; ".join(sorted({offer.source for offer in same}))
    doubts = []
    taken_on = []
    if len(prices) > 1:
        doubts.append(f"the lists contradict each other: {_listed(same)}; read one of them only")
    if current:
        doubts += _doubts_of_change(offer, current, policy.max_ratio)
        if not doubts and _is_jump(offer, current, MAX_RATIO):
            taken_on.append(f"{_times(offer, current)}, within --max-ratio {policy.max_ratio}")
    elif card.rows(key):
        doubts.append("the price on record has ended or is yet to start")
    start, status, basis = _start(offer, current, policy)
    if card.last_recorded(key, start) is not None and status != "corrected":
        status = "corrected"
    recorded = card.last_recorded(key, start)
    if recorded is not None and recorded >= now:
        doubts.append(f"recorded_at is not after that of the row it corrects, {recorded}")
    row = Row(
        key=key,
        price=offer.price,
        start=start,
        end=current.end if current else None,
        recorded_at=now,
        status=status,
        inclusive=offer.inclusive,
    )
    has_decimals = -offer.price.normalize().as_tuple().exponent > DECIMALS
    if has_decimals:
        doubts.append(f"more than {DECIMALS} decimals: {offer.price}")
    proposal = Proposal(
        row,
        f"{sources}; {basis}",
        current and current.price,
        tuple(doubts),
        tuple(taken_on),
        is_impossible=has_decimals or len(prices) > 1,
    )
    return [*_closing(card, proposal, current, sources), proposal]


def _listed(offers: list[Offer]) -> str:
    said = sorted({(offer.price, offer.source) for offer in offers})
    return ", ".join(f"{price.normalize():f} ({source})" for price, source in said)


def _doubts_of_change(offer: Offer, current: Row, max_ratio: Decimal) -> list[str]:
    doubts = []
    if _is_jump(offer, current, max_ratio):
        doubts.append(_times(offer, current))
    if offer.inclusive != current.inclusive:
        doubts.append("the threshold is inclusive in one and exclusive in the other")
    if offer.start and offer.start < current.start:
        doubts.append(f"the list's price is older than ours: {offer.start} < {current.start}")
    return doubts


def _is_jump(offer: Offer, current: Row, max_ratio: Decimal) -> bool:
    # what was free has no ratio to anything
    if not current.price:
        return True
    ratio = offer.price / current.price
    return ratio > max_ratio or ratio * max_ratio < 1


def _times(offer: Offer, current: Row) -> str:
    if not current.price:
        return "not free any more"
    ratio = offer.price / current.price
    return f"{ratio:.4g} times the present {current.price.normalize():f}"


def _start(offer: Offer, current: Row | None, policy: Policy) -> tuple[datetime, str, str]:
    """Start, status and, for `source`, where the start is from."""
    now = policy.recorded_at
    if current and matches(offer.key, policy.corrections):
        return current.start, "corrected", "start: as on the row corrected"
    if offer.start and current and offer.start.date() == current.start.date():
        return current.start, "corrected", "start: as on the row corrected"
    if offer.start and offer.start > now:
        return offer.start, "announced", "start: stated by the list"
    if offer.start and (current is None or offer.start > current.start):
        return offer.start, "effective", "start: stated by the list"
    day = datetime.combine(now.date(), time())
    if current and current.start >= day:
        day = now
    return day, "effective", "start: not stated by the list, day of recording"


def _closing(card: Card, proposal: Proposal, current: Row | None, sources: str) -> list[Proposal]:
    """Where the present price has an end beyond the new start: the same price, ending there."""
    if current is None or proposal.row.status == "corrected":
        return []
    if current.end is None or current.end <= proposal.row.start:
        return []
    row = replace(
        current, end=proposal.row.start, recorded_at=proposal.row.recorded_at, status="corrected"
    )
    overlap = f"overlaps a row that holds until {current.end}"
    return [
        Proposal(row, f"{sources}; ends where the next price starts", current.price, (overlap,))
    ]


def cells(proposal: Proposal, version: str) -> tuple[str, ...]:
    """The columns of a seed row, as text."""
    row, key = proposal.row, proposal.key
    reason = f"; {REASON}{'; '.join(proposal.taken_on)}" if proposal.taken_on else ""
    return (
        version,
        *key[:5],
        str(key.context_min_tokens),
        str(row.inclusive).lower(),
        f"{row.price.normalize():f}",
        str(block_size(key.meter)),
        str(row.start),
        str(row.end or ""),
        str(row.recorded_at),
        row.status,
        f"{proposal.source}{reason}",
    )
