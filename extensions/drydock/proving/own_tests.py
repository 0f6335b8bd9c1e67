"""The service's own tests: which there are, and how each ends."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from drydock.proving import processes
from drydock.proving.environments import Environment
from drydock.proving.serving import Given, room_for
from drydock.proving.sides import Side

End = Literal["passed", "failed", "error", "skipped"]
_TEST = re.compile(r"(^|/)(test_[^/]+|[^/]+_test)\.py$")


@dataclass
class TestRun:
    """How the tests of one side ended."""

    __test__ = False  # of no interest to pytest

    ends: dict[str, End] = field(default_factory=dict)
    """By the name of the test."""
    problem: str = ""
    """Why there is nothing to tell; empty: there is."""

    def count(self) -> str:
        """Say how many ended how: `12 passed, 1 failed`."""
        if self.problem:
            return self.problem
        many = Counter(self.ends.values())
        order: tuple[End, ...] = ("passed", "failed", "error", "skipped")
        return ", ".join(f"{many[end]} {end}" for end in order if many[end])


def run(
    side: Side, environment: Environment, given: Given, folder: Path, seconds: float
) -> TestRun:
    """Run the tests of a side with pytest, for at most `seconds`."""
    if not any(_TEST.search(path) for path in side.files):
        return TestRun(problem="it has none")
    if not environment.add("pytest"):
        return TestRun(problem="pytest cannot be installed")
    side = side.copied(folder / "service")
    room = room_for(side, environment, given, folder)
    found = folder / "tests.xml"
    files = room.specified(
        [environment.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={found}"],
        side.folder,
    )
    begin = time.monotonic()
    with processes.started(files) as running:
        ended = running.wait(seconds)
    if ended is None:
        return TestRun(problem=f"they did not end within {time.monotonic() - begin:.0f} s")
    if not found.exists():
        return TestRun(problem=f"pytest failed: {processes.last_words(files.said)}")
    try:
        ends = dict(_ends(found))
    except ElementTree.ParseError as error:
        return TestRun(problem=f"what pytest reports cannot be read: {error}")
    return TestRun(ends) if ends else TestRun(problem="pytest found none")


def _ends(found: Path) -> Iterator[tuple[str, End]]:
    for case in ElementTree.parse(found).iter("testcase"):
        name = f"{case.get('classname', '')}::{case.get('name', '')}".removeprefix("::")
        held = {child.tag for child in case}
        end: End = "passed"
        if "error" in held:
            end = "error"
        elif "failure" in held:
            end = "failed"
        elif "skipped" in held:
            end = "skipped"
        yield name, end
