"""Run commands and kill them midway, in a separate process because it forks.

For each line `[service, step, command…]` on its input, it runs the command (default: update the
service) in a child that is killed before that step, and prints the child's exit code, which is
negative if it was killed. A step is a started process, or a change to a file in the service or
its repository.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from drydock import cli
from drydock.commands import retrofit, update  # noqa: F401 - imported once for all children


def run(service: str, at: int, command: list[str]) -> None:
    """Run `command` on `service` and end this process, at the latest before step `at`."""
    steps = 0

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal steps
        writes = event in {"os.remove", "os.rmdir", "os.rename"} or (
            event == "open" and arguments[1] not in {None, "r", "rb"}
        )
        in_service = writes and str(arguments[0]).startswith(service)
        if in_service or event == "subprocess.Popen":
            steps += 1
            if steps == at:
                os.kill(os.getpid(), signal.SIGKILL)

    os.setpgrp()  # so that killing the process group does not kill the tests
    null = Path(os.devnull).open("w")  # noqa: SIM115 - the process ends here
    sys.stdout = sys.stderr = null
    sys.argv = ["drydock", *(command or ["update", service, "--defaults", "--json"])]
    sys.addaudithook(count)
    try:
        cli.main()
    except SystemExit as exit_:
        os._exit(int(exit_.code or 0))
    finally:
        os._exit(70)


def main() -> None:
    """Run the command of each input line."""
    for line in sys.stdin:
        service, at, *command = json.loads(line)
        child = os.fork()
        if child == 0:
            run(service, at, command)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
