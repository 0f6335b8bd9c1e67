"""Reads the stages of a Dockerfile (https://docs.docker.com/reference/dockerfile/)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from drydock_standard.repository import Repository, is_aside

_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_FROM = re.compile(r"(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?\s*", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?[-+]([^}]*))?\}|(\w+))")
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
_PYTHON = re.compile(
    r"\b(python[\d.]*|pip|uv|poetry|pdm|pipenv|conda|uvicorn|gunicorn)\b", re.IGNORECASE
)
_NO_DOCKERFILE = re.compile(
    r"\.(md|j2|jinja|dockerignore|tmpl|lock)$|[.-](ci|demo|dev|development|devcontainer|local|tests?)$"
)
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""Stands for a variable whose value only the build knows."""


@dataclass(frozen=True)
class Instruction:
    """One instruction, its continued lines joined."""

    name: str
    value: str
    line: int
    """From 1."""


@dataclass
class Stage:
    """What one FROM begins."""

    image: str
    """The image, or the name of the stage before that it goes on from; variables are filled in."""
    name: str
    line: int
    instructions: list[Instruction] = field(default_factory=list)

    def last(self, name: str) -> Instruction | None:
        """Return the last instruction of a kind, which alone counts; None if there is none."""
        return next((one for one in reversed(self.instructions) if one.name == name), None)


def files(repository: Repository) -> Iterator[tuple[str, list[Stage]]]:
    """Yield path and stages of each Dockerfile that builds something of Python to be deployed.

    Those of tests and examples, and of what a service stands beside (a proxy, a database), are no
    part of the standard.
    """
    names = (r"(?i:dockerfile|containerfile)([.-][\w.-]*)?", r".*\.(?i:dockerfile|containerfile)")
    for path in repository.named(*names):
        text = repository.text(path) or ""
        if is_aside(path) or _NO_DOCKERFILE.search(path) or not _PYTHON.search(text):
            continue
        if found := stages(text):
            yield path, found


def stages(text: str) -> list[Stage]:
    """Return the stages of a Dockerfile, in order."""
    found: list[Stage] = []
    arguments: dict[str, str] = {}
    for one in _instructions(text):
        if one.name == "FROM":
            said = _FROM.match(one.value)
            image = filled(said[1], arguments) if said else one.value
            found.append(Stage(image, (said and said[2]) or "", one.line))
        elif one.name == "ARG" and not found:
            name, equals, value = one.value.partition("=")
            if equals:
                arguments[name.strip()] = value.strip().strip("\"'")
        elif found:
            found[-1].instructions.append(one)
    return found


def filled(text: str, arguments: Mapping[str, str]) -> str:
    """Return `text` with its variables, those without a value as UNKNOWN."""
    return _VARIABLE.sub(
        lambda found: arguments.get(found[1] or found[3]) or found[2] or UNKNOWN, text
    )


def variables(stage: Stage) -> dict[str, str]:
    """Return the values that ARG and ENV of a stage give names."""
    found: dict[str, str] = {}
    for one in stage.instructions:
        if one.name in ("ARG", "ENV"):
            for name, value in re.findall(r"(\w+)=(\"[^\"]*\"|'[^']*'|\S*)", one.value):
                found[name] = value.strip("\"'")
    return found


def _instructions(text: str) -> Iterator[Instruction]:
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = [line]
        while parts[-1].rstrip().endswith("\\"):
            parts[-1] = parts[-1].rstrip()[:-1]
            following = next(lines, None)
            while following and (not following[1].strip() or following[1].lstrip().startswith("#")):
                following = next(lines, None)
            if following is None:
                break
            parts.append(following[1])
        if found := _INSTRUCTION.match(" ".join(parts)):
            name = found[1].upper()
            ends = _HEREDOC.findall(found[2]) if name in ("RUN", "COPY", "ADD") else []
            for end in ends:
                for _, inside in lines:
                    if inside.strip() == end:
                        break
            yield Instruction(name, found[2].strip(), number)
