"""Dockerfiles: the Python and the ports of an image."""

import re
from collections.abc import Iterator, Sequence

from drydock.adoption.facts import IMPLIES, SAYS, Fact, Files
from drydock.documents.formats import dockerfile

_NAME = re.compile(
    r"(^|/)(Dockerfile|Containerfile)([.-][\w.-]+)?$|\.[Dd]ockerfile$"
    # Docker builds from `dockerfile` where there is no Dockerfile:
    # https://github.com/docker/cli/blob/master/cli/command/image/build/context.go
    r"|(^|/)(?i:dockerfile|containerfile)$"
)
_BASE = re.compile(r"FROM\s+(?:--\S+\s+)*(?:\S*/)?([\w.-]+)", re.IGNORECASE)
_OTHERS = re.compile(
    r"node|bun|deno|nginx|httpd|caddy|traefik|envoy|golang|openjdk|eclipse-temurin|amazoncorretto"
    r"|maven|gradle|tomcat|php|ruby|rust|sdk|aspnet|postgres|mysql|mariadb|mongo|redis|rabbitmq"
)
_FIRST = ("Dockerfile", "dockerfile", "Containerfile")
_PYTHON = re.compile(r"^FROM\s+(?:--\S+\s+)?\S*python:(\d+\.\d+)", re.IGNORECASE)
# https://github.com/tiangolo/uvicorn-gunicorn-docker#app_module says what these variables name.
_STARTED = re.compile(r"\b(APP_MODULE|MODULE_NAME|VARIABLE_NAME)[=\s]+[\"']?([\w.:]+)")
_STARTS = re.compile(r"^FROM\s+(?:--\S+\s+)?\S*tiangolo/uvicorn-gunicorn", re.IGNORECASE)
_EXPOSE = re.compile(r"^EXPOSE\s+(.+)$", re.IGNORECASE)
# A here-document that a shell runs: what else it is given to speaks another language.
_SCRIPT = re.compile(
    r"RUN\s+(?:--\S+\s+)*<<-?([\"']?)(?P<word>\w+)\1(?:\s+(?:/\S+/)?(?:ba|da|a)?sh)?", re.IGNORECASE
)
ENV = re.compile(r"^ENV\s", re.IGNORECASE)


def is_dockerfile(path: str) -> bool:
    """Tell whether `path` names a Dockerfile."""
    return bool(_NAME.search(path))


def main_dockerfile(files: Files) -> str:
    """Return the Dockerfile nearest to the top, there the one that is built without naming it.

    Empty if there is none.
    """

    def order(path: str) -> tuple[int, int]:
        name = path.rpartition("/")[2]
        return path.count("/"), _FIRST.index(name) if name in _FIRST else len(_FIRST)

    own = (path for path in files if is_dockerfile(path) and not _is_of_another(files[path]))
    return min(own, key=order, default="")


def _is_of_another(text: str) -> bool:
    """Tell whether an image is made for another language, or another server."""
    bases = [found[1] for _, line in instructions(text) if (found := _BASE.match(line))]
    return bool(bases and _OTHERS.fullmatch(bases[-1]) and not re.search(r"python|\.py\b", text))


def find(files: Files) -> Iterator[Fact]:
    """Yield what Dockerfiles say, the one at the top before others."""
    for path in sorted(filter(is_dockerfile, files), key=lambda path: (path.count("/"), path)):
        weight = SAYS if "/" not in path else IMPLIES
        lines = list(instructions(files[path]))
        yield from _started(path, lines)
        for number, line in lines:
            if found := _PYTHON.match(line):
                yield Fact("python_version", found[1], path, number, weight)
            elif found := _EXPOSE.match(line):
                for port in re.findall(r"\b\d{2,5}\b", found[1]):
                    yield Fact("service_port", port, path, number, weight)


def _started(path: str, lines: Sequence[tuple[int, str]]) -> Iterator[Fact]:
    """Yield the application that an image starts which is told it by variables."""
    if not any(_STARTS.match(line) for _, line in lines):
        return
    variables = {
        found[1]: (found[2], number)
        for number, line in lines
        if ENV.match(line)
        for found in _STARTED.finditer(line)
    }
    if "APP_MODULE" in variables:
        named, number = variables["APP_MODULE"]
        yield Fact("app", named, path, number, SAYS)
    elif "MODULE_NAME" in variables:
        named, number = variables["MODULE_NAME"]
        attribute = variables.get("VARIABLE_NAME", ("app", 0))[0]
        yield Fact("app", f"{named}:{attribute}", path, number, SAYS)


def instructions(text: str) -> Iterator[tuple[int, str]]:
    """Yield each instruction on one line, with the number of its first.

    The commands that a here-document gives to a shell are joined as a shell would: they run in
    turn. What it gives to anything else is no instruction, and left out.
    """
    for one in dockerfile.instructions(text if text.endswith("\n") else f"{text}\n"):
        line = " ".join(one.words)
        if not line:
            continue  # a line that goes on, and nothing after it
        if found := _SCRIPT.fullmatch(line):
            commands = (command.strip() for command in one.given)
            runs = [c for c in commands if c and not c.startswith("#") and c != found["word"]]
            yield one.line, " ".join(["RUN", " && ".join(runs)])
        else:
            yield one.line, line
