"""The README: what the service is called and what it does, in its own words."""

import re
from collections.abc import Iterator

from drydock.facts import HINTS, Fact, Files

_NOISE = re.compile(r"^(\[?!\[|<|#|```|[-*|>=]|\d+\.)")


def find(files: Files) -> Iterator[Fact]:
    """Yield the title and the first sentence of the README."""
    path = next((p for p in ("README.md", "Readme.md", "readme.md") if p in files), None)
    if path is None:
        return
    lines = files[path].splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith("# "):
            yield Fact("title", line[2:].strip(), path, number, HINTS)
            break
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if len(text.split()) > 3 and not _NOISE.match(text):
            sentence = re.split(r"(?<=[.!?])\s", text)[0]
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)|[*_`]+", r"\1", sentence)
            yield Fact("description", plain, path, number, HINTS)
            return
