"""The file of costs and usage in the words of FOCUS 1.5, as far as its working draft has them.

The rows and columns are those of 1.4. What the draft defines for AI models is in
SkuPriceDetails under its own names, not behind x_, and the version of a model is there where
model_versions.csv knows it. SkuPriceId is without the digest of the rates and the contract, so that
it is the one of the price list (focus_prices.py). The draft may change until it is published; a
month that is closed has been approved in 1.4, and its file in these words is no part of that.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from scripts.accounting.focus_file import quoted
from scripts.accounting.posted_seeds import rows_of
from scripts.operations.company import bring_in
from scripts.publishing import focus_lines, focus_prices

COLUMN, PRICE = "SkuPriceDetails", "SkuPriceId"
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


def row_of_draft() -> Callable[[Sequence[str], Sequence], list]:
    """What turns a row of 1.4 under these names into one of the draft."""
    details = details_of_draft()

    def changed(names: Sequence[str], row: Sequence) -> list:
        found = dict(zip(names, row, strict=True))
        found[COLUMN] = details(found[COLUMN])
        found[PRICE] = focus_prices.of_draft(found["SkuId"], found[PRICE])
        return list(found.values())

    return changed


def csv_lines(
    connection, mart: str, period: str, kinds: Mapping[str, str], digest: hashlib._Hash
) -> Iterator[str]:
    """The lines of the draft's file, the header first; `digest` is told of the lines of 1.4."""

    def of_1_4() -> Iterator[str]:
        for line in focus_lines.of_mart(connection, mart, period, kinds):
            digest.update(line.encode())
            yield line

    changed, rows = row_of_draft(), csv.reader(of_1_4())
    header = next(rows)
    yield focus_lines.header(header)
    for row in rows:
        yield ",".join(quoted(cell or "") for cell in changed(header, row)) + "\n"


def changed_rows(kinds: Mapping[str, str]) -> Callable[[list[tuple]], list[tuple]]:
    """What turns rows under these columns into rows of the draft."""
    names, changed = list(kinds), row_of_draft()
    return lambda rows: [tuple(changed(names, row)) for row in rows]
