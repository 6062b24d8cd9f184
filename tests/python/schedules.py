"""Random schedules of nights: which files and which changes of rules arrive when."""

import gzip
import random
import re
from pathlib import Path

# Spellings of teams that logs use and no seed knows until a night names them.
UNKNOWN = tuple(f"skunkworks-{number}" for number in range(1, 7))
MODELS = (("openai", "gpt-5.4"), ("openai", "gpt-5.4-mini"), ("anthropic", "claude-sonnet-4-6"))
ALIASES = "seeds/organization/team_aliases.csv"
OWNERS = "seeds/organization/credential_owners.csv"
PRICES = "seeds/rate_cards/rate_card_prices.csv"


class Schedule:
    """Files by night and lines of seeds by night, all drawn from one seed.

    Files are late, shuffled, split in two, packed again with the same records under another name,
    copied, or empty; bills are pulled again with other amounts.
    """

    def __init__(self, seed: int, origin: Path, nights: int) -> None:
        self._random = random.Random(seed)
        self._restated = 0
        self.files: list[dict[str, bytes]] = [{} for _ in range(nights)]
        self.rules: list[list[tuple[str, str]]] = [[] for _ in range(nights)]
        for path in sorted(origin.rglob("*")):
            if path.is_file() and not path.name.startswith("_"):
                self._plan(str(path.relative_to(origin)), path.read_bytes())
        for night in range(1, nights):
            self.rules[night] = [self._alias(night), self._owner(), self._price(night)]
            self.files[night][f"envelope_events/empty-{night}.jsonl"] = b"\n" * night

    def described(self) -> str:
        """What arrives when, in a line."""
        return "; ".join(
            f"night {number}: {len(files)} files, {len(rules)} changed rules"
            for number, (files, rules) in enumerate(zip(self.files, self.rules, strict=True), 1)
        )

    def _plan(self, name: str, data: bytes) -> None:
        if name.endswith(".json"):
            self._plan_bill(name, data)
            return
        packed = name.endswith(".gz")
        fate = self._random.choice(("whole", "whole", "split", "again", "copy"))
        if fate == "whole":
            self._any_night()[name] = data
            return
        lines = (gzip.decompress(data) if packed else data).splitlines(keepends=True)
        stem = name.removesuffix(".gz").removesuffix(".jsonl")
        if fate == "split":
            self._random.shuffle(lines)
            cut = self._random.randint(0, len(lines))
            for part, some in (("a", lines[:cut]), ("b", lines[cut:])):
                self._any_night()[f"{stem}.{part}.jsonl"] = b"".join(some)
        elif fate == "again":
            # Of two files with one event the first by name counts, whichever came first.
            self._any_night()[name] = data
            place = self._random.choice(("-before", "~after"))
            folder, _, base = stem.rpartition("/")
            again = f"{folder}/{'0' if place == '-before' else base}{place}-{base}.jsonl"
            self._any_night()[again] = b"".join(reversed(lines))
        else:
            first = self._random.randrange(len(self.files))
            later = self._random.randrange(first, len(self.files))
            self.files[first][name] = data
            self.files[later][f"{stem}~copy.jsonl{'.gz' if packed else ''}"] = data

    def _plan_bill(self, name: str, data: bytes) -> None:
        self._any_night()[name] = data
        amount = re.compile(rb'("(?:value|amount)": ?"?[0-9]+\.[0-9]+)')
        restated = amount.sub(lambda found: found[1] + self._digit(), data)
        folder = name.rpartition("/")[0]
        # An instant of its own: of two contents under one name, only the last is there in the end.
        self._restated += 1
        self._any_night()[f"{folder}/20261102T0600{self._restated:02d}Z.json"] = restated

    def _digit(self) -> bytes:
        return str(self._random.randrange(10)).encode()

    def _any_night(self) -> dict[str, bytes]:
        return self._random.choice(self.files)

    def _day(self) -> str:
        return f"2026-07-{self._random.randint(20, 31)}"

    def _alias(self, night: int) -> tuple[str, str]:
        team = self._random.choice(("search", "research"))
        return ALIASES, f"{UNKNOWN[night - 1]},{team},{self._day()},"

    def _owner(self) -> tuple[str, str]:
        """A key that changes hands: the row of one owner ends, that of the next begins."""
        team = self._random.choice(("search", "research", "support"))
        return OWNERS, f"key-growth>{team}>{self._day()}"

    def _price(self, night: int) -> tuple[str, str]:
        provider, model = self._random.choice(MODELS)
        meter = self._random.choice(("output", "uncached_input"))
        return PRICES, (
            f"list-2026-12-0{night},{provider},{model},{meter},standard,global,0,false,"
            f"{self._random.randint(1, 40)}.25,1000000,{self._day()} 00:00:00,2026-08-05 00:00:00,"
            f"2026-12-0{night} 00:00:00,effective,reason: drawn by a test"
        )


def deliver(files: dict[str, bytes], landing: Path) -> None:
    """Put files into a landing folder."""
    for name, data in files.items():
        path = landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def change(rules: list[tuple[str, str]], root: Path) -> None:
    """Write changed rules into the seeds of a copy of the project."""
    for name, row in rules:
        path = root / name
        text = path.read_text()
        if name != OWNERS:
            path.write_text(f"{text}{row}\n")
            continue
        credential, team, day = row.split(">")
        kept = [line for line in text.splitlines() if not line.startswith(f"{credential},")]
        kept += [f"{credential},Key,growth,default,2024-01-01,{day},",
                 f"{credential},Key,{team},default,{day},,"]  # fmt: skip
        path.write_text("\n".join(kept) + "\n")
