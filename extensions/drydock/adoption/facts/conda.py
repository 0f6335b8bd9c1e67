"""An environment.yml of Conda: the name, and the Python that it asks for."""

import re
from collections.abc import Iterator

from drydock.adoption.facts import HINTS, IMPLIES, Fact, Files
from drydock.adoption.translate import conda
from drydock.documents.places import line_of


def find(files: Files) -> Iterator[Fact]:
    """Yield what the environment says."""
    for path in conda.PATHS:
        text = files.get(path, "")
        for one in conda.packages(text):
            if found := re.match(r"python\s*[=~<>]=?\s*(3\.\d+)", str(one)):
                line = line_of(path, text, "dependencies", value=str(one))
                yield Fact("python_version", found[1], path, line, IMPLIES)
        if named := re.search(r"(?m)^name:\s*([\w-]+)\s*$", text):
            line = line_of(path, text, "name")
            yield Fact("service_name", named[1], path, line, HINTS)
