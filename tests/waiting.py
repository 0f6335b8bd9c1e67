"""Waiting for what a started process does."""

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
    """Return the first result of `condition` that is true; a refused connection is not yet one.

    It fails with the end of the log when the time is over, and at once when the process has ended
    that was to bring it about.
    """
    deadline = time.monotonic() + seconds
    while True:
        ended = process.poll() if process else None
        try:
            if result := condition():
                return result
        except ConnectionError:
            pass
        said = f"\n{log.read_text(errors='replace')[-3000:]}" if log else ""
        assert ended is None, f"{what}: the process ended with {ended}{said}"
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s{said}"
        time.sleep(0.05)
