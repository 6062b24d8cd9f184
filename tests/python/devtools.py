"""One Chromium for many pages, told by the DevTools protocol what to show and which keys to press.

`browser.py` asks a page by a script in it; here the browser itself answers: which look (width,
dark, print), what a key press does, what a screen reader is told, what the window shows.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from tests.python import browser

# As in apt-packages.txt: on every machine the same letters, whatever else it has.
_FONTS = Path("/usr/share/fonts/truetype/dejavu")
_FACES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold")
_KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38}
# A chart is there once it is drawn, or once its table is shown in its place.
_DRAWN = """
    new Promise((done) => {
        const waiting = setInterval(() => {
            const open = [...document.querySelectorAll("figure[data-chart]")].filter(
                (each) => each.querySelector(".plot") && !("drawn" in each.dataset));
            const exploring = document.querySelector("#choose") && !window.EXPLORED;
            if (document.readyState !== "complete" || open.length || exploring) return;
            clearInterval(waiting);
            requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
        }, 20);
    })
"""


@dataclass(frozen=True)
class Look:
    """How a page is seen."""

    width: int = 1280
    dark: bool = False
    paper: bool = False


class Window:
    """One page of the browser."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._number, self._rest, self._session = 0, b"", None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        self.ask("Page.enable")

    def ask(self, method: str, **parameters) -> dict:
        """Say something to the browser, and wait for the answer to it."""
        self._number += 1
        said = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            said["sessionId"] = self._session
        os.write(self._commands, json.dumps(said).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def _read(self) -> dict:
        while b"\0" not in self._rest:
            part = os.read(self._answers, 1 << 16)
            assert part, "the browser is gone"
            self._rest += part
        first, self._rest = self._rest.split(b"\0", 1)
        return json.loads(first)

    def run(self, script: str):
        """What an expression is in the page; a promise is waited for."""
        answer = self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def open(self, page: Path, look: Look = Look(), height: int = 900) -> None:
        """Show a file, and wait until its charts are drawn."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=look.width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if look.dark else "light"}
        media = "print" if look.paper else "screen"
        self.ask("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self.ask("Page.navigate", url=page.as_uri())
        self.run(_DRAWN)

    def press(self, key: str, times: int = 1) -> None:
        """A key, as by hand."""
        for _ in range(times):
            about = {"key": key, "code": key, "windowsVirtualKeyCode": _KEYS[key]}
            text = {"text": "\r"} if key == "Enter" else {}
            self.ask("Input.dispatchKeyEvent", type="keyDown", **about, **text)
            self.ask("Input.dispatchKeyEvent", type="keyUp", **about)

    def spoken(self) -> list[tuple[str, str]]:
        """(role, name) of all that a screen reader is told of."""
        nodes = self.ask("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"]
        ]

    def spoken_when(self, role: str) -> list[tuple[str, str]]:
        """The same once something of this role is there and nothing more comes: of a page that
        runs no script.
        """
        before = None
        for _ in range(200):
            found = self.spoken()
            if found == before and any(each == role for each, _ in found):
                return found
            before = found
            time.sleep(0.1)
        raise AssertionError(f"no {role} on the page")

    def picture(self, height: int) -> bytes:
        """The page from its top as a PNG, at most so high."""
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height)}
        taken = self.ask(
            "Page.captureScreenshot",
            format="png",
            captureBeyondViewport=True,
            clip=clip | {"scale": 1},
        )
        return base64.b64decode(taken["data"])


def _fonts(folder: Path) -> Path:
    """The settings of a machine that has these fonts alone, and smooths them in one way."""
    for face in _FACES:
        (folder / f"{face}.ttf").symlink_to(_FONTS / f"{face}.ttf")
    rules = "".join(
        f'<edit name="{name}" mode="assign">{value}</edit>'
        for name, value in {
            "antialias": "<bool>true</bool>",
            "hinting": "<bool>false</bool>",
            "rgba": "<const>none</const>",
        }.items()
    )
    file = folder / "fonts.conf"
    file.write_text(
        f"<fontconfig><dir>{escape(str(folder))}</dir><cachedir>{escape(str(folder))}</cachedir>"
        f'<match target="font">{rules}</match></fontconfig>'
    )
    return file


@contextmanager
def window(folder: Path, runs_scripts: bool = True) -> Iterator[Window]:
    """A browser with one page; `folder` is for its state."""
    (folder / "fonts").mkdir(parents=True)
    settings = {"FONTCONFIG_FILE": str(_fonts(folder / "fonts")), "LANGUAGE": "en_US", "TZ": "UTC"}
    theirs, commands = os.pipe()
    answers, answered = os.pipe()
    # Chromium is told by file 3 and answers by file 4.
    pipes = f'exec "$@" 3<&{theirs} 4>&{answered}'
    call = [browser.chromium(), *browser.FLAGS, f"--user-data-dir={folder / 'profile'}"]
    call += ["--remote-debugging-pipe", "--hide-scrollbars", "--force-color-profile=srgb"]
    call += ["--lang=en-US", *([] if runs_scripts else ["--blink-settings=scriptEnabled=false"])]
    with (folder / "browser.log").open("wb") as log:
        running = subprocess.Popen(
            ["bash", "-c", pipes, "bash", *call],
            pass_fds=(theirs, answered),
            env=os.environ | settings,
            stderr=log,
            stdout=log,
        )
    os.close(theirs)
    os.close(answered)
    try:
        yield Window(commands, answers)
    finally:
        os.close(commands)
        os.close(answers)
        running.kill()
        running.wait(timeout=30)
