"""Standard output that may fail: a log that nobody can read must not stop the service."""

import io
import os
import sys
from pathlib import Path
from typing import Any, ClassVar, TextIO

from prometheus_client import Counter

LOST = Counter(
    "log_writes_lost",
    "Writes to standard output or error that failed: the reader is gone, or the disk is full.",
)


class _Output(io.FileIO):
    """A file that loses what cannot be written, counts it, and says so once."""

    reported: ClassVar[bool] = False

    def write(self, data: Any, /) -> int:
        reason = "it would block"
        try:
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


def survive_failures() -> None:
    """Let standard output and standard error lose what they cannot take, and not raise."""
    sys.stdout, sys.stderr = _surviving(sys.stdout), _surviving(sys.stderr)


def _surviving(stream: TextIO | None) -> TextIO:
    if stream is None:  # closed by whatever started the process
        return Path(os.devnull).open("w", encoding="utf-8")
    output = io.BufferedWriter(_Output(stream.fileno(), "w", closefd=False))
    lines = stream is sys.stderr or stream.isatty()
    return io.TextIOWrapper(output, stream.encoding, stream.errors, line_buffering=lines)
