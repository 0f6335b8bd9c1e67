"""Models: one that works, and others."""

import ctypes
import time
from pathlib import Path
from typing import Any


class Echo:
    """Predicts each item as itself."""

    def load(self) -> None:
        """There is nothing to load."""

    def predict(self, batch: list[Any]) -> list[Any]:
        """Return the batch."""
        return batch


class Slow(Echo):
    """Loads until the file `loaded` exists."""

    def load(self) -> None:
        """Wait for the file."""
        while not Path("loaded").exists():
            time.sleep(0.02)


class Broken(Echo):
    """Fails to load."""

    def load(self) -> None:
        """Fail."""
        raise OSError("the weights are gone")


class Stuck(Echo):
    """Never finishes loading."""

    def load(self) -> None:
        """Sleep."""
        time.sleep(3600)


class Crashing(Echo):
    """Crashes the process."""

    def predict(self, batch: list[Any]) -> list[Any]:
        """Read invalid memory."""
        return [ctypes.string_at(0)]
