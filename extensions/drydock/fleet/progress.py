"""How far a run over many services is, and how long it will take: on the error stream."""

import sys
import time
from shutil import get_terminal_size

from typer import echo

_EVERY = 5.0  # seconds between two lines where there is no terminal


class Progress:
    """Tells of each service that is done."""

    def __init__(self, total: int) -> None:
        """Start to count up to `total` services."""
        self._total, self._done = total, 0
        self._start = self._last = time.monotonic()
        self._rewrites = sys.stderr.isatty()

    def tell(self, name: str, outcome: str) -> None:
        """Say that a service is done, and when all will be."""
        self._done += 1
        now = time.monotonic()
        is_last = self._done == self._total
        if not (self._rewrites or is_last or now - self._last >= _EVERY):
            return
        self._last = now
        left = (now - self._start) / self._done * (self._total - self._done)
        when = "" if is_last else f", about {_duration(left)} left"
        line = f"[{self._done}/{self._total}{when}] {name}: {outcome}"
        if self._rewrites:
            # Back to the start of the line, whose rest is cleared.
            echo(f"\r\x1b[K{line[: get_terminal_size().columns - 1]}", err=True, nl=is_last)
        else:
            echo(line, err=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
