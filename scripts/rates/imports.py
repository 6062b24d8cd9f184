"""Rows for the rate card from the price lists of others, proposed, weighed and appended.

Compares genai-prices (its bundled data; nothing is fetched) and a copy of LiteLLM's JSON with what
the rate card says now. A past row is never edited. With a company folder the rows go to its
extra_rate_card_prices.csv. To weigh rows, all usage in the warehouse is priced with the card as it
is and with the rows in it, by the models of the project; the warehouse is only read.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from scripts import console
from scripts.errors import Refused
from scripts.operations.company import bring_in, decisions, started
from scripts.operations.whole_files import written_whole
from scripts.rates.card import COLUMNS, Card
from scripts.rates.impact import CardError, lines, weigh
from scripts.rates.offers import Offer, SourceError, from_genai, from_litellm
from scripts.rates.proposals import Policy, Proposal, cells, matches, propose

TABLE = (1, 2, 3, 4, 5, 6, 10, 13)


@dataclass(frozen=True)
class Asked:
    """What is asked of the lists; `ai-cost import rates --help` says what each means."""

    seeds: Path | None
    litellm: Path | None
    no_genai: bool
    provider: tuple[str, ...]
    model: tuple[str, ...]
    known_models: bool
    recorded_at: datetime
    version: str
    correct: tuple[str, ...]
    accept: tuple[str, ...]
    accept_all: bool
    max_ratio: Decimal
    as_csv: bool
    impact: bool
    write: bool


def run(asked: Asked) -> int:
    """Propose, and append when asked to; 1 when rows are refused."""
    if asked.no_genai and not asked.litellm:
        raise SourceError("--no-genai leaves no price list to read; add --litellm FILE")
    folder = asked.seeds or bring_in() / "rate_cards"
    card, skipped = _card(folder), Counter()
    offers = [
        offer
        for offer in console.track(_offers(asked, card, skipped), "price lists")
        if _is_wanted(offer, asked, card)
    ]
    policy = Policy(asked.recorded_at, asked.max_ratio, asked.correct)
    proposals = [_accepted(each, asked) for each in propose(card, offers, policy)]
    refused = [each for each in proposals if each.doubts]
    _show([each for each in proposals if not each.doubts], asked)
    for name, count in skipped.most_common():
        console.complain(f"left out: {count} {name}")
    for each in refused:
        console.complain(f"refused: {each.key}: {'; '.join(each.doubts)}")
    said = f"{len(proposals) - len(refused)} rows proposed, {len(refused)} refused"
    if refused:
        console.complain(f"{said}; nothing written. See --accept, --provider, --model.")
        return 1
    rows = [cells(each, asked.version) for each in proposals]
    if asked.impact and rows:
        try:
            print(*lines(weigh(folder, rows)), sep="\n")
        except CardError as error:
            raise Refused(f"{error}; nothing written") from None
    if asked.write and rows:
        path = card.path if asked.seeds else started(decisions("rate_card_prices"), COLUMNS)
        append(path, rows)
        said += f", appended to {path}"
    print(said, file=sys.stderr)
    return 0


def _card(folder: Path) -> Card:
    try:
        return Card(folder)
    except (KeyError, ValueError, ArithmeticError) as error:
        raise SourceError(f"the seeds in {folder} cannot be read: {error!r}") from None


def _offers(asked: Asked, card: Card, skipped: Counter):
    if not asked.no_genai:
        yield from from_genai(card, asked.recorded_at, skipped)
    if asked.litellm:
        yield from from_litellm(asked.litellm, card, asked.recorded_at, skipped)


def _is_wanted(offer: Offer, asked: Asked, card: Card) -> bool:
    provider, model = offer.key[:2]
    return (
        (not asked.provider or provider in asked.provider)
        and (not asked.model or model in asked.model)
        and (not asked.known_models or (provider, model) in card.models)
    )


def _accepted(proposal: Proposal, asked: Asked) -> Proposal:
    """The proposal without its doubts, where the user takes them on."""
    taken = asked.accept_all or matches(proposal.key, asked.accept)
    return replace(proposal, doubts=()) if taken and not proposal.is_impossible else proposal


def _show(proposals: list[Proposal], asked: Asked) -> None:
    if asked.as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([COLUMNS, *(cells(each, asked.version) for each in proposals)])
        return
    header = (*(COLUMNS[column] for column in TABLE), "old", "new")
    rows = []
    for each in proposals:
        row = cells(each, asked.version)
        old = "-" if each.replaces is None else f"{each.replaces.normalize():f}"
        rows.append((*(row[column] for column in TABLE), old, row[8]))
    if rows:
        console.table(header, rows, left=len(TABLE))


def append(path: Path, rows: list[tuple[str, ...]]) -> None:
    """Append rows to a seed in one step: the old file is a prefix of the new one, byte for byte."""
    old = path.read_bytes()
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    gap = b"" if old.endswith(b"\n") else b"\n"
    with written_whole(path) as half:
        half.write_bytes(old + gap + text.getvalue().encode())
        half.chmod(path.stat().st_mode & 0o777)
