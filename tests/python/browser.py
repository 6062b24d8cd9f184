"""Pages in a real browser: Chromium, headless, told what to do by a script in the page."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    # A test runs as root in a container, where Chromium's own sandbox cannot start.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--enable-logging=stderr",
)


def chromium() -> str:
    """The browser; without one the test is skipped, except where AI_COST_REQUIRE_BROWSER is set."""
    found = os.environ.get("AI_COST_BROWSER") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        assert not os.environ.get("AI_COST_REQUIRE_BROWSER"), "no Chromium on this machine"
        pytest.skip("no Chromium on this machine (see apt-packages.txt)")
    return found


def run(page: Path, *flags: str, profile: Path) -> subprocess.CompletedProcess:
    """Open a file; `profile` is a folder of its own for the browser's state."""
    command = [chromium(), *FLAGS, f"--user-data-dir={profile}", *flags, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def painted(page: Path, folder: Path) -> int:
    """Milliseconds of a real clock until something is seen of a page; `folder` for its state."""
    said = """addEventListener("load", () => setTimeout(() => console.log("PAINT",
        Math.round(performance.getEntriesByName("first-contentful-paint")[0].startTime)), 500));"""
    (page.parent / "paint.js").write_text(said)
    timed = page.with_name(f"timed-{page.name}")
    timed.write_text(
        page.read_text().replace("</head>", '<script defer src="paint.js"></script></head>')
    )
    flags = (*FLAGS, f"--user-data-dir={folder / 'timed'}", "--remote-debugging-port=0")
    command = [chromium(), *flags, timed.as_uri()]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        try:
            lines = (re.search(r"PAINT (\d+)", line) for line in running.stderr)
            return int(next(filter(None, lines))[1])
        finally:
            running.kill()
            timed.unlink()


def probe(page: Path, script: str, profile: Path, width: int = 1280, dark: bool = False) -> dict:
    """What `script` returns in the page once the charts are drawn, and the console's complaints.

    The script may be several statements and may wait; it ends in `return`. It gets
    `find(selector)`.
    """
    code = f"""
        const find = (selector) => document.querySelector(selector);
        const waiting = setInterval(async () => {{
            const left = document.querySelectorAll("figure[data-chart] .plot");
            const drawn = document.querySelectorAll("figure[data-drawn]");
            if (drawn.length < left.length) return;
            clearInterval(waiting);
            const answer = await (async () => {{ {script} }})();
            document.documentElement.dataset.answer = JSON.stringify(answer);
        }}, 50);
    """
    probed = page.with_name(f"probed-{page.name}")
    (page.parent / "probe.js").write_text(code)
    probed.write_text(
        page.read_text().replace("</head>", '<script defer src="probe.js"></script></head>')
    )
    flags = [f"--window-size={width},900", "--virtual-time-budget=20000", "--dump-dom"]
    if dark:
        flags.append("--blink-settings=preferredColorScheme=0")
    done = run(probed, *flags, profile=profile)
    probed.unlink()
    answer = re.search(r'<html[^>]* data-answer="([^"]*)"', done.stdout)
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    assert answer, f"no answer from {page}: {console}"
    return {"answer": json.loads(html.unescape(answer[1])), "console": console}
