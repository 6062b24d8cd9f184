"""Propose rows for the rate card from the price lists of others, and append them on request.

    python -m scripts.import_rate_cards [--provider NAME] [--model NAME] [--litellm FILE]
        [--impact] [--write]

Compares genai-prices (its bundled data; nothing is fetched) and, with --litellm, a copy of
LiteLLM's JSON with what the rate card says now. Prints what would be appended; a past row is never
edited. With a company folder the rows go to its extra_rate_card_prices.csv. With --impact the rows
are weighed first: all usage in the warehouse is priced with the card as it is and with the rows in
it, by the models of the project, and what changes is shown by month and team. The warehouse
(AI_COST_TARGET, AI_COST_WAREHOUSE) is only read.
Exits with 0 when all is well, 1 when rows are refused, 2 when something must be set right first.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from tqdm import tqdm

from scripts.operations.company import bring_in, decisions, started
from scripts.operations.whole_files import written_whole
from scripts.rates.card import COLUMNS, Card
from scripts.rates.impact import CardError, ImpactError, lines, weigh
from scripts.rates.offers import Offer, SourceError, from_genai, from_litellm
from scripts.rates.proposals import Policy, Proposal, cells, matches, propose
from scripts.warehouse import WarehouseError

TABLE = (1, 2, 3, 4, 5, 6, 10, 13)


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an instant: 2026-11-21 08:00") from None
    at = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    return at.replace(microsecond=0)


def _version(text: str) -> str:
    try:
        datetime.strptime(text, "list-%Y-%m-%d")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not like list-2026-11-21") from None
    return text


def _ratio(text: str) -> Decimal:
    try:
        ratio = Decimal(text)
    except InvalidOperation:
        ratio = Decimal(0)
    if not ratio.is_finite() or ratio < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")
    return ratio


def parser() -> argparse.ArgumentParser:
    """Command line."""
    p = argparse.ArgumentParser(
        prog="python -m scripts.import_rate_cards",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = p.add_argument
    add("--seeds", type=Path, help="folder of the rate card (default: ours and the company's rows)")
    add("--litellm", type=Path, metavar="FILE", help="also read LiteLLM's price JSON")
    add("--no-genai", action="store_true", help="leave genai-prices out; needs --litellm")
    add("--provider", action="append", help="only this provider; may be repeated")
    add("--model", action="append", help="only this model of the card; may be repeated")
    add("--known-models", action="store_true", help="only models that the card already prices")
    add("--recorded-at", type=_instant, help="instant of recording, UTC (default: now)")
    add("--version", type=_version, help="price_card_version (default: list- and that day)")
    add(
        "--correct",
        action="append",
        default=[],
        metavar="KEY",
        help="a difference under KEY corrects the price on record since its start",
    )
    add(
        "--accept",
        action="append",
        default=[],
        metavar="KEY",
        help="accept refused rows under KEY: provider/model/meter/tier/region/context or its start",
    )
    add("--accept-all", action="store_true", help="accept all refused rows that a seed can hold")
    add(
        "--max-ratio",
        type=_ratio,
        default=Decimal(10),
        help="refuse changes by more than this factor either way (default: %(default)s)",
    )
    add("--csv", action="store_true", help="print the rows as they would be appended")
    add("--impact", action="store_true", help="say what the rows would change in money, in USD")
    add("--write", action="store_true", help="append the rows to the card, or the company's own")
    return p  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Propose, and append when asked to; return the exit code."""
    options = parser().parse_args(arguments)
    options.recorded_at = options.recorded_at or datetime.now(UTC).replace(
        tzinfo=None, microsecond=0
    )
    options.version = options.version or f"list-{options.recorded_at:%Y-%m-%d}"
    try:
        return _run(options)
    except CardError as error:
        print(f"refused: {error}; nothing written", file=sys.stderr)
        return 1
    except (SourceError, ImpactError, WarehouseError) as error:
        print(f"import_rate_cards: {error}", file=sys.stderr)
    except OSError as error:
        print(f"import_rate_cards: {error.filename}: {error.strerror}", file=sys.stderr)
    return 2


def _run(options: argparse.Namespace) -> int:
    if options.no_genai and not options.litellm:
        raise SourceError("--no-genai leaves no price list to read; add --litellm FILE")
    folder = options.seeds or bring_in() / "rate_cards"
    card, skipped = _card(folder), Counter()
    offers = [
        offer
        for offer in tqdm(_offers(options, card, skipped), unit="price", disable=None)
        if _is_wanted(offer, options, card)
    ]
    policy = Policy(options.recorded_at, options.max_ratio, tuple(options.correct))
    proposals = [_accepted(each, options) for each in propose(card, offers, policy)]
    refused = [each for each in proposals if each.doubts]
    _show([each for each in proposals if not each.doubts], options)
    for name, count in skipped.most_common():
        print(f"left out: {count} {name}", file=sys.stderr)
    for each in refused:
        print(f"refused: {each.key}: {'; '.join(each.doubts)}", file=sys.stderr)
    said = f"{len(proposals) - len(refused)} rows proposed, {len(refused)} refused"
    if refused:
        print(f"{said}; nothing written. See --accept, --provider, --model.", file=sys.stderr)
        return 1
    rows = [cells(each, options.version) for each in proposals]
    if options.impact and rows:
        print(*lines(weigh(folder, rows)), sep="\n")
    if options.write and rows:
        path = card.path if options.seeds else started(decisions("rate_card_prices"), COLUMNS)
        append(path, rows)
        said += f", appended to {path}"
    print(said, file=sys.stderr)
    return 0


def _card(folder: Path) -> Card:
    try:
        return Card(folder)
    except (KeyError, ValueError, ArithmeticError) as error:
        raise SourceError(f"the seeds in {folder} cannot be read: {error!r}") from None


def _offers(options: argparse.Namespace, card: Card, skipped: Counter):
    if not options.no_genai:
        yield from from_genai(card, options.recorded_at, skipped)
    if options.litellm:
        yield from from_litellm(options.litellm, card, options.recorded_at, skipped)


def _is_wanted(offer: Offer, options: argparse.Namespace, card: Card) -> bool:
    provider, model = offer.key[:2]
    return (
        (not options.provider or provider in options.provider)
        and (not options.model or model in options.model)
        and (not options.known_models or (provider, model) in card.models)
    )


def _accepted(proposal: Proposal, options: argparse.Namespace) -> Proposal:
    """The proposal without its doubts, where the user takes them on."""
    taken = options.accept_all or matches(proposal.key, options.accept)
    return replace(proposal, doubts=()) if taken and not proposal.is_impossible else proposal


def _show(proposals: list[Proposal], options: argparse.Namespace) -> None:
    if options.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([COLUMNS, *(cells(each, options.version) for each in proposals)])
        return
    lines = [(*(COLUMNS[column] for column in TABLE), "old", "new")]
    for each in proposals:
        row = cells(each, options.version)
        old = "-" if each.replaces is None else f"{each.replaces.normalize():f}"
        lines.append((*(row[column] for column in TABLE), old, row[8]))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines if proposals else ():
        print("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)))


def append(path: Path, rows: list[tuple[str, ...]]) -> None:
    """Append rows to a seed in one step: the old file is a prefix of the new one, byte for byte."""
    old = path.read_bytes()
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    gap = b"" if old.endswith(b"\n") else b"\n"
    with written_whole(path) as half:
        half.write_bytes(old + gap + text.getvalue().encode())
        half.chmod(path.stat().st_mode & 0o777)


if __name__ == "__main__":
    sys.exit(main())
