"""Conda's environment.yml: its name and its Python."""

import re
from collections.abc import Iterator

from drydock.adoption.facts import HINTS, IMPLIES, Fact, Files
from drydock.adoption.translate import conda
from drydock.documents.places import line_of


def find(files: Files) -> Iterator[Fact]:
    """Yield the Python and the name of the environment."""
    for path in conda.PATHS:
        text = files.get(path, "")
        for package in conda.packages(text):
            if found := re.match(r"python\s*[=~<>]=?\s*(3\.\d+)", str(package)):
                line = line_of(path, text, "dependencies", value=str(package))
                yield Fact("python_version", found[1], path, line, IMPLIES)
        if name := re.search(r"(?m)^name:\s*([\w-]+)\s*$", text):
            line = line_of(path, text, "name")
            yield Fact("service_name", name[1], path, line, HINTS)
