"""Waiting for the effects of a process."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

PATIENCE_SECONDS = 60
T = TypeVar("T")


def wait_for(
    condition: Callable[[], T],
    what: str,
    process: "subprocess.Popen[bytes] | subprocess.Popen[str] | None" = None,
    log: Path | None = None,
    seconds: float = PATIENCE_SECONDS,
) -> T:
    """Return the first true result of `condition`; a ConnectionError counts as false.

    Fails with the end of the log after the time limit, or immediately if the process has ended.
    """
    deadline = time.monotonic() + seconds
    while True:
        ended = process.poll() if process else None
        try:
            if result := condition():
                return result
        except ConnectionError:
            pass
        output = f"\n{log.read_text(errors='replace')[-3000:]}" if log else ""
        assert ended is None, f"{what}: the process ended with {ended}{output}"
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s{output}"
        time.sleep(0.05)
