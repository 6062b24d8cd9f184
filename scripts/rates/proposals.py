"""From offers to rows to append, and the reasons not to append some of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal

from scripts.rates.card import Card, Key, Row, block_size
from scripts.rates.offers import Offer

DECIMALS = 9


@dataclass(frozen=True)
class Proposal:
    """A row to append, what it replaces (USD per block), and why it might be wrong."""

    row: Row
    source: str
    replaces: Decimal | None
    doubts: tuple[str, ...] = ()
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
    for (key, _), same in sorted(_by_key(offers).items(), key=lambda item: _order(item[0])):
        found += _propose(card, key, same, policy)
    return found


def _order(group: tuple[Key, datetime | None]) -> tuple:
    key, start = group
    return key, start or datetime.min


def _by_key(offers: Iterable[Offer]) -> dict[tuple[Key, datetime | None], list[Offer]]:
    """Offers of one key and start; a model's own name goes before its snapshots'."""
    groups = defaultdict(list)
    for offer in offers:
        groups[offer.key, offer.start].append(offer)
    for group, same in groups.items():
        for source in {offer.source for offer in same}:
            if any(offer.is_own_name for offer in same if offer.source == source):
                groups[group] = [
                    offer for offer in groups[group] if offer.source != source or offer.is_own_name
                ]
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
    if len(prices) > 1:
        doubts.append("the lists contradict each other: " + _listed(prices))
    if current:
        doubts += _doubts_of_change(offer, current, policy.max_ratio)
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
    impossible = -offer.price.normalize().as_tuple().exponent > DECIMALS
    if impossible:
        doubts.append(f"more than {DECIMALS} decimals: {offer.price}")
    proposal = Proposal(
        row, f"{sources}; {basis}", current and current.price, tuple(doubts), impossible
    )
    return [*_closing(card, proposal, current, sources), proposal]


def _listed(prices: set[Decimal]) -> str:
    return ", ".join(f"{price.normalize():f}" for price in sorted(prices))


def _doubts_of_change(offer: Offer, current: Row, max_ratio: Decimal) -> list[str]:
    doubts = []
    ratio = offer.price / current.price
    if ratio > max_ratio or ratio * max_ratio < 1:
        doubts.append(f"{ratio:.4g} times the present {current.price.normalize():f}")
    if offer.inclusive != current.inclusive:
        doubts.append("the threshold is inclusive in one and exclusive in the other")
    if offer.start and offer.start < current.start:
        doubts.append(f"the list's price is older than ours: {offer.start} < {current.start}")
    return doubts


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
        proposal.source,
    )
