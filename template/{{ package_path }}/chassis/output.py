"""Standard output that may fail: a log that nobody can read must not stop the service."""

import io
import os
import select
import stat
import sys
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Final, TextIO

from prometheus_client import Counter

PATIENCE_SECONDS: Final = 1.0  # with the reader of a full pipe, in any ten seconds
LOST = Counter(
    "log_writes_lost",
    "Writes to standard output or error that failed: nobody reads them, or the disk is full.",
)


class _Output(io.FileIO):
    """A file that loses what cannot be written, counts it, and says so once."""

    reported: ClassVar[bool] = False
    _patience = PATIENCE_SECONDS
    _since = 0.0

    def write(self, data: Any, /) -> int:
        reason = "nobody reads it"
        try:
            written = super().write(data)
            if written is None and self._wait():
                written = super().write(data)
        except OSError as error:
            written, reason = None, str(error.strerror)
        if written is not None:
            return written
        LOST.inc()
        if not _Output.reported:
            _Output.reported = True
            print(f"cannot write the log: {reason}", file=sys.stderr, flush=True)
        return len(data)

    def _wait(self) -> bool:
        """Wait for a reader that may be slow; return whether it has read something.

        All requests wait meanwhile, so patience only recovers by a tenth of the time that passes.
        """
        now = monotonic()
        self._patience = min(PATIENCE_SECONDS, self._patience + 0.1 * (now - self._since))
        _, ready, _ = select.select([], [self], [], self._patience)
        self._since = monotonic()
        self._patience = max(0.0, self._patience - (self._since - now))
        return bool(ready)


def survive_failures() -> None:
    """Make standard output and standard error lose what they cannot write, instead of raising."""
    sys.stdout, sys.stderr = _surviving(sys.stdout), _surviving(sys.stderr)


def _surviving(stream: TextIO | None) -> TextIO:
    if stream is None:  # closed by whatever started the process
        return Path(os.devnull).open("w", encoding="utf-8")
    output = io.BufferedWriter(_Output(_descriptor(stream.fileno()), "w", closefd=False))
    lines = stream is sys.stderr or stream.isatty()
    return io.TextIOWrapper(output, stream.encoding, stream.errors, line_buffering=lines)


def _descriptor(number: int) -> int:
    """Return the descriptor of an output, or where it is a pipe, one that does not block.

    It is opened again: other processes may share the pipe, and rely on it to block. Only Linux can
    do that, and only with the right to open it.
    """
    try:
        if stat.S_ISFIFO(os.fstat(number).st_mode):
            return os.open(f"/proc/self/fd/{number}", os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        pass
    return number
