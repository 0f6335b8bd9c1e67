"""Run the sessions of continuous integration, two at a time; `.ci/run` calls it.

Sessions that wait for servers and tools run alongside sessions that compute. A failure does not
stop the others. Finally it prints each session's time and pytest's summary, and the last lines of
the session that failed first.
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
# Short ones that fail often come first, then the longest, so that none of these runs alone.
SESSIONS: tuple[tuple[str, ...], ...] = (
    ("demo",),
    ("lint",),
    ("types",),
    ("updates", "-m", "updates and not between"),
    ("chart",),
    ("variants",),
    ("unit",),
    # Creating a fork takes a minute; one retrofit of each kind of service is enough.
    ("slow", "-k", "not fork_is_created and not (second_retrofit and (main or events or setup))"),
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
# Arguments with which a session only downloads its parts and starts them.
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
    """The exit code, duration, CPU time and output of a session."""

    name: str
    code: int
    seconds: float
    cpu_seconds: float
    lines: Sequence[str]

    @property
    def pytest(self) -> str:
        """Pytest's summary line; empty if the session does not run pytest."""
        counts = [line for line in self.lines if COUNTS.match(line)]
        return counts[-1] if counts else ""


def main(arguments: Sequence[str]) -> int:
    """Run all sessions, the named ones, or the `parts` of all; return 1 if one failed."""
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


def run(commands: dict[str, list[str]], report: Callable[[str], None]) -> int:
    """Run named commands and report their results; return 1 if one failed."""
    begin = time.monotonic()
    reporting = threading.Lock()
    results: list[Result] = []

    def run_one(name: str, command: Sequence[str]) -> None:
        with reporting:
            report(f"[{time.monotonic() - begin:.0f} s] {name} starts")
        result = _run(name, command)
        with reporting:
            results.append(result)
            report("\n".join([f"\n--- {name}: {_summary(result)} ---", *result.lines]))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in [pool.submit(run_one, *item) for item in commands.items()]:
            future.result()
    report(f"\n--- {time.monotonic() - begin:.0f} s ---")
    for result in results:
        report(f"{result.name}: {_summary(result)}")
    for result in results:
        if result.pytest:
            report(result.pytest)
    failed = [result for result in results if result.code]
    if not failed:
        return 0
    report(f"\n--- first failure: {failed[0].name} ---")
    report("\n".join(failed[0].lines[-LAST_LINES:]))
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


def _summary(result: Result) -> str:
    outcome = f"failed with {result.code}" if result.code else "passed"
    return f"{outcome} after {result.seconds:.0f} s, {result.cpu_seconds:.0f} s of CPU time"


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
