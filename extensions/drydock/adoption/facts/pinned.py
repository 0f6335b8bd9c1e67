"""The files that select a Python: for pyenv and uv, for asdf and mise, for Heroku."""

import re
from collections.abc import Iterator

from drydock.adoption.facts import IMPLIES, Fact, Files

PATHS = (".python-version", ".tool-versions", "runtime.txt")
# https://docs.astral.sh/uv/concepts/python-versions/#python-version-files
# https://asdf-vm.com/manage/configuration.html#tool-versions
# https://devcenter.heroku.com/articles/python-runtimes
_VERSION = re.compile(
    r"(?m)^[ \t]*(?:c?python[ \t-]*)?"
    r"(?P<version>[23]\.\d+(?:\.\d+)?\b|pypy[-@]?[23]\.\d+(?:\.\d+)?(?:-v?\d[\d.]*)?\b)"
)


def versions(files: Files) -> Iterator[tuple[str, int, str]]:
    """Yield path, line and version for each version that these files name."""
    for path in PATHS:
        text = files.get(path, "")
        for found in _VERSION.finditer(text):
            yield path, text.count("\n", 0, found.start("version")) + 1, found["version"]


def find(files: Files) -> Iterator[Fact]:
    """Yield the Python of each file: the first that it names, which tools select."""
    seen = set()
    for path, line, version in versions(files):
        # No answer of the template names Python 2 or another implementation.
        if path not in seen and version.startswith("3."):
            minor = ".".join(version.split(".")[:2])
            yield Fact("python_version", minor, path, line, IMPLIES)
            seen.add(path)
