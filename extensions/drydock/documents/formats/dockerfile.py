"""Dockerfiles (https://docs.docker.com/reference/dockerfile): stages and their instructions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from drydock.documents import siblings
from drydock.documents.kinds import ANYWHERE, SECTIONS
from drydock.documents.nodes import Body, Part
from drydock.profiles import Profile

_NAME = re.compile(
    r"(?:^|/)(?:(?:Dockerfile|Containerfile)\.[\w.-]+"
    r"|(?i:dockerfile|containerfile)|[^/]+\.(?:D|d)ockerfile)$"
)
_OTHER = re.compile(r"\.(?:dockerignore|j2|jinja2?|md|tmpl)$")
_KNOWN = {
    *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"),
    *("MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
}
_DIRECTIVE = re.compile(r"#[ \t]*(?:syntax|check)[ \t]*=", re.IGNORECASE)
_HEREDOC = re.compile(r"<<-?(?P<quote>[\"']?)(?P<word>[A-Za-z_]\w*)(?P=quote)")
_FLAG = re.compile(r"--[a-z]\S*")
# What can separate two words of an instruction: spaces, escaped line ends, and comments.
_GAP = r"(?:[ \t]|\\[ \t]*\n(?:[ \t]*#[^\n]*\n|[ \t]*\n)*)+"
_PAIR = re.compile(
    rf"(?P<gap>{_GAP})(?P<name>[\w.-]+)=(?P<value>(?:\"(?:\\.|[^\"\\])*\"|'[^']*'|\\[^\n]|[^\s\\\"'])*)"
)
_INSTALL = re.compile(
    r"\b(?P<tool>apt-get|apt|apk|dnf|microdnf|yum)\b(?:" + _GAP + r"-[^\s;&|]+)*"
    + _GAP + r"(?:install|add)\b(?:" + _GAP + r"-[^\s;&|]+)*"
)  # fmt: skip
_PACKAGE = re.compile(rf"(?P<gap>{_GAP})(?P<package>[A-Za-z0-9][^\s;&|<>$`\\'\"()]*)(?=[\s;]|$)")


def handles(path: str) -> bool:
    """Tell whether `path` names a Dockerfile."""
    return bool(_NAME.search(path)) and not _OTHER.search(path)


def check(text: str) -> None:
    """Raise ValueError if `text` does not begin with FROM or has an unknown instruction."""
    words = [_word(instruction.text) for instruction in _complete(text)]
    if "FROM" not in words or set(words[: words.index("FROM")]) - {"ARG"}:
        raise ValueError("does not begin with FROM")
    unknown = next((word for word in words if word not in _KNOWN), None)
    if unknown:
        raise ValueError(f"unknown instruction {unknown}")


def read(text: str, _file_profiles: Sequence[Profile] = ()) -> Part:
    """Parse `text` into stages, and these into instructions with the comments above them."""
    check(text)
    opening = ""
    while _DIRECTIVE.match(text, len(opening)):
        opening += text[len(opening) :].partition("\n")[0] + "\n"
    stages: list[list[Part]] = [[]]
    end = 0
    for instruction in _complete(text[len(opening) :]):
        part = _part(instruction.text.removesuffix("\n"))
        if part.key == "FROM":
            stages.append([])
        stages[-1].append(replace(part, lead=instruction.lead, after="\n"))
        end += len(instruction.lead) + len(instruction.text)
    closing = text[len(opening) + end :]
    bodies = [_stage(parts) for parts in stages if parts]
    return Part("the file", body=Body(siblings.distinct(bodies), opening, closing, kind=SECTIONS))


@dataclass(frozen=True)
class Instruction:
    """An instruction and its position."""

    text: str
    """All its lines, including those of its here-documents."""
    lead: str
    """The comments and empty lines above it."""
    line: int
    """Its first line, counted from 1."""
    complete: bool = True
    """Whether it has ended: its last line is not continued and no here-document is open."""

    @property
    def heredoc_lines(self) -> list[str]:
        """The lines of its here-documents."""
        lines = self.text.split("\n")
        first = next((n for n, line in enumerate(lines, 1) if not _continues(line)), len(lines))
        return lines[first:-1] if _heredocs("\n".join(lines[:first])) else []

    @property
    def words(self) -> list[str]:
        """The words of the instruction, without comments, line ends and here-documents."""
        return _words(self.text.removesuffix("".join(f"{line}\n" for line in self.heredoc_lines)))


def _continues(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#") or line.rstrip(" \t").endswith("\\")


def _heredocs(instruction: str) -> list[str]:
    """Return the words that end the here-documents of an instruction, in order."""
    if _word(instruction) not in {"RUN", "COPY", "ADD"}:
        return []
    return [match["word"] for match in _HEREDOC.finditer(instruction)]


def _complete(text: str) -> Iterator[Instruction]:
    """Yield the instructions; raise ValueError if the last one is incomplete."""
    for instruction in instructions(text):
        if not instruction.complete:
            raise ValueError("the last instruction is incomplete")
        yield instruction


def instructions(text: str) -> Iterator[Instruction]:
    """Yield each instruction of `text`, whose last line ends with a line feed."""
    lead, current, start = "", "", 0
    until: list[str] = []
    for number, line in enumerate(text.split("\n")[:-1], 1):
        blank = not line.strip() or line.lstrip().startswith("#")
        if until:
            current += f"{line}\n"
            if line.strip("\t") == until[0]:
                until.pop(0)
        elif not current and blank:
            lead += f"{line}\n"
        else:
            start = start if current else number
            current += f"{line}\n"
            if _continues(line):
                continue
            until = _heredocs(current)
        if current and not until:
            yield Instruction(current, lead, start)
            lead, current = "", ""
    if current:
        yield Instruction(current, lead, start, complete=False)


def _word(instruction: str) -> str:
    return instruction.split(maxsplit=1)[0].upper()


def _stage(parts: list[Part]) -> Part:
    first = parts[0].text.split()
    key = "the top"
    if parts[0].key == "FROM":
        named = len(first) > 2 and first[-2].upper() == "AS"
        key = f"stage {first[-1].lower()}" if named else "an unnamed stage"
    head, *others = parts
    lead, head = head.lead, replace(head, lead="")
    return Part(key, lead=lead, body=Body(siblings.distinct([head, *others]), kind=SECTIONS))


def _words(text: str) -> list[str]:
    """Return the words of an instruction, without comments and line ends."""
    lines = [line for line in text.split("\n") if not line.lstrip().startswith("#")]
    return " ".join(line.rstrip(" \t").removesuffix("\\") for line in lines).split()


def _part(text: str) -> Part:
    words = _words(text)
    word = words[0].upper()
    part = Part(word, text)
    comments = tuple(line.strip() for line in text.split("\n") if line.lstrip().startswith("#"))
    meaning = (word, *words[1:], comments)
    if word == "FROM":
        keywords = (w.upper() if w == "as" else w for w in meaning[:-1])
        return replace(part, meaning=(*keywords, comments))
    if "<<" in text:
        return replace(part, key=text)
    if word in {"ENV", "LABEL", "ARG"}:
        return _named(replace(part, meaning=meaning), words)
    if word in {"COPY", "ADD"}:
        paths = [argument for argument in words[1:] if not _FLAG.match(argument)]
        return replace(part, key=f"{word} {' '.join(paths)}", meaning=meaning)
    if word in {"CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL", "SHELL", "USER", "WORKDIR"}:
        return replace(part, meaning=meaning)
    return _installing(text) or replace(part, key=" ".join([word, *words[1:]]), meaning=meaning)


def _named(part: Part, words: list[str]) -> Part:
    """Return an instruction that sets variables or labels: one as a leaf, several as a body."""
    word, start = str(part.key), len(part.text.split()[0])
    pairs = list(_PAIR.finditer(part.text, start))
    if len(pairs) < 2 or pairs[-1].end() != len(part.text.rstrip()):
        name = words[1].partition("=")[0] if len(words) > 1 else ""
        # Two instructions that use no variables can trade places.
        place = "a value" if "$" not in part.text and len(pairs) == 1 else None
        return replace(part, key=f"{word} {name}", place=place)
    if any(a.end() != b.start() for a, b in pairwise(pairs)):
        return replace(part, key=" ".join(words))
    # Within one instruction no value can use another: they are unordered.
    variables = [
        Part(pair["name"], f"{pair['name']}={pair['value']}", lead=pair["gap"], place=ANYWHERE)
        for pair in pairs
    ]
    closing = part.text[pairs[-1].end() :]
    body = Body(siblings.distinct(variables), part.text[:start], closing, kind=SECTIONS)
    return Part(f"{word} with several variables", body=body)


def _installing(text: str) -> Part | None:
    """Return a RUN with one install command as a body of packages; None for any other RUN."""
    installs = list(_INSTALL.finditer(text))
    if not text.upper().startswith("RUN") or len(installs) != 1:
        return None
    install = installs[0]
    end, packages = install.end(), []
    while package := _PACKAGE.match(text, end):
        name = re.split(r"[=<>~]", package["package"])[0]
        packages.append(Part(name, package["package"], lead=package["gap"], place=ANYWHERE))
        end = package.end()
    if not packages or len({part.key for part in packages}) < len(packages):
        return None
    # With options, files or variables among the packages, it is unclear what belongs to what.
    if not re.match(
        r"[ \t]*(?:$|\n|;|&&|\\[ \t]*\n(?:[ \t]*#[^\n]*\n)*[ \t]*(?:&&|;))", text[end:]
    ):
        return None
    body = Body(tuple(packages), text[: install.end()], text[end:], kind=SECTIONS)
    return Part(f"RUN {install['tool']} install", body=body)
