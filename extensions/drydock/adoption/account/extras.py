"""The optional dependencies of the service itself that a command of an image installs."""

import re
from collections.abc import Iterable, Iterator

from drydock.adoption.account import shell
from drydock.adoption.translate import Demand

_TOOL = re.compile(r"(?:\S*/)?(?:python3?\s+-m\s+)?(pip3?|uv|poetry|pdm)\s+(.*)")
# Options by tool, with the kind of what they name.
_OPTIONS = {
    "uv": {"--extra": "extra", "--group": "group", "--only-group": "group"},
    "pip": {"--group": "group"},
    "poetry": {"--with": "group", "--only": "group", "--extras": "extra", "-E": "extra"},
    "pdm": {"-G": "group", "--group": "group"},
}
_ALL = {"--all-extras": "all extras", "--all-groups": "all groups"}
_PROJECT = re.compile(r"[./][^\[\s]*\[([^\]]+)\]")
_MAIN = {"main", "default", ":all"}


def declared(demands: Iterable[Demand]) -> set[str]:
    """Return the extras and groups of a service, except those for development."""
    names = {demand.group.replace(":", " ") for demand in demands if ":" in demand.group}
    return names | {f"all {name.partition(' ')[0]}s" for name in names}


def chosen(command: str) -> Iterator[str]:
    """Yield the extras and groups that a command installs, such as `extra gpu`."""
    found = _TOOL.match(command)
    words = shell.words(found[2]) if found else []
    if not found or not {"install", "sync"} & set(words):
        return
    options = _OPTIONS["pip" if found[1] == "pip3" else found[1]]
    before = ""
    for word in words:
        name, sign, value = word.partition("=")
        if kind := options.get(before) or (options.get(name) if sign else None):
            names = word if before in options else value
            yield from (f"{kind} {one}" for one in re.split(r"[\s,]+", names) if one not in _MAIN)
        elif word in _ALL:
            yield _ALL[word]
        elif extras := _PROJECT.fullmatch(word):
            yield from (f"extra {one.strip()}" for one in extras[1].split(","))
        before = word
