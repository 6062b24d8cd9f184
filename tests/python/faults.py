"""What goes wrong in a night: each function does it to a project once and says what it was."""

import os
import random
import resource
import signal
import subprocess
import sys
import time

from tests.python.project import Project

# Models and seeds; the tests look on and change nothing.
QUICK = ("--", "--exclude", "resource_type:test")
# A server takes a moment to notice that who held the lock is gone.
WAIT = ("--wait", "120")
LOAD = (sys.executable, "-m", "scripts.cli", "load", *WAIT)
NIGHT = (sys.executable, "-m", "scripts.cli", "nightly", *WAIT, *QUICK)
# As users run it: after one that passed, the next leaves out what would be made of the same again.
WHOLE_NIGHT = (sys.executable, "-m", "scripts.cli", "nightly", *WAIT)
# The loader by a clock that is years off; the time of the files is in the files.
MOVED_CLOCK = """
import sys
from datetime import datetime
from scripts.loading import load
class Moved(datetime):
    @classmethod
    def now(cls, zone=None):
        return cls({year}, 2, 3, 4, 5, 6, tzinfo=zone)
load.datetime = Moved
from scripts.cli import main
sys.exit(main(["load"]))
"""


def killed(project: Project, command: tuple[str, ...], after_s: float) -> str:
    """The command killed, no more to be caught than a power cut; 'ended' when it was faster."""
    process = project.start(*command)
    try:
        process.wait(timeout=after_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return "killed"
    return "ended"


def disk_full(project: Project, size_bytes: int) -> str:
    """A night in which no file can grow beyond a size; it has to fail in words, not in a crash."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))

    process = project.start(*NIGHT, preexec_fn=limit, stdout=subprocess.PIPE)
    said, _ = process.communicate()
    assert process.returncode > 0, f"ended with {process.returncode}: {said}"
    return "disk full"


def clock_moved(project: Project, year: int) -> str:
    """What is new, loaded in another year."""
    project.run(sys.executable, "-c", MOVED_CLOCK.format(year=year))
    return f"loaded in {year}"


class Moments:
    """Random moments of a step, given what it took when nothing went wrong."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._seconds: dict[tuple, float] = {}

    def measure(self, project: Project, command: tuple[str, ...]) -> None:
        """Run a command to its end, for its duration."""
        start = time.monotonic()
        project.run(*command)
        self._seconds[command] = time.monotonic() - start

    def during(self, command: tuple[str, ...]) -> float:
        """Seconds after which to strike."""
        return self._random.uniform(0, self._seconds[command])
