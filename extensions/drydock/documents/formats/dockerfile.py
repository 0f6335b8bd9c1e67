"""Dockerfiles (https://docs.docker.com/reference/dockerfile): stages, and what they run in turn."""

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
# What stands in the way between two words of an instruction: space, line ends, and comments.
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
    """Raise ValueError if `text` is no Dockerfile, as far as its instructions tell."""
    words = [_word(one.text) for one in _ended(text)]
    if "FROM" not in words or set(words[: words.index("FROM")]) - {"ARG"}:
        raise ValueError("it does not begin with FROM")
    unknown = next((word for word in words if word not in _KNOWN), None)
    if unknown:
        raise ValueError(f"{unknown} is no instruction")


def read(text: str, _known: Sequence[Profile] = ()) -> Part:
    """Take `text` apart into stages, and those into instructions with the comments above them."""
    check(text)
    opening = ""
    while _DIRECTIVE.match(text, len(opening)):
        opening += text[len(opening) :].partition("\n")[0] + "\n"
    stages: list[list[Part]] = [[]]
    end = 0
    for one in _ended(text[len(opening) :]):
        part = _part(one.text.removesuffix("\n"))
        if part.key == "FROM":
            stages.append([])
        stages[-1].append(replace(part, lead=one.lead, after="\n"))
        end += len(one.lead) + len(one.text)
    closing = text[len(opening) + end :]
    bodies = [_stage(parts, place) for place, parts in enumerate(stages) if parts]
    return Part("the file", body=Body(siblings.distinct(bodies), opening, closing, kind=SECTIONS))


@dataclass(frozen=True)
class Instruction:
    """One instruction."""

    text: str
    """All its lines, with what a here-document gives it."""
    lead: str
    """What stands above it: comments and empty lines."""
    line: int
    """Where it begins, from 1."""
    ends: bool = True
    """Whether its end is there: no line is to follow, no here-document is open."""

    @property
    def given(self) -> list[str]:
        """The lines of its here-documents, where it has any."""
        lines = self.text.split("\n")
        first = next((n for n, line in enumerate(lines, 1) if not _goes_on(line)), len(lines))
        return lines[first:-1] if _heredocs("\n".join(lines[:first])) else []

    @property
    def words(self) -> list[str]:
        """The words of the instruction itself, without comments and line ends between them."""
        return _plain(self.text.removesuffix("".join(f"{line}\n" for line in self.given)))


def _goes_on(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#") or line.rstrip(" \t").endswith("\\")


def _heredocs(instruction: str) -> list[str]:
    """Return the words that end the here-documents of an instruction, in their order."""
    if _word(instruction) not in {"RUN", "COPY", "ADD"}:
        return []
    return [found["word"] for found in _HEREDOC.finditer(instruction)]


def _ended(text: str) -> Iterator[Instruction]:
    """Yield the instructions; raise ValueError if the last one does not end."""
    for one in instructions(text):
        if not one.ends:
            raise ValueError("its last instruction does not end")
        yield one


def instructions(text: str) -> Iterator[Instruction]:
    """Yield each instruction of `text`, whose last line ends with a line feed."""
    lead, held, start = "", "", 0
    until: list[str] = []
    for number, line in enumerate(text.split("\n")[:-1], 1):
        blank = not line.strip() or line.lstrip().startswith("#")
        if until:
            held += f"{line}\n"
            if line.strip("\t") == until[0]:
                until.pop(0)
        elif not held and blank:
            lead += f"{line}\n"
        else:
            start = start if held else number
            held += f"{line}\n"
            if _goes_on(line):
                continue
            until = _heredocs(held)
        if held and not until:
            yield Instruction(held, lead, start)
            lead, held = "", ""
    if held:
        yield Instruction(held, lead, start, ends=False)


def _word(instruction: str) -> str:
    return instruction.split(maxsplit=1)[0].upper()


def _stage(parts: list[Part], place: int) -> Part:
    first = parts[0].text.split()
    key = "what comes before the stages"
    if parts[0].key == "FROM":
        named = len(first) > 2 and first[-2].upper() == "AS"
        key = f"stage {first[-1].lower()}" if named else "a stage without a name"
    head, *others = parts
    lead, head = head.lead, replace(head, lead="")
    return Part(key, lead=lead, body=Body(siblings.distinct([head, *others]), kind=SECTIONS))


def _plain(text: str) -> list[str]:
    """Return the words of an instruction, without comments and line ends between them."""
    lines = [line for line in text.split("\n") if not line.lstrip().startswith("#")]
    return " ".join(line.rstrip(" \t").removesuffix("\\") for line in lines).split()


def _part(text: str) -> Part:
    words = _plain(text)
    word = words[0].upper()
    part = Part(word, text)
    remarks = tuple(line.strip() for line in text.split("\n") if line.lstrip().startswith("#"))
    says = (word, *words[1:], remarks)
    if word == "FROM":
        return replace(part, says=(*(w.upper() if w == "as" else w for w in says[:-1]), remarks))
    if "<<" in text:
        return replace(part, key=text)
    if word in {"ENV", "LABEL", "ARG"}:
        return _named(replace(part, says=says), words)
    if word in {"COPY", "ADD"}:
        given = [one for one in words[1:] if not _FLAG.match(one)]
        return replace(part, key=f"{word} {' '.join(given)}", says=says)
    if word in {"CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL", "SHELL", "USER", "WORKDIR"}:
        return replace(part, says=says)
    return _installing(text) or replace(part, key=" ".join([word, *words[1:]]), says=says)


def _named(part: Part, words: list[str]) -> Part:
    """Return variables or labels by their names: one is a leaf, several are a body."""
    word, start = str(part.key), len(part.text.split()[0])
    pairs = list(_PAIR.finditer(part.text, start))
    if len(pairs) < 2 or pairs[-1].end() != len(part.text.rstrip()):
        name = words[1].partition("=")[0] if len(words) > 1 else ""
        # What makes no use of variables may stand before another such.
        place = "a value" if "$" not in part.text and len(pairs) == 1 else None
        return replace(part, key=f"{word} {name}", place=place)
    if any(a.end() != b.start() for a, b in pairwise(pairs)):
        return replace(part, key=" ".join(words))
    # Within one instruction no value sees another: they stand in any order.
    held = [
        Part(pair["name"], f"{pair['name']}={pair['value']}", lead=pair["gap"], place=ANYWHERE)
        for pair in pairs
    ]
    closing = part.text[pairs[-1].end() :]
    body = Body(siblings.distinct(held), part.text[:start], closing, kind=SECTIONS)
    return Part(f"{word} of several", body=body)


def _installing(text: str) -> Part | None:
    """Return a RUN with the packages that it installs as its parts, if it does so once."""
    found = list(_INSTALL.finditer(text))
    if not text.upper().startswith("RUN") or len(found) != 1:
        return None
    end, held = found[0].end(), []
    while package := _PACKAGE.match(text, end):
        name = re.split(r"[=<>~]", package["package"])[0]
        held.append(Part(name, package["package"], lead=package["gap"], place=ANYWHERE))
        end = package.end()
    if not held or len({part.key for part in held}) < len(held):
        return None
    # Options, files and variables among the packages: it is not plain what they belong to.
    if not re.match(
        r"[ \t]*(?:$|\n|;|&&|\\[ \t]*\n(?:[ \t]*#[^\n]*\n)*[ \t]*(?:&&|;))", text[end:]
    ):
        return None
    body = Body(tuple(held), text[: found[0].end()], text[end:], kind=SECTIONS)
    return Part(f"RUN {found[0]['tool']} install", body=body)
