"""Runs the service's own tests, and reads how each ended."""

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
from drydock.proving.revisions import Revision
from drydock.proving.serving import Inputs, sandbox_for

End = Literal["passed", "failed", "error", "skipped"]
_TEST = re.compile(r"(^|/)(test_[^/]+|[^/]+_test)\.py$")


@dataclass
class TestRun:
    """The results of the tests on one side."""

    __test__ = False  # not a test class, despite its name

    ends: dict[str, End] = field(default_factory=dict)
    """By name of the test."""
    problem: str = ""
    """Why there are no results; empty if there are."""

    def count(self) -> str:
        """Return the number of tests by result: `12 passed, 1 failed`."""
        if self.problem:
            return self.problem
        counts = Counter(self.ends.values())
        order: tuple[End, ...] = ("passed", "failed", "error", "skipped")
        return ", ".join(f"{counts[end]} {end}" for end in order if counts[end])


def run(
    side: Revision, environment: Environment, inputs: Inputs, folder: Path, seconds: float
) -> TestRun:
    """Run the tests of a side with pytest, for at most `seconds`."""
    if not any(_TEST.search(path) for path in side.files):
        return TestRun(problem="none")
    if not environment.add("pytest"):
        return TestRun(problem="pytest cannot be installed")
    side = side.copied(folder / "service")
    sandbox = sandbox_for(side, environment, inputs, folder)
    report = folder / "tests.xml"
    files = sandbox.specify(
        [environment.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}"],
        side.folder,
    )
    begin = time.monotonic()
    with processes.started(files) as running:
        ended = running.wait(seconds)
    if ended is None:
        return TestRun(problem=f"not finished after {time.monotonic() - begin:.0f} s")
    if not report.exists():
        return TestRun(problem=f"pytest failed: {processes.last_words(files.output)}")
    try:
        ends = dict(_ends(report))
    except ElementTree.ParseError as error:
        return TestRun(problem=f"pytest's report cannot be read: {error}")
    return TestRun(ends) if ends else TestRun(problem="pytest found no tests")


def _ends(report: Path) -> Iterator[tuple[str, End]]:
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '')}::{case.get('name', '')}".removeprefix("::")
        tags = {child.tag for child in case}
        end: End = "passed"
        if "error" in tags:
            end = "error"
        elif "failure" in tags:
            end = "failed"
        elif "skipped" in tags:
            end = "skipped"
        yield name, end
