"""The units of TOML."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator

from drydock.merging.audit.leaves import leaves

_HEADER = re.compile(r"\[+([^\]]+)\]")
_LIST = re.compile(r"([\w.\"'-]+)\s*=\s*\[\s*(?:#.*)?$")
_COMMENT = re.compile(r"(?:^|\s)#(.*)$")


def units(text: str) -> Counter[tuple[str, str]]:
    """Return each value with its path, and the comments; those in a list have the list's path."""
    counts = Counter(leaves("", tomllib.loads(text), _contents))
    counts.update(_comments(text))
    return counts


def _comments(text: str) -> Iterator[tuple[str, str]]:
    table = listed = ""
    for line in text.split("\n"):
        if header := _HEADER.match(line):
            table = header[1]
        if opens := _LIST.match(line):
            names = [name.strip("\"' ") for name in f"{table}.{opens[1]}".split(".")]
            listed = "".join(f".{name!r}" for name in names) + "[]"
        elif line.lstrip().startswith("]"):
            listed = ""
        yield from ((f"#{listed}", comment[1].strip()) for comment in _COMMENT.finditer(line))


def _contents(scalar: object) -> list[str]:
    lines = scalar.splitlines() if isinstance(scalar, str) and "\n" in scalar else [scalar]
    return [repr(line) for line in lines]
