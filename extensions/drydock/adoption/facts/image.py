"""Dockerfiles: the Python and the ports of an image."""

import re
from collections.abc import Iterator

from drydock.adoption.facts import IMPLIES, SAYS, Fact, Files
from drydock.documents.formats import dockerfile

_NAME = re.compile(r"(^|/)(Dockerfile|Containerfile)([.-][\w.-]+)?$|\.[Dd]ockerfile$")
_PYTHON = re.compile(r"^FROM\s+(?:--\S+\s+)?\S*python:(\d+\.\d+)", re.IGNORECASE)
_EXPOSE = re.compile(r"^EXPOSE\s+(.+)$", re.IGNORECASE)
INSTALL = re.compile(r"(?:apt(?:-get)?|apk)\s+(?:-\S+\s+)*(?:install|add)\s+(.*)", re.IGNORECASE)
# A here-document that a shell runs: what else it is given to speaks another language.
_SCRIPT = re.compile(
    r"RUN\s+(?:--\S+\s+)*<<-?([\"']?)(?P<word>\w+)\1(?:\s+(?:/\S+/)?(?:ba|da|a)?sh)?", re.IGNORECASE
)
ENV = re.compile(r"^ENV\s", re.IGNORECASE)


def is_dockerfile(path: str) -> bool:
    """Tell whether `path` names a Dockerfile."""
    return bool(_NAME.search(path))


def main_dockerfile(files: Files) -> str:
    """Return the Dockerfile nearest to the top; empty if there is none."""
    return min(filter(is_dockerfile, files), key=lambda path: path.count("/"), default="")


def find(files: Files) -> Iterator[Fact]:
    """Yield what Dockerfiles say, the one at the top before others."""
    for path in sorted(filter(is_dockerfile, files), key=lambda path: (path.count("/"), path)):
        weight = SAYS if "/" not in path else IMPLIES
        for number, line in instructions(files[path]):
            if found := _PYTHON.match(line):
                yield Fact("python_version", found[1], path, number, weight)
            elif found := _EXPOSE.match(line):
                for port in re.findall(r"\b\d{2,5}\b", found[1]):
                    yield Fact("service_port", port, path, number, weight)


def instructions(text: str) -> Iterator[tuple[int, str]]:
    """Yield each instruction on one line, with the number of its first.

    The commands that a here-document gives to a shell are joined as a shell would: they run in
    turn. What it gives to anything else is no instruction, and left out.
    """
    for one in dockerfile.instructions(text if text.endswith("\n") else f"{text}\n"):
        line = " ".join(one.words)
        if found := _SCRIPT.fullmatch(line):
            commands = (command.strip() for command in one.given)
            told = [c for c in commands if c and not c.startswith("#") and c != found["word"]]
            yield one.line, " ".join(["RUN", " && ".join(told)])
        else:
            yield one.line, line
