"""Models: one that works, and others."""

import ctypes
import time
from pathlib import Path
from typing import Any


class Echo:
    """Answers each item with itself."""

    def load(self) -> None:
        """There is nothing to load."""

    def predict(self, batch: list[Any]) -> list[Any]:
        """Return the batch."""
        return batch


class Slow(Echo):
    """Loads until the file `loaded` is there."""

    def load(self) -> None:
        """Wait for the file."""
        while not Path("loaded").exists():
            time.sleep(0.02)


class Broken(Echo):
    """Does not load."""

    def load(self) -> None:
        """Fail."""
        raise OSError("the weights are gone")


class Stuck(Echo):
    """Never ends to load."""

    def load(self) -> None:
        """Sleep."""
        time.sleep(3600)


class Crashing(Echo):
    """Takes the process with it."""

    def predict(self, batch: list[Any]) -> list[Any]:
        """Read where there is nothing to read."""
        return [ctypes.string_at(0)]
