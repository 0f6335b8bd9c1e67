"""Servers for images and packages, which run for as long as they are needed."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.template.image.container import status
from tests.template.image.host import FailedError
from tests.waiting import wait_for

PATIENCE_SECONDS = 90


@contextmanager
def serving(command: Sequence[str], address: str, expected: int, log: Path) -> Iterator[None]:
    """Run a server; yield once it responds with the expected status, and with no other before.

    Raises FailedError with the end of its log.
    """
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    try:
        what = f"the start of {address}"
        try:
            actual = wait_for(lambda: status(address), what, process, log, PATIENCE_SECONDS)
        except AssertionError as error:
            raise FailedError(str(error)) from None
        if actual != expected:
            raise FailedError(f"{address} returns {actual}, expected {expected}")
        yield
    finally:
        process.kill()
        process.wait()
