"""Dockerfiles: the Python and the ports of an image."""

import re
from collections.abc import Iterator, Sequence

from drydock.adoption.account import shell
from drydock.adoption.facts import HINTS, IMPLIES, SAYS, Fact, Files
from drydock.documents.formats import dockerfile

_NAME = re.compile(
    r"(^|/)[\w-]*(Dockerfile|Containerfile)([._-][\w.-]+)?$|\.[Dd]ockerfile$"
    # Docker builds from `dockerfile` if there is no Dockerfile:
    # https://github.com/docker/cli/blob/master/cli/command/image/build/context.go
    r"|(^|/)(?i:dockerfile|containerfile)$"
)
_BASE = re.compile(r"FROM\s+(?:--\S+\s+)*(?:\S*/)?([\w.-]+)", re.IGNORECASE)
_OTHERS = re.compile(
    r"node|bun|deno|nginx|httpd|caddy|traefik|envoy|golang|openjdk|eclipse-temurin|amazoncorretto"
    r"|maven|gradle|tomcat|php|ruby|rust|sdk|aspnet|postgres|mysql|mariadb|mongo|redis|rabbitmq"
)
_DEFAULT_NAMES = ("Dockerfile", "dockerfile", "Containerfile")
"""What is built without naming it, the likeliest first."""
_DEVELOPMENT = {
    "dev", "devel", "develop", "development", "devcontainer", "local", "debug", "test", "tests",
}  # fmt: skip
_SERVES = re.compile(r"\b(FastAPI|Starlette)\(")
_FOR_IMAGES = {
    "docker",
    ".docker",
    "build",
    "compose",
    "deploy",
    "deployment",
    "infra",
    "ops",
    "ci",
}
"""Folders whose Dockerfiles build code of other folders."""
_PRODUCTION = {"prod", "production"}
_PYTHON = re.compile(r"^FROM\s+(?:--\S+\s+)?\S*python:(\d+\.\d+)", re.IGNORECASE)
# These variables name the application: https://github.com/tiangolo/uvicorn-gunicorn-docker#app_module
_STARTED = re.compile(r"\b(APP_MODULE|MODULE_NAME|VARIABLE_NAME)[=\s]+[\"']?([\w.:]+)")
STARTS = re.compile(r"^FROM\s+(?:--\S+\s+)?\S*tiangolo/uvicorn-gunicorn", re.IGNORECASE)
"""Base images that start the application themselves, as variables tell them."""
_EXPOSE = re.compile(r"^EXPOSE\s+(.+)$", re.IGNORECASE)
# A here-document that a shell runs; other programs read another language.
_SCRIPT = re.compile(
    r"RUN\s+(?:--\S+\s+)*<<-?([\"']?)(?P<word>\w+)\1(?:\s+(?:/\S+/)?(?:ba|da|a)?sh)?", re.IGNORECASE
)
ENV = re.compile(r"^ENV\s", re.IGNORECASE)


def is_dockerfile(path: str) -> bool:
    """Tell whether `path` names a Dockerfile."""
    return bool(_NAME.search(path))


def main_dockerfile(files: Files) -> str:
    """Return the Dockerfile that most likely builds the deployed image; empty if there is none.

    Those for development come last, and those in a folder whose code serves no ASGI. Of the
    others, the one nearest to the top is taken. In the same
    depth, one for production comes first, but never before the `Dockerfile` at the top.
    """

    def order(path: str) -> tuple[bool, bool, int, bool, bool, int]:
        name, words = path.rpartition("/")[2], _words(path)
        return (
            not words.isdisjoint(_DEVELOPMENT),
            _is_of_another_service(path, files),
            path.count("/"),
            path not in _DEFAULT_NAMES,
            words.isdisjoint(_PRODUCTION),
            _DEFAULT_NAMES.index(name) if name in _DEFAULT_NAMES else len(_DEFAULT_NAMES),
        )

    return min(_candidates(files), key=order, default="")


