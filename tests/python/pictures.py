"""The pictures of docs/five-questions.md, taken again: python -m tests.python.pictures REPORT.

REPORT is the folder of the report that `make demo` writes. Each picture is a part of a page as
Chromium shows it, in few colours, so that it is small.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.python import browser
from tests.python.project import ROOT

IMAGES = ROOT / "docs" / "images"
_WIDTH, _COLOURS = 1000, 48


@dataclass(frozen=True)
class Picture:
    """What is shown of which page: from a heading on, after a script has done its part."""

    page: str
    heading: str
    height: int
    script: str = ""


_SEARCHED = """
    const box = document.querySelector("#find");
    box.value = "9565fb9b1e0e84baf0ef01df7c57d52f";
    box.dispatchEvent(new Event("input"));
"""
PICTURES = {
    "lead": Picture("teams/data-platform-*.html", "What it went to", 620),
    "finance": Picture("bills/openai-*-2026-09.html", "OpenAI, September 2026", 760),
    "platform": Picture("index.html", "What AI costs", 340, _SEARCHED),
    "on-call": Picture("governance.html", "Prices", 520),
}


def take(report: Path, name: str) -> Path:
    """Take one."""
    about = PICTURES[name]
    (page,) = report.glob(about.page)
    shown = page.with_name("pictured.html")
    code = f"""
        addEventListener("load", () => setTimeout(() => {{
            {about.script}
            const found = [...document.querySelectorAll("h1, h2")].find(
                (each) => each.textContent.startsWith("{about.heading}"));
            const top = found.getBoundingClientRect().top - 16;
            if (!{str(bool(about.script)).lower()}) document.body.style.marginTop = `-${{top}}px`;
        }}, 1500));
    """
    (page.parent / "picture.js").write_text(code)
    script = '<script defer src="picture.js"></script></head>'
    shown.write_text(page.read_text().replace("</head>", script))
    with tempfile.TemporaryDirectory() as folder:
        taken = Path(folder) / "taken.png"
        flags = (f"--window-size={_WIDTH},{about.height}", "--virtual-time-budget=15000")
        hidden = ("--hide-scrollbars", f"--screenshot={taken}")
        browser.run(shown, *flags, *hidden, profile=Path(folder) / "profile")
        return keep(taken, IMAGES / f"{name}.png")


def keep(taken: Path, file: Path) -> Path:
    """Write a picture in few colours."""
    with Image.open(taken) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        few.save(file, optimize=True)
    return file


if __name__ == "__main__":
    for each in PICTURES:
        print(take(Path(sys.argv[1]), each))
