"""Dockerfiles: the Python and the ports of an image."""

import re
from collections.abc import Iterator

from drydock.adoption.facts import IMPLIES, SAYS, Fact, Files

_NAME = re.compile(r"(^|/)(Dockerfile|Containerfile)([.-][\w.-]+)?$|\.[Dd]ockerfile$")
_PYTHON = re.compile(r"^FROM\s+(?:--\S+\s+)?\S*python:(\d+\.\d+)", re.IGNORECASE)
_EXPOSE = re.compile(r"^EXPOSE\s+(.+)$", re.IGNORECASE)
INSTALL = re.compile(r"(?:apt(?:-get)?|apk)\s+(?:-\S+\s+)*(?:install|add)\s+(.*)", re.IGNORECASE)
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
    """Yield each instruction on one line, with the number of its first."""
    start, parts = 0, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        start = start if parts else number
        parts.append(stripped.removesuffix("\\").strip())
        if not stripped.endswith("\\"):
            yield start, " ".join(parts)
            parts = []
    if parts:
        yield start, " ".join(parts)
