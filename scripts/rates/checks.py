"""Whether the rate card and the company's own prices can be loaded: looked at before anything is.

A bad row that has been loaded has replaced the good table, and a night has priced with it. So the
files themselves are read here: ours and the company's, as they are written, to name file and line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from scripts.errors import UserError
from scripts.operations.clock import latest_instant
from scripts.operations.company import OPTIONAL, ROOT, bring_in, files_of_seeds
from scripts.rates import card_rules
from scripts.rates.seed_files import Line, Problem, read_lines
from scripts.rates.seed_schema import Seed, read_schema

FOLDERS = ("rate_cards", "contracts")
_SHOWN = 20


class CardRefused(UserError):
    """The card has rows that would do harm; the message names each, and what to write instead."""


def checked_seeds() -> Path:
    """The folder of the run's seeds; raises CardRefused before anything is made of a bad card."""
    refuse(problems(files_of_seeds()))
    return bring_in()


def refuse(found: list[Problem]) -> None:
    """Raise CardRefused where there is anything to say."""
    if not found:
        return
    more = len(found) - _SHOWN
    said = [str(each) for each in found[:_SHOWN]] + ([f"and {more} more"] if more > 0 else [])
    raise CardRefused("\n  ".join([f"prices refused, nothing was changed: {len(found)}", *said]))


def problems(
    files: dict[str, list[tuple[Path, bool]]],
    more: Iterable[Line] = (),
    more_of: str = card_rules.PRICES,
) -> list[Problem]:
    """All that is wrong with the card in these files, by file and line.

    files: per seed its files, and whether each is a company's own. more: rows of the seed
    `more_of` to look at beside those on file.
    """
    found: list[Problem] = []
    lines: dict[str, list[Line]] = {}
    seeds = _schema(files)
    for name, seed in seeds.items():
        lines[name] = []
        for path, is_company in files[name]:
            optional = OPTIONAL.get(name, ())
            read, wrong = read_lines(path, _shown(path), seed.names, is_company, optional)
            found += wrong
            lines[name] += read
    lines[more_of] += more
    for name, seed in seeds.items():
        found += of_cells(seed, lines[name])
    if found:
        # rows that cannot be read would make others look wrong
        return _sorted(found)
    # the later of both: a run of an instant long ago still reads the card as it is today
    now = latest_instant()
    found += card_rules.of_recording(seeds, lines, now)
    found += card_rules.of_contracts(seeds, lines)
    found += card_rules.of_community(lines, _providers(files))
    for rule in (
        card_rules.of_prices,
        card_rules.of_thresholds,
        card_rules.of_jumps,
        card_rules.of_profiles,
        card_rules.of_models,
        card_rules.of_windows,
    ):
        found += rule(lines)
    return _sorted(found)


def files_in(folder: Path) -> dict[str, list[tuple[Path, bool]]]:
    """The run's files, with those of the rate card from another folder."""
    return {
        name: [(folder / f"{name}.csv", False)] if (folder / f"{name}.csv").exists() else files
        for name, files in files_of_seeds().items()
    }


def _schema(files: dict[str, list[tuple[Path, bool]]]) -> dict[str, Seed]:
    def words_of(seed: str, column: str) -> set[str]:
        return set().union(*(_values(path, column) for path, _ in files[seed]))

    seeds: dict[str, Seed] = {}
    for folder in FOLDERS:
        for file in sorted((ROOT / "seeds" / folder).glob("*.yml")):
            seeds |= read_schema(file, words_of)
    return seeds


def _providers(files: dict[str, list[tuple[Path, bool]]]) -> set[str]:
    """Ours, the words that others have for them, and those that our community layer prices."""
    layer = files[card_rules.COMMUNITY]
    ours = [(path, "provider") for path, is_company in layer if not is_company]
    named = [(path, "provider") for path, _ in [*files["providers"], *files["provider_aliases"]]]
    others = [(path, "alias") for path, _ in files["provider_aliases"]]
    return set().union(*(_values(path, column) for path, column in [*ours, *named, *others]))


def _values(path: Path, column: str) -> set[str]:
    """What a column holds in a file, however well the rest of it can be read."""
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        return {row[column] for row in csv.DictReader(file) if row.get(column)}


def of_cells(seed: Seed, lines: list[Line]) -> Iterable[Problem]:
    """What is wrong with single cells of a seed's rows."""
    # a card has few different values: each is looked at once
    columns = [(column.name, cache(column.problem)) for column in seed.columns]
    for line in lines:
        for name, problem in columns:
            said = problem(line[name])
            if said:
                yield line.problem(name, said)


def _sorted(found: list[Problem]) -> list[Problem]:
    return sorted(found, key=lambda each: (each.file, each.line))


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
