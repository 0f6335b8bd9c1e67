"""Runs the sessions of continuous integration, two at a time; `.ci/run` calls it.

What waits for servers and tools runs beside what computes. A session that fails keeps no other
from running. At the end: how long each took, what pytest says of each, and the last lines of the
one that failed first.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.proof import CI, proving

AT_ONCE = 2
LAST_LINES = 60
# Short ones that fail often come first, then the longest: so that none of these is left alone.
SESSIONS: tuple[tuple[str, ...], ...] = (
    ("demo",),
    ("lint",),
    ("types",),
    ("updates", "-m", "updates and not between"),
    ("chart",),
    ("variants",),
    ("unit",),
    # A fork is a minute of making environments; services of all kinds are brought in once.
    ("slow", "-k", "not a_fork_is_made and not (second_run and (main or events or setup))"),
    ("image",),
    ("fresh", "fetch"),
    ("packaging",),
    ("prove", "-k", "kind_of_difference or three_commands"),
    ("retrofits", "-m", "sample"),
    ("renovate",),
    ("peers",),
    ("triton",),
    ("pipelines",),
    ("java",),
    ("fleet",),
    ("first_run",),
)
COUNTS = re.compile(r"=* ?\d+ (passed|failed|error).* in [\d.]+s")
# What each session that fetches something is to run of it: what starts its parts.
PARTS = {
    **dict.fromkeys(
        ("chart", "triton", "pipelines", "renovate", "java", "packaging", "fleet"), ("-m", "parts")
    ),
    "image": ("parts",),
    "peers": ("-k", "test_answer_changes"),
}
NOX = Path(sys.executable).with_name("nox")


@dataclass(frozen=True)
class Result:
    """How a session ended, after how many seconds (and of how many on a processor), with what."""

    name: str
    code: int
    seconds: float
    cpu_seconds: float
    lines: Sequence[str]

    @property
    def pytest(self) -> str:
        """What pytest counted, in its own words; nothing where it took no part."""
        counts = [line for line in self.lines if COUNTS.match(line)]
        return counts[-1] if counts else ""


def main(arguments: Sequence[str]) -> int:
    """Run all sessions, those that are named, or the `parts` of all; return 1 where one failed."""
    if list(arguments) == ["parts"]:
        return run({name: _nox(name, *options) for name, options in PARTS.items()}, print)
    sessions = {session[0]: session for session in SESSIONS}
    commands = {name: _nox(*sessions[name]) for name in arguments or sessions}
    if arguments:
        return run(commands, print)
    with proving(Path(__file__).parents[1], CI) as proof:
        code = run(commands, print)
        proof.passed = code == 0
    return code


def _nox(session: str, *arguments: str) -> list[str]:
    return [str(NOX), "-s", session, *(("--", *arguments) if arguments else ())]


def run(commands: dict[str, list[str]], say: Callable[[str], None]) -> int:
    """Run named commands and say what came of them; return 1 where one failed."""
    begin = time.monotonic()
    speaking = threading.Lock()
    results: list[Result] = []

    def one(name: str, command: Sequence[str]) -> None:
        with speaking:
            say(f"[{time.monotonic() - begin:.0f} s] {name} starts")
        result = _run(name, command)
        with speaking:
            results.append(result)
            say("\n".join([f"\n--- {name}: {_ended(result)} ---", *result.lines]))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in [pool.submit(one, *item) for item in commands.items()]:
            future.result()
    say(f"\n--- {time.monotonic() - begin:.0f} s ---")
    for result in results:
        say(f"{result.name}: {_ended(result)}")
    for result in results:
        if result.pytest:
            say(result.pytest)
    failed = [result for result in results if result.code]
    if not failed:
        return 0
    say(f"\n--- the first that failed: {failed[0].name} ---")
    say("\n".join(failed[0].lines[-LAST_LINES:]))
    return 1


def _run(name: str, command: Sequence[str]) -> Result:
    begin = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        code, cpu_seconds = 127, 0.0
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        except OSError as error:
            print(error, file=log)
        else:
            _, status, usage = os.wait4(process.pid, 0)
            code = process.returncode = os.waitstatus_to_exitcode(status)
            cpu_seconds = usage.ru_utime + usage.ru_stime
        seconds = time.monotonic() - begin
        log.seek(0)
        return Result(name, code, seconds, cpu_seconds, log.read().splitlines())


def _ended(result: Result) -> str:
    how = f"failed with {result.code}" if result.code else "passed"
    return f"{how} after {result.seconds:.0f} s, {result.cpu_seconds:.0f} s on a processor"


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
