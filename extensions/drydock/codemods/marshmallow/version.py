"""Which marshmallow a service runs: 3 and 4 read dates, enumerations and durations differently."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

# Locks say it, requirements and metadata bound it: the first file that does is believed.
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
_LOCKED = re.compile(
    r"""name\s*=\s*"marshmallow"\s*\n\s*version\s*=\s*"(\d+)|"""
    r""""marshmallow"\s*:\s*\{[^}]*?"version"\s*:\s*"==(\d+)""",
    re.IGNORECASE,
)
_REQUIRED = re.compile(
    r"""(?:^|["'\s])marshmallow(?:\[[^\]]*\])?["']?\s*(?:=\s*["'])?\s*(?:[=~^>]=?=?|\()\s*(\d+)"""
    r"""(?:[.\d*]*)(?:\s*,\s*<=?\s*(\d+)(\.0)*(?![.\d]))?""",
    re.IGNORECASE | re.MULTILINE,
)


def major_version(files: Mapping[str, str]) -> int:
    """Return 3 or 4; 0 where no file of the service tells."""
    for pattern in _FILES:
        for path in sorted(files, key=lambda path: (path.count("/"), path)):
            if PurePosixPath(path).match(pattern) and (found := _major(files[path])):
                return found
    return 0


def _major(text: str) -> int:
    if locked := _LOCKED.search(text):
        major = int(locked[1] or locked[2])
        return major if major in (3, 4) else 0
    if required := _REQUIRED.search(text):
        low, below = int(required[1]), int(required[2] or 0)
        exact = (
            "==" in required[0] or "~" in required[0] or "^" in required[0] or "(" in required[0]
        )
        if low == 4 or (low == 3 and (exact or below == 4)):
            return low
    return 0


def required_in(path: str, text: str) -> Mapping[str, int]:
    """Return the lines at which a file requires marshmallow and Pydantic; a lock requires none."""
    if path.endswith(".lock") or not any(PurePosixPath(path).match(each) for each in _FILES):
        return {}
    found: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        for name in ("marshmallow", "pydantic"):
            if re.search(rf"""(?:^|["'\s]){name}(?![\w.-]*[\w/])""", line.partition("#")[0], re.I):
                found.setdefault(name, number)
    return found
