"""Which marshmallow a service runs: 3 and 4 read dates, enumerations and durations differently."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from drydock.documents import locks

# Lock files state the version, requirements and metadata bound it: the first file that does wins.
_FILES = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "requirements*.txt",
    "requirements*.in",
    "pyproject.toml",
    "Pipfile",
    "setup.cfg",
    "setup.py",
)
_REQUIRED = re.compile(
    r"""(?:^|["'\s])marshmallow(?:\[[^\]]*\])?["']?\s*(?:=\s*["'])?\s*(?:[=~^>]=?=?|\()\s*(\d+)"""
    r"""(?:[.\d*]*)(?:\s*,\s*<=?\s*(\d+)(\.0)*(?![.\d]))?""",
    re.IGNORECASE | re.MULTILINE,
)


def major_version(files: Mapping[str, str]) -> int:
    """Return 3 or 4; 0 if no file of the service shows it."""
    for pattern in _FILES:
        for path in sorted(files, key=lambda path: (path.count("/"), path)):
            if PurePosixPath(path).match(pattern) and (major := _major(path, files[path])):
                return major
    return 0


def _major(path: str, text: str) -> int:
    if path.endswith(".lock"):
        packages = locks.packages(path, text)
        locked = next((one.version for one in packages if one.name == "marshmallow"), "")
        if major := re.match(r"[34](?!\d)", locked):
            return int(major[0])
        if locked:
            return 0
    if required := _REQUIRED.search(text):
        low, below = int(required[1]), int(required[2] or 0)
        exact = (
            "==" in required[0] or "~" in required[0] or "^" in required[0] or "(" in required[0]
        )
        if low == 4 or (low == 3 and (exact or below == 4)):
            return low
    return 0


def required_in(path: str, text: str) -> Mapping[str, int]:
    """Return the lines on which a file requires marshmallow and Pydantic; none for a lock file."""
    if path.endswith(".lock") or not any(PurePosixPath(path).match(each) for each in _FILES):
        return {}
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        for name in ("marshmallow", "pydantic"):
            if re.search(rf"""(?:^|["'\s]){name}(?![\w.-]*[\w/])""", line.partition("#")[0], re.I):
                lines.setdefault(name, number)
    return lines
