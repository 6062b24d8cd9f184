"""Pages from templates, written beside the old report and then put in its place."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from scripts.errors import Refused
from scripts.operations.whole_files import writing
from scripts.reporting import tables

_HERE = Path(__file__).parent
# Only a folder with this file in it is ever replaced.
_MARK = "assets/report.css"


class SiteError(Refused):
    """The report cannot be written; the message says why in a sentence."""


def environment(named: Callable[[str, object], str] = tables.shown) -> Environment:
    """Templates in which every value is escaped and a misspelt name is an error.

    `named` shows a value of a table; that of Names shows names in the place of ids.
    """
    found = Environment(
        loader=PackageLoader("scripts.reporting"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "usd": tables.usd,
        "in_usd": tables.in_usd,
        "change": tables.change,
        "count": tables.count,
        "share": lambda part: tables.unbroken(tables.share(part)),
        "day": lambda value: tables.unbroken(tables.day(value)),
        "days": lambda first, last: tables.unbroken(tables.span(first, last)),
        "many": tables.many,
        "plain": tables.plain,
        "unbroken": tables.unbroken,
        "data_attributes": tables.data_attributes,
        "shown": lambda value, kind: named(kind, value),
    }
    found.globals["NUMBERS"] = tables.NUMBERS
    return found


@cache
def vega() -> str:
    """Vega, Vega-Lite and vega-embed as one script, out of the package; made in a second."""
    return vl_convert.javascript_bundle()


def charts() -> str:
    """All chart descriptions as one script: a page opened from disk may not fetch JSON."""
    found = {
        file.name.removesuffix(".vl.json"): json.loads(file.read_text(encoding="utf-8"))
        for file in sorted((_HERE / "charts").glob("*.vl.json"))
    }
    return f"window.CHARTS = {json.dumps(found, separators=(',', ':'))};\n"


def write(out: Path, pages: Iterable[tuple[str, str | bytes]], search: str) -> None:
    """Write (path, content) files and the assets; the old report stays until all is there."""
    if out.exists() and any(out.iterdir()) and not (out / _MARK).exists():
        raise SiteError(f"{out} holds something else than a report; name another folder with --out")
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            _fill(new, pages, search)
            new.chmod(0o755)
            if out.exists():
                shutil.rmtree(out)
            new.rename(out)
        finally:
            shutil.rmtree(new, ignore_errors=True)


def _fill(folder: Path, pages: Iterable[tuple[str, str | bytes]], search: str) -> None:
    for path, content in pages:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    assets = folder / "assets"
    assets.mkdir(exist_ok=True)
    for file in (_HERE / "assets").iterdir():
        shutil.copyfile(file, assets / file.name)
    (assets / "charts.js").write_text(charts(), encoding="utf-8")
    (assets / "search-index.js").write_text(search, encoding="utf-8")
    (assets / "vega.js").write_text(vega(), encoding="utf-8")
