"""What the price lists changed since they were last looked at, for a nightly alert.

A difference to our card may be right for ever, and would alarm every night. So what the lists said
is kept in a file, and each change is told once.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from scripts import console
from scripts.operations.whole_files import write_whole
from scripts.rates.card import KEY_COLUMNS, Card, Key
from scripts.rates.offers import Offer, SourceError

COLUMNS = (*KEY_COLUMNS, "valid_from", "price_list", "unit_price_usd")
# Of the file: what the lists say of a key from a start on (empty where undated), and the price.
Said = dict[tuple[str, ...], str]


def check(file: Path, offers: Iterable[Offer], card: Card, at: datetime) -> int:
    """Tell what changed since the file was written, and write it again; 1 when anything changed."""
    now = _said(offers)
    before = _read(file)
    changed = sorted(
        name for name in now.keys() | (before or {}) if now.get(name) != (before or {}).get(name)
    )
    if before is not None and changed:
        rows = [
            (*name, before.get(name, "-"), now.get(name, "-"), _ours(card, name, at))
            for name in changed
        ]
        console.table((*COLUMNS[:-1], "before", "now", "ours"), rows, left=len(COLUMNS) - 1)
    if before is None or changed:
        write_whole(file, _text(now))
    if before is None:
        print(f"{len(now)} prices of the lists remembered in {file}")
        return 0
    print(f"{len(changed)} prices changed since the last check, of {len(now)} in the lists")
    return 1 if changed else 0


def _said(offers: Iterable[Offer]) -> Said:
    """What the lists say now; a list that contradicts itself says both."""
    prices: dict[tuple[str, ...], set[Decimal]] = defaultdict(set)
    for offer in offers:
        prices[_name(offer)].add(offer.price)
    return {name: " or ".join(map(_price, sorted(found))) for name, found in prices.items()}


def _name(offer: Offer) -> tuple[str, ...]:
    # a list's version changes with every release, its prices do not
    price_list = offer.source.partition(" ")[0]
    return (*map(str, offer.key), str(offer.start or ""), price_list)


def _ours(card: Card, name: tuple[str, ...], at: datetime) -> str:
    key = Key(*name[:5], context_min_tokens=int(name[5]))
    start = datetime.fromisoformat(name[6]) if name[6] else at
    row = card.in_force(key, max(start, at))
    return _price(row.price) if row else "-"


def _price(price: Decimal) -> str:
    return f"{price.normalize():f}"


def _read(file: Path) -> Said | None:
    """What the lists said at the last check; None before the first."""
    if not file.exists():
        return None
    with file.open(newline="", encoding="utf-8") as text:
        rows = list(csv.reader(text))
    if not rows or tuple(rows[0]) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise SourceError(f"{file} is not what an earlier check wrote; name another file")
    return {tuple(row[:-1]): row[-1] for row in rows[1:]}


def _text(said: Said) -> bytes:
    text = io.StringIO()
    rows = sorted((*name, price) for name, price in said.items())
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    return text.getvalue().encode()
