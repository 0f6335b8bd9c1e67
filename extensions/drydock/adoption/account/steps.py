"""The instructions of an image, each with the stage and the folder that it runs in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from drydock.adoption.account import shell
from drydock.adoption.facts.image import instructions

_ASSIGNED = re.compile(r"(\w+)(?:=|\s+)(\S+)")
_VARIABLE = re.compile(r"\$\{?(\w+)(?::-(\w+))?\}?")
_FROM_STAGE = re.compile(r"--from=([\w.-]+)")


@dataclass(frozen=True)
class Step:
    """An instruction of an image."""

    line: int
    text: str
    """On one line, with the values of `ARG`."""
    stage: str
    """The name or number of its stage; empty if the image is built from that stage."""
    workdir: str
    """The folder that it runs in."""
    is_used: bool
    """Whether the image is built from its stage, or copies from it."""

    @property
    def word(self) -> str:
        """The kind of instruction, in upper case."""
        return self.text.split(maxsplit=1)[0].upper()

    @property
    def rest(self) -> str:
        """The instruction without its first word."""
        return self.text[len(self.word) :].strip()

    @property
    def last_stage(self) -> bool:
        """Whether the image is built from its stage."""
        return not self.stage

    @property
    def base_and_name(self) -> tuple[str, str]:
        """The base and the name of the stage that a `FROM` begins, both in lower case."""
        return _from(self.text)

    def commands(self) -> Iterator[tuple[str, str]]:
        """Yield the commands of a `RUN`, each as written and without parentheses."""
        plain = re.sub(r"--(mount|network|security)=\S+\s*", "", self.rest)
        for command in shell.statements(plain):
            if bare := command.strip("() "):
                balanced = command.count("(") == command.count(")")
                yield command if balanced else bare, bare


def steps_of(text: str) -> Iterator[Step]:
    """Yield the instructions of a Dockerfile, with the values of `ARG`."""
    found = list(instructions(text))
    lineage = _lineage(found)
    used = _used(found, lineage)
    arguments: dict[str, str] = {}
    variables: dict[str, str] = {}
    stage, number, workdirs = "", -1, {"": "/"}
    for line, step in found:
        if argument := re.match(r"ARG\s+(\w+)=[\"']?([^\"']*)", step, re.IGNORECASE):
            arguments[argument[1]] = argument[2]
        else:
            step = re.sub(  # noqa: PLW2901 - the same instruction
                r"\$\{?(\w+)\}?", lambda name: arguments.get(name[1], name[0]), step
            )
        word, _, rest = step.partition(" ")
        if word.upper() == "ENV":
            variables |= {name: value.strip("\"'") for name, value in _ASSIGNED.findall(rest)}
        elif word.upper() == "EXPOSE":
            step = _with_values(step, variables)  # noqa: PLW2901 - the same instruction
        if word.upper() == "FROM":
            number += 1
            base, name = _from(step)
            stage = "" if number in lineage else name or str(number)
            workdir = workdirs.get(base, "/")
        elif number < 0:
            workdir, name = "/", ""
        if word.upper() == "WORKDIR":
            folder = rest.strip().strip("\"'")
            workdir = folder if folder.startswith("/") else f"{workdir.rstrip('/')}/{folder}"
        workdirs[name.lower()] = workdir
        yield Step(line, step, stage, workdir.rstrip("/") or "/", number < 0 or number in used)


def _with_values(step: str, variables: Mapping[str, str]) -> str:
    """Return an instruction with the values of variables, or their defaults."""
    return _VARIABLE.sub(lambda name: variables.get(name[1]) or name[2] or name[0], step)


def _from(step: str) -> tuple[str, str]:
    words = [word for word in step.split()[1:] if not word.startswith("--")]
    name = words[2] if len(words) > 2 and words[1].upper() == "AS" else ""
    return (words[0] if words else "").lower(), name.lower()


def _stages(found: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
    return [_from(step) for _, step in found if re.match(r"FROM\b", step, re.IGNORECASE)]


def _lineage(found: Sequence[tuple[int, str]]) -> set[int]:
    """Return the numbers of the stages that the last one is built from, including itself."""
    stages = _stages(found)
    return _ancestors(len(stages) - 1, stages)


def _ancestors(number: int, stages: Sequence[tuple[str, str]]) -> set[int]:
    """Return the numbers of a stage and of those that it is built from."""
    names = {name: at for at, (_, name) in enumerate(stages) if name}
    lineage = {number}
    while number >= 0 and (before := names.get(stages[number][0], -1)) in range(number):
        lineage.add(before)
        number = before
    return lineage


def _used(found: Sequence[tuple[int, str]], lineage: set[int]) -> set[int]:
    """Return the numbers of the stages that the image is built from or copies from."""
    stages = _stages(found)
    numbers = {name: at for at, (_, name) in enumerate(stages) if name}
    numbers |= {str(at): at for at in range(len(stages))}
    copied: dict[int, set[int]] = {}
    number = -1
    for _, step in found:
        number += bool(re.match(r"FROM\b", step, re.IGNORECASE))
        for name in _FROM_STAGE.findall(step):
            copied.setdefault(number, set()).add(numbers.get(name.lower(), -1))
    used, queue = set[int](), set(lineage)
    while queue:
        number = queue.pop()
        used.add(number)
        for other in copied.get(number, ()):
            queue |= _ancestors(other, stages) - used if other >= 0 else set()
    return used
