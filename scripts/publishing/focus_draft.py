"""The file of costs and usage in the words of FOCUS 1.5, as far as its working draft has them.

The rows and columns are those of 1.4. What the draft defines for AI models is in
SkuPriceDetails under its own names, not behind x_, and the version of a model is there where
model_versions.csv knows it. The draft may change until it is published; a month that is closed has
been approved in 1.4, and its file in these words is no part of that.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping

from scripts.accounting.focus_file import quoted
from scripts.accounting.posted_seeds import rows_of
from scripts.operations.company import bring_in
from scripts.publishing import focus_lines

COLUMN = "SkuPriceDetails"
DEFINED = (
    "ModelDeveloper", "ModelFamily", "ModelId", "ModelVersion", "TokenCacheAction",
    "TokenDirection",
)  # fmt: skip


def details_of_draft() -> Callable[[str | None], str | None]:
    """What turns the properties of a price in 1.4 into those of the draft."""
    file = bring_in() / "reference" / "model_versions.csv"
    versions = {
        row["model"]: row["model_version"] for row in rows_of(file.read_text(encoding="utf-8"))
    }

    def changed(text: str | None) -> str | None:
        if not text:
            return text
        found = json.loads(text)
        version = versions.get(found.get("x_ModelId"))
        found |= {"x_ModelVersion": version} if version else {}
        named = {
            name.removeprefix("x_") if name.removeprefix("x_") in DEFINED else name: value
            for name, value in found.items()
        }
        return json.dumps(dict(sorted(named.items())), ensure_ascii=False)

    return changed


def csv_lines(
    connection, mart: str, period: str, kinds: Mapping[str, str], digest: hashlib._Hash
) -> Iterator[str]:
    """The lines of the draft's file, the header first; `digest` is told of the lines of 1.4."""

    def of_1_4() -> Iterator[str]:
        for line in focus_lines.of_mart(connection, mart, period, kinds):
            digest.update(line.encode())
            yield line

    changed, rows = details_of_draft(), csv.reader(of_1_4())
    header = next(rows)
    place = header.index(COLUMN)
    yield focus_lines.header(header)
    for row in rows:
        row[place] = changed(row[place]) or ""
        yield ",".join(map(quoted, row)) + "\n"


def changed_rows(kinds: Mapping[str, str]) -> Callable[[list[tuple]], list[tuple]]:
    """What turns rows under these columns into rows of the draft."""
    place, changed = list(kinds).index(COLUMN), details_of_draft()
    return lambda rows: [(*row[:place], changed(row[place]), *row[place + 1 :]) for row in rows]
