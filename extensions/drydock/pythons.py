"""The Python interpreters of this machine, newest first."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from drydock.errors import BadInput
from drydock.locking import run_uv

_OLDEST = (3, 8)  # the oldest that uv still installs into


@dataclass(frozen=True)
class Python:
    """An interpreter."""

    version: tuple[int, int]
    path: Path

    @property
    def name(self) -> str:
        """Its version, such as `3.11`."""
        return ".".join(map(str, self.version))


def at_hand() -> list[Python]:
    """Return the interpreters that uv finds, one for each minor version, newest first.

    Raises BadInput without uv or a home directory.
    """
    paths: dict[tuple[int, int], Path] = {}
    for version, path in _installed():
        if version >= _OLDEST:
            paths.setdefault(version, path)
    return [Python(version, paths[version]) for version in sorted(paths, reverse=True)]


def _installed() -> Iterator[tuple[tuple[int, int], Path]]:
    # In a service's folder uv would list the service's own environment, too.
    home = Path.home()
    if not home.is_dir():
        raise BadInput(
            f"HOME is {home}, which is not a directory; Drydock looks for Python interpreters "
            "there: create it, or set HOME to an existing directory"
        )
    command = ("python", "list", "--only-installed", "--output-format=json")
    listed = run_uv(*command, folder=home, quiet=False)
    for entry in json.loads(listed.stdout or "[]"):
        parts = entry["version_parts"]
        is_default = entry.get("variant", "default") == "default"
        # Nobody runs a service on a prerelease.
        is_final = re.fullmatch(r"[\d.]+", entry["version"])
        if is_default and is_final and entry["implementation"] == "cpython":
            yield (parts["major"], parts["minor"]), home / entry["path"]
