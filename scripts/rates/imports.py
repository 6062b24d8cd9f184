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
from scripts.errors import Refused, UserError
from scripts.operations.company import bring_in, decisions, started
from scripts.operations.whole_files import append_whole
from scripts.rates.card import COLUMNS, Card
from scripts.rates.checks import files_in, problems, refuse
from scripts.rates.impact import CardError, lines, weigh
from scripts.rates.offers import Offer, SourceError, from_genai, from_litellm
from scripts.rates.proposals import Policy, Proposal, cells, matches, propose
from scripts.rates.providers import Providers, read_providers
from scripts.rates.seed_files import Line
from scripts.rates.seed_schema import near
from scripts.rates.seen import check

_PROPOSED = "a proposed row"
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
    check: Path | None
    as_csv: bool
    impact: bool
    write: bool


def run(asked: Asked) -> int:
    """Propose, and append when asked to; 1 when rows are refused, the others are written."""
    if asked.no_genai and not asked.litellm:
        raise SourceError("--no-genai leaves no price list to read; add --litellm FILE")
    folder = asked.seeds or bring_in() / "rate_cards"
    refuse(problems(files_in(folder)))
    card, skipped = _card(folder), Counter()
    known = read_providers()
    _refuse_unknown(asked.provider, known)
    offers = [
        offer
        for offer in console.track(_offers(asked, card, known, skipped), "price lists")
        if _is_wanted(offer, asked, card)
    ]
    if asked.check:
        return check(asked.check, offers, card, asked.recorded_at)
    policy = Policy(asked.recorded_at, asked.max_ratio, asked.correct)
    proposals = [_accepted(each, asked) for each in propose(card, offers, policy)]
    proposals = _checked(proposals, folder, asked.version)
    refused = [each for each in proposals if each.doubts]
    taken = [each for each in proposals if not each.doubts]
    _show(taken, asked)
    for name, count in skipped.most_common():
        console.complain(f"left out: {count} {name}")
    for each in refused:
        console.complain(f"refused: {each.key}: {'; '.join(each.doubts)}")
    said = f"{len(taken)} rows proposed, {len(refused)} refused"
    rows = [cells(each, asked.version) for each in taken]
    if asked.impact and rows:
        try:
            print(*lines(weigh(folder, rows)), sep="\n")
        except CardError as error:
            raise Refused(f"{error}; nothing written") from None
    if asked.write and rows:
        path = card.path if asked.seeds else started(decisions("rate_card_prices"), COLUMNS)
        append(path, rows)
        said += f", {len(rows)} appended to {path}"
    if refused:
        console.complain(f"{said}. See --accept, --provider, --model.")
        return 1
    print(said, file=sys.stderr)
    return 0


def _refuse_unknown(providers: tuple[str, ...], known: Providers) -> None:
    """A slip in a provider's name would propose nothing and look like nothing new."""
    for provider in providers:
        if provider not in known.kinds:
            said = f"--provider {provider} is unknown; {near(provider, set(known.kinds))}"
            raise UserError(f"{said} A new provider is a row of extra_providers.csv.")
        if provider not in known.offered:
            raise UserError(f"--provider {provider}: its row in providers names no price list")


def _checked(proposals: list[Proposal], folder: Path, version: str) -> list[Proposal]:
    """The proposals, with what the check of a card says of those nobody doubts yet.

    No acceptance helps against it: the next night would refuse the row. Rows taken out may leave
    others wrong, a tier of context with one meter for instance, so it is looked at until it holds.
    """
    while True:
        taken = [place for place, each in enumerate(proposals) if not each.doubts]
        rows = [
            Line(
                _PROPOSED, place, dict(zip(COLUMNS, cells(proposals[place], version), strict=True))
            )
            for place in taken
        ]
        found = problems(files_in(folder), rows)
        if not found:
            return proposals
        refuse([each for each in found if each.file != _PROPOSED])
        for each in found:
            proposal = proposals[each.line]
            doubts = (*proposal.doubts, f"{each.column} {each.said}")
            proposals[each.line] = replace(proposal, doubts=doubts, is_impossible=True)


def _card(folder: Path) -> Card:
    try:
        return Card(folder)
    except (KeyError, ValueError, ArithmeticError) as error:
        raise SourceError(f"the seeds in {folder} cannot be read: {error!r}") from None


def _offers(asked: Asked, card: Card, known: Providers, skipped: Counter):
    if not asked.no_genai:
        yield from from_genai(card, known, asked.recorded_at, skipped)
    if asked.litellm:
        yield from from_litellm(asked.litellm, card, known, asked.recorded_at, skipped)


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
    if not taken or proposal.is_impossible or not proposal.doubts:
        return proposal
    return replace(proposal, doubts=(), taken_on=proposal.doubts)


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
    """Append rows to a seed in one step."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    append_whole(path, text.getvalue())
