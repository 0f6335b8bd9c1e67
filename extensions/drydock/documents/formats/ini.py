"""INI files in the dialect of configparser (https://docs.python.org/3/library/configparser.html)."""

import re
from collections.abc import Iterator, Sequence
from configparser import ConfigParser, Error, RawConfigParser
from dataclasses import replace
from itertools import pairwise

from drydock.documents import values
from drydock.documents.kinds import ANYWHERE
from drydock.documents.nodes import Body, Part, numbered
from drydock.documents.values import Identify, Location, Value
from drydock.profiles import Profile

_NAME = re.compile(r"(?:^|/)(?:\.?pylintrc|\.flake8|\.coveragerc|[\w.-]+\.(?:ini|cfg))$")
_LINE = re.compile(r"[^\n]*\n")
_SECTION = re.compile(r"\[(?P<name>[^\]\n]+)\][ \t]*\n")
_KEY = re.compile(r"(?P<key>[^\s:=\[][^:=\n]*?)[ \t]*(?:[:=][ \t]*(?P<value>[^\n]*))?\n")
_COMMENT = re.compile(r"\s*[#;]")


def handles(path: str) -> bool:
    """Tell whether `path` names an INI file."""
    return bool(_NAME.search(path))


def check(text: str) -> None:
    """Raise ValueError if `text` is not valid INI or has a section or a key twice."""
    _parsed(text)


def data(text: str) -> dict[str, dict[str, str]]:
    """Return the options of each section as Python's tools read them; empty if it is not valid.

    A section has the options of [DEFAULT], too. Of an option that is repeated, the last one counts.
    """
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except Error:
        return {}
    return {section: dict(parser.items(section)) for section in parser.sections()}


def _parsed(text: str) -> RawConfigParser:
    parser = RawConfigParser(allow_no_value=True, default_section="")
    try:
        parser.read_string(text)
    except Error as error:
        raise ValueError(error.message) from error
    except AttributeError as error:  # of Python 3.11 and 3.12
        raise ValueError("a key without a value is continued on the next line") from error
    return parser


def read(text: str, file_profiles: Sequence[Profile] = ()) -> Part:
    """Parse `text` into sections, keys, and the lines of their values."""
    check(text)
    sections: list[tuple[str, str, list[str]]] = []
    pending = ""
    for line in _LINE.findall(text):
        if _is_blank(line):
            pending += line
        elif header := _SECTION.fullmatch(line):
            sections.append((header["name"], pending, [line]))
            pending = ""
        elif not sections:
            raise ValueError("unsupported section syntax")
        else:
            sections[-1][2].append(pending + line)
            pending = ""
    parts = []
    identify = values.identifier(file_profiles)
    for name, lead, (opening, *lines) in sections:
        body = Body(tuple(_keys(name, lines, identify)), opening)
        parts.append(Part(f"[{name}]", lead=lead, body=body, place=ANYWHERE))
    return Part("the file", body=Body(tuple(parts), closing=pending))


def _is_blank(line: str) -> bool:
    return not line.strip() or bool(_COMMENT.match(line))


def _keys(section: str, lines: Sequence[str], identify: Identify) -> Iterator[Part]:
    """Yield the keys in the lines of a section, each with the blank lines above it."""
    starts = [at for at, line in enumerate(lines) if not _split(line)[1][0].isspace()]
    if starts[:1] != [0][: len(lines)]:
        raise ValueError("unsupported indentation")
    for start, end in pairwise([*starts, len(lines)]):
        lead, first = _split(lines[start])
        match = _KEY.fullmatch(first)
        if not match:
            raise ValueError("unsupported key syntax")
        key = _key(section, match, lines[start + 1 : end], identify)
        yield replace(key, lead=lead, place=ANYWHERE)


def _split(line: str) -> tuple[str, str]:
    """Split a line from the blank lines above it."""
    start = line.rindex("\n", 0, -1) + 1 if "\n" in line[:-1] else 0
    return line[:start], line[start:]


def _key(section: str, match: re.Match[str], more: Sequence[str], identify: Identify) -> Part:
    """Return a key whose value goes on for `more` lines; as a list if it has one item per line."""
    key, text = match["key"].lower(), match[0] + "".join(more)
    meaning = (match["value"] is None, *f"{match['value']} {''.join(more)}".split())
    leaf = Part(key, text[:-1], meaning, after="\n")
    words = [_split(line)[1].strip() for line in more]
    if not more or match["value"] or any(word.endswith(",") for word in words):
        return leaf
    items = [Value(0, 0, word, word) for word in words]
    identities = identify(values.below(values.below((), section), key), items)
    if identities is None:
        return leaf
    parts = []
    for identity, line, word in zip(identities.keys, more, words, strict=True):
        before, after = line[: line.rindex(word)], line[line.rindex(word) + len(word) :]
        parts.append(Part(identity, word, None, before, after, place=identities.place))
    return Part(key, body=Body(numbered(parts), match[0], kind=identities.kind))


def locations(text: str) -> Iterator[Location]:
    """Yield the location of each section, key and line of a value."""
    section, key, at = "", "", 0
    for line in _LINE.findall(text):
        if not _is_blank(line):
            start = at + len(line) - len(line.lstrip())
            if match := _SECTION.fullmatch(line):
                section, key = match["name"], ""
                yield (section,), "", at
            elif not line[0].isspace() and (match := _KEY.fullmatch(line)):
                key = match["key"].lower()
                yield (section, key), (match["value"] or "").strip(), at
            elif key:
                yield (section, key), line.strip(), start
        at += len(line)
