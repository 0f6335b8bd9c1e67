"""Progress of a run over many services, with the time left, on standard error."""

import sys
import time
from shutil import get_terminal_size

from typer import echo

_INTERVAL = 5.0  # seconds between two lines without a terminal


class Progress:
    """Prints each service that is done."""

    def __init__(self, total: int) -> None:
        """Start counting up to `total` services."""
        self._total, self._done = total, 0
        self._start = self._last = time.monotonic()
        self._rewrites = sys.stderr.isatty()

    def print(self, name: str, outcome: str) -> None:
        """Print that a service is done, and the time left for the others."""
        self._done += 1
        now = time.monotonic()
        is_last = self._done == self._total
        if not (self._rewrites or is_last or now - self._last >= _INTERVAL):
            return
        self._last = now
        left = (now - self._start) / self._done * (self._total - self._done)
        time_left = "" if is_last else f", about {_duration(left)} left"
        line = f"[{self._done}/{self._total}{time_left}] {name}: {outcome}"
        if self._rewrites:
            # Return to the start of the line and clear it.

            echo(f"\r\x1b[K{line[: get_terminal_size().columns - 1]}", err=True, nl=is_last)
        else:
            echo(line, err=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
