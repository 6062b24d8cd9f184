"""Pictures of every kind of page, kept: python -m tests.python.golden_pages renews them.

A picture is a third as large as what is seen and in few colours: all of them are a megabyte. Two
are compared tile by tile, so that letters that another Chromium smooths in another way are the
same, and a chart that is gone is not.
"""

from __future__ import annotations

import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.python.devtools import Look, Window, window
from tests.python.project import ROOT
from tests.python.report_cases import quarter

KEPT = ROOT / "tests" / "python" / "fixtures" / "pages"
# The sample of `report_cases` on a day of its own, so that no picture has today's date on it.
NOW = "2026-09-21T08:00:00Z"
PAPER = 1032  # of A4, landscape, without its margins, in CSS pixels
LOOKS = {
    "light": Look(),
    "dark": Look(dark=True),
    "paper": Look(width=PAPER, paper=True),
    "phone": Look(width=390),
}
SINGLE = ("index", "explore", "chargeback", "quarter", "reconciliation", "efficiency", "governance")
LISTS = ("teams", "services", "customers")
FOLDERS = {"team": "teams", "service": "services", "customer": "customers"}
FOLDERS |= {"calls": "calls", "bill": "bills"}
PAGES = (*SINGLE, *LISTS, *FOLDERS)
_SMALLER, _COLOURS, _HIGHEST = 3, 256, 6000
# A tile is 24 pixels of the page wide and high. It differs when its mean does by more than
# a sixteenth of the way from black to white; of so many tiles a page may have one in so many.
_TILE, _TOLERATED, _ONE_IN = 8, 16, 1000


@dataclass(frozen=True)
class Difference:
    """How far a page is from its kept picture."""

    taller: int
    tiles: int
    of: int

    @property
    def is_seen(self) -> bool:
        """True where somebody would see it."""
        return abs(self.taller) > _TILE * _SMALLER or self.tiles * _ONE_IN > self.of


def build(folder: Path) -> Path:
    """The report that the pictures are of."""
    from tests.python.test_report import build as build_report

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AI_COST_NOW", NOW)
        return build_report(folder, quarter(["search", "growth", "nobody-registered"]), patch)


def file_of(report: Path, page: str) -> Path:
    """A page of this kind: of several, the first by name."""
    return (
        min((report / FOLDERS[page]).glob("*.html")) if page in FOLDERS else report / f"{page}.html"
    )


def taken(shown: Window) -> Image.Image:
    """What the window shows, as it is kept."""
    with Image.open(io.BytesIO(shown.picture(_HIGHEST))) as picture:
        return picture.convert("RGB").reduce(_SMALLER)


def kept(page: str, look: str) -> Path:
    """The file of a picture."""
    return KEPT / f"{page}-{look}.png"


def keep(picture: Image.Image, file: Path) -> None:
    """Write a picture in few colours."""
    file.parent.mkdir(parents=True, exist_ok=True)
    few = picture.quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


def compare(picture: Image.Image, file: Path) -> Difference:
    """A picture and the kept one, as far down as both go."""
    with Image.open(file) as before:
        before = before.convert("RGB")
        both = (0, 0, picture.width, min(picture.height, before.height))
        apart = ImageChops.difference(picture.crop(both), before.crop(both))
        most = ImageChops.lighter(ImageChops.lighter(*apart.split()[:2]), apart.split()[2])
        tiles = most.reduce(_TILE).tobytes()
        taller = (picture.height - before.height) * _SMALLER
    return Difference(taller, sum(1 for mean in tiles if mean > _TOLERATED), len(tiles))


def renew(folder: Path) -> None:
    """Take all of them again, and say which have changed."""
    report = build(folder)
    with window(folder / "browser") as shown:
        for page in PAGES:
            for look, how in LOOKS.items():
                shown.open(file_of(report, page), how)
                picture, file = taken(shown), kept(page, look)
                if not file.exists() or compare(picture, file).is_seen:
                    keep(picture, file)
                    print(file.relative_to(ROOT))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        sys.exit(renew(Path(place)))
