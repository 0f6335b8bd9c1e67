"""The Pythons that are at hand, the newest first."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from drydock.locking import run_uv

_OLDEST = (3, 8)  # what uv still installs into


@dataclass(frozen=True)
class Python:
    """An interpreter."""

    version: tuple[int, int]
    path: Path

    @property
    def name(self) -> str:
        """Its version, `3.11`."""
        return ".".join(map(str, self.version))


def at_hand() -> list[Python]:
    """Return the interpreters on this machine, one of each minor version, the newest first.

    They are those that uv finds, and those of pyenv, of which it finds the chosen one only.
    """
    found: dict[tuple[int, int], Path] = {}
    for version, path in (*_of_uv(), *_of_pyenv()):
        if version >= _OLDEST:
            found.setdefault(version, path)
    return [Python(version, found[version]) for version in sorted(found, reverse=True)]


def _of_uv() -> Iterator[tuple[tuple[int, int], Path]]:
    said = run_uv("python", "list", "--only-installed", "--output-format=json", folder=Path.home())
    for one in json.loads(said.stdout or "[]"):
        parts = one["version_parts"]
        usual = one.get("variant", "default") == "default" and one["implementation"] == "cpython"
        # A prerelease is not what anybody runs on.
        if usual and re.fullmatch(r"[\d.]+", one["version"]):
            yield (parts["major"], parts["minor"]), Path(one["path"])


def _of_pyenv() -> Iterator[tuple[tuple[int, int], Path]]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    for folder in sorted(root.glob("3.*")):
        if found := re.fullmatch(r"(3)\.(\d+)\.\d+", folder.name):
            python = folder / "bin" / "python"
            if python.exists():
                yield (int(found[1]), int(found[2])), python
