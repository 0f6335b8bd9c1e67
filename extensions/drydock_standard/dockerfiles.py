"""Reads the stages of a Dockerfile (https://docs.docker.com/reference/dockerfile/)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from drydock_standard.repository import Repository, is_auxiliary

_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)\s+(.*)", re.DOTALL)
_FROM = re.compile(r"(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?\s*", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?[-+]([^}]*))?\}|(\w+))")
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
_PYTHON = re.compile(
    r"\b(python[\d.]*|pip|uv|poetry|pdm|pipenv|conda|uvicorn|gunicorn)\b", re.IGNORECASE
)
_NOT_DEPLOYED = re.compile(
    r"\.(md|j2|jinja|dockerignore|tmpl|lock)$|[.-](ci|demo|dev|development|devcontainer|local|tests?)$"
)
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""Replaces a variable whose value is known only to the build."""


@dataclass(frozen=True)
class Instruction:
    """One instruction, with continued lines joined."""

    name: str
    value: str
    line: int
    """From 1."""


@dataclass
class Stage:
    """A build stage: one FROM and the instructions that follow it."""

    image: str
    """The image, or the name of an earlier stage; variables are filled in."""
    name: str
    line: int
    instructions: list[Instruction] = field(default_factory=list)

    def last(self, name: str) -> Instruction | None:
        """Return the last instruction with a name, the only effective one; None without any."""
        matches = (entry for entry in reversed(self.instructions) if entry.name == name)
        return next(matches, None)


def files(repository: Repository) -> Iterator[tuple[str, list[Stage]]]:
    """Yield path and stages of each Dockerfile that builds a Python service for deployment.

    Dockerfiles of tests, of examples, and of other components (a proxy, a database) are left out.
    """
    names = (r"(?i:dockerfile|containerfile)([.-][\w.-]*)?", r".*\.(?i:dockerfile|containerfile)")
    for path in repository.named(*names):
        text = repository.text(path) or ""
        if is_auxiliary(path) or _NOT_DEPLOYED.search(path) or not _PYTHON.search(text):
            continue
        if parsed := stages(text):
            yield path, parsed


def stages(text: str) -> list[Stage]:
    """Return the stages of a Dockerfile, in order."""
    parsed: list[Stage] = []
    arguments: dict[str, str] = {}
    for instruction in _instructions(text):
        if instruction.name == "FROM":
            match = _FROM.match(instruction.value)
            image = filled(match[1], arguments) if match else instruction.value
            parsed.append(Stage(image, (match and match[2]) or "", instruction.line))
        elif instruction.name == "ARG" and not parsed:
            name, equals, value = instruction.value.partition("=")
            if equals:
                arguments[name.strip()] = value.strip().strip("\"'")
        elif parsed:
            parsed[-1].instructions.append(instruction)
    return parsed


def filled(text: str, arguments: Mapping[str, str]) -> str:
    """Return `text` with its variables filled in; those without a value become UNKNOWN."""
    return _VARIABLE.sub(
        lambda match: arguments.get(match[1] or match[3]) or match[2] or UNKNOWN, text
    )


def variables(stage: Stage) -> dict[str, str]:
    """Return the variables that ARG and ENV set in a stage, with their values."""
    values: dict[str, str] = {}
    for instruction in stage.instructions:
        if instruction.name in ("ARG", "ENV"):
            for name, value in re.findall(r"(\w+)=(\"[^\"]*\"|'[^']*'|\S*)", instruction.value):
                values[name] = value.strip("\"'")
    return values


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
        if match := _INSTRUCTION.match(" ".join(parts)):
            name = match[1].upper()
            ends = _HEREDOC.findall(match[2]) if name in ("RUN", "COPY", "ADD") else []
            for end in ends:
                for _, content in lines:
                    if content.strip() == end:
                        break
            yield Instruction(name, match[2].strip(), number)
