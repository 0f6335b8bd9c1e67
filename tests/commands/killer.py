"""Runs commands that are killed on the way: a process of its own, as it forks.

For each line on its input, `[service, step, command…]`, it runs that command (or else updates the
service) in a child that is killed before that step, and answers with the child's exit code; that
of a killed one is negative. A step is a process started, or a change of a file in the service or
its repository.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from drydock import cli
from drydock.commands import retrofit, update  # noqa: F401 - once, for every child


def run(service: str, at: int, command: list[str]) -> None:
    """Run `command` on `service` in this process, which ends with that, or before its step `at`."""
    steps = 0

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal steps
        writes = event in {"os.remove", "os.rmdir", "os.rename"} or (
            event == "open" and arguments[1] not in {None, "r", "rb"}
        )
        inside = writes and str(arguments[0]).startswith(service)
        if inside or event == "subprocess.Popen":
            steps += 1
            if steps == at:
                os.kill(os.getpid(), signal.SIGKILL)

    os.setpgrp()  # whatever kills the whole group must not reach further
    nothing = Path(os.devnull).open("w")  # noqa: SIM115 - the process ends here
    sys.stdout = sys.stderr = nothing
    sys.argv = ["drydock", *(command or ["update", service, "--defaults", "--json"])]
    sys.addaudithook(count)
    try:
        cli.main()
    except SystemExit as ended:
        os._exit(int(ended.code or 0))
    finally:
        os._exit(70)


def main() -> None:
    """Answer line by line."""
    for line in sys.stdin:
        service, at, *command = json.loads(line)
        child = os.fork()
        if child == 0:
            run(service, at, command)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
