"""The Pythons that are at hand, the newest first."""

import json
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
    """Return the interpreters that uv finds, one of each minor version, the newest first."""
    found: dict[tuple[int, int], Path] = {}
    for version, path in _installed():
        if version >= _OLDEST:
            found.setdefault(version, path)
    return [Python(version, found[version]) for version in sorted(found, reverse=True)]


def _installed() -> Iterator[tuple[tuple[int, int], Path]]:
    listed = ("python", "list", "--only-installed", "--output-format=json")
    home = Path.home()
    said = run_uv(*listed, folder=home, quiet=False)
    for one in json.loads(said.stdout or "[]"):
        parts = one["version_parts"]
        usual = one.get("variant", "default") == "default" and one["implementation"] == "cpython"
        # A prerelease is not what anybody runs on.
        if usual and re.fullmatch(r"[\d.]+", one["version"]):
            yield (parts["major"], parts["minor"]), home / one["path"]