def _is_of_another_service(path: str, files: Files) -> bool:
    """Tell whether a Dockerfile lies in a folder with code, none of which serves ASGI.

    Only if other code of the repository does.
    """
    top = path.partition("/")[0]
    if top in _FOR_IMAGES:
        return False
    code = {one: text for one, text in files.items() if one.endswith(".py")}
    inside = [text for one, text in code.items() if one.startswith(f"{top}/")]
    return (
        top != path
        and bool(inside)
        and not any(map(_SERVES.search, inside))
        and any(map(_SERVES.search, code.values()))
    )


def rivals(main: str, files: Files) -> list[str]:
    """Return the Dockerfiles that may build the deployed image instead of `main`."""
    others = [
        path
        for path in _candidates(files)
        if path != main and _words(path).isdisjoint(_DEVELOPMENT)
    ]
    if _words(main).isdisjoint(_PRODUCTION):
        return sorted(path for path in others if not _words(path).isdisjoint(_PRODUCTION))
    folder = main.rpartition("/")[0]
    return sorted(
        path
        for path in others
        if path.rpartition("/")[0] == folder and path.rpartition("/")[2] in _DEFAULT_NAMES
    )


def _candidates(files: Files) -> list[str]:
    return [path for path in files if is_dockerfile(path) and not is_of_another(files[path])]


def is_for_development(path: str) -> bool:
    """Tell whether a file says by its name or its folders that it is not for production."""
    return not _words(path).isdisjoint(_DEVELOPMENT)


def _words(path: str) -> set[str]:
    return set(re.split(r"[^a-z]+", path.lower()))


def is_of_another(text: str) -> bool:
    """Tell whether an image is made for another language or another server."""
    bases = [found[1] for _, line in instructions(text) if (found := _BASE.match(line))]
    return bool(bases and _OTHERS.fullmatch(bases[-1]) and not re.search(r"python|\.py\b", text))


def find(files: Files) -> Iterator[Fact]:
    """Yield the facts in Dockerfiles, those at the top first."""
    main = main_dockerfile(files)
    for path in sorted(filter(is_dockerfile, files), key=lambda path: (path.count("/"), path)):
        weight = SAYS if "/" not in path else IMPLIES if path == main else HINTS
        lines = list(instructions(files[path]))
        yield from _started(path, lines)
        for number, line in lines:
            if found := _PYTHON.match(line):
                yield Fact("python_version", found[1], path, number, weight)
            elif found := _EXPOSE.match(line):
                for port in re.findall(r"\b\d{2,5}\b", found[1]):
                    yield Fact("service_port", port, path, number, weight)


def _started(path: str, lines: Sequence[tuple[int, str]]) -> Iterator[Fact]:
    """Yield the application that variables name, in images that start it so."""
    if not any(STARTS.match(line) for _, line in lines):
        return
    variables = {
        found[1]: (found[2], number)
        for number, line in lines
        if ENV.match(line)
        for found in _STARTED.finditer(line)
    }
    if "APP_MODULE" in variables:
        app, number = variables["APP_MODULE"]
        yield Fact("app", app, path, number, SAYS)
    elif "MODULE_NAME" in variables:
        module, number = variables["MODULE_NAME"]
        attribute = variables.get("VARIABLE_NAME", ("app", 0))[0]
        yield Fact("app", f"{module}:{attribute}", path, number, SAYS)


def instructions(text: str) -> Iterator[tuple[int, str]]:
    """Yield each instruction on one line, with the number of its first line.

    The commands in a here-document for a shell are joined with `&&`. A here-document for another
    program is left out.
    """
    for instruction in dockerfile.instructions(text if text.endswith("\n") else f"{text}\n"):
        line = " ".join(instruction.words)
        if not line:
            continue  # a continued line without a next one
        if found := _SCRIPT.fullmatch(line):
            commands = (command for _, command in shell.lines("\n".join(instruction.heredoc_lines)))
            runs = " && ".join(command for command in commands if command != found["word"])
            yield instruction.line, f"RUN {runs}".strip()
        else:
            yield instruction.line, line
