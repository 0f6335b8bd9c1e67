"""The standard's Dockerfile with what a service's own image had besides."""

import re
from collections.abc import Iterator

from drydock.carrying import Carried, Todo
from drydock.facts import Files, gather
from drydock.facts.image import instructions

_STAGE = "\nCOPY --from=build /app /app\n"
"""In the standard's image, the line after which the service's own layers come."""

# What the standard's image does in its own way, whatever stands there.
_DONE = (
    r"FROM\s", r"WORKDIR\s", r"EXPOSE\s", r"USER\s", r"COPY\s", r"ADD\s+(?!https?:)", r"LABEL\s",
    r"MAINTAINER\s", r"HEALTHCHECK\s", r"ARG\s",
    r"(CMD|ENTRYPOINT)\s.*(uvicorn|gunicorn|hypercorn|fastapi|python|run)",
    r"RUN\s.*\b(pip3?|poetry|pipenv|uv|pdm)\b.*\b(install|sync|upgrade|config|lock|export)\b",
    r"RUN\s.*\b(useradd|adduser|groupadd|addgroup)\b",
    r"RUN\s+(mkdir|chown|chmod|test|touch)\b",
    r"ENV\s+(PYTHON\w*|PIP_\w+|POETRY_\w+|PATH|DEBIAN_FRONTEND|LANG|LC_ALL)[= ]",
)  # fmt: skip
_PACKAGES = r"RUN\s.*\b(apt|apt-get)\b.*\binstall\b"
_BUILD_ONLY = {"build-essential", "gcc", "g++", "make", "python3-dev", "python3-pip", "python3"}
_TOOLS = {"git", "curl", "wget", "vim", "less"}


def carry(theirs: str, path: str, files: Files) -> Carried:
    """Return the rendered Dockerfile with the system packages and variables of the one at `path`."""
    facts = [fact for fact in gather({path: files[path]}) if fact.path == path]
    packages = [fact for fact in facts if fact.about == "image_package"]
    needed = sorted({f.value for f in packages} - _BUILD_ONLY - _TOOLS)
    variables = [
        f for f in facts
        if f.about == "image_env" and not re.match(_DONE[-1], f"ENV {f.value}")
    ]  # fmt: skip
    layers = []
    if needed:
        layers.append(
            "RUN apt-get update \\\n"
            f"    && apt-get install --yes --no-install-recommends {' '.join(needed)} \\\n"
            "    && rm -rf /var/lib/apt/lists/*\n"
        )
    layers += [f"ENV {fact.value}\n" for fact in variables]
    text = theirs.replace(_STAGE, f"{_STAGE}{''.join(layers)}", 1) if layers else theirs
    todo = tuple(_left(path, files[path]))
    rules = [f"system packages of {path}: {', '.join(needed)}"] if needed else []
    rules += [f"{fact.value.split('=')[0]} of {path}" for fact in variables]
    if layers and _STAGE not in theirs:
        todo += (Todo(path, 0, "its packages and variables have no place", "add them by hand"),)
    return Carried(text, tuple(rules), todo, frozenset() if todo else frozenset({path}))


def _left(path: str, text: str) -> Iterator[Todo]:
    for number, line in instructions(text):
        done = any(re.match(pattern, line, re.IGNORECASE) for pattern in (*_DONE, _PACKAGES))
        if not done and not re.match(r"ENV\s", line, re.IGNORECASE):
            how = "decide whether the standard's image needs it, too"
            yield Todo(path, number, f"not carried over: {line[:80]}", how)
