"""What was aimed at, beside what was measured; and where it was missed, why the floor is near.

The reasons are short forms of what docs/decisions has with its measurements.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """A figure that should not be more than `aim`, in the unit of `unit`."""

    name: str
    aim: float
    unit: str
    why: str

    def verdict(self, measured: float) -> str:
        """One line, and a second one with the reason where the aim was missed."""
        line = f"{self.name:<50}{measured:>8.2f}{self.aim:>8g}   {self.unit}"
        return line if measured <= self.aim else f"{line}\n{'':<12}missed: {self.why}"


Found = tuple[Bar, float]

# Sizes and rates of DuckDB: aimed at with 10 million requests.
LOAD = Bar(
    "load", 2.5, "x the bare read_json",
    "every field is cast strictly, every line has its place and each reject its reason (0014)",
)  # fmt: skip
HEAVY_TO_RAW = Bar(
    "heavy path", 3.2, "x a copy of the raw rows",
    "a third of it writes the result, which has more columns than the raw rows (0013)",
)  # fmt: skip
HEAVY_TO_OWN = Bar(
    "heavy path", 1.8, "x a copy of its own result",
    "a third finds the cost, a third carries a hundred columns through 60 joins (0013)",
)  # fmt: skip
OTHERS = Bar(
    "all other models and seeds", 1, "x the heavy path",
    "some read every attempt again, and sort them by call, by trace or by prompt (0013)",
)  # fmt: skip
WHOLE = Bar(
    "first load and build, with its tests", 5, "x read_json and copy of the raw rows",
    "the load, the heavy path and the models behind it, each for its own reason",
)  # fmt: skip
# Nights, in processor seconds, on DuckDB.
SMALL = Bar(
    "a night with one small file", 20, "processor seconds",
    "most models change, and planning their views takes longer than running them (0074, 0083)",
)  # fmt: skip
EMPTY = Bar(
    "a night that brings nothing", 8, "processor seconds",
    "dbt was started, because a file of the project or a raw table had changed (0070)",
)  # fmt: skip
NEXT_DAY = Bar(
    "a night that brings nothing, the first of a day", 8, "processor seconds",
    "what asks for the day is made, and dbt takes a second to start and two to read itself (0074)",
)  # fmt: skip
# Long histories, to short ones.
HISTORY = Bar(
    "the same night on a long history", 1.15, "x processor seconds on the short one",
    "alerts look back over months; the rest is a little in hundreds of models (0085, 0086)",
)  # fmt: skip
HISTORY_BYTES = Bar(
    "the same night on a long history", 1.15, "x bytes read on the short one",
    "as above, and what looks for a few rows in one column of all traces (0085)",
)  # fmt: skip
# PostgreSQL, client and server together.
POSTGRES_BUILD = Bar(
    "first load and build in PostgreSQL", 1.6, "x processor seconds in DuckDB",
    "PostgreSQL reads and writes whole rows, one at a time (0059)",
)  # fmt: skip
POSTGRES_NIGHT = Bar(
    "a night in PostgreSQL", 60, "seconds",
    "what compares all history reads all of it, whole rows at a time (0059, 0078)",
)  # fmt: skip


def verdicts(found: list[Found]) -> str:
    """All of them under one heading."""
    heading = f"{'':<50}{'found':>8}{'aim':>8}"
    return "\n".join([heading, *(bar.verdict(measured) for bar, measured in found)])
